/* Row net4, networks at equilibrium. From R_k+ = a^2 R_k + eta^2 |g_k|^2 (net1) each layer has at
 * its stationary law (2 - el) lam E R_k = eta E |g_k|^2 (svag, (13), (14)), whatever the norms of
 * the others. */
#include <math.h>
#include <stdlib.h>
#include "checks/net/digits.h"
#include "formats/memory.h"
#include "harness/algebra.h"

enum { NET_COUNT = 48, NET_BEHIND = 16, NET_STATES = 12 };

static const double net_eta = 0.16, net_lam = 0.05; /* el = .008 */

/* States after 1250 steps, 10/el (e^-40 of the start is left in R^2), and then 1/(2 el) apart. */
static double *net_settled(vf_context *context, const char *name, sid_experiment *experiment,
                           size_t states) {
  static const int32_t state[1] = {SID_X};
  uint64_t *steps = vf_steps(1250, 64, states);
  experiment->steps = steps[states - 1];
  experiment->checkpoints = steps, experiment->checkpoint_count = (uint32_t)states;
  experiment->observables = state, experiment->observable_count = 1;
  double *rows = vf_observe(context, name, experiment, NET_COUNT);
  free(steps);
  return rows;
}

/* eta^2 |g_k|^2 of fresh batches over (2 - el) el R_k, of trajectory i, for each layer. */
typedef struct {
  const net_case *made;
  const double *states;
} net_balance;

/* Adds what batches at one state show. */
static void net_balance_at(const net_case *made, const double *x, sid_stream *stream, double *work,
                           double *out) {
  const sid_problem *problem = &made->problem;
  const double el = net_eta * net_lam;
  double g[NET_DIM];
  for (int batch = 0; batch < NET_BEHIND; batch++) {
    sid_problem_noisy_gradient(problem, x, NET_BATCH, stream, g, work);
    for (uint32_t k = 0; k < NET_LAYERS; k++) {
      size_t count;
      const size_t at = sid_network_weights(problem->network, k, &count);
      double *pair = out + (size_t)2 * k;
      pair[0] += net_eta * net_eta * vf_dot(g + at, g + at, count);
      pair[1] += (2.0 - el) * el * vf_dot(x + at, x + at, count);
    }
  }
}

static void net_balance_of(void *user, size_t i, double *out) {
  const net_balance *balance = user;
  const sid_problem *problem = &balance->made->problem;
  double *work = vf_allocate_doubles(sid_problem_batch_workspace(problem, NET_BATCH));
  sid_stream stream = vf_stream(3, SID_KEY_NOISE, 1000 + i);
  for (uint32_t k = 0; k < 2 * NET_LAYERS; k++) out[k] = 0.0;
  for (size_t s = 0; s < NET_STATES; s++)
    net_balance_at(balance->made, balance->states + (i * NET_STATES + s) * problem->dim, &stream,
                   work, out);
  free(work);
}

/* The ratio of the means, with the error of gain - loss over the mean loss. Effect: a factor of 2
 * in either. */
static void net_balances(vf_context *context) {
  static const int32_t norms[] = {SID_NORM_BN, SID_NORM_LN};
  for (size_t n = 0; n < 2; n++) {
    static net_case made;
    double values[NET_COUNT * 2 * NET_LAYERS], difference[NET_COUNT], loss[NET_COUNT];
    sid_segment segment;
    net_make(&made, norms[n], NET_LAYERS);
    sid_experiment experiment = net_experiment(&made, &segment, net_eta, net_lam, 0.1);
    double *states = net_settled(context, net_norm_name(norms[n]), &experiment, NET_STATES);
    if (!states) continue;
    net_balance balance = {&made, states};
    vf_map(NET_COUNT, vf_jobs(context), values, (size_t)2 * NET_LAYERS, net_balance_of, &balance);
    for (uint32_t k = 0; k < NET_LAYERS; k++) {
      char name[VF_TEXT_SIZE];
      for (size_t i = 0; i < NET_COUNT; i++) {
        loss[i] = values[(i * NET_LAYERS + k) * 2 + 1];
        difference[i] = values[(i * NET_LAYERS + k) * 2] - loss[i];
      }
      const vf_moments d = vf_moments_of(difference, NET_COUNT), r = vf_moments_of(loss, NET_COUNT);
      vf_text(name, "eta E|g|^2/((2-el) lam E R), %s, layer %u", net_norm_name(norms[n]),
              (unsigned)k);
      vf_monte_carlo(context, name, 1.0 + d.mean / r.mean, d.standard_error / r.mean, 1.0, 0.5,
                     "effect: a factor 2");
    }
    free(states);
  }
}

