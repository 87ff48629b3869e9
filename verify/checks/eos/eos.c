/* eos (004), "Understanding the Generalization Benefit of Normalization Layers: Sharpness
 * Reduction": spherical sharpness, the descent lemma, entry into the edge of stability, the
 * sharpness-reduction flow (3) and how GD with weight decay and scalar RMSprop track it. Rows eos1
 * to eos6, eos9, and X9 for projected_gd.
 *
 * Nothing here is random but starting points: every number is that of a deterministic trajectory. A
 * claim that holds in the limit of a small intrinsic rate ein = eta lam is measured at several ein,
 * and either the order of its error is fitted or the limit extrapolated. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/estimators.h"

#define EOS_ULP 0x1p-53

enum {
  EOS_DIM = 40,                     /* largest dimension here */
  EOS_MATRIX = EOS_DIM * EOS_DIM,   /* of a dense Hessian */
  EOS_WORK = 12 * EOS_DIM + 4 * 64, /* >= every workspace here */
  EOS_NAME = 160
};

static double eos_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
  return sum;
}

static void eos_unit(double *v, size_t n) {
  const double length = sqrt(eos_dot(v, v, n));
  for (size_t j = 0; j < n; j++) v[j] /= length;
}

static sid_stream eos_stream(uint64_t number) {
  const uint64_t key[2] = {SID_KEY_START, number};
  sid_stream stream = {0, 0, 0, 0};
  (void)sid_stream_init(&stream, 2004, key, 2); /* a fixed, valid key */
  return stream;
}

/* The value of a key that ends in a suffix. */
static double eos_key(vf_context *context, const char *form, const char *suffix) {
  char key[2 * EOS_NAME];
  (void)snprintf(key, sizeof key, form, suffix);
  return vf_expected(context, key);
}

/* ---- problems: one of every scale-invariant kind that has a loss ---- */

static const double eos_spectrum[6] = {1, 2, .5, 3, 1.5, 2.5};
static const double eos_matrix[9] = {2, .5, -.25, .5, 1, .75, -.25, .75, 3};
static const double eos_linear_features[20] = {1.2, -.3, .5,  .8, -1, -.6, 1.1, .4, -.2, .7,
                                               .3,  .9,  -.8, .1, .5, -1,  .2,  .6, -.7, .4};
static const double eos_linear_labels[4] = {.5, -.4, .3, .1};
static const double eos_bn_features[30] = {.7,  -.5,  -.4, .5, .2,  .3,  -.4, 1.3, 1.5, 0,
                                           -.5, .7,   .5,  -1, -.5, 1.0, -.1, -.3, .2,  0,
                                           0,   -1.9, 1.7, .2, -.9, 1.0, .3,  0.0, 1,   2.3};
static const double eos_bn_labels[6] = {.6, 1.6, 2.2, -1, -.5, .8};
static const uint32_t eos_entries[14] = {0, 0, 0, 2, 1, 1, 1, 2, 1, 3, 2, 0, 2, 3};
static const double eos_entry_labels[7] = {.4, -1.1, .9, .3, 1.6, -.7, .2};

typedef struct {
  const char *name;
  sid_problem problem;
} eos_subject;

static const eos_subject eos_subjects[] = {
    {"rayleigh p=6", {.kind = SID_RAYLEIGH, .dim = 6, .spectrum = eos_spectrum}},
    {"rayleigh dense p=3", {.kind = SID_RAYLEIGH, .dim = 3, .matrix = eos_matrix}},
    {"normalised_linear p=5 n=4",
     {.kind = SID_NORMALISED_LINEAR,
      .dim = 5,
      .samples = 4,
      .features = eos_linear_features,
      .labels = eos_linear_labels}},
    {"ratio2", {.kind = SID_RATIO2, .dim = 2}},
    {"toy A", {.kind = SID_RIDGE3, .dim = 3}},
    {"toy B", {.kind = SID_TROUGH3, .dim = 3}},
    {"bn_regression p=5 n=6",
     {.kind = SID_BN_REGRESSION,
      .dim = 5,
      .samples = 6,
      .features = eos_bn_features,
      .labels = eos_bn_labels}},
    {"bn_completion 3x4 inner 2",
     {.kind = SID_BN_COMPLETION,
      .dim = 14,
      .samples = 7,
      .rows = 3,
      .cols = 4,
      .inner = 2,
      .entries = eos_entries,
      .labels = eos_entry_labels}},
};
enum { EOS_SUBJECTS = sizeof eos_subjects / sizeof eos_subjects[0] };

/* A regression that its 8 weights solve exactly, up to the rounding of the labels. The minimisers
 * of unit norm are a manifold of dimension 8 - 4 = 4: the features less their mean have rank 4. */
static const double eos_exact_features[40] = {
    -1.2, -1.1, .7, -2.3, -.1, -2.3, 1.1,  .2,  1.4, -.5, .4,  -.3, -.7, .1,
    -1.3, -.4,  .7, .1,   -.4, 2.2,  .1,   -.6, .2,  -.5, -.4, -.4, 2.0, 0.0,
    .2,   .7,   2,  -.2,  -.6, 2.5,  -1.5, -.4, .7,  2.3, -.9, -2.4};
static const double eos_exact_labels[5] = {-3.175, 1.5, 1.575, 1.95, .05};
static const double eos_exact_weights[8] = {.5, -1, .25, .75, -.5, 1, .25, -.75};
static const sid_problem eos_exact_regression = {.kind = SID_BN_REGRESSION,
                                                 .dim = 8,
                                                 .samples = 5,
                                                 .features = eos_exact_features,
                                                 .labels = eos_exact_labels};

/* ---- dense Hessians and their eigenvalues, by Jacobi's method ---- */

/* |x|^2 Hess L(x), column by column, made symmetric. */
static void eos_hessian(const sid_problem *problem, const double *x, double *h) {
  const uint32_t p = problem->dim;
  const double r = eos_dot(x, x, p);
  double unit[EOS_DIM] = {0}, column[EOS_DIM], work[EOS_WORK];
  for (uint32_t i = 0; i < p; i++) {
    unit[i] = 1.0;
    sid_problem_hessian_vector(problem, x, unit, column, work);
    unit[i] = 0.0;
    for (uint32_t j = 0; j < p; j++) h[j * p + i] = r * column[j];
  }
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j < i; j++)
      h[i * p + j] = h[j * p + i] = .5 * (h[i * p + j] + h[j * p + i]);
}

/* One rotation of rows and columns i, j of a, and of the rows of vectors. */
static void eos_rotate(double *a, double *vectors, size_t n, size_t i, size_t j) {
  const double d = a[j * n + j] - a[i * n + i], off = a[i * n + j];
  if (off == 0.0) return;
  const double ratio = d / (2.0 * off),
               t = (ratio < 0.0 ? -1.0 : 1.0) / (fabs(ratio) + sqrt(1.0 + ratio * ratio));
  const double c = 1.0 / sqrt(1.0 + t * t), s = t * c;
  for (size_t k = 0; k < n; k++) {
    const double x = a[k * n + i], y = a[k * n + j];
    a[k * n + i] = c * x - s * y, a[k * n + j] = s * x + c * y;
  }
  for (size_t k = 0; k < n; k++) {
    const double x = a[i * n + k], y = a[j * n + k], u = vectors[i * n + k], v = vectors[j * n + k];
    a[i * n + k] = c * x - s * y, a[j * n + k] = s * x + c * y;
    vectors[i * n + k] = c * u - s * v, vectors[j * n + k] = s * u + c * v;
  }
}

/* Eigenvalues of the symmetric a (n*n, destroyed) in values, eigenvectors as the rows of vectors.
 * 30 sweeps are far more than the method needs. Returns the index of the largest eigenvalue. */
static size_t eos_jacobi(double *a, size_t n, double *values, double *vectors) {
  size_t largest = 0;
  for (size_t k = 0; k < n * n; k++) vectors[k] = k % (n + 1) == 0;
  for (int sweep = 0; sweep < 30; sweep++)
    for (size_t i = 0; i < n; i++)
      for (size_t j = i + 1; j < n; j++) eos_rotate(a, vectors, n, i, j);
  for (size_t i = 0; i < n; i++) {
    values[i] = a[i * n + i];
    if (values[i] > values[largest]) largest = i;
  }
  return largest;
}

static double eos_largest_size(const double *values, size_t n) {
  double size = 0.0;
  for (size_t j = 0; j < n; j++) size = fmax(size, fabs(values[j]));
  return size;
}

/* Eigenvalues of |x|^2 Hess L(x); returns the index of the largest. */
static size_t eos_eigenvalues(const sid_problem *problem, const double *x, double *values) {
  double h[EOS_MATRIX] = {0}, vectors[EOS_MATRIX] = {0};
  eos_hessian(problem, x, h);
  return eos_jacobi(h, problem->dim, values, vectors);
}

/* Order in h of values that are c h^order (1 + a series in h), from h that fall by one factor of
 * 10^(1/4) or 2: the local exponent of the last two, whose error is a series in h as well,
 * extrapolated once. The tolerance is twice the last change of that. `sampling` is the relative
 * error of the last value from whole steps: like h^2, it may be up to 4 and 16 times as large in
 * the two before, and the exponent errs by up to 50 times it. */
static void eos_exponent(vf_context *context, const char *name, const double *h,
                         const double *value, size_t count, double order, double sampling) {
  double local[2] = {0.0, 0.0}, best[2] = {0.0, 0.0};
  for (size_t k = 1; k < count; k++) {
    local[0] = local[1], best[0] = best[1];
    local[1] = log(value[k] / value[k - 1]) / log(h[k] / h[k - 1]);
    best[1] = local[1] + (local[1] - local[0]) / (h[k - 1] / h[k] - 1.0);
  }
  const double change = fabs(best[1] - best[0]);
  const double tolerance = 2.0 * change + 50.0 * sampling;
  if (!(tolerance <= .1)) vf_error(context, name, "the local exponents do not converge");
  vf_within(
      context, name, best[1], order, tolerance,
      "twice the last change of the extrapolated local exponent, and sampling at whole steps");
}

/* A random direction. */
static void eos_random(const sid_problem *problem, uint64_t number, double *th) {
  sid_stream stream = eos_stream(number);
  sid_stream_normals(&stream, th, problem->dim);
  eos_unit(th, problem->dim);
}

static const char eos_matrix_basis[] =
    "100 p roundings of 2^-53 of the largest eigenvalue (Jacobi, products)";

static double eos_matrix_rounding(const sid_problem *problem, double size) {
  return 100.0 * problem->dim * EOS_ULP * size;
}

/* ---- Definition 1.1: spherical sharpness ---- */

/* Sharpness of the Rayleigh quotient. At a unit x, in a basis of x and its complement, H = [0, -g';
 * -g, P(A-q)P] with g = grad L, and A - q is the same with +g: the eigenvalues of H are those of A
 * less q. */
static double eos_rayleigh_sharpness(const sid_problem *problem, const double *th) {
  const size_t p = problem->dim;
  double a[EOS_MATRIX] = {0}, values[EOS_DIM], vectors[EOS_MATRIX], q = 0.0;
  for (size_t k = 0; k < p * p; k++)
    a[k] = problem->matrix ? problem->matrix[k] : k % (p + 1) == 0 ? problem->spectrum[k / p] : 0.0;
  for (size_t k = 0; k < p * p; k++) q += th[k / p] * a[k] * th[k % p];
  const size_t top = eos_jacobi(a, p, values, vectors);
  return values[top] - q;
}

/* Sharpness of batch-normalised regression. With S the covariance of the features, c that of
 * features and labels and m^2 = w'Sw, L = 2 s^2 - 2 s (w'c)/m (eos, Section 5; s the deviation of
 * the labels), whose Hessian is -2 s [-(c w'S + S w c')/m^3 - (w'c) S/m^3 + 3 (w'c) S w
 * w'S/m^5]. */
static double eos_regression_sharpness(const sid_problem *problem, const double *w) {
  const size_t p = problem->dim, n = problem->samples;
  double centre[EOS_DIM], label = 0.0, s2 = 0.0, cov[EOS_MATRIX], c[EOS_DIM], sw[EOS_DIM],
                          values[EOS_DIM];
  double vectors[EOS_MATRIX];
  memset(cov, 0, sizeof cov), memset(c, 0, sizeof c), memset(centre, 0, sizeof centre);
  for (size_t i = 0; i < n; i++) {
    label += problem->labels[i] / (double)n;
    for (size_t j = 0; j < p; j++) centre[j] += problem->features[i * p + j] / (double)n;
  }
  for (size_t i = 0; i < n; i++) {
    const double *z = problem->features + i * p, y = problem->labels[i] - label;
    s2 += y * y / (double)n;
    for (size_t j = 0; j < p; j++) c[j] += (z[j] - centre[j]) * y / (double)n;
    for (size_t k = 0; k < p * p; k++)
      cov[k] += (z[k / p] - centre[k / p]) * (z[k % p] - centre[k % p]) / (double)n;
  }
  for (size_t j = 0; j < p; j++) sw[j] = eos_dot(cov + j * p, w, p);
  const double m2 = eos_dot(w, sw, p), m = sqrt(m2), wc = eos_dot(w, c, p), r = eos_dot(w, w, p);
  for (size_t k = 0; k < p * p; k++) {
    const double a = sw[k / p], b = sw[k % p];
    cov[k] = 2.0 * sqrt(s2) * r / (m2 * m) *
             (c[k / p] * b + a * c[k % p] + wc * cov[k] - 3.0 * wc * a * b / m2);
  }
  const size_t top = eos_jacobi(cov, p, values, vectors);
  return values[top];
}

/* The sharpness at th by a formula that uses nothing of ref/; NaN where none is known. L = cos^2 of
 * an angle for ratio2: a Rayleigh quotient of diag(2, 0). The toys have one on their minimisers
 * only (eos4). */
static double eos_known_sharpness(const sid_problem *problem, const double *th) {
  if (problem->kind == SID_RAYLEIGH) return eos_rayleigh_sharpness(problem, th);
  if (problem->kind == SID_RATIO2) return 2.0 * th[1] * th[1];
  if (problem->kind == SID_BN_REGRESSION) return eos_regression_sharpness(problem, th);
  return (double)NAN;
}

/* Lanczos with p vectors at random points, scaled by 3: against the largest eigenvalue of the dense
 * Hessian, and against the formula where there is one. The residual, which bounds the error, is
 * below the same roundings. */
static void eos_lanczos(vf_context *context) {
  for (size_t k = 0; k < EOS_SUBJECTS + 1; k++) {
    const sid_problem *problem =
        k < EOS_SUBJECTS ? &eos_subjects[k].problem : &eos_exact_regression;
    const char *name = k < EOS_SUBJECTS ? eos_subjects[k].name : "bn_regression p=8 n=5";
    double dense = 0.0, known = -1.0, left = 0.0;
    for (uint64_t i = 0; i < 5; i++) {
      double th[EOS_DIM], x[EOS_DIM], values[EOS_DIM], work[EOS_WORK], residual;
      eos_random(problem, 100 * k + i, th);
      for (uint32_t j = 0; j < problem->dim; j++) x[j] = 3.0 * th[j];
      const size_t top = eos_eigenvalues(problem, th, values);
      const double largest = values[top];
      const double unit = eos_matrix_rounding(problem, eos_largest_size(values, problem->dim));
      const double value = sid_sharpness_lanczos(problem, x, problem->dim, &residual, work);
      const double formula = eos_known_sharpness(problem, th);
      dense = fmax(dense, fabs(value - largest) / unit);
      if (isfinite(formula)) known = fmax(known, fabs(value - formula) / unit);
      left = fmax(left, residual / unit);
    }
    char text[EOS_NAME];
    (void)snprintf(text, sizeof text, "%s, Lanczos - dense, in units of the basis", name);
    vf_within(context, text, dense, 0.0, 1.0, eos_matrix_basis);
    (void)snprintf(text, sizeof text, "%s, Lanczos - formula, in units of the basis", name);
    if (known >= 0.0) vf_within(context, text, known, 0.0, 1.0, eos_matrix_basis);
    (void)snprintf(text, sizeof text, "%s, residual, in units of the basis", name);
    vf_at_most(context, text, left, 1.0, eos_matrix_basis);
  }
}

/* y = H v, dense. */
static void eos_apply(const double *h, size_t n, const double *v, double *y) {
  for (size_t j = 0; j < n; j++) y[j] = eos_dot(h + j * n, v, n);
}

/* v'Hv of a unit v; *residual = |Hv - (v'Hv) v|. */
static double eos_quotient(const double *h, size_t n, const double *v, double *residual) {
  double y[EOS_DIM];
  eos_apply(h, n, v, y);
  const double value = eos_dot(v, y, n);
  for (size_t j = 0; j < n; j++) y[j] -= value * v[j];
  *residual = sqrt(eos_dot(y, y, n));
  return value;
}

static double eos_distance_to_nearest(const double *values, size_t n, double value) {
  double nearest = fabs(values[0] - value);
  for (size_t j = 1; j < n; j++) nearest = fmin(nearest, fabs(values[j] - value));
  return nearest;
}

/* What can go wrong with N shifted power iterations from v0, in units of the rounding of a matrix:
 * vector, value and residual against the dense (H + shift)^N v0; and |value - nearest eigenvalue|
 * over the residual and a unit. */
