/* Row X1, homogeneity. L(c x) = L(x), so gradient and noise have degree -1, Hessian and covariance
 * -2: il Lemmas 3.1 and B.1, fm Lemma 2.4, svag Lemma D.6. Differentiated: <x, grad L> = 0 (fm
 * Lemma 2.5), x^T Sigma x = 0 (il Lemma B.1, svag Corollary D.7), H x = -grad L and x^T H grad L =
 * -|grad L|^2 (svag Lemma D.1). Sigma is P S S P/|x|^2 (nrq (5)), or that of the samples over B. */
#include <math.h>
#include <stdlib.h>
#include "harness/algebra.h"
#include "checks/identities/noise.h"
#include "harness/limit.h"
#include "harness/outcomes.h"
#include "formats/memory.h"

/* ---- degrees ---- */

enum { GATHERED = 2 + 4 * EXACT_DIM + EXACT_SAMPLES * EXACT_DIM };

/* Everything that ref/ evaluates at c x, multiplied by the power of c that makes it the value at x;
 * unit[k] is the size of the largest term of out[k]. Returns the number of values. */
typedef struct {
  double value[GATHERED], unit[GATHERED];
  size_t count;
} exact_values;

static void exact_put(exact_values *values, const double *added, size_t count, double factor,
                      double unit) {
  for (size_t k = 0; k < count; k++) {
    values->value[values->count] = factor * added[k];
    values->unit[values->count++] = unit;
  }
}

static void exact_gather_samples(const sid_problem *problem, const double *x, double c, double unit,
                                 exact_values *values) {
  double g[EXACT_DIM];
  if (problem->noise != SID_NOISE_SAMPLES) return;
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_problem_sample_gradient(problem, i, x, g, NULL);
    exact_put(values, g, problem->dim, c, unit);
  }
}

static void exact_gather(const exact_subject *subject, double c, exact_values *values) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim;
  const double rho = vf_norm(exact_point, p);
  const double loss = subject->loss_size, both = (loss + subject->noise_size) / rho;
  double x[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
  sid_stream stream = exact_stream(0);
  values->count = 0;
  exact_scaled_point(problem, c, x);
  const double scalars[2] = {sid_problem_loss(problem, x, work),
                             c * c * sid_problem_noise_trace(problem, x, work)};
  exact_put(values, scalars, 1, 1.0, loss);
  exact_put(values, scalars + 1, 1, 1.0, both * both);
  sid_problem_gradient(problem, x, g, work);
  exact_put(values, g, p, c, loss / rho);
  sid_problem_hessian_vector(problem, x, exact_direction, g, work);
  exact_put(values, g, p, c * c,
            8.0 * loss * 2.0 / (rho * rho)); /* 8: largest coefficient, 2: above |direction| */
  sid_problem_noisy_gradient(problem, x, problem->noise == SID_NOISE_SAMPLES ? 3 : 1, &stream, g,
                             work);
  exact_put(values, g, p, c, both);
  sid_problem_gaussian_noise(problem, x, &stream, g, work);
  exact_put(values, g, p, c, both * sqrt((double)(problem->samples + 1)));
  exact_gather_samples(problem, x, c, both, values);
}

/* Largest |a - b| in units of 2^-53 of the largest term. */
static double exact_worst(const exact_values *a, const exact_values *b) {
  double worst = 0.0;
  for (size_t k = 0; k < a->count; k++) {
    const double distance = fabs(a->value[k] - b->value[k]);
    if (distance != 0.0) vf_raise(&worst, distance / (EXACT_ULP * a->unit[k]));
  }
  return worst;
}

/* Every value at c x against that at x, for each factor c: the same bits, or as many roundings
 * apart as there are. */
static void exact_degrees(vf_context *context, const double *factors, size_t factor_count,
                          int same_bits) {
  exact_subject subjects[EXACT_SUBJECTS];
  exact_values here, there;
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    exact_gather(subjects + s, 1.0, &here);
    for (size_t c = 0; c < factor_count; c++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "%s, c=%g%s", subjects[s].name, factors[c], same_bits ? "" : ", in units");
      exact_gather(subjects + s, factors[c], &there);
      if (same_bits)
        vf_same_bits(context, name, there.value, here.value, here.count);
      else
        vf_within(context, name, exact_worst(&here, &there), 0.0,
                  exact_roundings(&subjects[s].problem), exact_basis);
    }
  }
}

