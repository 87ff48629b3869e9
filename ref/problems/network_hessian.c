/* Products with the Hessian: the derivative of the gradient along a direction y.
 * docs/spec-network.md section 7. */
#include "network.h"
#include "../fp.h"

/* ---- wn ------------------------------------------------------------------------------------ */

/* Yh and u. */
static void sid_net_columns_along(sid_net_pass *pass, const double *y) {
  const sid_network *network = pass->network;
  const double inverse = 1.0 / (network->gain * network->gain);
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    const double *w = pass->normalised + layer.weights, *from = y + layer.weights;
    double *to = pass->yh + layer.weights;
    for (uint32_t o = 0; o < layer.width; o++) {
      const double iw = pass->iw[layer.columns + o];
      const double u = (iw * sid_net_column_product(&layer, w, from, o)) * inverse;
      pass->u[layer.columns + o] = u;
      for (uint32_t i = 0; i < layer.inputs; i++) {
        const size_t at = (size_t)i * layer.width + o;
        to[at] = iw * from[at] - u * w[at];
      }
    }
  }
  pass->direction = pass->yh;
}

/* h of the normalised columns becomes h of the columns. */
static void sid_net_columns_second(const sid_net_pass *pass, const sid_net_layer *layer,
                                   double *h) {
  const double *w = pass->normalised + layer->weights, *y = pass->yh + layer->weights,
               *g = pass->gh + layer->weights;
  const double gain = pass->network->gain, inverse = 1.0 / (gain * gain);
  for (uint32_t o = 0; o < layer->width; o++) {
    const double iw = pass->iw[layer->columns + o], u = pass->u[layer->columns + o];
    double rest = h[o] * w[o] + g[o] * y[o];
    for (uint32_t i = 1; i < layer->inputs; i++) {
      const size_t at = (size_t)i * layer->width + o;
      rest = rest + (h[at] * w[at] + g[at] * y[at]);
    }
    const double t = sid_net_column_product(layer, g, w, o) * inverse, rt = rest * inverse;
    for (uint32_t i = 0; i < layer->inputs; i++) {
      const size_t at = (size_t)i * layer->width + o;
      h[at] = iw * ((h[at] - rt * w[at]) - t * y[at]) - u * (iw * (g[at] - t * w[at]));
    }
  }
}

/* ---- forward ------------------------------------------------------------------------------- */

/* Rows of the inputs' derivatives; nothing for the image. */
static const double *sid_net_inputs_along(const sid_net_pass *pass, const sid_net_layer *layer,
                                          uint32_t q, uint32_t count) {
  if (layer->index == 0) return NULL;
  return sid_net_inputs(pass, layer, sid_net_below(pass, layer, pass->ra), q, count, pass->rtile);
}

/* Rs of every row. */
static void sid_net_rows_along(const sid_net_pass *pass, const sid_net_layer *layer, double *rs) {
  const double *below = sid_net_below(pass, layer, pass->a);
  const double *w = pass->weights + layer->weights, *y = pass->direction + layer->weights;
  const uint32_t rows = pass->rows * layer->positions, inputs = layer->inputs,
                 outputs = layer->width;
  for (uint32_t q = 0; q < rows; q++) {
    const double *a = sid_net_inputs(pass, layer, below, q, 1, pass->tile);
    const double *ra = sid_net_inputs_along(pass, layer, q, 1);
    if (ra)
      sid_net_product_two(layer, ra, w, a, y, rs + (size_t)q * outputs);
    else
      sid_net_product(a, y, inputs, outputs, rs + (size_t)q * outputs);
  }
}

/* Rz from Rs in place. */
static void sid_net_normalise_along(const sid_net_pass *pass, const sid_net_layer *layer,
                                    double *rs) {
  const double *values = pass->z + sid_net_place(pass, layer);
  const double *isd = pass->isd + layer->index * pass->groups;
  double *m = pass->m + layer->index * pass->groups;
  double *z = pass->gather, *c = z + pass->gathered;
  const uint32_t groups = sid_net_group_count(pass, layer);
  for (uint32_t t = 0; t < groups; t++) {
    const sid_net_group group = sid_net_group_at(pass, layer, t);
    sid_net_gather(&group, values, z);
    sid_net_gather(&group, rs, c);
    const double mean = sid_net_mean(pass, &group, c);
    for (uint32_t j = 0; j < group.count; j++) c[j] = c[j] - mean;
    m[t] = sid_net_mean_product(pass, &group, z, c);
    for (uint32_t j = 0; j < group.count; j++) c[j] = isd[t] * (c[j] - z[j] * m[t]);
    sid_net_scatter(&group, c, rs);
  }
}