typedef struct {
  double vector, value, residual, ratio;
} eos_power_errors;

static void eos_power_at(const sid_problem *problem, uint64_t number, uint32_t iterations,
                         eos_power_errors *worst) {
  const uint32_t p = problem->dim;
  double th[EOS_DIM], v[EOS_DIM], dense[EOS_DIM], y[EOS_DIM], values[EOS_DIM], h[EOS_MATRIX],
      work[EOS_WORK];
  double residual, expected_residual;
  eos_random(problem, number, th);
  eos_random(problem, number + 50, v);
  memcpy(dense, v, sizeof v);
  (void)eos_eigenvalues(problem, th, values);
  eos_hessian(problem, th, h);
  const double shift = eos_largest_size(values, p), unit = eos_matrix_rounding(problem, shift);
  for (uint32_t k = 0; k < iterations; k++) {
    eos_apply(h, p, dense, y);
    for (uint32_t j = 0; j < p; j++) dense[j] = y[j] + shift * dense[j];
    eos_unit(dense, p);
  }
  for (uint32_t j = 0; j < p; j++) v[j] *= 5.0; /* the length of the start does not matter */
  const double value = sid_sharpness_power(problem, th, shift, iterations, v, &residual, work);
  const double expected = eos_quotient(h, p, dense, &expected_residual);
  for (uint32_t j = 0; j < p; j++)
    worst->vector = fmax(worst->vector, fabs(v[j] - dense[j]) * shift / unit);
  worst->value = fmax(worst->value, fabs(value - expected) / unit);
  worst->residual = fmax(worst->residual, fabs(residual - expected_residual) / unit);
  worst->ratio = fmax(worst->ratio, eos_distance_to_nearest(values, p, value) / (residual + unit));
}

/* Shifted power iteration, few and many steps. Each step adds its rounding to those that the later
 * ones damp (the shift makes the ratio of eigenvalues of H + shift at most 1), so N steps err by N
 * roundings at most. */
static void eos_power(vf_context *context) {
  static const uint32_t iterations[] = {1, 3, 100};
  for (size_t k = 0; k < (size_t)3 * EOS_SUBJECTS; k++) {
    const eos_subject *subject = eos_subjects + k / 3;
    const uint32_t count = iterations[k % 3];
    eos_power_errors worst = {0.0, 0.0, 0.0, 0.0};
    for (uint64_t i = 0; i < 3; i++)
      eos_power_at(&subject->problem, 2000 + 100 * k + i, count, &worst);
    char text[EOS_NAME];
    const double errors[3] = {worst.vector, worst.value, worst.residual};
    static const char *const names[3] = {"vector", "value", "residual"};
    for (int j = 0; j < 3; j++) {
      (void)snprintf(text, sizeof text, "%s N=%u %s, in units of the basis", subject->name,
                     (unsigned)count, names[j]);
      vf_within(context, text, errors[j], 0.0, count,
                "N times 100 p roundings of 2^-53 of the largest eigenvalue");
    }
    (void)snprintf(text, sizeof text, "%s N=%u distance to an eigenvalue/residual", subject->name,
                   (unsigned)count);
    vf_at_most(context, text, worst.ratio, 1.0, "residual bound of a symmetric matrix");
  }
}

/* Rayleigh-Ritz in the span of q, Hq, ..., H^(count-1) q, orthogonalised twice: largest Ritz value
 * and the residual of its vector. */
static double eos_krylov(const double *h, size_t n, const double *start, size_t count,
                         double *residual) {
  double basis[6 * EOS_DIM], t[36], values[6], vectors[36], ritz[EOS_DIM] = {0}, y[EOS_DIM];
  for (size_t k = 0; k < count; k++) {
    double *q = basis + k * n;
    if (k == 0) memcpy(q, start, n * sizeof *q);
    if (k > 0) eos_apply(h, n, q - n, q);
    for (size_t pass = 0; pass < 2 * k; pass++) {
      const double *other = basis + pass % k * n, overlap = eos_dot(q, other, n);
      for (size_t j = 0; j < n; j++) q[j] -= overlap * other[j];
    }
    eos_unit(q, n);
  }
  for (size_t k = 0; k < count * count; k++) {
    eos_apply(h, n, basis + k % count * n, y);
    t[k] = eos_dot(basis + k / count * n, y, n);
  }
  const size_t top = eos_jacobi(t, count, values, vectors);
  for (size_t k = 0; k < count; k++)
    for (size_t j = 0; j < n; j++) ritz[j] += vectors[top * count + k] * basis[k * n + j];
  return eos_quotient(h, n, ritz, residual);
}

/* Lanczos with m < p vectors: value and residual are those of Rayleigh-Ritz in the Krylov space of
 * the start vector of the specification, here from the dense Hessian with full orthogonalisation.
 * Where the residual is far above the rounding, Lanczos loses no orthogonality to speak of; m
 * vectors amplify each rounding by less than 100. */
static void eos_krylov_space(vf_context *context) {
  static double wide[EOS_DIM];
  for (int j = 0; j < EOS_DIM; j++) wide[j] = sqrt((double)j + 1.0);
  const eos_subject many = {"rayleigh p=40",
                            {.kind = SID_RAYLEIGH, .dim = EOS_DIM, .spectrum = wide}};
  const eos_subject *cases[] = {&many, eos_subjects, eos_subjects + 2, eos_subjects + 6,
                                eos_subjects + 7};
  static const uint64_t key[2] = {3, 0};
  for (size_t k = 0; k < 5; k++) {
    const sid_problem *problem = &cases[k]->problem;
    const uint32_t p = problem->dim;
    double th[EOS_DIM], start[EOS_DIM], h[EOS_MATRIX], work[EOS_WORK], values[EOS_DIM];
    sid_stream stream;
    (void)sid_stream_init(&stream, 0, key, 2);
    sid_stream_normals(&stream, start, p);
    eos_unit(start, p);
    eos_random(problem, 9000 + k, th);
    eos_hessian(problem, th, h);
    (void)eos_eigenvalues(problem, th, values);
    const double unit = 100.0 * eos_matrix_rounding(problem, eos_largest_size(values, p));
    for (uint32_t m = 1; m <= 6 && m < p; m++) {
      double residual, expected_residual;
      const double value = sid_sharpness_lanczos(problem, th, m, &residual, work);
      const double expected = eos_krylov(h, p, start, m, &expected_residual);
      char text[EOS_NAME];
      (void)snprintf(text, sizeof text, "%s m=%u value", cases[k]->name, (unsigned)m);
      vf_within(context, text, value, expected, unit,
                "100 times 100 p roundings of 2^-53 of the largest eigenvalue");
      (void)snprintf(text, sizeof text, "%s m=%u residual", cases[k]->name, (unsigned)m);
      vf_within(context, text, residual, expected_residual, unit,
                "100 times 100 p roundings of 2^-53 of the largest eigenvalue");
      vf_at_most(context, "distance to an eigenvalue", eos_distance_to_nearest(values, p, value),
                 residual + unit, "residual bound of a symmetric matrix");
    }
  }
}

/* ---- the toys of Section 4.2 ---- */

/* L = (z/|x| - level)^2 (x^2 + 9 y^2 + z^2)/(2 |x|^2). The minimisers of unit norm are the circle
 * of that level, with radius rho; lam1 = a + b sin^2 al with a = rho^2, b = 8 rho^4, because L =
 * h^2 q/2 to second order in the height h and q = 1 + 8 y^2, and the height grows by rho per length
 * of the meridian. */
typedef struct {
  const char *name, *key;
  sid_problem problem;
  double rho, level, a, b;
} eos_toy;

static const eos_toy eos_toys[2] = {
    {"toy A", "toy-a", {.kind = SID_RIDGE3, .dim = 3}, 1.0, 0.0, 1.0, 8.0},
    {"toy B", "toy-b", {.kind = SID_TROUGH3, .dim = 3}, .8, .6, .64, 3.2768}};
static const eos_toy *const eos_a = eos_toys, *const eos_b = eos_toys + 1;

/* Starting angles, and how keys call them. */
typedef struct {
  double value;
  const char *key;
} eos_angle;

static const eos_angle eos_angles[3] = {{1.1071487177940904, "atan2-2-1"}, {1.0, "1"}, {.3, "0.3"}};

static double eos_lam1(const eos_toy *toy, double al) {
  return toy->a + toy->b * sin(al) * sin(al);
}

/* g: derivative of log lam1 along the circle, by arc length. */
static double eos_slope(const eos_toy *toy, double al) {
  return toy->b * sin(2.0 * al) / (eos_lam1(toy, al) * toy->rho);
}

/* normalise(phi + h v_1) */
static void eos_near(const eos_toy *toy, double al, double h, double *th) {
  const double flat = toy->rho - h * toy->level;
  th[0] = flat * cos(al), th[1] = flat * sin(al), th[2] = toy->level + h * toy->rho;
  eos_unit(th, 3);
}

/* At the minimisers: largest eigenvalue by Lanczos, by power iteration and by
 * sid_manifold_project(); slope, angle, h; the Hessian takes the tangent and the radial direction
 * to 0. All at |x| = 2. */
static void eos_minimisers(vf_context *context) {
  for (size_t k = 0; k < 6; k++) {
    const eos_toy *toy = eos_toys + k / 3;
    const eos_angle *al = eos_angles + k % 3;
    char suffix[EOS_NAME], name[EOS_NAME];
    double x[3], v[3] = {.3, -.5, .8}, hv[3], work[EOS_WORK], left[2];
    sid_manifold_point at;
    (void)snprintf(suffix, sizeof suffix, "%s.al-%s", toy->key, al->key);
    const double lam1 = eos_key(context, "eos4.hessian-normal.%s", suffix),
                 unit = 100.0 * EOS_ULP * lam1;
    eos_near(toy, al->value, 0.0, x);
    for (int j = 0; j < 3; j++) x[j] *= 2.0;
    const double lanczos = sid_sharpness_lanczos(&toy->problem, x, 3, left, work);
    const double power = sid_sharpness_power(&toy->problem, x, 0.0, 3, v, left + 1, work);
    if (sid_manifold_project(&toy->problem, x, &at)) vf_error(context, suffix, "no projection");
    const double measured[] = {lanczos, power, at.sharpness};
    static const char *const ways[] = {"Lanczos", "power iteration", "projection"};
    for (int j = 0; j < 3; j++) {
      (void)snprintf(name, sizeof name, "%s al=%s %s", toy->name, al->key, ways[j]);
      vf_within(context, name, measured[j], lam1, unit, "100 roundings of 2^-53 of lam1");
    }
    vf_at_most(context, "residuals", fmax(left[0], left[1]), unit,
               "100 roundings of 2^-53 of lam1");
    vf_within(context, "h at a minimiser", at.h, 0.0, 8.0 * EOS_ULP, "8 roundings of 2^-53");
    vf_within(context, "angle", at.angle, al->value, 8.0 * EOS_ULP,
              "atan2 within 4 ulp, start within 4");
    (void)snprintf(suffix, sizeof suffix, "%s.al0-%s.tau-0", toy->key, al->key);
    vf_within(context, "slope", at.slope, eos_key(context, "eos4.slope.%s", suffix),
              30.0 * EOS_ULP * 4.0, "30 roundings of 2^-53 of 4");
    const double flat[2][3] = {{-sin(al->value), cos(al->value), 0.0},
                               {.5 * x[0], .5 * x[1], .5 * x[2]}};
    for (int j = 0; j < 2; j++) {
      sid_problem_hessian_vector(&toy->problem, x, flat[j], hv, work);
      (void)snprintf(name, sizeof name, "%s al=%s |H v|, v %s", toy->name, al->key,
                     j ? "radial" : "tangent");
      vf_within(context, name, 4.0 * sqrt(eos_dot(hv, hv, 3)), 0.0, unit,
                "100 roundings of 2^-53 of lam1");
    }
  }
}

/* Off the minimisers: h is <x/|x| - phi, v_1> at the nearest point phi; a point made from (al, h)
 * gives both back, and phi, v_1 are orthonormal to each other and to the circle. */
static void eos_projection(vf_context *context) {
  static const double heights[] = {.3, -.2, 1e-3, -1e-6};
  for (size_t k = 0; k < 24; k++) {
    const eos_toy *toy = eos_toys + k / 12;
    const double al = eos_angles[k % 3].value + 2.0 * (double)(k / 3 % 2), h = heights[k % 4];
    double x[3], worst = 0.0;
    sid_manifold_point at;
    eos_near(toy, al, h, x);
    const double expected = h / sqrt(1.0 + h * h), length = sqrt(eos_dot(x, x, 3));
    const double reach[3] = {toy->rho * cos(al), toy->rho * sin(al), toy->level};
    const double top[3] = {-toy->level * cos(al), -toy->level * sin(al), toy->rho};
    for (int j = 0; j < 3; j++) x[j] *= 1.7 / length;
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s al=%.17g h=%g", toy->name, al, h);
    if (sid_manifold_project(&toy->problem, x, &at)) vf_error(context, name, "no projection");
    for (int j = 0; j < 3; j++)
      worst = fmax(worst, fmax(fabs(at.phi[j] - reach[j]), fabs(at.v1[j] - top[j])));
    vf_within(context, name, at.h, expected, 12.0 * EOS_ULP, "12 roundings of 2^-53");
    vf_within(context, "phi, v_1", worst, 0.0, 12.0 * EOS_ULP, "12 roundings of 2^-53");
    vf_within(context, "angle", at.angle, atan2(sin(al), cos(al)), 12.0 * EOS_ULP * 4.0,
              "12 roundings of 2^-53 of pi");
    vf_within(context, "slope", at.slope, eos_slope(toy, al), 120.0 * EOS_ULP,
              "30 roundings of 2^-53 of 4");
    vf_within(context, "lam1", at.sharpness, eos_lam1(toy, al), 200.0 * EOS_ULP,
              "20 roundings of 2^-53 of 10");
  }
}

/* The observables spherical_sharpness, midpoint_sharpness, manifold_h and manifold_angle are these
 * functions at the state and at the midpoint of two states, bit for bit. */
static void eos_observables(vf_context *context) {
  static const int32_t names[] = {SID_SPHERICAL_SHARPNESS, SID_MIDPOINT_SHARPNESS,
                                  SID_MIDPOINT_LOSS, SID_MANIFOLD_H, SID_MANIFOLD_ANGLE};
  for (size_t k = 0; k < 2; k++) {
    sid_experiment experiment = {.problem = eos_toys[k].problem,
                                 .dynamics = {.kind = SID_GD, .batch = 1},
                                 .observables = names,
                                 .observable_count = 5};
    const double x[3] = {.3, -.5, .4}, before[3] = {.5, -.25, .6};
    double middle[3], row[5], work[EOS_WORK], residual;
    sid_manifold_point at;
    const sid_segment segment = {0, .1, .1, 1.0};
    experiment.schedule =
        (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment};
    sid_observe(&experiment, 7, x, before, row, work);
    for (int j = 0; j < 3; j++) middle[j] = .5 * (x[j] + before[j]);
    if (sid_manifold_project(&experiment.problem, x, &at))
      vf_error(context, eos_toys[k].name, "no projection");
    const double expected[5] = {
        sid_sharpness_lanczos(&experiment.problem, x, SID_SHARPNESS_ITERATIONS, &residual, work),
        sid_sharpness_lanczos(&experiment.problem, middle, SID_SHARPNESS_ITERATIONS, &residual,
                              work),
        sid_problem_loss(&experiment.problem, middle, work), at.h, at.angle};
    vf_same_bits(context, eos_toys[k].name, row, expected, 5);
  }
}

/* E65: at a minimiser the kernel of the Hessian is the tangent space of the minimisers and the line
 * of theta: its dimension is one more than theirs. Eigenvalues below 1e-12 of the largest count as
 * 0. */
static void eos_kernel(vf_context *context, const char *name, const sid_problem *problem,
                       const double *x, double manifold) {
  double values[EOS_DIM], zeros = 0.0;
  (void)eos_eigenvalues(problem, x, values);
  for (uint32_t j = 0; j < problem->dim; j++)
    zeros += fabs(values[j]) < 1e-12 * eos_largest_size(values, problem->dim);
  vf_erratum(context, name, zeros, manifold + 1.0, manifold, .1, "a count");
}

static void eos_erratum_kernel(vf_context *context) {
  double x[3];
  eos_near(eos_b, eos_angles[0].value, 0.0, x);
  eos_kernel(context, "toy B al=atan2(2,1), a curve", &eos_b->problem, x, 1.0);
  eos_near(eos_a, .5, 0.0, x);
  eos_kernel(context, "toy A al=0.5, a curve", &eos_a->problem, x, 1.0);
  eos_kernel(context, "bn_regression p=8 n=5, dimension 4", &eos_exact_regression,
             eos_exact_weights, 4.0);
}

/* ---- GD with weight decay at a given effective rate ---- */

enum { EOS_MOST = EOS_DIM + 1 }; /* largest state */

/* A dynamics under way. The workspace is part of it, so that walks can go in parallel. */
typedef struct {
  const sid_problem *problem;
  sid_dynamics dynamics;
  double lr, wd;
  double x[EOS_MOST], work[EOS_WORK];
  sid_status status; /* of the first step that failed */
} eos_walk;

