#include "harness/estimators.h"
#include <math.h>
#include <stdlib.h>
#include "harness/check.h"
#include "harness/quadrature.h"
#include "formats/memory.h"

static const double vf_pi = 3.14159265358979323846;

static double vf_square(double x) { return x * x; }

static vf_estimate vf_no_estimate(void) { return (vf_estimate){(double)NAN, (double)NAN}; }

/* ---- tail index ---- */

vf_estimate vf_tail_exponent(const double *x, size_t block, size_t blocks) {
  if (block < 2 || blocks < 2) return vf_no_estimate();
  double *of_block = vf_allocate_doubles(blocks), *logs = vf_allocate_doubles(block);
  for (size_t i = 0; i < blocks; i++) {
    const double *values = x + i * block;
    for (size_t j = 0; j < block; j++) logs[j] = log(fabs(values[j]));
    of_block[i] = (log(fabs(sid_sum(values, block))) - sid_sum(logs, block) / (double)block) /
                  log((double)block);
  }
  const vf_moments moments = vf_moments_of(of_block, blocks);
  free(logs);
  free(of_block);
  return (vf_estimate){moments.mean, moments.standard_error};
}

/* ---- total variation ---- */

enum { OUTER_BINS = 3 };

static size_t vf_bin_of(double x, vf_bins bins) {
  if (isnan(x)) return bins.bins + 2;
  if (x < bins.low) return bins.bins;
  if (x >= bins.high) return bins.bins + 1;
  const size_t bin = (size_t)((x - bins.low) / (bins.high - bins.low) * (double)bins.bins);
  return bin < bins.bins ? bin : bins.bins - 1; /* the quotient may round up */
}

/* Adds the frequencies of the sample to zeroed p[bins + OUTER_BINS]. Counts are exact, so each is
 * divided only once. */
static void vf_frequencies(const double *x, size_t count, vf_bins bins, double *p) {
  for (size_t i = 0; i < count; i++) p[vf_bin_of(x[i], bins)] += 1.0;
  for (size_t i = 0; i < bins.bins + OUTER_BINS; i++) p[i] /= (double)count;
}

/* For centred normals of variances vi, vj and covariance c: E|x| = sqrt(2 v/pi) and
 * Cov(|x|, |y|) = (2/pi) sqrt(vi vj) (sqrt(1 - r^2) + r asin r - 1), r = c/sqrt(vi vj). */
static double vf_covariance_of_moduli(double vi, double vj, double c) {
  const double scale = sqrt(vi * vj);
  if (scale == 0.0) return 0.0;
  const double r = fmax(-1.0, fmin(1.0, c / scale));
  return 2.0 / vf_pi * scale * (sqrt(1.0 - r * r) + r * asin(r) - 1.0);
}

/* The distance under equality: both from `pool`, the difference of the frequencies being
 * multinomial, `share` = 1/a_count + 1/b_count. */
static void vf_floor(const double *pool, size_t n, double share, vf_distance *distance) {
  double mean = 0.0, variance = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double vi = share * pool[i] * (1.0 - pool[i]);
    mean += sqrt(2.0 / vf_pi * vi);
    for (size_t j = 0; j < n; j++) {
      const double vj = share * pool[j] * (1.0 - pool[j]);
      variance += vf_covariance_of_moduli(vi, vj, i == j ? vi : -share * pool[i] * pool[j]);
    }
  }
  distance->floor = mean / 2.0;
  distance->floor_error = sqrt(fmax(variance, 0.0)) / 2.0;
}

