/* Exact normals: docs/spec.md section 3. Every value of the definition is computed with MPFR, to as
 * many bits as it takes to decide the rounding: for two million random pairs of raws, for inputs
 * with structure, and for inputs that were chosen because they come close to a rounding
 * boundary. */
#include "common.h"
#include "normal.h"
#include "running/parallel.h"

#include <math.h>
#include <mpfr.h>

#define FULL (1ull << 53)
#define RANDOM_PAIRS 2000000
#define PRECISION 72 /* bits to begin with */

typedef struct {
  mpfr_t y, n, angle, cosine, sine;
} workplace;

static void open_workplace(workplace *work) {
  mpfr_inits2(PRECISION, work->y, work->n, work->angle, work->cosine, work->sine, (mpfr_ptr)0);
}

static void close_workplace(workplace *work) {
  mpfr_clears(work->y, work->n, work->angle, work->cosine, work->sine, (mpfr_ptr)0);
  mpfr_free_cache();
}

/* Rounds y, known to within `error`, to the nearest integer. Returns 0 if the error is too large to
 * decide. */
static int decide(workplace *work, mpfr_t y, double error, int64_t *nearest) {
  mpfr_rint(work->n, y, MPFR_RNDN);
  *nearest = (int64_t)mpfr_get_sj(work->n, MPFR_RNDN);
  mpfr_sub(work->n, y, work->n, MPFR_RNDN); /* exact: no bit of y is lost */
  return 0.5 - fabs(mpfr_get_d(work->n, MPFR_RNDN)) > error;
}

/* RN32 of sqrt(-2 ln(k*2^-53)) in units of 2^-32. With B bits, three roundings, of which that of
 * the logarithm is halved by the root, leave a relative error below 2.6*2^-B; the value is below
 * 2^36. */
static int64_t true_radius(workplace *work, uint64_t k) {
  int64_t radius;
  for (mpfr_prec_t bits = PRECISION;; bits *= 2) {
    mpfr_set_prec(work->y, bits);
    mpfr_set_prec(work->n, bits);
    mpfr_set_uj_2exp(work->y, k, -53, MPFR_RNDN);
    mpfr_log(work->y, work->y, MPFR_RNDN);
    mpfr_mul_si(work->y, work->y, -2, MPFR_RNDN);
    mpfr_sqrt(work->y, work->y, MPFR_RNDN);
    mpfr_mul_2ui(work->y, work->y, 32, MPFR_RNDN);
    if (decide(work, work->y, ldexp(2.6, 36 - (int)bits), &radius)) return radius;
  }
}

/* RN32 of cos and sin of 2 pi m*2^-53 in units of 2^-32. The angle is below 6.3 and has two
 * roundings, the functions have slope at most 1 and one rounding: an error below (2*6.3 +
 * 1)*2^-B. */
static void true_circle(workplace *work, uint64_t m, int64_t *cosine, int64_t *sine) {
  for (mpfr_prec_t bits = PRECISION;; bits *= 2) {
    const double error = ldexp(13.6, 32 - (int)bits);
    mpfr_set_prec(work->angle, bits);
    mpfr_set_prec(work->cosine, bits);
    mpfr_set_prec(work->sine, bits);
    mpfr_set_prec(work->n, bits);
    mpfr_const_pi(work->angle, MPFR_RNDN);
    mpfr_set_prec(work->y, 53);
    mpfr_set_uj_2exp(work->y, m, -52, MPFR_RNDN);
    mpfr_mul(work->angle, work->angle, work->y, MPFR_RNDN);
    mpfr_sin_cos(work->sine, work->cosine, work->angle, MPFR_RNDN);
    mpfr_mul_2ui(work->cosine, work->cosine, 32, MPFR_RNDN);
    mpfr_mul_2ui(work->sine, work->sine, 32, MPFR_RNDN);
    if (decide(work, work->cosine, error, cosine) && decide(work, work->sine, error, sine)) return;
  }
}

/* a*b*2^-64, rounded once by MPFR. A product that is zero has the sign of its factors, a zero
 * factor being +0. */
