/* The toys A and B of Section 4.2, on which everything is known in closed form. */
#ifndef VF_CHECKS_EOS_TOYS_H
#define VF_CHECKS_EOS_TOYS_H

#include "harness/text.h"

/* L = (z/|x| - level)^2 (x^2 + 9 y^2 + z^2)/(2 |x|^2). The minimisers of unit norm are the circle
 * of that level, with radius rho; lam1 = a + b sin^2 al with a = rho^2, b = 8 rho^4, because L =
 * h^2 q/2 to second order in the height h and q = 1 + 8 y^2, and the height grows by rho per length
 * of the meridian. */
typedef struct {
  const char *name, *key;
  sid_problem problem;
  double rho, level, a, b;
} eos_toy;

extern const eos_toy eos_toys[2];
extern const eos_toy *const eos_a, *const eos_b;

/* Starting angles, and how keys call them. */
typedef struct {
  double value;
  const char *key;
} eos_angle;

extern const eos_angle eos_angles[3];

double eos_lam1(const eos_toy *toy, double al);

/* g: derivative of log lam1 along the circle, by arc length. */
double eos_slope(const eos_toy *toy, double al);

/* normalise(phi + h v_1) */
void eos_near(const eos_toy *toy, double al, double h, double *th);

#endif
