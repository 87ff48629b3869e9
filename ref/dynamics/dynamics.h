/* Internal: one step of each family of dynamics, in place, without the checks that sid_step() makes
 * around it. work holds three vectors of p doubles, then the problem's own workspace. docs/spec.md
 * section 7. */
#ifndef SID_DYNAMICS_H
#define SID_DYNAMICS_H

#include "../sidyn.h"

/* step.c: SID_OK where x is a state of the problem, else SID_E_NONFINITE or SID_E_ORIGIN; and the
 * same for the whole state of a dynamics. */
sid_status sid_step_domain(const sid_problem *problem, const double *x);
sid_status sid_step_state(const sid_problem *problem, const sid_dynamics *dynamics,
                          const double *x);

/* The indices of the next batch of epochs, whose numbers in the state are `order`; its stream draws
 * a new order where one is due. */
const double *sid_epochs_next(const sid_problem *problem, const sid_dynamics *dynamics,
                              sid_stream *stream, double *order);

/* sgd.c */
void sid_step_gd(const sid_problem *problem, double lr, double wd, double *x, double *work);
void sid_step_sgd(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                  double *x, sid_stream *stream, double *work);
void sid_step_svag(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                   double *x, sid_stream *stream, double *work);

/* sde.c; substeps is given apart because noisy gradient descent is one substep. */
void sid_step_sde(const sid_problem *problem, uint32_t substeps, uint32_t batch, double lr,
                  double wd, double *x, sid_stream *stream, double *work);
void sid_step_sde2(const sid_problem *problem, uint32_t substeps, uint32_t batch, double lr,
                   double wd, double *x, sid_stream *stream, double *work);

/* momentum.c */
void sid_step_momentum(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                       double wd, double *x, sid_stream *stream, double *work);

/* adam.c: adam_l2 and adamw */
void sid_step_adam(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                   double *x, sid_stream *stream, double *work);

/* projected.c: projected_gd, rmsprop and quasi_rmsprop; the effective learning rate of a state
 * whose last number is `memory`, and the start of such a state from x. */
void sid_step_projected(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                        double wd, double *x, double *work);
double sid_projected_lr(const sid_dynamics *dynamics, double lr, double wd, double memory);
void sid_projected_begin(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                         double *x);

#endif
