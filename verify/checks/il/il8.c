/* Conjectures 5.3, 5.4 and C.1 of il: fast equilibrium in function space. The predictions of
 * ensembles that started differently become alike, in total variation, after O(1/el) steps, and
 * stay so through fine-tuning. For noise alone this is exact. On the sphere in dimension 3 a walk
 * by angles D multiplies the n-th Legendre mode of the direction's law by P_n(cos D), in the plane
 * the n-th Fourier mode by cos(n D); by (6) the modes fade with V = int tr/gamma dt, which at t =
 * tau/el depends on tau and on gamma_0 over its equilibrium alone. Print has t for tau in the law
 * of a second phase (its erratum). */
#include <math.h>
#include <stdlib.h>
#include "checks/il/regression.h"
#include "checks/il/table1.h"
#include "harness/algebra.h"
#include "harness/estimators.h"
#include "harness/limit.h"
#include "formats/memory.h"

/* Conjecture C.1: five histories, one law of the weights, for momentum, whose norm relaxes faster
 * by 1/(1-beta). */
static void il_five_laws_of_momentum(vf_context *context) {
  const sid_dynamics half = il_momentum(.5), strong = il_momentum(.75);
  il_five_laws(context, &half, .2, .05, 400.0);
  il_five_laws(context, &strong, .1, .1, 400.0);
}

/* ---- noise of fixed length in dimension 3: classes ---- */

enum { IL_MODES = 400, IL_INPUTS = 3 };

/* P_0..P_IL_MODES of z by Bonnet's recursion. */
static void il_legendre(double z, double p[IL_MODES + 1]) {
  p[0] = 1.0, p[1] = z;
  for (int n = 1; n < IL_MODES; n++) p[n + 1] = ((2 * n + 1) * z * p[n] - n * p[n - 1]) / (n + 1);
}

/* The steps of noise of fixed length in dimension 3 are uniform on a circle of angle D about the
 * old direction: such a walk multiplies the n-th Legendre mode by P_n(cos D). With modes[n] the
 * product over its steps and c = <W_0, u>, the probability of the class <W_t, u> > 0 is 1/2 + sum
 * over odd n of (P_(n-1)(0) - P_(n+1)(0))/2 P_n(c) modes[n]. */
static double il_class_probability(double c, const double modes[IL_MODES + 1]) {
  double at_zero[IL_MODES + 1], at_c[IL_MODES + 1], sum = .5;
  il_legendre(0.0, at_zero);
  il_legendre(c, at_c);
  for (int n = 1; n < IL_MODES; n += 2)
    sum += (at_zero[n - 1] - at_zero[n + 1]) / 2.0 * at_c[n] * modes[n];
  return sum;
}

/* Products over the angles of norms[first + 1 .. last]. */
static void il_class_modes(const il_norm *norms, size_t first, size_t last,
                           double modes[IL_MODES + 1]) {
  double factor[IL_MODES + 1];
  for (int n = 0; n <= IL_MODES; n++) modes[n] = 1.0;
  for (size_t k = first + 1; k <= last; k++) {
    il_legendre(cos(norms[k].angle), factor);
    for (int n = 0; n <= IL_MODES; n++) modes[n] *= factor[n];
  }
}

typedef struct {
  double eta, lam, g0;
  uint64_t steps;
} il_class_case;

/* Inputs of the classifier and two starts on the unit sphere. */
static const double il_inputs[IL_INPUTS][3] = {{0.0, 0.0, 1.0}, {0.0, .6, .8}, {-.48, .64, .6}};
static const double il_starts[2][3] = {{.48, .6, .64}, {.6, -.64, -.48}};

static double il_class_overlap(int start, int input) {
  return vf_dot(il_starts[start], il_inputs[input], 3);
}

/* Fractions of 8000 runs in the class of each input, against the exact law. Effect: angles taken as
 * tan D = eta |g|/|x|, without the covariance halved on a sphere (P_1 = cos D = 1 - D^2/2 taken as
 * 1 - D^2): modes squared. */
