/* sidyn's side of `make bench`: times the backends through their public table (simd.h). The
 * protocol is in request.h. */
#include "formats/memory.h"
#include "request.h"
#include "running/exact_sum.h"
#include "running/parallel.h"
#include "simd.h"
#include "stage.h"

enum { BENCH_LANES_MAX = 16 };

/* ---- workloads ---- */

typedef struct {
  const char *name;
  int32_t problem, noise, dynamics;
} bench_kind;

/* Another revision's library is linked with the kinds that it knows (against.sh). */
#ifndef BENCH_KINDS
#define BENCH_KINDS "kinds.h"
#endif
#define BENCH_KIND(name, problem, noise, dynamics) {#name, problem, noise, dynamics},
static const bench_kind bench_kinds[] = {
#include BENCH_KINDS
};

static const bench_kind *bench_kind_named(const char *name) {
  for (size_t i = 0; i < sizeof bench_kinds / sizeof *bench_kinds; i++)
    if (strcmp(bench_kinds[i].name, name) == 0) return &bench_kinds[i];
  return NULL;
}

/* An experiment with the arrays that it points to. */
typedef struct {
  sid_experiment experiment;
  sid_segment rates;
  uint64_t checkpoint;
  int32_t observable;
  double *start, *spectrum, *features, *labels;
  uint32_t *entries;
  void *network; /* bench_network */
} bench_case;

/* Matrix completion (eos, Figure 1): p by p, as many inner dimensions, and about a third of the
 * entries. */
static void bench_completion(bench_case *c) {
  sid_problem *problem = &c->experiment.problem;
  const uint32_t m = problem->dim, n = bench_entries(m);
  const uint64_t key[2] = {SID_KEY_DATA, 0};
  sid_stream stream;
  free(c->start);
  free(c->labels);
  c->start = bench_doubles((uint64_t)2 * m * m);
  c->labels = bench_doubles(n);
  c->entries = malloc(2 * (size_t)n * sizeof *c->entries);
  if (!c->entries) exit(1);
  sid_stream_init(&stream, 1, key, 2);
  sid_data_entries(&stream, m, m, n, c->entries);
  sid_data_fill(&stream, SID_DATA_NORMAL, n, c->labels);
  sid_data_fill(&stream, SID_DATA_UNIFORM, (size_t)2 * m * m, c->start);
  problem->dim = 2 * m * m;
  problem->samples = n;
  problem->rows = problem->cols = problem->inner = m;
  problem->entries = c->entries;
  problem->labels = c->labels;
}

#ifdef SIDYN_NETWORK_H /* another revision may have none */
typedef struct {
  sid_network network;
  sid_layer layers[2];
  uint8_t pixels[BENCH_IMAGES * BENCH_PIXELS], labels[BENCH_IMAGES];
} bench_network;

static void bench_make_network(bench_case *c) {
  sid_experiment *e = &c->experiment;
  const uint32_t width = e->problem.dim;
  bench_network *made = vf_allocate(1, sizeof *made);
  for (uint32_t k = 0; k < BENCH_IMAGES * BENCH_PIXELS; k++) made->pixels[k] = bench_pixel(k);
  for (uint32_t i = 0; i < BENCH_IMAGES; i++) made->labels[i] = (uint8_t)(i % BENCH_CLASSES);
  made->layers[0] = made->layers[1] = (sid_layer){SID_LAYER_DENSE, width, 0};
  made->network = (sid_network){.rows = 8,
                                .cols = 8,
                                .channels = 1,
                                .layer_count = width >= BENCH_DEEP ? 2 : 1,
                                .layers = made->layers,
                                .norm = SID_NORM_BN,
                                .activation = SID_ACTIVATION_RELU,
                                .loss = SID_LOSS_CROSS_ENTROPY,
                                .classes = BENCH_CLASSES,
                                .temperature = BENCH_TEMPERATURE,
                                .scale = BENCH_SCALE,
                                .centre = BENCH_CENTRE,
                                .pixels = made->pixels,
                                .labels = made->labels};
  c->network = made;
  e->problem.network = &made->network;
  e->problem.samples = BENCH_IMAGES;
  e->problem.dim = width * (BENCH_PIXELS + (width >= BENCH_DEEP ? width : 0));
  e->dynamics.batch = BENCH_BATCH;
  e->start = (sid_start){.kind = SID_START_GAUSSIAN, .size = BENCH_START};
}
#endif

