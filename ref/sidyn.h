/* sidyn: reference implementation of the dynamics of scale-invariant losses under SGD/GD with
 * weight decay and of their SDE approximations. The public header of the library, with
 * sidyn_laws.h and sidyn_network.h, which it includes; C99 and C++.
 *
 * Every function that computes does so in the evaluation order of docs/spec.md, so its bits are the
 * same on every machine. Nothing here allocates, prints, recurses or keeps state of its own: the
 * caller gives all memory, so any thread may call anything at any time with state, workspace and
 * stream of its own, and share what is const. Functions return SID_OK or a negative status; on an
 * error every output is left as it was, unless its comment says more. docs/api.md explains each
 * status and shows a complete program. */
#ifndef SIDYN_H
#define SIDYN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SID_VERSION "0.2.0"
#define SID_SPECIFICATION 2 /* number of docs/spec.md */

/* ---- status -------------------------------------------------------------------------------- */

typedef int32_t sid_status;

enum {
  SID_OK = 0,
  SID_E_NULL = -1,          /* a pointer that is needed is NULL */
  SID_E_KIND = -2,          /* unknown kind of problem, noise, dynamics, schedule or start */
  SID_E_DIM = -3,           /* dimension out of range */
  SID_E_SAMPLES = -4,       /* number of samples out of range */
  SID_E_NOISE = -5,         /* noise kind or size does not fit the problem */
  SID_E_PARAMETER = -6,     /* a real parameter is not finite or out of range */
  SID_E_WEIGHTS = -7,       /* a weight is negative or the weights do not sum to 1 */
  SID_E_COUNT = -8,         /* l, substeps, batch, period or key length out of range */
  SID_E_LR = -9,            /* lr or wd negative or not finite */
  SID_E_INTRINSIC_LR = -10, /* lr*wd is 1 or more */
  SID_E_SCHEDULE = -11,     /* segments missing, not increasing, or not starting at 0 */
  SID_E_ORIGIN = -12,       /* a scale-invariant problem at the origin (norm^2 is 0 in binary64) */
  SID_E_NONFINITE = -13,    /* the state has left the finite numbers */
  SID_E_CHECKPOINTS = -14,  /* checkpoints not strictly increasing or above the number of steps */
  SID_E_WORKSPACE = -15,    /* the workspace is too small */
  SID_E_UNSUPPORTED = -16,  /* the combination is not defined (a batch without samples, an
                               observable's data missing) */
  SID_E_STOPPED = -17,      /* the checkpoint callback asked to stop */
  SID_E_NOT_CONVERGED = -18 /* a limit was not reached in the steps allowed */
};

/* One English line for a status; never NULL. */
const char *sid_status_text(sid_status status);

/* ---- selfcheck ----------------------------------------------------------------------------- */

/* Each failure of the machine or of the build is a bit of its own in the result of
 * sid_selfcheck(). */
enum {
  SID_CHECK_FLUSH_TO_ZERO = 1 << 0, /* subnormal results or operands become zero */
  SID_CHECK_CONTRACTION = 1 << 1,   /* a*b+c is fused */
  SID_CHECK_EXCESS = 1 << 2,        /* x87-like excess precision or range */
  SID_CHECK_SQRT = 1 << 3,          /* sqrt is not correctly rounded */
  SID_CHECK_SOFT_ADD = 1 << 4,      /* libgcc's ARM soft-float addition rounds wrongly */
  SID_CHECK_ROUNDING = 1 << 5,      /* rounding is not to nearest even */
  SID_CHECK_REASSOCIATION = 1 << 6, /* the compiler reorders sums */
  SID_CHECK_CONVERSION = 1 << 7,    /* integer <-> double conversions are wrong */
  SID_CHECK_FORMAT = 1 << 8,        /* double is not binary64 */
  SID_CHECK_STREAM = 1 << 9,        /* PCG64 known answer */
  SID_CHECK_NORMAL = 1 << 10        /* exact normal known answer */
};

/* Probes the arithmetic that this library was built with (spec section 1). Returns 0 if it can be
 * trusted, else the union of the SID_CHECK_ bits that failed. */
uint32_t sid_selfcheck(void);

