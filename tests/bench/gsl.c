/* What a C programmer would write without sidyn: plain loops, one trajectory after the other,
 * normals by GSL's taus2 and its ziggurat. Built with -O3 -march=native and GSL's inline functions,
 * as its manual advises. The protocol is in request.h. */
#define HAVE_INLINE
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_version.h>
#include <math.h>
#include "request.h"

typedef struct {
  uint32_t p;
  gsl_rng *rng;
  double *x, *u;
  double *m, *v; /* of momentum and Adam */
  double b1, b2; /* beta and beta2 to the power of the steps so far */
  double *spectrum, *features, *labels;
} bench_state;

static bench_state bench_make(uint32_t p) {
  bench_state s = {p,
                   gsl_rng_alloc(gsl_rng_taus2),
                   bench_doubles(p),
                   bench_doubles(p),
                   bench_doubles(p),
                   bench_doubles(p),
                   1,
                   1,
                   bench_doubles(p),
                   bench_doubles((uint64_t)p * BENCH_SAMPLES),
                   bench_doubles(BENCH_SAMPLES)};
  gsl_rng_set(s.rng, 1);
  for (uint32_t j = 0; j < p; j++) s.spectrum[j] = 1.0 + (double)j / (double)(p > 1 ? p - 1 : 1);
  for (uint32_t k = 0; k < p * BENCH_SAMPLES; k++) s.features[k] = bench_feature(k);
  for (uint32_t i = 0; i < BENCH_SAMPLES; i++) s.labels[i] = i & 1u ? -1.0 : 1.0;
  return s;
}

static void bench_free(bench_state *s) {
  gsl_rng_free(s->rng);
  free(s->x);
  free(s->u);
  free(s->m);
  free(s->v);
  free(s->spectrum);
  free(s->features);
  free(s->labels);
}

/* x = a x - h (G + k n): G the gradient of the Rayleigh quotient, n = (u - <x,u>x/r)/|x|, r =
 * |x|^2, q = <x,Ax>, t = <x,u>. */
static void bench_move(bench_state *s, double r, double q, double t, double a, double h, double k) {
  double *restrict x = s->x;
  const double *restrict u = s->u, *restrict spectrum = s->spectrum;
  const double ir = 1 / r, c = k / sqrt(r);
  q *= ir;
  t *= ir;
  for (uint32_t j = 0; j < s->p; j++) {
    const double g = (spectrum[j] * x[j] - q * x[j]) * ir + (u[j] - t * x[j]) * c;
    x[j] = a * x[j] - h * g;
  }
}

/* Draws u, and |x|^2, <x,Ax> and <x,u>. The sums hide behind the drawing: one loop for both. A loop
 * of their own for the gradient's sums costs 10 % (p = 100) to 35 % (p = 10). */
static inline void bench_draw(bench_state *s, double *r_out, double *q_out, double *t_out) {
  double *restrict x = s->x, *restrict u = s->u;
  const double *restrict spectrum = s->spectrum;
  double r = 0, q = 0, t = 0;
  for (uint32_t j = 0; j < s->p; j++) {
    u[j] = gsl_ran_gaussian_ziggurat(s->rng, BENCH_SIGMA);
    r += x[j] * x[j];
    q += spectrum[j] * x[j] * x[j];
    t += x[j] * u[j];
  }
  *r_out = r;
  *q_out = q;
  *t_out = t;
}

static void bench_step(bench_state *s, double a, double h, double k) {
  double r, q, t;
  bench_draw(s, &r, &q, &t);
  bench_move(s, r, q, t, a, h, k);
}

static void bench_momentum(bench_state *s) {
  double *restrict x = s->x, *restrict v = s->v;
  const double *restrict u = s->u, *restrict spectrum = s->spectrum;
  double r, q, t;
  bench_draw(s, &r, &q, &t);
  const double ir = 1 / r, c = 1 / sqrt(r);
  q *= ir;
  t *= ir;
  for (uint32_t j = 0; j < s->p; j++) {
    const double g = (spectrum[j] * x[j] - q * x[j]) * ir + (u[j] - t * x[j]) * c;
    v[j] = BENCH_BETA * v[j] + (g + BENCH_WD * x[j]);
    x[j] -= BENCH_LR * v[j];
  }
}

/* alpha is 1, the learning rate the multiplier. */
static void bench_adamw(bench_state *s) {
  double *restrict x = s->x, *restrict m = s->m, *restrict v = s->v;
  const double *restrict u = s->u, *restrict spectrum = s->spectrum;
  double r, q, t;
  bench_draw(s, &r, &q, &t);
  s->b1 *= BENCH_BETA;
  s->b2 *= BENCH_BETA2;
  const double ir = 1 / r, c = 1 / sqrt(r), h = BENCH_LR / (1 - s->b1), i2 = 1 / (1 - s->b2);
  q *= ir;
  t *= ir;
  for (uint32_t j = 0; j < s->p; j++) {
    const double g = (spectrum[j] * x[j] - q * x[j]) * ir + (u[j] - t * x[j]) * c;
    m[j] = BENCH_BETA * m[j] + (1 - BENCH_BETA) * g;
    v[j] = BENCH_BETA2 * v[j] + (1 - BENCH_BETA2) * g * g;
    x[j] = (1 - BENCH_LR * BENCH_WD) * x[j] - h * m[j] / (sqrt(v[j] * i2) + BENCH_EPS);
  }
}

