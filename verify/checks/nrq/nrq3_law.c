/* Row nrq3, the law of (16) with two eigenvalues and the norm of (17): the risk r_t = 1 - E f_t of
 * the real step, of the SDE and of the f_t equation of ref/. df = [2 a e f (1-f) + e^2 sigma^2 (1 -
 * p f)] dt + 2 e sigma sqrt(f (1-f)) dB, M^2 = e^(-4 el t) (M_0^2 - c) + c, c = (p-1) sigma^2
 * eta/(2 lam). nrq (16), (17), Theorem 1. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/observe.h"
#include "checks/nrq/angle.h"
#include "laws/rayleigh.h"
#include "checks/nrq/one_step.h"
#include "checks/nrq/runs.h"
#include "formats/memory.h"

/* Noise-free at p = 2: the risk of the real step of 1/m against the law of (16), on the way and at
 * the end: order 1 in 1/m. The law is within 1e-9 (steps of 1/4 and 1/8 with their leading error
 * taken off), the polynomials within rounding. */
static void nrq3_refined_risk(vf_context *context) {
  static const struct {
    double a, sigma, eta, lam, norm, f0;
  } cases[] = {{1.0, 1.0, 0.01, 0.1, 1.0, 0.6},
               {1.0, 1.0, 0.01, 0.1, 1.0, 0.0},
               {2.0, 1.5, 0.05, 0.05, 1.0, 0.25}};
  static const double times[] = {30.0, 90.0, 180.0};
  enum { REFINED = 5 }; /* m = 1, 2, 4, 8, 16 */
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    nrq_leg leg;
    const nrq_law law = nrq_constant_law(&leg, 2, cases[i].a, cases[i].sigma, cases[i].eta,
                                         cases[i].lam, cases[i].norm);
    double h[REFINED], error[3][REFINED], right[3], got[3];
    nrq_law_risks(&law, cases[i].f0, times, 3, 4, right);
    for (int k = 0; k < REFINED; k++) {
      h[k] = ldexp(1.0, -k);
      if (nrq_angle_risks(&law, cases[i].f0, times, 3, ldexp(1.0, k), got))
        vf_error(context, "step", "left the domain");
      for (size_t c = 0; c < 3; c++) error[c][k] = got[c] - right[c];
    }
    for (size_t c = 0; c < 3; c++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "r(%g), order in 1/m, p=2 a=%g sigma=%g eta=%g lam=%g f0=%g", times[c],
              cases[i].a, cases[i].sigma, cases[i].eta, cases[i].lam, cases[i].f0);
      vf_order(context, name, h, error[c], REFINED, 1.0);
    }
  }
}

/* `number` trajectories of a pair of eigenvalues from its f_0 at the equilibrium norm, against its
 * risks at three times. */
static void nrq_run_pair(vf_context *context, const nrq_pair *one, const double *spectrum,
                         sid_dynamics dynamics, size_t number, double *scratch) {
  const nrq_runs runs = {one->dim,   spectrum,
                         one->sigma, one->eta,
                         one->lam,   nrq_equilibrium(one->dim, one->sigma, one->eta, one->lam),
                         one->f0,    dynamics};
  double right[3], half[3], naive[3];
  uint64_t times[3];
  for (size_t c = 0; c < 3; c++) times[c] = (uint64_t)one->times[c];
  nrq_pair_risks(context, one, right, half, naive);
  double *rows = nrq_ensemble(context, &runs, times, 3, number);
  for (size_t c = 0; rows && c < 3; c++) {
    const vf_moments got = nrq_run_moments(rows, 3, c, number, -1.0, scratch);
    nrq_compare_pair(context, one, c, &got, right, half, naive);
  }
  free(rows);
}

/* The risk by simulation of the canonical SDE with eight substeps, whose bias is a e/32 of the risk
 * or less, below a quarter of a standard error. */
