/* Internal: what the problem files share. One file per problem in problems/ gives loss, gradient
 * and Hessian-vector product, and where there is a finite family the gradient of a sample;
 * problem.c chooses among them by kind; noise.c draws the noise of all. Workspaces are parts of the
 * caller's sid_problem_workspace(). */
#ifndef SID_PROBLEM_H
#define SID_PROBLEM_H

#include "config.h"
#include "sidyn.h"

/* The knob SID_PROBLEMS. */
#define SID_HAS(kind) (((SID_PROBLEMS) >> (kind)&1u) != 0)

/* problems/rayleigh.c */
double sid_rayleigh_loss(const sid_problem *problem, const double *x, double *work);
void sid_rayleigh_gradient(const sid_problem *problem, const double *x, double *gradient,
                           double *work);
void sid_rayleigh_hessian_vector(const sid_problem *problem, const double *x, const double *y,
                                 double *hy, double *work);

/* problems/normalised_linear.c */
double sid_normalised_linear_loss(const sid_problem *problem, const double *x);
void sid_normalised_linear_gradient(const sid_problem *problem, const double *x, double *gradient,
                                    double *work);
void sid_normalised_linear_hessian_vector(const sid_problem *problem, const double *x,
                                          const double *y, double *hy, double *work);
void sid_normalised_linear_sample(const sid_problem *problem, uint32_t i, const double *x,
                                  double *gradient);

/* problems/ratio2.c */
double sid_ratio2_loss(const double *x);
void sid_ratio2_gradient(const double *x, double *gradient);
void sid_ratio2_hessian_vector(const double *x, const double *v, double *hv);

/* problems/quadratic_samples.c */
double sid_quadratic_samples_loss(const sid_problem *problem, const double *x, double *work);
void sid_quadratic_samples_gradient(const sid_problem *problem, const double *x, double *gradient);
void sid_quadratic_samples_hessian_vector(const sid_problem *problem, const double *v, double *hv);
void sid_quadratic_samples_sample(const sid_problem *problem, uint32_t i, const double *x,
                                  double *gradient);

/* problems/quadratic_noisy.c */
double sid_quadratic_noisy_loss(const sid_problem *problem, const double *x, double *work);
void sid_quadratic_noisy_gradient(const sid_problem *problem, const double *x, double *gradient);

/* problems/height3.c: trough3 and ridge3 */
double sid_height3_loss(const sid_problem *problem, const double *x);
void sid_height3_gradient(const sid_problem *problem, const double *x, double *gradient);
void sid_height3_hessian_vector(const sid_problem *problem, const double *x, const double *y,
                                double *hy);

/* problems/bn_regression.c */
double sid_bn_regression_loss(const sid_problem *problem, const double *x, double *work);
void sid_bn_regression_gradient(const sid_problem *problem, const double *x, double *gradient,
                                double *work);
void sid_bn_regression_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                      double *hv, double *work);

/* problems/bn_completion.c */
double sid_bn_completion_loss(const sid_problem *problem, const double *x, double *work);
double sid_bn_completion_test_loss(const sid_problem *problem, const double *x, double *work);
void sid_bn_completion_gradient(const sid_problem *problem, const double *x, double *gradient,
                                double *work);
void sid_bn_completion_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                      double *hv, double *work);

/* problems/poisson.c */
double sid_poisson_loss(const sid_problem *problem, const double *x);
void sid_poisson_gradient(const sid_problem *problem, double *gradient);
void sid_poisson_minibatch(const sid_problem *problem, uint32_t batch, sid_stream *stream,
                           double *gradient);

/* noise.c: one draw of the problem's own noise (not samples) into noise[p]. */
void sid_noise_draw(const sid_problem *problem, const double *x, sid_stream *stream, double *noise);

/* dynamics/step.c: SID_OK where x is a state of the problem, else SID_E_NONFINITE or SID_E_ORIGIN;
 * and the same for the whole state of a dynamics. */
sid_status sid_step_state(const sid_problem *problem, const sid_dynamics *dynamics,
                          const double *x);
sid_status sid_step_domain(const sid_problem *problem, const double *x);

/* A step like sid_step(); a backend may bring a faster one of the same bits. */
typedef sid_status (*sid_step_fn)(const sid_problem *problem, const sid_dynamics *dynamics,
                                  double lr, double wd, double *x, sid_stream *stream,
                                  double *work);

/* What a run calls: NULL stands for sid_step(), and for nothing at checkpoints. */
typedef struct {
  sid_step_fn step;
  sid_checkpoint_fn callback;
  void *user;
} sid_run_hooks;

/* run.c: sid_run() of a valid experiment with another step; work holds sid_run_workspace()
 * doubles. */
sid_status sid_run_with(const sid_run_hooks *hooks, const sid_experiment *experiment,
                        uint64_t trajectory, double *x, uint64_t *step, double *work);

/* observe.c: l for svag, else 1. */
uint64_t sid_steps_per_unit(const sid_experiment *experiment);

/* validate.c: shared range checks of real parameters. */
int sid_is_nonnegative(double value);
int sid_is_positive(double value);
int sid_all_finite(const double *values, size_t count);

#endif
