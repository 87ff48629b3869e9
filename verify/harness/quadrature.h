/* Rules of numerical integration. Each sums over its nodes in their order, so that the result
 * depends on nothing but the integrand; the sum of n terms has n roundings. NaN where a rule has no
 * nodes. */
#ifndef VF_QUADRATURE_H
#define VF_QUADRATURE_H

#include <stddef.h>

typedef double (*vf_integrand)(void *user, double x);

/* Simpson's rule over `intervals` (even) of length h, from the values[intervals + 1] at their ends:
 * exact for cubics, with an error of order h^4. *error, where it is not NULL and intervals is a
 * multiple of 4, gets the estimate of that: a fifteenth of the difference to the rule over
 * intervals of length 2h. */
double vf_simpson(const double *values, size_t intervals, double h, double *error);

/* Gauss's rule of 8 nodes on each of `panels` equal parts of [from, to]: exact for degree 15, with
 * an error of order 16 in the length of a panel. No node is an end of a panel. */
double vf_gauss(vf_integrand function, void *user, double from, double to, size_t panels);

/* Mean over [from, to] by the midpoint rule: exact for degree 1, with an error of order 2 in the
 * distance of the nodes. Over a whole period it is as good as vf_circle_mean(). */
double vf_midpoint_mean(vf_integrand function, void *user, double from, double to, size_t nodes);

/* Mean over the circle by the trapezoidal rule, nodes 2 pi i/nodes: exact for trigonometric
 * polynomials of a degree below `nodes`, so that an analytic integrand costs few nodes; with an
 * error of order 2 where the integrand has kinks. */
double vf_circle_mean(vf_integrand function, void *user, size_t nodes);

#endif
