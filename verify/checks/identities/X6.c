/* Row X6, noise of fixed length s/|x| without a loss: R+ = (1-el)^2 R + eta^2 s^2/R with the fixed
 * point R^2 = eta s^2/(lam (2-el)), where tan^2 D = (1 - (1-el)^2)/(1-el)^2 and a deviation of R^2
 * shrinks by 2 (1-el)^2 - 1 a step. il Section 5.1; nrq Section 2.2. */
#include <math.h>
#include "checks/identities/runs.h"

typedef struct {
  double eta, lam, s;
  const char *suffix;
} exact_fixed_case;

static const exact_fixed_case exact_fixed_cases[] = {{.1, .5, 1.0, "eta-0.1.lam-0.5.s-1"},
                                                     {.02, 2.0, .3, "eta-0.02.lam-2.s-0.3"}};

/* SGD on noise_only with sphere noise from |x|^2 = r0 in p dimensions: rows (norm2, step_angle). */
static int exact_fixed_rows(vf_context *context, const exact_fixed_case *one, uint32_t p, double r0,
                            uint64_t steps, double *rows) {
  const sid_problem problem = {
      .kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = p, .sigma = one->s};
  double x[EXACT_DIM] = {0};
  sid_segment segment;
  const exact_run run = {.problem = &problem,
                         .dynamics = exact_dynamics(SID_SGD, 1),
                         .schedule = exact_constant(&segment, one->eta, one->lam),
                         .x = x,
                         .seed = 5,
                         .steps = steps,
                         .observables = exact_norm_angle,
                         .observable_count = 2};
  x[0] = .6 * sqrt(r0), x[p - 1] = .8 * sqrt(r0);
  return exact_rows(context, one->suffix, &run, 1, rows);
}

static void exact_fixed_length_of(vf_context *context, const exact_fixed_case *one, uint32_t p) {
  enum { STEPS = 300 };
  static const char *const forms[] = {"x6.norm2-from-1.%s.step-1", "x6.norm2-from-1.%s.step-5",
                                      "x6.norm2-from-1.%s.step-50"};
  static const size_t times[] = {1, 5, 50};
  const double tolerance = (70.0 + 24.0 * p) * EXACT_ULP;
  double rows[2 * (STEPS + 1)];
  const double *last = rows + 2 * (size_t)STEPS;
  char name[VF_TEXT_SIZE];
  vf_text(name, "%s p=%u", one->suffix, (unsigned)p);
  if (!exact_fixed_rows(context, one, p, 1.0, STEPS, rows)) return;
  for (int i = 0; i < 3; i++)
    vf_within_relative(context, name, rows[2 * times[i]],
                       vf_expected_of(context, forms[i], one->suffix), tolerance,
                       "70 + 24 p roundings, contracting");
  vf_within_relative(context, name, last[0] * last[0],
                     vf_expected_of(context, "x6.fixed-point-r2.%s", one->suffix), 2.0 * tolerance,
                     "70 + 24 p roundings, contracting, of a square");
  const double tangent = tan(last[1]);
  vf_within_relative(context, name, tangent * tangent,
                     vf_expected_of(context, "x6.tan2.%s", one->suffix), 10.0 * tolerance,
                     "70 + 24 p roundings in D, relative to D > 0.28");
}

/* R+ = (1-el)^2 R + eta^2 s^2/R whatever the draws: values from R = 1 after 1, 5 and 50 steps, the
 * fixed point and the angle there. The map contracts, so errors do not add up beyond 1/(1 - .85)
 * steps' worth: 10 roundings in each of 7 steps, and 3 p in a norm. */
static void exact_fixed_length(vf_context *context) {
  for (size_t k = 0; k < 2; k++)
    for (uint32_t p = 2; p <= 5; p += 3) exact_fixed_length_of(context, exact_fixed_cases + k, p);
}

/* The multiplier of a deviation of R^2 at the fixed point, 2(1-el)^2 - 1, by a symmetric difference
 * of one step with d = 2^-16: in units of the fixed point R^2 the third derivative is below 6, so
 * the difference errs by at most d^2, and rounding by 2^-52 (70 + 24 p)/d. */
static void exact_fixed_multiplier(vf_context *context) {
  const double d = 0x1p-16;
  for (size_t k = 0; k < 2; k++) {
    const exact_fixed_case *one = exact_fixed_cases + k;
    const double r2 = vf_expected_of(context, "x6.fixed-point-r2.%s", one->suffix);
    double up[4], down[4];
    if (!exact_fixed_rows(context, one, 3, sqrt(r2 * (1.0 + d)), 1, up)) continue;
    if (!exact_fixed_rows(context, one, 3, sqrt(r2 * (1.0 - d)), 1, down)) continue;
    const double measured =
        (up[2] * up[2] - down[2] * down[2]) / (up[0] * up[0] - down[0] * down[0]);
    vf_within(context, one->suffix, measured,
              vf_expected_of(context, "x6.multiplier.%s", one->suffix),
              d * d + (70.0 + 72.0) * 2.0 * EXACT_ULP / d,
              "third derivative d^2, d = 2^-16, and rounding/d");
  }
}

static const vf_check table[] = {
    {"X6.fixed-length", "il, Section 5.1; nrq, Section 2.2",
     "R+ = (1-el)^2 R + eta^2 s^2/R, its fixed point and angle", VF_QUICK, exact_fixed_length},
    {"X6.multiplier", "il, Section 5.1", "deviations of R^2 shrink by 2(1-el)^2 - 1 per step",
     VF_QUICK, exact_fixed_multiplier},
};

VF_ROW(X6, table,
       "noise of fixed length makes |x| deterministic, so the recursion is followed exactly",
       "noise whose length is not s/|x|, a decay of 1-2el for (1-el)^2");
