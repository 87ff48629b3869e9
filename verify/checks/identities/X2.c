/* Row X2, the norm recursion: |x+|^2 = (1-el)^2 |x|^2 + eta^2 |g|^2 in every step, since the
 * gradient g that it uses is perpendicular to x. svag (13), il (2) and the proof of Theorem 5.1;
 * svag (28) for the second-order SDE. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/observe.h"
#include "checks/identities/steps.h"
#include "checks/identities/runs.h"

/* il, proof of Theorem 5.1 in discrete form; svag (13). g is perpendicular to x, so squares add. */
static void exact_norm_recursion(vf_context *context) { exact_one_step(context, 0); }

/* The same recursion along runs of GD by the observables alone, across a change of lr and wd with a
 * rescaling of x by 3/4. */
static void exact_norm_run(vf_context *context) {
  enum { STEPS = 200, CHANGE = 100 };
  static const sid_segment segments[2] = {{0, .1, .5, 1.0}, {CHANGE, .05, .25, .75}};
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const exact_run run = {
        .problem = &exact_bases[b].problem,
        .dynamics = exact_dynamics(SID_GD, 1),
        .schedule = {.kind = SID_PIECEWISE, .segment_count = 2, .segments = segments},
        .x = exact_point,
        .seed = 1,
        .steps = STEPS,
        .observables = exact_norm_grad,
        .observable_count = 2};
    double rows[2 * (STEPS + 1)], worst = 0.0;
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s, eta=0.1,0.05 lam=0.5,0.25, x*0.75 at step 100", exact_bases[b].name);
    if (!exact_rows(context, name, &run, 1, rows)) continue;
    for (size_t t = 0; t < STEPS; t++) {
      const sid_segment *segment = segments + (t >= CHANGE);
      const double c2 = t == CHANGE ? .75 * .75 : 1.0, a = 1.0 - segment->lr * segment->wd;
      const double kept = a * a * c2 * rows[2 * t],
                   added = segment->lr * segment->lr * rows[2 * t + 1] / c2;
      /* the cross term 2 a eta <x, grad> is rounding noise of the gradient: size eta (largest
       * term), and eta < 1 */
      const double unit = EXACT_ULP * (kept + added + exact_bases[b].loss_size);
      worst = fmax(worst, fabs(rows[2 * t + 2] - (kept + added)) / unit);
    }
    vf_within(context, name, worst, 0.0, exact_roundings(run.problem), exact_basis);
  }
}

/* svag (28). On a scale-invariant loss Hess L x = -grad L takes the cross terms out of the drift of
 * the second-order SDE: with L_wd = L + (wd/2)|x|^2 and k = lr/2 it is grad L_wd + k Hess L_wd grad
 * L_wd = grad L + k Hess L grad L + wd (1 + k wd) x. One substep of sde2 from each of 20 states,
 * its noise from a copy of the stream. */
static void exact_second_order_step(const exact_subject *subject, double lr, double wd, double *x,
                                    sid_stream *stream, double *worst) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim, batch = problem->noise == SID_NOISE_SAMPLES ? 2 : 1;
  const sid_dynamics sde2 = {.kind = SID_SDE2, .substeps = 1, .batch = batch};
  const double k = lr / 2.0, rho = vf_norm(x, p), size = subject->loss_size + subject->noise_size;
  double expected[EXACT_DIM], g[EXACT_DIM], hg[EXACT_DIM], noise[EXACT_DIM], work[EXACT_WORK];
  sid_stream copy = *stream;
  sid_problem_gradient(problem, x, g, work);
  sid_problem_hessian_vector(problem, x, g, hg, work);
  sid_problem_gaussian_noise(problem, x, &copy, noise, work);
  for (uint32_t j = 0; j < p; j++)
    expected[j] = x[j] - lr * (g[j] + k * hg[j] + wd * (1.0 + k * wd) * x[j]) +
                  lr * noise[j] / sqrt((double)batch);
  if (sid_step(problem, &sde2, lr, wd, x, stream, work)) x[0] = (double)NAN;
  const double unit =
      EXACT_ULP *
      (rho + lr * size / rho * (1.0 + k * (wd + 8.0 * subject->loss_size / (rho * rho))));
  for (uint32_t j = 0; j < p; j++) vf_raise(worst, fabs(x[j] - expected[j]) / unit);
}

