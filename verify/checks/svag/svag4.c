/* svag4: noisy gradient descent, x+ = (1 - el) x - eta grad L + eta (Sigma/B)^(1/2) z, z normal:
 * (5) with the eta that print lacks. It has the mean and covariance of a step of SGD, and is the
 * step of Euler and Maruyama of the SDE with one substep per step of SGD. Its moments differ from
 * those of SGD by the non-Gaussian gap of (6).
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations"
 * (svag), Section 5. */
#include <string.h>
#include "harness/text.h"
#include "checks/svag/gradients.h"
#include "checks/svag/outcomes.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"
#include "checks/svag/trajectories.h"

/* svag, (5) as corrected: x+ = (1 - el) x - eta grad L + eta (Sigma/B)^(1/2) z. Mean and covariance
 * of the real step from its measured response to its normals, against the closed forms of Sigma; it
 * is affine in them. */
static void check_svag4_step(vf_context *context) {
  const double lr = 0.4, wd = 0.25;
  svag_noise_case cases[SVAG_NOISE_CASES];
  svag_noise_cases(cases);
  for (size_t i = 0; i < SVAG_NOISE_CASES; i++) {
    const sid_problem *problem = &cases[i].problem;
    const svag_response step = svag_response_of(
        context, problem, svag_dynamics(SID_NOISY_GD, 1, cases[i].batch), lr, wd, cases[i].x);
    double gradient[SVAG_DIM], sigma[SVAG_DIM][SVAG_DIM];
    char instance[VF_TEXT_SIZE];
    svag_gradient(problem, cases[i].x, gradient);
    svag_covariance(problem, cases[i].x, sigma);
    for (uint32_t j = 0; j < problem->dim; j++) {
      vf_text(instance, "%s eta=0.4 lam=0.25, mean of x_%u", cases[i].name, j + 1);
      vf_within(context, instance, step.mean[j], (1.0 - lr * wd) * cases[i].x[j] - lr * gradient[j],
                svag_response_tolerance(1.0), svag_response_basis);
      for (uint32_t k = 0; k <= j; k++) {
        vf_text(instance, "%s eta=0.4 lam=0.25, covariance (%u, %u)", cases[i].name, j + 1, k + 1);
        vf_within(context, instance, svag_response_covariance(&step, j, k),
                  lr * lr * sigma[j][k] / cases[i].batch, svag_response_tolerance(1.0),
                  svag_response_basis);
      }
    }
    vf_text(instance, "%s eta=0.4 lam=0.25, distance from the affine form", cases[i].name);
    vf_within(context, instance, step.misfit, 0.0, svag_response_tolerance(1.0),
              svag_response_basis);
  }
}

/* Noisy GD has the mean and covariance of SGD (svag, Section 5): SGD enumerated over its outcomes,
 * noisy GD by its response. */
static void check_svag4_matches_sgd(vf_context *context) {
  const double lr = 0.4, wd = 0.25;
  svag_noise_case cases[SVAG_NOISE_CASES];
  svag_noise_cases(cases);
  for (size_t i = 0; i < SVAG_NOISE_CASES; i++) {
    const sid_problem *problem = &cases[i].problem;
    if (problem->noise != SID_NOISE_SAMPLES && problem->noise != SID_NOISE_RADEMACHER) continue;
    const svag_law sgd = svag_law_of(context, problem, svag_dynamics(SID_SGD, 1, cases[i].batch),
                                     lr, wd, cases[i].x);
    const svag_response ngd = svag_response_of(
        context, problem, svag_dynamics(SID_NOISY_GD, 1, cases[i].batch), lr, wd, cases[i].x);
    double mean[SVAG_DIM];
    svag_law_mean(&sgd, problem->dim, mean);
    for (uint32_t j = 0; j < problem->dim; j++) {
      char instance[VF_TEXT_SIZE];
      vf_text(instance, "%s eta=0.4 lam=0.25, mean change of x_%u", cases[i].name, j + 1);
      vf_within(context, instance, ngd.mean[j] - cases[i].x[j], mean[j],
                svag_response_tolerance(1.0), svag_response_basis);
      for (uint32_t k = 0; k <= j; k++) {
        const char index[3] = {(char)('1' + j), (char)('1' + k), '\0'};
        vf_text(instance, "%s eta=0.4 lam=0.25, covariance (%u, %u)", cases[i].name, j + 1, k + 1);
        vf_within(context, instance, svag_response_covariance(&ngd, j, k),
                  svag_law_moment(&sgd, index, 1.0, mean), svag_response_tolerance(1.0),
                  svag_response_basis);
      }
    }
  }
}

/* The last state of trajectory 3 of noisy GD through sid_run(). */
static void run_noisy_gd(vf_context *context, const svag_noise_case *c, uint64_t steps, double lr,
                         double wd, double *x) {
  sid_segment segment;
  const svag_plan plan = {.name = c->name,
                          .problem = c->problem,
                          .dynamics = svag_dynamics(SID_NOISY_GD, 1, c->batch),
                          .schedule = svag_constant(&segment, lr, wd),
                          .x0 = c->x,
                          .seed = SVAG_SEED,
                          .steps = steps};
  const sid_experiment experiment = svag_experiment(&plan);
  double work[SVAG_WORK];
  uint64_t last;
  sid_status status = sid_experiment_validate(&experiment);
  if (!status) status = sid_run(&experiment, 3, NULL, NULL, x, &last, work, VF_COUNT(work));
  if (status) vf_error(context, c->name, sid_status_text(status));
}

