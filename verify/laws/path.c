/* Laws along a run. */
#include "laws/path.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"
#include "laws/laws.h"
#include "laws/rayleigh.h"

typedef enum { NOTHING, NORM, LINES } vf_path_kind;

typedef struct {
  const sid_experiment *experiment;
  vf_law_case one;
  vf_path_kind kind;
  double lr, wd;        /* of the next step */
  double norm2, cosine; /* NORM: |x|^2 and the mean cosine of the turn of the last step, */
  int turns;            /* which is a law of the table for this dynamics */
  int two_values;       /* NORM: f has the law (16) of nrq, from one point */
  nrq_modes modes;      /* and these are its moments */
  double moments[NRQ_MODES];
  vf_linear *lines;     /* LINES: each coordinate */
  double (*squares)[2]; /* and its E x, E x^2 */
} vf_path;

int vf_law_has_path(int32_t observable) {
  switch (observable) {
    case SID_NORM2:
    case SID_LOSS:
    case SID_NOISE_TRACE:
    case SID_STEP_ANGLE:
    case SID_EFFECTIVE_LR:
    case SID_GAMMA: return 1;
    default: return 0;
  }
}

/* Laws of the table that hold at every step, not at equilibrium alone, are those of the norm and
 * of the linear problems, and (16) of nrq. */
static int vf_path_covered(const sid_experiment *experiment, const char *name) {
  for (const vf_law *law = vf_laws; law < vf_laws + vf_law_count; law++)
    if (strcmp(law->name, name) == 0)
      return vf_law_covers(law, experiment->problem.kind, experiment->dynamics.kind);
  return 0;
}

static void vf_path_begin(vf_path *path, const sid_experiment *experiment, const double *x) {
  const vf_law_case *one = &path->one;
  const vf_minimum *minimum = &one->minimum;
  const uint32_t p = experiment->problem.dim;
  memset(path, 0, sizeof *path);
  path->experiment = experiment;
  path->one = vf_law_case_of(experiment, x);
  path->norm2 = one->norm2;
  path->cosine = 1.0;
  if (vf_path_covered(experiment, "linear-norm2")) {
    path->kind = LINES;
    path->lines = vf_allocate(p, sizeof *path->lines);
    path->squares = vf_allocate(p, sizeof *path->squares);
    for (uint32_t j = 0; j < p; j++) {
      path->lines[j] = vf_linear_of(&experiment->problem, j);
      path->squares[j][0] = x[j];
      path->squares[j][1] = x[j] * x[j];
    }
  } else if (vf_path_covered(experiment, "noise-norm2") && !one->no_noise && one->uneven == 0.0 &&
             !one->no_minimum) {
    path->kind = NORM;
    path->turns = vf_path_covered(experiment, "stationary-angle") ||
                  vf_path_covered(experiment, "second-order-angle");
    path->two_values = experiment->start.kind == SID_START_POINT && minimum->two_values &&
                       minimum->flat == 1 && vf_path_covered(experiment, "two-eigenvalues");
  }
  if (path->two_values) {
    double *work = vf_allocate(sid_problem_workspace(&experiment->problem), sizeof *work);
    const double excess = sid_problem_loss(&experiment->problem, x, work) - minimum->least,
                 f = 1.0 - 2.0 * excess / minimum->gap;
    nrq_modes_set(p, &path->modes);
    nrq_modes_start(p, fmin(fmax(f, 0.0), 1.0), path->moments);
    free(work);
  }
}

static void vf_path_end(vf_path *path) {
  free(path->lines);
  free(path->squares);
}

static void vf_path_rescale(vf_path *path, double factor) {
  const uint32_t p = path->kind == LINES ? path->experiment->problem.dim : 0;
  path->norm2 *= factor * factor;
  for (uint32_t j = 0; j < p; j++) {
    path->squares[j][0] *= factor;
    path->squares[j][1] *= factor * factor;
  }
}

/* The moments of f stand for laws that are not too narrow: e sigma^2/a is their squared width. */
static int vf_path_resolved(const vf_path *path, double e) {
  const double p = path->experiment->problem.dim;
  return e * path->one.s2 / ((p - 1.0) * path->one.minimum.gap) >= fmax(3e-4, 1e-4 * p);
}

/* R <- (1-rate)^2 R + kick s2/R in each substep; the mean cosine of the turn is the product of the
 * (1-rate) |x|/|x+|, which telescopes. f moves by (16) with the e of the middle. */
