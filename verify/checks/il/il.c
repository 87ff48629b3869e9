/* il (001), "Reconciling Modern Deep Learning with Traditional Optimization Analyses": Theorem 5.1,
 * gamma and Lemma 5.2, Lemma B.3, the schedule of (13), and the chaos of Figure 5(a). Rows il1,
 * il2, il3, il9.
 *
 * Two ways to take chance out of a law of the norm. Noise of fixed length has |g|^2 = tr Sigma in
 * every draw, so norms are deterministic. And m steps of noisy_gd or sgd with rate eta/m and noise
 * sqrt(m) times as large are m substeps of Euler's method for the SDE, which shows its inside
 * (il1.substeps). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/limit.h"

#define IL_ULP 0x1p-53

enum {
  IL_DIM = 5,   /* largest dimension here */
  IL_WORK = 64, /* >= sid_step_workspace() of every problem here */
  IL_NAME = 160
};

static double il_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
  return sum;
}

static sid_stream il_stream(uint64_t number) {
  const uint64_t key[2] = {SID_KEY_NOISE, number};
  sid_stream stream = {0, 0, 0, 0};
  (void)sid_stream_init(&stream, 1001, key, 2); /* a fixed, valid key */
  return stream;
}

static sid_dynamics il_dynamics(int32_t kind, uint32_t substeps) {
  const sid_dynamics dynamics = {.kind = kind, .substeps = substeps, .batch = 1};
  return dynamics;
}

/* ---- the norm under noise of fixed length: deterministic ---- */

/* A phase of a schedule: rate and length in units of time. */
typedef struct {
  double eta, time;
} il_phase;

typedef struct {
  double tr, lam, g0; /* tr Sigma at |W| = 1, weight decay, |W_0|^2 */
  const il_phase *phases;
  uint32_t phase_count;
} il_norm_case;

/* What a run with m substeps per unit of time shows at its end: |W|^2, the observables gamma and
 * effective_lr in the paper's units, where the rate is eta and not eta/m, and the product of the
 * cosines of the angles of the rows seen. */
typedef struct {
  double norm2, gamma, effective_lr, decay;
} il_norm_end;

static int il_norm_row(void *user, uint64_t step, const double *x, const double *row) {
  il_norm_end *end = user;
  (void)step, (void)x;
  *end = (il_norm_end){row[0], row[1], row[2], end->decay * cos(row[3])};
  return 0;
}

static const int32_t il_norm_observables[] = {SID_NORM2, SID_GAMMA, SID_EFFECTIVE_LR,
                                              SID_STEP_ANGLE};

/* Checkpoints 0, every, 2 every, ..., steps; NULL without memory. */
static uint64_t *il_checkpoints(uint64_t steps, uint64_t every, uint32_t *count) {
  *count = (uint32_t)(steps / every + 1);
  uint64_t *checkpoints = malloc(*count * sizeof *checkpoints);
  for (uint32_t k = 0; checkpoints && k < *count; k++) checkpoints[k] = k * every;
  return checkpoints;
}

/* Runs `experiment` with a row at every `every` steps; 0 and an error in the report if it does not
 * come to its end. */
static int il_norm_rows(vf_context *context, const char *name, sid_experiment *experiment,
                        uint64_t every, il_norm_end *end) {
  double last[3], work[IL_WORK];
  uint64_t step = 0,
           *checkpoints = il_checkpoints(experiment->steps, every, &experiment->checkpoint_count);
  experiment->checkpoints = checkpoints;
  sid_status status = checkpoints ? sid_experiment_validate(experiment) : SID_E_NULL;
  if (!status) status = sid_run(experiment, 0, il_norm_row, end, last, &step, work, IL_WORK);
  if (status) vf_error(context, name, sid_status_text(status));
  free(checkpoints);
  return !status;
}

/* sgd with sphere noise through sid_run(), m steps per unit of time: rates eta/m, noise length
 * sqrt(m tr), weight decay lam. With `angles` the decay is over all steps. */
static int il_norm_run(vf_context *context, const char *name, const il_norm_case *one, int m,
                       int angles, il_norm_end *end) {
  sid_segment segments[4];
  double now = 0.0;
  const double x[3] = {.48 * sqrt(one->g0), .6 * sqrt(one->g0), .64 * sqrt(one->g0)};
  for (uint32_t k = 0; k < one->phase_count; k++) {
    segments[k] = (sid_segment){(uint64_t)llround(now * m), one->phases[k].eta / m, one->lam, 1.0};
    now += one->phases[k].time;
  }
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_SPHERE,
                  .dim = 3,
                  .sigma = sqrt(one->tr * m)},
      .dynamics = il_dynamics(SID_SGD, 0),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = one->phase_count, .segments = segments},
      .start = {SID_START_POINT, x, 0.0},
      .steps = (uint64_t)llround(now * m),
      .observable_count = 4,
      .observables = il_norm_observables};
  end->decay = 1.0;
  if (!il_norm_rows(context, name, &experiment, angles ? 1 : experiment.steps, end)) return 0;
  end->gamma /= (double)m * m;
  end->effective_lr *= m;
  return 1;
}

enum { IL_LEVELS = 7 }; /* of the extrapolation */

typedef enum { IL_NORM2, IL_GAMMA, IL_DECAY } il_quantity;

/* The limit m -> infinity of a quantity at the end against `expected`. Time * m steps of 30
 * roundings; a value is as uncertain as all of them, weighted by e^(-2 el t) at most 1. */
static void il_norm_limit(vf_context *context, const char *name, const il_norm_case *one, int first,
                          il_quantity quantity, double expected) {
  double value[IL_LEVELS], steps = 0.0;
  for (uint32_t k = 0; k < one->phase_count; k++)
    steps += one->phases[k].time * (first << (IL_LEVELS - 1));
  for (int k = 0; k < IL_LEVELS; k++) {
    il_norm_end end;
    if (!il_norm_run(context, name, one, first << k, quantity == IL_DECAY, &end)) return;
    value[k] = quantity == IL_NORM2 ? end.norm2 : quantity == IL_GAMMA ? end.gamma : end.decay;
  }
  vf_limit(context, name, value, IL_LEVELS, 1, expected, 30.0 * steps * IL_ULP * expected,
           1e-7 * expected);
}

/* ---- il1: Theorem 5.1 ---- */

typedef struct {
  double eta, lam, tr, g0, t;
  int first; /* coarsest number of substeps */
  const char *suffix;
} il_ode_case;

static const il_ode_case il_ode_cases[] = {
    {.1, .5, 2.0, 1.0, 1, 8, "eta-0.1.lam-0.5.tr-2.g0-1.t-1"},
    {.1, .5, 2.0, 1.0, 10, 4, "eta-0.1.lam-0.5.tr-2.g0-1.t-10"},
    {.02, .1, .81, .25, 10, 2, "eta-0.02.lam-0.1.tr-0.81.g0-0.25.t-10"},
    {.02, .1, .81, .25, 100, 2, "eta-0.02.lam-0.1.tr-0.81.g0-0.25.t-100"}};

static double il_key(vf_context *context, const char *form, const char *suffix) {
  char key[IL_NAME];
  (void)snprintf(key, sizeof key, form, suffix);
  return vf_expected(context, key);
}

