/* eos (004): rows eos7 (linear regression with batch normalisation, Section 5, Figure 5), eos8
 * (matrix completion, Figure 1) and eos10 (ablations, Section 6). ein = eta lam, th = w/|w|, et =
 * eta/((1-ein)|w|^2) is the effective LR.
 *
 * Everything about a regression follows from its centred inputs Xc and labels t (n rows each),
 * gamma^2 = |t|^2/n, by eigenvalues of n x n matrices: the rows of Xc span the row space; w* =
 * pinv(Xc) t is the solution of (M) in Theorem 5.1; with Sigma = Xc'Xc/n and c = Xc't/n the loss is
 * 2 gamma^2 - 2 gamma <w, c>/|w|_Sigma. Minimisers are a w* + null vectors, a > 0. On the unit
 * sphere, with psi the angle to w*, the Hessian there is 2 (|w*|/cos psi)^2 (Sigma - c c'/gamma^2),
 * so lam1 = 2 Lam |w~|^2, Lam = lam_max(Sigma - c c'/gamma^2), |w~| = |w*|/cos psi; hence |grad log
 * lam1| = 2 tan psi, and the flow (3) reads psi' = -sin psi cos psi, tan psi = tan psi_0 e^-tau. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/limit.h"

enum { TEXT = 192, SAMPLES = 20, DIM = 40 };

static const double ULP = 0x1p-53; /* one rounding of 1 */

static const sid_dynamics bn_gd = {.kind = SID_GD, .batch = 1};

static double bn_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static double bn_norm(const double *a, size_t n) { return sqrt(bn_dot(a, a, n)); }

static void bn_scale(double *a, size_t n, double factor) {
  for (size_t i = 0; i < n; i++) a[i] *= factor;
}

/* a += factor b. */
static void bn_add(double *a, const double *b, size_t n, double factor) {
  for (size_t i = 0; i < n; i++) a[i] += factor * b[i];
}

/* NaN counts as largest. */
static void bn_raise(double *worst, double value) {
  if (!(value <= *worst)) *worst = value;
}

static sid_stream bn_stream(uint64_t seed, uint64_t purpose, uint64_t number) {
  const uint64_t key[2] = {purpose, number};
  sid_stream stream = {0, 0, 0, 0};
  (void)sid_stream_init(&stream, seed, key, 2); /* a valid key */
  return stream;
}

/* ---- eigenvalues of a symmetric matrix by Jacobi's rotations ---- */

/* One rotation that makes a[p][q] zero; the columns of v (n x n, row by row) turn along. 0 if it is
 * no larger than `least`. */
static int bn_rotate(double *a, double *v, size_t n, size_t p, size_t q, double least) {
  const double apq = a[p * n + q];
  if (fabs(apq) <= least) return 0;
  const double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
  const double t = (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
  const double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
  for (size_t k = 0; k < n; k++) {
    const double x = a[k * n + p], y = a[k * n + q], vx = v[k * n + p], vy = v[k * n + q];
    a[k * n + p] = c * x - s * y, a[k * n + q] = s * x + c * y;
    v[k * n + p] = c * vx - s * vy, v[k * n + q] = s * vx + c * vy;
  }
  for (size_t k = 0; k < n; k++) {
    const double x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y, a[q * n + k] = s * x + c * y;
  }
  return 1;
}

/* Leaves the eigenvalues on the diagonal of a and the eigenvectors in the columns of v. Converges
 * quadratically: 20 sweeps are more than any matrix here needs. Errors are below 10 n roundings of
 * the largest eigenvalue. */
static void bn_eigen(double *a, double *v, size_t n) {
  double trace = 0.0;
  int turned = 1;
  for (size_t i = 0; i < n * n; i++) v[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
  for (size_t i = 0; i < n; i++) trace += fabs(a[i * (n + 1)]);
  for (int sweep = 0; turned && sweep < 20; sweep++) {
    turned = 0;
    for (size_t p = 0; p < n; p++)
      for (size_t q = p + 1; q < n; q++) turned += bn_rotate(a, v, n, p, q, 0x1p-60 * trace);
  }
}

static size_t bn_largest(const double *a, size_t n) {
  size_t top = 0;
  for (size_t i = 1; i < n; i++)
    if (a[i * n + i] > a[top * n + top]) top = i;
  return top;
}

/* b = Q a Q with Q the projection off the unit vector u. */
static void bn_project_matrix(const double *a, const double *u, size_t n, double *b) {
  double *left = b; /* rows first, then columns in place */
  for (size_t i = 0; i < n; i++) {
    const double along = bn_dot(a + i * n, u, n);
    for (size_t j = 0; j < n; j++) left[i * n + j] = a[i * n + j] - along * u[j];
  }
  for (size_t j = 0; j < n; j++) {
    double along = 0.0;
    for (size_t i = 0; i < n; i++) along += b[i * n + j] * u[i];
    for (size_t i = 0; i < n; i++) b[i * n + j] -= along * u[i];
  }
}

/* ---- the loss of batch-normalised outputs ---- */

/* With centred outputs c and labels t (n numbers each), |.| the plain norm: L = 2 g^2 - (2 g/sqrt
 * n) <c,t>/|c|. Fills slope = dL/ds and, along ds, bend = d(dL/ds); any of the three may be
 * unwanted (NULL). Returns L. */
static double bn_head(size_t n, const double *labels, const double *s, const double *ds,
                      double *slope, double *bend) {
  double mean_s = 0.0, mean_y = 0.0, mean_d = 0.0, cc = 0.0, ct = 0.0, tt = 0.0, cd = 0.0, td = 0.0;
  const double inverse = 1.0 / (double)n;
  for (size_t i = 0; i < n; i++) mean_s += s[i] * inverse, mean_y += labels[i] * inverse;
  for (size_t i = 0; ds && i < n; i++) mean_d += ds[i] * inverse;
  for (size_t i = 0; i < n; i++) {
    const double c = s[i] - mean_s, t = labels[i] - mean_y, d = ds ? ds[i] - mean_d : 0.0;
    cc += c * c, ct += c * t, tt += t * t, cd += c * d, td += t * d;
  }
  const double length = sqrt(cc), c3 = length * cc, factor = -2.0 * sqrt(tt) * inverse;
  for (size_t i = 0; i < n; i++) {
    const double c = s[i] - mean_s, t = labels[i] - mean_y, d = ds ? ds[i] - mean_d : 0.0;
    if (slope) slope[i] = factor * (t / length - ct * c / c3);
    if (bend) bend[i] = factor * (3.0 * ct * cd * c / (c3 * cc) - (t * cd + c * td + ct * d) / c3);
  }
  return 2.0 * tt * inverse + factor * ct / length;
}

/* ---- a regression and what follows from its data ---- */

typedef struct {
  sid_problem problem;
  size_t n, d, rank;
  double features[SAMPLES * DIM], labels[SAMPLES];
  double centred[SAMPLES * DIM], t[SAMPLES], gamma;
  double row[SAMPLES * DIM]; /* orthonormal basis of the row space, `rank` vectors */
  double condition;          /* of Xc, squared */
  double best[DIM], best2;   /* w*, |w*|^2 */
  double unit_best[DIM];     /* direction of w* */
  double lam_cap, top[DIM];  /* Lam and its eigenvector */
  double null[DIM];          /* a unit vector of the null space */
  char name[48];
} bn_regression;

static void bn_centre(bn_regression *r) {
  double mean = 0.0;
  for (size_t i = 0; i < r->n; i++) mean += r->labels[i] / (double)r->n;
  for (size_t i = 0; i < r->n; i++) r->t[i] = r->labels[i] - mean;
  r->gamma = bn_norm(r->t, r->n) / sqrt((double)r->n);
  for (size_t j = 0; j < r->d; j++) {
    mean = 0.0;
    for (size_t i = 0; i < r->n; i++) mean += r->features[i * r->d + j] / (double)r->n;
    for (size_t i = 0; i < r->n; i++) r->centred[i * r->d + j] = r->features[i * r->d + j] - mean;
  }
}

/* out = sum_i k_i Xc_i with k the given column of an n x n matrix. */
static void bn_combine(const bn_regression *r, const double *v, size_t column, double *out) {
  for (size_t j = 0; j < r->d; j++) out[j] = 0.0;
  for (size_t i = 0; i < r->n; i++) bn_add(out, r->centred + i * r->d, r->d, v[i * r->n + column]);
}

/* Row space and w* from the eigenvectors of Xc Xc'. */
static void bn_solve(bn_regression *r, double *kernel, double *v) {
  const double *k = kernel;
  double vector[DIM], largest, least;
  bn_eigen(kernel, v, r->n);
  largest = least = k[bn_largest(k, r->n) * (r->n + 1)];
  memset(r->best, 0, sizeof r->best);
  r->rank = 0;
  for (size_t e = 0; e < r->n; e++) {
    const double mu = k[e * (r->n + 1)];
    double along = 0.0;
    if (mu < 1e-9 * largest) continue; /* the vector of ones */
    for (size_t i = 0; i < r->n; i++) along += v[i * r->n + e] * r->t[i];
    bn_combine(r, v, e, vector);
    bn_add(r->best, vector, r->d, along / mu);
    bn_scale(vector, r->d, 1.0 / sqrt(mu));
    memcpy(r->row + r->rank++ * r->d, vector, r->d * sizeof *vector);
    least = fmin(least, mu);
  }
  r->condition = largest / least;
  r->best2 = bn_dot(r->best, r->best, r->d);
  memcpy(r->unit_best, r->best, sizeof r->best);
  bn_scale(r->unit_best, r->d, 1.0 / sqrt(r->best2));
}

/* Lam: Sigma - c c'/gamma^2 = (1/n) Xc' Q Xc with Q off t has the nonzero eigenvalues of (1/n) Q Xc
 * Xc' Q. */
static void bn_curvature(bn_regression *r, const double *kernel, double *projected, double *v) {
  double unit[SAMPLES];
  memcpy(unit, r->t, sizeof unit);
  bn_scale(unit, r->n, 1.0 / bn_norm(unit, r->n));
  bn_project_matrix(kernel, unit, r->n, projected);
  bn_eigen(projected, v, r->n);
  const size_t top = bn_largest(projected, r->n);
  r->lam_cap = projected[top * (r->n + 1)] / (double)r->n;
  bn_combine(r, v, top, r->top);
  bn_scale(r->top, r->d, 1.0 / bn_norm(r->top, r->d));
}

/* out = part of w outside the row space; returns |row part|^2. */
static double bn_split(const bn_regression *r, const double *w, double *out) {
  double row2 = 0.0;
  memcpy(out, w, r->d * sizeof *w);
  for (size_t k = 0; k < r->rank; k++) {
    const double along = bn_dot(r->row + k * r->d, w, r->d);
    bn_add(out, r->row + k * r->d, r->d, -along);
    row2 += along * along;
  }
  return row2;
}

static void bn_regression_finish(bn_regression *r, uint64_t seed) {
  double kernel[SAMPLES * SAMPLES] = {0}, copy[SAMPLES * SAMPLES], v[SAMPLES * SAMPLES], w[DIM];
  sid_stream stream = bn_stream(seed, SID_KEY_DATA, 9);
  bn_centre(r);
  for (size_t i = 0; i < r->n * r->n; i++)
    kernel[i] = bn_dot(r->centred + i / r->n * r->d, r->centred + i % r->n * r->d, r->d);
  memcpy(copy, kernel, sizeof copy);
  bn_solve(r, copy, v);
  bn_curvature(r, kernel, copy, v);
  (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, w);
  (void)bn_split(r, w, r->null);
  bn_scale(r->null, r->d, 1.0 / bn_norm(r->null, r->d));
  r->problem = (sid_problem){.kind = SID_BN_REGRESSION,
                             .dim = (uint32_t)r->d,
                             .samples = (uint32_t)r->n,
                             .features = r->features,
                             .labels = r->labels};
}

/* Inputs of a kind, labels of a linear model with coefficients of variance 1/d and an intercept
 * .5. */
static void bn_random(bn_regression *r, int32_t kind, uint64_t seed, size_t n, size_t d) {
  double teacher[DIM];
  sid_stream stream = bn_stream(seed, SID_KEY_DATA, 0);
  r->n = n, r->d = d;
  (void)sid_data_fill(&stream, kind, n * d, r->features);
  (void)sid_data_fill(&stream, SID_DATA_NORMAL, d, teacher);
  for (size_t i = 0; i < n; i++)
    r->labels[i] = .5 + bn_dot(r->features + i * d, teacher, d) / sqrt((double)d);
  (void)snprintf(r->name, sizeof r->name, "%s inputs n=%d d=%d",
                 kind == SID_DATA_NORMAL ? "normal" : "skewed", (int)n, (int)d);
  bn_regression_finish(r, seed);
}

/* Orthogonal inputs: x_ik = m_k + a_k H_ik for k < 3 with the columns H of a Hadamard matrix of
 * order 4, two more coordinates that do not vary; y_i = .25 + sum_k b_k H_ik. w*_k = b_k/a_k, gamma
 * = |b|, Lam = lam_max(diag(a) (I
 * - b b'/|b|^2) diag(a)). With a = (1, 2, .5), b = (.6, .8, 0): Lam = .64 + 1.44 = 2.08, |w*|^2 =
 * .36 + .16 = .52, least lam1 = 2 Lam |w*|^2 = 2.1632. */
static const double bn_hadamard[4][3] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
static const double bn_a[3] = {1, 2, .5}, bn_b[3] = {.6, .8, 0};

static void bn_orthogonal(bn_regression *r) {
  static const double mean[5] = {.3, -1, .7, 1.5, -.5};
  r->n = 4, r->d = 5;
  for (size_t i = 0; i < 4; i++) {
    r->labels[i] = .25;
    for (size_t j = 0; j < 5; j++) r->features[i * 5 + j] = mean[j];
    for (size_t k = 0; k < 3; k++) {
      r->features[i * 5 + k] += bn_a[k] * bn_hadamard[i][k];
      r->labels[i] += bn_b[k] * bn_hadamard[i][k];
    }
  }
  (void)snprintf(r->name, sizeof r->name, "orthogonal inputs n=4 d=5");
  bn_regression_finish(r, 3);
}

enum { REGRESSIONS = 3 };

/* The regressions of this file: 0 is that of row eos7 in size, 1 small and skewed, 2 in closed
 * form. NULL after an error. */
static bn_regression *bn_regression_new(vf_context *context, int which) {
  bn_regression *r = calloc(1, sizeof *r);
  if (!r) {
    vf_error(context, "regression", "out of memory");
    return NULL;
  }
  if (which == 0) bn_random(r, SID_DATA_NORMAL, 1, 20, 40);
  if (which == 1) bn_random(r, SID_DATA_SKEWED, 2, 6, 9);
  if (which == 2) bn_orthogonal(r);
  if (sid_problem_validate(&r->problem) == SID_OK && r->rank == r->n - 1) return r;
  vf_error(context, r->name, "the problem is refused or degenerate");
  free(r);
  return NULL;
}

/* Relative error of what bn_regression_finish() computes: Jacobi's n x n problems, each solved to
 * 10 n roundings of the largest eigenvalue, divided by the least. */
static double bn_solved(const bn_regression *r) { return 40.0 * (double)r->n * r->condition * ULP; }

enum { WORK = 4 * DIM + 3 * SAMPLES + 8 * DIM };

/* ---- eos7: loss, derivatives ---- */

/* How much larger than the spread of the outputs the terms are that they are summed from. */
static double bn_cancellation(const bn_regression *r, const double *w) {
  double largest = 0.0, spread = 0.0;
  for (size_t i = 0; i < r->n; i++) {
    const double s = bn_dot(r->centred + i * r->d, w, r->d);
    largest = fmax(largest, bn_norm(r->features + i * r->d, r->d) * bn_norm(w, r->d));
    spread += s * s / (double)r->n;
  }
  return largest / sqrt(spread);
}

/* Section 5: L = 2 gamma^2 - 2 gamma <w,c>/|w|_Sigma at random points of several sizes. Roundings:
 * 2 d in an output, 4 n in the normalisation, each of a term `cancellation` times the spread; L
 * itself is at most 4 gamma^2. */
static void bn_loss_formula(vf_context *context) {
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    if (!r) return;
    sid_stream stream = bn_stream(7, SID_KEY_START, 0);
    for (int k = 0; k < 4; k++) {
      double w[DIM], c[DIM] = {0}, spread = 0.0, work[WORK];
      char name[TEXT];
      (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, w);
      bn_scale(w, r->d, pow(10.0, k - 1));
      for (size_t i = 0; i < r->n; i++) {
        const double *x = r->centred + i * r->d, s = bn_dot(x, w, r->d);
        bn_add(c, x, r->d, r->t[i] / (double)r->n);
        spread += s * s / (double)r->n;
      }
      const double g = r->gamma,
                   expected = 2.0 * g * g - 2.0 * g * bn_dot(w, c, r->d) / sqrt(spread);
      const double roundings = 2.0 * (double)r->d + 4.0 * (double)r->n + 20.0;
      (void)snprintf(name, sizeof name, "L, %s, |w|=%.3g", r->name, bn_norm(w, r->d));
      vf_within(context, name, sid_problem_loss(&r->problem, w, work), expected,
                4.0 * g * g * roundings * bn_cancellation(r, w) * ULP,
                "2 d + 4 n + 20 roundings of 4 gamma^2 times the cancellation in the outputs");
    }
    free(r);
  }
}

/* Roundings of an output, its normalisation and a sum over samples, on each of two sides. */
static double bn_roundings(size_t n, size_t d) { return 4.0 * (double)d + 8.0 * (double)n + 60.0; }

static const char bn_rounding_basis[] =
    "4 p + 8 n + 60 roundings of 2^-53 of the largest term, times the cancellation in the outputs";

/* Largest terms of a gradient and of a Hessian-vector product where the outputs have the Jacobian j
 * (Frobenius norm), deviate by |c| from their mean, and move by ds = J v: |dL/ds| <= 4 gamma^2/|c|
 * and |d dL/ds| <= 12 gamma^2 |ds|/|c|^2, cancellation inside included. */
static double bn_gradient_size(double gamma, double c, double j) {
  return 4.0 * gamma * gamma / c * j;
}
static double bn_hessian_size(double gamma, double c, double j, double v) {
  return 12.0 * gamma * gamma / (c * c) * j * j * v;
}

/* Gradient and Hessian of the loss as a function of the outputs, bn_head(), and the chain rule: s =
 * Z x. */
static void bn_regression_derivatives(vf_context *context) {
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    if (!r) return;
    sid_stream stream = bn_stream(8, SID_KEY_START, 0);
    const double j = bn_norm(r->features, r->n * r->d);
    for (int k = 0; k < 3; k++) {
      double x[DIM], v[DIM], s[SAMPLES], ds[SAMPLES], slope[SAMPLES], bend[SAMPLES], out[DIM],
          work[WORK];
      double spread = 0.0;
      char name[TEXT];
      (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, x);
      (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, v);
      for (size_t i = 0; i < r->n; i++) {
        const double c = bn_dot(r->centred + i * r->d, x, r->d);
        s[i] = bn_dot(r->features + i * r->d, x, r->d),
        ds[i] = bn_dot(r->features + i * r->d, v, r->d);
        spread += c * c;
      }
      const double c = sqrt(spread), loss = bn_head(r->n, r->labels, s, ds, slope, bend);
      const double unit = ULP * bn_roundings(r->n, r->d) * bn_cancellation(r, x);
      sid_problem_gradient(&r->problem, x, out, work);
      for (size_t i = 0; i < r->n; i++) bn_add(out, r->features + i * r->d, r->d, -slope[i]);
      (void)snprintf(name, sizeof name, "gradient, %s, point %d", r->name, k);
      vf_within(context, name, bn_norm(out, r->d), 0.0, unit * bn_gradient_size(r->gamma, c, j),
                bn_rounding_basis);
      sid_problem_hessian_vector(&r->problem, x, v, out, work);
      for (size_t i = 0; i < r->n; i++) bn_add(out, r->features + i * r->d, r->d, -bend[i]);
      (void)snprintf(name, sizeof name, "Hessian times v, %s, point %d", r->name, k);
      vf_within(context, name, bn_norm(out, r->d), 0.0,
                unit * bn_hessian_size(r->gamma, c, j, bn_norm(v, r->d)), bn_rounding_basis);
      (void)snprintf(name, sizeof name, "L, %s, point %d", r->name, k);
      vf_within(context, name, sid_problem_loss(&r->problem, x, work), loss,
                4.0 * unit * r->gamma * r->gamma, bn_rounding_basis);
    }
    free(r);
  }
}

