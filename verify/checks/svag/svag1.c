/* svag1: one step of SVAG, x+ = x - (eta/l) (c1 g1 + c2 g2) with c = (1 +- sqrt(2l-1))/2 and
 * independent draws g1, g2: (3). Its moments (Lemma 4.5 as corrected): mean -(eta/l) grad L; the
 * combined gradient has covariance l Sigma, third moment ((3l-1)/2) Lambda and fourth moment
 * ((l^2+2l-1)/2) mu4 + (3/2) (l-1)^2 sym(Sigma x Sigma). All by enumeration of real steps.
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag),
 * Sections 4.1 and 4.3. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/gradients.h"
#include "checks/svag/outcomes.h"
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"

static const uint32_t amplifications[] = {1, 2, 3, 4, 16};

static const double origin[SVAG_DIM] = {0.0};

/* Bound of the rounding error of a moment of order n of changes D, |D| <= reach, scaled: a change
 * comes from about 8 roundings of numbers up to |x| + reach, the products and the sum over outcomes
 * add about 100 relative roundings, and centring doubles D. */
static double moment_tolerance(int n, double size, double reach, double scale) {
  const double change_error = 8.0 * svag_roundoff * (size + reach);
  return pow(scale * 2.0 * reach, n - 1) * scale *
         (n * change_error + 100.0 * svag_roundoff * 2.0 * reach);
}

static const char moment_basis[] =
    "8 roundings of 2^-53 in each change and 100 in its products and sum";

/* The problem of an svag1 instance: the three families of fixtures/, then
 * the scale-invariant one. */
static sid_problem one_step_problem(size_t i, const double **x, const char **name) {
  if (i == VF_COUNT(svag_families)) {
    *x = svag_x_linear;
    *name = "normalised_linear p=3 n=3";
    return svag_linear();
  }
  *x = svag_families[i].x0;
  *name = svag_families[i].name;
  return svag_family_problem(&svag_families[i]);
}

/* x' of outcome k by the formula of spec section 7 in its order, from the sample gradients. */
static void step_by_formula(const sid_problem *problem, uint32_t l, double lr, double wd,
                            const double *x, const uint32_t *members, double *to) {
  const double h = lr / l, a = 1.0 - h * wd, s = sqrt(2.0 * l - 1.0), c1 = (1.0 + s) * 0.5,
               c2 = (1.0 - s) * 0.5;
  double first[SVAG_DIM], second[SVAG_DIM];
  sid_problem_sample_gradient(problem, members[0], x, first, NULL);
  sid_problem_sample_gradient(problem, members[1], x, second, NULL);
  for (uint32_t j = 0; j < problem->dim; j++)
    to[j] = a * x[j] - h * (c1 * first[j] + c2 * second[j]);
}

/* svag, (3): the coefficients (1 +- sqrt(2l-1))/2 go to the first and the second draw, and the step
 * is lr/l. All pairs of members through the real step: the same bits, because the order of
 * operations is the contract. With l = 1 the step is that of SGD. */
static void check_svag1_step(vf_context *context) {
  const double lr = 0.4, wd = 0.25;
  for (size_t i = 0; i <= VF_COUNT(svag_families); i++) {
    const double *x;
    const char *name;
    const sid_problem problem = one_step_problem(i, &x, &name);
    const uint32_t p = problem.dim;
    for (size_t a = 0; a < VF_COUNT(amplifications); a++) {
      const sid_dynamics svag = svag_dynamics(SID_SVAG, amplifications[a], 1),
                         sgd = svag_dynamics(SID_SGD, 1, 1);
      double real[SVAG_OUTCOMES * SVAG_DIM], formula[SVAG_OUTCOMES * SVAG_DIM],
          plain[SVAG_OUTCOMES * SVAG_DIM];
      char instance[VF_TEXT_SIZE];
      svag_outcomes all;
      svag_enumerate(context, &problem, svag, &all);
      for (size_t k = 0; k < all.count; k++) {
        svag_step(context, &problem, svag, lr, wd, x, all.stream[k], real + k * p);
        svag_step(context, &problem, sgd, lr, wd, x, all.stream[k], plain + k * p);
        step_by_formula(&problem, svag.l, lr, wd, x, all.members[k], formula + k * p);
      }
      vf_text(instance, "instance %s l=%u eta=0.4 lam=0.25, all pairs", name, svag.l);
      vf_same_bits(context, instance, real, formula, all.count * p);
      if (svag.l > 1) continue;
      vf_text(instance, "instance %s l=1 against sgd", name);
      vf_same_bits(context, instance, real, plain, all.count * p);
    }
  }
}

