/* svag6: what is in balance at equilibrium, R = |x|^2, G = |grad L|^2 and N the trace of the
 * gradient noise of a scale-invariant loss, el = eta lam. SGD: eta (G + N) = (2 - el) lam R, (14);
 * the SDE (2): eta N = 2 lam R, (15); the second-order SDE: eta (G + N) = (2 + el) lam R, (31),
 * from the changes of |x|^2 in a step, (12), (13), (29), Lemma D.1. Without a loss, with N = s2/R:
 * R^2 = eta s2/(lam (2-el)), eta s2/(2 lam) and eta s2/(lam (2+el)).
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag), Section 6
 * and Appendix D. Closeness of equilibria: svag6_closeness.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/equilibrium.h"
#include "checks/svag/gradients.h"
#include "checks/svag/norm.h"
#include "checks/svag/outcomes.h"
#include "checks/svag/powers.h"
#include "checks/svag/problems.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"

/* Change of |x|^2 in a step, expected: E|x'|^2 - |x|^2 from a step law, and from a response (there
 * tr of the noise apart). */
static double law_norm_change(const svag_law *law, const double *x, uint32_t p) {
  double total = 0.0;
  for (size_t k = 0; k < law->count; k++)
    total += law->weight[k] *
             (2.0 * vf_dot(x, law->change[k], p) + vf_dot(law->change[k], law->change[k], p));
  return total;
}

static double closed_trace(const sid_problem *problem, const double *x) {
  double cov[SVAG_DIM][SVAG_DIM], total = 0.0;
  svag_covariance(problem, x, cov);
  for (uint32_t j = 0; j < problem->dim; j++) total += cov[j][j];
  return total;
}

/* svag, (13), (12), (29), one step, noise-free. SGD by enumeration: E R+ - R = -el (2-el) R + eta^2
 * (G + N). The drift d of the SDEs, from the response: <x, d> = lam R, and lam (1 + el/2) R -
 * (eta/2) G for the second order (Lemma D.1: <x, Hess L grad L> = -G). The trace of their noise per
 * step is eta^2 N. */
static void check_svag6_one_step(vf_context *context) {
  const double lr = 0.4, wd = 0.25, el = lr * wd, tolerance = svag_response_tolerance(10.0);
  svag_noise_case cases[SVAG_NOISE_CASES];
  svag_noise_cases(cases);
  for (size_t i = 0; i < SVAG_NOISE_CASES; i++) {
    const sid_problem *problem = &cases[i].problem;
    const double *x = cases[i].x, b = cases[i].batch, r = vf_dot(x, x, problem->dim),
                 n = closed_trace(problem, x) / b;
    double gradient[SVAG_DIM], work[SVAG_WORK], length2;
    char instance[VF_TEXT_SIZE];
    if (!sid_problem_scale_invariant(problem)) continue;
    svag_gradient(problem, x, gradient);
    const double g = vf_dot(gradient, gradient, problem->dim);
    vf_text(instance, "%s, noise trace", cases[i].name);
    vf_within(context, instance, sid_problem_noise_trace(problem, x, work) / b, n,
              100.0 * svag_roundoff, "100 roundings of 2^-53");
    if (problem->noise == SID_NOISE_SAMPLES || problem->noise == SID_NOISE_RADEMACHER) {
      const svag_law sgd =
          svag_law_of(context, problem, svag_dynamics(SID_SGD, 1, cases[i].batch), lr, wd, x);
      vf_text(instance, "%s eta=0.4 lam=0.25, sgd, E R+ - R", cases[i].name);
      vf_within(context, instance, law_norm_change(&sgd, x, problem->dim),
                -el * (2.0 - el) * r + lr * lr * (g + n), tolerance, svag_response_basis);
    }
    for (int order = 1; order <= 2; order++) {
      const sid_dynamics sde = svag_dynamics(order == 1 ? SID_SDE : SID_SDE2, 1, cases[i].batch);
      const svag_response step = svag_response_of(context, problem, sde, lr, wd, x);
      const double inward = order == 1 ? wd * r : wd * (1.0 + 0.5 * el) * r - 0.5 * lr * g;
      vf_text(instance, "%s eta=0.4 lam=0.25, sde of order %d, <x, drift>", cases[i].name, order);
      vf_within(context, instance, svag_response_drift(&step, x, problem->dim, lr, &length2),
                inward, tolerance, svag_response_basis);
      vf_text(instance, "%s eta=0.4 lam=0.25, sde of order %d, trace of the noise", cases[i].name,
              order);
      vf_within(context, instance, svag_response_trace(&step, problem->dim), lr * lr * n, tolerance,
                svag_response_basis);
    }
  }
}