static void exact_second_order_drift(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    double x[EXACT_DIM], worst = 0.0;
    char name[VF_TEXT_SIZE];
    sid_stream stream = exact_stream(10);
    exact_scaled_point(&subjects[s].problem, 1.0, x);
    for (int t = 0; t < 20; t++) exact_second_order_step(subjects + s, .1, .5, x, &stream, &worst);
    vf_text(name, "%s, eta=0.1 lam=0.5", subjects[s].name);
    vf_within(context, name, worst, 0.0, exact_roundings(&subjects[s].problem), exact_basis);
  }
}

/* Trajectory 5 of an ensemble is its steps one after the other: start .8 z with z from stream (1,
 * 5), steps with stream (2, 5). So whatever is shown for steps holds for runs. */
static void exact_run_of_steps(vf_context *context) {
  enum { STEPS = 20, TRAJECTORY = 5 };
  static const int32_t state[] = {SID_X};
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  uint64_t checkpoints[STEPS + 1];
  for (size_t t = 0; t <= STEPS; t++) checkpoints[t] = t;
  for (size_t s = 0; s < count; s++) {
    sid_segment segment;
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    const sid_experiment experiment = {.problem = *problem,
                                       .dynamics = exact_dynamics(SID_SGD, 1),
                                       .schedule = exact_constant(&segment, .1, .5),
                                       .start = {SID_START_GAUSSIAN, NULL, .8},
                                       .seed = 77,
                                       .steps = STEPS,
                                       .checkpoints = checkpoints,
                                       .checkpoint_count = STEPS + 1,
                                       .observable_count = 1,
                                       .observables = state};
    double rows[EXACT_DIM * (STEPS + 1)], steps[EXACT_DIM * (STEPS + 1)], x[EXACT_DIM],
        work[EXACT_WORK];
    sid_stream start = vf_stream(77, SID_KEY_START, TRAJECTORY);
    sid_stream noise = vf_stream(77, SID_KEY_NOISE, TRAJECTORY);
    sid_stream_normals(&start, x, p);
    for (uint32_t j = 0; j < p; j++) x[j] = .8 * x[j];
    for (size_t t = 0; t <= STEPS; t++) {
      memcpy(steps + t * p, x, p * sizeof *x);
      if (sid_step(problem, &experiment.dynamics, .1, .5, x, &noise, work))
        vf_error(context, subjects[s].name, "a step failed");
    }
    vf_ensemble(&experiment, TRAJECTORY, 1, 1, rows, NULL);
    vf_same_bits(context, subjects[s].name, rows, steps, p * (size_t)(STEPS + 1));
  }
}

static const vf_check table[] = {
    {"X2.norm-recursion", "svag, (13); il, Theorem 5.1",
     "|x+|^2 = (1-el)^2 |x|^2 + eta^2 |g|^2 in every step", VF_QUICK, exact_norm_recursion},
    {"X2.norm-along-run", "svag, (13)",
     "the same along runs of GD, across a change of schedule and a rescaling", VF_QUICK,
     exact_norm_run},
    {"X2.second-order-drift", "svag, (28)",
     "drift of the second-order SDE: weight decay and loss do not mix", VF_QUICK,
     exact_second_order_drift},
    {"X2.run-of-steps", "il, (2); spec sections 9 and 10",
     "a trajectory is its steps, with streams (1, i) and (2, i)", VF_QUICK, exact_run_of_steps},
};

VF_ROW(X2, table,
       "the two sides of the recursion from single steps and along runs of every dynamics",
       "decay applied after the gradient or to the wrong factor, noise along x, a skipped rescale");
