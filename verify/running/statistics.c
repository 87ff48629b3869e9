#include "running/statistics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

enum { VF_KEPT_LEAST = 8, VF_EXACT_RESOLUTION = 52, VF_PARTS = 20 };

uint64_t vf_statistics_count(const vf_statistics *statistics) {
  return statistics->finite + statistics->minus_inf + statistics->plus_inf;
}

/* The place of a double in the order of all that are not NaN. */
static int64_t vf_rank(double value) {
  int64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ (bits < 0 ? INT64_MAX : 0);
}

/* Takes the extremes of further values, before these are counted. */
static void vf_widen(vf_statistics *statistics, double least, double most) {
  const int first = vf_statistics_count(statistics) == 0;
  if (first || vf_rank(least) < vf_rank(statistics->least)) statistics->least = least;
  if (first || vf_rank(most) > vf_rank(statistics->most)) statistics->most = most;
}

static void vf_add_many(vf_many *many, const double *values, size_t count) {
  vf_exact_add(&many->exact, values, count);
  vf_histogram_add(&many->histogram, values, count);
}

vf_many *vf_statistics_condense(vf_statistics *statistics) {
  if (statistics->many) return statistics->many;
  statistics->many = vf_allocate(1, sizeof *statistics->many);
  statistics->many->histogram.resolution = VF_RESOLUTION;
  vf_add_many(statistics->many, statistics->kept, (size_t)statistics->finite);
  free(statistics->kept);
  statistics->kept = NULL;
  statistics->room = 0;
  return statistics->many;
}

/* Room for `size` numbers, by doubling. */
static void vf_make_room(vf_statistics *statistics, size_t size) {
  if (size <= statistics->room) return;
  if (statistics->room == 0) statistics->room = VF_KEPT_LEAST;
  while (statistics->room < size) statistics->room *= 2;
  statistics->kept = vf_grow(statistics->kept, statistics->room, sizeof *statistics->kept);
}

/* Finite values, which are counted but for the extremes. */
static void vf_take_finite(vf_statistics *statistics, const double *values, size_t count) {
  const size_t before = (size_t)statistics->finite;
  if (count == 0) return;
  if (!statistics->many && before + count <= VF_KEPT_MOST) {
    vf_make_room(statistics, before + count);
    memcpy(statistics->kept + before, values, count * sizeof *values);
  } else {
    vf_add_many(vf_statistics_condense(statistics), values, count);
  }
  statistics->finite += count;
}

void vf_statistics_add(vf_statistics *statistics, const double *values, size_t count) {
  enum { BLOCK = 256 };
  double finite[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t size = count - start < BLOCK ? count - start : BLOCK;
    size_t found = 0, least = 0, most = 0;
    for (size_t i = 0; i < size; i++) {
      const double value = values[start + i];
      if (isfinite(value)) {
        finite[found] = value;
        if (vf_rank(value) < vf_rank(finite[least])) least = found;
        if (vf_rank(value) > vf_rank(finite[most])) most = found;
        found++;
      } else if (isnan(value)) {
        statistics->nan++;
      } else {
        vf_widen(statistics, value, value);
        ++*(value < 0.0 ? &statistics->minus_inf : &statistics->plus_inf);
      }
    }
    if (found > 0) vf_widen(statistics, finite[least], finite[most]);
    vf_take_finite(statistics, finite, found);
  }
}

void vf_statistics_merge(vf_statistics *statistics, const vf_statistics *other) {
  if (vf_statistics_count(other) > 0) vf_widen(statistics, other->least, other->most);
  statistics->nan += other->nan;
  statistics->ended += other->ended;
  statistics->minus_inf += other->minus_inf;
  statistics->plus_inf += other->plus_inf;
  if (other->many) {
    vf_many *many = vf_statistics_condense(statistics);
    const vf_histogram *from = &other->many->histogram;
    vf_exact_merge(&many->exact, &other->many->exact);
    vf_histogram_coarsen(&many->histogram, from->resolution);
    for (size_t i = 0; i < from->slots; i++)
      if (from->slot[i].count)
        vf_histogram_add_bin(&many->histogram, from->slot[i].key, from->slot[i].count,
                             from->resolution);
    statistics->finite += other->finite;
    return;
  }
  vf_take_finite(statistics, other->kept, (size_t)other->finite);
}

/* ---- summary ---- */

static int vf_by_rank(const void *a, const void *b) {
  const int64_t x = vf_rank(*(const double *)a), y = vf_rank(*(const double *)b);
  return (x > y) - (x < y);
}