/* One English line for a single SID_CHECK_ bit; never NULL. */
const char *sid_selfcheck_text(uint32_t bit);

/* What sid_selfcheck_deep() compares. */
typedef enum {
  SID_OP_ADD = 0,
  SID_OP_SUBTRACT,
  SID_OP_MULTIPLY,
  SID_OP_DIVIDE,
  SID_OP_SQRT, /* sid_sqrt() */
  SID_OP_NEGATE,
  SID_OP_FROM_INT32, /* integer to double */
  SID_OP_FROM_UINT32,
  SID_OP_FROM_INT64,
  SID_OP_FROM_UINT64,
  SID_OP_TO_INT32, /* double to integer, cut towards zero */
  SID_OP_TO_UINT32,
  SID_OP_TO_INT64,
  SID_OP_TO_UINT64,
  SID_OP_COMPARE, /* < 1, <= 2, == 4, != 8, >= 16, > 32: the sum of those that hold */
  SID_OP_COUNT
} sid_operation;

/* One operation. a, b, result and right are those of the first wrong result, and 0 where there is
 * none: the bits of a double; an integer, extended to 64 bits by its sign if it has one; or the
 * comparisons that hold. b is 0 where there is one operand, a NaN is 7ff8000000000000. */
typedef struct {
  uint64_t cases, wrong; /* how many were compared, how many were wrong */
  uint64_t a, b;         /* operands */
  uint64_t result, right;
} sid_operation_check;

typedef struct {
  sid_operation_check operation[SID_OP_COUNT];
} sid_deep_check;

/* Compares the operations of this machine, or of its compiler's library, with integer arithmetic:
 * some 170,000 chosen cases and about 18 random ones a round, the same on every machine (spec
 * section 1). Returns the number of wrong results and fills *check; UINT64_MAX where check is NULL.
 * For machines and libraries that nobody has tried. It sees one operation at a time: what a
 * compiler makes of formulas is seen by sid_selfcheck(). */
uint64_t sid_selfcheck_deep(uint32_t rounds, sid_deep_check *check);

/* The name of a sid_operation, as "add"; NULL if there is none of that number. */
const char *sid_operation_name(int32_t operation);

/* ---- streams (spec section 2) -------------------------------------------------------------- */

typedef struct {
  uint64_t state_hi, state_lo;
  uint64_t inc_hi, inc_lo;
  const double *given; /* the draws of sid_stream_given(), else NULL */
} sid_stream;

enum { SID_KEY_DATA = 0, SID_KEY_START = 1, SID_KEY_NOISE = 2, SID_KEY_MAX = 3 };

/* NumPy's PCG64(SeedSequence(seed, spawn_key=key)). key_len 0..SID_KEY_MAX, else SID_E_COUNT; 0 is
 * the stream of default_rng(seed), and key may then be NULL. */
sid_status sid_stream_init(sid_stream *stream, uint64_t seed, const uint64_t *key,
                           uint32_t key_len);

/* A stream of draws that the caller has: whatever is drawn next, a normal, a sign, an index, a
 * weighted index or a Poisson count, is the next of `draws`, which are taken as they are and must
 * be enough; an index must be one, and so must a count: a whole number below 2^32. So a step can be
 * taken with anybody's random numbers. Such a stream has no raws. */
void sid_stream_given(sid_stream *stream, const double *draws);

/* The next 64 raw bits. */
uint64_t sid_stream_raw(sid_stream *stream);

/* (raw >> 11) * 2^-53, in [0, 1). */
double sid_stream_uniform(sid_stream *stream);

/* Uniform index below n >= 1: the high half of raw*n. */
uint64_t sid_stream_index(sid_stream *stream, uint64_t n);

/* +1.0 or -1.0 by the top bit of a raw. */
double sid_stream_rademacher(sid_stream *stream);

/* Index i with probability weights[i] (n of them), one raw. */
uint32_t sid_stream_weighted_index(sid_stream *stream, const double *weights, uint32_t n);

/* A Poisson count with the given exp(-mean): the number of uniforms whose running product stays at
 * or above it. */
uint32_t sid_stream_poisson(sid_stream *stream, double exp_minus_mean);

