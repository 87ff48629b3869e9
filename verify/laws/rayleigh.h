/* The law of (16) with two eigenvalues and the norm of (17), by its moments: df = [2 a e f (1-f) +
 * e^2 sigma^2 (1 - p f)] dt + 2 e sigma sqrt(f (1-f)) dB. */
#ifndef VF_LAWS_RAYLEIGH_H
#define VF_LAWS_RAYLEIGH_H

#include <stddef.h>
#include <stdint.h>

/* eta from a step on; the norm M of (17) is continuous but for `scale`, by which M is multiplied
 * there. */
typedef struct {
  double start, eta, scale;
} nrq_leg;

typedef struct {
  uint32_t dim;
  double a, sigma, lam, m0;
  const nrq_leg *legs;
  size_t leg_count;
} nrq_law;

/* One value of eta, from the norm of `times` its equilibrium. `leg` keeps the eta. */
nrq_law nrq_constant_law(nrq_leg *leg, uint32_t dim, double a, double sigma, double eta, double lam,
                         double times);

/* e = eta/M at time t; *norm receives M unless it is NULL. */
double nrq_law_rate(const nrq_law *law, double t, double *norm);

/* Risks at the increasing times from f = f0: fourth order in steps of 1/parts. */
void nrq_law_risks(const nrq_law *law, double f0, const double *times, size_t count, int parts,
                   double *risks);

/* Mean of 1-f under the stationary density (25), e^(2 kappa f) on the sphere where `low`
 * coordinates make f and the other `high` have the larger eigenvalue: with f = cos^2 of an angle,
 * cos^(low-1) sin^(high-1) e^(-2 kappa sin^2). By quadrature, to 1e-12. */
double nrq_density_risk(uint32_t low, uint32_t high, double two_kappa);

/* Risk of the stationary law at the equilibrium norm, by its moments. */
double nrq_law_stationary(uint32_t dim, double a, double sigma, double eta, double lam);

/* The rate of relaxation near a guess, e being that of the equilibrium norm: drift = a e, spread =
 * e^2 sigma^2. */
double nrq_relaxation(uint32_t dim, double drift, double spread, double guess);

/* A = 0: E f - 1/p over its start, [1 + (e^(4 el t) - 1) Minf^2/M_0^2]^(-p/(2(p-1))), ratio =
 * Minf^2/M_0^2. */
double nrq_memory(double p, double ratio, double el_t);

/* ---- step by step ---- */

enum { NRQ_MODES = 240 };

/* m_k = E P_2k(x_1/|x|), P_n the Gegenbauer polynomial of the sphere with P_n(1) = 1 (T_n for p =
 * 2). With al = p/2 - 1, x P_n = [(n + 2 al) P_(n+1) + n P_(n-1)]/(2 (n + al)) and (1 - x^2) P_n' =
 * c_n (P_(n-1) - P_(n+1)), c_n = n (n + 2 al)/(2 (n + al)), the generator e^2 sigma^2/2 [(1-x^2)
 * d^2 - (p-1) x d] + a e x (1-x^2) d takes P_n to a combination of P_(n-2), P_n, P_(n+2). */
typedef struct {
  double noise[NRQ_MODES], below[NRQ_MODES], at[NRQ_MODES],
      above[NRQ_MODES]; /* m_k' = e^2 sigma^2 noise + a e (below + at + above) */
} nrq_modes;

void nrq_modes_set(uint32_t dim, nrq_modes *modes);

/* m_k of the direction with f = f0. */
void nrq_modes_start(uint32_t dim, double f0, double *m);

/* One step of length h of the trapezoidal rule, e at its middle. */
void nrq_modes_advance(const nrq_modes *modes, double drift, double spread, double h, double *m);

/* 1 - E f. */
double nrq_modes_risk(uint32_t dim, const double *m);

#endif
