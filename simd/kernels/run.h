/* A block of SID_W trajectories of one experiment, from any step to any later one: what ref/run.c
 * does for one. docs/spec.md sections 8 to 10. */

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

typedef struct {
  sid_block block;
  const sid_backend_block *outside; /* states and streams as the caller has them */
  sid_backend_results *results;
  uint64_t step;
  uint64_t effective,
      within;     /* effective step, and steps of it that are done: no division in every step */
  double lr, wd;  /* in force */
  size_t kept;    /* vectors of the state */
  uint32_t next;  /* next checkpoint */
  uint32_t alive; /* lanes that still run, as bits; those without a trajectory are never alive */
  sid_status status[SID_W];
  double *row;      /* the observables of all lanes: width*SID_W */
  double *lane_row; /* of one lane: width */
} sid_block_run;

/* Steps in a unit of the schedule. */
static uint64_t sid_block_unit(const sid_experiment *experiment) {
  return experiment->dynamics.kind == SID_SVAG ? experiment->dynamics.l : 1;
}

static void sid_lane_get(const double *v, uint32_t lane, size_t n, double *out) {
  for (size_t j = 0; j < n; j++) out[j] = v[j * SID_W + lane];
}

/* States and streams into the lanes; a lane without a trajectory repeats the first, and nobody
 * looks at it. */
static void sid_block_load(sid_block_run *run) {
  const sid_backend_block *outside = run->outside;
  sid_stream streams[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    const uint32_t i = lane < outside->count ? lane : 0;
    const double *state = outside->states + i * run->kept;
    for (size_t j = 0; j < run->kept; j++) run->block.x[j * SID_W + lane] = state[j];
    streams[lane] = outside->streams[i];
  }
  sid_lanes_stream_load(&run->block.draws.stream, streams);
  run->block.at = sid_point_at(&run->block.experiment->problem, run->block.x);
}

/* The row of one lane, to where the caller wants it. */
static void sid_block_row(sid_block_run *run, uint32_t lane, uint32_t width) {
  const size_t at = (size_t)lane * run->block.experiment->checkpoint_count + run->next;
  if (!run->results->visit) {
    sid_lane_get(run->row, lane, width, run->results->rows + at * width);
    return;
  }
  sid_lane_get(run->row, lane, width, run->lane_row);
  run->results->visit(run->results->user, run->outside->first + lane, run->step, run->lane_row);
}

static void sid_block_checkpoint(sid_block_run *run) {
  const sid_experiment *experiment = run->block.experiment;
  if (run->next == experiment->checkpoint_count || experiment->checkpoints[run->next] != run->step)
    return;
  double lr, wd;
  sid_schedule_at(&experiment->schedule, run->effective, &lr, &wd);
  sid_lanes_observe(experiment, &run->block.at, run->block.previous, lr, wd, run->row,
                    run->block.scratch);
  for (uint32_t lane = 0; lane < SID_W; lane++)
    if (run->alive >> lane & 1u) sid_block_row(run, lane, (uint32_t)sid_row_width(experiment));
  run->next++;
}

/* Ends the lanes (bits) that still run, which leave their streams behind: those of all lanes go
 * on. */
static void sid_block_end(sid_block_run *run, uint32_t lanes) {
  lanes &= run->alive;
  if (!lanes) return;
  sid_stream streams[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++)
    streams[lane] = run->outside->streams[lane < run->outside->count ? lane : 0];
  sid_draws_save(&run->block.draws, streams);
  for (uint32_t lane = 0; lane < SID_W; lane++)
    if (lanes >> lane & 1u) {
      const sid_end end = {run->status[lane], run->next, run->step};
      run->results->ends[lane] = end;
      run->outside->streams[lane] = streams[lane];
    }
  run->alive &= ~lanes;
}

static void sid_block_end_all(sid_block_run *run, sid_status status) {
  for (uint32_t lane = 0; lane < SID_W; lane++) run->status[lane] = status;
  sid_block_end(run, run->alive);
}

/* n vectors: frozen where a lane has ended, `other` elsewhere, into x. */
static void sid_block_merge(sid_block_run *run, size_t n, double *x, const double *frozen,
                            const double *other) {
  const vm ended = vm_of(~run->alive & ((1u << SID_W) - 1u));
  for (size_t j = 0; j < n; j++)
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
  sid_block_merge(run, p, block->x, block->x, block->g);
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
  const uint32_t left = sid_lanes_left_domain(&experiment->problem, &block->at, run->status);
  for (uint32_t lane = 0; block->nonfinite && lane < SID_W; lane++)
    if (block->nonfinite >> lane & 1u) run->status[lane] = SID_E_NONFINITE;
  sid_block_end(run, left | block->nonfinite);
  if (run->alive != (1u << SID_W) - 1u) {
    sid_block_merge(run, run->kept, block->x, block->previous, block->x);
    block->at = sid_point_at(&experiment->problem, block->x);
  }
  run->step++;
  if (++run->within == sid_block_unit(experiment)) {
    run->within = 0;
    run->effective++;
  }
}

