/* The second part of the public header of sidyn, which sidyn.h includes: what the dynamics tend to
 * and what is read off them, and random data. */
#ifndef SIDYN_LAWS_H
#define SIDYN_LAWS_H

#ifndef SIDYN_H
#error "include sidyn.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sharpness (spec section 14) ----------------------------------------------------------- */

/* Both give the spherical sharpness |x|^2 lambda_max(Hess L(x)), which for a scale-invariant loss
 * is the largest eigenvalue of the Hessian at x/|x| (eos (004), Definition 1.1), and in *residual a
 * bound of its distance to an eigenvalue. Source of the method: any text on symmetric eigenvalue
 * problems. */

/* `iterations` >= 1 steps v <- (H + shift) v, normalised, from v (p numbers, not 0), which receives
 * the last unit vector. shift is in units of |x|^2 H and must make the wanted eigenvalue the one of
 * largest magnitude. work: p + sid_problem_workspace() doubles. */
double sid_sharpness_power(const sid_problem *problem, const double *x, double shift,
                           uint32_t iterations, double *v, double *residual, double *work);

/* Lanczos with at most `iterations` >= 1 vectors from the start vector of spec section 14.
 * work: sid_sharpness_workspace() doubles. */
double sid_sharpness_lanczos(const sid_problem *problem, const double *x, uint32_t iterations,
                             double *residual, double *work);
size_t sid_sharpness_workspace(const sid_problem *problem, uint32_t iterations);

/* Iterations of the observables spherical_sharpness and midpoint_sharpness (at most p). */
#define SID_SHARPNESS_ITERATIONS 64u

/* Where a direction stands to the circle of minimisers of trough3 and ridge3 (eos (004),
 * Section 4.2; h is <x/|x| - phi, v_1>). */
typedef struct {
  double phi[3];    /* nearest point of the circle, on the unit sphere */
  double angle;     /* of phi: atan2(phi_1, phi_0) */
  double h;         /* signed distance along the top eigenvector v_1 at phi */
  double v1[3];     /* top eigenvector of the Hessian at phi */
  double sharpness; /* lambda_1 at phi */
  double slope;     /* derivative of log lambda_1 along the circle at phi, by arc length, towards
                       growing angle */
} sid_manifold_point;

/* SID_E_KIND unless the problem is trough3 or ridge3; SID_E_ORIGIN where x_0 = x_1 = 0. */
sid_status sid_manifold_project(const sid_problem *problem, const double *x,
                                sid_manifold_point *point);

/* ---- flows and limiting laws (spec section 15) --------------------------------------------- */

typedef enum {
  SID_FLOW_GRADIENT = 1, /* x' = -(grad L(x) + wd x) */
  SID_FLOW_SHARPNESS /* eos (004), (3), on trough3 and ridge3: x' = -factor grad log lambda_1/(4 +
                        weight |grad log lambda_1|^2) */
} sid_flow_kind;

typedef struct {
  int32_t kind; /* sid_flow_kind */
  const sid_problem *problem;
  double wd;     /* gradient */
  double factor; /* sharpness: 2 for GD with weight decay, 1 for RMSprop */
  double weight; /* sharpness: 1 for GD with weight decay, 2/C_b for RMSprop */
} sid_flow;

/* `steps` steps of length h of the classical Runge-Kutta method from x (p numbers, changed in
 * place). Unless error is NULL, steps is even and *error receives an estimate of the error of the
 * result: the largest coordinate of its difference to steps/2 steps of 2h, over 15; NaN where those
 * left the finite numbers. SID_E_KIND, SID_E_COUNT (odd steps with error); SID_E_NONFINITE: x is as
 * it was. work: sid_flow_workspace() doubles. */
sid_status sid_flow_run(const sid_flow *flow, double h, uint64_t steps, double *x, double *error,
                        double *work);
size_t sid_flow_workspace(const sid_problem *problem);

/* The limit map Phi of the gradient flow (fm (000), Section 4): steps of length h from x until |x|
 * |grad L(x)| <= tolerance; *steps receives their number. SID_E_NOT_CONVERGED after max_steps,
 * SID_E_NONFINITE: x and *steps say where it got to. */
