/* Runs trajectories of every problem with every kind of noise that it takes under every dynamics,
 * and prints a hash of all their bits: one line for each group, then "hash" and 16 hexadecimal
 * digits; the same of networks, then "networks" and their hash. Equal machines print the same; the
 * first group that differs says where to look (docs/porting.md). Exit 0 if both are the hashes of
 * this version, 1 if one is another, 3 if sid_selfcheck() refuses.
 *
 * Needs printf() and nothing else. It is meant to be read and copied: replace say() and main() on a
 * board. */
#include <stdio.h>

#include "sidyn.h"

/* What every machine of `make cross` prints. Changes only with docs/spec.md or with the groups
 * below. */
#define TRAJECTORY_HASH 0x656b3e7ec4ba51dcu
#define NETWORKS_HASH 0x2e7bef4541f1b542u

enum { DIM = 5, SAMPLES = 3, STEPS = 240, EVERY = 8, WORK_MAX = 512, NORMALS = 4000 };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- FNV-1a over the big-endian bytes of bit patterns -------------------------------------- */

static uint64_t hash;

static void hash_bits(uint64_t bits) {
  for (unsigned shift = 64; shift != 0; shift -= 8) {
    hash ^= (bits >> (shift - 8)) & 0xffu;
    hash *= 0x100000001b3u; /* FNV prime, 2^40 + 0x1b3 */
  }
}

/* A NaN has different bits on different machines: all count as one. */
static void hash_real(double x) {
  uint64_t bits = 0;
  unsigned char *to = (unsigned char *)&bits;
  const unsigned char *from = (const unsigned char *)&x;
  for (size_t i = 0; i < sizeof bits; i++) to[i] = from[i];
  hash_bits((bits << 1) > 0xffe0000000000000u ? 0x7ff8000000000000u : bits);
}

/* ---- instances ----------------------------------------------------------------------------- */

/* Numbers that are not exact in binary, so that every product is rounded. */
static const double spectrum[DIM] = {-0.3, 0.1, 0.7, 1.1, 1.9};
static const double scale[DIM] = {0.3, 0.7, 1.1, 0.9, 0.2};
static const double matrix[9] = {0.9, -0.4, 0.3, -0.4, 1.7, 0.6, 0.3, 0.6, -0.2};
static const double features[SAMPLES * DIM] = {0.3,  -1.1, 0.7, 0.2, 0.9,  -0.6, 0.4, 1.3,
                                               -0.8, 0.1,  1.2, 0.5, -0.9, 0.6,  -0.7};
static const double labels[SAMPLES] = {0.4, -0.7, 0.1};
static const double curvature[SAMPLES * DIM] = {0.3, 1.1, 0.7, 0.2, 0.9, 0.6, 0.4, 1.3,
                                                0.8, 0.1, 1.2, 0.5, 0.9, 0.6, 0.7};
static const double weights[SAMPLES] = {0.25, 0.625, 0.125};
static const double spectrum_and_more[6] = {-0.3, 0.1, 0.7, 1.1, 1.9, 0.2};
static const uint32_t entries[2 * SAMPLES] = {0, 0, 0, 2, 1, 1};
static const double plane[2 * DIM] = {0.1, -0.7, 0.3, 0.9, 0.2, 0.6, 0.4, -0.1, 0.8, -0.3};

