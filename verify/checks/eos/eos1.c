/* Row eos1, "Understanding the Generalization Benefit of Normalization Layers: Sharpness
 * Reduction", Lemma 4.1 (descent lemma): a step of GD with weight decay on a scale-invariant loss
 * has
 *   L(th+) <= L(th) - et (1 - et lam_max/2) |grad L(th)|^2,
 * lam_max the largest spherical sharpness lam1(th - a grad L(th)), 0 <= a <= et. */
#include <math.h>
#include <stdlib.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "harness/observe.h"
#include "harness/quadrature.h"
#include "checks/eos/exponent.h"
#include "checks/eos/problems.h"
#include "checks/eos/toys.h"
#include "checks/eos/walk.h"
#include "formats/memory.h"

typedef struct {
  const sid_problem *problem;
  const double *th, *g;
  double et, *sharpest; /* the last may be NULL */
} eos_chord;

/* (et - a) g'H(th - a g) g; raises *sharpest to the sharpness lam1(H) there. */
static double eos_curvature(void *user, double a) {
  const eos_chord *chord = user;
  const uint32_t p = chord->problem->dim;
  double x[EOS_DIM], hg[EOS_DIM], work[EOS_WORK], residual;
  for (uint32_t j = 0; j < p; j++) x[j] = chord->th[j] - a * chord->g[j];
  sid_problem_hessian_vector(chord->problem, x, chord->g, hg, work);
  if (chord->sharpest)
    vf_raise(chord->sharpest,
             sid_sharpness_lanczos(chord->problem, x, p, &residual, work) / vf_dot(x, x, p));
  return (chord->et - a) * vf_dot(chord->g, hg, p);
}

/* int_0^et (et - a) g'H(th - a g) g da, and the largest sharpness lam1(H) at the nodes. */
static double eos_remainder(const sid_problem *problem, const double *th, const double *g,
                            double et, size_t panels, double *sharpest) {
  eos_chord chord = {problem, th, g, et, sharpest};
  return vf_gauss(eos_curvature, &chord, 0.0, et, panels);
}

/* Of one step: the error of L(th+) = L(th) - et |g|^2 + remainder, the proof's identity, and the
 * slack of the lemma, L(th) - et (1 - et lam_max/2) |g|^2 - L(th+); in units of the rounding (of
 * the loss and its terms, and of the coordinates, which changes the loss by |g| times it) and of
 * the quadrature. The largest sharpness is that at the nodes of the rule, whose weights are
 * positive: a rule that gives the remainder right proves the lemma with it. */
typedef struct {
  double identity, slack;
} eos_descent;

static eos_descent eos_descend(const sid_problem *problem, const double *th, double et) {
  const uint32_t p = problem->dim;
  const eos_descent failed = {(double)NAN, (double)NAN};
  double g[EOS_DIM], values[EOS_DIM], sharpest = -(double)INFINITY;
  eos_walk walk;
  eos_walk_gd(&walk, problem, th, et, .1, .05);
  sid_problem_gradient(problem, th, g, walk.work);
  const double before = sid_problem_loss(problem, walk.x, walk.work), g2 = vf_dot(g, g, p);
  eos_step(&walk);
  if (walk.status) return failed;
  const double after = sid_problem_loss(problem, walk.x, walk.work);
  const double fine = eos_remainder(problem, th, g, et, 16, &sharpest);
  const double change = fabs(fine - eos_remainder(problem, th, g, et, 8, NULL));
  (void)eos_eigenvalues(problem, th, values);
  const double step = 1.0 + et * vf_largest_size(values, p),
               size = before + (sqrt(g2) + et * g2) * step;
  const double unit = change + 20.0 * (p + problem->samples) * EOS_ULP * size;
  const eos_descent result = {fabs(after - (before - et * g2 + fine)) / unit,
                              (before - et * (1.0 - .5 * et * sharpest) * g2 - after) / unit};
  return result;
}

typedef struct {
  const sid_problem *problem;
  uint64_t first;
} eos_descent_case;

/* Effective rates from 0 to 4 over the spectral norm of the Hessian: both sides of the edge. */
static void eos_descent_one(void *user, size_t i, double *out) {
  const eos_descent_case *one = user;
  double th[EOS_DIM], values[EOS_DIM];
  sid_stream stream = vf_stream(2004, SID_KEY_START, one->first + 10000 + i);
  eos_random(one->problem, one->first + i, th);
  (void)eos_eigenvalues(one->problem, th, values);
  const double et = 4.0 * sid_stream_uniform(&stream) / vf_largest_size(values, one->problem->dim);
  const eos_descent result = eos_descend(one->problem, th, et);
  out[0] = result.identity, out[1] = result.slack;
}

static void eos_descents(vf_context *context, size_t count) {
  double *values = vf_allocate(2 * count, sizeof *values);
  for (size_t k = 0; k < EOS_SUBJECTS; k++) {
    eos_descent_case one = {&eos_subjects[k].problem, 100000 * (k + 1)};
    double identity = 0.0, slack = (double)INFINITY;
    vf_map(count, vf_jobs(context), values, 2, eos_descent_one, &one);
    for (size_t i = 0; i < count; i++) {
      identity = values[2 * i] <= identity ? identity : values[2 * i]; /* keeps a NaN */
      slack = values[2 * i + 1] >= slack ? slack : values[2 * i + 1];
    }
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s, %u random (theta, et): the proof's identity", eos_subjects[k].name,
            (unsigned)count);
    vf_within(context, name, identity, 0.0, 1.0,
              "unit: 20 (p + n) roundings of 2^-53 of the terms, and change of the integral from 8 "
              "to 16 panels");
    vf_text(name, "%s, %u random (theta, et): slack", eos_subjects[k].name, (unsigned)count);
    vf_at_least(context, name, slack, -1.0, "the same unit");
  }
  free(values);
}

