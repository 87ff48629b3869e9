/* The gradient of a batch by backpropagation. docs/spec-network.md section 6. */
#include "network.h"
#include "../fp.h"

/* d to the numbers that the last layer takes, of the samples in memory. */
static void sid_net_last(const sid_net_pass *pass, const double *last) {
  const sid_network *network = pass->network;
  const uint32_t classes = network->classes;
  const uint32_t inputs = sid_net_layer_at(network, network->layer_count).inputs;
  double *f = pass->outputs, *d = f + classes, *p = d + classes;
  for (uint32_t r = 0; r < pass->rows; r++) {
    sid_net_product(last + (size_t)r * inputs, pass->readout, inputs, classes, f);
    sid_net_slope(network, f, pass->labels[sid_net_sample(pass, r)],
                  pass->factors ? pass->factors[pass->first + r] : pass->factor, d, p);
    sid_net_transposed(d, pass->readout, inputs, classes, pass->d + (size_t)r * inputs);
  }
}

/* g of one layer, tile by tile. */
static void sid_net_layer_gradient(const sid_net_pass *pass, const sid_net_layer *layer, int begun,
                                   double *g) {
  const double *below = sid_net_below(pass, layer, pass->a);
  const uint32_t rows = pass->rows * layer->positions;
  for (uint32_t q = 0; q < rows; q += SID_NET_TILE) {
    const uint32_t count = rows - q < SID_NET_TILE ? rows - q : SID_NET_TILE;
    const double *a = sid_net_inputs(pass, layer, below, q, count, pass->tile);
    sid_net_outer(layer, a, pass->d + (size_t)q * layer->width, count, begun || q > 0, g);
  }
}

/* |a|^2 |d|^2 of a dense layer for each sample: the squared length of its outer product. */
static void sid_net_layer_sizes(const sid_net_pass *pass, const sid_net_layer *layer,
                                double *sizes) {
  const double *below = sid_net_below(pass, layer, pass->a);
  for (uint32_t r = 0; r < pass->rows; r++) {
    const double *a = sid_net_inputs(pass, layer, below, r, 1, pass->tile);
    const double *d = pass->d + (size_t)r * layer->width;
    sizes[(size_t)r * pass->network->layer_count + layer->index] =
        sid_dot(a, a, layer->inputs) * sid_dot(d, d, layer->width);
  }
}

/* d to the values of the layer below. */
static void sid_net_layer_below(sid_net_pass *pass, const sid_net_layer *layer) {
  const double *w = pass->weights + layer->weights;
  const uint32_t rows = pass->rows * layer->positions;
  const size_t below = (size_t)pass->rows * layer->rows * layer->cols * layer->channels;
  double *swap = pass->below;
  for (size_t j = 0; layer->conv && j < below; j++) pass->below[j] = 0.0;
  for (uint32_t q = 0; q < rows; q++) {
    const double *d = pass->d + (size_t)q * layer->width;
    double *u = layer->conv ? pass->patch : pass->below + (size_t)q * layer->inputs;
    sid_net_transposed(d, w, layer->inputs, layer->width, u);
    if (layer->conv) sid_net_add_patch(layer, q, u, pass->below);
  }
  pass->below = pass->d, pass->d = swap;
}

void sid_net_backward(sid_net_pass *pass, const double *last, int begun, double *g, double *sizes) {
  if (pass->network->lanes && !sizes) {
    pass->network->lanes->backward(pass, last, begun, g);
    return;
  }
  sid_net_last(pass, last);
  for (uint32_t k = pass->network->layer_count; k-- > 0;) {
    const sid_net_layer layer = sid_net_layer_at(pass->network, k);
    const double *slope = pass->slope + sid_net_place(pass, &layer);
    const size_t count = (size_t)pass->rows * layer.values;
    for (size_t j = 0; j < count; j++) pass->d[j] = slope[j] * pass->d[j];
    if (sid_net_has_groups(pass->network)) sid_net_normalise_back(pass, &layer, pass->d);
    if (sizes)
      sid_net_layer_sizes(pass, &layer, sizes);
    else
      sid_net_layer_gradient(pass, &layer, begun, g + layer.weights);
    if (k > 0) sid_net_layer_below(pass, &layer);
  }
}

void sid_net_gradient(const sid_problem *problem, const double *x, const sid_net_batch *batch,
                      double *gradient, double *work) {
  sid_net_pass pass;
  sid_net_begin(&pass, problem, SID_NET_GRADIENT, batch->count, x, work);
  pass.factors = batch->weights, pass.factor = 1.0 / (double)batch->count;
  for (uint32_t first = 0; first < batch->count; first += pass.most) {
    pass.rows = batch->count - first < pass.most ? batch->count - first : pass.most;
    pass.first = first;
    pass.indices = batch->indices ? batch->indices + first : NULL;
    sid_net_backward(&pass, sid_net_forward(&pass, 0), first > 0, gradient, NULL);
  }
  if (problem->network->norm != SID_NORM_WN) return;
  for (uint32_t k = 0; k < problem->network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(problem->network, k);
    sid_net_columns_back(&pass, &layer, gradient + layer.weights);
  }
}