/* Derivatives of the values that the last layer takes. */
static const double *sid_net_forward_along(const sid_net_pass *pass) {
  const sid_network *network = pass->network;
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    const size_t place = sid_net_place(pass, &layer), count = (size_t)pass->rows * layer.values;
    double *rz = pass->rz + place, *ra = pass->ra + place;
    sid_net_rows_along(pass, &layer, rz);
    if (sid_net_has_groups(network)) sid_net_normalise_along(pass, &layer, rz);
    for (size_t j = 0; j < count; j++) ra[j] = pass->slope[place + j] * rz[j];
  }
  const sid_net_layer end = sid_net_layer_at(network, network->layer_count);
  return sid_net_below(pass, &end, pass->ra);
}

/* ---- backward ------------------------------------------------------------------------------ */

/* Rd_c from Rf_c in place. */
static void sid_net_slope_along(const sid_network *network, const double *p, double weight,
                                double *rf) {
  const uint32_t classes = network->classes;
  if (network->loss == SID_LOSS_SQUARED_ERROR) {
    for (uint32_t c = 0; c < classes; c++) rf[c] = weight * rf[c];
    return;
  }
  double mean = p[0] * rf[0];
  for (uint32_t c = 1; c < classes; c++) mean = mean + p[c] * rf[c];
  for (uint32_t c = 0; c < classes; c++) rf[c] = (weight * p[c]) * (rf[c] - mean);
}

/* d and Rd to the numbers that the last layer takes. */
static void sid_net_last_along(const sid_net_pass *pass, const double *last, const double *rlast,
                               double weight) {
  const sid_network *network = pass->network;
  const uint32_t classes = network->classes;
  const uint32_t inputs = sid_net_layer_at(network, network->layer_count).inputs;
  double *f = pass->outputs, *d = f + classes, *p = d + classes, *rf = p + classes;
  for (uint32_t r = 0; r < pass->rows; r++) {
    sid_net_product(last + (size_t)r * inputs, pass->readout, inputs, classes, f);
    sid_net_product(rlast + (size_t)r * inputs, pass->readout, inputs, classes, rf);
    sid_net_slope(network, f, pass->labels[sid_net_sample(pass, r)], weight, d, p);
    sid_net_transposed(d, pass->readout, inputs, classes, pass->d + (size_t)r * inputs);
    sid_net_slope_along(network, p, weight, rf);
    sid_net_transposed(rf, pass->readout, inputs, classes, pass->rd + (size_t)r * inputs);
  }
}

/* d and Rd to the z of a layer become those to its s. */
static void sid_net_normalise_second(const sid_net_pass *pass, const sid_net_layer *layer) {
  const size_t place = sid_net_place(pass, layer);
  const double *isd = pass->isd + layer->index * pass->groups;
  const double *m = pass->m + layer->index * pass->groups;
  double *z = pass->gather, *d = z + pass->gathered, *rz = d + pass->gathered,
         *rd = rz + pass->gathered, *terms = rd + pass->gathered;
  const uint32_t groups = sid_net_group_count(pass, layer);
  for (uint32_t t = 0; t < groups; t++) {
    const sid_net_group group = sid_net_group_at(pass, layer, t);
    sid_net_gather(&group, pass->z + place, z);
    sid_net_gather(&group, pass->rz + place, rz);
    sid_net_gather(&group, pass->d, d);
    sid_net_gather(&group, pass->rd, rd);
    for (uint32_t j = 0; j < group.count; j++) terms[j] = rd[j] * z[j] + d[j] * rz[j];
    const double p = sid_net_mean(pass, &group, d), h = sid_net_mean_product(pass, &group, d, z);
    const double rp = sid_net_mean(pass, &group, rd), rh = sid_net_mean(pass, &group, terms);
    for (uint32_t j = 0; j < group.count; j++) {
      const double ds = isd[t] * ((d[j] - p) - z[j] * h);
      rd[j] = isd[t] * ((rd[j] - rp) - (rz[j] * h + z[j] * rh)) - (isd[t] * m[t]) * ds;
      d[j] = ds;
    }
    sid_net_scatter(&group, d, pass->d);
    sid_net_scatter(&group, rd, pass->rd);
  }
}

