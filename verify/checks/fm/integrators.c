/* Katzenberger's integrators. */
#include "checks/fm/integrators.h"
#include <math.h>
#include <string.h>
#include "checks/fm/norm.h"

void fm_increments(double eta, double lam, int scaled, double i, double *da, double *db) {
  const double el = eta * lam;
  *da = eta;
  *db = el;
  if (!scaled) return;
  const double r = fm_scale(eta, lam, i), next = fm_scale(eta, lam, i + 1.0);
  *da = eta / (r * next);
  *db = el - (1.0 - el) * (r / next - 1.0);
}

void fm_point(const fm_run *run, const double *x, int scaled, double i, double *point) {
  const double r = scaled ? fm_scale(run->eta, run->lam, i) : 1.0;
  for (uint32_t j = 0; j < run->p->problem.dim; j++) point[j] = x[j] / r;
}

/* For a finite family literally as in (2): sigma(y) has the columns (g_i - grad L)/sqrt(Xi), and
 * the noise is sigma(y) sqrt(Xi) (1_xi - 1/Xi). */
void fm_draw(const fm_run *run, const double *y, double *gradient, double *noise) {
  const sid_problem *problem = &run->p->problem;
  const uint32_t d = problem->dim;
  sid_stream stream = run->stream_before;
  double work[FM_WORK], sample[FM_DIM];
  sid_problem_gradient(problem, y, gradient, work);
  if (problem->noise != SID_NOISE_SAMPLES) {
    sid_problem_noisy_gradient(problem, y, 1, &stream, noise, work);
    for (uint32_t j = 0; j < d; j++) noise[j] -= gradient[j];
    return;
  }
  const uint64_t xi = sid_stream_index(&stream, problem->samples);
  for (uint32_t j = 0; j < d; j++) noise[j] = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double z =
        (i == xi ? 1.0 : 0.0) - 1.0 / (double)problem->samples; /* sqrt(Xi) twice: Xi/Xi */
    sid_problem_sample_gradient(problem, i, y, sample, NULL);
    for (uint32_t j = 0; j < d; j++) noise[j] += (sample[j] - gradient[j]) * z;
  }
}

/* Adds the increments of step i. */
static void fm_take(fm_integrators *sums, double eta, double lam, uint64_t i, double da,
                    double db) {
  const double tau = fm_tau(eta, lam, (double)i + 1.0);
  if (i == 0) sums->first_a = da;
  sums->a += da;
  sums->b += db;
  sums->z += da * da;
  sums->b_gap = fmax(sums->b_gap, fabs(sums->b - 0.5 * tau));
  sums->z_gap = fmax(sums->z_gap, fabs(sums->z - tau));
}

/* The increments as the last step made them: gradient and noise are tangential, so dB = 1 - <X~+,
 * X~>/|X~|^2, and dA is the rest X~ - dB X~ - X~+ along the stochastic gradient t at X~. Rounding:
 * 32 operations on |X~|, which reach dA divided by |t|, and the sums. */
void fm_measure(fm_integrators *sums, const fm_run *run, double *t, double *rest) {
  const uint32_t d = run->p->problem.dim;
  const double i = (double)(run->step - 1);
  double point[FM_DIM] = {0}, next[FM_DIM] = {0}, noise[FM_DIM];
  fm_point(run, run->before, 1, i, point);
  fm_point(run, run->x, 1, i + 1.0, next);
  fm_draw(run, point, t, noise);
  const double r = sid_dot(point, point, d), db = 1.0 - sid_dot(next, point, d) / r;
  for (uint32_t j = 0; j < d; j++) {
    t[j] += noise[j];
    rest[j] = point[j] - db * point[j] - next[j];
  }
  const double length2 = sid_dot(t, t, d), da = sid_dot(rest, t, d) / length2;
  const double da_rounding = FM_ULP * (32.0 * sqrt(r / length2) + 16.0 * fabs(da));
  fm_take(sums, run->eta, run->lam, run->step - 1, da, db);
  sums->a_rounding += da_rounding + FM_ULP * fabs(sums->a);
  sums->b_rounding += FM_ULP * (32.0 + fabs(sums->b));
  sums->z_rounding += 2.0 * fabs(da) * da_rounding + FM_ULP * sums->z;
}

void fm_measure_begin(fm_integrators *sums, fm_run *run, fm_problem *p, uint32_t dim, double eta,
                      double lam, uint64_t seed) {
  memset(sums, 0, sizeof *sums);
  fm_noise_problem(p, SID_NOISE_SPHERE, dim, 1.0);
  fm_begin(run, p, eta, lam, 1.0, seed);
}

int fm_measure_run(vf_context *context, fm_integrators *sums, fm_run *run, uint64_t steps) {
  double t[FM_DIM], rest[FM_DIM];
  while (run->step < steps && fm_step(run)) fm_measure(sums, run, t, rest);
  return fm_stepped(context, run);
}

fm_integrators fm_by_formula(double eta, double lam, uint64_t n, int shift) {
  fm_integrators sums;
  memset(&sums, 0, sizeof sums);
  for (uint64_t i = 0; i < n; i++) {
    double da, db;
    fm_increments(eta, lam, 1, (double)i + shift, &da, &db);
    fm_take(&sums, eta, lam, i, da, db);
  }
  return sums;
}
