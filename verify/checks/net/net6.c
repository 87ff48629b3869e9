/* Row net6, one equilibrium for all histories. After a time O(1/el) a network trained with eta and
 * lam does not know what was before: five schedules that had other rates, weight decays and norms
 * come to one norm and one loss, and keep them in common when the rate is divided by ten and the
 * weight decay is taken away (il, Section 5.1, Figure 1, Table 1). */
#include <math.h>
#include <stdlib.h>
#include "checks/net/digits.h"
#include "checks/il/table1.h"

enum { NET_MOST = 40, NET_OBSERVED = 3 }; /* trajectories; numbers observed */
enum { NET_HISTORY, NET_EQUILIBRIUM, NET_TUNED, NET_ROWS };

/* Table 1 with 100 epochs of `block` steps: six blocks with rates (and decays) of their own, the
 * last five times as long, then one of fine-tuning. */
typedef struct {
  double eta, lam, start, block;
  uint32_t batch;
  size_t count;
} net_table1;

/* Means over the trajectories of norm^2, loss and test loss at epochs 500, 1000, 1100. */
typedef struct {
  vf_moments at[NET_ROWS][NET_OBSERVED];
} net_history;

/* -1 after an error. */
static int net_schedule(vf_context *context, const net_case *made, const net_table1 *one, int s,
                        net_history *history) {
  static const int32_t observed[] = {SID_NORM2, SID_LOSS, SID_TEST_LOSS};
  const uint64_t block = (uint64_t)one->block, steps[] = {5 * block, 10 * block, 11 * block};
  double values[NET_MOST];
  il_phase phases[IL_BLOCKS + 1];
  sid_segment segments[IL_SEGMENTS];
  sid_experiment experiment = net_experiment(made, segments, one->eta, one->lam, one->start);
  il_table1_phases(s, one->eta, one->lam, one->block, phases);
  experiment.steps = il_segments(phases, IL_BLOCKS + 1, 1, segments);
  experiment.schedule.segment_count = IL_BLOCKS + 1;
  experiment.dynamics.batch = one->batch;
  experiment.seed = 20 + (uint64_t)s;
  experiment.checkpoints = steps, experiment.checkpoint_count = NET_ROWS;
  experiment.observables = observed, experiment.observable_count = NET_OBSERVED;
  double *rows = vf_observe(context, "schedule", &experiment, one->count);
  for (size_t k = 0; rows && k < (size_t)NET_ROWS * NET_OBSERVED; k++) {
    for (size_t i = 0; i < one->count; i++) values[i] = rows[i * NET_ROWS * NET_OBSERVED + k];
    history->at[k / NET_OBSERVED][k % NET_OBSERVED] = vf_moments_of(values, one->count);
  }
  free(rows);
  return rows ? 0 : -1;
}

/* The largest mean of a number at an epoch over the smallest, less 1. */
static double net_spread(const net_history *histories, int row, int k) {
  double least = (double)INFINITY, most = 0.0;
  for (int s = 0; s < IL_SCHEDULES; s++) {
    least = fmin(least, histories[s].at[row][k].mean);
    most = fmax(most, histories[s].at[row][k].mean);
  }
  return most / least - 1.0;
}

/* Each schedule against the other four. Effect: the largest over the smallest that the histories
 * left at epoch 500, less 1. */
static void net_alike(vf_context *context, const net_history *histories, int row, int k,
                      const char *what) {
  const double effect = net_spread(histories, NET_HISTORY, k);
  for (int s = 0; s < IL_SCHEDULES; s++) {
    const vf_moments *one = &histories[s].at[row][k];
    double mean = 0.0, variance = 0.0;
    char name[VF_TEXT_SIZE];
    for (int other = 0; other < IL_SCHEDULES; other++) {
      const vf_moments *m = &histories[other].at[row][k];
      if (other == s) continue;
      mean += m->mean / 4.0, variance += m->standard_error * m->standard_error / 16.0;
    }
    const double ratio = one->mean / mean;
    vf_text(name, "%s, schedule %d over the others", what, s + 1);
    vf_monte_carlo(context, name, ratio, hypot(one->standard_error, ratio * sqrt(variance)) / mean,
                   1.0, effect, "effect: what the histories left at epoch 500");
  }
}

