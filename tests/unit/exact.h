/* The problems in MPFR, written from their mathematical definitions alone: losses. Gradients and
 * Hessian-vector products are differences of these losses, so that no formula of a derivative is
 * shared with ref/.
 *
 * Steps of 2^-100 at 512 bits leave a difference quotient with an error of about 2^-200 times a
 * higher derivative: nothing beside the 2^-53 of the numbers that are tested. */
#ifndef EXACT_H
#define EXACT_H

#include "instances.h"

#include <mpfr.h>

#define EXACT_BITS 512
#define EXACT_STEP_EXPONENT (-100)

typedef struct {
  mpfr_t x[INSTANCE_DIM_MAX], moved[INSTANCE_DIM_MAX]; /* a point, and a point near it */
  mpfr_t s[INSTANCE_SAMPLES_MAX], mean, deviation;     /* outputs of a batch-normalised problem */
  mpfr_t loss, sum, a, b, c, d;
} exact;

static inline void exact_open(exact *w) {
  for (int j = 0; j < INSTANCE_DIM_MAX; j++)
    mpfr_inits2(EXACT_BITS, w->x[j], w->moved[j], (mpfr_ptr)0);
  for (int i = 0; i < INSTANCE_SAMPLES_MAX; i++) mpfr_init2(w->s[i], EXACT_BITS);
  mpfr_inits2(EXACT_BITS, w->mean, w->deviation, w->loss, w->sum, w->a, w->b, w->c, w->d,
              (mpfr_ptr)0);
}

static inline void exact_close(exact *w) {
  for (int j = 0; j < INSTANCE_DIM_MAX; j++) mpfr_clears(w->x[j], w->moved[j], (mpfr_ptr)0);
  for (int i = 0; i < INSTANCE_SAMPLES_MAX; i++) mpfr_clear(w->s[i]);
  mpfr_clears(w->mean, w->deviation, w->loss, w->sum, w->a, w->b, w->c, w->d, (mpfr_ptr)0);
  mpfr_free_cache();
}

static inline void exact_point(exact *w, const double *x, uint32_t p) {
  for (uint32_t j = 0; j < p; j++) mpfr_set_d(w->x[j], x[j], MPFR_RNDN);
}

/* out = sum_j a_j x_j */
static inline void exact_dot(mpfr_t out, mpfr_t term, const double *a, mpfr_t *x, uint32_t p) {
  mpfr_set_zero(out, 1);
  for (uint32_t j = 0; j < p; j++) {
    mpfr_mul_d(term, x[j], a[j], MPFR_RNDN);
    mpfr_add(out, out, term, MPFR_RNDN);
  }
}

/* out = x'x */
static inline void exact_norm2(mpfr_t out, mpfr_t term, mpfr_t *x, uint32_t p) {
  mpfr_set_zero(out, 1);
  for (uint32_t j = 0; j < p; j++) {
    mpfr_sqr(term, x[j], MPFR_RNDN);
    mpfr_add(out, out, term, MPFR_RNDN);
  }
}

/* out = x'Ax / (2 x'x) */
static inline void exact_rayleigh(exact *w, const sid_problem *problem, mpfr_t *x, mpfr_t out) {
  const uint32_t p = problem->dim;
  mpfr_set_zero(out, 1);
  for (uint32_t i = 0; i < p; i++) {
    if (problem->matrix)
      exact_dot(w->a, w->b, problem->matrix + (size_t)i * p, x, p);
    else
      mpfr_mul_d(w->a, x[i], problem->spectrum[i], MPFR_RNDN);
    mpfr_mul(w->a, w->a, x[i], MPFR_RNDN);
    mpfr_add(out, out, w->a, MPFR_RNDN);
  }
  exact_norm2(w->a, w->b, x, p);
  mpfr_div(out, out, w->a, MPFR_RNDN);
  mpfr_div_ui(out, out, 2, MPFR_RNDN);
}

