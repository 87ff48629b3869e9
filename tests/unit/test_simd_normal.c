/* Exact normals of every backend that this machine can run, against ref/: random streams, inputs
 * with structure, inputs close to a rounding boundary, the fixtures. And the candidates of the
 * vector kernels against long double: how far they are from the truth, which is what decides
 * whether the kernels may trust them. */
#include "running/parallel.h"
#include "../simd/candidates.h"
#include "../simd/effort.h"

#include <float.h>
#include <math.h>
#include <mpfr.h>

#define FULL (1ull << 53)

/* ---- a stream that gives two chosen raws --------------------------------------------------- */

__extension__ typedef unsigned __int128 wide;

#define MULTIPLIER ((wide)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u)

/* A state whose output is raw; its high half is free. */
static wide state_giving(uint64_t raw, uint64_t high) {
  const uint32_t turn = (uint32_t)(high >> 58);
  const uint64_t x = turn ? raw << turn | raw >> (64 - turn) : raw;
  return (wide)high << 64 | (x ^ high);
}

/* The increment takes the state of raw1 to that of raw2; it must be odd. */
static sid_stream stream_giving(uint64_t raw1, uint64_t raw2, data_source *data) {
  wide inverse = 1; /* of the multiplier: each step doubles the number of right bits */
  for (int i = 0; i < 7; i++) inverse *= 2 - MULTIPLIER * inverse;
  const wide first = state_giving(raw1, data_raw(data));
  const uint64_t high = data_raw(data);
  wide second = state_giving(raw2, high);
  if (!((second - first * MULTIPLIER) & 1u)) second = state_giving(raw2, high ^ 1u);
  const wide inc = second - first * MULTIPLIER, before = (first - inc) * inverse;
  const sid_stream stream = {(uint64_t)(before >> 64), (uint64_t)before, (uint64_t)(inc >> 64),
                             (uint64_t)inc, NULL};
  return stream;
}

static void test_chosen_raws(void **state) {
  data_source data = {5};
  for (int i = 0; i < 1000; i++) {
    const uint64_t raw1 = data_raw(&data),
                   raw2 = i % 10 ? data_raw(&data) : (uint64_t)0 - (uint64_t)(i / 10 % 2);
    sid_stream stream = stream_giving(raw1, raw2, &data);
    assert_true(stream.inc_lo & 1u);
    assert_true(sid_stream_raw(&stream) == raw1 && sid_stream_raw(&stream) == raw2);
  }
  (void)state;
}

/* ---- inputs: k = u1*2^53 in 1..2^53 and m = u2*2^53 below 2^53 ----------------------------- */

typedef struct {
  uint64_t k, m;
} input;

/* The low 11 bits of a raw do not matter. */
static sid_stream stream_of(input in, data_source *data) {
  return stream_giving((FULL - in.k) << 11 | (data_raw(data) & 0x7ff),
                       in.m << 11 | (data_raw(data) & 0x7ff), data);
}

static uint64_t clamp_k(uint64_t k) { return k < 1 || k > FULL ? FULL : k; }

/* Uniform in the exponent: every size of a 53-bit number is as likely. */
static uint64_t any_size(data_source *data) {
  return data_raw(data) >> (11 + data_below(data, 53));
}

/* As drawn; small u1 and thus large radii; u1 near 1; angles near the axes. */
static input random_input(data_source *data, uint64_t index) {
  input in = {FULL - (data_raw(data) >> 11), data_raw(data) >> 11};
  if (index % 8 >= 6) in.k = index % 8 == 6 ? any_size(data) : FULL - any_size(data);
  if (index % 8 == 5) in.k = 1 + data_below(data, FULL / 1000);
  if (index % 4 == 3)
    in.m = ((data_raw(data) & 1 ? any_size(data) : 0 - any_size(data)) +
            data_below(data, 8) * (FULL / 8)) &
           (FULL - 1);
  in.k = clamp_k(in.k);
  return in;
}

