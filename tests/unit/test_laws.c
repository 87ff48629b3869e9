/* Everything of fixtures/laws.json, to the bit: Poisson counts, derivatives, sharpness,
 * projections, flows, limit maps, limiting laws, averages and random data of an implementation that
 * has seen docs/spec.md alone. */
#include "laws.h"

/* ---- section 2 ----------------------------------------------------------------------------- */

static void check_poisson(law *one) {
  const double e = law_real(one, "exp_minus_mean");
  const json_t *counts = field(field(one->json, "counts"), "counts");
  assert_int_equal(json_array_size(counts), law_count(one, "integers", "n"));
  for (size_t i = 0; i < json_array_size(counts); i++)
    assert_int_equal(sid_stream_poisson(&one->stream, e),
                     json_integer_value(json_array_get(counts, i)));
  law_after(one);
}

/* ---- section 14 ---------------------------------------------------------------------------- */

static void check_power(law *one) {
  double x[NUMBERS_MOST], v[NUMBERS_MOST], residual;
  const uint32_t p = one->problem->dim;
  assert_true(law_reals(one, "reals", "x", x) == p && law_reals(one, "reals", "v", v) == p);
  const double value =
      sid_sharpness_power(one->problem, x, law_real(one, "shift"), law_count(one, "integers", "n"),
                          v, &residual, one->work);
  require_result(one, "value", &value, 1);
  require_result(one, "residual", &residual, 1);
  require_result(one, "v", v, p);
}

static void check_projection(law *one) {
  double x[NUMBERS_MOST];
  sid_manifold_point at;
  assert_int_equal(law_reals(one, "reals", "x", x), 3);
  assert_int_equal(sid_manifold_project(one->problem, x, &at), SID_OK);
  require_result(one, "phi", at.phi, 3);
  require_result(one, "v1", at.v1, 3);
  require_result(one, "angle", &at.angle, 1);
  require_result(one, "h", &at.h, 1);
  require_result(one, "sharpness", &at.sharpness, 1);
  require_result(one, "slope", &at.slope, 1);
}

/* ---- section 15 ---------------------------------------------------------------------------- */

static void check_flow(law *one, sid_flow flow) {
  double x[NUMBERS_MOST], error = POSITIVE_INFINITY;
  const int estimate = json_object_get(field(one->json, "results"), "error") != NULL;
  const sid_status status = law_status(one); /* a refusal is one of the estimate */
  assert_int_equal(law_reals(one, "reals", "x", x), one->problem->dim);
  assert_int_equal(sid_flow_run(&flow, law_real(one, "h"), law_count(one, "integers", "steps"), x,
                                estimate || status ? &error : NULL, one->work),
                   status);
  require_result(one, "x", x, one->problem->dim);
  if (estimate)
    require_result(one, "error", &error, 1);
  else
    require_bits(error, POSITIVE_INFINITY, one->id, 0);
}

static void check_gradient_flow(law *one) {
  const sid_flow flow = {SID_FLOW_GRADIENT, one->problem, law_real(one, "wd"), 0.0, 0.0};
  check_flow(one, flow);
}

static void check_sharpness_flow(law *one) {
  const sid_flow flow = {SID_FLOW_SHARPNESS, one->problem, 0.0, law_real(one, "factor"),
                         law_real(one, "weight")};
  check_flow(one, flow);
}

static void check_limit_map(law *one) {
  double x[NUMBERS_MOST];
  uint64_t steps = 77;
  const uint64_t most =
      json_object_get(one->json, "integers") ? law_count(one, "integers", "max_steps") : 1000000;
  assert_int_equal(law_reals(one, "reals", "x", x), one->problem->dim);
  assert_int_equal(sid_flow_limit(one->problem, law_real(one, "h"), most,
                                  law_real(one, "tolerance"), x, &steps, one->work),
                   law_status(one));
  require_result(one, "x", x, one->problem->dim);
  assert_int_equal(steps, law_count(one, "counts", "steps"));
}

static void check_circle(law *one) {
  const sid_circle_law circle = {law_real(one, "c"), law_real(one, "trace"), law_real(one, "sigma"),
                                 law_real(one, "rho")};
  double state[2] = {law_real(one, "s"), law_real(one, "theta")}, s[64], theta[64];
  const uint32_t steps = law_count(one, "integers", "steps");
  assert_true(steps <= 64);
  for (uint32_t k = 0; k < steps; k++) {
    sid_circle_step(&circle, law_real(one, "h"), state, &one->stream);
    s[k] = state[0], theta[k] = state[1];
  }
  require_result(one, "s", s, steps);
  require_result(one, "theta", theta, steps);
  law_after(one);
}

