/* Completion of a matrix by U V' with batch-normalised outputs (Figure 1). */
#ifndef VF_CHECKS_EOS_COMPLETION_H
#define VF_CHECKS_EOS_COMPLETION_H

#include "checks/eos/problems.h"

typedef struct {
  uint32_t rows, cols, inner, rank, observed;
  uint64_t seed;
  double init; /* half width of the start */
} eos_shape;

enum { EOS_SMALL_SHAPES = 3 };

extern const eos_shape eos_small_shapes[EOS_SMALL_SHAPES];

typedef struct {
  sid_problem problem;
  eos_shape shape;
  double *matrix, *labels;
  double *factors; /* A, then B: matrix = A B'/sqrt(rank) */
  uint32_t *entries;
  char name[VF_TEXT_SIZE];
} eos_completion;

/* The data: matrix of section 16 of the specification from stream (0, 0), positions from (0, 1);
 * labels as generated, not centred. `inner` is the number of columns of U and V, enough to fit
 * anything. NULL after an error. */
eos_completion *eos_completion_new(vf_context *context, eos_shape shape);
void eos_completion_free(eos_completion *m);

/* Scratch: `vectors` of p numbers, then `outputs` of n, then ref/'s workspace; to be freed. */
double *eos_scratch(const eos_completion *m, size_t vectors, size_t outputs);

/* Start `number` of training: uniform in (-init, init). */
void eos_completion_start(const eos_completion *m, uint64_t number, double *x);

/* The factor of an output in x (of U for side 0, of V for side 1). */
size_t eos_factor(const eos_completion *m, size_t i, int side);

/* s = outputs at x; with v, ds = their derivative along v. */
void eos_outputs(const eos_completion *m, const double *x, const double *v, double *s, double *ds);

/* out += factor J(x)' a, the gradient of sum a_i s_i. */
void eos_pull_back(const eos_completion *m, const double *a, const double *x, double factor,
                   double *out);

/* The true factors, A and B with zeros for the columns not needed, balanced so that |U| =
 * |V|, as x. */
void eos_truth(const eos_completion *m, double *x);

#endif
