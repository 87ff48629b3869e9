/* Moments on families of quadratics: a step is a random affine map, so moments map linearly. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/moments.h"
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"

const double svag_final_time = 2.0;

const char *const svag_etas[SVAG_ETAS] = {"0.4", "0.2", "0.1", "0.05", "0.025"};

svag_monomials svag_monomials_of(uint32_t dim) {
  svag_monomials set = {.dim = dim, .count = 0};
  const uint32_t degree = dim == 1 ? 4 : 3;
  for (uint32_t total = 0; total <= degree; total++)
    for (uint32_t j = 0; j <= (dim == 1 ? 0 : total); j++) {
      set.power[set.count][0] = total - j;
      set.power[set.count++][1] = j;
    }
  return set;
}

uint32_t svag_second_degree_count(const svag_monomials *set) { return set->dim == 1 ? 3 : 6; }

void svag_point_moments(const svag_monomials *set, const double *x, double *moment) {
  for (uint32_t r = 0; r < set->count; r++)
    moment[r] = svag_power(x[0], set->power[r][0]) *
                (set->dim > 1 ? svag_power(x[1], set->power[r][1]) : 1.0);
}

/* Coefficient of x^k in (p x + q)^m. */
static double affine_coefficient(double p, double q, uint32_t m, uint32_t k) {
  return k > m ? 0.0 : svag_binomial(m, k) * svag_power(p, k) * svag_power(q, m - k);
}

/* E of every monomial after a step, as a map of all before it. */
static svag_moment_map moment_map_of(const svag_monomials *set, const svag_affine_law *law) {
  svag_moment_map matrix = {{{0.0}}};
  for (uint32_t r = 0; r < set->count; r++)
    for (uint32_t c = 0; c < set->count; c++) {
      for (size_t n = 0; n < law->count; n++) {
        const svag_affine *map = law->map + n;
        matrix.entry[r][c] +=
            map->weight *
            affine_coefficient(map->p[0], map->q[0], set->power[r][0], set->power[c][0]) *
            affine_coefficient(map->p[1], map->q[1], set->power[r][1], set->power[c][1]);
      }
    }
  return matrix;
}

void svag_advance(const svag_monomials *set, const svag_affine_law *law, uint64_t steps,
                  double *moment) {
  const svag_moment_map matrix = moment_map_of(set, law);
  double next[SVAG_POWERS] = {0.0};
  for (uint64_t t = 0; t < steps; t++) {
    for (uint32_t r = 0; r < set->count; r++) next[r] = vf_dot(matrix.entry[r], moment, set->count);
    memcpy(moment, next, sizeof next);
  }
}

/* E of every monomial `steps` steps after x0. */
static void moments_after(const svag_family *f, const svag_affine_law *law, uint64_t steps,
                          double *moment) {
  const svag_monomials set = svag_monomials_of(f->dim);
  svag_point_moments(&set, f->x0, moment);
  svag_advance(&set, law, steps, moment);
}

void svag_gaussian_moments(const svag_family *f, const svag_gaussian_law *step, uint64_t steps,
                           double *moment) {
  const svag_affine_law law = svag_quadrature(step, f->dim);
  moments_after(f, &law, steps, moment);
}

void svag_moments_of_sgd(vf_context *context, const svag_family *f, double lr, double *moment) {
  const svag_affine_law law = svag_affine_of(context, f, svag_dynamics(SID_SGD, 1, 1), lr);
  moments_after(f, &law, (uint64_t)lround(svag_final_time / lr), moment);
}

void svag_moments_of_svag(vf_context *context, const svag_family *f, double lr, uint32_t l,
                          double *moment) {
  const svag_affine_law law = svag_affine_of(context, f, svag_dynamics(SID_SVAG, l, 1), lr);
  moments_after(f, &law, l * (uint64_t)lround(svag_final_time / lr), moment);
}

void svag_moments_of_noisy_gd(vf_context *context, const svag_family *f, double lr,
                              double *moment) {
  const svag_gaussian_law step =
      svag_real_gaussian(context, f, svag_dynamics(SID_NOISY_GD, 1, 1), lr);
  svag_gaussian_moments(f, &step, (uint64_t)lround(svag_final_time / lr), moment);
}

/* Each step maps moments of size at most max(1, |x0|)^4 with an error of about 100 roundings: 15 in
 * the entries of the map (they come from two real steps each), up to 81 outcomes and 10 monomials
 * in the sums. The maps contract on these instances. */
