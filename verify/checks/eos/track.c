/* Distances of a walk from the flow: suprema, order, constants. */
#include <math.h>
#include "checks/eos/track.h"
#include "checks/eos/exponent.h"
#include "harness/limit.h"

/* sup |theta - zeta| and sup of the distance of phi to zeta along the circle over the given time of
 * the flow, the number of steps at which h does not change its sign, and the rounding of zeta. zeta
 * goes by Runge-Kutta steps of one step of the walk, whose error eos4.flow-order bounds. */
typedef struct {
  double sup, phi, kept;
} eos_track;

static void eos_track_run(const eos_edge *edge, double time, eos_track *track) {
  const eos_law law = eos_edge_law(edge);
  const sid_flow flow = eos_flow(&law);
  const double unit = eos_edge_time(edge);
  const long steps = lround(time / unit);
  double zeta[3], work[64], before = 0.0;
  eos_seen seen;
  eos_walk walk;
  *track = (eos_track){0.0, 0.0, 0.0};
  eos_near(edge->toy, edge->al0, 0.0, zeta);
  eos_edge_begin(edge, &walk);
  for (long t = 0; t <= steps; t++) {
    double distance = 0.0;
    eos_look(&walk, &seen);
    for (int j = 0; j < 3; j++) distance += (seen.th[j] - zeta[j]) * (seen.th[j] - zeta[j]);
    const double along =
        zeta[0] * seen.at.phi[1] - zeta[1] * seen.at.phi[0]; /* rho^2 sin of the angle between */
    track->sup = fmax(track->sup, distance);
    track->phi = fmax(track->phi, fabs(along) / edge->toy->rho);
    track->kept += t > 0 && seen.at.h * before >= 0.0;
    before = seen.at.h;
    if (t == steps) break;
    eos_step(&walk);
    if (sid_flow_run(&flow, unit, 1, zeta, NULL, work)) walk.status = SID_E_NONFINITE;
  }
  track->sup = walk.status ? (double)NAN : sqrt(track->sup);
}

typedef struct {
  const eos_edge *edges;
  double time;
} eos_track_case;

static void eos_track_one(void *user, size_t i, double *out) {
  const eos_track_case *one = user;
  eos_track track;
  eos_track_run(one->edges + i, one->time, &track);
  out[0] = track.sup, out[1] = track.phi, out[2] = track.kept;
}

void eos_tracks(vf_context *context, const eos_edge *edges, size_t count, double time,
                double *tracks) {
  eos_track_case one = {edges, time};
  vf_map(count, vf_jobs(context), tracks, 3, eos_track_one, &one);
}

void eos_ladder(const eos_toy *toy, double al0, double first, int count, double cb,
                eos_edge *edges) {
  for (int k = 0; k < count; k++) {
    const double ein = pow(10.0, -first - .5 * k);
    edges[k] = (eos_edge){toy, al0, ein, .1 * sqrt(ein), cb, 0};
  }
}

static const char *const eos_sup_columns[] = {"ein", "sup |theta - zeta|", "sup |phi - zeta|"};

void eos_sup_series(vf_context *context, const char *name, const eos_edge *edges,
                    const double *tracks, size_t count) {
  double rows[3 * 16];
  for (size_t k = 0; k < count; k++) {
    rows[3 * k] = edges[k].ein;
    rows[3 * k + 1] = tracks[3 * k];
    rows[3 * k + 2] = tracks[3 * k + 1];
  }
  vf_series(context, name, eos_sup_columns, 3, rows, count);
}

/* y > 1 with y - ln y = energy: the turning point of the Hamiltonian (eos6). */
static double eos_peak(double energy) {
  double low = 1.0, high = energy + 10.0;
  for (int k = 0; k < 60; k++) {
    const double middle = .5 * (low + high);
    if (middle - log(middle) < energy)
      low = middle;
    else
      high = middle;
  }
  return low;
}

