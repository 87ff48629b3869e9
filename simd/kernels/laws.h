/* Flows and limiting laws in lanes, in the order of ref/dynamics/flows.c and laws.c. docs/spec.md
 * section 15. */

/* `n` numbers of each of count states into vectors, and back; a lane without a state repeats the
 * first. */
static void sid_laws_load(const double *states, uint32_t count, size_t n, double *v) {
  for (uint32_t lane = 0; lane < SID_W; lane++)
    for (size_t j = 0; j < n; j++) v[j * SID_W + lane] = states[(lane < count ? lane : 0) * n + j];
}

static void sid_laws_save(const double *v, uint32_t lane, size_t n, double *states) {
  for (size_t j = 0; j < n; j++) states[lane * n + j] = v[j * SID_W + lane];
}

static void sid_laws_streams(sid_lanes_stream *to, const sid_stream *streams, uint32_t count) {
  sid_stream all[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) all[lane] = streams[lane < count ? lane : 0];
  sid_lanes_stream_load(to, all);
}

static void sid_laws_keep(const sid_lanes_stream *from, sid_stream *streams, uint32_t count) {
  sid_stream all[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) all[lane] = streams[lane < count ? lane : 0];
  sid_lanes_stream_save(from, all);
  for (uint32_t lane = 0; lane < count; lane++) streams[lane] = all[lane];
}

/* ---- flows ---- */

/* Along the circle of minimisers through x; not a number at x_0 = x_1 = 0. */
static void sid_lanes_flow_sharpness(const sid_flow *flow, const double *x, double *dx) {
  const int trough = flow->problem->kind == SID_TROUGH3;
  const double rho = trough ? 0.8 : 1.0, level = trough ? 0.6 : 0.0;
  const vd x0 = vd_load(x), x1 = vd_load(SID_AT(x, 1));
  const vd iw = vd_inverse(vd_sqrt(vd_add(vd_mul(x0, x0), vd_mul(x1, x1))));
  const vd cosine = vd_mul(x0, iw), sine = vd_mul(x1, iw);
  const vd both = vd_add(vd_mul(cosine, cosine), vd_mul(vd_set(9.0), vd_mul(sine, sine)));
  const vd q = vd_add(vd_mul(vd_set(rho * rho), both), vd_set(level * level));
  const vd slope = vd_div(vd_mul(vd_set(16.0 * rho), vd_mul(cosine, sine)), q);
  const vd below = vd_add(vd_set(4.0), vd_mul(vd_set(flow->weight), vd_mul(slope, slope)));
  const vd speed = vd_div(vd_mul(vd_set(flow->factor), slope), below);
  vd_store(dx, vd_mul(speed, sine));
  vd_store(SID_AT(dx, 1), vd_neg(vd_mul(speed, cosine)));
  vd_store(SID_AT(dx, 2), vd_set(0.0));
}

/* dx = F(x). */
static void sid_lanes_flow_field(const sid_flow *flow, const double *x, double *dx, double *work) {
  if (flow->kind == SID_FLOW_SHARPNESS) {
    sid_lanes_flow_sharpness(flow, x, dx);
    return;
  }
  const sid_point at = sid_point_at(flow->problem, x);
  const vd wd = vd_set(flow->wd);
  sid_lanes_gradient(flow->problem, &at, dx, work);
  for (uint32_t j = 0; j < flow->problem->dim; j++)
    vd_store(SID_AT(dx, j),
             vd_neg(vd_add(vd_load(SID_AT(dx, j)), vd_mul(wd, vd_load(SID_AT(x, j))))));
}

/* One step from x, in place. work: 3p vectors, then the problem's. */
static void sid_lanes_flow_step(const sid_flow *flow, double h, double *x, double *work) {
  const uint32_t p = flow->problem->dim;
  double *k = work, *sum = SID_AT(work, p), *y = SID_AT(work, 2 * (size_t)p),
         *rest = SID_AT(work, 3 * (size_t)p);
  const vd half = vd_set(h * 0.5), sixth = vd_set(h / 6.0), two = vd_set(2.0);
  sid_lanes_flow_field(flow, x, k, rest);
  for (uint32_t j = 0; j < p; j++) {
    const vd kj = vd_load(SID_AT(k, j));
    vd_store(SID_AT(sum, j), kj);
    vd_store(SID_AT(y, j), vd_add(vd_load(SID_AT(x, j)), vd_mul(half, kj)));
  }
  for (int stage = 1; stage <= 2; stage++) {
    const vd reach = stage == 1 ? half : vd_set(h);
    sid_lanes_flow_field(flow, y, k, rest);
    for (uint32_t j = 0; j < p; j++) {
      const vd kj = vd_load(SID_AT(k, j));
      vd_store(SID_AT(sum, j), vd_add(vd_load(SID_AT(sum, j)), vd_mul(two, kj)));
      vd_store(SID_AT(y, j), vd_add(vd_load(SID_AT(x, j)), vd_mul(reach, kj)));
    }
  }
  sid_lanes_flow_field(flow, y, k, rest);
  for (uint32_t j = 0; j < p; j++) {
    const vd total = vd_add(vd_load(SID_AT(sum, j)), vd_load(SID_AT(k, j)));
    vd_store(SID_AT(x, j), vd_add(vd_load(SID_AT(x, j)), vd_mul(sixth, total)));
  }
}

