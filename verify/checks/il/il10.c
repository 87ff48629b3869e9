/* Section 4 and Figure 6 of il: distances between the iterates of a run, and averages of them.
 * Under noise alone E[x+ | x] = (1-el) x, so at the equilibrium norm R the mean squared distance
 * over a lag is 2 R (1 - (1-el)^lag): it grows until it is as large as the norm, on the time scale
 * 1/el, without the plateau of a process around a minimum. Averages along a run have a lower loss
 * meanwhile; the average of distant minimisers has not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "checks/il/norm.h"
#include "harness/algebra.h"
#include "formats/memory.h"

static double il_squared_distance(const double *x, const double *y, uint32_t p) {
  double sum = 0.0;
  for (uint32_t j = 0; j < p; j++) sum += (y[j] - x[j]) * (y[j] - x[j]);
  return sum;
}

/* Squared distances |x_(T+lag) - x_T|^2, T = `from`, of `count` trajectories, one row of them for
 * each lag: lags * count numbers. With `unit` each x is divided by its length first. NULL after an
 * error. */
static double *il_distances(vf_context *context, const char *name, sid_experiment *experiment,
                            uint64_t from, const uint64_t *lags, size_t lag_count, size_t count,
                            int unit) {
  const uint32_t p = experiment->problem.dim;
  uint64_t checkpoints[8];
  checkpoints[0] = from;
  for (size_t k = 0; k < lag_count; k++) checkpoints[k + 1] = from + lags[k];
  experiment->steps = checkpoints[lag_count];
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = (uint32_t)lag_count + 1;
  experiment->observables = il_state;
  experiment->observable_count = 1;
  double *rows = vf_observe(context, name, experiment, count);
  double *values = rows ? vf_allocate(lag_count * count, sizeof *values) : NULL;
  for (size_t i = 0; values && i < count; i++)
    for (size_t k = 0; k < lag_count; k++) {
      const double *x = rows + i * (lag_count + 1) * p, *y = x + (k + 1) * p;
      const double lengths = sqrt(vf_dot(x, x, p) * vf_dot(y, y, p));
      values[k * count + i] =
          unit ? 2.0 - 2.0 * vf_dot(x, y, p) / lengths : il_squared_distance(x, y, p);
    }
  free(rows);
  experiment->checkpoints = NULL;
  return values;
}

enum { IL_LAGS = 5, IL_PAIRS = 3000 };

/* Compares the mean of IL_PAIRS squared distances, in units of 2 r, with the law. Returns it and
 * its error. */
static vf_moments il_compare_distances(vf_context *context, const char *name, const double *values,
                                       double r, double law, double effect, const char *basis) {
  vf_moments moments = vf_moments_of(values, IL_PAIRS);
  moments.mean /= 2.0 * r, moments.standard_error /= 2.0 * r;
  vf_monte_carlo(context, name, moments.mean, moments.standard_error, law, effect, basis);
  return moments;
}

/* Scale-invariant: mean 2 R (1 - (1-el)^lag) at the equilibrium norm R, because E[x+ | x]
 * = (1-el) x. */
static void il_growing_distance(vf_context *context, double eta, double lam, uint32_t p,
                                const uint64_t *lags) {
  static const char *const columns[] = {"lag", "squared distance over 2 |W|^2", "standard error",
                                        "law"};
  const double el = eta * lam, s = .8, r = sqrt(eta * s * s / (lam * (2.0 - el)));
  double x[5] = {.6 * sqrt(r), .8 * sqrt(r)}, series[4 * IL_LAGS];
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = p, .sigma = s},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 71};
  double *values = il_distances(context, "distance", &experiment, 40, lags, IL_LAGS, IL_PAIRS, 0);
  for (size_t k = 0; values && k < IL_LAGS; k++) {
    char name[VF_TEXT_SIZE];
    const double decay = pow(1.0 - el, (double)lags[k]);
    vf_text(name, "eta=%g lam=%g p=%u, lag %d, 3000 runs", eta, lam, (unsigned)p, (int)lags[k]);
    const vf_moments moments =
        il_compare_distances(context, name, values + k * IL_PAIRS, r, 1.0 - decay,
                             decay * (1.0 - decay), "effect: e^(-2 el lag) for e^(-el lag)");
    const double row[4] = {(double)lags[k], moments.mean, moments.standard_error, 1.0 - decay};
    memcpy(series + 4 * k, row, sizeof row);
  }
  if (values)
    vf_series(context, p == 2 ? "scale-invariant p=2" : "scale-invariant p=5", columns, 4, series,
              IL_LAGS);
  free(values);
}

