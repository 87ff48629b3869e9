/* A block of SID_W trajectories of one experiment, from start to last checkpoint: what ref/run.c,
 * ref/dynamics/ do for one. docs/spec.md sections 7 to 10. */

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

/* Lanes in which a is not finite: inf - inf and NaN - NaN are NaN, everything else gives 0. */
static inline vm sid_lanes_not_finite(vd a) { return vm_not(vd_less(vd_sub(a, a), vd_set(1.0))); }

/* Lanes (as bits) where a point is no state of the problem; status[lane] says why for those, and is
 * left alone for the others. */
static uint32_t sid_lanes_left_domain(const sid_problem *problem, const sid_point *at,
                                      sid_status *status) {
  const uint32_t p = problem->dim;
  const double *x = at->x;
  vm nonfinite = sid_lanes_not_finite(vd_load(x));
  uint32_t origin = 0;
  if (sid_problem_scale_invariant(problem)) {
    nonfinite = sid_lanes_not_finite(at->r); /* finite only if every coordinate is */
    origin = vm_bits(vm_not(vm_or(nonfinite, vd_less(vd_set(0.0), at->r))));
  } else {
    for (uint32_t j = 1; j < p; j++)
      nonfinite = vm_or(nonfinite, sid_lanes_not_finite(vd_load(SID_AT(x, j))));
  }
  const uint32_t left = vm_bits(nonfinite) | origin;
  for (uint32_t k = 0; left && k < SID_W; k++)
    if (left >> k & 1u) status[k] = origin >> k & 1u ? SID_E_ORIGIN : SID_E_NONFINITE;
  return left;
}

/* ---- the run of a block ---- */

typedef struct {
  sid_block block;
  sid_backend_results *results;
  uint64_t first, step;
  uint64_t effective,
      within;    /* effective step, and steps of it that are done: no division in every step */
  double lr, wd; /* in force */
  uint32_t count, next; /* trajectories of the block, next checkpoint */
  uint32_t alive; /* lanes that still run, as bits; those without a trajectory are never alive */
  sid_status status[SID_W];
  double *row;               /* the observables of all lanes: width*SID_W */
  double *lane_x, *lane_row; /* of one lane: p and width */
} sid_block_run;

/* Steps in a unit of the schedule. */
static uint64_t sid_block_unit(const sid_experiment *experiment) {
  return experiment->dynamics.kind == SID_SVAG ? experiment->dynamics.l : 1;
}

static void sid_lane_get(const double *v, uint32_t lane, uint32_t p, double *out) {
  for (uint32_t j = 0; j < p; j++) out[j] = v[(size_t)j * SID_W + lane];
}

/* Trajectory of a lane; lanes without one repeat the first, and nobody looks at them. */
static uint64_t sid_block_trajectory(const sid_block_run *run, uint32_t lane) {
  return run->first + (lane < run->count ? lane : 0);
}

static void sid_block_start(sid_block_run *run) {
  const sid_experiment *experiment = run->block.experiment;
  sid_stream streams[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    const uint64_t key[2] = {SID_KEY_NOISE, sid_block_trajectory(run, lane)};
    sid_stream_init(streams + lane, experiment->seed, key, 2);
    sid_start_state(experiment, key[1], run->lane_x);
    for (uint32_t j = 0; j < experiment->problem.dim; j++)
      run->block.x[(size_t)j * SID_W + lane] = run->lane_x[j];
  }
  sid_lanes_stream_load(&run->block.stream, streams);
  run->block.at = sid_point_at(&experiment->problem, run->block.x);
}

/* The row of one lane, to where the caller wants it. */
static void sid_block_row(sid_block_run *run, uint32_t lane, uint32_t width) {
  const size_t at = (size_t)lane * run->block.experiment->checkpoint_count + run->next;
  if (!run->results->visit) {
    sid_lane_get(run->row, lane, width, run->results->rows + at * width);
    return;
  }
  sid_lane_get(run->row, lane, width, run->lane_row);
  run->results->visit(run->results->user, run->first + lane, run->step, run->lane_row);
}

static void sid_block_checkpoint(sid_block_run *run) {
  const sid_experiment *experiment = run->block.experiment;
  if (run->next == experiment->checkpoint_count || experiment->checkpoints[run->next] != run->step)
    return;
  double lr, wd;
  sid_schedule_at(&experiment->schedule, run->effective, &lr, &wd);
  sid_lanes_observe(experiment, &run->block.at, run->step > 0 ? run->block.previous : NULL, lr,
                    run->row, run->block.scratch);
  for (uint32_t lane = 0; lane < run->count; lane++)
    if (run->alive >> lane & 1u) sid_block_row(run, lane, (uint32_t)sid_row_width(experiment));
  run->next++;
}

/* Ends the lanes (bits) that still run. */
static void sid_block_end(sid_block_run *run, uint32_t lanes) {
  if (!lanes) return;
  for (uint32_t lane = 0; lane < run->count; lane++)
    if (lanes & run->alive & 1u << lane) {
      run->results->ends[lane].status = run->status[lane];
      run->results->ends[lane].step = run->step;
      run->results->ends[lane].rows = run->next;
    }
  run->alive &= ~lanes;
}