static void bench_case_make(bench_case *c, const bench_kind *kind, const bench_request *request) {
  const uint32_t p = (uint32_t)request->p;
  sid_experiment *e = &c->experiment;
  memset(c, 0, sizeof *c);
  c->start = bench_doubles(p);
  c->spectrum = bench_doubles(p);
  c->features = bench_doubles((uint64_t)p * BENCH_SAMPLES);
  c->labels = bench_doubles(BENCH_SAMPLES);
  for (uint32_t j = 0; j < p; j++) {
    c->start[j] = 1.0 / sid_sqrt((double)p);
    c->spectrum[j] = p > 1 ? 1.0 + (double)j / (double)(p - 1) : 1.0;
  }
  for (uint32_t k = 0; k < p * BENCH_SAMPLES; k++) c->features[k] = bench_feature(k);
  for (uint32_t i = 0; i < BENCH_SAMPLES; i++) c->labels[i] = i & 1u ? -1.0 : 1.0;
  c->rates = (sid_segment){0, BENCH_LR, BENCH_WD, 1.0};
  c->checkpoint = request->steps;
  c->observable = SID_NORM2;

  e->problem.kind = kind->problem;
  e->problem.noise = kind->noise;
  e->problem.dim = p;
  e->problem.sigma = BENCH_SIGMA;
  if (kind->problem == SID_RAYLEIGH) e->problem.spectrum = c->spectrum;
  if (kind->problem == SID_POISSON)
    e->problem.mean = 2.0, e->problem.exp_minus_mean = 0x1.152aaa3bf81ccp-3; /* exp(-2) */
  if (kind->problem == SID_NORMALISED_LINEAR || kind->problem == SID_BN_REGRESSION) {
    e->problem.samples = BENCH_SAMPLES;
    e->problem.features = c->features;
    e->problem.labels = c->labels;
  }
  if (kind->problem == SID_BN_COMPLETION) bench_completion(c);
  e->dynamics = (sid_dynamics){.kind = kind->dynamics,
                               .l = BENCH_L,
                               .substeps = BENCH_SUBSTEPS,
                               .batch = 1,
                               .beta = BENCH_BETA,
                               .beta2 = BENCH_BETA2,
                               .alpha = 1.0,
                               .eps = BENCH_EPS,
                               .v0 = 1.0};
  e->schedule.kind = SID_PIECEWISE;
  e->schedule.segment_count = 1;
  e->schedule.segments = &c->rates;
  e->start.kind = SID_START_POINT;
  e->start.x = c->start; /* after bench_completion(), which makes another */
  e->seed = 1;
  e->steps = request->steps;
  e->checkpoints = &c->checkpoint;
  e->checkpoint_count = 1;
  e->observable_count = 1;
  e->observables = &c->observable;
#ifdef SIDYN_NETWORK_H
  if (kind->problem == SID_NETWORK) bench_make_network(c);
#endif
}

static void bench_case_free(bench_case *c) {
  free(c->start);
  free(c->spectrum);
  free(c->features);
  free(c->labels);
  free(c->entries);
  free(c->network);
}

/* Problems whose time is that of a step, not of a coordinate and step. */
static int bench_counts_steps(const bench_kind *kind) {
#ifdef SIDYN_NETWORK_H
  if (kind->problem == SID_NETWORK) return 1;
#endif
  return kind->problem == SID_BN_COMPLETION;
}

/* ---- digests: a sum over trajectories of a hash, so that neither blocks nor threads show ---- */

static uint64_t bench_hash(uint64_t hash, const double *values, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, values + i, sizeof bits);
    hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

/* ---- steps ---- */

/* Runs one block: adds to its digest and to the sum of |x|^2. last may be NULL. */
static void bench_block(const sid_backend *backend, const sid_experiment *e, uint64_t first,
                        uint32_t size, double *last, double *work, uint64_t *digest, double *sum) {
  sid_end ends[BENCH_LANES_MAX];
  double row[BENCH_LANES_MAX];
  sid_backend_results results = {.rows = row, .ends = ends, .last = last};
  const size_t kept = sid_state_doubles(&e->problem, &e->dynamics);
  backend->run(e, first, size, &results, work);
  for (uint32_t i = 0; i < size; i++) {
    uint64_t hash = bench_hash(first + i, row + i, 1);
    if (last) hash = bench_hash(hash, last + i * kept, kept);
    *digest += hash ^ (uint64_t)(uint32_t)ends[i].status ^ ends[i].step;
    *sum += row[i];
  }
}