/* Jump ahead by delta = delta_hi*2^64 + delta_lo raws. */
void sid_stream_advance(sid_stream *stream, uint64_t delta_hi, uint64_t delta_lo);

/* n exact standard normals (spec section 3); takes 2*ceil(n/2) raws. */
void sid_stream_normals(sid_stream *stream, double *z, size_t n);

/* The pair of normals that two raws define. */
void sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]);

/* The grid values of the definition, in units of 2^-32: radius(k) of u1 = k*2^-53 (k in 1..2^53)
 * and cos, sin of 2 pi m*2^-53 (m in 0..2^53-1). */
uint64_t sid_normal_radius_grid(uint64_t k);
void sid_normal_circle_grid(uint64_t m, int64_t *cosine, int64_t *sine);

/* ---- arithmetic (spec sections 4 and 11) --------------------------------------------------- */

/* Canonical sum and dot product. */
double sid_sum(const double *a, size_t n);
double sid_dot(const double *a, const double *b, size_t n);

/* Correctly rounded square root of x >= 0 (NaN for x < 0). */
double sid_sqrt(double x);

/* The same by integers alone; the implementation where there is no instruction. */
double sid_sqrt_integer(double x);

/* Angle of the point (x, y) in [-pi, pi], within 4 ulp; NaN unless both are finite. */
double sid_atan2(double y, double x);

/* ---- problems (spec sections 5 and 6) ------------------------------------------------------ */

#define SID_DIM_MAX 65536u
#define SID_SAMPLES_MAX 65536u
/* Largest l, substeps, batch: 2^24, so that their products are exact in binary64. */
#define SID_COUNT_MAX 16777216u
#define SID_STEPS_MAX 9007199254740992u /* 2^53 */

/* The problems. X(kind, number, name in JSON, room, and 1 or 0 for what the room has besides:
 * samples, own noise, test loss, own dimension, own check, lanes in simd/). All that a problem is
 * stands in ref/problems/<room>.c; problems/room.h says what that is. Numbers never change. */
/* clang-format off */
#define SID_PROBLEM_LIST(X) \
  /* kind                 no  name                 room               sam own tes dim chk lanes */ \
  X(SID_RAYLEIGH,           1, "rayleigh",          rayleigh,          0,   0,   0,   0,   1,   1) \
  X(SID_NORMALISED_LINEAR,  2, "normalised_linear", normalised_linear, 1,   0,   0,   0,   0,   1) \
  X(SID_RATIO2,             3, "ratio2",            ratio2,            0,   0,   0,   1,   0,   1) \
  X(SID_QUADRATIC_SAMPLES,  4, "quadratic_samples", quadratic_samples, 1,   0,   0,   0,   1,   1) \
  X(SID_NOISE_ONLY,         5, "noise_only",        noise_only,        0,   0,   0,   0,   0,   1) \
  X(SID_QUADRATIC_NOISY,    6, "quadratic_noisy",   quadratic_noisy,   0,   0,   0,   0,   0,   1) \
  X(SID_TROUGH3,            7, "trough3",           height3,           0,   0,   0,   1,   0,   1) \
  X(SID_RIDGE3,             8, "ridge3",            height3,           0,   0,   0,   1,   0,   1) \
  X(SID_BN_REGRESSION,      9, "bn_regression",     bn_regression,     0,   0,   0,   0,   0,   1) \
  X(SID_BN_COMPLETION,     10, "bn_completion",     bn_completion,     0,   0,   1,   1,   1,   0) \
  X(SID_POISSON,           11, "poisson",           poisson,           0,   1,   0,   0,   1,   1) \
  X(SID_NETWORK,           12, "network",           network,           1,   1,   1,   1,   1,   0) \
  /* the next one: a line above this one */
/* clang-format on */

#define SID_PROBLEM_ENUMERATOR(kind, number, ...) kind = (number),
typedef enum { SID_PROBLEM_LIST(SID_PROBLEM_ENUMERATOR) } sid_problem_kind;

typedef enum {
  SID_NOISE_NONE = 0,
  SID_NOISE_GAUSSIAN,
  SID_NOISE_RADEMACHER,
  SID_NOISE_SPHERE,
  SID_NOISE_SAMPLES,
  SID_NOISE_POISSON,
  SID_NOISE_EPOCHS
} sid_noise_kind;

