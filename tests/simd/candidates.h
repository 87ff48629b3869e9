/* What the exact normals of the kernels round: the candidates, laid open for tests. The kernel's own text is compiled here once more, with
 * vd_rint, through which every candidate goes, writing down what it is given. */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "simd.h"

typedef struct {
  const char *name;
  uint32_t lanes;
  double radius_bound, circle_bound; /* what the kernel takes the errors to be below */
  /* The pair of normals that comes next in each of the streams: its candidates in units of 2^-32, three times `lanes` numbers, radius, cosine,
   * sine. Returns how often vd_rint was called; 3 is right. */
  uint32_t (*candidates)(const sid_stream *streams, double *values);
} test_candidates;

extern const test_candidates test_candidates_avx2, test_candidates_avx512, test_candidates_neon;

/* ---- one for each set of instructions: a file that includes its vocabulary, then this ---- */

#ifdef SID_W

static __thread double *seen;
static __thread uint32_t seen_count;

static vd seen_rint(vd a) {
  if (seen_count < 3) vd_store(seen + seen_count * SID_W, a);
  seen_count++;
  return vd_rint(a);
}

#define vd_rint seen_rint
#include "kernels/normal.h"
#undef vd_rint

static uint32_t candidates(const sid_stream *streams, double *values) {
  uint64_t words[4][SID_W];
  double z[2 * SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    words[0][lane] = streams[lane].state_hi;
    words[1][lane] = streams[lane].state_lo;
    words[2][lane] = streams[lane].inc_hi;
    words[3][lane] = streams[lane].inc_lo;
  }
  sid_lanes_stream stream = {vu_load(words[0]), vu_load(words[1]), vu_load(words[2]), vu_load(words[3])};
  seen = values;
  seen_count = 0;
  sid_lanes_normals(&stream, z, 2);
  return seen_count;
}

const test_candidates SID_ISA(test_candidates) = {SID_BACKEND_NAME, SID_W, SID_NORMAL_BOUND_RADIUS,
                                                  SID_NORMAL_BOUND_CIRCLE, candidates};

#endif

#endif