/* Lanes (as bits) in which a vector is not finite. */
static uint32_t sid_lanes_vector_not_finite(const double *x, uint32_t p) {
  vm bad = sid_lanes_not_finite(vd_load(x));
  for (uint32_t j = 1; j < p; j++) bad = vm_or(bad, sid_lanes_not_finite(vd_load(SID_AT(x, j))));
  return vm_bits(bad);
}

/* Largest |a_j - b_j|. */
static vd sid_lanes_distance(const double *a, const double *b, uint32_t p) {
  vd largest = vd_set(0.0);
  for (uint32_t j = 0; j < p; j++) {
    const vd aj = vd_load(SID_AT(a, j)), bj = vd_load(SID_AT(b, j));
    const vd d = vd_select(vd_less(aj, bj), vd_sub(bj, aj), vd_sub(aj, bj));
    largest = vd_select(vd_less(largest, d), d, largest);
  }
  return largest;
}

static size_t sid_laws_workspace(const sid_problem *problem) {
  return (5 * (size_t)problem->dim + sid_problem_workspace(problem)) * SID_W;
}

/* See simd.h. */
static void sid_laws_flow(const sid_flow *flow, double h, uint64_t steps, uint32_t count,
                          double *states, double *errors, sid_status *statuses, double *work) {
  const sid_problem *problem = flow->problem;
  const int sharpness = flow->kind == SID_FLOW_SHARPNESS &&
                        (problem->kind == SID_TROUGH3 || problem->kind == SID_RIDGE3);
  const int gradient = flow->kind == SID_FLOW_GRADIENT && sid_problem_has_lanes(problem);
  if (!(sharpness || gradient) || (errors && steps % 2 != 0)) { /* refused, or without lanes */
    sid_flow_singly(flow, h, steps, count, states, errors, statuses, work);
    return;
  }
  const uint32_t p = problem->dim;
  double *x = work, *coarse = SID_AT(work, p), *rest = SID_AT(work, 2 * (size_t)p), error[SID_W];
  uint32_t unknown = 0;
  sid_laws_load(states, count, p, x);
  for (uint64_t k = 0; k < steps; k++) sid_lanes_flow_step(flow, h, x, rest);
  const uint32_t lost = sid_lanes_vector_not_finite(x, p);
  if (errors) {
    sid_laws_load(states, count, p, coarse);
    for (uint64_t k = 0; k < steps / 2; k++) sid_lanes_flow_step(flow, 2.0 * h, coarse, rest);
    unknown = sid_lanes_vector_not_finite(coarse, p);
    vd_store(error, vd_div(sid_lanes_distance(x, coarse, p), vd_set(15.0)));
  }
  for (uint32_t lane = 0; lane < count; lane++) {
    statuses[lane] = lost >> lane & 1u ? SID_E_NONFINITE : SID_OK;
    if (statuses[lane]) continue;
    sid_laws_save(x, lane, p, states);
    if (errors)
      errors[lane] = unknown >> lane & 1u ? sid_double_of(0x7ff8000000000000u) : error[lane];
  }
}

/* ---- laws ---- */

static vd sid_lanes_law_normal(sid_lanes_stream *stream) {
  double z[SID_W];
  sid_lanes_normals(stream, z, 1);
  return vd_load(z);
}

static void sid_laws_circle(const sid_circle_law *law, double h, uint64_t steps, uint32_t count,
                            double *states, sid_stream *streams) {
  if (sid_given(streams, count)) {
    sid_circle_singly(law, h, steps, count, states, streams);
    return;
  }
  const vd vh = vd_set(h), trace = vd_set(law->trace), c2 = vd_set(2.0 * law->c);
  const vd size = vd_set((law->sigma / law->rho) * sid_sqrt(h));
  double v[2 * SID_W];
  sid_lanes_stream stream;
  sid_laws_load(states, count, 2, v);
  sid_laws_streams(&stream, streams, count);
  vd s = vd_load(v), theta = vd_load(v + SID_W);
  for (uint64_t k = 0; k < steps; k++) {
    const vd z = sid_lanes_law_normal(&stream);
    theta = vd_add(theta, vd_mul(size, vd_div(z, s)));
    s = vd_add(s, vd_mul(vh, vd_sub(vd_div(trace, s), vd_mul(c2, s))));
  }
  vd_store(v, s);
  vd_store(v + SID_W, theta);
  for (uint32_t lane = 0; lane < count; lane++) sid_laws_save(v, lane, 2, states);
  sid_laws_keep(&stream, streams, count);
}