static void il_ode(vf_context *context, il_quantity quantity, const char *form) {
  for (size_t k = 0; k < sizeof il_ode_cases / sizeof il_ode_cases[0]; k++) {
    const il_ode_case *one = il_ode_cases + k;
    const il_phase phase = {one->eta, one->t};
    const il_norm_case norm = {one->tr, one->lam, one->g0, &phase, 1};
    il_norm_limit(context, one->suffix, &norm, one->first, quantity,
                  il_key(context, form, one->suffix));
  }
}

/* (7): G^2 = e^(-4 el t) G_0^2 + eta^2 tr (1 - e^(-4 el t))/(2 el), for noise of fixed length and m
 * -> infinity. */
static void il_norm_ode(vf_context *context) { il_ode(context, IL_NORM2, "il1.norm2.%s"); }

/* (6) without loss: E <W_t, W_0> of the directions = exp(-(1/2) int eta^2 tr/G^2 dt). A tangential
 * step of fixed length and random sign has E[direction+ | direction] = direction cos D, so the mean
 * is the product of the cosines of the angles of any run. */
static void il_overlap(vf_context *context) { il_ode(context, IL_DECAY, "il1.overlap.%s"); }

/* The same mean over 4000 real trajectories of sgd with m = 1, where the product of cosines is the
 * exact law: the draws are isotropic in the tangent space. Effect: the drift -(1/2) tr of (6) taken
 * as -tr, the product squared. */
static void il_overlap_of_runs(vf_context *context) {
  enum { COUNT = 4000 };
  static const int32_t observable[] = {SID_X};
  const double x[3] = {.6, 0.0, .8};
  const uint64_t last = 10;
  const sid_segment segment = {0, .1, .5, 1.0};
  const sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = sqrt(2.0)},
      .dynamics = il_dynamics(SID_SGD, 0),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 31,
      .steps = last,
      .checkpoints = &last,
      .checkpoint_count = 1,
      .observables = observable,
      .observable_count = 1};
  const il_phase phase = {.1, 10.0};
  const il_norm_case one = {2.0, .5, 1.0, &phase, 1};
  double *rows = malloc(sizeof *rows * COUNT * 3), *values = malloc(sizeof *values * COUNT);
  il_norm_end end;
  if (!rows || !values || vf_ensemble(&experiment, 0, COUNT, vf_jobs(context), rows, NULL))
    vf_error(context, "runs", "out of memory");
  else if (il_norm_run(context, "runs", &one, 1, 1, &end)) {
    for (size_t i = 0; i < COUNT; i++) {
      const double *state = rows + 3 * i;
      values[i] = il_dot(state, x, 3) / sqrt(il_dot(state, state, 3));
    }
    const vf_moments moments = vf_moments_of(values, COUNT);
    vf_monte_carlo(context, "p=3 sphere eta=0.1 lam=0.5 tr=2 t=10", moments.mean,
                   moments.standard_error, end.decay, end.decay - end.decay * end.decay,
                   "effect: the drift of (6) doubled");
  }
  free(rows);
  free(values);
}

/* A step of the SDE with m = 4^k substeps is m steps of noisy_gd with rate eta/m and noise 2^k
 * times as large, bit for bit: powers of two. So what the next checks see in substeps is the SDE
 * itself. */
static void il_substeps(vf_context *context) {
  static const double spectrum[4] = {1, 2, 3, 4}, scale[4] = {.3, .5, .2, .4};
  for (int k = 0; k <= 3; k++) {
    const int m = 1 << 2 * k;
    double larger[4], x[4] = {.7, -.4, 1.1, .3}, twin[4] = {.7, -.4, 1.1, .3}, work[IL_WORK];
    for (int j = 0; j < 4; j++) larger[j] = ldexp(scale[j], k);
    const sid_problem whole = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 4,
                               .spectrum = spectrum,
                               .scale = scale};
    sid_problem split = whole;
    split.scale = larger;
    const sid_dynamics sde = il_dynamics(SID_SDE, (uint32_t)m),
                       noisy = il_dynamics(SID_NOISY_GD, 0);
    sid_stream stream = il_stream(0), copy = stream;
    for (int t = 0; t < 20; t++) {
      if (sid_step(&whole, &sde, .1, .5, x, &stream, work))
        vf_error(context, "sde", "a step failed");
      for (int q = 0; q < m; q++)
        if (sid_step(&split, &noisy, .1 / m, .5, twin, &copy, work))
          vf_error(context, "noisy_gd", "a step failed");
    }
    char name[IL_NAME];
    (void)snprintf(name, sizeof name, "rayleigh p=4 diagonal noise, eta=0.1 lam=0.5 m=%d, 20 steps",
                   m);
    vf_same_bits(context, name, twin, x, 4);
  }
}

/* ---- il1: the norm equation along a path ---- */

typedef struct {
  int m;
} il_gap_case;

static const double il_spectrum[4] = {0, 1, 1.5, 2}, il_scale[4] = {.2, .6, .4, .8};

/* Gap at time 4 between gamma of an Euler-Maruyama path with m substeps and the solution of (10)
 * driven by the traces that the same path meets, (11) with the trace constant during each substep.
 * The loss has its own effect on |W|^2, of order 1/m. */
static void il_gap(void *user, size_t i, double *out) {
  const int m = ((const il_gap_case *)user)->m;
  const double eta = .1, lam = .5, el = eta * lam, keep = exp(-4.0 * el / m);
  double scale[4], x[4] = {.3, .4, -.5, .2}, work[IL_WORK];
  for (int j = 0; j < 4; j++) scale[j] = il_scale[j] * sqrt((double)m);
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 4,
                               .spectrum = il_spectrum,
                               .scale = scale};
  const sid_dynamics noisy = il_dynamics(SID_NOISY_GD, 0);
  sid_stream stream = il_stream(100 + i);
  const double r0 = il_dot(x, x, 4) / eta;
  double gamma = r0 * r0;
  *out = (double)NAN;
  for (int q = 0; q < 4 * m; q++) {
    const double trace = sid_problem_noise_trace(&problem, x, work) * il_dot(x, x, 4) /
                         m; /* of the unit sphere, in the SDE's units */
    gamma = keep * gamma + trace / (2.0 * el) * (1.0 - keep);
    if (sid_step(&problem, &noisy, eta / m, lam, x, &stream, work)) return;
  }
  *out = il_dot(x, x, 4) / eta - sqrt(gamma);
}

/* Root mean square. */
static double il_rms(const double *values, size_t count) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += values[i] * values[i];
  return sqrt(sum / (double)count);
}

static void il_gap_order(vf_context *context, const char *name, size_t paths, int coarsest,
                         int count) {
  double h[16], gap[16], *values = malloc(paths * sizeof *values);
  if (!values) vf_error(context, name, "out of memory");
  for (int k = 0; values && k < count; k++) {
    il_gap_case one = {coarsest << k};
    vf_map(paths, vf_jobs(context), values, 1, il_gap, &one);
    h[k] = 1.0 / one.m;
    gap[k] = il_rms(values, paths);
  }
  if (values) (void)vf_order(context, name, h, gap, (size_t)count, 0.5);
  free(values);
}

/* (7) holds path by path: no noise in dG/dt. An Euler-Maruyama path with m substeps comes as near
 * as 1/sqrt(m), because |g|^2 fluctuates about its mean in each substep. A factor lost in the
 * trace, or noise left in G, would leave a gap of order 0. */