enum { DRAWS = 65536 };

/* The number of the outcome whose state is x, or all->count. */
static size_t outcome_of(const svag_outcomes *all, double states[SVAG_OUTCOMES][SVAG_DIM],
                         const double *x, uint32_t p) {
  size_t k = 0;
  while (k < all->count && memcmp(states[k], x, p * sizeof *x) != 0) k++;
  return k;
}

/* svag, Section 4.1: the two members of a step are independent draws with the probabilities w. 2^16
 * steps from one state, one after another on one stream; each is recognised by its bits. Effect:
 * the same member drawn twice, w_i [i = j]. */
static void check_svag1_pairs(vf_context *context) {
  const svag_family *f = &svag_families[0];
  const sid_problem problem = svag_family_problem(f);
  const sid_dynamics svag = svag_dynamics(SID_SVAG, 4, 1);
  double states[SVAG_OUTCOMES][SVAG_DIM], work[SVAG_WORK];
  size_t hits[SVAG_OUTCOMES + 1] = {0};
  svag_outcomes all;
  svag_enumerate(context, &problem, svag, &all);
  for (size_t k = 0; k < all.count; k++)
    svag_step(context, &problem, svag, 0.4, 0.0, f->x0, all.stream[k], states[k]);
  sid_stream stream = vf_stream(SVAG_SEED, SID_KEY_NOISE, 1);
  for (size_t n = 0; n < DRAWS; n++) {
    double x[SVAG_DIM] = {f->x0[0]};
    sid_step(&problem, &svag, 0.4, 0.0, x, &stream, work);
    hits[outcome_of(&all, states, x, f->dim)]++;
  }
  for (size_t k = 0; k < all.count; k++) {
    const uint32_t *pair = all.members[k];
    const double expected = all.weight[k], twice = pair[0] == pair[1] ? f->weights[pair[0]] : 0.0;
    char instance[VF_TEXT_SIZE];
    vf_text(instance, "frequency of members (%u, %u), l=4", pair[0], pair[1]);
    vf_monte_carlo(context, instance, (double)hits[k] / DRAWS,
                   sqrt(expected * (1.0 - expected) / DRAWS), expected, expected - twice,
                   "binomial; effect: one member drawn for both");
  }
  vf_within(context, "steps that are no pair of members", (double)hits[all.count], 0.0, 0.0,
            "a count");
}

/* Compares all entries of order 1..4 of E D^n and of the central moments of the combined gradient
 * with fixtures/. */
static void compare_tensors(vf_context *context, const svag_family *f, uint32_t l,
                            const svag_law *law) {
  const double h = 0.4 / l, size = vf_largest_size(f->x0, f->dim),
               reach = svag_law_reach(law, f->dim);
  double mean[SVAG_DIM];
  svag_law_mean(law, f->dim, mean);
  for (int order = 1; order <= 4; order++)
    for (int twos = 0; twos <= (f->dim == 1 ? 0 : order); twos++) {
      char index[8], key[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
      for (int c = 0; c < order; c++) index[c] = c < order - twos ? '1' : '2';
      index[order] = '\0';
      vf_text(key, "svag1.delta.instance-%s.l-%u.index-%s", f->name, l, index);
      vf_text(instance, "step, instance %s l=%u entry %s", f->name, l, index);
      vf_within(context, instance, svag_law_moment(law, index, 1.0, origin),
                vf_expected(context, key), moment_tolerance(order, size, reach, 1.0), moment_basis);
      if (order == 1) continue;
      vf_text(key, "svag1.central.instance-%s.l-%u.index-%s", f->name, l, index);
      vf_text(instance, "gradient, instance %s l=%u entry %s", f->name, l, index);
      vf_within(context, instance, svag_law_moment(law, index, -1.0 / h, mean),
                vf_expected(context, key), moment_tolerance(order, size, reach, 1.0 / h),
                moment_basis);
    }
}

/* svag, Lemma 4.5 as corrected, exact: E D = -(eta/l) grad L; the combined gradient has covariance
 * l Sigma, third moment ((3l-1)/2) Lambda, fourth ((l^2+2l-1)/2) mu4 + (3/2)(l-1)^2 sym(Sigma x
 * Sigma). Enumeration of all pairs. */
static void check_svag1_moments(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_families); i++)
    for (size_t a = 0; a < VF_COUNT(amplifications); a++) {
      const sid_problem problem = svag_family_problem(&svag_families[i]);
      const sid_dynamics svag = svag_dynamics(SID_SVAG, amplifications[a], 1);
      const svag_law law = svag_law_of(context, &problem, svag, 0.4, 0.0, svag_families[i].x0);
      compare_tensors(context, &svag_families[i], amplifications[a], &law);
    }
}

