/* The verification harness: what a check is, and the ways in which it may compare.
 *
 * A check is one claim of one paper. It calls the comparisons below, one call per instance (case);
 * its verdict is the worst of its cases. A tolerance is always given together with its basis: the
 * error analysis or standard error that it comes from. Expected values come from fixtures/ by key,
 * never from ref/. */
#ifndef VF_CHECK_H
#define VF_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include "running/ensemble.h"

/* Each has the checks of those before it: quick, seconds (make verify); full, finer and longer,
 * some minutes (make verify-full); deep, the sizes of the papers, half an hour (make verify-deep).
 */
typedef enum { VF_QUICK, VF_FULL, VF_DEEP } vf_tier;

typedef enum { VF_PASS, VF_INCONCLUSIVE, VF_FAIL } vf_verdict; /* in order of badness */

typedef struct vf_context vf_context;

typedef struct {
  const char
      *id; /* <row of the science>.<topic>, e.g. svag2.weak-order; errata: errata.<row>-<slug> */
  const char *source; /* paper and place, e.g. "svag, Theorem 4.3" */
  const char *claim;  /* one line */
  vf_tier tier;       /* the first tier that runs it */
  void (*run)(vf_context *context);
} vf_check;

/* Threads that a check may use, and the tier asked for. */
int vf_jobs(const vf_context *context);
vf_tier vf_tier_of(const vf_context *context);

/* The value stored under `key` in fixtures/closed_forms.json. An unknown key fails the check and
 * gives NaN. */
double vf_expected(vf_context *context, const char *key);

/* Fails the check because something it needs did not work (a status). */
void vf_error(vf_context *context, const char *instance, const char *what);

/* Leaves the check inconclusive because something that it needs is not there. */
void vf_undecided(vf_context *context, const char *instance, const char *what);

/* |measured - expected| <= tolerance. */
void vf_within(vf_context *context, const char *instance, double measured, double expected,
               double tolerance, const char *basis);

/* |measured - expected| <= tolerance*|expected|. */
void vf_within_relative(vf_context *context, const char *instance, double measured, double expected,
                        double tolerance, const char *basis);

/* measured <= bound (not a tolerance: an inequality that is claimed). */
void vf_at_most(vf_context *context, const char *instance, double measured, double bound,
                const char *basis);
void vf_at_least(vf_context *context, const char *instance, double measured, double bound,
                 const char *basis);

/* The same bits in a[count] and b[count]; shows the number of differences. count 0 fails. */
void vf_same_bits(vf_context *context, const char *instance, const double *a, const double *b,
                  size_t count);

/* A Monte Carlo mean with its standard error: |measured - expected| <= 3 standard errors.
 * Inconclusive where 3 standard errors exceed a fifth of `effect`, the difference that the check is
 * there to see (what a wrong formula would give). */
void vf_monte_carlo(vf_context *context, const char *instance, double measured,
                    double standard_error, double expected, double effect, const char *basis);

/* An erratum: measured agrees with the right value within tolerance and does not agree with the
 * printed one. Inconclusive where the two differ by less than five tolerances. The reports show
 * printed, right and measured side by side. */
void vf_erratum(vf_context *context, const char *instance, double measured, double right,
                double printed, double tolerance, const char *basis);

/* An erratum whose claim is a bound. The relations are "=", "<=" and ">=": print claims measured
 * `printed_relation` printed. Passes if measured violates that by more than tolerance and keeps
 * measured `right_relation` right within tolerance. right_relation is NULL, and right is not looked
 * at, where nothing takes the printed claim's place. */
void vf_erratum_claim(vf_context *context, const char *instance, double measured,
                      const char *right_relation, double right, const char *printed_relation,
                      double printed, double tolerance, const char *basis);

/* The printed formula alone, for a claim that is wrong at an instance: fails if it holds within
 * tolerance. */
void vf_rejected(vf_context *context, const char *instance, double measured, double printed,
                 double tolerance, const char *basis);

/* Order of convergence: error(h) ~ c h^order (1 + d h), by least squares of log|error| on (1, log
 * h, h) over n >= 4 values. Passes if `order` lies within the 99 % confidence interval widened by
 * nothing, and the interval's half width is at most 0.25; a wider interval is inconclusive. Returns
 * the estimate. */
double vf_order(vf_context *context, const char *instance, const double *h, const double *error,
                size_t n, double order);

/* The data behind a figure: attaches a table of rows*column_count numbers (row by row, copied) to
 * the check's result; the JSON report has it as checks[].series[]. Says nothing about the verdict,
 * but a table without numbers fails the check. Several tables of one check need different names. */
void vf_series(vf_context *context, const char *name, const char *const *columns,
               size_t column_count, const double *values, size_t rows);

/* How the last series is drawn, where that is not all columns over the first: the names of columns,
 * X,Y,Y;Y, that of the horizontal axis first; ';' begins a panel below. */
void vf_view(vf_context *context, const char *view);

/* ---- statistics, each the exact number rounded once (docs/spec.md section 13) ---- */

typedef struct {
  double mean, variance, standard_error; /* variance with n-1 */
} vf_moments;

/* NaN where there are too few values or one is NaN; an infinite value gives an infinite mean. */
vf_moments vf_moments_of(const double *values, size_t n);

/* ---- registry: each row's file ends with VF_ROW(row, its table, how it is measured, what would
 * turn it red); its first comment is the law that the row is about, as `sidyn explain` shows it. */

typedef struct {
  const char *row;
  const vf_check *checks;
  size_t count;
  const char *measured, *breaks; /* one line each, without a full stop */
} vf_table;

#define VF_ROW(row, table, measured, breaks)                                                       \
  extern const vf_table vf_row_##row;                                                              \
  const vf_table vf_row_##row = {#row, table, sizeof(table) / sizeof(table)[0], measured, breaks}

/* checks/registry.c */
extern const vf_table *const vf_rows[];
extern const char *const vf_row_laws[]; /* the first comment of each row's file */
extern const size_t vf_row_count;

#endif
