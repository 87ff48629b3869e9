/* Row X5, the stationary balance: (2-el) lam E R = eta (E G + E N) with R = |x|^2, G = |grad L|^2,
 * N = tr Sigma. svag (13), (14). */
#include <math.h>
#include <stdlib.h>
#include "checks/identities/runs.h"
#include "formats/memory.h"

static const int32_t exact_balance_observables[] = {SID_NORM2, SID_GRAD_NORM2, SID_NOISE_TRACE};

typedef struct {
  const char *name;
  int base, noise;
  uint32_t batch;
  double eta, lam;
} exact_balance_case;

/* Of one trajectory: (R_K - R_0)/(eta K) + mean[(2-el) lam R - eta (G + N)], the mean of a
 * martingale's differences, so of mean exactly 0 at any K; the two sides of (14) are its stationary
 * part. Also returns the mean of eta G and of (el lam R), the terms that a wrong balance (svag
 * (15), or 2 for 2-el) would drop. */
static double exact_balance(const double *rows, uint64_t steps, double eta, double lam,
                            double *drift, double *second_order) {
  double sum = 0.0;
  *drift = *second_order = 0.0;
  for (uint64_t t = 0; t < steps; t++) {
    const double *row = rows + 3 * t;
    sum += (2.0 - eta * lam) * lam * row[0] - eta * (row[1] + row[2]);
    *drift += eta * row[1] / (double)steps;
    *second_order += eta * lam * lam * row[0] / (double)steps;
  }
  return sum / (double)steps + (rows[3 * steps] - rows[0]) / (eta * (double)steps);
}

/* svag (13), (14): (2-el) lam E R = eta (E G + E N). 256 trajectories of 400 steps with every kind
 * of noise. */
static void exact_stationary_balance(vf_context *context) {
  enum { COUNT = EXACT_TRAJECTORIES };
  static const exact_balance_case cases[] = {
      {"rayleigh p=3 gaussian, eta=0.5 lam=0.8", EXACT_RAYLEIGH_DENSE, EXACT_GAUSSIAN, 1, .5, .8},
      {"rayleigh p=3 diagonal gaussian, eta=0.5 lam=0.8", EXACT_RAYLEIGH_DENSE,
       EXACT_DIAGONAL_GAUSSIAN, 1, .5, .8},
      {"rayleigh p=3 rademacher, eta=0.5 lam=0.8", EXACT_RAYLEIGH_DENSE, EXACT_RADEMACHER, 1, .5,
       .8},
      {"rayleigh p=3 diagonal rademacher, eta=0.5 lam=0.8", EXACT_RAYLEIGH_DENSE,
       EXACT_DIAGONAL_RADEMACHER, 1, .5, .8},
      {"rayleigh p=3 sphere, eta=0.5 lam=0.8", EXACT_RAYLEIGH_DENSE, EXACT_SPHERE, 1, .5, .8},
      {"normalised_linear samples B=2, eta=0.5 lam=0.8", EXACT_LINEAR, EXACT_OF_SAMPLES, 2, .5,
       .8}};
  double *rows = vf_allocate(COUNT * 3 * (EXACT_RUN + 1), sizeof *rows);
  for (size_t k = 0; k < VF_COUNT(cases); k++) {
    const exact_balance_case *one = cases + k;
    const exact_subject subject =
        exact_with_noise(exact_bases + one->base, exact_noises + one->noise);
    sid_segment segment;
    const exact_run run = {.problem = &subject.problem,
                           .dynamics = exact_dynamics(SID_SGD, one->batch),
                           .schedule = exact_constant(&segment, one->eta, one->lam),
                           .x = exact_point,
                           .seed = 11,
                           .steps = EXACT_RUN,
                           .observables = exact_balance_observables,
                           .observable_count = 3};
    double values[COUNT], drift = 0.0, second_order = 0.0, d, so;
    if (!exact_rows(context, one->name, &run, COUNT, rows)) continue;
    for (size_t i = 0; i < COUNT; i++) {
      values[i] =
          exact_balance(rows + i * 3 * (EXACT_RUN + 1), EXACT_RUN, one->eta, one->lam, &d, &so);
      drift += d / COUNT, second_order += so / COUNT;
    }
    const vf_moments moments = vf_moments_of(values, COUNT);
    vf_monte_carlo(context, one->name, moments.mean, moments.standard_error, 0.0,
                   fmin(drift, second_order),
                   "effect: eta G or el lam R dropped, whichever is less");
  }
  free(rows);
}

/* Without noise on the period-two orbit of x10, where R = eta is constant: (2-el) lam R = eta G. */
static void exact_balance_on_orbit(vf_context *context) {
  sid_segment segment;
  const double x[2] = {vf_expected(context, "x10.orbit.x.eta-0.1.lam-0.5"),
                       vf_expected(context, "x10.orbit.y.eta-0.1.lam-0.5")};
  const exact_run run = {.problem = &exact_toy->problem,
                         .dynamics = exact_dynamics(SID_GD, 1),
                         .schedule = exact_constant(&segment, .1, .5),
                         .x = x,
                         .seed = 1,
                         .steps = 1,
                         .observables = exact_norm_grad,
                         .observable_count = 2};
  double rows[4];
  if (!exact_rows(context, "orbit", &run, 1, rows)) return;
  vf_within_relative(context, "R on the period-two orbit, eta=0.1 lam=0.5", rows[0], .1,
                     8.0 * EXACT_ULP, "4 roundings, of x twice");
  vf_within_relative(context, "eta G = (2-el) lam R, eta=0.1 lam=0.5", .1 * rows[1],
                     1.95 * .5 * rows[0], 32.0 * EXACT_ULP, "20 roundings and those of x");
}

static const vf_check table[] = {
    {"X5.stationary-balance", "svag, (13), (14)", "(2-el) lam E R = eta (E G + E N)", VF_QUICK,
     exact_stationary_balance},
    {"X5.orbit-balance", "svag, (14)", "the balance on the period-two orbit of GD", VF_QUICK,
     exact_balance_on_orbit},
};

VF_ROW(X5, table,
       "averages over the stationary law, with noise enumerated, and over the orbit of GD",
       "a trace of the noise that misses the batch size or counts the direction x");
