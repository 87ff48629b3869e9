/* Theorem 5.1 of il, (5) to (7). Under dW = -eta (grad L + lam W) dt + eta Sigma^(1/2) dB the unit
 * direction w and G = |W|^2 obey, with Sigma, tr = tr Sigma(w) and grad L taken at w:
 *
 *   (6)  dw = -(eta/G) grad L dt + (eta/G) Sigma^(1/2) dB - (eta^2/(2 G^2)) tr w dt
 *
 *   (7)  dG/dt = -2 el G + (eta^2/G) tr, without noise, along each path
 *
 * For constant tr the solution of (7) is G^2 = e^(-4 el t) G_0^2 + eta^2 tr (1 - e^(-4 el t))/(2
 * el). Two ways to take chance out: noise of fixed length (norm.h), and sums over all signs of
 * Rademacher noise, which give drift and covariance of a step exactly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "checks/il/norm.h"
#include "checks/il/sde.h"
#include "harness/algebra.h"
#include "harness/limit.h"
#include "harness/outcomes.h"
#include "formats/memory.h"

typedef struct {
  double eta, lam, tr, g0, t;
  uint32_t first; /* coarsest number of substeps */
  const char *suffix;
} il_ode_case;

static const il_ode_case il_ode_cases[] = {
    {.1, .5, 2.0, 1.0, 1, 8, "eta-0.1.lam-0.5.tr-2.g0-1.t-1"},
    {.1, .5, 2.0, 1.0, 10, 4, "eta-0.1.lam-0.5.tr-2.g0-1.t-10"},
    {.02, .1, .81, .25, 10, 2, "eta-0.02.lam-0.1.tr-0.81.g0-0.25.t-10"},
    {.02, .1, .81, .25, 100, 2, "eta-0.02.lam-0.1.tr-0.81.g0-0.25.t-100"}};

static void il_ode(vf_context *context, il_quantity quantity, const char *form) {
  for (size_t k = 0; k < VF_COUNT(il_ode_cases); k++) {
    const il_ode_case *one = il_ode_cases + k;
    const il_phase phase = {one->eta, one->lam, one->t};
    const il_norm_case norm = {one->tr, one->g0, &phase, 1, 1};
    il_norm_limit(context, one->suffix, &norm, one->first, quantity,
                  vf_expected_of(context, form, one->suffix));
  }
}

/* (7): G^2 = e^(-4 el t) G_0^2 + eta^2 tr (1 - e^(-4 el t))/(2 el), for noise of fixed length and m
 * -> infinity. */
static void il_norm_ode(vf_context *context) { il_ode(context, IL_NORM2, "il1.norm2.%s"); }

/* (6) without loss: E <W_t, W_0> of the directions = exp(-(1/2) int eta^2 tr/G^2 dt). A tangential
 * step of fixed length and random sign has E[direction+ | direction] = direction cos D, so the mean
 * is the product of the cosines of the angles of any run. */
static void il_overlap(vf_context *context) { il_ode(context, IL_OVERLAP, "il1.overlap.%s"); }

/* The same mean over 4000 real trajectories of sgd with m = 1, where the product of cosines is the
 * exact law: the draws are isotropic in the tangent space. Effect: the drift -(1/2) tr of (6) taken
 * as -tr, the product squared. */