/* Norm-matched: an Ornstein-Uhlenbeck process (noisy quadratic, no norm dynamics) with the same
 * mean |x|^2. Its distances stop growing at 2 tr Sigma after 1/(eta a) steps, Sigma = eta
 * sigma^2/(a (2 - eta a)): at all lags here. */
static void il_plateau(vf_context *context, double eta, uint32_t p, double r,
                       const uint64_t *lags) {
  static const double spectrum[5] = {1, 1, 1, 1, 1};
  static const double origin[5] = {0.0};
  const sid_segment segment = {0, eta, 0.0, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_QUADRATIC_NOISY,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = p,
                  .sigma = sqrt(r / p * (2.0 - eta) / eta),
                  .spectrum = spectrum},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, origin, 0.0},
      .seed = 73};
  double *values = il_distances(context, "plateau", &experiment, 60, lags, IL_LAGS, IL_PAIRS, 0);
  for (size_t k = 0; values && k < IL_LAGS; k++) {
    char name[VF_TEXT_SIZE];
    const double decay = pow(1.0 - eta, (double)lags[k]);
    vf_text(name, "plateau of the quadratic, eta=%g p=%u, lag %d", eta, (unsigned)p, (int)lags[k]);
    (void)il_compare_distances(context, name, values + k * IL_PAIRS, r, 1.0 - decay, .5,
                               "effect: the variance halved");
  }
  free(values);
}

/* Section 4 and Figure 6b: distances along a run keep growing until they are as large as the norm,
 * on the time scale 1/el; no plateau like that of the process which the same norm would have around
 * a minimum. */
static void il_distance(vf_context *context) {
  static const uint64_t slow[IL_LAGS] = {20, 40, 80, 160, 240},
                        quick[IL_LAGS] = {5, 10, 20, 40, 60};
  il_growing_distance(context, .1, .05, 2, slow);
  il_growing_distance(context, .4, .05, 5, quick);
  il_plateau(context, .5, 2, .8 * sqrt(.1 / (.05 * 1.995)), slow);
  il_plateau(context, .5, 5, .8 * sqrt(.4 / (.05 * 1.98)), slow);
}

/* Mean squared distance of the directions at T and T + 1/el for the normalised regression whose
 * minimisers are a circle of radius rho = .8, at the equilibrium norm. */
static vf_moments il_circle_distance(vf_context *context, const char *name, double eta, double lam,
                                     size_t count) {
  static const double features[8] = {1.4142135623730951, 0, 0, 0, 0, 1.4142135623730951, 0, 0};
  static const double labels[2] = {.8485281374238570, 0.0};
  const double el = eta * lam, sigma = .3,
               norm = sqrt(sqrt(3.0 * sigma * sigma * eta / (2.0 * lam)));
  const double x[4] = {.6 * norm, 0.0, .8 * norm, 0.0};
  const uint64_t lag = (uint64_t)llround(1.0 / el);
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_NORMALISED_LINEAR,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = 4,
                  .samples = 2,
                  .sigma = sigma,
                  .features = features,
                  .labels = labels},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 103};
  double *values = il_distances(context, name, &experiment, lag, &lag, 1, count, 1);
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  if (values) moments = vf_moments_of(values, count);
  free(values);
  return moments;
}

