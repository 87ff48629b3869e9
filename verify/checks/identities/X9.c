/* Row X9, GD+WD is projected GD on the sphere: th+ = Proj(th - et grad L(th)) with et =
 * eta/((1-el)|w|^2), and 1/et+ = (1-el)^2 (1/et + et |grad L(th)|^2), so that only (th_0, et_0, el)
 * matter. eos Lemma 3.1, Section 3. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/identities/ratio2.h"

static const int32_t exact_rate_observables[] = {SID_NORM2, SID_GRAD_NORM2, SID_EFFECTIVE_LR};
static const int32_t exact_rate_state[] = {SID_EFFECTIVE_LR, SID_X};

/* eos Lemma 3.1: th+ = Proj(th - et grad L(th)), et = eta/((1-el)|w|^2), for every loss. */
static void exact_projected_step(vf_context *context) {
  const double eta = .1, lam = .5;
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const sid_problem *problem = &exact_bases[b].problem;
    const uint32_t p = problem->dim;
    const sid_dynamics gd = exact_dynamics(SID_GD, 1);
    double x[EXACT_DIM], th[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK], worst = 0.0;
    exact_scaled_point(problem, 1.0, x);
    for (int t = 0; t < 20; t++) {
      const double r = vf_dot(x, x, p), rate = eta / ((1.0 - eta * lam) * r);
      for (uint32_t j = 0; j < p; j++) th[j] = x[j] / sqrt(r);
      sid_problem_gradient(problem, th, g, work);
      for (uint32_t j = 0; j < p; j++) th[j] -= rate * g[j];
      if (sid_step(problem, &gd, eta, lam, x, NULL, work))
        vf_error(context, exact_bases[b].name, "a step failed");
      const double length = vf_norm(th, p), after = vf_norm(x, p);
      const double unit = EXACT_ULP * (1.0 + rate * exact_bases[b].loss_size) /
                          length; /* relative to the new length */
      for (uint32_t j = 0; j < p; j++)
        worst = fmax(worst, fabs(th[j] / length - x[j] / after) / unit);
    }
    vf_within(context, exact_bases[b].name, worst, 0.0, exact_roundings(problem), exact_basis);
  }
}

/* 1/et+ = (1-el)^2 (1/et + et |grad L(th)|^2) along runs, by the observables effective_lr =
 * eta/|w|^2 and grad_norm2 = |grad L(th)|^2/|w|^2. */
static void exact_rate_recursion(vf_context *context) {
  enum { STEPS = 200 };
  const double eta = .1, lam = .5, keep = 1.0 - eta * lam;
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    sid_segment segment;
    const exact_run run = {.problem = &exact_bases[b].problem,
                           .dynamics = exact_dynamics(SID_GD, 1),
                           .schedule = exact_constant(&segment, eta, lam),
                           .x = exact_point,
                           .seed = 1,
                           .steps = STEPS,
                           .observables = exact_rate_observables,
                           .observable_count = 3};
    double rows[3 * (STEPS + 1)], worst = 0.0;
    if (!exact_rows(context, exact_bases[b].name, &run, 1, rows)) continue;
    for (size_t t = 0; t < STEPS; t++) {
      const double *row = rows + 3 * t, inverse = keep / row[2], g2 = row[1] * row[0];
      const double next = keep * keep * (inverse + g2 / inverse),
                   unit = EXACT_ULP * (next + exact_bases[b].loss_size);
      worst = fmax(worst, fabs(keep / row[5] - next) / unit);
    }
    vf_within(context, exact_bases[b].name, worst, 0.0, exact_roundings(run.problem), exact_basis);
  }
}

typedef struct {
  double th0, et0, el;
  const char *suffix;
} exact_rate_case;

/* Only (th0, et0, el) matter: two choices of |w_0| with eta and lam to match have the slopes x/y
 * and rates of the recursion on the sphere, known to 60 digits. */
static void exact_rate_digits(vf_context *context) {
  static const exact_rate_case cases[] = {{.9, 1.5, .05, "th0-0.9.et0-1.5.el-0.05"},
                                          {1.2, .9, .1, "th0-1.2.et0-0.9.el-0.1"}};
  static const size_t times[] = {1, 5, 20};
  for (int k = 0; k < 4; k++) {
    const exact_rate_case *one = cases + k / 2;
    const double size = k % 2 ? 1.7 : 1.0, keep = 1.0 - one->el,
                 eta = one->et0 * keep * size * size;
    const double x[2] = {size * cos(one->th0), size * sin(one->th0)};
    sid_segment segment;
    const exact_run run = {.problem = &exact_toy->problem,
                           .dynamics = exact_dynamics(SID_GD, 1),
                           .schedule = exact_constant(&segment, eta, one->el / eta),
                           .x = x,
                           .steps = 20,
                           .observables = exact_rate_state,
                           .observable_count = 2};
    double rows[3 * 21];
    if (!exact_rows(context, one->suffix, &run, 1, rows)) continue;
    for (int i = 0; i < 3; i++) {
      const exact_ratio2 path = {eta, 1.0, keep, x[0], x[1], (int)times[i]};
      const double tolerance = 2.0 * exact_conditioning(&path), *row = rows + 3 * times[i];
      char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE];
      vf_text(name, "%s |w_0|=%g step %d", one->suffix, size, (int)times[i]);
      vf_text(key, "x9.x-over-y.%s.step-%d", one->suffix, (int)times[i]);
      vf_within_relative(context, name, row[1] / row[2], vf_expected(context, key), tolerance,
                         exact_growth);
      vf_text(key, "x9.et.%s.step-%d", one->suffix, (int)times[i]);
      vf_within_relative(context, name, row[0] / keep, vf_expected(context, key), tolerance,
                         exact_growth);
    }
  }
}

static const vf_check table[] = {
    {"X9.projected-step", "eos, Lemma 3.1",
     "GD+WD is projected GD on the sphere with rate eta/((1-el)|w|^2)", VF_QUICK,
     exact_projected_step},
    {"X9.rate-recursion", "eos, Section 3",
     "1/et+ = (1-el)^2 (1/et + et |grad L(th)|^2) along runs", VF_QUICK, exact_rate_recursion},
    {"X9.only-rate-matters", "eos, Lemma 3.1",
     "direction and rate depend on th_0, et_0 and el alone: against 60 digits", VF_QUICK,
     exact_rate_digits},
};

VF_ROW(X9, table, "GD with decay and the projected step on the sphere, side by side",
       "an effective rate eta/|w|^2 without 1-el, a projection before the step");
