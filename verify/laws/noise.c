/* Laws of scale-invariant problems whose norm the noise holds up: equilibrium and what follows
 * from it. svag Section 6, il Section 5, fm (10), nrq Theorems 1 and 2. */
#include <math.h>
#include "harness/estimators.h"
#include "laws/laws.h"
#include "laws/norm.h"
#include "laws/rayleigh.h"

static const double SMALL = 0.1; /* what a condition allows: the next term is below a tenth or so */

static double vf_largest(double a, double b, double c) { return fmax(a, fmax(b, c)); }

/* How far a substep is from infinitesimal: lr of SGD, lr/l, lr/m. */
static double vf_coarse(const vf_law_case *one) {
  return one->step.h * one->step.h / one->step.kick;
}

/* Balance: R^2 = kick s2/(rate (2 - rate)) of R <- (1 - rate)^2 R + kick s2/R, for momentum 2 -
 * el/(1+beta) (il, Appendix C.1, row il7). Near a minimiser each coordinate of curvature c has the
 * variance e sigma^2/(2 c), so |grad L|^2 |x|^2 = e sigma^2 tr H/2, to be compared with s2; it
 * enters the balance of SGD and of the second-order SDE in full, that of the SDE not; a finite
 * substep adds to either. */
const char *vf_noise_rest_of(const vf_law_case *one, vf_noise_rest *rest) {
  const sid_dynamics *dynamics = &one->experiment->dynamics;
  const double directions = (double)one->experiment->problem.dim - 1.0,
               rate = vf_law_rate(&one->step, one->wd), memory = 1.0 - dynamics->beta;
  const int momentum = dynamics->kind == SID_MOMENTUM;
  if (one->no_rest) return one->no_rest;
  if (one->no_noise) return one->no_noise;
  if (one->no_minimum) return one->no_minimum;
  double square = vf_rest(rate, one->step.kick * one->s2);
  if (momentum) square *= (2.0 - rate) / (2.0 - one->el / (1.0 + dynamics->beta));
  rest->m = sqrt(square);
  rest->e = one->step.h * one->step.repeats / rest->m;
  if (dynamics->kind == SID_SVAG) rest->e = one->lr / rest->m;
  rest->sigma2 = one->s2 / directions;
  rest->loss = rest->e * one->minimum.trace / (4.0 * directions) *
               (vf_coarse(one) + (dynamics->kind == SID_SDE2 ? 1.0 : 0.0));
  rest->here = vf_largest(rate * one->step.repeats, rest->loss, one->uneven);
  rest->gauss = rate * one->variance;
  if (momentum) {
    rest->here = fmax(rest->here, one->el / (memory * memory));
    rest->gauss += one->el / (memory * memory);
  }
  return NULL;
}

/* E|x|^4 is above the balance by the variance of |noise|^2 times the rate, and its fluctuations
 * lower the mean of the root: a quarter of it is left. */
const char *vf_law_norm2(const vf_law_case *one, vf_law_value *value) {
  vf_noise_rest rest;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  *value =
      (vf_law_value){rest.m, rest.here, SMALL, rest.gauss / 4.0 + rest.loss + one->uneven / 4.0};
  return NULL;
}

const char *vf_law_norm4(const vf_law_case *one, vf_law_value *value) {
  vf_noise_rest rest;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  *value = (vf_law_value){rest.m * rest.m, rest.here, SMALL,
                          rest.gauss + 2.0 * rest.loss + one->uneven / 2.0};
  return NULL;
}

const char *vf_law_effective_lr(const vf_law_case *one, vf_law_value *value) {
  const char *trouble = vf_law_norm2(one, value);
  if (!trouble) value->value = one->lr / value->value;
  return trouble;
}

/* A deviation of |x|^4 shrinks by 2 (1-rate)^2 - 1 in a substep (row X6): 1/(4 el) steps. */
const char *vf_law_relaxation(const vf_law_case *one, vf_law_value *value) {
  vf_noise_rest rest;
  const double rate = vf_law_rate(&one->step, one->wd);
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  if (4.0 * rate - 2.0 * rate * rate >= 1.0)
    return "lr*wd is so large that the norm jumps about its equilibrium";
  *value = (vf_law_value){-1.0 / (one->step.repeats * log1p(-2.0 * rate * (2.0 - rate))), rest.here,
                          SMALL, rate + rest.gauss + rest.loss + one->uneven / 2.0};
  return NULL;
}

/* The mean of -ln cos D is -ln(1-rate) on every stationary run (row X4). */
const char *vf_law_angle(const vf_law_case *one, vf_law_value *value) {
  const double rate = vf_law_rate(&one->step, one->wd), all = rate * one->step.repeats;
  if (one->no_rest) return one->no_rest;
  if (one->experiment->problem.kind == SID_NOISE_ONLY && one->no_noise) return one->no_noise;
  *value = (vf_law_value){acos(pow(1.0 - rate, one->step.repeats)), all, SMALL, all};
  return NULL;
}

/* The drift of the second-order SDE is not tangential to the loss: part of its decay goes against
 * |grad L|^2. */
const char *vf_law_angle2(const vf_law_case *one, vf_law_value *value) {
  vf_noise_rest rest;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (!trouble) trouble = vf_law_angle(one, value);
  if (trouble) return trouble;
  value->here = fmax(value->here, rest.here);
  value->next += rest.loss;
  return NULL;
}

