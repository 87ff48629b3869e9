/* svag5: Poisson gradients (Example F.1). Batch B at the learning rate B eta for T/B steps has one
 * law for every B: the linear scaling rule is exact. The third central moment after time T is
 * -eta^3 T along the rule, -eta^3 T (3 - 1/l)/(2l) for SVAG, and 0 for the SDE (2), which is
 * Gaussian. The SDE that fits is driven by a Levy process, (8) as corrected: dX = -eta grad L dt -
 * eta sigma dZ.
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag),
 * Section 5.2 and Appendix F.1. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/poisson.h"
#include "checks/svag/powers.h"
#include "checks/svag/problems.h"
#include "checks/svag/steps.h"
#include "formats/memory.h"

/* svag, Example F.1: along the linear scaling rule, batch B at the learning rate B eta for T/B
 * steps, the end has one law for every B. The gradient is the same everywhere and the batch takes
 * its counts from the stream in the order of single samples, so for powers of two even the paths
 * agree, bit for bit: sums of integers and dyadic factors. */
static void compare_lsr_paths(vf_context *context, uint32_t p, svag_poisson_mean mean) {
  enum { PATHS = 64, T = 64 };
  static const double x0[3] = {0.5, -1.25, 2.0};
  double single[PATHS * 3], batched[PATHS * 3];
  for (uint32_t batch = 1; batch <= T; batch *= 2) {
    sid_segment segment;
    const svag_plan plan = {.name = "poisson, sgd",
                            .problem = svag_poisson_problem(p, mean),
                            .dynamics = svag_dynamics(SID_SGD, 1, batch),
                            .schedule = svag_constant(&segment, 0x1p-6 * batch, 0.0),
                            .x0 = x0,
                            .seed = SVAG_OTHER_SEED,
                            .steps = T / batch,
                            .trajectories = PATHS};
    char instance[VF_TEXT_SIZE];
    if (svag_run(context, &plan, batch == 1 ? single : batched)) return;
    vf_text(instance, "p=%u mean=%g eta=1/64 T=64 B=%u, end of 64 paths against B=1", p, mean.mean,
            batch);
    if (batch > 1) vf_same_bits(context, instance, single, batched, (size_t)PATHS * p);
  }
}

static void check_svag5_lsr(vf_context *context) {
  compare_lsr_paths(context, 1, svag_poisson_means[0]);
  compare_lsr_paths(context, 3, svag_poisson_means[1]);
}

/* The counts of ref/ against the definition, one by one, and by their first three cumulants, all
 * equal to the mean. Effects: a count too many; noise of another variance by its half; no
 * skewness. */
static void compare_counts(vf_context *context, uint64_t place, svag_poisson_mean mean) {
  enum { DRAWS = 1 << 17, COMPARED = 4096 };
  static const char *const names[] = {"mean", "variance", "third central moment"};
  const double effects[] = {1.0, 0.5 * mean.mean, mean.mean};
  double *values = vf_allocate(DRAWS, sizeof *values), *room = vf_allocate(DRAWS, sizeof *room),
         defined[COMPARED];
  sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, place), same = stream;
  char instance[VF_TEXT_SIZE];
  for (size_t i = 0; i < DRAWS; i++) {
    values[i] = sid_stream_poisson(&stream, mean.exp_minus_mean);
    if (i < COMPARED) defined[i] = svag_poisson_count(&same, mean.exp_minus_mean);
  }
  vf_text(instance, "mean=%g, the first 4096 counts", mean.mean);
  vf_same_bits(context, instance, values, defined, COMPARED);
  for (uint32_t n = 1; n <= 3; n++) {
    const vf_moments found = svag_power_mean(values, DRAWS, n == 1 ? 0.0 : mean.mean, n, room);
    vf_text(instance, "mean=%g, %s of the counts", mean.mean, names[n - 1]);
    vf_monte_carlo(context, instance, found.mean, found.standard_error, mean.mean, effects[n - 1],
                   "131072 draws");
  }
  free(values);
  free(room);
}

static void check_svag5_counts(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_poisson_means); i++)
    compare_counts(context, i, svag_poisson_means[i]);
}

/* Steps are linear in their counts, and the cumulants `first` to 4 at time T are those of
 * fixtures/. */
