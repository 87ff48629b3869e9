/* The forward pass. docs/spec-network.md section 4. */
#include "network.h"
#include "../fp.h"

const double *sid_net_below(const sid_net_pass *pass, const sid_net_layer *layer,
                            const double *array) {
  if (layer->index == 0) return NULL;
  const sid_net_layer below = sid_net_layer_at(pass->network, layer->index - 1);
  return array + sid_net_place(pass, &below);
}

/* s of every row of the layer. */
static void sid_net_rows(const sid_net_pass *pass, const sid_net_layer *layer, double *s) {
  const double *below = sid_net_below(pass, layer, pass->a), *w = pass->weights + layer->weights;
  const uint32_t rows = pass->rows * layer->positions;
  for (uint32_t q = 0; q < rows; q += SID_NET_TILE) {
    const uint32_t count = rows - q < SID_NET_TILE ? rows - q : SID_NET_TILE;
    const double *a = sid_net_inputs(pass, layer, below, q, count, pass->tile);
    for (uint32_t t = 0; t < count; t++)
      sid_net_product(a + (size_t)t * layer->inputs, w, layer->inputs, layer->width,
                      s + (size_t)(q + t) * layer->width);
  }
}

/* E(-|z|) gives s = 1/(1 + exp(-z)) and t = 1 - s without cancellation. */
static double sid_net_swish(double z, double *slope, double *curvature) {
  const double e = sid_network_exp(z >= 0.0 ? -z : z);
  const double q = 1.0 / (1.0 + e), r = e * q;
  const double s = z >= 0.0 ? q : r, t = z >= 0.0 ? r : q;
  *slope = s * (1.0 + z * t);
  *curvature = (s * t) * (2.0 + z * (t - s));
  return z * s;
}

/* Values, slopes and curvatures, the latter two where the pass keeps them. */
static void sid_net_activate(const sid_net_pass *pass, const sid_net_layer *layer) {
  const size_t place = sid_net_place(pass, layer), count = (size_t)pass->rows * layer->values;
  const double *z = pass->z + place;
  double *a = pass->a + place;
  for (size_t j = 0; j < count; j++) {
    const double zj = z[j];
    double slope = 1.0, curvature = 0.0;
    if (pass->network->activation == SID_ACTIVATION_RELU)
      a[j] = zj > 0.0 ? zj : 0.0, slope = zj > 0.0 ? 1.0 : 0.0;
    else if (pass->network->activation == SID_ACTIVATION_SWISH)
      a[j] = sid_net_swish(zj, &slope, &curvature);
    else
      a[j] = zj;
    if (pass->slope) pass->slope[place + j] = slope;
    if (pass->curvature) pass->curvature[place + j] = curvature;
  }
}

const double *sid_net_forward(sid_net_pass *pass, int known) {
  const sid_network *network = pass->network;
  if (network->lanes) return network->lanes->forward(pass, known);
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    double *z = pass->z + sid_net_place(pass, &layer);
    sid_net_rows(pass, &layer, z);
    if (sid_net_has_groups(network)) sid_net_normalise(pass, &layer, z, known);
    sid_net_activate(pass, &layer);
  }
  const sid_net_layer end = sid_net_layer_at(network, network->layer_count);
  return sid_net_below(pass, &end, pass->a);
}
