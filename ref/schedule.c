/* Learning rate and weight decay of an effective step. docs/spec.md section 8. */
#include "config.h"
#include "sidyn.h"

/* The last segment that starts at k or before: starts increase, and the first is 0. */
static const sid_segment *sid_segment_at(const sid_schedule *schedule, uint64_t k) {
  uint32_t first = 0, count = schedule->segment_count;
  while (count > 1) {
    const uint32_t half = count / 2;
    if (schedule->segments[first + half].start <= k) first += half;
    count -= half;
  }
  return schedule->segments + first;
}

static double sid_power(double base, uint64_t exponent) {
  double y = 1.0;
  while (exponent > 0) {
    if (exponent & 1u) y = y * base;
    exponent >>= 1;
    if (exponent > 0) base = base * base;
  }
  return y;
}

/* (1 + cos(pi k/period))/2, the cosine rounded to the grid of the exact normals. */
static double sid_cosine_weight(uint64_t k, uint64_t period) {
  const double u = (double)k / (double)(2 * period);
  int64_t cosine, sine;
  sid_normal_circle_grid((uint64_t)(u * 0x1p53), &cosine, &sine);
  return (1.0 + (double)cosine * 0x1p-32) * 0.5;
}

static double sid_triangle_weight(uint64_t k, uint64_t period) {
  const double u = (double)(k % period) / (double)period;
  return u < 0.5 ? 2.0 * u : 2.0 - 2.0 * u;
}

void sid_schedule_at(const sid_schedule *schedule, uint64_t k, double *lr, double *wd) {
  if (schedule->kind == SID_PIECEWISE) {
    const sid_segment *segment = sid_segment_at(schedule, k);
    *lr = segment->lr;
    *wd = segment->wd;
    return;
  }
  *wd = schedule->wd;
  if (schedule->kind == SID_EXPONENTIAL) {
    *lr = schedule->lr * sid_power(schedule->factor, k);
  } else if (schedule->kind == SID_COSINE && k >= schedule->period) {
    *lr = schedule->lr_min;
  } else {
    const double weight = schedule->kind == SID_COSINE ? sid_cosine_weight(k, schedule->period)
                                                       : sid_triangle_weight(k, schedule->period);
    *lr = schedule->lr_min + (schedule->lr - schedule->lr_min) * weight;
  }
}

double sid_schedule_rescale(const sid_schedule *schedule, uint64_t k) {
  if (schedule->kind != SID_PIECEWISE) return 1.0;
  const sid_segment *segment = sid_segment_at(schedule, k);
  return segment->start == k ? segment->rescale : 1.0;
}
