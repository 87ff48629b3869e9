/* Random networks (docs/spec-network.md), so small that every number of theirs can be changed. */
#include "conform/cases.h"

#if SID_HAVE_JANSSON

#include "fields.h"
#include "observe.h"
#include "problem.h"

enum { VF_NORM_KINDS = 5, VF_ACTIVATION_KINDS = 3, VF_LOSS_KINDS = 2 };

/* Of two groups each has three numbers at least, which makes a width of six in dense layers and
 * four positions in conv layers. */
static void vf_case_layers(vf_cases *cases, sid_network *network) {
  static const sid_layer conv1 = {SID_LAYER_CONV, 2, 1}, conv2 = {SID_LAYER_CONV, 2, 2};
  const uint32_t width = network->norm == SID_NORM_GN ? 6 : vf_case_integer(cases, 4, 6);
  const sid_layer dense = {SID_LAYER_DENSE, width, 0};
  sid_layer *layers = vf_arena_take(cases->arena, 2, sizeof *layers);
  const uint32_t shape = vf_case_integer(cases, 0, 3), conv = shape >= 2;
  network->rows = conv ? 3 : 1;
  network->cols = conv ? 3 : vf_case_integer(cases, 2, 4);
  network->channels = shape == 1 ? 2 : 1;
  network->layers = layers;
  network->layer_count = shape == 0 ? 1 : 2;
  layers[0] = shape == 3 ? conv1 : shape == 2 ? conv2 : dense;
  layers[1] = shape == 3 ? conv2 : dense;
}

static uint8_t *vf_case_bytes(vf_cases *cases, size_t count, uint32_t below) {
  uint8_t *bytes = vf_arena_take(cases->arena, count, sizeof *bytes);
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)vf_case_integer(cases, 0, below - 1);
  return bytes;
}

static void vf_case_images(vf_cases *cases, sid_problem *problem, sid_network *network) {
  const size_t size = (size_t)network->rows * network->cols * network->channels;
  problem->samples = vf_case_integer(cases, 6, 9);
  network->test_samples = vf_case_integer(cases, 0, 3);
  network->pixels = vf_case_bytes(cases, size * problem->samples, 256);
  network->labels = vf_case_bytes(cases, problem->samples, network->classes);
  if (network->test_samples == 0) return;
  network->test_pixels = vf_case_bytes(cases, size * network->test_samples, 256);
  network->test_labels = vf_case_bytes(cases, network->test_samples, network->classes);
}

static void vf_case_network_noise(vf_cases *cases, sid_problem *problem) {
  static const int32_t kinds[] = {SID_NOISE_NONE, SID_NOISE_SAMPLES, SID_NOISE_EPOCHS};
  uint32_t allowed = sid_problem_traits_of(problem)->noises;
  if (allowed & cases->noises) allowed &= cases->noises;
  problem->noise = cases->noise;
  while (cases->noise < 0 && (problem->noise < 0 || !(allowed & SID_NOISE_BIT(problem->noise))))
    problem->noise = kinds[vf_case_integer(cases, 0, 2)];
}

void vf_case_network(vf_cases *cases, sid_problem *problem) {
  const uint32_t kinds = VF_NORM_KINDS * VF_ACTIVATION_KINDS * VF_LOSS_KINDS;
  const uint32_t turn =
      cases->turn < 0 ? vf_case_integer(cases, 0, kinds - 1) : (uint32_t)cases->turn % kinds;
  sid_network *network = vf_arena_take(cases->arena, 1, sizeof *network);
  const char *formula;
  uint64_t weights = 0;
  problem->network = network;
  network->norm = SID_NORM_NONE + (int32_t)(turn % VF_NORM_KINDS);
  network->activation = SID_ACTIVATION_RELU + (int32_t)(turn / VF_NORM_KINDS % VF_ACTIVATION_KINDS);
  network->loss = SID_LOSS_CROSS_ENTROPY + (int32_t)(turn / VF_NORM_KINDS / VF_ACTIVATION_KINDS);
  network->groups = network->norm == SID_NORM_GN ? 2 : 0;
  network->gain = network->norm == SID_NORM_WN ? vf_case_uniform(cases, 0.5, 3.0) : 1.0;
  if (network->norm != SID_NORM_NONE && vf_case_integer(cases, 0, 2) == 0)
    network->eps = vf_case_uniform(cases, 0.001, 0.1);
  network->classes = vf_case_integer(cases, 2, 3);
  network->temperature = vf_case_uniform(cases, 0.5, 2.0);
  network->scale = vf_case_uniform(cases, 0.004, 0.012);
  network->centre = vf_case_uniform(cases, 0.5, 1.5);
  vf_case_layers(cases, network);
  vf_case_images(cases, problem, network);
  vf_case_network_noise(cases, problem);
  (void)sid_problem_own_dim(problem, &weights, &formula);
  problem->dim = (uint32_t)weights;
}

uint32_t vf_case_batch(vf_cases *cases, const sid_problem *problem) {
  const int bn = problem->kind == SID_NETWORK && problem->network->norm == SID_NORM_BN;
  if (!bn) return vf_case_integer(cases, 1, 5);
  return cases->extreme ? vf_case_integer(cases, 3, 5) : vf_case_integer(cases, 5, 6);
}

void vf_case_zeros(vf_cases *cases, const sid_problem *problem, double *x) {
  if (problem->kind != SID_NETWORK || problem->network->norm != SID_NORM_NONE) return;
  const uint32_t width = problem->network->layers[0].width;
  size_t size;
  (void)sid_network_weights(problem->network, 0, &size);
  if (cases->turn < 0 && vf_case_integer(cases, 0, 1)) return;
  for (size_t i = 0; i < size; i += width) x[i] = 0.0;
}

void vf_case_observables(vf_cases *cases, sid_experiment *experiment, int32_t least,
                         uint32_t wanted) {
  int32_t *observables = (int32_t *)(uintptr_t)experiment->observables;
  for (int32_t o = least; o <= SID_TEST_CLASSES; o++)
    if (wanted >> o & 1u && cases->observables >> o & 1u &&
        sid_observable_defined(&experiment->problem, o) && vf_case_integer(cases, 0, 3))
      observables[experiment->observable_count++] = o;
}

int vf_case_observe(vf_cases *cases, vf_request *request) {
  sid_experiment *experiment = &request->experiment;
  uint32_t wanted = vf_observed & ~(1u << SID_X);
  if (experiment->problem.kind != SID_NETWORK) return 0;
  if (!cases->extreme) wanted &= ~(1u << SID_SPHERICAL_SHARPNESS);
  experiment->observables =
      vf_arena_take(cases->arena, SID_TEST_CLASSES + 1, sizeof *experiment->observables);
  vf_case_observables(cases, experiment, SID_NORM2, wanted);
  return experiment->observable_count > 0;
}

#endif
