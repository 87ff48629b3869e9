/* The table of mistakes, and those in requests that are no part of a step. */
#include "conform/mistakes.h"
#include <math.h>
#include <string.h>
#include "formats/memory.h"
#include "harness/algebra.h"

/* ---- factors ------------------------------------------------------------------------------- */

static double vf_none(const vf_rates *r) { return (void)r, 0.0; }
static double vf_half(const vf_rates *r) { return (void)r, 0.5; }
static double vf_double(const vf_rates *r) { return (void)r, 2.0; }
static double vf_minus(const vf_rates *r) { return (void)r, -1.0; }
static double vf_root_2(const vf_rates *r) { return (void)r, sqrt(2.0); }
static double vf_by_lr(const vf_rates *r) { return 1.0 / r->lr; }
static double vf_by_root_lr(const vf_rates *r) { return 1.0 / sqrt(r->lr); }
static double vf_lr(const vf_rates *r) { return r->lr; }
static double vf_root_lr_rest(const vf_rates *r) {
  return r->beta > 0.0 ? sqrt((1.0 - r->beta) / r->lr) : 1.0;
}
static double vf_batch(const vf_rates *r) { return r->batch; }
static double vf_by_batch(const vf_rates *r) { return 1.0 / r->batch; }
static double vf_root_batch(const vf_rates *r) { return sqrt(r->batch); }
static double vf_samples(const vf_rates *r) { return r->samples; }
static double vf_norm_once(const vf_rates *r) { return r->norm; }
static double vf_by_norm(const vf_rates *r) { return 1.0 / r->norm; }
static double vf_sigma(const vf_rates *r) { return r->sigma > 0.0 ? r->sigma : 1.0; }
static double vf_by_root_sigma(const vf_rates *r) {
  return r->sigma > 0.0 ? 1.0 / sqrt(r->sigma) : 1.0;
}
static double vf_m(const vf_rates *r) { return r->m; }
static double vf_root_m(const vf_rates *r) { return sqrt(r->m); }
static double vf_l(const vf_rates *r) { return r->l; }
static double vf_root_dim(const vf_rates *r) { return sqrt(r->dim); }

