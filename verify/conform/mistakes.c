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
static double vf_root_batch(const vf_rates *r) { return r->gaussian ? sqrt(r->batch) : 1.0; }
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
/* A structural change, and factors of decay, gradient and noise. */
#define VF_CHANGE(id, place, change, says) {id, says, place, change, NULL, NULL, NULL}
#define VF_FACTOR(id, place, decay, gradient, noise, says) \
  {id, says, place, 0, decay, gradient, noise}

const vf_mistake vf_mistakes[] = {
  VF_CHANGE("normals.u-zero", VF_IN_NORMALS, VF_NORMALS_U_ZERO,
            "the radius takes U for u1 = 1 - U: the logarithm of 0 at raw 0"),
  VF_CHANGE("normals.23-bits", VF_IN_NORMALS, VF_NORMALS_23_BITS, "uniforms have 23 bits for 53"),
  VF_CHANGE("normals.32-bits", VF_IN_NORMALS, VF_NORMALS_32_BITS, "uniforms have 32 bits for 53"),
  VF_CHANGE("normals.swapped", VF_IN_NORMALS, VF_NORMALS_SWAPPED,
            "sine and cosine of a pair are exchanged"),
  VF_CHANGE("schedule.cosine-rises", VF_IN_SCHEDULE, VF_COSINE_RISES,
            "the cosine goes on after its period and rises again; right: lr_min"),
  VF_CHANGE("schedule.cosine-whole", VF_IN_SCHEDULE, VF_COSINE_HALF_PERIOD,
            "the cosine makes a whole turn in a period; right: half a turn"),
  VF_CHANGE("schedule.triangle-once", VF_IN_SCHEDULE, VF_TRIANGLE_ONCE,
            "the triangle ends after its first period; right: it repeats"),
  VF_CHANGE("schedule.exponent-late", VF_IN_SCHEDULE, VF_EXPONENT_LATE,
            "the exponential has k + 1 for k"),
  VF_CHANGE("schedule.unused", VF_IN_SCHEDULE, VF_SCHEDULE_UNUSED,
            "the schedule is set and not used: lr and wd of step 0 throughout"),
  VF_CHANGE("sharpness.absolute", VF_IN_SHARPNESS, VF_SHARPNESS_ABSOLUTE,
            "the eigenvalue of largest size, which may be negative; right: the largest"),
  VF_CHANGE("sharpness.unscaled", VF_IN_SHARPNESS, VF_SHARPNESS_UNSCALED,
            "the eigenvalue of Hess L; right: of |x|^2 Hess L"),
  VF_FACTOR("loss.doubled", VF_IN_LOSS, NULL, vf_double, NULL,
            "loss and gradient are twice as large"),
  VF_FACTOR("loss.halved", VF_IN_LOSS, NULL, vf_half, NULL, "loss and gradient are half as large"),
  VF_CHANGE("bn.sample-variance", VF_IN_LOSS, VF_BN_SAMPLE_VARIANCE,
            "batch normalisation divides the variance by n - 1; right: n"),
  VF_CHANGE("bn.eps", VF_IN_LOSS, VF_BN_EPS,
            "batch normalisation adds eps = 1e-5 to the variance: not scale-invariant"),
  VF_CHANGE("bn.running", VF_IN_LOSS, VF_BN_RUNNING,
            "batch normalisation uses running statistics (mean 0, variance 1) in the "
            "training pass"),
  VF_CHANGE("norm.eps", VF_IN_LOSS, VF_NORM_EPS,
            "the normalisation of x adds eps = 1e-5 to |x|^2: not scale-invariant"),
  VF_FACTOR("gradient.doubled", VF_IN_GRADIENT, NULL, vf_double, NULL,
            "the gradient is twice that of the loss"),
  VF_FACTOR("gradient.halved", VF_IN_GRADIENT, NULL, vf_half, NULL,
            "the gradient is half that of the loss"),
  VF_FACTOR("gradient.ascent", VF_IN_GRADIENT, NULL, vf_minus, NULL,
            "the gradient has the wrong sign"),
  VF_FACTOR("gradient.norm", VF_IN_GRADIENT, NULL, vf_norm_once, NULL,
            "the gradient is |x| times as large, as of a loss that divides by |x| once too little"),
  VF_CHANGE("gradient.radial", VF_IN_GRADIENT, VF_GRADIENT_RADIAL,
            "the gradient of the Rayleigh quotient keeps its radial part A x/|x|^2"),
  VF_CHANGE("batch.sum", VF_IN_NOISE, VF_BATCH_SUM,
            "the gradients of a batch are added and not divided by the batch"),
  VF_CHANGE("noise.ambient", VF_IN_NOISE, VF_NOISE_AMBIENT,
            "the noise is not projected on the tangent space"),
  VF_FACTOR("noise.norm-squared", VF_IN_NOISE, NULL, NULL, vf_by_norm,
            "the noise is divided by |x|^2; right: |x|"),
  VF_FACTOR("noise.no-norm", VF_IN_NOISE, NULL, NULL, vf_norm_once,
            "the noise is not divided by |x|"),
  VF_FACTOR("noise.variance", VF_IN_NOISE, NULL, NULL, vf_sigma,
            "the noise has sigma^2 where sigma is right"),
  VF_FACTOR("noise.root-sigma", VF_IN_NOISE, NULL, NULL, vf_by_root_sigma,
            "the noise has sigma^(1/2) where sigma is right"),
  VF_FACTOR("noise.times-samples", VF_IN_NOISE, NULL, NULL, vf_samples,
            "the noise is multiplied by the number of samples"),
  VF_FACTOR("noise.root-dim", VF_IN_NOISE, NULL, NULL, vf_root_dim,
            "the noise is multiplied by dim^(1/2)"),
  VF_FACTOR("decay.not-lr", VF_IN_UPDATE, vf_by_lr, NULL, NULL,
            "the decay is 1 - wd; right: 1 - lr*wd"),
  VF_FACTOR("decay.absent", VF_IN_UPDATE, vf_none, NULL, NULL, "there is no weight decay"),
  VF_FACTOR("decay.doubled", VF_IN_UPDATE, vf_double, NULL, NULL,
            "the decay is 1 - 2 lr*wd; right: 1 - lr*wd"),
  VF_FACTOR("decay.grows", VF_IN_UPDATE, vf_minus, NULL, NULL,
            "the decay is 1 + lr*wd; right: 1 - lr*wd"),
  VF_FACTOR("decay.lr-squared", VF_IN_UPDATE, vf_lr, NULL, NULL,
            "the decay is 1 - lr^2 wd; right: 1 - lr*wd"),
  VF_FACTOR("decay.times-batch", VF_IN_UPDATE, vf_batch, NULL, NULL,
            "the decay is multiplied by the batch"),
  VF_FACTOR("decay.over-batch", VF_IN_UPDATE, vf_by_batch, NULL, NULL,
            "the decay is divided by the batch"),
  VF_CHANGE("decay.after-step", VF_IN_UPDATE, VF_DECAY_AFTER,
            "the decay is applied after the step, to the gradient too"),
  VF_FACTOR("update.no-lr", VF_IN_UPDATE, NULL, vf_by_lr, vf_by_lr,
            "gradient and noise are not multiplied by lr"),
  VF_FACTOR("noise.after-lr", VF_IN_UPDATE, NULL, NULL, vf_by_lr,
            "the noise is added after the multiplication by lr: it grows as lr^0; right: lr^1"),
  VF_FACTOR("noise.root-lr", VF_IN_UPDATE, NULL, NULL, vf_by_root_lr,
            "the noise grows as lr^0.5; the SDE in step time has lr^1"),
  VF_FACTOR("noise.lr-squared", VF_IN_UPDATE, NULL, NULL, vf_lr,
            "the noise grows as lr^2; right: lr^1"),
  VF_FACTOR("noise.lr-alpha", VF_IN_UPDATE, NULL, NULL, vf_root_lr_rest,
            "the noise has (lr*(1 - beta))^0.5 where lr is right"),
  VF_FACTOR("noise.absent", VF_IN_UPDATE, NULL, NULL, vf_none, "there is no noise"),
  VF_FACTOR("noise.root-2", VF_IN_UPDATE, NULL, NULL, vf_root_2,
            "the noise is multiplied by 2^0.5, as for Langevin dynamics"),
  VF_FACTOR("noise.batch-ignored", VF_IN_UPDATE, NULL, NULL, vf_root_batch,
            "the noise of the SDE is not divided by the root of the batch"),
  VF_CHANGE("noise.frozen", VF_IN_UPDATE, VF_NOISE_FROZEN,
            "the noise of every substep is that at the start of the step"),
  VF_CHANGE("sde.stratonovich", VF_IN_UPDATE, VF_NOISE_STRATONOVICH,
            "the Ito correction is missing: noise is the mean of both ends (Stratonovich)"),
  VF_FACTOR("sde.root-substeps", VF_IN_UPDATE, NULL, NULL, vf_m,
            "a substep's noise is multiplied by substeps^0.5; right: divided by it"),
  VF_FACTOR("sde.substeps-ignored", VF_IN_UPDATE, NULL, NULL, vf_root_m,
            "a substep has the noise of a whole step; right: divided by substeps^0.5"),
  VF_CHANGE("sde2.half", VF_IN_UPDATE, VF_SDE2_HALF,
            "the second-order SDE has eta/2; right: eta/4"),
  VF_CHANGE("sde2.first-order", VF_IN_UPDATE, VF_SDE2_NONE,
            "the second-order SDE has no term of second order"),
  VF_CHANGE("svag.root-l", VF_IN_UPDATE, VF_SVAG_SQRT_L, "SVAG has l^0.5; right: (2l - 1)^0.5"),
  VF_CHANGE("svag.lr-not-divided", VF_IN_UPDATE, VF_SVAG_WHOLE_LR, "SVAG does not divide lr by l"),
  VF_FACTOR("svag.decay-not-divided", VF_IN_UPDATE, vf_l, NULL, NULL,
            "SVAG does not divide lr by l in its decay"),
  VF_CHANGE("svag.one-draw", VF_IN_UPDATE, VF_SVAG_ONE_DRAW,
            "both gradients of SVAG have the same noise"),
  VF_CHANGE("momentum.dampening", VF_IN_UPDATE, VF_MOMENTUM_DAMPED,
            "momentum has dampening: v = beta v + (1 - beta) g"),
  VF_CHANGE("momentum.lr-inside", VF_IN_UPDATE, VF_MOMENTUM_LR_INSIDE,
            "lr is inside the velocity: v = beta v + lr g, x = x - v"),
  VF_CHANGE("momentum.nesterov", VF_IN_UPDATE, VF_MOMENTUM_NESTEROV, "momentum is Nesterov's"),
  VF_CHANGE("momentum.decoupled", VF_IN_UPDATE, VF_MOMENTUM_DECOUPLED,
            "the decay of momentum is outside the velocity"),
  VF_CHANGE("adam.l2", VF_IN_UPDATE, VF_ADAM_L2,
            "adamw has L2 regularisation; right: decoupled decay"),
  VF_CHANGE("adam.decoupled", VF_IN_UPDATE, VF_ADAM_DECOUPLED,
            "adam_l2 has decoupled decay; right: L2 regularisation"),
  VF_CHANGE("adam.eps-inside", VF_IN_UPDATE, VF_ADAM_EPS_INSIDE, "Adam's eps is inside the root"),
  VF_CHANGE("adam.eps-early", VF_IN_UPDATE, VF_ADAM_EPS_EARLY,
            "Adam's eps is added before the bias correction"),
  VF_CHANGE("adam.uncorrected", VF_IN_UPDATE, VF_ADAM_UNCORRECTED,
            "Adam's bias correction is missing"),
  VF_CHANGE("adam.stale", VF_IN_UPDATE, VF_ADAM_STALE,
            "Adam divides by the second moment before this step"),
  {NULL, NULL, VF_IN_UPDATE, 0, NULL, NULL, NULL}};
/* clang-format on */

const vf_mistake vf_no_mistake = {NULL, NULL, VF_IN_UPDATE, 0, NULL, NULL, NULL};

const vf_ensemble_mistake vf_ensemble_mistakes[] = {
    {"schedule.steps", "SVAG looks its schedule up by steps; right: by effective steps, one for "
                       "every l"},
    {"seed.same", "all trajectories of an ensemble are equal: the same seed for each"},
    {"seed.repeats", "some trajectories of an ensemble are equal"},
    {"seed.ignored", "the seed of the experiment changes nothing"},
    {"start.same", "every trajectory has the same random start"},
    {"start.variance", "the scale of a start is taken for its variance"},
    {"start.truncated", "normals of a start are cut off at two standard deviations"},
    {"start.uniform", "a start is uniform where normal is right, of the same variance"},
    {"start.uniform-width", "a start is uniform on [-scale, scale] where normal is right"},
    {"samples.without-replacement", "the samples of a batch are all different; right: each is "
                                    "drawn from all"},
    {NULL, NULL}};

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
