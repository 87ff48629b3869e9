/* What the papers say of an experiment: a table of laws, each an equation of a paper with its
 * condition and the size of what it leaves out. docs/laws.md. */
#ifndef VF_LAWS_LAWS_H
#define VF_LAWS_LAWS_H

#include "laws/minimum.h"
#include "laws/step.h"

/* An experiment with what several laws ask about it. The texts say what stands in the way, or are
 * NULL. */
typedef struct {
  const sid_experiment *experiment;
  const double *x;        /* the start */
  double norm2;           /* |x|^2 there */
  double lr, wd, el;      /* as the schedule leaves them */
  const char *no_rest;    /* why nothing comes to rest: schedule, weight decay */
  vf_law_step step;       /* at that lr */
  const char *no_noise;   /* why the noise has no trace s2/|x|^2 */
  double s2;              /* of one sample */
  double variance;        /* of |noise|^2 over its squared mean */
  double uneven;          /* how much s2 changes with the direction, relative */
  const char *no_minimum; /* why the minimisers are not known */
  vf_minimum minimum;
} vf_law_case;

/* Of a valid experiment from the start x, which outlives the case. */
vf_law_case vf_law_case_of(const sid_experiment *experiment, const double *x);

/* `here` is the number that the condition is about: the law holds where it is at most `bound`. */
typedef struct {
  double value, here, bound, next;
} vf_law_value;

typedef struct {
  const char *name, *quantity, *condition, *source;
  uint32_t problems, dynamics;                                          /* bits VF_BIT(kind) */
  const char *(*evaluate)(const vf_law_case *one, vf_law_value *value); /* NULL, or why not */
} vf_law;

#define VF_BIT(kind) (UINT32_C(1) << (kind))

extern const vf_law vf_laws[];
extern const size_t vf_law_count;

typedef struct {
  const char *name, *meaning;
} vf_quantity;

extern const vf_quantity vf_quantities[];
extern const size_t vf_quantity_count;

/* Whether the table has a law for this problem and dynamics. */
int vf_law_covers(const vf_law *law, int32_t problem, int32_t dynamics);

/* The first law of a quantity that gives a value; NULL with *reason where none does. */
const vf_law *vf_law_find(const vf_law_case *one, const char *quantity, vf_law_value *value,
                          const char **reason);

/* The equilibrium of the norm under noise: M = |x|^2, e = lr/M, |grad L|^2 over twice the noise
 * trace as far as it enters, and the number that the condition is about. NULL, or why not. */
typedef struct {
  double m, e, sigma2, loss, here, gauss;
} vf_noise_rest;

const char *vf_noise_rest_of(const vf_law_case *one, vf_noise_rest *rest);

/* The laws, by the file that they stand in. */
const char *vf_law_norm2(const vf_law_case *one, vf_law_value *value);
const char *vf_law_norm4(const vf_law_case *one, vf_law_value *value);
const char *vf_law_relaxation(const vf_law_case *one, vf_law_value *value);
const char *vf_law_angle(const vf_law_case *one, vf_law_value *value);
const char *vf_law_angle2(const vf_law_case *one, vf_law_value *value);
const char *vf_law_effective_lr(const vf_law_case *one, vf_law_value *value);
const char *vf_law_noise_edge(const vf_law_case *one, vf_law_value *value);
const char *vf_law_two_values(const vf_law_case *one, vf_law_value *value);
const char *vf_law_equipartition(const vf_law_case *one, vf_law_value *value);
const char *vf_law_mixing(const vf_law_case *one, vf_law_value *value);
const char *vf_law_escape(const vf_law_case *one, vf_law_value *value);
const char *vf_law_critical(const vf_law_case *one, vf_law_value *value);
const char *vf_law_edge_norm2(const vf_law_case *one, vf_law_value *value);
const char *vf_law_edge_lr(const vf_law_case *one, vf_law_value *value);
const char *vf_law_edge_loss(const vf_law_case *one, vf_law_value *value);
const char *vf_law_start_edge(const vf_law_case *one, vf_law_value *value);
const char *vf_law_linear_norm2(const vf_law_case *one, vf_law_value *value);
const char *vf_law_linear_loss(const vf_law_case *one, vf_law_value *value);
const char *vf_law_linear_relaxation(const vf_law_case *one, vf_law_value *value);
const char *vf_law_linear_edge(const vf_law_case *one, vf_law_value *value);

#endif
