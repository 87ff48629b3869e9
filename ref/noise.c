/* Draws of gradient noise: isotropic, diagonal, Rademacher, of fixed length; in ambient space or
 * tangential. docs/spec.md section 5. */
#include "noise.h"
#include "config.h"
#include "fp.h"
#include "ranges.h"

/* u_j of spec section 5: unit variables, scaled unless the length is fixed later. */
static void sid_noise_ambient_draw(const sid_noise *noise, uint32_t p, sid_stream *stream,
                                   double *u) {
  if (noise->kind == SID_NOISE_RADEMACHER) {
    for (uint32_t j = 0; j < p; j++) u[j] = sid_stream_rademacher(stream);
  } else {
    sid_stream_normals(stream, u, p);
  }
  if (noise->kind == SID_NOISE_SPHERE) return;
  for (uint32_t j = 0; j < p; j++) u[j] = (noise->scale ? noise->scale[j] : noise->sigma) * u[j];
}

/* sigma/length, or 0 where the direction vanished. */
static double sid_noise_unit(double sigma, double length2, double length) {
  return length2 > 0.0 ? sigma / length : 0.0;
}

static void sid_noise_multiply(double *u, uint32_t p, double k) {
  for (uint32_t j = 0; j < p; j++) u[j] = u[j] * k;
}

void sid_noise_draw(const sid_noise *noise, const double *x, uint32_t p, sid_stream *stream,
                    double *u) {
  if (noise->kind == SID_NOISE_NONE) {
    sid_set_zero(u, p);
    return;
  }
  sid_noise_ambient_draw(noise, p, stream, u);
  if (!noise->tangential) {
    if (noise->kind != SID_NOISE_SPHERE) return;
    const double uu = sid_dot(u, u, p);
    sid_noise_multiply(u, p, sid_noise_unit(noise->sigma, uu, sid_sqrt(uu)));
    return;
  }
  const double r = sid_dot(x, x, p);
  const double ir = 1.0 / r;
  const double m = sid_sqrt(r);
  const double t = sid_dot(x, u, p) * ir;
  for (uint32_t j = 0; j < p; j++) u[j] = u[j] - t * x[j];
  if (noise->kind != SID_NOISE_SPHERE) {
    sid_noise_multiply(u, p, 1.0 / m);
    return;
  }
  const double vv = sid_dot(u, u, p);
  sid_noise_multiply(u, p, sid_noise_unit(noise->sigma, vv, sid_sqrt(vv) * m));
}