static const struct {
  const char *name;
  sid_problem problem;
} groups[] = {
    {"rayleigh gaussian",
     {.kind = SID_RAYLEIGH,
      .noise = SID_NOISE_GAUSSIAN,
      .dim = DIM,
      .sigma = 0.3,
      .spectrum = spectrum}},
    {"rayleigh rademacher",
     {.kind = SID_RAYLEIGH,
      .noise = SID_NOISE_RADEMACHER,
      .dim = DIM,
      .scale = scale,
      .spectrum = spectrum}},
    {"rayleigh dense sphere",
     {.kind = SID_RAYLEIGH, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = 0.7, .matrix = matrix}},
    {"normalised_linear samples",
     {.kind = SID_NORMALISED_LINEAR,
      .noise = SID_NOISE_SAMPLES,
      .dim = DIM,
      .samples = SAMPLES,
      .features = features,
      .labels = labels}},
    {"normalised_linear scaled",
     {.kind = SID_NORMALISED_LINEAR,
      .noise = SID_NOISE_GAUSSIAN,
      .dim = DIM,
      .samples = SAMPLES,
      .scale = scale,
      .features = features,
      .labels = labels}},
    {"ratio2 gaussian", {.kind = SID_RATIO2, .noise = SID_NOISE_GAUSSIAN, .dim = 2, .sigma = 0.1}},
    {"quadratic_samples",
     {.kind = SID_QUADRATIC_SAMPLES,
      .noise = SID_NOISE_SAMPLES,
      .dim = DIM,
      .samples = SAMPLES,
      .a = curvature,
      .b = features}},
    {"quadratic_samples weighted",
     {.kind = SID_QUADRATIC_SAMPLES,
      .noise = SID_NOISE_SAMPLES,
      .dim = DIM,
      .samples = SAMPLES,
      .a = curvature,
      .b = features,
      .weights = weights}},
    {"noise_only sphere",
     {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = DIM, .sigma = 0.4}},
    {"quadratic_noisy sphere",
     {.kind = SID_QUADRATIC_NOISY,
      .noise = SID_NOISE_SPHERE,
      .dim = DIM,
      .sigma = 0.2,
      .spectrum = spectrum}},
    {"quadratic_noisy scaled",
     {.kind = SID_QUADRATIC_NOISY,
      .noise = SID_NOISE_RADEMACHER,
      .dim = DIM,
      .scale = scale,
      .spectrum = spectrum}},
    {"trough3", {.kind = SID_TROUGH3, .noise = SID_NOISE_NONE, .dim = 3}},
    {"ridge3 gaussian", {.kind = SID_RIDGE3, .noise = SID_NOISE_GAUSSIAN, .dim = 3, .sigma = 0.2}},
    {"bn_regression sphere",
     {.kind = SID_BN_REGRESSION,
      .noise = SID_NOISE_SPHERE,
      .dim = DIM,
      .samples = SAMPLES,
      .sigma = 0.1,
      .features = features,
      .labels = labels}},
    {"bn_completion",
     {.kind = SID_BN_COMPLETION,
      .noise = SID_NOISE_NONE,
      .dim = DIM,
      .samples = SAMPLES,
      .rows = 2,
      .cols = 3,
      .inner = 1,
      .entries = entries,
      .labels = labels,
      .matrix = spectrum_and_more}},
    {"poisson",
     {.kind = SID_POISSON,
      .noise = SID_NOISE_POISSON,
      .dim = 2,
      .mean = 0.7,
      .exp_minus_mean = 0.4965853037914095}},
};

/* Every dynamics, each with another schedule; the last takes lr through the subnormal numbers to
 * zero. */
static const sid_segment constant[1] = {{0, 0.1, 0.01, 1.0}};
static const sid_segment piecewise[3] = {
    {0, 0.2, 0.05, 1.0}, {17, 0.05, 0.3, 1.7}, {90, 0.1, 0.0, 0.3}};
