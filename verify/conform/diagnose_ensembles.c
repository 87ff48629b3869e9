/* Which mistake it is, from ensembles alone: trajectories that repeat, starts, schedules, and for
 * each mistake of the table the mean and the variance that it would give. */
#include "conform/kit.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "conform/cases.h"
#include "conform/draws.h"
#include "conform/mistakes.h"
#include "formats/memory.h"
#include "problem.h"
#include "ranges.h"

enum { VF_FEW = 32, VF_MANY = 4000, VF_TRIED = 4000, VF_STEPS = 2, VF_SETTINGS = 6 };

/* ---- what it finds ------------------------------------------------------------------------- */

/* The mistake of the other table with that change. */
static void vf_name_known(vf_kit *kit, uint64_t what) {
  for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++)
    if (mistake->what == what) vf_kit_remark(kit, "mistake: %s: %s", mistake->id, mistake->says);
}

static void vf_name_it(vf_kit *kit, int which) {
  vf_kit_remark(kit, "mistake: %s: %s", vf_ensemble_mistakes[which].id,
                vf_ensemble_mistakes[which].says);
}

/* ---- asking -------------------------------------------------------------------------------- */

/* An ensemble of x at one checkpoint; NULL where there is no answer, or a trajectory that did not
 * get there: such say nothing here. */
static const double *vf_ask_ensemble(vf_kit *kit, const vf_request *request, vf_arena *arena) {
  vf_answer answer;
  char message[VF_ANSWER_MESSAGE];
  if (vf_ask(kit->session, request, arena, &answer, message) != VF_ASK_ANSWERED) return NULL;
  return sid_all_finite(answer.values, vf_request_numbers(request)) ? answer.values : NULL;
}

/* The request whose one row, after `steps` steps, is x. */
static vf_request vf_ensemble_of(const sid_experiment *parts, const uint64_t *checkpoint,
                                 uint64_t trajectories) {
  static const int32_t observable = SID_X;
  vf_request request;
  memset(&request, 0, sizeof request);
  request.what = VF_ENSEMBLE;
  request.experiment = *parts;
  request.experiment.steps = *checkpoint;
  request.experiment.checkpoints = checkpoint;
  request.experiment.checkpoint_count = 1;
  request.experiment.observables = &observable;
  request.experiment.observable_count = 1;
  request.last = trajectories;
  return request;
}

#define VF_SILENT SID_NOISE_BIT(SID_NOISE_NONE)

/* An experiment on any problem that is claimed, with one of the noises, that dynamics, and three
 * coordinates or more. */
static int vf_any_experiment(vf_kit *kit, vf_arena *arena, uint32_t noises, int32_t dynamics,
                             uint64_t index, sid_experiment *experiment, vf_request *step) {
  const vf_claims *claims = vf_session_claims(kit->session);
  vf_cases cases = vf_cases_of(kit->seed, (uint64_t)5 << 32 | (uint64_t)dynamics, index,
                               claims->binary32, arena);
  cases.noises = claims->noises & noises;
  for (int tries = 0; tries < 60; tries++) {
    const int32_t problem = (int32_t)vf_case_integer(&cases, 1, SID_POISSON);
    if (!(claims->problems >> problem & 1u) || !(claims->dynamics >> dynamics & 1u) ||
        !vf_case_request(&cases, VF_STEP, problem, dynamics, step) ||
        !(cases.noises >> step->experiment.problem.noise & 1u) || step->experiment.problem.dim < 3)
      continue;
    if (step->experiment.problem.noise == SID_NOISE_SAMPLES && step->experiment.problem.samples < 2)
      continue; /* nothing to choose from */
    sid_segment *segment = vf_arena_take(arena, 1, sizeof *segment);
    *segment = (sid_segment){0, step->lr, step->wd, 1.0};
    *experiment = step->experiment;
    experiment->schedule =
        (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment};
    experiment->start = (sid_start){SID_START_POINT, step->x, 0.0};
    experiment->seed = kit->seed + index;
    return 1;
  }
  return 0;
}

static int32_t vf_any_dynamics(const vf_kit *kit) {
  const uint32_t claimed = vf_session_claims(kit->session)->dynamics;
  for (int32_t d = SID_SGD; d <= SID_ADAMW; d++)
    if (claimed >> d & 1u) return d;
  return SID_SGD;
}

/* ---- trajectories that repeat -------------------------------------------------------------- */

