/* Rules of numerical integration. */
#include "harness/quadrature.h"
#include <math.h>

double vf_simpson(const double *values, size_t intervals, double h, double *error) {
  if (error) *error = (double)NAN;
  if (intervals == 0 || intervals % 2) return (double)NAN;
  double fine = values[0] + values[intervals], coarse = fine;
  for (size_t k = 1; k < intervals; k++) fine += values[k] * (k % 2 ? 4.0 : 2.0);
  for (size_t k = 2; k < intervals; k += 2) coarse += values[k] * (k % 4 ? 4.0 : 2.0);
  if (error && intervals % 4 == 0) *error = fabs(fine * h / 3.0 - coarse * 2.0 * h / 3.0) / 15.0;
  return fine * h / 3.0;
}

double vf_gauss(vf_integrand function, void *user, double from, double to, size_t panels) {
  /* the positive roots x of the Legendre polynomial P_8, and 2/((1 - x^2) P_8'(x)^2) */
  static const double nodes[4] = {.18343464249564980, .52553240991632899, .79666647741362674,
                                  .96028985649753623};
  static const double weights[4] = {.36268378337836198, .31370664587788729, .22238103445337447,
                                    .10122853629037626};
  const double half = .5 * (to - from) / (double)panels;
  double total = 0.0;
  if (panels == 0) return (double)NAN;
  for (size_t k = 0; k < panels; k++)
    for (size_t i = 0; i < 8; i++) {
      const double x = from + half * ((double)(2 * k + 1) + (i < 4 ? -nodes[i] : nodes[i - 4]));
      total += half * weights[i % 4] * function(user, x);
    }
  return total;
}

double vf_midpoint_mean(vf_integrand function, void *user, double from, double to, size_t nodes) {
  double total = 0.0;
  for (size_t k = 0; k < nodes; k++)
    total += function(user, from + (to - from) * ((double)k + .5) / (double)nodes);
  return total / (double)nodes;
}

double vf_circle_mean(vf_integrand function, void *user, size_t nodes) {
  const double turn = 2.0 * 3.14159265358979323846;
  double total = 0.0;
  for (size_t k = 0; k < nodes; k++) total += function(user, turn * (double)k / (double)nodes);
  return total / (double)nodes;
}