/* ---- eos7: the minimisers and their sharpness ---- */

/* Direction at angle psi from w* along `null`, moved by h along the top eigenvector; |row part|^2 =
 * row2 for h = 0. */
static void bn_place(const bn_regression *r, double psi, double h, double row2, double *x) {
  for (size_t j = 0; j < r->d; j++)
    x[j] = cos(psi) * r->unit_best[j] + sin(psi) * r->null[j] + h * r->top[j];
  bn_scale(x, r->d, sqrt(row2) / (cos(psi) * bn_norm(x, r->d)));
}

/* lam1 of the minimisers at angle psi. */
static double bn_sharpness_at(const bn_regression *r, double psi) {
  return 2.0 * r->lam_cap * r->best2 / (cos(psi) * cos(psi));
}

/* The Hessian at x/|x| by products with unit vectors: its trace, its rank and its largest
 * eigenvalue. */
static void bn_dense(const bn_regression *r, const double *x, double *trace, size_t *rank,
                     double *largest) {
  static const double zero =
      1e-9; /* far above rounding, far below the least eigenvalue here, 1e-4 of the largest */
  double h[DIM * DIM], v[DIM * DIM], unit[DIM], work[WORK];
  const size_t d = r->d;
  const double r2 = bn_dot(x, x, d);
  for (size_t j = 0; j < d; j++) {
    memset(unit, 0, sizeof unit);
    unit[j] = 1.0;
    sid_problem_hessian_vector(&r->problem, x, unit, h + j * d, work);
    bn_scale(h + j * d, d, r2);
  }
  bn_eigen(h, v, d);
  *largest = h[bn_largest(h, d) * (d + 1)];
  *trace = 0.0, *rank = 0;
  for (size_t j = 0; j < d; j++)
    *trace += h[j * (d + 1)], *rank += fabs(h[j * (d + 1)]) > zero * *largest;
}

/* At one minimiser: L and its gradient vanish; lam1 by Lanczos, by the shifted power iteration and
 * by a dense solution; trace 2 |w~|^2 (tr Sigma - |c|^2/gamma^2); n-2 positive eigenvalues. */
static void bn_sharpness_of(vf_context *context, const bn_regression *r, double psi) {
  double x[DIM], v[DIM], out[DIM], c[DIM] = {0}, work[WORK], residual, trace, largest;
  size_t rank;
  char name[TEXT];
  const double expected = bn_sharpness_at(r, psi), g2 = r->gamma * r->gamma;
  bn_place(r, psi, 0.0, 1.7, x);
  const double unit = ULP * bn_roundings(r->n, r->d) * bn_cancellation(r, x), solved = bn_solved(r);
  const double length =
      r->gamma * sqrt((double)r->n) * bn_norm(x, r->d) * cos(psi) / sqrt(r->best2); /* |outputs| */
  (void)snprintf(name, sizeof name, "L, %s psi=%g", r->name, psi);
  vf_within(context, name, sid_problem_loss(&r->problem, x, work), 0.0,
            g2 * (unit + solved) * (unit + solved) * 4.0,
            "square of the rounding error of the outputs");
  sid_problem_gradient(&r->problem, x, out, work);
  (void)snprintf(name, sizeof name, "|grad L|, %s psi=%g", r->name, psi);
  vf_within(context, name, bn_norm(out, r->d), 0.0,
            (unit + solved) * bn_gradient_size(r->gamma, length, bn_norm(r->features, r->n * r->d)),
            bn_rounding_basis);
  bn_dense(r, x, &trace, &rank, &largest);
  for (size_t i = 0; i < r->n; i++) bn_add(c, r->centred + i * r->d, r->d, r->t[i] / (double)r->n);
  const double tangent =
      bn_dot(r->centred, r->centred, r->n * r->d) / (double)r->n - bn_dot(c, c, r->d) / g2;
  const double tolerance = solved + 100.0 * unit;
  (void)snprintf(name, sizeof name, "lam1 dense, %s psi=%g", r->name, psi);
  vf_within_relative(context, name, largest, expected, tolerance,
                     "40 n condition roundings, and 100 of the product");
  (void)snprintf(name, sizeof name, "trace, %s psi=%g", r->name, psi);
  vf_within_relative(context, name, trace, tangent / r->lam_cap * expected, tolerance,
                     "40 n condition roundings, and 100 of the product");
  (void)snprintf(name, sizeof name, "rank, %s psi=%g", r->name, psi);
  vf_within(context, name, (double)rank, (double)r->n - 2.0, 0.0, "a count");
  double *space = malloc(sizeof *space * sid_sharpness_workspace(&r->problem, 2 * DIM));
  if (!space) {
    vf_error(context, name, "out of memory");
    return;
  }
  const double lanczos = sid_sharpness_lanczos(&r->problem, x, 2 * DIM, &residual, space);
  (void)snprintf(name, sizeof name, "lam1 Lanczos, %s psi=%g", r->name, psi);
  vf_within(context, name, lanczos, expected, residual + tolerance * expected,
            "its residual, and rounding as above");
  (void)snprintf(name, sizeof name, "Lanczos residual/lam1, %s psi=%g", r->name, psi);
  vf_at_most(context, name, residual / expected, 1e-6, "as many vectors as dimensions");
  for (size_t j = 0; j < r->d; j++) v[j] = 1.0 + .1 * (double)j;
  const double power =
      sid_sharpness_power(&r->problem, x, .5 * expected, 2000, v, &residual, space);
  (void)snprintf(name, sizeof name, "lam1 power, %s psi=%g", r->name, psi);
  vf_within(context, name, power, expected, residual + tolerance * expected,
            "its residual, and rounding as above");
  (void)snprintf(name, sizeof name, "power residual/lam1, %s psi=%g", r->name, psi);
  vf_at_most(context, name, residual / expected, 1e-6, "2000 iterations against a gap above 1 %");
  free(space);
}

static void bn_sharpness(vf_context *context) {
  static const double psis[] = {0.0, 0.5, 1.4};
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    if (!r) return;
    for (int k = 0; k < 3; k++) bn_sharpness_of(context, r, psis[k]);
    if (which == 2) {
      vf_within(context, "Lam, orthogonal inputs", r->lam_cap, 2.08, 20.0 * bn_solved(r),
                "40 n condition roundings");
      vf_within(context, "lam1 at w*, orthogonal inputs", bn_sharpness_at(r, 0.0), 2.1632,
                20.0 * bn_solved(r), "40 n condition roundings");
    }
    free(r);
  }
}

/* ---- eos7: along the flow, lam1/(least lam1) ---- */

/* Sharpness by Lanczos at psi(tau) over that at w*, against the flow in closed form. */
static void bn_sharpness_along_flow(vf_context *context) {
  static const char *const psis[] = {"0.5", "1", "1.4"}, *const taus[] = {"0", "0.5", "1", "2",
                                                                          "4"};
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    if (!r) return;
    double *space = malloc(sizeof *space * sid_sharpness_workspace(&r->problem, 2 * DIM));
    if (!space) vf_error(context, r->name, "out of memory");
    for (int k = 0; space && k < 15; k++) {
      double x[DIM], residual[2];
      char key[TEXT], name[TEXT];
      (void)snprintf(key, sizeof key, "eos7.tan-psi.psi0-%s.tau-%s", psis[k / 5], taus[k % 5]);
      const double psi = atan(vf_expected(context, key));
      (void)snprintf(key, sizeof key, "eos7.lam1-ratio.psi0-%s.tau-%s", psis[k / 5], taus[k % 5]);
      bn_place(r, psi, 0.0, 1.0, x);
      const double here = sid_sharpness_lanczos(&r->problem, x, 2 * DIM, residual, space);
      const double unit = ULP * bn_roundings(r->n, r->d) * bn_cancellation(r, x);
      bn_place(r, 0.0, 0.0, 1.0, x);
      const double least = sid_sharpness_lanczos(&r->problem, x, 2 * DIM, residual + 1, space);
      (void)snprintf(name, sizeof name, "lam1(zeta)/lam1(w*), %s psi0=%s tau=%s", r->name,
                     psis[k / 5], taus[k % 5]);
      vf_within_relative(context, name, here / least, vf_expected(context, key),
                         residual[0] / here + residual[1] / least + 2.0 * bn_solved(r) +
                             200.0 * unit,
                         "residuals of Lanczos, 40 n condition roundings, and 100 of a product");
    }
    free(space);
    free(r);
  }
}

/* ---- eos7: GD step by step ---- */

/* One step; 0 and an error in the report if it fails. */
static int bn_step(vf_context *context, const bn_regression *r, double eta, double lam, double *x) {
  double work[WORK];
  if (sid_step(&r->problem, &bn_gd, eta, lam, x, NULL, work) == SID_OK) return 1;
  vf_error(context, r->name, "a step failed");
  return 0;
}

/* |row part|^2 at the edge: et lam1 = 2 with et = eta/((1-ein)|w|^2), lam1 = 2 Lam |w*|^2
 * |w|^2/|row part|^2. */
static double bn_edge(const bn_regression *r, double eta, double ein) {
  return eta * r->lam_cap * r->best2 / (1.0 - ein);
}

typedef struct {
  double eta, ein;
  uint64_t steps;
  const char *key;
} bn_null_case;

/* Gradients lie in the row space and are perpendicular to w, so P_null w_t = (1-ein)^t P_null w_0
 * and |P_row w+|^2 = (1-ein)^2 |P_row w|^2 + eta^2 |grad L|^2, at every step, in the phase of
 * fitting, at rest and at the edge. A step rounds w and eta grad L, and what it makes of the null
 * space does not grow later. */