static const struct {
  sid_dynamics dynamics;
  sid_schedule schedule;
} recipes[] = {
    {{.kind = SID_GD, .l = 1, .substeps = 1, .batch = 1},
     {SID_PIECEWISE, 1, constant, 0.0, 0.0, 0.0, 0.0, 0}},
    {{.kind = SID_SGD, .l = 1, .substeps = 1, .batch = 1},
     {SID_PIECEWISE, 3, piecewise, 0.0, 0.0, 0.0, 0.0, 0}},
    {{.kind = SID_SVAG, .l = 3, .substeps = 1, .batch = 1},
     {SID_COSINE, 0, 0, 0.3, 0.01, 0.1, 0.0, 60}},
    {{.kind = SID_NOISY_GD, .l = 1, .substeps = 1, .batch = 1},
     {SID_EXPONENTIAL, 0, 0, 0.3, 0.0, 0.2, 0.97, 0}},
    {{.kind = SID_SDE, .l = 1, .substeps = 2, .batch = 1},
     {SID_TRIANGLE, 0, 0, 0.3, 0.01, 0.1, 0.0, 37}},
    {{.kind = SID_SDE2, .l = 1, .substeps = 2, .batch = 1},
     {SID_PIECEWISE, 1, constant, 0.0, 0.0, 0.0, 0.0, 0}},
    {{.kind = SID_GD, .l = 1, .substeps = 1, .batch = 1},
     {SID_EXPONENTIAL, 0, 0, 0.3, 0.0, 0.2, 0.04, 0}},
    {{.kind = SID_MOMENTUM, .batch = 1, .beta = 0.9},
     {SID_PIECEWISE, 3, piecewise, 0.0, 0.0, 0.0, 0.0, 0}},
    {{.kind = SID_ADAM_L2, .batch = 1, .beta = 0.9, .beta2 = 0.99, .alpha = 0.1, .eps = 1e-3},
     {SID_COSINE, 0, 0, 0.3, 0.01, 0.1, 0.0, 60}},
    {{.kind = SID_ADAMW, .batch = 1, .beta = 0.8, .beta2 = 0.97, .alpha = 0.3},
     {SID_PIECEWISE, 1, constant, 0.0, 0.0, 0.0, 0.0, 0}},
    {{.kind = SID_PROJECTED_GD, .batch = 1}, {SID_TRIANGLE, 0, 0, 0.3, 0.01, 0.1, 0.0, 37}},
    {{.kind = SID_RMSPROP, .batch = 1, .beta = 0.97, .v0 = 0.7},
     {SID_PIECEWISE, 1, constant, 0.0, 0.0, 0.0, 0.0, 0}},
    {{.kind = SID_QUASI_RMSPROP, .batch = 1, .beta = 0.97, .v0 = 0.7},
     {SID_PIECEWISE, 1, constant, 0.0, 0.0, 0.0, 0.0, 0}},
};

/* ---- running ------------------------------------------------------------------------------- */

static const int32_t observables[] = {
    SID_NORM2,        SID_LOSS,  SID_GRAD_NORM2, SID_NOISE_TRACE, SID_STEP_ANGLE,
    SID_EFFECTIVE_LR, SID_GAMMA, SID_F,          SID_PLANE_ANGLE, SID_X};

static int hash_row(void *user, uint64_t step, const double *x, const double *row) {
  const size_t *width = user;
  (void)x; /* the last of the observables */
  hash_bits(step);
  for (size_t o = 0; o < *width; o++) hash_real(row[o]);
  return 0;
}

/* Runs the experiment and takes its rows, its end and its last state into the hash. */
static void hash_run(const sid_experiment *experiment) {
  static double x[3 * DIM + 2], work[WORK_MAX];
  uint64_t step = 0;
  size_t width = sid_row_width(experiment);
  sid_status status = sid_experiment_validate(experiment);
  for (size_t j = 0; j < COUNT(x); j++) x[j] = 0.0;
  if (!status) status = sid_run(experiment, 3, hash_row, &width, x, &step, work, WORK_MAX);
  hash_bits((uint64_t)(int64_t)status);
  hash_bits(step);
  for (size_t j = 0; j < experiment->problem.dim; j++) hash_real(x[j]);
}

static void hash_group(const sid_problem *problem) {
  static uint64_t checkpoints[STEPS / EVERY + 1];
  sid_experiment experiment = {.problem = *problem,
                               .start = {SID_START_SPHERE, 0, 1.1},
                               .seed = 20,
                               .steps = STEPS,
                               .checkpoints = checkpoints,
                               .checkpoint_count = COUNT(checkpoints),
                               .observable_count = COUNT(observables),
                               .observables = observables,
                               .plane = plane};
  for (size_t c = 0; c < COUNT(checkpoints); c++) checkpoints[c] = c * EVERY;
  for (size_t r = 0; r < COUNT(recipes); r++) {
    experiment.dynamics = recipes[r].dynamics;
    experiment.schedule = recipes[r].schedule;
    experiment.start.kind = r % 2 != 0 ? SID_START_GAUSSIAN : SID_START_SPHERE;
    const int draws =
        recipes[r].dynamics.kind != SID_GD && recipes[r].dynamics.kind < SID_PROJECTED_GD;
    if (problem->noise >= SID_NOISE_SAMPLES && r > 2 && draws) experiment.dynamics.batch = 2;
    if (problem->kind >= SID_TROUGH3 && problem->kind != SID_POISSON)
      experiment.start.kind = SID_START_UNIFORM;
    hash_run(&experiment);
  }
}