/* With powers of two every intermediate is scaled exactly, so the bits are the same: no
 * tolerance. */
static void exact_powers_of_two(vf_context *context) {
  static const double factors[] = {2.0, 0.125, 0x1p40, 0x1p-60};
  exact_degrees(context, factors, VF_COUNT(factors), 1);
}

static void exact_other_factors(vf_context *context) {
  static const double factors[] = {3.0, 0.1, 12345.678};
  exact_degrees(context, factors, VF_COUNT(factors), 0);
}

/* ---- everything random or not that is a gradient is tangential ---- */

/* |<x, g>|/(|x| size) in units of 2^-53. */
static double exact_radial(const sid_problem *problem, const double *x, const double *g,
                           double size) {
  const double rho = vf_norm(x, problem->dim);
  return size > 0.0 ? fabs(vf_dot(x, g, problem->dim)) * rho / (rho * size * EXACT_ULP) : 0.0;
}

static double exact_radial_samples(const exact_subject *subject, const double *x) {
  const sid_problem *problem = &subject->problem;
  double worst = 0.0, g[EXACT_DIM];
  if (problem->noise != SID_NOISE_SAMPLES) return 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_problem_sample_gradient(problem, i, x, g, NULL);
    worst = fmax(worst, exact_radial(problem, x, g, subject->loss_size));
  }
  return worst;
}

/* <x, grad L> = 0 (fm Lemma 2.5, svag Lemma D.6), and x^T Sigma x = 0 (il Lemma B.1, svag Cor. D.7)
 * because every draw of the noise, of its Gaussian twin and every sample is perpendicular to x. At
 * |x| about 1 each is at most size/|x|. */
static void exact_tangential(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const exact_subject *subject = subjects + s;
    const sid_problem *problem = &subject->problem;
    const double both = subject->loss_size + subject->noise_size;
    double x[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
    sid_stream stream = exact_stream(1);
    exact_scaled_point(problem, 1.0, x);
    sid_problem_gradient(problem, x, g, work);
    double worst = exact_radial(problem, x, g, subject->loss_size);
    worst = fmax(worst, exact_radial_samples(subject, x));
    for (int draw = 0; draw < 32; draw++) {
      sid_problem_noisy_gradient(problem, x, 1, &stream, g, work);
      worst = fmax(worst, exact_radial(problem, x, g, both));
      sid_problem_gaussian_noise(problem, x, &stream, g, work);
      worst = fmax(worst, exact_radial(problem, x, g, both * (1.0 + problem->samples)));
    }
    vf_within(context, subject->name, worst, 0.0, exact_roundings(problem), exact_basis);
  }
}

/* ---- derivatives ---- */

/* Differentiating grad L(cx) = grad L(x)/c at c = 1: H x = -grad L, hence x^T H grad L = -|grad
 * L|^2 (svag Lemma D.1); and H is symmetric. */
static void exact_euler(vf_context *context) {
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const sid_problem *problem = &exact_bases[b].problem;
    const uint32_t p = problem->dim;
    const double *x = exact_point, rho2 = vf_dot(x, x, p), rho = sqrt(rho2);
    const double size = 8.0 * exact_bases[b].loss_size * EXACT_ULP * exact_roundings(problem);
    double g[EXACT_DIM], hx[EXACT_DIM], hg[EXACT_DIM], hv[EXACT_DIM], work[EXACT_WORK],
        sum[EXACT_DIM];
    char name[VF_TEXT_SIZE];
    sid_problem_gradient(problem, x, g, work);
    sid_problem_hessian_vector(problem, x, x, hx, work);
    sid_problem_hessian_vector(problem, x, g, hg, work);
    sid_problem_hessian_vector(problem, x, exact_direction, hv, work);
    for (uint32_t j = 0; j < p; j++) sum[j] = hx[j] + g[j];
    vf_text(name, "|Hx + grad L|, %s", exact_bases[b].name);
    vf_within(context, name, vf_norm(sum, p), 0.0, size / rho, exact_basis);
    vf_text(name, "x'H grad L, %s", exact_bases[b].name);
    vf_within(context, name, vf_dot(x, hg, p), -vf_dot(g, g, p),
              size * exact_bases[b].loss_size / rho2, exact_basis);
    vf_text(name, "v'Hg - g'Hv, %s", exact_bases[b].name);
    vf_within(context, name, vf_dot(exact_direction, hg, p), vf_dot(g, hv, p),
              size * 2.0 * exact_bases[b].loss_size / (rho * rho2), exact_basis);
  }
}