/* GD with weight decay from the direction th with effective rate et0 = eta/((1-ein) |w|^2). */
static void eos_walk_gd(eos_walk *walk, const sid_problem *problem, const double *th, double et0,
                        double eta, double ein) {
  const uint32_t p = problem->dim;
  const double size = sqrt(eta / ((1.0 - ein) * et0) / eos_dot(th, th, p));
  walk->problem = problem;
  walk->dynamics = (sid_dynamics){.kind = SID_GD, .batch = 1};
  walk->lr = eta;
  walk->wd = ein / eta;
  walk->status = SID_OK;
  for (uint32_t j = 0; j < p; j++) walk->x[j] = size * th[j];
}

/* The effective rate of the next step. */
static double eos_rate(const eos_walk *walk) {
  const uint32_t p = walk->problem->dim;
  if (walk->dynamics.kind == SID_RMSPROP) return walk->lr / sqrt(walk->x[p]);
  if (walk->dynamics.kind == SID_QUASI_RMSPROP) return 1.0 / walk->x[p];
  const double r =
      walk->dynamics.kind == SID_PROJECTED_GD ? walk->x[p] : eos_dot(walk->x, walk->x, p);
  return walk->lr / ((1.0 - walk->lr * walk->wd) * r);
}

/* |grad L(theta)|^2 */
static double eos_gradient2(eos_walk *walk) {
  const uint32_t p = walk->problem->dim;
  double g[EOS_DIM];
  sid_problem_gradient(walk->problem, walk->x, g, walk->work);
  return eos_dot(g, g, p) * eos_dot(walk->x, walk->x, p);
}

static void eos_step(eos_walk *walk) {
  const sid_status status =
      sid_step(walk->problem, &walk->dynamics, walk->lr, walk->wd, walk->x, NULL, walk->work);
  if (!walk->status) walk->status = status;
}

static void eos_direction(const eos_walk *walk, double *th) {
  memcpy(th, walk->x, walk->problem->dim * sizeof *th);
  eos_unit(th, walk->problem->dim);
}

/* ---- eos1: the descent lemma ---- */

/* int_0^et (et - a) g'H(th - a g) g da by Gauss's rule of 8 nodes on each of `panels` panels, and
 * the largest sharpness lam1(H) at the nodes. */
static double eos_remainder(const sid_problem *problem, const double *th, const double *g,
                            double et, int panels, double *sharpest) {
  static const double nodes[4] = {.1834346424956498, .5255324099163290, .7966664774136267,
                                  .9602898564975363};
  static const double weights[4] = {.3626837833783620, .3137066458778873, .2223810344533745,
                                    .1012285362903763};
  const uint32_t p = problem->dim;
  const double half = .5 * et / panels;
  double total = 0.0, x[EOS_DIM], hg[EOS_DIM], work[EOS_WORK], residual;
  for (int k = 0; k < 8 * panels; k++) {
    const int i = k % 8, panel = k / 8;
    const double a = half * (2 * panel + 1 + (i < 4 ? -nodes[i] : nodes[i - 4]));
    for (uint32_t j = 0; j < p; j++) x[j] = th[j] - a * g[j];
    sid_problem_hessian_vector(problem, x, g, hg, work);
    total += half * weights[i % 4] * (et - a) * eos_dot(g, hg, p);
    if (sharpest)
      *sharpest =
          fmax(*sharpest, sid_sharpness_lanczos(problem, x, p, &residual, work) / eos_dot(x, x, p));
  }
  return total;
}

/* Of one step: the error of L(th+) = L(th) - et |g|^2 + remainder, the proof's identity, and the
 * slack of the lemma, L(th) - et (1 - et lam_max/2) |g|^2 - L(th+); in units of the rounding (of
 * the loss and its terms, and of the coordinates, which changes the loss by |g| times it) and of
 * the quadrature. The largest sharpness is that at the nodes of the rule, whose weights are
 * positive: a rule that gives the remainder right proves the lemma with it. */
typedef struct {
  double identity, slack;
} eos_descent;

static eos_descent eos_descend(const sid_problem *problem, const double *th, double et) {
  const uint32_t p = problem->dim;
  const eos_descent failed = {(double)NAN, (double)NAN};
  double g[EOS_DIM], values[EOS_DIM], sharpest = -(double)INFINITY;
  eos_walk walk;
  eos_walk_gd(&walk, problem, th, et, .1, .05);
  sid_problem_gradient(problem, th, g, walk.work);
  const double before = sid_problem_loss(problem, walk.x, walk.work), g2 = eos_dot(g, g, p);
  eos_step(&walk);
  if (walk.status) return failed;
  const double after = sid_problem_loss(problem, walk.x, walk.work);
  const double fine = eos_remainder(problem, th, g, et, 16, &sharpest);
  const double change = fabs(fine - eos_remainder(problem, th, g, et, 8, NULL));
  (void)eos_eigenvalues(problem, th, values);
  const double step = 1.0 + et * eos_largest_size(values, p),
               size = before + (sqrt(g2) + et * g2) * step;
  const double unit = change + 20.0 * (p + problem->samples) * EOS_ULP * size;
  const eos_descent result = {fabs(after - (before - et * g2 + fine)) / unit,
                              (before - et * (1.0 - .5 * et * sharpest) * g2 - after) / unit};
  return result;
}

typedef struct {
  const sid_problem *problem;
  uint64_t first;
} eos_descent_case;

/* Effective rates from 0 to 4 over the spectral norm of the Hessian: both sides of the edge. */
static void eos_descent_one(void *user, size_t i, double *out) {
  const eos_descent_case *one = user;
  double th[EOS_DIM], values[EOS_DIM];
  sid_stream stream = eos_stream(one->first + 10000 + i);
  eos_random(one->problem, one->first + i, th);
  (void)eos_eigenvalues(one->problem, th, values);
  const double et = 4.0 * sid_stream_uniform(&stream) / eos_largest_size(values, one->problem->dim);
  const eos_descent result = eos_descend(one->problem, th, et);
  out[0] = result.identity, out[1] = result.slack;
}

static void eos_descents(vf_context *context, size_t count) {
  double *values = malloc(2 * count * sizeof *values);
  for (size_t k = 0; values && k < EOS_SUBJECTS; k++) {
    eos_descent_case one = {&eos_subjects[k].problem, 100000 * (k + 1)};
    double identity = 0.0, slack = (double)INFINITY;
    vf_map(count, vf_jobs(context), values, 2, eos_descent_one, &one);
    for (size_t i = 0; i < count; i++) {
      identity = values[2 * i] <= identity ? identity : values[2 * i]; /* keeps a NaN */
      slack = values[2 * i + 1] >= slack ? slack : values[2 * i + 1];
    }
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s, %u random (theta, et): the proof's identity",
                   eos_subjects[k].name, (unsigned)count);
    vf_within(context, name, identity, 0.0, 1.0,
              "unit: 20 (p + n) roundings of 2^-53 of the terms, and change of the integral from 8 "
              "to 16 panels");
    (void)snprintf(name, sizeof name, "%s, %u random (theta, et): slack", eos_subjects[k].name,
                   (unsigned)count);
    vf_at_least(context, name, slack, -1.0, "the same unit");
  }
  if (!values) vf_error(context, "descent", "out of memory");
  free(values);
}

static void eos_descent_lemma(vf_context *context) { eos_descents(context, 20); }

static void eos_descent_lemma_long(vf_context *context) { eos_descents(context, 1000); }

/* One step of ratio2 against 60 digits: decrease, sharpness (the largest of 401 points) and
 * slack. */
static void eos_descent_digits(vf_context *context) {
  static const struct {
    double th, et;
    const char *suffix;
  } cases[] = {{.9, .4, "th-0.9.et-0.4"},
               {.9, 1.2, "th-0.9.et-1.2"},
               {.2, .9, "th-0.2.et-0.9"},
               {1.4, 1.1, "th-1.4.et-1.1"},
               {.7, 3, "th-0.7.et-3"}};
  const sid_problem *problem = &eos_subjects[3].problem;
  for (size_t k = 0; k < 5; k++) {
    const double th[2] = {cos(cases[k].th), sin(cases[k].th)}, et = cases[k].et,
                 unit = 100.0 * EOS_ULP * (1.0 + et * et);
    double g[2], x[2], residual, sharpest = -(double)INFINITY;
    char name[EOS_NAME];
    eos_walk walk;
    eos_walk_gd(&walk, problem, th, et, .1, .05);
    sid_problem_gradient(problem, th, g, walk.work);
    const double before = sid_problem_loss(problem, walk.x, walk.work);
    eos_step(&walk);
    const double decrease = before - sid_problem_loss(problem, walk.x, walk.work);
    for (int i = 0; i <= 400; i++) {
      for (int j = 0; j < 2; j++) x[j] = th[j] - et * i / 400.0 * g[j];
      sharpest = fmax(sharpest, sid_sharpness_lanczos(problem, x, 2, &residual, walk.work) /
                                    eos_dot(x, x, 2));
    }
    const double measured[] = {decrease, sharpest,
                               decrease - et * (1.0 - .5 * et * sharpest) * eos_dot(g, g, 2)};
    static const char *const forms[] = {"eos1.decrease.%s", "eos1.sharpest.%s", "eos1.slack.%s"};
    for (int j = 0; j < 3; j++) {
      (void)snprintf(name, sizeof name, forms[j], cases[k].suffix);
      vf_within(context, name, measured[j], vf_expected(context, name), unit,
                "100 roundings of 2^-53 of 1 + et^2");
    }
  }
}

/* The lemma is sharp where the gradient is along v_1: near the minimisers of a toy slack/(et |g|^2)
 * falls like the height (like its square on toy A, which is even in it), at every rate, stable or
 * not. A Hessian or sharpness that is too large by any factor would leave a slack. */
static void eos_descent_sharp(vf_context *context) {
  enum { COUNT = 6 };
  static const double scaled[] = {.5, 1.5, 2.5};
  for (size_t k = 0; k < 6; k++) {
    const eos_toy *toy = eos_toys + k / 3;
    const double al = eos_angles[k % 3].value, et = scaled[k % 3] / eos_lam1(toy, al);
    double h[COUNT], slack[COUNT];
    for (int i = 0; i < COUNT; i++) {
      double th[3], g[3], sharpest = -(double)INFINITY, work[EOS_WORK];
      h[i] = ldexp(1.0, -6 - i);
      eos_near(toy, al, h[i], th);
      sid_problem_gradient(&toy->problem, th, g, work);
      (void)eos_remainder(&toy->problem, th, g, et, 2, &sharpest);
      eos_walk walk;
      eos_walk_gd(&walk, &toy->problem, th, et, .1, .05);
      const double before = sid_problem_loss(&toy->problem, walk.x, work), g2 = eos_dot(g, g, 3);
      eos_step(&walk);
      const double after = sid_problem_loss(&toy->problem, walk.x, work);
      slack[i] = (before - after) / (et * g2) - 1.0 + .5 * et * sharpest;
    }
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s al=%s et=%g/lam1, h=2^-6..2^-11", toy->name,
                   eos_angles[k % 3].key, scaled[k % 3]);
    eos_exponent(context, name, h, slack, COUNT, toy == eos_a ? 2.0 : 1.0, 0.0);
  }
}

/* ---- eos2: Theorem 4.2 ---- */

/* m = |w_0|^2/(rho2 pi^2 eta) and a direction; rho2 is the largest spectral norm of the Hessian on
 * the sphere. */
typedef struct {
  const char *name;
  const sid_problem *problem;
  double rho2, m, el;
  const double *th;
} eos_start;

/* What a walk of T_0 steps at most shows: T_0, the first step at which both conditions of the
 * theorem hold (-1: none), the smallest |grad L|^2, the largest et over its bound, and the sum of
 * et (1 - et rho2/2) |grad L|^2, which no step may decrease the loss by less than. */
typedef struct {
  double allowed, first, least, rate, sum, decrease;
} eos_phase;

static eos_phase eos_first_phase(const eos_start *start) {
  const double pi = 3.141592653589793, eta = .1, scale = start->rho2 * pi * pi;
  const double bound = 8.0 * pi * pi * scale * start->rho2 * start->el,
               top = 2.0 / (scale * (1.0 - start->el));
  eos_phase phase = {
      ceil(log(start->m) / (2.0 * start->el)), -1.0, (double)INFINITY, 0.0, 0.0, 0.0};
  eos_walk walk;
  eos_walk_gd(&walk, start->problem, start->th, 1.0 / (start->m * scale * (1.0 - start->el)), eta,
              start->el);
  phase.decrease = sid_problem_loss(start->problem, walk.x, walk.work);
  const long allowed = lround(phase.allowed);
  for (long t = 0; t <= allowed; t++) {
    const double et = eos_rate(&walk), g2 = eos_gradient2(&walk);
    if (phase.first < 0.0 && g2 <= bound && et <= top) phase.first = (double)t;
    phase.least = fmin(phase.least, g2);
    phase.rate = fmax(phase.rate, et / top);
    if (t == allowed) break;
    phase.sum += et * (1.0 - .5 * et * start->rho2) * g2;
    eos_step(&walk);
  }
  phase.decrease -= sid_problem_loss(start->problem, walk.x, walk.work);
  if (walk.status) phase.first = (double)NAN;
  return phase;
}

/* Largest spectral norm of the Hessian of a toy on a grid of the sphere, and 5 % more: the theorem
 * holds with any upper bound. The grid has 100 points from pole to pole, half as many around the
 * half sphere that the symmetry leaves. */
static double eos_smoothness(const sid_problem *problem) {
  double largest = 0.0;
  for (int k = 0; k < 5000; k++) {
    const int row = k % 100, column = k / 100;
    const double polar = 3.141592653589793 * (row + .5) / 100.0,
                 around = 3.141592653589793 * column / 50.0;
    const double th[3] = {sin(polar) * cos(around), sin(polar) * sin(around), cos(polar)};
    double values[3];
    (void)eos_eigenvalues(problem, th, values);
    largest = fmax(largest, eos_largest_size(values, 3));
  }
  return 1.05 * largest;
}

static const double eos_diagonal[2] = {.7071067811865476, .7071067811865476};
static const double eos_near_top[2] = {1.0, .1};
static const double eos_near_bottom[2] = {1e-3, 1.0};
static const double eos_six[6] = {.3, -.5, .1, .8, .2, -.4};
static const double eos_three[3] = {.5, .6, -.4};

/* For |w_0|^2 >= 2 rho2 pi^2 eta: a step t <= T_0 with |grad L|^2 <= 8 pi^4 rho2^2 el and et <=
 * 2/(pi^2 rho2 (1-el)), because et keeps below that bound for all of the T_0 steps, and sum et (1 -
 * et rho2/2) |grad L|^2 is at most the decrease of the loss. el is such that the bound excludes the
 * start. The slack of the sum is rounding of T_0 terms. */
static void eos_theorem_42(vf_context *context) {
  const eos_start starts[] = {
      {"ratio2 m=2 el=1e-4", &eos_subjects[3].problem, 2.0, 2.0, 1e-4, eos_diagonal},
      {"ratio2 m=2 el=1e-5", &eos_subjects[3].problem, 2.0, 2.0, 1e-5, eos_diagonal},
      {"ratio2 m=20 el=1e-4", &eos_subjects[3].problem, 2.0, 20.0, 1e-4, eos_diagonal},
      {"ratio2 near its maximum, m=2 el=1e-5", &eos_subjects[3].problem, 2.0, 2.0, 1e-5,
       eos_near_top},
      {"rayleigh p=6 m=2.5 el=5e-5", &eos_subjects[0].problem, 2.5, 2.5, 5e-5, eos_six},
      {"toy B m=2 el=3e-6", &eos_b->problem, eos_smoothness(&eos_b->problem), 2.0, 3e-6,
       eos_three}};
  for (size_t k = 0; k < sizeof starts / sizeof starts[0]; k++) {
    eos_start start = starts[k];
    const eos_phase phase = eos_first_phase(&start);
    vf_at_least(context, start.name, phase.first, 1.0,
                "the bound excludes the start, and is met later");
    vf_at_most(context, start.name, phase.first, phase.allowed, "Theorem 4.2: within T_0 steps");
    vf_at_most(context, "et over its bound", phase.rate, 1.0, "Theorem 4.2: within T_0 steps");
    vf_at_most(context, "sum of et (1 - et rho2/2) |grad L|^2 - decrease of L",
               phase.sum - phase.decrease, (phase.allowed + 1.0) * EOS_ULP,
               "proof of Theorem 4.2; one rounding of 2^-53 a step");
  }
}

/* The recursion of ratio2 from pi/4 in 60 digits: T_0, the first step below the bound, the smallest
 * |grad L|^2. */