static void il_overlap_of_runs(vf_context *context) {
  enum { COUNT = 4000 };
  const double x[3] = {.6, 0.0, .8};
  const uint64_t last = 10;
  const sid_segment segment = {0, .1, .5, 1.0};
  const sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = sqrt(2.0)},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 31,
      .steps = last,
      .checkpoints = &last,
      .checkpoint_count = 1,
      .observables = il_state,
      .observable_count = 1};
  const il_phase phase = {.1, .5, 10.0};
  const il_norm_case one = {2.0, 1.0, &phase, 1, 1};
  size_t steps;
  double *rows = vf_observe(context, "runs", &experiment, COUNT), values[COUNT];
  il_norm *norms = il_norm_run(context, "runs", &one, 1, &steps);
  for (size_t i = 0; rows && i < COUNT; i++) {
    const double *state = rows + 3 * i;
    values[i] = vf_dot(state, x, 3) / vf_norm(state, 3);
  }
  if (rows && norms) {
    const double overlap = il_norm_overlap(norms, 0, steps - 1);
    const vf_moments moments = vf_moments_of(values, COUNT);
    vf_monte_carlo(context, "p=3 sphere eta=0.1 lam=0.5 tr=2 t=10", moments.mean,
                   moments.standard_error, overlap, overlap - overlap * overlap,
                   "effect: the drift of (6) doubled");
  }
  free(rows);
  free(norms);
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
    const sid_dynamics sde = il_dynamics(SID_SDE, (uint32_t)m, 1),
                       noisy = il_dynamics(SID_NOISY_GD, 0, 1);
    sid_stream stream = vf_stream(1001, SID_KEY_NOISE, 0), copy = stream;
    for (int t = 0; t < 20; t++) {
      if (sid_step(&whole, &sde, .1, .5, x, &stream, work))
        vf_error(context, "sde", "a step failed");
      for (int q = 0; q < m; q++)
        if (sid_step(&split, &noisy, .1 / m, .5, twin, &copy, work))
          vf_error(context, "noisy_gd", "a step failed");
    }
    char name[VF_TEXT_SIZE];
    vf_text(name, "rayleigh p=4 diagonal noise, eta=0.1 lam=0.5 m=%d, 20 steps", m);
    vf_same_bits(context, name, twin, x, 4);
  }
}

/* ---- the norm equation along a path ---- */

typedef struct {
  int m;
} il_gap_case;

/* Gap at time 4 between gamma of an Euler-Maruyama path with m substeps and the solution of (10)
 * driven by the traces that the same path meets, (11) with the trace constant during each substep.
 * The loss has its own effect on |W|^2, of order 1/m. */
static void il_gap(void *user, size_t i, double *out) {
  const int m = ((const il_gap_case *)user)->m;
  const double eta = .1, lam = .5, el = eta * lam, keep = exp(-4.0 * el / m);
  double scale[4], x[4] = {.3, .4, -.5, .2}, work[IL_WORK];
  const sid_problem problem = il_uneven(SID_NOISE_GAUSSIAN, m, scale);
  const sid_dynamics noisy = il_dynamics(SID_NOISY_GD, 0, 1);
  sid_stream stream = vf_stream(1001, SID_KEY_NOISE, 100 + i);
  const double r0 = vf_dot(x, x, 4) / eta;
  double gamma = r0 * r0;
  *out = (double)NAN;
  for (int q = 0; q < 4 * m; q++) {
    const double trace = sid_problem_noise_trace(&problem, x, work) * vf_dot(x, x, 4) /
                         m; /* of the unit sphere, in the SDE's units */
    gamma = keep * gamma + trace / (2.0 * el) * (1.0 - keep);
    if (sid_step(&problem, &noisy, eta / m, lam, x, &stream, work)) return;
  }
  *out = vf_dot(x, x, 4) / eta - sqrt(gamma);
}

/* Root mean square. */
static double il_rms(const double *values, size_t count) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += values[i] * values[i];
  return sqrt(sum / (double)count);
}

