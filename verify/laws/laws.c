/* The table of laws, and what they ask about an experiment. */
#include "laws/laws.h"
#include <math.h>
#include <string.h>

const vf_quantity vf_quantities[] = {
    {"norm2", "E|x|^2 at equilibrium"},
    {"norm4", "E|x|^4 at equilibrium"},
    {"relaxation_time", "steps in which a deviation of |x|^4 (E x^2 where not scale-invariant) "
                        "falls to 1/e"},
    {"step_angle", "rms angle of a step at equilibrium"},
    {"effective_lr", "lr/|x|^2 at equilibrium, as the observable"},
    {"loss", "E L at equilibrium"},
    {"mixing_time", "steps until the start is forgotten to 1/e"},
    {"edge_sharpness", "sharpness from which on a step is unstable"},
    {"critical_batch", "factor of batch and lr up to which linear scaling can hold with C^2 = 2"}};
const size_t vf_quantity_count = sizeof vf_quantities / sizeof vf_quantities[0];

/* ---- problems and dynamics of the table ---- */

enum {
  KNOWN = VF_BIT(SID_RAYLEIGH) | VF_BIT(SID_RATIO2) | VF_BIT(SID_NORMALISED_LINEAR) |
          VF_BIT(SID_TROUGH3) | VF_BIT(SID_RIDGE3), /* minimisers in closed form */
  INVARIANT =
      KNOWN | VF_BIT(SID_NOISE_ONLY) | VF_BIT(SID_BN_REGRESSION) | VF_BIT(SID_BN_COMPLETION),
  LINEAR = VF_BIT(SID_QUADRATIC_SAMPLES) | VF_BIT(SID_QUADRATIC_NOISY) | VF_BIT(SID_POISSON),
  TWO_VALUES = VF_BIT(SID_RAYLEIGH) | VF_BIT(SID_RATIO2),
  FIRST_ORDER = VF_BIT(SID_SGD) | VF_BIT(SID_SVAG) | VF_BIT(SID_NOISY_GD) | VF_BIT(SID_SDE),
  NOISY = FIRST_ORDER | VF_BIT(SID_SDE2),
  PROJECTED = VF_BIT(SID_PROJECTED_GD) | VF_BIT(SID_RMSPROP) | VF_BIT(SID_QUASI_RMSPROP)
};

static const char small[] = "lr*wd (momentum: lr*wd/(1-beta)^2), |grad L|^2/(2 tr Sigma), "
                            "unevenness of tr Sigma: the largest",
                  finite[] = "lr*wd, finite step and spread about the minimiser: the largest",
                  shrinks[] = "factor of E x^2 in a (sub)step below 1",
                  edge[] = "square root of lr*wd (RMSprop: lr)";

const vf_law vf_laws[] = {
    {"noise-norm2", "norm2", small, "svag (14), (15), (31); il Lemma 5.2; momentum: il C.1",
     KNOWN | VF_BIT(SID_NOISE_ONLY), NOISY | VF_BIT(SID_MOMENTUM), vf_law_norm2},
    {"edge-norm2", "norm2", edge, "eos Theorems 4.4, 4.7", KNOWN, VF_BIT(SID_GD),
     vf_law_edge_norm2},
    {"linear-norm2", "norm2", shrinks, "svag (2), Lemma 4.5 (row svag2); nrq (8)", LINEAR,
     NOISY | VF_BIT(SID_GD), vf_law_linear_norm2},
    {"noise-norm4", "norm4", small, "fm (10); nrq (17); svag (14), (15), (31)",
     KNOWN | VF_BIT(SID_NOISE_ONLY), NOISY | VF_BIT(SID_MOMENTUM), vf_law_norm4},
    {"noise-relaxation", "relaxation_time", small, "il (10); fm (10)",
     KNOWN | VF_BIT(SID_NOISE_ONLY), NOISY | VF_BIT(SID_MOMENTUM), vf_law_relaxation},
    {"linear-relaxation", "relaxation_time", shrinks, "nrq (8); svag (2)", LINEAR,
     NOISY | VF_BIT(SID_GD), vf_law_linear_relaxation},
    {"stationary-angle", "step_angle", "lr*wd", "il Section 5.1, nrq (13) (row X4)", INVARIANT,
     FIRST_ORDER, vf_law_angle},
    {"second-order-angle", "step_angle", small, "svag (31); nrq (13)",
     KNOWN | VF_BIT(SID_NOISE_ONLY), VF_BIT(SID_SDE2), vf_law_angle2},
    {"edge-angle", "step_angle", "lr*wd", "il Section 5.1 (row X4); eos Section 4.2.3",
     INVARIANT & ~VF_BIT(SID_NOISE_ONLY), VF_BIT(SID_GD), vf_law_angle},
    {"noise-effective-lr", "effective_lr", small, "il (12), footnote 2; svag (14), (15), (31)",
     KNOWN | VF_BIT(SID_NOISE_ONLY), NOISY | VF_BIT(SID_MOMENTUM), vf_law_effective_lr},
    {"edge-effective-lr", "effective_lr", edge, "eos Theorem 4.4; Appendix B", KNOWN,
     VF_BIT(SID_GD) | PROJECTED, vf_law_edge_lr},
    {"two-eigenvalues", "loss", finite, "nrq Theorem 2, (25)", TWO_VALUES, FIRST_ORDER,
     vf_law_two_values},
    {"equipartition", "loss", finite, "nrq Theorem 2 (row nrq2), leading term; fm Section 6.1",
     KNOWN, FIRST_ORDER, vf_law_equipartition},
    {"edge-loss", "loss", edge, "eos Section 4.2.3, (3); Appendix B", KNOWN,
     VF_BIT(SID_GD) | PROJECTED, vf_law_edge_loss},
    {"linear-loss", "loss", shrinks, "svag (2), Lemma 4.5 (row svag2); nrq (7), (8)", LINEAR,
     NOISY | VF_BIT(SID_GD), vf_law_linear_loss},
    {"direction-mixing", "mixing_time", finite, "fm (12), Theorem 5.5, Section 6.1",
     VF_BIT(SID_NOISE_ONLY) | VF_BIT(SID_NORMALISED_LINEAR), FIRST_ORDER, vf_law_mixing},
    {"rayleigh-mixing", "mixing_time", finite, "nrq Theorem 1, (16) (row nrq3)", TWO_VALUES,
     FIRST_ORDER, vf_law_escape},
    {"noise-edge", "edge_sharpness",
     "largest sharpness of a minimiser over the value; ten times the condition of noise-norm2",
     "eos Section 4.1; il (12)", KNOWN, VF_BIT(SID_SGD), vf_law_noise_edge},
    {"start-edge", "edge_sharpness", "sharpness over the value, both at the start",
     "eos Section 4.1, Lemma 3.1 (row X9)", INVARIANT & ~VF_BIT(SID_NOISE_ONLY),
     VF_BIT(SID_GD) | VF_BIT(SID_SGD) | VF_BIT(SID_PROJECTED_GD), vf_law_start_edge},
    {"linear-edge", "edge_sharpness", "(largest curvature + wd)*lr/2", "eos Section 1; svag (2)",
     LINEAR, VF_BIT(SID_GD) | FIRST_ORDER, vf_law_linear_edge},
    {"critical-batch", "critical_batch", finite, "svag Theorem 6.6 (row svag7), sharp form",
     TWO_VALUES | VF_BIT(SID_NORMALISED_LINEAR), VF_BIT(SID_SGD), vf_law_critical},
};
const size_t vf_law_count = sizeof vf_laws / sizeof vf_laws[0];