static void nrq3_two_eigenvalues(vf_context *context) {
  enum { MOST = 3500 };
  for (size_t i = 0; i < NRQ_PAIRS; i++) {
    const nrq_pair *one = nrq_pairs + i;
    const size_t number = one->times[2] < 30.0 ? MOST : 1500; /* its r(3) has a small effect */
    double scratch[MOST], spectrum[NRQ_DIM];
    nrq_two_values(spectrum, one->dim, one->a);
    nrq_run_pair(context, one, spectrum, (sid_dynamics){.kind = SID_SDE, .substeps = 8, .batch = 1},
                 number, scratch);
  }
}

/* The same with real SGD at el = 1e-5, where the finite step's a e/4 is below .1 %. */
static void nrq3_small_intrinsic_lr(vf_context *context) {
  static const nrq_pair pairs[] = {{NULL, 5, 1.0, 1.0, 1e-4, 0.1, 0.6, {300.0, 900.0, 1800.0}},
                                   {NULL, 10, 2.0, 0.5, 2e-4, 0.05, 0.2, {50.0, 150.0, 500.0}}};
  static const double spectra[2][10] = {{1.0, 2.0, 2.0, 2.0, 2.0},
                                        {1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0}};
  enum { NUMBER = 10000 };
  double *scratch = vf_allocate(NUMBER, sizeof *scratch);
  for (size_t i = 0; i < 2; i++) {
    const nrq_pair *one = pairs + i;
    nrq_run_pair(context, one, spectra[i], (sid_dynamics){.kind = SID_SGD, .batch = 1}, NUMBER,
                 scratch);
  }
  free(scratch);
}

/* The moments of the law that expected values are taken from, against the fixtures: risks
 * within the fourth order of steps of 1/4 and 1/8, rates within rounding. */
static void nrq3_law_moments(vf_context *context) {
  for (size_t i = 0; i < 3; i++) {
    const nrq_pair *one = nrq_pairs + i;
    nrq_leg leg;
    const nrq_law law =
        nrq_constant_law(&leg, one->dim, one->a, one->sigma, one->eta, one->lam, 1.0);
    const double e = one->eta / law.m0, drift = one->a * e,
                 spread = e * e * one->sigma * one->sigma;
    double risks[3];
    char name[VF_TEXT_SIZE], id[VF_TEXT_SIZE];
    nrq_law_risks(&law, one->f0, one->times, 3, 4, risks);
    for (size_t c = 0; c < 3; c++) {
      nrq_pair_name(one, one->times[c], name);
      vf_within_relative(context, name, risks[c],
                         nrq_keyed_at(context, "nrq3.risk", one->id, one->times[c], ""),
                         pow(2.0 * drift / 4.0, 4.0), "fourth order: (2 a e h)^4, h = 1/4");
    }
    vf_text(id, "nrq3.rate-1.%.*s", (int)(strlen(one->id) - strlen(".f0-0.6")), one->id);
    const double first = vf_expected(context, id);
    id[strlen("nrq3.rate-")] = '2';
    const double second = vf_expected(context, id);
    vf_within_relative(context, id, nrq_relaxation(one->dim, drift, spread, 1.01 * second), second,
                       1e-12, "1e-12, the end of the secant method");
    id[strlen("nrq3.rate-")] = '1';
    vf_within_relative(context, id, nrq_relaxation(one->dim, drift, spread, 1.01 * first), first,
                       1e-12, "1e-12, the end of the secant method");
  }
}

/* ---- the f_t equation of ref/ ---- */

/* f and M^2 after one step of length h, and the normal that it used. */
static void nrq_law_draw(const sid_rayleigh_law *law, double h, double f, double square,
                         uint64_t index, double *out, double *z) {
  sid_stream stream = vf_stream(20239, SID_KEY_NOISE, index), copy = stream;
  sid_stream_normals(&copy, z, 1);
  out[0] = f;
  out[1] = square;
  sid_rayleigh_law_step(law, h, out, &stream);
}

/* The drift and the squared size of a step of the law, from two draws whose normals are known,
 * against the mean and the mean square of f+ - f of the real step of 1/m (lr/m, noise sigma
 * sqrt(m)), by all patterns of the signs: order 1 in 1/m. A wrong factor in the law leaves an error
 * that does not fall. */
