/* One step of every dynamics on every subject. */
#include <math.h>
#include <string.h>
#include "checks/identities/steps.h"
#include "harness/algebra.h"
#include "checks/identities/runs.h"

/* The gradient that the next step of the dynamics will use, drawn from a copy of its stream. */
static void exact_used_gradient(const sid_problem *problem, const sid_dynamics *dynamics,
                                const double *x, sid_stream stream, double *g) {
  const uint32_t p = problem->dim;
  double other[EXACT_DIM], work[EXACT_WORK];
  sid_problem_gradient(problem, x, g, work);
  if (dynamics->kind == SID_GD) return;
  if (dynamics->kind == SID_NOISY_GD) {
    sid_problem_gaussian_noise(problem, x, &stream, other, work);
    for (uint32_t j = 0; j < p; j++)
      g[j] -= other[j] / sqrt((double)dynamics->batch); /* the SDE adds its noise */
    return;
  }
  sid_problem_noisy_gradient(problem, x, dynamics->batch, &stream, g, work);
  if (dynamics->kind == SID_SGD) return;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, &stream, other, work);
  const double s = sqrt(2.0 * dynamics->l - 1.0);
  for (uint32_t j = 0; j < p; j++) g[j] = 0.5 * (1.0 + s) * g[j] + 0.5 * (1.0 - s) * other[j];
}

/* Worst deviations over some steps, in units of roundings: of x+ = (1-h wd) x - h g, of |x+|^2 =
 * (1-h wd)^2 |x|^2 + h^2 |g|^2, and of tan D = h |g|/((1-h wd)|x|). */
typedef struct {
  double vector, norm2, angle;
} exact_step_errors;

static void exact_step_compare(const exact_subject *subject, double a, double h,
                               const double *before, const double *g, const double *after,
                               exact_step_errors *worst) {
  const uint32_t p = subject->problem.dim;
  const double r = vf_dot(before, before, p), g2 = vf_dot(g, g, p),
               size = subject->loss_size + subject->noise_size;
  double scratch[EXACT_DIM], vector = 0.0;
  for (uint32_t j = 0; j < p; j++)
    vector = fmax(vector, fabs(after[j] - (a * before[j] - h * g[j])));
  const double length =
      sqrt(r) + h * 3.0 * size / sqrt(r); /* 3: sum of the weights of SVAG with l = 3 */
  worst->vector = fmax(worst->vector, vector / (EXACT_ULP * length));
  worst->norm2 = fmax(worst->norm2, fabs(vf_dot(after, after, p) - (a * a * r + h * h * g2)) /
                                        (EXACT_ULP * length * length));
  const double angle = sid_angle(before, after, p, scratch);
  worst->angle = fmax(worst->angle, fabs(angle - atan(h * sqrt(g2) / (a * sqrt(r)))) * sqrt(r) /
                                        (EXACT_ULP * length));
}

/* 20 steps of one dynamics on one subject; 0 if a step fails. */
static int exact_steps(const exact_subject *subject, int32_t kind, exact_step_errors *worst) {
  const sid_problem *problem = &subject->problem;
  const sid_dynamics dynamics = exact_dynamics(kind, problem->noise == SID_NOISE_SAMPLES ? 2 : 1);
  const double lr = 0.1, wd = 0.5, h = kind == SID_SVAG ? lr / dynamics.l : lr;
  double x[EXACT_DIM], before[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
  sid_stream stream = exact_stream(6);
  exact_scaled_point(problem, 1.0, x);
  for (int t = 0; t < 20; t++) {
    memcpy(before, x, sizeof x);
    exact_used_gradient(problem, &dynamics, x, stream, g);
    if (sid_step(problem, &dynamics, lr, wd, x, &stream, work)) return 0;
    exact_step_compare(subject, 1.0 - h * wd, h, before, g, x, worst);
  }
  return 1;
}

void exact_one_step(vf_context *context, int angle) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++)
    for (int32_t kind = SID_GD; kind <= SID_NOISY_GD; kind++) {
      exact_step_errors worst = {0.0, 0.0, 0.0};
      char name[VF_TEXT_SIZE];
      vf_text(name, "%s, %s, eta=0.1 lam=0.5", subjects[s].name, exact_kind_names[kind]);
      if (!exact_steps(subjects + s, kind, &worst)) vf_error(context, name, "a step failed");
      const double measured = angle ? worst.angle : fmax(worst.vector, worst.norm2);
      vf_within(context, name, measured, 0.0, exact_roundings(&subjects[s].problem), exact_basis);
    }
}