static void il_class_law_of(vf_context *context, const il_class_case *one, int start) {
  enum { COUNT = 8000 };
  const il_phase phase = {one->eta, one->lam, (double)one->steps};
  const il_norm_case run = {1.0, one->g0, &phase, 1, 1};
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const double length = sqrt(one->g0);
  double x[3], modes[IL_MODES + 1], squared[IL_MODES + 1], *ones = vf_allocate(COUNT, sizeof *ones);
  for (int j = 0; j < 3; j++) x[j] = length * il_starts[start][j];
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = 1.0},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 83,
      .steps = one->steps,
      .observable_count = 1,
      .observables = il_state};
  size_t rows, states;
  il_norm *norms = il_norm_run(context, "class", &run, 1, &rows);
  double *values = il_rows(context, "class", &experiment, COUNT, one->steps, &states);
  if (norms && values) {
    il_class_modes(norms, 0, rows - 1, modes);
    for (int n = 0; n <= IL_MODES; n++) squared[n] = modes[n] * modes[n];
    for (int input = 0; input < IL_INPUTS; input++) {
      char name[VF_TEXT_SIZE];
      const double c = il_class_overlap(start, input), expected = il_class_probability(c, modes);
      for (size_t i = 0; i < COUNT; i++)
        ones[i] = vf_dot(values + 6 * i + 3, il_inputs[input], 3) > 0.0;
      const vf_moments moments = vf_moments_of(ones, COUNT);
      vf_text(name, "eta=%g lam=%g R_0=%g t=%d, <W_0,u>=%.3f, 8000 runs", one->eta, one->lam,
              one->g0, (int)one->steps, c);
      vf_monte_carlo(context, name, moments.mean, moments.standard_error, expected,
                     expected - il_class_probability(c, squared),
                     "effect: the variance of the direction doubled");
    }
  }
  free(ones);
  free(values);
  free(norms);
}

static void il_class_law(vf_context *context) {
  static const il_class_case cases[] = {{.1, .5, .3, 12}, {.2, .1, .8, 30}};
  for (int k = 0; k < 2; k++)
    for (int start = 0; start < 2; start++) il_class_law_of(context, cases + k, start);
}

/* Total variation between the class predictions of ensembles from the two starts, averaged over the
 * inputs. */
static double il_class_distance(const double modes[IL_MODES + 1]) {
  double sum = 0.0;
  for (int input = 0; input < IL_INPUTS; input++)
    sum += fabs(il_class_probability(il_class_overlap(0, input), modes) -
                il_class_probability(il_class_overlap(1, input), modes));
  return sum / IL_INPUTS;
}

/* Modes of the SDE after the quadratic variation V of the direction: e^(-n (n+1) V/4). */
static void il_class_modes_of(double v, double modes[IL_MODES + 1]) {
  for (int n = 0; n <= IL_MODES; n++) modes[n] = exp(-n * (n + 1) * v / 4.0);
}

typedef struct {
  double tau, ratio; /* el t, gamma_0 in units of its equilibrium */
  int first;
} il_mixing_case;

/* Conjecture 5.3, exact: the total variation at t = tau/el tends to a function of tau alone as el
 * -> 0, so the time to come near is O(1/el). V = int tr/gamma dt = (1/2) ln(1 + (e^(4 tau) -
 * 1)/ratio), which is 2 tau from the equilibrium norm; a large norm costs ln(ratio)/4 more
 * (footnote 3). The angles are those of real runs, el = 2^-first, ... */
static void il_mixing_time(vf_context *context) {
  static const il_mixing_case cases[] = {
      {1.0, 1.0, 4}, {2.0, 1.0, 4}, {1.0, 100.0, 4}, {2.0, 100.0, 4}};
  for (size_t c = 0; c < 4; c++) {
    const il_mixing_case *one = cases + c;
    double value[IL_LEVELS], modes[IL_MODES + 1];
    char name[VF_TEXT_SIZE];
    vf_text(name, "total variation at t=%g/el, gamma_0=%g equilibria, el=2^-4..2^-9", one->tau,
            one->ratio);
    for (int k = 0; k < IL_LEVELS; k++) {
      const double eta = .25, el = ldexp(1.0, -one->first - k),
                   fixed = eta * eta / (el * (2.0 - el));
      const il_phase phase = {eta, el / eta, one->tau / el};
      const il_norm_case run = {1.0, sqrt(fixed * one->ratio), &phase, 1, 1};
      size_t rows;
      il_norm *norms = il_norm_run(context, name, &run, 1, &rows);
      if (norms) il_class_modes(norms, 0, rows - 1, modes);
      value[k] = norms ? il_class_distance(modes) : (double)NAN;
      free(norms);
    }
    il_class_modes_of(.5 * log1p(expm1(4.0 * one->tau) / one->ratio), modes);
    vf_limit(context, name, value, IL_LEVELS, 1, il_class_distance(modes),
             40.0 * one->tau * ldexp(1.0, one->first + IL_LEVELS) * IL_ULP, 1e-5);
  }
}