/* A problem is data. Arrays belong to the caller and are only read; arrays that a kind does not use
 * are NULL and numbers that it does not use are 0, but for sigma, which is not looked at. */
typedef struct {
  int32_t kind;            /* sid_problem_kind */
  int32_t noise;           /* sid_noise_kind */
  uint32_t dim;            /* p */
  uint32_t samples;        /* n of a finite family or of a batch-normalised output, else 0 */
  double sigma;            /* size of the noise, >= 0; unused with scale, none, samples, poisson */
  const double *scale;     /* p standard deviations >= 0, or NULL for isotropic noise */
  const double *spectrum;  /* rayleigh, quadratic_noisy: p numbers */
  const double *matrix;    /* rayleigh: p*p numbers, symmetric, row by row; instead of spectrum.
                             bn_completion: rows*cols numbers for the test loss, or NULL */
  const double *features;  /* normalised_linear, bn_regression: n*p numbers, sample by sample */
  const double *labels;    /* normalised_linear, bn_regression, bn_completion: n numbers */
  const double *a;         /* quadratic_samples: n*p numbers */
  const double *b;         /* quadratic_samples: n*p numbers */
  const double *weights;   /* quadratic_samples: n numbers that sum to 1, or NULL for uniform */
  uint32_t rows, cols;     /* bn_completion: shape of the matrix */
  uint32_t inner;          /* bn_completion: columns of U and V; p = (rows + cols)*inner */
  const uint32_t *entries; /* bn_completion: n pairs (row, column), row by row, increasing */
  double mean;             /* poisson: mean of the counts, in (0, 500] */
  double exp_minus_mean;   /* poisson: the constant exp(-mean), given so that no exponential is
                              computed */
  const struct sid_network *network; /* network: the rest (sidyn_network.h) */
} sid_problem;

/* Checks every field, every array included. An array or a number that the kind does not use is
 * SID_E_PARAMETER (samples: SID_E_SAMPLES; weights: SID_E_WEIGHTS; scale: SID_E_NOISE). */
sid_status sid_problem_validate(const sid_problem *problem);

/* The name in JSON of a sid_problem_kind; NULL if there is none of that number. */
const char *sid_problem_name(int32_t kind);

/* 1 where the loss does not depend on |x| (spec section 6), else 0; of a network it depends on norm
 * and eps. */
int sid_problem_scale_invariant(const sid_problem *problem);

/* Doubles of workspace that any function on this problem needs, but for a batch of network that is
 * larger than its samples. */
size_t sid_problem_workspace(const sid_problem *problem);

/* Doubles for sid_problem_noisy_gradient() with that batch; the same but for network. */
size_t sid_problem_batch_workspace(const sid_problem *problem, uint32_t batch);

/* The functions below take a valid problem and a workspace of sid_problem_workspace() doubles, and
 * x with p coordinates (not 0 where the problem is scale-invariant). Outputs must not overlap
 * inputs. They do not check. */

/* Loss at x. */
double sid_problem_loss(const sid_problem *problem, const double *x, double *work);

/* bn_completion with a matrix: mean squared error over all rows*cols entries; network with test
 * samples: their loss; else NaN. */
double sid_problem_test_loss(const sid_problem *problem, const double *x, double *work);

/* Full gradient at x, p numbers. */
void sid_problem_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work);

/* Hessian at x times v, p numbers. */
void sid_problem_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                double *hv, double *work);

/* One stochastic gradient: full gradient plus noise, or the mean over `batch` samples drawn with
 * replacement. work: sid_problem_batch_workspace() doubles. */
void sid_problem_noisy_gradient(const sid_problem *problem, const double *x, uint32_t batch,
                                sid_stream *stream, double *gradient, double *work);

/* The noise alone, p numbers, where it is drawn: none, gaussian, rademacher or sphere. */
void sid_problem_noise(const sid_problem *problem, const double *x, sid_stream *stream,
                       double *noise);

/* One Gaussian draw with the covariance of the gradient noise (one sample's), p numbers. */
void sid_problem_gaussian_noise(const sid_problem *problem, const double *x, sid_stream *stream,
                                double *noise, double *work);

