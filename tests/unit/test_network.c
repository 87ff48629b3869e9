/* The problem network: docs/spec-network.md. Functions against the C library, gradient and Hessian
 * against differences (swish, where there is no kink), the identities of scale invariance, samples
 * and noise against their definitions, degenerate batches, epochs, evaluation, refusals and
 * workspaces. The bits are those of fixtures and of tests/cross. */
#include "networks.h"

#include <math.h>

#include "../boards/network.h"

#define GUARD 16

static double *work_for(size_t size) {
  double *work = allocate(size + 2 * GUARD);
  poison(work, size + 2 * GUARD);
  return work;
}

/* Nothing beside the workspace was written. */
static void free_work(double *work, size_t size) {
  assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
  free(work);
}

static double dot_of(const double *a, const double *b, size_t n) {
  long double total = 0.0L;
  for (size_t j = 0; j < n; j++) total += (long double)a[j] * (long double)b[j];
  return (double)total;
}

static double length_of(const double *a, size_t n) { return sqrt(dot_of(a, a, n)); }

/* ---- functions ----------------------------------------------------------------------------- */

static void test_exp(void **state) {
  data_source data = {1};
  for (size_t i = 0; i < 200000; i++) {
    const double x = -data_uniform(&data, 0.0, i % 3 ? 700.0 : 1e-3 * (double)(i % 7 + 1));
    const long double e = expl((long double)x);
    const double ulp = 0x1p-52 * (double)e;
    require_within((double)((long double)sid_network_exp(x) - e), 0.0, ulp, "E", i);
  }
  require_bits(sid_network_exp(0.0), 1.0, "E(0)", 0);
  require_bits(sid_network_exp(-0.0), 1.0, "E(-0)", 0);
  require_bits(sid_network_exp(-700.0), 0x1.14f2b0fb9307fp-1010, "E(-700)", 0);
  require_bits(sid_network_exp(-700.0000000000001), 0.0, "below -700", 0);
  require_bits(sid_network_exp(-POSITIVE_INFINITY), 0.0, "E(-inf)", 0);
  assert_true(isnan(sid_network_exp(QUIET_NAN)));
  (void)state;
}

static void test_log1p(void **state) {
  data_source data = {2};
  for (size_t i = 0; i < 200000; i++) {
    const double u = i % 2 ? data_uniform(&data, 0.0, 255.0)
                           : ldexp(data_uniform(&data, 1.0, 2.0), -(int)(i % 80));
    const long double e = log1pl((long double)u);
    require_within((double)((long double)sid_network_log1p(u) - e), 0.0, 4 * 0x1p-52 * (double)e,
                   "N", i);
  }
  require_bits(sid_network_log1p(0.0), 0.0, "N(0)", 0);
  require_bits(sid_network_log1p(POSITIVE_INFINITY), POSITIVE_INFINITY, "N(inf)", 0);
  assert_true(isnan(sid_network_log1p(QUIET_NAN)));
  (void)state;
}

/* ---- derivatives --------------------------------------------------------------------------- */

/* (L(x + h v) - L(x - h v))/(2 h) in two step sizes, combined to fourth order. */
static double slope_along(const sid_problem *problem, const double *x, const double *v, double h,
                          double *work) {
  double y[NETWORK_DIM_MAX], slope[2];
  for (int i = 0; i < 2; i++, h *= 0.5) {
    double side[2];
    for (int s = 0; s < 2; s++) {
      for (uint32_t j = 0; j < problem->dim; j++) y[j] = x[j] + (s ? -h : h) * v[j];
      side[s] = sid_problem_loss(problem, y, work);
    }
    slope[i] = (side[0] - side[1]) / (2.0 * h);
  }
  return (4.0 * slope[1] - slope[0]) / 3.0;
}

static void check_gradient(const network_choice *choice, void *user) {
  static network_case made;
  double x[NETWORK_DIM_MAX], v[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX + GUARD];
  (void)user;
  if (choice->activation == SID_ACTIVATION_RELU) return;
  network_make(&made, *choice);
  const size_t size = sid_problem_workspace(&made.problem);
  double *work = work_for(size);
  network_point(&made, 3, x);
  poison(g, COUNT(g));
  sid_problem_gradient(&made.problem, x, g, work + GUARD);
  assert_true(is_poisoned(g + made.problem.dim, GUARD));
  for (uint64_t k = 0; k < 3; k++) {
    network_point(&made, 20 + k, v);
    const double expected = slope_along(&made.problem, x, v, 0x1p-12, work + GUARD);
    require_within(dot_of(g, v, made.problem.dim), expected,
                   1e-7 * length_of(g, made.problem.dim) * length_of(v, made.problem.dim),
                   "gradient along v", (size_t)k);
  }
  free_work(work, size);
}