/* svag, (14), (15), (31) with G = 0: R^2 = eta s2/(lam (2-el)), /(2 lam), /(lam (2+el)). The laws
 * of one step, from the real code. */
static void check_svag6_norm(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_norm_cases); i++) {
    const svag_norm_case *c = &svag_norm_cases[i];
    char instance[VF_TEXT_SIZE];
    const double tolerance =
        10.0 * svag_response_tolerance(1.0) / (vf_number(c->eta) * vf_number(c->lam));
    vf_text(instance, "sgd, fixed length s2=%s eta=%s lam=%s, R^2", c->s2, c->eta, c->lam);
    vf_within(context, instance, svag_sgd_norm4(context, c),
              svag_expected_norm(context, "r2.sgd", c), tolerance,
              "10000 roundings of 2^-53 over el");
    vf_text(instance, "sde, s2=%s eta=%s lam=%s, R^2", c->s2, c->eta, c->lam);
    vf_within(context, instance, svag_sde_norm4(context, SID_SDE, c),
              svag_expected_norm(context, "r2.sde1", c), tolerance,
              "10000 roundings of 2^-53 over el");
    vf_text(instance, "sde2, s2=%s eta=%s lam=%s, R^2", c->s2, c->eta, c->lam);
    vf_within(context, instance, svag_sde_norm4(context, SID_SDE2, c),
              svag_expected_norm(context, "r2.sde2", c), tolerance,
              "10000 roundings of 2^-53 over el");
  }
}

/* Final norm2 and noise_trace of 400 steps of a real run of SGD with noise of fixed length. */
static int fixed_point(vf_context *context, uint32_t p, double lr, double wd, double length,
                       double row[2]) {
  static const int32_t observables[] = {SID_NORM2, SID_NOISE_TRACE};
  sid_segment segment;
  const svag_plan plan = {.name = "run to the fixed point",
                          .problem = svag_noise_problem(p, length),
                          .dynamics = svag_dynamics(SID_SGD, 1, 1),
                          .schedule = svag_constant(&segment, lr, wd),
                          .seed = SVAG_SEED,
                          .steps = 400,
                          .trajectories = 1,
                          .observables = observables,
                          .observable_count = 2};
  return !svag_run(context, &plan, row);
}

/* A whole run of SGD with noise of fixed length reaches R^2 = eta s2/(lam (2-el)), and there (14)
 * holds. The deviation of R^2 shrinks by |2(1-el)^2 - 1| <= .81 per step, so 400 steps leave
 * rounding alone: 2p + 20 per step, at most 1/(1-.81) times. */
static void check_svag6_fixed_point(vf_context *context) {
  const uint32_t dims[] = {2, 3, 10};
  for (size_t i = 0; i < VF_COUNT(svag_norm_cases); i++)
    for (size_t d = 0; d < VF_COUNT(dims); d++) {
      const svag_norm_case *c = &svag_norm_cases[i];
      const double lr = vf_number(c->eta), wd = vf_number(c->lam),
                   tolerance = (2.0 * dims[d] + 20.0) * svag_roundoff / 0.19;
      double row[2];
      char instance[VF_TEXT_SIZE];
      if (!fixed_point(context, dims[d], lr, wd, sqrt(vf_number(c->s2)), row)) return;
      vf_text(instance, "sgd p=%u eta=%s lam=%s s2=%s, R^2 after 400 steps", dims[d], c->eta,
              c->lam, c->s2);
      vf_within_relative(context, instance, row[0] * row[0],
                         svag_expected_norm(context, "r2.sgd", c), 2.0 * tolerance,
                         "2p+20 roundings of 2^-53 per step, accumulated with factor .81");
      vf_text(instance, "sgd p=%u eta=%s lam=%s s2=%s, (14): (2-el) lam R", dims[d], c->eta, c->lam,
              c->s2);
      vf_within_relative(context, instance, (2.0 - lr * wd) * wd * row[0], lr * row[1],
                         2.0 * tolerance,
                         "2p+20 roundings of 2^-53 per step, accumulated with factor .81");
    }
}

