/* Losses, their derivatives to the outputs, and classes. docs/spec-network.md sections 5, 6, 9. */
#include "network.h"

uint32_t sid_net_class(const double *f, uint32_t classes) {
  uint32_t largest = 0;
  for (uint32_t c = 1; c < classes; c++)
    if (f[c] > f[largest]) largest = c;
  return largest;
}

/* log(sum_c exp(f_c)) - f_y, without the term 1 of the largest in the sum that is rounded. */
static double sid_net_cross_entropy(const double *f, uint32_t classes, uint32_t label) {
  const uint32_t m = sid_net_class(f, classes);
  double others = 0.0;
  int begun = 0;
  for (uint32_t c = 0; c < classes; c++) {
    if (c == m) continue;
    const double e = sid_network_exp(f[c] - f[m]);
    others = begun ? others + e : e;
    begun = 1;
  }
  return sid_network_log1p(others) - (f[label] - f[m]);
}

static double sid_net_residual(const double *f, uint32_t c, uint32_t label) {
  return c == label ? f[c] - 1.0 : f[c];
}

double sid_net_loss(const sid_network *network, const double *f, uint32_t label) {
  if (network->loss == SID_LOSS_CROSS_ENTROPY)
    return sid_net_cross_entropy(f, network->classes, label);
  double total = 0.0;
  for (uint32_t c = 0; c < network->classes; c++) {
    const double r = sid_net_residual(f, c, label), term = r * r;
    total = c == 0 ? term : total + term;
  }
  return 0.5 * total;
}

/* p_c, the softmax. */
static void sid_net_probabilities(const double *f, uint32_t classes, double *p) {
  const double largest = f[sid_net_class(f, classes)];
  double total = 0.0;
  for (uint32_t c = 0; c < classes; c++) {
    p[c] = sid_network_exp(f[c] - largest);
    total = c == 0 ? p[c] : total + p[c];
  }
  const double inverse = 1.0 / total;
  for (uint32_t c = 0; c < classes; c++) p[c] = p[c] * inverse;
}

void sid_net_slope(const sid_network *network, const double *f, uint32_t label, double weight,
                   double *d, double *p) {
  const uint32_t classes = network->classes;
  if (network->loss == SID_LOSS_SQUARED_ERROR) {
    for (uint32_t c = 0; c < classes; c++) d[c] = weight * sid_net_residual(f, c, label);
    return;
  }
  double others = 0.0;
  int begun = 0;
  sid_net_probabilities(f, classes, p);
  for (uint32_t c = 0; c < classes; c++) {
    d[c] = weight * p[c];
    if (c == label) continue;
    others = begun ? others + p[c] : p[c];
    begun = 1;
  }
  d[label] = -(weight * others); /* p_y - 1 would lose digits where p_y is close to 1 */
}
