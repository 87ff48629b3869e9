/* Row net5, the angle of a step. From the balance of gain and loss of R (net4) a step of SGD at
 * equilibrium turns the weights by an angle with E angle^2 = 2 el to first order (il, (9)), with
 * momentum 2 el/(1 + beta) (il, Appendix C.1) where el = eta lam/(1 - beta). That is its mean
 * square: gradients of batches differ in length, so its mean is below sqrt(2 el) (nrq4). */
#include <math.h>
#include <stdlib.h>
#include "checks/net/digits.h"

enum { NET_COUNT = 32 }; /* trajectories, at most */

/* SGD with the rate eta (1-beta), so that el = eta lam whatever beta is. */
typedef struct {
  double eta, lam, start;
  uint32_t batch;
  size_t count, steps; /* trajectories; steps observed of each, `every` apart, after `first` */
  uint64_t first, every;
} net_turning;

/* Over sqrt(2 el): the mean square of the angle, its root, and the mean. A trajectory is one value
 * of each. */
typedef struct {
  vf_moments square, mean;
  double rms, rms_error;
} net_angle;

static void net_sum_up(const net_turning *run, const double *rows, net_angle *angle) {
  double squares[NET_COUNT], means[NET_COUNT];
  const double unit = sqrt(2.0 * run->eta * run->lam);
  for (size_t i = 0; i < run->count; i++) {
    squares[i] = means[i] = 0.0;
    for (size_t k = 0; k < run->steps; k++) {
      const double one = rows[i * run->steps + k] / unit;
      squares[i] += one * one / (double)run->steps, means[i] += one / (double)run->steps;
    }
  }
  angle->square = vf_moments_of(squares, run->count);
  angle->mean = vf_moments_of(means, run->count);
  angle->rms = sqrt(angle->square.mean);
  angle->rms_error = angle->square.standard_error / (2.0 * angle->rms);
}

/* -1 after an error. */
static int net_turn(vf_context *context, const char *name, const net_case *made,
                    const net_turning *run, double beta, net_angle *angle) {
  static const int32_t observed[] = {SID_STEP_ANGLE};
  sid_segment segment;
  sid_experiment experiment =
      net_experiment(made, &segment, run->eta * (1.0 - beta), run->lam, run->start);
  uint64_t *steps = vf_steps(run->first, run->every, run->steps);
  experiment.dynamics = net_sgd(beta);
  experiment.dynamics.batch = run->batch;
  experiment.steps = steps[run->steps - 1];
  experiment.checkpoints = steps, experiment.checkpoint_count = (uint32_t)run->steps;
  experiment.observables = observed, experiment.observable_count = 1;
  double *rows = vf_observe(context, name, &experiment, run->count);
  if (rows) net_sum_up(run, rows, angle);
  free(rows), free(steps);
  return rows ? 0 : -1;
}

/* Over all steps of a path the mean of log(1 + tan(angle)^2) is -2 log a but for log(R_T/R_0)/T, so
 * that paths of 5/el steps agree closely. Terms of order el are dropped: el = .005. With momentum
 * the step is (1-beta) eta times the sum of past gradients: E angle^2 = 2 el (1-beta)/(1+beta).
 * Effect: beta forgotten under the square, or the square of the mean for the mean square. */
static void net_angles(vf_context *context) {
  static const double betas[] = {0.0, 0.5};
  static const net_turning run = {0.16, 0.03125, 0.2, 8, 16, 1000, 500, 1};
  static net_case made;
  net_make_of(&made, &net_small);
  for (size_t b = 0; b < 2; b++) {
    const double beta = betas[b], law = (1.0 - beta) / (1.0 + beta);
    char name[VF_TEXT_SIZE];
    net_angle angle;
    vf_text(name, "angle^2/(2 el), bn, beta=%g", beta);
    if (net_turn(context, name, &made, &run, beta, &angle)) return;
    vf_monte_carlo(context, name, angle.square.mean, angle.square.standard_error, law,
                   beta > 0.0 ? (1.0 - beta) * (1.0 - law / (1.0 - beta)) : 0.07,
                   "effect: 1 for 1/(1+beta); the mean angle squared");
    vf_text(name, "mean angle over the rms, bn, beta=%g, and 3 s.e.", beta);
    if (beta == 0.0)
      vf_at_most(context, name, (angle.mean.mean + 3.0 * angle.mean.standard_error) / angle.rms,
                 0.98, "lengths of gradients differ");
  }
}

/* Two layers of width 32 on the digits, el = .002. Another implementation, with random numbers of
 * its own, measured these. Effect: the mean for the rms; beta forgotten. */
static void net_digits_angles(vf_context *context) {
  static const struct {
    double beta, rms, error;
  } others[] = {{0.0, 0.9983, 0.0007}, {0.5, 0.812, 0.006}, {0.9, 0.718, 0.006}};
  static const net_turning run = {0.16, 0.0125, 0.0495, NET_BATCH, 8, 2000, 1500, 1};
  static net_case made;
  if (net_digits(context, &made, &net_digits_large)) return;
  for (size_t b = 0; b < 3; b++) {
    const double beta = others[b].beta;
    char name[VF_TEXT_SIZE];
    net_angle angle;
    vf_text(name, "rms angle/sqrt(2 el), digits, beta=%g", beta);
    if (net_turn(context, name, &made, &run, beta, &angle)) return;
    const double unit = sqrt(1.0 - beta); /* of the el of the step itself */
    net_digits_agree(context, name, angle.rms / unit, angle.rms_error / unit, others[b].rms,
                     others[b].error, beta > 0.0 ? 1.0 - others[b].rms : 0.12,
                     "effect: the mean for the rms; beta forgotten");
    if (beta == 0.0)
      net_digits_agree(context, "mean angle/sqrt(2 el), digits", angle.mean.mean,
                       angle.mean.standard_error, 0.8771, 0.0013, 0.12,
                       "effect: the rms for the mean");
  }
}

static const vf_check table[] = {
    {"net5.angle", "il, (9), Appendix C.1",
     "the rms angle of a step is sqrt(2 el/(1+beta)), its mean is less", VF_QUICK, net_angles},
    {"net5.digits", "il, (9), Appendix C.1", "the same on the digits, to a thousandth", VF_FULL,
     net_digits_angles},
};

VF_ROW(net5, table, "the angles of all steps of some paths of 4/el steps or more at equilibrium",
       "an angle of another pair of states; the mean taken for the root mean square");
