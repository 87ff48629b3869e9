/* eos (004), "Understanding the Generalization Benefit of Normalization Layers: Sharpness
 * Reduction". What its rows share: one problem of every scale-invariant kind that has a loss,
 * random streams, dense Hessians.
 *
 * Notation: theta = th = w/|w|; ein = eta lam is the intrinsic rate (el in other papers); et =
 * eta/((1-ein)|w|^2) the effective LR; lam1 the spherical sharpness, the largest eigenvalue of the
 * Hessian at th; phi the nearest minimiser, h the signed distance to it along the top eigenvector
 * v_1; Gamma the minimisers of unit norm, g = |grad_Gamma log lam1|; tau the time of flow (3).
 *
 * Nothing of eos is random but starting points and data: every number is that of a deterministic
 * trajectory. A claim that holds in the limit of a small ein is measured at several ein, and either
 * the order of its error is fitted or the limit extrapolated (exponent.h, harness/limit.h). */
#ifndef VF_CHECKS_EOS_PROBLEMS_H
#define VF_CHECKS_EOS_PROBLEMS_H

#include "harness/text.h"

#define EOS_ULP 0x1p-53 /* one rounding of 1 */

enum {
  EOS_DIM = 40,                    /* largest dimension of a dense Hessian */
  EOS_MATRIX = EOS_DIM * EOS_DIM,  /* of a dense Hessian */
  EOS_WORK = 12 * EOS_DIM + 4 * 64 /* >= every workspace of ref/ up to EOS_DIM, 64 samples */
};

extern const sid_dynamics eos_gd;

/* ---- problems ---- */

typedef struct {
  const char *name;
  sid_problem problem;
} eos_subject;

enum { EOS_SUBJECTS = 8 };

extern const eos_subject eos_subjects[EOS_SUBJECTS];
extern const sid_problem *const eos_rayleigh, *const eos_ratio2; /* two of them */

/* A regression that these 8 weights solve exactly, up to the rounding of the labels. The minimisers
 * of unit norm are a manifold of dimension 8 - 4 = 4: the features less their mean have rank 4. */
extern const sid_problem eos_exact_regression;
extern const double eos_exact_weights[8];

/* A random direction. */
void eos_random(const sid_problem *problem, uint64_t number, double *th);

/* ---- dense Hessians ---- */

/* |x|^2 Hess L(x), p <= EOS_DIM products of ref/ with unit vectors, made symmetric. */
void eos_hessian(const sid_problem *problem, const double *x, double *h);

/* Eigenvalues of it; returns the index of the largest. */
size_t eos_eigenvalues(const sid_problem *problem, const double *x, double *values);

#endif
