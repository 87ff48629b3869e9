/* fm9: mixing (fm, Theorems 5.4, 5.5, Sections 6.1, 6.2). The law of the angle forgets its start,
 * angle and norm: the total variation to the uniform law on the circle is
 *
 *   (2/pi) e^(-V/2) and higher modes, e^(-n^2 V/2),
 *
 * V as in fm5 and fm8, for real steps and for the limiting diffusion (13), and a given distance is
 * reached after (ln(lam/eta) + O(1))/(4 el) steps. Erratum: Section 6.2 writes this upper bound as
 * an Omega~. */
#include <math.h>
#include <stdlib.h>
#include "checks/fm/angle_law.h"
#include "checks/fm/diffusion.h"
#include "checks/fm/model.h"
#include "checks/fm/norm.h"
#include "harness/estimators.h"

/* V as the steps make it: -2 ln of the product of cos d_k is ln(|x_K|^2/|x_0|^2) - 2 K ln(1-el),
 * exactly. Its bounds from those on the norm. */
static fm_interval fm_discrete_variance(double eta, double lam, double s, double y0, double k) {
  const fm_interval y = fm_norm4_bounds(eta, lam, s, y0, k);
  const double decay = -2.0 * k * log1p(-eta * lam);
  const fm_interval v = {0.5 * log(y.low / y0) + decay, 0.5 * log(y.high / y0) + decay};
  return v;
}

/* The same in the limit: V = ln(1 + (e^(2T)-1) s^2/y0)/2, T = tau(k). */
static double fm_limit_variance(double eta, double lam, double s, double y0, double k) {
  return 0.5 * log1p(expm1(4.0 * eta * lam * k) * eta / (2.0 * lam) * s * s / y0);
}

/* How far the first mode of the real law can be from e^(-(V+v0)/2), V of the limit. */
static double fm_mode_tolerance(double eta, double lam, double s, double y0, double k,
                                double mode) {
  const double v = fm_limit_variance(eta, lam, s, y0, k);
  return mode * expm1(0.5 * fm_reach(fm_discrete_variance(eta, lam, s, y0, k), v));
}

/* The total variation to the uniform law is (2/pi) e^(-V/2) up to the higher modes; the grid adds
 * its squared step times the slope at the kinks, at most a fifth of it for two of them. */
static void fm9_first_mode(vf_context *context) {
  static const struct {
    double eta, lam, s, y0;
  } cases[] = {{1e-2, 0.05, 1.0, 1.0}, {1e-2, 0.5, 0.7, 0.2}, {2e-3, 0.4, 1.0, 3.0}};
  static const double times[] = {2.0, 4.0, 7.0, 10.0};
  const double v0 = 0.05, grid = 2.0 * FM_PI / FM_GRID;
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, s = cases[i].s, y0 = cases[i].y0;
    fm_problem p;
    fm_run run;
    fm_law law;
    fm_noise_problem(&p, SID_NOISE_SPHERE, 2, s);
    fm_begin(&run, &p, eta, lam, sqrt(y0), 40);
    fm_law_begin(&law, 0.0, v0);
    for (size_t j = 0; j < VF_COUNT(times); j++) {
      const uint64_t k = (uint64_t)fm_tau_inverse(eta, lam, times[j]);
      if (!fm_law_run(context, &law, &run, k)) return;
      const double mode = exp(-0.5 * (fm_limit_variance(eta, lam, s, y0, (double)k) + v0));
      const double got = fm_total_variation(&law, NULL), higher = fm_higher_modes(&law);
      const double tolerance = 2.0 / FM_PI * fm_mode_tolerance(eta, lam, s, y0, (double)k, mode);
      char name[VF_TEXT_SIZE];
      vf_text(name, "first mode e^(-V/2), eta=%g lam=%g s=%g |x0|^4=%g T=%g", eta, lam, s, y0,
              times[j]);
      vf_within(context, name, 2.0 / FM_PI * law.modes[1], 2.0 / FM_PI * mode, tolerance,
                "exact bounds on the discrete norm, O(el ln(lam/eta))");
      vf_text(name, "total variation, eta=%g lam=%g s=%g |x0|^4=%g T=%g", eta, lam, s, y0,
              times[j]);
      vf_within(context, name, got, 2.0 / FM_PI * mode, tolerance + higher + grid * grid * mode,
                "discrete norm, higher modes, grid");
    }
  }
}

