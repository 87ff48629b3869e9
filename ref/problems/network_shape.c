/* Shapes of the layers, and what is wrong with them. docs/spec-network.md sections 1 and 11. */
#include "network.h"

/* ---- layer after layer --------------------------------------------------------------------- */

/* What a layer makes of what comes in. */
static void sid_net_fill(sid_net_layer *layer, const sid_layer *given) {
  layer->conv = given->kind == SID_LAYER_CONV;
  layer->stride = layer->conv ? given->stride : 1;
  layer->width = given->width;
  layer->out_rows = layer->conv ? (layer->rows - 1) / layer->stride + 1 : 1;
  layer->out_cols = layer->conv ? (layer->cols - 1) / layer->stride + 1 : 1;
  layer->positions = layer->out_rows * layer->out_cols;
  layer->inputs = layer->conv ? 9 * layer->channels : layer->rows * layer->cols * layer->channels;
  layer->values = layer->positions * layer->width;
}

/* What comes out goes into the next one. */
static void sid_net_pass_on(sid_net_layer *layer) {
  layer->weights += (size_t)layer->inputs * layer->width;
  layer->before += layer->values;
  layer->columns += layer->width;
  layer->rows = layer->out_rows;
  layer->cols = layer->out_cols;
  layer->channels = layer->width;
  layer->index++;
}

static sid_net_layer sid_net_image(const sid_network *network) {
  sid_net_layer layer = {0};
  layer.rows = network->rows, layer.cols = network->cols, layer.channels = network->channels;
  return layer;
}

sid_net_layer sid_net_layer_at(const sid_network *network, uint32_t k) {
  sid_net_layer layer = sid_net_image(network);
  while (layer.index < k) {
    sid_net_fill(&layer, network->layers + layer.index);
    sid_net_pass_on(&layer);
  }
  if (k < network->layer_count)
    sid_net_fill(&layer, network->layers + k);
  else
    layer.inputs = layer.rows * layer.cols * layer.channels;
  return layer;
}

size_t sid_network_weights(const sid_network *network, uint32_t k, size_t *size) {
  const sid_net_layer layer = sid_net_layer_at(network, k);
  *size = (size_t)layer.inputs * layer.width;
  return layer.weights;
}

uint64_t sid_net_least_rows(const sid_network *network, uint64_t samples) {
  uint32_t least = UINT32_MAX;
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const uint32_t positions = sid_net_layer_at(network, k).positions;
    least = positions < least ? positions : least;
  }
  return samples * least;
}

/* ---- what is wrong ------------------------------------------------------------------------- */

static sid_status sid_net_refuse(sid_fault *fault, const char *field, const char *wrong,
                                 double value, const char *allowed) {
  fault->field = field, fault->wrong = wrong, fault->value = value, fault->allowed = allowed;
  return SID_E_DIM;
}

static int sid_net_is_size(uint32_t size) { return size >= 1 && size <= SID_DIM_MAX; }

/* The sizes of one layer, of which what comes in is right. */
static sid_status sid_net_check_layer(const sid_net_layer *before, const sid_layer *given,
                                      sid_fault *fault) {
  const char *field = "layers";
  if (given->kind != SID_LAYER_DENSE && given->kind != SID_LAYER_CONV) {
    (void)sid_net_refuse(fault, field, "the kind is", given->kind, "dense or conv");
    return SID_E_KIND;
  }
  if (!sid_net_is_size(given->width))
    return sid_net_refuse(fault, field, "the width is", given->width, "an integer from 1 to 65536");
  if (given->kind != SID_LAYER_CONV) return SID_OK;
  if (before->index > 0 && !before->conv)
    return sid_net_refuse(fault, field, NULL, (double)before->index,
                          "no conv layer behind a dense one");
  if (!sid_net_is_size(given->stride))
    return sid_net_refuse(fault, field, "the stride is", given->stride,
                          "an integer from 1 to 65536");
  const uint64_t values = ((uint64_t)(before->rows - 1) / given->stride + 1) *
                          ((before->cols - 1) / given->stride + 1) * given->width;
  if (values > SID_NETWORK_DIM_MAX)
    return sid_net_refuse(fault, field, "outputs of a sample:", (double)values, "at most 1048576");
  return SID_OK;
}

static sid_status sid_net_check_image(const sid_network *network, sid_fault *fault) {
  const uint64_t positions = (uint64_t)network->rows * network->cols;
  if (!sid_net_is_size(network->rows) || !sid_net_is_size(network->cols) ||
      !sid_net_is_size(network->channels) || positions > SID_DIM_MAX ||
      positions * network->channels > SID_DIM_MAX)
    return sid_net_refuse(fault, "data.shape", NULL, (double)positions * network->channels,
                          "three integers >= 1 with a product of at most 65536");
  return SID_OK;
}

/* The largest power of two that is not above n. */
static uint32_t sid_net_power_below(uint32_t n) {
  uint32_t power = 1;
  while (power <= n / 2) power *= 2;
  return power;
}

static sid_status sid_net_check_readout(const sid_network *network, uint32_t inputs,
                                        sid_fault *fault) {
  const uint32_t classes = network->classes;
  if (classes < 2 || classes > SID_NETWORK_CLASSES_MAX)
    return sid_net_refuse(fault, "classes", NULL, classes, "an integer from 2 to 256");
  if (sid_net_power_below(inputs) > classes) return SID_OK;
  return sid_net_refuse(fault, "classes", NULL, classes,
                        "fewer than the largest power of two in the outputs of the layers");
}

sid_status sid_net_check_shape(const sid_network *network, uint64_t *weights, sid_fault *fault) {
  *weights = 0;
  if (network->layer_count < 1 || network->layer_count > SID_NETWORK_LAYERS_MAX)
    return sid_net_refuse(fault, "layers", "the number of layers is", network->layer_count,
                          "1 to 16");
  if (!network->layers) return SID_E_NULL;
  sid_status status = sid_net_check_image(network, fault);
  sid_net_layer layer = sid_net_image(network);
  for (uint32_t k = 0; !status && k < network->layer_count; k++) {
    status = sid_net_check_layer(&layer, network->layers + k, fault);
    if (status) {
      fault->depth = 1, fault->at[0] = k;
      return status;
    }
    sid_net_fill(&layer, network->layers + k);
    *weights += (uint64_t)layer.inputs * layer.width;
    sid_net_pass_on(&layer);
  }
  if (status) return status;
  return sid_net_check_readout(network, layer.rows * layer.cols * layer.channels, fault);
}