static void test_gradient(void **state) {
  network_for_each(check_gradient, NULL);
  (void)state;
}

/* The same of the gradient, for the Hessian; and its symmetry. */
static void check_hessian(const network_choice *choice, void *user) {
  static network_case made;
  double x[NETWORK_DIM_MAX], v[NETWORK_DIM_MAX], u[NETWORK_DIM_MAX], y[NETWORK_DIM_MAX],
      hv[NETWORK_DIM_MAX + GUARD], hu[NETWORK_DIM_MAX], g[4][NETWORK_DIM_MAX];
  (void)user;
  network_make(&made, *choice);
  const uint32_t p = made.problem.dim;
  const size_t size = sid_problem_workspace(&made.problem);
  double *work = work_for(size);
  network_point(&made, 5, x);
  network_point(&made, 6, v);
  network_point(&made, 7, u);
  poison(hv, COUNT(hv));
  sid_problem_hessian_vector(&made.problem, x, v, hv, work + GUARD);
  sid_problem_hessian_vector(&made.problem, x, u, hu, work + GUARD);
  assert_true(is_poisoned(hv + p, GUARD));
  const double scale = length_of(hv, p) * length_of(u, p) + length_of(hu, p) * length_of(v, p);
  require_within(dot_of(hv, u, p), dot_of(hu, v, p), 1e-13 * scale, "symmetry", 0);
  if (choice->activation != SID_ACTIVATION_RELU) {
    for (int i = 0; i < 4; i++) {
      const double h = (i % 2 ? -0x1p-13 : 0x1p-13) * (i < 2 ? 1.0 : 0.5);
      for (uint32_t j = 0; j < p; j++) y[j] = x[j] + h * v[j];
      sid_problem_gradient(&made.problem, y, g[i], work + GUARD);
    }
    for (uint32_t j = 0; j < p; j++) {
      const double wide = (g[0][j] - g[1][j]) * 0x1p12, narrow = (g[2][j] - g[3][j]) * 0x1p13;
      require_within(hv[j], (4.0 * narrow - wide) / 3.0, 2e-7 * length_of(hv, p), "Hessian", j);
    }
  }
  free_work(work, size);
}

static void test_hessian(void **state) {
  network_for_each(check_hessian, NULL);
  (void)state;
}

/* Scale-invariant in each layer: W_k . g_k = 0, H x = -g (degree -1), x . H v = -g . v. */
static void check_identities(const network_choice *choice, void *user) {
  static network_case made;
  double x[NETWORK_DIM_MAX], v[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX], hx[NETWORK_DIM_MAX],
      hv[NETWORK_DIM_MAX];
  (void)user;
  network_make(&made, *choice);
  const int invariant = choice->norm != SID_NORM_NONE && choice->eps == 0.0;
  const uint32_t p = made.problem.dim;
  assert_int_equal(sid_problem_scale_invariant(&made.problem), invariant);
  double *work = work_for(sid_problem_workspace(&made.problem));
  network_point(&made, 8, x);
  network_point(&made, 9, v);
  sid_problem_gradient(&made.problem, x, g, work);
  sid_problem_hessian_vector(&made.problem, x, x, hx, work);
  sid_problem_hessian_vector(&made.problem, x, v, hv, work);
  double radial = 0.0;
  for (uint32_t k = 0; k < made.network.layer_count; k++) {
    size_t count;
    const size_t at = sid_network_weights(&made.network, k, &count);
    const double cosine =
        dot_of(x + at, g + at, count) / (length_of(x + at, count) * length_of(g + at, count));
    if (invariant) require_within(cosine, 0.0, 1e-14, "W . g", k);
    radial = fabs(cosine) > radial ? fabs(cosine) : radial;
  }
  if (!invariant) assert_true(radial > 1e-6);
  for (uint32_t j = 0; j < p && invariant; j++)
    require_within(hx[j], -g[j], 1e-13 * length_of(g, p), "H x = -g", j);
  if (invariant)
    require_within(dot_of(x, hv, p), -dot_of(g, v, p), 1e-13 * length_of(x, p) * length_of(hv, p),
                   "x . H v", 0);
  free(work);
}

static void test_identities(void **state) {
  network_for_each(check_identities, NULL);
  (void)state;
}

/* x -> 4 x: the same loss and classes, a quarter of the gradient, a sixteenth of the Hessian, bit
 * for bit. */