/* Two starts with different angles and norms: the total variation between the laws is (2/pi)|m
 * e^(ia) - m' e^(ib)|, m and m' the first modes of the limit, up to the higher modes of both; it
 * decays, at every distance of the starts, like e^(-T/2). */
static void fm9_start(vf_context *context) {
  static const struct {
    double eta, lam, s, y0, y1, angle;
  } cases[] = {{1e-2, 0.1, 1.0, 1.0, 0.1, FM_PI},
               {1e-2, 0.4, 0.8, 2.0, 0.05, 1.0},
               {5e-3, 0.3, 1.0, 0.5, 4.0, 0.0}};
  static const double times[] = {3.0, 6.0, 9.0};
  const double v0 = 0.05, grid = 2.0 * FM_PI / FM_GRID;
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, s = cases[i].s,
                 start[] = {cases[i].y0, cases[i].y1};
    fm_problem p;
    fm_run run[2];
    fm_law law[2];
    fm_noise_problem(&p, SID_NOISE_SPHERE, 2, s);
    for (size_t a = 0; a < 2; a++) {
      fm_begin(run + a, &p, eta, lam, sqrt(start[a]), 41 + a);
      fm_law_begin(law + a, a ? cases[i].angle : 0.0, v0);
    }
    for (size_t j = 0; j < VF_COUNT(times); j++) {
      const uint64_t k = (uint64_t)fm_tau_inverse(eta, lam, times[j]);
      double mode[2], tolerance = 0.0;
      for (size_t a = 0; a < 2; a++) {
        if (!fm_law_run(context, law + a, run + a, k)) return;
        mode[a] = exp(-0.5 * (fm_limit_variance(eta, lam, s, start[a], (double)k) + v0));
        tolerance += 2.0 / FM_PI * fm_mode_tolerance(eta, lam, s, start[a], (double)k, mode[a]) +
                     fm_higher_modes(law + a) + grid * grid * mode[a];
      }
      const double across = mode[1] * sin(cases[i].angle),
                   along = mode[0] - mode[1] * cos(cases[i].angle);
      char name[VF_TEXT_SIZE];
      vf_text(name, "starts %g apart, |x0|^4=%g and %g, eta=%g lam=%g T=%g", cases[i].angle,
              start[0], start[1], eta, lam, times[j]);
      vf_within(context, name, fm_total_variation(law, law + 1),
                2.0 / FM_PI * sqrt(along * along + across * across), tolerance,
                "discrete norm, higher modes, grid");
    }
  }
}

/* Steps until the first mode of the real law from a point has fallen to e^(-v/2). */
static double fm_mixing_steps(vf_context *context, double eta, double lam, double s, double y0,
                              double v) {
  double work[2], mode = 1.0;
  const double end = exp(-0.5 * v);
  fm_problem p;
  fm_run run;
  fm_noise_problem(&p, SID_NOISE_SPHERE, 2, s);
  fm_begin(&run, &p, eta, lam, sqrt(y0), 43);
  while (mode > end && run.step < 5000000 && fm_step(&run))
    mode *= cos(sid_angle(run.before, run.x, 2, work));
  return !fm_stepped(context, &run) || mode > end ? (double)NAN : (double)run.step;
}

/* The same by the limit law: (e^(2T)-1) s^2/y0 = e^(2v)-1 and tau^-1(T). */
static double fm_mixing_limit(double eta, double lam, double s, double y0, double v) {
  const double reached = expm1(2.0 * v) * y0 / (s * s);
  if (lam == 0.0) return reached / (2.0 * eta * eta);
  return log1p(2.0 * lam / eta * reached) / (4.0 * eta * lam);
}

/* How far the steps can be from the limit: one step, and the reach of the discrete V divided by
 * what a step adds to it, eta^2 s^2/y (a tenth more for its change on the way). */
static double fm_mixing_tolerance(double eta, double lam, double s, double y0, double v) {
  const double k = fm_mixing_limit(eta, lam, s, y0, v);
  const double rate = eta * eta * s * s / fm_norm4_bounds(eta, lam, s, y0, k).high;
  return 1.0 + 1.1 * fm_reach(fm_discrete_variance(eta, lam, s, y0, k), v) / rate;
}

/* The time to a given distance is (ln(lam/eta) + constant)/(4 el): 4 el K - ln(lam/eta) against
 * ln(2 (e^(2v)-1) y0/s^2) at each eta (the formula's + 1 under the logarithm is in the tolerance),
 * and the slope of 4 el K in ln(1/eta), which is 1. */
