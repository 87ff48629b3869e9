/* Estimators that the papers use, with their standard errors. Sums run in the canonical order, so a
 * result depends neither on threads nor on the backend. Where nothing can be estimated (too few
 * values, an empty range) every field is NaN. */
#ifndef VF_ESTIMATORS_H
#define VF_ESTIMATORS_H

#include <stddef.h>

typedef struct {
  double value, standard_error;
} vf_estimate;

/* ---- tail index (svag, Theorem F.2, (32)) ---- */

/* The estimate of 1/alpha (1/2 for independent Gaussians, 1 for Cauchy) from blocks*block numbers x
 * of any unit. Y_i is the sum of the i-th `block` (K_1 >= 2) consecutive numbers: (mean_i ln|Y_i| -
 * mean_j ln|x_j|) / ln K_1. Unbiased for every K_1 where the numbers are independent and symmetric
 * alpha-stable; for correlated Gaussians its mean is (36), so it is not confined to [1/2, 1]. The
 * standard error takes the blocks (K_2 >= 2) as independent. A number or a sum of 0 gives no finite
 * estimate. */
vf_estimate vf_tail_exponent(const double *x, size_t block, size_t blocks);

/* ---- total variation (fm, Theorem 5.5; il, Conjecture 5.3 and Figure 3b) ---- */

/* The equal bins of [low, high), and three more: below, above, not a number. */
typedef struct {
  double low, high;
  size_t bins;
} vf_bins;

/* (1/2) sum |p_i - q_i| over the bins. Binning only hides differences: the exact value for the
 * binned laws is a lower bound of the true total variation. Sampling adds to it: between equal laws
 * the mean of `value` is not 0 but `floor`, with the standard deviation `floor_error` (normal
 * approximation with the pooled frequencies, covariances included; needs some ten counts a bin).
 * standard_error holds the signs of p_i - q_i fixed: right where every bin differs by more than its
 * noise, else wrong by up to a factor 2. To test equality compare value with floor + 3
 * floor_error. */
typedef struct {
  double value, standard_error, floor, floor_error;
} vf_distance;

/* Between two samples of a law on the line. Classes 0..n-1: low = -0.5, high = n - 0.5, n bins. */
vf_distance vf_total_variation(const double *a, size_t a_count, const double *b, size_t b_count,
                               vf_bins bins);

/* Between a sample and a known law with these probabilities of the bins; NULL: the uniform law on
 * [low, high). */
vf_distance vf_total_variation_to(const double *a, size_t a_count, const double *probability,
                                  vf_bins bins);

/* ---- Fourier modes of angles (fm, Section 6.1) ---- */

/* E e^{i n theta} of a sample (angles in radians, any branch; at least two). modulus is |mean|; its
 * error is that along the mean's direction, right where the modulus is several errors. For uniform
 * angles the modulus is not 0 but on average sqrt(pi/(4 count)), and below sqrt(7/count) with
 * probability 0.999. */
typedef struct {
  double cosine, cosine_error, sine, sine_error, modulus, modulus_error;
} vf_mode;

vf_mode vf_mode_of(const double *angles, size_t count, int n);

/* Total variation of two laws on the circle from modes 1..modes (at most 64): (1/2) integral of
 * |difference of the two truncated densities|. b NULL: the uniform law. Exact up to sampling (floor
 * of the order sqrt(modes/count)) where the modes beyond are negligible, which a law that mixes
 * soon reaches; with one mode and b uniform it is (2/pi)|E e^{i theta}|. */
double vf_total_variation_modes(const double *a, size_t a_count, const double *b, size_t b_count,
                                int modes);

/* ---- gradient and noise (svag, Definition 6.1, Figure 6, Appendix E.2) ---- */

/* G = |E g|^2 and N = tr Cov(g), both in units of |gradient|^2, from independent stochastic
 * gradients at one point. */
typedef struct {
  vf_estimate g, n, n_over_g;
} vf_gradient_sizes;

/* From count >= 3 gradients of dimension p, row by row. N has count-1; G = |mean|^2 - N/count is
 * unbiased too, hence may be negative. Standard errors by the jackknife; n_over_g has a bias of
 * order 1/count. */
vf_gradient_sizes vf_gradient_sizes_of(const double *gradients, size_t count, size_t p);

/* mean(numerator)/mean(denominator) of count >= 2 independent pairs (N_t and G_t of several runs),
 * jackknife error. */
vf_estimate vf_ratio_of(const double *numerator, const double *denominator, size_t count);

/* ---- critical batch size (svag, Theorem 6.6, Figure 6) ---- */

/* The largest factor kappa of the batch size for which (C, kappa)-linear scaling can hold, from N/G
 * of the baseline and C^2 > 1: printed is C^2 (1 + N/G); approximate is C^2 N/G; tight is the sharp
 * form with el = eta lam of the baseline, C^2 + (C^2 - 1) N/G at el = 0. Each is a necessary
 * condition; printed >= tight. Errors by the delta method. */
typedef struct {
  vf_estimate printed, approximate, tight;
} vf_critical_batch;

vf_critical_batch vf_critical_batch_of(vf_estimate n_over_g, double c2, double el);

/* ---- Hamiltonian of the edge of stability (eos, Section 4, Figure 6, Appendix H.2) ---- */

/* h is the signed distance from the minimisers along the top eigenvector (radians), g = |grad_Gamma
 * log lam1|, ein = eta lam: y = h^2 (4+g^2)/(2 ein), 1 on average over a period. Valid
 * for ein > 0. */
double vf_eos_y(double h, double g, double ein);

/* (et lam1 - 2)^2/(4 ein) + y - ln y, conserved to leading order in ein at fixed g; 1, its least
 * value, at rest. Step time t: u = et lam1 - 2, u' = 4 ein (1 - y), (ln y)' = 2 u. Infinite
 * at y = 0. */
double vf_eos_energy(double et, double lam1, double y, double ein);

#endif
