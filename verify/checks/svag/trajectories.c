/* Moments at T = 2 of whole trajectories on families, by Monte Carlo. */
#include <math.h>
#include <stdlib.h>
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"
#include "checks/svag/trajectories.h"
#include "formats/memory.h"

/* The final states of the trajectories, or NULL. The caller frees them. */
static double *final_states(vf_context *context, const svag_run_case *run) {
  sid_segment segment;
  const uint64_t unit = run->dynamics.kind == SID_SVAG ? run->dynamics.l : 1;
  const svag_plan plan = {.name = run->name,
                          .problem = svag_family_problem(run->f),
                          .dynamics = run->dynamics,
                          .schedule = svag_constant(&segment, run->lr, 0.0),
                          .x0 = run->f->x0,
                          .seed = SVAG_SEED,
                          .steps = unit * (uint64_t)lround(svag_final_time / run->lr),
                          .trajectories = run->trajectories};
  double *states = vf_allocate((size_t)run->trajectories * run->f->dim, sizeof *states);
  if (!svag_run(context, &plan, states)) return states;
  free(states);
  return NULL;
}

void svag_compare_run(vf_context *context, const svag_run_case *run, const double *expected,
                      const double *wrong, const char *effect) {
  const svag_monomials set = svag_monomials_of(run->f->dim);
  double *states = final_states(context, run),
         *values = vf_allocate((size_t)run->trajectories, sizeof *values);
  for (uint32_t r = 1; states && r < svag_second_degree_count(&set); r++) {
    char power[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
    for (uint64_t n = 0; n < run->trajectories; n++) {
      const double *x = states + n * run->f->dim;
      values[n] = svag_power(x[0], set.power[r][0]);
      if (set.dim > 1) values[n] *= svag_power(x[1], set.power[r][1]);
    }
    const vf_moments found = vf_moments_of(values, (size_t)run->trajectories);
    svag_power_label(&set, r, power);
    vf_text(instance, "%s, instance %s eta=%g T=2 moment %s", run->name, run->f->name, run->lr,
            power);
    vf_monte_carlo(context, instance, found.mean, found.standard_error, expected[r],
                   expected[r] - wrong[r], effect);
  }
  free(states);
  free(values);
}

void svag_wrong_moments(const svag_family *f, const double *first, const double *second,
                        double *wrong) {
  const svag_monomials set = svag_monomials_of(f->dim);
  for (uint32_t r = 1; r < svag_second_degree_count(&set); r++)
    wrong[r] = set.power[r][0] + set.power[r][1] == 1 ? first[r] : second[r];
}