/* ---- the same in the plane ---- */

/* In the plane noise of fixed length turns the direction by +-D with even odds: mode n is the
 * product of cos(n D). Total variation between the predictions sign(cos th) of starts at 0 and pi,
 * which is that of their angles; modes above 31 are below e^(-480 V). */
static double il_plane_distance(const il_norm *norms, size_t last, double *v) {
  double sum = 0.0;
  *v = 0.0;
  for (size_t k = 1; k <= last; k++) *v += norms[k].angle * norms[k].angle;
  for (int n = 1, sign = 1; n <= 31; n += 2, sign = -sign) {
    double mode = 1.0;
    for (size_t k = 1; k <= last; k++) mode *= cos(n * norms[k].angle);
    sum += sign * 4.0 / (n * acos(-1.0)) * mode;
  }
  return sum;
}

typedef struct {
  double eta, lam, tr, g0;
  int first;
} il_plane_case;

/* The same for the SDE in the plane: variance of the angle and total variation at el t = .5, 1, 2,
 * limits m -> infinity of runs. 60 roundings a step and mode. */
static void il_plane_law(vf_context *context) {
  static const il_plane_case cases[] = {
      {.1, .5, 2.0, 1.0, 16}, {.02, .1, 1.0, .25, 2}, {.01, .05, 1.0, 1.0, 1}};
  static const double taus[] = {.5, 1.0, 2.0};
  enum { LEVELS = 5 };
  for (int c = 0; c < 9; c++) {
    const il_plane_case *one = cases + c / 3;
    const double tau = taus[c % 3], el = one->eta * one->lam, time = tau / el;
    double tv[LEVELS], v[LEVELS];
    char place[VF_TEXT_SIZE], name[VF_TEXT_SIZE];
    for (int k = 0; k < LEVELS; k++) {
      const il_phase phase = {one->eta, one->lam, time};
      const il_norm_case run = {one->tr, one->g0, &phase, 1, (uint32_t)one->first << k};
      size_t rows;
      il_norm *norms = il_norm_run(context, "plane", &run, 1, &rows);
      tv[k] = norms ? il_plane_distance(norms, rows - 1, v + k) : (double)NAN;
      if (!norms) v[k] = (double)NAN;
      free(norms);
    }
    const double rounding = 60.0 * time * (one->first << (LEVELS - 1)) * IL_ULP;
    vf_text(place, "eta-%g.lam-%g.tr-%g.g0-%g.el-t-%g", one->eta, one->lam, one->tr, one->g0, tau);
    vf_text(name, "variance of the angle, %s", place);
    vf_limit(context, name, v, LEVELS, 1, vf_expected_of(context, "il8.v.%s", place),
             4.0 * rounding, 1e-5);
    vf_text(name, "total variation, %s", place);
    vf_limit(context, name, tv, LEVELS, 1, vf_expected_of(context, "il8.tv.%s", place),
             32.0 * rounding, 1e-5);
  }
}

/* el t at which the total variation has fallen to `level` <= .1, at the fixed point of the norm,
 * where every angle is D with cos D = 1-el: between two steps along a straight line in the
 * logarithm. Modes above 5 are below e^(-120). */
static double il_plane_time(vf_context *context, double el, double level) {
  const double eta = .25, g0 = sqrt(eta * eta / (el * (2.0 - el)));
  const il_phase phase = {eta, el / eta, ceil(6.0 / el)};
  const il_norm_case run = {1.0, g0, &phase, 1, 1};
  size_t rows;
  il_norm *norms = il_norm_run(context, "plane", &run, 1, &rows);
  double modes[6] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}, before = 1.0, time = (double)NAN;
  for (size_t k = 1; norms && k < rows; k++) {
    double tv = 0.0;
    for (int n = 1, sign = 1; n <= 5; n += 2, sign = -sign) {
      modes[n] *= cos(n * norms[k].angle);
      tv += sign * 4.0 / (n * acos(-1.0)) * modes[n];
    }
    if (tv <= level) {
      time = ((double)k - log(level / tv) / log(before / tv)) * el;
      break;
    }
    before = tv;
  }
  free(norms);
  return time;
}

/* Conjecture 5.3 as a time: el t at which the total variation is .1, .01, as el = 2^-6..2^-11 -> 0.
 * Interpolation errs by el^2 and less. */