static void compare_cumulants(vf_context *context, const svag_counted_step *step,
                              const svag_poisson_case *c, const char *suffix, uint32_t first) {
  const svag_count_response response = svag_respond_to_counts(context, step);
  const char *group = step->dynamics.kind == SID_SVAG ? "svag" : "lsr";
  char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
  vf_text(name, "%s %s=%g %s", step->name, step->unit < 1.0 ? "l" : "B",
          step->unit < 1.0 ? 1.0 / step->unit : step->unit, c->key);
  vf_text(instance, "%s, relative deviation from a linear function of the counts", name);
  vf_within(context, instance, response.misfit, 0.0, 40.0 * svag_roundoff, "40 roundings of 2^-53");
  for (uint32_t n = first; n <= 4; n++) {
    vf_text(key, "svag5.%s.cumulant-%u.%s%s", group, n, c->key, suffix);
    vf_text(instance, "%s, cumulant %u", name, n);
    vf_within_relative(context, instance, svag_cumulant_at(step, &response, vf_number(c->T), n),
                       vf_expected(context, key), 200.0 * svag_roundoff, "200 roundings of 2^-53");
  }
}

/* svag, Section 5.2 and Example F.1, noise-free: the third central moment after time T is -eta^3 T
 * along the linear scaling rule for every batch, and below one sample too: the l-th part of a
 * sample has counts of mean 1/l at the learning rate (eta/l) l. SVAG has -eta^3 T (3-1/l)/(2l),
 * which goes to that of the SDE, 0. */
static void check_svag5_third_moment(vf_context *context) {
  static const uint32_t ls[] = {1, 2, 4, 16, 64};
  static const char *const columns[] = {"l", "svag", "sgd with samples divided by l"};
  for (size_t i = 0; i < VF_COUNT(svag_poisson_cases); i++) {
    const svag_poisson_case *c = &svag_poisson_cases[i];
    const double eta = vf_number(c->eta), T = vf_number(c->T), scale = svag_power(eta, 3) * T;
    double table[VF_COUNT(ls)][3];
    char text[VF_TEXT_SIZE];
    for (uint32_t batch = 1; batch <= (c->mean.mean > 2.0 ? 2 : SVAG_COUNTS); batch++) {
      const svag_counted_step sgd = svag_poisson_sgd(c->mean, eta, batch);
      compare_cumulants(context, &sgd, c, "", 1);
    }
    for (size_t k = 0; k < VF_COUNT(ls); k++) {
      const double l = ls[k], mean = c->mean.mean / l;
      const svag_counted_step svag = svag_poisson_svag(c->mean, eta, ls[k]),
                              part =
                                  svag_poisson_sgd((svag_poisson_mean){mean, exp(-mean)}, eta, 1);
      vf_text(text, ".l-%u", ls[k]);
      compare_cumulants(context, &svag, c, text, 2);
      vf_text(text, "svag5.lsr.cumulant-3.%s", c->key);
      const double row[3] = {l, svag_third_moment(context, &svag, T) / scale,
                             svag_third_moment(context, &part, l * T) / scale};
      memcpy(table[k], row, sizeof row);
      const double expected = vf_expected(context, text);
      vf_text(text, "sgd %s, samples divided by %u, cumulant 3", c->key, ls[k]);
      vf_within_relative(context, text, row[2] * scale, expected, 200.0 * svag_roundoff,
                         "200 roundings of 2^-53");
    }
    vf_text(text, "third central moment over eta^3 T, %s", c->key);
    vf_series(context, text, columns, 3, &table[0][0], VF_COUNT(ls));
  }
}

/* svag, (2): a step of the SDE or of noisy GD on this problem is -eta mean + eta sqrt(mean) z, z
 * the mean of m normals times sqrt(m): Gaussian, so its third central moment is 0. Held against the
 * normals of the stream; the sign of the noise is the one of spec section 7. */