static void bn_null_space(vf_context *context) {
  static const bn_null_case cases[] = {{.1, .01, 100, "eos7.null-factor.ein-0.01.t-100"},
                                       {.05, .001, 1000, "eos7.null-factor.ein-0.001.t-1000"}};
  for (int k = 0; k < 2 * REGRESSIONS; k++) {
    const bn_null_case *one = cases + k % 2;
    bn_regression *r = bn_regression_new(context, k / 2);
    if (!r) return;
    const double lam = one->ein / one->eta, keep = 1.0 - one->ein;
    double x[DIM], rest[DIM], first[DIM], g[DIM], work[WORK], worst = 0.0, error = 0.0;
    char name[TEXT];
    sid_stream stream = bn_stream(5, SID_KEY_START, (uint64_t)k);
    (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, x);
    bn_scale(x, r->d, .5);
    double row2 = bn_split(r, x, first);
    for (uint64_t t = 0; t < one->steps; t++) {
      sid_problem_gradient(&r->problem, x, g, work);
      const double g2 = bn_dot(g, g, r->d), kept = keep * keep * row2 + one->eta * one->eta * g2;
      const double size = bn_gradient_size(r->gamma, sqrt(row2), sqrt((double)r->d));
      const double length = bn_norm(x, r->d) + one->eta * size;
      const double step =
          ULP * (4.0 * length + one->eta * bn_roundings(r->n, r->d) * bn_cancellation(r, x) * size);
      if (!bn_step(context, r, one->eta, lam, x)) break;
      row2 = bn_split(r, x, rest);
      error += step;
      bn_raise(&worst, fabs(row2 - kept) / (bn_solved(r) * length * length + 2.0 * length * step));
    }
    (void)snprintf(name, sizeof name, "|P_null w_t|/|P_null w_0|, %s eta=%g ein=%g t=%d", r->name,
                   one->eta, one->ein, (int)one->steps);
    vf_within(context, name, bn_dot(rest, first, r->d) / bn_dot(first, first, r->d),
              vf_expected(context, one->key), error / bn_norm(first, r->d) + bn_solved(r),
              "4 roundings of the terms of each step, and of the projection");
    (void)snprintf(name, sizeof name, "turn of P_null w, %s eta=%g ein=%g t=%d", r->name, one->eta,
                   one->ein, (int)one->steps);
    bn_add(rest, first, r->d, -vf_expected(context, one->key));
    vf_within(context, name, bn_norm(rest, r->d), 0.0, error + bn_solved(r) * bn_norm(first, r->d),
              "4 roundings of the terms of each step, and of the projection");
    (void)snprintf(name, sizeof name, "recursion of |P_row w|^2 in units, %s eta=%g ein=%g",
                   r->name, one->eta, one->ein);
    vf_within(context, name, worst, 0.0, 1.0,
              "rounding of the projection, 40 n condition, and of the step");
    free(r);
  }
}

/* Without decay |P_row w|^2 grows by sum eta^2 |g|^2 while L falls from L_0 to 0; gradient flow
 * loses eta |g|^2 of L per step, so the sum is eta L_0 (1 + O(eta)). Returns (growth)/(eta L_0) - 1
 * and in *time the mean time of the growth. */
static double bn_fit(vf_context *context, const bn_regression *r, double eta, const double *start,
                     double *time) {
  double x[DIM], g[DIM], work[WORK], grown = 0.0;
  memcpy(x, start, sizeof x);
  const double loss = sid_problem_loss(&r->problem, x, work), before = bn_dot(x, x, r->d);
  *time = 0.0;
  for (uint64_t t = 0; t < 200000; t++) {
    sid_problem_gradient(&r->problem, x, g, work);
    const double g2 = eta * eta * bn_dot(g, g, r->d);
    grown += g2, *time += (double)t * g2;
    if (sid_problem_loss(&r->problem, x, work) < 1e-12 * loss) {
      *time /= grown;
      return (bn_dot(x, x, r->d) - before) / (eta * loss) - 1.0;
    }
    if (!bn_step(context, r, eta, 0.0, x)) break;
  }
  vf_error(context, r->name, "the loss does not vanish");
  return (double)NAN;
}

static void bn_start(const bn_regression *r, uint64_t number, double size, double *x) {
  sid_stream stream = bn_stream(6, SID_KEY_START, number);
  (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, x);
  bn_scale(x, r->d, size);
}

/* The norm gained while fitting is eta L_0 (1 + c eta + ...): limit of the deviation for eta = .04
 * 2^-k. The last 1e-12 of L_0 are missing. */
static void bn_fit_norm(vf_context *context) {
  enum { COUNT = 4 };
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    double value[COUNT], x[DIM], time;
    char name[TEXT];
    if (!r) return;
    bn_start(r, (uint64_t)which, .3, x);
    for (int k = 0; k < COUNT; k++) value[k] = 1.0 + bn_fit(context, r, ldexp(.04, -k), x, &time);
    (void)snprintf(name, sizeof name, "(|w|^2 gained)/(eta L_0), %s eta=0.04 to 0", r->name);
    vf_limit(context, name, value, COUNT, 1, 1.0, 1e-12, .01);
    free(r);
  }
}

/* Steps until |P_row w|^2 is at the edge. */
static uint64_t bn_entry(vf_context *context, const bn_regression *r, double eta, double ein,
                         double *x) {
  double rest[DIM];
  const double edge = bn_edge(r, eta, ein);
  for (uint64_t t = 0; t < 1000000; t++) {
    if (bn_split(r, x, rest) <= edge) return t;
    if (!bn_step(context, r, eta, ein / eta, x)) break;
  }
  vf_error(context, r->name, "the edge is not reached");
  return 0;
}

/* Entry into the edge. From a minimiser nothing but decay happens: t1 ein = (1/2) ln(|P_row
 * w_0|^2/(eta Lam |w*|^2)) = (1/2) ln m, to one step and, since a step decays by -ln(1-ein), ein/2
 * of it. From a random point fitting adds eta L_0 at the mean time T: |P_row w|^2 at the end is
 * uncertain by eta L_0 (2 ein T + the deviation that bn_fit() measures), t1 by half of that over
 * ein |P_row w|^2. */
static void bn_entry_time(vf_context *context) {
  static const char *const sizes[] = {"2", "2.5", "4", "10"};
  const double eta = .05, eins[] = {1e-2, 1e-3};
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    if (!r) return;
    for (int k = 0; k < 8; k++) {
      const double ein = eins[k / 4], m = atof(sizes[k % 4]);
      double x[DIM];
      char name[TEXT], key[TEXT];
      (void)snprintf(key, sizeof key, "eos7.entry-time.m-%s", sizes[k % 4]);
      const double expected = vf_expected(context, key);
      (void)snprintf(name, sizeof name, "t1 ein, %s ein=%g m=%s psi=1", r->name, ein, sizes[k % 4]);
      bn_place(r, 1.0, 0.0, m * bn_edge(r, eta, ein), x);
      vf_within(context, name, (double)bn_entry(context, r, eta, ein, x) * ein, expected,
                ein * (1.0 + expected), "one step, and ein/2 of the time twice");
    }
    for (int k = 0; k < 4; k++) {
      const double ein = eins[k / 2], factor = -log1p(-ein);
      double x[DIM], rest[DIM], work[WORK], time;
      char name[TEXT];
      bn_start(r, 10 + (uint64_t)k, .5, x);
      const double row2 = bn_split(r, x, rest), gain = eta * sid_problem_loss(&r->problem, x, work);
      const double expected = .5 * log((row2 + gain) / bn_edge(r, eta, ein)) / factor * ein;
      const double deviation = fabs(bn_fit(context, r, eta, x, &time));
      (void)snprintf(name, sizeof name, "t1 ein, %s ein=%g random start %d", r->name, ein, k);
      vf_within(context, name, (double)bn_entry(context, r, eta, ein, x) * ein, expected,
                ein + .5 * gain / row2 * (2.0 * ein * time + deviation) * 2.0,
                "one step, and twice the effects of decay while fitting and of finite eta");
    }
    free(r);
  }
}

/* ---- eos7: the sharpness-reduction flow ---- */

/* zeta: the minimiser at angle psi from w* in the plane of w* and the unit null vector `null`. */
static void bn_zeta(const bn_regression *r, const double *null, double psi, double *zeta) {
  for (size_t j = 0; j < r->d; j++) zeta[j] = cos(psi) * r->unit_best[j] + sin(psi) * null[j];
}

static double bn_direction_distance(const double *x, const double *zeta, size_t d) {
  const double length = bn_norm(x, d);
  double sum = 0.0;
  for (size_t j = 0; j < d; j++) sum += (x[j] / length - zeta[j]) * (x[j] / length - zeta[j]);
  return sqrt(sum);
}

enum { FLOW_TIMES = 4 };
static const double bn_flow_times[FLOW_TIMES] = {.5, 1, 2, 4};
static const char *const bn_flow_names[FLOW_TIMES] = {"0.5", "1", "2", "4"};

/* GD with weight decay from the edge at psi0, th = normalise(zeta + h0 v), h0 = .1 sqrt(ein), et =
 * 2/lam1. Returns sup |th - zeta(t ein)| for t <= 4/ein and the relative error of tan psi at the
 * flow times. */
static double bn_track(vf_context *context, const bn_regression *r, double psi0, double ein,
                       double *tan_psi) {
  const double eta = .1;
  double x[DIM], rest[DIM], zeta[DIM], worst = 0.0;
  bn_place(r, psi0, .1 * sqrt(ein), bn_edge(r, eta, ein), x);
  const uint64_t steps = (uint64_t)llround(4.0 / ein);
  size_t next = 0;
  for (int i = 0; i < FLOW_TIMES; i++) tan_psi[i] = (double)NAN;
  for (uint64_t t = 0; t <= steps; t++) {
    const double tau = (double)t * ein;
    bn_zeta(r, r->null, atan(tan(psi0) * exp(-tau)), zeta);
    bn_raise(&worst, bn_direction_distance(x, zeta, r->d));
    if (next < FLOW_TIMES && t == (uint64_t)llround(bn_flow_times[next] / ein)) {
      const double row2 = bn_split(r, x, rest);
      tan_psi[next++] = bn_norm(rest, r->d) / sqrt(row2);
    }
    if (t < steps && !bn_step(context, r, eta, ein / eta, x)) break;
  }
  return worst;
}

/* Theorems 4.7 and 5.1. With u = et lam1 - 2 the Hamiltonian of Section 4.2.3 has |u| <= 2 sqrt(ein
 * (E - 1)), E = y_0 - ln y_0 <= 6 for these starts, and |P_row w|^2 is the edge's times 2/(2 + u):
 * so tan psi is off by |u|/4 <= 1.2 sqrt(ein), and h <= sqrt(ein/2) max sqrt(y) < 2 sqrt(ein). The
 * order of the supremum is 1/2 (the theorem's bound has 1/4). */
static void bn_tracking_of(vf_context *context, const bn_regression *r, const char *psi0) {
  enum { COUNT = 5 };
  static const double eins[COUNT] = {1e-2, 3e-3, 1e-3, 3e-4, 1e-4};
  double error[COUNT], tan_psi[FLOW_TIMES];
  char name[TEXT], key[TEXT];
  for (int k = 0; k < COUNT; k++) {
    error[k] = bn_track(context, r, strtod(psi0, NULL), eins[k], tan_psi);
    (void)snprintf(name, sizeof name, "sup|th - zeta|/sqrt(ein), %s psi0=%s ein=%g", r->name, psi0,
                   eins[k]);
    vf_at_most(context, name, error[k] / sqrt(eins[k]), 2.0,
               "amplitude of the oscillation, sqrt(y ein/2)");
    for (int i = 0; i < FLOW_TIMES; i++) {
      (void)snprintf(key, sizeof key, "eos7.tan-psi.psi0-%s.tau-%s", psi0, bn_flow_names[i]);
      (void)snprintf(name, sizeof name, "tan psi, %s psi0=%s ein=%g tau=%s", r->name, psi0, eins[k],
                     bn_flow_names[i]);
      vf_within_relative(context, name, tan_psi[i], vf_expected(context, key), 1.2 * sqrt(eins[k]),
                         "|et lam1 - 2|/4, at most 1.2 sqrt(ein)");
    }
  }
  (void)snprintf(name, sizeof name, "exponent of sup|th - zeta|, %s psi0=%s ein=0.01..0.0001",
                 r->name, psi0);
  vf_within(
      context, name, log(error[0] / error[COUNT - 1]) / log(eins[0] / eins[COUNT - 1]), .5, .1,
      "the amplitude's factor sqrt(y) depends on the phase: less than a factor 1.58 = 100^.1");
}

static void bn_tracking(vf_context *context) {
  static const char *const psis[REGRESSIONS] = {"1", "1.4", "0.5"};
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    if (!r) return;
    bn_tracking_of(context, r, psis[which]);
    free(r);
  }
}

/* ---- eos7: at the end of the flow ---- */

/* Means over the last 2/ein steps of a run of 14/ein from the edge at psi = 1; there psi < 1e-5 and
 * the orbit has period two. */
typedef struct {
  double distance2; /* of th from the direction of w*, squared */
  double loss, row2;
  double midpoint; /* distance of the direction of the last midpoint from that of w* */
} bn_end;

static bn_end bn_run_to_end(vf_context *context, const bn_regression *r, double eta, double ein) {
  bn_end end = {0.0, 0.0, 0.0, (double)NAN};
  double x[DIM], before[DIM], rest[DIM], work[WORK];
  const uint64_t steps = (uint64_t)llround(14.0 / ein), window = (uint64_t)llround(2.0 / ein);
  bn_place(r, 1.0, .1 * sqrt(ein), bn_edge(r, eta, ein), x);
  for (uint64_t t = 0; t < steps; t++) {
    memcpy(before, x, sizeof x);
    if (!bn_step(context, r, eta, ein / eta, x)) return end;
    if (t < steps - window) continue;
    const double distance = bn_direction_distance(x, r->unit_best, r->d);
    end.distance2 += distance * distance / (double)window;
    end.loss += sid_problem_loss(&r->problem, x, work) / (double)window;
    end.row2 += bn_split(r, x, rest) / (double)window;
  }
  bn_add(x, before, r->d, 1.0);
  end.midpoint = bn_direction_distance(x, r->unit_best, r->d);
  return end;
}

/* At w* the oscillation has h^2 = ein/2: rms distance sqrt(ein/2), loss lam1 h^2/2 = ein lam_min/4,
 * |P_row w|^2 = eta Lam |w*|^2, and the midpoint of two iterates is w*. The orbit has period two,
 * so each is a power series in ein: limits for ein -> 0, up to what is left of psi, tan 1 e^-14
 * = 1.3e-6. Row eos7 allows 2 % at finite ein for its size; at ein = 1e-3 that is 20 ein. */
