/* Observables. docs/spec.md section 11. */
#include "config.h"
#include "fp.h"
#include "dynamics/dynamics.h"
#include "observe.h"
#include "problem.h"

double sid_angle(const double *y, const double *x, uint32_t dim, double *work) {
  const double ry = sid_dot(y, y, dim);
  const double c = sid_dot(y, x, dim);
  const double k = c / ry;
  for (uint32_t j = 0; j < dim; j++) work[j] = x[j] - k * y[j];
  return sid_atan2(sid_sqrt(sid_dot(work, work, dim)) * sid_sqrt(ry), c);
}

int sid_observable_many(int32_t observable) {
  return observable == SID_X || observable == SID_LAYER_NORM2 || observable == SID_TEST_CLASSES;
}

size_t sid_observable_width(const sid_problem *problem, int32_t observable) {
  switch (observable) {
    case SID_X: return problem->dim;
    case SID_LAYER_NORM2: return problem->network->layer_count;
    case SID_TEST_CLASSES: return problem->network->test_samples;
    default: return 1;
  }
}

size_t sid_row_width(const sid_experiment *experiment) {
  size_t width = 0;
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    width += sid_observable_width(&experiment->problem, experiment->observables[o]);
  return width;
}

static double sid_observe_grad_norm2(const sid_problem *problem, const double *x, double *work) {
  sid_problem_gradient(problem, x, work, work + problem->dim);
  return sid_dot(work, work, problem->dim);
}

static double sid_observe_noise_trace(const sid_experiment *experiment, const double *x,
                                      double *work) {
  const double trace = sid_problem_noise_trace(&experiment->problem, x, work);
  return trace / (double)experiment->dynamics.batch; /* exact for a batch of 1 */
}

/* What an observable may look at besides the experiment. */
typedef struct {
  uint64_t step;
  const double *x, *previous;
  double lr, wd; /* of the effective step that comes next */
} sid_moment;

static double sid_observe_step_angle(const sid_moment *moment, uint32_t dim, double *work) {
  if (moment->previous) return sid_angle(moment->previous, moment->x, dim, work);
  return moment->step == 0 ? 0.0 : sid_double_of(0x7ff8000000000000u);
}

/* Midpoint of the last two states; at the start x itself. */
static void sid_observe_midpoint(const sid_moment *moment, uint32_t dim, double *midpoint) {
  const double *x = moment->x, *before = moment->previous ? moment->previous : x;
  const int unknown = !moment->previous && moment->step > 0;
  for (uint32_t j = 0; j < dim; j++)
    midpoint[j] = unknown ? sid_double_of(0x7ff8000000000000u) : 0.5 * (before[j] + x[j]);
}

static double sid_observe_sharpness(const sid_problem *problem, const double *x, double *work) {
  double residual;
  return sid_sharpness_lanczos(problem, x, SID_SHARPNESS_ITERATIONS, &residual, work);
}

/* NaN where x_0 = x_1 = 0 has no nearest point on the circle. */
static double sid_observe_manifold(const sid_problem *problem, const double *x,
                                   int32_t observable) {
  sid_manifold_point point;
  if (sid_manifold_project(problem, x, &point)) return sid_double_of(0x7ff8000000000000u);
  return observable == SID_MANIFOLD_H ? point.h : point.angle;
}

static double sid_observe_effective_lr(const sid_experiment *experiment, const sid_moment *moment,
                                       double r) {
  if (experiment->dynamics.kind < SID_PROJECTED_GD) return moment->lr / r;
  return sid_projected_lr(&experiment->dynamics, moment->lr, moment->wd,
                          moment->x[experiment->problem.dim]);
}

/* The observables at the midpoint, which lies at the start of work. */
static double sid_observe_at_midpoint(const sid_problem *problem, const sid_moment *moment,
                                      int32_t observable, double *work) {
  double *rest = work + problem->dim;
  sid_observe_midpoint(moment, problem->dim, work);
  switch (observable) {
    case SID_MIDPOINT_LOSS: return sid_problem_loss(problem, work, rest);
    case SID_MIDPOINT_TEST_LOSS: return sid_problem_test_loss(problem, work, rest);
    default: return sid_observe_sharpness(problem, work, rest);
  }
}

/* What an observable needs beyond a vector. */
static size_t sid_observable_workspace(const sid_problem *problem, int32_t observable) {
  switch (observable) {
    case SID_SPHERICAL_SHARPNESS:
    case SID_MIDPOINT_SHARPNESS: return sid_sharpness_workspace(problem, SID_SHARPNESS_ITERATIONS);
    case SID_GRAD_NORM2: return sid_problem_workspace_for(problem, SID_FOR_GRADIENT, 1);
    case SID_NOISE_TRACE: return sid_problem_workspace_for(problem, SID_FOR_TRACE, 1);
    default: return sid_problem_workspace_for(problem, SID_FOR_LOSS, 1);
  }
}

