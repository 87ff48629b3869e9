/* svag3: the second-order SDE, in step time dX = -eta grad(L + (eta/4) |grad L|^2) dt + eta
 * Sigma^(1/2) dW (the printed (16) mixes units of time), with weight decay L_wd = L + (lam/2) |x|^2
 * in the place of L (26). It is a second order weak approximation of SGD (Theorem 6.3). A step of m
 * substeps is m steps of Euler and Maruyama.
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag),
 * Section 6.2 and Appendix D. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/gradients.h"
#include "checks/svag/ito.h"
#include "checks/svag/powers.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"
#include "checks/svag/trajectories.h"

/* Gradient of (1/4)|grad L_wd|^2, L_wd = L + (wd/2)|x|^2, in closed form. |grad L_wd|^2 = |grad
 * L|^2 + wd^2 r for a scale-invariant L; the Rayleigh quotient has |grad L|^2 = (s - q^2)/r with s
 * = |A x|^2/r; x^2/(x^2+y^2) has 4 x^2 y^2/r^3. */
static void quarter_gradient(const sid_problem *problem, double wd, const double *x, double *out) {
  const uint32_t p = problem->dim;
  double ax[SVAG_DIM], g[SVAG_DIM];
  const double r = vf_dot(x, x, p);
  svag_gradient(problem, x, g);
  if (problem->kind == SID_RATIO2) {
    const double f = 4.0 * x[0] * x[0] * x[1] * x[1] / (r * r * r);
    for (uint32_t j = 0; j < p; j++)
      out[j] = 0.25 * (2.0 * f / x[j] - 6.0 * f * x[j] / r + 2.0 * wd * wd * x[j]);
    return;
  }
  if (problem->kind == SID_RAYLEIGH) {
    for (uint32_t j = 0; j < p; j++) ax[j] = problem->spectrum[j] * x[j];
    const double q = vf_dot(x, ax, p) / r, s = vf_dot(ax, ax, p) / r;
    for (uint32_t j = 0; j < p; j++) {
      const double ds = 2.0 * (problem->spectrum[j] * ax[j] - s * x[j]) / r,
                   dq = 2.0 * (ax[j] - q * x[j]) / r;
      out[j] = 0.25 * ((ds - 2.0 * q * dq) / r - 2.0 * (s - q * q) * x[j] / (r * r) +
                       2.0 * wd * wd * x[j]);
    }
    return;
  }
  for (uint32_t j = 0; j < p; j++) { /* diagonal quadratics: slope (a + wd)^2 x - (a + wd) b */
    double a = problem->spectrum ? problem->spectrum[j] : 0.0;
    for (uint32_t i = 0; i < problem->samples; i++)
      a += svag_weight(problem, i) * problem->a[i * p + j];
    out[j] = 0.5 * (a + wd) * (g[j] + wd * x[j]);
  }
}

/* The same for any problem by the five-point difference of |grad L_wd|^2, step d = 2^-8: error d^4
 * f'''''/30 of the slope, times eta/4 in a step. */
static void quarter_gradient_by_difference(const sid_problem *problem, double wd, const double *x,
                                           double *out) {
  const double d = 0x1p-8;
  for (uint32_t j = 0; j < problem->dim; j++) {
    double f[5];
    for (int k = 0; k < 5; k++) {
      double y[SVAG_DIM], g[SVAG_DIM];
      memcpy(y, x, problem->dim * sizeof *y);
      y[j] += (k - 2) * d;
      svag_gradient(problem, y, g);
      for (uint32_t c = 0; c < problem->dim; c++) g[c] += wd * y[c];
      f[k] = vf_dot(g, g, problem->dim);
    }
    out[j] = 0.25 * (f[0] - 8.0 * f[1] + 8.0 * f[3] - f[4]) / (12.0 * d);
  }
}

typedef struct {
  const char *name;
  sid_problem problem;
  const double *x;
} drift_case;

/* svag, Theorem 6.3 with the weight decay of (26): the mean of a substep of time eta is x - eta
 * grad(L_wd + (eta/4)|grad L_wd|^2). Without noise the real step shows it alone; the noise has no
 * part in it. */