static void fm9_mixing_time(vf_context *context) {
  static const struct {
    double lam, s, y0, distance;
  } cases[] = {{0.5, 1.0, 1.0, 0.1}, {0.2, 0.8, 2.0, 0.02}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double lam = cases[i].lam, s = cases[i].s, y0 = cases[i].y0;
    const double v = -2.0 * log(FM_PI / 2.0 * cases[i].distance),
                 constant = log(2.0 * expm1(2.0 * v) * y0 / (s * s));
    double before = 0.0, before_tolerance = 0.0;
    for (int k = 0; k < 4; k++) {
      const double eta = pow(10.0, -1.0 - k), el = eta * lam;
      const double got = 4.0 * el * fm_mixing_steps(context, eta, lam, s, y0, v);
      const double tolerance =
          4.0 * el * fm_mixing_tolerance(eta, lam, s, y0, v) + log1p(exp(-constant) * eta / lam);
      char name[VF_TEXT_SIZE];
      vf_text(name, "4 el K - ln(lam/eta), distance %g, eta=%g lam=%g s=%g |x0|^4=%g",
              cases[i].distance, eta, lam, s, y0);
      vf_within(context, name, got - log(lam / eta), constant, tolerance,
                "exact bounds on the discrete norm");
      vf_text(name, "slope of 4 el K to eta=%g, distance %g, lam=%g", eta, cases[i].distance, lam);
      if (k > 0)
        vf_within(context, name, (got - before) / log(10.0), 1.0,
                  (tolerance + before_tolerance) / log(10.0), "exact bounds on the discrete norm");
      before = got;
      before_tolerance = tolerance;
    }
  }
}

/* Section 6.2: the time "grows no faster than Omega~(1/(eta lam))". An Omega~ bounds from below and
 * allows any growth (infinity as the printed bound); the upper bound is O~. K el to T = 1 (V = 1
 * for s = |x0| = 1) grows only with ln(lam/eta). SGD without weight decay, whose time (e^2-1)/(2
 * eta^2) is an Omega~(1/(eta lam)) too, shows what the printed symbol lets pass: its K el doubles
 * when eta is halved. */
static void fm9_order_symbol(vf_context *context) {
  static const struct {
    const char *key;
    double eta, lam;
  } cases[] = {{"fm9.steps-times-el.eta-0.01.lam-0.05.tau-1", 1e-2, 0.05},
               {"fm9.steps-times-el.eta-0.001.lam-0.05.tau-1", 1e-3, 0.05},
               {"fm9.steps-times-el.eta-0.0001.lam-0.05.tau-1", 1e-4, 0.05},
               {NULL, 0.02, 0.3},
               {NULL, 2e-3, 0.3}};
  char name[VF_TEXT_SIZE];
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, el = eta * lam;
    vf_text(name, "K el to T=1, eta=%g lam=%g", eta, lam);
    vf_erratum(context, name, el * fm_mixing_steps(context, eta, lam, 1.0, 1.0, 1.0),
               cases[i].key ? vf_expected(context, cases[i].key)
                            : el * fm_mixing_limit(eta, lam, 1.0, 1.0, 1.0),
               (double)INFINITY, el * fm_mixing_tolerance(eta, lam, 1.0, 1.0, 1.0),
               "exact bounds on the discrete norm");
  }
  const double eta = 0.02, v = 1.0,
               tolerance = fm_mixing_tolerance(eta / 2.0, 0.0, 1.0, 1.0, v) /
                               fm_mixing_limit(eta / 2.0, 0.0, 1.0, 1.0, v) +
                           fm_mixing_tolerance(eta, 0.0, 1.0, 1.0, v) /
                               fm_mixing_limit(eta, 0.0, 1.0, 1.0, v);
  const double whole = eta * fm_mixing_steps(context, eta, 0.0, 1.0, 1.0, v);
  const double half = eta / 2.0 * fm_mixing_steps(context, eta / 2.0, 0.0, 1.0, 1.0, v);
  vf_within_relative(context, "K el without weight decay, eta=0.01 against 0.02", half / whole, 2.0,
                     1.1 * tolerance, "exact bounds on the discrete norm, second order in them");
}

/* (13) at the norm where it stands, |Y|^4 = (D-1) sigma^2: V = T/((D-1) rho^2), and the total
 * variation to the uniform law is (2/pi) e^(-V/2), read off the first mode. Effect: an angle not
 * divided by rho. */