static size_t vf_equal_pairs(const double *rows, size_t count, size_t width) {
  size_t pairs = 0;
  for (size_t a = 0; a < count; a++)
    for (size_t b = 0; b < a; b++)
      pairs += memcmp(rows + a * width, rows + b * width, width * sizeof *rows) == 0;
  return pairs;
}

static int vf_close(const double *a, const double *b, size_t count) {
  double gap = 0.0, size = 0.0;
  for (size_t j = 0; j < count; j++) {
    gap = fmax(gap, isfinite(a[j]) ? fabs(a[j] - b[j]) : (double)INFINITY);
    size = fmax(size, fabs(b[j]));
  }
  return gap <= 1e-4 * size;
}

/* Whether the experiment without noise gives the row, to rounding in either precision. */
static int vf_is_silent(const vf_kit *kit, const vf_request *ensemble, const double *row,
                        vf_arena *arena) {
  vf_request request = *ensemble;
  vf_answer answer;
  request.experiment.problem.noise = SID_NOISE_NONE;
  request.experiment.dynamics.batch = 1;
  request.last = request.first + 1;
  vf_answer_make(&request, kit->jobs, arena, &answer);
  return vf_close(row, answer.values, request.experiment.problem.dim);
}

/* rows: of a seed; other: of the seed after it. Equal trajectories say nothing where right ones are
 * equal too (a noise of few values), or where there is no noise (noise.absent). */
static int vf_name_seeds(vf_kit *kit, const vf_request *request, const double *rows,
                         const double *other, vf_arena *arena) {
  const size_t width = request->experiment.problem.dim, all = VF_FEW * (VF_FEW - 1) / 2;
  const size_t pairs = vf_equal_pairs(rows, VF_FEW, width);
  const int ignored = memcmp(rows, other, VF_FEW * width * sizeof *rows) == 0;
  vf_answer right;
  if (pairs == 0 && !ignored) return 0;
  vf_answer_make(request, kit->jobs, arena, &right);
  if (vf_equal_pairs(right.values, VF_FEW, width) > 0) return 0;
  if (pairs == all && ignored && vf_is_silent(kit, request, rows, arena)) return 0;
  if (pairs == all)
    vf_name_it(kit, VF_SEED_SAME);
  else if (pairs > 0 && request->experiment.problem.noise < SID_NOISE_RADEMACHER)
    vf_name_it(kit, VF_SEED_REPEATS);
  else if (!ignored)
    return 0; /* as many values as a wrong choice of samples leaves */
  if (ignored) vf_name_it(kit, VF_SEED_IGNORED);
  return 1;
}

static int vf_diagnose_seeds(vf_kit *kit) {
  static const uint64_t steps = VF_STEPS;
  vf_arena arena = {NULL};
  vf_request step;
  sid_experiment experiment;
  int found = 0;
  if (vf_any_experiment(kit, &arena, ~VF_SILENT, vf_any_dynamics(kit), 100, &experiment, &step)) {
    vf_request request = vf_ensemble_of(&experiment, &steps, VF_FEW);
    const double *rows = vf_ask_ensemble(kit, &request, &arena);
    request.experiment.seed++;
    const double *other = rows ? vf_ask_ensemble(kit, &request, &arena) : NULL;
    if (other) found = vf_name_seeds(kit, &request, rows, other, &arena);
  }
  vf_arena_free(&arena);
  return found;
}

/* ---- starts -------------------------------------------------------------------------------- */

/* What a start of that scale looks like: standard deviation over scale, and kurtosis. */
static int vf_name_start(vf_kit *kit, const double *rows, size_t count, double scale) {
  static const struct {
    int which;
    double ratio, kurtosis;
  } known[] = {{VF_START_TRUNCATED, 0.8796, 2.37},
               {VF_START_UNIFORM, 1.0, 1.8},
               {VF_START_UNIFORM_WIDTH, 0.57735, 1.8}};
  double second = 0.0, fourth = 0.0;
  for (size_t i = 0; i < count; i++) {
    second += rows[i] * rows[i] / (double)count;
    fourth += rows[i] * rows[i] * rows[i] * rows[i] / (double)count;
  }
  const double ratio = sqrt(second) / scale, kurtosis = fourth / (second * second);
  const double error = 6.0 / sqrt(2.0 * (double)count); /* six standard errors of the ratio */
  if (fabs(ratio - 1.0) < error && fabs(kurtosis - 3.0) < 7.0 * error) return 0;
  if (fabs(ratio * sqrt(scale) - 1.0) < error) {
    vf_name_it(kit, VF_START_VARIANCE);
    return 1;
  }
  for (size_t k = 0; k < VF_COUNT(known); k++)
    if (fabs(ratio / known[k].ratio - 1.0) < error && fabs(kurtosis - known[k].kurtosis) < 0.1) {
      vf_name_it(kit, known[k].which);
      return 1;
    }
  vf_kit_remark(kit,
                "mistake: none that is known fits the start; measured: standard deviation %.4g "
                "times the scale, kurtosis %.3g",
                ratio, kurtosis);
  return 1;
}

