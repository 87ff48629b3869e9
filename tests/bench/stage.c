/* The stages of simd/kernels/normal.h, compiled for each instruction set with BENCH_LANES naming
 * its vocabulary. The functions that take no stream read what the stage before left in z. */
#define SID_BACKEND_NAME "bench"
#include "config.h"
#include BENCH_LANES
#include "simd.h"
#include "kernels/stream.h"
#include "kernels/pair.h"
#include "stage.h"

static sid_raws bench_raws(const double *z) {
#if SID_TABLES_IN_REGISTERS
  return vd_bits(vd_load(z));
#else
  return (const uint64_t *)(const void *)z;
#endif
}

static void bench_raw(sid_stream *streams, double *z, size_t n) {
  sid_lanes_stream s;
  sid_lanes_stream_load(&s, streams);
  for (size_t j = 0; j < n; j++) vd_store(z + j * SID_W, vu_double(sid_lanes_raw(&s)));
  sid_lanes_stream_save(&s, streams);
}

static void bench_uniform(sid_stream *streams, double *z, size_t n) {
  sid_lanes_stream s;
  sid_lanes_stream_load(&s, streams);
  for (size_t j = 0; j < n; j++) vd_store(z + j * SID_W, sid_lanes_uniform(&s));
  sid_lanes_stream_save(&s, streams);
}

/* The candidate of the radius for one raw of two. */
static void bench_radius(sid_stream *streams, double *z, size_t n) {
  (void)streams;
  for (size_t j = 0; j + 1 < n; j += 2)
    vd_store(z + (j + 1) * SID_W, sid_lanes_radius(bench_raws(z + j * SID_W)));
}

/* Those of cos and sin; their sum. */
static void bench_circle(sid_stream *streams, double *z, size_t n) {
  (void)streams;
  for (size_t j = 0; j + 1 < n; j += 2) {
    vd sine, cosine;
    sid_lanes_circle(bench_raws(z + j * SID_W), &cosine, &sine);
    vd_store(z + (j + 1) * SID_W, vd_add(sine, cosine));
  }
}

static void bench_exact(sid_stream *streams, double *z, size_t n) {
  sid_lanes_stream s;
  sid_lanes_stream_load(&s, streams);
  sid_lanes_normals(&s, z, n);
  sid_lanes_stream_save(&s, streams);
}

extern const bench_stage SID_ISA(bench_stages)[BENCH_STAGES];
const bench_stage SID_ISA(bench_stages)[BENCH_STAGES] = {{"raw", bench_raw},
                                                         {"uniform", bench_uniform},
                                                         {"radius", bench_radius},
                                                         {"circle", bench_circle},
                                                         {"exact", bench_exact}};