static void il_plane_times(vf_context *context) {
  static const char *const columns[] = {"el", "el t at total variation 0.1", "el t at 0.01"};
  static const double levels[] = {.1, .01};
  double value[2][IL_LEVELS], series[IL_LEVELS][3];
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < IL_LEVELS; k++) {
      const double el = ldexp(1.0, -6 - k);
      value[i][k] = il_plane_time(context, el, levels[i]);
      series[k][0] = el, series[k][1 + i] = value[i][k];
    }
  vf_series(context, "time to equilibrium", columns, 3, series[0], IL_LEVELS);
  for (int i = 0; i < 2; i++) {
    char name[VF_TEXT_SIZE];
    vf_text(name, "el t at total variation %g, el=2^-6..2^-11", levels[i]);
    vf_limit(context, name, value[i], IL_LEVELS, 1,
             vf_expected_of(context, "il8.time.tv-%g", levels[i]),
             60.0 * 6.0 * 2048.0 * IL_ULP / levels[i], 1e-4);
  }
}

typedef struct {
  double t, tau, m;
} il_strong_case;

/* ---- the law of a second phase ---- */

/* E19: law of the second phase, by the norm. After t with (eta, lam) a schedule (eta/4, lam/2) runs
 * for tau: gamma relaxes from where the first phase left it for a time tau, (12); the printed law
 * has t in its place. 1.5 times the change from m to 2m substeps is more than what is
 * left at 2m. */
static void il_erratum_time(vf_context *context) {
  static const il_strong_case cases[] = {{10.0, 40.0, 64}, {25.0, 5.0, 64}};
  const double tr = 2.0, el = .05, late = el / 8.0;
  for (int c = 0; c < 2; c++) {
    const il_strong_case *one = cases + c;
    const il_phase phases[2] = {{.1, .5, one->t}, {.025, .25, one->tau}};
    const double gamma0 = 9.0, between = 16.0 * (tr / (2.0 * el) + exp(-4.0 * el * one->t) *
                                                                       (gamma0 - tr / (2.0 * el)));
    double gamma[2];
    for (int k = 0; k < 2; k++) {
      const il_norm_case run = {tr, .3, phases, 2, (uint32_t)one->m << k};
      gamma[k] = il_norm_end(context, "two phases", &run).gamma;
    }
    char name[VF_TEXT_SIZE];
    vf_text(name, "gamma, t=%g el=0.05, tau=%g el=0.00625, gamma_0=9 tr=2", one->t, one->tau);
    const double limit = tr / (2.0 * late);
    vf_erratum(context, name, gamma[1], limit + exp(-4.0 * late * one->tau) * (between - limit),
               limit + exp(-4.0 * late * one->t) * (between - limit),
               1.5 * fabs(gamma[1] - gamma[0]), "1.5 times the change from 64 to 128 substeps");
  }
}

/* ---- with a loss: predictions of a regression ---- */

/* Inputs on which the minimiser of the regression is undecided, so that the class is random. */
static const double il_hard_inputs[IL_INPUTS][4] = {
    {.05, .02, 1, 0}, {4.2, -1.1, .3, 0}, {2.8, 0, .5, -.95}};

typedef struct {
  double eta, lam;
  uint64_t trained, tuned; /* steps with (eta, lam) and then with (eta/10, 0) */
} il_ensemble_case;

/* Outputs <x, u>/|x| for `count` runs of the regression, at the start, after `trained` and after
 * all steps, one row of runs for each of these and each input. NULL after an error. */
static double *il_regression_outputs(vf_context *context, const char *name,
                                     const il_ensemble_case *one, int other, size_t count) {
  static const double far[4] = {-.3, 2.5, .4, -2.0};
  const sid_segment segments[2] = {{0, one->eta, one->lam, 1.0},
                                   {one->trained, one->eta / 10.0, 0.0, 1.0}};
  const uint64_t checkpoints[3] = {0, one->trained, one->trained + one->tuned};
  sid_experiment experiment = {
      .problem = il_regression,
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 2, .segments = segments},
      .start = {other ? SID_START_POINT : SID_START_SPHERE, far, .3},
      .seed = other ? 97 : 89,
      .steps = checkpoints[2],
      .checkpoints = checkpoints,
      .checkpoint_count = 3,
      .observable_count = 1,
      .observables = il_state};
  double *rows = vf_observe(context, name, &experiment, count);
  double *outputs = rows ? vf_allocate(9 * count, sizeof *outputs) : NULL;
  for (size_t i = 0; outputs && i < count; i++)
    for (size_t c = 0; c < 3; c++)
      for (size_t u = 0; u < IL_INPUTS; u++) {
        const double *x = rows + 12 * i + 4 * c;
        outputs[(c * IL_INPUTS + u) * count + i] = vf_dot(x, il_hard_inputs[u], 4) / vf_norm(x, 4);
      }
  free(rows);
  return outputs;
}