static void check_svag3_drift(vf_context *context) {
  static const double spectrum[] = {0.5, 2.0, 3.5}, curvature[] = {0.75, -0.5, 2.0},
                      x[] = {0.75, -0.5, 1.25};
  const drift_case cases[] = {
      {"rayleigh p=3", {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = spectrum}, x},
      {"ratio2", {.kind = SID_RATIO2, .dim = 2}, x},
      {"quadratic_noisy p=3", {.kind = SID_QUADRATIC_NOISY, .dim = 3, .spectrum = curvature}, x},
      {"quadratic_samples c", svag_silent(svag_family_problem(&svag_families[2])),
       svag_families[2].x0},
      {"normalised_linear p=3 n=3", svag_silent(svag_linear()), svag_x_linear}};
  const double lr = 0.6, wds[] = {0.0, 0.3};
  for (size_t i = 0; i < VF_COUNT(cases); i++)
    for (size_t w = 0; w < VF_COUNT(wds); w++) {
      const sid_problem *problem = &cases[i].problem;
      const int difference = problem->kind == SID_NORMALISED_LINEAR;
      double to[SVAG_DIM], g[SVAG_DIM], quarter[SVAG_DIM];
      svag_step(context, problem, svag_dynamics(SID_SDE2, 1, 1), lr, wds[w], cases[i].x,
                vf_stream(SVAG_SEED, SID_KEY_NOISE, 0), to);
      svag_gradient(problem, cases[i].x, g);
      if (difference)
        quarter_gradient_by_difference(problem, wds[w], cases[i].x, quarter);
      else
        quarter_gradient(problem, wds[w], cases[i].x, quarter);
      for (uint32_t j = 0; j < problem->dim; j++) {
        const double x_j = cases[i].x[j], drift = g[j] + wds[w] * x_j + lr * quarter[j];
        char instance[VF_TEXT_SIZE];
        vf_text(instance, "%s eta=0.6 lam=%g, coordinate %u", cases[i].name, wds[w], j + 1);
        vf_within(context, instance, to[j], x_j - lr * drift,
                  difference ? 0x1p-29 : 200.0 * svag_roundoff,
                  difference ? "five-point difference of step 2^-8, fifth derivative below 1000"
                             : "200 roundings of 2^-53 on numbers near 1");
      }
    }
}

/* The substep as the paper's equations have it, from the data: with A = E a, B = E b, h = lr/m and
 * A' = A + wd, x -> x - h kappa (A' x - B) + lr/sqrt(m batch) sum_i sqrt(w_i) xi_i ((a_i - A) x -
 * (b_i - B)), kappa = 1, or 1 + (lr/2) A' for the second-order SDE: grad (lr/4)|grad L|^2 = (lr/2)
 * Hess L grad L. */
static svag_gaussian_law ideal_gaussian_law(const svag_family *f, sid_dynamics dynamics, double lr,
                                            double wd) {
  const double m = dynamics.substeps, h = lr / m, size = lr / sqrt(m * dynamics.batch);
  svag_gaussian_law law = {.normals = f->samples};
  for (uint32_t c = 0; c < f->dim; c++) {
    double a = 0.0, b = 0.0;
    for (uint32_t i = 0; i < f->samples; i++) {
      a += f->weights[i] * f->a[i * f->dim + c];
      b += f->weights[i] * f->b[i * f->dim + c];
    }
    const double kappa = dynamics.kind == SID_SDE2 ? 1.0 + 0.5 * lr * (a + wd) : 1.0;
    law.mean.p[c] = 1.0 - h * kappa * (a + wd);
    law.mean.q[c] = h * kappa * b;
    for (uint32_t i = 0; i < f->samples; i++) {
      law.response[i].p[c] = size * sqrt(f->weights[i]) * (f->a[i * f->dim + c] - a);
      law.response[i].q[c] = -size * sqrt(f->weights[i]) * (f->b[i * f->dim + c] - b);
    }
  }
  return law;
}

/* Largest difference over 16 streams between a real step of m substeps and the composition of m
 * substeps by the paper's equation, evaluated on the normals of the same stream. */
static double composition_gap(vf_context *context, const svag_family *f, sid_dynamics dynamics,
                              double lr, double wd) {
  const sid_problem problem = svag_family_problem(f);
  const svag_gaussian_law substep = ideal_gaussian_law(f, dynamics, lr, wd);
  double gap = 0.0;
  for (uint64_t place = 0; place < 16; place++) {
    double real[SVAG_DIM], x[SVAG_DIM], xi[SVAG_NORMALS];
    sid_stream stream = vf_stream(SVAG_SEED, SID_KEY_NOISE, place);
    memcpy(x, f->x0, f->dim * sizeof *x);
    for (uint32_t q = 0; q < dynamics.substeps; q++) {
      sid_stream_normals(&stream, xi, f->samples);
      const svag_affine map = svag_affine_at(&substep, f->dim, xi);
      for (uint32_t c = 0; c < f->dim; c++) x[c] = map.p[c] * x[c] + map.q[c];
    }
    svag_step(context, &problem, dynamics, lr, wd, f->x0,
              vf_stream(SVAG_SEED, SID_KEY_NOISE, place), real);
    for (uint32_t c = 0; c < f->dim; c++) gap = fmax(gap, fabs(real[c] - x[c]));
  }
  return gap;
}

