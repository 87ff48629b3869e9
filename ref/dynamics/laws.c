/* Stochastic limits of the dynamics: the diffusion on the circle of minimisers (fm (000), (8) and
 * (13)), the law of f_t of the noisy Rayleigh quotient (nrq (002), Theorem 1), the Levy-driven
 * limit of the linear scaling rule (svag (003), (8)). docs/spec.md section 15. */
#include "../config.h"
#include "../fp.h"
#include "../sidyn.h"

static double sid_law_normal(sid_stream *stream) {
  double z;
  sid_stream_normals(stream, &z, 1);
  return z;
}

void sid_circle_step(const sid_circle_law *law, double h, double state[2], sid_stream *stream) {
  const double s = state[0], z = sid_law_normal(stream);
  state[0] = s + h * (law->trace / s - (2.0 * law->c) * s);
  state[1] = state[1] + ((law->sigma / law->rho) * sid_sqrt(h)) * (z / s);
}

/* Into [0, 1]: reflected at 0, then at 1. */
static double sid_law_reflect(double f) {
  if (f < 0.0) f = -f;
  return f > 1.0 ? 2.0 - f : f;
}

void sid_rayleigh_law_step(const sid_rayleigh_law *law, double h, double state[2],
                           sid_stream *stream) {
  const double f = state[0], z = sid_law_normal(stream);
  const double e = law->lr / sid_sqrt(state[1]), es = e * law->sigma;
  const double q = law->low * f + law->high * (1.0 - f);
  const double drift = (2.0 * e) * ((q - law->low) * f) + (es * es) * (1.0 - (double)law->dim * f);
  const double size = (2.0 * es) * sid_sqrt(f * (1.0 - f));
  const double trace = (law->sigma * law->sigma) * (double)(law->dim - 1);
  state[0] = sid_law_reflect((f + h * drift) + (sid_sqrt(h) * size) * z);
  state[1] =
      state[1] + h * ((2.0 * (law->lr * law->lr)) * trace - (4.0 * (law->lr * law->wd)) * state[1]);
}

void sid_levy_step(const sid_levy_law *law, const sid_problem *problem, double h, double *x,
                   sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  const double a = law->lr * h, b = law->lr * law->sigma;
  sid_problem_gradient(problem, x, work, work + p);
  for (uint32_t j = 0; j < p; j++) {
    const double jump = (double)sid_stream_poisson(stream, law->exp_minus_mean) - law->mean;
    x[j] = (x[j] - a * work[j]) - b * jump;
  }
}
