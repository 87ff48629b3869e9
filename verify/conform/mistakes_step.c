/* Mistakes in a step: each family of dynamics once more, with what others change in it. */
#include <math.h>
#include <string.h>
#include "conform/draws.h"
#include "conform/mistakes.h"
#include "harness/algebra.h"

/* What a step has at hand. */
typedef struct {
  const vf_mistake *mistake;
  const vf_request *request;
  const sid_problem *problem;
  const sid_dynamics *dynamics;
  vf_rates rates;
  double decay, gradient, noise; /* factors */
  double *g, *n, *second, *work;
  size_t size; /* numbers in a draw */
} vf_try;

static double vf_factor(double (*factor)(const vf_rates *), const vf_rates *rates) {
  return factor ? factor(rates) : 1.0;
}

static int vf_is(const vf_try *t, uint64_t change) { return t->mistake->what == change; }

static double vf_norm_at(const sid_problem *problem, const double *x) {
  return sid_problem_scale_invariant(problem) ? vf_norm(x, problem->dim) : 1.0;
}

/* The stochastic gradient apart: G, and the noise of draw d (of samples the difference). */
static void vf_try_draw(const vf_try *t, const double *x, size_t d, double *noise) {
  const double *draw = t->request->draws + d * t->size;
  vf_mistaken_noise(t->mistake, t->problem, &t->rates, x, t->dynamics->batch, 0, draw, noise,
                    t->work);
  if (t->problem->noise < SID_NOISE_SAMPLES) return;
  sid_problem_gradient(t->problem, x, t->second, t->work);
  vf_add(noise, t->second, t->problem->dim, -1.0);
  if (t->mistake->place == VF_IN_LOSS) /* of each sample too */
    vf_scale(noise, t->problem->dim, vf_factor(t->mistake->gradient, &t->rates));
}

static void vf_try_gradient(const vf_try *t, const double *x) {
  vf_mistaken_gradient(t->mistake, t->problem, &t->rates, x, t->g, t->work);
}

/* x' = (1 - decay) x - rate G - size N. */
static void vf_try_descend(const vf_try *t, double *x, double decay, double rate, double size) {
  const uint32_t p = t->problem->dim;
  if (!vf_is(t, VF_DECAY_AFTER)) vf_scale(x, p, 1.0 - decay);
  vf_add(x, t->g, p, -rate);
  vf_add(x, t->n, p, -size);
  if (vf_is(t, VF_DECAY_AFTER)) vf_scale(x, p, 1.0 - decay);
}

/* gd and sgd. */
static void vf_try_sgd(vf_try *t, double *x) {
  const double lr = t->rates.lr;
  vf_try_gradient(t, x);
  memset(t->n, 0, t->problem->dim * sizeof *t->n);
  if (t->dynamics->kind == SID_SGD) vf_try_draw(t, x, 0, t->n);
  vf_try_descend(t, x, t->decay * lr * t->rates.wd, t->gradient * lr, t->noise * lr);
}

static void vf_try_svag(vf_try *t, double *x) {
  const uint32_t p = t->problem->dim;
  const double l = t->rates.l, h = vf_is(t, VF_SVAG_WHOLE_LR) ? t->rates.lr : t->rates.lr / l;
  const double s = vf_is(t, VF_SVAG_SQRT_L) ? sqrt(l) : sqrt(2.0 * l - 1.0);
  double *other = t->work + sid_problem_workspace(t->problem);
  vf_try_gradient(t, x);
  vf_try_draw(t, x, 0, t->n);
  vf_try_draw(t, x, vf_is(t, VF_SVAG_ONE_DRAW) ? 0 : 1, other);
  vf_scale(t->n, p, 0.5 * (1.0 + s));
  vf_add(t->n, other, p, 0.5 * (1.0 - s));
  vf_try_descend(t, x, t->decay * h * t->rates.wd, t->gradient * h, t->noise * h);
}

/* noisy_gd, sde and sde2. */
static void vf_try_sde(vf_try *t, double *x) {
  const uint32_t p = t->problem->dim;
  const double m = t->rates.m, h = t->rates.lr / m, wd = t->rates.wd;
  const double s = t->noise * t->rates.lr / sqrt(m * t->rates.batch);
  const double half = vf_is(t, VF_SDE2_HALF)   ? t->rates.lr
                      : vf_is(t, VF_SDE2_NONE) ? 0.0
                                               : 0.5 * t->rates.lr;
  double *start = t->work + sid_problem_workspace(t->problem), *other = start + p, *b = other + p;
  memcpy(start, x, p * sizeof *start);
  for (uint32_t k = 0; k < (uint32_t)m; k++) {
    const double *draw = t->request->draws + k * t->size;
    const double *at = vf_is(t, VF_NOISE_FROZEN) ? start : x;
    t->rates.norm = vf_norm_at(t->problem, at);
    vf_try_gradient(t, x);
    vf_mistaken_noise(t->mistake, t->problem, &t->rates, at, 1, 1, draw, t->n, t->work);
    if (t->dynamics->kind == SID_SDE2) {
      memcpy(b, t->g, p * sizeof *b);
      vf_add(b, x, p, wd);
      sid_problem_hessian_vector(t->problem, x, b, other, t->work);
      vf_add(other, b, p, wd);
      vf_add(t->g, other, p, half);
    }
    if (vf_is(t, VF_NOISE_STRATONOVICH)) {
      memcpy(b, x, p * sizeof *b);
      vf_add(b, t->n, p, s);
      vf_mistaken_noise(t->mistake, t->problem, &t->rates, b, 1, 1, draw, other, t->work);
      vf_scale(t->n, p, 0.5);
      vf_add(t->n, other, p, 0.5);
    }
    vf_try_descend(t, x, t->decay * h * wd, t->gradient * h, -s);
  }
}