/* What a thread has of its own. */
typedef struct {
  double *work, *last, sum;
  uint64_t digest;
} bench_worker;

typedef struct {
  const sid_backend *backend;
  const sid_experiment *e;
  const bench_request *request;
  bench_worker *workers;
} bench_blocks;

static void bench_task(void *user, uint64_t b, int number) {
  const bench_blocks *all = user;
  const uint64_t lanes = all->backend->lanes, left = all->request->count - b * lanes;
  bench_worker *worker = all->workers + number;
  if (!worker->work) {
    worker->work = bench_doubles(all->backend->workspace(all->e));
    if (all->request->last)
      worker->last = bench_doubles(lanes * sid_state_doubles(&all->e->problem, &all->e->dynamics));
  }
  bench_block(all->backend, all->e, b * lanes, (uint32_t)(left < lanes ? left : lanes),
              worker->last, worker->work, &worker->digest, &worker->sum);
}

/* As the command line runs an ensemble (verify/running/ensemble.c), but for what becomes of the
 * results. */
static void bench_ensemble(const sid_backend *backend, const sid_experiment *e,
                           const bench_request *request, uint64_t *digest_out, double *sum_out) {
  const uint64_t lanes = backend->lanes, blocks = (request->count + lanes - 1) / lanes;
  bench_blocks all = {backend, e, request,
                      vf_allocate((size_t)request->threads, sizeof *all.workers)};
  vf_parallel(blocks, (int)request->threads, bench_task, &all);
  for (uint64_t i = 0; i < request->threads; i++) {
    *digest_out += all.workers[i].digest;
    *sum_out += all.workers[i].sum;
    free(all.workers[i].last);
    free(all.workers[i].work);
  }
  free(all.workers);
}

static void bench_steps(const sid_backend *backend, const bench_kind *kind,
                        const bench_request *request) {
  bench_case c;
  uint64_t digest = 0;
  double sum = 0.0;
  bench_case_make(&c, kind, request);
  if (sid_experiment_validate(&c.experiment) != SID_OK) {
    bench_error("the experiment is not valid");
  } else {
    const bench_time start = bench_now();
    for (uint64_t i = 0; i < request->repeat; i++)
      bench_ensemble(backend, &c.experiment, request, &digest, &sum);
    const uint64_t width = bench_counts_steps(kind) ? 1 : request->p;
    bench_reply(start, request->repeat * request->count * width * request->steps, digest,
                sum / (double)(request->repeat * request->count));
  }
  bench_case_free(&c);
}

/* ---- normals ---- */

static void bench_streams(sid_stream *streams, uint64_t first, uint32_t lanes) {
  for (uint32_t i = 0; i < lanes; i++) {
    const uint64_t key[2] = {SID_KEY_NOISE, first + i};
    sid_stream_init(&streams[i], 1, key, 2);
  }
}

/* `count` numbers of a stage, or normals, through a buffer that stays in the cache. */
static void bench_fill(void (*fill)(sid_stream *, double *, size_t), uint32_t lanes, uint64_t count,
                       int normal) {
  sid_stream streams[BENCH_LANES_MAX];
  const size_t rows = BENCH_BUFFER / lanes;
  double *z = bench_doubles(BENCH_BUFFER);
  uint64_t done = 0;
  double sum = 0.0;
  bench_streams(streams, 0, lanes);
  for (size_t k = 0; k < BENCH_BUFFER; k++)
    z[k] = ((double)k + 0.5) / BENCH_BUFFER; /* what a stage without a stream works on */
  const bench_time start = bench_now();
  for (; done < count; done += BENCH_BUFFER) fill(streams, z, rows);
  for (size_t k = 0; normal && k < BENCH_BUFFER; k++) sum += z[k] * z[k];
  bench_reply(start, done, bench_hash(0, z, BENCH_BUFFER), sum / BENCH_BUFFER);
  free(z);
}