static void il_pathwise(vf_context *context) {
  il_gap_order(context,
               "rms gap, 300 paths, rayleigh p=4 diagonal noise eta=0.1 lam=0.5 T=4, m=2..512", 300,
               2, 9);
}

static void il_pathwise_finer(vf_context *context) {
  il_gap_order(context,
               "rms gap, 2000 paths, rayleigh p=4 diagonal noise eta=0.1 lam=0.5 T=4, m=2..4096",
               2000, 2, 12);
}

/* ---- il1: law of the gamma of the SDE with m substeps, by Monte Carlo ---- */

typedef struct {
  uint32_t p, m;
  double sigma, eta, lam, gamma0;
  uint64_t time, count;
} il_sde_case;

/* gamma at the end of `count` trajectories of the SDE through sid_run(); 0 without memory. */
static int il_sde_gammas(vf_context *context, const il_sde_case *one, double *values) {
  static const int32_t observable[] = {SID_GAMMA};
  const double length = sqrt(one->eta * sqrt(one->gamma0));
  double x[IL_DIM] = {0};
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = one->p,
                  .sigma = one->sigma},
      .dynamics = il_dynamics(SID_SDE, one->m),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 47,
      .steps = one->time,
      .checkpoints = &one->time,
      .checkpoint_count = 1,
      .observables = observable,
      .observable_count = 1};
  x[0] = .6 * length, x[1] = .8 * length;
  if (!sid_experiment_validate(&experiment) &&
      !vf_ensemble(&experiment, 0, one->count, vf_jobs(context), values, NULL))
    return 1;
  vf_error(context, "sde", "the experiment is refused, or out of memory");
  return 0;
}

/* Mean of gamma with m substeps. With a = 1 - el/m, G+ = a^2 G + (eta^2/m) q/G, q = sigma^2
 * chi^2_(p-1), so E gamma+ = a^4 gamma + 2 a^2 tr/m + E q^2/(m^2 gamma), E q^2 = tr^2 (1 +
 * 2/(p-1)). 1/gamma in the last term is at the mean: an error of its relative variance times
 * 1/m^2. */
static double il_mean_gamma(const il_sde_case *one) {
  const double el = one->eta * one->lam, m = one->m, a2 = (1.0 - el / m) * (1.0 - el / m);
  const double tr = (one->p - 1.0) * one->sigma * one->sigma;
  double gamma = one->gamma0;
  for (uint64_t k = 0; k < one->time * one->m; k++)
    gamma = a2 * a2 * gamma + 2.0 * a2 * tr / m +
            tr * tr * (1.0 + 2.0 / (one->p - 1.0)) / (m * m * gamma);
  return gamma;
}

/* (10) for the SDE's own code: mean of gamma(10), tr = 2, el = .05, gamma_0 = 7; 18.24 at m =
 * infinity. Effect: trace p sigma^2 for (p-1) sigma^2. */
static void il_gamma_mean(vf_context *context) {
  static const il_sde_case cases[] = {{3, 32, 1.0, .1, .5, 7.0, 10, 2000},
                                      {5, 32, .7071067811865476, .02, 2.5, 7.0, 10, 2000}};
  for (size_t k = 0; k < 2; k++) {
    const il_sde_case *one = cases + k;
    const double limit = vf_expected(context, "il2.gamma.tr-2.el-0.05.gamma0-7.t-10");
    double *values = malloc(one->count * sizeof *values);
    char name[IL_NAME];
    (void)snprintf(name, sizeof name, "p=%u sigma=%g eta=%g lam=%g gamma_0=7 t=10 m=%u",
                   (unsigned)one->p, one->sigma, one->eta, one->lam, (unsigned)one->m);
    if (!values) vf_error(context, name, "out of memory");
    if (values && il_sde_gammas(context, one, values)) {
      const vf_moments moments = vf_moments_of(values, one->count);
      const double missing =
          limit - 7.0 * exp(-2.0); /* the part that is proportional to the trace */
      vf_monte_carlo(context, name, moments.mean - (il_mean_gamma(one) - limit),
                     moments.standard_error, limit, missing / (one->p - 1.0),
                     "effect: p for p-1; bias of m substeps subtracted");
    }
    free(values);
  }
}

/* Fluctuation about (7): to leading order in 1/m, Var gamma(T) = tr^2 (1 - e^(-8 el T))/((p-1) el
 * m): a sum over the substeps of the variances 8 tr^2/((p-1) m^2) of 2 (|g|^2 - tr)/m, damped by
 * e^(-4 el (T-t)) twice. The next order is a fraction O(1/m) of it, measured at m = 32 and 64 and
 * extrapolated. The variance of a sample variance of nearly normal values is 2/(count-1) of its
 * square. */
static void il_fluctuation(vf_context *context) {
  const il_sde_case base = {3, 0, 1.0, .1, .5, 10.0, 2, 6000};
  const double el = .05, tr = 2.0, expected = tr * tr * (1.0 - exp(-8.0 * el * 2.0)) / (2.0 * el);
  double scaled[2] = {0.0, 0.0}, *values = malloc(base.count * sizeof *values);
  if (!values) vf_error(context, "fluctuation", "out of memory");
  for (int k = 0; values && k < 2; k++) {
    il_sde_case one = base;
    one.m = 32u << k;
    if (!il_sde_gammas(context, &one, values)) break;
    scaled[k] = one.m * vf_moments_of(values, one.count).variance;
  }
  const double extrapolated = 2.0 * scaled[1] - scaled[0];
  const double error = sqrt(5.0) * expected * sqrt(2.0 / ((double)base.count - 1.0));
  if (values)
    vf_monte_carlo(
        context, "m Var gamma, p=3 sigma=1 eta=0.1 lam=0.5 gamma_0=10 t=2, m=32,64", extrapolated,
        error, expected, expected,
        "sqrt(4+1) times the error of a variance; effect: 4th moment of chi dropped or doubled");
  free(values);
}

/* ---- il1: the direction equation, by enumeration ---- */

typedef struct {
  double drift[4], norm, covariance[16];
} il_increment;

/* m E[increment] of direction, |W|^2, and m E[product of direction increments], over all 16 sign
 * patterns of Rademacher noise: one sgd step of rate eta/m, noise sqrt(m) times as large. */
static void il_enumerate(const sid_stream streams[16], const double *start, double eta, double lam,
                         const double *scale, int m, il_increment *mean) {
  double larger[4], work[IL_WORK];
  for (int j = 0; j < 4; j++) larger[j] = scale[j] * sqrt((double)m);
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_RADEMACHER,
                               .dim = 4,
                               .spectrum = il_spectrum,
                               .scale = larger};
  const sid_dynamics sgd = il_dynamics(SID_SGD, 0);
  const double r = il_dot(start, start, 4);
  memset(mean, 0, sizeof *mean);
  for (int s = 0; s < 16; s++) {
    double x[4], d[4];
    sid_stream copy = streams[s];
    memcpy(x, start, sizeof x);
    if (sid_step(&problem, &sgd, eta / m, lam, x, &copy, work)) x[0] = (double)NAN;
    const double after = il_dot(x, x, 4);
    for (int j = 0; j < 4; j++) {
      d[j] = x[j] / sqrt(after) - start[j] / sqrt(r);
      mean->drift[j] += d[j] * m / 16.0;
    }
    for (int j = 0; j < 16; j++) mean->covariance[j] += d[j / 4] * d[j % 4] * m / 16.0;
    mean->norm += (after - r) * m / 16.0;
  }
}