/* out = (<z_i, x/|x|> - y_i)^2 / 2 */
static inline void exact_linear_sample(exact *w, const sid_problem *problem, uint32_t i, mpfr_t *x,
                                       mpfr_t out) {
  const uint32_t p = problem->dim;
  exact_norm2(w->a, w->b, x, p);
  mpfr_sqrt(w->a, w->a, MPFR_RNDN);
  exact_dot(w->c, w->b, problem->features + (size_t)i * p, x, p);
  mpfr_div(w->c, w->c, w->a, MPFR_RNDN);
  mpfr_sub_d(w->c, w->c, problem->labels[i], MPFR_RNDN);
  mpfr_sqr(w->c, w->c, MPFR_RNDN);
  mpfr_div_ui(out, w->c, 2, MPFR_RNDN);
}

/* out = sum_j (a_ij x_j^2/2 - b_ij x_j) */
static inline void exact_quadratic_sample(exact *w, const sid_problem *problem, uint32_t i,
                                          mpfr_t *x, mpfr_t out) {
  const uint32_t p = problem->dim;
  const double *a = problem->a + (size_t)i * p, *b = problem->b + (size_t)i * p;
  mpfr_set_zero(out, 1);
  for (uint32_t j = 0; j < p; j++) {
    mpfr_mul_d(w->a, x[j], a[j] / 2.0, MPFR_RNDN);
    mpfr_sub_d(w->a, w->a, b[j], MPFR_RNDN);
    mpfr_mul(w->a, w->a, x[j], MPFR_RNDN);
    mpfr_add(out, out, w->a, MPFR_RNDN);
  }
}

static inline void exact_sample_loss(exact *w, const sid_problem *problem, uint32_t i, mpfr_t *x,
                                     mpfr_t out) {
  if (problem->kind == SID_NORMALISED_LINEAR)
    exact_linear_sample(w, problem, i, x, out);
  else
    exact_quadratic_sample(w, problem, i, x, out);
}

/* out = sum_i w_i L_i; uniform weights are exactly 1/n here. */
static inline void exact_family(exact *w, const sid_problem *problem, mpfr_t *x, mpfr_t out) {
  mpfr_set_zero(w->sum, 1);
  for (uint32_t i = 0; i < problem->samples; i++) {
    exact_sample_loss(w, problem, i, x, out);
    if (problem->weights)
      mpfr_mul_d(out, out, problem->weights[i], MPFR_RNDN);
    else
      mpfr_div_ui(out, out, problem->samples, MPFR_RNDN);
    mpfr_add(w->sum, w->sum, out, MPFR_RNDN);
  }
  mpfr_set(out, w->sum, MPFR_RNDN);
}

/* out = x_0^2 / (x_0^2 + x_1^2) */
static inline void exact_ratio2(exact *w, mpfr_t *x, mpfr_t out) {
  exact_norm2(w->a, w->b, x, 2);
  mpfr_sqr(out, x[0], MPFR_RNDN);
  mpfr_div(out, out, w->a, MPFR_RNDN);
}

/* out = (1/2) sum_j a_j x_j^2 */
static inline void exact_quadratic(exact *w, const sid_problem *problem, mpfr_t *x, mpfr_t out) {
  mpfr_set_zero(out, 1);
  for (uint32_t j = 0; j < problem->dim; j++) {
    mpfr_sqr(w->a, x[j], MPFR_RNDN);
    mpfr_mul_d(w->a, w->a, problem->spectrum[j] / 2.0, MPFR_RNDN);
    mpfr_add(out, out, w->a, MPFR_RNDN);
  }
}

/* out = (1/2) (z/|x| - c)^2 (x^2 + 9 y^2 + z^2)/|x|^2, c the binary64 number nearest to
 * 3/5, or 0 */
static inline void exact_height(exact *w, const sid_problem *problem, mpfr_t *x, mpfr_t out) {
  exact_norm2(w->a, w->b, x, 3);
  mpfr_sqr(out, x[1], MPFR_RNDN);
  mpfr_mul_ui(out, out, 8, MPFR_RNDN);
  mpfr_add(out, out, w->a, MPFR_RNDN);
  mpfr_div(out, out, w->a, MPFR_RNDN);
  mpfr_sqrt(w->a, w->a, MPFR_RNDN);
  mpfr_div(w->b, x[2], w->a, MPFR_RNDN);
  mpfr_sub_d(w->b, w->b, problem->kind == SID_TROUGH3 ? 0.6 : 0.0, MPFR_RNDN);
  mpfr_sqr(w->b, w->b, MPFR_RNDN);
  mpfr_mul(out, out, w->b, MPFR_RNDN);
  mpfr_div_ui(out, out, 2, MPFR_RNDN);
}