/* 100 epochs are 1.2/el steps. */
static void net_five(vf_context *context) {
  static const net_table1 one = {0.16, 0.125, 0.1, 60.0, 8, 24};
  static net_case made;
  net_history histories[IL_SCHEDULES];
  net_make_of(&made, &net_small);
  for (int s = 0; s < IL_SCHEDULES; s++)
    if (net_schedule(context, &made, &one, s, histories + s)) return;
  vf_at_least(context, "largest over smallest |x|^2 at epoch 500, less 1",
              net_spread(histories, NET_HISTORY, 0), 1.0, "the histories must differ");
  net_alike(context, histories, NET_EQUILIBRIUM, 0, "|x|^2 at epoch 1000");
  net_alike(context, histories, NET_EQUILIBRIUM, 1, "loss at epoch 1000");
  net_alike(context, histories, NET_TUNED, 0, "|x|^2 fine-tuned");
}

/* A layer of width 16 on the digits, el = .002, 40 trajectories of the schedules 2 and 5. Another
 * implementation, with random numbers of its own and two histories that left 5.29 and 11.94, saw
 * 5.275 +- .011 and 5.288 +- .011 6/el steps later. */
static void net_digits_five(vf_context *context) {
  static const net_table1 one = {0.16, 0.0125, 0.1, 600.0, NET_BATCH, 40};
  static net_case made;
  if (net_digits(context, &made, &net_digits_small)) return;
  for (int s = 1; s < IL_SCHEDULES; s += 3) {
    net_history history;
    char name[VF_TEXT_SIZE];
    if (net_schedule(context, &made, &one, s, &history)) return;
    const vf_moments *end = &history.at[NET_EQUILIBRIUM][0];
    vf_text(name, "|x|^2 at epoch 1000, digits, schedule %d", s + 1);
    net_digits_agree(context, name, end->mean, end->standard_error, 5.2815, 0.008, 0.65,
                     "effect: a tenth of the difference of the histories");
  }
}

/* Two layers of width 32, all five schedules, 24 trajectories. The other implementation had |x|^2
 * from 7.34 to 7.54 +- .03, losses from .065 to .069 +- .002, and fine-tuned test losses from .195
 * to .199 +- .0007, which the schedules have in common to 5 % only at this size. */
static void net_digits_table1(vf_context *context) {
  static const net_table1 one = {0.16, 0.0125, 0.1, 600.0, NET_BATCH, 24};
  static const struct {
    int row, k;
    const char *what;
    double other, other_error, effect;
  } ends[] = {{NET_EQUILIBRIUM, 0, "|x|^2 at epoch 1000", 7.44, 0.06, 7.0},
              {NET_EQUILIBRIUM, 1, "loss at epoch 1000", 0.067, 0.002, 0.067},
              {NET_TUNED, 2, "test loss fine-tuned", 0.197, 0.0033, 0.197}};
  static net_case made;
  if (net_digits(context, &made, &net_digits_large)) return;
  for (int s = 0; s < IL_SCHEDULES; s++) {
    net_history history;
    if (net_schedule(context, &made, &one, s, &history)) return;
    for (size_t e = 0; e < VF_COUNT(ends); e++) {
      const vf_moments *end = &history.at[ends[e].row][ends[e].k];
      char name[VF_TEXT_SIZE];
      vf_text(name, "%s, digits, two layers, schedule %d", ends[e].what, s + 1);
      net_digits_agree(context, name, end->mean, end->standard_error, ends[e].other,
                       ends[e].other_error, ends[e].effect,
                       "effect: as much again; the error has the spread of the schedules");
    }
  }
}

static const vf_check table[] = {
    {"net6.five-schedules", "il, Section 5.1, Figure 1, Table 1",
     "five histories, one norm and one loss 6/el steps later, and one norm after fine-tuning",
     VF_QUICK, net_five},
    {"net6.digits", "il, Section 5.1, Figure 1, Table 1",
     "the norm at equilibrium on the digits does not know the schedule before", VF_FULL,
     net_digits_five},
    {"net6.digits-large", "il, Figure 1, Table 1",
     "five histories on the digits, one norm, one loss, one test loss after fine-tuning", VF_DEEP,
     net_digits_table1},
};

VF_ROW(net6, table, "ensembles under the five schedules of Table 1, each against the others",
       "a decay that depends on the schedule before, or rates that are not those of the step");
