/* An ensemble that somebody else computed with random numbers of their own against the reference's
 * (docs/conform.md section 6): means and variances, what the comparison would see, and which
 * changed experiment fits where the right one does not. */
#ifndef VF_TWO_ENSEMBLES_H
#define VF_TWO_ENSEMBLES_H

#include "formats/given.h"
#include "harness/check.h"
#include "harness/ensemble_tests.h"
#include "harness/variation.h"

/* Trajectories of the reference begin here, beyond those that anybody numbers from 0: its random
 * numbers are not theirs even where the streams are. */
#define VF_REFERENCE_FIRST (UINT64_C(1) << 40)

enum {
  VF_CELLS_MAX = 1 << 18,
  VF_EFFECTS = 3, /* lr, wd, sigma */
  VF_HYPOTHESES = 10
};

/* A change of 5 %: where it shows best, and with how many trajectories it is seen 19 of 20 times.
 */
typedef struct {
  const char *name;
  int applies; /* 0: there is nothing to change, or nothing that is observed changes */
  double z, needed;
  size_t cell;
  vf_test test;
} vf_effect;

typedef struct {
  const char *name;
  int applies, fits;
  double worst; /* |z| */
} vf_hypothesis;

typedef struct {
  uint64_t trajectories, reference; /* of theirs, of the reference */
  vf_cell *cells;                   /* checkpoint*width + column */
  vf_outcome outcome;
  uint64_t equal, equal_to[2]; /* trajectories that equal one before; the first pair */
  int start_differs;           /* something fails at step 0, and no hypothesis fits */
  int effects_known, hypotheses_known;
  vf_effect effects[VF_EFFECTS];           /* where nothing fails */
  vf_hypothesis hypotheses[VF_HYPOTHESES]; /* where something does, the best first */
  vf_verdict verdict;
} vf_two_ensembles;

/* Says what is computed and how much of it is done. */
typedef void (*vf_progress_fn)(const char *what, uint64_t done, uint64_t count);

/* Distinct trajectories of a table in order. */
uint64_t vf_given_trajectories(const vf_given *given);

/* `reference` trajectories of the reference, at least as many as theirs; at most VF_CELLS_MAX
 * checkpoints times columns. */
void vf_two_ensembles_compare(const sid_experiment *experiment, const vf_given *given,
                              uint64_t reference, int jobs, vf_progress_fn progress,
                              vf_two_ensembles *result);

void vf_two_ensembles_free(vf_two_ensembles *result);

#endif