/* out = <row r of U, row c of V> */
static inline void exact_entry(exact *w, const sid_problem *problem, uint32_t r, uint32_t c,
                               mpfr_t *x, mpfr_t out) {
  const uint32_t inner = problem->inner;
  mpfr_set_zero(out, 1);
  for (uint32_t k = 0; k < inner; k++) {
    mpfr_mul(w->a, x[r * inner + k], x[(problem->rows + c) * inner + k], MPFR_RNDN);
    mpfr_add(out, out, w->a, MPFR_RNDN);
  }
}

/* mean and deviation (its square the variance) of n numbers */
static inline void exact_moments(exact *w, mpfr_t *values, uint32_t n, mpfr_t mean,
                                 mpfr_t deviation) {
  mpfr_set_zero(mean, 1);
  for (uint32_t i = 0; i < n; i++) mpfr_add(mean, mean, values[i], MPFR_RNDN);
  mpfr_div_ui(mean, mean, n, MPFR_RNDN);
  mpfr_set_zero(deviation, 1);
  for (uint32_t i = 0; i < n; i++) {
    mpfr_sub(w->a, values[i], mean, MPFR_RNDN);
    mpfr_sqr(w->a, w->a, MPFR_RNDN);
    mpfr_add(deviation, deviation, w->a, MPFR_RNDN);
  }
  mpfr_div_ui(deviation, deviation, n, MPFR_RNDN);
  mpfr_sqrt(deviation, deviation, MPFR_RNDN);
}

/* w->s the outputs, w->mean and w->deviation theirs, w->c and w->d those of the labels */
static inline void exact_outputs(exact *w, const sid_problem *problem, mpfr_t *x) {
  const uint32_t n = problem->samples;
  for (uint32_t i = 0; i < n; i++) mpfr_set_d(w->s[i], problem->labels[i], MPFR_RNDN);
  exact_moments(w, w->s, n, w->c, w->d);
  for (uint32_t i = 0; i < n; i++) {
    if (problem->kind == SID_BN_COMPLETION)
      exact_entry(w, problem, problem->entries[2 * i], problem->entries[2 * i + 1], x, w->s[i]);
    else
      exact_dot(w->s[i], w->b, problem->features + (size_t)i * problem->dim, x, problem->dim);
  }
  exact_moments(w, w->s, n, w->mean, w->deviation);
}

/* out += (prediction - label)^2: the output, normalised to the mean and deviation of the labels */
static inline void exact_add_error(exact *w, mpfr_t output, double label, mpfr_t out) {
  mpfr_sub(w->a, output, w->mean, MPFR_RNDN);
  mpfr_div(w->a, w->a, w->deviation, MPFR_RNDN);
  mpfr_mul(w->a, w->a, w->d, MPFR_RNDN);
  mpfr_add(w->a, w->a, w->c, MPFR_RNDN);
  mpfr_sub_d(w->a, w->a, label, MPFR_RNDN);
  mpfr_sqr(w->a, w->a, MPFR_RNDN);
  mpfr_add(out, out, w->a, MPFR_RNDN);
}

/* out = (1/n) sum_i (prediction_i - y_i)^2 */
static inline void exact_batch_normalised(exact *w, const sid_problem *problem, mpfr_t *x,
                                          mpfr_t out) {
  exact_outputs(w, problem, x);
  mpfr_set_zero(out, 1);
  for (uint32_t i = 0; i < problem->samples; i++)
    exact_add_error(w, w->s[i], problem->labels[i], out);
  mpfr_div_ui(out, out, problem->samples, MPFR_RNDN);
}

/* The same over the whole matrix, with the moments of the observed entries. */
static inline void exact_test_loss(exact *w, const sid_problem *problem, mpfr_t *x, mpfr_t out) {
  exact_outputs(w, problem, x);
  mpfr_set_zero(out, 1);
  for (uint32_t r = 0; r < problem->rows; r++)
    for (uint32_t c = 0; c < problem->cols; c++) {
      exact_entry(w, problem, r, c, x, w->b);
      exact_add_error(w, w->b, problem->matrix[r * problem->cols + c], out);
    }
  mpfr_div_ui(out, out, problem->rows * problem->cols, MPFR_RNDN);
}