/* Central differences along exact_direction with step h: of the loss (order 0), of <gradient,
 * direction> (order 1). */
static double exact_difference(const sid_problem *problem, int order, double h) {
  double side[2];
  for (int k = 0; k < 2; k++) {
    double x[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
    for (uint32_t j = 0; j < problem->dim; j++)
      x[j] = exact_point[j] + (k ? -h : h) * exact_direction[j];
    sid_problem_gradient(problem, x, g, work);
    side[k] = order ? vf_dot(g, exact_direction, problem->dim) : sid_problem_loss(problem, x, work);
  }
  return (side[0] - side[1]) / (2.0 * h);
}

/* A central difference is a power series in h^2; its limit is the derivative. */
static void exact_derivatives(vf_context *context) {
  enum { STEPS = 5 };
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const sid_problem *problem = &exact_bases[b].problem;
    double g[EXACT_DIM], hv[EXACT_DIM], work[EXACT_WORK], value[STEPS];
    sid_problem_gradient(problem, exact_point, g, work);
    sid_problem_hessian_vector(problem, exact_point, exact_direction, hv, work);
    for (int order = 0; order < 2; order++) {
      char name[VF_TEXT_SIZE];
      const double slope = vf_dot(order ? hv : g, exact_direction, problem->dim);
      const double unit = EXACT_ULP * exact_roundings(problem) * 2.0 *
                          exact_bases[b].loss_size; /* 2: |direction| */
      for (int k = 0; k < STEPS; k++)
        value[k] = exact_difference(problem, order, ldexp(1.0, -4 - k));
      vf_text(name, "%s, %s", order ? "v'Hv" : "<grad L, v>", exact_bases[b].name);
      vf_limit(context, name, value, STEPS, 2, slope, unit * ldexp(1.0, 3 + STEPS), 1e-8);
    }
  }
}

/* ---- covariance of the noise ---- */

/* Compares the enumerated law with mean 0, the covariance in `expected` (p*p), and ref/'s trace
 * divided by the batch. */
static void exact_compare_moments(vf_context *context, const exact_subject *subject,
                                  const double *x, uint32_t batch, const sid_stream *streams,
                                  size_t count, const double *expected) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim;
  double mean[EXACT_DIM], second[EXACT_DIM * EXACT_DIM], trace = 0.0, work[EXACT_WORK];
  char name[VF_TEXT_SIZE];
  const double unit = EXACT_ULP * exact_roundings(problem) *
                      (subject->loss_size + subject->noise_size) / vf_norm(x, p);
  const double unit2 = 2.0 * unit * unit / (EXACT_ULP * exact_roundings(problem));
  exact_moments(problem, x, batch, streams, count, mean, second);
  for (uint32_t i = 0; i < p; i++) trace += second[i * p + i];
  for (uint32_t i = 0; i < p * p; i++) second[i] -= expected[i];
  vf_text(name, "mean, %s batch=%u", subject->name, (unsigned)batch);
  vf_within(context, name, vf_largest_size(mean, p), 0.0, unit, exact_basis);
  vf_text(name, "covariance, %s batch=%u", subject->name, (unsigned)batch);
  vf_within(context, name, vf_largest_size(second, (size_t)p * p), 0.0, unit2, exact_basis);
  vf_text(name, "trace, %s batch=%u", subject->name, (unsigned)batch);
  vf_within(context, name, sid_problem_noise_trace(problem, x, work) / (double)batch, trace,
            p * unit2, exact_basis);
}

/* Rademacher noise has 2^p equally likely draws: its covariance by enumeration of all of them is P
 * S S P/|x|^2 (il Lemma B.1; nrq (5)), whose trace is (p-1) sigma^2/|x|^2 when isotropic. */
