#include "foreign.h"
#include <math.h>
#include "reader.h"

/* ---- the generator: xoshiro256++ of Blackman and Vigna, seeded by splitmix64 ---- */

typedef struct {
  uint64_t s[4];
  double spare; /* the second normal of a pair, NaN where there is none */
} ad_generator;

static uint64_t ad_splitmix(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

/* The seed is hashed before the trajectory comes in, so that no sum of both is the same. */
static void ad_seed(ad_generator *generator, uint64_t seed, uint64_t trajectory) {
  uint64_t state = seed;
  state = ad_splitmix(&state) ^ trajectory;
  for (int k = 0; k < 4; k++) generator->s[k] = ad_splitmix(&state);
  generator->spare = (double)NAN;
}

static uint64_t ad_rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static uint64_t ad_next(ad_generator *generator) {
  uint64_t *s = generator->s;
  const uint64_t result = ad_rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = ad_rotate(s[3], 45);
  return result;
}

/* In [0, 1). */
static double ad_uniform(ad_generator *generator) {
  return (double)(ad_next(generator) >> 11) * 0x1p-53;
}

/* The polar method of Marsaglia. */
static double ad_normal(ad_generator *generator) {
  double u, v, s = generator->spare;
  generator->spare = (double)NAN;
  if (!isnan(s)) return s;
  do {
    u = 2.0 * ad_uniform(generator) - 1.0;
    v = 2.0 * ad_uniform(generator) - 1.0;
    s = u * u + v * v;
  } while (s >= 1.0 || s == 0.0);
  const double k = sqrt(-2.0 * log(s) / s);
  generator->spare = v * k;
  return u * k;
}

/* By rejection of the raws that would make some indices more likely. */
static double ad_index(ad_generator *generator, uint64_t n) {
  const uint64_t most = UINT64_MAX - UINT64_MAX % n;
  uint64_t raw;
  do {
    raw = ad_next(generator);
  } while (raw >= most);
  return (double)(raw % n);
}

static double ad_weighted_index(ad_generator *generator, const double *weights, uint32_t n) {
  double left = ad_uniform(generator);
  uint32_t last = 0; /* that can occur: rounding may leave something of a sum of 1 */
  for (uint32_t i = 0; i < n; i++) {
    if (weights[i] > 0.0) last = i;
    left -= weights[i];
    if (left < 0.0) return (double)i;
  }
  return (double)last;
}

/* Inversion of the distribution function; it ends at the latest where the probabilities
 * underflow. */
static double ad_poisson(ad_generator *generator, double mean) {
  double left = ad_uniform(generator), probability = exp(-mean), count = 0.0;
  while (left >= probability && probability > 0.0) {
    left -= probability;
    count += 1.0;
    probability *= mean / count;
  }
  return count;
}

/* ---- draws ---- */

/* count numbers of what the noise draws. */
static void ad_draw(ad_generator *generator, const sid_problem *problem, int gaussian,
                    uint64_t count, double *draw) {
  const int32_t kind = gaussian ? SID_NOISE_GAUSSIAN : problem->noise;
  for (uint64_t i = 0; i < count; i++) {
    switch (kind) {
      case SID_NOISE_RADEMACHER: draw[i] = ad_next(generator) & 1 ? 1.0 : -1.0; break;
      case SID_NOISE_SAMPLES:
        draw[i] = problem->weights
                      ? ad_weighted_index(generator, problem->weights, problem->samples)
                      : ad_index(generator, problem->samples);
        break;
      case SID_NOISE_POISSON: draw[i] = ad_poisson(generator, problem->mean); break;
      default: draw[i] = ad_normal(generator); break;
    }
  }
}

/* At most 2^24 draws of 2^40 numbers. */
uint64_t ad_foreign_draws(const sid_experiment *experiment) {
  int gaussian;
  const uint64_t draws = ad_step_draws(&experiment->dynamics, &gaussian);
  return draws * ad_draw_numbers(&experiment->problem, experiment->dynamics.batch, gaussian);
}

/* ---- a run: spec.md sections 9 and 10 ---- */

static sid_status ad_domain(const sid_experiment *experiment, const double *x, size_t count) {
  const uint32_t p = experiment->problem.dim;
  for (size_t j = 0; j < count; j++)
    if (!isfinite(x[j])) return SID_E_NONFINITE;
  if (!sid_problem_scale_invariant(&experiment->problem)) return SID_OK;
  const double r = sid_dot(x, x, p);
  if (r == 0.0) return SID_E_ORIGIN;
  return isfinite(r) ? SID_OK : SID_E_NONFINITE;
}

static void ad_start(ad_generator *generator, const sid_experiment *experiment, double *x) {
  const sid_start *start = &experiment->start;
  const uint32_t p = experiment->problem.dim;
  for (uint32_t j = 0; j < p; j++) {
    switch (start->kind) {
      case SID_START_POINT: x[j] = start->x[j]; break;
      case SID_START_UNIFORM: x[j] = start->size * (2.0 * ad_uniform(generator) - 1.0); break;
      default: x[j] = ad_normal(generator); break;
    }
  }
  if (start->kind == SID_START_POINT || start->kind == SID_START_UNIFORM) return;
  const double k =
      start->kind == SID_START_SPHERE ? start->size / sqrt(sid_dot(x, x, p)) : start->size;
  for (uint32_t j = 0; j < p; j++) x[j] = k * x[j];
}

static sid_status ad_begin(ad_generator *generator, const sid_experiment *experiment, double *x) {
  double lr, wd;
  sid_schedule_at(&experiment->schedule, 0, &lr, &wd);
  ad_start(generator, experiment, x);
  const sid_status status = ad_domain(experiment, x, experiment->problem.dim);
  if (status) return status;
  sid_state_begin(&experiment->problem, &experiment->dynamics, lr, x);
  return ad_domain(experiment, x, sid_state_doubles(&experiment->problem, &experiment->dynamics));
}

/* The rescale if one is due, then a step; work receives the state before it. */
static sid_status ad_take_step(ad_generator *generator, const sid_experiment *experiment,
                               uint64_t step, double *x, double *work, double *draws) {
  const sid_problem *problem = &experiment->problem;
  const sid_dynamics *dynamics = &experiment->dynamics;
  const uint64_t unit = dynamics->kind == SID_SVAG ? dynamics->l : 1, k = step / unit;
  double lr, wd;
  int gaussian;
  sid_stream stream;
  sid_schedule_at(&experiment->schedule, k, &lr, &wd);
  const double factor = step % unit ? 1.0 : sid_schedule_rescale(&experiment->schedule, k);
  if (factor != 1.0) {
    for (uint32_t j = 0; j < problem->dim; j++) work[j] = factor * x[j];
    const sid_status status = ad_domain(experiment, work, problem->dim);
    if (status) return status;
    for (uint32_t j = 0; j < problem->dim; j++) x[j] = work[j];
  }
  (void)ad_step_draws(dynamics, &gaussian);
  ad_draw(generator, problem, gaussian, ad_foreign_draws(experiment), draws);
  sid_stream_given(&stream, draws);
  return sid_step(problem, dynamics, lr, wd, x, &stream, work);
}

sid_status ad_foreign_run(const sid_experiment *experiment, uint64_t trajectory,
                          sid_checkpoint_fn callback, void *user, double *x, uint64_t *step,
                          double *work, double *draws) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  double *row = work, *previous = work + sid_row_width(experiment);
  ad_generator generator;
  ad_seed(&generator, experiment->seed, trajectory);
  sid_status status = ad_begin(&generator, experiment, x);
  uint32_t next = 0;
  for (*step = 0; !status; ++*step) {
    if (next < experiment->checkpoint_count && experiment->checkpoints[next] == *step) {
      next++;
      sid_observe(experiment, *step, x, *step ? previous : NULL, row, previous + kept);
      callback(user, *step, x, row);
    }
    if (*step == experiment->steps) break;
    status = ad_take_step(&generator, experiment, *step, x, previous, draws);
    if (status) break;
  }
  return status;
}
