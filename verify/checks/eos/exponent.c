/* Extrapolation of orders. */
#include <math.h>
#include "checks/eos/exponent.h"

void eos_exponent(vf_context *context, const char *name, const double *h, const double *value,
                  size_t count, double order, double sampling) {
  double local[2] = {0.0, 0.0}, best[2] = {0.0, 0.0};
  for (size_t k = 1; k < count; k++) {
    local[0] = local[1], best[0] = best[1];
    local[1] = log(value[k] / value[k - 1]) / log(h[k] / h[k - 1]);
    best[1] = local[1] + (local[1] - local[0]) / (h[k - 1] / h[k] - 1.0);
  }
  const double change = fabs(best[1] - best[0]);
  const double tolerance = 2.0 * change + 50.0 * sampling;
  if (!(tolerance <= .1)) vf_error(context, name, "the local exponents do not converge");
  vf_within(
      context, name, best[1], order, tolerance,
      "twice the last change of the extrapolated local exponent, and sampling at whole steps");
}