static void check_scaling(const network_choice *choice, void *user) {
  static network_case made;
  double x[NETWORK_DIM_MAX], y[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX], h[NETWORK_DIM_MAX];
  (void)user;
  if (choice->norm == SID_NORM_NONE || choice->eps != 0.0) return;
  network_make(&made, *choice);
  double *work = work_for(sid_problem_workspace(&made.problem));
  network_point(&made, 10, x);
  for (uint32_t j = 0; j < made.problem.dim; j++) y[j] = 4.0 * x[j];
  require_bits(sid_problem_loss(&made.problem, y, work), sid_problem_loss(&made.problem, x, work),
               "loss", 0);
  sid_problem_gradient(&made.problem, x, g, work);
  sid_problem_gradient(&made.problem, y, h, work);
  for (uint32_t j = 0; j < made.problem.dim; j++) require_bits(4.0 * h[j], g[j], "gradient", j);
  sid_problem_hessian_vector(&made.problem, x, x, g, work);
  sid_problem_hessian_vector(&made.problem, y, x, h, work);
  for (uint32_t j = 0; j < made.problem.dim; j++) require_bits(16.0 * h[j], g[j], "Hessian", j);
  free(work);
}

static void test_scaling(void **state) {
  network_for_each(check_scaling, NULL);
  (void)state;
}

/* ---- samples and noise --------------------------------------------------------------------- */

/* All samples as a batch, and drawn with given draws, are the full gradient bit for bit; without
 * bn the full gradient is the mean of the samples', the Gaussian noise their sum with weights, and
 * the trace that of their covariance. */
static void check_noise(const network_choice *choice, void *user) {
  static network_case made;
  double x[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX], h[NETWORK_DIM_MAX], sum[NETWORK_DIM_MAX],
      noise[NETWORK_DIM_MAX], order[NETWORK_SAMPLES], xi[NETWORK_SAMPLES];
  sid_stream stream;
  (void)user;
  network_make(&made, *choice);
  const uint32_t p = made.problem.dim, n = NETWORK_SAMPLES;
  const size_t size = sid_problem_workspace(&made.problem);
  assert_true(sid_problem_batch_workspace(&made.problem, n) <= size);
  double *work = work_for(size);
  network_point(&made, 11, x);
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  sid_problem_gradient(&made.problem, x, g, work + GUARD);
  sid_network_batch_gradient(&made.problem, x, order, n, h, work + GUARD);
  require_same(h, g, p, "batch of all");
  sid_stream_given(&stream, order);
  sid_problem_noisy_gradient(&made.problem, x, n, &stream, h, work + GUARD);
  require_same(h, g, p, "drawn batch of all");
  if (choice->norm == SID_NORM_BN) {
    assert_true(isnan(sid_problem_noise_trace(&made.problem, x, work + GUARD)));
    free_work(work, size);
    return;
  }
  double trace = 0.0, mean = 0.0;
  data_source data = {12};
  data_fill(&data, xi, n, -1.0, 1.0);
  for (uint32_t i = 0; i < n; i++) mean += xi[i] / n;
  memset(sum, 0, sizeof sum);
  memset(noise, 0, sizeof noise);
  for (uint32_t i = 0; i < n; i++) {
    sid_problem_sample_gradient(&made.problem, i, x, h, work + GUARD);
    for (uint32_t j = 0; j < p; j++) {
      sum[j] += h[j] / n;
      noise[j] += (xi[i] - mean) / sqrt(n) * h[j];
      trace += (h[j] - g[j]) * (h[j] - g[j]) / n;
    }
  }
  for (uint32_t j = 0; j < p; j++)
    require_within(sum[j], g[j], 1e-13 * length_of(g, p), "mean of the samples", j);
  require_within(sid_problem_noise_trace(&made.problem, x, work + GUARD), trace, 1e-13 * trace,
                 "trace", 0);
  sid_stream_given(&stream, xi);
  sid_problem_gaussian_noise(&made.problem, x, &stream, h, work + GUARD);
  for (uint32_t j = 0; j < p; j++)
    require_within(h[j], noise[j], 1e-13 * length_of(noise, p), "Gaussian noise", j);
  free_work(work, size);
}

static void test_noise(void **state) {
  network_for_each(check_noise, NULL);
  (void)state;
}

/* A batch takes as many indices below n from the stream, in order, and a workspace that does not
 * depend on n. */
