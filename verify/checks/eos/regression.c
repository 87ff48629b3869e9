/* The data of a regression and their eigenvalue problems. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "checks/eos/regression.h"
#include "harness/algebra.h"
#include "formats/memory.h"
#include "harness/observe.h"

static void eos_centre(eos_regression *r) {
  double mean = 0.0;
  for (size_t i = 0; i < r->n; i++) mean += r->labels[i] / (double)r->n;
  for (size_t i = 0; i < r->n; i++) r->t[i] = r->labels[i] - mean;
  r->gamma = vf_norm(r->t, r->n) / sqrt((double)r->n);
  for (size_t j = 0; j < r->d; j++) {
    mean = 0.0;
    for (size_t i = 0; i < r->n; i++) mean += r->features[i * r->d + j] / (double)r->n;
    for (size_t i = 0; i < r->n; i++) r->centred[i * r->d + j] = r->features[i * r->d + j] - mean;
  }
}

/* out = sum_i k_i Xc_i. */
static void eos_combine(const eos_regression *r, const double *k, double *out) {
  for (size_t j = 0; j < r->d; j++) out[j] = 0.0;
  for (size_t i = 0; i < r->n; i++) vf_add(out, r->centred + i * r->d, r->d, k[i]);
}

/* Row space and w* from the eigenvectors of the kernel Xc Xc', which is destroyed. */
static void eos_regression_solve(eos_regression *r, double *kernel, double *vectors) {
  double values[EOS_SAMPLES], vector[EOS_DIM];
  const size_t top = vf_eigen(kernel, r->n, values, vectors);
  const double largest = values[top];
  double least = largest;
  memset(r->best, 0, sizeof r->best);
  r->rank = 0;
  for (size_t e = 0; e < r->n; e++) {
    const double *v = vectors + e * r->n;
    if (values[e] < 1e-9 * largest) continue; /* the vector of ones */
    eos_combine(r, v, vector);
    vf_add(r->best, vector, r->d, vf_dot(v, r->t, r->n) / values[e]);
    vf_scale(vector, r->d, 1.0 / sqrt(values[e]));
    memcpy(r->row + r->rank++ * r->d, vector, r->d * sizeof *vector);
    least = fmin(least, values[e]);
  }
  r->condition = largest / least;
  r->best2 = vf_dot(r->best, r->best, r->d);
  memcpy(r->unit_best, r->best, sizeof r->best);
  vf_scale(r->unit_best, r->d, 1.0 / sqrt(r->best2));
}

/* Lam: Sigma - c c'/gamma^2 = (1/n) Xc' Q Xc with Q off t has the nonzero eigenvalues of (1/n) Q Xc
 * Xc' Q. */
static void eos_curvature(eos_regression *r, const double *kernel, double *projected,
                          double *vectors) {
  double unit[EOS_SAMPLES], values[EOS_SAMPLES];
  memcpy(unit, r->t, sizeof unit);
  vf_scale(unit, r->n, 1.0 / vf_norm(unit, r->n));
  vf_project_off(kernel, unit, r->n, projected);
  const size_t top = vf_eigen(projected, r->n, values, vectors);
  r->lam_cap = values[top] / (double)r->n;
  eos_combine(r, vectors + top * r->n, r->top);
  vf_scale(r->top, r->d, 1.0 / vf_norm(r->top, r->d));
}

double eos_regression_split(const eos_regression *r, const double *w, double *out) {
  double row2 = 0.0;
  memcpy(out, w, r->d * sizeof *w);
  for (size_t k = 0; k < r->rank; k++) {
    const double along = vf_dot(r->row + k * r->d, w, r->d);
    vf_add(out, r->row + k * r->d, r->d, -along);
    row2 += along * along;
  }
  return row2;
}

static void eos_regression_finish(eos_regression *r, uint64_t seed) {
  double kernel[EOS_SAMPLES * EOS_SAMPLES] = {0}, copy[EOS_SAMPLES * EOS_SAMPLES],
                              vectors[EOS_SAMPLES * EOS_SAMPLES], w[EOS_DIM];
  sid_stream stream = vf_stream(seed, SID_KEY_DATA, 9);
  eos_centre(r);
  for (size_t i = 0; i < r->n * r->n; i++)
    kernel[i] = vf_dot(r->centred + i / r->n * r->d, r->centred + i % r->n * r->d, r->d);
  memcpy(copy, kernel, sizeof copy);
  eos_regression_solve(r, copy, vectors);
  eos_curvature(r, kernel, copy, vectors);
  (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, w);
  (void)eos_regression_split(r, w, r->null);
  vf_scale(r->null, r->d, 1.0 / vf_norm(r->null, r->d));
  r->problem = (sid_problem){.kind = SID_BN_REGRESSION,
                             .dim = (uint32_t)r->d,
                             .samples = (uint32_t)r->n,
                             .features = r->features,
                             .labels = r->labels};
}

/* Inputs of a kind, labels of a linear model with coefficients of variance 1/d and
 * an intercept .5. */