/* (a << s) + (b << t) + c, with small a, b, c of either sign. */
static uint64_t structured(data_source *data) {
  const uint64_t a = data_below(data, 64), b = data_below(data, 5), c = data_below(data, 65);
  const uint64_t s = data_below(data, 53), t = data_below(data, 53);
  return ((a << s) + (data_raw(data) & 1 ? (b << t) : 0 - (b << t)) + c - 32) & (FULL - 1);
}

static input structured_input(data_source *data, uint64_t index) {
  (void)index;
  const input in = {structured(data) + 1, structured(data)};
  return in;
}

/* The 20000 numbers at either end, and the surroundings of every multiple of 2^45. */
static uint64_t dense(uint64_t index) {
  if (index < 20000) return index;
  if (index < 40000) return FULL - 1 - (index - 20000);
  const uint64_t node = (index - 40000) / 9, offset = (index - 40000) % 9;
  return ((node << 45) + offset - 4) & (FULL - 1);
}

#define DENSE (40000 + 256 * 9)

static input dense_input(data_source *data, uint64_t index) {
  const input in = {dense(index % DENSE) + 1, dense((index + data_below(data, DENSE)) % DENSE)};
  return in;
}

/* The numbers next to where a function crosses the middle n + 1/2 between two grid points: the
 * radius, its flat part near u1 = 1, and the sine or the cosine. */
static input boundary_input(data_source *data, uint64_t index) {
  input in = {FULL - (data_raw(data) >> 11), data_raw(data) >> 11};
  const double r = index % 3 ? data_uniform(data, 0.5, 2.0) : data_uniform(data, 0.0, 8.5);
  const double middle = (floor(r * 0x1p32) + 0.5) * 0x1p-32,
               j = 1.0 + (double)data_below(data, 20000);
  in.k = (uint64_t)(exp(-0.5 * middle * middle) * 0x1p53) + data_below(data, 3) - 1;
  if (index % 16 == 0)
    in.k =
        FULL - (uint64_t)(4096.0 * j * j + (data_raw(data) & 1 ? j : -j)) + data_below(data, 3) - 1;
  const double s =
      data_uniform(data, 0.0, 1.0) * ldexp(1.0, index % 2 ? 0 : -(int)data_below(data, 30));
  const double turns = asin((floor(s * 0x1p32) + 0.5) * 0x1p-32) / 6.283185307179586;
  in.m = ((uint64_t)(turns * 0x1p53) + data_below(data, 3) - 1 + data_below(data, 4) * (FULL / 4)) &
         (FULL - 1);
  in.k = clamp_k(in.k);
  return in;
}

/* Close to the ends of the intervals and parts that the candidates' tables have, in every binade:
 * there the residuals are largest. */
static input end_input(data_source *data, uint64_t index) {
  const uint64_t away = any_size(data) >> data_below(data, 40);
  const uint32_t binade = (uint32_t)data_below(data, 53);
  input in = {((128 + data_below(data, 129)) << 45) >> binade,
              (data_below(data, 256) << 45) + (index % 2 ? away : 0 - away)};
  in.k = clamp_k(in.k + (index % 4 < 2 ? away >> binade : 0 - (away >> binade)));
  in.m &= FULL - 1;
  return in;
}

/* Mostly random, so that a lane is alone in being close to a boundary. */
static input sparse_input(data_source *data, uint64_t index) {
  return data_below(data, 6) ? random_input(data, index) : boundary_input(data, index);
}

typedef input (*input_source)(data_source *data, uint64_t index);

/* ---- bits ---------------------------------------------------------------------------------- */

