/* Random data that any machine makes alike. docs/spec.md section 16. */
#include "config.h"
#include "fp.h"
#include "sidyn.h"

sid_status sid_data_fill(sid_stream *stream, int32_t kind, size_t n, double *out) {
  if (!stream || !out) return SID_E_NULL;
  if (kind < SID_DATA_NORMAL || kind > SID_DATA_UNIFORM) return SID_E_KIND;
  if (kind == SID_DATA_UNIFORM) {
    for (size_t i = 0; i < n; i++) out[i] = 2.0 * sid_stream_uniform(stream) - 1.0;
    return SID_OK;
  }
  sid_stream_normals(stream, out, n);
  for (size_t i = 0; i < n && kind != SID_DATA_NORMAL; i++) {
    const double z = out[i], zz = z * z;
    out[i] =
        kind == SID_DATA_HEAVY ? (zz * z) * 0.25819888974716115 : (zz - 1.0) * 0.7071067811865476;
  }
  return SID_OK;
}

/* Cell by cell: the next is taken with probability (still wanted)/(still there). */
sid_status sid_data_entries(sid_stream *stream, uint32_t rows, uint32_t cols, uint32_t n,
                            uint32_t *entries) {
  if (!stream || !entries) return SID_E_NULL;
  uint64_t left = (uint64_t)rows * cols;
  if (n > left) return SID_E_SAMPLES;
  for (uint32_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < cols; c++, left--) {
      if (sid_stream_index(stream, left) >= n) continue;
      *entries++ = r;
      *entries++ = c;
      n--;
    }
  return SID_OK;
}

sid_status sid_data_low_rank(sid_stream *stream, uint32_t rows, uint32_t cols, uint32_t rank,
                             double *matrix, double *work) {
  if (!stream || !matrix || !work) return SID_E_NULL;
  if (rows < 1 || cols < 1 || rank < 1) return SID_E_DIM;
  const double *left = work, *right = work + (size_t)rows * rank;
  sid_stream_normals(stream, work, ((size_t)rows + cols) * rank);
  const double k = 1.0 / sid_sqrt((double)rank);
  for (uint32_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < cols; c++)
      *matrix++ = sid_dot(left + (size_t)r * rank, right + (size_t)c * rank, rank) * k;
  return SID_OK;
}
