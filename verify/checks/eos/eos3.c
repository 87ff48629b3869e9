/* Row eos3, Theorem 4.4: near a minimiser th*, |th - th*| = O(sqrt(ein)), and below the edge, et <
 * 2/lam1(th*), GD with weight decay comes to
 *   et = 2/lam1(th*) + O(sqrt(ein)), |th - th*| = O(sqrt(ein)).
 * Section 4.2.2: there the oscillation has died, so that Theorem 4.7 needs a perturbation, and on
 * an exact minimiser w_t = (1-ein)^t w_0. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "harness/estimators.h"
#include "checks/eos/problems.h"
#include "checks/eos/toys.h"
#include "checks/eos/walk.h"

/* A minimiser, its sharpness and the direction of it. */
typedef struct {
  const char *name;
  const sid_problem *problem;
  double lam1, th[8], v[8];
} eos_minimum;

static void eos_toy_minimum(eos_minimum *minimum, const eos_toy *toy, double al, const char *name) {
  *minimum = (eos_minimum){name, &toy->problem, eos_lam1(toy, al), {0.0}, {0.0}};
  eos_near(toy, al, 0.0, minimum->th);
  minimum->v[0] = -toy->level * cos(al), minimum->v[1] = -toy->level * sin(al),
  minimum->v[2] = toy->rho;
}

/* Toys at several angles, a Rayleigh quotient with eigenvalues .5 to 3, ratio2, and the exact
 * regression, whose sharpness and v_1 are those of the dense Hessian. */
static void eos_minima(eos_minimum minima[6]) {
  double h[EOS_MATRIX], values[EOS_DIM], vectors[EOS_MATRIX];
  eos_toy_minimum(minima, eos_b, eos_angles[0].value, "toy B al=atan2(2,1)");
  eos_toy_minimum(minima + 1, eos_b, .3, "toy B al=0.3");
  eos_toy_minimum(minima + 2, eos_a, 1.0, "toy A al=1");
  minima[3] = (eos_minimum){"rayleigh p=6", eos_rayleigh, 2.5, {0, 0, 1}, {0, 0, 0, 1}};
  minima[4] = (eos_minimum){"ratio2", eos_ratio2, 2.0, {0, 1}, {1, 0}};
  minima[5] = (eos_minimum){"bn_regression p=8 n=5", &eos_exact_regression, 0.0, {0}, {0}};
  memcpy(minima[5].th, eos_exact_weights, sizeof eos_exact_weights);
  vf_normalise(minima[5].th, 8);
  eos_hessian(&eos_exact_regression, minima[5].th, h);
  const size_t top = vf_eigen(h, 8, values, vectors);
  minima[5].lam1 = values[top];
  memcpy(minima[5].v, vectors + 8 * top, sizeof minima[5].v);
}

/* From theta* + sqrt(ein) v_1 with et0 half of the edge 2/lam1: |w| shrinks by 1-ein a step, so
 * that s = et lam1/2 reaches 1 after ln 2/(-2 ln(1-ein)) steps (rounded up, and delayed by the
 * gradient of the first steps, which adds (et lam1)^2 ein = ein to ln 1/et: half a step). s grows
 * by the factor (1-ein)^-2 at that step: s - 1 <= 2.5 ein. The first step is Newton's and leaves h
 * of order ein; the movement along the minimisers is of the same order. */
static void eos_entry(vf_context *context) {
  static const char *const keys[] = {"0.01", "0.001", "0.0001", "0.00001"};
  eos_minimum minima[6];
  eos_minima(minima);
  for (size_t k = 0; k < 24; k++) {
    const eos_minimum *at = minima + k / 4;
    const uint32_t p = at->problem->dim;
    const double ein = vf_number(keys[k % 4]),
                 steps = vf_expected_of(context, "eos3.steps.ein-%s", keys[k % 4]);
    double th[EOS_DIM], distance = 0.0, s = 0.0, t = 0.0;
    eos_walk walk;
    for (uint32_t j = 0; j < p; j++) th[j] = at->th[j] + sqrt(ein) * at->v[j];
    eos_walk_gd(&walk, at->problem, th, 1.0 / at->lam1, .1, ein);
    for (; !walk.status && t < 2.0 * steps; t++) {
      s = .5 * eos_rate(&walk) * at->lam1;
      if (s >= 1.0) break;
      eos_step(&walk);
    }
    eos_direction(&walk, th);
    for (uint32_t j = 0; j < p; j++) distance += (th[j] - at->th[j]) * (th[j] - at->th[j]);
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s ein=%s", at->name, keys[k % 4]);
    vf_within(context, name, t, steps, 3.0, "rounding up, and half a step for the first gradient");
    vf_at_least(context, "s", s, 1.0, "the edge is reached");
    vf_at_most(context, "(s - 1)/ein", (s - 1.0) / ein, 2.5, "s grows by (1-ein)^-2 a step");
    vf_at_most(context, "distance/sqrt(ein)", sqrt(distance / ein), .2,
               "Theorem 4.4: O(sqrt(ein))");
  }
}

