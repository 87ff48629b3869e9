/* The limiting diffusion. */
#include "checks/fm/diffusion.h"
#include <math.h>
#include "harness/observe.h"
#include "checks/fm/fm.h"
#include "formats/memory.h"

sid_circle_law fm_circle(double c, double dim, double sigma, double rho2) {
  const sid_circle_law law = {c, (dim - 1.0) * sigma * sigma, sigma, sqrt(rho2)};
  return law;
}

/* The normals are drawn again from a copy of the stream. */
fm_polar fm_circle_run(const sid_circle_law *law, double y0, double t, uint64_t steps) {
  fm_polar got = {(double)NAN, 0.0};
  double state[2] = {sqrt(y0), 0.0}, z;
  sid_stream stream = vf_stream(44, SID_KEY_NOISE, 44);
  for (uint64_t k = 0; k < steps; k++) {
    sid_stream copy = stream;
    sid_stream_normals(&copy, &z, 1);
    state[1] = 0.0;
    sid_circle_step(law, t / (double)steps, state, &stream);
    got.variance += state[1] * state[1] / (z * z);
  }
  got.y = state[0] * state[0];
  return got;
}

/* Angle of diffusion i, in [-pi, pi]. */
static void fm_diffuse(void *user, size_t i, double *out) {
  const fm_diffusion *job = user;
  const uint64_t key[3] = {SID_KEY_NOISE, i, job->key};
  double state[2] = {sqrt(job->y0), job->start};
  sid_stream stream;
  *out = (double)NAN;
  if (sid_stream_init(&stream, 45, key, 3)) return;
  for (uint64_t k = 0; k < job->steps; k++)
    sid_circle_step(&job->law, job->t / (double)job->steps, state, &stream);
  *out = remainder(state[1], 2.0 * FM_PI);
}

double *fm_diffusions(vf_context *context, fm_diffusion *job, size_t runs) {
  double *angles = vf_allocate(runs, sizeof *angles);
  vf_map(runs, vf_jobs(context), angles, 1, fm_diffuse, job);
  return angles;
}