/* Pairs first .. first+lanes-1 of a source, one in each lane. Returns how many numbers differ. */
static uint64_t wrong_in_block(const sid_backend *backend, input_source source, uint64_t first) {
  data_source data = {first * 0x632be59bd9b4e019u + 3};
  sid_stream streams[LANES_MOST], after[LANES_MOST];
  double z[2 * LANES_MOST], expected[2];
  uint64_t wrong = 0;
  for (uint32_t lane = 0; lane < backend->lanes; lane++)
    after[lane] = streams[lane] = stream_of(source(&data, first + lane), &data);
  backend->normals(streams, z, 2);
  for (uint32_t lane = 0; lane < backend->lanes; lane++) {
    const uint64_t raw1 = sid_stream_raw(after + lane), raw2 = sid_stream_raw(after + lane);
    sid_normal_pair(raw1, raw2, expected);
    wrong += bits_of(z[lane]) != bits_of(expected[0]);
    wrong += bits_of(z[backend->lanes + lane]) != bits_of(expected[1]);
    wrong += !same_stream(streams + lane, after + lane);
  }
  return wrong;
}

enum { WORKERS_MOST = 1024 };

typedef struct {
  const sid_backend *backend;
  input_source source;
  uint64_t seed;
  uint64_t wrong[WORKERS_MOST]; /* of each thread */
} campaign;

static uint64_t wrong_in(uint64_t tasks, void (*task)(void *, uint64_t, int), campaign *all) {
  uint64_t wrong = 0;
  memset(all->wrong, 0, sizeof all->wrong);
  vf_parallel(tasks, vf_processors(), task, all);
  for (int i = 0; i < WORKERS_MOST; i++) wrong += all->wrong[i];
  return wrong;
}

static void pairs_block(void *user, uint64_t block, int worker) {
  enum { BLOCK = 512 };
  campaign *all = user;
  for (uint64_t i = block * BLOCK; i < (block + 1) * BLOCK; i++)
    all->wrong[worker] += wrong_in_block(all->backend, all->source, i * all->backend->lanes);
}

static void require_pairs(const char *what, input_source source, uint64_t pairs) {
  const sid_backend *backends[8];
  const size_t count = usable_backends(backends);
  for (size_t b = 0; b < count; b++) {
    campaign all = {.backend = backends[b], .source = source};
    const uint64_t wrong = wrong_in(pairs / backends[b]->lanes / 512 + 1, pairs_block, &all);
    if (wrong)
      fail_msg("%s: %llu of %llu normals of %s are wrong", what, (unsigned long long)wrong,
               (unsigned long long)(2 * pairs), backends[b]->name);
  }
}

static void test_structured(void **state) {
  require_pairs("structured", structured_input, effort(20000, 100000, 1000000));
  require_pairs("dense", dense_input, DENSE);
  (void)state;
}

static void test_boundaries(void **state) {
  require_pairs("boundary", boundary_input, effort(40000, 200000, 20000000));
  require_pairs("sparse", sparse_input, effort(40000, 200000, 20000000));
  (void)state;
}

static void test_random_pairs(void **state) {
  require_pairs("random", random_input, effort(40000, 200000, 10000000));
  (void)state;
}

enum { CHUNK = 500 };

/* Many normals of the same streams, as runs draw them; CHUNK at a time. */
static void streams_task(void *user, uint64_t i, int worker) {
  campaign *all = user;
  const uint32_t lanes = all->backend->lanes;
  double z[CHUNK * LANES_MOST], expected[CHUNK];
  sid_stream streams[LANES_MOST], after[LANES_MOST];
  uint64_t wrong = 0;
  for (uint32_t lane = 0; lane < lanes; lane++) {
    const uint64_t key[2] = {SID_KEY_NOISE, i * lanes + lane};
    wrong += sid_stream_init(streams + lane, all->seed, key, 2) != SID_OK;
    after[lane] = streams[lane];
  }
  all->backend->normals(streams, z, CHUNK);
  for (uint32_t lane = 0; lane < lanes; lane++) {
    sid_stream_normals(after + lane, expected, CHUNK);
    for (uint32_t j = 0; j < CHUNK; j++)
      wrong += bits_of(z[j * lanes + lane]) != bits_of(expected[j]);
    wrong += !same_stream(streams + lane, after + lane);
  }
  all->wrong[worker] += wrong;
}