static void bn_stationary(vf_context *context) {
  enum { COUNT = 4, WHAT = 4 };
  static const double eta = .1;
  static const char *const what[WHAT] = {"rms distance/sqrt(ein/2)", "loss/(ein lam_min/4)",
                                         "|P_row w|^2/(eta Lam |w*|^2)", "|midpoint - w*|"};
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    double value[WHAT][COUNT];
    char name[TEXT];
    if (!r) return;
    const double least = bn_sharpness_at(r, 0.0);
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(8e-3, -k);
      const bn_end end = bn_run_to_end(context, r, eta, ein);
      value[0][k] = sqrt(end.distance2 / (ein / 2.0));
      value[1][k] = end.loss / (ein * least / 4.0);
      value[2][k] = end.row2 / (eta * r->lam_cap * r->best2);
      value[3][k] = end.midpoint;
      if (which != 0 || k != COUNT - 1) continue;
      (void)snprintf(name, sizeof name, "rms distance to w*, %s ein=0.001", r->name);
      vf_within_relative(context, name, sqrt(end.distance2),
                         vf_expected(context, "eos7.final-distance.ein-0.001"), .02,
                         "corrections of order ein, at most 20 ein");
      (void)snprintf(name, sizeof name, "loss/lam_min, %s ein=0.001", r->name);
      vf_within_relative(context, name, end.loss / least,
                         vf_expected(context, "eos7.tail-loss-over-lam-min.ein-0.001"), .02,
                         "corrections of order ein, at most 20 ein");
    }
    for (int i = 0; i < WHAT; i++) {
      (void)snprintf(name, sizeof name, "%s, %s ein=0.008 to 0", what[i], r->name);
      vf_limit(context, name, value[i], COUNT, 1, i == 3 ? 0.0 : 1.0, 2e-7, .01);
    }
    free(r);
  }
}

/* ---- eos7: the whole of Figure 5 ---- */

enum { FIGURE_ROWS = 400, FIGURE_COLUMNS = 7 };

typedef struct {
  double eta, ein;
  uint64_t steps, entry; /* step of entry into the edge; `steps` before */
  double psi, null[DIM]; /* there */
  double sup;            /* |th - zeta| from there on */
  double fitted;         /* least loss before */
  double rows[FIGURE_ROWS * FIGURE_COLUMNS];
} bn_figure;

/* tau, psi, its law from the entry on, |P_row w|^2 over the edge's, loss, h over sqrt(ein),
 * distance of w~ from w* over |w*|. */
static void bn_figure_row(const bn_figure *figure, const bn_regression *r, const double *x,
                          double row2, uint64_t t, double law, double *row) {
  double rest[DIM], tilde[DIM], spread = 0.0, work[WORK];
  (void)bn_split(r, x, rest);
  for (size_t i = 0; i < r->n; i++) {
    const double s = bn_dot(r->centred + i * r->d, x, r->d);
    spread += s * s / (double)r->n;
  }
  memcpy(tilde, x, sizeof tilde);
  bn_scale(tilde, r->d, r->gamma / sqrt(spread));
  bn_add(tilde, r->best, r->d, -1.0);
  row[0] = (double)t * figure->ein;
  row[1] = atan2(bn_norm(rest, r->d), sqrt(row2));
  row[2] = law;
  row[3] = row2 / bn_edge(r, figure->eta, figure->ein);
  row[4] = sid_problem_loss(&r->problem, x, work);
  row[5] = bn_dot(x, r->top, r->d) / bn_norm(x, r->d) / sqrt(figure->ein);
  row[6] = bn_norm(tilde, r->d) / sqrt(r->best2);
}

/* At the entry: psi and the direction of P_null w, which stay what the flow starts from. */
static void bn_figure_entry(bn_figure *figure, const bn_regression *r, const double *x, double row2,
                            uint64_t t) {
  figure->entry = t;
  (void)bn_split(r, x, figure->null);
  const double length = bn_norm(figure->null, r->d);
  bn_scale(figure->null, r->d, 1.0 / length);
  figure->psi = atan2(length, sqrt(row2));
}

/* GD with weight decay from x. Rows of the table at equal times. */
static void bn_figure_run(vf_context *context, bn_figure *figure, const bn_regression *r,
                          double *x) {
  double rest[DIM], zeta[DIM], work[WORK];
  size_t rows = 0;
  figure->entry = figure->steps, figure->sup = 0.0, figure->fitted = (double)INFINITY;
  for (uint64_t t = 0; t < figure->steps; t++) {
    const double row2 = bn_split(r, x, rest);
    double law = (double)NAN;
    if (figure->entry == figure->steps && row2 <= bn_edge(r, figure->eta, figure->ein))
      bn_figure_entry(figure, r, x, row2, t);
    if (figure->entry < figure->steps) {
      law = atan(tan(figure->psi) * exp(-(double)(t - figure->entry) * figure->ein));
      bn_zeta(r, figure->null, law, zeta);
      bn_raise(&figure->sup, bn_direction_distance(x, zeta, r->d));
    } else {
      figure->fitted = fmin(figure->fitted, sid_problem_loss(&r->problem, x, work));
    }
    if (t % (figure->steps / FIGURE_ROWS) == 0 && rows < FIGURE_ROWS)
      bn_figure_row(figure, r, x, row2, t, law, figure->rows + FIGURE_COLUMNS * rows++);
    if (!bn_step(context, r, figure->eta, figure->ein / figure->eta, x)) return;
  }
}

/* Figure 5: from a random start the loss first falls to rounding; th rests at the minimiser found
 * while |w| decays; past the edge rounding noise has to grow from 1e-16 to sqrt(ein) first, which
 * takes until u = et lam1 - 2 = 4 sqrt(ein ln(sqrt(ein) 1e16)/2) and makes E = u^2/(4 ein) = 2
 * ln(sqrt(ein) 1e16) = 64 at ein = 1e-4: h^2 < 2 ein 70/(4 + g^2), so |h| < 6 sqrt(ein). Then th
 * follows the flow to w*. */
static void bn_figure_of(vf_context *context, int which, double size, double ein, double taus,
                         const char *series) {
  static const char *const columns[FIGURE_COLUMNS] = {
      "tau", "psi", "psi of the flow", "|P_row w|^2/edge", "loss", "h/sqrt(ein)", "|w~ - w*|/|w*|"};
  bn_regression *r = bn_regression_new(context, which);
  bn_figure *figure = malloc(sizeof *figure);
  double x[DIM];
  char name[TEXT];
  if (!r || !figure) {
    if (!figure) vf_error(context, series, "out of memory");
    free(r), free(figure);
    return;
  }
  figure->eta = .1, figure->ein = ein, figure->steps = (uint64_t)llround(taus / ein);
  bn_start(r, 20, size, x);
  bn_figure_run(context, figure, r, x);
  if (figure->entry == figure->steps) {
    vf_error(context, series, "the edge is not reached");
    free(r), free(figure);
    return;
  }
  (void)snprintf(name, sizeof name, "least loss before the edge, %s ein=%g", r->name, ein);
  vf_at_most(context, name, figure->fitted, 1e-24, "square of rounding errors, condition included");
  (void)snprintf(name, sizeof name, "sup|th - zeta|/sqrt(ein) from the entry, %s ein=%g", r->name,
                 ein);
  vf_at_most(context, name, figure->sup / sqrt(ein), 6.0,
             "2 ln(sqrt(ein) 1e16) is the energy of a start from rounding");
  const double *last = figure->rows + (size_t)FIGURE_COLUMNS * (FIGURE_ROWS - 1);
  (void)snprintf(name, sizeof name, "|w~ - w*|/|w*| before the edge, %s ein=%g", r->name, ein);
  vf_within(context, name,
            figure->rows[6 + FIGURE_COLUMNS * (figure->entry / (figure->steps / FIGURE_ROWS))],
            tan(figure->psi), 1e-9, "a minimiser: w~ - w* is |w*| tan psi of the null space");
  (void)snprintf(name, sizeof name, "psi at the end, %s ein=%g", r->name, ein);
  vf_within_relative(
      context, name, last[1], last[2], 20.0 * ein,
      "P_null w decays exactly, |P_row w|^2 is the edge's to order ein as in eos7.stationary");
  vf_series(context, series, columns, FIGURE_COLUMNS, figure->rows, FIGURE_ROWS);
  free(r), free(figure);
}

static void bn_figure5(vf_context *context) {
  bn_figure_of(context, 0, .3, 1e-3, 6.0, "n=20 d=40 ein=0.001");
  bn_figure_of(context, 1, 2.0, 3e-4, 6.0, "n=6 d=9 ein=0.0003");
}

static void bn_figure5_full(vf_context *context) {
  bn_figure_of(context, 0, .3, 1e-4, 8.0, "n=20 d=40 ein=0.0001");
  bn_figure_of(context, 0, .3, 1e-5, 8.0, "n=20 d=40 ein=0.00001");
  bn_figure_of(context, 1, 2.0, 1e-5, 8.0, "n=6 d=9 ein=0.00001");
}

/* Without decay: P_null w stays bit by bit as far as rounding lets it, |P_row w| never falls, th
 * stays where fitting has put it: after a loss of 1e-24 the rest of the path is below rounding. The
 * same start with decay ends at w*. */
static void bn_no_decay(vf_context *context) {
  const double eta = .1;
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    double x[DIM], first[DIM], rest[DIM], fitted[DIM] = {0}, work[WORK], least = 0.0, noise = 0.0;
    uint64_t fit = 0;
    char name[TEXT];
    if (!r) return;
    bn_start(r, 21, .3, x);
    double row2 = bn_split(r, x, first);
    for (uint64_t t = 0; t < 20000; t++) {
      if (!fit && sid_problem_loss(&r->problem, x, work) < 1e-24)
        fit = t, memcpy(fitted, x, sizeof fitted);
      noise += 4.0 * ULP * bn_norm(x, r->d);
      if (!bn_step(context, r, eta, 0.0, x)) break;
      const double next = bn_split(r, x, rest);
      least = fmin(least, next - row2), row2 = next;
    }
    if (!fit) vf_error(context, r->name, "the loss does not vanish");
    bn_add(rest, first, r->d, -1.0);
    (void)snprintf(name, sizeof name, "|change of P_null w|, %s eta=0.1 lam=0 20000 steps",
                   r->name);
    vf_within(context, name, bn_norm(rest, r->d), 0.0, noise + bn_solved(r) * bn_norm(first, r->d),
              "4 roundings a step, and of the projection");
    (void)snprintf(name, sizeof name, "least growth of |P_row w|^2, %s eta=0.1 lam=0", r->name);
    vf_at_least(context, name, least, -16.0 * ULP * (double)r->d * row2, "16 d roundings");
    bn_scale(fitted, r->d, 1.0 / bn_norm(fitted, r->d));
    (void)snprintf(name, sizeof name, "|th - th at L = 1e-24|, %s eta=0.1 lam=0 20000 steps",
                   r->name);
    vf_at_most(context, name, bn_direction_distance(x, fitted, r->d), 1e-10,
               "sqrt(2 L/mu), mu > 2e-4, and 20000 roundings");
    (void)snprintf(name, sizeof name, "tan psi at the end, %s eta=0.1 lam=0", r->name);
    vf_at_least(context, name, bn_norm(first, r->d) / sqrt(row2), .3,
                "far from w*, where decay leads");
    free(r);
  }
}

/* ---- a matrix completion ---- */

typedef struct {
  uint32_t rows, cols, inner, rank, observed;
  uint64_t seed;
  double init; /* half width of the start */
} bn_shape;

typedef struct {
  sid_problem problem;
  bn_shape shape;
  double *matrix, *labels;
  double *factors; /* A, then B: matrix = A B'/sqrt(rank) */
  uint32_t *entries;
  char name[48];
} bn_completion;

static void bn_completion_free(bn_completion *m) {
  if (!m) return;
  free(m->matrix), free(m->labels), free(m->factors), free(m->entries), free(m);
}

/* The data: matrix of section 16 of the specification from stream (0, 0), positions from (0, 1);
 * labels as generated, not centred. `inner` is the number of columns of U and V, enough to fit
 * anything. NULL after an error. */
static bn_completion *bn_completion_new(vf_context *context, bn_shape shape) {
  const size_t cells = (size_t)shape.rows * shape.cols, lines = shape.rows + shape.cols;
  bn_completion *m = calloc(1, sizeof *m);
  sid_stream stream = bn_stream(shape.seed, SID_KEY_DATA, 0);
  if (m) {
    m->matrix = malloc(cells * sizeof *m->matrix),
    m->labels = malloc(shape.observed * sizeof *m->labels);
    m->factors = malloc(lines * shape.rank * sizeof *m->factors);
    m->entries = malloc(2 * (size_t)shape.observed * sizeof *m->entries);
  }
  if (!m || !m->matrix || !m->labels || !m->factors || !m->entries) {
    vf_error(context, "completion", "out of memory");
    bn_completion_free(m);
    return NULL;
  }
  m->shape = shape;
  (void)snprintf(m->name, sizeof m->name, "%dx%d rank %d, %d entries, seed %d", (int)shape.rows,
                 (int)shape.cols, (int)shape.rank, (int)shape.observed, (int)shape.seed);
  const sid_status made =
      sid_data_low_rank(&stream, shape.rows, shape.cols, shape.rank, m->matrix, m->factors);
  stream = bn_stream(shape.seed, SID_KEY_DATA, 1);
  const sid_status chosen =
      sid_data_entries(&stream, shape.rows, shape.cols, shape.observed, m->entries);
  for (size_t i = 0; i < shape.observed; i++)
    m->labels[i] = m->matrix[(size_t)m->entries[2 * i] * shape.cols + m->entries[2 * i + 1]];
  m->problem = (sid_problem){.kind = SID_BN_COMPLETION,
                             .dim = (uint32_t)lines * shape.inner,
                             .samples = shape.observed,
                             .matrix = m->matrix,
                             .labels = m->labels,
                             .rows = shape.rows,
                             .cols = shape.cols,
                             .inner = shape.inner,
                             .entries = m->entries};
  if (made == SID_OK && chosen == SID_OK && sid_problem_validate(&m->problem) == SID_OK) return m;
  vf_error(context, m->name, "the data are refused");
  bn_completion_free(m);
  return NULL;
}

/* The factor of an output in x (of U for side 0, of V for side 1). */
static size_t bn_factor(const bn_completion *m, size_t i, int side) {
  return (m->entries[2 * i + (size_t)side] + (side ? m->shape.rows : 0u)) * (size_t)m->shape.inner;
}

/* s = outputs at x; with v, ds = their derivative along v. */
static void bn_outputs(const bn_completion *m, const double *x, const double *v, double *s,
                       double *ds) {
  const size_t k = m->shape.inner;
  for (size_t i = 0; i < m->shape.observed; i++) {
    const size_t left = bn_factor(m, i, 0), right = bn_factor(m, i, 1);
    s[i] = bn_dot(x + left, x + right, k);
    if (v) ds[i] = bn_dot(v + left, x + right, k) + bn_dot(x + left, v + right, k);
  }
}

/* out += factor J(x)' a, the gradient of sum a_i s_i. */
static void bn_pull_back(const bn_completion *m, const double *a, const double *x, double factor,
                         double *out) {
  for (size_t i = 0; i < m->shape.observed; i++) {
    const size_t left = bn_factor(m, i, 0), right = bn_factor(m, i, 1);
    bn_add(out + left, x + right, m->shape.inner, factor * a[i]);
    bn_add(out + right, x + left, m->shape.inner, factor * a[i]);
  }
}

/* Mean squared error over the whole matrix of outputs normalised by the observed ones: gamma (s -
 * mu)/sd + beta. */
