/* The problem network as data: traits, fields, dimension, and what is refused.
 * docs/spec-network.md sections 8 and 11. */
#include "network.h"
#include "../ranges.h"

const sid_problem_traits sid_network_traits = {.scale_invariant = SID_IF_NORMALISED,
                                               .standard_noise = SID_NOISE_SAMPLES,
                                               .noises = SID_NOISE_BIT(SID_NOISE_NONE) |
                                                         SID_NOISE_BIT(SID_NOISE_SAMPLES) |
                                                         SID_NOISE_BIT(SID_NOISE_EPOCHS)};

const sid_problem_field sid_network_fields[] = {{"network",
                                                 "a network",
                                                 SID_MEMBER(network),
                                                 {SID_MEMBER(samples), 0, 0},
                                                 SID_FIELD_NETWORK,
                                                 SID_REQUIRED,
                                                 SID_FINITE},
                                                SID_LAST_FIELD};

/* Where the shapes are wrong, sid_network_check() says so: the dimension is then any. */
uint64_t sid_network_dim(const sid_problem *problem, const char **formula) {
  uint64_t weights = 0;
  sid_fault fault;
  *formula = "the number of weights is";
  if (!problem->network || sid_net_check_shape(problem->network, &weights, &fault))
    return problem->dim;
  return weights;
}

/* ---- what is refused ----------------------------------------------------------------------- */

static sid_status sid_net_wrong(sid_fault *fault, sid_status status, const char *field,
                                double value, const char *allowed) {
  fault->field = field, fault->value = value, fault->allowed = allowed;
  return status;
}

static sid_status sid_net_check_numbers(const sid_network *network, sid_fault *fault) {
  static const char positive[] = "finite and > 0";
  if (!sid_is_positive(network->temperature))
    return sid_net_wrong(fault, SID_E_PARAMETER, "temperature", network->temperature, positive);
  if (!sid_is_positive(network->scale))
    return sid_net_wrong(fault, SID_E_PARAMETER, "data.scale", network->scale, positive);
  if (!sid_all_finite(&network->centre, 1))
    return sid_net_wrong(fault, SID_E_PARAMETER, "data.centre", network->centre, "a finite number");
  if (network->norm != SID_NORM_NONE && !sid_is_nonnegative(network->eps))
    return sid_net_wrong(fault, SID_E_PARAMETER, "norm.eps", network->eps, "finite and >= 0");
  if (network->norm == SID_NORM_WN && !sid_is_positive(network->gain))
    return sid_net_wrong(fault, SID_E_PARAMETER, "norm.gain", network->gain, positive);
  return SID_OK;
}

static sid_status sid_net_check_kinds(const sid_network *network, sid_fault *fault) {
  if (network->norm < SID_NORM_NONE || network->norm > SID_NORM_WN)
    return sid_net_wrong(fault, SID_E_KIND, "norm.kind", network->norm, "none bn ln gn wn");
  if (network->activation < SID_ACTIVATION_RELU || network->activation > SID_ACTIVATION_LINEAR)
    return sid_net_wrong(fault, SID_E_KIND, "activation", network->activation, "relu swish linear");
  if (network->loss < SID_LOSS_CROSS_ENTROPY || network->loss > SID_LOSS_SQUARED_ERROR)
    return sid_net_wrong(fault, SID_E_KIND, "loss", network->loss, "cross_entropy squared_error");
  return SID_OK;
}

/* Groups of fewer than 3 numbers have no gradient: two numbers are 1 and -1 whatever they were. */
static sid_status sid_net_check_groups(const sid_problem *problem, sid_fault *fault) {
  const sid_network *network = problem->network;
  if (network->norm == SID_NORM_BN) {
    const uint64_t rows = sid_net_least_rows(network, problem->samples);
    if (rows >= 3) return SID_OK;
    return sid_net_wrong(fault, SID_E_SAMPLES, "data.train", (double)rows,
                         "at least 3 rows, of which bn takes its means");
  }
  if (!sid_net_has_groups(network)) return SID_OK;
  const uint32_t parts = network->norm == SID_NORM_GN ? network->groups : 1;
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    if (parts < 1 || layer.width % parts != 0)
      return sid_net_wrong(fault, SID_E_PARAMETER, "norm.groups", parts,
                           "a divisor of the width of every layer");
    if (layer.values / parts >= 3) continue;
    fault->depth = 1, fault->at[0] = k;
    return sid_net_wrong(fault, SID_E_PARAMETER, "layers", layer.values / parts,
                         "at least 3 outputs of a sample in a group");
  }
  return SID_OK;
}