/* Noise with covariance of trace s2/R in five dimensions. */
static svag_equilibrium noise_equilibrium(const char *name, sid_dynamics dynamics,
                                          const svag_norm_case *c, uint64_t steps) {
  const double sigma = sqrt(vf_number(c->s2) / 4.0);
  const svag_equilibrium run = {
      name,
      {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_GAUSSIAN, .dim = 5, .sigma = sigma},
      dynamics,
      vf_number(c->eta),
      vf_number(c->lam),
      64,
      200,
      200 + steps};
  return run;
}

/* Stationary R^2 of a real run with Gaussian noise, with the law of its m substeps. A substep is R+
 * = a^2 R + (q/R) k with q = eta^2 s2/m, a the contraction, k = chi^2_(p-1)/(p-1); squaring gives,
 * in equilibrium and exactly, (1 - a^4) E R^2 = 2 a^2 q + q^2 (1 + 2/(p-1)) E R^-2. For m ->
 * infinity this is fixtures' R^2. Effect: the nearer of the two other laws. */
static void compare_norm_run(vf_context *context, const char *name, int32_t kind, uint32_t m,
                             const svag_norm_case *c, const char *others[2], uint64_t steps) {
  const svag_equilibrium run = noise_equilibrium(name, svag_dynamics(kind, m, 1), c, steps);
  const double h = run.lr / m, el = run.lr * run.wd, q = run.lr * run.lr * vf_number(c->s2) / m;
  const double a = 1.0 - h * run.wd * (kind == SID_SDE2 ? 1.0 + 0.5 * el : 1.0),
               decay = 1.0 - svag_power(a, 4);
  double *averages = svag_equilibrium_averages(context, &run), weight[SVAG_AVERAGES] = {0.0};
  char instance[VF_TEXT_SIZE], law[VF_TEXT_SIZE];
  if (!averages) return;
  weight[SVAG_AVERAGE_R2] = 1.0;
  weight[SVAG_AVERAGE_INVERSE_R2] = -q * q * 1.5 / decay;
  const vf_moments found = svag_combine(&run, averages, weight);
  const double spread =
      svag_average_of(&run, averages, SVAG_AVERAGE_INVERSE_R2) * q * q * 1.5 / decay;
  vf_text(law, "r2.%s", name);
  const double own = svag_expected_norm(context, law, c);
  double effect = (double)INFINITY;
  for (int k = 0; k < 2; k++) {
    vf_text(law, "r2.%s", others[k]);
    effect = fmin(effect, fabs(own - svag_expected_norm(context, law, c)));
  }
  vf_text(instance, "%s p=5 eta=%s lam=%s s2=%s m=%u, R^2 in equilibrium", name, c->eta, c->lam,
          c->s2, m);
  vf_monte_carlo(
      context, instance, found.mean + spread, found.standard_error,
      2.0 * a * a * q / decay + spread, effect,
      "64 trajectories; exact law of m substeps; effect: the balance of another process");
  free(averages);
}

/* svag, (14), (15), (31) without a loss, on whole trajectories. */
static void check_svag6_norm_runs(vf_context *context) {
  static const char *after_sgd[] = {"sde1", "sde2"}, *after_sde1[] = {"sgd", "sde2"},
                    *after_sde2[] = {"sgd", "sde1"};
  compare_norm_run(context, "sgd", SID_SGD, 1, &svag_norm_cases[1], after_sgd, 8000);
  compare_norm_run(context, "sde1", SID_SDE, 16, &svag_norm_cases[1], after_sde1, 500);
  compare_norm_run(context, "sde2", SID_SDE2, 16, &svag_norm_cases[1], after_sde2, 500);
}

