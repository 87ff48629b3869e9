/* Stages of the normals, each as a program of its own: what is left of the time when the rest is
 * left out. */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "sidyn.h"

typedef struct {
  const char *name;
  /* n numbers of each lane, z[j*lanes + lane]; the streams move on. */
  void (*run)(sid_stream *streams, double *z, size_t n);
} bench_stage;

enum { BENCH_STAGES = 5 };

extern const bench_stage bench_stages_avx2[BENCH_STAGES], bench_stages_avx512[BENCH_STAGES],
    bench_stages_avx512ifma[BENCH_STAGES], bench_stages_neon[BENCH_STAGES];

#endif