/* The values in ascending order: those that were kept, or bins that stand for them. */
typedef struct {
  const vf_statistics *of;
  double *kept;
  vf_bin *bins;
} vf_sorted;

static double vf_value_at(const vf_sorted *sorted, uint64_t index) {
  const vf_statistics *of = sorted->of;
  size_t bin = 0;
  if (index < of->minus_inf) return -(double)INFINITY;
  index -= of->minus_inf;
  if (index >= of->finite) return (double)INFINITY;
  if (sorted->kept) return sorted->kept[index];
  for (; index >= sorted->bins[bin].count; bin++) index -= sorted->bins[bin].count;
  const double value = vf_bin_value(sorted->bins[bin].key, of->many->histogram.resolution);
  return value < of->least ? of->least : value > of->most ? of->most : value;
}

/* (20 - r) parts of the value at or below h = (n - 1)*k/20, and r parts of the next. */
static double vf_quantile(const vf_sorted *sorted, unsigned k) {
  const uint64_t last = vf_statistics_count(sorted->of) - 1;
  const uint64_t at = last / VF_PARTS * k + last % VF_PARTS * k / VF_PARTS;
  const unsigned r = (unsigned)(last % VF_PARTS * k % VF_PARTS);
  const double low = vf_value_at(sorted, at), high = r ? vf_value_at(sorted, at + 1) : low;
  vf_exact_sum sum = {.pending = 0};
  if (low == high) return low + 0.0; /* a zero is +0 */
  for (unsigned i = 0; i < VF_PARTS; i++) vf_exact_sum_add(&sum, i < r ? high : low);
  return vf_exact_mean(&sum, VF_PARTS);
}

static void vf_find_quantiles(const vf_statistics *statistics, vf_summary *summary) {
  static const unsigned ks[VF_QUANTILES] = {1, 5, 10, 15, 19};
  vf_sorted sorted = {statistics, NULL, NULL};
  const size_t finite = (size_t)statistics->finite;
  if (statistics->many) {
    sorted.bins = vf_histogram_sorted(&statistics->many->histogram);
    summary->resolution = statistics->many->histogram.resolution;
  } else {
    sorted.kept = vf_allocate(finite, sizeof *sorted.kept);
    if (finite > 0) memcpy(sorted.kept, statistics->kept, finite * sizeof *sorted.kept);
    qsort(sorted.kept, finite, sizeof *sorted.kept, vf_by_rank);
  }
  for (int q = 0; q < VF_QUANTILES; q++) summary->quantile[q] = vf_quantile(&sorted, ks[q]);
  free(sorted.kept);
  free(sorted.bins);
}

vf_summary vf_statistics_summary(const vf_statistics *statistics) {
  const uint64_t n = vf_statistics_count(statistics);
  const double nan = (double)NAN;
  vf_summary summary = {nan, nan, nan, nan, nan, {nan, nan, nan, nan, nan}, VF_EXACT_RESOLUTION};
  vf_exact exact = {.sum = {.pending = 0}};
  if (n == 0) return summary;
  if (statistics->many)
    exact = statistics->many->exact;
  else
    vf_exact_add(&exact, statistics->kept, (size_t)statistics->finite);
  if (statistics->minus_inf) vf_exact_sum_add(&exact.sum, -(double)INFINITY);
  if (statistics->plus_inf) vf_exact_sum_add(&exact.sum, (double)INFINITY);
  summary.mean = vf_exact_mean(&exact.sum, n);
  if (n > 1) {
    summary.variance = vf_exact_variance(&exact, n);
    summary.standard_error = vf_exact_standard_error(&exact, n);
  }
  summary.least = statistics->least;
  summary.most = statistics->most;
  vf_find_quantiles(statistics, &summary);
  return summary;
}

size_t vf_statistics_bytes(uint64_t trajectories) {
  size_t kept = VF_KEPT_LEAST;
  while (kept < trajectories && kept < VF_KEPT_MOST) kept *= 2;
  const size_t exact = sizeof(vf_statistics) + kept * sizeof(double);
  if (trajectories <= VF_KEPT_MOST) return exact;
  return exact + sizeof(vf_many) + vf_histogram_bytes(trajectories);
}

void vf_statistics_free(vf_statistics *statistics) {
  free(statistics->kept);
  if (statistics->many) vf_histogram_free(&statistics->many->histogram);
  free(statistics->many);
}