/* out = mean sum_j x_j */
static inline void exact_poisson(const sid_problem *problem, mpfr_t *x, mpfr_t out) {
  mpfr_set_zero(out, 1);
  for (uint32_t j = 0; j < problem->dim; j++) mpfr_add(out, out, x[j], MPFR_RNDN);
  mpfr_mul_d(out, out, problem->mean, MPFR_RNDN);
}

/* The loss at x, or that of one sample where sample >= 0. */
static inline void exact_loss(exact *w, const sid_problem *problem, int64_t sample, mpfr_t *x,
                              mpfr_t out) {
  if (sample >= 0) {
    exact_sample_loss(w, problem, (uint32_t)sample, x, out);
    return;
  }
  switch (problem->kind) {
    case SID_RAYLEIGH: exact_rayleigh(w, problem, x, out); return;
    case SID_RATIO2: exact_ratio2(w, x, out); return;
    case SID_NOISE_ONLY: mpfr_set_zero(out, 1); return;
    case SID_QUADRATIC_NOISY: exact_quadratic(w, problem, x, out); return;
    case SID_TROUGH3:
    case SID_RIDGE3: exact_height(w, problem, x, out); return;
    case SID_BN_REGRESSION:
    case SID_BN_COMPLETION: exact_batch_normalised(w, problem, x, out); return;
    case SID_POISSON: exact_poisson(problem, x, out); return;
    default: exact_family(w, problem, x, out); return;
  }
}

/* The loss at x + h*(s*e_j + t*v) for h = 2^-100; v may be NULL. */
static inline void exact_loss_near(exact *w, const sid_problem *problem, int64_t sample, uint32_t j,
                                   double s, const double *v, double t, mpfr_t out) {
  for (uint32_t k = 0; k < problem->dim; k++) {
    mpfr_set_d(w->d, v ? t * v[k] : 0.0, MPFR_RNDN);
    if (k == j) mpfr_add_d(w->d, w->d, s, MPFR_RNDN);
    mpfr_mul_2si(w->d, w->d, EXACT_STEP_EXPONENT, MPFR_RNDN);
    mpfr_add(w->moved[k], w->x[k], w->d, MPFR_RNDN);
  }
  exact_loss(w, problem, sample, w->moved, out);
}

/* Component j of the gradient at the point, of the loss or of one sample's. */
static inline double exact_gradient(exact *w, const sid_problem *problem, int64_t sample,
                                    uint32_t j) {
  double gradient;
  mpfr_t above, below;
  mpfr_inits2(EXACT_BITS, above, below, (mpfr_ptr)0);
  exact_loss_near(w, problem, sample, j, 1.0, NULL, 0.0, above);
  exact_loss_near(w, problem, sample, j, -1.0, NULL, 0.0, below);
  mpfr_sub(above, above, below, MPFR_RNDN);
  mpfr_mul_2si(above, above, -EXACT_STEP_EXPONENT - 1, MPFR_RNDN);
  gradient = mpfr_get_d(above, MPFR_RNDN);
  mpfr_clears(above, below, (mpfr_ptr)0);
  return gradient;
}

/* Component j of the Hessian times v, by the mixed difference of four losses. */
static inline double exact_hessian_vector(exact *w, const sid_problem *problem, const double *v,
                                          uint32_t j) {
  static const double signs[] = {1.0, -1.0};
  double product;
  mpfr_t total, loss;
  mpfr_inits2(EXACT_BITS, total, loss, (mpfr_ptr)0);
  mpfr_set_zero(total, 1);
  for (int k = 0; k < 4; k++) {
    exact_loss_near(w, problem, -1, j, signs[k & 1], v, signs[k >> 1], loss);
    mpfr_mul_d(loss, loss, signs[k & 1] * signs[k >> 1], MPFR_RNDN);
    mpfr_add(total, total, loss, MPFR_RNDN);
  }
  mpfr_mul_2si(total, total, -2 * EXACT_STEP_EXPONENT - 2, MPFR_RNDN);
  product = mpfr_get_d(total, MPFR_RNDN);
  mpfr_clears(total, loss, (mpfr_ptr)0);
  return product;
}

#endif
