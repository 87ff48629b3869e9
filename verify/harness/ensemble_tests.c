#include "harness/ensemble_tests.h"
#include <math.h>
#include <stdlib.h>
#include "formats/memory.h"

static const double vf_family_error = 0.01;

static double vf_probability(double z) { return erfc(fabs(z) / sqrt(2.0)); }

double vf_normal_threshold(double probability) {
  double low = 0.0, high = 40.0;
  for (int i = 0; i < 60; i++) {
    const double middle = 0.5 * (low + high);
    if (vf_probability(middle) > probability)
      low = middle;
    else
      high = middle;
  }
  return high;
}

/* Standard error of ln(variance) from n numbers of that kurtosis. */
static double vf_variance_error2(double kurtosis, double n) {
  return (kurtosis - (n - 3.0) / (n - 1.0)) / n;
}

/* Welch's t and his degrees of freedom, turned into the z of the same probability (Wallace 1959).
 */
static double vf_mean_z(const vf_higher_moments *a, const vf_higher_moments *b) {
  const double n = (double)a->count, m = (double)b->count;
  const double va = a->variance / n, vb = b->variance / m;
  const double t = (a->mean - b->mean) / sqrt(va + vb);
  const double nu = (va + vb) * (va + vb) / (va * va / (n - 1.0) + vb * vb / (m - 1.0));
  return copysign((8.0 * nu + 1.0) / (8.0 * nu + 3.0) * sqrt(nu * log1p(t * t / nu)), t);
}

/* On the scale of cube roots, where the estimate is almost normal (Wilson and Hilferty 1931). */
static double vf_variance_z(double ratio, double kurtosis, double n, double m) {
  return 3.0 * (cbrt(ratio) - 1.0) /
         sqrt(vf_variance_error2(kurtosis, n) + vf_variance_error2(kurtosis, m));
}

