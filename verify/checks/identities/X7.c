/* Row X7, rescalings that leave the directions alone: x -> c x, eta -> c^2 eta, lam -> lam/c^2. il
 * (8) and Section 5.1 (only G/eta matters), nrq Corollary 3; fm (9) and Remark 4.2 are choices of
 * c. With powers of two every number is scaled exactly, so the bits are the same. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/identities/ratio2.h"

/* x with (eta, lam) and c x with (c^2 eta, lam/c^2), the same draws; states after each of `steps`
 * steps, the second divided by c. */
static int exact_twins(const exact_subject *subject, int32_t kind, double eta, double lam, double c,
                       int steps, double *one, double *other) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim;
  const sid_dynamics dynamics = exact_dynamics(kind, problem->noise == SID_NOISE_SAMPLES ? 2 : 1);
  for (int twin = 0; twin < 2; twin++) {
    const double factor = twin ? c : 1.0, lr = eta * factor * factor, wd = lam / (factor * factor);
    double x[EXACT_DIM], work[EXACT_WORK], *out = twin ? other : one;
    sid_stream stream = exact_stream(7);
    exact_scaled_point(problem, factor, x);
    for (int t = 0; t < steps; t++) {
      if (sid_step(problem, &dynamics, lr, wd, x, &stream, work)) return 0;
      for (uint32_t j = 0; j < p; j++) *out++ = x[j] / factor;
    }
  }
  return 1;
}

typedef struct {
  const char *name;
  double eta, lam, c;
  int32_t first, last; /* kinds of dynamics */
} exact_rescaling_case;

static void exact_rescaling(vf_context *context, const exact_rescaling_case *one) {
  enum { STEPS = 64 };
  exact_subject subjects[EXACT_SUBJECTS];
  double plain[STEPS * EXACT_DIM], scaled[STEPS * EXACT_DIM];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++)
    for (int32_t kind = one->first; kind <= one->last; kind++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "%s, %s, %s", one->name, subjects[s].name, exact_kind_names[kind]);
      if (exact_twins(subjects + s, kind, one->eta, one->lam, one->c, STEPS, plain, scaled))
        vf_same_bits(context, name, scaled, plain, STEPS * (size_t)subjects[s].problem.dim);
      else
        vf_error(context, name, "a step failed");
    }
}

/* il Section 5.1 (only G/eta matters) and nrq Corollary 3: x -> c x, eta -> c^2 eta, lam ->
 * lam/c^2. All dynamics, all noise. */
static void exact_rescaling_general(vf_context *context) {
  static const exact_rescaling_case cases[] = {
      {"eta=0.1 lam=0.5 c=2", .1, .5, 2.0, SID_GD, SID_SDE2},
      {"eta=0.1 lam=0.5 c=1/8", .1, .5, .125, SID_GD, SID_SDE2}};
  for (size_t k = 0; k < 2; k++) exact_rescaling(context, cases + k);
}

/* fm (9): eta~ = lam~ = sqrt(el), x~ = (lam/eta)^(1/4) x. With eta = 2^-6, lam = 2^-2 the scale is
 * 2 and eta~ = lam~ = 2^-4. */
static void exact_rescaling_canonical(vf_context *context) {
  const double scale = vf_expected(context, "x7.fm-9.scale.eta-0.015625.lam-0.25");
  const double tilde = vf_expected(context, "x7.fm-9.eta-tilde.eta-0.015625.lam-0.25");
  const exact_rescaling_case one = {"eta=2^-6 lam=2^-2", 0x1p-6, 0x1p-2, scale, SID_SGD, SID_SGD};
  vf_within(context, "eta~, lam~ = sqrt(el), eta=2^-6 lam=2^-2",
            fabs(one.eta * scale * scale - tilde) + fabs(one.lam / (scale * scale) - tilde), 0.0,
            0.0, "powers of two");
  exact_rescaling(context, &one);
}

/* fm Remark 4.2: X_(eta,lam) from x and X_(eta/sqrt(C), sqrt(C) lam) from C^(-1/4) x are the same
 * up to the factor C^(-1/4). C = 16. */
static void exact_rescaling_remark(vf_context *context) {
  const double c = vf_expected(context, "x7.remark-4.2.x-factor.c-16");
  const exact_rescaling_case one = {"eta=0.05 lam=0.1 C=16", .05, .1, c, SID_SDE, SID_SDE};
  vf_within(context, "factors of eta and lam, C=16",
            fabs(c * c - vf_expected(context, "x7.remark-4.2.eta-factor.c-16")) +
                fabs(1.0 / (c * c) - vf_expected(context, "x7.remark-4.2.lam-factor.c-16")),
            0.0, 0.0, "powers of two");
  exact_rescaling(context, &one);
}