static double true_product(workplace *work, int64_t a, int64_t b) {
  mpfr_set_prec(work->y, 80);
  mpfr_set_sj(work->y, a, MPFR_RNDN);
  mpfr_set_prec(work->n, 80);
  mpfr_set_sj(work->n, b, MPFR_RNDN);
  mpfr_mul(work->y, work->y, work->n, MPFR_RNDN); /* 36 + 33 bits: exact */
  mpfr_mul_2si(work->y, work->y, -64, MPFR_RNDN);
  return mpfr_get_d(work->y, MPFR_RNDN);
}

/* y in units of 2^-scale, less a word in these units; y has 128 bits, so that this is off by less
 * than 2^-50. */
static double less_word(workplace *work, mpfr_t y, int scale, uint64_t word) {
  mpfr_set_prec(work->n, 128);
  mpfr_set_uj(work->n, word, MPFR_RNDN);
  mpfr_mul_2si(y, y, scale, MPFR_RNDN);
  mpfr_sub(y, y, work->n, MPFR_RNDN);
  return mpfr_get_d(y, MPFR_RNDN);
}

/* The quick logarithm is within what is derived for it, three quarters of the bound that decides.
 */
static int quick_log_is_right(workplace *work, uint64_t k) {
  mpfr_set_prec(work->y, 128);
  mpfr_set_uj_2exp(work->y, k, -53, MPFR_RNDN);
  mpfr_log(work->y, work->y, MPFR_RNDN);
  mpfr_neg(work->y, work->y, MPFR_RNDN);
  const double error = less_word(work, work->y, 58, sid_normal_minus_log_quick(k));
  return error > -0x1p-40 && error < 0.75 * SID_QUICK_LOG;
}

/* Both phases of the radius. */
static int radius_phases_are(uint64_t k, int64_t radius) {
  return sid_normal_radius_grid(k) == (uint64_t)radius &&
         sid_normal_radius_accurate(k) == (uint64_t)radius;
}

static int radius_is_right(workplace *work, uint64_t k) {
  return radius_phases_are(k, true_radius(work, k)) && quick_log_is_right(work, k);
}

/* The octant of m in both phases, the accurate one rounded down: apart by less than the derived
 * half of the quick bound. */
static int octant_of(uint64_t m, uint64_t *t, uint64_t accurate[2]) {
  const uint64_t within = m & (FULL / 8 - 1);
  uint64_t quick[2];
  int near = 1;
  *t = m >> 50 & 1 ? FULL / 8 - within : within;
  sid_normal_octant_quick(*t, &quick[0], &quick[1]);
  sid_normal_octant_accurate(*t, &accurate[0], &accurate[1]);
  for (int i = 0; i < 2; i++)
    near &= fabs((double)(int64_t)(quick[i] - accurate[i]) - 0.5) < 0.5 * SID_QUICK_CIRCLE;
  return near;
}

/* The same, and the accurate words are those of the true values. */
static int octant_is_right(workplace *work, uint64_t m) {
  uint64_t t, accurate[2];
  if (!octant_of(m, &t, accurate)) return 0;
  mpfr_set_prec(work->y, 53);
  mpfr_set_prec(work->angle, 128);
  mpfr_set_prec(work->cosine, 128);
  mpfr_set_prec(work->sine, 128);
  mpfr_const_pi(work->angle, MPFR_RNDN);
  mpfr_set_uj_2exp(work->y, t, -52, MPFR_RNDN);
  mpfr_mul(work->angle, work->angle, work->y, MPFR_RNDN);
  mpfr_sin_cos(work->sine, work->cosine, work->angle, MPFR_RNDN);
  for (int i = 0; i < 2; i++) {
    const double error = less_word(work, i ? work->sine : work->cosine, 64, accurate[i]);
    if (!(error > -0x1p-40 && error < 1.0 + 0x1p-40)) return 0;
  }
  return 1;
}

