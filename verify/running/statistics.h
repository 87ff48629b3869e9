/* Statistics of an ensemble (docs/spec.md section 13): a function of the values alone, whatever
 * their order and however they were divided, in memory that does not grow with their number. */
#ifndef VF_STATISTICS_H
#define VF_STATISTICS_H

#include "running/exact_sum.h"
#include "running/histogram.h"

enum { VF_KEPT_MOST = 1024 }; /* finite values that are kept one by one */

/* What stands for more values than that. */
typedef struct {
  vf_exact exact;
  vf_histogram histogram;
} vf_many;

/* One quantity: an observable at a checkpoint. Zero-initialised. */
typedef struct {
  uint64_t finite, minus_inf, plus_inf; /* the values */
  uint64_t nan, ended;                  /* no values: not a number, and not reached */
  double least, most;                   /* of the values, with -0 below +0 */
  double *kept;                         /* `finite` numbers, or NULL */
  size_t room;                          /* for so many */
  vf_many *many;                        /* the finite values from VF_KEPT_MOST + 1 on, or NULL */
} vf_statistics;

/* Takes the values of `count` trajectories that reach the checkpoint. Those that do not count in
 * `ended`. */
void vf_statistics_add(vf_statistics *statistics, const double *values, size_t count);

/* Takes all that another took. */
void vf_statistics_merge(vf_statistics *statistics, const vf_statistics *other);

/* Keeps no values one by one any more. */
vf_many *vf_statistics_condense(vf_statistics *statistics);

uint64_t vf_statistics_count(const vf_statistics *statistics);

enum { VF_QUANTILES = 5 };

typedef struct {
  double mean, variance, standard_error, least, most;
  double quantile[VF_QUANTILES]; /* 1/20, 1/4, 1/2, 3/4, 19/20 */
  int resolution;                /* of the quantiles: 52 where they are exact */
} vf_summary;

/* NaN where there are too few values. */
vf_summary vf_statistics_summary(const vf_statistics *statistics);

/* The most memory that a quantity takes over `trajectories` trajectories, in bytes. */
size_t vf_statistics_bytes(uint64_t trajectories);

void vf_statistics_free(vf_statistics *statistics);

#endif
