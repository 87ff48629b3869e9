/* The law of (16) with two eigenvalues, by its moments. */
#include <math.h>
#include <string.h>
#include "laws/rayleigh.h"
#include "harness/algebra.h"
#include "harness/quadrature.h"
#include "laws/norm.h"

nrq_law nrq_constant_law(nrq_leg *leg, uint32_t dim, double a, double sigma, double eta, double lam,
                         double times) {
  *leg = (nrq_leg){0.0, eta, 1.0};
  return (nrq_law){dim, a, sigma, lam, times * nrq_equilibrium(dim, sigma, eta, lam), leg, 1};
}

double nrq_law_rate(const nrq_law *law, double t, double *norm) {
  double square = law->m0 * law->m0;
  size_t leg = 0;
  while (leg + 1 < law->leg_count && law->legs[leg + 1].start <= t) {
    square = nrq_norm_square(law->dim, law->sigma, law->legs[leg].eta, law->lam, square,
                             law->legs[leg + 1].start - law->legs[leg].start);
    leg++;
    square *= law->legs[leg].scale * law->legs[leg].scale;
  }
  const double m = sqrt(nrq_norm_square(law->dim, law->sigma, law->legs[leg].eta, law->lam, square,
                                        t - law->legs[leg].start));
  if (norm) *norm = m;
  return law->legs[leg].eta / m;
}

void nrq_modes_set(uint32_t dim, nrq_modes *modes) {
  const double twice = (double)dim - 2.0; /* 2 al */
  for (int k = 0; k < NRQ_MODES; k++) {
    const double n = 2.0 * k, c = k ? n * (n + twice) / (2.0 * n + twice) : 0.0;
    modes->noise[k] = -0.5 * n * (n + twice);
    modes->below[k] = modes->at[k] = modes->above[k] = 0.0;
    if (k == 0) continue;
    const double up = 2.0 * (n - 1.0) + twice; /* x P_(n-1) and x P_(n+1) */
    modes->at[k] =
        c * (up > 0.0 ? (n - 1.0 + twice) / up : 1.0) - c * (n + 1.0) / (2.0 * (n + 1.0) + twice);
    modes->below[k] = c * (up > 0.0 ? (n - 1.0) / up : 0.0);
    modes->above[k] = -c * (n + 1.0 + twice) / (2.0 * (n + 1.0) + twice);
  }
}

void nrq_modes_start(uint32_t dim, double f0, double *m) {
  const double x = sqrt(f0), twice = (double)dim - 2.0;
  double before = 1.0, now = x; /* P_0, P_1 */
  m[0] = 1.0;
  for (int n = 1; n < 2 * NRQ_MODES - 1; n++) {
    const double next = (x * (2.0 * n + twice) * now - n * before) / (n + twice);
    before = now;
    now = next;
    if (n % 2 == 1) m[(n + 1) / 2] = now;
  }
}

void nrq_modes_advance(const nrq_modes *modes, double drift, double spread, double h, double *m) {
  double lower[NRQ_MODES], middle[NRQ_MODES], upper[NRQ_MODES], right[NRQ_MODES];
  middle[0] = right[0] = 1.0; /* m_0 stays 1 */
  upper[0] = 0.0;
  for (int k = 1; k < NRQ_MODES; k++) {
    const double l = 0.5 * h * drift * modes->below[k],
                 d = 0.5 * h * (spread * modes->noise[k] + drift * modes->at[k]),
                 u = k + 1 < NRQ_MODES ? 0.5 * h * drift * modes->above[k] : 0.0;
    lower[k] = -l, middle[k] = 1.0 - d, upper[k] = -u;
    right[k] = m[k] + l * m[k - 1] + d * m[k] + (k + 1 < NRQ_MODES ? u * m[k + 1] : 0.0);
  }
  vf_solve_tridiagonal(lower, middle, upper, right, NRQ_MODES);
  memcpy(m, right, sizeof right);
}

double nrq_modes_risk(uint32_t dim, const double *m) {
  const double p = (double)dim;
  return 1.0 - (1.0 + (p - 1.0) * m[1]) / p;
}

/* Risks at the increasing times from f = f0, steps of length 1/parts. */
static void nrq_law_risks_rough(const nrq_law *law, double f0, const double *times, size_t count,
                                int parts, double *risks) {
  nrq_modes modes;
  double m[NRQ_MODES];
  const double h = 1.0 / parts;
  uint64_t step = 0;
  nrq_modes_set(law->dim, &modes);
  nrq_modes_start(law->dim, f0, m);
  for (size_t i = 0; i < count; i++) {
    for (; (double)step * h < times[i] - 0.5 * h; step++) {
      const double e = nrq_law_rate(law, ((double)step + 0.5) * h, NULL);
      nrq_modes_advance(&modes, law->a * e, e * e * law->sigma * law->sigma, h, m);
    }
    risks[i] = nrq_modes_risk(law->dim, m);
  }
}

