/* The stochastic gradient of a step, coordinate by coordinate, where the update wants it: what is
 * cheap to compute again is not stored, so that a step of SGD on the noisy Rayleigh quotient is
 * normals, two sums, and one pass that updates. docs/spec.md sections 5 and 6. */

#define SID_INLINE static inline __attribute__((always_inline))

typedef enum {
  SID_WHOLE,     /* in memory, noise included */
  SID_NOISE,     /* gradient and noise in memory */
  SID_TANGENT,   /* gradient in memory; noise from unit variables, tangential */
  SID_QUOTIENT,  /* rayleigh with a diagonal; noise from unit variables, tangential */
  SID_QUADRATIC, /* quadratic_noisy; noise from unit variables */
  SID_ROW /* normalised_linear, a sample's features: its gradient has the form of such noise */
} sid_form;

typedef struct {
  sid_form form;
  const double *x, *g;
  const double *noise[2]; /* noise or unit variables, or the whole; the second one for SVAG */
  const double *spectrum;
  vd sigma[2]; /* of the unit variables; the error of a sample */
  vd q, ir, im, t[2];
} sid_source;

/* The terms take the form as a constant, and become a loop for each form (SID_BY_FORM). */
SID_INLINE vd sid_source_gradient(sid_form form, const sid_source *s, size_t j) {
  const vd x = vd_load(SID_AT(s->x, j));
  if (form == SID_QUADRATIC) return vd_mul(vd_set(s->spectrum[j]), x);
  if (form != SID_QUOTIENT) return vd_load(SID_AT(s->g, j));
  return vd_mul(vd_sub(vd_mul(vd_set(s->spectrum[j]), x), vd_mul(s->q, x)), s->ir);
}

SID_INLINE vd sid_source_noise(sid_form form, const sid_source *s, int which, size_t j) {
  const vd unit = vd_load(SID_AT(s->noise[which], j));
  if (form == SID_NOISE) return unit;
  const vd u = vd_mul(s->sigma[which], unit);
  if (form == SID_QUADRATIC) return u;
  return vd_mul(vd_sub(u, vd_mul(s->t[which], vd_load(SID_AT(s->x, j)))), s->im);
}

SID_INLINE vd sid_source_noisy(sid_form form, const sid_source *s, int which, size_t j) {
  if (form == SID_WHOLE) return vd_load(SID_AT(s->noise[which], j));
  if (form == SID_ROW) return sid_source_noise(form, s, which, j);
  return vd_add(sid_source_gradient(form, s, j), sid_source_noise(form, s, which, j));
}

/* CALL(form) with the form as a constant. */
#define SID_BY_FORM(form, CALL)                                                                    \
  switch (form) {                                                                                  \
    case SID_WHOLE: CALL(SID_WHOLE); break;                                                        \
    case SID_NOISE: CALL(SID_NOISE); break;                                                        \
    case SID_TANGENT: CALL(SID_TANGENT); break;                                                    \
    case SID_QUOTIENT: CALL(SID_QUOTIENT); break;                                                  \
    case SID_ROW: CALL(SID_ROW); break;                                                            \
    default: CALL(SID_QUADRATIC); break;                                                           \
  }

/* A source at a point, with its gradient but without noise. */
static void sid_source_at(sid_source *s, const sid_problem *problem, const sid_point *at,
                          sid_form form, double *g, double *work) {
  const uint32_t p = problem->dim;
  s->form = form;
  s->x = at->x;
  s->g = g;
  s->ir = at->ir;
  s->im = at->im;
  s->spectrum = problem->spectrum;
  if (form == SID_QUOTIENT)
    s->q = vd_mul(sid_lanes_dot_scaled(problem->spectrum, at->x, p), at->ir);
  else if (form != SID_QUADRATIC)
    sid_lanes_gradient(problem, at, g, work);
}

/* One draw of unit variables of a kind, and what else their noise needs. Standard deviations of the
 * coordinates' own are multiplied in here; the 1 that is sigma then is exact. */
