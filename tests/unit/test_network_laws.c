/* Everything of fixtures/network_laws.json, to the bit: functions, derivatives, batches, noise,
 * evaluation and data of networks, of an implementation that has seen docs/spec-network.md alone.
 */
#include "laws.h"

static void point_of(const law *one, const char *name, double *x) {
  assert_int_equal(law_reals(one, "reals", name, x), one->problem->dim);
}

/* The counts of this name are these n numbers. */
static void require_counts(const law *one, const char *name, const double *actual, size_t n) {
  const json_t *list = field(field(one->json, "counts"), name);
  assert_int_equal(json_array_size(list), n);
  for (size_t i = 0; i < n; i++)
    require_bits(actual[i], (double)json_integer_value(json_array_get(list, i)), one->id, i);
}

/* ---- section 3 ----------------------------------------------------------------------------- */

static void check_function(const law *one, const char *name, double (*function)(double)) {
  double values[NUMBERS_MOST];
  const size_t n = law_reals(one, "reals", name, values);
  for (size_t i = 0; i < n; i++) values[i] = function(values[i]);
  require_result(one, "values", values, n);
}

static void check_exponential(law *one) { check_function(one, "x", sid_network_exp); }
static void check_logarithm(law *one) { check_function(one, "u", sid_network_log1p); }

static void require_number(const law *one, double actual, double expected, size_t index) {
  if (actual == actual || expected == expected) require_bits(actual, expected, one->id, index);
}

/* A network whose only number that is not 0 is z: with f_0 = f_1 = its value a, gradient and
 * Hessian tell slope and curvature. */
static void check_activation(law *one) {
  static const char *const names[] = {"activation_relu", "activation_swish", "activation_linear"};
  static const uint8_t pixel[1] = {1}, label[1] = {0};
  const sid_layer layer = {SID_LAYER_DENSE, 4, 0};
  sid_network network = {.rows = 1,
                         .cols = 1,
                         .channels = 1,
                         .layer_count = 1,
                         .layers = &layer,
                         .norm = SID_NORM_NONE,
                         .activation = SID_ACTIVATION_RELU,
                         .loss = SID_LOSS_SQUARED_ERROR,
                         .classes = 2,
                         .temperature = 2.0,
                         .scale = 1.0,
                         .pixels = pixel,
                         .labels = label};
  const sid_problem problem = {
      .kind = SID_NETWORK, .noise = SID_NOISE_NONE, .dim = 4, .samples = 1, .network = &network};
  while (strcmp(names[network.activation - SID_ACTIVATION_RELU],
                text_of(field(one->json, "kind"))) != 0)
    assert_true(network.activation++ < SID_ACTIVATION_LINEAR);
  assert_int_equal(sid_problem_validate(&problem), SID_OK);
  double z[NUMBERS_MOST], value[NUMBERS_MOST], slope[NUMBERS_MOST], curvature[NUMBERS_MOST], g[4],
      *work = allocate(sid_problem_workspace(&problem));
  const size_t n = law_reals(one, "reals", "z", z);
  assert_true(law_reals(one, "results", "value", value) == n &&
              law_reals(one, "results", "slope", slope) == n &&
              law_reals(one, "results", "curvature", curvature) == n);
  for (size_t i = 0; i < n; i++) {
    const double x[4] = {z[i], 0.0, 0.0, 0.0}, y[4] = {1.0, 0.0, 0.0, 0.0}, a = value[i] + 0.0;
    const double r = a - 1.0, d = r + a;
    require_number(one, sid_problem_loss(&problem, x, work), 0.5 * (r * r + a * a), i);
    sid_problem_gradient(&problem, x, g, work);
    require_number(one, g[0], slope[i] * d, i);
    sid_problem_hessian_vector(&problem, x, y, g, work);
    require_number(one, g[0], curvature[i] * d + slope[i] * (slope[i] + slope[i]), i);
  }
  free(work);
}

/* ---- sections 5 to 9 ----------------------------------------------------------------------- */

static void check_evaluation(law *one) {
  const sid_network *network = one->problem->network;
  const json_t *classes = field(field(one->json, "counts"), "classes");
  double x[NUMBERS_MOST], norms[SID_NETWORK_LAYERS_MAX], found[NUMBERS_MOST], right = 0.0;
  point_of(one, "x", x);
  for (uint32_t k = 0; k < network->layer_count; k++) {
    size_t size;
    const size_t offset = sid_network_weights(network, k, &size);
    norms[k] = sid_dot(x + offset, x + offset, size);
  }
  require_result(one, "layer_norm2", norms, network->layer_count);
  const double accuracy = sid_network_accuracy(one->problem, x, one->work);
  require_result(one, "accuracy", &accuracy, 1);
  assert_int_equal(json_array_size(classes), one->problem->samples);
  for (uint32_t i = 0; i < one->problem->samples; i++)
    right += json_integer_value(json_array_get(classes, i)) == network->labels[i];
  require_bits(accuracy, right / one->problem->samples, one->id, 0);
  const double test_accuracy = sid_network_test_accuracy(one->problem, x, one->work),
               test_loss = sid_problem_test_loss(one->problem, x, one->work);
  require_result(one, "test_accuracy", &test_accuracy, 1);
  require_result(one, "test_loss", &test_loss, 1);
  sid_network_test_classes(one->problem, x, found, one->work);
  require_counts(one, "test_classes", found, network->test_samples);
}