static void test_batches(void **state) {
  static network_case made;
  double x[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX], h[NETWORK_DIM_MAX], drawn[50];
  const uint64_t key[2] = {2, 7};
  const network_choice choice = {SID_NORM_BN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, 0, 0.0};
  network_make(&made, choice);
  network_point(&made, 13, x);
  for (uint32_t batch = 3; batch <= 50; batch += 47) {
    const size_t size = sid_problem_batch_workspace(&made.problem, batch);
    double *work = work_for(size);
    sid_stream stream, twin;
    sid_stream_init(&stream, 1, key, 2);
    twin = stream;
    for (uint32_t b = 0; b < batch; b++) drawn[b] = (double)sid_stream_index(&twin, 37);
    sid_problem_noisy_gradient(&made.problem, x, batch, &stream, g, work + GUARD);
    assert_true(sid_stream_raw(&stream) == sid_stream_raw(&twin));
    sid_network_batch_gradient(&made.problem, x, drawn, batch, h, work + GUARD);
    require_same(g, h, made.problem.dim, "the samples drawn");
    free_work(work, size);
    sid_problem few = made.problem;
    few.samples = 5;
    assert_int_equal(sid_problem_batch_workspace(&few, batch), size);
  }
  (void)state;
}

/* ---- degenerate batches -------------------------------------------------------------------- */

/* Copies of one sample have no gradient with bn, whatever their mean is rounded to; neither has a
 * single one. */
static void test_equal_rows(void **state) {
  static network_case made;
  double x[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX];
  network_choice choice = {SID_NORM_BN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, 0, 0.0};
  for (; choice.conv == 0 && choice.activation <= SID_ACTIVATION_LINEAR; choice.activation++) {
    network_make(&made, choice);
    double *work = work_for(sid_problem_workspace(&made.problem));
    for (uint64_t seed = 0; seed < 40; seed++) {
      const double same[7] = {5, 5, 5, 5, 5, 5, 5};
      network_point(&made, seed, x);
      for (uint32_t count = 1; count <= 7; count++) {
        sid_network_batch_gradient(&made.problem, x, same, count, g, work);
        for (uint32_t j = 0; j < made.problem.dim; j++) assert_true(g[j] == 0.0);
      }
    }
    free(work);
  }
  (void)state;
}

/* A unit whose weights are 0: bn and wn give it no gradient and no NaN, and relu none at its tie; a
 * unit that is dead behind relu leaves the others alone. */
static void test_dead_units(void **state) {
  static network_case made;
  double x[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX], hv[NETWORK_DIM_MAX];
  for (int32_t norm = SID_NORM_NONE; norm <= SID_NORM_WN; norm++) {
    const network_choice choice = {norm, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, 0, 0.0};
    network_make(&made, choice);
    double *work = work_for(sid_problem_workspace(&made.problem));
    network_point(&made, 14, x);
    for (uint32_t i = 0; i < 9; i++) x[i * 8 + 3] = 0.0;
    sid_problem_gradient(&made.problem, x, g, work);
    sid_problem_hessian_vector(&made.problem, x, x, hv, work);
    for (uint32_t j = 0; j < made.problem.dim; j++)
      assert_true(is_finite(g[j]) && is_finite(hv[j]));
    if (norm != SID_NORM_LN && norm != SID_NORM_GN)
      for (uint32_t i = 0; i < 9; i++) assert_true(g[i * 8 + 3] == 0.0);
    assert_true(length_of(g, made.problem.dim) > 1e-3);
    free(work);
  }
  (void)state;
}

/* All images equal: nothing is learnt from them with bn; the loss is that of equal outputs, log 5
 * and .4 + .5*.8. */
static void test_equal_images(void **state) {
  static network_case made;
  double x[NETWORK_DIM_MAX], g[NETWORK_DIM_MAX];
  for (int32_t loss = SID_LOSS_CROSS_ENTROPY; loss <= SID_LOSS_SQUARED_ERROR; loss++) {
    const network_choice choice = {SID_NORM_BN, SID_ACTIVATION_RELU, loss, 0, 0.0};
    network_make(&made, choice);
    memset(made.pixels, 77, sizeof made.pixels);
    double *work = work_for(sid_problem_workspace(&made.problem));
    network_point(&made, 15, x);
    require_within(sid_problem_loss(&made.problem, x, work),
                   loss == SID_LOSS_CROSS_ENTROPY ? log(5.0) : 0.5, 1e-14, "loss", 0);
    sid_problem_gradient(&made.problem, x, g, work);
    for (uint32_t j = 0; j < made.problem.dim; j++) assert_true(g[j] == 0.0);
    /* ties: every class is 0, the first */
    double classes[NETWORK_TEST];
    memset(made.test_pixels, 77, sizeof made.test_pixels);
    sid_network_test_classes(&made.problem, x, classes, work);
    for (size_t i = 0; i < NETWORK_TEST; i++) require_bits(classes[i], 0.0, "class", i);
    free(work);
  }
  (void)state;
}

/* ---- evaluation ---------------------------------------------------------------------------- */

/* Tested on the samples that it was trained with, bn gives the train loss and accuracy: the means
 * are those of the training samples. Test samples one by one give the same as all together. */
