/* Row X9, eos, Lemma 3.1 and Section 3: GD with weight decay is projected GD on the sphere,
 *   th+ = Proj(th - et grad L(th)), et = eta/((1-el)|w|^2),
 *   1/et+ = (1-el)^2 (1/et + et |grad L(th)|^2);
 * here for the dynamics projected_gd, which keeps th and |w|^2. */
#include <math.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "checks/eos/problems.h"
#include "checks/eos/toys.h"
#include "checks/eos/walk.h"

static void eos_walk_projected(eos_walk *walk, const eos_walk *gd) {
  *walk = *gd;
  walk->dynamics = (sid_dynamics){.kind = SID_PROJECTED_GD, .batch = 1};
  sid_state_begin(walk->problem, &walk->dynamics, walk->lr, walk->x);
}

/* Largest distance of projected_gd from GD with weight decay along `steps` steps from a random
 * direction with et |Hess| = scaled; `anew`: each step from GD's state. */
static double eos_projected_apart(const sid_problem *problem, uint64_t number, double scaled,
                                  double ein, int steps, int anew) {
  double th[EOS_DIM], values[EOS_DIM], worst = 0.0;
  eos_walk gd, projected;
  eos_random(problem, number, th);
  (void)eos_eigenvalues(problem, th, values);
  eos_walk_gd(&gd, problem, th, scaled / vf_largest_size(values, problem->dim), .3, ein);
  for (int t = 0; t < steps; t++) {
    if (t == 0 || anew) eos_walk_projected(&projected, &gd);
    worst = fmax(worst, eos_apart(&projected, &gd));
    eos_step(&projected);
    eos_step(&gd);
    worst = fmax(worst, eos_apart(&projected, &gd));
    if (gd.status || projected.status) return (double)NAN;
  }
  return worst;
}

static double eos_projected_rounding(const sid_problem *problem) {
  return (36.0 * problem->dim + 12.0 * problem->samples + 120.0) * EOS_ULP;
}

/* projected_gd has the directions and effective rates of GD with weight decay (Lemma 3.1 and the
 * recursion of X9), on every problem, from |w|^2 of its own: one step from each of 100 states of a
 * run. et lam1 <= 1.5 at the start. A gradient has as many roundings as in eos1, of its largest
 * term; a step multiplies it by et. */
static void eos_projected_steps(vf_context *context) {
  for (size_t k = 0; k < EOS_SUBJECTS; k++) {
    const sid_problem *problem = &eos_subjects[k].problem;
    vf_within(context, eos_subjects[k].name,
              eos_projected_apart(problem, 40000 + k, 1.5, .03, 100, 1), 0.0,
              eos_projected_rounding(problem) * 4.0,
              "36 p + 12 n + 120 roundings of 2^-53 of 1 + et |Hess| <= 4");
  }
}

/* The same along 300 steps of a run of each. In the stable regime errors do not grow; the rate
 * remembers each of its errors as long as 1/el steps. */
static void eos_projected_run(vf_context *context) {
  for (size_t k = 0; k < EOS_SUBJECTS; k++) {
    const sid_problem *problem = &eos_subjects[k].problem;
    vf_within(context, eos_subjects[k].name,
              eos_projected_apart(problem, 41000 + k, .05, .0003, 300, 0), 0.0,
              300.0 * eos_projected_rounding(problem) * 2.0,
              "300 steps of 36 p + 12 n + 120 roundings of 2^-53 of 1 + et |Hess| <= 2");
  }
}

/* The observable effective_lr of projected_gd is the et of the next step, that of gd eta/|w|^2. */
static void eos_projected_rate(vf_context *context) {
  static const int32_t observable[] = {SID_EFFECTIVE_LR};
  static const double th[] = {.5, .6, -.4};
  static const double etas[] = {.1, 2.0}, eins[] = {.01, .3};
  for (size_t k = 0; k < 4; k++) {
    const double eta = etas[k % 2], ein = eins[k / 2];
    const sid_segment segment = {0, eta, ein / eta, 1.0};
    sid_experiment experiment = {
        .problem = eos_b->problem,
        .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
        .observables = observable,
        .observable_count = 1};
    double rows[2];
    eos_walk walks[2];
    eos_walk_gd(walks, &eos_b->problem, th, .2, eta, ein);
    eos_walk_projected(walks + 1, walks);
    for (int i = 0; i < 2; i++) {
      for (int t = 0; t < 5; t++) eos_step(walks + i);
      experiment.dynamics = walks[i].dynamics;
      sid_observe(&experiment, 5, walks[i].x, NULL, rows + i, walks[i].work);
    }
    char name[VF_TEXT_SIZE];
    vf_text(name, "toy B eta=%g el=%g", eta, ein);
    vf_within_relative(context, name, rows[1], rows[0] / (1.0 - ein), 5.0 * 230.0 * EOS_ULP * 2.0,
                       "5 steps of 36 p + 120 roundings of 2^-53 of 1 + et |Hess| <= 2");
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"X9.projected-gd", "eos, Lemma 3.1",
     "projected_gd has the directions and rates of GD with weight decay", VF_QUICK,
     eos_projected_steps},
    {"X9.projected-gd-run", "eos, Lemma 3.1", "the same along a run", VF_QUICK, eos_projected_run},
    {"X9.projected-gd-rate", "eos, Section 3", "effective_lr of projected_gd is eta/((1-el)|w|^2)",
     VF_QUICK, eos_projected_rate},
};

VF_ROW(X9_projected, table, "the dynamics projected_gd against GD with decay",
       "a state |w|^2 that is updated with another gradient or factor");
