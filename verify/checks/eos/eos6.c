/* Row eos6, Section 4.2.3: at the edge th oscillates with period two along v_1, and u = et lam1 - 2
 * and y = h^2 (4 + g^2)/(2 ein) go around an orbit of a Hamiltonian system,
 *   u' = 4 ein (1 - y), (ln y)' = 2 u, E = u^2/(4 ein) + y - ln y,
 * whose period is of order 1/sqrt(ein). What is smooth there is so at midpoints of two iterates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/estimators.h"
#include "harness/limit.h"
#include "checks/eos/edge.h"
#include "checks/eos/exponent.h"
#include "formats/memory.h"

/* One orbit from u = et lam1 - 2 = 0, y = h^2 (4+g^2)/(2 ein) = y0 < 1: y rises first, u is 0 again
 * at the peak, and a period ends when u returns to 0 from below. period: mean of `count` periods in
 * steps, by interpolation; peak: largest y, least: smallest y, in the first; top: largest |u|;
 * drift: largest |E - E_0| in the first; kept: steps without a change of sign of h. */
typedef struct {
  double period, peak, least, top, drift, kept;
} eos_orbit;

static void eos_orbit_run(const eos_edge *edge, int count, eos_orbit *orbit) {
  eos_seen seen;
  eos_walk walk;
  double u = 0.0, before = 0.0, sign = 0.0, start = 0.0;
  const long most = lround(20.0 * count / sqrt(edge->ein));
  *orbit = (eos_orbit){(double)NAN, 0.0, (double)INFINITY, 0.0, 0.0, 0.0};
  eos_edge_begin(edge, &walk);
  for (long t = 0, ends = 0; t < most && ends < count && !walk.status; t++) {
    eos_look(&walk, &seen);
    u = seen.et * seen.at.sharpness - 2.0;
    const double y = vf_eos_y(seen.at.h, seen.at.slope, edge->ein);
    const double energy = vf_eos_energy(seen.et, seen.at.sharpness, y, edge->ein);
    if (t == 0) start = energy;
    if (t > 1 && before < 0.0 && u >= 0.0) {
      ends++;
      orbit->period = ((double)t - u / (u - before)) / (double)ends;
    }
    if (ends == 0) {
      orbit->peak = fmax(orbit->peak, y);
      orbit->least = fmin(orbit->least, y);
      orbit->top = fmax(orbit->top, fabs(u));
      orbit->drift = fmax(orbit->drift, fabs(energy - start));
    }
    orbit->kept += seen.at.h * sign > 0.0;
    sign = seen.at.h, before = u;
    eos_step(&walk);
  }
  if (walk.status) orbit->period = (double)NAN;
}

/* Period times sqrt(ein), and largest |u|/(2 sqrt(ein)), in the limit; on toy A at al = 0 nothing
 * is odd in h and g is 0: the error of the period is a series in ein, elsewhere in sqrt(ein). u is
 * largest at y = 1, where u'' = -8 ein u: at whole steps it misses ein of itself at most, three
 * times that once extrapolated. */
static void eos_period(vf_context *context) {
  static const struct {
    int toy, power;
    double al, y0;
    const char *key;
  } cases[] = {{0, 2, 0.0, .5, "0.5"},      {0, 2, 0.0, .01, "0.01"}, {0, 2, 0.0, .1, "0.1"},
               {0, 2, 0.0, 1e-4, "0.0001"}, {0, 2, 0.0, .9, "0.9"},   {0, 1, .3, .5, "0.5"},
               {0, 1, .3, .01, "0.01"},     {1, 1, 1.0, .5, "0.5"},   {1, 1, 1.0, .2, "0.2"}};
  enum { COUNT = 6 };
  for (size_t c = 0; c < VF_COUNT(cases); c++) {
    const eos_toy *toy = eos_toys + cases[c].toy;
    const double g = eos_slope(toy, cases[c].al);
    double period[COUNT], top[COUNT], kept = 0.0;
    char name[VF_TEXT_SIZE];
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(1.0, -12 - 2 * k);
      const eos_edge edge = {
          toy, cases[c].al, ein, sqrt(2.0 * ein * cases[c].y0 / (4.0 + g * g)), 0.0, 0};
      eos_orbit orbit;
      eos_orbit_run(&edge, 1, &orbit);
      period[k] = orbit.period * sqrt(ein), top[k] = orbit.top / (2.0 * sqrt(ein)),
      kept += orbit.kept;
    }
    vf_text(name, "%s al=%g y0=%s: period sqrt(ein)", toy->name, cases[c].al, cases[c].key);
    vf_limit_to_depth(context, name, period, COUNT, cases[c].power == 2 ? 1 : 2, cases[c].power,
                      vf_expected_of(context, "eos6.period.y0-%s", cases[c].key), 0.0, 1e-3);
    vf_text(name, "%s al=%g y0=%s: largest |u|", toy->name, cases[c].al, cases[c].key);
    vf_limit_to_depth(context, name, top, COUNT, 1, 1,
                      vf_expected_of(context, "eos6.u-max.y0-%s", cases[c].key),
                      3.0 * top[COUNT - 1] * ldexp(1.0, -22), 4e-3);
    vf_within(context, "steps without a change of sign of h", kept, 0.0, 0.0, "a count");
  }
}

