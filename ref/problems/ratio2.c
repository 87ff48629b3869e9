/* L(x, y) = x^2/(x^2 + y^2), the two-dimensional example of il (001), Figure 5a. The order of
 * operations of the gradient is that of the published bit test. docs/spec.md section 6. */
#include "../config.h"
#include "../problem.h"

double sid_ratio2_loss(const double *x) {
  const double r = x[0] * x[0] + x[1] * x[1];
  return (x[0] * x[0]) / r;
}

void sid_ratio2_gradient(const double *x, double *gradient) {
  const double r = x[0] * x[0] + x[1] * x[1];
  const double q = r * r;
  const double s = x[0] * x[1];
  gradient[0] = ((2.0 * s) * x[1]) / q;
  gradient[1] = -(((2.0 * s) * x[0]) / q);
}

void sid_ratio2_hessian_vector(const double *x, const double *v, double *hv) {
  const double r = x[0] * x[0] + x[1] * x[1];
  const double q = r * r;
  const double s = x[0] * x[1];
  const double c = q * r;
  const double xx = x[0] * x[0], yy = x[1] * x[1];
  const double d = (8.0 * xx) * yy;
  const double hxx = (2.0 * yy) / q - d / c;
  const double hyy = d / c - (2.0 * xx) / q;
  const double hxy = (4.0 * s) / q - ((8.0 * s) * yy) / c;
  hv[0] = hxx * v[0] + hxy * v[1];
  hv[1] = hxy * v[0] + hyy * v[1];
}