static void exact_covariance_by_enumeration(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects), most = (size_t)1 << EXACT_DIM;
  sid_stream *streams = vf_allocate(most, sizeof *streams);
  for (size_t s = 0; s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    double expected[EXACT_DIM * EXACT_DIM] = {0};
    if (problem->noise != SID_NOISE_RADEMACHER) continue;
    if (vf_sign_streams(p, streams)) {
      vf_error(context, subjects[s].name, "a sign pattern does not turn up");
      continue;
    }
    for (uint32_t i = 0; i < p; i++)
      for (uint32_t j = 0; j < p; j++)
        expected[i * p + j] = exact_covariance(problem, exact_point, i, j);
    exact_compare_moments(context, subjects + s, exact_point, 1, streams, (size_t)1 << p, expected);
  }
  free(streams);
}

/* A batch of B samples drawn with replacement: mean grad L, covariance Sigma/B, by enumeration of
 * all samples and all pairs. */
static void exact_covariance_of_samples(vf_context *context) {
  exact_subject subject =
      exact_with_noise(exact_bases + EXACT_LINEAR, exact_noises + EXACT_OF_SAMPLES);
  const uint32_t p = subject.problem.dim;
  double covariance[EXACT_DIM * EXACT_DIM];
  exact_sample_covariance(&subject.problem, exact_point, covariance);
  for (uint32_t batch = 1; batch <= 2; batch++) {
    sid_stream streams[16];
    double expected[EXACT_DIM * EXACT_DIM] = {0};
    if (vf_index_streams(EXACT_SAMPLES, batch, streams))
      vf_error(context, subject.name, "a pair of samples does not turn up");
    for (uint32_t i = 0; i < p * p; i++) expected[i] = covariance[i] / batch;
    exact_compare_moments(context, &subject, exact_point, batch, streams, batch == 1 ? 4 : 16,
                          expected);
  }
}

/* Gaussian noise is linear in its normals, so one draw compared coordinate by coordinate fixes the
 * covariance (nrq (4), (5); il (3); svag (2)); fixed-length noise has |noise| = sigma/|x|. The
 * normals are taken from a copy of the stream. */
static void exact_draws(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    double e[EXACT_DIM], expected[EXACT_DIM], noise[EXACT_DIM], full[EXACT_DIM], work[EXACT_WORK],
        worst = 0.0;
    sid_stream stream = exact_stream(4);
    if (problem->noise == SID_NOISE_NONE) continue;
    sid_problem_gradient(problem, exact_point, full, work);
    for (int draw = 0; draw < 16; draw++) {
      const int gaussian =
          draw % 2 || problem->noise == SID_NOISE_RADEMACHER || problem->noise == SID_NOISE_SAMPLES;
      sid_stream copy = stream;
      sid_stream_normals(&copy, e, problem->noise == SID_NOISE_SAMPLES ? problem->samples : p);
      if (problem->noise == SID_NOISE_SAMPLES)
        exact_draw_samples(problem, exact_point, e, expected);
      else
        exact_draw(problem, exact_point, gaussian, e, expected);
      if (gaussian)
        sid_problem_gaussian_noise(problem, exact_point, &stream, noise, work);
      else
        sid_problem_noisy_gradient(problem, exact_point, 1, &stream, noise, work);
      for (uint32_t j = 0; j < p; j++) expected[j] -= gaussian ? noise[j] : noise[j] - full[j];
      worst = fmax(worst, vf_largest_size(expected, p));
    }
    const double unit = EXACT_ULP * exact_roundings(problem) * (1.0 + problem->samples) *
                        (subjects[s].loss_size + subjects[s].noise_size) / vf_norm(exact_point, p);
    vf_within(context, subjects[s].name, worst, 0.0, unit, exact_basis);
  }
}

/* ---- errata ---- */

/* E20. For isotropic noise Sigma^(1/2) = (sigma/|x|) P, so v^T Sigma v, enumerated, is (sigma
 * |Pv|/|x|)^2 and not sigma |Pv|/|x|. */