static int vf_diagnose_start(vf_kit *kit) {
  static const uint64_t none = 0;
  const uint32_t starts = vf_session_claims(kit->session)->starts;
  vf_arena arena = {NULL};
  vf_request step;
  sid_experiment experiment;
  int found = 0;
  if (starts >> SID_START_GAUSSIAN & 1u &&
      vf_any_experiment(kit, &arena, ~VF_SILENT, vf_any_dynamics(kit), 200, &experiment, &step)) {
    const size_t width = experiment.problem.dim;
    experiment.start = (sid_start){SID_START_GAUSSIAN, NULL, 4.0};
    vf_request request = vf_ensemble_of(&experiment, &none, VF_MANY);
    const double *rows = vf_ask_ensemble(kit, &request, &arena);
    if (rows && vf_equal_pairs(rows, VF_FEW, width) == VF_FEW * (VF_FEW - 1) / 2) {
      vf_name_it(kit, VF_START_SAME);
      found = 1;
    } else if (rows) {
      found = vf_name_start(kit, rows, VF_MANY * width, 4.0);
    }
  }
  vf_arena_free(&arena);
  return found;
}

/* ---- schedules ----------------------------------------------------------------------------- */

/* Without noise a run is what its schedule makes of it: the effective step is k(t). */
static void vf_scheduled(const sid_experiment *experiment, uint64_t unit, double *x, double *work) {
  const sid_schedule *schedule = &experiment->schedule;
  double lr, wd;
  memcpy(x, experiment->start.x, experiment->problem.dim * sizeof *x);
  for (uint64_t t = 0; t < experiment->steps; t++) {
    sid_stream stream;
    sid_stream_given(&stream, NULL);
    sid_schedule_at(schedule, unit ? t / unit : 0, &lr, &wd);
    if (sid_step(&experiment->problem, &experiment->dynamics, lr, wd, x, &stream, work)) return;
  }
}

static int vf_diagnose_schedule(vf_kit *kit) {
  static const uint64_t steps = 12;
  static const sid_segment segments[4] = {
      {0, 0.25, 0.125, 1.0}, {1, 0.0625, 0.25, 1.0}, {2, 0.5, 0.0, 1.0}, {3, 0.125, 0.5, 1.0}};
  vf_arena arena = {NULL};
  vf_request step;
  sid_experiment experiment;
  int found = 0;
  if (vf_any_experiment(kit, &arena, VF_SILENT, SID_SVAG, 300, &experiment, &step)) {
    const uint32_t p = experiment.problem.dim;
    double *work = vf_arena_take(
        &arena, sid_step_workspace(&experiment.problem, &experiment.dynamics), sizeof *work);
    double *right = vf_arena_take(&arena, p, sizeof *right),
           *wrong = vf_arena_take(&arena, p, sizeof *wrong);
    experiment.dynamics.l = 3;
    experiment.schedule.segments = segments;
    experiment.schedule.segment_count = 4;
    vf_request request = vf_ensemble_of(&experiment, &steps, 1);
    if (vf_session_unclaimed(kit->session, &request)) request.what = VF_RUN;
    const double *rows = vf_ask_ensemble(kit, &request, &arena);
    experiment.steps = steps;
    vf_scheduled(&experiment, 3, right, work);
    vf_scheduled(&experiment, 1, wrong, work);
    found = rows && !vf_close(rows, right, p) && vf_close(rows, wrong, p);
    if (found) vf_name_it(kit, VF_SCHEDULE_STEPS);
    vf_scheduled(&experiment, 0, wrong, work);
    if (rows && !vf_close(rows, right, p) && vf_close(rows, wrong, p)) {
      vf_name_known(kit, VF_SCHEDULE_UNUSED);
      found = 1;
    }
  }
  vf_arena_free(&arena);
  return found;
}

/* ---- moments ------------------------------------------------------------------------------- */

/* Mean, variance, and the standard error of the variance, of every coordinate. */
typedef struct {
  size_t count;
  double *mean, *variance, *error;
} vf_moments_of_x;