/* ---- Section 4.2.2: why a restart with a given h0 is needed ---- */

/* ln|h| when s reaches 1 from h = h0 at s = s0 in exact arithmetic: each step multiplies h by 1 - 2
 * s. The sum is -(pi^2/12 - ...)/(2 ein): the oscillation all but dies. */
static double eos_naive_log(double h0, double s0, double ein, long steps) {
  double total = log(h0);
  for (long t = 0; t < steps; t++)
    total += log(fabs(1.0 - 2.0 * s0 * pow(1.0 - ein, -2.0 * (double)t)));
  return total;
}

/* h when s reaches 1 on GD with weight decay from h0 at s0 = .6; *steps receives when. */
static double eos_height_at_edge(const eos_toy *toy, double al, double h0, double ein,
                                 long *steps) {
  double th[3];
  sid_manifold_point at = {.sharpness = eos_lam1(toy, al)};
  eos_walk walk;
  eos_near(toy, al, h0, th);
  eos_walk_gd(&walk, &toy->problem, th, 1.2 / at.sharpness, .1, ein);
  *steps = 0;
  while (!walk.status && .5 * eos_rate(&walk) * at.sharpness < 1.0) {
    eos_step(&walk);
    ++*steps;
  }
  if (walk.status || sid_manifold_project(&toy->problem, walk.x, &at)) return (double)NAN;
  return at.h;
}

/* On toy A the height is a coordinate, with a relative error of rounding: h follows the law down to
 * 1e-80. On toy B the height is a difference of numbers of order 1: it stays near 1e-16, and the
 * law, which is the naive form, fails. h0 = 1e-6: the next order in h, h0^2 relative, is below the
 * rounding of the sum. */
static void eos_dying_oscillation(vf_context *context) {
  static const double eins[] = {1e-3, 1.5e-3};
  for (size_t k = 0; k < 2; k++) {
    char name[VF_TEXT_SIZE];
    long steps;
    const double a = log(fabs(eos_height_at_edge(eos_a, 0.0, 1e-6, eins[k], &steps)));
    vf_text(name, "toy A al=0: ln|h| at s=1, h0=1e-6 ein=%g", eins[k]);
    vf_within(context, name, a, eos_naive_log(1e-6, .6, eins[k], steps), 1e-8,
              "250 steps; the error of s, 250 steps of 40 roundings, enters with 1/(2 s - 1) <= 5");
    const double b =
        log(fabs(eos_height_at_edge(eos_b, eos_angles[0].value, 1e-6, eins[k], &steps)));
    vf_text(name, "toy B al=atan2(2,1): ln|h| at s=1, h0=1e-6 ein=%g", eins[k]);
    vf_rejected(context, name, b, eos_naive_log(1e-6, .6, eins[k], steps), 20.0,
                "9 orders of magnitude");
    vf_within(context, name, b, log(EOS_ULP), log(100.0),
              "a few roundings of coordinates: 2^-53 within a factor 100");
  }
}

/* Largest |et lam1 - 2| in `steps` steps after s = 1 is reached. */
static double eos_excursion(const eos_toy *toy, double al, double h, double et0, double ein,
                            long steps) {
  double th[3], largest = 0.0;
  eos_walk walk;
  eos_near(toy, al, h, th);
  eos_walk_gd(&walk, &toy->problem, th, et0, .1, ein);
  for (long t = 0; t < steps && !walk.status; t++) {
    sid_manifold_point at;
    if (sid_manifold_project(&toy->problem, walk.x, &at)) break;
    const double u = eos_rate(&walk) * at.sharpness - 2.0;
    if (u > largest) largest = u;
    eos_step(&walk);
  }
  return walk.status ? (double)NAN : largest;
}

/* Left to itself the walk that came in with h of the order of a rounding runs far past the edge
 * before h is back; with h0 = .1 sqrt(ein) at the edge it keeps within the Hamiltonian's bound 2
 * sqrt(ein (E-1)), E = y0 - ln y0 (eos6), to O(ein). The naive excursion is the one of h = 2^-53 at
 * s = 1. */
