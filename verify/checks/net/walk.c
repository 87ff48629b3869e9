#include "checks/net/walk.h"
#include <math.h>
#include <stdlib.h>
#include "formats/memory.h"
#include "harness/algebra.h"

/* R+ against a^2 R + eta^2 |g|^2, of the part of so many numbers. */
static double net_off(const double *before, const double *g, const double *after, size_t count,
                      const net_path *path) {
  const double a = 1.0 - path->eta * path->lam;
  const double expected =
      a * a * vf_dot(before, before, count) + path->eta * path->eta * vf_dot(g, g, count);
  return fabs(vf_dot(after, after, count) / expected - 1.0);
}

static void net_deviate(const net_case *made, const double *before, const double *g,
                        const double *after, const net_path *path, net_deviations *worst) {
  for (uint32_t k = 0; k < made->network.layer_count; k++) {
    size_t count;
    const size_t at = sid_network_weights(&made->network, k, &count);
    const double size = vf_norm(before + at, count) * vf_norm(g + at, count);
    vf_raise(&worst->cosine, fabs(vf_dot(before + at, g + at, count)) / size);
    vf_raise(&worst->recursion, net_off(before + at, g + at, after + at, count, path));
  }
  vf_raise(&worst->whole, net_off(before, g, after, made->problem.dim, path));
}

net_deviations net_walk(vf_context *context, const char *name, const net_case *made,
                        const net_path *path) {
  const sid_dynamics sgd = net_sgd(0.0);
  const uint32_t p = made->problem.dim;
  double x[NET_DIM], before[NET_DIM], g[NET_DIM];
  net_deviations worst = {0.0, 0.0, 0.0};
  double *work = vf_allocate_doubles(sid_step_workspace(&made->problem, &sgd));
  sid_stream start = vf_stream(2, SID_KEY_START, 0), stream = vf_stream(2, SID_KEY_NOISE, 0);
  sid_stream_normals(&start, x, p);
  for (uint32_t j = 0; j < p; j++) x[j] *= path->start;
  for (int step = 0; step < path->steps; step++) {
    sid_stream same = stream;
    sid_problem_noisy_gradient(&made->problem, x, NET_BATCH, &same, g, work);
    for (uint32_t j = 0; j < p; j++) before[j] = x[j];
    if (sid_step(&made->problem, &sgd, path->eta, path->lam, x, &stream, work)) {
      vf_error(context, name, "a step failed");
      break;
    }
    net_deviate(made, before, g, x, path, &worst);
  }
  free(work);
  return worst;
}