/* The chaotic one: an error of one bit grows until nothing agrees. */
static void hash_chaos(void) {
  static const double start[2] = {0.1, 1.0};
  static const sid_segment fast[1] = {{0, 0.1, 0.5, 1.0}};
  static const uint64_t checkpoints[] = {0, 1, 2, 10, 100, 1000, 2000, 20000};
  const sid_experiment experiment = {{.kind = SID_RATIO2, .noise = SID_NOISE_NONE, .dim = 2},
                                     {.kind = SID_GD, .l = 1, .substeps = 1, .batch = 1},
                                     {SID_PIECEWISE, 1, fast, 0.0, 0.0, 0.0, 0.0, 0},
                                     {SID_START_POINT, start, 0.0},
                                     0,
                                     20000,
                                     checkpoints,
                                     COUNT(checkpoints),
                                     COUNT(observables),
                                     observables,
                                     plane};
  hash_run(&experiment);
}

static void hash_normals(void) {
  const uint64_t key[2] = {SID_KEY_NOISE, 1};
  double z[2];
  sid_stream stream = {0, 0, 0, 0, NULL};
  hash_bits((uint64_t)(int64_t)sid_stream_init(&stream, 5, key, 2));
  for (size_t i = 0; i < NORMALS; i += 2) {
    sid_stream_normals(&stream, z, 2);
    hash_real(z[0]);
    hash_real(z[1]);
  }
}

/* Sharpness, flows, limiting laws and random data. */
static void hash_laws(void) {
  static double work[WORK_MAX];
  const sid_problem rayleigh = {.kind = SID_RAYLEIGH, .dim = 3, .matrix = matrix},
                    trough = {.kind = SID_TROUGH3, .dim = 3};
  const sid_flow flow = {SID_FLOW_SHARPNESS, &trough, 0.0, 2.0, 1.0},
                 gradient = {SID_FLOW_GRADIENT, &trough, 0.1, 0, 0};
  const sid_circle_law circle = {0.5, 0.81, 0.3, 0.8};
  const sid_rayleigh_law law = {0.01, 0.1, 1.0, 0.0, 1.0, 5};
  const sid_levy_law levy = {0.1, 0.3, 0.7, 0.4965853037914095};
  double x[6] = {0.5, 0.4, 0.6, 0.1, 0.2, 0.3}, v[3] = {0.3, 0.2, 0.1}, error = 0.0,
         s[2] = {1.0, 0.0}, q[2] = {0.6, 1.0};
  const uint64_t key[2] = {SID_KEY_DATA, 2};
  sid_stream stream = {0, 0, 0, 0, NULL};
  uint32_t cells[8];
  hash_bits((uint64_t)(int64_t)sid_stream_init(&stream, 5, key, 2));
  hash_real(sid_sharpness_lanczos(&rayleigh, x, 3, &error, work));
  hash_real(error);
  hash_real(sid_sharpness_power(&trough, x, 1.5, 20, v, &error, work));
  hash_real(error);
  hash_bits((uint64_t)(int64_t)sid_flow_run(&gradient, 0.125, 40, x, &error, work));
  hash_real(error);
  hash_bits((uint64_t)(int64_t)sid_flow_run(&flow, 0.0625, 8, x, &error, work));
  for (size_t i = 0; i < 50; i++) {
    sid_circle_step(&circle, 0.01, s, &stream);
    sid_rayleigh_law_step(&law, 0.5, q, &stream);
    sid_levy_step(&levy, &rayleigh, 0.7, x, &stream, work);
  }
  for (int32_t kind = SID_DATA_NORMAL; kind <= SID_DATA_UNIFORM; kind++)
    hash_bits((uint64_t)(int64_t)sid_data_fill(&stream, kind, 31, work + 31 * kind));
  hash_bits((uint64_t)(int64_t)sid_data_entries(&stream, 3, 4, 4, cells));
  hash_bits((uint64_t)(int64_t)sid_data_low_rank(&stream, 3, 2, 2, work, work + 6));
  for (size_t i = 0; i < 155; i++) hash_real(work[i]);
  for (size_t i = 0; i < 8; i++) hash_bits(cells[i]);
  for (size_t i = 0; i < 6; i++) hash_real(x[i]);
  for (size_t i = 0; i < 2; i++) hash_real(s[i]);
  for (size_t i = 0; i < 2; i++) hash_real(q[i]);
}