static void check_svag6_norm_runs_fine(vf_context *context) {
  static const char *after_sgd[] = {"sde1", "sde2"}, *after_sde1[] = {"sgd", "sde2"},
                    *after_sde2[] = {"sgd", "sde1"};
  compare_norm_run(context, "sgd", SID_SGD, 1, &svag_norm_cases[0], after_sgd, 100000);
  compare_norm_run(context, "sde1", SID_SDE, 64, &svag_norm_cases[0], after_sde1, 1500);
  compare_norm_run(context, "sde2", SID_SDE2, 64, &svag_norm_cases[0], after_sde2, 1500);
}

/* ---- the balances with a loss ---- */

/* Weights of the averages whose sum, over lam R, vanishes in equilibrium. With h = eta/m, from E R+
 * = E R of a substep: SGD (m = 1), SVAG (m = l) and SDE1: (2 - el/m) lam R = (eta/m) G + eta N;
 * SDE2: (2 + el) lam R = eta G + eta N + (eta/m) |d|^2. */
static void balance_weights(const svag_equilibrium *run, double m, double weight[SVAG_AVERAGES]) {
  const double el = run->lr * run->wd;
  const int second = run->dynamics.kind == SID_SDE2;
  memset(weight, 0, SVAG_AVERAGES * sizeof *weight);
  weight[SVAG_AVERAGE_R] = (second ? 2.0 + el : 2.0 - el / m) * run->wd;
  weight[SVAG_AVERAGE_G] = -run->lr / (second ? 1.0 : m);
  weight[SVAG_AVERAGE_N] = -run->lr;
  weight[SVAG_AVERAGE_D] = second ? -run->lr / m : 0.0;
}

static double substeps_of(sid_dynamics dynamics) {
  return dynamics.kind == SID_SGD    ? 1.0
         : dynamics.kind == SID_SVAG ? dynamics.l
                                     : dynamics.substeps;
}

/* Effect: the smallest term that tells the three balances apart, el lam R (the 2 - el of SGD, the 2
 * + el of the second order) as far as m leaves it, or eta G. */
static void compare_balance(vf_context *context, const svag_equilibrium *run) {
  const double m = substeps_of(run->dynamics), el = run->lr * run->wd;
  double weight[SVAG_AVERAGES], *averages = svag_equilibrium_averages(context, run);
  char instance[VF_TEXT_SIZE];
  if (!averages) return;
  const double scale = run->wd * svag_average_of(run, averages, SVAG_AVERAGE_R);
  const double gradient = run->lr * svag_average_of(run, averages, SVAG_AVERAGE_G) / scale;
  const double seen =
      run->dynamics.kind == SID_SGD || run->dynamics.kind == SID_SDE2 ? 1.0 : 1.0 - 1.0 / m;
  balance_weights(run, m, weight);
  for (int k = 0; k < SVAG_AVERAGES; k++) weight[k] /= scale;
  const vf_moments found = svag_combine(run, averages, weight);
  vf_text(instance, "%s eta=%g lam=%g m=%g, imbalance over lam R", run->name, run->lr, run->wd, m);
  vf_monte_carlo(context, instance, found.mean, found.standard_error, 0.0,
                 seen * fmin(el, gradient), "effect: the term el lam R or eta G left out");
  free(averages);
}

/* svag, (14), (15), (31) with a loss, on whole trajectories: the Rayleigh quotient, once with N
 * above G, once with G above N, and the normalised linear model with sampling noise in batches
 * of 2. SVAG obeys the balance of l substeps.
 * */