static sid_status sid_net_check_labels(const uint8_t *labels, uint32_t count, uint32_t classes,
                                       const char *field, sid_fault *fault) {
  for (uint32_t i = 0; i < count; i++) {
    if (labels[i] < classes) continue;
    fault->wrong = "label", fault->limit = classes;
    return sid_net_wrong(fault, SID_E_PARAMETER, field, labels[i], "an integer below");
  }
  return SID_OK;
}

static sid_status sid_net_check_data(const sid_problem *problem, sid_fault *fault) {
  const sid_network *network = problem->network;
  if (!network->pixels || !network->labels)
    return sid_net_wrong(fault, SID_E_NULL, "data", 0.0, "pixels and labels");
  if (network->test_samples > SID_SAMPLES_MAX)
    return sid_net_wrong(fault, SID_E_SAMPLES, "data.test", network->test_samples,
                         "at most 65536 samples");
  if (network->test_samples > 0 && (!network->test_pixels || !network->test_labels))
    return sid_net_wrong(fault, SID_E_NULL, "data.test", 0.0, "pixels and labels");
  const sid_status status = sid_net_check_labels(network->labels, problem->samples,
                                                 network->classes, "data.train", fault);
  if (status) return status;
  return sid_net_check_labels(network->test_labels, network->test_samples, network->classes,
                              "data.test", fault);
}

/* Whether a pass over so many samples can be counted: its rows, of which the first layer has the
 * most, in 32 bits; and its workspace, where a size has no more. */
static int sid_net_is_countable(const sid_problem *problem, uint32_t samples) {
  const sid_network *network = problem->network;
  const sid_net_layer first = sid_net_layer_at(network, 0);
  const sid_net_layer end = sid_net_layer_at(network, network->layer_count);
  const int chunks = network->norm != SID_NORM_BN && samples > SID_NET_CHUNK;
  const uint32_t most = chunks ? SID_NET_CHUNK : samples;
  const double doubles = 20.0 * (double)end.before * (double)most +
                         (double)end.inputs * (double)network->classes +
                         16.0 * (double)problem->dim + 16777216.0;
  return (uint64_t)most * first.positions <= UINT32_MAX &&
         doubles < (double)SIZE_MAX / sizeof(double);
}

sid_status sid_network_check(const sid_problem *problem, sid_fault *fault) {
  const sid_network *network = problem->network;
  uint64_t weights;
  sid_status status = sid_net_check_shape(network, &weights, fault);
  if (!status) status = sid_net_check_kinds(network, fault);
  if (!status) status = sid_net_check_numbers(network, fault);
  if (!status) status = sid_net_check_groups(problem, fault);
  if (!status) status = sid_net_check_data(problem, fault);
  if (status || sid_net_is_countable(problem, problem->samples)) return status;
  return sid_net_wrong(fault, SID_E_DIM, "layers", problem->dim, "what this machine can count");
}

/* ---- dynamics ------------------------------------------------------------------------------ */

static sid_status sid_net_unfit(sid_status status, const char **field, const char **why,
                                const char *name, const char *allowed) {
  *field = name, *why = allowed;
  return status;
}

sid_status sid_network_dynamics(const sid_problem *problem, const sid_dynamics *dynamics,
                                const char **field, const char **why) {
  const int32_t kind = dynamics->kind;
  const int bn = problem->network->norm == SID_NORM_BN;
  const int epochs = problem->noise == SID_NOISE_EPOCHS;
  const int gaussian = kind == SID_NOISY_GD || kind == SID_SDE || kind == SID_SDE2;
  const int batches = kind == SID_SGD || (kind >= SID_MOMENTUM && kind <= SID_ADAMW);
  if (gaussian && bn)
    return sid_net_unfit(SID_E_UNSUPPORTED, field, why, "kind",
                         "no Gaussian noise with bn, whose batches have no covariance");
  if (epochs && !batches)
    return sid_net_unfit(SID_E_UNSUPPORTED, field, why, "kind",
                         "sgd momentum adam_l2 adamw with epochs");
  if (problem->noise == SID_NOISE_NONE || gaussian || !(batches || kind == SID_SVAG)) return SID_OK;
  if (dynamics->batch > SID_SAMPLES_MAX)
    return sid_net_unfit(SID_E_COUNT, field, why, "batch", "at most 65536 with a network");
  if (epochs && dynamics->batch > problem->samples)
    return sid_net_unfit(SID_E_COUNT, field, why, "batch", "at most the samples of an epoch");
  if (!sid_net_is_countable(problem, dynamics->batch))
    return sid_net_unfit(SID_E_COUNT, field, why, "batch", "what this machine can count");
  if (bn && sid_net_least_rows(problem->network, dynamics->batch) < 3)
    return sid_net_unfit(SID_E_COUNT, field, why, "batch",
                         "at least 3 rows in a batch, of which bn takes its means");
  return SID_OK;
}