static void bench_sgd(bench_state *s) { bench_step(s, 1 - BENCH_LR * BENCH_WD, BENCH_LR, 1); }

static void bench_em(bench_state *s) {
  const double h = BENCH_LR / BENCH_SUBSTEPS,
               root = sqrt(BENCH_SUBSTEPS); /* lr/sqrt(m) is h*sqrt(m) */
  for (int k = 0; k < BENCH_SUBSTEPS; k++) bench_step(s, 1 - h * BENCH_WD, h, root);
}

/* The gradient is the same for both draws and the projection is linear: one of each is enough. */
static void bench_svag(bench_state *s) {
  const double h = BENCH_LR / BENCH_L, root = sqrt(2.0 * BENCH_L - 1), c1 = (1 + root) / 2,
               c2 = (1 - root) / 2;
  double *restrict x = s->x, *restrict u = s->u;
  const double *restrict spectrum = s->spectrum;
  double r = 0, q = 0, t = 0;
  for (uint32_t j = 0; j < s->p; j++) u[j] = gsl_ran_gaussian_ziggurat(s->rng, c1 * BENCH_SIGMA);
  for (uint32_t j = 0; j < s->p; j++) {
    u[j] += gsl_ran_gaussian_ziggurat(s->rng, c2 * BENCH_SIGMA);
    r += x[j] * x[j];
    q += spectrum[j] * x[j] * x[j];
    t += x[j] * u[j];
  }
  bench_move(s, r, q, t, 1 - h * BENCH_WD, h, 1);
}

/* One sample of the normalised linear model: x = a x - lr e (z - <x,z>x/r), e = (<x,z>/|x| -
 * y)/|x|. */
static void bench_linear(bench_state *s) {
  const unsigned long i = gsl_rng_uniform_int(s->rng, BENCH_SAMPLES);
  double *restrict x = s->x;
  const double *restrict z = s->features + i * s->p;
  double r = 0, t = 0;
  for (uint32_t j = 0; j < s->p; j++) {
    r += x[j] * x[j];
    t += x[j] * z[j];
  }
  const double im = 1 / sqrt(r), d = t / r, e = (t * im - s->labels[i]) * im;
  for (uint32_t j = 0; j < s->p; j++)
    x[j] = (1 - BENCH_LR * BENCH_WD) * x[j] - BENCH_LR * e * (z[j] - d * x[j]);
}

static void bench_steps(void (*step)(bench_state *), const bench_request *request) {
  bench_state s = bench_make((uint32_t)request->p);
  double sum = 0;
  const bench_time start = bench_now();
  for (uint64_t i = 0; i < request->count; i++) {
    for (uint32_t j = 0; j < s.p; j++) s.x[j] = 1 / sqrt(s.p), s.m[j] = s.v[j] = 0;
    s.b1 = s.b2 = 1;
    for (uint64_t k = 0; k < request->steps; k++) step(&s);
    for (uint32_t j = 0; j < s.p; j++) sum += s.x[j] * s.x[j];
  }
  bench_reply(start, request->count * request->p * request->steps, 0, sum / (double)request->count);
  bench_free(&s);
}

static void bench_normals(const bench_request *request) {
  gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
  double *z = bench_doubles(BENCH_BUFFER);
  double sum = 0;
  uint64_t done = 0;
  gsl_rng_set(rng, 1);
  const bench_time start = bench_now();
  for (; done < request->count; done += BENCH_BUFFER)
    for (int j = 0; j < BENCH_BUFFER; j++) z[j] = gsl_ran_gaussian_ziggurat(rng, 1.0);
  for (int j = 0; j < BENCH_BUFFER; j++) sum += z[j] * z[j];
  bench_reply(start, done, 0, sum / BENCH_BUFFER);
  free(z);
  gsl_rng_free(rng);
}

int main(void) {
  static const struct {
    const char *name;
    void (*step)(bench_state *);
  } steps[] = {{"sgd", bench_sgd},           {"svag", bench_svag},   {"em", bench_em},
               {"momentum", bench_momentum}, {"adamw", bench_adamw}, {"linear", bench_linear}};
  bench_request request;
  while (bench_next(&request)) {
    size_t i = 0;
    while (i < sizeof steps / sizeof *steps && !bench_is(&request, steps[i].name)) i++;
    if (i < sizeof steps / sizeof *steps)
      bench_steps(steps[i].step, &request);
    else if (bench_is(&request, "normals"))
      bench_normals(&request);
    else if (bench_is(&request, "info"))
      printf("{\"version\": \"GSL %s\"}\n", GSL_VERSION);
    else
      bench_error("no such workload");
  }
  return 0;
}