/* clang-format off */
const vf_mistake vf_mistakes[] = {
  {"normals.u-zero", "the radius takes U for u1 = 1 - U: the logarithm of 0 at raw 0",
   VF_IN_NORMALS, VF_NORMALS_U_ZERO, NULL, NULL, NULL},
  {"normals.23-bits", "uniforms have 23 bits for 53", VF_IN_NORMALS, VF_NORMALS_23_BITS, NULL, NULL, NULL},
  {"normals.32-bits", "uniforms have 32 bits for 53", VF_IN_NORMALS, VF_NORMALS_32_BITS, NULL, NULL, NULL},
  {"normals.swapped", "sine and cosine of a pair are exchanged", VF_IN_NORMALS, VF_NORMALS_SWAPPED, NULL, NULL, NULL},
  {"schedule.cosine-rises", "the cosine goes on after its period and rises again; right: lr_min",
   VF_IN_SCHEDULE, VF_COSINE_RISES, NULL, NULL, NULL},
  {"schedule.cosine-whole", "the cosine makes a whole turn in a period; right: half a turn",
   VF_IN_SCHEDULE, VF_COSINE_HALF_PERIOD, NULL, NULL, NULL},
  {"schedule.triangle-once", "the triangle ends after its first period; right: it repeats",
   VF_IN_SCHEDULE, VF_TRIANGLE_ONCE, NULL, NULL, NULL},
  {"schedule.exponent-late", "the exponential has k + 1 for k", VF_IN_SCHEDULE, VF_EXPONENT_LATE, NULL, NULL, NULL},
  {"schedule.unused", "the schedule is set and not used: lr and wd of step 0 throughout",
   VF_IN_SCHEDULE, VF_SCHEDULE_UNUSED, NULL, NULL, NULL},
  {"sharpness.absolute", "the eigenvalue of largest size, which may be negative; right: the largest",
   VF_IN_SHARPNESS, VF_SHARPNESS_ABSOLUTE, NULL, NULL, NULL},
  {"sharpness.unscaled", "the eigenvalue of Hess L; right: of |x|^2 Hess L", VF_IN_SHARPNESS, VF_SHARPNESS_UNSCALED, NULL, NULL, NULL},
  {"loss.doubled", "loss and gradient are twice as large", VF_IN_LOSS, 0, NULL, vf_double, NULL},
  {"loss.halved", "loss and gradient are half as large", VF_IN_LOSS, 0, NULL, vf_half, NULL},
  {"bn.sample-variance", "batch normalisation divides the variance by n - 1; right: n",
   VF_IN_LOSS, VF_BN_SAMPLE_VARIANCE, NULL, NULL, NULL},
  {"bn.eps", "batch normalisation adds eps = 1e-5 to the variance: not scale-invariant",
   VF_IN_LOSS, VF_BN_EPS, NULL, NULL, NULL},
  {"bn.running", "batch normalisation uses running statistics (mean 0, variance 1) in the training pass",
   VF_IN_LOSS, VF_BN_RUNNING, NULL, NULL, NULL},
  {"norm.eps", "the normalisation of x adds eps = 1e-5 to |x|^2: not scale-invariant",
   VF_IN_LOSS, VF_NORM_EPS, NULL, NULL, NULL},
  {"gradient.doubled", "the gradient is twice that of the loss", VF_IN_GRADIENT, 0, NULL, vf_double, NULL},
  {"gradient.halved", "the gradient is half that of the loss", VF_IN_GRADIENT, 0, NULL, vf_half, NULL},
  {"gradient.ascent", "the gradient has the wrong sign", VF_IN_GRADIENT, 0, NULL, vf_minus, NULL},
  {"gradient.norm", "the gradient divides by |x| where |x|^2 is right", VF_IN_GRADIENT, 0, NULL, vf_norm_once, NULL},
  {"gradient.radial", "the gradient of the Rayleigh quotient keeps its radial part A x/|x|^2",
   VF_IN_GRADIENT, VF_GRADIENT_RADIAL, NULL, NULL, NULL},
  {"batch.sum", "the gradients of a batch are added and not divided by the batch", VF_IN_NOISE, VF_BATCH_SUM, NULL, NULL, NULL},
  {"noise.ambient", "the noise is not projected on the tangent space", VF_IN_NOISE, VF_NOISE_AMBIENT, NULL, NULL, NULL},
  {"noise.norm-squared", "the noise is divided by |x|^2; right: |x|", VF_IN_NOISE, 0, NULL, NULL, vf_by_norm},
  {"noise.no-norm", "the noise is not divided by |x|", VF_IN_NOISE, 0, NULL, NULL, vf_norm_once},
  {"noise.variance", "the noise has sigma^2 where sigma is right", VF_IN_NOISE, 0, NULL, NULL, vf_sigma},
  {"noise.root-sigma", "the noise has sigma^(1/2) where sigma is right", VF_IN_NOISE, 0, NULL, NULL, vf_by_root_sigma},
  {"noise.times-samples", "the noise is multiplied by the number of samples", VF_IN_NOISE, 0, NULL, NULL, vf_samples},
  {"noise.root-dim", "the noise is multiplied by dim^(1/2)", VF_IN_NOISE, 0, NULL, NULL, vf_root_dim},
  {"decay.not-lr", "the decay is 1 - wd; right: 1 - lr*wd", VF_IN_UPDATE, 0, vf_by_lr, NULL, NULL},
  {"decay.absent", "there is no weight decay", VF_IN_UPDATE, 0, vf_none, NULL, NULL},
  {"decay.doubled", "the decay is 1 - 2 lr*wd; right: 1 - lr*wd", VF_IN_UPDATE, 0, vf_double, NULL, NULL},
  {"decay.grows", "the decay is 1 + lr*wd; right: 1 - lr*wd", VF_IN_UPDATE, 0, vf_minus, NULL, NULL},
  {"decay.lr-squared", "the decay is 1 - lr^2 wd; right: 1 - lr*wd", VF_IN_UPDATE, 0, vf_lr, NULL, NULL},
  {"decay.times-batch", "the decay is multiplied by the batch", VF_IN_UPDATE, 0, vf_batch, NULL, NULL},
  {"decay.over-batch", "the decay is divided by the batch", VF_IN_UPDATE, 0, vf_by_batch, NULL, NULL},
  {"decay.after-step", "the decay is applied after the step, to the gradient too", VF_IN_UPDATE, VF_DECAY_AFTER, NULL, NULL, NULL},
  {"update.no-lr", "gradient and noise are not multiplied by lr", VF_IN_UPDATE, 0, NULL, vf_by_lr, vf_by_lr},
  {"noise.after-lr", "the noise is added after the multiplication by lr: it grows as lr^0; right: lr^1",
   VF_IN_UPDATE, 0, NULL, NULL, vf_by_lr},
  {"noise.root-lr", "the noise grows as lr^0.5; the SDE in step time has lr^1", VF_IN_UPDATE, 0, NULL, NULL, vf_by_root_lr},
  {"noise.lr-squared", "the noise grows as lr^2; right: lr^1", VF_IN_UPDATE, 0, NULL, NULL, vf_lr},
  {"noise.lr-alpha", "the noise has (lr*(1 - beta))^0.5 where lr is right", VF_IN_UPDATE, 0, NULL, NULL, vf_root_lr_rest},
  {"noise.absent", "there is no noise", VF_IN_UPDATE, 0, NULL, NULL, vf_none},
  {"noise.root-2", "the noise is multiplied by 2^0.5, as for Langevin dynamics", VF_IN_UPDATE, 0, NULL, NULL, vf_root_2},
  {"noise.batch-ignored", "the noise of the SDE is not divided by the root of the batch", VF_IN_UPDATE, 0, NULL, NULL, vf_root_batch},
  {"noise.frozen", "the noise of every substep is that at the start of the step", VF_IN_UPDATE, VF_NOISE_FROZEN, NULL, NULL, NULL},
  {"sde.stratonovich", "the Ito correction is missing: noise is the mean of both ends (Stratonovich)",
   VF_IN_UPDATE, VF_NOISE_STRATONOVICH, NULL, NULL, NULL},
  {"sde.root-substeps", "a substep's noise is multiplied by substeps^0.5; right: divided by it",
   VF_IN_UPDATE, 0, NULL, NULL, vf_m},
  {"sde.substeps-ignored", "a substep has the noise of a whole step; right: divided by substeps^0.5",
   VF_IN_UPDATE, 0, NULL, NULL, vf_root_m},
  {"sde2.half", "the second-order SDE has eta/2; right: eta/4", VF_IN_UPDATE, VF_SDE2_HALF, NULL, NULL, NULL},
  {"sde2.first-order", "the second-order SDE has no term of second order", VF_IN_UPDATE, VF_SDE2_NONE, NULL, NULL, NULL},
  {"svag.root-l", "SVAG has l^0.5; right: (2l - 1)^0.5", VF_IN_UPDATE, VF_SVAG_SQRT_L, NULL, NULL, NULL},
  {"svag.lr-not-divided", "SVAG does not divide lr by l", VF_IN_UPDATE, VF_SVAG_WHOLE_LR, NULL, NULL, NULL},
  {"svag.decay-not-divided", "SVAG does not divide lr by l in its decay", VF_IN_UPDATE, 0, vf_l, NULL, NULL},
  {"svag.one-draw", "both gradients of SVAG have the same noise", VF_IN_UPDATE, VF_SVAG_ONE_DRAW, NULL, NULL, NULL},
  {"momentum.dampening", "momentum has dampening: v = beta v + (1 - beta) g", VF_IN_UPDATE, VF_MOMENTUM_DAMPED, NULL, NULL, NULL},
  {"momentum.lr-inside", "lr is inside the velocity: v = beta v + lr g, x = x - v", VF_IN_UPDATE, VF_MOMENTUM_LR_INSIDE, NULL, NULL, NULL},
  {"momentum.nesterov", "momentum is Nesterov's", VF_IN_UPDATE, VF_MOMENTUM_NESTEROV, NULL, NULL, NULL},
  {"momentum.decoupled", "the decay of momentum is outside the velocity", VF_IN_UPDATE, VF_MOMENTUM_DECOUPLED, NULL, NULL, NULL},
  {"adam.l2", "adamw has L2 regularisation; right: decoupled decay", VF_IN_UPDATE, VF_ADAM_L2, NULL, NULL, NULL},
  {"adam.decoupled", "adam_l2 has decoupled decay; right: L2 regularisation", VF_IN_UPDATE, VF_ADAM_DECOUPLED, NULL, NULL, NULL},
  {"adam.eps-inside", "Adam's eps is inside the root", VF_IN_UPDATE, VF_ADAM_EPS_INSIDE, NULL, NULL, NULL},
  {"adam.eps-early", "Adam's eps is added before the bias correction", VF_IN_UPDATE, VF_ADAM_EPS_EARLY, NULL, NULL, NULL},
  {"adam.uncorrected", "Adam's bias correction is missing", VF_IN_UPDATE, VF_ADAM_UNCORRECTED, NULL, NULL, NULL},
  {"adam.stale", "Adam divides by the second moment before this step", VF_IN_UPDATE, VF_ADAM_STALE, NULL, NULL, NULL},
  {NULL, NULL, VF_IN_UPDATE, 0, NULL, NULL, NULL}};