/* A step of the first- or second-order SDE with m substeps is m Euler-Maruyama steps of time 1/m
 * with noise eta/sqrt(m B): (2) and (16) in step time, with weight decay and batch. */
static void check_svag3_substeps(vf_context *context) {
  const int32_t kinds[] = {SID_SDE, SID_SDE2};
  const uint32_t batches[] = {1, 4};
  for (size_t k = 0; k < VF_COUNT(kinds); k++)
    for (size_t i = 0; i < VF_COUNT(svag_families); i++)
      for (uint32_t m = 1; m <= 16; m *= 4)
        for (size_t b = 0; b < VF_COUNT(batches); b++) {
          char instance[VF_TEXT_SIZE];
          const sid_dynamics dynamics = svag_dynamics(kinds[k], m, batches[b]);
          vf_text(instance, "%s, instance %s eta=0.4 lam=0.25 m=%u B=%u, 16 streams",
                  kinds[k] == SID_SDE ? "sde" : "sde2", svag_families[i].name, m, batches[b]);
          vf_within(context, instance,
                    composition_gap(context, &svag_families[i], dynamics, 0.4, 0.25), 0.0,
                    100.0 * m * svag_roundoff,
                    "100 roundings of 2^-53 in a substep, numbers up to 1.3");
        }
}

/* Moments at T = 2 of the Euler scheme with m substeps per unit of time. */
static void euler_moments(const svag_family *f, sid_dynamics dynamics, double lr, double *moment) {
  const svag_gaussian_law substep = ideal_gaussian_law(f, dynamics, lr, 0.0);
  svag_gaussian_moments(f, &substep, dynamics.substeps * (uint64_t)lround(svag_final_time / lr),
                        moment);
}

/* The scheme that svag3.substeps identified converges to the SDE that is meant, with weak order 1
 * in 1/m, for every moment. Recursion of the substep; that the code takes just these is shown again
 * at m = 64. */
static void compare_limit(vf_context *context, const svag_family *f, int32_t kind) {
  enum { SIZES = 6 };
  const char *name = kind == SID_SDE ? "sde" : "sde2",
             *group = kind == SID_SDE ? "svag2.sde" : "svag2.sde2";
  const svag_monomials set = svag_monomials_of(f->dim);
  double h[SIZES], error[SIZES][SVAG_POWERS], limit[SVAG_POWERS];
  char text[VF_TEXT_SIZE], power[VF_TEXT_SIZE];
  svag_expected_moments(context, group, f, "eta-0.4.", limit);
  for (uint32_t s = 0; s < SIZES; s++) {
    h[s] = 1.0 / (16u << s);
    euler_moments(f, svag_dynamics(kind, 16u << s, 1), 0.4, error[s]);
    for (uint32_t r = 1; r < set.count; r++) error[s][r] -= limit[r];
  }
  vf_text(text, "%s, instance %s eta=0.4 m=64, real step against substeps", name, f->name);
  vf_within(context, text, composition_gap(context, f, svag_dynamics(kind, 64, 1), 0.4, 0.0), 0.0,
            6400.0 * svag_roundoff, "100 roundings of 2^-53 in a substep, numbers up to 1.3");
  for (uint32_t r = 1; r < set.count; r++) {
    svag_power_label(&set, r, power);
    vf_text(text, "%s, instance %s eta=0.4 T=2 m=16..512 moment %s", name, f->name, power);
    svag_order_of_moment(context, text, h, error, SIZES, r, 1.0);
  }
}

static void check_svag3_limit(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_families); i++)
    compare_limit(context, &svag_families[i], SID_SDE);
  for (size_t i = 0; i < VF_COUNT(svag_families); i++)
    compare_limit(context, &svag_families[i], SID_SDE2);
}

/* svag, Theorem 6.3: the SDE (16), with the time units mended, is a second order weak approximation
 * of SGD. Noise-free. */
static void check_svag3_order_eta(vf_context *context) {
  svag_compare_with_sde(context, "svag2.sde2", "svag2.sgd-minus-sde2-over-eta2", 2);
}

/* Trajectories of an SDE against the exact law of its Euler scheme. Effect on first moments: the
 * SDE of the other order; on second moments: noise lr/m in a substep instead of lr/sqrt(m). */