static void vf_try_momentum(vf_try *t, double *x) {
  const uint32_t p = t->problem->dim;
  const double lr = t->rates.lr, beta = t->dynamics->beta;
  double *v = x + p;
  vf_try_gradient(t, x);
  vf_try_draw(t, x, 0, t->n);
  vf_scale(t->g, p, t->gradient);
  vf_add(t->g, t->n, p, t->noise);
  const double wd = t->decay * t->rates.wd;
  const double fresh = vf_is(t, VF_MOMENTUM_DAMPED)      ? 1.0 - beta
                       : vf_is(t, VF_MOMENTUM_LR_INSIDE) ? lr
                                                         : 1.0;
  for (uint32_t j = 0; j < p; j++) {
    const double u = t->g[j] + (vf_is(t, VF_MOMENTUM_DECOUPLED) ? 0.0 : wd * x[j]);
    v[j] = beta * v[j] + fresh * u;
    if (vf_is(t, VF_MOMENTUM_DECOUPLED)) x[j] *= 1.0 - lr * wd;
    if (vf_is(t, VF_MOMENTUM_NESTEROV))
      x[j] -= lr * (u + beta * v[j]);
    else
      x[j] -= (vf_is(t, VF_MOMENTUM_LR_INSIDE) ? 1.0 : lr) * v[j];
  }
}

/* m/(sqrt(v) + eps) with the corrections b1, b2 of both moments. */
static double vf_try_direction(const vf_try *t, double m, double v, double b1, double b2) {
  const double eps = t->dynamics->eps;
  double root = sqrt(v / b2) + eps;
  if (vf_is(t, VF_ADAM_UNCORRECTED)) return m / (sqrt(v) + eps);
  if (vf_is(t, VF_ADAM_EPS_INSIDE)) root = sqrt(v / b2 + eps);
  if (vf_is(t, VF_ADAM_EPS_EARLY)) root = (sqrt(v) + eps) / sqrt(b2);
  return root == 0.0 ? 0.0 : m / b1 / root;
}

static void vf_try_adam(vf_try *t, double *x) {
  const uint32_t p = t->problem->dim;
  const double lr = t->rates.lr, beta = t->dynamics->beta, beta2 = t->dynamics->beta2;
  const double wd = t->decay * t->rates.wd;
  const int decoupled = (t->dynamics->kind == SID_ADAMW && !vf_is(t, VF_ADAM_L2)) ||
                        (t->dynamics->kind == SID_ADAM_L2 && vf_is(t, VF_ADAM_DECOUPLED));
  double *m = x + p, *v = m + p, *powers = v + p;
  vf_try_gradient(t, x);
  vf_try_draw(t, x, 0, t->n);
  vf_scale(t->g, p, t->gradient);
  vf_add(t->g, t->n, p, t->noise);
  powers[0] *= beta;
  powers[1] *= beta2;
  for (uint32_t j = 0; j < p; j++) {
    const double g = t->g[j] + (decoupled ? 0.0 : wd * x[j]), stale = v[j];
    m[j] = beta * m[j] + (1.0 - beta) * g;
    v[j] = beta2 * v[j] + (1.0 - beta2) * g * g;
    const double direction = vf_try_direction(t, m[j], vf_is(t, VF_ADAM_STALE) ? stale : v[j],
                                              1.0 - powers[0], 1.0 - powers[1]);
    x[j] -= lr * (t->dynamics->alpha * direction + (decoupled ? wd * x[j] : 0.0));
  }
}

size_t vf_mistaken_workspace(const sid_problem *problem, const sid_dynamics *dynamics) {
  return sid_step_workspace(problem, dynamics) + 8 * (size_t)problem->dim;
}

vf_rates vf_rates_of(const vf_request *request, const double *x) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const vf_rates rates = {.lr = request->lr,
                          .wd = request->wd,
                          .l = dynamics->l,
                          .m = dynamics->substeps,
                          .batch = dynamics->batch,
                          .samples = problem->samples > 0 ? problem->samples : 1.0,
                          .dim = problem->dim,
                          .norm = vf_norm_at(problem, x),
                          .sigma = problem->sigma,
                          .beta = dynamics->beta,
                          .gaussian = vf_draws_gaussian(dynamics)};
  return rates;
}

void vf_mistaken_step(const vf_mistake *mistake, const vf_request *request, double *state,
                      double *work) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const uint32_t p = problem->dim;
  vf_try t = {mistake,
              request,
              problem,
              dynamics,
              vf_rates_of(request, state),
              1.0,
              1.0,
              1.0,
              work,
              work + p,
              work + 2 * (size_t)p,
              work + 3 * (size_t)p,
              vf_step_draw_size(problem, dynamics)};
  if (mistake->place == VF_IN_UPDATE) {
    t.decay = vf_factor(mistake->decay, &t.rates);
    t.gradient = vf_factor(mistake->gradient, &t.rates);
    t.noise = vf_factor(mistake->noise, &t.rates);
  }
  switch (dynamics->kind) {
    case SID_GD:
    case SID_SGD: vf_try_sgd(&t, state); return;
    case SID_SVAG: vf_try_svag(&t, state); return;
    case SID_NOISY_GD:
    case SID_SDE:
    case SID_SDE2: vf_try_sde(&t, state); return;
    case SID_MOMENTUM: vf_try_momentum(&t, state); return;
    default: vf_try_adam(&t, state); return;
  }
}