static void check_evaluation(const network_choice *choice, void *user) {
  static network_case made;
  double x[NETWORK_DIM_MAX], classes[NETWORK_SAMPLES], own[NETWORK_TEST];
  (void)user;
  network_make(&made, *choice);
  double *work = work_for(sid_problem_workspace(&made.problem));
  network_point(&made, 16, x);
  const size_t pixels = (size_t)made.network.rows * made.network.cols * made.network.channels;
  sid_network_test_classes(&made.problem, x, own, work);
  const double accuracy = sid_network_test_accuracy(&made.problem, x, work);
  const double loss = sid_problem_test_loss(&made.problem, x, work);
  double right = 0.0, total = 0.0;
  for (size_t i = 0; i < NETWORK_TEST; i++) {
    right += own[i] == made.test_labels[i];
    made.network.test_samples = 1;
    made.network.test_pixels = made.test_pixels + i * pixels;
    made.network.test_labels = made.test_labels + i;
    total += sid_problem_test_loss(&made.problem, x, work) / NETWORK_TEST;
    sid_network_test_classes(&made.problem, x, classes, work);
    require_bits(classes[0], own[i], "class of one", i);
  }
  require_bits(accuracy, right / NETWORK_TEST, "test accuracy", 0);
  require_within(loss, total, 1e-14 * loss, "test loss", 0);
  made.network.test_samples = NETWORK_SAMPLES;
  made.network.test_pixels = made.pixels;
  made.network.test_labels = made.labels;
  require_bits(sid_problem_test_loss(&made.problem, x, work),
               sid_problem_loss(&made.problem, x, work), "loss", 0);
  require_bits(sid_network_test_accuracy(&made.problem, x, work),
               sid_network_accuracy(&made.problem, x, work), "accuracy", 0);
  sid_network_test_classes(&made.problem, x, classes, work);
  right = 0.0;
  for (size_t i = 0; i < NETWORK_SAMPLES; i++) right += classes[i] == made.labels[i];
  require_bits(sid_network_accuracy(&made.problem, x, work), right / NETWORK_SAMPLES, "accuracy",
               1);
  made.network.test_samples = 0;
  assert_true(isnan(sid_network_test_accuracy(&made.problem, x, work)));
  assert_true(isnan(sid_problem_test_loss(&made.problem, x, work)));
  free(work);
}

static void test_evaluation(void **state) {
  network_for_each(check_evaluation, NULL);
  (void)state;
}

/* ---- epochs -------------------------------------------------------------------------------- */

/* The order is restated; every sample comes at most once in an epoch; the rest is dropped. */
static void test_epochs(void **state) {
  enum { BATCH = 5, BATCHES = NETWORK_SAMPLES / BATCH, STEPS = 3 * BATCHES + 2 };
  static network_case made;
  const uint64_t key[2] = {2, 0};
  const network_choice choice = {SID_NORM_LN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, 0, 0.0};
  network_make(&made, choice);
  made.problem.noise = SID_NOISE_EPOCHS;
  const uint32_t n = NETWORK_SAMPLES;
  for (int32_t kind = SID_SGD; kind <= SID_ADAMW; kind++) {
    const sid_dynamics dynamics = {.kind = kind,
                                   .l = 1,
                                   .substeps = 1,
                                   .batch = BATCH,
                                   .beta = 0.5,
                                   .beta2 = 0.9,
                                   .alpha = 0.1};
    if (kind > SID_SGD && kind < SID_MOMENTUM) {
      assert_int_equal(sid_dynamics_validate(&dynamics, &made.problem), SID_E_UNSUPPORTED);
      continue;
    }
    assert_int_equal(sid_dynamics_validate(&dynamics, &made.problem), SID_OK);
    sid_problem replaced = made.problem;
    replaced.noise = SID_NOISE_SAMPLES;
    const size_t kept = sid_state_doubles(&made.problem, &dynamics),
                 own = sid_state_doubles(&replaced, &dynamics);
    assert_int_equal(kept, own + n + 1);
    double *x = allocate(kept), *twin = allocate(own);
    const size_t size = sid_step_workspace(&made.problem, &dynamics);
    double *work = work_for(size), *other = allocate(sid_step_workspace(&replaced, &dynamics));
    double order[NETWORK_SAMPLES];
    sid_stream stream, draws, given;
    sid_stream_init(&stream, 3, key, 2);
    draws = stream;
    network_point(&made, 17, x);
    sid_state_begin(&made.problem, &dynamics, 0.1, x);
    for (uint32_t i = 0; i < n; i++) require_bits(x[own + i], i, "order at the start", i);
    require_bits(x[own + n], BATCHES, "batches taken at the start", 0);
    memcpy(twin, x, own * sizeof *twin);
    for (int step = 0; step < STEPS; step++) {
      if (step % BATCHES == 0) {
        for (uint32_t i = 0; i < n; i++) order[i] = i;
        for (uint32_t i = n - 1; i >= 1; i--) {
          const size_t j = (size_t)sid_stream_index(&draws, i + 1);
          const double keep = order[i];
          order[i] = order[j], order[j] = keep;
        }
      }
      assert_int_equal(sid_step(&made.problem, &dynamics, 0.1, 0.01, x, &stream, work + GUARD),
                       SID_OK);
      sid_stream_given(&given, order + step % BATCHES * BATCH);
      assert_int_equal(sid_step(&replaced, &dynamics, 0.1, 0.01, twin, &given, other), SID_OK);
      require_same(x, twin, own, "state");
      require_same(x + own, order, n, "order");
      require_bits(x[own + n], step % BATCHES + 1, "batches taken", (size_t)step);
    }
    assert_true(sid_stream_raw(&stream) == sid_stream_raw(&draws));
    free_work(work, size);
    free(x), free(twin), free(other);
  }
  (void)state;
}

