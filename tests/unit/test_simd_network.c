/* Networks on every backend, with the bits of ref/: every norm, activation, loss and dynamics,
 * dense and with conv layers, every width from 1 to 40, odd batches, equal and dead rows, ensembles
 * of 1 to 17, numbers of every size, and how trajectories end. */
#include "../simd/blocks.h"

#include "networks.h"
#include "problems/network.h"

enum { ENSEMBLE = 17 };

static const sid_segment segments[] = {
    {0, 0.125, 0.25, 1.0}, {1, 0.3, 0.0, 0.75}, {3, 0.05, 0.5, 1.0}};
static const int32_t all_dynamics[] = {
    SID_GD,      SID_SGD,   SID_SVAG,         SID_NOISY_GD, SID_SDE,          SID_MOMENTUM,
    SID_ADAM_L2, SID_ADAMW, SID_PROJECTED_GD, SID_RMSPROP,  SID_QUASI_RMSPROP};
static const int32_t noises[] = {SID_NOISE_NONE, SID_NOISE_SAMPLES, SID_NOISE_SAMPLES,
                                 SID_NOISE_EPOCHS};
static const int32_t observables[] = {
    SID_X,          SID_NORM2,        SID_STEP_ANGLE,    SID_LOSS,
    SID_TEST_LOSS,  SID_ACCURACY,     SID_TEST_ACCURACY, SID_LAYER_NORM2,
    SID_GRAD_NORM2, SID_TEST_CLASSES, SID_NOISE_TRACE};

/* An experiment on a network: a few steps with some observables, or all. */
static sid_experiment experiment_on(const network_case *made, int32_t kind, int32_t noise,
                                    uint64_t number) {
  static const uint64_t checkpoints[] = {0, 1, 3, 4};
  sid_experiment experiment = {.problem = made->problem, .seed = number, .steps = 4};
  const int drawn = noise != SID_NOISE_NONE && kind != SID_GD && kind < SID_PROJECTED_GD;
  experiment.problem.noise = noise;
  experiment.dynamics = (sid_dynamics){.kind = kind,
                                       .l = kind == SID_SVAG ? 2 : 0,
                                       .substeps = kind == SID_SDE ? 2 : 0,
                                       .batch = drawn ? 3 + (uint32_t)(number % 19) : 1,
                                       .beta = number % 5 ? 0.9 : 0.0,
                                       .beta2 = number % 7 ? 0.99 : 0.0,
                                       .alpha = 0.25,
                                       .eps = number % 2 ? 1e-8 : 0.0,
                                       .v0 = 0.5};
  experiment.schedule = (sid_schedule){.kind = SID_PIECEWISE,
                                       .segment_count = kind < SID_PROJECTED_GD ? 3 : 1,
                                       .segments = segments};
  experiment.start = (sid_start){.kind = SID_START_GAUSSIAN, .size = 0.25};
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
  experiment.observables = observables,
  experiment.observable_count = number % 4 ? 4 : COUNT(observables) - (noise == SID_NOISE_NONE);
  return experiment;
}

/* Holds the backends to it if it is one; returns whether it is. */
static int require_if_valid(const sid_experiment *experiment, uint32_t count, data_source *data,
                            const char *what) {
  if (sid_experiment_validate(experiment) != SID_OK) return 0;
  require_experiment(experiment, data_raw(data) >> 1, count, data, what);
  return 1;
}

/* ---- every choice -------------------------------------------------------------------------- */

static void require_choice(const network_choice *choice, void *user) {
  static network_case made;
  data_source *data = user;
  char what[128];
  network_make(&made, *choice);
  for (uint64_t round = 0; round < effort(1, 1, 40); round++) {
    const int32_t kind = all_dynamics[data_below(data, COUNT(all_dynamics))],
                  noise = noises[data_below(data, COUNT(noises))];
    const sid_experiment experiment = experiment_on(&made, kind, noise, data_raw(data) >> 1);
    snprintf(what, sizeof what,
             "norm %d, activation %d, loss %d, conv %d, eps %g, dynamics %d, noise %d, batch %u",
             choice->norm, choice->activation, choice->loss, choice->conv, choice->eps, kind, noise,
             (unsigned)experiment.dynamics.batch);
    round -= (uint64_t)!require_if_valid(&experiment, 2, data, what);
  }
}

static void test_choices(void **state) {
  data_source data = {11};
  network_for_each(require_choice, &data);
  (void)state;
}

/* ---- shapes -------------------------------------------------------------------------------- */