static void sid_block_end_all(sid_block_run *run, sid_status status) {
  for (uint32_t lane = 0; lane < SID_W; lane++) run->status[lane] = status;
  sid_block_end(run, run->alive);
}

/* x where a lane has ended, `other` elsewhere, into x. */
static void sid_block_merge(sid_block_run *run, double *x, const double *frozen,
                            const double *other) {
  const vm ended = vm_of(~run->alive & ((1u << SID_W) - 1u));
  for (uint32_t j = 0; j < run->block.experiment->problem.dim; j++)
    vd_store(SID_AT(x, j), vd_select(ended, vd_load(SID_AT(frozen, j)), vd_load(SID_AT(other, j))));
}

static void sid_block_rescale(sid_block_run *run, double factor) {
  sid_block *block = &run->block;
  const uint32_t p = block->experiment->problem.dim;
  if (factor == 1.0) return;
  for (uint32_t j = 0; j < p; j++)
    vd_store(SID_AT(block->g, j), vd_mul(vd_set(factor), vd_load(SID_AT(block->x, j))));
  const sid_point rescaled = sid_point_at(&block->experiment->problem, block->g);
  sid_block_end(run, sid_lanes_left_domain(&block->experiment->problem, &rescaled, run->status));
  sid_block_merge(run, block->x, block->x, block->g);
  block->at = sid_point_at(&block->experiment->problem, block->x);
}

static void sid_block_step(sid_block_run *run) {
  sid_block *block = &run->block;
  const sid_experiment *experiment = block->experiment;
  if (run->within == 0) {
    sid_schedule_at(&experiment->schedule, run->effective, &run->lr, &run->wd);
    sid_block_rescale(run, sid_schedule_rescale(&experiment->schedule, run->effective));
  }
  const double lr = run->lr, wd = run->wd;
  if (!(lr - lr < 1.0)) { /* infinite: an exponential schedule that overflowed */
    sid_block_end_all(run, SID_E_LR);
  } else if (!(lr * wd < 1.0)) {
    sid_block_end_all(run, SID_E_INTRINSIC_LR);
  }
  if (!run->alive) return;
  double *from = block->x; /* where block->at is; the step writes to the other array */
  block->x = block->previous;
  block->previous = from;
  block->at = sid_point_with(block->x, sid_lanes_take(block, lr, wd));
  sid_block_end(run, sid_lanes_left_domain(&experiment->problem, &block->at, run->status));
  if (run->alive != (1u << SID_W) - 1u) {
    sid_block_merge(run, block->x, block->previous, block->x);
    block->at = sid_point_at(&experiment->problem, block->x);
  }
  run->step++;
  if (++run->within == sid_block_unit(experiment)) {
    run->within = 0;
    run->effective++;
  }
}

static size_t sid_block_workspace(const sid_experiment *experiment) {
  if (!sid_fits_lanes(experiment)) return sid_singly_workspace(experiment);
  const size_t p = experiment->problem.dim, width = sid_row_width(experiment);
  return (5 * p + sid_problem_workspace(&experiment->problem) + width) * SID_W + p + width;
}

/* See simd.h. */
static void sid_block_run_all(const sid_experiment *experiment, uint64_t first, uint32_t count,
                              sid_backend_results *results, double *work) {
  if (!sid_fits_lanes(experiment)) {
    const int completion =
        experiment->problem.kind == SID_BN_COMPLETION && experiment->dynamics.kind == SID_GD;
    sid_run_singly(completion ? sid_lanes_completion_step : NULL, experiment, first, count, results,
                   work);
    return;
  }
  const size_t p = experiment->problem.dim, vector = p * SID_W;
  const size_t scratch = sid_problem_workspace(&experiment->problem) * SID_W;
  sid_block_run run;
  run.block.experiment = experiment;
  run.block.x = work;
  run.block.previous = work + vector;
  run.block.g = work + 2 * vector;
  run.block.second = work + 3 * vector;
  run.block.third = work + 4 * vector;
  run.block.scratch = work + 5 * vector;
  run.row = work + 5 * vector + scratch;
  run.lane_x = run.row + sid_row_width(experiment) * SID_W;
  run.lane_row = run.lane_x + p;
  run.results = results;
  run.first = first;
  run.count = count;
  run.step = run.effective = run.within = 0;
  run.next = 0;
  run.alive = (1u << count) - 1u;
  sid_block_start(&run);
  sid_block_end(&run, sid_lanes_left_domain(&experiment->problem, &run.block.at, run.status));
  sid_block_checkpoint(&run);
  while (run.alive && run.step < experiment->steps) {
    sid_block_step(&run);
    sid_block_checkpoint(&run);
  }
  sid_block_end_all(&run, SID_OK);
  for (uint32_t lane = 0; results->last && lane < count; lane++)
    sid_lane_get(run.block.x, lane, (uint32_t)p, results->last + lane * p);
}