static int circle_is_right(workplace *work, uint64_t m) {
  int64_t cosine, sine, true_cosine, true_sine;
  sid_normal_circle_grid(m, &cosine, &sine);
  true_circle(work, m, &true_cosine, &true_sine);
  return cosine == true_cosine && sine == true_sine && octant_is_right(work, m);
}

/* The pair of two raws, its grid values included. */
static int pair_is_right(workplace *work, uint64_t raw1, uint64_t raw2) {
  const uint64_t k = FULL - (raw1 >> 11), m = raw2 >> 11;
  const int64_t radius = true_radius(work, k);
  int64_t cosine, sine, true_cosine, true_sine;
  uint64_t t, accurate[2];
  double z[2];
  sid_normal_circle_grid(m, &cosine, &sine);
  true_circle(work, m, &true_cosine, &true_sine);
  sid_normal_pair(raw1, raw2, z);
  return radius_phases_are(k, radius) && octant_of(m, &t, accurate) && cosine == true_cosine &&
         sine == true_sine && bits_of(z[0]) == bits_of(true_product(work, radius, cosine)) &&
         bits_of(z[1]) == bits_of(true_product(work, radius, sine));
}

/* ---- many inputs on all processors --------------------------------------------------------- */

typedef int (*input_check)(workplace *work, uint64_t index, uint64_t *input);

enum { BLOCK = 4096, WORKERS_MOST = 1024 };

/* A check of many indices, handed out in blocks; every worker has a place of its own. */
typedef struct {
  input_check check;
  int64_t count;
  struct {
    workplace work;
    int opened;
    int64_t done, wrong;
    uint64_t example;
  } worker[WORKERS_MOST];
} campaign;

static void check_block(void *user, uint64_t block, int number) {
  campaign *all = user;
  if (!all->worker[number].opened) open_workplace(&all->worker[number].work);
  all->worker[number].opened = 1;
  for (int64_t i = (int64_t)block * BLOCK; i < all->count && i < (int64_t)(block + 1) * BLOCK;
       i++) {
    uint64_t input = 0;
    if (all->worker[number].wrong > 3) return;
    all->worker[number].done++;
    if (all->check(&all->worker[number].work, (uint64_t)i, &input)) continue;
    all->worker[number].example = input;
    all->worker[number].wrong++;
  }
}

/* Runs the check for index 0..count-1; each gives its input, so that a failure can be shown. */
static void require_all(const char *what, int64_t count, input_check check) {
  static campaign all;
  int64_t done = 0;
  memset(&all, 0, sizeof all);
  all.check = check;
  all.count = count;
  vf_parallel((uint64_t)(count + BLOCK - 1) / BLOCK, vf_processors(), check_block, &all);
  for (int i = 0; i < WORKERS_MOST; i++) {
    if (all.worker[i].opened) close_workplace(&all.worker[i].work);
    if (all.worker[i].wrong > 0)
      fail_msg("%s %llu: wrong, and perhaps others", what,
               (unsigned long long)all.worker[i].example);
    done += all.worker[i].done;
  }
  assert_int_equal(done, count);
}

static int random_pair(workplace *work, uint64_t index, uint64_t *input) {
  data_source data = {index * 0x632be59bd9b4e019u + 17};
  const uint64_t raw1 = data_raw(&data), raw2 = data_raw(&data);
  *input = raw1;
  return pair_is_right(work, raw1, raw2);
}

static void test_random_pairs(void **state) {
  require_all("pair of raw", RANDOM_PAIRS, random_pair);
  (void)state;
}

/* ---- structure: powers of two, few bits, ends, places where a table may change ------------- */

/* An integer of structure below 2^53: (a << s) + (b << t) + c, with small a, b, c of either
 * sign. */
static uint64_t structured(uint64_t index) {
  data_source data = {index + 99};
  const uint64_t a = data_below(&data, 64), b = data_below(&data, 5), c = data_below(&data, 65);
  const uint64_t s = data_below(&data, 53), t = data_below(&data, 53);
  const uint64_t value = (a << s) + ((index & 1) ? (b << t) : 0 - (b << t)) + c - 32;
  return value & (FULL - 1);
}

