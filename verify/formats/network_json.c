/* The problem network as JSON. docs/spec-network.md section 12. */
#include "formats/experiment_parts.h"

#if SID_HAVE_JANSSON

#include <string.h>
#include "formats/images_json.h"
#include "formats/names.h"

static int32_t vf_choice(const vf_node *parent, const char *name, const char *words) {
  const vf_node node = vf_required(parent, name, words);
  return node.json ? 1 + vf_name(&node, words) : 1;
}

static double vf_positive_field(const vf_node *parent, const char *name) {
  const vf_node node = vf_required(parent, name, "a finite number > 0");
  return node.json ? vf_real_positive(&node) : 1.0;
}

static void vf_read_layer(const vf_node *node, sid_layer *layer) {
  const vf_node dense = vf_field(node, "dense"), conv = vf_field(node, "conv"),
                stride = vf_field(node, "stride");
  vf_expect_fields(node, conv.json ? "conv stride" : "dense");
  if (!dense.json == !conv.json) vf_reject(node, "allowed: exactly one of dense and conv");
  if (node->reader->failed) return;
  layer->kind = conv.json ? SID_LAYER_CONV : SID_LAYER_DENSE;
  layer->width = vf_size(conv.json ? &conv : &dense, 1, SID_DIM_MAX);
  layer->stride = stride.json ? vf_size(&stride, 1, SID_DIM_MAX) : 1;
}

static void vf_read_layers(const vf_node *parent, sid_network *network) {
  const vf_node node = vf_required(parent, "layers", "a list of layers");
  if (!node.json) return;
  const size_t count = vf_length(&node, 1, SID_NETWORK_LAYERS_MAX, "layers");
  if (node.reader->failed) return;
  sid_layer *layers = vf_keep(&node, count * sizeof *layers);
  network->layers = layers, network->layer_count = (uint32_t)count;
  for (size_t k = 0; k < count && !node.reader->failed; k++) {
    const vf_node layer = vf_item(&node, k);
    vf_read_layer(&layer, layers + k);
  }
}

static void vf_read_norm(const vf_node *parent, sid_network *network) {
  static const char *const fields[] = {"kind", "kind eps", "kind eps", "kind eps groups",
                                       "kind eps gain"};
  const vf_node node = vf_field(parent, "norm");
  network->norm = SID_NORM_NONE, network->gain = 1.0;
  if (!node.json) return;
  network->norm = SID_NORM_NONE + vf_kind(&node, VF_NORMS);
  if (node.reader->failed) return;
  vf_expect_fields(&node, fields[network->norm - SID_NORM_NONE]);
  const vf_node eps = vf_field(&node, "eps"), gain = vf_field(&node, "gain");
  if (eps.json) network->eps = vf_real_nonnegative(&eps);
  if (gain.json) network->gain = vf_real_positive(&gain);
  if (network->norm != SID_NORM_GN) return;
  const vf_node groups = vf_required(&node, "groups", "a divisor of the width of every layer");
  if (groups.json) network->groups = vf_size(&groups, 1, SID_DIM_MAX);
}

static void vf_read_network_data(const vf_node *parent, sid_network *network,
                                 sid_problem *problem) {
  const vf_node node = vf_required(parent, "data", "an object");
  vf_image_data data;
  if (!node.json) return;
  vf_read_image_data(&node, network->classes, &data);
  if (node.reader->failed) return;
  const vf_node train = vf_field(&node, "train"), test = vf_field(&node, "test");
  if (data.train.count > SID_SAMPLES_MAX)
    vf_reject(&train, "%u samples; allowed: 1 to 65536", data.train.count);
  if (data.test.count > SID_SAMPLES_MAX)
    vf_reject(&test, "%u samples; allowed: 1 to 65536", data.test.count);
  network->rows = data.train.height, network->cols = data.train.width;
  network->channels = data.train.channels;
  network->scale = data.scale, network->centre = data.centre;
  network->pixels = data.train.pixels, network->labels = data.train.labels;
  network->test_pixels = data.test.pixels, network->test_labels = data.test.labels;
  network->test_samples = data.test.count;
  problem->samples = data.train.count;
}

void vf_read_network(const vf_node *node, sid_problem *problem) {
  sid_network *network = vf_keep(node, sizeof *network);
  vf_expect_fields(node, "kind dim layers norm activation loss temperature classes data noise");
  if (node->reader->failed) return;
  problem->network = network;
  vf_read_layers(node, network);
  vf_read_norm(node, network);
  network->activation = vf_choice(node, "activation", VF_ACTIVATIONS);
  network->loss = vf_choice(node, "loss", VF_LOSSES);
  network->temperature = vf_positive_field(node, "temperature");
  const vf_node classes = vf_required(node, "classes", "an integer from 2 to 256");
  if (node->reader->failed) return;
  network->classes = vf_size(&classes, 2, SID_NETWORK_CLASSES_MAX);
  if (!node->reader->failed) vf_read_network_data(node, network, problem);
}

#endif