/* The numbers of toy A at ein = 1e-6, over 5 periods: period within .3 % (here 30 ein: the error at
 * ein = 1e-3 is 1e-4, and it is O(ein)), peak and least y; the peak is sampled at whole steps, an
 * error of at most y (y - 1) ein, and as much again from the next order, twice. */
static void eos_orbit_digits(vf_context *context) {
  static const char *const keys[] = {"0.5", "0.01", "0.1", "0.2"};
  const double ein = 1e-6;
  for (int c = 0; c < 4; c++) {
    const double y0 = vf_number(keys[c]),
                 peak = vf_expected_of(context, "eos6.peak.y0-%s", keys[c]);
    const eos_edge edge = {eos_a, 0.0, ein, sqrt(.5 * ein * y0), 0.0, 0};
    char name[VF_TEXT_SIZE];
    eos_orbit orbit;
    eos_orbit_run(&edge, 5, &orbit);
    vf_text(name, "toy A al=0 y0=%s ein=1e-6: period sqrt(ein)", keys[c]);
    const double period = vf_expected_of(context, "eos6.period.y0-%s", keys[c]);
    vf_within_relative(context, name, orbit.period * sqrt(ein), period, 30.0 * ein / period,
                       "30 ein: O(ein) with the constant of ein = 1e-3");
    vf_text(name, "toy A al=0 y0=%s ein=1e-6: peak", keys[c]);
    vf_within(context, name, orbit.peak, peak, 4.0 * peak * (peak - 1.0) * ein,
              "4 times the error of sampling");
    vf_text(name, "toy A al=0 y0=%s ein=1e-6: least y", keys[c]);
    vf_within(context, name, orbit.least, y0, 4.0 * peak * (peak - 1.0) * ein,
              "4 times the error of sampling");
  }
}

/* E of the Hamiltonian is conserved over a period to O(sqrt(ein)). */
static void eos_energy(vf_context *context) {
  enum { COUNT = 7 };
  static const double angles[] = {0.0, .3, 1.1071487177940904}, starts[] = {.5, .1, .5};
  for (int c = 0; c < 3; c++) {
    const eos_toy *toy = c < 2 ? eos_a : eos_b;
    const double g = eos_slope(toy, angles[c]);
    double root[COUNT], drift[COUNT];
    char name[VF_TEXT_SIZE];
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(1.0, -14 - 2 * k);
      const eos_edge edge = {toy, angles[c], ein, sqrt(2.0 * ein * starts[c] / (4.0 + g * g)),
                             0.0, 0};
      eos_orbit orbit;
      eos_orbit_run(&edge, 1, &orbit);
      root[k] = sqrt(ein), drift[k] = orbit.drift;
    }
    vf_text(name, "%s al=%g y0=%g: largest change of E, ein=4^-7..4^-13", toy->name, angles[c],
            starts[c]);
    eos_exponent(context, name, root, drift, COUNT, 1.0, ldexp(1.0, -26));
  }
}

/* h^2, et lam1, y and E over the first period. */
static void eos_period_series(vf_context *context) {
  static const char *const columns[] = {"step sqrt(ein)", "h", "h^2/ein", "et lam1", "y", "E"};
  static const double ein = 1e-4, starts[] = {.5, .01};
  enum { ROWS = 301 };
  double *rows = vf_allocate(6 * ROWS, sizeof *rows);
  for (int c = 0; c < 2; c++) {
    const eos_toy *toy = eos_toys + c;
    const double al = c ? eos_angles[0].value : 0.0, g = eos_slope(toy, al);
    const eos_edge edge = {toy, al, ein, sqrt(2.0 * ein * starts[c] / (4.0 + g * g)), 0.0, 0};
    const double energy = starts[c] - log(starts[c]);
    double worst = 0.0;
    char name[VF_TEXT_SIZE];
    eos_seen seen;
    eos_walk walk;
    eos_edge_begin(&edge, &walk);
    for (int t = 0; t < ROWS; t++) {
      eos_look(&walk, &seen);
      const double h = seen.at.h, y = vf_eos_y(h, seen.at.slope, ein);
      const double e = vf_eos_energy(seen.et, seen.at.sharpness, y, ein);
      const double row[6] = {t * sqrt(ein), h, h * h / ein, seen.et * seen.at.sharpness, y, e};
      memcpy(rows + (ptrdiff_t)6 * t, row, sizeof row);
      worst = fmax(worst, fabs(row[3] - 2.0));
      eos_step(&walk);
    }
    vf_text(name, "%s al=%.4g y0=%g ein=1e-4", toy->name, al, starts[c]);
    vf_at_most(context, name, walk.status ? (double)NAN : worst,
               2.0 * sqrt(ein * (energy - 1.0)) + 10.0 * ein * energy,
               "|et lam1 - 2| <= 2 sqrt(ein (E - 1)), corrections O(ein)");
    vf_series(context, name, columns, 6, rows, ROWS);
    vf_view(context, "step sqrt(ein),h^2/ein;et lam1;y;E");
  }
  free(rows);
}

