/* Averages over long real trajectories in equilibrium. */
#include <math.h>
#include <stdlib.h>
#include "checks/svag/equilibrium.h"
#include "checks/svag/steps.h"
#include "formats/memory.h"

typedef struct {
  const svag_equilibrium *run;
  double *work, sum[SVAG_AVERAGES];
} averager;

/* |d|^2 of the drift of the second-order SDE, b + (lr/2) (Hess L b + lam b) with b = grad L + lam
 * x. work: 3p and the problem's. */
static double second_order_drift2(const svag_equilibrium *run, const double *x, double *work) {
  const uint32_t p = run->problem.dim;
  double *b = work, *hb = work + p, total = 0.0;
  sid_problem_gradient(&run->problem, x, b, work + (size_t)2 * p);
  for (uint32_t j = 0; j < p; j++) b[j] += run->wd * x[j];
  sid_problem_hessian_vector(&run->problem, x, b, hb, work + (size_t)2 * p);
  for (uint32_t j = 0; j < p; j++) {
    const double d = b[j] + 0.5 * run->lr * (hb[j] + run->wd * b[j]);
    total += d * d;
  }
  return total;
}

/* A row of trajectory i goes to averager i. x follows the three numbers where the drift is
 * wanted. */
static void average_row(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  averager *to = (averager *)user + trajectory;
  (void)step;
  to->sum[SVAG_AVERAGE_R] += row[0];
  to->sum[SVAG_AVERAGE_G] += row[1];
  to->sum[SVAG_AVERAGE_N] += row[2];
  if (to->run->dynamics.kind == SID_SDE2)
    to->sum[SVAG_AVERAGE_D] += second_order_drift2(to->run, row + 3, to->work);
  to->sum[SVAG_AVERAGE_R2] += row[0] * row[0];
  to->sum[SVAG_AVERAGE_INVERSE_R2] += 1.0 / (row[0] * row[0]);
}

/* The averages of all trajectories of an experiment with a row at each step of the average. */
static void average_all(vf_context *context, const svag_equilibrium *run,
                        const sid_experiment *experiment, double *averages) {
  const size_t own = (size_t)2 * run->problem.dim + sid_problem_workspace(&run->problem),
               n = (size_t)run->trajectories;
  const double count = (double)experiment->checkpoint_count;
  averager *to = vf_allocate(n, sizeof *to);
  double *work = vf_allocate(n * own, sizeof *work);
  vf_end *ends = vf_allocate(n, sizeof *ends);
  for (size_t i = 0; i < n; i++) to[i] = (averager){run, work + i * own, {0.0}};
  vf_ensemble_visit(experiment, 0, n, vf_jobs(context), average_row, to, ends);
  for (size_t i = 0; i < n; i++)
    for (int k = 0; k < SVAG_AVERAGES; k++)
      averages[i * SVAG_AVERAGES + (size_t)k] = ends[i].status ? (double)NAN : to[i].sum[k] / count;
  free(to);
  free(work);
  free(ends);
}

double *svag_equilibrium_averages(vf_context *context, const svag_equilibrium *run) {
  static const int32_t observables[] = {SID_NORM2, SID_GRAD_NORM2, SID_NOISE_TRACE, SID_X};
  sid_segment segment;
  const uint32_t count = (uint32_t)(run->steps - run->burn + 1);
  uint64_t *checkpoints = vf_steps(run->burn, 1, count);
  double *averages = vf_allocate((size_t)run->trajectories * SVAG_AVERAGES, sizeof *averages);
  const svag_plan plan = {.name = run->name,
                          .problem = run->problem,
                          .dynamics = run->dynamics,
                          .schedule = svag_constant(&segment, run->lr, run->wd),
                          .seed = SVAG_SEED,
                          .steps = run->steps,
                          .checkpoints = checkpoints,
                          .checkpoint_count = count,
                          .observables = observables,
                          .observable_count = run->dynamics.kind == SID_SDE2 ? 4 : 3};
  const sid_experiment experiment = svag_experiment(&plan);
  const int valid = vf_valid(context, run->name, &experiment);
  if (valid) average_all(context, run, &experiment, averages);
  free(checkpoints);
  for (uint64_t i = 0; valid && i < run->trajectories * SVAG_AVERAGES; i++)
    if (isnan(averages[i])) vf_error(context, run->name, "a trajectory ended early");
  if (valid) return averages;
  free(averages);
  return NULL;
}

vf_moments svag_combine(const svag_equilibrium *run, const double *averages,
                        const double weight[SVAG_AVERAGES]) {
  double *values = vf_allocate((size_t)run->trajectories, sizeof *values);
  for (uint64_t i = 0; i < run->trajectories; i++) {
    values[i] = 0.0;
    for (int k = 0; k < SVAG_AVERAGES; k++)
      values[i] += weight[k] * averages[i * SVAG_AVERAGES + (uint64_t)k];
  }
  const vf_moments moments = vf_moments_of(values, (size_t)run->trajectories);
  free(values);
  return moments;
}

double svag_average_of(const svag_equilibrium *run, const double *averages, int k) {
  double weight[SVAG_AVERAGES] = {0.0};
  weight[k] = 1.0;
  return svag_combine(run, averages, weight).mean;
}

svag_sizes svag_measure(vf_context *context, const svag_equilibrium *run) {
  double *averages = svag_equilibrium_averages(context, run);
  svag_sizes found = {(double)NAN, (double)NAN, (double)NAN};
  if (!averages) return found;
  found.r = svag_average_of(run, averages, SVAG_AVERAGE_R);
  found.g = svag_average_of(run, averages, SVAG_AVERAGE_G);
  found.n = svag_average_of(run, averages, SVAG_AVERAGE_N);
  free(averages);
  return found;
}

double svag_closeness2(svag_sizes a, svag_sizes b) {
  const double ratios[3] = {a.r / b.r, a.g / b.g, a.n / b.n};
  double c = 1.0;
  for (int k = 0; k < 3; k++) c = fmax(c, fmax(ratios[k], 1.0 / ratios[k]));
  return c * c;
}