static void check_svag6_balance(vf_context *context) {
  const svag_equilibrium runs[] = {{"sgd, rayleigh p=5 sigma=1", svag_rayleigh(1.0),
                                    svag_dynamics(SID_SGD, 1, 1), 0.1, 1.0, 64, 500, 4500},
                                   {"sde, rayleigh p=5 sigma=1", svag_rayleigh(1.0),
                                    svag_dynamics(SID_SDE, 8, 1), 0.1, 1.0, 64, 300, 1300},
                                   {"sde2, rayleigh p=5 sigma=1", svag_rayleigh(1.0),
                                    svag_dynamics(SID_SDE2, 8, 1), 0.1, 1.0, 64, 300, 1300},
                                   {"sgd, rayleigh p=5 sigma=0.3", svag_rayleigh(0.3),
                                    svag_dynamics(SID_SGD, 1, 1), 0.2, 1.0, 64, 300, 1300},
                                   {"sde, rayleigh p=5 sigma=0.3", svag_rayleigh(0.3),
                                    svag_dynamics(SID_SDE, 8, 1), 0.2, 1.0, 64, 100, 400},
                                   {"sde2, rayleigh p=5 sigma=0.3", svag_rayleigh(0.3),
                                    svag_dynamics(SID_SDE2, 8, 1), 0.2, 1.0, 64, 100, 400},
                                   {"svag, rayleigh p=5 sigma=1", svag_rayleigh(1.0),
                                    svag_dynamics(SID_SVAG, 4, 1), 0.1, 1.0, 64, 2000, 12000},
                                   {"sgd B=2, normalised_linear p=3", svag_linear(),
                                    svag_dynamics(SID_SGD, 1, 2), 0.5, 0.5, 64, 200, 4200},
                                   {"sde B=2, normalised_linear p=3", svag_linear(),
                                    svag_dynamics(SID_SDE, 8, 2), 0.5, 0.5, 64, 200, 2200}};
  for (size_t i = 0; i < VF_COUNT(runs); i++) compare_balance(context, &runs[i]);
}

/* Definition 6.1 and the line before (10): N is the limit of tr Cov(g) of SGD, N-bar of the trace
 * of the Sigma of (9), which is eta Cov(g): from a real substep at the SDE's |x|, its variance per
 * time eta. The ratio eta N/N-bar of (11) is sqrt((2-el)/2) without a loss; with Sigma = Cov(g)/eta
 * it would be that over eta. */
static void check_errata_units(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_norm_cases); i++) {
    const svag_norm_case *c = &svag_norm_cases[i];
    const double lr = vf_number(c->eta), wd = vf_number(c->lam),
                 length = sqrt(sqrt(svag_expected_norm(context, "r2.sde1", c)));
    const sid_problem problem = svag_noise_problem(3, sqrt(vf_number(c->s2)));
    const double x[SVAG_DIM] = {0.0, length, 0.0}, right = sqrt((2.0 - lr * wd) / 2.0);
    double row[2];
    char instance[VF_TEXT_SIZE];
    const svag_response step =
        svag_response_of(context, &problem, svag_dynamics(SID_SDE, 1, 1), lr, wd, x);
    if (!fixed_point(context, 3, lr, wd, problem.sigma, row)) return;
    vf_text(instance, "fixed length s2=%s eta=%s lam=%s, eta N/N-bar", c->s2, c->eta, c->lam);
    vf_erratum(context, instance, lr * row[1] / (svag_response_trace(&step, 3) / lr), right,
               right / lr, 100.0 * svag_response_tolerance(1.0),
               "100000 roundings of 2^-53: a response divided by eta^2");
  }
}

/* (13), second line: |grad L_gamma|^2 of the stochastic gradient. Noise alone, x = (1, 0), g =
 * +-(0, 1), eta = .1, lam = .5: print loses it. */
static void check_errata_norm_recursion(vf_context *context) {
  const sid_problem problem = {
      .kind = SID_NOISE_ONLY, .noise = SID_NOISE_RADEMACHER, .dim = 2, .sigma = 1.0};
  const double x[SVAG_DIM] = {1.0, 0.0};
  const svag_law law = svag_law_of(context, &problem, svag_dynamics(SID_SGD, 1, 1), 0.1, 0.5, x);
  vf_erratum(context, "x=(1,0) g=+-(0,1) eta=0.1 lam=0.5, E R+ - R", law_norm_change(&law, x, 2),
             -0.0875, -0.0975, 20.0 * svag_roundoff, "20 roundings of 2^-53");
}

