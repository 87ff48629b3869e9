/* Poisson gradients (svag, Example F.1): steps as linear functions of the counts that they draw. */
#ifndef SVAG_POISSON_H
#define SVAG_POISSON_H

#include "harness/check.h"

enum { SVAG_COUNTS = 4, SVAG_POISSON_MEANS = 3, SVAG_POISSON_CASES = 3 };

typedef struct {
  double mean, exp_minus_mean;
} svag_poisson_mean;

/* Means 1, 1/2 and 3 with exp(-1), exp(-1/2) and exp(-3), each the nearest binary64. */
extern const svag_poisson_mean svag_poisson_means[SVAG_POISSON_MEANS];

/* The instances of fixtures/: learning rate, mean and time. */
typedef struct {
  const char *key, *eta, *T;
  svag_poisson_mean mean;
} svag_poisson_case;

extern const svag_poisson_case svag_poisson_cases[SVAG_POISSON_CASES];

sid_problem svag_poisson_problem(uint32_t p, svag_poisson_mean mean);

/* The number of uniforms whose running product stays at or above exp(-mean): Knuth's Poisson
 * variable. */
double svag_poisson_count(sid_stream *stream, double exp_minus_mean);

/* A step from 0 that draws counts; `take` does it with the next draws of the stream. */
typedef struct svag_counted_step {
  double (*take)(vf_context *context, const struct svag_counted_step *step, sid_stream *stream);
  const char *name;
  sid_problem problem;
  sid_dynamics dynamics;
  svag_poisson_mean mean;
  uint32_t draws;
  double eta, unit; /* learning rate of a single sample, and the time of a step in such samples */
} svag_counted_step;

/* What a step does with its counts: D = base + sum_i slope_i n_i. */
typedef struct {
  double base, slope[SVAG_COUNTS];
  double misfit; /* largest deviation from this form over sum_i |slope_i| n_i */
} svag_count_response;

svag_count_response svag_respond_to_counts(vf_context *context, const svag_counted_step *step);

/* Batch B at the learning rate B eta is a step of B units; SVAG takes l steps per unit. */
svag_counted_step svag_poisson_sgd(svag_poisson_mean mean, double eta, uint32_t batch);
svag_counted_step svag_poisson_svag(svag_poisson_mean mean, double eta, uint32_t l);

/* The n-th cumulant at time T: increments are independent, so cumulants add. */
double svag_cumulant_at(const svag_counted_step *step, const svag_count_response *response,
                        double T, uint32_t n);
double svag_third_moment(vf_context *context, const svag_counted_step *step, double T);

#endif
