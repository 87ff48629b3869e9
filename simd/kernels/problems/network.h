/* The passes of the problem network in lanes, for one trajectory at a time: the layout, the samples
 * and what has no lanes are those of ref/problems/, which calls the passes that a backend puts into
 * its copy of the network. docs/spec-network.md sections 4 to 6. */

#include "problems/network.h"
#include "network_products.h"
#include "network_norm.h"
#include "network_values.h"

/* ---- scratch ------------------------------------------------------------------------------- */

/* What the passes need beside the workspace of the reference. */
typedef struct {
  size_t turned, outputs, classes, patches, image;
} sid_netlanes_sizes;

/* Rows of the image that are made at a time: a batch of so many is made once for both passes. */
enum { SID_IMAGES = 32 };

static size_t sid_netlanes_whole(size_t doubles) { return (doubles + 7) / 8 * 8; }

/* The most samples of a batch, which is all of them or one that is drawn. */
static size_t sid_netlanes_samples(const sid_experiment *experiment) {
  const sid_problem *problem = &experiment->problem;
  const int32_t kind = experiment->dynamics.kind;
  const int drawn = kind == SID_SGD || kind == SID_SVAG || kind == SID_MOMENTUM ||
                    kind == SID_ADAM_L2 || kind == SID_ADAMW;
  if (problem->noise == SID_NOISE_NONE || !drawn) return problem->samples;
  return sid_net_larger(experiment->dynamics.batch, problem->samples);
}

static sid_netlanes_sizes sid_netlanes_measure(const sid_experiment *experiment) {
  const sid_network *network = experiment->problem.network;
  const sid_net_layer end = sid_net_layer_at(network, network->layer_count);
  const size_t rows =
      network->norm == SID_NORM_BN ? sid_netlanes_samples(experiment) : SID_NET_CHUNK;
  const sid_net_layer first = sid_net_layer_at(network, 0);
  sid_netlanes_sizes sizes = {(size_t)end.inputs * network->classes, 0, 0, 0, 0};
  if (!first.conv) sizes.image = SID_IMAGES * (size_t)first.inputs;
  for (uint32_t k = 1; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    sizes.turned = sid_net_larger(sizes.turned, (size_t)layer.inputs * layer.width);
    if (layer.conv)
      sizes.patches = sid_net_larger(sizes.patches, SID_NET_TILE * (size_t)layer.inputs);
  }
  sizes.turned = sid_netlanes_whole(sizes.turned);
  sizes.outputs = sid_netlanes_whole(rows) * network->classes;
  sizes.classes = (size_t)SID_W * network->classes;
  sizes.patches = sid_netlanes_whole(sizes.patches);
  return sizes;
}

static size_t sid_netlanes_scratch(const sid_experiment *experiment) {
  const sid_netlanes_sizes sizes = sid_netlanes_measure(experiment);
  return sizes.turned + sizes.outputs + sizes.classes + sizes.patches + sizes.image;
}

/* The passes of a backend, and their memory. */
typedef struct {
  sid_network_lanes passes; /* first: a pass finds the rest by it */
  double *turned;           /* a matrix whose rows became columns */
  double *outputs;          /* of the samples in memory */
  double *classes;          /* of SID_W samples */
  double *patches;          /* derivatives to rows of inputs of a conv layer */
  double *image;            /* rows of inputs of a first layer that is dense */
  sid_net_layer layers[SID_NETWORK_LAYERS_MAX + 1];
} sid_netlanes;

static const sid_netlanes *sid_netlanes_of(const sid_net_pass *pass) {
  return (const sid_netlanes *)(const void *)pass->network->lanes;
}

/* ---- forward ------------------------------------------------------------------------------- */

/* Bytes as numbers. */
static void sid_netlanes_pixels(const sid_net_pass *pass, const uint8_t *bytes, size_t n,
                                double *to) {
  const double scale = pass->network->scale, centre = pass->network->centre;
  const vd vscale = vd_set(scale), vcentre = vd_set(centre);
  size_t j = 0;
  for (; j + SID_W <= n; j += SID_W)
    vd_store(to + j, vd_sub(vd_mul(vd_bytes(bytes + j), vscale), vcentre));
  for (; j < n; j++) to[j] = (double)bytes[j] * scale - centre;
}

/* The values of the layer below, NULL for the image. */
static const double *sid_netlanes_below(const sid_net_pass *pass, const sid_net_layer *layer) {
  return layer->index == 0 ? NULL : pass->a + sid_net_place(pass, layer - 1);
}

/* Rows q .. q+count-1 of a layer's inputs, as sid_net_inputs() gives them; `made`: the image's are
 * there. */
static const double *sid_netlanes_inputs(const sid_net_pass *pass, const sid_net_layer *layer,
                                         uint32_t q, uint32_t count, int made) {
  double *image = sid_netlanes_of(pass)->image;
  if (layer->index > 0 || layer->conv)
    return sid_net_inputs(pass, layer, sid_netlanes_below(pass, layer), q, count, pass->tile);
  for (uint32_t t = 0; !made && t < count; t++)
    sid_netlanes_pixels(pass, pass->pixels + sid_net_sample(pass, q + t) * layer->inputs,
                        layer->inputs, image + (size_t)t * layer->inputs);
  return image;
}

