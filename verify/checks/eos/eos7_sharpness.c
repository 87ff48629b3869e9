/* Row eos7, Section 5: linear regression with batch normalisation, as a function of w alone:
 *   L = 2 s_y^2 - 2 s_y <w, c>/|w|_Sigma                                                      (4)
 * with c the covariance of inputs and labels, s_y the deviation of the labels; at a minimiser of
 * unit norm lam1 = 2 Lam |w~|^2 with n - 2 positive eigenvalues, and so along the flow (3)
 *   lam1(zeta)/lam1(w*) = 1 + tan^2 psi_0 e^(-2 tau).
 * Derivatives, Lanczos and power iteration of ref/ against these. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "harness/observe.h"
#include "checks/eos/batchnorm.h"
#include "checks/eos/problems.h"
#include "checks/eos/regression.h"
#include "formats/memory.h"

/* Section 5: L = 2 gamma^2 - 2 gamma <w,c>/|w|_Sigma at random points of several sizes. Roundings:
 * 2 d in an output, 4 n in the normalisation, each of a term `cancellation` times the spread; L
 * itself is at most 4 gamma^2. */
static void eos_loss_formula(vf_context *context) {
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    if (!r) return;
    sid_stream stream = vf_stream(7, SID_KEY_START, 0);
    for (int k = 0; k < 4; k++) {
      double w[EOS_DIM], c[EOS_DIM] = {0}, spread = 0.0, work[EOS_WORK];
      char name[VF_TEXT_SIZE];
      (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, w);
      vf_scale(w, r->d, pow(10.0, k - 1));
      for (size_t i = 0; i < r->n; i++) {
        const double *x = r->centred + i * r->d, s = vf_dot(x, w, r->d);
        vf_add(c, x, r->d, r->t[i] / (double)r->n);
        spread += s * s / (double)r->n;
      }
      const double g = r->gamma,
                   expected = 2.0 * g * g - 2.0 * g * vf_dot(w, c, r->d) / sqrt(spread);
      const double roundings = 2.0 * (double)r->d + 4.0 * (double)r->n + 20.0;
      vf_text(name, "L, %s, |w|=%.3g", r->name, vf_norm(w, r->d));
      vf_within(context, name, sid_problem_loss(&r->problem, w, work), expected,
                4.0 * g * g * roundings * eos_cancellation(r, w) * EOS_ULP,
                "2 d + 4 n + 20 roundings of 4 gamma^2 times the cancellation in the outputs");
    }
    free(r);
  }
}

/* Gradient and Hessian of the loss as a function of the outputs, eos_head(), and the chain rule: s
 * = Z x. */
static void eos_regression_derivatives(vf_context *context) {
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    if (!r) return;
    sid_stream stream = vf_stream(8, SID_KEY_START, 0);
    const double j = vf_norm(r->features, r->n * r->d);
    for (int k = 0; k < 3; k++) {
      double x[EOS_DIM], v[EOS_DIM], s[EOS_SAMPLES], ds[EOS_SAMPLES], slope[EOS_SAMPLES],
          bend[EOS_SAMPLES], out[EOS_DIM], work[EOS_WORK];
      double spread = 0.0;
      char name[VF_TEXT_SIZE];
      (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, x);
      (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, v);
      for (size_t i = 0; i < r->n; i++) {
        const double c = vf_dot(r->centred + i * r->d, x, r->d);
        s[i] = vf_dot(r->features + i * r->d, x, r->d),
        ds[i] = vf_dot(r->features + i * r->d, v, r->d);
        spread += c * c;
      }
      const double c = sqrt(spread), loss = eos_head(r->n, r->labels, s, ds, slope, bend);
      const double unit = EOS_ULP * eos_roundings(r->n, r->d) * eos_cancellation(r, x);
      sid_problem_gradient(&r->problem, x, out, work);
      for (size_t i = 0; i < r->n; i++) vf_add(out, r->features + i * r->d, r->d, -slope[i]);
      vf_text(name, "gradient, %s, point %d", r->name, k);
      vf_within(context, name, vf_norm(out, r->d), 0.0, unit * eos_gradient_size(r->gamma, c, j),
                eos_rounding_basis);
      sid_problem_hessian_vector(&r->problem, x, v, out, work);
      for (size_t i = 0; i < r->n; i++) vf_add(out, r->features + i * r->d, r->d, -bend[i]);
      vf_text(name, "Hessian times v, %s, point %d", r->name, k);
      vf_within(context, name, vf_norm(out, r->d), 0.0,
                unit * eos_hessian_size(r->gamma, c, j, vf_norm(v, r->d)), eos_rounding_basis);
      vf_text(name, "L, %s, point %d", r->name, k);
      vf_within(context, name, sid_problem_loss(&r->problem, x, work), loss,
                4.0 * unit * r->gamma * r->gamma, eos_rounding_basis);
    }
    free(r);
  }
}