/* h_io = sum_q (Ra_qi d_qo + a_qi Rd_qo). */
static void sid_net_layer_second(const sid_net_pass *pass, const sid_net_layer *layer, int begun,
                                 double *h) {
  const double *below = sid_net_below(pass, layer, pass->a);
  const uint32_t rows = pass->rows * layer->positions, outputs = layer->width;
  for (uint32_t q = 0; q < rows; q++) {
    const double *a = sid_net_inputs(pass, layer, below, q, 1, pass->tile);
    const double *ra = sid_net_inputs_along(pass, layer, q, 1);
    const double *d = pass->d + (size_t)q * outputs, *rd = pass->rd + (size_t)q * outputs;
    const int first = !begun && q == 0;
    if (pass->gh) sid_net_outer(layer, a, d, 1, !first, pass->gh + layer->weights);
    for (uint32_t i = 0; i < layer->inputs; i++)
      for (uint32_t o = 0; o < outputs; o++) {
        const double term = ra ? ra[i] * d[o] + a[i] * rd[o] : a[i] * rd[o];
        double *to = h + (size_t)i * outputs + o;
        *to = first ? term : *to + term;
      }
  }
}

/* d and Rd to the values of the layer below. */
static void sid_net_below_second(sid_net_pass *pass, const sid_net_layer *layer) {
  const double *w = pass->weights + layer->weights, *y = pass->direction + layer->weights;
  const uint32_t rows = pass->rows * layer->positions, inputs = layer->inputs,
                 outputs = layer->width;
  const size_t below = (size_t)pass->rows * layer->rows * layer->cols * layer->channels;
  double *swap = pass->below, *rswap = pass->rbelow;
  for (size_t j = 0; layer->conv && j < below; j++) pass->below[j] = pass->rbelow[j] = 0.0;
  for (uint32_t q = 0; q < rows; q++) {
    const double *d = pass->d + (size_t)q * outputs, *rd = pass->rd + (size_t)q * outputs;
    double *u = layer->conv ? pass->patch : pass->below + (size_t)q * inputs;
    double *ru = layer->conv ? pass->rpatch : pass->rbelow + (size_t)q * inputs;
    sid_net_transposed(d, w, inputs, outputs, u);
    for (uint32_t i = 0; i < inputs; i++) {
      const double *wi = w + (size_t)i * outputs, *yi = y + (size_t)i * outputs;
      double total = rd[0] * wi[0] + d[0] * yi[0];
      for (uint32_t o = 1; o < outputs; o++) total = total + (rd[o] * wi[o] + d[o] * yi[o]);
      ru[i] = total;
    }
    if (!layer->conv) continue;
    sid_net_add_patch(layer, q, u, pass->below);
    sid_net_add_patch(layer, q, ru, pass->rbelow);
  }
  pass->below = pass->d, pass->d = swap;
  pass->rbelow = pass->rd, pass->rd = rswap;
}

static void sid_net_backward_along(sid_net_pass *pass, int begun, double *h) {
  for (uint32_t k = pass->network->layer_count; k-- > 0;) {
    const sid_net_layer layer = sid_net_layer_at(pass->network, k);
    const size_t place = sid_net_place(pass, &layer), count = (size_t)pass->rows * layer.values;
    const double *slope = pass->slope + place, *curvature = pass->curvature + place,
                 *rz = pass->rz + place;
    for (size_t j = 0; j < count; j++) {
      pass->rd[j] = (curvature[j] * rz[j]) * pass->d[j] + slope[j] * pass->rd[j];
      pass->d[j] = slope[j] * pass->d[j];
    }
    if (sid_net_has_groups(pass->network)) sid_net_normalise_second(pass, &layer);
    sid_net_layer_second(pass, &layer, begun, h + layer.weights);
    if (k > 0) sid_net_below_second(pass, &layer);
  }
}

void sid_network_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                double *hv, double *work) {
  const uint32_t n = problem->samples;
  const double weight = 1.0 / (double)n;
  sid_net_pass pass;
  sid_net_begin(&pass, problem, SID_NET_HESSIAN, n, x, work);
  pass.direction = v;
  if (problem->network->norm == SID_NORM_WN) sid_net_columns_along(&pass, v);
  for (uint32_t first = 0; first < n; first += pass.most) {
    pass.first = first;
    pass.rows = n - first < pass.most ? n - first : pass.most;
    const double *last = sid_net_forward(&pass, 0);
    sid_net_last_along(&pass, last, sid_net_forward_along(&pass), weight);
    sid_net_backward_along(&pass, first > 0, hv);
  }
  if (problem->network->norm != SID_NORM_WN) return;
  for (uint32_t k = 0; k < problem->network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(problem->network, k);
    sid_net_columns_second(&pass, &layer, hv + layer.weights);
  }
}