/* ---- what laws ask ---- */

/* lr and wd at the end, where they have stopped to change. */
static const char *vf_schedule_rest(const sid_experiment *experiment, double *lr, double *wd) {
  const sid_schedule *schedule = &experiment->schedule;
  const uint64_t last = experiment->steps / vf_law_steps_per_unit(&experiment->dynamics);
  sid_schedule_at(schedule, last, lr, wd);
  if (schedule->kind == SID_EXPONENTIAL && schedule->factor != 1.0)
    return "the schedule does not come to rest";
  if ((schedule->kind == SID_TRIANGLE ||
       (schedule->kind == SID_COSINE && last < schedule->period)) &&
      schedule->lr != schedule->lr_min)
    return "the schedule does not come to rest";
  return *lr > 0.0 ? NULL : "the learning rate is 0";
}

/* The trace of tangential noise times |x|^2: with sigma it is the same everywhere; of scale it
 * changes by the largest less the least variance with the direction, in the mean it is 1 - 1/p of
 * their sum. */
static const char *vf_law_noise(vf_law_case *one) {
  const sid_problem *problem = &one->experiment->problem;
  const double p = problem->dim;
  one->variance = problem->noise == SID_NOISE_SPHERE ? 0.0 : 2.0 / (p - 1.0);
  if (problem->noise == SID_NOISE_NONE) return "there is no noise";
  if (problem->noise == SID_NOISE_SAMPLES) return "the noise trace of samples depends on x";
  if (problem->scale) {
    double sum = 0.0, least = (double)INFINITY, most = 0.0;
    for (uint32_t j = 0; j < problem->dim; j++) {
      const double square = problem->scale[j] * problem->scale[j];
      sum += square, least = fmin(least, square), most = fmax(most, square);
    }
    one->s2 = sum * (1.0 - 1.0 / p);
    one->uneven = (most - least) / one->s2;
  } else {
    one->s2 =
        problem->sigma * problem->sigma * (problem->noise == SID_NOISE_SPHERE ? 1.0 : p - 1.0);
  }
  return one->s2 > 0.0 ? NULL : "there is no noise";
}

vf_law_case vf_law_case_of(const sid_experiment *experiment, const double *x) {
  const sid_problem *problem = &experiment->problem;
  vf_law_case one;
  memset(&one, 0, sizeof one);
  one.experiment = experiment;
  one.x = x;
  one.norm2 = sid_dot(x, x, problem->dim);
  one.no_rest = vf_schedule_rest(experiment, &one.lr, &one.wd);
  one.el = one.lr * one.wd;
  one.step = vf_law_step_of(&experiment->dynamics, one.lr);
  if (!sid_problem_scale_invariant(problem)) return one;
  if (!one.no_rest && !(one.el > 0.0)) one.no_rest = "without weight decay there is no equilibrium";
  one.no_noise = vf_law_noise(&one);
  one.no_minimum = vf_minimum_of(problem, &one.minimum);
  return one;
}

int vf_law_covers(const vf_law *law, int32_t problem, int32_t dynamics) {
  return (law->problems & VF_BIT(problem)) && (law->dynamics & VF_BIT(dynamics));
}

const vf_law *vf_law_find(const vf_law_case *one, const char *quantity, vf_law_value *value,
                          const char **reason) {
  *reason = "none in the table";
  for (const vf_law *law = vf_laws; law < vf_laws + vf_law_count; law++) {
    if (strcmp(law->quantity, quantity) != 0 ||
        !vf_law_covers(law, one->experiment->problem.kind, one->experiment->dynamics.kind))
      continue;
    *reason = law->evaluate(one, value);
    if (!*reason) return law;
  }
  return NULL;
}