static void nrq3_law_step(vf_context *context) {
  static const struct {
    double a, sigma, eta, lam, m, f;
  } cases[] = {{1.0, 1.0, 0.01, 0.1, 0.4472, 0.6}, {2.0, 0.5, 0.05, 0.04, 1.5, 0.3}};
  enum { LEVELS = 6 };
  const nrq_signs signs = nrq_find_signs(context, 5);
  for (size_t i = 0; i < 2 && signs.count; i++) {
    const double sigma = cases[i].sigma, eta = cases[i].eta, lam = cases[i].lam, m = cases[i].m,
                 f = cases[i].f;
    const sid_rayleigh_law law = {eta, lam, sigma, 1.0, 1.0 + cases[i].a, 5};
    double one[2], other[2], z[2], h[LEVELS], error[2][LEVELS], spectrum[5], x[5];
    char name[VF_TEXT_SIZE];
    nrq_law_draw(&law, 1.0, f, m * m, 0, one, z);
    nrq_law_draw(&law, 1.0, f, m * m, 1, other, z + 1);
    const double size = (one[0] - other[0]) / (z[0] - z[1]), drift = one[0] - f - size * z[0];
    nrq_two_values(spectrum, 5, cases[i].a);
    nrq_point(x, 5, f, m);
    for (int k = 0; k < LEVELS; k++) {
      const double refine = ldexp(1.0, k + 1);
      const sid_problem problem =
          nrq_problem(5, spectrum, SID_NOISE_RADEMACHER, sigma * sqrt(refine));
      double means[NRQ_FUNCTIONALS];
      if (nrq_exact_means(context, &signs, &problem, eta / refine, lam, x, means)) break;
      h[k] = 1.0 / refine;
      error[0][k] = refine * means[NRQ_F_DRIFT] - drift;
      error[1][k] = refine * means[NRQ_F_SQUARE] - size * size;
    }
    for (int j = 0; j < 2; j++) {
      vf_text(name, "%s of f, order in 1/m, a=%g sigma=%g eta=%g lam=%g M=%g f=%g",
              j ? "squared size" : "drift", cases[i].a, sigma, eta, lam, m, f);
      vf_order(context, name, h, error[j], LEVELS, 1.0);
    }
    const double c = 4.0 * sigma * sigma * eta / (2.0 * lam);
    vf_text(name, "M^2 after one step, sigma=%g eta=%g lam=%g M=%g", sigma, eta, lam, m);
    vf_within_relative(context, name, one[1], m * m - 4.0 * eta * lam * (m * m - c), 16.0 * NRQ_ULP,
                       "Euler's step of (17), 16 roundings");
  }
  free(signs.at);
}

/* The reflection into [0, 1]: near the end `end` the line A + B z of the step is known from two
 * draws that lead away from it; each draw of 200 is that line, or its mirror image at the end. The
 * line carries some 16 roundings of 1 over the distance of its two normals, at least 1/2, times the
 * largest normal, below 4. */
static void nrq3_law_reflection(vf_context *context) {
  static const struct {
    double end, f, sigma, a;
  } cases[] = {{1.0, 0.999, 0.5, 1.0}, {0.0, 0.001, 1.0, 2.0}};
  enum { DRAWS = 200 };
  for (size_t i = 0; i < 2; i++) {
    const sid_rayleigh_law law = {0.02, 0.05, cases[i].sigma, 1.0, 1.0 + cases[i].a, 2};
    const double away = cases[i].end > 0.5 ? -1.0 : 1.0;
    double f[DRAWS], z[DRAWS], out[2], worst = 0.0, crossed = 0.0;
    size_t first = DRAWS, second = DRAWS;
    char name[VF_TEXT_SIZE];
    for (size_t k = 0; k < DRAWS; k++) {
      nrq_law_draw(&law, 1.0, cases[i].f, 0.25, k, out, z + k);
      f[k] = out[0];
      if (z[k] * away > 0.0 && first == DRAWS) first = k;
      if (z[k] * away > 0.0 && first < k && second == DRAWS && fabs(z[k] - z[first]) > 0.5)
        second = k;
    }
    if (second == DRAWS) {
      vf_error(context, "draws", "none lead away");
      return;
    }
    const double slope = (f[second] - f[first]) / (z[second] - z[first]);
    for (size_t k = 0; k < DRAWS; k++) {
      const double line = f[first] + slope * (z[k] - z[first]);
      const int out_of_range = line < 0.0 || line > 1.0;
      const double right = out_of_range ? 2.0 * cases[i].end - line : line;
      crossed += out_of_range;
      worst = fmax(worst, fabs(f[k] - right));
    }
    vf_text(name, "draws that cross f=%g", cases[i].end);
    vf_at_least(context, name, crossed, 10.0, "one in twenty");
    vf_text(name, "f+ against the mirrored line at f=%g, 200 draws", cases[i].end);
    vf_at_most(context, name, worst, 16.0 * 8.0 * NRQ_ULP, "16 roundings of 1, times 4/.5");
  }
}

