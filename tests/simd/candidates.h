/* What the exact normals of the kernels round: the candidates, laid open for tests. The kernel's
 * own text is compiled here once more, with the operations that yield a candidate, the root and
 * SLEEF's sine and cosine, writing down what they give. */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "simd.h"

typedef struct {
  const char *name;
  uint32_t lanes;
  double radius_bound, circle_bound; /* what the kernel takes the errors to be below */
  /* The pair of normals that comes next in each of the streams: its candidates in units of 2^-32,
   * three times `lanes` numbers, radius, cosine, sine. Returns how many candidates there were; 3 is
   * right. */
  uint32_t (*candidates)(const sid_stream *streams, double *values);
} test_candidates;

extern const test_candidates test_candidates_avx2, test_candidates_avx512, test_candidates_neon;

/* ---- one for each set of instructions: a file that includes its vocabulary, then this ---- */

#ifdef SID_W

static __thread double *seen;
static __thread uint32_t seen_count;

static void seen_value(uint32_t which, vd a) {
  if (seen_count < 3) vd_store(seen + which * SID_W, vd_mul(a, vd_set(0x1p32)));
  seen_count++;
}

static vd seen_sqrt(vd a) {
  const vd root = vd_sqrt(a);
  seen_value(0, root);
  return root;
}

static void seen_sincospi(vd a, vd *s, vd *c) {
  vd_sincospi_candidate(a, s, c);
  seen_value(1, *c);
  seen_value(2, *s);
}

#define vd_sqrt seen_sqrt
#define vd_sincospi_candidate seen_sincospi
#include "kernels/normal.h"
#undef vd_sqrt
#undef vd_sincospi_candidate

static uint32_t candidates(const sid_stream *streams, double *values) {
  double z[2 * SID_W];
  sid_lanes_stream stream;
  sid_lanes_stream_load(&stream, streams);
  seen = values;
  seen_count = 0;
  sid_lanes_normals(&stream, z, 2);
  return seen_count;
}

const test_candidates SID_ISA(test_candidates) = {SID_BACKEND_NAME, SID_W, SID_NORMAL_BOUND_RADIUS,
                                                  SID_NORMAL_BOUND_CIRCLE, candidates};

#endif

#endif