/* ---- networks ------------------------------------------------------------------------------ */

enum { IMAGES = 64, TESTS = 16, NETWORK_STEPS = 24, NETWORK_STATE = 1024, NETWORK_WORK = 16384 };

static const sid_layer dense[2] = {{SID_LAYER_DENSE, 8, 1}, {SID_LAYER_DENSE, 8, 1}};
static const sid_layer conv[2] = {{SID_LAYER_CONV, 3, 2}, {SID_LAYER_DENSE, 8, 1}};

/* 8-8-4 but for two of them; together every norm, activation, loss and way to sample. */
static const struct {
  const char *name;
  int32_t norm, activation, loss, noise;
  double eps;
  const sid_layer *layers;
  uint32_t layer_count;
} networks[] = {
    {"bn relu", SID_NORM_BN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, SID_NOISE_SAMPLES, 0.0,
     dense, 1},
    {"ln swish", SID_NORM_LN, SID_ACTIVATION_SWISH, SID_LOSS_CROSS_ENTROPY, SID_NOISE_SAMPLES, 0.0,
     dense, 2},
    {"gn eps", SID_NORM_GN, SID_ACTIVATION_SWISH, SID_LOSS_SQUARED_ERROR, SID_NOISE_SAMPLES, 1e-3,
     dense, 1},
    {"wn epochs", SID_NORM_WN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, SID_NOISE_EPOCHS, 0.0,
     dense, 1},
    {"linear", SID_NORM_NONE, SID_ACTIVATION_LINEAR, SID_LOSS_SQUARED_ERROR, SID_NOISE_NONE, 0.0,
     dense, 1},
    {"conv bn", SID_NORM_BN, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, SID_NOISE_EPOCHS, 0.0,
     conv, 2},
    {"conv ln", SID_NORM_LN, SID_ACTIVATION_SWISH, SID_LOSS_CROSS_ENTROPY, SID_NOISE_SAMPLES, 0.0,
     conv, 2},
};

static const int32_t network_observables[] = {
    SID_NORM2,     SID_LOSS,       SID_GRAD_NORM2,    SID_STEP_ANGLE,   SID_LAYER_NORM2,
    SID_TEST_LOSS, SID_ACCURACY,   SID_TEST_ACCURACY, SID_TEST_CLASSES, SID_MIDPOINT_TEST_LOSS,
    SID_X,         SID_NOISE_TRACE};

/* As hash_run(), the whole state. What a network does not go together with is refused. */
static void hash_network_run(const sid_experiment *experiment) {
  static double x[NETWORK_STATE], work[NETWORK_WORK];
  uint64_t step = 0;
  const sid_status status = sid_experiment_validate(experiment);
  hash_bits((uint64_t)(int64_t)status);
  if (status) return;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  size_t width = sid_row_width(experiment);
  if (kept <= NETWORK_STATE)
    hash_bits(
        (uint64_t)(int64_t)sid_run(experiment, 3, hash_row, &width, x, &step, work, NETWORK_WORK));
  hash_bits(step);
  for (size_t j = 0; j < kept && j < NETWORK_STATE; j++) hash_real(x[j]);
}

/* The sharpness after one step of gradient descent, refused where there is none. Its 64 products
 * with the Hessian take longer than a run under most dynamics: one of a network is enough. */
static void hash_network_sharpness(sid_experiment *experiment) {
  static const uint64_t checkpoints[] = {1};
  static const int32_t sharpness[] = {SID_SPHERICAL_SHARPNESS};
  experiment->dynamics = recipes[0].dynamics;
  experiment->schedule = recipes[0].schedule;
  experiment->problem.noise = SID_NOISE_NONE;
  experiment->steps = 1;
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = COUNT(checkpoints);
  experiment->observables = sharpness;
  experiment->observable_count = COUNT(sharpness);
  hash_network_run(experiment);
}