static void exact_erratum_square(vf_context *context) {
  const exact_subject subject =
      exact_with_noise(exact_bases + EXACT_RAYLEIGH_DENSE, exact_noises + EXACT_RADEMACHER);
  const sid_problem *problem = &subject.problem;
  const double *x = exact_point, *v = exact_direction, r = vf_dot(x, x, 3),
               along = vf_dot(x, v, 3) / r;
  double mean[EXACT_DIM], second[EXACT_DIM * EXACT_DIM], measured = 0.0, tangent = 0.0;
  sid_stream streams[8];
  if (vf_sign_streams(3, streams))
    vf_error(context, subject.name, "a sign pattern does not turn up");
  exact_moments(problem, x, 1, streams, 8, mean, second);
  for (uint32_t i = 0; i < 9; i++) measured += v[i / 3] * second[i] * v[i % 3];
  for (uint32_t j = 0; j < 3; j++) tangent += (v[j] - along * x[j]) * (v[j] - along * x[j]);
  const double root = problem->sigma * sqrt(tangent / r); /* |Sigma^(1/2) v| */
  vf_erratum(context, "v'Sigma v, rayleigh p=3 rademacher sigma=0.3", measured, root * root, root,
             1e-13, "328 roundings of 2^-53 of terms below 2.6");
}

/* E25. The stochastic gradient at 2x, with the same draw, is half of that at x: exact, the factor
 * is a power of two. */
static void exact_erratum_degree(vf_context *context) {
  const exact_noise noise = {"gaussian", .3, SID_NOISE_GAUSSIAN, 0};
  const double spectrum[3] = {1, 2, 4}, x[3] = {1, .5, .25}, twice[3] = {2, 1, .5};
  exact_subject base = {
      "rayleigh", {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = spectrum}, 4.0, 0.0};
  for (int noisy = 0; noisy < 2; noisy++) {
    const exact_subject subject = exact_with_noise(&base, noisy ? &noise : exact_noises);
    double here[3], there[3], work[EXACT_WORK];
    sid_stream one = exact_stream(5), other = one;
    sid_problem_noisy_gradient(&subject.problem, x, 1, &one, here, work);
    sid_problem_noisy_gradient(&subject.problem, twice, 1, &other, there, work);
    vf_erratum(context,
               noisy ? "g(2x)/g(x), A=diag(1,2,4), sigma=0.3"
                     : "g(2x)/g(x), A=diag(1,2,4), no noise",
               there[0] / here[0], 0.5, 2.0, 0.0, "scaling by a power of two is exact");
  }
}

static const vf_check table[] = {
    {"X1.powers-of-two", "il, Lemmas 3.1, B.1; fm, Lemma 2.4; svag, Lemma D.6",
     "L, gradient, noise, Hessian and covariance have degrees 0, -1, -1, -2, -2: bit for bit",
     VF_QUICK, exact_powers_of_two},
    {"X1.other-factors", "il, Lemmas 3.1, B.1; fm, Lemma 2.4; svag, Lemma D.6",
     "the same degrees for factors that are no powers of two", VF_QUICK, exact_other_factors},
    {"X1.tangential", "fm, Lemma 2.5; il, Lemma B.1; svag, Corollary D.7",
     "<x, grad L> = 0 and x^T Sigma x = 0, draw by draw", VF_QUICK, exact_tangential},
    {"X1.euler", "svag, Lemma D.1", "H x = -grad L, x^T H grad L = -|grad L|^2, H symmetric",
     VF_QUICK, exact_euler},
    {"X1.derivatives", "il, Section 3",
     "the gradient is the derivative of the loss, H v that of the gradient", VF_QUICK,
     exact_derivatives},
    {"X1.covariance", "il, Lemma B.1; nrq, (5)",
     "Rademacher noise has covariance P S S P/|x|^2, by enumeration", VF_QUICK,
     exact_covariance_by_enumeration},
    {"X1.samples", "il, Section 3; fm, (2)",
     "a batch of B samples has mean grad L and covariance Sigma/B, by enumeration", VF_QUICK,
     exact_covariance_of_samples},
    {"X1.draws", "nrq, (4), (5); il, (3); svag, (2)",
     "every noise draw is the stated linear image of its normals", VF_QUICK, exact_draws},
    {"errata.x1-lemma-b1-square", "il, Lemma B.1", "w^T Sigma w is the square of |Sigma^(1/2) w|",
     VF_QUICK, exact_erratum_square},
    {"errata.x1-nrq-gradient-scaling", "nrq, (6)", "g(k x) = g(x)/k", VF_QUICK,
     exact_erratum_degree},
};

VF_ROW(X1, table,
       "derivatives and enumerated draws of every scale-invariant problem at x and at c x",
       "a gradient or a noise that is not divided by |x|, or that has a part along x");