/* Factors that are no powers of two: a single step, from each of 20 states, so that errors cannot
 * grow. */
static void exact_rescaling_other(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const double eta = .01, lam = .05, c = vf_expected(context, "x7.fm-9.scale.eta-0.01.lam-0.05");
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    const sid_dynamics dynamics = exact_dynamics(SID_SGD, 1);
    double x[EXACT_DIM], twin[EXACT_DIM], work[EXACT_WORK], worst = 0.0;
    sid_stream stream = exact_stream(8);
    exact_scaled_point(problem, 1.0, x);
    for (int t = 0; t < 20; t++) {
      sid_stream copy = stream;
      for (uint32_t j = 0; j < p; j++) twin[j] = c * x[j];
      if (sid_step(problem, &dynamics, eta, lam, x, &stream, work) ||
          sid_step(problem, &dynamics, c * c * eta, lam / (c * c), twin, &copy, work))
        vf_error(context, subjects[s].name, "a step failed");
      for (uint32_t j = 0; j < p; j++) worst = fmax(worst, fabs(twin[j] / c - x[j]));
    }
    const double rho = vf_norm(x, p),
                 size = rho + eta * (subjects[s].loss_size + subjects[s].noise_size) / rho;
    vf_within(context, subjects[s].name, worst, 0.0, exact_roundings(problem) * EXACT_ULP * size,
              exact_basis);
  }
}

/* A whole run under fm (9), and without it, against 60 digits. Errors d of ln|x| and ln|y| make 2 d
 * in ln|x/y|. */
static void exact_rescaling_digits(vf_context *context) {
  static const double etas[] = {.015625, .01}, lams[] = {.25, .05};
  static const char *const suffixes[] = {"eta-0.015625.lam-0.25", "eta-0.01.lam-0.05"};
  for (int k = 0; k < 2; k++) {
    const double eta = etas[k], lam = lams[k], x[2] = {.6, .8};
    const double expected = vf_expected_of(context, "x7.x-over-y-after-20.%s", suffixes[k]);
    const double scale = vf_expected_of(context, "x7.fm-9.scale.%s", suffixes[k]),
                 scaled[2] = {scale * x[0], scale * x[1]};
    const double tilde = vf_expected_of(context, "x7.fm-9.eta-tilde.%s", suffixes[k]);
    const exact_ratio2 path = exact_ratio2_constant(eta, lam, x[0], x[1], 20);
    const double tolerance = 2.0 * exact_conditioning(&path);
    vf_within_relative(context, suffixes[k],
                       exact_slope_after(context, suffixes[k], x, eta, 1.0, lam, 20), expected,
                       tolerance, exact_growth);
    vf_within_relative(context, suffixes[k],
                       exact_slope_after(context, suffixes[k], scaled, tilde, 1.0, tilde, 20),
                       expected, tolerance, exact_growth);
  }
}

static const vf_check table[] = {
    {"X7.rescaling", "il, (8); nrq, Corollary 3",
     "x -> c x, eta -> c^2 eta, lam -> lam/c^2 changes no direction: bit for bit", VF_QUICK,
     exact_rescaling_general},
    {"X7.fm-canonical", "fm, (9)", "eta~ = lam~ = sqrt(el), x~ = (lam/eta)^(1/4) x: bit for bit",
     VF_QUICK, exact_rescaling_canonical},
    {"X7.fm-remark", "fm, Remark 4.2",
     "eta/sqrt(C), sqrt(C) lam, C^(-1/4) x in the SDE: bit for bit, C = 16", VF_QUICK,
     exact_rescaling_remark},
    {"X7.other-factors", "fm, (9); nrq, Corollary 3",
     "the same for a factor that is no power of two", VF_QUICK, exact_rescaling_other},
    {"X7.direction", "fm, (9)", "20 steps of GD, plain and rescaled, against 60 digits", VF_QUICK,
     exact_rescaling_digits},
};

VF_ROW(X7, table,
       "pairs of runs, one rescaled, whose directions are compared bit for bit or within rounding",
       "any term of a step that does not scale with it: a decay without lr, noise without 1/|x|");