static void run_sde(vf_context *context, const svag_family *f, int32_t kind, int32_t other,
                    uint32_t m, uint64_t trajectories) {
  const svag_run_case run = {f, svag_dynamics(kind, m, 1), kind == SID_SDE ? "sde" : "sde2", 0.4,
                             trajectories};
  sid_dynamics quieter = run.dynamics;
  double expected[SVAG_POWERS], first[SVAG_POWERS], second[SVAG_POWERS], wrong[SVAG_POWERS];
  char effect[VF_TEXT_SIZE];
  quieter.batch = m;
  euler_moments(f, run.dynamics, 0.4, expected);
  euler_moments(f, svag_dynamics(other, m, 1), 0.4, first);
  euler_moments(f, quieter, 0.4, second);
  svag_wrong_moments(f, first, second, wrong);
  vf_text(effect, "m=%u, %u trajectories; effect: the SDE of the other order, or noise lr/m", m,
          (unsigned)trajectories);
  svag_compare_run(context, &run, expected, wrong, effect);
}

static void check_svag3_runs(vf_context *context) {
  run_sde(context, &svag_families[0], SID_SDE2, SID_SDE, 4, 1u << 14);
  run_sde(context, &svag_families[1], SID_SDE2, SID_SDE, 4, 1u << 14);
  run_sde(context, &svag_families[0], SID_SDE, SID_SDE2, 4, 1u << 14);
}

/* (16) mixes units: drift per step (eta grad ..), noise per time eta (sqrt(eta) Sigma^(1/2)). In
 * step time the noise is eta Sigma^(1/2). First the covariance of a real substep, then SGD itself:
 * at eta = .1, .025 its E x^2 is within C eta^2 of the right law. */
static void check_errata_time_units(vf_context *context) {
  for (size_t i = 0; i < 2; i++) {
    const svag_family *f = &svag_families[i];
    const sid_problem problem = svag_family_problem(f);
    const double eta = 0.4;
    double sigma[SVAG_DIM][SVAG_DIM], sgd[SVAG_POWERS];
    char instance[VF_TEXT_SIZE];
    const svag_monomials set = svag_monomials_of(f->dim);
    const svag_response step =
        svag_response_of(context, &problem, svag_dynamics(SID_SDE2, 1, 1), eta, 0.0, f->x0);
    svag_covariance(&problem, f->x0, sigma);
    vf_text(instance, "instance %s eta=0.4, variance of a step of sde2, m=1", f->name);
    vf_erratum(context, instance, svag_response_covariance(&step, 0, 0), eta * eta * sigma[0][0],
               eta * sigma[0][0], svag_response_tolerance(1.0), svag_response_basis);
    svag_moments_of_sgd(context, f, 0.1, sgd);
    vf_text(instance, "instance %s eta=0.1 T=2, E x^2 of SGD", f->name);
    vf_erratum(context, instance, sgd[2],
               svag_expected_moment(context, "svag3.moment", f, "eta-0.1.", &set, 2, ""),
               svag_expected_moment(context, "svag3.moment", f, "eta-0.1.", &set, 2, ".printed"),
               2.0 * 0.01 *
                   fabs(svag_expected_moment(context, "svag2.sgd-minus-sde2-over-eta2", f,
                                             "eta-0.025.", &set, 2, "")),
               "twice the leading error of the second-order SDE, c eta^2 with c from eta = .025");
  }
}

static const vf_check table[] = {
    {"svag3.drift", "svag, Theorem 6.3, (26)",
     "the drift is -eta grad(L_wd + (eta/4)|grad L_wd|^2)", VF_QUICK, check_svag3_drift},
    {"svag3.substeps", "svag, (2), (16)", "m substeps compose, each with noise eta/sqrt(m B)",
     VF_QUICK, check_svag3_substeps},
    {"svag3.limit", "svag, (2), (16)", "m substeps converge to the SDE with weak order 1 in 1/m",
     VF_QUICK, check_svag3_limit},
    {"svag3.order-in-eta", "svag, Theorem 6.3",
     "the second-order SDE is an order-2 weak approximation of SGD", VF_QUICK,
     check_svag3_order_eta},
    {"svag3.trajectories", "svag, Theorem 6.3",
     "trajectories of both SDEs have the moments of their substeps", VF_QUICK, check_svag3_runs},
    {"errata.svag3-time-units", "svag, (16)", "in step time the noise is eta Sigma^(1/2)", VF_QUICK,
     check_errata_time_units},
};

VF_ROW(svag3, table, "drift by vanishing noise, exact moments over substeps, trajectories",
       "(eta/2) for (eta/4), decay outside of the squared gradient, noise per substep of the wrong "
       "size");