/* Central moments 2..4 of v.g over the members at x; those of a mean of `batch` independent
 * ones. */
static void batch_moments(const sid_problem *problem, const double *x, const double *v,
                          double batch, double moment[5]) {
  double mean[SVAG_DIM], member[SVAG_DIM], single[5] = {0.0};
  svag_gradient(problem, x, mean);
  for (uint32_t i = 0; i < problem->samples; i++) {
    svag_member_gradient(problem, i, x, member);
    const double d = vf_dot(member, v, problem->dim) - vf_dot(mean, v, problem->dim);
    for (uint32_t n = 2; n <= 4; n++) single[n] += svag_weight(problem, i) * svag_power(d, n);
  }
  moment[2] = single[2] / batch;
  moment[3] = single[3] / (batch * batch);
  moment[4] = (single[4] + 3.0 * (batch - 1.0) * single[2] * single[2]) / (batch * batch * batch);
}

/* The same laws where the gradients are curved and weight decay acts: x' - x = -(eta/l) (g + lam x)
 * for the normalised linear model, along three directions, for batches of 1 and 2 (whose mean has
 * Sigma/B, Lambda/B^2). The expected moments are evaluated here from the data; l and the batch
 * enter through the formulas of Lemma 4.5. */
static void check_svag1_scale_invariant(vf_context *context) {
  const double directions[3][SVAG_DIM] = {{1.0, 0.0, 0.0}, {0.25, -1.0, 0.5}, {-0.5, 0.75, 1.0}};
  const sid_problem problem = svag_linear();
  const double lr = 0.4, wd = 0.25;
  for (uint32_t batch = 1; batch <= 2; batch++)
    for (uint32_t l = 2; l <= 8; l *= 2)
      for (size_t d = 0; d < VF_COUNT(directions); d++) {
        const double *v = directions[d], h = lr / l, zero[1] = {0.0};
        const svag_law law = svag_law_of(context, &problem, svag_dynamics(SID_SVAG, l, batch), lr,
                                         wd, svag_x_linear);
        const svag_law line = svag_law_along(&law, v, problem.dim);
        const double reach = svag_law_reach(&line, 1),
                     size = vf_largest_size(svag_x_linear, problem.dim),
                     vx = vf_dot(v, svag_x_linear, problem.dim);
        double mean[1], gradient[SVAG_DIM], g[5], expected[5];
        svag_law_mean(&line, 1, mean);
        svag_gradient(&problem, svag_x_linear, gradient);
        batch_moments(&problem, svag_x_linear, v, batch, g);
        expected[1] = -h * (vf_dot(v, gradient, problem.dim) + wd * vx);
        expected[2] = h * h * l * g[2];
        expected[3] = -h * h * h * (3.0 * l - 1.0) / 2.0 * g[3];
        expected[4] = svag_power(h, 4) * ((l * l + 2.0 * l - 1.0) / 2.0 * g[4] +
                                          1.5 * (l - 1.0) * (l - 1.0) * g[2] * g[2]);
        for (int n = 1; n <= 4; n++) {
          char instance[VF_TEXT_SIZE];
          const char *index = &"1111"[4 - n];
          vf_text(instance, "batch=%u l=%u direction %u moment %d", batch, l, (unsigned)d + 1, n);
          vf_within(context, instance, svag_law_moment(&line, index, 1.0, n == 1 ? zero : mean),
                    expected[n], 3.0 * moment_tolerance(n, size, reach, 1.0),
                    "3 coordinates, each: 8 roundings of 2^-53 in a change, "
                    "100 in products and sum");
        }
      }
}

/* The three gradients (1,0), (-.5,2), (.25,-1) of docs/errata.md, the same at every x. */
static const double weights_g[] = {0.5, 0.25, 0.25}, a_g[6] = {0.0},
                    b_g[] = {-1.0, 0.0, 0.5, -2.0, -0.25, 1.0}, x0_g[] = {0.25, 0.5};
static const svag_family gradients = {"three gradients", 2, 3, weights_g, a_g, b_g, x0_g};

/* Sigma_11 of the combined SVAG gradient for the three gradients of docs/errata.md, eta = .5, by
 * enumeration of real steps. */
