/* Minimisers on the unit sphere. */
#include "laws/minimum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"
#include "harness/algebra.h"

enum { LARGEST = 128 }; /* matrix that Jacobi's method is asked about */

static void vf_minimum_add(vf_minimum *minimum, double eigenvalue) {
  minimum->gap = minimum->normal ? fmin(minimum->gap, eigenvalue) : eigenvalue;
  minimum->top = fmax(minimum->top, eigenvalue);
  minimum->trace += eigenvalue;
  minimum->inverse += 1.0 / eigenvalue;
  minimum->normal++;
}

/* From the eigenvalues of A: those of the Hessian at a lowest eigenvector are their distances. */
static void vf_minimum_of_values(const double *values, uint32_t p, double error,
                                 vf_minimum *minimum) {
  double low = values[0];
  for (uint32_t j = 1; j < p; j++) low = fmin(low, values[j]);
  for (uint32_t j = 0; j < p; j++)
    if (values[j] - low > error) vf_minimum_add(minimum, values[j] - low);
  minimum->least = 0.5 * low;
  minimum->flat = p - minimum->normal;
  minimum->two_values = minimum->normal > 0 && minimum->top - minimum->gap <= error;
}

static const char *vf_minimum_rayleigh(const sid_problem *problem, vf_minimum *minimum) {
  const size_t p = problem->dim;
  if (problem->spectrum) {
    vf_minimum_of_values(problem->spectrum, problem->dim, 0.0, minimum);
    return NULL;
  }
  if (p > LARGEST) return "eigenvalues of a matrix of more than 128 rows are not computed";
  double *a = vf_allocate(2 * p * p + p, sizeof *a), *values = a + 2 * p * p;
  memcpy(a, problem->matrix, p * p * sizeof *a);
  (void)vf_eigen(a, p, values, a + p * p);
  vf_minimum_of_values(values, problem->dim, 1e-12 * vf_largest_size(values, p), minimum);
  free(a);
  return NULL;
}

/* The Gram matrix G of the features has the rank of Z; labels that can be fitted have y = Z w0 with
 * |w0|^2 = y'G^+ y below 1, the minimisers are w0 and a part of length rho in the kernel of Z, and
 * the Hessian has the eigenvalues of (G - y y')/n. fm Section 6.1. */
static const char *vf_minimum_linear(const sid_problem *problem, vf_minimum *minimum) {
  const size_t n = problem->samples, p = problem->dim;
  if (n > LARGEST) return "minimisers for more than 128 samples are not computed";
  double *gram = vf_allocate(3 * n * n + n, sizeof *gram), *a = gram + n * n, *vectors = a + n * n,
         *values = vectors + n * n, fit = 0.0, missed = 0.0, labels2 = 0.0;
  uint32_t rank = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      gram[i * n + k] = vf_dot(problem->features + i * p, problem->features + k * p, p);
  memcpy(a, gram, n * n * sizeof *a);
  const double error = 1e-12 * fabs(values[vf_eigen(a, n, values, vectors)]);
  for (size_t i = 0; i < n; i++) {
    const double c = vf_dot(vectors + i * n, problem->labels, n);
    labels2 += c * c;
    if (values[i] > error) {
      rank++;
      fit += c * c / values[i];
    } else {
      missed += c * c;
    }
  }
  const int fits = missed <= 1e-20 * labels2 && fit < 1.0 && rank < p;
  if (fits) {
    for (size_t i = 0; i < n * n; i++)
      gram[i] = (gram[i] - problem->labels[i / n] * problem->labels[i % n]) / (double)n;
    (void)vf_eigen(gram, n, values, vectors);
    for (size_t i = 0; i < n; i++)
      if (values[i] > error / (double)n) vf_minimum_add(minimum, values[i]);
    minimum->flat = problem->dim - rank;
    minimum->radius2 = 1.0 - fit;
    minimum->same = 1;
  }
  free(gram);
  return fits ? NULL : "the labels are not fitted by a circle or sphere of directions";
}

/* The circle of minimisers: the sharpness is least at angle 0 and largest at a right angle. */
static const char *vf_minimum_circle(const sid_problem *problem, vf_minimum *minimum) {
  const double side = problem->kind == SID_TROUGH3 ? 0.8 : 1.0,
               height = problem->kind == SID_TROUGH3 ? 0.6 : 0.0;
  const double calm[] = {side, 0.0, height}, sharp[] = {0.0, side, height};
  sid_manifold_point at;
  if (sid_manifold_project(problem, sharp, &at)) return "no minimiser";
  vf_minimum_add(minimum, at.sharpness);
  if (sid_manifold_project(problem, calm, &at)) return "no minimiser";
  minimum->calm = at.sharpness;
  minimum->inverse = 1.0 / at.sharpness;
  minimum->flat = 2;
  minimum->radius2 = side * side;
  minimum->same = 0;
  return NULL;
}

const char *vf_minimum_of(const sid_problem *problem, vf_minimum *minimum) {
  const double ratio2[] = {2.0, 0.0}; /* x^2/(x^2+y^2) is half of the quotient of diag(2, 0) */
  const char *unknown = NULL;
  memset(minimum, 0, sizeof *minimum);
  minimum->radius2 = 1.0;
  minimum->same = 1;
  switch (problem->kind) {
    case SID_NOISE_ONLY: minimum->flat = problem->dim; break;
    case SID_RAYLEIGH: unknown = vf_minimum_rayleigh(problem, minimum); break;
    case SID_RATIO2: vf_minimum_of_values(ratio2, 2, 0.0, minimum); break;
    case SID_NORMALISED_LINEAR: unknown = vf_minimum_linear(problem, minimum); break;
    case SID_TROUGH3:
    case SID_RIDGE3: unknown = vf_minimum_circle(problem, minimum); break;
    default: return "the minimisers of this problem have no closed form here";
  }
  if (minimum->same) minimum->calm = minimum->top;
  return unknown;
}