sid_status sid_flow_limit(const sid_problem *problem, double h, uint64_t max_steps,
                          double tolerance, double *x, uint64_t *steps, double *work);

/* Limiting diffusion on the circle of minimisers of the normalised linear model, fm (000), (8) with
 * c = C and (13) with c = 1/2: in the variables s = |Y|^2 and the angle theta, ds = (trace/s - 2 c
 * s) dT, d theta = sigma/(rho s) dW. */
typedef struct {
  double c;     /* 1/2 in (13) */
  double trace; /* (D-1) sigma^2 */
  double sigma, rho;
} sid_circle_law;

/* One Euler-Maruyama step of length h of {s, theta}. */
void sid_circle_step(const sid_circle_law *law, double h, double state[2], sid_stream *stream);

/* f_t = (e_1^T x)^2/|x|^2 of the noisy Rayleigh quotient with two eigenvalues, nrq (002), Theorem 1
 * in the corrected form. */
typedef struct {
  double lr, wd, sigma;
  double low, high; /* the eigenvalue of e_1 and that of its complement */
  uint32_t dim;
} sid_rayleigh_law;

/* One Euler-Maruyama step of length h (in steps of SGD) of {f, |x|^4}. f is reflected into [0, 1];
 * the method is weakly right to O(h) while f stays away from 0 and 1 (by several lr sigma
 * sqrt(h)/|x|), and to O(sqrt(h)) near them. */
void sid_rayleigh_law_step(const sid_rayleigh_law *law, double h, double state[2],
                           sid_stream *stream);

/* Levy-driven limit of the linear scaling rule, svag (003), (8): dX = -lr grad L dt - lr sigma dZ
 * with Z a compensated Poisson process of intensity `mean` per unit of time, each
 * coordinate its own. */
typedef struct {
  double lr, sigma;
  double mean;           /* of the counts in one step of length h */
  double exp_minus_mean; /* exp(-mean) */
} sid_levy_law;

/* One step of length h from x (p numbers, in place). work: p + sid_problem_workspace() doubles. */
void sid_levy_step(const sid_levy_law *law, const sid_problem *problem, double h, double *x,
                   sid_stream *stream, double *work);

/* Running average of weights: mean becomes the average of n vectors when x is the n-th (n >= 1). */
void sid_average(double *mean, const double *x, uint64_t n, uint32_t dim);

/* ---- random data (spec section 16) --------------------------------------------------------- */

typedef enum {
  SID_DATA_NORMAL = 1,
  SID_DATA_HEAVY,  /* z^3/sqrt(15): mean 0, variance 1, fourth moment 46.2 */
  SID_DATA_SKEWED, /* (z^2 - 1)/sqrt(2): mean 0, variance 1, third moment sqrt(8) */
  SID_DATA_UNIFORM /* 2U - 1 */
} sid_data_kind;

/* n numbers of a kind. */
sid_status sid_data_fill(sid_stream *stream, int32_t kind, size_t n, double *out);

/* n of the rows*cols positions of a matrix, each set equally likely, as increasing (row, column)
 * pairs. */
sid_status sid_data_entries(sid_stream *stream, uint32_t rows, uint32_t cols, uint32_t n,
                            uint32_t *entries);

/* A B^T/sqrt(rank), A and B with normal entries: rows*cols numbers. work: (rows + cols)*rank
 * doubles. */
sid_status sid_data_low_rank(sid_stream *stream, uint32_t rows, uint32_t cols, uint32_t rank,
                             double *matrix, double *work);

/* Images of bytes around random centres (docs/spec-network.md section 12): each centre has a label,
 * and each image that of its centre. */
typedef struct {
  uint32_t numbers; /* bytes of an image, >= 1 */
  uint32_t centres; /* >= 1; centre k has the label k mod classes */
  uint32_t classes; /* 1..256 */
  double spread;    /* standard deviation of a byte, >= 0 */
} sid_blobs;

/* n images and their labels. work: (centres + 1)*numbers doubles. */
sid_status sid_data_blobs(sid_stream *stream, const sid_blobs *blobs, uint32_t n, uint8_t *pixels,
                          uint8_t *labels, double *work);

#ifdef __cplusplus
}
#endif
#endif