/* ---- the minimisers and their sharpness ---- */

/* Of the dense Hessian at x/|x|: its trace, its rank and its largest eigenvalue. */
static void eos_dense(const eos_regression *r, const double *x, double *trace, size_t *rank,
                      double *largest) {
  static const double zero =
      1e-9; /* far above rounding, far below the least eigenvalue here, 1e-4 of the largest */
  double values[EOS_DIM];
  const size_t top = eos_eigenvalues(&r->problem, x, values);
  *largest = values[top];
  *trace = 0.0, *rank = 0;
  for (size_t j = 0; j < r->d; j++) *trace += values[j], *rank += fabs(values[j]) > zero * *largest;
}

/* At one minimiser: L and its gradient vanish; lam1 by Lanczos, by the shifted power iteration and
 * by a dense solution; trace 2 |w~|^2 (tr Sigma - |c|^2/gamma^2); n-2 positive eigenvalues. */
static void eos_regression_minimiser(vf_context *context, const eos_regression *r, double psi) {
  double x[EOS_DIM], v[EOS_DIM], out[EOS_DIM], c[EOS_DIM] = {0}, work[EOS_WORK], residual, trace,
                                               largest;
  size_t rank;
  char name[VF_TEXT_SIZE];
  const double expected = eos_regression_lam1(r, psi), g2 = r->gamma * r->gamma;
  eos_regression_place(r, psi, 0.0, 1.7, x);
  const double unit = EOS_ULP * eos_roundings(r->n, r->d) * eos_cancellation(r, x),
               solved = eos_regression_error(r);
  const double length =
      r->gamma * sqrt((double)r->n) * vf_norm(x, r->d) * cos(psi) / sqrt(r->best2); /* |outputs| */
  vf_text(name, "L, %s psi=%g", r->name, psi);
  vf_within(context, name, sid_problem_loss(&r->problem, x, work), 0.0,
            g2 * (unit + solved) * (unit + solved) * 4.0,
            "square of the rounding error of the outputs");
  sid_problem_gradient(&r->problem, x, out, work);
  vf_text(name, "|grad L|, %s psi=%g", r->name, psi);
  vf_within(context, name, vf_norm(out, r->d), 0.0,
            (unit + solved) *
                eos_gradient_size(r->gamma, length, vf_norm(r->features, r->n * r->d)),
            eos_rounding_basis);
  eos_dense(r, x, &trace, &rank, &largest);
  for (size_t i = 0; i < r->n; i++) vf_add(c, r->centred + i * r->d, r->d, r->t[i] / (double)r->n);
  const double tangent =
      vf_dot(r->centred, r->centred, r->n * r->d) / (double)r->n - vf_dot(c, c, r->d) / g2;
  const double tolerance = solved + 100.0 * unit;
  vf_text(name, "lam1 dense, %s psi=%g", r->name, psi);
  vf_within_relative(context, name, largest, expected, tolerance,
                     "40 n condition roundings, and 100 of the product");
  vf_text(name, "trace, %s psi=%g", r->name, psi);
  vf_within_relative(context, name, trace, tangent / r->lam_cap * expected, tolerance,
                     "40 n condition roundings, and 100 of the product");
  vf_text(name, "rank, %s psi=%g", r->name, psi);
  vf_within(context, name, (double)rank, (double)r->n - 2.0, 0.0, "a count");
  double *space = vf_allocate(sid_sharpness_workspace(&r->problem, 2 * EOS_DIM), sizeof *space);
  const double lanczos = sid_sharpness_lanczos(&r->problem, x, 2 * EOS_DIM, &residual, space);
  vf_text(name, "lam1 Lanczos, %s psi=%g", r->name, psi);
  vf_within(context, name, lanczos, expected, residual + tolerance * expected,
            "its residual, and rounding as above");
  vf_text(name, "Lanczos residual/lam1, %s psi=%g", r->name, psi);
  vf_at_most(context, name, residual / expected, 1e-6, "as many vectors as dimensions");
  for (size_t j = 0; j < r->d; j++) v[j] = 1.0 + .1 * (double)j;
  const double power =
      sid_sharpness_power(&r->problem, x, .5 * expected, 2000, v, &residual, space);
  vf_text(name, "lam1 power, %s psi=%g", r->name, psi);
  vf_within(context, name, power, expected, residual + tolerance * expected,
            "its residual, and rounding as above");
  vf_text(name, "power residual/lam1, %s psi=%g", r->name, psi);
  vf_at_most(context, name, residual / expected, 1e-6, "2000 iterations against a gap above 1 %");
  free(space);
}