/* ---- midpoints, not iterates ---- */

/* Largest loss, and largest |sharpness/lam1(phi) - 1|, over one period: at the iterates and at the
 * midpoints of two, through the observables. */
typedef struct {
  double loss[2], sharpness[2];
} eos_smooth;

static void eos_midpoint_run(const eos_edge *edge, eos_smooth *smooth) {
  static const int32_t names[] = {SID_LOSS, SID_MIDPOINT_LOSS, SID_SPHERICAL_SHARPNESS,
                                  SID_MIDPOINT_SHARPNESS};
  double row[4], work[EOS_WORK];
  sid_manifold_point at;
  eos_walk walk;
  eos_edge_begin(edge, &walk);
  const sid_segment segment = {0, walk.lr, walk.wd, 1.0};
  const sid_experiment experiment = {
      .problem = *walk.problem,
      .dynamics = walk.dynamics,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .observables = names,
      .observable_count = 4};
  memset(smooth, 0, sizeof *smooth);
  for (long t = 1; t <= lround(3.0 / sqrt(edge->ein)); t++) {
    eos_step(&walk);
    sid_observe(&experiment, (uint64_t)t, walk.x, walk.work, row, work);
    if (walk.status || sid_manifold_project(walk.problem, walk.x, &at))
      row[0] = at.sharpness = (double)NAN;
    for (int j = 0; j < 2; j++) {
      smooth->loss[j] = row[j] <= smooth->loss[j] ? smooth->loss[j] : row[j];
      const double off = fabs(row[2 + j] / at.sharpness - 1.0);
      smooth->sharpness[j] = off <= smooth->sharpness[j] ? smooth->sharpness[j] : off;
    }
  }
}

/* On toy B at the edge, the loss at iterates is lam1 h^2/2, of order ein, at midpoints O(ein^2);
 * the sharpness at iterates errs by O(h), at midpoints by O(ein): orders 2, 4, 1, 2 in sqrt(ein). A
 * test that takes iterates for something smooth fails: at the midpoint's accuracy the iterates'
 * sharpness is not lam1. */
static void eos_midpoints(vf_context *context) {
  enum { COUNT = 7 };
  static const double orders[] = {2.0, 4.0, 1.0, 2.0};
  static const char *const names[] = {"loss at iterates", "loss at midpoints",
                                      "sharpness at iterates", "sharpness at midpoints"};
  for (int c = 0; c < 2; c++) {
    const double al0 = eos_angles[c].value;
    double root[COUNT], values[4][COUNT];
    char text[VF_TEXT_SIZE];
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(1.0, -12 - 2 * k);
      const eos_edge edge = {eos_b, al0, ein, .5 * sqrt(ein), 0.0, 0};
      eos_smooth smooth;
      eos_midpoint_run(&edge, &smooth);
      root[k] = sqrt(ein);
      for (int j = 0; j < 2; j++)
        values[j][k] = smooth.loss[j], values[2 + j][k] = smooth.sharpness[j];
    }
    for (int j = 0; j < 4; j++) {
      vf_text(text, "toy B al0=%s, %s, ein=4^-6..4^-12", eos_angles[c].key, names[j]);
      eos_exponent(context, text, root, values[j], COUNT, orders[j], ldexp(1.0, -22));
    }
    vf_text(text, "toy B al0=%s ein=4^-6: sharpness/lam1 - 1 at iterates", eos_angles[c].key);
    vf_rejected(context, text, values[2][0], 0.0, values[3][0], "what midpoints reach");
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos6.period", "eos, Section 4.2.3",
     "periods and largest |et lam1 - 2| of the Hamiltonian as ein -> 0", VF_QUICK, eos_period},
    {"eos6.orbit", "eos, Section 4.2.3", "period, peak and least y at ein = 1e-6", VF_QUICK,
     eos_orbit_digits},
    {"eos6.energy", "eos, Section 4.2.3", "E is conserved over a period to O(sqrt(ein))", VF_QUICK,
     eos_energy},
    {"eos6.curve", "eos, Figure 5(c), 5(d)", "h^2, et lam1, y and E over a period", VF_QUICK,
     eos_period_series},
    {"eos6.midpoints", "eos, Section 4.2.3",
     "what is smooth at the edge is so at midpoints, not at iterates", VF_QUICK, eos_midpoints},
};

VF_ROW(eos6, table, "orbits of real runs and of the Hamiltonian over whole periods",
       "iterates in place of midpoints, an energy that drifts");