static void sid_source_unit(sid_source *s, const sid_problem *problem, int32_t kind, double sigma,
                            sid_draws *draws, double *noise, int which) {
  const uint32_t p = problem->dim;
  vd xu;
  if (kind == SID_NOISE_GAUSSIAN)
    noise = sid_draws_normals(draws, p, noise);
  else
    sid_lanes_unit_noise(kind, p, &draws->stream, noise);
  s->noise[which] = noise;
  s->sigma[which] = vd_set(problem->scale ? 1.0 : sigma);
  if (problem->scale)
    xu = sid_lanes_scale_dot(problem->scale, 1, noise, noise, s->x, p);
  else if (s->form != SID_QUADRATIC)
    xu = sid_lanes_dot_sized(s->sigma[which], noise, s->x, p);
  if (s->form != SID_QUADRATIC) s->t[which] = vd_mul(xu, s->ir);
}

/* How noise of a kind that is drawn from unit variables is had. */
static sid_form sid_source_form(const sid_problem *problem) {
  if (problem->kind == SID_QUADRATIC_NOISY) return SID_QUADRATIC;
  return problem->kind == SID_RAYLEIGH && problem->spectrum ? SID_QUOTIENT : SID_TANGENT;
}

/* A sample of the normalised linear model, e z_j less its part along x, in noise[which]. */
static void sid_source_row(sid_source *s, const sid_problem *problem, const sid_point *at,
                           sid_lanes_stream *stream, double *z, int which) {
  uint64_t offset[SID_W];
  const vd label = sid_lanes_choose(problem, stream, offset);
  s->form = SID_ROW;
  s->x = at->x;
  s->im = at->im;
  sid_lanes_own_sample(problem, offset, label, at, z, s->sigma + which);
  s->t[which] = vd_mul(sid_lanes_dot_sized(s->sigma[which], z, at->x, problem->dim), at->ir);
}

/* `count` stochastic gradients at a point, from the same stream: 1, or 2 for SVAG. g and noise: a
 * vector, and one for each draw. */
static void sid_source_draw(sid_source *s, const sid_problem *problem, const sid_point *at,
                            uint32_t batch, int count, sid_draws *draws, double *g,
                            double *const noise[2], double *work) {
  const int32_t kind = problem->noise;
  sid_lanes_stream *stream = &draws->stream;
  const int unit = kind == SID_NOISE_GAUSSIAN || kind == SID_NOISE_RADEMACHER;
  for (int k = 0; k < count; k++) s->noise[k] = noise[k];
  if (kind == SID_NOISE_SAMPLES && batch == 1 && problem->kind == SID_NORMALISED_LINEAR) {
    for (int k = 0; k < count; k++) sid_source_row(s, problem, at, stream, noise[k], k);
    return;
  }
  if (kind >= SID_NOISE_SAMPLES) {
    s->form = SID_WHOLE;
    s->x = at->x;
    for (int k = 0; k < count; k++)
      if (kind == SID_NOISE_SAMPLES)
        sid_lanes_minibatch(problem, at, batch, stream, noise[k], work);
      else
        sid_lanes_poisson_batch(problem, batch, stream, noise[k]);
    return;
  }
  sid_source_at(s, problem, at, unit ? sid_source_form(problem) : SID_NOISE, g, work);
  for (int k = 0; k < count; k++)
    if (unit)
      sid_source_unit(s, problem, kind, problem->sigma, draws, noise[k], k);
    else
      sid_lanes_own_noise(problem, at, stream, noise[k]);
}

/* The gradient and Gaussian noise of the same covariance, for the SDEs. */
static void sid_source_gaussian(sid_source *s, const sid_problem *problem, const sid_point *at,
                                sid_draws *draws, double *g, double *noise, double *work) {
  const int32_t kind = problem->noise;
  s->noise[0] = noise;
  if (kind == SID_NOISE_NONE || kind >= SID_NOISE_SAMPLES) {
    sid_source_at(s, problem, at, SID_NOISE, g, work);
    sid_lanes_gaussian_noise(problem, at, &draws->stream, noise, work);
    return;
  }
  sid_source_at(s, problem, at, sid_source_form(problem), g, work);
  sid_source_unit(s, problem, SID_NOISE_GAUSSIAN, sid_gaussian_sigma(problem), draws, noise, 0);
}