static double vf_ln_choose(double n, double k) {
  return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

/* Fisher's exact test that a of n and b of m are the same share; as a z. */
static double vf_share_z(double a, double n, double b, double m) {
  const double all = a + b, whole = vf_ln_choose(n + m, all), sign = a * m > b * n ? 1.0 : -1.0;
  double tail = 0.0;
  for (double k = a; k >= fmax(0.0, all - m) && k <= fmin(n, all); k += sign)
    tail += exp(vf_ln_choose(n, k) + vf_ln_choose(m, all - k) - whole);
  return sign * vf_normal_threshold(fmin(2.0 * tail, 1.0));
}

static double vf_trajectories_borne(double skewness, double kurtosis, vf_test test) {
  return fmax(8.0, test == VF_TEST_MEAN ? 100.0 * skewness * skewness : 100.0 * (kurtosis - 1.0));
}

/* Two standard errors of the skewness, 6/n squared, and of the kurtosis, 24/n, are added: they are
 * those of n normal numbers. */
double vf_trajectories_safe(const vf_cell *cell, vf_test test) {
  const double skewness = cell->skewness, kurtosis = cell->kurtosis;
  double n = vf_trajectories_borne(skewness, kurtosis, test);
  for (int i = 0; i < 20; i++)
    n = vf_trajectories_borne(skewness + 2.0 * sqrt(6.0 / n), kurtosis + 2.0 * sqrt(24.0 / n),
                              test);
  return n;
}

double vf_shift_of_cell(const vf_cell *cell, const vf_higher_moments *other, vf_test test, double n,
                        double m) {
  const vf_higher_moments *one = &cell->reference;
  if (test == VF_TEST_MEAN)
    return (other->mean - one->mean) / sqrt(one->variance / n + one->variance / m);
  return vf_variance_z(other->variance / one->variance, cell->kurtosis, n, m);
}

/* One value in the reference. A right implementation may round otherwise, also in binary32. */
static void vf_test_fixed(vf_cell *cell, double scale) {
  const double value = cell->reference.mean, margin = 1e-5 * fmax(fabs(value), scale);
  cell->wrong = cell->theirs.count > 0 &&
                !(cell->most_low - margin <= value && value <= cell->least_high + margin);
}

static int vf_is_fixed(const vf_higher_moments *one) {
  return one->count > 0 && !(sqrt(one->variance) > 1e-6 * fabs(one->mean));
}

/* Fills z; returns the tests that are left out. */
static size_t vf_test_cell(vf_cell *cell, double n, double m, double scale) {
  const vf_higher_moments *theirs = &cell->theirs, *reference = &cell->reference;
  const double a = (double)theirs->count, b = (double)reference->count;
  cell->fixed = vf_is_fixed(reference);
  cell->wrong = 0;
  cell->skewness = fmax(fabs(theirs->skewness), fabs(reference->skewness));
  cell->kurtosis = fmax(theirs->kurtosis, reference->kurtosis);
  for (int t = 0; t < VF_TESTS; t++) cell->z[t] = (double)NAN, cell->failed[t] = 0;
  if (!cell->given) return 0;
  if (a < n || b < m) cell->z[VF_TEST_REACHED] = vf_share_z(a, n, b, m);
  if (cell->fixed) vf_test_fixed(cell, scale);
  if (cell->fixed || b < 8.0) return 0;
  const int bears_mean = a >= vf_trajectories_borne(cell->skewness, cell->kurtosis, VF_TEST_MEAN);
  const int bears_variance =
      a >= vf_trajectories_borne(cell->skewness, cell->kurtosis, VF_TEST_VARIANCE);
  if (bears_mean) cell->z[VF_TEST_MEAN] = vf_mean_z(theirs, reference);
  if (bears_variance)
    cell->z[VF_TEST_VARIANCE] =
        vf_variance_z(theirs->variance / reference->variance, cell->kurtosis, a, b);
  return (size_t)!bears_mean + (size_t)!bears_variance;
}

typedef struct {
  double z;
  size_t cell;
  vf_test test;
} vf_ranked;

static int vf_by_size(const void *first, const void *second) {
  const vf_ranked *a = first, *b = second;
  if (a->z != b->z) return a->z > b->z ? -1 : 1;
  return a->cell != b->cell ? (a->cell > b->cell) - (a->cell < b->cell)
                            : (int)a->test - (int)b->test;
}

/* Holm's method: the k-th smallest probability against the error over the tests that are left. */
static void vf_holm(vf_cell *cells, const vf_ranked *ranked, vf_outcome *outcome) {
  for (size_t i = 0; i < outcome->tests; i++) {
    const double share = (double)(outcome->tests + outcome->left_out - i);
    if (vf_probability(ranked[i].z) > vf_family_error / share) return;
    cells[ranked[i].cell].failed[ranked[i].test] = 1;
    outcome->failed++;
  }
}

void vf_test_cells(vf_cell *cells, size_t count, size_t width, double n, double m,
                   vf_outcome *outcome) {
  double *scale = vf_allocate_doubles(width); /* of a column: the largest mean */
  vf_ranked *ranked = vf_allocate(VF_TESTS * count, sizeof *ranked);
  *outcome = (vf_outcome){.cells = count};
  for (size_t i = 0; i < count; i++)
    if (cells[i].reference.count)
      scale[i % width] = fmax(scale[i % width], fabs(cells[i].reference.mean));
  for (size_t i = 0; i < count; i++) {
    outcome->left_out += vf_test_cell(cells + i, n, m, scale[i % width]);
    outcome->wrong += (size_t)cells[i].wrong;
    if (cells[i].wrong && !isinf(outcome->worst)) {
      outcome->worst = (double)INFINITY;
      outcome->worst_cell = i;
    }
    for (int t = 0; t < VF_TESTS; t++)
      if (!isnan(cells[i].z[t]))
        ranked[outcome->tests++] = (vf_ranked){fabs(cells[i].z[t]), i, (vf_test)t};
  }
  qsort(ranked, outcome->tests, sizeof *ranked, vf_by_size);
  vf_holm(cells, ranked, outcome);
  const size_t all = outcome->tests + outcome->left_out;
  outcome->threshold = vf_normal_threshold(vf_family_error / (double)(all ? all : 1));
  if (outcome->tests && !outcome->wrong) {
    outcome->worst = ranked[0].z;
    outcome->worst_cell = ranked[0].cell;
    outcome->worst_test = ranked[0].test;
  }
  free(ranked);
  free(scale);
}