static void test_random_streams(void **state) {
  const sid_backend *backends[8];
  const size_t count = usable_backends(backends);
  const uint64_t normals = effort(200000, 2000000, 100000000);
  for (size_t b = 1; b < count; b++) {
    campaign all = {.backend = backends[b], .seed = 20250 + b};
    const uint64_t wrong = wrong_in(normals / (backends[b]->lanes * CHUNK) + 1, streams_task, &all);
    if (wrong)
      fail_msg("%llu of %llu normals of %s are wrong", (unsigned long long)wrong,
               (unsigned long long)normals, backends[b]->name);
  }
  (void)state;
}

/* Every length from 0, even and odd: the numbers, the streams after them, and nothing beyond. */
static void test_lengths(void **state) {
  enum { LONGEST = 40, BEYOND = 8 };
  const sid_backend *backends[8];
  const size_t count = usable_backends(backends);
  data_source data = {41};
  for (size_t b = 0; b < count; b++)
    for (size_t n = 0; n <= LONGEST; n++) {
      const uint32_t lanes = backends[b]->lanes;
      double z[LONGEST * LANES_MOST + BEYOND], expected[LONGEST];
      sid_stream streams[LANES_MOST], after[LANES_MOST];
      for (uint32_t lane = 0; lane < lanes; lane++) {
        const sid_stream any = {data_raw(&data), data_raw(&data), data_raw(&data),
                                data_raw(&data) | 1, NULL};
        streams[lane] = after[lane] = any;
      }
      poison(z, COUNT(z));
      backends[b]->normals(streams, z, n);
      assert_true(is_poisoned(z + n * lanes, COUNT(z) - n * lanes));
      for (uint32_t lane = 0; lane < lanes; lane++) {
        sid_stream_normals(after + lane, expected, n);
        for (size_t j = 0; j < n; j++)
          require_bits(z[j * lanes + lane], expected[j], backends[b]->name, j);
        assert_memory_equal(streams + lane, after + lane, sizeof after[lane]);
      }
    }
  (void)state;
}

/* ---- fixtures ------------------------------------------------------------------------------ */

/* Every case in every lane, with other cases in the others. */
static void test_fixture_normals(void **state) {
  const sid_backend *backends[8];
  const size_t count = usable_backends(backends);
  json_t *document = fixture("normals");
  const json_t *cases = cases_of(document, 1000);
  const size_t n = json_array_size(cases);
  data_source data = {6};
  for (size_t b = 0; b < count; b++)
    for (size_t i = 0; i < n; i++) {
      const uint32_t lanes = backends[b]->lanes;
      sid_stream streams[LANES_MOST];
      double z[2 * LANES_MOST];
      for (uint32_t lane = 0; lane < lanes; lane++) {
        const json_t *test = json_array_get(cases, (i + lane) % n);
        const input in = {decimal_of(field(test, "k")), decimal_of(field(test, "m"))};
        streams[lane] = stream_of(in, &data);
      }
      backends[b]->normals(streams, z, 2);
      for (uint32_t lane = 0; lane < lanes; lane++) {
        const json_t *test = json_array_get(cases, (i + lane) % n);
        require_bits(z[lane], real_of(field(test, "z0")), "z0", i);
        require_bits(z[lanes + lane], real_of(field(test, "z1")), "z1", i);
      }
    }
  json_decref(document);
  (void)state;
}