/* sigma = 0: ln(f/(1-f)) grows by 2 a int e dt, e = eta/M_0 e^(2 el t), and M^2 = M_0^2 e^(-4 el
 * t). Order 1 in h of both. */
static void nrq3_law_flow(vf_context *context) {
  static const struct {
    double a, eta, lam, m0, f0, t;
  } cases[] = {{1.0, 0.1, 0.2, 1.0, 0.1, 16.0}, {3.0, 0.05, 0.5, 2.0, 0.02, 24.0}};
  enum { LEVELS = 6 };
  for (size_t i = 0; i < 2; i++) {
    const double el = cases[i].eta * cases[i].lam;
    const sid_rayleigh_law law = {cases[i].eta, cases[i].lam, 0.0, 0.5, 0.5 + cases[i].a, 7};
    const double growth =
        2.0 * cases[i].a * cases[i].eta / cases[i].m0 * expm1(2.0 * el * cases[i].t) / (2.0 * el);
    const double odds = cases[i].f0 / (1.0 - cases[i].f0) * exp(growth),
                 square = cases[i].m0 * cases[i].m0;
    double h[LEVELS], error[2][LEVELS];
    for (int k = 0; k < LEVELS; k++) {
      double state[2] = {cases[i].f0, square};
      sid_stream stream = vf_stream(1, SID_KEY_NOISE, 0);
      h[k] = ldexp(1.0, -k - 1);
      for (uint64_t s = 0; s < (uint64_t)(cases[i].t / h[k]); s++)
        sid_rayleigh_law_step(&law, h[k], state, &stream);
      error[0][k] = state[0] - odds / (1.0 + odds);
      error[1][k] = state[1] - square * exp(-4.0 * el * cases[i].t);
    }
    for (int j = 0; j < 2; j++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "%s, order in h, sigma=0 a=%g eta=%g lam=%g M0=%g f0=%g t=%g", j ? "M^2" : "f",
              cases[i].a, cases[i].eta, cases[i].lam, cases[i].m0, cases[i].f0, cases[i].t);
      vf_order(context, name, h, error[j], LEVELS, 1.0);
    }
  }
}

/* A run of the law, for vf_map. */
typedef struct {
  sid_rayleigh_law law;
  double h, f0, square, times[3];
  size_t count;
} nrq_law_runs;

/* out[count]: f at the times. */
static void nrq_law_one(void *user, size_t i, double *out) {
  const nrq_law_runs *runs = user;
  double state[2] = {runs->f0, runs->square};
  sid_stream stream = vf_stream(20238, SID_KEY_NOISE, i);
  uint64_t step = 0;
  for (size_t c = 0; c < runs->count; c++) {
    for (; (double)step * runs->h < runs->times[c] - 0.5 * runs->h; step++)
      sid_rayleigh_law_step(&runs->law, runs->h, state, &stream);
    out[c] = state[0];
  }
}

/* The law of ref/ by simulation: the risks of the first pairs above, and E f without a loss from
 * the closed form. The bias of the Euler-Maruyama step and of the reflection at f = 1 is O(a e h)
 * of the risk. At f = 0, where f is the square of a coordinate, a reflected step of f is right to
 * O(sqrt(h)) only (from f = 0 at p = 5 and h = 1/4, E f_30 is .0326 for .0291): no pair starts
 * there, and h is such that both are below a third of a standard error. */