/* The right-hand sides of (6), (7) at W, written out for L = w'Aw/(2|w|^2) and Sigma = P S S P on
 * the unit sphere. */
static void il_theorem(const double *w, double eta, double lam, const double *scale,
                       il_increment *law) {
  const double g = il_dot(w, w, 4), el = eta * lam;
  double u[4], q = 0.0, trace = 0.0, sigma[16];
  for (int j = 0; j < 4; j++) u[j] = w[j] / sqrt(g);
  for (int j = 0; j < 4; j++) q += il_spectrum[j] * u[j] * u[j];
  for (int i = 0; i < 16; i++) {
    sigma[i] = 0.0;
    for (int k = 0; k < 4; k++)
      sigma[i] +=
          ((i / 4 == k) - u[i / 4] * u[k]) * scale[k] * scale[k] * ((i % 4 == k) - u[i % 4] * u[k]);
    law->covariance[i] = eta * eta / (g * g) * sigma[i];
    if (i / 4 == i % 4) trace += sigma[i];
  }
  for (int j = 0; j < 4; j++)
    law->drift[j] =
        -eta / g * (il_spectrum[j] - q) * u[j] - eta * eta / (2.0 * g * g) * trace * u[j];
  law->norm = -2.0 * el * g + eta * eta / g * trace;
}

/* A stream about to give each of the 16 sign patterns of 4 Rademacher draws. */
static int il_patterns(sid_stream streams[16]) {
  sid_stream stream = il_stream(1);
  int seen[16] = {0}, missing = 16;
  for (long tries = 0; missing > 0 && tries < 100000; tries++) {
    sid_stream copy = stream;
    int pattern = 0;
    for (int j = 0; j < 4; j++) pattern |= (sid_stream_rademacher(&copy) > 0.0) << j;
    if (!seen[pattern]) {
      seen[pattern] = 1;
      streams[pattern] = stream;
      missing--;
    }
    (void)sid_stream_raw(&stream);
  }
  return missing == 0;
}

/* Theorem 5.1: drift (6), diffusion (6) and norm (7) as limits of one small step. Increments of 1/m
 * are rounded to m 2^-53. */
static void il_generator(vf_context *context) {
  enum { LEVELS = 6, FIRST = 64 };
  static const double w[4] = {.3, .4, -.5, .2};
  const double eta = .1, lam = .5;
  il_increment mean[LEVELS], law;
  sid_stream streams[16];
  if (!il_patterns(streams)) vf_error(context, "enumeration", "a sign pattern does not turn up");
  il_theorem(w, eta, lam, il_scale, &law);
  for (int k = 0; k < LEVELS; k++)
    il_enumerate(streams, w, eta, lam, il_scale, FIRST << k, mean + k);
  const double rounding = 60.0 * IL_ULP * (FIRST << (LEVELS - 1));
  for (int j = 0; j < 4 + 16 + 1; j++) {
    double value[LEVELS];
    char name[IL_NAME];
    for (int k = 0; k < LEVELS; k++)
      value[k] = j < 4 ? mean[k].drift[j] : j < 20 ? mean[k].covariance[j - 4] : mean[k].norm;
    const double expected = j < 4 ? law.drift[j] : j < 20 ? law.covariance[j - 4] : law.norm;
    (void)snprintf(name, sizeof name, "%.50s %d at (.3,.4,-.5,.2), eta=0.1 lam=0.5",
                   j < 4    ? "drift"
                   : j < 20 ? "covariance"
                            : "norm",
                   j < 4    ? j
                   : j < 20 ? j - 4
                            : 0);
    vf_limit(context, name, value, LEVELS, 1, expected, rounding, 1e-7);
  }
}

/* ---- il2: gamma ---- */

typedef struct {
  double tr, el, gamma0, t;
  int first;
  const char *key;
} il_gamma_case;

/* gamma of fixed-length noise at time t, m -> infinity. eta = .1; gamma_0 is set by |W_0|^2 = eta
 * sqrt(gamma_0). */
static void il_gamma_limit(vf_context *context, const il_gamma_case *one) {
  const il_phase phase = {.1, one->t};
  const il_norm_case norm = {one->tr, one->el / .1, .1 * sqrt(one->gamma0), &phase, 1};
  il_norm_limit(context, one->key, &norm, one->first, IL_GAMMA, vf_expected(context, one->key));
}

/* (12): gamma = e^(-4 el t) gamma_0 + (tr/(2 el)) (1 - e^(-4 el t)), also at the upper trace of
 * Lemma 5.2. */
static void il_gamma_law(vf_context *context) {
  static const il_gamma_case cases[] = {
      {2.0, .05, 7.0, 10, 4, "il2.gamma.tr-2.el-0.05.gamma0-7.t-10"},
      {.81, .002, 900.0, 150, 1, "il2.gamma.tr-0.81.el-0.002.gamma0-900.t-150"},
      {2.4, .05, 7.0, 10, 4, "il2.gamma-upper.tr-2.el-0.05.gamma0-7.t-10.eps-0.2"}};
  for (size_t k = 0; k < 3; k++) il_gamma_limit(context, cases + k);
}

/* Final gamma of 400 SDE paths with diagonal noise, whose trace on the sphere lies between total -
 * max and total - min. */
static void il_sandwich_one(void *user, size_t i, double *out) {
  const sid_problem *problem = user;
  const sid_dynamics sde = il_dynamics(SID_SDE, 128);
  double x[4] = {.5, .5, .5, .5}, work[IL_WORK];
  sid_stream stream = il_stream(5000 + i);
  out[0] = (double)NAN;
  for (int t = 0; t < 10; t++)
    if (sid_step(problem, &sde, .1, .5, x, &stream, work)) return;
  out[0] = il_dot(x, x, 4) * il_dot(x, x, 4) / (.1 * .1);
}

/* Lemma 5.2: s2 <= tr <= (1+eps) s2 along the way puts gamma between the laws of both ends. Squared
 * standard deviations .04, .36, .16, .64: total 1.2, trace between .56 and 1.16, eps = 1.0714. The
 * mean of gamma(10), with 3 standard errors to spare on either side. 128 substeps have a bias of
 * less than .08: |grad L|^2 <= 1 on the sphere adds 2/128 and E q^2/gamma <= .3 adds .3/128 per
 * unit of time, damped for 1/(4 el) = 5 units; the decay (1 - el/m)^4 takes .005. */
static void il_sandwich(vf_context *context) {
  enum { COUNT = 400 };
  const double el = .05, gamma0 = 100.0, fade = exp(-4.0 * el * 10.0);
  sid_problem problem = {.kind = SID_RAYLEIGH,
                         .noise = SID_NOISE_GAUSSIAN,
                         .dim = 4,
                         .spectrum = il_spectrum,
                         .scale = il_scale};
  double values[COUNT];
  vf_map(COUNT, vf_jobs(context), values, 1, il_sandwich_one, &problem);
  const vf_moments moments = vf_moments_of(values, COUNT);
  const double spare = 3.0 * moments.standard_error, bias = .08;
  vf_at_least(context, "mean gamma(10) - 3 s.e., trace >= 0.56, el=0.05 gamma_0=100",
              moments.mean - spare - bias, fade * gamma0 + .56 / (2.0 * el) * (1.0 - fade),
              "lower law of Lemma 5.2");
  vf_at_most(context, "mean gamma(10) + 3 s.e., trace <= 1.16, el=0.05 gamma_0=100",
             moments.mean + spare + bias, fade * gamma0 + 1.16 / (2.0 * el) * (1.0 - fade),
             "upper law of Lemma 5.2");
}

