/* A dynamics step by step, from a given effective rate. */
#ifndef VF_CHECKS_EOS_WALK_H
#define VF_CHECKS_EOS_WALK_H

#include "checks/eos/problems.h"

/* A dynamics under way. The workspace is part of it, so that walks can go in parallel. */
typedef struct {
  const sid_problem *problem;
  sid_dynamics dynamics;
  double lr, wd;
  double x[EOS_DIM + 1]; /* the largest state */
  double work[EOS_WORK];
  sid_status status; /* of the first step that failed */
} eos_walk;

/* GD with weight decay from the direction th with effective rate et0 = eta/((1-ein) |w|^2). */
void eos_walk_gd(eos_walk *walk, const sid_problem *problem, const double *th, double et0,
                 double eta, double ein);

void eos_step(eos_walk *walk);

/* The effective rate of the next step. */
double eos_rate(const eos_walk *walk);

/* |grad L(theta)|^2 */
double eos_gradient2(eos_walk *walk);

void eos_direction(const eos_walk *walk, double *th);

/* Largest distance of the directions and of the rates (relative) of two walks of one problem. */
double eos_apart(const eos_walk *a, const eos_walk *b);

#endif
