/* Row eos1, Definition 1.1: the spherical sharpness of a scale-invariant loss at w is
 *   lam1(Hess L(w/|w|)),
 * the largest eigenvalue of the Hessian on the unit sphere. Its computation by Lanczos and by
 * shifted power iteration, and the observables, against dense eigenvalues and closed forms. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "harness/observe.h"
#include "checks/eos/problems.h"
#include "checks/eos/toys.h"

static const char eos_matrix_basis[] =
    "100 p roundings of 2^-53 of the largest eigenvalue (Jacobi, products)";

static double eos_matrix_rounding(const sid_problem *problem, double size) {
  return 100.0 * problem->dim * EOS_ULP * size;
}

/* Sharpness of the Rayleigh quotient. At a unit x, in a basis of x and its complement, H = [0, -g';
 * -g, P(A-q)P] with g = grad L, and A - q is the same with +g: the eigenvalues of H are those of A
 * less q. */
static double eos_rayleigh_sharpness(const sid_problem *problem, const double *th) {
  const size_t p = problem->dim;
  double a[EOS_MATRIX] = {0}, values[EOS_DIM], vectors[EOS_MATRIX], q = 0.0;
  for (size_t k = 0; k < p * p; k++)
    a[k] = problem->matrix ? problem->matrix[k] : k % (p + 1) == 0 ? problem->spectrum[k / p] : 0.0;
  for (size_t k = 0; k < p * p; k++) q += th[k / p] * a[k] * th[k % p];
  const size_t top = vf_eigen(a, p, values, vectors);
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
  for (size_t j = 0; j < p; j++) sw[j] = vf_dot(cov + j * p, w, p);
  const double m2 = vf_dot(w, sw, p), m = sqrt(m2), wc = vf_dot(w, c, p), r = vf_dot(w, w, p);
  for (size_t k = 0; k < p * p; k++) {
    const double a = sw[k / p], b = sw[k % p];
    cov[k] = 2.0 * sqrt(s2) * r / (m2 * m) *
             (c[k / p] * b + a * c[k % p] + wc * cov[k] - 3.0 * wc * a * b / m2);
  }
  const size_t top = vf_eigen(cov, p, values, vectors);
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
      const double unit = eos_matrix_rounding(problem, vf_largest_size(values, problem->dim));
      const double value = sid_sharpness_lanczos(problem, x, problem->dim, &residual, work);
      const double formula = eos_known_sharpness(problem, th);
      dense = fmax(dense, fabs(value - largest) / unit);
      if (isfinite(formula)) known = fmax(known, fabs(value - formula) / unit);
      left = fmax(left, residual / unit);
    }
    char text[VF_TEXT_SIZE];
    vf_text(text, "%s, Lanczos - dense, in units of the basis", name);
    vf_within(context, text, dense, 0.0, 1.0, eos_matrix_basis);
    vf_text(text, "%s, Lanczos - formula, in units of the basis", name);
    if (known >= 0.0) vf_within(context, text, known, 0.0, 1.0, eos_matrix_basis);
    vf_text(text, "%s, residual, in units of the basis", name);
    vf_at_most(context, text, left, 1.0, eos_matrix_basis);
  }
}

/* v'Hv of a unit v; *residual = |Hv - (v'Hv) v|. */
static double eos_quotient(const double *h, size_t n, const double *v, double *residual) {
  double y[EOS_DIM];
  vf_apply(h, n, v, y);
  const double value = vf_dot(v, y, n);
  for (size_t j = 0; j < n; j++) y[j] -= value * v[j];
  *residual = vf_norm(y, n);
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
  const double shift = vf_largest_size(values, p), unit = eos_matrix_rounding(problem, shift);
  for (uint32_t k = 0; k < iterations; k++) {
    vf_apply(h, p, dense, y);
    for (uint32_t j = 0; j < p; j++) dense[j] = y[j] + shift * dense[j];
    vf_normalise(dense, p);
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
    char text[VF_TEXT_SIZE];
    const double errors[3] = {worst.vector, worst.value, worst.residual};
    static const char *const names[3] = {"vector", "value", "residual"};
    for (int j = 0; j < 3; j++) {
      vf_text(text, "%s N=%u %s, in units of the basis", subject->name, (unsigned)count, names[j]);
      vf_within(context, text, errors[j], 0.0, count,
                "N times 100 p roundings of 2^-53 of the largest eigenvalue");
    }
    vf_text(text, "%s N=%u distance to an eigenvalue/residual", subject->name, (unsigned)count);
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
    if (k > 0) vf_apply(h, n, q - n, q);
    for (size_t pass = 0; pass < 2 * k; pass++) {
      const double *other = basis + pass % k * n, overlap = vf_dot(q, other, n);
      for (size_t j = 0; j < n; j++) q[j] -= overlap * other[j];
    }
    vf_normalise(q, n);
  }
  for (size_t k = 0; k < count * count; k++) {
    vf_apply(h, n, basis + k % count * n, y);
    t[k] = vf_dot(basis + k / count * n, y, n);
  }
  const size_t top = vf_eigen(t, count, values, vectors);
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
  for (size_t k = 0; k < 5; k++) {
    const sid_problem *problem = &cases[k]->problem;
    const uint32_t p = problem->dim;
    double th[EOS_DIM], start[EOS_DIM], h[EOS_MATRIX], work[EOS_WORK], values[EOS_DIM];
    sid_stream stream = vf_stream(0, 3, 0);
    sid_stream_normals(&stream, start, p);
    vf_normalise(start, p);
    eos_random(problem, 9000 + k, th);
    eos_hessian(problem, th, h);
    (void)eos_eigenvalues(problem, th, values);
    const double unit = 100.0 * eos_matrix_rounding(problem, vf_largest_size(values, p));
    for (uint32_t m = 1; m <= 6 && m < p; m++) {
      double residual, expected_residual;
      const double value = sid_sharpness_lanczos(problem, th, m, &residual, work);
      const double expected = eos_krylov(h, p, start, m, &expected_residual);
      char text[VF_TEXT_SIZE];
      vf_text(text, "%s m=%u value", cases[k]->name, (unsigned)m);
      vf_within(context, text, value, expected, unit,
                "100 times 100 p roundings of 2^-53 of the largest eigenvalue");
      vf_text(text, "%s m=%u residual", cases[k]->name, (unsigned)m);
      vf_within(context, text, residual, expected_residual, unit,
                "100 times 100 p roundings of 2^-53 of the largest eigenvalue");
      vf_at_most(context, "distance to an eigenvalue", eos_distance_to_nearest(values, p, value),
                 residual + unit, "residual bound of a symmetric matrix");
    }
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

/* ---- table ---- */

static const vf_check table[] = {
    {"eos1.sharpness-lanczos", "eos, Definition 1.1",
     "spherical sharpness by Lanczos is lam1 of the dense Hessian", VF_QUICK, eos_lanczos},
    {"eos1.sharpness-power", "eos, Definition 1.1",
     "shifted power iteration: vector, value and residual", VF_QUICK, eos_power},
    {"eos1.sharpness-krylov", "eos, Definition 1.1",
     "Lanczos with few vectors: Ritz value and true residual", VF_QUICK, eos_krylov_space},
    {"eos1.sharpness-observables", "eos, Definition 1.1",
     "sharpness, midpoint and manifold observables", VF_QUICK, eos_observables},
};

VF_ROW(eos1_sharpness, table,
       "Lanczos and power iteration against dense eigenvalues and closed forms",
       "an iteration that stops early, a Hessian that is not taken on the unit sphere");