static void check_batch_gradient(law *one) {
  const json_t *list = field(field(one->json, "integers"), "batch");
  const uint32_t count = (uint32_t)json_array_size(list), p = one->problem->dim;
  double x[NUMBERS_MOST], batch[NUMBERS_MOST],
      *gradient = allocate(p), *work = allocate(sid_problem_batch_workspace(one->problem, count));
  point_of(one, "x", x);
  for (uint32_t i = 0; i < count; i++)
    batch[i] = (double)json_integer_value(json_array_get(list, i));
  sid_network_batch_gradient(one->problem, x, batch, count, gradient, work);
  require_result(one, "gradient", gradient, p);
  free(gradient);
  free(work);
}

static void check_noise(law *one) {
  const uint32_t p = one->problem->dim;
  double x[NUMBERS_MOST], *u = allocate(p);
  point_of(one, "x", x);
  const double trace = sid_problem_noise_trace(one->problem, x, one->work);
  require_result(one, "trace", &trace, 1);
  sid_problem_gaussian_noise(one->problem, x, &one->stream, u, one->work);
  require_result(one, "u", u, p);
  law_after(one);
  free(u);
}

/* Steps of SGD at lr 0, which leave x alone; the state shows what was drawn. */
static void check_epochs(law *one) {
  const uint32_t n = law_count(one, "integers", "n"), size = law_count(one, "integers", "batch"),
                 batches = law_count(one, "integers", "batches");
  enum { SAMPLES_MOST = 64, NUMBERS = 3, WIDTH = 4 };
  uint8_t pixels[SAMPLES_MOST * NUMBERS], labels[SAMPLES_MOST] = {0};
  assert_true(n <= SAMPLES_MOST);
  for (uint32_t i = 0; i < COUNT(pixels); i++) pixels[i] = (uint8_t)(i * i);
  const sid_layer layer = {SID_LAYER_DENSE, WIDTH, 0};
  const sid_network network = {.rows = 1,
                               .cols = 1,
                               .channels = NUMBERS,
                               .layer_count = 1,
                               .layers = &layer,
                               .norm = SID_NORM_LN,
                               .activation = SID_ACTIVATION_RELU,
                               .loss = SID_LOSS_CROSS_ENTROPY,
                               .classes = 2,
                               .temperature = 1.0,
                               .scale = 1.0,
                               .pixels = pixels,
                               .labels = labels};
  const sid_problem problem = {.kind = SID_NETWORK,
                               .noise = SID_NOISE_EPOCHS,
                               .dim = NUMBERS * WIDTH,
                               .samples = n,
                               .network = &network};
  const sid_dynamics sgd = {.kind = SID_SGD, .batch = size};
  assert_int_equal(sid_dynamics_validate(&sgd, &problem), SID_OK);
  double *x = allocate(sid_state_doubles(&problem, &sgd)), taken[NUMBERS_MOST],
         *work = allocate(sid_step_workspace(&problem, &sgd));
  for (uint32_t j = 0; j < NUMBERS * WIDTH; j++) x[j] = j % 5 + 0.5;
  sid_state_begin(&problem, &sgd, 0.0, x);
  double *q = x + problem.dim, *k = q + n;
  for (uint32_t b = 0; b < batches; b++) {
    assert_int_equal(sid_step(&problem, &sgd, 0.0, 0.0, x, &one->stream, work), SID_OK);
    memcpy(taken + (size_t)b * size, q + ((size_t)*k - 1) * size, size * sizeof *q);
  }
  require_counts(one, "samples", taken, (size_t)batches * size);
  require_result(one, "q", q, n);
  require_result(one, "k", k, 1);
  law_after(one);
  free(x);
  free(work);
}

/* ---- section 12 ---------------------------------------------------------------------------- */

static void require_bytes(const law *one, const char *name, const uint8_t *bytes, size_t n) {
  double numbers[NUMBERS_MOST];
  assert_true(n <= NUMBERS_MOST);
  for (size_t i = 0; i < n; i++) numbers[i] = bytes[i];
  require_counts(one, name, numbers, n);
}

static void check_blobs(law *one) {
  const json_t *shape = field(field(one->json, "integers"), "shape");
  uint8_t pixels[NUMBERS_MOST], labels[NUMBERS_MOST];
  uint32_t numbers = 1;
  for (size_t i = 0; i < 3; i++) numbers *= (uint32_t)json_integer_value(json_array_get(shape, i));
  const uint32_t count = law_count(one, "integers", "count");
  const sid_blobs blobs = {numbers, law_count(one, "integers", "centres"),
                           law_count(one, "integers", "classes"), law_real(one, "spread")};
  double *work = allocate(((size_t)blobs.centres + 1) * numbers);
  assert_true((size_t)count * numbers <= NUMBERS_MOST);
  assert_int_equal(sid_data_blobs(&one->stream, &blobs, count, pixels, labels, work), SID_OK);
  require_bytes(one, "images", pixels, (size_t)count * numbers);
  require_bytes(one, "labels", labels, count);
  law_after(one);
  free(work);
}

/* ---- all of them --------------------------------------------------------------------------- */

static law_kind kinds[] = {
    {"exponential", 1, check_exponential},
    {"logarithm", 1, check_logarithm},
    {"activation_", 3, check_activation},
    {"derivatives", 100, check_derivatives},
    {"evaluation", 100, check_evaluation},
    {"batch_gradient", 100, check_batch_gradient},
    {"network_noise", 80, check_noise},
    {"epochs", 6, check_epochs},
    {"blobs", 4, check_blobs},
    {"lanczos", 10, check_lanczos},
};

int main(void) { return run_laws("network_laws", 500, kinds, COUNT(kinds)); }
