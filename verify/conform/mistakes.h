/* What others have got wrong, as formulas: a mistake says what it would answer, and the answers of
 * a command decide whether it fits. docs/conform.md, section 7, lists them. */
#ifndef VF_MISTAKES_H
#define VF_MISTAKES_H

#include "conform/answer.h"

/* The request that shows a mistake first; a mistake in a part shows in the step too. */
typedef enum {
  VF_IN_NORMALS,
  VF_IN_SCHEDULE,
  VF_IN_SHARPNESS,
  VF_IN_LOSS, /* and so in the gradient */
  VF_IN_GRADIENT,
  VF_IN_NOISE,
  VF_IN_UPDATE
} vf_place;

/* The numbers that the coefficients of a step depend on; norm is |x| where the problem is
 * scale-invariant, else 1. */
typedef struct {
  double lr, wd, l, m, batch, samples, dim, norm, sigma, beta;
  int gaussian; /* whether the dynamics has Gaussian noise in place of batches */
} vf_rates;

typedef struct {
  const char *id, *says;
  vf_place place;
  uint64_t what; /* a structural change, one of enum vf_change; 0 for factors alone */
  /* Factors of the right decay lr*wd, of the gradient's and of the noise's coefficient; NULL is
   * 1. */
  double (*decay)(const vf_rates *), (*gradient)(const vf_rates *), (*noise)(const vf_rates *);
} vf_mistake;

/* The table; ends with an id NULL. */
extern const vf_mistake vf_mistakes[];

/* None: every answer is the right one. */
extern const vf_mistake vf_no_mistake;

/* What shows in whole runs and ensembles alone; diagnose_ensembles.c finds it. */
typedef struct {
  const char *id, *says;
} vf_ensemble_mistake;

enum {
  VF_SCHEDULE_STEPS,
  VF_SEED_SAME,
  VF_SEED_REPEATS,
  VF_SEED_IGNORED,
  VF_START_SAME,
  VF_START_VARIANCE,
  VF_START_TRUNCATED,
  VF_START_UNIFORM,
  VF_START_UNIFORM_WIDTH,
  VF_SAMPLES_DIFFERENT
};

extern const vf_ensemble_mistake vf_ensemble_mistakes[]; /* ends with an id NULL */

/* What a command with that mistake answers to gradient, loss, noise, step, schedule, sharpness and
 * normals_from_raws, as vf_answer_make() does without one. Returns 0 where the mistake does not
 * touch the request: the answer is then the right one. */
int vf_mistaken(const vf_mistake *mistake, const vf_request *request, vf_arena *arena,
                vf_answer *answer);

/* ---- mistakes_step.c, mistakes_point.c: the parts ---- */

/* Changes that factors do not express. */
enum vf_change {
  VF_DECAY_AFTER = 1,
  VF_NOISE_FROZEN,
  VF_NOISE_STRATONOVICH,
  VF_NOISE_AMBIENT, /* not projected on the tangent space */
  VF_SVAG_SQRT_L,
  VF_SVAG_WHOLE_LR,
  VF_SVAG_ONE_DRAW,
  VF_SDE2_HALF,
  VF_SDE2_NONE,
  VF_MOMENTUM_DAMPED,
  VF_MOMENTUM_LR_INSIDE,
  VF_MOMENTUM_NESTEROV,
  VF_MOMENTUM_DECOUPLED,
  VF_ADAM_L2,
  VF_ADAM_DECOUPLED,
  VF_ADAM_EPS_INSIDE,
  VF_ADAM_EPS_EARLY,
  VF_ADAM_UNCORRECTED,
  VF_ADAM_STALE,
  VF_BATCH_SUM,
  VF_BN_SAMPLE_VARIANCE,
  VF_BN_EPS,
  VF_BN_RUNNING,
  VF_NORM_EPS,
  VF_GRADIENT_RADIAL,
  VF_NORMALS_U_ZERO,
  VF_NORMALS_23_BITS,
  VF_NORMALS_32_BITS,
  VF_NORMALS_SWAPPED,
  VF_COSINE_RISES,
  VF_COSINE_HALF_PERIOD,
  VF_TRIANGLE_ONCE,
  VF_EXPONENT_LATE,
  VF_SCHEDULE_UNUSED,
  VF_SHARPNESS_ABSOLUTE,
  VF_SHARPNESS_UNSCALED
};

/* The loss and the gradient at x. */
double vf_mistaken_loss(const vf_mistake *mistake, const sid_problem *problem, const double *x,
                        double *work);
void vf_mistaken_gradient(const vf_mistake *mistake, const sid_problem *problem,
                          const vf_rates *rates, const double *x, double *gradient, double *work);

/* One noise at x from a draw, as the request `noise` answers. */
void vf_mistaken_noise(const vf_mistake *mistake, const sid_problem *problem, const vf_rates *rates,
                       const double *x, uint32_t batch, int gaussian, const double *draw,
                       double *noise, double *work);

/* A step, in place; work: vf_mistaken_workspace() doubles. */
void vf_mistaken_step(const vf_mistake *mistake, const vf_request *request, double *state,
                      double *work);
size_t vf_mistaken_workspace(const sid_problem *problem, const sid_dynamics *dynamics);

/* The rates of a request at the point x. */
vf_rates vf_rates_of(const vf_request *request, const double *x);

#endif
