/* Random data that any machine makes alike. docs/spec.md section 16. */
#include "config.h"
#include "fp.h"
#include "ranges.h"
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

/* The byte nearest to u; a number in between goes up. */
static uint8_t sid_data_byte(double u) {
  if (u < 0.0) return 0;
  return u + 0.5 < 255.0 ? (uint8_t)(u + 0.5) : 255;
}

sid_status sid_data_blobs(sid_stream *stream, const sid_blobs *blobs, uint32_t n, uint8_t *pixels,
                          uint8_t *labels, double *work) {
  if (!stream || !blobs || !pixels || !labels || !work) return SID_E_NULL;
  const size_t size = blobs->numbers;
  if (size < 1 || blobs->centres < 1 || blobs->classes < 1 || blobs->classes > 256)
    return SID_E_DIM;
  if (!sid_is_nonnegative(blobs->spread)) return SID_E_PARAMETER;
  double *centres = work, *z = work + size * blobs->centres;
  for (size_t j = 0; j < size * blobs->centres; j++)
    centres[j] = 64.0 + 128.0 * sid_stream_uniform(stream);
  for (uint32_t i = 0; i < n; i++) {
    const uint64_t k = sid_stream_index(stream, blobs->centres);
    const double *centre = centres + k * size;
    labels[i] = (uint8_t)(k % blobs->classes);
    sid_stream_normals(stream, z, size);
    for (size_t j = 0; j < size; j++) *pixels++ = sid_data_byte(centre[j] + blobs->spread * z[j]);
  }
  return SID_OK;
}