/* 2 over the effective LR (1-el counts: X9) against the largest sharpness of a minimiser. */
const char *vf_law_noise_edge(const vf_law_case *one, vf_law_value *value) {
  const char *trouble = vf_law_norm2(one, value);
  if (trouble) return trouble;
  value->value = 2.0 * (1.0 - one->el) * value->value / one->lr;
  const double stable = one->minimum.top / value->value;
  value->here = fmax(stable, value->here / value->bound);
  value->bound = 1.0;
  return NULL;
}

/* What a finite step and the spread about the minimiser make of a mean of second order: the first
 * changes a variance by half of curvature times e, the second is the squared distance. */
static void vf_finite(const vf_law_case *one, const vf_noise_rest *rest, double spread,
                      double *here, double *next) {
  *next = 0.5 * vf_coarse(one) * rest->e * one->minimum.top + spread;
  *here = vf_largest(rest->here, *next, one->uneven);
  *next += rest->gauss + one->uneven;
}

/* The excess over the least loss and its next term become those of the loss. */
static void vf_from_least(const vf_law_case *one, double excess, double next, double here,
                          vf_law_value *value) {
  const double loss = one->minimum.least + excess;
  *value = (vf_law_value){loss, here, SMALL, next * fabs(excess / loss)};
}

/* The factor of a finite step is 1 + a e/4 (row nrq2): half of it in the variance, half against
 * that in the norm. */
const char *vf_law_two_values(const vf_law_case *one, vf_law_value *value) {
  const vf_minimum *minimum = &one->minimum;
  vf_noise_rest rest;
  double here, next;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  if (!minimum->two_values) return "the matrix has not two eigenvalues";
  const double risk =
      nrq_density_risk(minimum->flat, minimum->normal, minimum->gap / (rest.e * rest.sigma2));
  vf_finite(one, &rest, 0.0, &here, &next);
  vf_from_least(one, 0.5 * minimum->gap * risk, next / 2.0, here, value);
  return NULL;
}

/* Each of the directions in which the loss grows has e sigma^2/4. */
const char *vf_law_equipartition(const vf_law_case *one, vf_law_value *value) {
  const vf_minimum *minimum = &one->minimum;
  vf_noise_rest rest;
  double here, next;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  vf_finite(one, &rest, 0.5 * rest.e * rest.sigma2 * minimum->inverse, &here, &next);
  vf_from_least(one, 0.25 * minimum->normal * rest.e * rest.sigma2, next, here, value);
  return NULL;
}

/* The direction moves on a sphere of flat - 1 dimensions of this radius with the variance
 * sigma^2 e^2 dt in each: its mean falls by (flat-1)/(2 radius^2) of that, which is 2 dT/(p-1) in
 * rescaled time. */
const char *vf_law_mixing(const vf_law_case *one, vf_law_value *value) {
  const vf_minimum *minimum = &one->minimum;
  vf_noise_rest rest;
  double here, next;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  if (minimum->flat < 2) return "the minimisers are isolated";
  const double directions = (double)one->experiment->problem.dim - 1.0, r2 = minimum->radius2,
               ratio = one->norm2 * one->norm2 / (rest.m * rest.m),
               spread = minimum->normal ? rest.e * rest.sigma2 *
                                              (0.5 * minimum->inverse / r2 +
                                               2.0 * (1.0 - r2) / (r2 * r2 * minimum->gap))
                                        : 0.0;
  const double el = vf_law_rate(&one->step, one->wd) * one->step.repeats;
  vf_finite(one, &rest, spread, &here, &next);
  *value = (vf_law_value){
      vf_rescaled_time_inverse(el, ratio, 2.0 * r2 * directions / ((double)minimum->flat - 1.0)),
      here, SMALL, next + el * (1.0 + fabs(log(ratio)))};
  return NULL;
}

/* The slowest rate of (16) with two eigenvalues, at which f leaves 0: a e to leading order, less
 * p/2 e^2 sigma^2 (row nrq3; nrq_relaxation() tends to this), and what is next is about the square.
 */
const char *vf_law_escape(const vf_law_case *one, vf_law_value *value) {
  const vf_minimum *minimum = &one->minimum;
  vf_noise_rest rest;
  double here, next;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  if (!minimum->two_values || minimum->flat != 1)
    return "the matrix has not two eigenvalues, the lower one simple";
  const double units = (double)vf_law_steps_per_unit(&one->experiment->dynamics),
               first = 0.5 * one->experiment->problem.dim * rest.e * rest.sigma2 / minimum->gap;
  vf_finite(one, &rest, 0.0, &here, &next);
  *value = (vf_law_value){units / (minimum->gap * rest.e) * (1.0 + first), fmax(here, first), SMALL,
                          next + 4.0 * first * first};
  return NULL;
}

/* N/G at equilibrium, G |x|^2 = e sigma^2 tr H/2. */
const char *vf_law_critical(const vf_law_case *one, vf_law_value *value) {
  vf_noise_rest rest;
  double here, next;
  const char *trouble = vf_noise_rest_of(one, &rest);
  if (trouble) return trouble;
  const vf_estimate ratio = {0.5 / rest.loss, 0.0};
  vf_finite(one, &rest, 0.5 * rest.e * rest.sigma2 * one->minimum.inverse, &here, &next);
  *value = (vf_law_value){vf_critical_batch_of(ratio, 2.0, one->el).tight.value, here, SMALL, next};
  return NULL;
}
