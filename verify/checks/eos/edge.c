/* Starts at the edge, and what a state there shows. */
#include <math.h>
#include <stdio.h>
#include "checks/eos/edge.h"

void eos_look(eos_walk *walk, eos_seen *seen) {
  eos_direction(walk, seen->th);
  seen->et = eos_rate(walk);
  if (sid_manifold_project(walk->problem, walk->x, &seen->at) && !walk->status)
    walk->status = SID_E_KIND;
}

void eos_edge_begin(const eos_edge *edge, eos_walk *walk) {
  const double et0 = 2.0 / eos_lam1(edge->toy, edge->al0);
  double th[3];
  eos_near(edge->toy, edge->al0, edge->h0, th);
  eos_walk_gd(walk, &edge->toy->problem, th, et0, .1, edge->ein);
  if (edge->cb <= 0.0) return;
  const double eta2 = 2.0 * edge->ein;
  walk->dynamics = (sid_dynamics){.kind = edge->quasi ? SID_QUASI_RMSPROP : SID_RMSPROP,
                                  .batch = 1,
                                  .beta = 1.0 - edge->cb * eta2,
                                  .v0 = eta2 / (et0 * et0)};
  walk->lr = sqrt(eta2), walk->wd = 0.0;
  sid_state_begin(walk->problem, &walk->dynamics, walk->lr, walk->x);
}

eos_law eos_edge_law(const eos_edge *edge) {
  const eos_law gd = {edge->toy, 2.0, 1.0}, rmsprop = {edge->toy, 1.0, 2.0 / edge->cb};
  return edge->cb > 0.0 ? rmsprop : gd;
}

double eos_edge_time(const eos_edge *edge) { return edge->cb > 0.0 ? 2.0 * edge->ein : edge->ein; }

void eos_edge_name(char name[VF_TEXT_SIZE], const eos_edge *edge) {
  if (edge->cb > 0.0)
    vf_text(name, "%s al0=%.4g %s cb=%g eta=%.4g", edge->toy->name, edge->al0,
            edge->quasi ? "quasi-RMSprop" : "RMSprop", edge->cb, sqrt(2.0 * edge->ein));
  else
    vf_text(name, "%s al0=%.4g ein=%.4g", edge->toy->name, edge->al0, edge->ein);
}