static vf_moments_of_x vf_take_moments(const double *rows, size_t count, uint32_t p,
                                       vf_arena *arena) {
  vf_moments_of_x m = {count, vf_arena_take(arena, p, sizeof(double)),
                       vf_arena_take(arena, p, sizeof(double)),
                       vf_arena_take(arena, p, sizeof(double))};
  const double n = (double)count;
  for (uint32_t j = 0; j < p; j++) {
    double fourth = 0.0;
    for (size_t i = 0; i < count; i++) m.mean[j] += rows[i * p + j] / n;
    for (size_t i = 0; i < count; i++) {
      const double d = rows[i * p + j] - m.mean[j];
      m.variance[j] += d * d / n;
      fourth += d * d * d * d / n;
    }
    m.error[j] = sqrt(fmax(fourth - m.variance[j] * m.variance[j], 0.0) / n);
  }
  return m;
}

/* The largest z of a mean or a variance; what rounding in either precision may leave is 0: 1e-5 of
 * a number, a deviation of 1e-6 of the mean. */
static double vf_moments_distance(const vf_moments_of_x *a, const vf_moments_of_x *b, uint32_t p) {
  double worst = 0.0;
  for (uint32_t j = 0; j < p; j++) {
    const double gap = fabs(a->mean[j] - b->mean[j]);
    const double mean = sqrt(a->variance[j] / (double)a->count + b->variance[j] / (double)b->count);
    const double spread = hypot(a->error[j], b->error[j]);
    if (!isfinite(gap)) return (double)INFINITY;
    if (gap > 1e-5 * (fabs(a->mean[j]) + fabs(b->mean[j]))) worst = fmax(worst, gap / mean);
    const double least = 1e-12 * b->mean[j] * b->mean[j];
    if (a->variance[j] <= least && b->variance[j] <= least) continue;
    if (fabs(a->variance[j] - b->variance[j]) > 1e-5 * b->variance[j])
      worst = fmax(worst, fabs(a->variance[j] - b->variance[j]) / spread);
  }
  return worst;
}

/* One setting: what the command gave, and how it began. */
typedef struct {
  vf_request step;
  vf_moments_of_x theirs;
  double *start;
} vf_setting;

/* Samples of a batch, all different. */
static void vf_distinct(const sid_problem *problem, uint32_t batch, sid_stream *stream,
                        double *draw) {
  for (uint32_t b = 0; b < batch; b++) {
    int taken;
    do {
      draw[b] = (double)sid_stream_index(stream, problem->samples);
      taken = 0;
      for (uint32_t k = 0; k < b; k++) taken |= draw[k] == draw[b];
    } while (taken);
  }
}

static void vf_setting_draw(const vf_setting *setting, int distinct, const double *state,
                            sid_stream *stream, double *draws) {
  const sid_problem *problem = &setting->step.experiment.problem;
  const sid_dynamics *dynamics = &setting->step.experiment.dynamics;
  const size_t size = vf_step_draw_size(problem, dynamics);
  vf_draw_step(problem, dynamics, state, stream, draws);
  if (!distinct || problem->noise != SID_NOISE_SAMPLES || vf_draws_gaussian(dynamics) ||
      dynamics->batch == 1 || dynamics->batch > problem->samples)
    return;
  for (size_t d = 0; d < vf_step_draws(dynamics); d++)
    vf_distinct(problem, dynamics->batch, stream, draws + d * size);
}

/* What a command with the mistake gives. */
static double vf_setting_distance(const vf_kit *kit, const vf_setting *setting,
                                  const vf_mistake *mistake, int distinct) {
  const sid_problem *problem = &setting->step.experiment.problem;
  const sid_dynamics *dynamics = &setting->step.experiment.dynamics;
  const uint32_t p = problem->dim;
  const size_t doubles = sid_state_doubles(problem, dynamics);
  const size_t size = vf_step_draw_size(problem, dynamics);
  vf_arena arena = {NULL};
  double *rows = vf_arena_take(&arena, (size_t)VF_TRIED * p, sizeof *rows);
  double *state = vf_arena_take(&arena, doubles, sizeof *state);
  double *work = vf_arena_take(&arena, vf_mistaken_workspace(problem, dynamics), sizeof *work);
  double *draws = vf_arena_take(&arena, size * vf_step_draws(dynamics), sizeof *draws);
  vf_request step = setting->step;
  step.draws = draws;
  for (size_t i = 0; i < VF_TRIED; i++) {
    const uint64_t key[3] = {6, (uint64_t)dynamics->kind, i};
    sid_stream stream;
    sid_stream_init(&stream, kit->seed, key, 3);
    memcpy(state, setting->start, doubles * sizeof *state);
    for (int t = 0; t < VF_STEPS; t++) {
      vf_setting_draw(setting, distinct, state, &stream, draws);
      vf_mistaken_step(mistake, &step, state, work);
    }
    memcpy(rows + i * p, state, p * sizeof *rows);
  }
  const vf_moments_of_x ours = vf_take_moments(rows, VF_TRIED, p, &arena);
  const double distance = vf_moments_distance(&setting->theirs, &ours, p);
  vf_arena_free(&arena);
  return distance;
}