static void eos_descent_lemma(vf_context *context) { eos_descents(context, 20); }

static void eos_descent_lemma_long(vf_context *context) { eos_descents(context, 1000); }

/* One step of ratio2 against 60 digits: decrease, sharpness (the largest of 401 points) and
 * slack. */
static void eos_descent_digits(vf_context *context) {
  static const struct {
    double th, et;
    const char *suffix;
  } cases[] = {{.9, .4, "th-0.9.et-0.4"},
               {.9, 1.2, "th-0.9.et-1.2"},
               {.2, .9, "th-0.2.et-0.9"},
               {1.4, 1.1, "th-1.4.et-1.1"},
               {.7, 3, "th-0.7.et-3"}};
  const sid_problem *problem = eos_ratio2;
  for (size_t k = 0; k < 5; k++) {
    const double th[2] = {cos(cases[k].th), sin(cases[k].th)}, et = cases[k].et,
                 unit = 100.0 * EOS_ULP * (1.0 + et * et);
    double g[2], x[2], residual, sharpest = -(double)INFINITY;
    char name[VF_TEXT_SIZE];
    eos_walk walk;
    eos_walk_gd(&walk, problem, th, et, .1, .05);
    sid_problem_gradient(problem, th, g, walk.work);
    const double before = sid_problem_loss(problem, walk.x, walk.work);
    eos_step(&walk);
    const double decrease = before - sid_problem_loss(problem, walk.x, walk.work);
    for (int i = 0; i <= 400; i++) {
      for (int j = 0; j < 2; j++) x[j] = th[j] - et * i / 400.0 * g[j];
      sharpest = fmax(sharpest,
                      sid_sharpness_lanczos(problem, x, 2, &residual, walk.work) / vf_dot(x, x, 2));
    }
    const double measured[] = {decrease, sharpest,
                               decrease - et * (1.0 - .5 * et * sharpest) * vf_dot(g, g, 2)};
    static const char *const forms[] = {"eos1.decrease.%s", "eos1.sharpest.%s", "eos1.slack.%s"};
    for (int j = 0; j < 3; j++) {
      vf_text(name, forms[j], cases[k].suffix);
      vf_within(context, name, measured[j], vf_expected(context, name), unit,
                "100 roundings of 2^-53 of 1 + et^2");
    }
  }
}

/* The lemma is sharp where the gradient is along v_1: near the minimisers of a toy slack/(et |g|^2)
 * falls like the height (like its square on toy A, which is even in it), at every rate, stable or
 * not. A Hessian or sharpness that is too large by any factor would leave a slack. */
static void eos_descent_sharp(vf_context *context) {
  enum { COUNT = 6 };
  static const double scaled[] = {.5, 1.5, 2.5};
  for (size_t k = 0; k < 6; k++) {
    const eos_toy *toy = eos_toys + k / 3;
    const double al = eos_angles[k % 3].value, et = scaled[k % 3] / eos_lam1(toy, al);
    double h[COUNT], slack[COUNT];
    for (int i = 0; i < COUNT; i++) {
      double th[3], g[3], sharpest = -(double)INFINITY, work[EOS_WORK];
      h[i] = ldexp(1.0, -6 - i);
      eos_near(toy, al, h[i], th);
      sid_problem_gradient(&toy->problem, th, g, work);
      (void)eos_remainder(&toy->problem, th, g, et, 2, &sharpest);
      eos_walk walk;
      eos_walk_gd(&walk, &toy->problem, th, et, .1, .05);
      const double before = sid_problem_loss(&toy->problem, walk.x, work), g2 = vf_dot(g, g, 3);
      eos_step(&walk);
      const double after = sid_problem_loss(&toy->problem, walk.x, work);
      slack[i] = (before - after) / (et * g2) - 1.0 + .5 * et * sharpest;
    }
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s al=%s et=%g/lam1, h=2^-6..2^-11", toy->name, eos_angles[k % 3].key,
            scaled[k % 3]);
    eos_exponent(context, name, h, slack, COUNT, toy == eos_a ? 2.0 : 1.0, 0.0);
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos1.descent-lemma", "eos, Lemma 4.1",
     "L(th+) <= L - et (1 - et lam_max/2) |grad L|^2 at random (th, et)", VF_QUICK,
     eos_descent_lemma},
    {"eos1.descent-lemma-long", "eos, Lemma 4.1",
     "the same at 1000 random (th, et) of every problem", VF_FULL, eos_descent_lemma_long},
    {"eos1.descent-digits", "eos, Lemma 4.1",
     "both sides of the lemma for one step on x^2/(x^2+y^2)", VF_QUICK, eos_descent_digits},
    {"eos1.descent-sharp", "eos, Lemma 4.1", "the lemma is sharp where the gradient is along v_1",
     VF_QUICK, eos_descent_sharp},
};

VF_ROW(eos1, table, "both sides of the lemma at random points of every problem",
       "lam_max at one point only, a descent without the factor et lam_max/2");