/* ---- bits ---------------------------------------------------------------------------------- */

/* Changes only with docs/spec-network.md or with the choices of networks.h. */
#define BITS 0x91914bd236cbc411u

static void hash_choice(const network_choice *choice, void *user) {
  static network_case made;
  uint64_t *hash = user;
  double x[NETWORK_DIM_MAX], y[NETWORK_DIM_MAX], out[NETWORK_DIM_MAX];
  sid_stream stream;
  const uint64_t key[2] = {2, 3};
  network_make(&made, *choice);
  double *work = work_for(sid_problem_workspace(&made.problem));
  network_point(&made, 18, x);
  network_point(&made, 19, y);
  sid_stream_init(&stream, 6, key, 2);
  *hash = board_network_add(*hash, sid_problem_loss(&made.problem, x, work));
  *hash = board_network_add(*hash, sid_problem_test_loss(&made.problem, x, work));
  const double trace = sid_problem_noise_trace(&made.problem, x, work);
  if (choice->norm != SID_NORM_BN) *hash = board_network_add(*hash, trace);
  for (int what = 0; what < (choice->norm == SID_NORM_BN ? 3 : 4); what++) {
    if (what == 0) sid_problem_gradient(&made.problem, x, out, work);
    if (what == 1) sid_problem_hessian_vector(&made.problem, x, y, out, work);
    if (what == 2) sid_problem_noisy_gradient(&made.problem, x, 9, &stream, out, work);
    if (what == 3) sid_problem_gaussian_noise(&made.problem, x, &stream, out, work);
    for (uint32_t j = 0; j < made.problem.dim; j++) *hash = board_network_add(*hash, out[j]);
  }
  free(work);
}

static void test_bits(void **state) {
  uint64_t hash = 0xcbf29ce484222325u;
  network_for_each(hash_choice, &hash);
  if (hash != BITS) fail_msg("%016llx", (unsigned long long)hash);
  assert_true(board_network_hash() == BOARD_NETWORK_HASH);
  (void)state;
}

/* ---- refusals ------------------------------------------------------------------------------ */

static const network_choice plain = {SID_NORM_BN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, 0,
                                     0.0};

