/* The problem network, written as JSON: its data as lists. */
#include "formats/network_write.h"
#include "formats/json_fields.h"
#include "formats/names.h"

static void vf_write_layers(vf_json_writer *json, const sid_network *network) {
  vf_json_name(json, "layers");
  vf_json_open(json, '[');
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_layer *layer = network->layers + k;
    const int conv = layer->kind == SID_LAYER_CONV;
    vf_json_open(json, '{');
    vf_write_integer(json, conv ? "conv" : "dense", layer->width);
    if (conv) vf_write_integer(json, "stride", layer->stride);
    vf_json_close(json, '}');
  }
  vf_json_close(json, ']');
}

static void vf_write_norm(vf_json_writer *json, const sid_network *network) {
  vf_json_name(json, "norm");
  vf_json_open(json, '{');
  vf_write_choice(json, "kind", VF_NORMS, network->norm - SID_NORM_NONE);
  if (network->norm != SID_NORM_NONE) vf_write_real(json, "eps", network->eps);
  if (network->norm == SID_NORM_GN) vf_write_integer(json, "groups", network->groups);
  if (network->norm == SID_NORM_WN) vf_write_real(json, "gain", network->gain);
  vf_json_close(json, '}');
}

static void vf_write_bytes(vf_json_writer *json, const uint8_t *bytes, size_t count) {
  vf_json_open(json, '[');
  for (size_t i = 0; i < count; i++) vf_json_integer(json, bytes[i]);
  vf_json_close(json, ']');
}

static void vf_write_range(vf_json_writer *json, const char *name, uint64_t first, uint64_t end) {
  vf_json_name(json, name);
  vf_json_open(json, '[');
  vf_json_integer(json, first);
  vf_json_integer(json, end);
  vf_json_close(json, ']');
}

static void vf_write_data(vf_json_writer *json, const sid_problem *problem) {
  const sid_network *network = problem->network;
  const size_t size = (size_t)network->rows * network->cols * network->channels;
  const uint64_t n = problem->samples, m = network->test_samples;
  const uint32_t shape[3] = {network->rows, network->cols, network->channels};
  vf_json_name(json, "data");
  vf_json_open(json, '{');
  vf_json_name(json, "shape");
  vf_json_open(json, '[');
  for (int i = 0; i < 3; i++) vf_json_integer(json, shape[i]);
  vf_json_close(json, ']');
  vf_json_name(json, "images");
  vf_json_open(json, '[');
  for (size_t i = 0; i < n; i++) vf_write_bytes(json, network->pixels + i * size, size);
  for (size_t i = 0; i < m; i++) vf_write_bytes(json, network->test_pixels + i * size, size);
  vf_json_close(json, ']');
  vf_json_name(json, "labels");
  vf_json_open(json, '[');
  for (size_t i = 0; i < n; i++) vf_json_integer(json, network->labels[i]);
  for (size_t i = 0; i < m; i++) vf_json_integer(json, network->test_labels[i]);
  vf_json_close(json, ']');
  vf_write_range(json, "train", 0, n);
  if (m) vf_write_range(json, "test", n, n + m);
  vf_write_real(json, "scale", network->scale);
  vf_write_real(json, "centre", network->centre);
  vf_json_close(json, '}');
}

void vf_write_network(vf_json_writer *json, const sid_problem *problem) {
  const sid_network *network = problem->network;
  vf_write_layers(json, network);
  vf_write_norm(json, network);
  vf_write_choice(json, "activation", VF_ACTIVATIONS, network->activation - SID_ACTIVATION_RELU);
  vf_write_choice(json, "loss", VF_LOSSES, network->loss - SID_LOSS_CROSS_ENTROPY);
  vf_write_real(json, "temperature", network->temperature);
  vf_write_integer(json, "classes", network->classes);
  vf_write_data(json, problem);
}
