/* Moments of the SDEs on families of quadratics by Ito's formula, and SGD held against them. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "checks/svag/ito.h"
#include "checks/svag/powers.h"

/* Adds `value` to the place of x_1^i x_2^j in a row of a moment map; monomials beyond the set do
 * not occur. */
static void add_monomial(const svag_monomials *set, double *row, int i, int j, double value) {
  for (uint32_t r = 0; r < set->count; r++)
    if ((int)set->power[r][0] == i && (int)set->power[r][1] == j) row[r] += value;
}

/* d/dt E x^n = sum over entries of the row, for the SDE (2) on a family: by Ito's formula with the
 * drift B_c - A_c x_c and the covariance of a_c x_c - b_c over the members, times eta. */
static void ito_row(const svag_family *f, const svag_monomials *set, double eta, double wd,
                    uint32_t r, double *row) {
  for (uint32_t c = 0; c < f->dim; c++) {
    int n[2] = {(int)set->power[r][0], (int)set->power[r][1]};
    const double size = n[c];
    add_monomial(set, row, n[0], n[1], -size * (svag_table_mean(f, f->a, c) + wd));
    n[c]--;
    add_monomial(set, row, n[0], n[1], size * svag_table_mean(f, f->b, c));
    for (uint32_t d = 0; d < VF_COUNT(n) && d < f->dim; d++) {
      const double half = 0.5 * eta * size * n[d]; /* n_c (n_c - 1), or n_c n_d */
      int rest[2] = {n[0], n[1]};
      rest[d]--; /* the monomial without one x_c and one x_d */
      const int both[2] = {rest[0] + (c == 0) + (d == 0), rest[1] + (c == 1) + (d == 1)};
      add_monomial(set, row, both[0], both[1], half * svag_table_covariance(f, f->a, c, f->a, d));
      add_monomial(set, row, both[0] - (d == 0), both[1] - (d == 1),
                   -half * svag_table_covariance(f, f->a, c, f->b, d));
      add_monomial(set, row, both[0] - (c == 0), both[1] - (c == 1),
                   -half * svag_table_covariance(f, f->b, c, f->a, d));
      add_monomial(set, row, rest[0], rest[1], half * svag_table_covariance(f, f->b, c, f->b, d));
    }
  }
}

/* Taylor's series of the exponential of the map above, 30 terms in each of 16 pieces. The map's
 * norm times the time is below 32 on these instances, and 2^30/30! = 4e-24. */
void svag_sde_moments(const svag_family *f, double eta, double wd, double time, double *moment) {
  enum { PIECES = 16, TERMS = 30 };
  const svag_monomials set = svag_monomials_of(f->dim);
  svag_moment_map map = {{{0.0}}};
  for (uint32_t r = 0; r < set.count; r++) ito_row(f, &set, eta, wd, r, map.entry[r]);
  for (int piece = 0; piece < PIECES; piece++) {
    double term[SVAG_POWERS], next[SVAG_POWERS] = {0.0};
    memcpy(term, moment, set.count * sizeof *term);
    for (int order = 1; order <= TERMS; order++) {
      for (uint32_t r = 0; r < set.count; r++) next[r] = vf_dot(map.entry[r], term, set.count);
      for (uint32_t r = 0; r < set.count; r++)
        moment[r] += term[r] = next[r] * time / (PIECES * order);
    }
  }
}

/* One coordinate of the mean of the SDE: (x0 - B/A) e^{-kappa A t} + B/A, kappa = 1 + eta A/2 for
 * the second-order SDE. */
typedef struct {
  double rate, push, limit, gap; /* kappa A, kappa B, B/A, x0 - B/A */
} ito_mean;

static ito_mean ito_mean_of(const svag_family *f, uint32_t c, double eta, int order) {
  const double a = svag_table_mean(f, f->a, c), b = svag_table_mean(f, f->b, c),
               kappa = order == 2 ? 1.0 + 0.5 * eta * a : 1.0;
  const ito_mean mean = {kappa * a, kappa * b, b / a, f->x0[c] - b / a};
  return mean;
}

/* E X_c X_d at T = 2 of dX = -kappa (A X - B) dt + (eta Sigma)^(1/2) dW by variation of constants:
 * m' = -gamma m + alpha_c E X_c + alpha_d E X_d + beta with the coefficients below, from Ito's
 * formula. */