/* Into [0, 1]: reflected at 0, then at 1. */
static vd sid_lanes_reflect(vd f) {
  f = vd_select(vd_less(f, vd_set(0.0)), vd_neg(f), f);
  return vd_select(vd_less(vd_set(1.0), f), vd_sub(vd_set(2.0), f), f);
}

static void sid_laws_rayleigh(const sid_rayleigh_law *law, double h, uint64_t steps, uint32_t count,
                              double *states, sid_stream *streams) {
  if (sid_given(streams, count)) {
    sid_rayleigh_law_singly(law, h, steps, count, states, streams);
    return;
  }
  const vd one = vd_set(1.0), two = vd_set(2.0), vh = vd_set(h), low = vd_set(law->low),
           root = vd_set(sid_sqrt(h));
  const double trace = (law->sigma * law->sigma) * (double)(law->dim - 1);
  const vd growth = vd_set((2.0 * (law->lr * law->lr)) * trace),
           decay = vd_set(4.0 * (law->lr * law->wd));
  double v[2 * SID_W];
  sid_lanes_stream stream;
  sid_laws_load(states, count, 2, v);
  sid_laws_streams(&stream, streams, count);
  vd f = vd_load(v), fourth = vd_load(v + SID_W);
  for (uint64_t k = 0; k < steps; k++) {
    const vd z = sid_lanes_law_normal(&stream);
    const vd e = vd_div(vd_set(law->lr), vd_sqrt(fourth)), es = vd_mul(e, vd_set(law->sigma));
    const vd q = vd_add(vd_mul(low, f), vd_mul(vd_set(law->high), vd_sub(one, f)));
    const vd pull = vd_mul(vd_mul(two, e), vd_mul(vd_sub(q, low), f));
    const vd spread = vd_mul(vd_mul(es, es), vd_sub(one, vd_mul(vd_set((double)law->dim), f)));
    const vd size = vd_mul(vd_mul(two, es), vd_sqrt(vd_mul(f, vd_sub(one, f))));
    const vd drifted = vd_add(f, vd_mul(vh, vd_add(pull, spread)));
    f = sid_lanes_reflect(vd_add(drifted, vd_mul(vd_mul(root, size), z)));
    fourth = vd_add(fourth, vd_mul(vh, vd_sub(growth, vd_mul(decay, fourth))));
  }
  vd_store(v, f);
  vd_store(v + SID_W, fourth);
  for (uint32_t lane = 0; lane < count; lane++) sid_laws_save(v, lane, 2, states);
  sid_laws_keep(&stream, streams, count);
}

static void sid_laws_levy(const sid_levy_law *law, const sid_problem *problem, double h,
                          uint64_t steps, uint32_t count, double *states, sid_stream *streams,
                          double *work) {
  if (!sid_problem_has_lanes(problem) || sid_given(streams, count)) {
    sid_levy_singly(law, problem, h, steps, count, states, streams, work);
    return;
  }
  const uint32_t p = problem->dim;
  const vd a = vd_set(law->lr * h), b = vd_set(law->lr * law->sigma), mean = vd_set(law->mean);
  double *x = work, *g = SID_AT(work, p);
  sid_lanes_stream stream;
  sid_laws_load(states, count, p, x);
  sid_laws_streams(&stream, streams, count);
  for (uint64_t k = 0; k < steps; k++) {
    const sid_point at = sid_point_at(problem, x);
    sid_lanes_gradient(problem, &at, g, SID_AT(work, 2 * (size_t)p));
    for (uint32_t j = 0; j < p; j++) {
      const vd jump = vd_sub(sid_lanes_poisson_count(&stream, law->exp_minus_mean), mean);
      const vd drifted = vd_sub(vd_load(SID_AT(x, j)), vd_mul(a, vd_load(SID_AT(g, j))));
      vd_store(SID_AT(x, j), vd_sub(drifted, vd_mul(b, jump)));
    }
  }
  for (uint32_t lane = 0; lane < count; lane++) sid_laws_save(x, lane, p, states);
  sid_laws_keep(&stream, streams, count);
}
