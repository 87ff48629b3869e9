/* Problems that are linear in x: mean and mean square of each coordinate are exact at every step.
 * svag (2), Lemma 4.5, row svag2; nrq (7), (8). */
#include <math.h>
#include "laws/laws.h"

typedef struct {
  double norm2, loss, slowest; /* the factor of the slowest coordinate in a substep */
} vf_linear_sums;

static const char *vf_linear_all(const vf_law_case *one, vf_linear_sums *sums) {
  const sid_problem *problem = &one->experiment->problem;
  *sums = (vf_linear_sums){0.0, 0.0, 0.0};
  if (one->no_rest) return one->no_rest;
  for (uint32_t j = 0; j < problem->dim; j++) {
    const vf_linear line = vf_linear_of(problem, j);
    double moments[2];
    sums->slowest = fmax(sums->slowest, vf_linear_rest(&line, &one->step, one->wd, moments));
    sums->norm2 += moments[1];
    sums->loss += vf_linear_loss(&line, moments);
  }
  return NULL;
}

/* Exact, so the next term is 0; where there is no limit there is no value. */
static const char *vf_linear_value(const vf_linear_sums *sums, double number, vf_law_value *value) {
  *value = (vf_law_value){sums->slowest < 1.0 ? number : (double)NAN, sums->slowest,
                          nextafter(1.0, 0.0), 0.0};
  return NULL;
}

const char *vf_law_linear_norm2(const vf_law_case *one, vf_law_value *value) {
  vf_linear_sums sums;
  const char *trouble = vf_linear_all(one, &sums);
  return trouble ? trouble : vf_linear_value(&sums, sums.norm2, value);
}

const char *vf_law_linear_loss(const vf_law_case *one, vf_law_value *value) {
  vf_linear_sums sums;
  const char *trouble = vf_linear_all(one, &sums);
  return trouble ? trouble : vf_linear_value(&sums, sums.loss, value);
}

const char *vf_law_linear_relaxation(const vf_law_case *one, vf_law_value *value) {
  vf_linear_sums sums;
  const char *trouble = vf_linear_all(one, &sums);
  if (trouble) return trouble;
  return vf_linear_value(&sums, -1.0 / (one->step.repeats * log(sums.slowest)), value);
}

/* x+ = (1 - h (a + wd)) x stays bounded up to h (a + wd) = 2. */
const char *vf_law_linear_edge(const vf_law_case *one, vf_law_value *value) {
  double most = -(double)INFINITY;
  if (one->no_rest) return one->no_rest;
  for (uint32_t j = 0; j < one->experiment->problem.dim; j++)
    most = fmax(most, vf_linear_of(&one->experiment->problem, j).a);
  *value =
      (vf_law_value){2.0 / one->step.h - one->wd, (most + one->wd) * one->step.h / 2.0, 1.0, 0.0};
  return NULL;
}