static void eos_restart(vf_context *context) {
  static const double eins[] = {1e-3, 1e-4};
  for (size_t k = 0; k < 4; k++) {
    const eos_toy *toy = eos_toys + k / 2;
    const double ein = eins[k % 2], al = eos_angles[0].value, g = eos_slope(toy, al),
                 h0 = .1 * sqrt(ein);
    const double y0 = vf_eos_y(h0, g, ein), bound = 2.0 * sqrt(ein * (y0 - log(y0) - 1.0));
    const double edge = 2.0 / eos_lam1(toy, al);
    const long steps = lround(3.0 / sqrt(ein));
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s al=atan2(2,1) ein=%g: largest et lam1 - 2", toy->name, ein);
    vf_within(context, name, eos_excursion(toy, al, h0, edge, ein, steps), bound, 20.0 * ein,
              "Hamiltonian, corrections O(ein)");
    vf_rejected(context, name, eos_excursion(toy, al, EOS_ULP, edge, ein, lround(1.0 / ein)), bound,
                20.0 * ein, "from h = 2^-53: the same orbit would be claimed");
  }
}

/* On an exact minimiser of toy A (z = 0) the gradient is 0: w_t = (1-ein)^t w_0 and the direction
 * stays, past the edge and on, until |w|^2 leaves the normal numbers (1/|w|^2 overflows), after
 * ln(|w_0|^2 2^1024)/(-2 ln(1-ein)) steps. A start off it by 1e-12 does not freeze. The direction
 * moves by rounding alone, once a step. */
static void eos_frozen(vf_context *context) {
  static const double eins[] = {.05, .02};
  for (size_t k = 0; k < 2; k++) {
    const double ein = eins[k], al = .5, et0 = 1.2 / eos_lam1(eos_a, al);
    double th[3];
    sid_manifold_point at = {.h = (double)NAN, .angle = (double)NAN};
    eos_walk walk;
    long steps = 0, last = lround(5.0 / ein);
    char name[VF_TEXT_SIZE];
    eos_near(eos_a, al, 0.0, th);
    eos_walk_gd(&walk, &eos_a->problem, th, et0, .1, ein);
    const double start = vf_dot(walk.x, walk.x, 3);
    for (long t = 0; t < last; t++) eos_step(&walk);
    if (walk.status || sid_manifold_project(&eos_a->problem, walk.x, &at))
      vf_error(context, "frozen", "a step failed");
    vf_text(name, "toy A al=0.5 ein=%g, exact minimiser", ein);
    vf_within(context, name, at.h, 0.0, 0.0, "exact: 0 times a number");
    vf_within(context, "angle after 5/ein steps", at.angle, al, 4.0 * (double)last * EOS_ULP,
              "4 roundings of 2^-53 a step");
    vf_within_relative(context, "s/s_0 after 5/ein steps", eos_rate(&walk) / et0,
                       pow(1.0 - ein, -2.0 * (double)last), 8.0 * (double)last * EOS_ULP,
                       "8 roundings of 2^-53 a step");
    for (steps = last; !walk.status && steps < 100 * last; steps++) eos_step(&walk);
    vf_within(context, "steps to the end", (double)steps,
              (log(start) + 1024.0 * log(2.0)) / (-2.0 * log1p(-ein)), 2.0,
              "rounding up, and the step that fails");
    eos_near(eos_a, al, 1e-12, th);
    eos_walk_gd(&walk, &eos_a->problem, th, et0, .1, ein);
    for (long t = 0; t < last; t++) eos_step(&walk);
    vf_rejected(context, "s/s_0 from h=1e-12", log(eos_rate(&walk) / et0),
                -2.0 * (double)last * log1p(-ein), 1.0, "the frozen law, within a factor e");
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos3.entry", "eos, Theorem 4.4",
     "the edge is reached after ln2/(-2 ln(1-ein)) steps near the same minimiser", VF_QUICK,
     eos_entry},
    {"eos3.dying-oscillation", "eos, Section 4.2.2",
     "at entry the oscillation is e^(-c/ein), or a rounding error", VF_QUICK,
     eos_dying_oscillation},
    {"eos3.restart", "eos, Section 4.2.2", "without a given h0 the walk runs far past the edge",
     VF_QUICK, eos_restart},
    {"eos3.exact-minimiser", "eos, Section 4.2.2",
     "on an exact minimiser w_t = (1-ein)^t w_0 until |w|^2 underflows", VF_QUICK, eos_frozen},
};

VF_ROW(eos3, table, "GD with decay from beside a minimiser of known sharpness, up to the edge",
       "an edge at 1/lam1, weights that decay twice a step");