static double bn_test_loss(const bn_completion *m, const double *x, const double *s) {
  const size_t n = m->shape.observed, inner = m->shape.inner;
  double mu = 0.0, beta = 0.0, variance = 0.0, gamma2 = 0.0, total = 0.0;
  for (size_t i = 0; i < n; i++) mu += s[i] / (double)n, beta += m->labels[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    variance += (s[i] - mu) * (s[i] - mu) / (double)n;
    gamma2 += (m->labels[i] - beta) * (m->labels[i] - beta) / (double)n;
  }
  for (size_t r = 0; r < m->shape.rows; r++)
    for (size_t c = 0; c < m->shape.cols; c++) {
      const double output = bn_dot(x + r * inner, x + (m->shape.rows + c) * inner, inner);
      const double error =
          sqrt(gamma2 / variance) * (output - mu) + beta - m->matrix[r * m->shape.cols + c];
      total += error * error / (double)(m->shape.rows * m->shape.cols);
    }
  return total;
}

/* ---- eos8: derivatives ---- */

/* Scratch of the checks below: `vectors` of p numbers, then `outputs` of n, then ref/'s
 * workspace. */
static double *bn_scratch(vf_context *context, const bn_completion *m, size_t vectors,
                          size_t outputs) {
  const size_t p = m->problem.dim, space = sid_sharpness_workspace(&m->problem, m->problem.dim);
  double *scratch = calloc(vectors * p + outputs * m->shape.observed + space, sizeof *scratch);
  if (!scratch) vf_error(context, m->name, "out of memory");
  return scratch;
}

/* At one random point: L, gradient, Hessian times v by bn_head() and the chain rule through s = (U
 * V')_entries, test loss. An output has terms of size |row of U||row of V|; `cancellation` is the
 * largest of these over the spread of the outputs. */
static void bn_completion_point(vf_context *context, const bn_completion *m, sid_stream *stream,
                                double *scratch) {
  const size_t p = m->problem.dim, n = m->shape.observed, k = m->shape.inner;
  double *x = scratch, *v = x + p, *out = v + p, *s = out + p, *ds = s + n, *slope = ds + n,
         *bend = slope + n;
  double *work = bend + n, mean = 0.0, spread = 0.0, terms = 0.0, j2 = 0.0, label2 = 0.0;
  char name[TEXT];
  (void)sid_data_fill(stream, SID_DATA_NORMAL, p, x);
  (void)sid_data_fill(stream, SID_DATA_NORMAL, p, v);
  bn_outputs(m, x, v, s, ds);
  const double loss = bn_head(n, m->labels, s, ds, slope, bend);
  for (size_t i = 0; i < n; i++) mean += s[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    const double *u = x + bn_factor(m, i, 0), *w = x + bn_factor(m, i, 1);
    spread += (s[i] - mean) * (s[i] - mean);
    terms = fmax(terms, bn_norm(u, k) * bn_norm(w, k));
    j2 += bn_dot(u, u, k) + bn_dot(w, w, k), label2 += m->labels[i] * m->labels[i] / (double)n;
  }
  const double c = sqrt(spread), cancellation = terms / sqrt(spread / (double)n),
               gamma = sqrt(label2);
  const double unit = ULP * bn_roundings(n, k) * cancellation,
               size = bn_gradient_size(gamma, c, 1.0);
  (void)snprintf(name, sizeof name, "L, %s", m->name);
  vf_within(context, name, sid_problem_loss(&m->problem, x, work), loss, 4.0 * unit * label2,
            bn_rounding_basis);
  sid_problem_gradient(&m->problem, x, out, work);
  bn_pull_back(m, slope, x, -1.0, out);
  (void)snprintf(name, sizeof name, "gradient, %s", m->name);
  vf_within(context, name, bn_norm(out, p), 0.0, unit * size * sqrt(j2), bn_rounding_basis);
  sid_problem_hessian_vector(&m->problem, x, v, out, work);
  bn_pull_back(m, bend, x, -1.0, out);
  bn_pull_back(m, slope, v, -1.0, out);
  (void)snprintf(name, sizeof name, "Hessian times v, %s", m->name);
  vf_within(context, name, bn_norm(out, p), 0.0,
            unit * (bn_hessian_size(gamma, c, sqrt(j2), bn_norm(v, p)) +
                    size * sqrt(2.0) * bn_norm(v, p)),
            bn_rounding_basis);
  (void)snprintf(name, sizeof name, "test loss, %s", m->name);
  const double test = bn_test_loss(m, x, s);
  vf_within(context, name, sid_problem_test_loss(&m->problem, x, work), test,
            8.0 * unit * (test + label2), bn_rounding_basis);
}

static const bn_shape bn_small_shapes[] = {
    {6, 5, 3, 2, 17, 1, .3}, {4, 9, 9, 3, 20, 2, .3}, {10, 10, 10, 1, 60, 1, .3}};

enum { SMALL_SHAPES = sizeof bn_small_shapes / sizeof bn_small_shapes[0] };

static void bn_completion_derivatives(vf_context *context) {
  for (int which = 0; which < SMALL_SHAPES; which++) {
    bn_completion *m = bn_completion_new(context, bn_small_shapes[which]);
    double *scratch = m ? bn_scratch(context, m, 3, 4) : NULL;
    sid_stream stream = bn_stream(4, SID_KEY_START, (uint64_t)which);
    for (int k = 0; scratch && k < 3; k++) bn_completion_point(context, m, &stream, scratch);
    free(scratch);
    bn_completion_free(m);
  }
}

/* ---- eos8: the data ---- */

/* What Figure 1 needs: M = A B'/sqrt(rank). */
static void bn_data(vf_context *context) {
  for (int which = 0; which < SMALL_SHAPES; which++) {
    bn_completion *m = bn_completion_new(context, bn_small_shapes[which]);
    double worst = 0.0;
    char name[TEXT];
    if (!m) continue;
    const size_t rank = m->shape.rank, cols = m->shape.cols, rows = m->shape.rows;
    for (size_t i = 0; i < rows * cols; i++) {
      const double *a = m->factors + i / cols * rank, *b = m->factors + (rows + i % cols) * rank;
      bn_raise(&worst, fabs(m->matrix[i] - bn_dot(a, b, rank) / sqrt((double)rank)));
    }
    (void)snprintf(name, sizeof name, "|M - A B'/sqrt(rank)|, %s", m->name);
    vf_within(context, name, worst, 0.0, 8.0 * (double)rank * 16.0 * ULP,
              "8 rank roundings of terms below 16");
    bn_completion_free(m);
  }
}

/* ---- eos8: midpoints ---- */

enum { MID_STEPS = 6, MID_COLUMNS = 4 };

/* Rows (midpoint loss, test loss, sharpness, loss; then x) of GD for MID_STEPS steps against the
 * same functions of ref/ at (w_(t-1) + w_t)/2, at step 0 at w_0 itself: the same bits. Only a loss
 * that is not scale-invariant sees the 1/2. */
static void bn_midpoint_of(vf_context *context, const char *name, const sid_problem *problem,
                           double *scratch) {
  static const int32_t all[] = {SID_MIDPOINT_LOSS, SID_MIDPOINT_TEST_LOSS, SID_MIDPOINT_SHARPNESS,
                                SID_LOSS, SID_X};
  static const int32_t some[] = {SID_MIDPOINT_LOSS, SID_LOSS, SID_X};
  const int full = problem->kind == SID_BN_COMPLETION;
  const size_t p = problem->dim, columns = full ? MID_COLUMNS : 2, width = columns + p;
  double *rows = scratch, *middle = rows + (MID_STEPS + 1) * width, *work = middle + p;
  double got[MID_COLUMNS * (MID_STEPS + 1)], wanted[MID_COLUMNS * (MID_STEPS + 1)], residual;
  uint64_t checkpoints[MID_STEPS + 1];
  const sid_segment segment = {0, .2, .1, 1.0};
  const sid_experiment experiment = {
      .problem = *problem,
      .dynamics = bn_gd,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_UNIFORM, NULL, .7},
      .seed = 3,
      .steps = MID_STEPS,
      .checkpoints = checkpoints,
      .checkpoint_count = MID_STEPS + 1,
      .observable_count = full ? 5 : 3,
      .observables = full ? all : some};
  for (uint64_t t = 0; t <= MID_STEPS; t++) checkpoints[t] = t;
  if (sid_experiment_validate(&experiment) || vf_ensemble(&experiment, 0, 1, 1, rows, NULL)) {
    vf_error(context, name, "the experiment is refused, or no memory");
    return;
  }
  for (size_t t = 0; t <= MID_STEPS; t++) {
    const double *row = rows + t * width, *x = row + columns, *before = t ? x - width : x;
    double *expected = wanted + t * columns;
    for (size_t j = 0; j < p; j++) middle[j] = .5 * (before[j] + x[j]);
    memcpy(got + t * columns, row, columns * sizeof *row);
    expected[0] = sid_problem_loss(problem, middle, work);
    if (full) expected[1] = sid_problem_test_loss(problem, middle, work);
    if (full)
      expected[2] =
          sid_sharpness_lanczos(problem, middle, SID_SHARPNESS_ITERATIONS, &residual, work);
    expected[columns - 1] = sid_problem_loss(problem, x, work);
  }
  vf_same_bits(context, name, got, wanted, columns * (MID_STEPS + 1));
}

static void bn_midpoints(vf_context *context) {
  static const double spectrum[4] = {1, 2, .5, 3};
  const sid_problem quadratic = {.kind = SID_QUADRATIC_NOISY, .dim = 4, .spectrum = spectrum};
  bn_completion *m = bn_completion_new(context, bn_small_shapes[0]);
  double *scratch = m ? bn_scratch(context, m, MID_STEPS + 3, 4) : NULL;
  if (scratch) {
    bn_midpoint_of(context, m->name, &m->problem, scratch);
    bn_midpoint_of(context, "quadratic, not scale-invariant", &quadratic, scratch);
  }
  free(scratch);
  bn_completion_free(m);
}

/* ---- eos8: the sharpness of a minimiser ---- */

/* The true factors, A and B with zeros for the columns not needed, balanced so that |U| = |V|, as
 * x. */
static void bn_truth(const bn_completion *m, double *x) {
  const size_t rank = m->shape.rank, inner = m->shape.inner, rows = m->shape.rows,
               cols = m->shape.cols;
  const double *a = m->factors, *b = m->factors + rows * rank;
  const double balance = sqrt(bn_norm(b, cols * rank) / bn_norm(a, rows * rank));
  for (size_t i = 0; i < m->problem.dim; i++) x[i] = 0.0;
  for (size_t i = 0; i < (rows + cols) * rank; i++)
    x[i / rank * inner + i % rank] = m->factors[i] * (i < rows * rank ? balance : 1.0 / balance);
}

/* lam1 at a minimiser x, whose outputs are c = (s - mean): the Hessian is (2 gamma^2/|c|^2) J' Q J
 * with Q off 1 and c, so lam1 = |x|^2 (2 gamma^2/|c|^2) lam_max(Q J J' Q). (J J')_ik = <V_c, V_c'>
 * where the rows agree + <U_r, U_r'> where the columns do. */
static double bn_minimiser_sharpness(const bn_completion *m, const double *x, double *scratch) {
  const size_t n = m->shape.observed, inner = m->shape.inner;
  double *kernel = scratch, *v = kernel + n * n, *s = v + n * n, *ones = s + n, mean = 0.0,
         c2 = 0.0, g2 = 0.0, y = 0.0;
  bn_outputs(m, x, NULL, s, NULL);
  for (size_t i = 0; i < n; i++) mean += s[i] / (double)n, y += m->labels[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    s[i] -= mean, ones[i] = 1.0 / sqrt((double)n);
    c2 += s[i] * s[i], g2 += (m->labels[i] - y) * (m->labels[i] - y) / (double)n;
  }
  for (size_t i = 0; i < n * n; i++) {
    const size_t a = i / n, b = i % n;
    const int row = m->entries[2 * a] == m->entries[2 * b],
              col = m->entries[2 * a + 1] == m->entries[2 * b + 1];
    kernel[i] = (row ? bn_dot(x + bn_factor(m, a, 1), x + bn_factor(m, b, 1), inner) : 0.0) +
                (col ? bn_dot(x + bn_factor(m, a, 0), x + bn_factor(m, b, 0), inner) : 0.0);
  }
  bn_scale(s, n, 1.0 / sqrt(c2));
  bn_project_matrix(kernel, ones, n, kernel);
  bn_project_matrix(kernel, s, n, kernel);
  bn_eigen(kernel, v, n);
  return bn_dot(x, x, m->problem.dim) * 2.0 * g2 / c2 * kernel[bn_largest(kernel, n) * (n + 1)];
}

/* At the true factors every loss is 0, and the sharpness by Lanczos is that of the formula above.
 * Jacobi's eigenvalues err by 10 n roundings of the largest. */
static void bn_completion_minimiser(vf_context *context) {
  static const bn_shape shapes[] = {
      {10, 10, 10, 1, 60, 1, .3}, {6, 5, 3, 2, 17, 1, .3}, {4, 9, 9, 3, 20, 2, .3}};
  for (int which = 0; which < 3; which++) {
    bn_completion *m = bn_completion_new(context, shapes[which]);
    const size_t n = m ? m->shape.observed : 0;
    double *scratch = m ? bn_scratch(context, m, 2, 2 * n + 2) : NULL;
    if (scratch) {
      double *x = scratch, *g = x + m->problem.dim, *kernel = g + m->problem.dim,
             *work = kernel + n * (2 * n + 2);
      double residual;
      char name[TEXT];
      bn_truth(m, x);
      const double expected = bn_minimiser_sharpness(m, x, kernel),
                   roundings = ULP * bn_roundings(n, m->shape.inner);
      (void)snprintf(name, sizeof name, "L, %s", m->name);
      vf_at_most(context, name, sid_problem_loss(&m->problem, x, work), 1e-26,
                 "square of 500 roundings");
      (void)snprintf(name, sizeof name, "test loss, %s", m->name);
      vf_at_most(context, name, sid_problem_test_loss(&m->problem, x, work), 1e-26,
                 "square of 500 roundings");
      sid_problem_gradient(&m->problem, x, g, work);
      (void)snprintf(name, sizeof name, "|x| |grad L|, %s", m->name);
      vf_at_most(context, name, bn_norm(x, m->problem.dim) * bn_norm(g, m->problem.dim),
                 1e-11 * expected, "500 roundings of the largest term");
      const double lanczos = sid_sharpness_lanczos(&m->problem, x, m->problem.dim, &residual, work);
      (void)snprintf(name, sizeof name, "lam1, %s", m->name);
      vf_within_relative(
          context, name, lanczos, expected, 10.0 * roundings + residual / expected,
          "10 n roundings of the eigenvalue, 100 of a product, and Lanczos's residual");
      (void)snprintf(name, sizeof name, "Lanczos residual/lam1, %s", m->name);
      vf_at_most(context, name, residual / expected, 1e-6, "as many vectors as dimensions");
    }
    free(scratch);
    bn_completion_free(m);
  }
}

/* ---- eos8: the law of sharpness reduction ---- */

/* Where a minimiser stands: lam1, its eigenvector v, and |grad_Gamma log lam1|^2. */
typedef struct {
  double lam1, g2;
} bn_slope;