/* At the equilibrium of m substeps with fixed length gamma = tr/(2 el - el^2/m), so gamma and the
 * effective rate err by el/(2m) and el/(4m) of themselves; after 10/el units of time e^-40 of the
 * start is left. */
static int il_equilibrium(vf_context *context, const char *name, double eta, double el, double tr,
                          int m, il_norm_end *end) {
  const il_phase phase = {eta, ceil(10.0 / el)};
  const il_norm_case one = {tr, el / eta, .3, &phase, 1};
  return il_norm_run(context, name, &one, m, 0, end);
}

static const char *const il_rate_suffixes[] = {"tr-2.el-0.05", "tr-0.81.el-0.002"};
static const double il_rate_tr[] = {2.0, .81}, il_rate_el[] = {.05, .002};

/* E10: the effective rate tends to sqrt(2 el/tr), printed sigma/sqrt(2 el). */
static void il_erratum_rate(vf_context *context) {
  for (int k = 0; k < 2; k++) {
    const double right = il_key(context, "il2.effective-rate-limit.%s", il_rate_suffixes[k]);
    il_norm_end end;
    if (!il_equilibrium(context, il_rate_suffixes[k], .1, il_rate_el[k], il_rate_tr[k], 16, &end))
      continue;
    vf_erratum(context, il_rate_suffixes[k], end.effective_lr, right,
               il_key(context, "il2.effective-rate-limit.%s.printed", il_rate_suffixes[k]),
               right * il_rate_el[k] / (3.0 * 16), "m = 16 substeps: el/(4m) of the rate");
  }
}

/* E11: the observables effective_lr and gamma at equilibrium: effective_lr^2 = 2 el/tr = 1/gamma,
 * printed gamma. */
static void il_erratum_inverse(vf_context *context) {
  for (int k = 0; k < 2; k++) {
    const double gamma = il_rate_tr[k] / (2.0 * il_rate_el[k]);
    il_norm_end end;
    if (!il_equilibrium(context, il_rate_suffixes[k], .1, il_rate_el[k], il_rate_tr[k], 16, &end))
      continue;
    vf_erratum(context, il_rate_suffixes[k], end.effective_lr * end.effective_lr, 1.0 / gamma,
               gamma, il_rate_el[k] / (1.5 * 16) / gamma,
               "m = 16 substeps: el/(2m) of the squared rate");
    vf_within(context, "effective_lr^2 gamma", end.effective_lr * end.effective_lr * end.gamma, 1.0,
              8.0 * IL_ULP, "6 roundings");
  }
}

typedef struct {
  double tr, el, gamma0, t;
  const char *key;
} il_stray_case;

/* E12: gamma(t) at trace (1+eps) sigma^2 against the bound of the proof with and without its stray
 * t. The change from m to 2m substeps is more than what is left at 2m, half of it, and less than a
 * fifth of what t makes. */
static void il_erratum_stray(vf_context *context) {
  static const il_stray_case cases[] = {
      {2.4, .05, 7.0, 10, "il2.gamma-upper.tr-2.el-0.05.gamma0-7.t-10.eps-0.2"},
      {1.215, .002, 900.0, 150, "il2.gamma-upper.tr-0.81.el-0.002.gamma0-900.t-150.eps-0.5"}};
  for (size_t k = 0; k < 2; k++) {
    const il_stray_case *one = cases + k;
    const il_phase phase = {.1, one->t};
    const il_norm_case norm = {one->tr, one->el / .1, .1 * sqrt(one->gamma0), &phase, 1};
    il_norm_end coarse, fine;
    if (!il_norm_run(context, one->key, &norm, 32, 0, &coarse) ||
        !il_norm_run(context, one->key, &norm, 64, 0, &fine))
      continue;
    vf_erratum(context, one->key, fine.gamma, vf_expected(context, one->key),
               il_key(context, "%s.printed", one->key), 1.5 * fabs(fine.gamma - coarse.gamma),
               "1.5 times the change from 32 to 64 substeps");
  }
}

/* gamma at the start by the observable. */
static double il_gamma_at_start(vf_context *context, double g0, double eta) {
  static const int32_t observable[] = {SID_GAMMA};
  const double x[3] = {.48 * sqrt(g0), .6 * sqrt(g0), .64 * sqrt(g0)};
  const uint64_t start = 0;
  const sid_segment segment = {0, eta, 0.0, 1.0};
  const sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = 1.0},
      .dynamics = il_dynamics(SID_SGD, 0),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .checkpoints = &start,
      .checkpoint_count = 1,
      .observables = observable,
      .observable_count = 1};
  double gamma = (double)NAN;
  if (vf_ensemble(&experiment, 0, 1, 1, &gamma, NULL)) vf_error(context, "start", "out of memory");
  return gamma;
}

/* E13: gamma_0 = G_0^2/eta^2, printed G_0/eta^2; and with rate K eta. */
static void il_erratum_initial(vf_context *context) {
  const double g0 = 100.0, eta = .1, k = 10.0;
  vf_erratum(context, "G_0=100 eta=0.1", il_gamma_at_start(context, g0, eta), g0 * g0 / (eta * eta),
             g0 / (eta * eta), 16.0 * IL_ULP * 1e6, "14 roundings of 1e6");
  vf_erratum(context, "G_0=100 eta=0.1 K=10", il_gamma_at_start(context, g0, k * eta),
             g0 * g0 / (k * k * eta * eta), g0 / (k * k * eta * eta), 16.0 * IL_ULP * 1e4,
             "14 roundings of 1e4");
}

typedef struct {
  double g0, eta, k;
  const char *suffix;
} il_log_case;

/* E14: the logarithm of (15) is that of gamma_0 over the equilibrium gamma of the first phase,
 * whose rate is K eta and whose noise has tr = 2 el, el = eta lam = .01: both by the observable
 * gamma. The equilibrium of m substeps errs by K el/(2m) in the logarithm. */
static void il_erratum_logarithm(vf_context *context) {
  static const il_log_case cases[] = {{30, .05, 10, "g0-30.eta-0.05.k-10"},
                                      {2, .1, 5, "g0-2.eta-0.1.k-5"}};
  for (size_t c = 0; c < 2; c++) {
    const il_log_case *one = cases + c;
    const double el = .01, first = one->k * el;
    il_norm_end end;
    if (!il_equilibrium(context, one->suffix, one->k * one->eta, first, 2.0 * el, 64, &end))
      continue;
    vf_erratum(context, one->suffix,
               log(il_gamma_at_start(context, one->g0, one->k * one->eta) / end.gamma),
               il_key(context, "il2.two-phase-log.%s", one->suffix),
               il_key(context, "il2.two-phase-log.%s.printed", one->suffix), first / (1.5 * 64),
               "m = 64 substeps: K el/(2m)");
  }
}

/* ---- il3: Lemma B.3 and the schedule of (13) ---- */

static double il_quadratic_form(const sid_problem *problem, const double *w, const double *v) {
  double hv[IL_DIM], work[IL_WORK];
  sid_problem_hessian_vector(problem, w, v, hv, work);
  return il_dot(v, hv, problem->dim);
}

