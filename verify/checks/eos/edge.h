/* Walks on the toys that start at the edge of stability, et lam1 = 2. */
#ifndef VF_CHECKS_EOS_EDGE_H
#define VF_CHECKS_EOS_EDGE_H

#include "checks/eos/flow.h"
#include "checks/eos/walk.h"

/* A start at the edge, et0 = 2/lam1, with height h0: GD with weight decay with ein, or with cb > 0
 * RMSprop with eta^2 = 2 ein, 1 - beta = cb eta^2 (quasi: its quasi-RMSprop). */
typedef struct {
  const eos_toy *toy;
  double al0, ein, h0, cb;
  int quasi;
} eos_edge;

void eos_edge_begin(const eos_edge *edge, eos_walk *walk);

/* The flow that a start follows, and the time of it that a step takes. */
eos_law eos_edge_law(const eos_edge *edge);
double eos_edge_time(const eos_edge *edge);

/* For the tables. */
void eos_edge_name(char name[VF_TEXT_SIZE], const eos_edge *edge);

/* What one state shows. */
typedef struct {
  double th[3], et;
  sid_manifold_point at;
} eos_seen;

void eos_look(eos_walk *walk, eos_seen *seen);

#endif
