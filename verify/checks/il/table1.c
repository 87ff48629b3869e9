/* The five schedules of Table 1: as printed, and the weights of a regression under them. */
#include "checks/il/table1.h"
#include <math.h>
#include <stdlib.h>
#include "checks/il/regression.h"
#include "harness/algebra.h"

/* What Table 1 prints at epochs 0, 100, ..., 500: the LR is multiplied by this; in the fourth the
 * WD too. */
static const double il_table1[IL_SCHEDULES][IL_BLOCKS] = {{1, .25, 4, .25, 2, 2},
                                                          {1, 1, 1, 1, 1, 1},
                                                          {1, 4, .5, .5, .25, 4},
                                                          {1, 4, .5, .5, .25, 4},
                                                          {32, .5, .5, .5, .5, .5}};

void il_table1_phases(int s, double eta, double lam, double block, il_phase phases[IL_BLOCKS + 1]) {
  for (int b = 0; b < IL_BLOCKS; b++) {
    eta *= il_table1[s][b];
    lam *= s == 3 ? il_table1[s][b] : 1.0;
    phases[b] = (il_phase){eta, lam, b == IL_BLOCKS - 1 ? 5.0 * block : block};
  }
  phases[IL_BLOCKS] = (il_phase){eta / 10.0, 0.0, block};
}

double *il_five_states(vf_context *context, const sid_dynamics *dynamics, int s, double eta,
                       double lam, double block) {
  il_phase phases[IL_BLOCKS + 1];
  sid_segment segments[IL_SEGMENTS];
  size_t rows;
  il_table1_phases(s, eta, lam, block, phases);
  sid_experiment experiment = {
      .problem = il_regression,
      .dynamics = *dynamics,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = IL_BLOCKS + 1, .segments = segments},
      .start = {SID_START_GAUSSIAN, NULL, .5},
      .seed = 77,
      .steps = il_segments(phases, IL_BLOCKS + 1, 1, segments),
      .observable_count = 1,
      .observables = il_state};
  return il_rows(context, "regression", &experiment, IL_RUNS, (uint64_t)block, &rows);
}

double il_largest_gap(const double *one, const double *other, double factor, size_t r) {
  double worst = 0.0;
  for (size_t i = 0; i < IL_RUNS; i++) {
    const double *x = one + (i * 12 + r) * 4, *y = other + (i * 12 + r) * 4;
    double d[4];
    for (int j = 0; j < 4; j++) d[j] = x[j] - factor * y[j];
    vf_raise(&worst, fabs(sqrt(vf_dot(d, d, 4) / vf_dot(x, x, 4))));
  }
  return worst;
}

static void il_five_gaps(vf_context *context, const char *what, const double *one,
                         const double *other, double factor, double el, double block) {
  static const char *const places[] = {"epoch 500", "epoch 1000", "epoch 1100, fine-tuned"};
  const double bounds[] = {.05, il_regression_step / (4.0 * el),
                           il_regression_step * (.25 / el + block)};
  for (size_t k = 0; k < 3; k++) {
    char name[VF_TEXT_SIZE];
    const double gap = il_largest_gap(one, other, factor, k == 2 ? 11 : 5 * (k + 1));
    vf_text(name, "%s, %s", what, places[k]);
    if (k == 0)
      vf_at_least(context, name, gap, bounds[k], "the histories must differ");
    else
      vf_within(
          context, name, gap, 0.0, bounds[k],
          "5 p + 2 n + 20 roundings of 2^-53 a step, damped by 4 el, and those of fine-tuning");
  }
}

void il_five_laws(vf_context *context, const sid_dynamics *dynamics, double eta, double lam,
                  double block) {
  double *states[IL_SCHEDULES] = {NULL};
  int good = 1;
  for (int s = 0; s < IL_SCHEDULES; s++) {
    states[s] = il_five_states(context, dynamics, s, eta, lam, block);
    good = good && states[s];
  }
  for (int s = 0; good && s < IL_SCHEDULES; s++) {
    char name[VF_TEXT_SIZE];
    vf_text(name, "schedules %d and 2, eta=%g lam=%g beta=%g, 64 runs", s + 1, eta, lam,
            dynamics->beta);
    if (s != 1) il_five_gaps(context, name, states[s], states[1], 1.0, eta * lam, block);
  }
  for (int s = 0; s < IL_SCHEDULES; s++) free(states[s]);
}