/* With a loss, in the limit el -> 0 (fm5): the direction diffuses along the circle, the variance of
 * the angle over a time t is V = 2 el t/((D-1) rho^2), so the mean squared distance at t = 1/el is
 * 2 rho^2 (1 - e^(-V/2)), D = 4, rho^2 = .64, while the other two coordinates relax in 1/sqrt(el).
 * The correction is a power series in sqrt(el): the first term goes by el and el/4. Effect: rho
 * lost in V. */
static void il_distance_on_circle(vf_context *context) {
  static const double etas[] = {.2, .3}, lams[] = {.02, .01};
  for (int k = 0; k < 2; k++) {
    enum { COUNT = 24000 };
    char name[VF_TEXT_SIZE];
    vf_text(name, "eta=%g lam=%g and a half of each, t=1/el, 24000 runs", etas[k], lams[k]);
    const vf_moments coarse = il_circle_distance(context, name, etas[k], lams[k], COUNT);
    const vf_moments fine = il_circle_distance(context, name, etas[k] / 2.0, lams[k] / 2.0, COUNT);
    const double v = 2.0 / (3.0 * .64), law = 1.28 * (1.0 - exp(-v / 2.0));
    vf_monte_carlo(context, name, 2.0 * fine.mean - coarse.mean,
                   hypot(2.0 * fine.standard_error, coarse.standard_error), law,
                   law - 1.28 * (1.0 - exp(-v * .64 / 2.0)),
                   "effect: rho lost in the variance of the angle");
  }
}

/* ---- averages ---- */

/* Averages of K iterates of noise alone, from the fixed point R of the norm: E|mean|^2/R, and E|x_t
 * - x_0|^2/R, by sid_average() on 2000 runs. A step has a fixed length and the first two iterates a
 * fixed angle: t = 1 and K = 2 hold for every run. Effect: for the average a lost cross term, that
 * of independent vectors (1/K); for the distance half of it. */
static void il_average_law_of(vf_context *context, double eta, double lam, size_t iterates,
                              const char *unit) {
  enum { RUNS = 2000 };
  const double el = eta * lam, s = .9, r = sqrt(eta * s * s / (lam * (2.0 - el)));
  const double x[4] = {.6 * sqrt(r), 0.0, .64 * sqrt(r), .48 * sqrt(r)};
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 4, .sigma = s},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 107,
      .steps = iterates,
      .observable_count = 1,
      .observables = il_state};
  size_t rows;
  double squares[RUNS], distances[RUNS],
      *values = il_rows(context, unit, &experiment, RUNS, 1, &rows);
  for (size_t i = 0; values && i < RUNS; i++) {
    double mean[4] = {0.0};
    for (size_t k = 0; k < iterates; k++) sid_average(mean, values + 4 * (i * rows + k), k + 1, 4);
    squares[i] = vf_dot(mean, mean, 4) / r;
    distances[i] = il_squared_distance(x, values + 4 * (i * rows + iterates), 4) / r;
  }
  if (values) {
    char name[VF_TEXT_SIZE];
    const vf_moments average = vf_moments_of(squares, RUNS),
                     distance = vf_moments_of(distances, RUNS);
    const double law = vf_expected_of(context, "il10.average2.%s.k-%d", unit, (int)iterates);
    vf_text(name, "average of %d iterates, eta=%g lam=%g p=4", (int)iterates, eta, lam);
    if (iterates == 2)
      vf_within(context, name, average.mean, law, il_fixed_tolerance(el), il_fixed_basis);
    else {
      vf_monte_carlo(context, name, average.mean, average.standard_error, law,
                     law - 1.0 / (double)iterates, "effect: independent iterates");
      vf_text(name, "distance after %d steps, eta=%g lam=%g p=4", (int)iterates, eta, lam);
      vf_monte_carlo(context, name, distance.mean, distance.standard_error,
                     vf_expected_of(context, "il10.distance2.%s.t-%d", unit, (int)iterates),
                     distance.mean / 2.0, "effect: half of it");
    }
  }
  free(values);
}