double svag_moments_tolerance(const svag_family *f, double steps) {
  return 100.0 * svag_roundoff * (steps + 1.0) *
         pow(fmax(1.0, vf_largest_size(f->x0, f->dim)), 4.0);
}

const char svag_moments_basis[] = "100 roundings of 2^-53 per step";

void svag_power_label(const svag_monomials *set, uint32_t r, char label[VF_TEXT_SIZE]) {
  if (set->dim == 1)
    vf_text(label, "%u", set->power[r][0]);
  else
    vf_text(label, "%u-%u", set->power[r][0], set->power[r][1]);
}

double svag_expected_moment(vf_context *context, const char *group, const svag_family *f,
                            const char *middle, const svag_monomials *set, uint32_t r,
                            const char *suffix) {
  char label[VF_TEXT_SIZE];
  svag_power_label(set, r, label);
  return vf_expected_of(context, "%s.instance-%s.%smoment-%s%s", group, f->name, middle, label,
                        suffix);
}

void svag_compare_moments(vf_context *context, const char *group, const svag_family *f,
                          const char *middle, const double *moment, double tolerance,
                          const char *basis) {
  const svag_monomials set = svag_monomials_of(f->dim);
  for (uint32_t r = 1; r < set.count; r++) {
    char power[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
    svag_power_label(&set, r, power);
    vf_text(instance, "instance %s %smoment %s", f->name, middle, power);
    vf_within(context, instance, moment[r],
              svag_expected_moment(context, group, f, middle, &set, r, ""), tolerance, basis);
  }
}

void svag_expected_moments(vf_context *context, const char *group, const svag_family *f,
                           const char *middle, double *moment) {
  const svag_monomials set = svag_monomials_of(f->dim);
  for (uint32_t r = 1; r < set.count; r++)
    moment[r] = svag_expected_moment(context, group, f, middle, &set, r, "");
}

/* A table of the step sizes and the errors of the moments from the first to `moments`. */
static void series(vf_context *context, const char *name, const char *const *columns,
                   const double *size, double (*error)[SVAG_POWERS], size_t rows,
                   uint32_t moments) {
  enum { MOST = 8 };
  double table[MOST * SVAG_POWERS];
  for (size_t i = 0; i < rows && rows <= MOST; i++) {
    table[i * (moments + 1)] = size[i];
    for (uint32_t r = 1; r <= moments; r++) table[i * (moments + 1) + r] = error[i][r];
  }
  vf_series(context, name, columns, moments + 1, table, rows <= MOST ? rows : 0);
}

void svag_series_of_errors(vf_context *context, const char *name, const char *size, const double *h,
                           double (*error)[SVAG_POWERS], size_t rows, const svag_monomials *set,
                           uint32_t moments) {
  char label[SVAG_POWERS][VF_TEXT_SIZE], power[VF_TEXT_SIZE];
  const char *columns[SVAG_POWERS] = {size};
  for (uint32_t r = 1; r <= moments; r++) {
    svag_power_label(set, r, power);
    vf_text(label[r], "error of moment %s", power);
    columns[r] = label[r];
  }
  series(context, name, columns, h, error, rows, moments);
}

void svag_order_of_moment(vf_context *context, const char *instance, const double *h,
                          double (*error)[SVAG_POWERS], size_t rows, uint32_t r, double order) {
  enum { MOST = 8 };
  double column[MOST];
  for (size_t k = 0; k < rows && rows <= MOST; k++) column[k] = error[k][r];
  vf_order(context, instance, h, column, rows <= MOST ? rows : 0, order);
}

void svag_compare_orders_in_l(vf_context *context, const char *name,
                              double error[SVAG_ORDER_SIZES][SVAG_POWERS]) {
  static const char *const columns[] = {"l", "error of E x", "error of E x^2", "error of E x^3",
                                        "error of E x^4"};
  double h[SVAG_ORDER_SIZES], l[SVAG_ORDER_SIZES];
  for (int k = 0; k < SVAG_ORDER_SIZES; k++) {
    l[k] = 16 << k;
    h[k] = 1.0 / l[k];
  }
  for (uint32_t n = 1; n < VF_COUNT(columns); n++) {
    char instance[VF_TEXT_SIZE];
    vf_text(instance, "%s l=16..512 moment %u, order in 1/l", name, n);
    svag_order_of_moment(context, instance, h, error, SVAG_ORDER_SIZES, n, 1.0);
  }
  series(context, name, columns, l, error, SVAG_ORDER_SIZES, VF_COUNT(columns) - 1);
}