/* The normals that streams.json gives for its seeds and keys, in every lane. */
static void test_fixture_streams(void **state) {
  enum { MOST = 64 };
  const sid_backend *backends[8];
  const size_t count = usable_backends(backends);
  json_t *document = fixture("streams");
  const json_t *cases = cases_of(document, 50);
  const size_t n = json_array_size(cases);
  size_t seen = 0;
  for (size_t b = 0; b < count; b++)
    for (size_t i = 0; i < n; i++) {
      const uint32_t lanes = backends[b]->lanes;
      sid_stream streams[LANES_MOST];
      double z[MOST * LANES_MOST], expected[MOST];
      size_t length = MOST;
      for (uint32_t lane = 0; lane < lanes; lane++) {
        const json_t *test = json_array_get(cases, (i + lane) % n), *words = field(test, "key");
        uint64_t key[SID_KEY_MAX];
        assert_true(json_array_size(words) <= SID_KEY_MAX);
        for (size_t k = 0; k < json_array_size(words); k++)
          key[k] = decimal_of(json_array_get(words, k));
        assert_int_equal(sid_stream_init(streams + lane, decimal_of(field(test, "seed")), key,
                                         (uint32_t)json_array_size(words)),
                         SID_OK);
        const size_t here = json_array_size(field(test, "normals"));
        length = here < length ? here : length;
      }
      backends[b]->normals(streams, z, length);
      for (uint32_t lane = 0; lane < lanes; lane++) {
        reals_of(field(json_array_get(cases, (i + lane) % n), "normals"), expected, MOST);
        for (size_t j = 0; j < length; j++, seen++)
          require_bits(z[j * lanes + lane], expected[j], "normals", i);
      }
    }
  assert_true(seen > 4 * n * count);
  json_decref(document);
  (void)state;
}

/* ---- candidates ---------------------------------------------------------------------------- */

enum { CANDIDATES_MOST = 6 };

static size_t usable_candidates(const test_candidates *list[CANDIDATES_MOST]) {
  size_t count = 0;
#if SID_SIMD_X86
  const test_candidates *const built[] = {
    &test_candidates_avx2,
    &test_candidates_avx512,
    &test_candidates_avx512ifma,
#if SID_SLEEF
    &test_candidates_sleef_avx2,
    &test_candidates_sleef_avx512,
    &test_candidates_sleef_avx512ifma,
#endif
  };
#elif SID_SIMD_NEON
  const test_candidates *const built[] = {
    &test_candidates_neon,
#if SID_SLEEF
    &test_candidates_sleef_neon,
#endif
  };
#endif
#if SID_SIMD_X86 || SID_SIMD_NEON
  for (size_t i = 0; i < COUNT(built); i++) {
    const char *why;
    if (sid_backend_usable(sid_backend_named(built[i]->name), &why)) list[count++] = built[i];
  }
#else
  (void)list;
#endif
  return count;
}

#define EIGHTH_TURN 0.785398163397448309615660845819875721L /* pi/4 */

/* sqrt(-2 ln u1), cos and sin of 2 pi u2, in units of 2^-32, by long double functions, each less
 * than 2 ulp off in glibc: with 64 bits an error below 2^-27 for the radius, which is below 2^36,
 * and 2^-29 for the others. The angle is taken to its octant with integers. */
static void ruler(input in, long double value[3]) {
  const uint64_t octant = in.m >> 50, within = in.m & ((1ull << 50) - 1);
  const long double angle =
      EIGHTH_TURN * ((long double)(octant & 1 ? (1ull << 50) - within : within) * 0x1p-50L);
  const long double c = cosl(angle), s = sinl(angle);
  const int exchange = ((octant + 1) & 2) != 0;
  value[0] = sqrtl(-2.0L * logl((long double)in.k * 0x1p-53L)) * 0x1p32L;
  value[1] = (((octant + 2) & 4) ? -1.0L : 1.0L) * (exchange ? s : c) * 0x1p32L;
  value[2] = ((octant & 4) ? -1.0L : 1.0L) * (exchange ? c : s) * 0x1p32L;
}

static double off_by(mpfr_t truth, long double value) {
  mpfr_mul_2ui(truth, truth, 32, MPFR_RNDN);
  mpfr_t measured;
  mpfr_init2(measured, 128);
  mpfr_set_ld(measured, value, MPFR_RNDN);
  mpfr_sub(measured, measured, truth, MPFR_RNDN);
  const double difference = fabs(mpfr_get_d(measured, MPFR_RNDN));
  mpfr_clear(measured);
  return difference;
}