static void eos_regression_random(eos_regression *r, int32_t kind, uint64_t seed, size_t n,
                                  size_t d) {
  double teacher[EOS_DIM];
  sid_stream stream = vf_stream(seed, SID_KEY_DATA, 0);
  r->n = n, r->d = d;
  (void)sid_data_fill(&stream, kind, n * d, r->features);
  (void)sid_data_fill(&stream, SID_DATA_NORMAL, d, teacher);
  for (size_t i = 0; i < n; i++)
    r->labels[i] = .5 + vf_dot(r->features + i * d, teacher, d) / sqrt((double)d);
  vf_text(r->name, "%s inputs n=%d d=%d", kind == SID_DATA_NORMAL ? "normal" : "skewed", (int)n,
          (int)d);
  eos_regression_finish(r, seed);
}

/* Orthogonal inputs: x_ik = m_k + a_k H_ik for k < 3 with the columns H of a Hadamard matrix of
 * order 4, two more coordinates that do not vary; y_i = .25 + sum_k b_k H_ik. w*_k = b_k/a_k, gamma
 * = |b|, Lam = lam_max(diag(a) (I - b b'/|b|^2) diag(a)). With a = (1, 2, .5), b = (.6, .8, 0): Lam
 * = .64 + 1.44 = 2.08, |w*|^2 = .36 + .16 = .52, least lam1 = 2 Lam |w*|^2 = 2.1632. */
static const double eos_hadamard[4][3] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
static const double eos_scales[3] = {1, 2, .5}, eos_parts[3] = {.6, .8, 0};

static void eos_orthogonal(eos_regression *r) {
  static const double mean[5] = {.3, -1, .7, 1.5, -.5};
  r->n = 4, r->d = 5;
  for (size_t i = 0; i < 4; i++) {
    r->labels[i] = .25;
    for (size_t j = 0; j < 5; j++) r->features[i * 5 + j] = mean[j];
    for (size_t k = 0; k < 3; k++) {
      r->features[i * 5 + k] += eos_scales[k] * eos_hadamard[i][k];
      r->labels[i] += eos_parts[k] * eos_hadamard[i][k];
    }
  }
  vf_text(r->name, "orthogonal inputs n=4 d=5");
  eos_regression_finish(r, 3);
}

eos_regression *eos_regression_new(vf_context *context, int which) {
  eos_regression *r = vf_allocate(1, sizeof *r);
  if (which == 0) eos_regression_random(r, SID_DATA_NORMAL, 1, 20, 40);
  if (which == 1) eos_regression_random(r, SID_DATA_SKEWED, 2, 6, 9);
  if (which == 2) eos_orthogonal(r);
  if (sid_problem_validate(&r->problem) == SID_OK && r->rank == r->n - 1) return r;
  vf_error(context, r->name, "the problem is refused or degenerate");
  free(r);
  return NULL;
}

double eos_regression_error(const eos_regression *r) {
  return 40.0 * (double)r->n * r->condition * EOS_ULP;
}

double eos_cancellation(const eos_regression *r, const double *w) {
  double largest = 0.0, spread = 0.0;
  for (size_t i = 0; i < r->n; i++) {
    const double s = vf_dot(r->centred + i * r->d, w, r->d);
    largest = fmax(largest, vf_norm(r->features + i * r->d, r->d) * vf_norm(w, r->d));
    spread += s * s / (double)r->n;
  }
  return largest / sqrt(spread);
}

void eos_regression_place(const eos_regression *r, double psi, double h, double row2, double *x) {
  for (size_t j = 0; j < r->d; j++)
    x[j] = cos(psi) * r->unit_best[j] + sin(psi) * r->null[j] + h * r->top[j];
  vf_scale(x, r->d, sqrt(row2) / (cos(psi) * vf_norm(x, r->d)));
}

double eos_regression_lam1(const eos_regression *r, double psi) {
  return 2.0 * r->lam_cap * r->best2 / (cos(psi) * cos(psi));
}

void eos_zeta(const eos_regression *r, const double *null, double psi, double *zeta) {
  for (size_t j = 0; j < r->d; j++) zeta[j] = cos(psi) * r->unit_best[j] + sin(psi) * null[j];
}

double eos_direction_distance(const double *x, const double *zeta, size_t d) {
  const double length = vf_norm(x, d);
  double sum = 0.0;
  for (size_t j = 0; j < d; j++) sum += (x[j] / length - zeta[j]) * (x[j] / length - zeta[j]);
  return sqrt(sum);
}

int eos_regression_step(vf_context *context, const eos_regression *r, double eta, double lam,
                        double *x) {
  double work[EOS_WORK];
  if (sid_step(&r->problem, &eos_gd, eta, lam, x, NULL, work) == SID_OK) return 1;
  vf_error(context, r->name, "a step failed");
  return 0;
}

double eos_regression_edge(const eos_regression *r, double eta, double ein) {
  return eta * r->lam_cap * r->best2 / (1.0 - ein);
}

void eos_regression_start(const eos_regression *r, uint64_t number, double size, double *x) {
  sid_stream stream = vf_stream(6, SID_KEY_START, number);
  (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, x);
  vf_scale(x, r->d, size);
}