/* One member of the network, the problem or a layer has this value: this status. */
#define REQUIRE(choice, place, value, status)                                                      \
  do {                                                                                             \
    network_make(&made, choice);                                                                   \
    made.place = value;                                                                            \
    const sid_status got = sid_problem_validate(&made.problem);                                    \
    if (got != (status)) fail_msg("%s = %s: %d", #place, #value, got);                             \
  } while (0)

static void test_refusals(void **state) {
  static network_case made;
  const network_choice ln = {SID_NORM_LN, 1, 1, 0, 0.0}, gn = {SID_NORM_GN, 1, 1, 0, 0.0},
                       wn = {SID_NORM_WN, 1, 1, 0, 0.0}, conv = {SID_NORM_BN, 1, 1, 1, 0.0};
  REQUIRE(plain, problem.network, NULL, SID_E_NULL);
  REQUIRE(plain, network.layers, NULL, SID_E_NULL);
  REQUIRE(plain, network.pixels, NULL, SID_E_NULL);
  REQUIRE(plain, network.labels, NULL, SID_E_NULL);
  REQUIRE(plain, network.test_pixels, NULL, SID_E_NULL);
  REQUIRE(plain, network.test_labels, NULL, SID_E_NULL);
  REQUIRE(plain, network.layer_count, 0, SID_E_DIM);
  REQUIRE(plain, network.layer_count, 17, SID_E_DIM);
  REQUIRE(plain, network.rows, 0, SID_E_DIM);
  REQUIRE(plain, network.cols, 0, SID_E_DIM);
  REQUIRE(plain, network.channels, 0, SID_E_DIM);
  REQUIRE(plain, network.channels, 65536, SID_E_DIM);
  REQUIRE(plain, layers[0].kind, 0, SID_E_KIND);
  REQUIRE(plain, layers[1].kind, 3, SID_E_KIND);
  REQUIRE(plain, layers[1].kind, SID_LAYER_CONV, SID_E_DIM); /* behind a dense one */
  REQUIRE(plain, layers[0].width, 0, SID_E_DIM);
  REQUIRE(plain, layers[0].width, 65537, SID_E_DIM);
  REQUIRE(plain, layers[0].width, 9, SID_E_DIM); /* not the dimension */
  REQUIRE(plain, problem.dim, 167, SID_E_DIM);
  REQUIRE(conv, layers[0].stride, 0, SID_E_DIM);
  REQUIRE(conv, layers[0].stride, 65537, SID_E_DIM);
  REQUIRE(conv, layers[0].width, 65536, SID_E_DIM); /* 20 positions: above 2^20 values */
  REQUIRE(plain, network.classes, 1, SID_E_DIM);
  REQUIRE(plain, network.classes, 257, SID_E_DIM);
  REQUIRE(plain, network.classes, 8, SID_E_DIM); /* 12 inputs: columns 1..7 differ */
  REQUIRE(plain, network.classes, 7, SID_OK);
  REQUIRE(plain, network.classes, 4, SID_E_PARAMETER); /* a label of 4 */
  REQUIRE(plain, labels[36], 5, SID_E_PARAMETER);
  REQUIRE(plain, test_labels[10], 5, SID_E_PARAMETER);
  REQUIRE(plain, network.norm, 0, SID_E_KIND);
  REQUIRE(plain, network.norm, 6, SID_E_KIND);
  REQUIRE(plain, network.activation, 0, SID_E_KIND);
  REQUIRE(plain, network.activation, 4, SID_E_KIND);
  REQUIRE(plain, network.loss, 0, SID_E_KIND);
  REQUIRE(plain, network.loss, 3, SID_E_KIND);
  REQUIRE(plain, network.temperature, 0.0, SID_E_PARAMETER);
  REQUIRE(plain, network.temperature, QUIET_NAN, SID_E_PARAMETER);
  REQUIRE(plain, network.scale, 0.0, SID_E_PARAMETER);
  REQUIRE(plain, network.scale, -1.0, SID_E_PARAMETER);
  REQUIRE(plain, network.centre, POSITIVE_INFINITY, SID_E_PARAMETER);
  REQUIRE(plain, network.eps, -1e-9, SID_E_PARAMETER);
  REQUIRE(wn, network.gain, 0.0, SID_E_PARAMETER);
  REQUIRE(ln, network.gain, 0.0, SID_OK);
  REQUIRE(gn, network.groups, 0, SID_E_PARAMETER);
  REQUIRE(gn, network.groups, 3, SID_E_PARAMETER);
  REQUIRE(gn, network.groups, 4, SID_E_PARAMETER); /* groups of two */
  REQUIRE(ln, network.groups, 0, SID_OK);
  REQUIRE(plain, problem.samples, 2, SID_E_SAMPLES);
  REQUIRE(ln, problem.samples, 2, SID_OK);
  REQUIRE(plain, problem.samples, 0, SID_E_SAMPLES);
  REQUIRE(plain, problem.samples, 65537, SID_E_SAMPLES);
  REQUIRE(plain, network.test_samples, 65537, SID_E_SAMPLES);
  REQUIRE(plain, problem.noise, SID_NOISE_GAUSSIAN, SID_E_NOISE);
  REQUIRE(plain, problem.noise, SID_NOISE_POISSON, SID_E_NOISE);
  REQUIRE(plain, problem.noise, SID_NOISE_EPOCHS, SID_OK);
  REQUIRE(plain, problem.noise, SID_NOISE_NONE, SID_OK);
  REQUIRE(plain, problem.noise, SID_NOISE_EPOCHS + 1, SID_E_KIND);
  REQUIRE(plain, problem.mean, 1.0, SID_E_PARAMETER);
  const sid_problem rayleigh = {.kind = SID_RATIO2, .dim = 2, .network = &made.network};
  assert_int_equal(sid_problem_validate(&rayleigh), SID_E_PARAMETER);
  (void)state;
}

/* 2^32 rows, one more than there are numbers for: 65536 samples of 65536 positions. The pixels are
 * not looked at. */
static void test_refused_rows(void **state) {
  static const uint8_t labels[65536] = {0};
  static const sid_dynamics sgd = {.kind = SID_SGD, .batch = 65536};
  static network_case made;
  const network_choice choice = {SID_NORM_BN, 1, 1, 1, 0.0};
  network_make(&made, choice);
  made.layers[0].width = made.layers[0].stride = 1;
  made.network.rows = made.network.cols = 256, made.network.channels = 1;
  made.network.layer_count = 1;
  made.network.labels = labels;
  made.problem.dim = 9;
  assert_int_equal(sid_problem_validate(&made.problem), SID_OK);
  assert_int_equal(sid_dynamics_validate(&sgd, &made.problem), SID_E_COUNT);
  made.problem.samples = 65536;
  assert_int_equal(sid_problem_validate(&made.problem), SID_E_DIM);
  made.network.norm = SID_NORM_LN; /* takes them some at a time */
  assert_int_equal(sid_problem_validate(&made.problem), SID_OK);
  assert_int_equal(sid_dynamics_validate(&sgd, &made.problem), SID_OK);
  (void)state;
}

static sid_status with_dynamics(network_choice choice, int32_t noise, int32_t kind,
                                uint32_t batch) {
  static network_case made;
  const sid_dynamics dynamics = {
      .kind = kind, .l = 2, .substeps = 2, .batch = batch, .alpha = 1.0, .v0 = 1.0};
  network_make(&made, choice);
  made.problem.noise = noise;
  return sid_dynamics_validate(&dynamics, &made.problem);
}

static void test_refused_dynamics(void **state) {
  const network_choice ln = {SID_NORM_LN, 1, 1, 0, 0.0}, none = {SID_NORM_NONE, 1, 1, 0, 0.0},
                       eps = {SID_NORM_LN, 1, 1, 0, 1e-5}, conv = {SID_NORM_BN, 1, 1, 1, 0.0};
  enum { S = SID_NOISE_SAMPLES, E = SID_NOISE_EPOCHS, N = SID_NOISE_NONE };
  assert_int_equal(with_dynamics(plain, S, SID_SGD, 3), SID_OK);
  assert_int_equal(with_dynamics(plain, S, SID_SGD, 2), SID_E_COUNT);
  assert_int_equal(with_dynamics(plain, S, SID_SVAG, 2), SID_E_COUNT);
  assert_int_equal(with_dynamics(conv, S, SID_SGD, 2), SID_E_COUNT); /* the dense layer */
  assert_int_equal(with_dynamics(ln, S, SID_SGD, 1), SID_OK);
  assert_int_equal(with_dynamics(ln, S, SID_SGD, 65536), SID_OK);
  assert_int_equal(with_dynamics(ln, S, SID_SGD, 65537), SID_E_COUNT);
  assert_int_equal(with_dynamics(ln, E, SID_SGD, NETWORK_SAMPLES), SID_OK);
  assert_int_equal(with_dynamics(ln, E, SID_SGD, NETWORK_SAMPLES + 1), SID_E_COUNT);
  assert_int_equal(with_dynamics(plain, S, SID_NOISY_GD, 3), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(plain, S, SID_SDE, 3), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(plain, S, SID_SDE2, 3), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(ln, S, SID_NOISY_GD, 3), SID_OK);
  assert_int_equal(with_dynamics(ln, S, SID_SDE2, 70000), SID_OK);
  assert_int_equal(with_dynamics(ln, E, SID_GD, 1), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(ln, E, SID_NOISY_GD, 3), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(ln, E, SID_PROJECTED_GD, 1), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(ln, S, SID_PROJECTED_GD, 1), SID_OK);
  assert_int_equal(with_dynamics(plain, N, SID_SGD, 1), SID_OK);
  assert_int_equal(with_dynamics(none, S, SID_PROJECTED_GD, 1), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(eps, S, SID_RMSPROP, 1), SID_E_UNSUPPORTED);
  assert_int_equal(with_dynamics(none, S, SID_SGD, 1), SID_OK);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exp),
      cmocka_unit_test(test_log1p),
      cmocka_unit_test(test_gradient),
      cmocka_unit_test(test_hessian),
      cmocka_unit_test(test_identities),
      cmocka_unit_test(test_scaling),
      cmocka_unit_test(test_noise),
      cmocka_unit_test(test_batches),
      cmocka_unit_test(test_equal_rows),
      cmocka_unit_test(test_dead_units),
      cmocka_unit_test(test_equal_images),
      cmocka_unit_test(test_evaluation),
      cmocka_unit_test(test_epochs),
      cmocka_unit_test(test_bits),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_refused_rows),
      cmocka_unit_test(test_refused_dynamics),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