/* The ruler itself, with 160 bits: what it is off is nothing to the bounds that it measures. */
static void test_ruler(void **state) {
  data_source data = {12};
  double radius = 0.0, circle = 0.0;
  mpfr_t y, angle, cosine, sine;
  mpfr_inits2(160, y, angle, cosine, sine, (mpfr_ptr)0);
  assert_true(LDBL_MANT_DIG >= 64);
  for (uint64_t i = 0; i < effort(2000, 20000, 200000); i++) {
    const input in = i % 3 == 0   ? structured_input(&data, i)
                     : i % 3 == 1 ? dense_input(&data, i * 17)
                                  : random_input(&data, i);
    long double value[3];
    ruler(in, value);
    mpfr_set_uj_2exp(y, in.k, -53, MPFR_RNDN);
    mpfr_log(y, y, MPFR_RNDN);
    mpfr_mul_si(y, y, -2, MPFR_RNDN);
    mpfr_sqrt(y, y, MPFR_RNDN);
    mpfr_const_pi(angle, MPFR_RNDN);
    mpfr_mul_ui(angle, angle, (unsigned long)in.m, MPFR_RNDN);
    mpfr_mul_2si(angle, angle, -52, MPFR_RNDN);
    mpfr_sin_cos(sine, cosine, angle, MPFR_RNDN);
    radius = fmax(radius, off_by(y, value[0]));
    circle = fmax(circle, fmax(off_by(cosine, value[1]), off_by(sine, value[2])));
  }
  mpfr_clears(y, angle, cosine, sine, (mpfr_ptr)0);
  mpfr_free_cache();
  print_message("# ruler off by at most 2^%.1f (radius), 2^%.1f (circle)\n", log2(radius),
                log2(circle));
  assert_true(radius < 0x1p-27 && circle < 0x1p-29);
  (void)state;
}

typedef struct {
  double radius, circle;
} deviation;

/* Inputs first .. first+LANES_MOST-1 of a source, by every backend. The true values are computed
 * once. Returns how many radii are no numbers but for u1 = 1, where that flags the lane. */
static uint64_t measure_block(const test_candidates *const *list, size_t count, input_source source,
                              uint64_t first, deviation *largest) {
  data_source data = {first * 0x2545f4914f6cdd1du + 1};
  sid_stream streams[LANES_MOST];
  input in[LANES_MOST];
  long double truth[LANES_MOST][3];
  double values[3 * LANES_MOST];
  uint64_t missing = 0;
  for (uint32_t i = 0; i < LANES_MOST; i++) {
    in[i] = source(&data, first + i);
    streams[i] = stream_of(in[i], &data);
    ruler(in[i], truth[i]);
  }
  for (size_t c = 0; c < count; c++) {
    const uint32_t lanes = list[c]->lanes;
    for (uint32_t start = 0; start < LANES_MOST; start += lanes) {
      list[c]->candidates(streams + start, values);
      for (uint32_t lane = 0; lane < lanes; lane++) {
        const long double *t = truth[start + lane];
        const double *v = values + lane;
        const double circle = fmax((double)fabsl((long double)v[lanes] - t[1]),
                                   (double)fabsl((long double)v[2 * lanes] - t[2]));
        missing += v[lanes] != v[lanes] || v[2 * lanes] != v[2 * lanes] ||
                   (v[0] != v[0] && in[start + lane].k != FULL);
        largest[c].radius = fmax(largest[c].radius, (double)fabsl((long double)v[0] - t[0]));
        largest[c].circle = fmax(largest[c].circle, circle);
      }
    }
  }
  return missing;
}

typedef struct {
  const test_candidates *list[CANDIDATES_MOST];
  size_t count;
  input_source source;
  struct {
    deviation largest[CANDIDATES_MOST];
    uint64_t missing;
  } worker[WORKERS_MOST];
} measurement;