/* The shape of a network by chance: up to three layers with these widths at most. */
static void random_shape(network_case *made, data_source *data, uint32_t most) {
  sid_network *network = &made->network;
  const uint32_t convs = (uint32_t)data_below(data, 3);
  network->rows = 1 + (uint32_t)data_below(data, 4);
  network->cols = 1 + (uint32_t)data_below(data, 4);
  network->channels = 1 + (uint32_t)data_below(data, 3);
  network->layer_count = 1 + (uint32_t)data_below(data, 3);
  network->groups = 1 + (uint32_t)data_below(data, 2);
  network->classes = 2 + (uint32_t)data_below(data, 18);
  for (uint32_t k = 0; k < network->layer_count; k++)
    made->layers[k] = (sid_layer){
        .kind = k < convs ? SID_LAYER_CONV : SID_LAYER_DENSE,
        .width = (1 + (uint32_t)data_below(data, most / network->groups)) * network->groups,
        .stride = 1 + (uint32_t)data_below(data, 2)};
  network_bytes(data, made->labels, sizeof made->labels, network->classes);
  network_bytes(data, made->test_labels, sizeof made->test_labels, network->classes);
}

/* Images that are all the same, or some of them; pixels of which all are dead. */
static void degenerate_images(network_case *made, data_source *data) {
  const size_t size = (size_t)made->network.rows * made->network.cols * made->network.channels;
  const uint64_t which = data_below(data, 4);
  if (which == 0) memset(made->pixels, 77, sizeof made->pixels);
  for (size_t i = 1; which == 1 && i < NETWORK_SAMPLES / 2; i++)
    memcpy(made->pixels + i * size, made->pixels, size);
  for (size_t i = 0; which == 2 && i < sizeof made->pixels; i += 2) made->pixels[i] = 0;
}

static void require_shape(uint32_t most, data_source *data, uint64_t *done) {
  static network_case made;
  const network_choice choice = {1 + (int32_t)data_below(data, 5), 1 + (int32_t)data_below(data, 3),
                                 1 + (int32_t)data_below(data, 2), 0,
                                 data_below(data, 4) ? 0.0 : 0.01};
  static const double sizes[] = {0.25, 0.25, 3.0, 200.0, 1e-30, 1e150, 1e-160};
  const char *formula;
  char what[128];
  network_make(&made, choice);
  random_shape(&made, data, most);
  degenerate_images(&made, data);
  made.problem.samples = 3 + (uint32_t)data_below(data, NETWORK_SAMPLES - 2);
  made.problem.dim = (uint32_t)sid_network_dim(&made.problem, &formula);
  sid_experiment experiment =
      experiment_on(&made, all_dynamics[data_below(data, COUNT(all_dynamics))],
                    noises[data_below(data, COUNT(noises))], data_raw(data) >> 1);
  experiment.start.size = sizes[data_below(data, COUNT(sizes))];
  snprintf(what, sizeof what,
           "norm %d, activation %d, loss %d, %u layers, kind %d, widths %u %u %u, "
           "%u classes, dynamics %d, batch %u of %u",
           choice.norm, choice.activation, choice.loss, (unsigned)made.network.layer_count,
           made.layers[0].kind, (unsigned)made.layers[0].width, (unsigned)made.layers[1].width,
           (unsigned)made.layers[2].width, (unsigned)made.network.classes, experiment.dynamics.kind,
           (unsigned)experiment.dynamics.batch, (unsigned)made.problem.samples);
  *done += (uint64_t)require_if_valid(&experiment, 2, data, what);
}

static void test_shapes(void **state) {
  data_source data = {13};
  uint64_t done = 0;
  const uint64_t wanted = effort(30, 120, 4000);
  for (uint64_t round = 0; done < wanted && round < 20 * wanted; round++)
    require_shape(round % 8 ? 12 : 40, &data, &done);
  assert_true(done == wanted);
  (void)state;
}

/* One layer of every width and one in front of the last layer, with every norm. */
static void test_widths(void **state) {
  static network_case made;
  data_source data = {17};
  char what[64];
  const uint32_t step = (uint32_t)effort(7, 1, 1);
  for (int32_t norm = SID_NORM_NONE; norm <= SID_NORM_WN; norm++)
    for (uint32_t width = 3; width <= 40; width += step) {
      const network_choice choice = {norm, 1 + (int32_t)(width % 3), 1 + (int32_t)(width % 2), 0,
                                     0.0};
      const char *formula;
      network_make(&made, choice);
      made.network.classes = width < 4 ? 1 : width < 8 ? 3 : 7;
      network_bytes(&data, made.labels, sizeof made.labels, made.network.classes);
      network_bytes(&data, made.test_labels, sizeof made.test_labels, made.network.classes);
      made.network.groups = 1;
      made.layers[0].width = width, made.layers[1].width = 43 - width > 7 ? 43 - width : 8;
      made.problem.dim = (uint32_t)sid_network_dim(&made.problem, &formula);
      const sid_experiment experiment =
          experiment_on(&made, SID_SGD, SID_NOISE_SAMPLES, data_raw(&data) >> 1);
      snprintf(what, sizeof what, "norm %d, width %u", norm, (unsigned)width);
      (void)require_if_valid(&experiment, 2, &data, what);
    }
  (void)state;
}

/* ---- batches, ensembles, ends -------------------------------------------------------------- */