static int structured_radius(workplace *work, uint64_t index, uint64_t *input) {
  *input = structured(index) + 1;
  return radius_is_right(work, *input);
}

static int structured_circle(workplace *work, uint64_t index, uint64_t *input) {
  *input = structured(index);
  return circle_is_right(work, *input);
}

/* Around every multiple of 2^45, and the 20000 at either end. */
static uint64_t dense(uint64_t index) {
  if (index < 20000) return index;
  if (index < 40000) return FULL - 1 - (index - 20000);
  const uint64_t node = (index - 40000) / 9, offset = (index - 40000) % 9;
  return ((node << 45) + offset - 4) & (FULL - 1);
}

#define DENSE (40000 + 256 * 9)

static int dense_radius(workplace *work, uint64_t index, uint64_t *input) {
  *input = dense(index) + 1;
  return radius_is_right(work, *input);
}

static int dense_circle(workplace *work, uint64_t index, uint64_t *input) {
  *input = dense(index);
  return circle_is_right(work, *input);
}

static void test_structured_radius(void **state) {
  require_all("radius of k", 100000, structured_radius);
  require_all("radius of k", DENSE, dense_radius);
  (void)state;
}

static void test_structured_circle(void **state) {
  require_all("circle of m", 100000, structured_circle);
  require_all("circle of m", DENSE, dense_circle);
  (void)state;
}

/* ---- inputs close to a rounding boundary --------------------------------------------------- */

/* Near 1 the radius in units of 2^-32 is 64 sqrt(d) with d = 2^53 - k; d = 4096 j^2 +- j is where
 * 16384 d is one less than the square of an odd number, so the radius is as close below a boundary
 * as it gets. */
static int boundary_radius_near_one(workplace *work, uint64_t index, uint64_t *input) {
  const uint64_t j = index / 6 + 1, d = 4096 * j * j;
  *input = FULL - (index % 2 ? d - j : d + j) - index % 3 + 1;
  return radius_is_right(work, *input);
}

/* The inputs around the inverse of a boundary n + 1/2, everywhere or where a step of k moves the
 * radius least and a root that is a little too large does most harm. The inverse in binary64 is off
 * by a few units; that is no matter. */
static int boundary_radius(workplace *work, uint64_t index, uint64_t *input) {
  data_source data = {index / 4 + 7};
  const double r =
      index / 4 % 8 == 0 ? data_uniform(&data, 0.0, 8.5) : data_uniform(&data, 1.0, 2.0);
  const double boundary = (floor(r * 0x1p32) + 0.5) * 0x1p-32,
               k = exp(-0.5 * boundary * boundary) * 0x1p53;
  *input = (uint64_t)k + index % 4;
  *input -= *input > 1 ? 1 : 0;
  if (*input < 1 || *input > FULL) *input = FULL;
  return radius_is_right(work, *input);
}

static int boundary_sine(workplace *work, uint64_t index, uint64_t *input) {
  data_source data = {index / 4 + 8};
  const double s = data_uniform(&data, 0.0, 1.0) * ldexp(1.0, -(int)(index / 4 % 30));
  const double turns = asin((floor(s * 0x1p32) + 0.5) * 0x1p-32) / 6.283185307179586;
  const uint64_t quarter = data_below(&data, 4) * (FULL / 4); /* so the cosine has its turn too */
  *input = ((uint64_t)(turns * 0x1p53) + index % 4 - 1 + quarter) & (FULL - 1);
  return circle_is_right(work, *input);
}

/* Near 1 the cosine moves so little from one m to the next that some lie closer to the boundary 1 -
 * (n + 1/2)*2^-32 than the quick phase can tell: those around the inverse. */