static void eos_theorem_42_digits(vf_context *context) {
  static const char *const suffixes[] = {"el-0.0001", "el-0.00001"};
  for (size_t k = 0; k < 2; k++) {
    const eos_start start = {"", &eos_subjects[3].problem, 2.0, 2.0, k ? 1e-5 : 1e-4, eos_diagonal};
    char name[EOS_NAME];
    eos_walk walk;
    eos_walk_gd(&walk, start.problem, start.th, 1.0 / (4.0 * 9.869604401089358 * (1.0 - start.el)),
                .1, start.el);
    for (int t = 0; t < 200; t++) eos_step(&walk);
    const eos_phase phase = eos_first_phase(&start);
    const double measured[] = {phase.allowed, phase.first};
    static const char *const forms[] = {"eos2.steps-allowed.%s.m-2", "eos2.first-below.%s.m-2"};
    for (int j = 0; j < 2; j++) {
      (void)snprintf(name, sizeof name, forms[j], suffixes[k]);
      vf_within(context, name, measured[j], vf_expected(context, name), 0.0, "a count");
    }
    (void)snprintf(name, sizeof name, "eos2.least-grad2.%s.m-2", suffixes[k]);
    vf_within_relative(context, name, eos_gradient2(&walk), vf_expected(context, name),
                       200.0 * 40.0 * EOS_ULP, "200 steps of 40 roundings of 2^-53");
  }
}

/* E63: with |w_0|^2 = rho2 pi^2 eta the printed theorem has T_0 = 0 steps, and |grad L|^2 = 1 at
 * the start. With twice the square it holds at once (instance of eos2.theorem-4-2). */
static void eos_erratum_steps(vf_context *context) {
  static const char *const suffixes[] = {"el-0.0001", "el-0.00001"};
  for (size_t k = 0; k < 4; k++) {
    const double m = k < 2 ? 1.0 : 2.0;
    const eos_start start = {"", &eos_subjects[3].problem, 2.0,
                             m,  k % 2 ? 1e-5 : 1e-4,      eos_diagonal};
    const eos_phase phase = eos_first_phase(&start);
    const double bound = eos_key(context, "eos2.bound.%s", suffixes[k % 2]);
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "ratio2 at pi/4, |w_0|^2 = %g rho2 pi^2 eta, %s, T_0 = %g", m,
                   suffixes[k % 2], phase.allowed);
    if (m == 1.0)
      vf_erratum_claim(context, name, phase.least, NULL, 0.0, "<=", bound, 10.0 * EOS_ULP,
                       "10 roundings of 2^-53 of |grad L|^2 = 1");
    else
      vf_at_most(context, name, phase.least, bound, "the theorem with the right start");
  }
}

/* E64: what the theorem gives is et_t0 <= 2/(pi^2 rho2 (1-el)), not 1/(pi^2 rho2). At the start of
 * the printed theorem et pi^2 rho2 = 1/(1-el); at the end, T_0, of the right one it has grown to as
 * much by the decay of the norm, where both conditions hold. The observable effective_lr is
 * eta/|w|^2. */
static void eos_erratum_rate(vf_context *context) {
  static const int32_t observable[] = {SID_EFFECTIVE_LR};
  static const struct {
    double el, m;
    const char *suffix;
    const double *th;
  } cases[] = {{.5, 1.0, "el-0.5", eos_diagonal},
               {1e-4, 1.0, "el-0.0001", eos_diagonal},
               {1e-4, 2.0, "el-0.0001", eos_near_bottom}};
  const double scale = 2.0 * 9.869604401089358; /* rho2 pi^2 */
  for (size_t k = 0; k < 3; k++) {
    const double el = cases[k].el, eta = .1, steps = ceil(log(cases[k].m) / (2.0 * el));
    const sid_segment segment = {0, eta, el / eta, 1.0};
    const sid_experiment experiment = {
        .problem = eos_subjects[3].problem,
        .dynamics = {.kind = SID_GD, .batch = 1},
        .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
        .observables = observable,
        .observable_count = 1};
    eos_walk walk;
    double row;
    eos_walk_gd(&walk, &experiment.problem, cases[k].th, 1.0 / (cases[k].m * scale * (1.0 - el)),
                eta, el);
    for (long t = 0; t < lround(steps); t++) eos_step(&walk);
    sid_observe(&experiment, (uint64_t)steps, walk.x, NULL, &row, walk.work);
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "ratio2, |w_0|^2 = %g rho2 pi^2 eta, el=%g, step %g",
                   cases[k].m, el, steps);
    vf_erratum_claim(context, name, row / (1.0 - el) * scale,
                     "<=", eos_key(context, "eos2.et-bound.%s", cases[k].suffix),
                     "<=", eos_key(context, "eos2.et-bound.%s.printed", cases[k].suffix),
                     (steps + 8.0) * EOS_ULP, "a rounding of 2^-53 a step, and 8");
    if (steps == 0.0)
      vf_within_relative(context, name, row / (1.0 - el) * scale,
                         eos_key(context, "eos2.start-et.%s", cases[k].suffix), 16.0 * EOS_ULP,
                         "16 roundings of 2^-53");
  }
}

/* ---- X9: projected_gd ---- */

static void eos_walk_projected(eos_walk *walk, const eos_walk *gd) {
  *walk = *gd;
  walk->dynamics = (sid_dynamics){.kind = SID_PROJECTED_GD, .batch = 1};
  sid_state_begin(walk->problem, &walk->dynamics, walk->lr, walk->x);
}

/* Largest distance of the directions and of the rates (relative) of two walks of one problem. */
static double eos_apart(const eos_walk *a, const eos_walk *b) {
  double u[EOS_DIM], v[EOS_DIM], worst = fabs(eos_rate(a) / eos_rate(b) - 1.0);
  eos_direction(a, u);
  eos_direction(b, v);
  for (uint32_t j = 0; j < a->problem->dim; j++) worst = fmax(worst, fabs(u[j] - v[j]));
  return worst;
}

/* projected_gd has the directions and effective rates of GD with weight decay (Lemma 3.1 and the
 * recursion of X9), on every problem, from |w|^2 of its own: one step from each of 100 states of a
 * run. et lam1 <= 1.5 at the start. A gradient has as many roundings as in eos1, of its largest
 * term; a step multiplies it by et. */
static void eos_projected_steps(vf_context *context) {
  for (size_t k = 0; k < EOS_SUBJECTS; k++) {
    const sid_problem *problem = &eos_subjects[k].problem;
    const uint32_t p = problem->dim;
    double th[EOS_DIM], values[EOS_DIM], worst = 0.0;
    eos_walk gd, projected;
    eos_random(problem, 40000 + k, th);
    (void)eos_eigenvalues(problem, th, values);
    const double size = eos_largest_size(values, p);
    eos_walk_gd(&gd, problem, th, 1.5 / size, .3, .03);
    for (int t = 0; t < 100; t++) {
      eos_walk_projected(&projected, &gd);
      worst = fmax(worst, eos_apart(&projected, &gd));
      eos_step(&projected);
      eos_step(&gd);
      worst = fmax(worst, eos_apart(&projected, &gd));
      if (gd.status || projected.status) worst = (double)NAN;
    }
    vf_within(context, eos_subjects[k].name, worst, 0.0,
              (36.0 * p + 12.0 * problem->samples + 120.0) * EOS_ULP * 4.0,
              "36 p + 12 n + 120 roundings of 2^-53 of 1 + et |Hess| <= 4");
  }
}

/* The same along 300 steps of a run of each. In the stable regime errors do not grow; the rate
 * remembers each of its errors as long as 1/el steps. */
static void eos_projected_run(vf_context *context) {
  for (size_t k = 0; k < EOS_SUBJECTS; k++) {
    const sid_problem *problem = &eos_subjects[k].problem;
    const uint32_t p = problem->dim;
    double th[EOS_DIM], values[EOS_DIM], worst = 0.0;
    eos_walk gd, projected;
    eos_random(problem, 41000 + k, th);
    (void)eos_eigenvalues(problem, th, values);
    eos_walk_gd(&gd, problem, th, .05 / eos_largest_size(values, p), .3, .0003);
    eos_walk_projected(&projected, &gd);
    for (int t = 0; t < 300; t++) {
      eos_step(&projected);
      eos_step(&gd);
      worst = fmax(worst, eos_apart(&projected, &gd));
    }
    if (gd.status || projected.status) worst = (double)NAN;
    vf_within(context, eos_subjects[k].name, worst, 0.0,
              300.0 * (36.0 * p + 12.0 * problem->samples + 120.0) * EOS_ULP * 2.0,
              "300 steps of 36 p + 12 n + 120 roundings of 2^-53 of 1 + et |Hess| <= 2");
  }
}

/* The observable effective_lr of projected_gd is the et of the next step, that of gd eta/|w|^2. */
static void eos_projected_rate(vf_context *context) {
  static const int32_t observable[] = {SID_EFFECTIVE_LR};
  static const double etas[] = {.1, 2.0}, eins[] = {.01, .3};
  for (size_t k = 0; k < 4; k++) {
    const double eta = etas[k % 2], ein = eins[k / 2];
    const sid_segment segment = {0, eta, ein / eta, 1.0};
    sid_experiment experiment = {
        .problem = eos_b->problem,
        .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
        .observables = observable,
        .observable_count = 1};
    double rows[2];
    eos_walk walks[2];
    eos_walk_gd(walks, &eos_b->problem, eos_three, .2, eta, ein);
    eos_walk_projected(walks + 1, walks);
    for (int i = 0; i < 2; i++) {
      for (int t = 0; t < 5; t++) eos_step(walks + i);
      experiment.dynamics = walks[i].dynamics;
      sid_observe(&experiment, 5, walks[i].x, NULL, rows + i, walks[i].work);
    }
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "toy B eta=%g el=%g", eta, ein);
    vf_within_relative(context, name, rows[1], rows[0] / (1.0 - ein), 5.0 * 230.0 * EOS_ULP * 2.0,
                       "5 steps of 36 p + 120 roundings of 2^-53 of 1 + et |Hess| <= 2");
  }
}

/* ---- eos3: entry into the edge of stability, Theorem 4.4 ---- */

/* A minimiser, its sharpness and the direction of it. */
typedef struct {
  const char *name;
  const sid_problem *problem;
  double lam1, th[8], v[8];
} eos_minimum;

static void eos_toy_minimum(eos_minimum *minimum, const eos_toy *toy, double al, const char *name) {
  *minimum = (eos_minimum){name, &toy->problem, eos_lam1(toy, al), {0.0}, {0.0}};
  eos_near(toy, al, 0.0, minimum->th);
  minimum->v[0] = -toy->level * cos(al), minimum->v[1] = -toy->level * sin(al),
  minimum->v[2] = toy->rho;
}

/* Toys at several angles, a Rayleigh quotient with eigenvalues .5 to 3, ratio2, and the exact
 * regression, whose sharpness and v_1 are those of the dense Hessian. */
static void eos_minima(eos_minimum minima[6]) {
  double h[EOS_MATRIX], values[EOS_DIM], vectors[EOS_MATRIX];
  eos_toy_minimum(minima, eos_b, eos_angles[0].value, "toy B al=atan2(2,1)");
  eos_toy_minimum(minima + 1, eos_b, .3, "toy B al=0.3");
  eos_toy_minimum(minima + 2, eos_a, 1.0, "toy A al=1");
  minima[3] = (eos_minimum){"rayleigh p=6", &eos_subjects[0].problem, 2.5, {0, 0, 1}, {0, 0, 0, 1}};
  minima[4] = (eos_minimum){"ratio2", &eos_subjects[3].problem, 2.0, {0, 1}, {1, 0}};
  minima[5] = (eos_minimum){"bn_regression p=8 n=5", &eos_exact_regression, 0.0, {0}, {0}};
  memcpy(minima[5].th, eos_exact_weights, sizeof eos_exact_weights);
  eos_unit(minima[5].th, 8);
  eos_hessian(&eos_exact_regression, minima[5].th, h);
  const size_t top = eos_jacobi(h, 8, values, vectors);
  minima[5].lam1 = values[top];
  memcpy(minima[5].v, vectors + 8 * top, sizeof minima[5].v);
}

/* From theta* + sqrt(ein) v_1 with et0 half of the edge 2/lam1: |w| shrinks by 1-ein a step, so
 * that s = et lam1/2 reaches 1 after ln 2/(-2 ln(1-ein)) steps (rounded up, and delayed by the
 * gradient of the first steps, which adds (et lam1)^2 ein = ein to ln 1/et: half a step). s grows
 * by the factor (1-ein)^-2 at that step: s - 1 <= 2.5 ein. The first step is Newton's and leaves h
 * of order ein; the movement along the minimisers is of the same order. */
static void eos_entry(vf_context *context) {
  static const char *const keys[] = {"0.01", "0.001", "0.0001", "0.00001"};
  eos_minimum minima[6];
  eos_minima(minima);
  for (size_t k = 0; k < 24; k++) {
    const eos_minimum *at = minima + k / 4;
    const uint32_t p = at->problem->dim;
    const double ein = strtod(keys[k % 4], NULL),
                 steps = eos_key(context, "eos3.steps.ein-%s", keys[k % 4]);
    double th[EOS_DIM], distance = 0.0, s = 0.0, t = 0.0;
    eos_walk walk;
    for (uint32_t j = 0; j < p; j++) th[j] = at->th[j] + sqrt(ein) * at->v[j];
    eos_walk_gd(&walk, at->problem, th, 1.0 / at->lam1, .1, ein);
    for (; !walk.status && t < 2.0 * steps; t++) {
      s = .5 * eos_rate(&walk) * at->lam1;
      if (s >= 1.0) break;
      eos_step(&walk);
    }
    eos_direction(&walk, th);
    for (uint32_t j = 0; j < p; j++) distance += (th[j] - at->th[j]) * (th[j] - at->th[j]);
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s ein=%s", at->name, keys[k % 4]);
    vf_within(context, name, t, steps, 3.0, "rounding up, and half a step for the first gradient");
    vf_at_least(context, "s", s, 1.0, "the edge is reached");
    vf_at_most(context, "(s - 1)/ein", (s - 1.0) / ein, 2.5, "s grows by (1-ein)^-2 a step");
    vf_at_most(context, "distance/sqrt(ein)", sqrt(distance / ein), .2,
               "Theorem 4.4: O(sqrt(ein))");
  }
}

/* ---- Section 7 of the science: why a restart with a given h0 is needed ---- */

/* ln|h| when s reaches 1 from h = h0 at s = s0 in exact arithmetic: each step multiplies h by 1 - 2
 * s. The sum is
 * -(pi^2/12 - ...)/(2 ein): the oscillation all but dies. */
static double eos_naive_log(double h0, double s0, double ein, long steps) {
  double total = log(h0);
  for (long t = 0; t < steps; t++)
    total += log(fabs(1.0 - 2.0 * s0 * pow(1.0 - ein, -2.0 * (double)t)));
  return total;
}

/* h when s reaches 1 on GD with weight decay from h0 at s0 = .6; *steps receives when. */
static double eos_height_at_edge(const eos_toy *toy, double al, double h0, double ein,
                                 long *steps) {
  double th[3];
  sid_manifold_point at = {.sharpness = eos_lam1(toy, al)};
  eos_walk walk;
  eos_near(toy, al, h0, th);
  eos_walk_gd(&walk, &toy->problem, th, 1.2 / at.sharpness, .1, ein);
  *steps = 0;
  while (!walk.status && .5 * eos_rate(&walk) * at.sharpness < 1.0) {
    eos_step(&walk);
    ++*steps;
  }
  if (walk.status || sid_manifold_project(&toy->problem, walk.x, &at)) return (double)NAN;
  return at.h;
}

/* On toy A the height is a coordinate, with a relative error of rounding: h follows the law down to
 * 1e-80. On toy B the height is a difference of numbers of order 1: it stays near 1e-16, and the
 * law, which is the naive form, fails. h0 = 1e-6: the next order in h, h0^2 relative, is below the
 * rounding of the sum. */
static void eos_dying_oscillation(vf_context *context) {
  static const double eins[] = {1e-3, 1.5e-3};
  for (size_t k = 0; k < 2; k++) {
    char name[EOS_NAME];
    long steps;
    const double a = log(fabs(eos_height_at_edge(eos_a, 0.0, 1e-6, eins[k], &steps)));
    (void)snprintf(name, sizeof name, "toy A al=0: ln|h| at s=1, h0=1e-6 ein=%g", eins[k]);
    vf_within(context, name, a, eos_naive_log(1e-6, .6, eins[k], steps), 1e-8,
              "250 steps; the error of s, 250 steps of 40 roundings, enters with 1/(2 s - 1) <= 5");
    const double b =
        log(fabs(eos_height_at_edge(eos_b, eos_angles[0].value, 1e-6, eins[k], &steps)));
    (void)snprintf(name, sizeof name, "toy B al=atan2(2,1): ln|h| at s=1, h0=1e-6 ein=%g", eins[k]);
    vf_rejected(context, name, b, eos_naive_log(1e-6, .6, eins[k], steps), 20.0,
                "9 orders of magnitude");
    vf_within(context, name, b, log(EOS_ULP), log(100.0),
              "a few roundings of coordinates: 2^-53 within a factor 100");
  }
}