static void measure_task(void *user, uint64_t task, int worker) {
  enum { BLOCK = 512 };
  measurement *all = user;
  for (uint64_t i = task * BLOCK; i < (task + 1) * BLOCK; i++)
    all->worker[worker].missing += measure_block(all->list, all->count, all->source, i * LANES_MOST,
                                                 all->worker[worker].largest);
}

static void measure(const char *what, input_source source, uint64_t inputs) {
  static measurement all;
  memset(&all, 0, sizeof all);
  const size_t count = usable_candidates(all.list);
  const test_candidates **list = all.list;
  deviation largest[CANDIDATES_MOST] = {{0.0, 0.0}};
  uint64_t missing = 0;
  if (count == 0) return; /* reference only: no candidates */
  all.count = count;
  all.source = source;
  vf_parallel(inputs / LANES_MOST / 512 + 1, vf_processors(), measure_task, &all);
  for (int i = 0; i < WORKERS_MOST; i++) {
    missing += all.worker[i].missing;
    for (size_t c = 0; c < count; c++) {
      largest[c].radius = fmax(largest[c].radius, all.worker[i].largest[c].radius);
      largest[c].circle = fmax(largest[c].circle, all.worker[i].largest[c].circle);
    }
  }
  if (missing) fail_msg("%s: %llu candidates are no numbers", what, (unsigned long long)missing);
  for (size_t c = 0; c < count; c++) {
    const double radius = largest[c].radius / list[c]->radius_bound,
                 circle = largest[c].circle / list[c]->circle_bound;
    print_message("# %s, %s, %s: %llu inputs, largest deviation of the radius 2^%.2f (%.3f of the "
                  "bound), of the circle 2^%.2f (%.3f)\n",
                  list[c]->name, list[c]->functions, what, (unsigned long long)inputs,
                  log2(largest[c].radius) - 32.0, radius, log2(largest[c].circle) - 32.0, circle);
    if (!(radius > 0.0 && radius < 0.5 && circle > 0.0 && circle < 0.5))
      fail_msg(
          "%s, %s, %s: deviations of %g (radius) and %g (circle) bounds, allowed: at most half",
          list[c]->name, list[c]->functions, what, radius, circle);
  }
}

static input fixture_inputs[4096];
static size_t fixture_count;

static input fixture_input(data_source *data, uint64_t index) {
  (void)data;
  return fixture_inputs[index % fixture_count];
}

static void test_candidates_structured(void **state) {
  json_t *document = fixture("normals");
  const json_t *cases = cases_of(document, 1000);
  fixture_count = json_array_size(cases);
  assert_true(fixture_count <= COUNT(fixture_inputs));
  for (size_t i = 0; i < fixture_count; i++) {
    fixture_inputs[i].k = decimal_of(field(json_array_get(cases, i), "k"));
    fixture_inputs[i].m = decimal_of(field(json_array_get(cases, i), "m"));
  }
  json_decref(document);
  measure("fixtures", fixture_input, (fixture_count + LANES_MOST) / LANES_MOST * LANES_MOST);
  measure("structured", structured_input, effort(20000, 200000, 10000000));
  measure("dense", dense_input, (DENSE / LANES_MOST + 1) * LANES_MOST * effort(1, 1, 100));
  measure("boundary", boundary_input, effort(20000, 100000, 1000000));
  measure("ends", end_input, effort(20000, 1000000, 10000000));
  (void)state;
}

static void test_candidates_random(void **state) {
  measure("random", random_input, effort(100000, 10000000, 100000000));
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chosen_raws),
      cmocka_unit_test(test_lengths),
      cmocka_unit_test(test_fixture_normals),
      cmocka_unit_test(test_fixture_streams),
      cmocka_unit_test(test_structured),
      cmocka_unit_test(test_boundaries),
      cmocka_unit_test(test_random_pairs),
      cmocka_unit_test(test_random_streams),
      cmocka_unit_test(test_ruler),
      cmocka_unit_test(test_candidates_structured),
      cmocka_unit_test(test_candidates_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