static void check_svag5_sde(vf_context *context) {
  static const uint32_t substeps[] = {1, 4};
  const double eta = 0.1, zero = 0.0;
  for (size_t c = 0; c < VF_COUNT(svag_poisson_means); c++)
    for (size_t k = 0; k < VF_COUNT(substeps); k++) {
      const uint32_t m = substeps[k];
      const double mean = svag_poisson_means[c].mean;
      const sid_problem problem = svag_poisson_problem(1, svag_poisson_means[c]);
      double worst = 0.0;
      char instance[VF_TEXT_SIZE];
      for (uint64_t place = 0; place < 256; place++) {
        sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, place), ahead = stream;
        double to = (double)NAN, z[1], expected = -eta * mean;
        for (uint32_t q = 0; q < m; q++) {
          sid_stream_normals(&ahead, z, 1);
          expected += eta * sqrt(mean / m) * z[0];
        }
        svag_step_on(context, &problem, svag_dynamics(SID_SDE, m, 1), eta, 0.0, &zero, &stream,
                     &to);
        worst = fmax(worst, fabs(to - expected));
      }
      vf_text(instance,
              "sde m=%u mean=%g eta=0.1, deviation from an affine function of the normals", m,
              mean);
      vf_within(context, instance, worst, 0.0, 60.0 * svag_roundoff,
                "60 roundings of 2^-53 of numbers below 1");
    }
}

/* (x - E x)^3 over real trajectories, T = 4; its variance is mu6 - mu3^2. Effect: the nearest of
 * the other laws. */
static void compare_skewness(vf_context *context, const char *name, sid_dynamics dynamics,
                             double unit, double third, double effect, uint64_t trajectories) {
  static const double x0[] = {0.0};
  const double eta = 0.1, T = 4.0, scale = svag_power(eta, 3) * T;
  sid_segment segment;
  const svag_plan plan = {.name = name,
                          .problem = svag_poisson_problem(1, svag_poisson_means[0]),
                          .dynamics = dynamics,
                          .schedule = svag_constant(&segment, eta * fmax(1.0, unit), 0.0),
                          .x0 = x0,
                          .seed = SVAG_OTHER_SEED,
                          .steps = (uint64_t)lround(T / unit),
                          .trajectories = trajectories};
  double *end = vf_allocate((size_t)trajectories, sizeof *end),
         *room = vf_allocate((size_t)trajectories, sizeof *room);
  char instance[VF_TEXT_SIZE];
  if (!svag_run(context, &plan, end)) {
    const vf_moments found = svag_power_mean(end, (size_t)trajectories, -eta * T, 3, room);
    vf_text(instance, "%s mean=1 eta=0.1 T=4, third central moment over eta^3 T", name);
    vf_monte_carlo(context, instance, found.mean / scale, found.standard_error / scale, third,
                   effect, "effect: the nearest of the three other laws");
  }
  free(end);
  free(room);
}

/* svag, Section 5.2 on whole trajectories. SVAG with l = 4 has -(3-1/4)/8. */
static void check_svag5_runs(vf_context *context) {
  const double svag = -2.75 / 8.0;
  const uint64_t n = 1u << 17;
  compare_skewness(context, "sgd B=1", svag_dynamics(SID_SGD, 1, 1), 1.0, -1.0, 1.0 + svag, n);
  compare_skewness(context, "sgd B=4", svag_dynamics(SID_SGD, 1, 4), 4.0, -1.0, 1.0 + svag, n);
  compare_skewness(context, "svag l=4", svag_dynamics(SID_SVAG, 4, 1), 0.25, svag, -svag, n);
  compare_skewness(context, "sde m=1", svag_dynamics(SID_SDE, 1, 1), 1.0, 0.0, -svag, n);
}

/* ---- the Levy SDE (8) ---- */

typedef struct {
  svag_counted_step step; /* first: what take() receives is its address */
  sid_levy_law law;
  double x, h;
} levy_step;

static double take_levy(vf_context *context, const svag_counted_step *step, sid_stream *stream) {
  const levy_step *s = (const levy_step *)step;
  double x = s->x, work[SVAG_WORK];
  (void)context;
  sid_levy_step(&s->law, &step->problem, s->h, &x, stream, work);
  return x - s->x;
}

/* A step of length h of dX = -eta grad L dt - eta sigma dZ at x, Z with intensity `rate`. */
static levy_step levy_step_of(sid_problem problem, double eta, double sigma, double rate, double h,
                              double x) {
  const svag_poisson_mean mean = {rate * h, exp(-rate * h)};
  const levy_step step = {{take_levy, "levy", problem, {0}, mean, 1, eta, h},
                          {eta, sigma, mean.mean, mean.exp_minus_mean},
                          x,
                          h};
  return step;
}