static double ito_second_moment(const svag_family *f, uint32_t c, uint32_t d, double eta,
                                int order) {
  const ito_mean one = ito_mean_of(f, c, eta, order), two = ito_mean_of(f, d, eta, order);
  const double gamma = one.rate + two.rate - eta * svag_table_covariance(f, f->a, c, f->a, d);
  const double alpha_c = two.push - eta * svag_table_covariance(f, f->a, c, f->b, d);
  const double alpha_d = one.push - eta * svag_table_covariance(f, f->b, c, f->a, d);
  const double beta = eta * svag_table_covariance(f, f->b, c, f->b, d);
  const double rest = (alpha_c * one.limit + alpha_d * two.limit + beta) / gamma;
  const double from_c = alpha_c * one.gap / (gamma - one.rate),
               from_d = alpha_d * two.gap / (gamma - two.rate);
  return rest + from_c * exp(-one.rate * svag_final_time) +
         from_d * exp(-two.rate * svag_final_time) +
         (f->x0[c] * f->x0[d] - rest - from_c - from_d) * exp(-gamma * svag_final_time);
}

/* The moment of degree 1 or 2 at place r of the monomials. */
static double ito_moment(const svag_family *f, const svag_monomials *set, uint32_t r, double eta,
                         int order) {
  const uint32_t first = set->power[r][0] > 0 ? 0 : 1, last = set->power[r][1] > 0 ? 1 : 0;
  if (set->power[r][0] + set->power[r][1] == 2)
    return ito_second_moment(f, first, last, eta, order);
  const ito_mean mean = ito_mean_of(f, first, eta, order);
  return mean.limit + mean.gap * exp(-mean.rate * svag_final_time);
}

/* Real SGD against the closed form above at eta = .0125 .. .0125/32; one of the moments of instance
 * c has an error that changes sign near eta = .06. */
static void regress_order_in_eta(vf_context *context, const svag_family *f, int order) {
  enum { SIZES = 6 };
  const svag_monomials set = svag_monomials_of(f->dim);
  double eta[SIZES], error[SIZES][SVAG_POWERS];
  char name[VF_TEXT_SIZE];
  for (uint32_t k = 0; k < SIZES; k++) {
    eta[k] = 0.0125 / (1u << k);
    svag_moments_of_sgd(context, f, eta[k], error[k]);
    for (uint32_t r = 1; r < svag_second_degree_count(&set); r++)
      error[k][r] -= ito_moment(f, &set, r, eta[k], order);
  }
  vf_text(name, "sgd against the SDE of order %d, instance %s", order, f->name);
  svag_series_of_errors(context, name, "eta", eta, error, SIZES, &set,
                        svag_second_degree_count(&set) - 1);
  for (uint32_t r = 1; r < svag_second_degree_count(&set); r++) {
    char power[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
    svag_power_label(&set, r, power);
    vf_text(instance, "instance %s T=2 eta=0.0125..0.00039 moment %s", f->name, power);
    svag_order_of_moment(context, instance, eta, error, SIZES, r, order);
  }
}

void svag_compare_with_sde(vf_context *context, const char *sde, const char *scaled, int order) {
  for (size_t i = 0; i < VF_COUNT(svag_families); i++) {
    const svag_family *f = &svag_families[i];
    const svag_monomials set = svag_monomials_of(f->dim);
    const double scale = svag_power(0.025, (uint32_t)order),
                 tolerance = svag_moments_tolerance(f, 80.0);
    double sgd[SVAG_POWERS];
    svag_moments_of_sgd(context, f, 0.025, sgd);
    for (uint32_t r = 1; r < set.count; r++) {
      char power[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
      const double limit = svag_expected_moment(context, sde, f, "eta-0.025.", &set, r, "");
      svag_power_label(&set, r, power);
      vf_text(instance, "instance %s T=2 eta=0.025 error/eta^%d moment %s", f->name, order, power);
      vf_within(context, instance, (sgd[r] - limit) / scale,
                svag_expected_moment(context, scaled, f, "eta-0.025.", &set, r, ""),
                tolerance / scale, svag_moments_basis);
      if (r >= svag_second_degree_count(&set)) continue;
      vf_text(instance, "instance %s T=2 eta=0.025 closed form, moment %s", f->name, power);
      vf_within(context, instance, ito_moment(f, &set, r, 0.025, order), limit,
                200.0 * svag_roundoff, "200 roundings of 2^-53");
    }
    regress_order_in_eta(context, f, order);
  }
}
