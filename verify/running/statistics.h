/* Statistics of an ensemble, one number at a time in the order of the trajectories (docs/spec.md
 * section 13), in memory that does not grow with their number. */
#ifndef VF_STATISTICS_H
#define VF_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* A canonical sum whose terms come one by one. */
typedef struct {
  double acc[8];
  uint64_t terms;
} vf_running_sum;

void vf_running_add(vf_running_sum *sum, double term);
double vf_running_total(const vf_running_sum *sum);

/* Counts in bins of 1/128 of a binade, pages of them only where there is data. */
typedef struct {
  uint64_t *pages;        /* page_count*128 counters */
  uint16_t page_of[4096]; /* by sign and exponent; 0 is none, else the number of the page from 1 */
  uint16_t page_count;
} vf_histogram;

/* One quantity: an observable at a checkpoint. Zero-initialised. */
typedef struct {
  vf_running_sum first, second; /* of value - shift and its square */
  double shift, least, most;
  uint64_t count; /* of the numbers among the values */
  vf_histogram histogram;
} vf_statistics;

/* Takes the value of the next trajectory; NaN (not reached) counts as no value. */
void vf_statistics_add(vf_statistics *statistics, double value);

double vf_statistics_mean(const vf_statistics *statistics);
double vf_statistics_variance(const vf_statistics *statistics); /* with count - 1 */

/* The quantile, 0 < fraction < 1, by linear interpolation in its bin: within 1/128 of its
 * magnitude. */
double vf_statistics_quantile(const vf_statistics *statistics, double fraction);

void vf_statistics_free(vf_statistics *statistics);

#endif