/* svag, Section 5.2: noisy GD is the Euler-Maruyama step of the SDE. 200 steps of noisy_gd as a run
 * against 200 steps of sde with m = 1, made here on the stream (seed, (2, 3)) of that
 * trajectory. */
static void check_svag4_euler(vf_context *context) {
  const uint64_t steps = 200;
  const double lr = 0.1, wd = 0.25;
  svag_noise_case cases[SVAG_NOISE_CASES];
  svag_noise_cases(cases);
  for (size_t i = 0; i < SVAG_NOISE_CASES; i++) {
    const sid_problem *problem = &cases[i].problem;
    double ngd[SVAG_DIM], sde[SVAG_DIM], work[SVAG_WORK];
    sid_stream stream = vf_stream(SVAG_SEED, SID_KEY_NOISE, 3);
    const sid_dynamics euler = svag_dynamics(SID_SDE, 1, cases[i].batch);
    run_noisy_gd(context, &cases[i], steps, lr, wd, ngd);
    memcpy(sde, cases[i].x, problem->dim * sizeof *sde);
    for (uint64_t t = 0; t < steps; t++) {
      const sid_status status = sid_step(problem, &euler, lr, wd, sde, &stream, work);
      if (status) vf_error(context, cases[i].name, sid_status_text(status));
    }
    vf_same_bits(context, cases[i].name, ngd, sde, problem->dim);
  }
}

/* Moments of noisy GD at T = 2, noise-free: the measured response is affine in x and in the
 * normals, which three-point quadrature averages exactly up to order 4. The third and fourth
 * moments differ from those of SGD: the non-Gaussian gap of (6). */
static void check_svag4_moments(vf_context *context) {
  for (size_t i = 0; i < 2; i++)
    for (size_t e = 0; e < VF_COUNT(svag_etas); e++) {
      const svag_family *f = &svag_families[i];
      const double lr = vf_number(svag_etas[e]);
      double moment[SVAG_POWERS] = {0.0};
      char middle[VF_TEXT_SIZE];
      vf_text(middle, "eta-%s.", svag_etas[e]);
      svag_moments_of_noisy_gd(context, f, lr, moment);
      svag_compare_moments(context, "svag4.moment", f, middle, moment,
                           10.0 * svag_moments_tolerance(f, svag_final_time / lr),
                           "1000 roundings of 2^-53 per step: its map is fitted");
    }
}

/* Trajectories of noisy GD. Effect: the SDE in their place (the discretisation error of (6)). */
static void check_svag4_runs(vf_context *context) {
  for (size_t i = 0; i < 2; i++) {
    const svag_family *f = &svag_families[i];
    const svag_run_case run = {f, svag_dynamics(SID_NOISY_GD, 1, 1), "noisy_gd", 0.4, 1u << 16};
    double expected[SVAG_POWERS], wrong[SVAG_POWERS];
    svag_expected_moments(context, "svag4.moment", f, "eta-0.4.", expected);
    svag_expected_moments(context, "svag2.sde", f, "eta-0.4.", wrong);
    svag_compare_run(context, &run, expected, wrong, "65536 trajectories; effect: the SDE instead");
  }
}

/* (5): the noise of a step is eta Sigma^(1/2) z; print lacks eta. */
static void check_errata_noise_factor(vf_context *context) {
  for (size_t i = 0; i < 2; i++) {
    const svag_family *f = &svag_families[i];
    const sid_problem problem = svag_family_problem(f);
    double sigma[SVAG_DIM][SVAG_DIM];
    char instance[VF_TEXT_SIZE];
    const svag_response step =
        svag_response_of(context, &problem, svag_dynamics(SID_NOISY_GD, 1, 1), 0.4, 0.0, f->x0);
    svag_covariance(&problem, f->x0, sigma);
    vf_text(instance, "instance %s eta=0.4, variance of a step of noisy_gd", f->name);
    vf_erratum(context, instance, svag_response_covariance(&step, 0, 0), 0.16 * sigma[0][0],
               sigma[0][0], svag_response_tolerance(1.0), svag_response_basis);
  }
}

static const vf_check table[] = {
    {"svag4.step", "svag, (5)",
     "noisy GD: mean x - eta grad L, covariance eta^2 Sigma/B, affine in its normals", VF_QUICK,
     check_svag4_step},
    {"svag4.matches-sgd", "svag, Section 5",
     "a step of noisy GD has the mean and covariance of a step of SGD", VF_QUICK,
     check_svag4_matches_sgd},
    {"svag4.euler", "svag, Section 5.2", "noisy GD is the SDE with one substep, bit for bit",
     VF_QUICK, check_svag4_euler},
    {"svag4.moments", "svag, (5), (6)", "moments of noisy GD at T = 2, with the non-Gaussian gap",
     VF_QUICK, check_svag4_moments},
    {"svag4.trajectories", "svag, (5)", "noisy GD trajectories have the moments of the recursion",
     VF_QUICK, check_svag4_runs},
    {"errata.svag4-noise-factor", "svag, (5)", "the noise of a step is eta Sigma^(1/2) z", VF_QUICK,
     check_errata_noise_factor},
};

VF_ROW(svag4, table, "steps with given normals, recursions of exact moments, trajectories",
       "noise without the eta that print lacks, a covariance that misses the batch");
