/* One step of a block of SID_W trajectories: what ref/dynamics/ do for one. docs/spec.md
 * section 7. */

/* Vectors of a block, each p*SID_W doubles unless noted. */
typedef struct {
  const sid_experiment *experiment;
  sid_lanes_stream stream;
  sid_point at; /* x with its norms, as they are between steps */
  double *x, *previous;
  double *g, *second, *third; /* gradients and noise of a step */
  double *scratch;            /* the problem's: (2p + n)*SID_W */
} sid_block;

/* The steps take the state at block->at to block->x (another array), and return its squared
 * norm. */

static vd sid_lanes_sgd(sid_block *block, double lr, double wd) {
  const sid_problem *problem = &block->experiment->problem;
  const vd a = vd_set(1.0 - lr * wd), h = vd_set(lr);
  if (problem->noise == SID_NOISE_SAMPLES) {
    sid_lanes_minibatch(problem, &block->at, block->experiment->dynamics.batch, &block->stream,
                        block->g, block->scratch);
    return sid_lanes_descend(a, h, block->g, block->at.x, block->x, problem->dim);
  }
  sid_lanes_gradient(problem, &block->at, block->g, block->scratch);
  sid_lanes_own_noise(problem, &block->at, &block->stream, block->second);
  return sid_lanes_descend_noisy(a, h, block->g, block->second, block->at.x, block->x,
                                 problem->dim);
}

/* The two gradients of a step of SVAG. The full gradient is the same in both. */
static void sid_lanes_two_gradients(sid_block *block, double *first, double *second) {
  const sid_problem *problem = &block->experiment->problem;
  const uint32_t batch = block->experiment->dynamics.batch;
  if (problem->noise == SID_NOISE_SAMPLES) {
    sid_lanes_minibatch(problem, &block->at, batch, &block->stream, first, block->scratch);
    sid_lanes_minibatch(problem, &block->at, batch, &block->stream, second, block->scratch);
    return;
  }
  sid_lanes_gradient(problem, &block->at, block->third, block->scratch);
  sid_lanes_own_noise(problem, &block->at, &block->stream, first);
  sid_lanes_own_noise(problem, &block->at, &block->stream, second);
  for (uint32_t j = 0; j < problem->dim; j++) {
    const vd g = vd_load(SID_AT(block->third, j));
    vd_store(SID_AT(first, j), vd_add(g, vd_load(SID_AT(first, j))));
    vd_store(SID_AT(second, j), vd_add(g, vd_load(SID_AT(second, j))));
  }
}

static vd sid_lanes_svag(sid_block *block, double lr, double wd) {
  const sid_dynamics *dynamics = &block->experiment->dynamics;
  const uint32_t p = block->experiment->problem.dim;
  const double h = lr / (double)dynamics->l, s = sid_sqrt((double)(2 * dynamics->l - 1));
  const vd c1 = vd_set((1.0 + s) * 0.5), c2 = vd_set((1.0 - s) * 0.5);
  double *g = block->g, *second = block->second;
  sid_lanes_two_gradients(block, g, second);
  for (uint32_t j = 0; j < p; j++)
    vd_store(SID_AT(g, j),
             vd_add(vd_mul(c1, vd_load(SID_AT(g, j))), vd_mul(c2, vd_load(SID_AT(second, j)))));
  return sid_lanes_descend(vd_set(1.0 - h * wd), vd_set(h), g, block->at.x, block->x, p);
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
    sid_lanes_gradient(problem, &at, block->g, block->scratch);
    sid_lanes_gaussian_noise(problem, &at, &block->stream, block->second, block->scratch);
    at = sid_point_with(block->x, sid_lanes_diffuse(va, vh, block->g, vs, block->second, at.x,
                                                    block->x, problem->dim));
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
    sid_lanes_gradient(problem, &at, b, block->scratch);
    for (uint32_t j = 0; j < problem->dim; j++)
      vd_store(SID_AT(b, j), vd_add(vd_load(SID_AT(b, j)), vd_mul(vw, vd_load(SID_AT(at.x, j)))));
    sid_lanes_hessian(problem, &at, b, hb, block->scratch);
    sid_lanes_gaussian_noise(problem, &at, &block->stream, noise, block->scratch);
    for (uint32_t j = 0; j < problem->dim; j++) {
      const vd bj = vd_load(SID_AT(b, j));
      vd_store(SID_AT(b, j),
               vd_add(bj, vd_mul(vk, vd_add(vd_load(SID_AT(hb, j)), vd_mul(vw, bj)))));
    }
    /* 1*x is exact */
    at = sid_point_with(block->x,
                        sid_lanes_diffuse(one, vh, b, vs, noise, at.x, block->x, problem->dim));
  }
  return at.r;
}

static vd sid_lanes_gd(sid_block *block, double lr, double wd) {
  const sid_problem *problem = &block->experiment->problem;
  sid_lanes_gradient(problem, &block->at, block->g, block->scratch);
  return sid_lanes_descend(vd_set(1.0 - lr * wd), vd_set(lr), block->g, block->at.x, block->x,
                           problem->dim);
}

static vd sid_lanes_take(sid_block *block, double lr, double wd) {
  const sid_dynamics *dynamics = &block->experiment->dynamics;
  switch (dynamics->kind) {
    case SID_GD: return sid_lanes_gd(block, lr, wd);
    case SID_SGD: return sid_lanes_sgd(block, lr, wd);
    case SID_SVAG: return sid_lanes_svag(block, lr, wd);
    case SID_NOISY_GD: return sid_lanes_sde(block, 1, lr, wd);
    case SID_SDE: return sid_lanes_sde(block, dynamics->substeps, lr, wd);
    default: return sid_lanes_sde2(block, dynamics->substeps, lr, wd);
  }
}