static void check_rayleigh(law *one) {
  const sid_rayleigh_law rayleigh = {law_real(one, "lr"),    law_real(one, "wd"),
                                     law_real(one, "sigma"), law_real(one, "low"),
                                     law_real(one, "high"),  law_count(one, "integers", "p")};
  double state[2] = {law_real(one, "f"), law_real(one, "q")}, f[64], q[64];
  const uint32_t steps = law_count(one, "integers", "steps");
  assert_true(steps <= 64);
  for (uint32_t k = 0; k < steps; k++) {
    sid_rayleigh_law_step(&rayleigh, law_real(one, "h"), state, &one->stream);
    f[k] = state[0], q[k] = state[1];
  }
  require_result(one, "f", f, steps);
  require_result(one, "q", q, steps);
  law_after(one);
}

static void check_levy(law *one) {
  const sid_levy_law levy = {law_real(one, "lr"), law_real(one, "sigma"), law_real(one, "mean"),
                             law_real(one, "exp_minus_mean")};
  const uint32_t steps = law_count(one, "integers", "steps"), p = one->problem->dim;
  double x[NUMBERS_MOST], *path = allocate((size_t)steps * p);
  assert_int_equal(law_reals(one, "reals", "x", x), p);
  for (uint32_t k = 0; k < steps; k++) {
    sid_levy_step(&levy, one->problem, law_real(one, "h"), x, &one->stream, one->work);
    memcpy(path + (size_t)k * p, x, p * sizeof *x);
  }
  require_result(one, "x", path, (size_t)steps * p);
  law_after(one);
  free(path);
}

static void check_average(law *one) {
  const uint32_t p = law_count(one, "integers", "dim"), n = law_count(one, "integers", "n");
  double x[NUMBERS_MOST], mean[64], *path = allocate((size_t)n * p);
  assert_true(law_reals(one, "reals", "x", x) == (size_t)n * p && p <= 64);
  poison(mean, p); /* what the first vector overwrites */
  for (uint32_t k = 0; k < n; k++) {
    sid_average(mean, x + (size_t)k * p, k + 1, p);
    memcpy(path + (size_t)k * p, mean, p * sizeof *mean);
  }
  require_result(one, "m", path, (size_t)n * p);
  free(path);
}

/* ---- section 16 ---------------------------------------------------------------------------- */

static void check_fill(law *one) {
  static const char *const names[] = {"fill_normal", "fill_heavy", "fill_skewed", "fill_uniform"};
  const char *kind = text_of(field(one->json, "kind"));
  const uint32_t n = law_count(one, "integers", "n");
  double *values = allocate(n);
  int32_t number = SID_DATA_NORMAL;
  while (strcmp(names[number - SID_DATA_NORMAL], kind) != 0)
    assert_true(number++ < SID_DATA_UNIFORM);
  assert_int_equal(sid_data_fill(&one->stream, number, n, values), SID_OK);
  require_result(one, "values", values, n);
  law_after(one);
  free(values);
}

static void check_entries(law *one) {
  const uint32_t n = law_count(one, "integers", "n");
  uint32_t *entries = malloc((n + 1) * 2 * sizeof *entries);
  const json_t *rows = field(field(one->json, "counts"), "rows"),
               *cols = field(field(one->json, "counts"), "cols");
  assert_non_null(entries);
  assert_true(json_array_size(rows) == n && json_array_size(cols) == n);
  assert_int_equal(sid_data_entries(&one->stream, law_count(one, "integers", "rows"),
                                    law_count(one, "integers", "cols"), n, entries),
                   SID_OK);
  for (uint32_t i = 0; i < n; i++) {
    assert_int_equal(entries[2 * i], json_integer_value(json_array_get(rows, i)));
    assert_int_equal(entries[2 * i + 1], json_integer_value(json_array_get(cols, i)));
  }
  law_after(one);
  free(entries);
}

static void check_low_rank(law *one) {
  const uint32_t rows = law_count(one, "integers", "rows"),
                 cols = law_count(one, "integers", "cols"),
                 rank = law_count(one, "integers", "rank");
  double *matrix = allocate((size_t)rows * cols), *work = allocate(((size_t)rows + cols) * rank);
  assert_int_equal(sid_data_low_rank(&one->stream, rows, cols, rank, matrix, work), SID_OK);
  require_result(one, "matrix", matrix, (size_t)rows * cols);
  law_after(one);
  free(matrix);
  free(work);
}

/* ---- all of them --------------------------------------------------------------------------- */

static law_kind kinds[] = {
    {"poisson", 10, check_poisson},
    {"derivatives", 20, check_derivatives},
    {"lanczos", 40, check_lanczos},
    {"power", 30, check_power},
    {"projection", 20, check_projection},
    {"gradient_flow", 25, check_gradient_flow},
    {"sharpness_flow", 14, check_sharpness_flow},
    {"limit_map", 14, check_limit_map},
    {"circle", 4, check_circle},
    {"rayleigh_law", 6, check_rayleigh},
    {"levy", 4, check_levy},
    {"average", 3, check_average},
    {"fill_", 12, check_fill},
    {"entries", 6, check_entries},
    {"low_rank", 4, check_low_rank},
};

int main(void) { return run_laws("laws", 200, kinds, COUNT(kinds)); }
