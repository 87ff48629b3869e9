/* Row X4, the exact form of "the angular update is sqrt(2 el)" (il Section 5.1, nrq Section 2.2):
 * cos D = (1-el)|x|/|x+|, so the mean of -ln cos D over any run is -ln(1-el) + ln(R_K/R_0)/(2K), R
 * = |x|^2. */
#include <math.h>
#include "checks/identities/ratio2.h"

/* mean of -ln cos D over a run, and its worst tan D, from rows (norm2, step_angle). */
static double exact_log_cos(const double *rows, uint64_t steps, double *steepest) {
  double sum = 0.0;
  *steepest = 0.0;
  for (uint64_t t = 1; t <= steps; t++) {
    sum -= log(cos(rows[2 * t + 1]));
    *steepest = fmax(*steepest, tan(rows[2 * t + 1]));
  }
  return sum / (double)steps;
}

static void exact_angle_sum_of(vf_context *context, const exact_subject *subject) {
  enum { STEPS = 300 };
  const double el = .05;
  const sid_problem *problem = &subject->problem;
  double rows[2 * (STEPS + 1)], steepest;
  const double *last = rows + 2 * (size_t)STEPS;
  sid_segment segment;
  const exact_run run = {.problem = problem,
                         .dynamics =
                             exact_dynamics(problem->noise == SID_NOISE_NONE ? SID_GD : SID_SGD, 1),
                         .schedule = exact_constant(&segment, .1, el / .1),
                         .x = exact_point,
                         .seed = 3,
                         .steps = STEPS,
                         .observables = exact_norm_angle,
                         .observable_count = 2};
  if (!exact_rows(context, subject->name, &run, 1, rows)) return;
  const double measured = exact_log_cos(rows, STEPS, &steepest);
  const double expected = -log(1.0 - el) + log(last[0] / rows[0]) / (2.0 * STEPS);
  vf_within(context, subject->name, measured, expected,
            exact_roundings(problem) * EXACT_ULP * (1.0 + steepest),
            "36 p + 12 n + 120 roundings in D, times 1 + the largest tan D");
}

static void exact_angle_sum_digits(vf_context *context, const exact_angle_case *one) {
  const exact_ratio2 path =
      exact_ratio2_constant(one->eta, one->lam, one->x[0], one->x[1], one->steps);
  const double growth = exact_conditioning(&path);
  double rows[2 * (EXACT_RUN + 1)], steepest;
  if (!exact_angle_rows(context, one, rows)) return;
  const double measured = exact_log_cos(rows, (uint64_t)one->steps, &steepest);
  vf_within(context, one->name, measured, vf_expected(context, one->log_cos_key),
            growth / one->steps +
                exact_roundings(&exact_toy->problem) * EXACT_ULP * (1.0 + steepest),
            exact_growth);
  vf_within_relative(context, one->name, rows[2 * (size_t)one->steps],
                     vf_expected(context, one->norm_key), 2.0 * growth, exact_growth);
}

/* The mean over any run telescopes. An error d of D makes d tan D in -ln cos D. Two runs against 60
 * digits. */
static void exact_angle_sum(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) exact_angle_sum_of(context, subjects + s);
  for (size_t k = 0; k < 2; k++) exact_angle_sum_digits(context, exact_angle_cases + k);
}

static const vf_check table[] = {
    {"X4.angle-sum", "il, Section 5.1; nrq, Section 2.2",
     "mean of -ln cos D = -ln(1-el) + ln(R_K/R_0)/(2K) on every run", VF_QUICK, exact_angle_sum},
};

VF_ROW(X4, table, "step_angle summed over whole runs against the norms at both ends",
       "an angle of another step, a decay of another size");