/* lam1' along u is T(v,v,u) with T the third derivative of L on the unit sphere, and T(v,v,.) =
 * d/de H(x + e v) v at e = 0, here by a central difference, e = 1e-4: error e^2 and rounding/e,
 * below 1e-7. Gamma's tangent space is the null space of H less the direction x, and the range of H
 * is that of J' Q (see bn_minimiser_sharpness()): |P_range T|^2 = (Q J T)' (Q J J' Q)^+ (Q J T). x
 * is a unit vector; v the start of the power iteration, and its result. */
static bn_slope bn_sharpness_slope(const bn_completion *m, const double *x, double shift, double *v,
                                   double *scratch) {
  const double e = 1e-4;
  const size_t p = m->problem.dim, n = m->shape.observed;
  double *third = scratch, *side = third + p, *moved = side + p, *kernel = moved + p,
         *work = kernel + n * (2 * n + 3);
  double residual, range2 = 0.0, *t = kernel + n * (2 * n + 2);
  bn_slope slope;
  slope.lam1 = sid_sharpness_power(&m->problem, x, shift, 400, v, &residual, work);
  for (int k = 0; k < 2; k++) {
    memcpy(moved, x, p * sizeof *x);
    bn_add(moved, v, p, k ? -e : e);
    sid_problem_hessian_vector(&m->problem, moved, v, k ? side : third, work);
  }
  bn_add(third, side, p, -1.0);
  bn_scale(third, p, 1.0 / (2.0 * e));
  bn_add(third, x, p, -bn_dot(third, x, p));
  (void)bn_minimiser_sharpness(
      m, x, kernel); /* leaves eigenvalues, eigenvectors, direction of the outputs and of 1 */
  const double *vectors = kernel + n * n;
  bn_outputs(m, x, third, moved, t);
  for (int k = 0; k < 2; k++)
    bn_add(t, vectors + n * n + (size_t)k * n, n, -bn_dot(t, vectors + n * n + (size_t)k * n, n));
  const double largest = kernel[bn_largest(kernel, n) * (n + 1)];
  for (size_t i = 0; i < n; i++) {
    double along = 0.0;
    if (kernel[i * (n + 1)] < 1e-9 * largest) continue; /* 1 and the outputs */
    for (size_t k = 0; k < n; k++) along += vectors[k * n + i] * t[k];
    range2 += along * along / kernel[i * (n + 1)];
  }
  slope.g2 = (bn_dot(third, third, p) - range2) / (slope.lam1 * slope.lam1);
  return slope;
}

/* GD without decay from the uniform start until L < 1e-26; x becomes a unit vector. */
static int bn_fit_completion(vf_context *context, const bn_completion *m, double eta, double *x,
                             double *work) {
  sid_stream stream = bn_stream(m->shape.seed, SID_KEY_START, 0);
  for (size_t j = 0; j < m->problem.dim; j++)
    x[j] = m->shape.init * (2.0 * sid_stream_uniform(&stream) - 1.0);
  for (int t = 0; t < 20000; t++) {
    if (sid_problem_loss(&m->problem, x, work) < 1e-26) {
      bn_scale(x, m->problem.dim, 1.0 / bn_norm(x, m->problem.dim));
      return 1;
    }
    if (sid_step(&m->problem, &bn_gd, eta, 0.0, x, NULL, work)) break;
  }
  vf_error(context, m->name, "the loss does not vanish");
  return 0;
}

/* Change of log lam1 along GD with decay over tau = 1/4 from the edge, and what (3) gives for
 * it. */
typedef struct {
  double change, law, quadrature; /* the last: an estimate of the error of the integral in law */
} bn_law;

/* Simpson's rule over 8 intervals of length h, and in *error its difference to 4 intervals over
 * 15. */
static double bn_simpson(const double *value, double h, double *error) {
  double fine = value[0] + value[8], coarse = fine;
  for (int k = 1; k < 8; k++) fine += value[k] * (k % 2 ? 4.0 : 2.0);
  for (int k = 2; k < 8; k += 2) coarse += value[k] * (k % 4 ? 4.0 : 2.0);
  *error = fabs(fine * h / 3.0 - coarse * 2.0 * h / 3.0) / 15.0;
  return fine * h / 3.0;
}

/* With h_t the amplitude along v: log lam1 falls by g^2 h^2 a step; log et grows by 2 ein - 4 h^2,
 * and et lam1 = 2
 * + u, so the sum of (4 + g^2) h^2 is 2 ein T less half the change of u. So log lam1 changes by
 * minus the integral of 2 g^2/(4 + g^2) dtau, plus half the change of u times the mean of g^2/(4 +
 * g^2). Start at the mean amplitude h^2 = 2 ein/(4 + g^2). Sharpness and slope at nine midpoints of
 * two iterates. x0: a minimiser of unit length. */
static int bn_law_run(const bn_completion *m, const double *x0, double ein, bn_law *law,
                      double *scratch) {
  enum { INTERVALS = 8 };
  const double eta = .5;
  const size_t p = m->problem.dim;
  const uint64_t every = (uint64_t)llround(.25 / ein / INTERVALS);
  double *x = scratch, *y = x + p, *v = y + p, *rest = v + p, rate[INTERVALS + 1] = {0},
         log_lam1[2] = {0}, u[2] = {0};
  for (size_t j = 0; j < p; j++) v[j] = sin(1.0 + (double)(j * j));
  for (int k = 0; k < 2; k++) (void)bn_sharpness_slope(m, x0, 3.0, v, rest);
  const bn_slope start = bn_sharpness_slope(m, x0, 3.0, v, rest);
  memcpy(x, x0, p * sizeof *x);
  bn_add(x, v, p, sqrt(2.0 * ein / (4.0 + start.g2)));
  bn_scale(x, p, sqrt(eta * start.lam1 / (2.0 * (1.0 - ein))) / bn_norm(x, p));
  for (uint64_t t = 0; t <= INTERVALS * every; t++) {
    memcpy(y, x, p * sizeof *x);
    if (sid_step(&m->problem, &bn_gd, eta, ein / eta, x, NULL, rest)) return 0;
    if (t % every) continue;
    bn_add(y, x, p, 1.0);
    bn_scale(y, p, 1.0 / bn_norm(y, p));
    const bn_slope here = bn_sharpness_slope(m, y, 3.0, v, rest);
    const int last = t > 0;
    rate[t / every] = here.g2 / (4.0 + here.g2);
    log_lam1[last] = log(here.lam1);
    u[last] = eta / ((1.0 - ein) * bn_dot(x, x, p)) * here.lam1 - 2.0;
  }
  const double length = (double)every * ein, integral = bn_simpson(rate, length, &law->quadrature);
  law->quadrature *= 2.0;
  law->change = log_lam1[1] - log_lam1[0];
  law->law = -2.0 * integral + .5 * (u[1] - u[0]) * integral / (INTERVALS * length);
  return 1;
}

/* (3) in a loss with a manifold of minimisers of dimension p - n + 1, while the top eigenvalue is
 * alone (Assumption 4.6). What is left out is of the next order in ein, relative to a change of .2
 * to .4. */
static void bn_sharpness_law(vf_context *context) {
  static const bn_shape shapes[] = {{10, 10, 10, 1, 60, 1, .3}, {6, 5, 4, 2, 17, 1, .3}};
  static const double eins[] = {1e-3, 2.5e-4, 1.25e-4};
  for (int which = 0; which < 2; which++) {
    bn_completion *m = bn_completion_new(context, shapes[which]);
    double *scratch = m ? bn_scratch(context, m, 8, 2 * (size_t)m->shape.observed + 8) : NULL;
    double *x = scratch, *rest = scratch ? x + m->problem.dim : NULL;
    if (scratch && bn_fit_completion(context, m, .5, x, rest))
      for (int k = 0; k < 3; k++) {
        bn_law law;
        char name[TEXT];
        (void)snprintf(name, sizeof name, "change of log lam1 in tau=0.25, %s eta=0.5 ein=%g",
                       m->name, eins[k]);
        if (bn_law_run(m, x, eins[k], &law, rest))
          vf_within(context, name, law.change, law.law, eins[k] + law.quadrature,
                    "next order, ein, and the error of Simpson's rule");
        else
          vf_error(context, name, "a step failed");
      }
    free(scratch);
    bn_completion_free(m);
  }
}

/* ---- eos8: at the edge ---- */

/* On GD with decay d = w_(t+1) - w_t and e = w_(t+2) - w_t satisfy eta (g_(t+1) - g_t) = (2 - ein)
 * d - e: so the curvature of L between two iterates is (2 - ein)/eta up to |e|/|d|, which is 0 on
 * an orbit of period two. Sharpness at the midpoint differs from it by third derivatives: et lam1 -
 * 2 = O(ein). */
static int bn_edge_run(vf_context *context, const bn_completion *m, double ein, double *scratch,
                       double *excess) {
  const double eta = .5;
  const size_t p = m->problem.dim;
  double *x = scratch, *before = x + p, *old = before + p, *g = old + p, *work = g + p, residual;
  sid_stream stream = bn_stream(m->shape.seed, SID_KEY_START, 0);
  char name[TEXT];
  for (size_t j = 0; j < p; j++) x[j] = m->shape.init * (2.0 * sid_stream_uniform(&stream) - 1.0);
  for (uint64_t t = 0; t < (uint64_t)llround(20.0 / ein); t++) {
    memcpy(old, before, p * sizeof *x);
    memcpy(before, x, p * sizeof *x);
    if (sid_step(&m->problem, &bn_gd, eta, ein / eta, x, NULL, work)) return 0;
  }
  /* old = w_t, before = w_(t+1), x = w_(t+2) */
  double along = 0.0, d2 = 0.0, e2 = 0.0;
  sid_problem_gradient(&m->problem, before, g, work);
  for (size_t j = 0; j < p; j++) {
    const double d = before[j] - old[j];
    along += g[j] * d, d2 += d * d, e2 += (x[j] - old[j]) * (x[j] - old[j]);
  }
  sid_problem_gradient(&m->problem, old, g, work);
  for (size_t j = 0; j < p; j++) along -= g[j] * (before[j] - old[j]);
  (void)snprintf(name, sizeof name, "eta (curvature between iterates), %s eta=0.5 ein=%g", m->name,
                 ein);
  vf_within(context, name, eta * along / d2, 2.0 - ein, sqrt(e2 / d2) + 1e-12,
            "|w_(t+2) - w_t|/|w_(t+1) - w_t|");
  (void)snprintf(name, sizeof name, "|w_(t+2) - w_t|/|w_(t+1) - w_t|, %s eta=0.5 ein=%g", m->name,
                 ein);
  vf_at_most(context, name, sqrt(e2 / d2), 1e-2,
             "an orbit of period two, but for the slow end of the flow");
  bn_add(before, x, p, 1.0);
  *excess = eta / ((1.0 - ein) * bn_dot(x, x, p)) *
                sid_sharpness_lanczos(&m->problem, before, (uint32_t)p, &residual, work) -
            2.0;
  return 1;
}

static void bn_edge_balance(vf_context *context) {
  enum { COUNT = 4 };
  static const bn_shape shapes[] = {{10, 10, 10, 1, 60, 1, .3}, {10, 10, 10, 1, 60, 3, .3}};
  for (int which = 0; which < 2; which++) {
    bn_completion *m = bn_completion_new(context, shapes[which]);
    double *scratch = m ? bn_scratch(context, m, 4, 0) : NULL, excess[COUNT];
    char name[TEXT];
    int done = scratch != NULL;
    for (int k = 0; done && k < COUNT; k++)
      done = bn_edge_run(context, m, ldexp(8e-3, -k), scratch, excess + k);
    if (done) {
      (void)snprintf(name, sizeof name, "et lam1 - 2, %s eta=0.5 ein=0.008 to 0", m->name);
      vf_limit(context, name, excess, COUNT, 1, 0.0, 1e-6, 1e-3);
    } else {
      vf_error(context, "edge", "a step failed, or no memory");
    }
    free(scratch);
    bn_completion_free(m);
  }
}

/* ---- eos8, eos10: training ---- */

enum { TRAIN_COLUMNS = 5, TRAIN_STARTS = 3 };

enum { TRAIN_NORM, TRAIN_LOSS, TRAIN_TEST, TRAIN_SHARPNESS, TRAIN_RATE };

static const int32_t bn_train_observables[TRAIN_COLUMNS] = {
    SID_NORM2, SID_MIDPOINT_LOSS, SID_MIDPOINT_TEST_LOSS, SID_MIDPOINT_SHARPNESS, SID_EFFECTIVE_LR};

typedef struct {
  bn_shape shape;
  double eta, lam;
  uint32_t starts, points; /* rows 0, every, 2 every, ... */
  uint64_t every;
} bn_training;

/* Rows of all starts: start by start, `points` each. NULL after an error; to be freed. */
static double *bn_train(vf_context *context, const bn_completion *m, const bn_training *one) {
  const size_t points = one->points;
  double *rows = malloc(sizeof *rows * one->starts * points * TRAIN_COLUMNS);
  uint64_t *checkpoints = malloc(sizeof *checkpoints * points);
  vf_end ends[TRAIN_STARTS];
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const sid_experiment experiment = {
      .problem = m->problem,
      .dynamics = bn_gd,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_UNIFORM, NULL, one->shape.init},
      .seed = one->shape.seed,
      .steps = (points - 1) * one->every,
      .checkpoints = checkpoints,
      .checkpoint_count = one->points,
      .observable_count = TRAIN_COLUMNS,
      .observables = bn_train_observables};
  const char *fault = rows && checkpoints ? NULL : "out of memory";
  for (size_t k = 0; !fault && k < points; k++) checkpoints[k] = k * one->every;
  if (!fault && sid_experiment_validate(&experiment)) fault = "the experiment is refused";
  if (!fault && vf_ensemble(&experiment, 0, one->starts, vf_jobs(context), rows, ends))
    fault = "out of memory";
  for (uint32_t i = 0; !fault && i < one->starts; i++)
    if (ends[i].status) fault = sid_status_text(ends[i].status);
  if (fault) vf_error(context, m->name, fault);
  if (fault) free(rows);
  free(checkpoints);
  return fault ? NULL : rows;
}

/* et lam1 at a row. */
static double bn_train_edge(const bn_training *one, const double *row) {
  return row[TRAIN_RATE] / (1.0 - one->eta * one->lam) * row[TRAIN_SHARPNESS];
}

/* First row, but for the start, where et lam1 >= 2; the last if none. */
static size_t bn_train_entry(const bn_training *one, const double *rows) {
  size_t k = 1;
  while (k + 1 < one->points && bn_train_edge(one, rows + k * TRAIN_COLUMNS) < 2.0) k++;
  return k;
}

/* The panels of Figure 1 for one start, with et lam1. */
static void bn_train_series(vf_context *context, const bn_training *one, const double *rows,
                            const char *name) {
  static const char *const columns[] = {"step",
                                        "el*step",
                                        "norm2",
                                        "training loss at midpoint",
                                        "test loss at midpoint",
                                        "spherical sharpness at midpoint",
                                        "et lam1"};
  double *table = malloc(sizeof *table * 7 * one->points);
  if (!table) {
    vf_error(context, name, "out of memory");
    return;
  }
  for (size_t k = 0; k < one->points; k++) {
    const double *row = rows + k * TRAIN_COLUMNS, step = (double)(k * one->every);
    const double values[7] = {step,
                              step * one->eta * one->lam,
                              row[TRAIN_NORM],
                              row[TRAIN_LOSS],
                              row[TRAIN_TEST],
                              row[TRAIN_SHARPNESS],
                              bn_train_edge(one, row)};
    memcpy(table + 7 * k, values, sizeof values);
  }
  vf_series(context, name, columns, 7, table, one->points);
  free(table);
}