/* Trace of the covariance of the gradient noise (one sample's) at x; of a network with bn, which
 * has none, NaN. */
double sid_problem_noise_trace(const sid_problem *problem, const double *x, double *work);

/* Enumeration of a finite family, i < problem->samples: probability and gradient of sample i.
 * work may be NULL but for network. */
double sid_problem_sample_weight(const sid_problem *problem, uint32_t i);
void sid_problem_sample_gradient(const sid_problem *problem, uint32_t i, const double *x,
                                 double *gradient, double *work);

/* ---- dynamics and schedules (spec sections 7 and 8) ---------------------------------------- */

typedef enum {
  SID_GD = 1,
  SID_SGD,
  SID_SVAG,
  SID_NOISY_GD,
  SID_SDE,
  SID_SDE2,
  SID_MOMENTUM,
  SID_ADAM_L2,
  SID_ADAMW,
  SID_PROJECTED_GD,
  SID_RMSPROP,
  SID_QUASI_RMSPROP
} sid_dynamics_kind;

typedef struct {
  int32_t kind;      /* sid_dynamics_kind */
  uint32_t l;        /* svag: 1..SID_COUNT_MAX */
  uint32_t substeps; /* sde, sde2: 1..SID_COUNT_MAX */
  uint32_t batch;    /* 1..SID_COUNT_MAX; above 1 only with noise of samples, poisson, epochs */
  double beta;       /* momentum, adam (first moment), rmsprop, quasi_rmsprop: in [0, 1) */
  double beta2;      /* adam (second moment): in [0, 1) */
  double alpha;      /* adam: its LR, >= 0; lr is then the schedule multiplier */
  double eps;        /* adam: >= 0 */
  double v0;         /* rmsprop, quasi_rmsprop: v at the start, > 0 */
} sid_dynamics;

typedef enum { SID_PIECEWISE = 1, SID_EXPONENTIAL, SID_COSINE, SID_TRIANGLE } sid_schedule_kind;

typedef struct {
  uint64_t start; /* effective step from which the segment holds; the first is 0 */
  double lr, wd;
  double
      rescale; /* factor applied to x when the segment begins; 1 for none; must be 1 in the first */
} sid_segment;

typedef struct {
  int32_t kind; /* sid_schedule_kind */
  uint32_t segment_count;
  const sid_segment *segments; /* piecewise; the rest below are for the other kinds */
  double lr, lr_min, wd;
  double factor;
  uint64_t period; /* 1..2^52 */
} sid_schedule;

/* A dynamics on a problem; both are checked. */
sid_status sid_dynamics_validate(const sid_dynamics *dynamics, const sid_problem *problem);

/* Every field and segment. lr*wd below 1 is checked at the start of the schedule and of every
 * segment; sid_run() checks it again for each step. */
sid_status sid_schedule_validate(const sid_schedule *schedule);

/* lr and wd in force at effective step k. */
void sid_schedule_at(const sid_schedule *schedule, uint64_t k, double *lr, double *wd);

/* The factor by which x is rescaled when effective step k begins; 1 if none. */
double sid_schedule_rescale(const sid_schedule *schedule, uint64_t k);

/* Doubles of the state of a dynamics: the p coordinates, then for momentum p, for adam_l2 and adamw
 * 2p+2, for projected_gd, rmsprop and quasi_rmsprop 1 more (spec section 7); with epochs then n+1
 * more. */
size_t sid_state_doubles(const sid_problem *problem, const sid_dynamics *dynamics);

/* Completes a state whose first p doubles are the start: sets what comes after the coordinates, and
 * for the last three kinds normalises x. lr is that of the first step. */
void sid_state_begin(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                     double *x);

/* Doubles of workspace for sid_step(). */
size_t sid_step_workspace(const sid_problem *problem, const sid_dynamics *dynamics);

/* One step from the state x (sid_state_doubles(), changed in place) with lr and wd; valid problem
 * and dynamics. SID_E_NONFINITE, SID_E_ORIGIN, SID_E_LR or SID_E_INTRINSIC_LR: x is as it was. The
 * stream has advanced unless lr or wd was at fault. After SID_OK the first sid_state_doubles()
 * doubles of the workspace hold the state before the step. */