/* Starts five times shorter and longer come to one norm: the ratio of the mean norm^2 after 10/el
 * steps. Effect: 1 % of the difference that they had. */
static void net_one_norm(vf_context *context) {
  static const double starts[] = {0.03, 0.15};
  static net_case made;
  vf_moments moments[2];
  net_make(&made, SID_NORM_BN, 1);
  for (int s = 0; s < 2; s++) {
    double values[NET_COUNT];
    sid_segment segment;
    sid_experiment experiment = net_experiment(&made, &segment, net_eta, net_lam, starts[s]);
    double *states = net_settled(context, "bn", &experiment, 1);
    for (size_t i = 0; i < NET_COUNT; i++) {
      const double *x = states ? states + i * made.problem.dim : NULL;
      values[i] = x ? vf_dot(x, x, made.problem.dim) : (double)NAN;
    }
    moments[s] = vf_moments_of(values, NET_COUNT);
    free(states);
  }
  const double error = sqrt(moments[0].variance / NET_COUNT + moments[1].variance / NET_COUNT);
  vf_monte_carlo(context, "R from starts of .92 and 23, after 10/el steps",
                 moments[1].mean / moments[0].mean, error / moments[0].mean, 1.0, 0.24,
                 "effect: 1 % of the ratio of the starts, 25, less 1");
}

/* Two layers of width 32 on the digits, el = .002, from norms near those at equilibrium, 3/el steps
 * and then 4/el. Another implementation measured R_0 = 4.778 and R_1 = 2.593 with random numbers of
 * its own and errors that it does not state: ours are taken for them. Effect: each layer has a norm
 * of its own. */
static void net_digits_layers(vf_context *context) {
  enum { COUNT = 8, TIMES = 17 };
  static const double others[NET_LAYERS] = {4.778, 2.593};
  static const int32_t observed[] = {SID_LAYER_NORM2};
  static net_case made;
  sid_segment segment;
  if (net_digits(context, &made, &net_digits_large)) return;
  sid_experiment experiment = net_experiment(&made, &segment, 0.16, 0.0125, 0.0495);
  uint64_t *steps = vf_steps(1500, 125, TIMES);
  experiment.steps = steps[TIMES - 1];
  experiment.checkpoints = steps, experiment.checkpoint_count = TIMES;
  experiment.observables = observed, experiment.observable_count = 1;
  double *rows = vf_observe(context, "digits", &experiment, COUNT);
  for (uint32_t k = 0; rows && k < NET_LAYERS; k++) {
    double values[COUNT] = {0.0};
    char name[VF_TEXT_SIZE];
    for (size_t j = 0; j < (size_t)COUNT * TIMES; j++)
      values[j / TIMES] += rows[j * NET_LAYERS + k] / TIMES;
    const vf_moments moments = vf_moments_of(values, COUNT);
    vf_text(name, "R of layer %u, digits, bn", (unsigned)k);
    net_digits_agree(context, name, moments.mean, moments.standard_error, others[k],
                     moments.standard_error, others[0] - others[1], "effect: that of the other");
  }
  free(rows), free(steps);
}

static const vf_check table[] = {
    {"net4.balance", "svag, (13), (14)", "(2-el) lam E R = eta E|g|^2 in each layer", VF_FULL,
     net_balances},
    {"net4.one-norm", "il, Section 5.1", "the norm at equilibrium does not know the start", VF_FULL,
     net_one_norm},
    {"net4.digits", "svag, (13)", "each layer has a norm of its own at equilibrium, on the digits",
     VF_FULL, net_digits_layers},
};

VF_ROW(net4, table, "48 trajectories at 10/el steps, fresh batches at their states",
       "a decay or a gradient that is not what the step uses");
