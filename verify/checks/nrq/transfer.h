/* Stationary means of the real step at p = 2, A = diag(0, a), noise +-sigma/|x| along the tangent
 * (sphere noise). */
#ifndef VF_CHECKS_NRQ_TRANSFER_H
#define VF_CHECKS_NRQ_TRANSFER_H

#include "checks/nrq/nrq.h"

typedef struct {
  double eta, lam, sigma, a;
  size_t many, few; /* polynomials in u = cos 2 angle and in R = |x|^2 */
} nrq_transfer;

enum { NRQ_T_RISK, NRQ_T_NORM2, NRQ_T_RISK_SQUARE, NRQ_T_MEANS };

/* Stationary means[NRQ_T_MEANS] of job i of an array of nrq_transfer, for vf_map; NaN where that
 * failed. */
void nrq_transfer_one(void *user, size_t i, double *means);

/* ---- the real step as a map of (u, R) ---- */

typedef struct {
  const nrq_transfer *job;
  sid_problem problem;
  double low, high;  /* of R, an interval that the map keeps */
  sid_stream at[64]; /* starts of draws, of which both signs come */
} nrq_map;

/* spectrum is (0, a). */
void nrq_map_set(nrq_map *map, const nrq_transfer *job, const double *spectrum);

/* The two states that follow (u, R): after[s] = (u, R), s = 0 for a turn to the left of the
 * gradient's, 1 to the right. 0, or -1. */
int nrq_map_both(const nrq_map *map, double u, double r, double after[2][2]);

#endif
