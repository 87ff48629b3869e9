/* Gradient descent with weight decay at the edge of stability, and RMSprop: et lam1 = 2 in the
 * mean, h^2 = 2 ein/(4 + g^2), where flow (3) has come to rest (g = 0, lam1 the least). RMSprop has
 * ein = lr^2/2. eos Theorems 4.4 and 4.7, Section 4.2.3, Appendix B. */
#include <math.h>
#include <stdlib.h>
#include "formats/memory.h"
#include "laws/laws.h"

static int vf_is_rmsprop(const vf_law_case *one) {
  return one->experiment->dynamics.kind == SID_RMSPROP ||
         one->experiment->dynamics.kind == SID_QUASI_RMSPROP;
}

/* What all of them need, and the bound: u = et lam1 - 2 is of the order of the root of ein. */
static const char *vf_edge(const vf_law_case *one, double *ein, vf_law_value *value) {
  const int rmsprop = vf_is_rmsprop(one);
  if (one->no_rest && !(rmsprop && one->wd == 0.0 && one->lr > 0.0)) return one->no_rest;
  if (one->no_minimum) return one->no_minimum;
  *ein = rmsprop ? 0.5 * one->lr * one->lr : one->el;
  const double small = rmsprop ? one->lr : sqrt(one->el);
  *value = (vf_law_value){(double)NAN, small, 0.1, small};
  return NULL;
}

const char *vf_law_edge_norm2(const vf_law_case *one, vf_law_value *value) {
  double ein;
  const char *trouble = vf_edge(one, &ein, value);
  if (!trouble) value->value = one->lr * one->minimum.calm / (2.0 * (1.0 - one->el));
  return trouble;
}

/* As the observable: lr/|x|^2 for gd, et for the others. */
const char *vf_law_edge_lr(const vf_law_case *one, vf_law_value *value) {
  double ein;
  const char *trouble = vf_edge(one, &ein, value);
  if (!trouble)
    value->value =
        2.0 / one->minimum.calm * (one->experiment->dynamics.kind == SID_GD ? 1.0 - one->el : 1.0);
  return trouble;
}

/* lam1 h^2/2 with h^2 = ein/2. */
const char *vf_law_edge_loss(const vf_law_case *one, vf_law_value *value) {
  double ein;
  const char *trouble = vf_edge(one, &ein, value);
  if (trouble) return trouble;
  const double excess = 0.25 * one->minimum.calm * ein, loss = one->minimum.least + excess;
  value->value = loss;
  value->next *= fabs(excess / loss);
  return NULL;
}

/* 2/et of the first step, et = lr/((1-el) |x|^2), against the sharpness at the start. */
const char *vf_law_start_edge(const vf_law_case *one, vf_law_value *value) {
  const sid_problem *problem = &one->experiment->problem;
  double lr, wd, residual;
  sid_schedule_at(&one->experiment->schedule, 0, &lr, &wd);
  if (!(lr > 0.0)) return "the learning rate is 0";
  double *work = vf_allocate_doubles(sid_sharpness_workspace(problem, SID_SHARPNESS_ITERATIONS));
  const double unstable = 2.0 * (1.0 - lr * wd) * one->norm2 / lr,
               sharpness = sid_sharpness_lanczos(problem, one->x, SID_SHARPNESS_ITERATIONS,
                                                 &residual, work);
  free(work);
  *value = (vf_law_value){unstable, sharpness / unstable, 1.0, residual / unstable};
  return NULL;
}