/* The digest of the first `count` normals of BENCH_LANES_MAX streams. */
static void bench_normals_digest(const sid_backend *backend, uint64_t count) {
  sid_stream streams[BENCH_LANES_MAX];
  double *z = bench_doubles(backend->lanes * count);
  uint64_t digest = 0;
  const bench_time start = bench_now();
  for (uint64_t first = 0; first < BENCH_LANES_MAX; first += backend->lanes) {
    bench_streams(streams, first, backend->lanes);
    backend->normals(streams, z, (size_t)count);
    for (uint64_t lane = 0; lane < backend->lanes; lane++) {
      uint64_t hash = first + lane;
      for (uint64_t j = 0; j < count; j++)
        hash = bench_hash(hash, z + j * backend->lanes + lane, 1);
      digest += hash;
    }
  }
  bench_reply(start, BENCH_LANES_MAX * count, digest, 1.0);
  free(z);
}

static void bench_normals(const sid_backend *backend, const bench_request *request) {
  if (request->last)
    bench_normals_digest(backend, request->count);
  else
    bench_fill(backend->normals, backend->lanes, request->count, 1);
}

/* ---- stages of the normals ---- */

static void bench_one_stage(const sid_backend *backend, const bench_request *request) {
  const bench_stage *stages = NULL;
#if SID_SIMD_X86
  if (strcmp(backend->name, "avx2") == 0) stages = bench_stages_avx2;
  if (strcmp(backend->name, "avx512") == 0) stages = bench_stages_avx512;
  if (strcmp(backend->name, "avx512ifma") == 0) stages = bench_stages_avx512ifma;
#endif
#if SID_SIMD_NEON
  if (strcmp(backend->name, "neon") == 0) stages = bench_stages_neon;
#endif
  for (size_t i = 0; stages && i < BENCH_STAGES; i++)
    if (strcmp(stages[i].name, request->stage) == 0) {
      bench_fill(stages[i].run, backend->lanes, request->count, 0);
      return;
    }
  bench_error("no such stage of this backend");
}

/* ---- the clock ---- */

/* Multiplications that wait for one another, three cycles each on every x86 processor of today: the
 * cycles of a nanosecond. */
static void bench_clock(uint64_t count) {
  uint64_t x = 3;
  const bench_time start = bench_now();
  for (uint64_t i = 0; i < count; i++) x *= x;
  bench_reply(start, 3 * count, x, 1.0);
}

/* ---- exact sums ---- */

/* Values and squares of `count` numbers, a block at a time as statistics take them: of one column,
 * so of about one size. */
static void bench_sums(uint64_t count) {
  static double values[BENCH_BUFFER];
  vf_exact exact = {.sum = {.pending = 0}};
  uint64_t done = 0;
  for (uint32_t k = 0; k < BENCH_BUFFER; k++) values[k] = bench_feature(k);
  const bench_time start = bench_now();
  for (; done < count; done += BENCH_BUFFER) vf_exact_add(&exact, values, BENCH_BUFFER);
  const double variance = vf_exact_variance(&exact, done);
  bench_reply(start, done, bench_hash(0, &variance, 1), variance);
}

/* ---- requests ---- */

/* The backends that this machine can run, fastest last, and what they were built with. */
static void bench_info(void) {
  size_t count;
  const sid_backend *const *built = sid_backends_built(&count);
  const char *why, *comma = "";
  printf("{\"sidyn\": \"%s\", \"compiler\": \"%s\", \"sleef\": \"%s\", \"backends\": [",
         SID_VERSION, __VERSION__, sid_simd_sleef_version());
  for (size_t i = 0; i < count; i++) {
    if (!sid_backend_usable(built[i], &why)) continue;
    printf("%s\"%s\"", comma, built[i]->name);
    comma = ", ";
  }
  printf("]}\n");
}

static void bench_answer(const bench_request *request) {
  const sid_backend *backend = sid_backend_named(request->backend);
  const bench_kind *kind = bench_kind_named(request->workload);
  const char *why;
  if (bench_is(request, "info"))
    bench_info();
  else if (bench_is(request, "clock"))
    bench_clock(request->count);
  else if (bench_is(request, "sums"))
    bench_sums(request->count);
  else if (!backend || !sid_backend_usable(backend, &why))
    bench_error("no such backend here");
  else if (kind)
    bench_steps(backend, kind, request);
  else if (bench_is(request, "normals"))
    bench_normals(backend, request);
  else if (bench_is(request, "stage"))
    bench_one_stage(backend, request);
  else
    bench_error("no such workload");
}

int main(void) {
  bench_request request;
  if (sid_selfcheck() != 0) {
    bench_error("the selfcheck fails: sidyn info says why");
    return 1;
  }
  while (bench_next(&request)) bench_answer(&request);
  return 0;
}