static void fm9_diffusion_mode(vf_context *context) {
  static const struct {
    const char *key;
    double v, dim, sigma, rho2;
  } cases[] = {{"fm9.tv-mode.v-1", 1.0, 10.0, 0.3, 0.64}, {"fm9.tv-mode.v-2", 2.0, 4.0, 0.5, 0.36}};
  enum { RUNS = 8000, STEPS = 40 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double dim = cases[i].dim, sigma = cases[i].sigma, rho2 = cases[i].rho2;
    fm_diffusion job = {fm_circle(0.5, dim, sigma, rho2),
                        (dim - 1.0) * sigma * sigma,
                        0.0,
                        cases[i].v * (dim - 1.0) * rho2,
                        STEPS,
                        4};
    char name[VF_TEXT_SIZE];
    vf_text(name, "V at |Y|^4 = (D-1) sigma^2, D=%g sigma=%g rho2=%g T=%g", dim, sigma, rho2,
            job.t);
    vf_within(context, name, fm_circle_run(&job.law, job.y0, job.t, STEPS).variance, cases[i].v,
              64.0 * FM_ULP * STEPS * cases[i].v, "64 roundings a step");
    double *angles = fm_diffusions(context, &job, RUNS);
    const vf_mode mode = vf_mode_of(angles, RUNS, 1);
    vf_text(name, "total variation to uniform, D=%g sigma=%g rho2=%g T=%g", dim, sigma, rho2,
            job.t);
    vf_monte_carlo(context, name, 2.0 / FM_PI * mode.modulus, 2.0 / FM_PI * mode.modulus_error,
                   vf_expected(context, cases[i].key),
                   2.0 / FM_PI * (exp(-0.5 * cases[i].v * rho2) - exp(-0.5 * cases[i].v)),
                   "effect: an angle not divided by rho");
    free(angles);
  }
}

/* Ensembles of (13) from opposite angles and different norms: their laws differ most on the half
 * circle cos > 0, so two bins show the whole total variation, the sum of the two fm_half(). It
 * decays as e^(-V/2), with any start. Effect: an angle not divided by rho. */
static void fm9_diffusion(vf_context *context) {
  static const struct {
    double dim, sigma, rho2, y0, y1, t;
  } cases[] = {{10.0, 0.3, 0.64, 0.81, 0.2, 8.0},
               {3.0, 0.5, 0.5, 1.0, 0.1, 2.0},
               {3.0, 0.5, 0.5, 1.0, 0.1, 5.0}};
  enum { RUNS = 8000, STEPS = 48 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const sid_circle_law law = fm_circle(0.5, cases[i].dim, cases[i].sigma, cases[i].rho2);
    fm_diffusion jobs[2] = {{law, cases[i].y0, -0.5 * FM_PI, cases[i].t, STEPS, 2},
                            {law, cases[i].y1, 0.5 * FM_PI, cases[i].t, STEPS, 3}};
    double *angles[2], expected = 0.0, wrong = 0.0;
    for (int a = 0; a < 2; a++) {
      const double v = fm_circle_run(&law, jobs[a].y0, jobs[a].t, STEPS).variance;
      angles[a] = fm_diffusions(context, jobs + a, RUNS);
      expected += fm_half(v);
      wrong += fm_half(v * cases[i].rho2);
    }
    const vf_bins halves = {-FM_PI, FM_PI, 2};
    char name[VF_TEXT_SIZE];
    vf_text(name, "total variation, D=%g sigma=%g rho2=%g |Y0|^4=%g and %g T=%g", cases[i].dim,
            cases[i].sigma, cases[i].rho2, cases[i].y0, cases[i].y1, cases[i].t);
    const vf_distance got = vf_total_variation(angles[0], RUNS, angles[1], RUNS, halves);
    vf_monte_carlo(context, name, got.value, got.standard_error, expected, wrong - expected,
                   "effect: an angle not divided by rho");
    free(angles[0]);
    free(angles[1]);
  }
}

/* Angles of `runs` models after `steps` steps from the angle 0, or pi where `turned`; to be
 * freed. */