static int boundary_cosine_near_one(workplace *work, uint64_t index, uint64_t *input) {
  mpfr_set_prec(work->y, 160);
  mpfr_set_prec(work->angle, 160);
  mpfr_set_d(work->y, 1.0 - ((double)(index / 8) + 0.5) * 0x1p-32, MPFR_RNDN);
  mpfr_acos(work->y, work->y, MPFR_RNDN);
  mpfr_const_pi(work->angle, MPFR_RNDN);
  mpfr_div(work->y, work->y, work->angle, MPFR_RNDN);
  mpfr_mul_2si(work->y, work->y, 52, MPFR_RNDN);
  *input = mpfr_get_uj(work->y, MPFR_RNDD) + index % 8 - 3;
  return circle_is_right(work, *input);
}

static void test_boundaries(void **state) {
  require_all("radius of k", 6 * 20000, boundary_radius_near_one);
  require_all("radius of k", 4 * 100000, boundary_radius);
  require_all("circle of m", 4 * 25000, boundary_sine);
  require_all("circle of m", 8 * 10000, boundary_cosine_near_one);
  (void)state;
}

/* ---- what the definition says at special points -------------------------------------------- */

static void test_exact_values(void **state) {
  static const struct {
    uint64_t eighths;
    int64_t cosine, sine; /* RN32(sqrt(1/2)) = 3037000500 */
  } angles[] = {
      {0, 1ll << 32, 0},    {1, 3037000500, 3037000500},
      {2, 0, 1ll << 32},    {3, -3037000500, 3037000500},
      {4, -(1ll << 32), 0}, {5, -3037000500, -3037000500},
      {6, 0, -(1ll << 32)}, {7, 3037000500, -3037000500},
  };
  for (size_t i = 0; i < COUNT(angles); i++) {
    int64_t cosine = 1, sine = 1;
    sid_normal_circle_grid(angles[i].eighths << 50, &cosine, &sine);
    assert_true(cosine == angles[i].cosine && sine == angles[i].sine);
  }
  assert_int_equal(sid_normal_radius_grid(FULL), 0);
  (void)state;
}

/* u1 = 1: the radius is +0, and each product has the sign of its other factor. The 11 low bits of a
 * raw do not matter. */
static void test_zero_radius_and_low_bits(void **state) {
  double z[2], other[2];
  sid_normal_pair(0, 0, z);
  require_bits(z[0], 0.0, "z0", 0);
  require_bits(z[1], 0.0, "z1", 0);
  sid_normal_pair(0x7ff, 5ull << 61, z); /* an angle of 5/8: both negative */
  require_bits(z[0], -0.0, "z0", 1);
  require_bits(z[1], -0.0, "z1", 1);
  sid_normal_pair(UINT64_MAX, 4ull << 61, z); /* an angle of 4/8: the sine is +0 */
  assert_true(z[0] < -8.5 && z[0] > -8.6);
  require_bits(z[1], 0.0, "z1", 2);
  sid_normal_pair(UINT64_MAX - 0x7ff, (4ull << 61) + 0x7ff, other);
  require_same(other, z, 2, "low bits");
  (void)state;
}

static void test_fixtures(void **state) {
  json_t *document = fixture("normals");
  const json_t *cases = cases_of(document, 1000);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    const uint64_t k = decimal_of(field(test, "k")), m = decimal_of(field(test, "m"));
    int64_t cosine, sine;
    double z[2];
    assert_true(sid_normal_radius_grid(k) == decimal_of(field(test, "radius")));
    sid_normal_circle_grid(m, &cosine, &sine);
    assert_true(cosine == strtoll(text_of(field(test, "cosine")), NULL, 10));
    assert_true(sine == strtoll(text_of(field(test, "sine")), NULL, 10));
    sid_normal_pair((FULL - k) << 11 | (i & 0x7ff), m << 11 | (0x7ff - (i & 0x7ff)), z);
    require_bits(z[0], real_of(field(test, "z0")), "z0", i);
    require_bits(z[1], real_of(field(test, "z1")), "z1", i);
  }
  json_decref(document);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exact_values),      cmocka_unit_test(test_zero_radius_and_low_bits),
      cmocka_unit_test(test_fixtures),          cmocka_unit_test(test_structured_radius),
      cmocka_unit_test(test_structured_circle), cmocka_unit_test(test_boundaries),
      cmocka_unit_test(test_random_pairs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