static void eos_regression_minimisers(vf_context *context) {
  static const double psis[] = {0.0, 0.5, 1.4};
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    if (!r) return;
    for (int k = 0; k < 3; k++) eos_regression_minimiser(context, r, psis[k]);
    if (which == 2) {
      vf_within(context, "Lam, orthogonal inputs", r->lam_cap, 2.08, 20.0 * eos_regression_error(r),
                "40 n condition roundings");
      vf_within(context, "lam1 at w*, orthogonal inputs", eos_regression_lam1(r, 0.0), 2.1632,
                20.0 * eos_regression_error(r), "40 n condition roundings");
    }
    free(r);
  }
}

/* ---- along the flow, lam1/(least lam1) ---- */

/* Sharpness by Lanczos at psi(tau) over that at w*, against the flow in closed form. */
static void eos_sharpness_along_flow(vf_context *context) {
  static const char *const psis[] = {"0.5", "1", "1.4"}, *const taus[] = {"0", "0.5", "1", "2",
                                                                          "4"};
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    if (!r) return;
    double *space = vf_allocate(sid_sharpness_workspace(&r->problem, 2 * EOS_DIM), sizeof *space);
    for (int k = 0; k < 15; k++) {
      double x[EOS_DIM], residual[2];
      char key[VF_TEXT_SIZE], name[VF_TEXT_SIZE];
      vf_text(key, "eos7.tan-psi.psi0-%s.tau-%s", psis[k / 5], taus[k % 5]);
      const double psi = atan(vf_expected(context, key));
      vf_text(key, "eos7.lam1-ratio.psi0-%s.tau-%s", psis[k / 5], taus[k % 5]);
      eos_regression_place(r, psi, 0.0, 1.0, x);
      const double here = sid_sharpness_lanczos(&r->problem, x, 2 * EOS_DIM, residual, space);
      const double unit = EOS_ULP * eos_roundings(r->n, r->d) * eos_cancellation(r, x);
      eos_regression_place(r, 0.0, 0.0, 1.0, x);
      const double least = sid_sharpness_lanczos(&r->problem, x, 2 * EOS_DIM, residual + 1, space);
      vf_text(name, "lam1(zeta)/lam1(w*), %s psi0=%s tau=%s", r->name, psis[k / 5], taus[k % 5]);
      vf_within_relative(context, name, here / least, vf_expected(context, key),
                         residual[0] / here + residual[1] / least + 2.0 * eos_regression_error(r) +
                             200.0 * unit,
                         "residuals of Lanczos, 40 n condition roundings, and 100 of a product");
    }
    free(space);
    free(r);
  }
}

/* ---- Lanczos and the power iteration themselves ---- */

/* A plain Lanczos iteration of `count` vectors from the start vector of the specification, section
 * 14, and the eigenvalues of its matrix by Jacobi's method: largest eigenvalue and residual |H y -
 * value y| = b |last component|. */
static void eos_plain_lanczos(const eos_regression *r, const double *x, size_t count, double *value,
                              double *residual) {
  const size_t d = r->d;
  double t[EOS_MATRIX] = {0}, vectors[EOS_MATRIX], values[EOS_DIM], q[EOS_DIM], old[EOS_DIM] = {0},
         w[EOS_DIM], work[EOS_WORK], b = 0.0;
  const double r2 = vf_dot(x, x, d);
  sid_stream stream = vf_stream(0, 3, 0);
  sid_stream_normals(&stream, q, d);
  vf_scale(q, d, 1.0 / vf_norm(q, d));
  for (size_t i = 0; i < count; i++) {
    if (i) t[i * count + i - 1] = t[(i - 1) * count + i] = b;
    sid_problem_hessian_vector(&r->problem, x, q, w, work);
    vf_scale(w, d, r2);
    t[i * (count + 1)] = vf_dot(w, q, d);
    vf_add(w, q, d, -t[i * (count + 1)]);
    vf_add(w, old, d, -b);
    b = vf_norm(w, d);
    memcpy(old, q, sizeof old);
    memcpy(q, w, sizeof q);
    vf_scale(q, d, 1.0 / b);
  }
  const size_t top = vf_eigen(t, count, values, vectors);
  *value = values[top];
  *residual = b * fabs(vectors[top * count + count - 1]);
}