typedef struct {
  double w[3], v[3];
  const char *suffix;
} il_form_case;

/* v perpendicular to w in each. */
static const il_form_case il_form_cases[] = {{{1, 2, 2}, {2, 1, -2}, "case-122"},
                                             {{3, 0, 4}, {4, 5, -3}, "case-304"}};
static const double il_form_spectrum[3] = {1, 2, 5};

/* E15. f = L of the Rayleigh quotient, g = w'Aw/2: v' Hess f v, against both signs of the last line
 * of the proof. */
static void il_erratum_form(vf_context *context) {
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = il_form_spectrum};
  for (size_t k = 0; k < 2; k++) {
    const il_form_case *one = il_form_cases + k;
    const double right = il_key(context, "il3.hessian-form.quadratic.%s", one->suffix);
    vf_erratum(context, one->suffix, il_quadratic_form(&problem, one->w, one->v), right,
               il_key(context, "il3.hessian-form.quadratic.%s.printed", one->suffix),
               60.0 * IL_ULP * 5.0 * 50.0 / 9.0, "60 roundings of 2^-53 of |A| |v|^2/|w|^2");
  }
}

/* The right side of (14) from the gradient at wbar and v' Hess g v of g. */
static double il_lemma(const double *w, const double *v, size_t p, const double *gradient,
                       double form) {
  const double r = il_dot(w, w, p);
  return (form - il_dot(w, gradient, p) / sqrt(r) * il_dot(v, v, p)) / r;
}

/* (14) where g is a problem of ref/ itself: the noisy quadratic with the spectrum of the Rayleigh
 * quotient. */
static void il_lemma_rayleigh(vf_context *context) {
  const sid_problem f = {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = il_form_spectrum};
  const sid_problem g = {.kind = SID_QUADRATIC_NOISY, .dim = 3, .spectrum = il_form_spectrum};
  for (size_t k = 0; k < 2; k++) {
    const il_form_case *one = il_form_cases + k;
    const double length = sqrt(il_dot(one->w, one->w, 3));
    double unit[3], gradient[3], work[IL_WORK];
    for (int j = 0; j < 3; j++) unit[j] = one->w[j] / length;
    sid_problem_gradient(&g, unit, gradient, work);
    vf_within(context, one->suffix, il_quadratic_form(&f, one->w, one->v),
              il_lemma(one->w, one->v, 3, gradient, il_quadratic_form(&g, unit, one->v)),
              60.0 * IL_ULP * 5.0 * 50.0 / 9.0, "60 roundings of 2^-53 of |A| |v|^2/|w|^2");
  }
}

/* (14) for g = sum_i (<z_i,w> - y_i)^2/(2n) (normalised_linear), and g = w_0^2 (ratio2), written
 * out. */
static void il_lemma_others(vf_context *context) {
  static const double z[6] = {1.2, -.3, .5, -.6, 1.1, .4}, y[2] = {.5, -.4}, w2[2] = {.6, 1.1},
                      v2[2] = {-1.1, .6};
  const sid_problem linear = {
      .kind = SID_NORMALISED_LINEAR, .dim = 3, .samples = 2, .features = z, .labels = y};
  const sid_problem toy = {.kind = SID_RATIO2, .dim = 2};
  for (size_t k = 0; k < 2; k++) {
    const double *w = il_form_cases[k].w, *v = il_form_cases[k].v, length = sqrt(il_dot(w, w, 3));
    double gradient[3] = {0}, form = 0.0;
    for (size_t i = 0; i < 2; i++) {
      const double e = il_dot(z + 3 * i, w, 3) / length - y[i], zv = il_dot(z + 3 * i, v, 3);
      for (size_t j = 0; j < 3; j++) gradient[j] += e * z[3 * i + j] / 2.0;
      form += zv * zv / 2.0;
    }
    vf_within(context, il_form_cases[k].suffix, il_quadratic_form(&linear, w, v),
              il_lemma(w, v, 3, gradient, form), 100.0 * IL_ULP * 4.0 * 50.0 / 9.0,
              "100 roundings of 2^-53 of |z|(|z|+|y|) |v|^2/|w|^2");
  }
  const double r = il_dot(w2, w2, 2), gradient[2] = {2.0 * w2[0] / sqrt(r), 0.0};
  vf_within(context, "ratio2 at (.6,1.1)", il_quadratic_form(&toy, w2, v2),
            il_lemma(w2, v2, 2, gradient, 2.0 * v2[0] * v2[0]), 60.0 * IL_ULP * 8.0,
            "60 roundings of 2^-53 of 8 |v|^2/|w|^2");
}

static void il_lemma_b3(vf_context *context) {
  il_lemma_rayleigh(context);
  il_lemma_others(context);
}

/* (13): (G^2)' = -4 el(t) G^2 + 2 eta(t)^2 tr, phase by phase, by a piecewise schedule in
 * sid_run(). */
static void il_schedule(vf_context *context) {
  static const il_phase two[] = {{.1, 40}, {.02, 100}}, three[] = {{.5, 20}, {.05, 60}, {.01, 200}};
  const il_norm_case short_case = {2.0, .5, 1.0, two, 2}, long_case = {.81, .1, 1.0, three, 3};
  il_norm_limit(context, "eta=0.1,0.02 lam=0.5 tr=2", &short_case, 2, IL_NORM2,
                vf_expected(context, "il3.norm2-after-schedule.lam-0.5.tr-2"));
  il_norm_limit(context, "eta=0.5,0.05,0.01 lam=0.1 tr=0.81", &long_case, 2, IL_NORM2,
                vf_expected(context, "il3.norm2-after-schedule.lam-0.1.tr-0.81"));
}

/* ---- il9: chaos of GD with weight decay on the toy ---- */

static const sid_problem il_toy = {.kind = SID_RATIO2, .dim = 2};
static const int32_t il_state[] = {SID_X};

typedef struct {
  double eta, lam, x[2];
  const char *suffix;
} il_toy_case;

static const il_toy_case il_toy_cases[] = {{.1, .5, {.1, 1.0}, "eta-0.1.lam-0.5.x0-0.1.y0-1"},
                                           {.2, .25, {.3, .7}, "eta-0.2.lam-0.25.x0-0.3.y0-0.7"}};

/* The published order of operations decides every bit: after 1, 100, 1000 and 2000 steps of gd, by
 * sid_run(). Beyond about 120 steps the bits are the only valid comparison. */
static void il_bits(vf_context *context) {
  static const uint64_t checkpoints[4] = {1, 100, 1000, 2000};
  for (size_t k = 0; k < 2; k++) {
    const il_toy_case *one = il_toy_cases + k;
    const sid_segment segment = {0, one->eta, one->lam, 1.0};
    const sid_experiment experiment = {
        .problem = il_toy,
        .dynamics = il_dynamics(SID_GD, 0),
        .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
        .start = {SID_START_POINT, one->x, 0.0},
        .steps = 2000,
        .checkpoints = checkpoints,
        .checkpoint_count = 4,
        .observables = il_state,
        .observable_count = 1};
    double rows[8], expected[8];
    if (vf_ensemble(&experiment, 0, 1, 1, rows, NULL))
      vf_error(context, one->suffix, "out of memory");
    for (int c = 0; c < 8; c++) {
      char key[IL_NAME];
      (void)snprintf(key, sizeof key, "il9.bits.%.50s.%.50s.t-%d", c % 2 ? "y" : "x", one->suffix,
                     (int)checkpoints[c / 2]);
      expected[c] = vf_expected(context, key);
    }
    vf_same_bits(context, one->suffix, rows, expected, 8);
  }
}