static double *fm_angles(vf_context *context, const fm_model *model, double eta, double lam,
                         double y0, int turned, uint64_t steps, size_t runs) {
  fm_setup setup;
  fm_model_run(&setup, model, eta, lam, y0);
  setup.experiment.seed += (uint64_t)turned;
  if (turned) setup.x0[model->dim - 2] = -setup.x0[model->dim - 2];
  double *rows = fm_rows(context, &setup, &steps, 1, runs);
  /* from the edge of the half circle, so that the two halves are two bins */
  for (size_t i = 0; rows && i < runs; i++)
    rows[i] = remainder(rows[2 * i] + 0.5 * FM_PI, 2.0 * FM_PI);
  return rows;
}

/* Ensembles of SGD from opposite angles and different norms: the total variation of their angles,
 * which the half circles cos > 0 and cos < 0 show as a whole, is the sum of the two fm_half(V),
 * about (4/pi) e^(-V/2), V with the loss's part. As T grows nothing is left of the start. Effect: a
 * rescaled time 2 el t, without the logarithm. */
static void fm9_ensemble(vf_context *context) {
  static const struct {
    double eta, lam, sigma, along, across, y0, y1, big;
  } cases[] = {{0.02, 0.25, 0.5, 0.5, 0.8660254037844386, 1.0, 0.2, 2.0},
               {0.02, 0.5, 0.5, 0.28, 0.96, 1.0, 0.1, 2.0},
               {0.02, 0.5, 0.5, 0.28, 0.96, 1.0, 0.1, 4.0}};
  enum { RUNS = 4000 };
  const vf_bins halves = {-FM_PI, FM_PI, 2};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, start[2] = {cases[i].y0, cases[i].y1};
    const uint64_t steps = (uint64_t)(fm_tau_inverse(eta, lam, cases[i].big) + 0.5);
    const double big = fm_tau(eta, lam, (double)steps);
    double *angles[2], expected = 0.0, wrong = 0.0;
    char name[VF_TEXT_SIZE];
    fm_model model;
    fm_model_set(&model, 3, cases[i].sigma, cases[i].along, cases[i].across);
    for (int a = 0; a < 2; a++) {
      const double v = fm_model_variance(&model, start[a], big) *
                       fm_loss_factors(&model, eta, lam, start[a], steps).angle;
      expected += fm_half(v);
      wrong += fm_half(fm_model_variance(&model, start[a], 2.0 * eta * lam * (double)steps));
      angles[a] = fm_angles(context, &model, eta, lam, start[a], a, steps, RUNS);
    }
    if (angles[0] && angles[1]) {
      const vf_distance got = vf_total_variation(angles[0], RUNS, angles[1], RUNS, halves);
      vf_text(name, "total variation, D=3 sigma=%g rho2=%g eta=%g lam=%g |x0|^4=%g and %g T=%.4g",
              cases[i].sigma, cases[i].across * cases[i].across, eta, lam, start[0], start[1], big);
      vf_monte_carlo(context, name, got.value, got.standard_error, expected, wrong - expected,
                     "effect: rescaled time 2 el t");
    }
    free(angles[0]);
    free(angles[1]);
  }
}

static const vf_check table[] = {
    {"fm9.ensemble", "fm, Theorem 5.5",
     "ensembles started differently: total variation as e^(-V/2)", VF_QUICK, fm9_ensemble},
    {"fm9.first-mode", "fm, Theorem 5.4",
     "total variation to the uniform law decays as (2/pi) e^(-V/2)", VF_QUICK, fm9_first_mode},
    {"fm9.start", "fm, Theorem 5.4", "the law forgets angle and norm of the start", VF_QUICK,
     fm9_start},
    {"fm9.diffusion-mode", "fm, Theorem 5.4",
     "total variation of (13) to the uniform law: (2/pi) e^(-V/2)", VF_QUICK, fm9_diffusion_mode},
    {"fm9.diffusion", "fm, Theorem 5.4",
     "ensembles of (13) started differently: total variation as e^(-V/2)", VF_QUICK, fm9_diffusion},
    {"fm9.mixing-time", "fm, Section 6.1",
     "the time to a given distance is (ln(lam/eta) + O(1))/(4 el)", VF_QUICK, fm9_mixing_time},
    {"errata.fm9-order-symbol", "fm, Section 6.2",
     "the time of LR decay is O~(1/el); an Omega~ bounds nothing above", VF_QUICK,
     fm9_order_symbol},
};

VF_ROW(fm9, table, "modes of the law of the angle, exactly and by ensembles that started apart",
       "an angle that keeps memory of the start, a spread that grows with another clock");