/* Few vectors, so that the residual is far from 0. Rounding: the iteration amplifies it by the
 * ratios of the b's, 1e3 here. */
static void eos_iterations(vf_context *context) {
  static const uint32_t counts[] = {1, 2, 3, 5, 8};
  eos_regression *r = eos_regression_new(context, 0);
  if (!r) return;
  double *space = vf_allocate_doubles(sid_sharpness_workspace(&r->problem, 2 * EOS_DIM));
  for (uint64_t k = 0; k < 10; k++) {
    double x[EOS_DIM], v[EOS_DIM], hv[EOS_DIM], work[EOS_WORK], value, residual, expected,
        expected_residual;
    char name[VF_TEXT_SIZE];
    eos_regression_start(r, 30 + k % 2, k % 2 ? .1 : 1.0, x);
    const double unit = 1e3 * EOS_ULP * eos_roundings(r->n, r->d) * eos_cancellation(r, x);
    eos_plain_lanczos(r, x, counts[k / 2], &expected, &expected_residual);
    value = sid_sharpness_lanczos(&r->problem, x, counts[k / 2], &residual, space);
    const double size = fabs(expected) + expected_residual;
    vf_text(name, "Lanczos with %d vectors, point %d", (int)counts[k / 2], (int)(k % 2));
    vf_within(context, name, value, expected, unit * size, "1000 times the rounding of a product");
    vf_text(name, "residual of Lanczos with %d vectors, point %d", (int)counts[k / 2],
            (int)(k % 2));
    vf_within(context, name, residual, expected_residual, unit * size,
              "1000 times the rounding of a product");
    for (size_t j = 0; j < r->d; j++) v[j] = 1.0 + .1 * (double)j;
    value = sid_sharpness_power(&r->problem, x, 20.0, counts[k / 2], v, &residual, space);
    sid_problem_hessian_vector(&r->problem, x, v, hv, work);
    vf_scale(hv, r->d, vf_dot(x, x, r->d));
    vf_text(name, "power iteration, %d times, point %d", (int)counts[k / 2], (int)(k % 2));
    vf_within(context, name, value, vf_dot(v, hv, r->d), unit * size,
              "1000 times the rounding of a product");
    vf_add(hv, v, r->d, -value);
    vf_text(name, "residual of the power iteration, %d times, point %d", (int)counts[k / 2],
            (int)(k % 2));
    vf_within(context, name, residual, vf_norm(hv, r->d), unit * size,
              "1000 times the rounding of a product");
    vf_text(name, "|v| of the power iteration, %d times, point %d", (int)counts[k / 2],
            (int)(k % 2));
    vf_within(context, name, vf_norm(v, r->d), 1.0, 64.0 * EOS_ULP, "64 roundings");
  }
  free(space);
  free(r);
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos7.loss", "eos, Section 5, (4)", "L = 2 sy^2 - 2 sy <w,c>/|w|_Sigma", VF_QUICK,
     eos_loss_formula},
    {"eos7.derivatives", "eos, Section 5",
     "gradient and Hessian of the batch-normalised regression", VF_QUICK,
     eos_regression_derivatives},
    {"eos7.sharpness", "eos, Section 5",
     "lam1 = 2 Lam |w~|^2 at a minimiser, n-2 positive eigenvalues", VF_QUICK,
     eos_regression_minimisers},
    {"eos7.sharpness-along-flow", "eos, (3), Section 5", "lam1 along tan psi = tan psi0 e^-tau",
     VF_QUICK, eos_sharpness_along_flow},
    {"eos7.iterations", "eos, Definition 1.1",
     "sharpness and residual by Lanczos and by power iteration", VF_QUICK, eos_iterations},
};

VF_ROW(eos7_sharpness, table, "derivatives, Lanczos and power iteration against closed forms",
       "batch normalisation with n-1 in place of n, a gradient that misses the deviation");