/* Largest |et lam1 - 2| in `steps` steps after s = 1 is reached. */
static double eos_excursion(const eos_toy *toy, double al, double h, double et0, double ein,
                            long steps) {
  double th[3], largest = 0.0;
  eos_walk walk;
  eos_near(toy, al, h, th);
  eos_walk_gd(&walk, &toy->problem, th, et0, .1, ein);
  for (long t = 0; t < steps && !walk.status; t++) {
    sid_manifold_point at;
    if (sid_manifold_project(&toy->problem, walk.x, &at)) break;
    const double u = eos_rate(&walk) * at.sharpness - 2.0;
    if (u > largest) largest = u;
    eos_step(&walk);
  }
  return walk.status ? (double)NAN : largest;
}

/* Left to itself the walk that came in with h of the order of a rounding runs far past the edge
 * before h is back; with h0 = .1 sqrt(ein) at the edge it keeps within the Hamiltonian's bound 2
 * sqrt(ein (E-1)), E = y0 - ln y0 (eos6), to O(ein). The naive excursion is the one of h = 2^-53 at
 * s = 1. */
static void eos_restart(vf_context *context) {
  static const double eins[] = {1e-3, 1e-4};
  for (size_t k = 0; k < 4; k++) {
    const eos_toy *toy = eos_toys + k / 2;
    const double ein = eins[k % 2], al = eos_angles[0].value, g = eos_slope(toy, al),
                 h0 = .1 * sqrt(ein);
    const double y0 = vf_eos_y(h0, g, ein), bound = 2.0 * sqrt(ein * (y0 - log(y0) - 1.0));
    const double edge = 2.0 / eos_lam1(toy, al);
    const long steps = lround(3.0 / sqrt(ein));
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s al=atan2(2,1) ein=%g: largest et lam1 - 2", toy->name,
                   ein);
    vf_within(context, name, eos_excursion(toy, al, h0, edge, ein, steps), bound, 20.0 * ein,
              "Hamiltonian, corrections O(ein)");
    vf_rejected(context, name, eos_excursion(toy, al, EOS_ULP, edge, ein, lround(1.0 / ein)), bound,
                20.0 * ein, "from h = 2^-53: the same orbit would be claimed");
  }
}

/* On an exact minimiser of toy A (z = 0) the gradient is 0: w_t = (1-ein)^t w_0 and the direction
 * stays, past the edge and on, until |w|^2 leaves the normal numbers (1/|w|^2 overflows), after
 * ln(|w_0|^2 2^1024)/(-2 ln(1-ein)) steps. A start off it by 1e-12 does not freeze. The direction
 * moves by rounding alone, once a step. */
static void eos_frozen(vf_context *context) {
  static const double eins[] = {.05, .02};
  for (size_t k = 0; k < 2; k++) {
    const double ein = eins[k], al = .5, et0 = 1.2 / eos_lam1(eos_a, al);
    double th[3];
    sid_manifold_point at = {.h = (double)NAN, .angle = (double)NAN};
    eos_walk walk;
    long steps = 0, last = lround(5.0 / ein);
    char name[EOS_NAME];
    eos_near(eos_a, al, 0.0, th);
    eos_walk_gd(&walk, &eos_a->problem, th, et0, .1, ein);
    const double start = eos_dot(walk.x, walk.x, 3);
    for (long t = 0; t < last; t++) eos_step(&walk);
    if (walk.status || sid_manifold_project(&eos_a->problem, walk.x, &at))
      vf_error(context, "frozen", "a step failed");
    (void)snprintf(name, sizeof name, "toy A al=0.5 ein=%g, exact minimiser", ein);
    vf_within(context, name, at.h, 0.0, 0.0, "exact: 0 times a number");
    vf_within(context, "angle after 5/ein steps", at.angle, al, 4.0 * (double)last * EOS_ULP,
              "4 roundings of 2^-53 a step");
    vf_within_relative(context, "s/s_0 after 5/ein steps", eos_rate(&walk) / et0,
                       pow(1.0 - ein, -2.0 * (double)last), 8.0 * (double)last * EOS_ULP,
                       "8 roundings of 2^-53 a step");
    for (steps = last; !walk.status && steps < 100 * last; steps++) eos_step(&walk);
    vf_within(context, "steps to the end", (double)steps,
              (log(start) + 1024.0 * log(2.0)) / (-2.0 * log1p(-ein)), 2.0,
              "rounding up, and the step that fails");
    eos_near(eos_a, al, 1e-12, th);
    eos_walk_gd(&walk, &eos_a->problem, th, et0, .1, ein);
    for (long t = 0; t < last; t++) eos_step(&walk);
    vf_rejected(context, "s/s_0 from h=1e-12", log(eos_rate(&walk) / et0),
                -2.0 * (double)last * log1p(-ein), 1.0, "the frozen law, within a factor e");
  }
}

/* ---- eos4: the sharpness-reduction flow (3) ---- */

/* The flow on the circle of a toy: al' = -(factor/rho) g/(4 + weight g^2). */
typedef struct {
  const eos_toy *toy;
  double factor, weight;
} eos_law;

/* tau = Psi(al_0) - Psi(al): dPsi/dal = rho (4/g + weight g)/factor, by partial fractions of 1/g =
 * rho lam1/(2 b sin cos). */
static double eos_psi(const eos_law *law, double al) {
  const double a = law->toy->a, b = law->toy->b, rho2 = law->toy->rho * law->toy->rho;
  const double slow = 2.0 * rho2 / b * (a * log(sin(al)) - (a + b) * log(cos(al)));
  return (slow + law->weight * log(eos_lam1(law->toy, al))) / law->factor;
}

/* The angle at time tau, by bisection of ln al. */
static double eos_flow_angle(const eos_law *law, double al0, double tau) {
  const double goal = eos_psi(law, al0) - tau;
  double low = log(al0) - 100.0, high = log(al0);
  for (int k = 0; k < 60; k++) {
    const double middle = .5 * (low + high);
    if (eos_psi(law, exp(middle)) < goal)
      low = middle;
    else
      high = middle;
  }
  return exp(.5 * (low + high));
}

static sid_flow eos_flow(const eos_law *law) {
  const sid_flow flow = {SID_FLOW_SHARPNESS, &law->toy->problem, 0.0, law->factor, law->weight};
  return flow;
}

/* Point of sid_flow_run() at time tau in `steps` steps; *error is its estimate. Returns the
 * angle. */
static double eos_flow_run(const eos_law *law, double al0, double tau, uint64_t steps, double *x,
                           double *error) {
  const sid_flow flow = eos_flow(law);
  double work[EOS_WORK];
  eos_near(law->toy, al0, 0.0, x);
  if (sid_flow_run(&flow, tau / (double)steps, steps, x, error, work)) return (double)NAN;
  return atan2(x[1], x[0]);
}

/* Flow (3) against its closed form in 60 digits. The tolerance is the estimate of the Runge-Kutta
 * error (a coordinate's, over the radius), twice, and 8 roundings a step. */
static void eos_flow_digits(vf_context *context) {
  static const char *const taus[] = {"0.25", "0.5", "1", "1.5", "2"};
  enum { STEPS = 400 };
  for (size_t k = 0; k < 30; k++) {
    const eos_law law = {eos_toys + k / 15, 2.0, 1.0};
    const eos_angle *al0 = eos_angles + k / 5 % 3;
    char key[EOS_NAME];
    double x[3], error = (double)NAN;
    (void)snprintf(key, sizeof key, "eos4.al.%s.al0-%s.tau-%s", law.toy->key, al0->key,
                   taus[k % 5]);
    const double al = eos_flow_run(&law, al0->value, strtod(taus[k % 5], NULL), STEPS, x, &error);
    vf_at_most(context, "estimate of the error", error, 1e-8, "400 steps are enough");
    vf_within(context, key, al, vf_expected(context, key),
              2.0 * error / law.toy->rho + 8.0 * STEPS * EOS_ULP,
              "twice the estimated error, and 8 roundings of 2^-53 a step");
  }
}

/* The error of the angle falls with the fourth power of the step, for (3) and for RMSprop's flow
 * (factor 1, weight 2/C_b); the estimate tends to the error. */
static void eos_flow_order(vf_context *context) {
  enum { COUNT = 6 };
  static const double factors[] = {2, 2, 1, 1}, weights[] = {1, 1, 4, .5};
  for (size_t k = 0; k < 4; k++) {
    const eos_law law = {eos_toys + (k + 1) % 2, factors[k], weights[k]};
    const double tau = 2.0 / factors[k], al0 = eos_angles[k % 2].value,
                 exact = eos_flow_angle(&law, al0, tau);
    double h[COUNT], error[COUNT], ratio[COUNT], x[3], end[3];
    eos_near(law.toy, exact, 0.0, end);
    for (int i = 0; i < COUNT; i++) {
      const uint64_t steps = (uint64_t)8 << i;
      double largest = 0.0, estimate = (double)NAN;
      h[i] = tau / (double)steps;
      error[i] = fabs(eos_flow_run(&law, al0, tau, steps, x, &estimate) - exact);
      for (int j = 0; j < 3; j++) largest = fmax(largest, fabs(x[j] - end[j]));
      ratio[i] = estimate / largest;
    }
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s al0=%s factor=%g weight=%g", law.toy->name,
                   eos_angles[k % 2].key, factors[k], weights[k]);
    eos_exponent(context, name, h, error, COUNT, 4.0, 0.0);
    vf_within(context, "estimate/error, 64 steps", ratio[3], 1.0,
              2.0 * fabs(ratio[3] - ratio[2]) + .02,
              "twice the change from 32 to 64 steps, and the next order");
  }
}

/* ---- walks at the edge ---- */

/* What one state shows. */
typedef struct {
  double th[3], et;
  sid_manifold_point at;
} eos_seen;

static void eos_look(eos_walk *walk, eos_seen *seen) {
  eos_direction(walk, seen->th);
  seen->et = eos_rate(walk);
  if (sid_manifold_project(walk->problem, walk->x, &seen->at) && !walk->status)
    walk->status = SID_E_KIND;
}

/* A start at the edge, et0 = 2/lam1, with height h0: GD with weight decay with ein, or with cb > 0
 * RMSprop with eta^2 = 2 ein, 1 - beta = cb eta^2 (quasi: its quasi-RMSprop). */
typedef struct {
  const eos_toy *toy;
  double al0, ein, h0, cb;
  int quasi;
} eos_edge;

static void eos_edge_begin(const eos_edge *edge, eos_walk *walk) {
  const double et0 = 2.0 / eos_lam1(edge->toy, edge->al0);
  double th[3];
  eos_near(edge->toy, edge->al0, edge->h0, th);
  eos_walk_gd(walk, &edge->toy->problem, th, et0, .1, edge->ein);
  if (edge->cb <= 0.0) return;
  const double eta2 = 2.0 * edge->ein;
  walk->dynamics = (sid_dynamics){.kind = edge->quasi ? SID_QUASI_RMSPROP : SID_RMSPROP,
                                  .batch = 1,
                                  .beta = 1.0 - edge->cb * eta2,
                                  .v0 = eta2 / (et0 * et0)};
  walk->lr = sqrt(eta2), walk->wd = 0.0;
  sid_state_begin(walk->problem, &walk->dynamics, walk->lr, walk->x);
}

/* The flow that a start follows, and the time of it that a step takes. */
static eos_law eos_edge_law(const eos_edge *edge) {
  const eos_law gd = {edge->toy, 2.0, 1.0}, rmsprop = {edge->toy, 1.0, 2.0 / edge->cb};
  return edge->cb > 0.0 ? rmsprop : gd;
}

static double eos_edge_time(const eos_edge *edge) {
  return edge->cb > 0.0 ? 2.0 * edge->ein : edge->ein;
}

/* sup |theta - zeta| and sup of the distance of phi to zeta along the circle over the given time of
 * the flow, the number of steps at which h does not change its sign, and the rounding of zeta. zeta
 * goes by Runge-Kutta steps of one step of the walk, whose error eos4.flow-order bounds. */
typedef struct {
  double sup, phi, kept;
} eos_track;

static void eos_track_run(const eos_edge *edge, double time, eos_track *track) {
  const eos_law law = eos_edge_law(edge);
  const sid_flow flow = eos_flow(&law);
  const double unit = eos_edge_time(edge);
  const long steps = lround(time / unit);
  double zeta[3], work[64], before = 0.0;
  eos_seen seen;
  eos_walk walk;
  *track = (eos_track){0.0, 0.0, 0.0};
  eos_near(edge->toy, edge->al0, 0.0, zeta);
  eos_edge_begin(edge, &walk);
  for (long t = 0; t <= steps; t++) {
    double distance = 0.0;
    eos_look(&walk, &seen);
    for (int j = 0; j < 3; j++) distance += (seen.th[j] - zeta[j]) * (seen.th[j] - zeta[j]);
    const double along =
        zeta[0] * seen.at.phi[1] - zeta[1] * seen.at.phi[0]; /* rho^2 sin of the angle between */
    track->sup = fmax(track->sup, distance);
    track->phi = fmax(track->phi, fabs(along) / edge->toy->rho);
    track->kept += t > 0 && seen.at.h * before >= 0.0;
    before = seen.at.h;
    if (t == steps) break;
    eos_step(&walk);
    if (sid_flow_run(&flow, unit, 1, zeta, NULL, work)) walk.status = SID_E_NONFINITE;
  }
  track->sup = walk.status ? (double)NAN : sqrt(track->sup);
}

typedef struct {
  const eos_edge *edges;
  double time;
} eos_track_case;

static void eos_track_one(void *user, size_t i, double *out) {
  const eos_track_case *one = user;
  eos_track track;
  eos_track_run(one->edges + i, one->time, &track);
  out[0] = track.sup, out[1] = track.phi, out[2] = track.kept;
}

/* Edges of one toy and angle with ein = 10^(-first - k/steps), h0 = .1 sqrt(ein). */
static void eos_ladder(const eos_toy *toy, double al0, double first, int count, double cb,
                       eos_edge *edges) {
  for (int k = 0; k < count; k++) {
    const double ein = pow(10.0, -first - .5 * k);
    edges[k] = (eos_edge){toy, al0, ein, .1 * sqrt(ein), cb, 0};
  }
}

static const char *const eos_sup_columns[] = {"ein", "sup |theta - zeta|", "sup |phi - zeta|"};

/* ein, sup, sup along the circle: the errors of a ladder as a series. */
static void eos_sup_series(vf_context *context, const char *name, const eos_edge *edges,
                           const double *tracks, size_t count) {
  double rows[3 * 16];
  for (size_t k = 0; k < count; k++) {
    rows[3 * k] = edges[k].ein;
    rows[3 * k + 1] = tracks[3 * k];
    rows[3 * k + 2] = tracks[3 * k + 1];
  }
  vf_series(context, name, eos_sup_columns, 3, rows, count);
}

