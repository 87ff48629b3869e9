/* The level `laws`: from a measurement to a verdict (docs/conform.md, section 5). */
#ifndef VF_LAWS_TEST_H
#define VF_LAWS_TEST_H

#include <stddef.h>
#include <stdint.h>
#include "conform/kit.h"

/* What the tests of a level have in common. */
typedef struct {
  double fail; /* a test fails where |z| is above */
  double seen; /* a fault that moves z by so much is red for 19 of 20 seeds */
} vf_bars;

/* Family-wise 1 % for so many tests. */
vf_bars vf_bars_of(size_t tests);

/* Two-sided probability of a normal deviate beyond |z|, and the z >= 0 that has it. */
double vf_p_of_z(double z);
double vf_z_of_p(double p);

/* Two-sided probability of a Poisson count: twice the smaller tail, at most 1. */
double vf_poisson_p(uint64_t count, double mean);

/* A fault, and by how much it moves what is measured. */
typedef struct {
  double effect, size; /* size: in per cent */
  const char *name;    /* stands behind the per cent */
} vf_seen;

enum { VF_SEEN_MOST = 4 };

/* A mean over trajectories beside its expectation, and the faults that it is to see. */
typedef struct {
  double measured, expected;
  double error;     /* standard error of the difference where the command is right */
  double allowance; /* what its rounding may add; error contains it */
  double skewness;  /* of measured */
  vf_seen faults[VF_SEEN_MOST];
  size_t fault_count;
  uint64_t trajectories;
} vf_finding;

/* The normal deviate of a finding. The first term of the Edgeworth expansion is taken off, up to
 * five standard errors: beyond, it would not be monotone, and the verdict is clear. */
double vf_finding_z(const vf_finding *finding);

/* Of a fault: the smallest that is seen for 19 of 20 seeds, in per cent, and the trajectories that
 * see its size. */
double vf_finding_smallest(const vf_finding *finding, size_t fault, const vf_bars *bars);
double vf_finding_needs(const vf_finding *finding, size_t fault, const vf_bars *bars);

/* The fault that takes the most trajectories. */
size_t vf_finding_hardest(const vf_finding *finding);

vf_outcome_kind vf_finding_verdict(const vf_finding *finding, const vf_bars *bars);

/* Records the verdict: distance is |z|, or 0 where nothing is random and all is right. */
void vf_finding_record(vf_kit *kit, const char *id, const vf_finding *finding, const vf_bars *bars);

#endif