/* clang-format on */

/* ---- normals, schedules, sharpness --------------------------------------------------------- */

static void vf_mistaken_normals(const vf_mistake *mistake, const vf_request *request,
                                double *values) {
  const int bits = mistake->what == VF_NORMALS_23_BITS   ? 23
                   : mistake->what == VF_NORMALS_32_BITS ? 32
                                                         : 53;
  for (size_t i = 0; i + 1 < request->count; i += 2) {
    const double u = ldexp((double)(request->raws[i] >> (64 - bits)), -bits);
    const double w = ldexp((double)(request->raws[i + 1] >> (64 - bits)), -bits);
    const double angle = 2.0 * 3.14159265358979323846 * w;
    const double radius = sqrt(-2.0 * log(mistake->what == VF_NORMALS_U_ZERO ? u : 1.0 - u));
    const size_t swapped = mistake->what == VF_NORMALS_SWAPPED;
    values[i + swapped] = radius * cos(angle);
    values[i + !swapped] = radius * sin(angle);
  }
}

static void vf_mistaken_schedule(const vf_mistake *mistake, const vf_request *request,
                                 double *values) {
  const sid_schedule *schedule = &request->experiment.schedule;
  const double u = schedule->period ? (double)request->k / (double)schedule->period : 0.0;
  const double turn = 3.14159265358979323846 * (mistake->what == VF_COSINE_HALF_PERIOD ? 2.0 : 1.0);
  double weight = 0.5 * (1.0 + cos(turn * u));
  if (mistake->what == VF_COSINE_HALF_PERIOD && u >= 1.0) weight = 0.0;
  sid_schedule_at(schedule, mistake->what == VF_SCHEDULE_UNUSED ? 0 : request->k, values,
                  values + 1);
  values[2] = sid_schedule_rescale(schedule, request->k);
  if (schedule->kind == SID_TRIANGLE && mistake->what == VF_TRIANGLE_ONCE && u >= 1.0)
    values[0] = schedule->lr_min;
  if (schedule->kind == SID_COSINE &&
      (mistake->what == VF_COSINE_RISES || mistake->what == VF_COSINE_HALF_PERIOD))
    values[0] = schedule->lr_min + (schedule->lr - schedule->lr_min) * weight;
  if (schedule->kind == SID_EXPONENTIAL && mistake->what == VF_EXPONENT_LATE)
    values[0] *= schedule->factor;
}

