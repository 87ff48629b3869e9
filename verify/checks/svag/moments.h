/* Moments on families of quadratics, by exact recursion through real steps, and their places in
 * fixtures/. */
#ifndef SVAG_MOMENTS_H
#define SVAG_MOMENTS_H

#include "harness/text.h"
#include "checks/svag/affine.h"

enum { SVAG_POWERS = 10, SVAG_ETAS = 5, SVAG_ORDER_SIZES = 6 };

/* Time T = 2 and the learning rates of fixtures/. */
extern const double svag_final_time;
extern const char *const svag_etas[SVAG_ETAS];

/* The monomials x_1^i x_2^j of degree 1 to 4 in one dimension, 1 to 3 in two, after the
 * constant. */
typedef struct {
  uint32_t dim, count;
  uint32_t power[SVAG_POWERS][2];
} svag_monomials;

svag_monomials svag_monomials_of(uint32_t dim);

/* The moments of degree up to 2 follow the constant; their number with it. */
uint32_t svag_second_degree_count(const svag_monomials *set);

/* A linear map of moments. */
typedef struct {
  double entry[SVAG_POWERS][SVAG_POWERS];
} svag_moment_map;

/* Every monomial at x. */
void svag_point_moments(const svag_monomials *set, const double *x, double *moment);

/* E of every monomial `steps` steps later. */
void svag_advance(const svag_monomials *set, const svag_affine_law *law, uint64_t steps,
                  double *moment);

/* E of every monomial at T = 2, from real steps of SGD, SVAG and noisy GD. */
void svag_moments_of_sgd(vf_context *context, const svag_family *f, double lr, double *moment);
void svag_moments_of_svag(vf_context *context, const svag_family *f, double lr, uint32_t l,
                          double *moment);
void svag_moments_of_noisy_gd(vf_context *context, const svag_family *f, double lr, double *moment);

/* E of every monomial after `steps` steps with Gaussian noise from x0. */
void svag_gaussian_moments(const svag_family *f, const svag_gaussian_law *step, uint64_t steps,
                           double *moment);

/* Tolerance of moments after `steps` steps. */
double svag_moments_tolerance(const svag_family *f, double steps);
extern const char svag_moments_basis[];

/* "1" or "1-0": the moment's place in a key. */
void svag_power_label(const svag_monomials *set, uint32_t r, char label[VF_TEXT_SIZE]);

/* Value of "<group>.instance-<f>.<middle>moment-<power><suffix>", and of all moments. */
double svag_expected_moment(vf_context *context, const char *group, const svag_family *f,
                            const char *middle, const svag_monomials *set, uint32_t r,
                            const char *suffix);
void svag_expected_moments(vf_context *context, const char *group, const svag_family *f,
                           const char *middle, double *moment);

/* Compares all moments at T = 2 with "<group>.instance-<f>.<middle>moment-..". */
void svag_compare_moments(vf_context *context, const char *group, const svag_family *f,
                          const char *middle, const double *moment, double tolerance,
                          const char *basis);

/* The data behind a slope: the columns `size` and "error of moment .." of the first moments,
 * `moments` of them after the constant; at most 8 rows. */
void svag_series_of_errors(vf_context *context, const char *name, const char *size, const double *h,
                           double (*error)[SVAG_POWERS], size_t rows, const svag_monomials *set,
                           uint32_t moments);

/* vf_order() of the errors of moment r. */
void svag_order_of_moment(vf_context *context, const char *instance, const double *h,
                          double (*error)[SVAG_POWERS], size_t rows, uint32_t r, double order);

/* Weak order 1 in 1/l of the moments 1 to 4 in one dimension at l = 16, 32, .., 512, from their
 * errors, and the series of them. */
void svag_compare_orders_in_l(vf_context *context, const char *name,
                              double error[SVAG_ORDER_SIZES][SVAG_POWERS]);

#endif
