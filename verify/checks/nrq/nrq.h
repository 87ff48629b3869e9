/* What the two files of nrq checks share: the noisy Rayleigh quotient L = x'Ax/(2 x'x) with noise
 * (sigma/|x|) P eps, and its real step as an exact map where the noise has finitely many values.
 * Defined in nrq.c. */
#ifndef VF_CHECKS_NRQ_H
#define VF_CHECKS_NRQ_H

#include "harness/check.h"

extern const sid_dynamics nrq_sgd;

/* Rayleigh quotient of a diagonal matrix, or noise alone where there is no spectrum. */
sid_problem nrq_problem(uint32_t dim, const double *spectrum, int32_t noise, double sigma);

/* 1, 1+a, ..., 1+a. */
void nrq_two_values(double *spectrum, uint32_t dim, double a);

/* M at equilibrium: M^2 = (p-1) sigma^2 eta/(2 lam). */
double nrq_equilibrium(uint32_t dim, double sigma, double eta, double lam);

/* x with |x|^2 = m, its direction sqrt(f) e_1 + sqrt(1-f) e_2. */
void nrq_point(double *x, uint32_t dim, double f, double m);

/* (x_1/|x|)^2. */
double nrq_f(const double *x, uint32_t dim);

/* Positions of a stream from which the p signs of rademacher noise are each pattern once; `at` is
 * to be freed. */
typedef struct {
  size_t count; /* 2^p, or 0 if that failed */
  sid_stream *at;
} nrq_signs;

nrq_signs nrq_find_signs(vf_context *context, uint32_t dim);

/* p = 2, A = diag(0, a), noise +-sigma/|x| along the tangent (sphere noise). */
typedef struct {
  double eta, lam, sigma, a;
  size_t many, few; /* polynomials in u = cos 2 angle and in R = |x|^2 */
} nrq_transfer;

enum { T_RISK, T_NORM2, T_RISK_SQUARE, T_MEANS };

typedef struct {
  const nrq_transfer *job;
  sid_problem problem;
  double low, high;  /* of R */
  sid_stream at[64]; /* starts of draws, of which both signs come */
} nrq_map;

/* spectrum is (0, a). 0, or -1. */
int nrq_map_set(nrq_map *map, const nrq_transfer *job, const double *spectrum);

/* The two states that follow (u, R) in a real step of SGD: after[s] = (u, R), s = 0 for a turn to
 * the left of the gradient's, 1 to the right. 0, or -1. */
int nrq_map_both(const nrq_map *map, double u, double r, double after[2][2]);

/* Stationary means[T_MEANS] of job i of an array of nrq_transfer; NaN if it failed. */
void nrq_transfer_one(void *user, size_t i, double *means);

#endif
