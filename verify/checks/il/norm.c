/* The norm under noise of fixed length: runs and their limits. */
#include "checks/il/norm.h"
#include <math.h>
#include <stdlib.h>
#include "harness/limit.h"
#include "formats/memory.h"
#include "laws/norm.h"

uint64_t il_segments(const il_phase *phases, uint32_t count, uint32_t m, sid_segment *segments) {
  double now = 0.0;
  for (uint32_t k = 0; k < count; k++) {
    segments[k] = (sid_segment){(uint64_t)llround(now * m), phases[k].eta / m, phases[k].lam, 1.0};
    now += phases[k].time;
  }
  return (uint64_t)llround(now * m);
}

il_norm *il_norm_run(vf_context *context, const char *name, const il_norm_case *one, uint64_t every,
                     size_t *rows) {
  static const int32_t observables[] = {SID_NORM2, SID_GAMMA, SID_EFFECTIVE_LR, SID_STEP_ANGLE};
  sid_segment segments[IL_SEGMENTS];
  const uint64_t steps = il_segments(one->phases, one->phase_count, one->m, segments);
  const double length = sqrt(one->g0), x[3] = {.48 * length, .6 * length, .64 * length};
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_SPHERE,
                  .dim = 3,
                  .sigma = sqrt(one->tr * one->m)},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = one->phase_count, .segments = segments},
      .start = {SID_START_POINT, x, 0.0},
      .steps = steps,
      .observable_count = 4,
      .observables = observables};
  double *values = il_rows(context, name, &experiment, 1, every, rows);
  il_norm *norms = values ? vf_allocate(*rows, sizeof *norms) : NULL;
  for (size_t k = 0; norms && k < *rows; k++)
    norms[k] = (il_norm){values[4 * k], values[4 * k + 1] / ((double)one->m * one->m),
                         values[4 * k + 2] * one->m, values[4 * k + 3]};
  free(values);
  return norms;
}

static double il_time(const il_norm_case *one) {
  double time = 0.0;
  for (uint32_t k = 0; k < one->phase_count; k++) time += one->phases[k].time;
  return time;
}

il_norm il_norm_end(vf_context *context, const char *name, const il_norm_case *one) {
  size_t rows;
  il_norm end = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  il_norm *norms = il_norm_run(context, name, one, (uint64_t)llround(il_time(one) * one->m), &rows);
  if (norms) end = norms[rows - 1];
  free(norms);
  return end;
}

double il_norm_overlap(const il_norm *norms, size_t first, size_t last) {
  double overlap = 1.0;
  for (size_t k = first + 1; k <= last; k++) overlap *= cos(norms[k].angle);
  return overlap;
}

static double il_norm_quantity(vf_context *context, const char *name, const il_norm_case *one,
                               il_quantity quantity) {
  if (quantity == IL_OVERLAP) {
    size_t rows;
    il_norm *norms = il_norm_run(context, name, one, 1, &rows);
    const double overlap = norms ? il_norm_overlap(norms, 0, rows - 1) : (double)NAN;
    free(norms);
    return overlap;
  }
  const il_norm end = il_norm_end(context, name, one);
  return quantity == IL_NORM2 ? end.norm2 : end.gamma;
}

/* Time * m steps of 30 roundings; a value is as uncertain as all of them, weighted by e^(-2 el t)
 * at most 1. */
void il_norm_limit(vf_context *context, const char *name, const il_norm_case *one, uint32_t first,
                   il_quantity quantity, double expected) {
  enum { LEVELS = 7 };
  double value[LEVELS];
  const double steps = il_time(one) * (first << (LEVELS - 1));
  for (int k = 0; k < LEVELS; k++) {
    il_norm_case run = *one;
    run.m = first << k;
    value[k] = il_norm_quantity(context, name, &run, quantity);
  }
  vf_limit(context, name, value, LEVELS, 1, expected, 30.0 * steps * IL_ULP * expected,
           1e-7 * expected);
}

double il_fixed_tolerance(double el) { return 40.0 * IL_ULP / (4.0 * el) + 10.0 * IL_ULP; }

const char il_fixed_basis[] = "40 roundings of 2^-53 in each step, damped by 4 el";

double il_fixed_rate(double el, double tr) { return 1.0 / sqrt(vf_rest(el, tr)); }

double il_crossing(vf_context *context, const char *name, const il_norm_case *run,
                   double equilibrium, double eps) {
  size_t rows;
  il_norm *norms = il_norm_run(context, name, run, 1, &rows);
  double time = (double)NAN, before = 0.0;
  for (size_t k = 0; norms && k < rows; k++) {
    const double excess = norms[k].gamma / equilibrium - 1.0;
    if (excess <= eps) {
      if (k > 0 && excess > 0.0)
        time = ((double)k - log(eps / excess) / log(before / excess)) / run->m;
      break;
    }
    before = excess;
  }
  free(norms);
  return time;
}

/* tr = 2 el makes the equilibrium of the SDE 1; that of m substeps is 1/(1 - el/(2m)). */
double il_norm_time(vf_context *context, const char *name, double eta, double lam, double ratio,
                    double eps, int first, double expected) {
  const double el = eta * lam;
  double value[IL_LEVELS];
  for (int k = 0; k < IL_LEVELS; k++) {
    const uint32_t m = (uint32_t)first << k;
    const il_phase phase = {eta, lam, ceil(1.3 * expected) + 2.0};
    const il_norm_case run = {2.0 * el, eta * sqrt(ratio), &phase, 1, m};
    value[k] = il_crossing(context, name, &run, 1.0 / (1.0 - el / (2.0 * m)), eps);
  }
  vf_limit(context, name, value, IL_LEVELS, 1, expected,
           il_fixed_tolerance(el / (first << IL_LEVELS)) / (4.0 * el * eps), 1e-4 * expected);
  return value[IL_LEVELS - 1];
}