/* (23): G + N = (2 - B eta lam) lam R/(B eta); print has 2 lam (B/eta) R. Noise of fixed length at
 * lr = B eta, B = 4, eta = .025. */
static void check_errata_eq23(vf_context *context) {
  const double batch = 4.0, eta = 0.025, wd = 0.5, lr = batch * eta;
  double row[2];
  if (!fixed_point(context, 3, lr, wd, 1.0, row)) return;
  vf_erratum(context, "fixed length 1, B=4 eta=0.025 lam=0.5, G + N", row[1],
             (2.0 - lr * wd) * wd * row[0] / lr, 2.0 * wd * (batch / eta) * row[0],
             1000.0 * svag_roundoff, "fixed point to 300 roundings of 2^-53, numbers near 3");
}

/* Appendix D.3 calls the second-order SDE closer to SGD in the relation of R, G and N. With noise
 * alone it is further away: distance of R^2 from that of SGD over that of the first-order SDE,
 * above 1; print means below 1. Noise-free, from real one-step laws. */
static void check_errata_second_order(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_norm_cases); i++) {
    const svag_norm_case *c = &svag_norm_cases[i];
    const double sgd = svag_sgd_norm4(context, c), first = svag_sde_norm4(context, SID_SDE, c),
                 second = svag_sde_norm4(context, SID_SDE2, c);
    const double el = vf_number(c->eta) * vf_number(c->lam);
    char instance[VF_TEXT_SIZE];
    vf_text(instance, "s2=%s eta=%s lam=%s, error of the second order over error of the first",
            c->s2, c->eta, c->lam);
    vf_erratum(context, instance, (sgd - second) / (sgd - first),
               svag_expected_norm(context, "sde2-error-over-sde1-error", c), 1.0,
               100.0 * svag_response_tolerance(1.0) / (el * el),
               "100000 roundings of 2^-53 over el^2");
  }
}

static const vf_check table[] = {
    {"svag6.one-step", "svag, (12), (13), (29), Lemma D.1",
     "expected change of |x|^2 in a step of SGD and of both SDEs", VF_QUICK, check_svag6_one_step},
    {"svag6.norm", "svag, (14), (15), (31)",
     "R^2 = eta s2/(lam (2-el)), /(2 lam), /(lam (2+el)) without a loss", VF_QUICK,
     check_svag6_norm},
    {"svag6.fixed-point", "svag, (14)", "SGD with noise of fixed length reaches its R^2", VF_QUICK,
     check_svag6_fixed_point},
    {"svag6.norm-trajectories", "svag, (14), (15), (31)",
     "equilibrium norm of SGD and of both SDEs, Gaussian noise", VF_QUICK, check_svag6_norm_runs},
    {"svag6.norm-trajectories-fine", "svag, (14), (15), (31)",
     "the same at el = .05 with 64 substeps", VF_FULL, check_svag6_norm_runs_fine},
    {"svag6.balance", "svag, (14), (15), (31)",
     "the balance of R, G and N of SGD, SVAG and both SDEs with a loss", VF_QUICK,
     check_svag6_balance},
    {"errata.svag6-def61-units", "svag, Definition 6.1", "the Sigma of (9) is eta Cov(g)", VF_QUICK,
     check_errata_units},
    {"errata.svag6-norm-recursion", "svag, (13)", "the squared stochastic gradient, not that of L",
     VF_QUICK, check_errata_norm_recursion},
    {"errata.svag6-eq23", "svag, (23)", "G + N = (2 - B eta lam) lam R/(B eta)", VF_QUICK,
     check_errata_eq23},
    {"errata.svag6-second-order-closer", "svag, Appendix D.3",
     "with noise alone the second-order SDE is further from SGD", VF_QUICK,
     check_errata_second_order},
};

VF_ROW(svag6, table, "expected changes of |x|^2 by enumeration, and averages over long runs",
       "2 for 2-el, a balance of the SDE with the gradient term of SGD");
