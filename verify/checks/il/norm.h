/* The norm under noise of fixed length, which makes it deterministic: |g|^2 = tr Sigma in every
 * draw. m steps of rate eta/m and noise sqrt(m) times as long are m substeps of the SDE
 * (il1.substeps), so laws of the SDE's norm are limits m -> infinity of such runs. */
#ifndef VF_IL_NORM_H
#define VF_IL_NORM_H

#include "checks/il/il.h"

/* A phase of a schedule; time in units of a step of rate eta. */
typedef struct {
  double eta, lam, time;
} il_phase;

typedef struct {
  double tr, g0; /* tr Sigma at |W| = 1, |W_0|^2 */
  const il_phase *phases;
  uint32_t phase_count; /* at most IL_SEGMENTS */
  uint32_t m;           /* steps per unit of time */
} il_norm_case;

/* In the paper's units, where the rate is eta and not eta/m; the angle is that of the last step. */
typedef struct {
  double norm2, gamma, effective_lr, angle;
} il_norm;

enum { IL_SEGMENTS = 8 };

/* The phases as segments of m steps per unit of time; returns the number of steps. */
uint64_t il_segments(const il_phase *phases, uint32_t count, uint32_t m, sid_segment *segments);

/* sgd with sphere noise in dimension 3, without loss: a row every `every` steps. NULL after an
 * error in the report. The caller frees. */
il_norm *il_norm_run(vf_context *context, const char *name, const il_norm_case *one, uint64_t every,
                     size_t *rows);

/* The last row; NaN after an error. */
il_norm il_norm_end(vf_context *context, const char *name, const il_norm_case *one);

/* Product of the cosines of the angles of norms[first + 1 .. last]. A tangential step of fixed
 * length and random sign has E[direction+ | direction] = direction cos D: with a row at every step
 * it is the mean overlap of the directions at `first` and `last`. */
double il_norm_overlap(const il_norm *norms, size_t first, size_t last);

typedef enum { IL_NORM2, IL_GAMMA, IL_OVERLAP } il_quantity;

/* The limit m -> infinity of a quantity at the end against `expected`, from first, 2 first, ...
 * steps per unit of time. */
void il_norm_limit(vf_context *context, const char *name, const il_norm_case *one, uint32_t first,
                   il_quantity quantity, double expected);

/* At the fixed point of R+ = (1-el)^2 R + eta^2 tr/R, relative: the 40 roundings of a step are
 * damped by 4 el. */
double il_fixed_tolerance(double el);
extern const char il_fixed_basis[];

/* Effective LR at the fixed point R^2 = eta tr/(lam (2-el)). */
double il_fixed_rate(double el, double tr);

/* Time at which gamma over its equilibrium first is 1 + eps: between two rows by a straight line in
 * the logarithm of the excess, which is one up to the error of a step. NaN if it does not
 * happen. */
double il_crossing(vf_context *context, const char *name, const il_norm_case *run,
                   double equilibrium, double eps);

/* Time for gamma to come from `ratio` times its equilibrium to 1 + eps times, at rates eta and lam:
 * the limit m -> infinity of runs with first, 2 first, ... substeps, against `expected`. Returns
 * the limit. */
double il_norm_time(vf_context *context, const char *name, double eta, double lam, double ratio,
                    double eps, int first, double expected);

#endif