enum { IL_MEMBERS = 3000 };

/* Mean and error of the class, the sign of the output. */
static vf_moments il_class_of(const double outputs[IL_MEMBERS]) {
  double classes[IL_MEMBERS];
  for (size_t i = 0; i < IL_MEMBERS; i++) classes[i] = outputs[i] > 0.0;
  return vf_moments_of(classes, IL_MEMBERS);
}

static void il_compare_ensembles(vf_context *context, const char *name, const double *a,
                                 const double *b, double effect) {
  const vf_moments one = il_class_of(a), other = il_class_of(b);
  char text[VF_TEXT_SIZE];
  vf_text(text, "class, %s", name);
  vf_monte_carlo(context, text, one.mean - other.mean,
                 hypot(one.standard_error, other.standard_error), 0.0, effect,
                 "effect: difference at the start");
  const vf_distance distance =
      vf_total_variation(a, IL_MEMBERS, b, IL_MEMBERS, (vf_bins){-5.0, 5.0, 60});
  vf_text(text, "total variation of the output, %s", name);
  vf_at_most(context, text, distance.value, distance.floor + 3.0 * distance.floor_error,
             "what two samples of one law show, and 3 standard deviations");
}

/* Conjectures 5.3 and 5.4 with a loss and sampled noise: independent ensembles, one from a small
 * random start, the other from a fixed large one. Their predictions differ at the start, and in
 * nothing after 10/el steps; nor after a further 2/el steps of fine-tuning. */
static void il_regression_mixing(vf_context *context) {
  static const il_ensemble_case cases[] = {{.2, .2, 250, 50}, {.5, .02, 1000, 200}};
  for (int k = 0; k < 2; k++) {
    const il_ensemble_case *one = cases + k;
    double *a = il_regression_outputs(context, "ensemble", one, 0, IL_MEMBERS);
    double *b = il_regression_outputs(context, "ensemble", one, 1, IL_MEMBERS);
    for (size_t u = 0; a && b && u < IL_INPUTS; u++) {
      const vf_distance start = vf_total_variation(
          a + u * IL_MEMBERS, IL_MEMBERS, b + u * IL_MEMBERS, IL_MEMBERS, (vf_bins){-5.0, 5.0, 60});
      vf_at_least(context, "total variation of the output at the start", start.value, .5,
                  "the starts must differ");
      const double effect =
          il_class_of(a + u * IL_MEMBERS).mean - il_class_of(b + u * IL_MEMBERS).mean;
      for (size_t c = 1; c < 3; c++) {
        const size_t place = (c * IL_INPUTS + u) * IL_MEMBERS;
        char name[VF_TEXT_SIZE];
        vf_text(name, "input %zu, eta=%g lam=%g, %s", u + 1, one->eta, one->lam,
                c == 1 ? "t=10/el" : "after fine-tuning");
        il_compare_ensembles(context, name, a + place, b + place, effect);
      }
    }
    free(a);
    free(b);
  }
}

static const vf_check table[] = {
    {"il8.momentum", "il, Conjecture C.1", "five histories, one law of the weights, with momentum",
     VF_QUICK, il_five_laws_of_momentum},
    {"il8.class-law", "il, Conjecture 5.3",
     "law of the class predicted by runs of noise alone, against the exact law", VF_QUICK,
     il_class_law},
    {"il8.mixing-time", "il, Conjecture 5.3, footnote 3",
     "total variation of predictions at t = tau/el depends on tau alone, noise-free", VF_QUICK,
     il_mixing_time},
    {"il8.plane-law", "il, Conjecture 5.3, (6)",
     "variance of the angle and total variation in the plane, noise-free", VF_QUICK, il_plane_law},
    {"il8.plane-time", "il, Conjecture 5.3",
     "el times the steps to equilibrium is a constant as el -> 0", VF_QUICK, il_plane_times},
    {"il8.regression", "il, Conjectures 5.3, 5.4, Figure 3",
     "two ensembles with a loss predict alike after O(1/el)", VF_QUICK, il_regression_mixing},
    {"errata.il8-conjecture-time", "il, Conjecture 5.4, Conjecture C.1",
     "the second phase lasts tau, not t", VF_QUICK, il_erratum_time},
};

VF_ROW(il8, table,
       "exact laws of walks on the circle and the sphere, and two ensembles that started apart",
       "a mixing time that depends on eta or lam alone instead of el");
