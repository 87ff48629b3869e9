/* Lemma B.3 of il, (13) and (14), with the erratum of its proof. For f(w) = g(w/|w|), w~ = w/|w|
 * and v perpendicular to w
 *
 *   (14)  v' Hess f(w) v = (v' Hess g(w~) v - w~' grad g(w~) |v|^2)/|w|^2
 *
 * and under a schedule the norm obeys
 *
 *   (13)  d(G^2)/dt = -4 eta(t) lam G^2 + 2 eta(t)^2 tr Sigma */
#include <math.h>
#include "checks/il/norm.h"
#include "harness/algebra.h"

static double il_quadratic_form(const sid_problem *problem, const double *w, const double *v) {
  double hv[3], work[IL_WORK];
  sid_problem_hessian_vector(problem, w, v, hv, work);
  return vf_dot(v, hv, problem->dim);
}

typedef struct {
  double w[3], v[3];
  const char *suffix;
} il_form_case;

/* v perpendicular to w in each. */
static const il_form_case il_form_cases[] = {{{1, 2, 2}, {2, 1, -2}, "case-122"},
                                             {{3, 0, 4}, {4, 5, -3}, "case-304"}};
static const double il_form_spectrum[3] = {1, 2, 5};

/* The right side of (14) from the gradient at wbar and v' Hess g v of g. */
static double il_lemma(const double *w, const double *v, size_t p, const double *gradient,
                       double form) {
  const double r = vf_dot(w, w, p);
  return (form - vf_dot(w, gradient, p) / sqrt(r) * vf_dot(v, v, p)) / r;
}

/* (14) where g is a problem of ref/ itself: the noisy quadratic with the spectrum of the Rayleigh
 * quotient. */
static void il_lemma_rayleigh(vf_context *context) {
  const sid_problem f = {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = il_form_spectrum};
  const sid_problem g = {.kind = SID_QUADRATIC_NOISY, .dim = 3, .spectrum = il_form_spectrum};
  for (size_t k = 0; k < 2; k++) {
    const il_form_case *one = il_form_cases + k;
    const double length = sqrt(vf_dot(one->w, one->w, 3));
    double unit[3], gradient[3], work[IL_WORK];
    for (int j = 0; j < 3; j++) unit[j] = one->w[j] / length;
    sid_problem_gradient(&g, unit, gradient, work);
    vf_within(context, one->suffix, il_quadratic_form(&f, one->w, one->v),
              il_lemma(one->w, one->v, 3, gradient, il_quadratic_form(&g, unit, one->v)),
              60.0 * IL_ULP * 5.0 * 50.0 / 9.0, "60 roundings of 2^-53 of |A| |v|^2/|w|^2");
  }
}

/* (14) for g = sum_i (<z_i,w> - y_i)^2/(2n) (normalised_linear), and g = w_0^2
 * (ratio2), written out. */
static void il_lemma_others(vf_context *context) {
  static const double z[6] = {1.2, -.3, .5, -.6, 1.1, .4}, y[2] = {.5, -.4}, w2[2] = {.6, 1.1},
                      v2[2] = {-1.1, .6};
  const sid_problem linear = {
      .kind = SID_NORMALISED_LINEAR, .dim = 3, .samples = 2, .features = z, .labels = y};
  const sid_problem toy = {.kind = SID_RATIO2, .dim = 2};
  for (size_t k = 0; k < 2; k++) {
    const double *w = il_form_cases[k].w, *v = il_form_cases[k].v, length = vf_norm(w, 3);
    double gradient[3] = {0}, form = 0.0;
    for (size_t i = 0; i < 2; i++) {
      const double e = vf_dot(z + 3 * i, w, 3) / length - y[i], zv = vf_dot(z + 3 * i, v, 3);
      for (size_t j = 0; j < 3; j++) gradient[j] += e * z[3 * i + j] / 2.0;
      form += zv * zv / 2.0;
    }
    vf_within(context, il_form_cases[k].suffix, il_quadratic_form(&linear, w, v),
              il_lemma(w, v, 3, gradient, form), 100.0 * IL_ULP * 4.0 * 50.0 / 9.0,
              "100 roundings of 2^-53 of |z|(|z|+|y|) |v|^2/|w|^2");
  }
  const double r = vf_dot(w2, w2, 2), gradient[2] = {2.0 * w2[0] / sqrt(r), 0.0};
  vf_within(context, "ratio2 at (.6,1.1)", il_quadratic_form(&toy, w2, v2),
            il_lemma(w2, v2, 2, gradient, 2.0 * v2[0] * v2[0]), 60.0 * IL_ULP * 8.0,
            "60 roundings of 2^-53 of 8 |v|^2/|w|^2");
}

static void il_lemma_b3(vf_context *context) {
  il_lemma_rayleigh(context);
  il_lemma_others(context);
}

/* E15. f = L of the Rayleigh quotient, g = w'Aw/2: v' Hess f v, against both signs of the last line
 * of the proof. */
static void il_erratum_form(vf_context *context) {
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = il_form_spectrum};
  for (size_t k = 0; k < 2; k++) {
    const il_form_case *one = il_form_cases + k;
    const double right = vf_expected_of(context, "il3.hessian-form.quadratic.%s", one->suffix);
    vf_erratum(context, one->suffix, il_quadratic_form(&problem, one->w, one->v), right,
               vf_expected_of(context, "il3.hessian-form.quadratic.%s.printed", one->suffix),
               60.0 * IL_ULP * 5.0 * 50.0 / 9.0, "60 roundings of 2^-53 of |A| |v|^2/|w|^2");
  }
}

/* (13): (G^2)' = -4 el(t) G^2 + 2 eta(t)^2 tr, phase by phase, by a piecewise schedule in
 * sid_run(). */
static void il_schedule(vf_context *context) {
  static const il_phase two[] = {{.1, .5, 40}, {.02, .5, 100}},
                        three[] = {{.5, .1, 20}, {.05, .1, 60}, {.01, .1, 200}};
  const il_norm_case short_case = {2.0, 1.0, two, 2, 1}, long_case = {.81, 1.0, three, 3, 1};
  il_norm_limit(context, "eta=0.1,0.02 lam=0.5 tr=2", &short_case, 2, IL_NORM2,
                vf_expected(context, "il3.norm2-after-schedule.lam-0.5.tr-2"));
  il_norm_limit(context, "eta=0.5,0.05,0.01 lam=0.1 tr=0.81", &long_case, 2, IL_NORM2,
                vf_expected(context, "il3.norm2-after-schedule.lam-0.1.tr-0.81"));
}

static const vf_check table[] = {
    {"il3.lemma-b3", "il, Lemma B.3, (14)",
     "Hessian of a scale-invariant loss on the tangent space", VF_QUICK, il_lemma_b3},
    {"errata.il3-lemma-b3-proof", "il, Appendix B, proof of Lemma B.3",
     "the gradient is taken along wbar, not v", VF_QUICK, il_erratum_form},
    {"il3.schedule", "il, (13)", "norm under schedules of eta, phase by phase", VF_QUICK,
     il_schedule},
};

VF_ROW(il3, table,
       "Hessians of real problems on tangent vectors; norms under schedules, phase by phase",
       "a Hessian without the term of the gradient, a schedule that changes a step late");