static vf_distance vf_no_distance(void) {
  return (vf_distance){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
}

/* Frequencies p and q with 1/count each, 0 for a known law. Overwrites p by the pooled
 * frequencies. */
static vf_distance vf_distance_of(double *p, const double *q, size_t n, double p_share,
                                  double q_share) {
  vf_distance distance = {0.0, 0.0, 0.0, 0.0};
  double more_p = 0.0, more_q = 0.0; /* of the bins that p has more of */
  for (size_t i = 0; i < n; i++) {
    distance.value += fabs(p[i] - q[i]) / 2.0;
    if (p[i] <= q[i]) continue;
    more_p += p[i], more_q += q[i];
  }
  distance.standard_error = sqrt(fmax(0.0, p_share * more_p * (1.0 - more_p)) +
                                 fmax(0.0, q_share * more_q * (1.0 - more_q)));
  for (size_t i = 0; i < n; i++) p[i] = (p[i] * q_share + q[i] * p_share) / (p_share + q_share);
  vf_floor(p, n, p_share + q_share, &distance);
  return distance;
}

static int vf_bins_usable(vf_bins bins) {
  return bins.bins > 0 && bins.low < bins.high && isfinite(bins.high - bins.low);
}

vf_distance vf_total_variation(const double *a, size_t a_count, const double *b, size_t b_count,
                               vf_bins bins) {
  const size_t n = bins.bins + OUTER_BINS;
  if (a_count == 0 || b_count == 0 || !vf_bins_usable(bins)) return vf_no_distance();
  double *p = vf_allocate(2 * n, sizeof *p);
  vf_frequencies(a, a_count, bins, p);
  vf_frequencies(b, b_count, bins, p + n);
  const vf_distance distance =
      vf_distance_of(p, p + n, n, 1.0 / (double)a_count, 1.0 / (double)b_count);
  free(p);
  return distance;
}

vf_distance vf_total_variation_to(const double *a, size_t a_count, const double *probability,
                                  vf_bins bins) {
  const size_t n = bins.bins + OUTER_BINS;
  if (a_count == 0 || !vf_bins_usable(bins)) return vf_no_distance();
  double *p = vf_allocate(2 * n, sizeof *p);
  vf_frequencies(a, a_count, bins, p);
  for (size_t i = 0; i < bins.bins; i++)
    p[n + i] = probability ? probability[i] : 1.0 / (double)bins.bins;
  const vf_distance distance = vf_distance_of(p, p + n, n, 1.0 / (double)a_count, 0.0);
  free(p);
  return distance;
}

/* ---- Fourier modes ---- */

enum { VF_MODES = 64 }; /* at the most, of a density */

vf_mode vf_mode_of(const double *angles, size_t count, int n) {
  if (count < 2)
    return (vf_mode){(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
  double *values = vf_allocate_doubles(count);
  for (size_t i = 0; i < count; i++) values[i] = cos((double)n * angles[i]);
  const vf_moments cosine = vf_moments_of(values, count);
  for (size_t i = 0; i < count; i++) values[i] = sin((double)n * angles[i]);
  const vf_moments sine = vf_moments_of(values, count);
  const double phase = atan2(sine.mean, cosine.mean);
  for (size_t i = 0; i < count; i++) values[i] = cos((double)n * angles[i] - phase);
  const vf_moments along = vf_moments_of(values, count);
  free(values);
  return (vf_mode){cosine.mean,         cosine.standard_error,         sine.mean,
                   sine.standard_error, hypot(cosine.mean, sine.mean), along.standard_error};
}

typedef struct {
  double cosine[VF_MODES], sine[VF_MODES];
  int modes;
} vf_series_of_modes;

/* |sum (cosine cos n t + sine sin n t)| */
static double vf_size_of_series(void *user, double t) {
  const vf_series_of_modes *series = user;
  double sum = 0.0;
  for (int n = 1; n <= series->modes; n++)
    sum += series->cosine[n - 1] * cos(n * t) + series->sine[n - 1] * sin(n * t);
  return fabs(sum);
}

double vf_total_variation_modes(const double *a, size_t a_count, const double *b, size_t b_count,
                                int modes) {
  enum { POINTS = 1 << 14 };
  vf_series_of_modes series = {.modes = modes};
  if (modes < 1 || modes > VF_MODES) return (double)NAN;
  for (int n = 1; n <= modes; n++) {
    const vf_mode one = vf_mode_of(a, a_count, n);
    series.cosine[n - 1] = one.cosine, series.sine[n - 1] = one.sine;
    if (!b) continue;
    const vf_mode other = vf_mode_of(b, b_count, n);
    series.cosine[n - 1] -= other.cosine, series.sine[n - 1] -= other.sine;
  }
  /* The densities differ by (1/pi) sum (cosine cos n t + sine sin n t); the mean of |..| over
   * equidistant t errs by (modes/POINTS)^2. */
  return vf_midpoint_mean(vf_size_of_series, &series, 0.0, 2.0 * vf_pi, POINTS);
}

/* ---- gradient and noise ---- */

/* Standard error from the count estimates that leave one observation out. */
static double vf_jackknife_error(const double *without, size_t count) {
  const vf_moments moments = vf_moments_of(without, count);
  return sqrt(moments.variance) * ((double)count - 1.0) / sqrt((double)count);
}

/* mean[p]; column needs room for count. */
static void vf_mean_row(const double *rows, size_t count, size_t p, double *column, double *mean) {
  for (size_t k = 0; k < p; k++) {
    for (size_t i = 0; i < count; i++) column[i] = rows[i * p + k];
    mean[k] = sid_sum(column, count) / (double)count;
  }
}

/* With d_i = g_i - mean, D = sum |d_i|^2, B = count: leaving i out moves the mean by -d_i/(B-1) and
 * lowers D by |d_i|^2 B/(B-1). */
static vf_gradient_sizes vf_sizes(const double *gradients, size_t count, size_t p, double *work) {
  const double b = (double)count;
  double *mean = work, *step = mean + p, *squares = step + p, *along = squares + count,
         *without = along + count;
  vf_mean_row(gradients, count, p, squares, mean);
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < p; k++) step[k] = gradients[i * p + k] - mean[k];
    squares[i] = sid_dot(step, step, p);
    along[i] = sid_dot(step, mean, p);
  }
  const double mean2 = sid_dot(mean, mean, p), spread = sid_sum(squares, count);
  vf_gradient_sizes sizes;
  sizes.n.value = spread / (b - 1.0);
  sizes.g.value = mean2 - sizes.n.value / b;
  sizes.n_over_g.value = sizes.n.value / sizes.g.value;
  for (size_t i = 0; i < count; i++) {
    const double n = (spread - squares[i] * b / (b - 1.0)) / (b - 2.0);
    along[i] = mean2 - 2.0 * along[i] / (b - 1.0) + squares[i] / vf_square(b - 1.0) -
               n / (b - 1.0); /* now G */
    squares[i] = n;
    without[i] = n / along[i];
  }
  sizes.n.standard_error = vf_jackknife_error(squares, count);
  sizes.g.standard_error = vf_jackknife_error(along, count);
  sizes.n_over_g.standard_error = vf_jackknife_error(without, count);
  return sizes;
}

vf_gradient_sizes vf_gradient_sizes_of(const double *gradients, size_t count, size_t p) {
  if (count < 3 || p == 0)
    return (vf_gradient_sizes){vf_no_estimate(), vf_no_estimate(), vf_no_estimate()};
  double *work = vf_allocate_doubles(2 * p + 3 * count);
  const vf_gradient_sizes sizes = vf_sizes(gradients, count, p, work);
  free(work);
  return sizes;
}

vf_estimate vf_ratio_of(const double *numerator, const double *denominator, size_t count) {
  if (count < 2) return vf_no_estimate();
  double *without = vf_allocate_doubles(count);
  const double above = sid_sum(numerator, count), below = sid_sum(denominator, count);
  for (size_t i = 0; i < count; i++) without[i] = (above - numerator[i]) / (below - denominator[i]);
  const vf_estimate ratio = {above / below, vf_jackknife_error(without, count)};
  free(without);
  return ratio;
}

/* ---- critical batch size ---- */

vf_critical_batch vf_critical_batch_of(vf_estimate n_over_g, double c2, double el) {
  const double n = n_over_g.value, error = n_over_g.standard_error;
  /* Tight: the balance (14) of batch B and of batch kappa B with R, G and N as far apart as (17)
   * allows; eta becomes kappa eta: kappa (2 - el) (1 + n/kappa) <= C^2 (2 - kappa el) (1 + n),
   * linear in kappa. */
  const double a = 2.0 - el, bottom = a + c2 * el * (1.0 + n), top = 2.0 * c2 * (1.0 + n) - a * n;
  const double slope = ((2.0 * c2 - a) * bottom - top * c2 * el) / (bottom * bottom);
  return (vf_critical_batch){
      {c2 * (1.0 + n), c2 * error}, {c2 * n, c2 * error}, {top / bottom, fabs(slope) * error}};
}

/* ---- edge of stability ---- */

double vf_eos_y(double h, double g, double ein) { return h * h * (4.0 + g * g) / (2.0 * ein); }

double vf_eos_energy(double et, double lam1, double y, double ein) {
  return vf_square(et * lam1 - 2.0) / (4.0 * ein) + y - log(y);
}