/* Spherical sharpness of the true factors, balanced: they are a minimiser too (eos8.minimiser). */
static double bn_truth_sharpness(vf_context *context, const bn_completion *m) {
  const uint32_t vectors = m->problem.dim < 300 ? m->problem.dim : 300;
  double *x = bn_scratch(context, m, 1, 0), residual = (double)NAN, value = (double)NAN;
  if (x) {
    bn_truth(m, x);
    value = sid_sharpness_lanczos(&m->problem, x, vectors, &residual, x + m->problem.dim);
    vf_at_most(context, "Lanczos residual/lam1 at the true factors", residual / value, 1e-6,
               "300 vectors");
  }
  free(x);
  return value;
}

/* What Figure 1 claims of one start: the loss is small before the edge; from there on the sharpness
 * falls, never rising above its least value so far by more than the oscillation, of size sqrt(el),
 * makes with a slope of log lam1 of about 2; et lam1 stays at 2 up to the |u| <= 2 sqrt(el (E - 1))
 * of the Hamiltonian with an energy E <= 5, once the entry is over; the test loss falls by a factor
 * 5 or more; the end is at least as flat as the truth. */
static void bn_train_claims(vf_context *context, const bn_completion *m, const bn_training *one,
                            const double *rows, uint32_t start, double truth) {
  const size_t entry = bn_train_entry(one, rows), last = one->points - 1;
  const double *at = rows + entry * TRAIN_COLUMNS, *end = rows + last * TRAIN_COLUMNS,
               el = one->eta * one->lam;
  double loss = (double)INFINITY, least = at[TRAIN_SHARPNESS], rise = 0.0, edge = 0.0;
  char name[TEXT];
  for (size_t k = 1; k <= last; k++) {
    const double *row = rows + k * TRAIN_COLUMNS;
    if (k <= entry) loss = fmin(loss, row[TRAIN_LOSS]);
    if (k < entry) continue;
    bn_raise(&rise, row[TRAIN_SHARPNESS] / least - 1.0);
    least = fmin(least, row[TRAIN_SHARPNESS]);
    if (2 * k > entry + last) bn_raise(&edge, fabs(bn_train_edge(one, row) - 2.0));
  }
  (void)snprintf(name, sizeof name, "least loss before the edge, %s start %d eta=%g lam=%g",
                 m->name, (int)start, one->eta, one->lam);
  vf_at_most(context, name, loss, 1e-4, "the training data are fitted: 1e-4 of their variance");
  (void)snprintf(name, sizeof name, "rise of lam1 over its least value, %s start %d eta=%g lam=%g",
                 m->name, (int)start, one->eta, one->lam);
  vf_at_most(context, name, rise, 2.0 * sqrt(el),
             "oscillation sqrt(el) times |grad log lam1| about 2");
  (void)snprintf(name, sizeof name, "|et lam1 - 2| in the second half, %s start %d eta=%g lam=%g",
                 m->name, (int)start, one->eta, one->lam);
  vf_at_most(context, name, edge, 4.0 * sqrt(el), "2 sqrt(el (E - 1)), E <= 5");
  (void)snprintf(name, sizeof name, "lam1 at the end, %s start %d eta=%g lam=%g", m->name,
                 (int)start, one->eta, one->lam);
  vf_at_most(context, name, end[TRAIN_SHARPNESS], truth,
             "lam1 at the true factors, another minimiser");
  (void)snprintf(name, sizeof name, "lam1 end/entry, %s start %d eta=%g lam=%g", m->name,
                 (int)start, one->eta, one->lam);
  vf_at_most(context, name, end[TRAIN_SHARPNESS] / at[TRAIN_SHARPNESS], .6,
             "Figure 1b and row eos8: .2 to .23");
  (void)snprintf(name, sizeof name, "test loss end/entry, %s start %d eta=%g lam=%g", m->name,
                 (int)start, one->eta, one->lam);
  vf_at_most(
      context, name, end[TRAIN_TEST] / at[TRAIN_TEST], .2,
      "Figure 1a and row eos8: .004 to .013; no theorem, it depends on the data, up to .14 here");
}

/* |w_0|^2 of the uniform start. */
static void bn_train_start(vf_context *context, const bn_completion *m, const bn_training *one,
                           const double *row, uint32_t start) {
  sid_stream stream = bn_stream(one->shape.seed, SID_KEY_START, start);
  const double p = m->problem.dim;
  double sum = 0.0;
  char name[TEXT];
  for (uint32_t j = 0; j < m->problem.dim; j++) {
    const double x = one->shape.init * (2.0 * sid_stream_uniform(&stream) - 1.0);
    sum += x * x;
  }
  (void)snprintf(name, sizeof name, "|w_0|^2, %s start %d", m->name, (int)start);
  vf_within_relative(context, name, row[TRAIN_NORM], sum, (p + 4.0) * ULP, "p + 4 roundings");
}

/* All starts; they end with the same sharpness, the least there is, up to order el. */
static void bn_train_case(vf_context *context, const bn_training *one) {
  bn_completion *m = bn_completion_new(context, one->shape);
  double *rows = m ? bn_train(context, m, one) : NULL;
  if (rows) {
    const double truth = bn_truth_sharpness(context, m);
    const size_t stride = (size_t)one->points * TRAIN_COLUMNS;
    double low = (double)INFINITY, high = 0.0;
    char name[TEXT];
    for (uint32_t i = 0; i < one->starts; i++) {
      const double end = rows[(i + 1) * stride - TRAIN_COLUMNS + TRAIN_SHARPNESS];
      bn_train_start(context, m, one, rows + i * stride, i);
      bn_train_claims(context, m, one, rows + i * stride, i, truth);
      low = fmin(low, end), high = fmax(high, end);
      (void)snprintf(name, sizeof name, "%s start %d eta=%g lam=%g", m->name, (int)i, one->eta,
                     one->lam);
      bn_train_series(context, one, rows + i * stride, name);
    }
    if (one->starts > 1) {
      (void)snprintf(name, sizeof name, "spread of lam1 at the end over %d starts, %s",
                     (int)one->starts, m->name);
      vf_at_most(context, name, high / low - 1.0, one->eta * one->lam,
                 "the flattest minimiser, up to order el");
    }
  }
  free(rows);
  bn_completion_free(m);
}

static const bn_training bn_trainings[] = {{{10, 10, 10, 1, 60, 1, .3}, .5, .004, 3, 76, 100},
                                           {{16, 16, 16, 1, 96, 1, .3}, .5, .004, 2, 76, 100}};

static void bn_reduction(vf_context *context) {
  for (int k = 0; k < 2; k++) bn_train_case(context, bn_trainings + k);
}

/* Row eos8 at full size, and a second matrix. */
static void bn_figure1(vf_context *context) {
  static const bn_training cases[] = {{{50, 50, 50, 2, 800, 1, .2}, .5, .002, 1, 201, 200},
                                      {{50, 50, 50, 2, 800, 4, .2}, .5, .002, 1, 201, 200}};
  for (int k = 0; k < 2; k++) bn_train_case(context, cases + k);
}

/* ---- eos10: without weight decay ---- */

/* The trainings above with lam = 0: |w|^2 never falls, so et never grows; once fitted nothing
 * moves; sharpness and test loss stay where decay takes them down from. After a loss below 1e-20
 * the rest of the path is below sqrt(2 L/mu), mu the least eigenvalue on the range of the Hessian,
 * here above 1e-3: 1e-8, and log lam1 and the test loss have slopes below 100. */
static void bn_train_no_decay(vf_context *context, const bn_training *decayed) {
  bn_training one = *decayed;
  bn_completion *m = bn_completion_new(context, one.shape);
  one.lam = 0.0;
  double *with = m ? bn_train(context, m, decayed) : NULL,
         *rows = m && with ? bn_train(context, m, &one) : NULL;
  const size_t last = one.points - 1, stride = (size_t)one.points * TRAIN_COLUMNS;
  for (uint32_t i = 0; rows && i < one.starts; i++) {
    const double *mine = rows + i * stride, *end = mine + last * TRAIN_COLUMNS;
    const double *other = with + i * stride + last * TRAIN_COLUMNS;
    double growth = (double)INFINITY, sharpness = 0.0, test = 0.0;
    size_t fitted = 0;
    char name[TEXT];
    for (size_t k = 1; k <= last; k++) {
      const double *row = mine + k * TRAIN_COLUMNS;
      growth = fmin(growth, row[TRAIN_NORM] / row[TRAIN_NORM - TRAIN_COLUMNS] - 1.0);
      if (!fitted && row[TRAIN_LOSS] < 1e-20) fitted = k;
      if (!fitted) continue;
      bn_raise(&sharpness, fabs(log(row[TRAIN_SHARPNESS] / end[TRAIN_SHARPNESS])));
      bn_raise(&test, fabs(log(row[TRAIN_TEST] / end[TRAIN_TEST])));
    }
    (void)snprintf(name, sizeof name, "rows after the fit, %s start %d eta=%g lam=0", m->name,
                   (int)i, one.eta);
    vf_at_least(context, name, (double)(fitted ? last - fitted : 0), .5 * (double)last,
                "most of the run");
    (void)snprintf(name, sizeof name, "least growth of |w|^2, %s start %d eta=%g lam=0", m->name,
                   (int)i, one.eta);
    vf_at_least(context, name, growth, -4.0 * ULP * (double)one.every, "4 roundings a step");
    (void)snprintf(name, sizeof name, "change of log lam1 after the fit, %s start %d eta=%g lam=0",
                   m->name, (int)i, one.eta);
    vf_at_most(context, name, sharpness, 1e-6, "sqrt(2 L/mu) times a slope below 100");
    (void)snprintf(name, sizeof name,
                   "change of log test loss after the fit, %s start %d eta=%g lam=0", m->name,
                   (int)i, one.eta);
    vf_at_most(context, name, test, 1e-6, "sqrt(2 L/mu) times a slope below 100");
    (void)snprintf(name, sizeof name, "lam1 without decay/with lam=%g, %s start %d", decayed->lam,
                   m->name, (int)i);
    vf_at_least(context, name, end[TRAIN_SHARPNESS] / other[TRAIN_SHARPNESS], 1.5,
                "Section 6: it stops changing");
    (void)snprintf(name, sizeof name, "test loss without decay/with lam=%g, %s start %d",
                   decayed->lam, m->name, (int)i);
    vf_at_least(context, name, end[TRAIN_TEST] / other[TRAIN_TEST], 10.0,
                "Section 6: it stops changing");
    (void)snprintf(name, sizeof name, "%s start %d eta=%g lam=0", m->name, (int)i, one.eta);
    bn_train_series(context, &one, mine, name);
  }
  free(rows), free(with);
  bn_completion_free(m);
}

static void bn_ablation_decay(vf_context *context) {
  for (int k = 0; k < 2; k++) bn_train_no_decay(context, bn_trainings + k);
}

static void bn_ablation_decay_full(vf_context *context) {
  static const bn_training one = {{50, 50, 50, 2, 800, 1, .2}, .5, .002, 1, 101, 200};
  bn_train_no_decay(context, &one);
}

/* ---- eos10: without normalisation ---- */

/* The regression without normalisation, (1/n) sum (<x_i, w> + b - y_i)^2 with the best b, in the
 * axes of the row space (basis `row`) and of the null space: coordinates k < rank have curvature
 * a_k = 2 |Xc q_k|^2/n and slope b_k = 2 <t, Xc q_k>/n at 0, the others none. GD commutes with the
 * rotation. L lacks gamma^2. */
typedef struct {
  double a[DIM], b[DIM], largest;
  sid_problem problem;
} bn_plain;

static void bn_plain_set(bn_plain *plain, const bn_regression *r) {
  memset(plain, 0, sizeof *plain);
  for (size_t k = 0; k < r->rank; k++) {
    for (size_t i = 0; i < r->n; i++) {
      const double output = bn_dot(r->centred + i * r->d, r->row + k * r->d, r->d);
      plain->a[k] += 2.0 * output * output / (double)r->n;
      plain->b[k] += 2.0 * output * r->t[i] / (double)r->n;
    }
    plain->largest = fmax(plain->largest, plain->a[k]);
  }
  plain->problem = (sid_problem){.kind = SID_QUADRATIC_SAMPLES,
                                 .noise = SID_NOISE_SAMPLES,
                                 .dim = (uint32_t)r->d,
                                 .samples = 1,
                                 .a = plain->a,
                                 .b = plain->b};
}

/* GD on it from 1 in every coordinate: w_k = w_k(infinity) + (1 - eta (a_k + lam))^t (1 -
 * w_k(infinity)), w_k(infinity) = b_k/(a_k + lam). The curvature is a wherever w is, so eta lam1 is
 * what eta makes it and no edge attracts; without decay the null space is not moved by a bit; with
 * decay the end is ridge regression, of loss sum a_k (w_k - b_k/a_k)^2/2 > 0, and not a minimiser.
 * The normalised loss on the same data, with the same eta, el and t: sharpness and w go to the
 * flattest minimiser. */
static void bn_plain_case(vf_context *context, const bn_regression *r, double lam) {
  enum { STEPS = 4000 };
  bn_plain plain;
  bn_plain_set(&plain, r);
  const double eta = .5 / plain.largest;
  double w[DIM], unit[DIM] = {0}, before[DIM], after[DIM], worst = 0.0, moved = 0.0, bias = 0.0,
                 work[WORK];
  char name[TEXT];
  for (size_t k = 0; k < r->d; k++) w[k] = 1.0, unit[k] = plain.a[k] == plain.largest ? 1.0 : 0.0;
  sid_problem_hessian_vector(&plain.problem, w, unit, before, work);
  for (int t = 0; t < STEPS; t++)
    if (sid_step(&plain.problem, &bn_gd, eta, lam, w, NULL, work))
      vf_error(context, r->name, "a step failed");
  sid_problem_hessian_vector(&plain.problem, w, unit, after, work);
  for (size_t k = 0; k < r->d; k++) {
    const double rate = plain.a[k] + lam, end = rate > 0.0 ? plain.b[k] / rate : 1.0;
    bn_raise(&worst, fabs(w[k] - (end + pow(1.0 - eta * rate, STEPS) * (1.0 - end))));
    if (k >= r->rank) bn_raise(&moved, fabs(w[k] - 1.0));
    if (k < r->rank)
      bias += .5 * plain.a[k] * (w[k] - plain.b[k] / plain.a[k]) * (w[k] - plain.b[k] / plain.a[k]);
  }
  (void)snprintf(name, sizeof name, "weights after 4000 steps, plain, %s lam=%g", r->name, lam);
  vf_within(context, name, worst, 0.0, 8.0 * STEPS * ULP * (1.0 + bn_norm(w, r->d)),
            "8 roundings a step");
  (void)snprintf(name, sizeof name, "Hessian along its top eigenvector, plain, %s lam=%g", r->name,
                 lam);
  vf_same_bits(context, name, after, before, r->d);
  (void)snprintf(name, sizeof name, "training loss, plain, %s lam=%g", r->name, lam);
  vf_within(context, name, sid_problem_loss(&plain.problem, w, work) + r->gamma * r->gamma, bias,
            64.0 * (double)r->d * ULP *
                    (1.0 + r->gamma * r->gamma + plain.largest * bn_dot(w, w, r->d)) +
                bn_solved(r),
            "64 d roundings of the terms, and of gamma^2 = sum b^2/(2 a)");
  if (lam == 0.0) {
    (void)snprintf(name, sizeof name, "null space, plain, %s lam=0", r->name);
    vf_within(context, name, moved, 0.0, 0.0, "not a bit: a = b = 0");
  } else {
    (void)snprintf(name, sizeof name, "training loss over gamma^2, plain, %s lam=%g", r->name, lam);
    vf_at_least(context, name,
                (sid_problem_loss(&plain.problem, w, work) + r->gamma * r->gamma) /
                    (r->gamma * r->gamma),
                1e-6, "the bias of ridge regression");
  }
}