/* y > 1 with y - ln y = energy: the turning point of the Hamiltonian (eos6). */
static double eos_peak(double energy) {
  double low = 1.0, high = energy + 10.0;
  for (int k = 0; k < 60; k++) {
    const double middle = .5 * (low + high);
    if (middle - log(middle) < energy)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* ---- eos5: mean of h^2, drift and speed ---- */

/* Sums over a window of steps: means of h^2/eta^2 and of (4 + w g^2) h^2/eta^2 (eta^2 = 2 ein, w
 * the weight of the flow); the same plus w times the change of log(et lam1) per step, which
 * balances it; drift of phi over -sum h^2 g; angles at both ends; change of log lam1 per time of
 * the flow; largest h^2 (1 + |g|). */
typedef struct {
  double h2, q, balance, drift, first, last, speed, most;
} eos_window;

/* The walk from an edge, in `count` windows of `time` units of the flow. */
static void eos_windows(const eos_edge *edge, size_t count, double time, eos_window *windows) {
  const eos_law law = eos_edge_law(edge);
  const double eta2 = 2.0 * edge->ein;
  const long steps = lround(time / eos_edge_time(edge));
  eos_seen seen;
  eos_walk walk;
  eos_edge_begin(edge, &walk);
  eos_look(&walk, &seen);
  for (size_t k = 0; k < count; k++) {
    const eos_seen start = seen;
    double h2 = 0.0, q = 0.0, push = 0.0, most = 0.0;
    for (long t = 0; t < steps; t++) {
      const double h = seen.at.h, g = seen.at.slope;
      h2 += h * h;
      q += (4.0 + law.weight * g * g) * h * h;
      push += h * h * g;
      most = fmax(most, h * h * (1.0 + fabs(g)));
      eos_step(&walk);
      eos_look(&walk, &seen);
    }
    const double n = (double)steps, lost = log(seen.at.sharpness / start.at.sharpness);
    const double level = log(seen.et / start.et) + lost;
    windows[k] = (eos_window){h2 / n / eta2,
                              q / n / eta2,
                              (q + law.weight * level) / n / eta2,
                              edge->toy->rho * (start.at.angle - seen.at.angle) / push,
                              start.at.angle,
                              seen.at.angle,
                              lost / (n * eos_edge_time(edge)),
                              most};
    if (walk.status) windows[k].h2 = (double)NAN;
  }
}

/* ---- eos6: period two, and the Hamiltonian ---- */

/* One orbit from u = et lam1 - 2 = 0, y = h^2 (4+g^2)/(2 ein) = y0 < 1: y rises first, u is 0 again
 * at the peak, and a period ends when u returns to 0 from below. period: mean of `count` periods in
 * steps, by interpolation; peak: largest y, least: smallest y, in the first; top: largest |u|;
 * drift: largest |E - E_0| in the first; kept: steps without a change of sign of h. */
typedef struct {
  double period, peak, least, top, drift, kept;
} eos_orbit;

static void eos_orbit_run(const eos_edge *edge, int count, eos_orbit *orbit) {
  eos_seen seen;
  eos_walk walk;
  double u = 0.0, before = 0.0, sign = 0.0, start = 0.0;
  const long most = lround(20.0 * count / sqrt(edge->ein));
  *orbit = (eos_orbit){(double)NAN, 0.0, (double)INFINITY, 0.0, 0.0, 0.0};
  eos_edge_begin(edge, &walk);
  for (long t = 0, ends = 0; t < most && ends < count && !walk.status; t++) {
    eos_look(&walk, &seen);
    u = seen.et * seen.at.sharpness - 2.0;
    const double y = vf_eos_y(seen.at.h, seen.at.slope, edge->ein);
    const double energy = vf_eos_energy(seen.et, seen.at.sharpness, y, edge->ein);
    if (t == 0) start = energy;
    if (t > 1 && before < 0.0 && u >= 0.0) {
      ends++;
      orbit->period = ((double)t - u / (u - before)) / (double)ends;
    }
    if (ends == 0) {
      orbit->peak = fmax(orbit->peak, y);
      orbit->least = fmin(orbit->least, y);
      orbit->top = fmax(orbit->top, fabs(u));
      orbit->drift = fmax(orbit->drift, fabs(energy - start));
    }
    orbit->kept += seen.at.h * sign > 0.0;
    sign = seen.at.h, before = u;
    eos_step(&walk);
  }
  if (walk.status) orbit->period = (double)NAN;
}

/* ---- eos4: GD with weight decay tracks the flow ---- */

/* Compares the limit of value[k] = value(h 2^-k), whose error is a power series in h^power, with
 * `expected`: extrapolated `depth` times, which the last levels must confirm to within `cap`. The
 * tolerance is the last two changes, and `noise`, the part of the error that is no series. */
static void eos_limit(vf_context *context, const char *name, double *value, int count, int depth,
                      int power, double expected, double noise, double cap) {
  for (int k = 1; k <= depth; k++)
    for (int i = count - 1; i >= k; i--)
      value[i] += (value[i] - value[i - 1]) / (ldexp(1.0, power * k) - 1.0);
  const double change =
      fabs(value[count - 1] - value[count - 2]) + fabs(value[count - 2] - value[count - 3]);
  if (!(change + noise <= cap)) vf_error(context, name, "the extrapolation does not converge");
  vf_within(context, name, value[count - 1], expected, change + noise,
            "last two changes of the extrapolation to ein = 0, and sampling at whole steps");
}

/* Tracks of `count` edges on all threads; 3 numbers each. */
static void eos_tracks(vf_context *context, const eos_edge *edges, size_t count, double time,
                       double *tracks) {
  eos_track_case one = {edges, time};
  vf_map(count, vf_jobs(context), tracks, 3, eos_track_one, &one);
}

static void eos_track_name(char *name, const eos_edge *edge) {
  if (edge->cb > 0.0)
    (void)snprintf(name, EOS_NAME, "%s al0=%.4g %s cb=%g eta=%.4g", edge->toy->name, edge->al0,
                   edge->quasi ? "quasi-RMSprop" : "RMSprop", edge->cb, sqrt(2.0 * edge->ein));
  else
    (void)snprintf(name, EOS_NAME, "%s al0=%.4g ein=%.4g", edge->toy->name, edge->al0, edge->ein);
}

/* What holds of each track: sup |theta - zeta| <= factor*unit, and h changes its sign at every
 * step. */
static void eos_track_claims(vf_context *context, const eos_edge *edges, const double *tracks,
                             size_t count, double factor) {
  for (size_t k = 0; k < count; k++) {
    char name[EOS_NAME];
    const double unit = sqrt(edges[k].cb > 0.0 ? 2.0 * edges[k].ein : edges[k].ein);
    eos_track_name(name, edges + k);
    vf_at_most(context, name, tracks[3 * k] / unit, factor,
               "sup |theta - zeta| in units of sqrt(ein) or eta");
    vf_within(context, "steps without a change of sign of h", tracks[3 * k + 2], 0.0, 0.0,
              "a count");
  }
}

/* Exponent 1/2 in ein: order 1 in sqrt(ein), of sup |theta - zeta| and of sup |phi - zeta|. At
 * whole steps a peak of h is missed by up to (y - 1) ein/2 of itself, one of u by ein. */
static void eos_track_order(vf_context *context, const eos_edge *edges, const double *tracks,
                            size_t count) {
  double root[16], error[16];
  for (size_t j = 0; j < 2; j++) {
    char name[EOS_NAME + 40], start[EOS_NAME];
    for (size_t k = 0; k < count; k++) root[k] = sqrt(edges[k].ein), error[k] = tracks[3 * k + j];
    eos_track_name(start, edges);
    (void)snprintf(name, sizeof name, "%s, from %s", j ? "sup |phi - zeta|" : "sup |theta - zeta|",
                   start);
    eos_exponent(context, name, root, error, count, 1.0, 3.0 * edges[count - 1].ein);
  }
}

/* sup |theta - zeta| on toy B at ein = 1e-2, ..., 1e-6 and al0 = atan2(2,1), 1: the distance at the
 * first peak of h, by a run of projected GD with 40 digits. */
static const double eos_sup_digits[2][5] = {
    {0.13011688569935797, 0.042250631431346696, 0.014086426878460379, 0.0045746168710889286,
     0.0014609314073883814},
    {0.12752109201725286, 0.040386112152392277, 0.013316642529914974, 0.0042957146747996441,
     0.0013686729853104241}};

/* Every second of the tracks against these. Up to the peak there are 1.5/sqrt(ein) steps of some 4
 * roundings, which grow with h, 25 times at most; zeta's Runge-Kutta steps of ein err by .02 ein^4
 * (the estimate of eos4.flow). */
static void eos_track_digits(vf_context *context, int angle, const double *tracks, int first,
                             int last) {
  for (int k = first; k <= last; k++) {
    const double ein = pow(10.0, -2.0 - k);
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "toy B al0=%s ein=1e-%d: sup |theta - zeta|",
                   eos_angles[angle].key, k + 2);
    vf_within(context, name, tracks[(ptrdiff_t)6 * k], eos_sup_digits[angle][k],
              150.0 / sqrt(ein) * EOS_ULP + .02 * pow(ein, 4.0),
              "1.5/sqrt(ein) steps of 4 roundings of 2^-53, 25 times, and the flow's error");
  }
}

/* Theorem 4.7 on toy B: sup |theta - zeta| over 2/ein steps from h0 = .1 sqrt(ein), eta = .1, al0 =
 * atan2(2,1), at ein = 1e-2 to 1e-5, <= 2 sqrt(ein), and of order 1/2, above the 1/4 of the
 * theorem. Another al0, and toy A from .3. */
static void eos_track_flow(vf_context *context) {
  enum { COUNT = 7 };
  static const struct {
    int toy;
    double al0;
    const char *series;
  } cases[] = {{1, 1.1071487177940904, "toy B al0=atan2(2,1)"},
               {1, 1.0, "toy B al0=1"},
               {0, .3, "toy A al0=0.3"}};
  for (size_t c = 0; c < 3; c++) {
    eos_edge edges[COUNT];
    double tracks[3 * COUNT];
    eos_ladder(eos_toys + cases[c].toy, cases[c].al0, 2.0, COUNT, 0.0, edges);
    eos_tracks(context, edges, COUNT, 2.0, tracks);
    eos_track_claims(context, edges, tracks, COUNT, 2.0);
    eos_track_order(context, edges + 1, tracks + 3, COUNT - 1);
    eos_sup_series(context, cases[c].series, edges, tracks, COUNT);
    if (c < 2) eos_track_digits(context, (int)c, tracks, 0, 3);
  }
}

/* The same down to 1e-6, and from a large slope on toy A (al0 = 1.1), where the largest distance
 * comes late, its constant is larger and not yet that of the limit. */
static void eos_track_flow_long(vf_context *context) {
  enum { COUNT = 9 };
  for (size_t c = 0; c < 3; c++) {
    eos_edge edges[COUNT];
    double tracks[3 * COUNT];
    eos_ladder(c < 2 ? eos_b : eos_a, eos_angles[c % 2].value, 2.0, COUNT, 0.0, edges);
    eos_tracks(context, edges, COUNT, 2.0, tracks);
    eos_track_claims(context, edges, tracks, COUNT, c < 2 ? 2.0 : 3.0);
    if (c < 2) eos_track_order(context, edges + 2, tracks + 6, COUNT - 2);
    if (c < 2) eos_track_digits(context, (int)c, tracks, 4, 4);
  }
}

/* The constants, from the first period, in units of eta = sqrt(2 ein): sup |theta - zeta| is the
 * first peak of h; and phi leads zeta by w g Delta u/(2 (4 + w g^2)), because sum (4 + w g^2) h^2 =
 * eta^2 t - w Delta log(et lam1), so that sup |phi - zeta| is g sqrt(w (E - 1)/2)/(4 + w g^2): the
 * largest u is eta sqrt(C_b (E - 1)), w = 2/C_b. Limits at ein = 4^-6 .. 4^-11, errors a series in
 * sqrt(ein); the peak is sampled at whole steps, an error O(ein), so that one extrapolation is all
 * that helps. */
static void eos_constant(vf_context *context, double al0, double cb, int quasi) {
  enum { COUNT = 6 };
  double sup[COUNT], phi[COUNT];
  eos_edge edge = {eos_b, al0, 0.0, 0.0, cb, quasi};
  const double g = eos_slope(eos_b, al0), w = eos_edge_law(&edge).weight,
               y0 = .005 * (4.0 + w * g * g);
  for (int k = 0; k < COUNT; k++) {
    const double ein = ldexp(1.0, -12 - 2 * k), eta = sqrt(2.0 * ein);
    eos_track track;
    edge.ein = ein, edge.h0 = .1 * sqrt(ein);
    eos_track_run(&edge, 3.0 * eos_edge_time(&edge) / sqrt(ein), &track);
    sup[k] = track.sup / eta, phi[k] = track.phi / eta;
  }
  char name[EOS_NAME], text[EOS_NAME + 40];
  eos_track_name(name, &edge);
  (void)snprintf(text, sizeof text, "sup |theta - zeta|/eta, to %s", name);
  eos_limit(context, text, sup, COUNT, 1, 1, sqrt(eos_peak(y0 - log(y0)) / (4.0 + w * g * g)), 0.0,
            .02);
  (void)snprintf(text, sizeof text, "sup |phi - zeta|/eta, to %s", name);
  eos_limit(context, text, phi, COUNT, 1, 1,
            g * sqrt(.5 * w * (y0 - log(y0) - 1.0)) / (4.0 + w * g * g), 0.0, .005);
}

static void eos_constants(vf_context *context) {
  static const double angles[] = {1.1071487177940904, 1.0, .8};
  for (size_t c = 0; c < 3; c++) eos_constant(context, angles[c], 0.0, 0);
}

/* Angle against time of the flow: measured, and by the closed form. */
static void eos_angle_series(vf_context *context, const char *name, const eos_edge *edge,
                             double time, double tolerance, const char *basis) {
  enum { ROWS = 81 };
  static const char *const columns[] = {"tau", "angle of phi", "angle of the flow (3)"};
  const eos_law law = eos_edge_law(edge);
  const long every = lround(time / (ROWS - 1) / eos_edge_time(edge));
  double rows[3 * ROWS], worst = 0.0;
  eos_seen seen;
  eos_walk walk;
  eos_edge_begin(edge, &walk);
  for (size_t k = 0; k < ROWS; k++) {
    eos_look(&walk, &seen);
    rows[3 * k] = (double)every * (double)k * eos_edge_time(edge);
    rows[3 * k + 1] = seen.at.angle;
    rows[3 * k + 2] = k ? eos_flow_angle(&law, edge->al0, rows[3 * k]) : edge->al0;
    worst = fmax(worst, fabs(rows[3 * k + 1] - rows[3 * k + 2]));
    for (long t = 0; t < every; t++) eos_step(&walk);
  }
  if (walk.status) worst = (double)NAN;
  vf_within(context, name, worst, 0.0, tolerance, basis);
  vf_series(context, name, columns, 3, rows, ROWS);
}

static void eos_curve(vf_context *context) {
  const eos_edge edges[] = {{eos_b, eos_angles[0].value, 1e-4, 1e-3, 0.0, 0},
                            {eos_b, 1.0, 2e-5, .1 * sqrt(2e-5), 0.0, 0}};
  for (size_t k = 0; k < 2; k++) {
    char name[EOS_NAME];
    eos_track_name(name, edges + k);
    eos_angle_series(context, name, edges + k, 2.0, 2.0 * sqrt(edges[k].ein),
                     "Theorem 4.7: 2 sqrt(ein)");
  }
}

/* ---- eos5: the checks ---- */

enum { EOS_WINDOWS = 10 };

typedef struct {
  const eos_edge *edges;
  double time;
} eos_window_case;

static void eos_windows_one(void *user, size_t i, double *out) {
  const eos_window_case *one = user;
  eos_window windows[EOS_WINDOWS];
  eos_windows(one->edges + i, EOS_WINDOWS, one->time, windows);
  memcpy(out, windows, sizeof windows);
}

enum { EOS_FIELDS = sizeof(eos_window) / sizeof(double) };

/* Windows of starts on all threads: windows[i*EOS_WINDOWS + k]. */
static void eos_all_windows(vf_context *context, const eos_edge *edges, size_t count, double time,
                            eos_window *windows) {
  eos_window_case one = {edges, time};
  double values[8 * EOS_WINDOWS * EOS_FIELDS];
  vf_map(count, vf_jobs(context), values, (size_t)EOS_WINDOWS * EOS_FIELDS, eos_windows_one, &one);
  memcpy(windows, values, count * EOS_WINDOWS * sizeof *windows);
}

/* Largest distance of balance and drift from 1 in all windows, at each ein: the mean of (4 + w g^2)
 * h^2 is 2 ein once the change of log(et lam1) over the window is added, and phi moves by -h^2 grad
 * log lam1 a step. Both are leading orders in h (odd powers cancel in pairs of steps): what is left
 * is of relative order h^2, and an offset of order h^2 (1 + g) of phi and log lam1 at the ends of a
 * window, over its length in tau. The tolerance is the largest of these, at every ein; a factor in
 * h, lam1, the slope or the recursion of the rate would show as O(1). */
static void eos_balance(vf_context *context, const eos_toy *toy, double al0, double cb, int first,
                        int count) {
  const double time = cb > 0.0 ? .4 : .2;
  eos_edge edges[8] = {{NULL, 0.0, 0.0, 0.0, 0.0, 0}};
  eos_window windows[8 * EOS_WINDOWS];
  for (int k = 0; k < count; k++) {
    const double ein = ldexp(1.0, -2 * (first + k));
    edges[k] = (eos_edge){toy, al0, ein, .1 * sqrt(ein), cb, 0};
  }
  eos_all_windows(context, edges, (size_t)count, time, windows);
  for (int k = 0; k < count; k++) {
    double balance = 0.0, drift = 0.0, most = 0.0;
    char name[EOS_NAME], text[EOS_NAME + 40];
    for (int i = 0; i < EOS_WINDOWS; i++) {
      const eos_window *window = windows + (ptrdiff_t)k * EOS_WINDOWS + i;
      balance = isnan(window->h2) ? (double)NAN : fmax(balance, fabs(window->balance - 1.0));
      drift = isnan(window->h2) ? (double)NAN : fmax(drift, fabs(window->drift - 1.0));
      most = fmax(most, window->most);
    }
    const double tolerance = most / time;
    eos_track_name(name, edges + k);
    (void)snprintf(text, sizeof text, "%s: balance of 10 windows", name);
    vf_within(context, text, balance, 0.0, tolerance,
              "largest h^2 (1 + g) over the time of a window");
    (void)snprintf(text, sizeof text, "%s: drift of 10 windows", name);
    vf_within(context, text, drift, 0.0, tolerance,
              "largest h^2 (1 + g) over the time of a window");
  }
}

static void eos_mean_balance(vf_context *context) {
  eos_balance(context, eos_b, eos_angles[0].value, 0.0, 4, 5);
  eos_balance(context, eos_b, 1.0, 0.0, 4, 5);
  eos_balance(context, eos_a, .3, 0.0, 4, 5);
}

/* Mean over tau in [from, to] of 2/(4 + g^2) along the flow in closed form, by Simpson's rule with
 * 40 intervals. */
static double eos_flow_mean(const eos_law *law, double al0, double from, double to) {
  enum { PARTS = 40 };
  double total = 0.0;
  for (int k = 0; k <= PARTS; k++) {
    const double tau = from + (to - from) * k / PARTS,
                 g = eos_slope(law->toy, eos_flow_angle(law, al0, tau));
    total += (k == 0 || k == PARTS ? 1.0 : k % 2 ? 4.0 : 2.0) * 2.0 / (4.0 + g * g);
  }
  return total / (3.0 * PARTS);
}

static const char *const eos_window_columns[] = {
    "tau from", "tau to", "mean h^2/ein", "2/(4+g^2) along the flow", "speed", "speed of the flow"};

/* Figure-like: mean h^2 in windows of .2/ein steps against the flow's mean of 2/(4 + g^2), within 1
 * %, and the speed of log lam1 within .003, at ein = 1e-5: a window has some 25 periods, and its
 * ends change sum h^2 by part of one. The window .4 to .6 also against 60 digits. */
static void eos_mean_windows(vf_context *context) {
  eos_edge edges[2];
  eos_window windows[2 * EOS_WINDOWS];
  for (int c = 0; c < 2; c++)
    edges[c] = (eos_edge){eos_b, eos_angles[c].value, 1e-5, .1 * sqrt(1e-5), 0.0, 0};
  eos_all_windows(context, edges, 2, .2, windows);
  for (int c = 0; c < 2; c++) {
    const eos_law law = eos_edge_law(edges + c);
    const double al0 = edges[c].al0;
    double rows[6 * EOS_WINDOWS];
    char name[EOS_NAME], text[EOS_NAME + 80];
    eos_track_name(name, edges + c);
    for (int i = 0; i < EOS_WINDOWS; i++) {
      const eos_window *window = windows + (ptrdiff_t)c * EOS_WINDOWS + i;
      const double from = .2 * i, to = .2 * (i + 1),
                   start = i ? eos_flow_angle(&law, al0, from) : al0;
      const double lost =
          log(eos_lam1(law.toy, eos_flow_angle(&law, al0, to)) / eos_lam1(law.toy, start));
      const double row[6] = {
          from, to, 2.0 * window->h2, eos_flow_mean(&law, al0, from, to), window->speed, lost / .2};
      memcpy(rows + (ptrdiff_t)6 * i, row, sizeof row);
      (void)snprintf(text, sizeof text, "%s tau %.1f..%.1f mean h^2/ein", name, from, to);
      vf_within_relative(context, text, row[2], row[3], .01,
                         "windows within 1 %: ends of a window");
      (void)snprintf(text, sizeof text, "%s tau %.1f..%.1f d log lam1/dtau", name, from, to);
      vf_within(context, text, row[4], row[5], .003,
                "g sup|phi - zeta|-differences over .2: sqrt(ein)");
    }
    vf_series(context, name, eos_window_columns, 6, rows, EOS_WINDOWS);
    (void)snprintf(text, sizeof text, "eos5.window-mean-h2-over-ein.al0-%s.from-0.4.to-0.6",
                   eos_angles[c].key);
    vf_within_relative(context, text, 2.0 * windows[c * EOS_WINDOWS + 2].h2,
                       vf_expected(context, text), .01, "windows within 1 %");
  }
}

/* Drift, mean and speed of the window .4 to .6 at ein = 1e-5, from two angles. */
static void eos_erratum_window(vf_context *context, eos_window windows[2]) {
  eos_edge edges[2];
  eos_window all[2 * EOS_WINDOWS];
  for (int c = 0; c < 2; c++)
    edges[c] = (eos_edge){eos_b, eos_angles[c].value, 1e-5, .1 * sqrt(1e-5), 0.0, 0};
  eos_all_windows(context, edges, 2, .2, all);
  for (int c = 0; c < 2; c++) windows[c] = all[c * EOS_WINDOWS + 2];
}

/* E66: phi moves by h^2 grad log lam1 a step, printed 2 h^2; the mean of h^2 is 2 ein/(4 + g^2),
 * printed of 2 h^2. The drift errs by O(h^2), the mean by the ends of the window. */
static void eos_erratum_drift(vf_context *context) {
  eos_window windows[2];
  eos_erratum_window(context, windows);
  for (int c = 0; c < 2; c++) {
    char name[EOS_NAME], key[EOS_NAME];
    (void)snprintf(name, sizeof name, "toy B al0=%s ein=1e-5: drift/h^2", eos_angles[c].key);
    vf_erratum(context, name, windows[c].drift, vf_expected(context, "eos5.drift-over-h2"),
               vf_expected(context, "eos5.drift-over-h2.printed"), 1e-4,
               "9e-5 is 4 times the largest h^2");
    (void)snprintf(key, sizeof key, "eos5.window-mean-h2-over-ein.al0-%s.from-0.4.to-0.6",
                   eos_angles[c].key);
    (void)snprintf(name, sizeof name, "toy B al0=%s ein=1e-5: mean h^2/ein", eos_angles[c].key);
    const double right = vf_expected(context, key);
    vf_erratum(context, name, 2.0 * windows[c].h2, right, eos_key(context, "%s.printed", key),
               .01 * right, "windows within 1 %");
  }
}

/* E67: |grad log lam1|^2, printed without the square. */
static void eos_erratum_square(vf_context *context) {
  eos_window windows[2];
  eos_erratum_window(context, windows);
  for (int c = 0; c < 2; c++) {
    char name[EOS_NAME];
    const double right =
        eos_key(context, "eos5.window-mean-h2-over-ein.al0-%s.from-0.4.to-0.6", eos_angles[c].key);
    (void)snprintf(name, sizeof name, "toy B al0=%s ein=1e-5: mean h^2/ein", eos_angles[c].key);
    vf_erratum(context, name, 2.0 * windows[c].h2, right,
               eos_key(context, "eos5.window-mean-h2-over-ein-no-square.al0-%s.from-0.4.to-0.6",
                       eos_angles[c].key),
               .01 * right, "windows within 1 %");
  }
}

/* E68: the speed is per unit of tau; per step t it is ein times that. Over the window .4 to .6 the
 * speed at its middle is right to the second derivative's .2^2/24, less than 1 %. */
static void eos_erratum_time(vf_context *context) {
  eos_window windows[2];
  eos_erratum_window(context, windows);
  for (int c = 0; c < 2; c++) {
    char name[EOS_NAME];
    const double speed = eos_key(context, "eos5.speed.al0-%s.tau-0.5", eos_angles[c].key),
                 ein = 1e-5;
    (void)snprintf(name, sizeof name, "toy B al0=%s ein=1e-5: d log lam1 per step",
                   eos_angles[c].key);
    vf_erratum(context, name, windows[c].speed * ein, speed * ein, speed, .01 * ein * fabs(speed),
               "1 %: curvature over the window");
  }
}

/* ---- eos6: the checks ---- */

/* Period times sqrt(ein), and largest |u|/(2 sqrt(ein)), in the limit; on toy A at al = 0 nothing
 * is odd in h and g is 0: the error of the period is a series in ein, elsewhere in sqrt(ein). u is
 * largest at y = 1, where u'' = -8 ein u: at whole steps it misses ein of itself at most, three
 * times that once extrapolated. */
static void eos_period(vf_context *context) {
  static const struct {
    int toy, power;
    double al, y0;
    const char *key;
  } cases[] = {{0, 2, 0.0, .5, "0.5"},      {0, 2, 0.0, .01, "0.01"}, {0, 2, 0.0, .1, "0.1"},
               {0, 2, 0.0, 1e-4, "0.0001"}, {0, 2, 0.0, .9, "0.9"},   {0, 1, .3, .5, "0.5"},
               {0, 1, .3, .01, "0.01"},     {1, 1, 1.0, .5, "0.5"},   {1, 1, 1.0, .2, "0.2"}};
  enum { COUNT = 6 };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    const eos_toy *toy = eos_toys + cases[c].toy;
    const double g = eos_slope(toy, cases[c].al);
    double period[COUNT], top[COUNT], kept = 0.0;
    char name[EOS_NAME];
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(1.0, -12 - 2 * k);
      const eos_edge edge = {
          toy, cases[c].al, ein, sqrt(2.0 * ein * cases[c].y0 / (4.0 + g * g)), 0.0, 0};
      eos_orbit orbit;
      eos_orbit_run(&edge, 1, &orbit);
      period[k] = orbit.period * sqrt(ein), top[k] = orbit.top / (2.0 * sqrt(ein)),
      kept += orbit.kept;
    }
    (void)snprintf(name, sizeof name, "%s al=%g y0=%s: period sqrt(ein)", toy->name, cases[c].al,
                   cases[c].key);
    eos_limit(context, name, period, COUNT, cases[c].power == 2 ? 1 : 2, cases[c].power,
              eos_key(context, "eos6.period.y0-%s", cases[c].key), 0.0, 1e-3);
    (void)snprintf(name, sizeof name, "%s al=%g y0=%s: largest |u|", toy->name, cases[c].al,
                   cases[c].key);
    eos_limit(context, name, top, COUNT, 1, 1, eos_key(context, "eos6.u-max.y0-%s", cases[c].key),
              3.0 * top[COUNT - 1] * ldexp(1.0, -22), 4e-3);
    vf_within(context, "steps without a change of sign of h", kept, 0.0, 0.0, "a count");
  }
}

