/* Row net13, networks at the edge of stability. Gradient descent with weight decay makes a
 * normalised network's norm fall and so its effective rate eta/R rise until the spherical sharpness
 * is 2 R/eta; there it stays, the sharpness being reduced as the flow of eos (3) says. Without
 * decay the norm never falls, and the sharpness rises to the edge (eos, Section 1, Figure 2). The
 * sharpness is taken at midpoints of two iterates, which are smooth there. */
#include <math.h>
#include <stdlib.h>
#include "checks/net/digits.h"

enum { NET_MOST = 5, NET_ROWS = 4, NET_OBSERVED = 2 };
enum { NET_MIDPOINT, NET_RATE };

typedef struct {
  double eta, lam;
  uint64_t steps;
  size_t count; /* starts */
} net_descent;

/* Rows at the start and at 2/3, 5/6 and all of the steps. */
static sid_experiment net_descend(const net_case *made, const net_descent *run,
                                  sid_segment *segment, uint64_t steps[NET_ROWS]) {
  static const int32_t observed[] = {SID_MIDPOINT_SHARPNESS, SID_EFFECTIVE_LR};
  sid_experiment experiment = net_experiment(made, segment, run->eta, run->lam, 0.3);
  for (uint64_t k = 0; k < NET_ROWS; k++) steps[k] = k ? run->steps * (3 + k) / 6 : 0;
  experiment.problem.noise = SID_NOISE_NONE;
  experiment.dynamics.kind = SID_GD, experiment.dynamics.batch = 1;
  experiment.steps = steps[NET_ROWS - 1];
  experiment.checkpoints = steps, experiment.checkpoint_count = NET_ROWS;
  experiment.observables = observed, experiment.observable_count = NET_OBSERVED;
  return experiment;
}

/* Over the starts: the midpoint sharpness times eta/R over 2, averaged over the rows after the
 * first; the sharpness of the last row over that of the first. */
typedef struct {
  double edge[NET_MOST], end[NET_MOST], change[NET_MOST];
} net_edge;

static void net_read(const double *rows, size_t count, net_edge *edge) {
  for (size_t i = 0; i < count; i++) {
    const double *first = rows + i * NET_ROWS * NET_OBSERVED;
    const double *last = first + (size_t)(NET_ROWS - 1) * NET_OBSERVED;
    edge->edge[i] = 0.0;
    for (const double *row = first + NET_OBSERVED; row <= last; row += NET_OBSERVED)
      edge->edge[i] += row[NET_MIDPOINT] * row[NET_RATE] / 2.0 / (NET_ROWS - 1);
    edge->end[i] = last[NET_MIDPOINT];
    edge->change[i] = last[NET_MIDPOINT] / first[NET_MIDPOINT];
  }
}

/* The theorem's constant is not known. */
static const char net_edge_basis[] =
    "eos, Theorem 4.4: 1 + O(sqrt(el)), by no known constant; another implementation: 1.03 to 1.07";

/* With decay, and without: the same starts. */
static void net_compare(vf_context *context, const net_edge *decays, const net_edge *bare,
                        size_t count, const char *what) {
  double ratio[NET_MOST];
  char name[VF_TEXT_SIZE];
  for (size_t i = 0; i < count; i++) ratio[i] = decays->end[i] / bare->end[i];
  const vf_moments edge = vf_moments_of(decays->edge, count), both = vf_moments_of(ratio, count),
                   rises = vf_moments_of(bare->change, count);
  vf_text(name, "midpoint sharpness over 2 R/eta, %s", what);
  vf_at_least(context, name, edge.mean, 0.98, net_edge_basis);
  vf_at_most(context, name, edge.mean, 1.1, net_edge_basis);
  vf_text(name, "sharpness with decay over without, %s, and 3 s.e.", what);
  vf_at_most(context, name, both.mean + 3.0 * both.standard_error, 0.75, "decay reduces it");
  vf_text(name, "sharpness at the end over the start without decay, %s, less 3 s.e.", what);
  vf_at_least(context, name, rises.mean - 3.0 * rises.standard_error, 1.0, "it rises");
}

static void net_edges(vf_context *context) {
  static const net_descent runs[2] = {{0.5, 0.02, 600, NET_MOST}, {0.5, 0.0, 600, NET_MOST}};
  static net_case made;
  net_shape shape = net_small;
  net_edge edges[2];
  shape.activation = SID_ACTIVATION_SWISH, shape.loss = SID_LOSS_SQUARED_ERROR;
  net_make_of(&made, &shape);
  for (int r = 0; r < 2; r++) {
    uint64_t steps[NET_ROWS];
    sid_segment segment;
    const sid_experiment experiment = net_descend(&made, runs + r, &segment, steps);
    double *rows = vf_observe(context, r ? "no decay" : "decay", &experiment, NET_MOST);
    if (!rows) return;
    net_read(rows, NET_MOST, edges + r);
    free(rows);
  }
  net_compare(context, edges, edges + 1, NET_MOST, "bn");
}

/* Two layers of width 32, 256 of the digits, 3 starts. Another implementation had 1.03 to 1.07 at
 * the edge, and sharpnesses of 148 +- 9 with decay and 773 +- 31 without, after steps that it does
 * not state. That it rises without decay these starts do not show: the claim fails. */
static void net_digits_edges(vf_context *context) {
  enum { COUNT = 3 };
  static const net_descent runs[2] = {{0.5, 4e-4, 12000, COUNT}, {0.5, 0.0, 12000, COUNT}};
  static net_case made;
  net_shape shape = net_digits_large;
  net_edge edges[2];
  shape.images = 256;
  shape.activation = SID_ACTIVATION_SWISH, shape.loss = SID_LOSS_SQUARED_ERROR;
  if (net_digits(context, &made, &shape)) return;
  for (int r = 0; r < 2; r++) {
    uint64_t steps[NET_ROWS];
    sid_segment segment;
    const sid_experiment experiment = net_descend(&made, runs + r, &segment, steps);
    double *rows = net_digits_observe(context, r ? "no decay" : "decay", &experiment, COUNT);
    if (!rows) return;
    net_read(rows, COUNT, edges + r);
    free(rows);
  }
  net_compare(context, edges, edges + 1, COUNT, "digits, bn");
}

static const vf_check table[] = {
    {"net13.edge", "eos, Section 1, Figure 2",
     "with decay the sharpness stays at 2 R/eta and low, without it rises", VF_QUICK, net_edges},
    {"net13.digits", "eos, Section 1, Figure 2", "the same on the digits", VF_DEEP,
     net_digits_edges},
};

VF_ROW(net13, table,
       "spherical sharpness at midpoints, with and without decay from the same starts",
       "a Hessian that is not that of the loss; an effective rate that is not eta/R");