/* Batches below, at and above what is in memory at a time. */
static void test_batches(void **state) {
  static network_case made;
  static const uint32_t batches[] = {1, 2, 3, 7, 8, 9, 31, 32, 33, 64, 65, 97};
  data_source data = {19};
  char what[64];
  for (int32_t norm = SID_NORM_NONE; norm <= SID_NORM_WN; norm++)
    for (size_t b = 0; b < COUNT(batches); b++) {
      const network_choice choice = {norm, SID_ACTIVATION_SWISH, SID_LOSS_CROSS_ENTROPY,
                                     (int)(b % 2), 0.0};
      network_make(&made, choice);
      sid_experiment experiment =
          experiment_on(&made, SID_SGD, SID_NOISE_SAMPLES, data_raw(&data) >> 1);
      experiment.dynamics.batch = batches[b];
      snprintf(what, sizeof what, "norm %d, batch %u", norm, (unsigned)batches[b]);
      (void)require_if_valid(&experiment, 2, &data, what);
    }
  (void)state;
}

static void test_ensembles(void **state) {
  static network_case made;
  data_source data = {23};
  for (int32_t norm = SID_NORM_NONE; norm <= SID_NORM_WN; norm++) {
    const network_choice choice = {norm, SID_ACTIVATION_RELU, SID_LOSS_CROSS_ENTROPY, 0, 0.0};
    network_make(&made, choice);
    const sid_experiment experiment = experiment_on(&made, SID_ADAMW, SID_NOISE_EPOCHS, 5);
    for (uint32_t count = 1; count <= ENSEMBLE; count += (uint32_t)effort(5, 1, 1))
      assert_true(require_if_valid(&experiment, count, &data, "ensemble"));
  }
  (void)state;
}

/* Rates that are no longer any, steps and rescales that leave the domain, the origin; what is
 * beside x overflows. */
static void test_ends(void **state) {
  static network_case made;
  static const sid_segment ends[][2] = {{{0, 0.125, 0.25, 1.0}, {2, 1e308, 0.0, 1.0}},
                                        {{0, 0.125, 0.25, 1.0}, {2, 0.5, 0.0, 1e300}},
                                        {{0, 0.125, 0.25, 1.0}, {2, 0.5, 0.0, 1e-300}},
                                        {{0, 0.0, 0.25, 1.0}, {2, 0.5, 0.0, 0.5}},
                                        {{0, 1e160, 0.0, 1.0}, {2, 0.125, 0.0, 1.0}}};
  static const sid_schedule overflows[] = {
      /* lr*wd from 1 on; an infinite lr */
      {.kind = SID_EXPONENTIAL, .lr = 1e-3, .wd = 0.25, .factor = 1e100},
      {.kind = SID_EXPONENTIAL, .lr = 10.0, .wd = 0.0, .factor = 1e308}};
  static const int32_t kinds[] = {SID_GD, SID_SGD, SID_MOMENTUM, SID_ADAM_L2, SID_ADAMW};
  static const double sizes[] = {0.25, 1e-170, 1e152, 1e200};
  data_source data = {29};
  uint64_t early = 0;
  char what[96];
  for (int32_t norm = SID_NORM_NONE; norm <= SID_NORM_WN; norm++)
    for (size_t k = 0; k < COUNT(kinds); k++)
      for (size_t e = 0; e < COUNT(ends) + COUNT(overflows); e++)
        for (size_t s = 0; s < COUNT(sizes); s++) {
          const network_choice choice = {norm, SID_ACTIVATION_SWISH, SID_LOSS_SQUARED_ERROR, 0,
                                         0.0};
          if ((k + e + s + (size_t)norm) % effort(8, 3, 1) != 0) continue;
          network_make(&made, choice);
          sid_experiment experiment = experiment_on(
              &made, kinds[k], (e + s) % 2 ? SID_NOISE_EPOCHS : SID_NOISE_SAMPLES, k + e);
          experiment.start.size = sizes[s];
          if (e < COUNT(ends))
            experiment.schedule.segments = ends[e], experiment.schedule.segment_count = 2;
          else
            experiment.schedule = overflows[e - COUNT(ends)];
          if (sid_experiment_validate(&experiment) != SID_OK) continue;
          reference expected = reference_run(&experiment, 1, 2);
          early += expected.ends[0].status != SID_OK;
          reference_free(&expected);
          snprintf(what, sizeof what, "norm %d, dynamics %d, schedule %zu, start %g", norm,
                   kinds[k], e, sizes[s]);
          (void)require_if_valid(&experiment, 2, &data, what);
        }
  print_message("# %llu experiments end early\n", (unsigned long long)early);
  assert_true(early > effort(4, 20, 100));
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_choices),   cmocka_unit_test(test_shapes),
      cmocka_unit_test(test_widths),    cmocka_unit_test(test_batches),
      cmocka_unit_test(test_ensembles), cmocka_unit_test(test_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