/* n-th cumulant at time T from steps x <- p x + q + slope (count - mean): slope^n h (1 - p^(nK))/(1
 * - p^n), K = T/h. */
static double levy_cumulant(vf_context *context, const double *spectrum, double eta, double sigma,
                            double h, double T, uint32_t n) {
  const levy_step at_zero = levy_step_of(svag_quadratic(spectrum), eta, sigma, 1.0, h, 0.0),
                  at_one = levy_step_of(svag_quadratic(spectrum), eta, sigma, 1.0, h, 1.0);
  const svag_count_response zero = svag_respond_to_counts(context, &at_zero.step),
                            one = svag_respond_to_counts(context, &at_one.step);
  const double p = svag_power(1.0 + one.base - zero.base, n);
  return svag_power(zero.slope[0], n) * h * (1.0 - pow(p, T / h)) / (1.0 - p);
}

/* svag, (8) as corrected: dX = -eta grad L dt - eta sigma dZ, Z a compensated Poisson process. On a
 * linear loss with the gradient `mean`, one step of length 1 is a step of SGD on Poisson gradients,
 * count by count. With curvature a, the n-th cumulant at time T is (-eta sigma)^n (1 - e^(-n a eta
 * T))/(n a eta); steps of length h miss it by O(h). */
static void check_svag5_levy(vf_context *context) {
  enum { SIZES = 6 };
  static const double spectrum[] = {1.5};
  const double eta = 0.2, sigma = 0.75, T = 8.0, a = spectrum[0];
  for (size_t c = 0; c < 2; c++) {
    const sid_problem problem = svag_poisson_problem(3, svag_poisson_means[c]);
    const sid_levy_law law = {eta, 1.0, svag_poisson_means[c].mean,
                              svag_poisson_means[c].exp_minus_mean};
    const double zero[3] = {0.0};
    double worst = 0.0, work[SVAG_WORK];
    char instance[VF_TEXT_SIZE];
    for (uint64_t place = 0; place < 1024; place++) {
      sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, place), same = stream;
      double levy[3] = {0.0}, sgd[3] = {0.0};
      sid_levy_step(&law, &problem, 1.0, levy, &stream, work);
      svag_step_on(context, &problem, svag_dynamics(SID_SGD, 1, 1), eta, 0.0, zero, &same, sgd);
      for (int j = 0; j < 3; j++) worst = fmax(worst, fabs(levy[j] - sgd[j]));
    }
    vf_text(instance, "poisson p=3 mean=%g eta=0.2, step of length 1 against sgd, 1024 streams",
            svag_poisson_means[c].mean);
    vf_within(context, instance, worst, 0.0, 20.0 * svag_roundoff,
              "10 roundings of 2^-53 of numbers below 2");
  }
  for (uint32_t n = 2; n <= 4; n++) {
    const double limit =
        svag_power(-eta * sigma, n) * (1.0 - exp(-(n * a * eta * T))) / (n * a * eta);
    double h[SIZES], error[SIZES];
    char instance[VF_TEXT_SIZE];
    for (int k = 0; k < SIZES; k++) {
      h[k] = 0.25 / (1 << k);
      error[k] = levy_cumulant(context, spectrum, eta, sigma, h[k], T, n) - limit;
    }
    vf_text(instance, "curvature 1.5 eta=0.2 sigma=0.75 T=8, cumulant %u, order in h=1/4..1/128",
            n);
    vf_order(context, instance, h, error, SIZES, 1.0);
  }
}

/* (8): print has + sqrt(eta) sigma dZ, so a third central moment +eta^(3/2) T. Measured on SGD and
 * on the law of ref/. */