/* Asks the settings of a dynamics; returns how many were answered. */
static size_t vf_ask_settings(vf_kit *kit, int32_t dynamics, vf_arena *arena,
                              vf_setting settings[VF_SETTINGS]) {
  static const uint64_t steps = VF_STEPS;
  size_t count = 0;
  for (uint64_t s = 0; s < VF_SETTINGS; s++) {
    vf_setting *setting = settings + count;
    sid_experiment experiment;
    /* Batches of samples show what other noise does not. */
    const uint32_t noises = s % 2 ? SID_NOISE_BIT(SID_NOISE_SAMPLES) : ~VF_SILENT;
    if (!vf_any_experiment(kit, arena, noises, dynamics, s, &experiment, &setting->step)) continue;
    const size_t doubles = sid_state_doubles(&experiment.problem, &experiment.dynamics);
    const vf_request request = vf_ensemble_of(&experiment, &steps, VF_MANY);
    const double *rows = vf_ask_ensemble(kit, &request, arena);
    if (!rows) continue;
    setting->theirs = vf_take_moments(rows, VF_MANY, experiment.problem.dim, arena);
    setting->start = vf_arena_take(arena, doubles, sizeof *setting->start);
    memcpy(setting->start, setting->step.x, experiment.problem.dim * sizeof *setting->start);
    sid_state_begin(&experiment.problem, &experiment.dynamics, setting->step.lr, setting->start);
    count++;
  }
  return count;
}

/* Six standard errors: with some twenty means and variances a setting, and a hundred mistakes. */
static const double vf_far = 6.0;

static double vf_settings_distance(const vf_kit *kit, const vf_setting *settings, size_t count,
                                   const vf_mistake *mistake, int distinct) {
  double worst = 0.0;
  for (size_t s = 0; s < count && worst <= vf_far; s++)
    worst = fmax(worst, vf_setting_distance(kit, settings + s, mistake, distinct));
  return worst;
}

/* The mistakes that give what the command gave, in all settings of a dynamics; returns 0 where that
 * is right. */
static int vf_diagnose_moments(vf_kit *kit, int32_t dynamics) {
  vf_arena arena = {NULL};
  vf_setting settings[VF_SETTINGS];
  const size_t count = vf_ask_settings(kit, dynamics, &arena, settings);
  int named = 0;
  const int wrong =
      count > 0 && vf_settings_distance(kit, settings, count, &vf_no_mistake, 0) > vf_far;
  if (wrong) {
    if (vf_settings_distance(kit, settings, count, &vf_no_mistake, 1) <= vf_far) {
      vf_name_it(kit, VF_SAMPLES_DIFFERENT);
      named++;
    }
    for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++)
      if (mistake->place >= VF_IN_LOSS &&
          vf_settings_distance(kit, settings, count, mistake, 0) <= vf_far) {
        vf_kit_remark(kit, "mistake: %s: %s (fits mean and variance of ensembles)", mistake->id,
                      mistake->says);
        named++;
      }
    if (!named) vf_kit_remark(kit, "mistake: none that is known fits the moments of ensembles");
  }
  vf_arena_free(&arena);
  return wrong;
}

int vf_diagnose_ensembles(vf_kit *kit) {
  int found = 0;
  if (vf_diagnose_schedule(kit)) return 1;
  if (!(vf_session_claims(kit->session)->can >> VF_ENSEMBLE & 1u)) return 0;
  if (vf_diagnose_seeds(kit) || vf_diagnose_start(kit)) return 1;
  for (int32_t dynamics = SID_GD; dynamics <= SID_ADAMW; dynamics++)
    if (vf_session_claims(kit->session)->dynamics >> dynamics & 1u)
      found |= vf_diagnose_moments(kit, dynamics);
  return found;
}

#endif