static void il_gap_order(vf_context *context, const char *name, size_t paths, int coarsest,
                         int count) {
  double h[16], gap[16], *values = vf_allocate(paths, sizeof *values);
  for (int k = 0; k < count; k++) {
    il_gap_case one = {coarsest << k};
    vf_map(paths, vf_jobs(context), values, 1, il_gap, &one);
    h[k] = 1.0 / one.m;
    gap[k] = il_rms(values, paths);
  }
  (void)vf_order(context, name, h, gap, (size_t)count, 0.5);
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

/* ---- its fluctuation ---- */

/* Fluctuation about (7): to leading order in 1/m, Var gamma(T) = tr^2 (1 - e^(-8 el T))/((p-1) el
 * m): a sum over the substeps of the variances 8 tr^2/((p-1) m^2) of 2 (|g|^2 - tr)/m, damped by
 * e^(-4 el (T-t)) twice. The next order is a fraction O(1/m) of it, measured at m = 32 and 64 and
 * extrapolated. The variance of a sample variance of nearly normal values is 2/(count-1) of its
 * square. */
static void il_fluctuation(vf_context *context) {
  const il_sde_case base = {3, 0, 1.0, .1, .5, 10.0, 2, 6000};
  const double el = .05, tr = 2.0, expected = tr * tr * (1.0 - exp(-8.0 * el * 2.0)) / (2.0 * el);
  double scaled[2];
  for (int k = 0; k < 2; k++) {
    il_sde_case one = base;
    one.m = 32u << k;
    double *values = il_sde_gammas(context, &one);
    scaled[k] = values ? one.m * vf_moments_of(values, one.count).variance : (double)NAN;
    free(values);
  }
  const double extrapolated = 2.0 * scaled[1] - scaled[0];
  const double error = sqrt(5.0) * expected * sqrt(2.0 / ((double)base.count - 1.0));
  vf_monte_carlo(
      context, "m Var gamma, p=3 sigma=1 eta=0.1 lam=0.5 gamma_0=10 t=2, m=32,64", extrapolated,
      error, expected, expected,
      "sqrt(4+1) times the error of a variance; effect: 4th moment of chi dropped or doubled");
}

/* ---- the direction equation, by enumeration ---- */

typedef struct {
  double drift[4], norm, covariance[16];
} il_increment;

/* m E[increment] of direction, |W|^2, and m E[product of direction increments], over all 16 sign
 * patterns of Rademacher noise: one sgd step of rate eta/m, noise sqrt(m) times as large. */
static void il_enumerate(const sid_stream streams[16], const double *start, double eta, double lam,
                         int m, il_increment *mean) {
  double scale[4], work[IL_WORK];
  const sid_problem problem = il_uneven(SID_NOISE_RADEMACHER, m, scale);
  const sid_dynamics sgd = il_dynamics(SID_SGD, 0, 1);
  const double r = vf_dot(start, start, 4);
  memset(mean, 0, sizeof *mean);
  for (int s = 0; s < 16; s++) {
    double x[4], d[4];
    sid_stream copy = streams[s];
    memcpy(x, start, sizeof x);
    if (sid_step(&problem, &sgd, eta / m, lam, x, &copy, work)) x[0] = (double)NAN;
    const double after = vf_dot(x, x, 4);
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
static void il_theorem(const double *w, double eta, double lam, il_increment *law) {
  const double *scale = il_uneven_scale;
  const double g = vf_dot(w, w, 4), el = eta * lam;
  double u[4], q = 0.0, trace = 0.0, sigma[16];
  for (int j = 0; j < 4; j++) u[j] = w[j] / sqrt(g);
  for (int j = 0; j < 4; j++) q += il_uneven_spectrum[j] * u[j] * u[j];
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
        -eta / g * (il_uneven_spectrum[j] - q) * u[j] - eta * eta / (2.0 * g * g) * trace * u[j];
  law->norm = -2.0 * el * g + eta * eta / g * trace;
}

/* Theorem 5.1: drift (6), diffusion (6) and norm (7) as limits of one small step. Increments of 1/m
 * are rounded to m 2^-53. */
static void il_generator(vf_context *context) {
  enum { LEVELS = 6, FIRST = 64 };
  static const double w[4] = {.3, .4, -.5, .2};
  const double eta = .1, lam = .5;
  il_increment mean[LEVELS], law;
  sid_stream streams[16];
  if (vf_sign_streams(4, streams)) {
    vf_error(context, "enumeration", "a sign pattern does not turn up");
    return;
  }
  il_theorem(w, eta, lam, &law);
  for (int k = 0; k < LEVELS; k++) il_enumerate(streams, w, eta, lam, FIRST << k, mean + k);
  const double rounding = 60.0 * IL_ULP * (FIRST << (LEVELS - 1));
  for (int j = 0; j < 4 + 16 + 1; j++) {
    double value[LEVELS];
    char name[VF_TEXT_SIZE];
    for (int k = 0; k < LEVELS; k++)
      value[k] = j < 4 ? mean[k].drift[j] : j < 20 ? mean[k].covariance[j - 4] : mean[k].norm;
    const double expected = j < 4 ? law.drift[j] : j < 20 ? law.covariance[j - 4] : law.norm;
    vf_text(name, "%s %d at (.3,.4,-.5,.2), eta=0.1 lam=0.5",
            j < 4    ? "drift"
            : j < 20 ? "covariance"
                     : "norm",
            j < 4    ? j
            : j < 20 ? j - 4
                     : 0);
    vf_limit(context, name, value, LEVELS, 1, expected, rounding, 1e-7);
  }
}

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
};

VF_ROW(il1, table,
       "enumeration of signs, noise of fixed length, and paths of the SDE with many substeps",
       "a missing Ito term of the direction, noise in the equation of the norm, substeps with the "
       "wrong scale");