static void hash_network(size_t which) {
  static const uint64_t checkpoints[] = {0, 1, 2, 8, NETWORK_STEPS};
  static const sid_blobs blobs = {8, 6, 4, 40.0};
  static uint8_t pixels[8 * (IMAGES + TESTS)], marks[IMAGES + TESTS];
  static double work[7 * 8];
  const uint64_t key[2] = {SID_KEY_DATA, 0};
  sid_stream stream = {0, 0, 0, 0, NULL};
  sid_network network = {.rows = 4, .cols = 2, .channels = 1, .groups = 2, .gain = 1.5};
  hash_bits((uint64_t)(int64_t)sid_stream_init(&stream, 5, key, 2));
  hash_bits(
      (uint64_t)(int64_t)sid_data_blobs(&stream, &blobs, IMAGES + TESTS, pixels, marks, work));
  for (size_t i = 0; i < sizeof pixels; i++) hash_bits(pixels[i]);
  network.layer_count = networks[which].layer_count, network.layers = networks[which].layers;
  network.norm = networks[which].norm, network.activation = networks[which].activation;
  network.loss = networks[which].loss, network.eps = networks[which].eps;
  network.classes = 4, network.temperature = 2.0, network.scale = 0.01, network.centre = 1.1;
  network.pixels = pixels, network.labels = marks, network.test_samples = TESTS;
  network.test_pixels = pixels + 8 * IMAGES, network.test_labels = marks + IMAGES;
  sid_experiment experiment = {.problem = {.kind = SID_NETWORK,
                                           .noise = networks[which].noise,
                                           .dim = 64,
                                           .samples = IMAGES,
                                           .network = &network},
                               .start = {SID_START_GAUSSIAN, 0, 0.7},
                               .seed = 20,
                               .steps = NETWORK_STEPS,
                               .checkpoints = checkpoints,
                               .checkpoint_count = COUNT(checkpoints),
                               .observable_count = COUNT(network_observables),
                               .observables = network_observables};
  if (network.norm == SID_NORM_BN) experiment.observable_count--; /* it has no noise trace */
  if (networks[which].layer_count == 2)
    experiment.problem.dim = networks[which].layers == conv ? 9 * 3 + 2 * 3 * 8 : 128;
  for (size_t r = 0; r < COUNT(recipes); r++) {
    experiment.dynamics = recipes[r].dynamics;
    experiment.schedule = recipes[r].schedule;
    const int draws =
        recipes[r].dynamics.kind != SID_GD && recipes[r].dynamics.kind < SID_PROJECTED_GD;
    if (draws && networks[which].noise != SID_NOISE_NONE) experiment.dynamics.batch = 8;
    hash_network_run(&experiment);
  }
  hash_network_sharpness(&experiment);
}

/* ---- telling ------------------------------------------------------------------------------- */

static void say(const char *name) { printf("%016llx %s\n", (unsigned long long)hash, name); }

int main(void) {
  const uint32_t faults = sid_selfcheck();
  for (uint32_t bit = 1; bit != 0; bit <<= 1)
    if ((faults & bit) != 0)
      printf("selfcheck 0x%lx: %s\n", (unsigned long)bit, sid_selfcheck_text(bit));
#ifdef STOP_IF_REFUSED /* for tests that ask for the codes alone */
  if (faults) return 3;
#endif
  hash = 0xcbf29ce484222325u; /* FNV offset basis */
  hash_normals();
  say("normals");
  hash_chaos();
  say("ratio2 chaos");
  for (size_t g = 0; g < COUNT(groups); g++) {
    hash_group(&groups[g].problem);
    say(groups[g].name);
  }
  hash_laws();
  say("laws");
  const int same = hash == TRAJECTORY_HASH;
  printf("hash %016llx\n", (unsigned long long)hash);
  hash = 0xcbf29ce484222325u;
  for (size_t n = 0; n < COUNT(networks); n++) {
    hash_network(n);
    say(networks[n].name);
  }
  printf("networks %016llx\n", (unsigned long long)hash);
  if (faults) return 3;
  return !same || hash != NETWORKS_HASH;
}
