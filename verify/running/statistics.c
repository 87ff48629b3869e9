#include "running/statistics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"
#include "formats/number.h"
#include "sidyn.h"

void vf_running_add(vf_running_sum *sum, double term) {
  double *acc = sum->acc + sum->terms % 8;
  *acc = sum->terms < 8 ? term : *acc + term;
  sum->terms++;
}

double vf_running_total(const vf_running_sum *sum) {
  vf_running_sum padded = *sum;
  while (padded.terms % 8) vf_running_add(&padded, 0.0);
  return sid_sum(padded.acc, padded.terms ? 8 : 0);
}

enum { VF_BINS = 128 };

/* The value of a vf_ordered(). */
static double vf_from_ordered(uint64_t ordered) {
  const uint64_t bits = ordered >> 63 ? ordered & 0x7fffffffffffffffu : ~ordered;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void vf_histogram_add(vf_histogram *histogram, double value) {
  const uint64_t bin = vf_ordered(value) >> 45;
  uint16_t *page = histogram->page_of + bin / VF_BINS;
  if (*page == 0) {
    const size_t used = (size_t)histogram->page_count * VF_BINS;
    histogram->pages = vf_grow(histogram->pages, used + VF_BINS, sizeof *histogram->pages);
    memset(histogram->pages + used, 0, VF_BINS * sizeof *histogram->pages);
    *page = ++histogram->page_count;
  }
  histogram->pages[(size_t)(*page - 1) * VF_BINS + bin % VF_BINS]++;
}

void vf_statistics_add(vf_statistics *statistics, double value) {
  if (isnan(value)) { /* keeps its place in the order of the sum */
    vf_running_add(&statistics->first, 0.0);
    vf_running_add(&statistics->second, 0.0);
    return;
  }
  if (statistics->count++ == 0) statistics->shift = statistics->least = statistics->most = value;
  if (value < statistics->least) statistics->least = value;
  if (value > statistics->most) statistics->most = value;
  const double d = value - statistics->shift;
  vf_running_add(&statistics->first, d);
  vf_running_add(&statistics->second, d * d);
  vf_histogram_add(&statistics->histogram, value);
}

double vf_statistics_mean(const vf_statistics *statistics) {
  if (statistics->count == 0) return (double)NAN;
  return statistics->shift + vf_running_total(&statistics->first) / (double)statistics->count;
}

double vf_statistics_variance(const vf_statistics *statistics) {
  if (statistics->count < 2) return (double)NAN;
  const double n = (double)statistics->count, sum = vf_running_total(&statistics->first);
  const double variance = (vf_running_total(&statistics->second) - sum * (sum / n)) / (n - 1.0);
  return variance > 0.0 ? variance : 0.0; /* rounding may leave a little below zero */
}

double vf_statistics_quantile(const vf_statistics *statistics, double fraction) {
  const double rank = fraction * (double)statistics->count;
  double below = 0.0;
  for (size_t page = 0; page < 4096; page++) {
    if (statistics->histogram.page_of[page] == 0) continue;
    const uint64_t *bins =
        statistics->histogram.pages + (size_t)(statistics->histogram.page_of[page] - 1) * VF_BINS;
    for (size_t bin = 0; bin < VF_BINS; bin++) {
      if (below + (double)bins[bin] < rank || bins[bin] == 0) {
        below += (double)bins[bin];
        continue;
      }
      const uint64_t start = (uint64_t)(page * VF_BINS + bin) << 45;
      const double from = vf_from_ordered(start),
                   to = vf_from_ordered(start + (((uint64_t)1 << 45) - 1));
      const double value = from + (to - from) * ((rank - below) / (double)bins[bin]);
      return fmin(fmax(value, statistics->least), statistics->most);
    }
  }
  return (double)NAN;
}

void vf_statistics_free(vf_statistics *statistics) { free(statistics->histogram.pages); }