static double vf_mistaken_sharpness(const vf_mistake *mistake, const vf_request *request,
                                    vf_arena *arena) {
  const sid_problem *problem = &request->experiment.problem;
  const size_t p = problem->dim;
  double *hessian = vf_arena_take(arena, p * p, sizeof(double)),
         *vectors = vf_arena_take(arena, p * p, sizeof(double)),
         *values = vf_arena_take(arena, p, sizeof(double)),
         *unit = vf_arena_take(arena, p, sizeof(double)),
         *work = vf_arena_take(arena, sid_problem_workspace(problem), sizeof(double));
  const double r = vf_dot(request->x, request->x, p);
  for (size_t i = 0; i < p; i++) {
    unit[i] = mistake->what == VF_SHARPNESS_UNSCALED ? 1.0 : r;
    sid_problem_hessian_vector(problem, request->x, unit, hessian + i * p, work);
    unit[i] = 0.0;
  }
  const size_t top = vf_eigen(hessian, p, values, vectors);
  double largest = values[top];
  for (size_t k = 0; k < p; k++)
    if (mistake->what == VF_SHARPNESS_ABSOLUTE && fabs(values[k]) > fabs(largest))
      largest = values[k];
  return mistake->what == VF_SHARPNESS_ABSOLUTE ? largest : values[top];
}