/* v' = ((1-el) I - eta H(x)) v, the linearised step. */
static void il_tangent_step(const double *x, double eta, double lam, double *v, double *work) {
  double hv[2];
  sid_problem_hessian_vector(&il_toy, x, v, hv, work);
  for (int j = 0; j < 2; j++) v[j] = (1.0 - eta * lam) * v[j] - eta * hv[j];
}

/* Growth rates of tangent vectors in `blocks` blocks of `length` steps each from x (moved on); 0 if
 * a step fails. */
static int il_growth(double eta, double lam, double *x, size_t blocks, size_t length,
                     double *rates) {
  const sid_dynamics gd = il_dynamics(SID_GD, 0);
  double v[2] = {.8, .6}, work[IL_WORK];
  for (size_t b = 0; b < blocks; b++) {
    rates[b] = 0.0;
    for (size_t t = 0; t < length; t++) {
      il_tangent_step(x, eta, lam, v, work);
      const double size = sqrt(il_dot(v, v, 2));
      v[0] /= size, v[1] /= size;
      rates[b] += log(size) / (double)length;
      if (sid_step(&il_toy, &gd, eta, lam, x, NULL, work)) return 0;
    }
  }
  return 1;
}

static void il_lyapunov_of(vf_context *context, const char *name, double x0, double y0,
                           size_t length) {
  enum { BLOCKS = 64 };
  const double expected = vf_expected(context, "il9.lyapunov-observed.eta-0.1.lam-0.5");
  double x[2] = {x0, y0}, rates[BLOCKS];
  if (!il_growth(.1, .5, x, BLOCKS, length, rates)) vf_error(context, name, "a step failed");
  const vf_moments moments = vf_moments_of(rates, BLOCKS);
  vf_within(context, name, moments.mean, expected, .01,
            "stated uncertainty of the observed exponent");
  vf_at_most(context, "its 3 standard errors", 3.0 * moments.standard_error, .1 * expected,
             "a tenth of the exponent");
}

/* Largest Lyapunov exponent of the chaotic sea, .098 +- .01. */
static void il_lyapunov(vf_context *context) {
  il_lyapunov_of(context, "from (0.1, 1), 1.28e6 steps", .1, 1.0, 20000);
  il_lyapunov_of(context, "from (0.6, 0.8), 1.28e6 steps", .6, .8, 20000);
}

static void il_lyapunov_longer(vf_context *context) {
  il_lyapunov_of(context, "from (0.1, 1), 6.4e7 steps", .1, 1.0, 1000000);
}

/* On an island the motion is quasi-periodic and tangent vectors grow like C t (shear between
 * neighbouring curves), so the exponent over t steps is at most ln(C t)/t. C is the growth per step
 * of the first 1000 steps, allowed a factor 100. */
static void il_island(vf_context *context) {
  enum { LENGTH = 1000, BLOCKS = 1000 };
  const double starts[2][2] = {{vf_expected(context, "il9.island-x-observed.eta-0.1.lam-0.5"),
                                vf_expected(context, "il9.island-y-observed.eta-0.1.lam-0.5")},
                               {.05, .3122}};
  for (int k = 0; k < 2; k++) {
    double x[2] = {starts[k][0], starts[k][1]}, *rates = malloc(BLOCKS * sizeof *rates);
    char name[IL_NAME];
    (void)snprintf(name, sizeof name, "from (%g, %g), eta=0.1 lam=0.5, 1e6 steps", starts[k][0],
                   starts[k][1]);
    if (!rates) vf_error(context, name, "out of memory");
    if (rates && il_growth(.1, .5, x, BLOCKS, LENGTH, rates)) {
      const double early = fmax(rates[0] * LENGTH, 0.0), steps = (double)LENGTH * BLOCKS;
      vf_at_most(context, name, vf_moments_of(rates, BLOCKS).mean,
                 (early + log(100.0 * BLOCKS)) / steps,
                 "linear growth: (ln growth in 1000 steps + ln(100 * 1000))/1e6");
    } else if (rates)
      vf_error(context, name, "a step failed");
    free(rates);
  }
}

/* The curves of Figure 5(a): losses of GD from (.1, 1) and from 1e-9 beside it, and the distance of
 * the two. */
static void il_separation_series(vf_context *context) {
  enum { STEPS = 300 };
  static const char *const columns[] = {"step", "loss", "loss of its twin", "distance"};
  static double series[STEPS + 1][4];
  const sid_dynamics gd = il_dynamics(SID_GD, 0);
  double a[2] = {.1, 1.0}, b[2] = {.1 + 1e-9, 1.0}, work[IL_WORK];
  for (int t = 0; t <= STEPS; t++) {
    const double row[4] = {t, sid_problem_loss(&il_toy, a, work),
                           sid_problem_loss(&il_toy, b, work), hypot(a[0] - b[0], a[1] - b[1])};
    memcpy(series[t], row, sizeof row);
    if (sid_step(&il_toy, &gd, .1, .5, a, NULL, work) ||
        sid_step(&il_toy, &gd, .1, .5, b, NULL, work))
      vf_error(context, "series", "a step failed");
  }
  vf_series(context, "figure 5(a)", columns, 4, series[0], STEPS + 1);
}

/* Two starts 1e-9 apart: the first step at which they differ by .01, within the fifth that the
 * observed 120 is good for; along x and along y. */
static void il_separation(vf_context *context) {
  il_separation_series(context);
  static const double apart[3][2] = {{1e-9, 0}, {-1e-9, 0}, {0, 1e-9}};
  static const char *const names[3] = {"x+1e-9, eta=0.1 lam=0.5 from (0.1, 1)", "x-1e-9, same",
                                       "y+1e-9, same"};
  const sid_dynamics gd = il_dynamics(SID_GD, 0);
  const double expected =
      vf_expected(context, "il9.visible-divergence-step-observed.eta-0.1.lam-0.5");
  for (int k = 0; k < 3; k++) {
    double a[2] = {.1, 1.0}, b[2] = {.1 + apart[k][0], 1.0 + apart[k][1]}, work[IL_WORK];
    int t = 0;
    do {
      if (sid_step(&il_toy, &gd, .1, .5, a, NULL, work) ||
          sid_step(&il_toy, &gd, .1, .5, b, NULL, work))
        break;
      t++;
    } while (hypot(a[0] - b[0], a[1] - b[1]) < .01 && t < 1000);
    vf_within(context, names[k], t, expected, .2 * expected,
              "stated uncertainty of the observed step");
  }
}

/* Near x = 0 the slope s = x/y has s' = s (1 - 2 et), et = eta/((1-el) y^2): directions approach
 * while et < 1, that is y^2 > eta/(1-el), and part when y^2 is below. By the separation of two
 * slopes: it grows exactly in the steps that start below the threshold. Steps with |s| >= .1 are
 * left out, where s' is not linear; the count ends with the 8th step below. */
