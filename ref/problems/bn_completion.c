/* Matrix completion with batch normalisation, eos (004), Figure 1: x = (U, V), outputs s_i = (U V^T)_(r_i, c_i) at the observed entries.
 * docs/spec.md section 6. */
#include "../config.h"
#include "../fp.h"
#include "../problem.h"
#include "bn_output.h"

/* Row r_i of U and row c_i of V, of any vector laid out as x is. */
static const double *sid_completion_left(const sid_problem *problem, const double *x, uint32_t i) {
  return x + (size_t)problem->entries[2 * (size_t)i] * problem->inner;
}

static const double *sid_completion_right(const sid_problem *problem, const double *x, uint32_t i) {
  return x + ((size_t)problem->rows + problem->entries[2 * (size_t)i + 1]) * problem->inner;
}

/* The normalised outputs at x; work: 2n doubles. */
static void sid_completion_at(const sid_problem *problem, const double *x, sid_bn *bn, double *work) {
  for (uint32_t i = 0; i < problem->samples; i++)
    work[i] = sid_dot(sid_completion_left(problem, x, i), sid_completion_right(problem, x, i), problem->inner);
  sid_bn_normalise(bn, problem->labels, problem->samples, work, work + problem->samples);
}

double sid_bn_completion_loss(const sid_problem *problem, const double *x, double *work) {
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  return sid_bn_loss(&bn);
}

double sid_bn_completion_test_loss(const sid_problem *problem, const double *x, double *work) {
  const uint32_t inner = problem->inner;
  double total = 0.0;
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  for (uint32_t r = 0; r < problem->rows; r++)
    for (uint32_t c = 0; c < problem->cols; c++) {
      const double s = sid_dot(x + (size_t)r * inner, x + ((size_t)problem->rows + c) * inner, inner);
      const double e = (bn.gamma * ((s - bn.mu) * bn.isd) + bn.beta) - problem->matrix[(size_t)r * problem->cols + c];
      total = total + e * e;
    }
  return total * (1.0 / (double)((uint64_t)problem->rows * problem->cols));
}

/* y_k = y_k + d a_k, in groups of eight that gcc vectorises at -O2. */
static void sid_add_multiple(double *restrict y, double d, const double *restrict a, uint32_t n) {
  uint32_t k = 0;
  for (; k + 8 <= n; k += 8) {
    y[k] = y[k] + d * a[k];
    y[k + 1] = y[k + 1] + d * a[k + 1];
    y[k + 2] = y[k + 2] + d * a[k + 2];
    y[k + 3] = y[k + 3] + d * a[k + 3];
    y[k + 4] = y[k + 4] + d * a[k + 4];
    y[k + 5] = y[k + 5] + d * a[k + 5];
    y[k + 6] = y[k + 6] + d * a[k + 6];
    y[k + 7] = y[k + 7] + d * a[k + 7];
  }
  for (; k < n; k++) y[k] = y[k] + d * a[k];
}

/* out += the gradient of sum_i d_i s_i at x, in the order of i. */
static void sid_completion_combine(const sid_problem *problem, const double *d, const double *x, double *out) {
  const uint32_t inner = problem->inner;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const size_t left = (size_t)(sid_completion_left(problem, x, i) - x);
    const size_t right = (size_t)(sid_completion_right(problem, x, i) - x);
    sid_add_multiple(out + left, d[i], x + right, inner);
    sid_add_multiple(out + right, d[i], x + left, inner);
  }
}

void sid_bn_completion_gradient(const sid_problem *problem, const double *x, double *gradient, double *work) {
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  sid_bn_gradient(&bn, bn.t);
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = 0.0;
  sid_completion_combine(problem, bn.t, x, gradient);
}

/* Both parts of the derivative: of dL/ds, and of x in s. work: 3n doubles. */
void sid_bn_completion_hessian_vector(const sid_problem *problem, const double *x, const double *v, double *hv,
                                      double *work) {
  const uint32_t inner = problem->inner;
  double *ds = work + 2 * (size_t)problem->samples;
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  for (uint32_t i = 0; i < problem->samples; i++)
    ds[i] = sid_dot(sid_completion_left(problem, v, i), sid_completion_right(problem, x, i), inner) +
            sid_dot(sid_completion_left(problem, x, i), sid_completion_right(problem, v, i), inner);
  sid_bn_hessian(&bn, ds);
  sid_bn_gradient(&bn, bn.t);
  for (uint32_t j = 0; j < problem->dim; j++) hv[j] = 0.0;
  sid_completion_combine(problem, ds, x, hv);
  sid_completion_combine(problem, bn.t, v, hv);
}