/* How many rows of a layer's inputs are had at a time: all, where they are the values below. */
static uint32_t sid_netlanes_tile(const sid_net_layer *layer, uint32_t rows) {
  const uint32_t most = layer->conv ? SID_NET_TILE : layer->index == 0 ? SID_IMAGES : rows;
  return rows < most ? rows : most;
}

static void sid_netlanes_rows(const sid_net_pass *pass, const sid_net_layer *layer, double *s) {
  const double *w = pass->weights + layer->weights;
  const uint32_t rows = pass->rows * layer->positions, tile = sid_netlanes_tile(layer, rows);
  for (uint32_t q = 0; q < rows; q += tile) {
    const uint32_t count = rows - q < tile ? rows - q : tile;
    const double *a = sid_netlanes_inputs(pass, layer, q, count, 0);
    sid_netlanes_product(a, w, layer->inputs, layer->width, count, s + (size_t)q * layer->width);
  }
}

static const double *sid_netlanes_forward(sid_net_pass *pass, int known) {
  const sid_network *network = pass->network;
  const sid_net_layer *layers = sid_netlanes_of(pass)->layers;
  for (uint32_t k = 0; k < network->layer_count; k++) {
    double *z = pass->z + sid_net_place(pass, layers + k);
    sid_netlanes_rows(pass, layers + k, z);
    if (sid_net_has_groups(network)) sid_netlanes_normalise(pass, layers + k, z, known);
    sid_netlanes_activate(pass, layers + k);
  }
  return sid_netlanes_below(pass, layers + network->layer_count);
}

/* ---- backward ------------------------------------------------------------------------------ */

/* d to the numbers that the last layer takes. */
static void sid_netlanes_last(const sid_net_pass *pass, const double *last) {
  const sid_netlanes *own = sid_netlanes_of(pass);
  const uint32_t classes = pass->network->classes;
  const uint32_t inputs = own->layers[pass->network->layer_count].inputs;
  sid_netlanes_product(last, pass->readout, inputs, classes, pass->rows, own->outputs);
  sid_netlanes_losses(pass, own->outputs, own->classes);
  sid_netlanes_turn(pass->readout, inputs, classes, own->turned);
  sid_netlanes_product(own->outputs, own->turned, classes, inputs, pass->rows, pass->d);
}

static void sid_netlanes_layer_gradient(const sid_net_pass *pass, const sid_net_layer *layer,
                                        int begun, double *g) {
  const uint32_t rows = pass->rows * layer->positions, tile = sid_netlanes_tile(layer, rows);
  for (uint32_t q = 0; q < rows; q += tile) {
    const uint32_t count = rows - q < tile ? rows - q : tile;
    const double *a = sid_netlanes_inputs(pass, layer, q, count, tile == rows);
    sid_netlanes_outer(layer, a, pass->d + (size_t)q * layer->width, count, begun || q > 0, g);
  }
}

/* d to the values of the layer below. */
static void sid_netlanes_layer_below(sid_net_pass *pass, const sid_net_layer *layer) {
  const sid_netlanes *own = sid_netlanes_of(pass);
  const uint32_t rows = pass->rows * layer->positions, tile = sid_netlanes_tile(layer, rows);
  const size_t below = (size_t)pass->rows * layer->rows * layer->cols * layer->channels;
  double *swap = pass->below;
  sid_netlanes_turn(pass->weights + layer->weights, layer->inputs, layer->width, own->turned);
  for (size_t j = 0; layer->conv && j < below; j++) pass->below[j] = 0.0;
  for (uint32_t q = 0; q < rows; q += tile) {
    const uint32_t count = rows - q < tile ? rows - q : tile;
    double *u = layer->conv ? own->patches : pass->below + (size_t)q * layer->inputs;
    sid_netlanes_product(pass->d + (size_t)q * layer->width, own->turned, layer->width,
                         layer->inputs, count, u);
    for (uint32_t t = 0; layer->conv && t < count; t++)
      sid_net_add_patch(layer, q + t, u + (size_t)t * layer->inputs, pass->below);
  }
  pass->below = pass->d, pass->d = swap;
}

static void sid_netlanes_backward(sid_net_pass *pass, const double *last, int begun, double *g) {
  const sid_net_layer *layers = sid_netlanes_of(pass)->layers;
  sid_netlanes_last(pass, last);
  for (uint32_t k = pass->network->layer_count; k-- > 0;) {
    const sid_net_layer *layer = layers + k;
    sid_netlanes_slopes(pass, layer, pass->d);
    if (sid_net_has_groups(pass->network)) sid_netlanes_normalise_back(pass, layer, pass->d);
    sid_netlanes_layer_gradient(pass, layer, begun, g + layer->weights);
    if (k > 0) sid_netlanes_layer_below(pass, layer);
  }
}

/* Makes the passes of a network with that scratch. */
static void sid_netlanes_begin(sid_netlanes *own, const sid_experiment *experiment,
                               double *scratch) {
  const sid_network *network = experiment->problem.network;
  const sid_netlanes_sizes sizes = sid_netlanes_measure(experiment);
  own->passes.forward = sid_netlanes_forward;
  own->passes.backward = sid_netlanes_backward;
  own->turned = scratch;
  own->outputs = own->turned + sizes.turned;
  own->classes = own->outputs + sizes.outputs;
  own->patches = own->classes + sizes.classes;
  own->image = own->patches + sizes.patches;
  for (uint32_t k = 0; k <= network->layer_count; k++)
    own->layers[k] = sid_net_layer_at(network, k);
}