sid_status sid_step(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                    double *x, sid_stream *stream, double *work);

/* ---- observables (spec section 11) --------------------------------------------------------- */

typedef enum {
  SID_NORM2 = 1,
  SID_LOSS,
  SID_GRAD_NORM2,
  SID_NOISE_TRACE,
  SID_STEP_ANGLE,
  SID_EFFECTIVE_LR,
  SID_GAMMA,
  SID_F,
  SID_PLANE_ANGLE,
  SID_X,
  SID_TEST_LOSS,
  SID_MIDPOINT_LOSS,
  SID_MIDPOINT_TEST_LOSS,
  SID_SPHERICAL_SHARPNESS,
  SID_MIDPOINT_SHARPNESS,
  SID_MANIFOLD_H,
  SID_MANIFOLD_ANGLE,
  SID_LAYER_NORM2, /* of network, as the next: layer_count numbers */
  SID_ACCURACY,
  SID_TEST_ACCURACY,
  SID_TEST_CLASSES /* test_samples numbers */
} sid_observable;

/* Angle between the vectors y and x, in [0, pi]; work holds dim doubles. */
double sid_angle(const double *y, const double *x, uint32_t dim, double *work);

/* ---- experiments (spec sections 9, 10, 12) ------------------------------------------------- */

typedef enum {
  SID_START_POINT = 1,
  SID_START_GAUSSIAN,
  SID_START_SPHERE,
  SID_START_UNIFORM
} sid_start_kind;

typedef struct {
  int32_t kind;    /* sid_start_kind */
  const double *x; /* point: p coordinates */
  double size;     /* gaussian: scale; sphere: radius; uniform: half width */
} sid_start;

typedef struct {
  sid_problem problem;
  sid_dynamics dynamics;
  sid_schedule schedule;
  sid_start start;
  uint64_t seed;
  uint64_t steps;
  const uint64_t *checkpoints; /* strictly increasing, none above steps */
  uint32_t checkpoint_count;
  uint32_t observable_count;
  const int32_t *observables; /* sid_observable, in the order of the row */
  const double *plane;        /* 2*p numbers u, v for plane_angle, else NULL */
} sid_experiment;

/* Called at each checkpoint: the step, the state (sid_state_doubles()), and the row of observables
 * (sid_row_width() numbers). Nonzero stops the run with SID_E_STOPPED. */
typedef int (*sid_checkpoint_fn)(void *user, uint64_t step, const double *x, const double *row);

/* Numbers in a row of observables (x counts p). */
size_t sid_row_width(const sid_experiment *experiment);

/* Doubles of workspace for sid_observe(). */
size_t sid_observe_workspace(const sid_experiment *experiment);

/* One row of observables at the state x (sid_state_doubles()) of step `step`: fills
 * row[sid_row_width()]. previous is the state before the last step, which step_angle and the
 * midpoints need; where it is NULL they take x itself at step 0; later the angle and the midpoint
 * are NaN. */
void sid_observe(const sid_experiment *experiment, uint64_t step, const double *x,
                 const double *previous, double *row, double *work);

/* Checks the whole experiment. */
sid_status sid_experiment_validate(const sid_experiment *experiment);

/* Doubles of workspace for sid_run(). */
size_t sid_run_workspace(const sid_experiment *experiment);

/* The start of trajectory i, p coordinates. */
sid_status sid_start_state(const sid_experiment *experiment, uint64_t trajectory, double *x);

/* Runs trajectory i of a valid experiment. x (sid_state_doubles()) receives the last state and
 * *step its number, also where the trajectory ends early with SID_E_NONFINITE, SID_E_ORIGIN,
 * SID_E_LR, SID_E_INTRINSIC_LR or SID_E_STOPPED. callback may be NULL. */
sid_status sid_run(const sid_experiment *experiment, uint64_t trajectory,
                   sid_checkpoint_fn callback, void *user, double *x, uint64_t *step, double *work,
                   size_t work_doubles);

#ifdef __cplusplus
}
#endif

#include "sidyn_laws.h"
#include "sidyn_network.h"

#endif