/* ---- a whole answer ------------------------------------------------------------------------ */

static int vf_touches(const vf_mistake *mistake, const vf_request *request) {
  const int inside = mistake->place >= VF_IN_LOSS;
  switch (request->what) {
    case VF_NORMALS_FROM_RAWS: return mistake->place == VF_IN_NORMALS;
    case VF_SCHEDULE: return mistake->place == VF_IN_SCHEDULE;
    case VF_SHARPNESS: return mistake->place == VF_IN_SHARPNESS;
    case VF_LOSS: return mistake->place == VF_IN_LOSS;
    case VF_GRADIENT: return inside && mistake->place <= VF_IN_GRADIENT;
    case VF_NOISE: return mistake->place == VF_IN_NOISE;
    case VF_STEP: return inside && request->experiment.dynamics.kind < SID_PROJECTED_GD;
    default: return 0;
  }
}

int vf_mistaken(const vf_mistake *mistake, const vf_request *request, vf_arena *arena,
                vf_answer *answer) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  vf_answer_make(request, 1, arena, answer);
  if (!vf_touches(mistake, request)) return 0;
  if (request->what == VF_NORMALS_FROM_RAWS) {
    vf_mistaken_normals(mistake, request, answer->values);
    return 1;
  }
  if (request->what == VF_SCHEDULE) {
    vf_mistaken_schedule(mistake, request, answer->values);
    return 1;
  }
  if (request->what == VF_SHARPNESS) {
    answer->values[0] = vf_mistaken_sharpness(mistake, request, arena);
    return 1;
  }
  double *work = vf_arena_take(arena, vf_mistaken_workspace(problem, dynamics), sizeof(double));
  const vf_rates rates = vf_rates_of(request, request->x);
  if (request->what == VF_LOSS) {
    answer->values[0] = vf_mistaken_loss(mistake, problem, request->x, work);
  } else if (request->what == VF_GRADIENT) {
    vf_mistaken_gradient(mistake, problem, &rates, request->x, answer->values, work);
  } else if (request->what == VF_NOISE) {
    vf_mistaken_noise(mistake, problem, &rates, request->x, request->batch, request->gaussian,
                      request->draws, answer->values, work);
  } else {
    memcpy(answer->values, request->x,
           sid_state_doubles(problem, dynamics) * sizeof *answer->values);
    vf_mistaken_step(mistake, request, answer->values, work);
    answer->end = SID_OK;
  }
  return 1;
}
