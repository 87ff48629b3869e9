/* The tests of two ensembles, cell by cell (docs/conform.md section 6). */
#ifndef VF_ENSEMBLE_TESTS_H
#define VF_ENSEMBLE_TESTS_H

#include "running/higher_moments.h"

typedef enum { VF_TEST_MEAN, VF_TEST_VARIANCE, VF_TEST_REACHED, VF_TESTS } vf_test;

/* A column at a checkpoint. */
typedef struct {
  vf_higher_moments theirs, reference;
  double skewness, kurtosis;   /* the larger of both: a rare jump may be in one of them alone */
  int given;                   /* they have rows of that checkpoint */
  double least_high, most_low; /* of what theirs stand for: all may be one v if
                                  most_low <= v <= least_high */
  int fixed;                   /* the reference has one value for all trajectories */
  int wrong;                   /* and theirs is another */
  double z[VF_TESTS];          /* NaN where there is no test */
  int failed[VF_TESTS];        /* family-wise */
} vf_cell;

/* The outcome of all tests of theirs against one reference. */
typedef struct {
  size_t cells, tests,
      left_out;         /* tests that are made; those that so few trajectories cannot bear */
  double threshold;     /* for |z| of one test */
  size_t wrong, failed; /* fixed values; tests */
  double worst;         /* |z|, infinite where a value is wrong */
  size_t worst_cell;
  vf_test worst_test;
} vf_outcome;

/* Tests every cell of theirs against its reference, and judges them together. `width` columns;
 * n of theirs and m of the reference trajectories. */
void vf_test_cells(vf_cell *cells, size_t count, size_t width, double n, double m,
                   vf_outcome *outcome);

/* By how many standard errors of n against m trajectories the other experiment's moments are off a
 * cell's reference, and with how many trajectories the test is made but for rare samples. */
double vf_shift_of_cell(const vf_cell *cell, const vf_higher_moments *other, vf_test test, double n,
                        double m);
double vf_trajectories_safe(const vf_cell *cell, vf_test test);

/* |z| that a normal number exceeds with that probability. */
double vf_normal_threshold(double probability);

#endif