static void check_errata_levy(vf_context *context) {
  static const double flat[] = {0.0};
  for (size_t i = 0; i < VF_COUNT(svag_poisson_cases); i++) {
    const svag_poisson_case *c = &svag_poisson_cases[i];
    const double eta = vf_number(c->eta), T = vf_number(c->T);
    const svag_counted_step sgd = svag_poisson_sgd(c->mean, eta, 1);
    const levy_step levy = levy_step_of(svag_quadratic(flat), eta, 1.0, c->mean.mean, 1.0, 0.0);
    const double measured[] = {svag_third_moment(context, &sgd, T),
                               svag_third_moment(context, &levy.step, T)};
    char key[VF_TEXT_SIZE], printed[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
    vf_text(key, "svag5.levy.cumulant-3.%s", c->key);
    vf_text(printed, "%s.printed", key);
    for (int k = 0; k < 2; k++) {
      const double right = vf_expected(context, key);
      vf_text(instance, "%s, third central moment of %s", c->key, k == 0 ? "sgd" : "(8)");
      vf_erratum(context, instance, measured[k], right, vf_expected(context, printed),
                 200.0 * svag_roundoff * fabs(right), "200 roundings of 2^-53");
    }
  }
}

/* Footnote 3: the gradient of a batch B is the mean, weight 1/m, of m gradients of batches B/m;
 * print has m/B. With the same draws: weight = <g_B, s>/<s, s>, s the sum of the parts. */
static void compare_weight(vf_context *context, const char *name, const sid_problem *problem,
                           const double *x, uint32_t batch, uint32_t m) {
  double whole[SVAG_DIM], part[SVAG_DIM], sum[SVAG_DIM] = {0.0}, work[SVAG_WORK];
  char instance[VF_TEXT_SIZE];
  sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, 1), same = stream;
  sid_problem_noisy_gradient(problem, x, batch, &stream, whole, work);
  for (uint32_t k = 0; k < m; k++) {
    sid_problem_noisy_gradient(problem, x, batch / m, &same, part, work);
    for (uint32_t j = 0; j < problem->dim; j++) sum[j] += part[j];
  }
  vf_text(instance, "%s B=%u m=%u, weight of the parts", name, batch, m);
  vf_erratum(context, instance, vf_dot(whole, sum, problem->dim) / vf_dot(sum, sum, problem->dim),
             1.0 / m, (double)m / batch, 60.0 * svag_roundoff, "60 roundings of 2^-53");
}

static void check_errata_footnote(vf_context *context) {
  svag_regression_data *data = vf_allocate(1, sizeof *data);
  const sid_problem scalar = svag_family_problem(&svag_far_families[0]),
                    poisson = svag_poisson_problem(3, svag_poisson_means[2]);
  const sid_problem problem = svag_regression(context, data);
  compare_weight(context, "family", &scalar, svag_far_families[0].x0, 8, 2);
  compare_weight(context, "family", &scalar, svag_far_families[0].x0, 12, 2);
  compare_weight(context, "regression", &problem, svag_x_regression, 8, 2);
  compare_weight(context, "regression", &problem, svag_x_regression, 64, 4);
  compare_weight(context, "poisson", &poisson, svag_x_regression, 8, 2);
  free(data);
}

static const vf_check table[] = {
    {"svag5.linear-scaling", "svag, Example F.1",
     "the end of T/B steps with batch B and rate B eta does not depend on B", VF_QUICK,
     check_svag5_lsr},
    {"svag5.counts", "svag, Example F.1", "the counts are Poisson", VF_QUICK, check_svag5_counts},
    {"svag5.third-moment", "svag, Section 5.2",
     "third central moment -eta^3 T along the scaling rule, -eta^3 T (3-1/l)/(2l) for SVAG",
     VF_QUICK, check_svag5_third_moment},
    {"svag5.sde", "svag, Section 5.2", "the SDE of Poisson gradients is Gaussian", VF_QUICK,
     check_svag5_sde},
    {"svag5.trajectories", "svag, Section 5.2",
     "third central moment of trajectories of SGD, SVAG and the SDE", VF_QUICK, check_svag5_runs},
    {"svag5.levy", "svag, (8)",
     "dX = -eta grad L dt - eta sigma dZ: cumulants, and SGD as its step", VF_QUICK,
     check_svag5_levy},
    {"errata.svag5-footnote3-weight", "svag, footnote 3", "the parts of a batch have weight 1/m",
     VF_QUICK, check_errata_footnote},
    {"errata.svag5-levy-sde", "svag, (8)", "-eta sigma dZ in step time", VF_QUICK,
     check_errata_levy},
};

VF_ROW(svag5, table, "exact counts and cumulants of Poisson gradients, and trajectories",
       "a third moment that is kept by the SDE, a rule that scales lr by sqrt(B)");