static void il_average_law(vf_context *context) {
  static const size_t iterates[] = {2, 10, 100};
  for (int k = 0; k < 3; k++) {
    il_average_law_of(context, .1, .5, iterates[k], "el-0.05");
    il_average_law_of(context, .2, .01, iterates[k], "el-0.002");
  }
}

/* Minimisers form a great sphere (eigenvalue 0, three times); the rest relaxes fast. */
static const double il_flat[5] = {0, 0, 0, 1, 2};

enum { IL_ITERATES = 16 };

/* Mean loss of single iterates, of averages of two iterates (the first and each other) and of all
 * 16, for a trajectory. */
typedef struct {
  double single, pair, all;
} il_average_losses;

static il_average_losses il_losses_of(const sid_problem *problem, const double *states) {
  il_average_losses losses = {0.0, 0.0, 0.0};
  double all[5], pair[5], work[IL_WORK];
  for (uint64_t k = 0; k < IL_ITERATES; k++) {
    const double *x = states + k * problem->dim;
    sid_average(all, x, k + 1, problem->dim);
    losses.single += sid_problem_loss(problem, x, work) / IL_ITERATES;
    if (k == 0) continue;
    sid_average(pair, states, 1, problem->dim);
    sid_average(pair, x, 2, problem->dim);
    losses.pair += sid_problem_loss(problem, pair, work) / (IL_ITERATES - 1);
  }
  losses.all = sid_problem_loss(problem, all, work);
  return losses;
}

/* Figure 6: stochastic weight averaging. Along one run averages have a lower loss: two iterates,
 * once the fast coordinates have forgotten each other, average to half of it (up to the angle
 * between them along the flat directions), many to far less; while the iterates themselves move
 * apart. Bounds with 3 standard errors to spare. */
static void il_swa(vf_context *context) {
  enum { COUNT = 200 };
  const double eta = .1, lam = .02, x[5] = {.5, .3, -.4, .05, .1};
  const uint64_t every = 30;
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_RAYLEIGH,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = 5,
                  .sigma = .3,
                  .spectrum = il_flat},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 79,
      .steps = (80 + IL_ITERATES) * every,
      .observable_count = 1,
      .observables = il_state};
  size_t rows;
  double *values = il_rows(context, "swa", &experiment, COUNT, every, &rows);
  double single[COUNT], pair[COUNT], all[COUNT], moved[COUNT];
  for (size_t i = 0; values && i < COUNT; i++) {
    const double *states = values + (i * rows + rows - IL_ITERATES) * 5,
                 *last = states + (size_t)(IL_ITERATES - 1) * 5;
    const il_average_losses losses = il_losses_of(&experiment.problem, states);
    single[i] = losses.single, pair[i] = losses.pair - .75 * losses.single,
    all[i] = losses.all - .25 * losses.single;
    moved[i] = il_squared_distance(states, last, 5) / vf_dot(states, states, 5) - .5;
  }
  if (values) {
    const vf_moments two = vf_moments_of(pair, COUNT), many = vf_moments_of(all, COUNT),
                     apart = vf_moments_of(moved, COUNT);
    vf_at_least(context,
                "mean loss of the iterates, rayleigh (0,0,0,1,2), eta=0.1 lam=0.02 sigma=0.3",
                vf_moments_of(single, COUNT).mean, 1e-3, "there is something to gain");
    vf_at_most(context, "loss of two averaged - 3/4 of that of one, + 3 s.e.",
               two.mean + 3.0 * two.standard_error, 0.0, "averages of two along a run are better");
    vf_at_most(context, "loss of 16 averaged - 1/4 of that of one, + 3 s.e.",
               many.mean + 3.0 * many.standard_error, 0.0, "averages of many are far better");
    vf_at_least(context, "squared distance of first and last over |W|^2, - 1/2 - 3 s.e.",
                apart.mean - 3.0 * apart.standard_error, 0.0,
                "meanwhile the iterates move as far as the norm");
  }
  free(values);
}

