/* Observables in lanes, docs/spec.md section 11, in the order of ref/observe.c. Angles end in
 * ref/'s arctangent, lane by lane. */

static vd sid_lanes_samples_loss_term(const double *a, const double *b, const double *x) {
  const vd xj = vd_load(x);
  return vd_sub(vd_mul(vd_mul(vd_set(0.5 * *a), xj), xj), vd_mul(vd_set(*b), xj));
}

/* Loss of sample i of quadratic_samples. */
static vd sid_lanes_sample_loss(const double *a, const double *b, const double *x, size_t n) {
#define SID_TERM(j) sid_lanes_samples_loss_term(a + (j), b + (j), x + (j)*SID_W)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

static vd sid_lanes_family_loss(const sid_problem *problem, const double *x) {
  const uint32_t p = problem->dim;
  vd total = vd_set(0.0);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd loss =
        sid_lanes_sample_loss(problem->a + (size_t)i * p, problem->b + (size_t)i * p, x, p);
    const vd term = vd_mul(vd_set(sid_problem_sample_weight(problem, i)), loss);
    total = i == 0 ? term : vd_add(total, term);
  }
  return total;
}

static vd sid_lanes_linear_loss(const sid_problem *problem, const sid_point *at, double *work) {
  vd total = vd_set(0.0);
  sid_lanes_errors(problem, at->x, at->im, work);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd e = vd_load(SID_AT(work, i));
    total = vd_add(total, vd_mul(e, e));
  }
  return vd_mul(vd_mul(vd_set(0.5), total), vd_set(1.0 / (double)problem->samples));
}

static vd sid_lanes_loss(const sid_problem *problem, const sid_point *at, double *work) {
  const double *x = at->x;
  switch (problem->kind) {
    case SID_RAYLEIGH:
      return vd_mul(vd_set(0.5), vd_mul(sid_lanes_apply_dot(problem, x, work), at->ir));
    case SID_NORMALISED_LINEAR: return sid_lanes_linear_loss(problem, at, work);
    case SID_RATIO2: {
      const vd xx = vd_mul(vd_load(x), vd_load(x)),
               yy = vd_mul(vd_load(SID_AT(x, 1)), vd_load(SID_AT(x, 1)));
      return vd_div(xx, vd_add(xx, yy));
    }
    case SID_QUADRATIC_SAMPLES: return sid_lanes_family_loss(problem, x);
    case SID_QUADRATIC_NOISY: return vd_mul(vd_set(0.5), sid_lanes_apply_dot(problem, x, work));
    default: return vd_set(0.0);
  }
}

/* Trace of the covariance of the sampling noise: sum_i w_i |g_i - G|^2. */
static vd sid_lanes_samples_trace(const sid_problem *problem, const sid_point *at, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = SID_AT(work, p);
  vd trace = vd_set(0.0);
  sid_lanes_gradient(problem, at, full, sample);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vu offset = vu_set((uint64_t)i * p);
    if (problem->kind == SID_NORMALISED_LINEAR)
      sid_lanes_linear_sample(problem, offset, vd_set(problem->labels[i]), at, sample);
    else
      sid_lanes_samples_sample(problem, offset, at->x, sample);
    for (uint32_t j = 0; j < p; j++)
      vd_store(SID_AT(sample, j), vd_sub(vd_load(SID_AT(sample, j)), vd_load(SID_AT(full, j))));
    const vd weight = vd_set(sid_problem_sample_weight(problem, i));
    trace = vd_add(trace, vd_mul(weight, sid_lanes_dot(sample, sample, p)));
  }
  return trace;
}

static vd sid_lanes_noise_trace(const sid_problem *problem, const sid_point *at, double *work) {
  const uint32_t p = problem->dim;
  const int tangential = sid_problem_scale_invariant(problem);
  const vd ir = tangential ? at->ir : vd_set(1.0);
  const double sigma2 = problem->sigma * problem->sigma;
  if (problem->noise == SID_NOISE_NONE) return vd_set(0.0);
  if (problem->noise == SID_NOISE_SAMPLES) return sid_lanes_samples_trace(problem, at, work);
  if (problem->noise == SID_NOISE_SPHERE) return vd_mul(vd_set(sigma2), ir);
  if (!problem->scale) return vd_mul(vd_set(sigma2 * (double)(tangential ? p - 1 : p)), ir);
  for (uint32_t j = 0; j < p; j++)
    work[j] = problem->scale[j] * problem->scale[j]; /* the same in every lane */
  const vd total = vd_set(sid_sum(work, p));
  if (!tangential) return total;
  for (uint32_t j = p;
       j-- > 0;) /* from the end, because the vector takes the place of the numbers */
    vd_store(SID_AT(work, j), vd_mul(vd_set(work[j]), vd_load(SID_AT(at->x, j))));
  return vd_mul(vd_sub(total, vd_mul(sid_lanes_dot(at->x, work, p), ir)), ir);
}

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
                               double *work) {
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
    case SID_STEP_ANGLE: return previous ? sid_lanes_angle(previous, x, p, work) : vd_set(0.0);
    case SID_EFFECTIVE_LR: return vd_div(vd_set(lr), r);
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

/* The row of every lane, row[k*SID_W + lane]. previous is the state before the last step, NULL at
 * step 0. */
static void sid_lanes_observe(const sid_experiment *experiment, const sid_point *at,
                              const double *previous, double lr, double *row, double *work) {
  const uint32_t p = experiment->problem.dim;
  const vd r =
      sid_problem_scale_invariant(&experiment->problem) ? at->r : sid_lanes_dot(at->x, at->x, p);
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    if (experiment->observables[o] != SID_X) {
      vd_store(row, sid_lanes_observable(experiment, experiment->observables[o], at, r, previous,
                                         lr, work));
      row += SID_W;
      continue;
    }
    for (size_t j = 0; j < (size_t)p * SID_W; j += SID_W, row += SID_W)
      vd_store(row, vd_load(at->x + j));
  }
}
