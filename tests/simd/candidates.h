/* The candidates of radius, cosine and sine that the kernels round, laid open for tests: the
 * kernels' own text, compiled here once more, with sidyn's functions and with SLEEF's. */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "simd.h"

typedef struct {
  const char *name; /* of the backend */
  const char *functions;
  uint32_t lanes;
  double radius_bound, circle_bound; /* what the kernel takes the errors to be below */
  /* The pair of normals that comes next in each of the streams: its candidates in units of 2^-32,
   * `lanes` numbers each, radius, cosine, sine. */
  void (*candidates)(const sid_stream *streams, double *values);
} test_candidates;

extern const test_candidates test_candidates_avx2, test_candidates_avx512,
    test_candidates_avx512ifma, test_candidates_neon;
extern const test_candidates test_candidates_sleef_avx2, test_candidates_sleef_avx512,
    test_candidates_sleef_avx512ifma, test_candidates_sleef_neon;

/* ---- one for each set of instructions: a file that includes its vocabulary, then this ---- */

#ifdef SID_W

#include "kernels/stream.h"
#include "kernels/pair.h"

static void candidates(const sid_stream *streams, double *values) {
  __attribute__((aligned(64))) uint64_t raws[2][8] = {{0}};
  sid_lanes_stream stream;
  vd radius, cosine, sine;
  sid_lanes_stream_load(&stream, streams);
  vu_store(raws[0], sid_lanes_raw(&stream));
  vu_store(raws[1], sid_lanes_raw(&stream));
#if SID_TABLES_IN_REGISTERS
  radius = sid_lanes_radius(vu_load(raws[0]));
  sid_lanes_circle(vu_load(raws[1]), &cosine, &sine);
#else
  radius = sid_lanes_radius(raws[0]);
  sid_lanes_circle(raws[1], &cosine, &sine);
#endif
  vd_store(values, vd_mul(radius, vd_set(0x1p32)));
  vd_store(values + SID_W, vd_mul(cosine, vd_set(0x1p32)));
  vd_store(values + 2 * SID_W, vd_mul(sine, vd_set(0x1p32)));
}

#if SID_CANDIDATES_SLEEF
const test_candidates SID_ISA(test_candidates_sleef) = {
    SID_BACKEND_NAME,          "SLEEF's", SID_W, SID_BOUND_RADIUS * 0x1p32,
    SID_BOUND_CIRCLE * 0x1p32, candidates};
#else
const test_candidates SID_ISA(test_candidates) = {
    SID_BACKEND_NAME,          "sidyn's", SID_W, SID_BOUND_RADIUS * 0x1p32,
    SID_BOUND_CIRCLE * 0x1p32, candidates};
#endif

#endif

#endif