void eos_track_claims(vf_context *context, const eos_edge *edges, const double *tracks,
                      size_t count, double factor) {
  for (size_t k = 0; k < count; k++) {
    char name[VF_TEXT_SIZE];
    const double unit = sqrt(edges[k].cb > 0.0 ? 2.0 * edges[k].ein : edges[k].ein);
    eos_edge_name(name, edges + k);
    vf_at_most(context, name, tracks[3 * k] / unit, factor,
               "sup |theta - zeta| in units of sqrt(ein) or eta");
    vf_within(context, "steps without a change of sign of h", tracks[3 * k + 2], 0.0, 0.0,
              "a count");
  }
}

void eos_track_order(vf_context *context, const eos_edge *edges, const double *tracks,
                     size_t count) {
  double root[16], error[16];
  for (size_t j = 0; j < 2; j++) {
    char name[VF_TEXT_SIZE], start[VF_TEXT_SIZE];
    for (size_t k = 0; k < count; k++) root[k] = sqrt(edges[k].ein), error[k] = tracks[3 * k + j];
    eos_edge_name(start, edges);
    vf_text(name, "%s, from %s", j ? "sup |phi - zeta|" : "sup |theta - zeta|", start);
    eos_exponent(context, name, root, error, count, 1.0, 3.0 * edges[count - 1].ein);
  }
}

void eos_constant(vf_context *context, double al0, double cb, int quasi) {
  enum { COUNT = 6 };
  double sup[COUNT], phi[COUNT];
  eos_edge edge = {eos_b, al0, 0.0, 0.0, cb, quasi};
  const double g = eos_slope(eos_b, al0), w = eos_edge_law(&edge).weight,
               y0 = .005 * (4.0 + w * g * g);
  for (int k = 0; k < COUNT; k++) {
    const double ein = ldexp(1.0, -12 - 2 * k), eta = sqrt(2.0 * ein);
    eos_track track;
    edge.ein = ein, edge.h0 = .1 * sqrt(ein);
    eos_track_run(&edge, 3.0 * eos_edge_time(&edge) / sqrt(ein), &track);
    sup[k] = track.sup / eta, phi[k] = track.phi / eta;
  }
  char name[VF_TEXT_SIZE], text[VF_TEXT_SIZE];
  eos_edge_name(name, &edge);
  vf_text(text, "sup |theta - zeta|/eta, to %s", name);
  vf_limit_to_depth(context, text, sup, COUNT, 1, 1,
                    sqrt(eos_peak(y0 - log(y0)) / (4.0 + w * g * g)), 0.0, .02);
  vf_text(text, "sup |phi - zeta|/eta, to %s", name);
  vf_limit_to_depth(context, text, phi, COUNT, 1, 1,
                    g * sqrt(.5 * w * (y0 - log(y0) - 1.0)) / (4.0 + w * g * g), 0.0, .005);
}

void eos_angle_series(vf_context *context, const char *name, const eos_edge *edge, double time,
                      double tolerance, const char *basis) {
  enum { ROWS = 81 };
  static const char *const columns[] = {"tau", "angle of phi", "angle of the flow (3)"};
  const eos_law law = eos_edge_law(edge);
  const long every = lround(time / (ROWS - 1) / eos_edge_time(edge));
  double rows[3 * ROWS], worst = 0.0;
  eos_seen seen;
  eos_walk walk;
  eos_edge_begin(edge, &walk);
  for (size_t k = 0; k < ROWS; k++) {
    eos_look(&walk, &seen);
    rows[3 * k] = (double)every * (double)k * eos_edge_time(edge);
    rows[3 * k + 1] = seen.at.angle;
    rows[3 * k + 2] = k ? eos_flow_angle(&law, edge->al0, rows[3 * k]) : edge->al0;
    worst = fmax(worst, fabs(rows[3 * k + 1] - rows[3 * k + 2]));
    for (long t = 0; t < every; t++) eos_step(&walk);
  }
  if (walk.status) worst = (double)NAN;
  vf_within(context, name, worst, 0.0, tolerance, basis);
  vf_series(context, name, columns, 3, rows, ROWS);
}
