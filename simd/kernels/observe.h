/* Observables in lanes, docs/spec.md section 11, in the order of ref/observe.c. Angles end in
 * ref/'s arctangent, lane by lane. */

static vd sid_lanes_atan2(vd y, vd x) {
  double ys[SID_W], xs[SID_W];
  vd_store(ys, y);
  vd_store(xs, x);
  for (uint32_t lane = 0; lane < SID_W; lane++) ys[lane] = sid_atan2(ys[lane], xs[lane]);
  return vd_load(ys);
}

static vd sid_lanes_angle(const double *y, const double *x, uint32_t p, double *work) {
  const vd ry = sid_lanes_dot(y, y, p), c = sid_lanes_dot(y, x, p), k = vd_div(c, ry);
  for (uint32_t j = 0; j < p; j++)
    vd_store(SID_AT(work, j), vd_sub(vd_load(SID_AT(x, j)), vd_mul(k, vd_load(SID_AT(y, j)))));
  return sid_lanes_atan2(vd_mul(vd_sqrt(sid_lanes_dot(work, work, p)), vd_sqrt(ry)), c);
}

/* One observable other than x. r is dot(x,x), also where the problem is not scale-invariant. */
static vd sid_lanes_observable(const sid_experiment *experiment, int32_t observable,
                               const sid_point *at, vd r, const double *previous, double lr,
                               double wd, double *work) {
  const sid_problem *problem = &experiment->problem;
  const uint32_t p = problem->dim;
  const double *x = at->x;
  switch (observable) {
    case SID_LOSS: return sid_lanes_loss(problem, at, work);
    case SID_GRAD_NORM2:
      sid_lanes_gradient(problem, at, work, SID_AT(work, p));
      return sid_lanes_dot(work, work, p);
    case SID_NOISE_TRACE:
      return vd_div(sid_lanes_noise_trace(problem, at, work),
                    vd_set((double)experiment->dynamics.batch));
    case SID_STEP_ANGLE: return sid_lanes_angle(previous, x, p, work);
    case SID_EFFECTIVE_LR:
      if (experiment->dynamics.kind < SID_PROJECTED_GD) return vd_div(vd_set(lr), r);
      return sid_lanes_projected_lr(&experiment->dynamics, lr, wd, vd_load(SID_AT(x, p)));
    case SID_GAMMA: {
      const vd k = vd_div(r, vd_set(lr));
      return vd_mul(k, k);
    }
    case SID_F: return vd_div(vd_mul(vd_load(x), vd_load(x)), r);
    case SID_PLANE_ANGLE:
      return sid_lanes_atan2(sid_lanes_dot_shared(experiment->plane + p, x, p),
                             sid_lanes_dot_shared(experiment->plane, x, p));
    default: return r;
  }
}

/* The row of every lane, row[k*SID_W + lane]. previous is the state before the last step. */
static void sid_lanes_observe(const sid_experiment *experiment, const sid_point *at,
                              const double *previous, double lr, double wd, double *row,
                              double *work) {
  const uint32_t p = experiment->problem.dim;
  const vd r =
      sid_problem_scale_invariant(&experiment->problem) ? at->r : sid_lanes_dot(at->x, at->x, p);
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    if (experiment->observables[o] != SID_X) {
      vd_store(row, sid_lanes_observable(experiment, experiment->observables[o], at, r, previous,
                                         lr, wd, work));
      row += SID_W;
      continue;
    }
    for (size_t j = 0; j < (size_t)p * SID_W; j += SID_W, row += SID_W)
      vd_store(row, vd_load(at->x + j));
  }
}
