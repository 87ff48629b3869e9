/* The workspace of a pass. docs/spec-network.md section 13. */
#include "network.h"
#include "../fp.h"

/* Takes parts of the workspace one after the other; without one it only counts. */
typedef struct {
  double *work;
  size_t taken;
} sid_net_taker;

static double *sid_net_take(sid_net_taker *taker, size_t doubles) {
  double *part = taker->work ? taker->work + taker->taken : NULL;
  taker->taken += doubles;
  return part;
}

/* What the layers need of the workspace. */
typedef struct {
  size_t values, most_values; /* of all layers and of one, for one sample */
  size_t columns;             /* widths of all layers */
  size_t inputs;              /* the most of a layer whose rows have to be made */
  size_t patch;               /* the most of a conv layer */
  size_t groups, gathered;    /* the most of a layer, and of a group */
  size_t last;                /* what the fixed layer takes */
} sid_net_sizes;

static sid_net_sizes sid_net_measure(const sid_net_pass *pass) {
  const sid_network *network = pass->network;
  sid_net_sizes sizes = {0};
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    sizes.most_values = sid_net_larger(sizes.most_values, layer.values);
    if (k == 0 || layer.conv) sizes.inputs = sid_net_larger(sizes.inputs, layer.inputs);
    if (k > 0 && layer.conv) sizes.patch = sid_net_larger(sizes.patch, layer.inputs);
    if (!sid_net_has_groups(network)) continue;
    const sid_net_group group = sid_net_group_at(pass, &layer, 0);
    sizes.groups = sid_net_larger(sizes.groups, sid_net_group_count(pass, &layer));
    sizes.gathered = sid_net_larger(sizes.gathered, group.count);
  }
  const sid_net_layer end = sid_net_layer_at(network, network->layer_count);
  sizes.values = end.before, sizes.columns = end.columns, sizes.last = end.inputs;
  return sizes;
}

/* What the products with the Hessian have besides. */
static void sid_net_layout_hessian(sid_net_pass *pass, const sid_net_sizes *sizes,
                                   sid_net_taker *taker) {
  const size_t all = sizes->values * pass->most, one = sizes->most_values * pass->most;
  const int wn = pass->network->norm == SID_NORM_WN;
  pass->curvature = sid_net_take(taker, all);
  pass->rz = sid_net_take(taker, all);
  pass->ra = sid_net_take(taker, all);
  pass->m = sid_net_take(taker, sizes->groups * pass->network->layer_count);
  pass->rd = sid_net_take(taker, one);
  pass->rbelow = sid_net_take(taker, one);
  pass->rtile = sid_net_take(taker, SID_NET_TILE * sizes->inputs);
  pass->rpatch = sid_net_take(taker, sizes->patch);
  if (!wn) return;
  pass->yh = sid_net_take(taker, pass->problem->dim);
  pass->gh = sid_net_take(taker, pass->problem->dim);
  pass->u = sid_net_take(taker, sizes->columns);
}

size_t sid_net_layout(sid_net_pass *pass, const sid_problem *problem, int32_t use, uint32_t samples,
                      double *work) {
  static const sid_net_pass empty = {0};
  static const size_t gathers[3] = {1, 2, 5};
  sid_net_taker taker = {work, 0};
  *pass = empty;
  pass->problem = problem, pass->network = problem->network, pass->use = use;
  pass->most = samples;
  if (pass->network->norm != SID_NORM_BN && samples > SID_NET_CHUNK) pass->most = SID_NET_CHUNK;
  pass->rows = pass->most; /* of which the groups are measured */
  const sid_net_sizes sizes = sid_net_measure(pass);
  const size_t kept = use == SID_NET_EVALUATION ? 2 * sizes.most_values : sizes.values;
  const size_t groups = sizes.groups * pass->network->layer_count;
  pass->values = sizes.most_values, pass->groups = sizes.groups, pass->gathered = sizes.gathered;
  pass->z = sid_net_take(&taker, kept * pass->most);
  pass->a = use == SID_NET_EVALUATION ? pass->z : sid_net_take(&taker, kept * pass->most);
  pass->mu = sid_net_take(&taker, groups);
  pass->isd = sid_net_take(&taker, groups);
  pass->tile = sid_net_take(&taker, SID_NET_TILE * sizes.inputs);
  pass->gather = sid_net_take(&taker, gathers[use] * sizes.gathered);
  pass->readout = sid_net_take(&taker, sizes.last * pass->network->classes);
  pass->outputs = sid_net_take(&taker, 4 * (size_t)pass->network->classes);
  if (pass->network->norm == SID_NORM_WN) {
    pass->normalised = sid_net_take(&taker, problem->dim);
    pass->iw = sid_net_take(&taker, sizes.columns);
  }
  if (use == SID_NET_EVALUATION) return taker.taken;
  pass->slope = sid_net_take(&taker, kept * pass->most);
  pass->d = sid_net_take(&taker, sizes.most_values * pass->most);
  pass->below = sid_net_take(&taker, sizes.most_values * pass->most);
  pass->patch = sid_net_take(&taker, sizes.patch);
  if (use == SID_NET_HESSIAN) sid_net_layout_hessian(pass, &sizes, &taker);
  return taker.taken;
}

/* Signs of the columns 1, 2, ... of Sylvester's Hadamard matrix: a bit more in common turns the
 * sign. */
static void sid_net_set_readout(sid_net_pass *pass) {
  const sid_network *network = pass->network;
  const uint32_t inputs = sid_net_layer_at(network, network->layer_count).inputs;
  const double v = network->temperature / sid_sqrt((double)inputs);
  double *row = pass->readout;
  for (uint32_t c = 0; c < network->classes; c++) row[c] = v;
  for (uint32_t i = 1; i < inputs; i++) {
    const uint32_t without = i & (i - 1), bit = i ^ without;
    const double *known = pass->readout + (size_t)without * network->classes;
    row += network->classes;
    for (uint32_t c = 0; c < network->classes; c++) row[c] = (c + 1) & bit ? -known[c] : known[c];
  }
}

void sid_net_begin(sid_net_pass *pass, const sid_problem *problem, int32_t use, uint32_t samples,
                   const double *x, double *work) {
  (void)sid_net_layout(pass, problem, use, samples, work);
  pass->pixels = problem->network->pixels, pass->labels = problem->network->labels;
  pass->weights = x;
  sid_net_set_readout(pass);
  if (problem->network->norm == SID_NORM_WN) sid_net_columns(pass, x);
}
