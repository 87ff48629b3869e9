/* What the identities are checked on: every scale-invariant problem of ref/ with every noise that
 * it takes. Expected numbers come from fixtures/closed_forms.json by key.
 *
 * Tolerances are counts of roundings: exact_roundings() of them, each 2^-53 of the largest term
 * that enters (the `size` of a subject). */
#ifndef VF_CHECKS_EXACT_H
#define VF_CHECKS_EXACT_H

#include "harness/text.h"

#define EXACT_ULP 0x1p-53

enum {
  EXACT_DIM = 11,      /* largest dimension of a subject */
  EXACT_SAMPLES = 4,   /* samples of the finite family */
  EXACT_LOSSES = 8,    /* problems with a loss; the first of exact_bases */
  EXACT_SUBJECTS = 54, /* problems times the noise kinds that each takes */
  EXACT_WORK = 128     /* >= sid_step_workspace() of every subject */
};

typedef struct {
  char name[VF_TEXT_SIZE];
  sid_problem problem;
  double loss_size; /* largest term of the gradient at |x| = 1 */
  double
      noise_size; /* the same for a noise draw: standard deviation times the largest normal, 8.6 */
} exact_subject;

typedef struct {
  const char *name;
  double sigma;
  int32_t kind;
  int diagonal;
} exact_noise;

/* Places in exact_bases and exact_noises. */
enum { EXACT_RAYLEIGH_DENSE = 1, EXACT_LINEAR = 2, EXACT_RATIO2 = 3 };
enum {
  EXACT_NONE,
  EXACT_GAUSSIAN,
  EXACT_DIAGONAL_GAUSSIAN,
  EXACT_RADEMACHER,
  EXACT_DIAGONAL_RADEMACHER,
  EXACT_SPHERE,
  EXACT_OF_SAMPLES
};

extern const double exact_point[EXACT_DIM], exact_direction[EXACT_DIM];
extern const double exact_matrix[9]; /* of the dense Rayleigh quotient */
extern const exact_subject exact_bases[];
extern const exact_noise exact_noises[];
extern const exact_subject *const exact_toy; /* ratio2, x^2/(x^2 + y^2) */

exact_subject exact_with_noise(const exact_subject *base, const exact_noise *noise);

/* All that ref/ accepts. The count is checked, so that a validation that refuses too much is
 * seen. */
size_t exact_subjects(vf_context *context, exact_subject subjects[EXACT_SUBJECTS]);

/* Roundings in a gradient, a Hessian-vector product (three chains of dot products) or a noise draw,
 * on each of two sides. */
double exact_roundings(const sid_problem *problem);
extern const char exact_basis[];

void exact_scaled_point(const sid_problem *problem, double factor, double *x);

sid_stream exact_stream(uint64_t number);

#endif