static void vf_path_norm_step(vf_path *path, const vf_law_step *step) {
  const double keep = 1.0 - vf_law_rate(step, path->wd), before = path->norm2;
  for (uint32_t k = 0; k < step->repeats; k++)
    path->norm2 = keep * keep * path->norm2 + step->kick * path->one.s2 / path->norm2;
  path->cosine = pow(keep, step->repeats) * sqrt(before / path->norm2);
  const double e = path->lr / sqrt(before * path->norm2);
  path->two_values = path->two_values && vf_path_resolved(path, e);
  if (path->two_values) {
    const double sigma2 = path->one.s2 / ((double)path->experiment->problem.dim - 1.0),
                 time = 1.0 / (double)vf_law_steps_per_unit(&path->experiment->dynamics);
    nrq_modes_advance(&path->modes, path->one.minimum.gap * e, e * e * sigma2, time, path->moments);
  }
}

static void vf_path_step(vf_path *path, uint64_t t) {
  const sid_experiment *experiment = path->experiment;
  const uint64_t unit = vf_law_steps_per_unit(&experiment->dynamics);
  const vf_law_step step = vf_law_step_of(&experiment->dynamics, path->lr);
  if (t % unit == 0) vf_path_rescale(path, sid_schedule_rescale(&experiment->schedule, t / unit));
  if (path->kind == NORM) vf_path_norm_step(path, &step);
  for (uint32_t j = 0; path->kind == LINES && j < experiment->problem.dim; j++)
    for (uint32_t k = 0; k < step.repeats; k++)
      vf_linear_advance(path->lines + j, &step, path->wd, path->squares[j]);
}

/* Sum over the coordinates of a linear problem. */
static double vf_path_sum(const vf_path *path, int32_t observable) {
  double sum = 0.0;
  for (uint32_t j = 0; j < path->experiment->problem.dim; j++) {
    const vf_linear *line = path->lines + j;
    const double *moments = path->squares[j];
    if (observable == SID_NORM2) sum += moments[1];
    if (observable == SID_LOSS) sum += vf_linear_loss(line, moments);
    if (observable == SID_NOISE_TRACE) sum += vf_linear_variance(line, moments);
  }
  return observable == SID_NOISE_TRACE ? sum / path->experiment->dynamics.batch : sum;
}

static double vf_path_loss(const vf_path *path) {
  const vf_minimum *minimum = &path->one.minimum;
  if (path->experiment->problem.kind == SID_NOISE_ONLY) return 0.0;
  if (!path->two_values) return (double)NAN;
  return minimum->least +
         0.5 * minimum->gap * nrq_modes_risk(path->experiment->problem.dim, path->moments);
}

static double vf_path_value(const vf_path *path, int32_t observable) {
  const int sum =
      observable == SID_NORM2 || observable == SID_LOSS || observable == SID_NOISE_TRACE;
  if (path->kind == LINES) return sum ? vf_path_sum(path, observable) : (double)NAN;
  if (path->kind == NOTHING) return (double)NAN;
  switch (observable) {
    case SID_NORM2: return path->norm2;
    case SID_LOSS: return vf_path_loss(path);
    case SID_NOISE_TRACE: return path->one.s2 / path->norm2;
    case SID_STEP_ANGLE: return path->turns ? acos(fmin(1.0, path->cosine)) : (double)NAN;
    case SID_EFFECTIVE_LR: return path->lr / path->norm2;
    default: return path->norm2 / path->lr * (path->norm2 / path->lr); /* gamma */
  }
}

void vf_law_path(const sid_experiment *experiment, const double *x, const int32_t *observables,
                 size_t count, uint32_t reached, double *rows) {
  const uint64_t unit = vf_law_steps_per_unit(&experiment->dynamics);
  vf_path *path = vf_allocate(1, sizeof *path);
  uint32_t c = 0;
  vf_path_begin(path, experiment, x);
  for (uint64_t t = 0; c < reached; t++) {
    sid_schedule_at(&experiment->schedule, t / unit, &path->lr, &path->wd);
    if (path->kind == NOTHING) t = experiment->checkpoints[c];
    if (experiment->checkpoints[c] == t) {
      for (size_t k = 0; k < count; k++) rows[c * count + k] = vf_path_value(path, observables[k]);
      c++;
    }
    vf_path_step(path, t);
  }
  vf_path_end(path);
  free(path);
}