static void il_onset(vf_context *context) {
  static const char *const keys[2] = {"il9.divergence-threshold-y2.eta-0.1.lam-0.5",
                                      "il9.divergence-threshold-y2.eta-0.2.lam-0.25"};
  const sid_dynamics gd = il_dynamics(SID_GD, 0);
  for (int k = 0; k < 2; k++) {
    const il_toy_case *one = il_toy_cases + k;
    const double threshold = vf_expected(context, keys[k]);
    double a[2] = {one->x[0], one->x[1]}, b[2] = {a[0] * (1.0 + 1e-6), a[1]}, work[IL_WORK],
           gap = fabs(b[0] / b[1] - a[0] / a[1]);
    int wrong = 0, above = 0, below = 0;
    for (int t = 0; t < 400 && below < 8; t++) {
      const double y2 = a[1] * a[1], slope = fabs(a[0] / a[1]);
      if (sid_step(&il_toy, &gd, one->eta, one->lam, a, NULL, work) ||
          sid_step(&il_toy, &gd, one->eta, one->lam, b, NULL, work))
        break;
      const double next = fabs(b[0] / b[1] - a[0] / a[1]);
      if (slope < .1) {
        wrong += (next > gap) != (y2 < threshold);
        above += y2 > threshold, below += y2 < threshold;
      }
      gap = next;
    }
    vf_within(context, keys[k], wrong, 0.0, 0.0, "steps at which growth and threshold disagree");
    vf_at_least(context, "steps seen above the threshold", above, 4.0,
                "the check must see both sides");
    vf_at_least(context, "steps seen below the threshold", below, 8.0,
                "the check must see both sides");
  }
}

/* Section 4: under gradient flow with WD |x/y| falls steadily, under GD with the same eta, lam it
 * does not. Flow: the SDE without noise, 4096 substeps until t = 40, so that et/m stays below
 * 1/500. */
static void il_flow(vf_context *context) {
  const sid_dynamics flow = il_dynamics(SID_SDE, 4096), gd = il_dynamics(SID_GD, 0);
  double x[2] = {.3, 1.0}, y[2] = {.3, 1.0}, work[IL_WORK], slope = .3, other = .3;
  int rises = 0, rises_of_gd = 0;
  for (int t = 0; t < 40; t++) {
    if (sid_step(&il_toy, &flow, .1, .5, x, NULL, work) ||
        sid_step(&il_toy, &gd, .1, .5, y, NULL, work))
      vf_error(context, "flow", "a step failed");
    rises += fabs(x[0] / x[1]) >= slope;
    rises_of_gd += fabs(y[0] / y[1]) > other;
    slope = fabs(x[0] / x[1]), other = fabs(y[0] / y[1]);
  }
  vf_within(context, "rises of |x/y| in 40 units of flow, eta=0.1 lam=0.5", rises, 0.0, 0.0,
            "none is allowed");
  vf_at_least(context, "rises of |x/y| in 40 steps of GD, same", rises_of_gd, 1.0,
              "GD is not monotone");
}

/* ---- table ---- */

static const vf_check table[] = {
    {"il1.norm-ode", "il, Theorem 5.1, (7)",
     "norm of the SDE: closed form for constant trace, noise-free", VF_QUICK, il_norm_ode},
    {"il1.overlap", "il, Theorem 5.1, (6)",
     "decay of <W_t, W_0>: drift -(eta^2/(2 G^2)) tr Sigma of the direction, noise-free", VF_QUICK,
     il_overlap},
    {"il1.overlap-of-runs", "il, Theorem 5.1, (6)", "the same decay over real trajectories",
     VF_QUICK, il_overlap_of_runs},
    {"il1.generator", "il, Theorem 5.1, (6), (7)",
     "drift and covariance of the direction and drift of the norm, by enumeration", VF_QUICK,
     il_generator},
    {"il1.substeps", "il, (5)",
     "an SDE step is m steps of noisy GD with the noise times sqrt(m), bit for bit", VF_QUICK,
     il_substeps},
    {"il1.pathwise", "il, Theorem 5.1, (7)",
     "along a path the gap to the norm equation vanishes like 1/sqrt(m)", VF_QUICK, il_pathwise},
    {"il1.pathwise-finer", "il, Theorem 5.1, (7)", "the same with more and finer paths", VF_FULL,
     il_pathwise_finer},
    {"il1.fluctuation", "il, Theorem 5.1, (7)", "m Var gamma = tr^2 (1 - e^(-8 el T))/((p-1) el)",
     VF_QUICK, il_fluctuation},
    {"il2.gamma-law", "il, (10), (12), Lemma 5.2",
     "gamma relaxes to tr/(2 el) at the rate 4 el, noise-free", VF_QUICK, il_gamma_law},
    {"il2.gamma-of-sde", "il, (10), (12)", "mean gamma of the SDE's trajectories", VF_QUICK,
     il_gamma_mean},
    {"il2.sandwich", "il, Lemma 5.2",
     "a trace within [s2, (1+eps) s2] puts gamma between the two laws", VF_QUICK, il_sandwich},
    {"errata.il2-effective-lr-limit", "il, Section 5.1, after Lemma 5.2",
     "effective LR tends to sqrt(2 el)/sigma", VF_QUICK, il_erratum_rate},
    {"errata.il2-gamma-is-inverse", "il, Section 5.1, before (11)",
     "gamma is the inverse of the squared effective LR", VF_QUICK, il_erratum_inverse},
    {"errata.il2-stray-t", "il, Appendix B, proof of Lemma 5.2",
     "no factor t in the bounds of gamma", VF_QUICK, il_erratum_stray},
    {"errata.il2-initial-gamma", "il, Appendix E", "gamma_0 = G_0^2/eta^2", VF_QUICK,
     il_erratum_initial},
    {"errata.il2-eq15-logarithm", "il, Appendix E, (15)", "the logarithm is ln(G_0^2/(K eta^2))",
     VF_QUICK, il_erratum_logarithm},
    {"il3.lemma-b3", "il, Lemma B.3, (14)",
     "Hessian of a scale-invariant loss on the tangent space", VF_QUICK, il_lemma_b3},
    {"errata.il3-lemma-b3-proof", "il, Appendix B, proof of Lemma B.3",
     "the gradient is taken along wbar, not v", VF_QUICK, il_erratum_form},
    {"il3.schedule", "il, (13)", "norm under schedules of eta, phase by phase", VF_QUICK,
     il_schedule},
    {"il9.bits", "il, Figure 5(a)",
     "bits of the chaotic trajectory after 1, 100, 1000 and 2000 steps", VF_QUICK, il_bits},
    {"il9.lyapunov", "il, Section 4 and Figure 5(a)", "Lyapunov exponent of the chaotic sea",
     VF_QUICK, il_lyapunov},
    {"il9.lyapunov-longer", "il, Section 4 and Figure 5(a)", "the same over 50 times as many steps",
     VF_FULL, il_lyapunov_longer},
    {"il9.island", "il, Section 4 and Figure 5(a)",
     "exponent 0 on the islands around the period-two orbit", VF_QUICK, il_island},
    {"il9.separation", "il, Figure 5(a)", "starts 1e-9 apart differ visibly after about 120 steps",
     VF_QUICK, il_separation},
    {"il9.onset", "il, Section 4", "directions part only where y^2 < eta/(1-el)", VF_QUICK,
     il_onset},
    {"il9.flow", "il, Section 4", "|x/y| falls steadily under gradient flow, not under GD",
     VF_QUICK, il_flow},
};

VF_ROW(il, table);
