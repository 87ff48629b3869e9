/* One step of a block of SID_W trajectories: what ref/dynamics/ do for one. docs/spec.md
 * section 7. */
#include "source.h"

/* Vectors of a block, each p*SID_W doubles unless noted. */
typedef struct {
  const sid_experiment *experiment;
  sid_draws draws;
  sid_point at;               /* x with its norms, as they are between steps */
  double *x, *previous;       /* whole states: x, then what the dynamics keeps beside it */
  double *g, *second, *third; /* gradients and noise of a step */
  double *scratch;            /* the problem's: its workspace, SID_W times */
  uint32_t nonfinite;         /* lanes, as bits, in which what is beside x is not finite */
} sid_block;

/* Lanes in which a is not finite: inf - inf and NaN - NaN are NaN, everything else gives 0. */
static inline vm sid_lanes_not_finite(vd a) { return vm_not(vd_less(vd_sub(a, a), vd_set(1.0))); }

/* The steps take the state whose x is block->at to block->x (another array), and return the squared
 * norm of x. */

/* The loops copy their source: what they store could change what a pointer points to, and would be
 * followed by a load of each member. */

/* ---- descent ---- */

SID_INLINE vd sid_descend_term(sid_form form, const sid_source *s, vd a, vd h, size_t j,
                               double *to) {
  const vd v =
      vd_sub(vd_mul(a, vd_load(SID_AT(s->x, j))), vd_mul(h, sid_source_noisy(form, s, 0, j)));
  vd_store(SID_AT(to, j), v);
  return vd_mul(v, v);
}

