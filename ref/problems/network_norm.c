/* Normalisation: means over groups of a layer's values (bn, ln, gn), or of the columns of its
 * weights (wn). docs/spec-network.md sections 4 and 6. */
#include "network.h"
#include "../fp.h"

/* ---- groups -------------------------------------------------------------------------------- */

/* The groups of a sample's features. */
static uint32_t sid_net_parts(const sid_network *network) {
  return network->norm == SID_NORM_GN ? network->groups : 1;
}

uint32_t sid_net_group_count(const sid_net_pass *pass, const sid_net_layer *layer) {
  if (pass->network->norm == SID_NORM_BN) return layer->width;
  return pass->rows * sid_net_parts(pass->network);
}

sid_net_group sid_net_group_at(const sid_net_pass *pass, const sid_net_layer *layer, uint32_t t) {
  sid_net_group group = {t, 1, layer->width, pass->rows * layer->positions, 0.0};
  if (pass->network->norm != SID_NORM_BN) {
    const uint32_t parts = sid_net_parts(pass->network), features = layer->width / parts;
    group.first = (size_t)(t / parts) * layer->values + (size_t)(t % parts) * features;
    group.run = features;
    group.count = layer->positions * features;
  }
  group.inverse = 1.0 / (double)group.count;
  return group;
}

void sid_net_gather(const sid_net_group *group, const double *values, double *out) {
  const double *row = values + group->first;
  for (size_t j = 0; j < group->count; j += group->run, row += group->stride)
    for (size_t k = 0; k < group->run; k++) out[j + k] = row[k];
}

void sid_net_scatter(const sid_net_group *group, const double *in, double *values) {
  double *row = values + group->first;
  for (size_t j = 0; j < group->count; j += group->run, row += group->stride)
    for (size_t k = 0; k < group->run; k++) row[k] = in[j + k];
}

double sid_net_mean(const sid_net_pass *pass, const sid_net_group *group, const double *a) {
  if (pass->network->norm != SID_NORM_BN) return sid_sum(a, group->count) * group->inverse;
  double total = a[0];
  for (uint32_t j = 1; j < group->count; j++) total = total + a[j];
  return total * group->inverse;
}

double sid_net_mean_product(const sid_net_pass *pass, const sid_net_group *group, const double *a,
                            const double *b) {
  if (pass->network->norm != SID_NORM_BN) return sid_dot(a, b, group->count) * group->inverse;
  double total = a[0] * b[0];
  for (uint32_t j = 1; j < group->count; j++) total = total + a[j] * b[j];
  return total * group->inverse;
}

/* ---- forward and backward ------------------------------------------------------------------ */

/* The rule for groups without variance: what is left of equal numbers by the rounding of their
 * mean is not one. */
static double sid_net_inverse_deviation(double mu, double variance, double eps) {
  const double w = variance + eps;
  return w <= 0x1p-70 * (mu * mu) ? 0.0 : 1.0 / sid_sqrt(w);
}

void sid_net_normalise(sid_net_pass *pass, const sid_net_layer *layer, double *values, int known) {
  double *c = pass->gather;
  double *mu = pass->mu + layer->index * pass->groups,
         *isd = pass->isd + layer->index * pass->groups;
  const uint32_t groups = sid_net_group_count(pass, layer);
  for (uint32_t t = 0; t < groups; t++) {
    const sid_net_group group = sid_net_group_at(pass, layer, t);
    sid_net_gather(&group, values, c);
    if (!known) mu[t] = sid_net_mean(pass, &group, c);
    for (uint32_t j = 0; j < group.count; j++) c[j] = c[j] - mu[t];
    if (!known)
      isd[t] = sid_net_inverse_deviation(mu[t], sid_net_mean_product(pass, &group, c, c),
                                         pass->network->eps);
    for (uint32_t j = 0; j < group.count; j++) c[j] = c[j] * isd[t];
    sid_net_scatter(&group, c, values);
  }
}

void sid_net_normalise_back(const sid_net_pass *pass, const sid_net_layer *layer, double *d) {
  const double *values = pass->z + sid_net_place(pass, layer);
  const double *isd = pass->isd + layer->index * pass->groups;
  double *z = pass->gather, *e = pass->gather + pass->gathered;
  const uint32_t groups = sid_net_group_count(pass, layer);
  for (uint32_t t = 0; t < groups; t++) {
    const sid_net_group group = sid_net_group_at(pass, layer, t);
    sid_net_gather(&group, values, z);
    sid_net_gather(&group, d, e);
    const double p = sid_net_mean(pass, &group, e), h = sid_net_mean_product(pass, &group, e, z);
    for (uint32_t j = 0; j < group.count; j++) e[j] = isd[t] * ((e[j] - p) - z[j] * h);
    sid_net_scatter(&group, e, d);
  }
}

/* ---- columns of weights -------------------------------------------------------------------- */

double sid_net_column_product(const sid_net_layer *layer, const double *a, const double *b,
                              uint32_t o) {
  double total = a[o] * b[o];
  for (uint32_t i = 1; i < layer->inputs; i++) {
    const size_t at = (size_t)i * layer->width + o;
    total = total + a[at] * b[at];
  }
  return total;
}

void sid_net_columns(sid_net_pass *pass, const double *x) {
  const sid_network *network = pass->network;
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    const double *w = x + layer.weights;
    double *out = pass->normalised + layer.weights;
    for (uint32_t o = 0; o < layer.width; o++) {
      const double r = sid_sqrt(sid_net_column_product(&layer, w, w, o) + network->eps);
      const double iw = r == 0.0 ? 0.0 : network->gain / r;
      pass->iw[layer.columns + o] = iw;
      for (uint32_t i = 0; i < layer.inputs; i++)
        out[(size_t)i * layer.width + o] = w[(size_t)i * layer.width + o] * iw;
    }
  }
  pass->weights = pass->normalised;
}

void sid_net_columns_back(const sid_net_pass *pass, const sid_net_layer *layer, double *g) {
  const double *w = pass->normalised + layer->weights, *iw = pass->iw + layer->columns;
  const double gain = pass->network->gain, inverse = 1.0 / (gain * gain);
  for (uint32_t o = 0; o < layer->width; o++) {
    const double t = sid_net_column_product(layer, g, w, o) * inverse;
    for (uint32_t i = 0; i < layer->inputs; i++) {
      const size_t at = (size_t)i * layer->width + o;
      g[at] = iw[o] * (g[at] - t * w[at]);
    }
  }
}