size_t sid_observe_workspace(const sid_experiment *experiment) {
  const sid_problem *problem = &experiment->problem;
  size_t most = sid_problem_workspace_for(problem, SID_FOR_LOSS, 1);
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const size_t one = sid_observable_workspace(problem, experiment->observables[o]);
    most = one > most ? one : most;
  }
  return problem->dim + most;
}

static double sid_observe_one(const sid_experiment *experiment, int32_t observable,
                              const sid_moment *moment, double *work) {
  const uint32_t p = experiment->problem.dim;
  const double *x = moment->x;
  const double r = sid_dot(x, x, p);
  switch (observable) {
    case SID_LOSS: return sid_problem_loss(&experiment->problem, x, work);
    case SID_GRAD_NORM2: return sid_observe_grad_norm2(&experiment->problem, x, work);
    case SID_NOISE_TRACE: return sid_observe_noise_trace(experiment, x, work);
    case SID_STEP_ANGLE: return sid_observe_step_angle(moment, p, work);
    case SID_EFFECTIVE_LR: return sid_observe_effective_lr(experiment, moment, r);
    case SID_GAMMA: {
      const double k = r / moment->lr;
      return k * k;
    }
    case SID_F: return (x[0] * x[0]) / r;
    case SID_TEST_LOSS: return sid_problem_test_loss(&experiment->problem, x, work);
    case SID_MIDPOINT_LOSS:
    case SID_MIDPOINT_TEST_LOSS:
    case SID_MIDPOINT_SHARPNESS:
      return sid_observe_at_midpoint(&experiment->problem, moment, observable, work);
    case SID_SPHERICAL_SHARPNESS: return sid_observe_sharpness(&experiment->problem, x, work);
    case SID_MANIFOLD_H:
    case SID_MANIFOLD_ANGLE: return sid_observe_manifold(&experiment->problem, x, observable);
    case SID_PLANE_ANGLE:
      return sid_atan2(sid_dot(x, experiment->plane + p, p), sid_dot(x, experiment->plane, p));
    case SID_ACCURACY:
      return SID_HAS(SID_NETWORK) ? sid_network_accuracy(&experiment->problem, x, work) : 0.0;
    case SID_TEST_ACCURACY:
      return SID_HAS(SID_NETWORK) ? sid_network_test_accuracy(&experiment->problem, x, work) : 0.0;
    default: return r; /* norm2 */
  }
}

/* Those that are more than one number. */
static void sid_observe_many(const sid_problem *problem, int32_t observable, const double *x,
                             double *row, double *work) {
  const size_t count = sid_observable_width(problem, observable);
  if (observable == SID_X) {
    for (size_t j = 0; j < count; j++) row[j] = x[j];
  } else if (SID_HAS(SID_NETWORK) && observable == SID_TEST_CLASSES) {
    sid_network_test_classes(problem, x, row, work);
  } else if (SID_HAS(SID_NETWORK)) {
    for (size_t k = 0; k < count; k++) {
      size_t size;
      const double *w = x + sid_network_weights(problem->network, (uint32_t)k, &size);
      row[k] = sid_dot(w, w, size);
    }
  }
}

/* Effective steps advance once in l steps of SVAG, in every step elsewhere. */
uint64_t sid_steps_per_unit(const sid_experiment *experiment) {
  return experiment->dynamics.kind == SID_SVAG ? experiment->dynamics.l : 1;
}

void sid_observe(const sid_experiment *experiment, uint64_t step, const double *x,
                 const double *previous, double *row, double *work) {
  sid_moment moment = {step, x, previous, 0.0, 0.0};
  sid_schedule_at(&experiment->schedule, step / sid_steps_per_unit(experiment), &moment.lr,
                  &moment.wd);
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const int32_t observable = experiment->observables[o];
    if (sid_observable_many(observable))
      sid_observe_many(&experiment->problem, observable, x, row, work);
    else
      *row = sid_observe_one(experiment, observable, &moment, work);
    row += sid_observable_width(&experiment->problem, observable);
  }
}

void sid_average(double *mean, const double *x, uint64_t n, uint32_t dim) {
  const double k = 1.0 / (double)n;
  for (uint32_t j = 0; j < dim; j++) mean[j] = n == 1 ? x[j] : mean[j] + (x[j] - mean[j]) * k;
}