/* Draws of normals in so many steps, where all are made by sid_source_unit(); or as many as can be
 * counted. */
static uint64_t sid_block_draws(const sid_dynamics *dynamics, uint64_t steps) {
  const uint64_t draws =
      dynamics->kind == SID_SVAG ? 2 : (dynamics->kind == SID_SDE ? dynamics->substeps : 1);
  return steps > UINT64_MAX / draws ? UINT64_MAX : steps * draws;
}

/* Two states, three vectors of a step, the problem's workspace, normals for steps to come, and a
 * row of all lanes and of one; before them the states of a run that nobody else keeps. */
static size_t sid_block_doubles(const sid_experiment *experiment) {
  const size_t p = experiment->problem.dim, width = sid_row_width(experiment);
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  return (2 * kept + 3 * p + sid_problem_workspace(&experiment->problem) + SID_DRAWS_ROOM + width) *
             SID_W +
         width;
}

/* Matrix completion by gradient descent has a way of its own to go from step to step. */
static int sid_block_completion(const sid_experiment *experiment) {
  return experiment->problem.kind == SID_BN_COMPLETION && experiment->dynamics.kind == SID_GD;
}

/* Networks go one trajectory at a time, with lanes inside. */
static int sid_block_network(const sid_experiment *experiment) {
  return experiment->problem.kind == SID_NETWORK;
}

static sid_advance_fn sid_block_single(const sid_experiment *experiment) {
  if (sid_block_network(experiment)) return sid_netrun_advance;
  return sid_block_completion(experiment) ? sid_completion_advance : sid_run_advance;
}

static size_t sid_block_workspace(const sid_experiment *experiment) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  if (sid_fits_lanes(experiment)) return kept * SID_W + sid_block_doubles(experiment);
  const size_t single = sid_singly_workspace(experiment);
  const size_t own = sid_block_completion(experiment) ? sid_completion_workspace(experiment)
                     : sid_block_network(experiment)  ? sid_netrun_workspace(experiment)
                                                      : 0;
  return kept + own > single ? kept + own : single;
}

/* See simd.h. */
static void sid_block_advance(const sid_experiment *experiment, sid_backend_block *outside,
                              uint64_t to, sid_backend_results *results, double *work) {
  if (!sid_fits_lanes(experiment) || sid_given(outside->streams, outside->count)) {
    sid_advance_singly(sid_block_single(experiment), experiment, outside, to, results, work);
    return;
  }
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t vector = experiment->problem.dim * (size_t)SID_W;
  sid_block_run run;
  run.block.experiment = experiment;
  run.block.x = work;
  run.block.previous = work + kept * SID_W;
  run.block.g = work + 2 * kept * SID_W;
  run.block.second = run.block.g + vector;
  run.block.third = run.block.second + vector;
  run.block.scratch = run.block.third + vector;
  double *ahead = run.block.scratch + sid_problem_workspace(&experiment->problem) * SID_W;
  run.row = ahead + SID_DRAWS_ROOM * SID_W;
  run.lane_row = run.row + sid_row_width(experiment) * SID_W;
  run.outside = outside;
  run.results = results;
  run.kept = kept;
  run.step = outside->step;
  sid_draws_begin(&run.block.draws, experiment->problem.dim, ahead,
                  sid_block_draws(&experiment->dynamics, to - run.step));
  run.effective = run.step / sid_block_unit(experiment);
  run.within = run.step % sid_block_unit(experiment);
  sid_schedule_at(&experiment->schedule, run.effective, &run.lr, &run.wd);
  run.next = sid_run_checkpoints_before(experiment, run.step + 1);
  run.alive = 0;
  for (uint32_t i = 0; i < outside->count; i++)
    run.alive |= (uint32_t)(results->ends[i].status == SID_OK) << i;
  sid_block_load(&run);
  while (run.alive && run.step < to) {
    sid_block_step(&run);
    sid_block_checkpoint(&run);
  }
  sid_block_end_all(&run, SID_OK);
  for (uint32_t i = 0; i < outside->count; i++)
    sid_lane_get(run.block.x, i, kept, outside->states + i * kept);
  outside->step = to;
}

/* See simd.h. */
static void sid_block_run_all(const sid_experiment *experiment, uint64_t first, uint32_t count,
                              sid_backend_results *results, double *work) {
  if (!sid_fits_lanes(experiment)) {
    sid_run_singly(sid_block_single(experiment), experiment, first, count, results, work);
    return;
  }
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  sid_stream streams[SID_W];
  sid_backend_block block = {first, count, 0, results->last ? results->last : work, streams};
  double *rest = work + kept * SID_W;
  sid_backend_begin(experiment, &block, results, rest);
  sid_block_advance(experiment, &block, experiment->steps, results, rest);
}