/* to_j = a x_j - h g_j, and dot(to, to) of it. */
SID_INLINE vd sid_descend_of(sid_form form, const sid_source *source, vd a, vd h, double *to,
                             size_t n) {
  const sid_source s = *source;
#define SID_TERM(j) sid_descend_term(form, &s, a, h, j, to)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

static vd sid_lanes_descend(const sid_source *s, vd a, vd h, double *to, size_t n) {
#define SID_CALL(form) return sid_descend_of(form, s, a, h, to, n)
  SID_BY_FORM(s->form, SID_CALL);
#undef SID_CALL
}

static vd sid_lanes_gd(sid_block *block, double lr, double wd) {
  const sid_problem *problem = &block->experiment->problem;
  sid_source s;
  sid_lanes_gradient(problem, &block->at, block->g, block->scratch);
  s.form = SID_WHOLE;
  s.x = block->at.x;
  s.noise[0] = block->g;
  return sid_lanes_descend(&s, vd_set(1.0 - lr * wd), vd_set(lr), block->x, problem->dim);
}

/* The stochastic gradient at block->at. */
static void sid_block_draw(sid_block *block, sid_source *s, int count) {
  double *const noise[2] = {block->second, block->third};
  sid_source_draw(s, &block->experiment->problem, &block->at, block->experiment->dynamics.batch,
                  count, &block->draws, block->g, noise, block->scratch);
}

static vd sid_lanes_sgd(sid_block *block, double lr, double wd) {
  sid_source s;
  sid_block_draw(block, &s, 1);
  return sid_lanes_descend(&s, vd_set(1.0 - lr * wd), vd_set(lr), block->x,
                           block->experiment->problem.dim);
}

/* ---- SVAG ---- */

SID_INLINE vd sid_svag_term(sid_form form, const sid_source *s, vd a, vd h, vd c1, vd c2, size_t j,
                            double *to) {
  const vd g = vd_add(vd_mul(c1, sid_source_noisy(form, s, 0, j)),
                      vd_mul(c2, sid_source_noisy(form, s, 1, j)));
  const vd v = vd_sub(vd_mul(a, vd_load(SID_AT(s->x, j))), vd_mul(h, g));
  vd_store(SID_AT(to, j), v);
  return vd_mul(v, v);
}

SID_INLINE vd sid_svag_of(sid_form form, const sid_source *source, vd a, vd h, vd c1, vd c2,
                          double *to, size_t n) {
  const sid_source s = *source;
#define SID_TERM(j) sid_svag_term(form, &s, a, h, c1, c2, j, to)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

static vd sid_lanes_svag(sid_block *block, double lr, double wd) {
  const sid_dynamics *dynamics = &block->experiment->dynamics;
  const size_t n = block->experiment->problem.dim;
  const double h = lr / (double)dynamics->l, root = sid_sqrt((double)(2 * dynamics->l - 1));
  const vd c1 = vd_set((1.0 + root) * 0.5), c2 = vd_set((1.0 - root) * 0.5);
  const vd va = vd_set(1.0 - h * wd), vh = vd_set(h);
  sid_source s;
  sid_block_draw(block, &s, 2);
#define SID_CALL(form) return sid_svag_of(form, &s, va, vh, c1, c2, block->x, n)
  SID_BY_FORM(s.form, SID_CALL);
#undef SID_CALL
}

/* ---- stochastic differential equations ---- */

SID_INLINE vd sid_diffuse_term(sid_form form, const sid_source *s, vd a, vd h, vd size, size_t j,
                               double *to) {
  const vd drift =
      vd_sub(vd_mul(a, vd_load(SID_AT(s->x, j))), vd_mul(h, sid_source_gradient(form, s, j)));
  const vd v = vd_add(drift, vd_mul(size, sid_source_noise(form, s, 0, j)));
  vd_store(SID_AT(to, j), v);
  return vd_mul(v, v);
}

/* to_j = (a x_j - h g_j) + size noise_j, and dot(to, to) of it; x and to may be the same. */
SID_INLINE vd sid_diffuse_of(sid_form form, const sid_source *source, vd a, vd h, vd size,
                             double *to, size_t n) {
  const sid_source s = *source;
#define SID_TERM(j) sid_diffuse_term(form, &s, a, h, size, j, to)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

static vd sid_lanes_diffuse(const sid_source *s, vd a, vd h, vd size, double *to, size_t n) {
  switch (s->form) { /* never the whole: drift and noise have different factors */
    case SID_NOISE: return sid_diffuse_of(SID_NOISE, s, a, h, size, to, n);
    case SID_TANGENT: return sid_diffuse_of(SID_TANGENT, s, a, h, size, to, n);
    case SID_QUOTIENT: return sid_diffuse_of(SID_QUOTIENT, s, a, h, size, to, n);
    default: return sid_diffuse_of(SID_QUADRATIC, s, a, h, size, to, n);
  }
}

/* The standard deviation that a substep gives to unit noise. */
static vd sid_lanes_noise_size(const sid_block *block, uint32_t substeps, double lr) {
  return vd_set(lr / sid_sqrt((double)((uint64_t)substeps * block->experiment->dynamics.batch)));
}

static vd sid_lanes_sde(sid_block *block, uint32_t substeps, double lr, double wd) {
  const sid_problem *problem = &block->experiment->problem;
  const double h = lr / (double)substeps;
  const vd va = vd_set(1.0 - h * wd), vh = vd_set(h),
           vs = sid_lanes_noise_size(block, substeps, lr);
  sid_point at = block->at;
  for (uint32_t k = 0; k < substeps; k++) {
    sid_source s;
    sid_source_gaussian(&s, problem, &at, &block->draws, block->g, block->second, block->scratch);
    at = sid_point_with(block->x, sid_lanes_diffuse(&s, va, vh, vs, block->x, problem->dim));
  }
  return at.r;
}

static vd sid_lanes_sde2(sid_block *block, uint32_t substeps, double lr, double wd) {
  const sid_problem *problem = &block->experiment->problem;
  const vd vh = vd_set(lr / (double)substeps), vk = vd_set(lr * 0.5), vw = vd_set(wd),
           one = vd_set(1.0);
  const vd vs = sid_lanes_noise_size(block, substeps, lr);
  double *b = block->g, *noise = block->second, *hb = block->third;
  sid_point at = block->at;
  for (uint32_t q = 0; q < substeps; q++) {
    sid_source s;
    sid_lanes_gradient(problem, &at, b, block->scratch);
    for (uint32_t j = 0; j < problem->dim; j++)
      vd_store(SID_AT(b, j), vd_add(vd_load(SID_AT(b, j)), vd_mul(vw, vd_load(SID_AT(at.x, j)))));
    sid_lanes_hessian(problem, &at, b, hb, block->scratch);
    sid_lanes_gaussian_noise(problem, &at, &block->draws.stream, noise, block->scratch);
    for (uint32_t j = 0; j < problem->dim; j++) {
      const vd bj = vd_load(SID_AT(b, j));
      vd_store(SID_AT(b, j),
               vd_add(bj, vd_mul(vk, vd_add(vd_load(SID_AT(hb, j)), vd_mul(vw, bj)))));
    }
    s.form = SID_NOISE;
    s.x = at.x;
    s.g = b;
    s.noise[0] = noise;
    /* 1*x is exact */
    at = sid_point_with(block->x, sid_lanes_diffuse(&s, one, vh, vs, block->x, problem->dim));
  }
  return at.r;
}

/* ---- momentum, Adam ---- */

SID_INLINE vd sid_momentum_term(sid_form form, const sid_source *s, vd beta, vd lr, vd wd, size_t j,
                                const double *from, double *to, size_t n) {
  const vd x = vd_load(SID_AT(s->x, j)), g = sid_source_noisy(form, s, 0, j);
  const vd v = vd_add(vd_mul(beta, vd_load(SID_AT(from, n + j))), vd_add(g, vd_mul(wd, x)));
  const vd moved = vd_sub(x, vd_mul(lr, v));
  vd_store(SID_AT(to, n + j), v);
  vd_store(SID_AT(to, j), moved);
  return vd_mul(moved, moved);
}

SID_INLINE vd sid_momentum_of(sid_form form, const sid_source *source, vd beta, vd lr, vd wd,
                              const double *from, double *to, size_t n) {
  const sid_source s = *source;
#define SID_TERM(j) sid_momentum_term(form, &s, beta, lr, wd, j, from, to, n)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

/* A v that is not finite makes x so too: lr*v is infinite or not a number, also for lr = 0. */
static vd sid_lanes_momentum(sid_block *block, double lr, double wd) {
  const vd beta = vd_set(block->experiment->dynamics.beta), vlr = vd_set(lr), vwd = vd_set(wd);
  const size_t n = block->experiment->problem.dim;
  const double *from = block->at.x;
  sid_source s;
  sid_block_draw(block, &s, 1);
#define SID_CALL(form) return sid_momentum_of(form, &s, beta, vlr, vwd, from, block->x, n)
  SID_BY_FORM(s.form, SID_CALL);
#undef SID_CALL
}

typedef struct {
  vd lr, wd, alpha, eps, beta, beta2, c1, c2; /* 1 - beta, 1 - beta2 */
  vd b1, b2;                                  /* 1 - beta^t, 1 - beta2^t */
} sid_adam;

/* With the powers beta^t and beta2^t. */
static sid_adam sid_adam_with(const sid_dynamics *dynamics, double lr, double wd, vd power,
                              vd power2) {
  const vd one = vd_set(1.0);
  const sid_adam adam = {vd_set(lr),
                         vd_set(wd),
                         vd_set(dynamics->alpha),
                         vd_set(dynamics->eps),
                         vd_set(dynamics->beta),
                         vd_set(dynamics->beta2),
                         vd_set(1.0 - dynamics->beta),
                         vd_set(1.0 - dynamics->beta2),
                         vd_sub(one, power),
                         vd_sub(one, power2)};
  return adam;
}

/* Returns 0, or not a number where m or v is not finite. */
SID_INLINE vd sid_adam_coordinate(sid_form form, const sid_source *s, const sid_adam *adam,
                                  int decoupled, size_t j, const double *from, double *to,
                                  size_t n) {
  const vd x = vd_load(SID_AT(s->x, j)), zero = vd_set(0.0);
  vd g = sid_source_noisy(form, s, 0, j);
  if (!decoupled) g = vd_add(g, vd_mul(adam->wd, x));
  const vd m = vd_add(vd_mul(adam->beta, vd_load(SID_AT(from, n + j))), vd_mul(adam->c1, g));
  const vd v =
      vd_add(vd_mul(adam->beta2, vd_load(SID_AT(from, 2 * n + j))), vd_mul(adam->c2, vd_mul(g, g)));
  const vd den = vd_add(vd_sqrt(vd_div(v, adam->b2)), adam->eps);
  /* den is a root and eps, or not a number: never below 0 */
  const vm none = vm_not(vm_or(vd_less(zero, den), sid_lanes_not_finite(den)));
  const vd direction = vd_select(none, zero, vd_div(vd_div(m, adam->b1), den));
  vd move = vd_mul(adam->alpha, direction);
  if (decoupled) move = vd_add(move, vd_mul(adam->wd, x));
  vd_store(SID_AT(to, j), vd_sub(x, vd_mul(adam->lr, move)));
  vd_store(SID_AT(to, n + j), m);
  vd_store(SID_AT(to, 2 * n + j), v);
  return vd_add(vd_sub(m, m), vd_sub(v, v));
}

/* The loop of a form: three divisions and a root a coordinate, so nothing else matters. */
SID_INLINE vd sid_adam_of(sid_form form, const sid_source *source, const sid_adam *adam,
                          int decoupled, const double *from, double *to, size_t n) {
  const sid_source s = *source;
  vd fault = vd_set(0.0);
  for (size_t j = 0; j < n; j++)
    fault = vd_add(fault, sid_adam_coordinate(form, &s, adam, decoupled, j, from, to, n));
  return fault;
}

static vd sid_lanes_adam(sid_block *block, double lr, double wd) {
  const sid_dynamics *dynamics = &block->experiment->dynamics;
  const size_t n = block->experiment->problem.dim;
  const double *from = block->at.x;
  double *to = block->x;
  const vd power = vd_mul(vd_load(SID_AT(from, 3 * n)), vd_set(dynamics->beta)),
           power2 = vd_mul(vd_load(SID_AT(from, 3 * n + 1)), vd_set(dynamics->beta2));
  const sid_adam adam = sid_adam_with(dynamics, lr, wd, power, power2);
  vd fault;
  sid_source s;
  sid_block_draw(block, &s, 1);
  vd_store(SID_AT(to, 3 * n), power);
  vd_store(SID_AT(to, 3 * n + 1), power2);
#define SID_CALL(form) fault = sid_adam_of(form, &s, &adam, 1, from, to, n)
  if (dynamics->kind == SID_ADAMW) SID_BY_FORM(s.form, SID_CALL)
#undef SID_CALL
#define SID_CALL(form) fault = sid_adam_of(form, &s, &adam, 0, from, to, n)
  else
    SID_BY_FORM(s.form, SID_CALL)
#undef SID_CALL
  block->nonfinite = vm_bits(sid_lanes_not_finite(fault));
  return sid_lanes_dot(to, to, n);
}

/* ---- on the unit sphere ---- */

/* The effective learning rate where the state remembers `memory`. */
static vd sid_lanes_projected_lr(const sid_dynamics *dynamics, double lr, double wd, vd memory) {
  if (dynamics->kind == SID_PROJECTED_GD)
    return vd_div(vd_set(lr), vd_mul(vd_set(1.0 - lr * wd), memory));
  if (dynamics->kind == SID_RMSPROP) return vd_div(vd_set(lr), vd_sqrt(memory));
  return vd_inverse(memory);
}

/* What it remembers after a step with squared gradient gg. */
static vd sid_lanes_projected_memory(const sid_dynamics *dynamics, double lr, double wd, vd memory,
                                     vd gg) {
  if (dynamics->kind == SID_PROJECTED_GD) {
    const double a = 1.0 - lr * wd;
    return vd_add(vd_mul(vd_set(a * a), memory), vd_div(vd_mul(vd_set(lr * lr), gg), memory));
  }
  if (dynamics->kind == SID_RMSPROP)
    return vd_add(vd_mul(vd_set(dynamics->beta), memory), vd_mul(vd_set(1.0 - dynamics->beta), gg));
  const double k = (1.0 - dynamics->beta) * 0.5;
  return vd_add(vd_mul(vd_set(1.0 - k), memory), vd_div(vd_mul(vd_set(k / (lr * lr)), gg), memory));
}

static vd sid_lanes_projected(sid_block *block, double lr, double wd) {
  const sid_problem *problem = &block->experiment->problem;
  const sid_dynamics *dynamics = &block->experiment->dynamics;
  const size_t n = problem->dim;
  double *to = block->x;
  const vd memory = vd_load(SID_AT(block->at.x, n));
  sid_source s;
  sid_lanes_gradient(problem, &block->at, block->g, block->scratch);
  const vd next =
      sid_lanes_projected_memory(dynamics, lr, wd, memory, sid_lanes_dot(block->g, block->g, n));
  s.form = SID_WHOLE;
  s.x = block->at.x;
  s.noise[0] = block->g;
  const vd et = sid_lanes_projected_lr(dynamics, lr, wd, memory), one = vd_set(1.0);
  const vd k = vd_inverse(vd_sqrt(sid_lanes_descend(&s, one, et, to, n))); /* 1*x is exact */
  for (size_t j = 0; j < n; j++) vd_store(SID_AT(to, j), vd_mul(vd_load(SID_AT(to, j)), k));
  vd_store(SID_AT(to, n), next);
  block->nonfinite = vm_bits(sid_lanes_not_finite(next));
  return sid_lanes_dot(to, to, n);
}

static vd sid_lanes_take(sid_block *block, double lr, double wd) {
  const sid_dynamics *dynamics = &block->experiment->dynamics;
  block->nonfinite = 0;
  switch (dynamics->kind) {
    case SID_GD: return sid_lanes_gd(block, lr, wd);
    case SID_SGD: return sid_lanes_sgd(block, lr, wd);
    case SID_SVAG: return sid_lanes_svag(block, lr, wd);
    case SID_NOISY_GD: return sid_lanes_sde(block, 1, lr, wd);
    case SID_SDE: return sid_lanes_sde(block, dynamics->substeps, lr, wd);
    case SID_SDE2: return sid_lanes_sde2(block, dynamics->substeps, lr, wd);
    case SID_MOMENTUM: return sid_lanes_momentum(block, lr, wd);
    case SID_ADAM_L2:
    case SID_ADAMW: return sid_lanes_adam(block, lr, wd);
    default: return sid_lanes_projected(block, lr, wd);
  }
}
