/* The stochastic gradient of the problem network, its Gaussian stand-in and its trace.
 * docs/spec-network.md section 8. */
#include "network.h"
#include "../fp.h"

void sid_network_batch_gradient(const sid_problem *problem, const double *x, const double *indices,
                                uint32_t count, double *gradient, double *work) {
  const sid_net_batch batch = {indices, NULL, count};
  sid_net_gradient(problem, x, &batch, gradient, work);
}

void sid_network_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work) {
  const sid_net_batch batch = {NULL, NULL, problem->samples};
  sid_net_gradient(problem, x, &batch, gradient, work);
}

void sid_network_sample(const sid_problem *problem, uint32_t i, const double *x, double *gradient,
                        double *work) {
  const double index = (double)i;
  const sid_net_batch batch = {&index, NULL, 1};
  sid_net_gradient(problem, x, &batch, gradient, work);
}

/* The indices stand before the workspace of the gradient. */
void sid_network_own_gradient(const sid_problem *problem, const double *x, uint32_t batch,
                              sid_stream *stream, double *gradient, double *work) {
  for (uint32_t b = 0; b < batch; b++) work[b] = (double)sid_stream_index(stream, problem->samples);
  const sid_net_batch drawn = {work, NULL, batch};
  sid_net_gradient(problem, x, &drawn, gradient, work + batch);
}

/* sum_i xi_i (g_i - G)/sqrt(n) in one pass: the weights (xi_i - mean)/sqrt(n) of the samples. They
 * stand before the workspace of the gradient. */
void sid_network_own_gaussian(const sid_problem *problem, const double *x, sid_stream *stream,
                              double *noise, double *work) {
  const uint32_t n = problem->samples;
  sid_stream_normals(stream, work, n);
  const double mean = sid_sum(work, n) * (1.0 / (double)n);
  const double k = 1.0 / sid_sqrt((double)n);
  for (uint32_t i = 0; i < n; i++) work[i] = (work[i] - mean) * k;
  const sid_net_batch weighted = {NULL, work, n};
  sid_net_gradient(problem, x, &weighted, noise, work + n);
}

/* ---- trace --------------------------------------------------------------------------------- */

/* Whether a sample's gradient is an outer product in each layer. */
static int sid_net_is_outer(const sid_network *network) {
  return network->norm != SID_NORM_WN && network->layers[0].kind == SID_LAYER_DENSE;
}

/* sum_i |g_i|^2 by the lengths of the factors; the K products of each sample stand first. */
static double sid_net_sum_outer(const sid_problem *problem, const double *x, double *work) {
  const uint32_t layers = problem->network->layer_count;
  double *sizes = work, total = 0.0;
  sid_net_pass pass;
  sid_net_begin(&pass, problem, SID_NET_GRADIENT, problem->samples, x,
                work + SID_NET_CHUNK * (size_t)layers);
  pass.factor = 1.0;
  for (uint32_t first = 0; first < problem->samples; first += pass.most) {
    pass.first = first;
    pass.rows = problem->samples - first < pass.most ? problem->samples - first : pass.most;
    sid_net_backward(&pass, sid_net_forward(&pass, 0), 0, NULL, sizes);
    for (uint32_t r = 0; r < pass.rows; r++) {
      const double *size = sizes + (size_t)r * layers;
      double one = size[0];
      for (uint32_t k = 1; k < layers; k++) one = one + size[k];
      total = first + r == 0 ? one : total + one;
    }
  }
  return total;
}

/* The same by the gradients, which stand first. */
static double sid_net_sum_gradients(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  double total = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_network_sample(problem, i, x, work, work + p);
    const double one = sid_dot(work, work, p);
    total = i == 0 ? one : total + one;
  }
  return total;
}

double sid_network_own_trace(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  if (problem->network->norm == SID_NORM_BN) return sid_double_of(0x7ff8000000000000u);
  const double total = sid_net_is_outer(problem->network) ? sid_net_sum_outer(problem, x, work)
                                                          : sid_net_sum_gradients(problem, x, work);
  sid_network_gradient(problem, x, work, work + p);
  return total * (1.0 / (double)problem->samples) - sid_dot(work, work, p);
}

/* ---- workspaces ---------------------------------------------------------------------------- */

static size_t sid_net_doubles(const sid_problem *problem, int32_t use, uint32_t samples) {
  sid_net_pass pass;
  return sid_net_layout(&pass, problem, use, samples, NULL);
}

size_t sid_network_workspace_for(const sid_problem *problem, int32_t purpose, uint32_t batch) {
  const uint32_t n = problem->samples;
  const size_t gradient = sid_net_doubles(problem, SID_NET_GRADIENT, n);
  switch (purpose) {
    case SID_FOR_BATCH: return batch + sid_net_doubles(problem, SID_NET_GRADIENT, batch);
    case SID_FOR_GRADIENT: return sid_net_larger(gradient, problem->dim); /* or noise none */
    case SID_FOR_GAUSSIAN: return n + gradient;
    case SID_FOR_TRACE:
      return sid_net_larger(problem->dim + gradient,
                            SID_NET_CHUNK * (size_t)problem->network->layer_count + gradient);
    case SID_FOR_LOSS: return sid_net_doubles(problem, SID_NET_EVALUATION, n);
    default: return sid_net_doubles(problem, SID_NET_HESSIAN, n);
  }
}

size_t sid_network_workspace(const sid_problem *problem) {
  size_t most = 0;
  for (int32_t purpose = SID_FOR_GRADIENT; purpose <= SID_FOR_HESSIAN; purpose++)
    most = sid_net_larger(most, sid_network_workspace_for(problem, purpose, 1));
  return most;
}