/* The same with the leading error of the trapezoidal rule taken off: fourth order in 1/parts. */
void nrq_law_risks(const nrq_law *law, double f0, const double *times, size_t count, int parts,
                   double *risks) {
  double rough[64];
  nrq_law_risks_rough(law, f0, times, count, parts, rough);
  nrq_law_risks_rough(law, f0, times, count, 2 * parts, risks);
  for (size_t i = 0; i < count; i++) risks[i] += (risks[i] - rough[i]) / 3.0;
}

typedef struct {
  double low, high, two_kappa, peak, shift; /* shift: the logarithm at the peak */
} nrq_density;

static double nrq_density_log(const nrq_density *d, double angle) {
  const double s = sin(angle), c = cos(angle);
  double sum = -d->two_kappa * s * s;
  if (d->low > 1.0) sum += (d->low - 1.0) * log(c);
  if (d->high > 1.0) sum += (d->high - 1.0) * log(s);
  return sum;
}

static double nrq_density_at(void *density, double angle) {
  const nrq_density *d = density;
  return exp(nrq_density_log(d, angle) - d->shift);
}

static double nrq_density_loss(void *density, double angle) {
  return sin(angle) * sin(angle) * nrq_density_at(density, angle);
}

/* The peak lies where z = sin^2 solves (high-1)(1-z) - (low-1) z = 4 kappa z (1-z); beyond it by
 * more than forty widths there is nothing. */
double nrq_density_risk(uint32_t low, uint32_t high, double two_kappa) {
  nrq_density d = {low, high, two_kappa, 0.0, 0.0};
  const double k = 2.0 * two_kappa, l = d.low - 1.0, h = d.high - 1.0, b = h + l + k;
  const double z = h > 0.0 ? 2.0 * h / (b + sqrt(fmax(b * b - 4.0 * k * h, 0.0))) : 0.0;
  const double half = 1.57079632679489661923;
  d.peak = asin(sqrt(fmin(z, 1.0)));
  if (d.peak > 0.0 && d.peak < half) d.shift = nrq_density_log(&d, d.peak);
  const double width = 40.0 / sqrt(2.0 * two_kappa + d.low + d.high);
  const double from = fmax(0.0, d.peak - width), to = fmin(half, d.peak + width);
  return vf_gauss(nrq_density_loss, &d, from, to, 100) /
         vf_gauss(nrq_density_at, &d, from, to, 100);
}

double nrq_law_stationary(uint32_t dim, double a, double sigma, double eta, double lam) {
  nrq_leg leg;
  const nrq_law law = nrq_constant_law(&leg, dim, a, sigma, eta, lam, 1.0);
  const double time = floor(40.0 * law.m0 / (a * eta));
  double risk;
  /* after 40 relaxation times; a steady state does not depend on the step */
  nrq_law_risks_rough(&law, 0.9, &time, 1, 1, &risk);
  return risk;
}

/* T_jk of the frozen hierarchy m' = T m, j and k at most 1 apart. */
static double nrq_entry(const nrq_modes *modes, double drift, double spread, int j, int k) {
  if (k < j) return drift * modes->below[j];
  return k > j ? drift * modes->above[j] : spread * modes->noise[j] + drift * modes->at[j];
}

/* First element of the elimination from the last mode of T + rate: its zeros are the rates of
 * relaxation. */
static double nrq_characteristic(const nrq_modes *modes, double drift, double spread, double rate) {
  double q = nrq_entry(modes, drift, spread, NRQ_MODES - 1, NRQ_MODES - 1) + rate;
  for (int k = NRQ_MODES - 1; k-- > 1;)
    q = nrq_entry(modes, drift, spread, k, k) + rate -
        nrq_entry(modes, drift, spread, k, k + 1) * nrq_entry(modes, drift, spread, k + 1, k) / q;
  return q;
}

double nrq_relaxation(uint32_t dim, double drift, double spread, double guess) {
  nrq_modes modes;
  nrq_modes_set(dim, &modes);
  double before = guess, now = guess * (1.0 - 1e-4),
         value = nrq_characteristic(&modes, drift, spread, before);
  for (int i = 0; i < 60 && fabs(now - before) > 1e-15 * guess; i++) {
    const double there = nrq_characteristic(&modes, drift, spread, now);
    if (there == value) break;
    const double next = now - there * (now - before) / (there - value);
    before = now;
    now = next;
    value = there;
  }
  return now;
}

double nrq_memory(double p, double ratio, double el_t) {
  return pow(1.0 + expm1(4.0 * el_t) * ratio, -p / (2.0 * (p - 1.0)));
}