static double three_gradients_variance(vf_context *context, uint32_t l) {
  const sid_problem problem = svag_family_problem(&gradients);
  double mean[SVAG_DIM];
  const svag_law law =
      svag_law_of(context, &problem, svag_dynamics(SID_SVAG, l, 1), 0.5, 0.0, x0_g);
  svag_law_mean(&law, gradients.dim, mean);
  return svag_law_moment(&law, "11", -(l / 0.5), mean);
}

/* (eta/l) Sigma^l = eta Sigma^1. Print has roots of the factors alone, which would make Sigma^l =
 * sqrt(l) Sigma^1. */
static void check_errata_covariance_relation(vf_context *context) {
  const uint32_t ls[] = {4, 16};
  for (size_t i = 0; i < VF_COUNT(ls); i++) {
    const double eta = 0.5, l = ls[i],
                 right = eta * 0.38671875; /* Sigma_11 = .5*1 + .25*(.25 + .0625) - .4375^2 */
    char instance[VF_TEXT_SIZE];
    vf_text(instance, "three gradients, eta=0.5 l=%u, (eta/l) Sigma^l entry 11", ls[i]);
    vf_erratum(context, instance, eta / l * three_gradients_variance(context, ls[i]), right,
               eta / l * sqrt(l) * right / eta, moment_tolerance(2, 1.0, 1.0, l / eta),
               moment_basis);
  }
}

/* The variance of a step falls as 1/l; print says that it grows ("larger variance", which is true
 * of the gradient).
 * */
static void check_errata_step_variance(vf_context *context) {
  const double l = 16.0;
  const double small = three_gradients_variance(context, 16) / (l * l),
               large = three_gradients_variance(context, 1);
  vf_erratum(context, "three gradients, eta=0.5, exponent of l in the variance of a step, l=1..16",
             log(small / large) / log(l), -1.0, 1.0, moment_tolerance(2, 1.0, 1.0, l / 0.5),
             moment_basis);
}

/* Lemma 4.5 (iii): print lacks the sign and has l^-3 on the term 3 sym(grad x Sigma). */
static void check_errata_third_moment(vf_context *context) {
  const uint32_t ls[] = {1, 4, 16};
  for (size_t i = 0; i < VF_COUNT(svag_families); i++)
    for (size_t a = 0; a < VF_COUNT(ls); a++) {
      const svag_family *f = &svag_families[i];
      const sid_problem problem = svag_family_problem(f);
      const svag_law law =
          svag_law_of(context, &problem, svag_dynamics(SID_SVAG, ls[a], 1), 0.4, 0.0, f->x0);
      char key[VF_TEXT_SIZE], printed[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
      vf_text(key, "svag1.delta.instance-%s.l-%u.index-111", f->name, ls[a]);
      vf_text(printed, "%s.printed", key);
      vf_text(instance, "instance %s eta=0.4 l=%u, entry 111", f->name, ls[a]);
      vf_erratum(
          context, instance, svag_law_moment(&law, "111", 1.0, origin), vf_expected(context, key),
          vf_expected(context, printed),
          moment_tolerance(3, vf_largest_size(f->x0, f->dim), svag_law_reach(&law, f->dim), 1.0),
          moment_basis);
    }
}

static const vf_check table[] = {
    {"svag1.step", "svag, (3)",
     "a step is x - (eta/l)(c1 g1 + c2 g2), c = (1 +- sqrt(2l-1))/2, for all pairs of samples",
     VF_QUICK, check_svag1_step},
    {"svag1.pairs", "svag, Section 4.1", "the two samples of a step are independent draws",
     VF_QUICK, check_svag1_pairs},
    {"svag1.moments", "svag, Lemma 4.5",
     "moments 1 to 4 of a step: -(eta/l) grad L, l Sigma, (3l-1)/2 Lambda, fourth", VF_QUICK,
     check_svag1_moments},
    {"svag1.scale-invariant", "svag, Lemma 4.5",
     "the same with a curved gradient, weight decay and batches", VF_QUICK,
     check_svag1_scale_invariant},
    {"errata.svag1-covariance-relation", "svag, Section 4.1", "(eta/l) Sigma^l = eta Sigma^1",
     VF_QUICK, check_errata_covariance_relation},
    {"errata.svag1-step-variance", "svag, Section 4.1", "the variance of a step falls as 1/l",
     VF_QUICK, check_errata_step_variance},
    {"errata.svag1-third-moment", "svag, Lemma 4.5 (iii)", "sign and l^-2 of the third moment",
     VF_QUICK, check_errata_third_moment},
};

VF_ROW(svag1, table, "enumeration of real steps over all pairs of samples",
       "c1 and c2 swapped or from 2l+1, the same sample twice, eta for eta/l");