/* The numbers of toy A at ein = 1e-6, over 5 periods: period within .3 % (here 30 ein: the error at
 * ein = 1e-3 is 1e-4, and it is O(ein)), peak and least y; the peak is sampled at whole steps, an
 * error of at most y (y - 1) ein, and as much again from the next order, twice. */
static void eos_orbit_digits(vf_context *context) {
  static const char *const keys[] = {"0.5", "0.01", "0.1", "0.2"};
  const double ein = 1e-6;
  for (int c = 0; c < 4; c++) {
    const double y0 = strtod(keys[c], NULL), peak = eos_key(context, "eos6.peak.y0-%s", keys[c]);
    const eos_edge edge = {eos_a, 0.0, ein, sqrt(.5 * ein * y0), 0.0, 0};
    char name[EOS_NAME];
    eos_orbit orbit;
    eos_orbit_run(&edge, 5, &orbit);
    (void)snprintf(name, sizeof name, "toy A al=0 y0=%s ein=1e-6: period sqrt(ein)", keys[c]);
    const double period = eos_key(context, "eos6.period.y0-%s", keys[c]);
    vf_within_relative(context, name, orbit.period * sqrt(ein), period, 30.0 * ein / period,
                       "30 ein: O(ein) with the constant of ein = 1e-3");
    (void)snprintf(name, sizeof name, "toy A al=0 y0=%s ein=1e-6: peak", keys[c]);
    vf_within(context, name, orbit.peak, peak, 4.0 * peak * (peak - 1.0) * ein,
              "4 times the error of sampling");
    (void)snprintf(name, sizeof name, "toy A al=0 y0=%s ein=1e-6: least y", keys[c]);
    vf_within(context, name, orbit.least, y0, 4.0 * peak * (peak - 1.0) * ein,
              "4 times the error of sampling");
  }
}

/* E of the Hamiltonian is conserved over a period to O(sqrt(ein)). */
static void eos_energy(vf_context *context) {
  enum { COUNT = 7 };
  static const double angles[] = {0.0, .3, 1.1071487177940904}, starts[] = {.5, .1, .5};
  for (int c = 0; c < 3; c++) {
    const eos_toy *toy = c < 2 ? eos_a : eos_b;
    const double g = eos_slope(toy, angles[c]);
    double root[COUNT], drift[COUNT];
    char name[EOS_NAME];
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(1.0, -14 - 2 * k);
      const eos_edge edge = {toy, angles[c], ein, sqrt(2.0 * ein * starts[c] / (4.0 + g * g)),
                             0.0, 0};
      eos_orbit orbit;
      eos_orbit_run(&edge, 1, &orbit);
      root[k] = sqrt(ein), drift[k] = orbit.drift;
    }
    (void)snprintf(name, sizeof name, "%s al=%g y0=%g: largest change of E, ein=4^-7..4^-13",
                   toy->name, angles[c], starts[c]);
    eos_exponent(context, name, root, drift, COUNT, 1.0, ldexp(1.0, -26));
  }
}

/* h^2, et lam1, y and E over the first period. */
static void eos_period_series(vf_context *context) {
  static const char *const columns[] = {"step sqrt(ein)", "h", "h^2/ein", "et lam1", "y", "E"};
  static const double ein = 1e-4, starts[] = {.5, .01};
  enum { ROWS = 301 };
  double *rows = malloc(sizeof *rows * 6 * ROWS);
  for (int c = 0; rows && c < 2; c++) {
    const eos_toy *toy = eos_toys + c;
    const double al = c ? eos_angles[0].value : 0.0, g = eos_slope(toy, al);
    const eos_edge edge = {toy, al, ein, sqrt(2.0 * ein * starts[c] / (4.0 + g * g)), 0.0, 0};
    const double energy = starts[c] - log(starts[c]);
    double worst = 0.0;
    char name[EOS_NAME];
    eos_seen seen;
    eos_walk walk;
    eos_edge_begin(&edge, &walk);
    for (int t = 0; t < ROWS; t++) {
      eos_look(&walk, &seen);
      const double h = seen.at.h, y = vf_eos_y(h, seen.at.slope, ein);
      const double e = vf_eos_energy(seen.et, seen.at.sharpness, y, ein);
      const double row[6] = {t * sqrt(ein), h, h * h / ein, seen.et * seen.at.sharpness, y, e};
      memcpy(rows + (ptrdiff_t)6 * t, row, sizeof row);
      worst = fmax(worst, fabs(row[3] - 2.0));
      eos_step(&walk);
    }
    (void)snprintf(name, sizeof name, "%s al=%.4g y0=%g ein=1e-4", toy->name, al, starts[c]);
    vf_at_most(context, name, walk.status ? (double)NAN : worst,
               2.0 * sqrt(ein * (energy - 1.0)) + 10.0 * ein * energy,
               "|et lam1 - 2| <= 2 sqrt(ein (E - 1)), corrections O(ein)");
    vf_series(context, name, columns, 6, rows, ROWS);
  }
  if (!rows) vf_error(context, "series", "out of memory");
  free(rows);
}

/* ---- Section 7: midpoints, not iterates ---- */

/* Largest loss, and largest |sharpness/lam1(phi) - 1|, over one period: at the iterates and at the
 * midpoints of two, through the observables. */
typedef struct {
  double loss[2], sharpness[2];
} eos_smooth;

static void eos_midpoint_run(const eos_edge *edge, eos_smooth *smooth) {
  static const int32_t names[] = {SID_LOSS, SID_MIDPOINT_LOSS, SID_SPHERICAL_SHARPNESS,
                                  SID_MIDPOINT_SHARPNESS};
  double row[4], work[EOS_WORK];
  sid_manifold_point at;
  eos_walk walk;
  eos_edge_begin(edge, &walk);
  const sid_segment segment = {0, walk.lr, walk.wd, 1.0};
  const sid_experiment experiment = {
      .problem = *walk.problem,
      .dynamics = walk.dynamics,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .observables = names,
      .observable_count = 4};
  memset(smooth, 0, sizeof *smooth);
  for (long t = 1; t <= lround(3.0 / sqrt(edge->ein)); t++) {
    eos_step(&walk);
    sid_observe(&experiment, (uint64_t)t, walk.x, walk.work, row, work);
    if (walk.status || sid_manifold_project(walk.problem, walk.x, &at))
      row[0] = at.sharpness = (double)NAN;
    for (int j = 0; j < 2; j++) {
      smooth->loss[j] = row[j] <= smooth->loss[j] ? smooth->loss[j] : row[j];
      const double off = fabs(row[2 + j] / at.sharpness - 1.0);
      smooth->sharpness[j] = off <= smooth->sharpness[j] ? smooth->sharpness[j] : off;
    }
  }
}

/* On toy B at the edge, the loss at iterates is lam1 h^2/2, of order ein, at midpoints O(ein^2);
 * the sharpness at iterates errs by O(h), at midpoints by O(ein): orders 2, 4, 1, 2 in sqrt(ein). A
 * test that takes iterates for something smooth fails: at the midpoint's accuracy the iterates'
 * sharpness is not lam1. */
static void eos_midpoints(vf_context *context) {
  enum { COUNT = 7 };
  static const double orders[] = {2.0, 4.0, 1.0, 2.0};
  static const char *const names[] = {"loss at iterates", "loss at midpoints",
                                      "sharpness at iterates", "sharpness at midpoints"};
  for (int c = 0; c < 2; c++) {
    const double al0 = eos_angles[c].value;
    double root[COUNT], values[4][COUNT];
    char text[EOS_NAME];
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(1.0, -12 - 2 * k);
      const eos_edge edge = {eos_b, al0, ein, .5 * sqrt(ein), 0.0, 0};
      eos_smooth smooth;
      eos_midpoint_run(&edge, &smooth);
      root[k] = sqrt(ein);
      for (int j = 0; j < 2; j++)
        values[j][k] = smooth.loss[j], values[2 + j][k] = smooth.sharpness[j];
    }
    for (int j = 0; j < 4; j++) {
      (void)snprintf(text, sizeof text, "toy B al0=%s, %s, ein=4^-6..4^-12", eos_angles[c].key,
                     names[j]);
      eos_exponent(context, text, root, values[j], COUNT, orders[j], ldexp(1.0, -22));
    }
    (void)snprintf(text, sizeof text, "toy B al0=%s ein=4^-6: sharpness/lam1 - 1 at iterates",
                   eos_angles[c].key);
    vf_rejected(context, text, values[2][0], 0.0, values[3][0], "what midpoints reach");
  }
}

/* ---- eos9: scalar RMSprop and the quasi-RMSprop family ---- */

