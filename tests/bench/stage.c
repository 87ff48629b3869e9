/* The stages of simd/kernels/normal.h, compiled for each instruction set with BENCH_LANES naming
 * its vocabulary. The functions that take no stream read what the stage before left in z. */
#define SID_BACKEND_NAME "bench"
#include "config.h"
#include BENCH_LANES
#include "simd.h"
#include "kernels/normal.h"
#include "stage.h"

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

/* sqrt(-2 ln u) for one u of two. */
static void bench_radius(sid_stream *streams, double *z, size_t n) {
  (void)streams;
  for (size_t j = 0; j + 1 < n; j += 2) {
    const vd u = vd_load(z + j * SID_W);
    vd_store(z + (j + 1) * SID_W,
             vd_sqrt(vd_mul(vd_set(-2.0), vd_log_candidate(vd_sub(vd_set(1.0), u)))));
  }
}

/* cos and sin for one u of two; their sum, so that the argument stays for the next time. */
static void bench_circle(sid_stream *streams, double *z, size_t n) {
  (void)streams;
  for (size_t j = 0; j + 1 < n; j += 2) {
    vd sine, cosine;
    const vd u = vd_load(z + j * SID_W);
    vd_sincospi_candidate(vd_add(u, u), &sine, &cosine);
    vd_store(z + (j + 1) * SID_W, vd_add(sine, cosine));
  }
}

/* All of it but the grid: no rounding, no boundary test, nothing computed again. */
static void bench_inexact(sid_stream *streams, double *z, size_t n) {
  sid_lanes_stream s;
  sid_lanes_stream_load(&s, streams);
  for (size_t j = 0; j + 1 < n; j += 2) {
    vd sine, cosine;
    const vd u1 = vd_sub(vd_set(1.0), sid_lanes_uniform(&s)), u2 = sid_lanes_uniform(&s);
    const vd radius = vd_sqrt(vd_mul(vd_set(-2.0), vd_log_candidate(u1)));
    vd_sincospi_candidate(vd_add(u2, u2), &sine, &cosine);
    vd_store(z + j * SID_W, vd_mul(radius, cosine));
    vd_store(z + (j + 1) * SID_W, vd_mul(radius, sine));
  }
  sid_lanes_stream_save(&s, streams);
}

static void bench_exact(sid_stream *streams, double *z, size_t n) {
  sid_lanes_stream s;
  sid_lanes_stream_load(&s, streams);
  sid_lanes_normals(&s, z, n);
  sid_lanes_stream_save(&s, streams);
}

extern const bench_stage SID_ISA(bench_stages)[BENCH_STAGES];
const bench_stage SID_ISA(bench_stages)[BENCH_STAGES] = {
    {"raw", bench_raw},       {"uniform", bench_uniform}, {"radius", bench_radius},
    {"circle", bench_circle}, {"inexact", bench_inexact}, {"exact", bench_exact}};