static void bn_no_normalisation(vf_context *context) {
  for (int which = 0; which < REGRESSIONS; which++) {
    bn_regression *r = bn_regression_new(context, which);
    double x[DIM], midpoint[DIM], before[DIM] = {0}, residual[2];
    const double eta = .1, ein = 2e-3;
    char name[TEXT];
    if (!r) return;
    bn_plain_case(context, r, 0.0);
    bn_plain_case(context, r, .02);
    double *space = malloc(sizeof *space * sid_sharpness_workspace(&r->problem, 2 * DIM));
    if (!space) vf_error(context, r->name, "out of memory");
    bn_place(r, 1.0, 0.0, 1.0, x);
    const double start =
        space ? sid_sharpness_lanczos(&r->problem, x, 2 * DIM, residual, space) : (double)NAN;
    bn_place(r, 1.0, .1 * sqrt(ein), bn_edge(r, eta, ein), x);
    for (int t = 0; space && t < 4000; t++) {
      memcpy(before, x, sizeof before);
      if (!bn_step(context, r, eta, ein / eta, x)) break;
    }
    memcpy(midpoint, x, sizeof midpoint);
    bn_add(midpoint, before, r->d, 1.0);
    const double end =
        space ? sid_sharpness_lanczos(&r->problem, midpoint, 2 * DIM, residual + 1, space)
              : (double)NAN;
    (void)snprintf(name, sizeof name, "lam1 end/start, normalised, %s psi=1 el=0.002 4000 steps",
                   r->name);
    vf_within_relative(context, name, end / start, cos(1.0) * cos(1.0), 20.0 * ein,
                       "cos(psi)^2 at the start; order el at the end, as in eos7.stationary");
    free(space);
    free(r);
  }
}

/* (1/n) sum (<U_r, V_c> - y)^2 without normalisation, by GD in plain C (ref/ has no such problem)
 * from the same start as the normalised training: outputs s and gradient; returns the loss. */
static double bn_plain_gradient(const bn_completion *m, const double *x, double *s, double *g) {
  const size_t n = m->shape.observed;
  double loss = 0.0;
  bn_outputs(m, x, NULL, s, NULL);
  for (size_t i = 0; i < n; i++) {
    const double error = s[i] - m->labels[i];
    loss += error * error / (double)n;
    s[i] = 2.0 * error / (double)n;
  }
  for (size_t j = 0; j < m->problem.dim; j++) g[j] = 0.0;
  bn_pull_back(m, s, x, 1.0, g);
  return loss;
}

static double bn_plain_test(const bn_completion *m, const double *x) {
  const size_t rows = m->shape.rows, cols = m->shape.cols, k = m->shape.inner;
  double total = 0.0;
  for (size_t i = 0; i < rows * cols; i++) {
    const double error = bn_dot(x + i / cols * k, x + (rows + i % cols) * k, k) - m->matrix[i];
    total += error * error / (double)(rows * cols);
  }
  return total;
}

/* Section 6, first ablation, on Figure 1's problem: without normalisation and decay GD fits the
 * data and stops where it is, at a test loss far above that of the normalised loss with decay; the
 * rest of its path is as in eos10.no-decay. (With decay the un-normalised loss is a different
 * thing, explicit regularisation by the nuclear norm; the paper removes normalisation from a
 * network.) */
static void bn_plain_completion(vf_context *context) {
  static const char *const columns[] = {"step", "training loss", "test loss"};
  enum { ROWS = 111, EVERY = 50 };
  const double eta = 2.0;
  const bn_training *one = bn_trainings;
  bn_completion *m = bn_completion_new(context, one->shape);
  double *scratch = m ? bn_scratch(context, m, 2, 1) : NULL,
         *rows = m ? bn_train(context, m, one) : NULL;
  if (scratch && rows) {
    double *x = scratch, *g = x + m->problem.dim, *s = g + m->problem.dim, table[ROWS * 3],
           fitted = (double)NAN;
    sid_stream stream = bn_stream(one->shape.seed, SID_KEY_START, 0);
    for (size_t j = 0; j < m->problem.dim; j++)
      x[j] = one->shape.init * (2.0 * sid_stream_uniform(&stream) - 1.0);
    for (size_t t = 0; t < (size_t)ROWS * EVERY; t++) {
      const double loss = bn_plain_gradient(m, x, s, g);
      if (t % EVERY == 0) {
        double *row = table + t / EVERY * 3;
        row[0] = (double)t, row[1] = loss, row[2] = bn_plain_test(m, x);
        if (isnan(fitted) && loss < 1e-16) fitted = row[2];
      }
      bn_add(x, g, m->problem.dim, -eta);
    }
    const double end = table[3 * ROWS - 1],
                 normalised = rows[(one->points - 1) * TRAIN_COLUMNS + TRAIN_TEST];
    vf_at_most(context, "change of log test loss after the fit, plain, eta=2 lam=0",
               fabs(log(end / fitted)), 1e-5,
               "sqrt(2 L/mu) at L = 1e-16, mu > 1e-3, times a slope of about 2/sqrt(test loss)");
    vf_at_least(context, "test loss, plain with lam=0/normalised with lam=0.004", end / normalised,
                10.0, "Section 6: it stops improving");
    vf_series(context, "10x10 without normalisation and decay", columns, 3, table, ROWS);
  }
  free(rows), free(scratch);
  bn_completion_free(m);
}

/* ---- eos7: Lanczos and the power iteration themselves ---- */

/* A plain Lanczos iteration of `count` vectors from the start vector of the specification, section
 * 14, and the eigenvalues of its matrix by Jacobi's method: largest eigenvalue and residual |H y -
 * value y| = b |last component|. */
static void bn_lanczos(const bn_regression *r, const double *x, size_t count, double *value,
                       double *residual) {
  const size_t d = r->d;
  double t[DIM * DIM] = {0}, v[DIM * DIM], q[DIM], old[DIM] = {0}, w[DIM], work[WORK], b = 0.0;
  const double r2 = bn_dot(x, x, d);
  sid_stream stream = bn_stream(0, 3, 0);
  sid_stream_normals(&stream, q, d);
  bn_scale(q, d, 1.0 / bn_norm(q, d));
  for (size_t i = 0; i < count; i++) {
    if (i) t[i * count + i - 1] = t[(i - 1) * count + i] = b;
    sid_problem_hessian_vector(&r->problem, x, q, w, work);
    bn_scale(w, d, r2);
    t[i * (count + 1)] = bn_dot(w, q, d);
    bn_add(w, q, d, -t[i * (count + 1)]);
    bn_add(w, old, d, -b);
    b = bn_norm(w, d);
    memcpy(old, q, sizeof old);
    memcpy(q, w, sizeof q);
    bn_scale(q, d, 1.0 / b);
  }
  bn_eigen(t, v, count);
  const size_t top = bn_largest(t, count);
  *value = t[top * (count + 1)];
  *residual = b * fabs(v[(count - 1) * count + top]);
}

/* Few vectors, so that the residual is far from 0. Rounding: the iteration amplifies it by the
 * ratios of the b's, 1e3 here. */
static void bn_iterations(vf_context *context) {
  static const uint32_t counts[] = {1, 2, 3, 5, 8};
  bn_regression *r = bn_regression_new(context, 0);
  double *space = r ? malloc(sizeof *space * sid_sharpness_workspace(&r->problem, 2 * DIM)) : NULL;
  if (r && !space) vf_error(context, r->name, "out of memory");
  for (uint64_t k = 0; space && k < 10; k++) {
    double x[DIM], v[DIM], hv[DIM], work[WORK], value, residual, expected, expected_residual;
    char name[TEXT];
    bn_start(r, 30 + k % 2, k % 2 ? .1 : 1.0, x);
    const double unit = 1e3 * ULP * bn_roundings(r->n, r->d) * bn_cancellation(r, x);
    bn_lanczos(r, x, counts[k / 2], &expected, &expected_residual);
    value = sid_sharpness_lanczos(&r->problem, x, counts[k / 2], &residual, space);
    const double size = fabs(expected) + expected_residual;
    (void)snprintf(name, sizeof name, "Lanczos with %d vectors, point %d", (int)counts[k / 2],
                   (int)(k % 2));
    vf_within(context, name, value, expected, unit * size, "1000 times the rounding of a product");
    (void)snprintf(name, sizeof name, "residual of Lanczos with %d vectors, point %d",
                   (int)counts[k / 2], (int)(k % 2));
    vf_within(context, name, residual, expected_residual, unit * size,
              "1000 times the rounding of a product");
    for (size_t j = 0; j < r->d; j++) v[j] = 1.0 + .1 * (double)j;
    value = sid_sharpness_power(&r->problem, x, 20.0, counts[k / 2], v, &residual, space);
    sid_problem_hessian_vector(&r->problem, x, v, hv, work);
    bn_scale(hv, r->d, bn_dot(x, x, r->d));
    (void)snprintf(name, sizeof name, "power iteration, %d times, point %d", (int)counts[k / 2],
                   (int)(k % 2));
    vf_within(context, name, value, bn_dot(v, hv, r->d), unit * size,
              "1000 times the rounding of a product");
    bn_add(hv, v, r->d, -value);
    (void)snprintf(name, sizeof name, "residual of the power iteration, %d times, point %d",
                   (int)counts[k / 2], (int)(k % 2));
    vf_within(context, name, residual, bn_norm(hv, r->d), unit * size,
              "1000 times the rounding of a product");
    (void)snprintf(name, sizeof name, "|v| of the power iteration, %d times, point %d",
                   (int)counts[k / 2], (int)(k % 2));
    vf_within(context, name, bn_norm(v, r->d), 1.0, 64.0 * ULP, "64 roundings");
  }
  free(space);
  free(r);
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos7.loss", "eos, Section 5, (4)", "L = 2 sy^2 - 2 sy <w,c>/|w|_Sigma", VF_QUICK,
     bn_loss_formula},
    {"eos7.derivatives", "eos, Section 5",
     "gradient and Hessian of the batch-normalised regression", VF_QUICK,
     bn_regression_derivatives},
    {"eos7.sharpness", "eos, Section 5",
     "lam1 = 2 Lam |w~|^2 at a minimiser, n-2 positive eigenvalues", VF_QUICK, bn_sharpness},
    {"eos7.sharpness-along-flow", "eos, (3), Section 5", "lam1 along tan psi = tan psi0 e^-tau",
     VF_QUICK, bn_sharpness_along_flow},
    {"eos7.iterations", "eos, Definition 1.1",
     "sharpness and residual by Lanczos and by power iteration", VF_QUICK, bn_iterations},
    {"eos7.null-space", "eos, Section 5",
     "P_null w_t = (1-el)^t P_null w_0; |P_row w|^2 changes by eta^2 |g|^2", VF_QUICK,
     bn_null_space},
    {"eos7.fit-norm", "eos, Section 3", "fitting without decay adds eta L_0 to |w|^2", VF_QUICK,
     bn_fit_norm},
    {"eos7.entry-time", "eos, Theorem 4.4", "t1 ein = (1/2) ln(|P_row w|^2/(eta Lam |w*|^2))",
     VF_QUICK, bn_entry_time},
    {"eos7.tracking", "eos, Theorems 4.7, 5.1",
     "GD with decay follows tan psi = tan psi0 e^-tau to O(sqrt(ein))", VF_QUICK, bn_tracking},
    {"eos7.stationary", "eos, Theorem 5.1, Section 4.2.3",
     "at w*: distance sqrt(ein/2), loss ein lam_min/4, |P_row w|^2 = eta Lam |w*|^2", VF_QUICK,
     bn_stationary},
    {"eos7.figure-5", "eos, Figure 5, Section 5",
     "fit, rest, edge of stability, then along the flow to w*", VF_QUICK, bn_figure5},
    {"eos7.figure-5-long", "eos, Figure 5, Section 5", "the same at ein = 1e-4 and 1e-5", VF_FULL,
     bn_figure5_full},
    {"eos7.no-decay", "eos, Sections 5, 6", "without weight decay the direction stays where it is",
     VF_QUICK, bn_no_decay},
    {"eos8.derivatives", "eos, Figure 1",
     "loss, gradient, Hessian and test loss of matrix completion", VF_QUICK,
     bn_completion_derivatives},
    {"eos8.data", "eos, Figure 1", "M = A B'/sqrt(rank)", VF_QUICK, bn_data},
    {"eos8.midpoint", "eos, Figure 1", "losses and sharpness at the midpoint of two iterates",
     VF_QUICK, bn_midpoints},
    {"eos8.minimiser", "eos, Figure 1, Section 4.2",
     "losses vanish at the true factors; the sharpness there", VF_QUICK, bn_completion_minimiser},
    {"eos8.law", "eos, (3)", "d log lam1/dtau = -2 g^2/(4 + g^2) on matrix completion", VF_QUICK,
     bn_sharpness_law},
    {"eos8.edge", "eos, Section 4.1, Figure 1",
     "eta times the curvature between iterates is 2 - el; et lam1 -> 2", VF_QUICK, bn_edge_balance},
    {"eos8.reduction", "eos, Figure 1",
     "at the edge sharpness and test loss fall, to the flattest minimiser", VF_QUICK, bn_reduction},
    {"eos8.figure-1", "eos, Figure 1", "the same at 50x50, rank 2, 800 entries, 40000 steps",
     VF_FULL, bn_figure1},
    {"eos10.no-decay", "eos, Section 6",
     "without weight decay sharpness and test loss stop changing", VF_QUICK, bn_ablation_decay},
    {"eos10.no-decay-50x50", "eos, Section 6", "the same at 50x50", VF_FULL,
     bn_ablation_decay_full},
    {"eos10.no-normalisation", "eos, Section 6",
     "without normalisation the curvature stays and no edge attracts", VF_QUICK,
     bn_no_normalisation},
    {"eos10.plain-completion", "eos, Section 6",
     "without normalisation and decay the test loss stops improving", VF_QUICK,
     bn_plain_completion},
};

VF_ROW(eos_bn, table);