static void nrq3_law_ensemble(vf_context *context) {
  enum { NUMBER = 1200 };
  double *rows = vf_allocate((size_t)3 * NUMBER, sizeof *rows), scratch[NUMBER];
  for (size_t i = 0; i < 3; i++) {
    const nrq_pair *one = nrq_pairs + i;
    const double h = one->times[2] > 100.0 ? 0.125 : one->times[2] > 30.0 ? 0.0625 : 0.015625;
    const double m = nrq_equilibrium(one->dim, one->sigma, one->eta, one->lam);
    nrq_law_runs runs = {{one->eta, one->lam, one->sigma, 1.0, 1.0 + one->a, one->dim},
                         h,
                         one->f0,
                         m * m,
                         {one->times[0], one->times[1], one->times[2]},
                         3};
    double right[3], half[3], naive[3];
    nrq_pair_risks(context, one, right, half, naive);
    vf_map(NUMBER, vf_jobs(context), rows, 3, nrq_law_one, &runs);
    for (size_t c = i == 1 ? 1 : 0; c < 3; c++) { /* r(3) of the second pair would need 3000 runs */
      const vf_moments got = nrq_run_moments(rows, 3, c, NUMBER, -1.0, scratch);
      nrq_compare_pair(context, one, c, &got, right, half, naive);
    }
  }
  const char *const id = "p-5.eta-0.01.lam-0.1.sigma-1.m0-1.f0-0.9";
  nrq_law_runs runs = {{0.01, 0.1, 1.0, 2.0, 2.0, 5}, 0.5, 0.9, 1.0, {100.0, 0.0, 0.0}, 1};
  vf_map(NUMBER, vf_jobs(context), rows, 1, nrq_law_one, &runs);
  const vf_moments got = nrq_run_moments(rows, 1, 0, NUMBER, -1.0, scratch);
  vf_monte_carlo(context, "E f, A=0 p=5 sigma=1 eta=0.01 lam=0.1 M0=1 f0=0.9 t=100", 1.0 - got.mean,
                 got.standard_error, nrq_keyed_at(context, "nrq3.mean-f", id, 100.0, ""),
                 0.7 * (nrq_memory(5.0, sqrt(0.2), 0.1) - nrq_memory(5.0, 0.2, 0.1)),
                 "effect: Minf/M0 for its square");
  free(rows);
}

static const vf_check table[] = {
    {"nrq3.refined-risk", "nrq, eq. (16), Theorem 1",
     "the risk with two eigenvalues at p = 2, noise-free", VF_QUICK, nrq3_refined_risk},
    {"nrq3.two-eigenvalues", "nrq, eq. (16), Theorem 1",
     "the risk with two eigenvalues at t = 30, 90, 180", VF_QUICK, nrq3_two_eigenvalues},
    {"nrq3.small-intrinsic-lr", "nrq, eq. (16), Theorem 1",
     "the risk of real SGD with two eigenvalues at el = 1e-5", VF_FULL, nrq3_small_intrinsic_lr},
    {"nrq3.law-moments", "nrq, eq. (16)", "moments and rates of the law against the fixtures",
     VF_QUICK, nrq3_law_moments},
    {"nrq3.law-step", "nrq, eq. (16), (17)",
     "drift and size of a step of the f_t equation are those of the real step", VF_QUICK,
     nrq3_law_step},
    {"nrq3.law-reflection", "nrq, eq. (16)",
     "a step of the f_t equation that leaves [0, 1] is reflected", VF_QUICK, nrq3_law_reflection},
    {"nrq3.law-flow", "nrq, eq. (16), (17)", "the f_t equation without noise is the logistic flow",
     VF_QUICK, nrq3_law_flow},
    {"nrq3.law-ensemble", "nrq, eq. (16), Theorem 1", "risks of the f_t equation by simulation",
     VF_QUICK, nrq3_law_ensemble},
};

VF_ROW(nrq3_law, table,
       "risks of the real step, of the SDE and of the equation of f, exactly and by simulation",
       "an equation of f that is not reflected at 0 and 1, noise without sqrt(f (1-f))");