/* The flow of RMSprop against 60 digits. */
static void eos_rmsprop_flow(vf_context *context) {
  static const char *const cbs[] = {"0.5", "1", "2", "4"}, *const taus[] = {"0.5", "1", "2", "4"};
  enum { STEPS = 400 };
  for (size_t k = 0; k < 32; k++) {
    const eos_law law = {eos_b, 1.0, 2.0 / strtod(cbs[k / 4 % 4], NULL)};
    const eos_angle *al0 = eos_angles + k / 16;
    char key[EOS_NAME];
    double x[3], error = (double)NAN;
    (void)snprintf(key, sizeof key, "eos9.al.al0-%s.cb-%s.tau-%s", al0->key, cbs[k / 4 % 4],
                   taus[k % 4]);
    const double al = eos_flow_run(&law, al0->value, strtod(taus[k % 4], NULL), STEPS, x, &error);
    vf_at_most(context, "estimate of the error", error, 1e-8, "400 steps are enough");
    vf_within(context, key, al, vf_expected(context, key),
              2.0 * error / law.toy->rho + 8.0 * STEPS * EOS_ULP,
              "twice the estimated error, and 8 roundings of 2^-53 a step");
  }
}

/* zeta' = -grad log lam1/(4 + (2/C_b) g^2) in time t eta^2, over 4/eta^2 steps: sup |theta - zeta|
 * <= 3 eta, for RMSprop and quasi-RMSprop. The exponent 1 shows from eta = .002 on, and in the
 * constants of eos9.constants. */
static void eos_rmsprop_tracks(vf_context *context, int count, double time) {
  static const double cbs[] = {.5, 1.0, 2.0, 4.0};
  for (int c = 0; c < 8; c++) {
    eos_edge edges[8];
    double tracks[24];
    eos_ladder(eos_b, eos_angles[c % 2].value, 2.3, count, cbs[c / 2], edges);
    for (int k = 0; k < count; k++) edges[k].quasi = c % 2;
    eos_tracks(context, edges, (size_t)count, time, tracks);
    eos_track_claims(context, edges, tracks, (size_t)count, 3.0);
    if (count > 5) eos_track_order(context, edges, tracks, (size_t)count);
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s cb=%g",
                   c % 2 ? "quasi-RMSprop al0=1" : "RMSprop al0=atan2(2,1)", cbs[c / 2]);
    eos_sup_series(context, name, edges, tracks, (size_t)count);
  }
}

/* Exponent 1 and its constant. */
static void eos_rmsprop_constants(vf_context *context) {
  static const double cbs[] = {.5, 1.0, 2.0, 4.0};
  for (int c = 0; c < 4; c++) eos_constant(context, eos_angles[c / 2].value, cbs[c], c % 2);
}

static void eos_rmsprop_track(vf_context *context) { eos_rmsprop_tracks(context, 5, 4.0); }

static void eos_rmsprop_track_long(vf_context *context) { eos_rmsprop_tracks(context, 8, 4.0); }

/* <h^2> = eta^2/(4 + 2 g^2/C_b) and the drift, as in eos5. */
static void eos_rmsprop_mean(vf_context *context) {
  static const double cbs[] = {.5, 1.0, 4.0};
  for (int c = 0; c < 3; c++) eos_balance(context, eos_b, eos_angles[c % 2].value, cbs[c], 5, 4);
}

static void eos_rmsprop_curve(vf_context *context) {
  for (int c = 0; c < 3; c++) {
    const double ein = 5e-5, eta = sqrt(2.0 * ein);
    const eos_edge edge = {
        eos_b, eos_angles[0].value, ein, .1 * sqrt(ein), c == 0 ? .5 : c == 1 ? 1.0 : 4.0, c == 1};
    char name[EOS_NAME];
    eos_track_name(name, &edge);
    eos_angle_series(context, name, &edge, 4.0, 3.0 * eta, "3 eta");
  }
}

/* quasi_rmsprop with 1 - beta = 2 k, k = 2 ein - ein^2 and eta = sqrt(k)/(1 - ein) is GD with
 * weight decay (C_b = 2 (1 - ein)^2, eta^2 = 2 ein to first order): its 1/et+ = (1 - k)/et +
 * (k/eta^2) et |g|^2 is the recursion of X9. One step from each of 50 states, as in
 * X9.projected-gd. */
static void eos_member(vf_context *context) {
  static const double eins[] = {.1, .001};
  for (size_t c = 0; c < (size_t)2 * EOS_SUBJECTS; c++) {
    const eos_subject *subject = eos_subjects + c / 2;
    const uint32_t p = subject->problem.dim;
    const double ein = eins[c % 2], k = 2.0 * ein - ein * ein;
    double th[EOS_DIM], values[EOS_DIM], worst = 0.0;
    eos_walk gd, quasi;
    eos_random(&subject->problem, 42000 + c, th);
    (void)eos_eigenvalues(&subject->problem, th, values);
    eos_walk_gd(&gd, &subject->problem, th, 1.5 / eos_largest_size(values, p), .3, ein);
    for (int t = 0; t < 50; t++) {
      quasi = gd;
      quasi.lr = sqrt(k) / (1.0 - ein), quasi.wd = 0.0;
      const double root = quasi.lr / eos_rate(&gd);
      quasi.dynamics = (sid_dynamics){
          .kind = SID_QUASI_RMSPROP, .batch = 1, .beta = 1.0 - 2.0 * k, .v0 = root * root};
      sid_state_begin(quasi.problem, &quasi.dynamics, quasi.lr, quasi.x);
      eos_step(&quasi);
      eos_step(&gd);
      worst = fmax(worst, eos_apart(&quasi, &gd));
    }
    if (gd.status || quasi.status) worst = (double)NAN;
    char name[EOS_NAME];
    (void)snprintf(name, sizeof name, "%s ein=%g", subject->name, ein);
    vf_within(context, name, worst, 0.0,
              (36.0 * p + 12.0 * subject->problem.samples + 120.0) * EOS_ULP * 4.0,
              "36 p + 12 n + 120 roundings of 2^-53 of 1 + et |Hess| <= 4");
  }
}

/* One step of (quasi-)RMSprop with 1 - beta = rest from effective rate et on toy B: by the
 * observable effective_lr before and after, and the angle of the step. expected: the same by v+ =
 * beta v + (1 - beta) |grad L|^2, et = eta/sqrt(v), and tan D = et |grad L|. */
typedef struct {
  double before, after, angle;
} eos_rates;

static void eos_rates_of_step(double rest, int32_t kind, eos_rates *measured, eos_rates *expected) {
  static const int32_t names[] = {SID_EFFECTIVE_LR, SID_STEP_ANGLE};
  const double et = .4, eta = .3, v = eta * eta / (et * et);
  const sid_segment segment = {0, eta, 0.0, 1.0};
  const sid_experiment experiment = {
      .problem = eos_b->problem,
      .dynamics = {.kind = kind, .batch = 1, .beta = 1.0 - rest, .v0 = v},
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .observables = names,
      .observable_count = 2};
  double row[2], th[EOS_DIM] = {.5, .6, -.4}, work[EOS_WORK];
  eos_walk walk;
  eos_walk_gd(&walk, &eos_b->problem, th, et, eta, 0.0);
  walk.dynamics = experiment.dynamics;
  sid_state_begin(walk.problem, &walk.dynamics, walk.lr, walk.x);
  const double g2 = eos_gradient2(&walk);
  sid_observe(&experiment, 0, walk.x, NULL, row, work);
  measured->before = row[0];
  eos_step(&walk);
  sid_observe(&experiment, 1, walk.x, walk.work, row, work);
  measured->after = walk.status ? (double)NAN : row[0], measured->angle = row[1];
  *expected = (eos_rates){et, eta / sqrt((1.0 - rest) * v + rest * g2), atan(et * sqrt(g2))};
}

/* Rates and angle of a step; the quasi form has RMSprop's next rate to first order in 1 - beta. */
static void eos_rmsprop_step(vf_context *context) {
  enum { COUNT = 7 };
  double rest[COUNT], apart[COUNT], worst = 0.0;
  for (int i = 0; i < COUNT; i++) {
    eos_rates quasi, rms, expected;
    rest[i] = ldexp(1.0, -6 - i);
    eos_rates_of_step(rest[i], SID_QUASI_RMSPROP, &quasi, &expected);
    worst =
        fmax(worst, fmax(fabs(quasi.before - expected.before), fabs(quasi.angle - expected.angle)));
    eos_rates_of_step(rest[i], SID_RMSPROP, &rms, &expected);
    worst = fmax(worst, fmax(fabs(rms.before - expected.before), fabs(rms.angle - expected.angle)));
    worst = fmax(worst, fabs(rms.after - expected.after));
    apart[i] = fabs(log(rms.after / quasi.after));
  }
  vf_within(context, "toy B: effective_lr before and after a step of RMSprop, angle of the step",
            worst, 0.0, 230.0 * EOS_ULP, "36 p + 120 roundings of 2^-53");
  eos_exponent(context, "toy B: ln et of RMSprop - ln et of quasi-RMSprop, against 1 - beta", rest,
               apart, COUNT, 2.0, 0.0);
}

/* ---- table ---- */

static const vf_check eos_checks[] = {
    {"eos1.sharpness-lanczos", "eos, Definition 1.1",
     "spherical sharpness by Lanczos is lam1 of the dense Hessian", VF_QUICK, eos_lanczos},
    {"eos1.sharpness-power", "eos, Definition 1.1",
     "shifted power iteration: vector, value and residual", VF_QUICK, eos_power},
    {"eos1.sharpness-krylov", "eos, Definition 1.1",
     "Lanczos with few vectors: Ritz value and true residual", VF_QUICK, eos_krylov_space},
    {"eos1.sharpness-observables", "eos, Definition 1.1",
     "sharpness, midpoint and manifold observables", VF_QUICK, eos_observables},
    {"eos1.descent-lemma", "eos, Lemma 4.1",
     "L(th+) <= L - et (1 - et lam_max/2) |grad L|^2 at random (th, et)", VF_QUICK,
     eos_descent_lemma},
    {"eos1.descent-lemma-long", "eos, Lemma 4.1",
     "the same at 1000 random (th, et) of every problem", VF_FULL, eos_descent_lemma_long},
    {"eos1.descent-digits", "eos, Lemma 4.1",
     "both sides of the lemma for one step on x^2/(x^2+y^2)", VF_QUICK, eos_descent_digits},
    {"eos1.descent-sharp", "eos, Lemma 4.1", "the lemma is sharp where the gradient is along v_1",
     VF_QUICK, eos_descent_sharp},
    {"eos2.small-gradient", "eos, Theorem 4.2",
     "|grad L|^2 <= 8 pi^4 rho2^2 el within T_0 steps, |w_0|^2 >= 2 rho2 pi^2 eta", VF_QUICK,
     eos_theorem_42},
    {"eos2.digits", "eos, Theorem 4.2",
     "T_0, first step below the bound, smallest gradient on x^2/(x^2+y^2)", VF_QUICK,
     eos_theorem_42_digits},
    {"eos3.entry", "eos, Theorem 4.4",
     "the edge is reached after ln2/(-2 ln(1-ein)) steps near the same minimiser", VF_QUICK,
     eos_entry},
    {"eos3.dying-oscillation", "eos, Section 4.2.2",
     "at entry the oscillation is e^(-c/ein), or a rounding error", VF_QUICK,
     eos_dying_oscillation},
    {"eos3.restart", "eos, Section 4.2.2", "without a given h0 the walk runs far past the edge",
     VF_QUICK, eos_restart},
    {"eos3.exact-minimiser", "eos, Section 4.2.2",
     "on an exact minimiser w_t = (1-ein)^t w_0 until |w|^2 underflows", VF_QUICK, eos_frozen},
    {"eos4.minimisers", "eos, Section 4.2.1",
     "lam1, slope and Hessian on the circles of minimisers", VF_QUICK, eos_minimisers},
    {"eos4.projection", "eos, Section 4.2.3",
     "projection on the minimisers: phi, v_1, h, angle, lam1, slope", VF_QUICK, eos_projection},
    {"eos4.flow", "eos, (3)",
     "the sharpness-reduction flow has the closed form tau = Psi(al0) - Psi(al)", VF_QUICK,
     eos_flow_digits},
    {"eos4.flow-order", "eos, (3)",
     "Runge-Kutta of the flow is of order 4, and its estimate is the error", VF_QUICK,
     eos_flow_order},
    {"eos4.track", "eos, Theorem 4.7",
     "GD with weight decay tracks the flow within 2 sqrt(ein), exponent 1/2", VF_QUICK,
     eos_track_flow},
    {"eos4.track-long", "eos, Theorem 4.7", "the same to ein = 1e-6, and from a large slope",
     VF_FULL, eos_track_flow_long},
    {"eos4.constants", "eos, Theorem 4.7",
     "sup |theta - zeta| and sup |phi - zeta| over sqrt(ein) in the limit", VF_QUICK,
     eos_constants},
    {"eos4.curve", "eos, Figure 4", "angle against tau: measured and closed form", VF_QUICK,
     eos_curve},
    {"eos5.balance", "eos, Section 4.2.3",
     "mean of (4+g^2) h^2 is 2 ein, phi moves by -h^2 grad log lam1 a step", VF_QUICK,
     eos_mean_balance},
    {"eos5.windows", "eos, Section 4.2.3",
     "mean h^2 is 2 ein/(4+g^2), d log lam1/dtau = -2 g^2/(4+g^2)", VF_QUICK, eos_mean_windows},
    {"eos6.period", "eos, Section 4.2.3",
     "periods and largest |et lam1 - 2| of the Hamiltonian as ein -> 0", VF_QUICK, eos_period},
    {"eos6.orbit", "eos, Section 4.2.3", "period, peak and least y at ein = 1e-6", VF_QUICK,
     eos_orbit_digits},
    {"eos6.energy", "eos, Section 4.2.3", "E is conserved over a period to O(sqrt(ein))", VF_QUICK,
     eos_energy},
    {"eos6.curve", "eos, Figure 5(c), 5(d)", "h^2, et lam1, y and E over a period", VF_QUICK,
     eos_period_series},
    {"eos6.midpoints", "eos, Section 4.2.3",
     "what is smooth at the edge is so at midpoints, not at iterates", VF_QUICK, eos_midpoints},
    {"eos9.flow", "eos, Appendix B", "flow of RMSprop in closed form", VF_QUICK, eos_rmsprop_flow},
    {"eos9.track", "eos, Appendix B", "RMSprop and quasi-RMSprop track the flow within 3 eta",
     VF_QUICK, eos_rmsprop_track},
    {"eos9.constants", "eos, Appendix B",
     "sup |theta - zeta| and sup |phi - zeta| over eta in the limit", VF_QUICK,
     eos_rmsprop_constants},
    {"eos9.track-long", "eos, Appendix B", "the same to eta = .002, with exponent 1", VF_FULL,
     eos_rmsprop_track_long},
    {"eos9.balance", "eos, Appendix B", "mean of (4 + 2 g^2/C_b) h^2 is eta^2", VF_QUICK,
     eos_rmsprop_mean},
    {"eos9.curve", "eos, Appendix B", "angle against tau for three C_b: measured and closed form",
     VF_QUICK, eos_rmsprop_curve},
    {"eos9.gd-member", "eos, Section 4.2.3",
     "GD with weight decay is a quasi-RMSprop scheduler, C_b = 2", VF_QUICK, eos_member},
    {"eos9.step", "eos, Appendix B",
     "effective_lr and angle of a step of RMSprop and quasi-RMSprop", VF_QUICK, eos_rmsprop_step},
    {"X9.projected-gd", "eos, Lemma 3.1",
     "projected_gd has the directions and rates of GD with weight decay", VF_QUICK,
     eos_projected_steps},
    {"X9.projected-gd-run", "eos, Lemma 3.1", "the same along a run", VF_QUICK, eos_projected_run},
    {"X9.projected-gd-rate", "eos, Section 3", "effective_lr of projected_gd is eta/((1-el)|w|^2)",
     VF_QUICK, eos_projected_rate},
    {"errata.eos2-zero-steps", "eos, Theorem 4.2",
     "T_0 = 0 at |w_0|^2 = rho2 pi^2 eta, and the gradient is large", VF_QUICK, eos_erratum_steps},
    {"errata.eos2-effective-lr-bound", "eos, Section 4.1",
     "et_t0 <= 2/(pi^2 rho2 (1-el)), not 1/(pi^2 rho2)", VF_QUICK, eos_erratum_rate},
    {"errata.eos4-null-space", "eos, Section 4.2.1",
     "the kernel of the Hessian also has the line of theta", VF_QUICK, eos_erratum_kernel},
    {"errata.eos5-drift-2h2", "eos, Section 4.2.3", "phi moves by h^2 grad log lam1, not 2 h^2",
     VF_QUICK, eos_erratum_drift},
    {"errata.eos5-missing-square", "eos, Section 4.2.3", "|grad log lam1|^2 in the mean of h^2",
     VF_QUICK, eos_erratum_square},
    {"errata.eos5-chain-rule-time", "eos, Section 4.2.2",
     "the speed of log lam1 is per unit of tau", VF_QUICK, eos_erratum_time},
};

VF_ROW(eos, eos_checks);
