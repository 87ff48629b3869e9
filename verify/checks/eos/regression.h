/* Linear regression with batch normalisation (Section 5): data, and what follows from them.
 *
 * Everything about a regression follows from its centred inputs Xc and labels t (n rows each),
 * gamma^2 = |t|^2/n, by eigenvalues of n x n matrices: the rows of Xc span the row space; w* =
 * pinv(Xc) t is the solution of (M) in Theorem 5.1; with Sigma = Xc'Xc/n and c = Xc't/n the loss is
 * 2 gamma^2 - 2 gamma <w, c>/|w|_Sigma. Minimisers are a w* + null vectors, a > 0. On the unit
 * sphere, with psi the angle to w*, the Hessian there is 2 (|w*|/cos psi)^2 (Sigma - c c'/gamma^2),
 * so lam1 = 2 Lam |w~|^2, Lam = lam_max(Sigma - c c'/gamma^2), |w~| = |w*|/cos psi; hence |grad log
 * lam1| = 2 tan psi, and the flow (3) reads psi' = -sin psi cos psi, tan psi = tan psi_0 e^-tau. */
#ifndef VF_CHECKS_EOS_REGRESSION_H
#define VF_CHECKS_EOS_REGRESSION_H

#include "checks/eos/problems.h"

enum { EOS_SAMPLES = 20, EOS_REGRESSIONS = 3 };

typedef struct {
  sid_problem problem;
  size_t n, d, rank;
  double features[EOS_SAMPLES * EOS_DIM], labels[EOS_SAMPLES];
  double centred[EOS_SAMPLES * EOS_DIM], t[EOS_SAMPLES], gamma;
  double row[EOS_SAMPLES * EOS_DIM]; /* orthonormal basis of the row space, `rank` vectors */
  double condition;                  /* of Xc, squared */
  double best[EOS_DIM], best2;       /* w*, |w*|^2 */
  double unit_best[EOS_DIM];         /* direction of w* */
  double lam_cap, top[EOS_DIM];      /* Lam and its eigenvector */
  double null[EOS_DIM];              /* a unit vector of the null space */
  char name[VF_TEXT_SIZE];
} eos_regression;

/* 0 is that of row eos7 in size, 1 small and skewed, 2 in closed form; to be freed. NULL after an
 * error. */
eos_regression *eos_regression_new(vf_context *context, int which);

/* Relative error of what follows from the data: Jacobi's n x n problems, each solved to 10 n
 * roundings of the largest eigenvalue, divided by the least. */
double eos_regression_error(const eos_regression *r);

/* How much larger than the spread of the outputs the terms are that they are summed from. */
double eos_cancellation(const eos_regression *r, const double *w);

/* out = part of w outside the row space; returns |row part|^2. */
double eos_regression_split(const eos_regression *r, const double *w, double *out);

/* Direction at angle psi from w* along `null`, moved by h along the top eigenvector; |row part|^2 =
 * row2 for h = 0. */
void eos_regression_place(const eos_regression *r, double psi, double h, double row2, double *x);

/* zeta: the minimiser at angle psi from w* in the plane of w* and the unit null vector `null`. */
void eos_zeta(const eos_regression *r, const double *null, double psi, double *zeta);

/* |x/|x| - zeta| */
double eos_direction_distance(const double *x, const double *zeta, size_t d);

/* lam1 of the minimisers at angle psi. */
double eos_regression_lam1(const eos_regression *r, double psi);

/* |row part|^2 at the edge: et lam1 = 2 with et = eta/((1-ein)|w|^2), lam1 = 2 Lam |w*|^2
 * |w|^2/|row part|^2. */
double eos_regression_edge(const eos_regression *r, double eta, double ein);

/* Start `number`: normal coordinates of this size. */
void eos_regression_start(const eos_regression *r, uint64_t number, double size, double *x);

/* One step of GD; 0 and an error in the report if it fails. */
int eos_regression_step(vf_context *context, const eos_regression *r, double eta, double lam,
                        double *x);

#endif