/* sid_average() of n vectors is their mean, whatever stood there before the first. */
static void il_average_is_mean(vf_context *context) {
  enum { COUNT = 100 };
  double mean[3] = {(double)NAN, 1e9, -1e9}, sum[3] = {0.0, 0.0, 0.0};
  sid_stream stream = vf_stream(4001, SID_KEY_NOISE, 11);
  for (int k = 1; k <= COUNT; k++) {
    double x[3], worst = 0.0;
    sid_stream_normals(&stream, x, 3);
    sid_average(mean, x, (uint64_t)k, 3);
    for (int j = 0; j < 3; j++) {
      sum[j] += x[j];
      vf_raise(&worst, fabs(mean[j] - sum[j] / k));
    }
    if (k == 1 || k == 2 || k == 7 || k == COUNT) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "n=%d normal vectors, p=3", k);
      vf_within(context, name, worst, 0.0, 6.0 * k * 8.6 * IL_ULP,
                "6 n roundings of numbers below 8.6");
    }
  }
}

/* Averages help only nearby: minimisers of a normalised regression on a circle of radius rho about
 * w0, at an angle phi to each other, average to a point off the circle. Its loss is (1/2)|w0|^2
 * (1/m - 1)^2, m^2 = |w0|^2 + rho^2 cos(phi/2)^2. For z_i = sqrt(2) e_i, i < 2, labels sqrt(2)
 * w0_i. */
static void il_average_across(vf_context *context) {
  const double features[8] = {sqrt(2.0), 0, 0, 0, 0, sqrt(2.0), 0, 0},
               labels[2] = {.6 * sqrt(2.0), 0.0};
  static const double angles[] = {.1, .5, 1.5, 3.0};
  const sid_problem problem = {.kind = SID_NORMALISED_LINEAR,
                               .dim = 4,
                               .samples = 2,
                               .features = features,
                               .labels = labels};
  for (int k = 0; k < 4; k++) {
    const double phi = angles[k], one[4] = {.6, 0.0, .8, 0.0},
                 other[4] = {.6, 0.0, .8 * cos(phi), .8 * sin(phi)};
    double mean[4], work[IL_WORK];
    char name[VF_TEXT_SIZE];
    sid_average(mean, one, 1, 4);
    sid_average(mean, other, 2, 4);
    const double m = sqrt(.36 + .64 * cos(phi / 2.0) * cos(phi / 2.0)), excess = 1.0 / m - 1.0;
    vf_text(name, "rho=0.8, minimisers %g apart", phi);
    vf_within(context, name, sid_problem_loss(&problem, mean, work), .5 * .36 * excess * excess,
              20.0 * IL_ULP * fmax(excess, 20.0 * IL_ULP), "20 roundings of the residual, squared");
  }
}

static const vf_check table[] = {
    {"il10.distance", "il, Section 4, Figure 6b",
     "distances along a run grow to the norm's size; no plateau", VF_QUICK, il_distance},
    {"il10.distance-on-circle", "il, Section 4, Figure 6b; fm, (13)",
     "with a loss: distances grow along the minimisers on the time scale 1/el", VF_FULL,
     il_distance_on_circle},
    {"il10.averages", "il, Section 4, Figure 6",
     "averages along a run have a lower loss while iterates move apart", VF_QUICK, il_swa},
    {"il10.average-law", "il, Section 4", "averages and distances of iterates of noise alone",
     VF_QUICK, il_average_law},
    {"il10.mean", "il, Section 4", "the running average is the mean", VF_QUICK, il_average_is_mean},
    {"il10.averages-across", "il, Section 4", "the average of distant minimisers is none", VF_QUICK,
     il_average_across},
};

VF_ROW(il10, table, "averages and distances of iterates of noise alone and with a loss",
       "an average that weighs its terms unequally, a plateau of the distances");
