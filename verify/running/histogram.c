#include "running/histogram.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

enum { VF_SLOTS_LEAST = 256 };

int32_t vf_bin_key(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint64_t negative = bits >> 63;
  bits &= UINT64_MAX >> 1;
  if (bits >= UINT64_C(1) << 52) {
    bits += (uint64_t)VF_BINADES_BELOW << 52;
  } else if (bits > 0) { /* subnormal: made normal, 52 binades up */
    const double normal = fabs(value) * 0x1p52;
    memcpy(&bits, &normal, sizeof bits);
  }
  const int32_t key = (int32_t)(bits >> (52 - VF_RESOLUTION));
  return negative ? -key : key;
}

double vf_bin_value(int32_t key, int resolution) {
  const uint32_t size = (uint32_t)(key < 0 ? -key : key);
  const uint32_t binade = size >> resolution, part = size & ((1u << resolution) - 1);
  const double m = ldexp(2.0 * (part + (double)(1u << resolution)) + 1.0, 52 - resolution - 1);
  const int exponent = (int)binade - 1023 - VF_BINADES_BELOW - 52; /* of the last digit of m */
  if (key == 0) return 0.0;
  /* The middle of the bin, cut to what a subnormal number can hold. */
  const double value =
      exponent >= -1074 ? ldexp(m, exponent) : ldexp(floor(ldexp(m, exponent + 1074)), -1074);
  return key < 0 ? -value : value;
}

/* Where the search for a key begins. Neighbours share cache lines: eight keys are hashed
 * together. */
enum { VF_TOGETHER = 8 };
static size_t vf_place(const vf_histogram *histogram, int32_t key) {
  const uint32_t group = (uint32_t)key / VF_TOGETHER * 2654435761u >> 12;
  return ((size_t)group * VF_TOGETHER + (uint32_t)key % VF_TOGETHER) & (histogram->slots - 1);
}

static void vf_put(vf_histogram *histogram, int32_t key, uint64_t count) {
  vf_bin *slot = histogram->slot;
  size_t at = vf_place(histogram, key);
  while (slot[at].count && slot[at].key != key) at = (at + 1) & (histogram->slots - 1);
  histogram->bins += slot[at].count == 0;
  slot[at].key = key;
  slot[at].count += count;
}

/* A key of one resolution at a lower one: magnitudes lose digits. */
static int32_t vf_coarser(int32_t key, int by) { return key < 0 ? -(-key >> by) : key >> by; }

/* Puts all bins into `slots` slots, keys `by` digits shorter. */
static void vf_rebuild(vf_histogram *histogram, size_t slots, int by) {
  const vf_histogram old = *histogram;
  histogram->slot = vf_allocate(slots, sizeof *histogram->slot);
  histogram->slots = slots;
  histogram->bins = 0;
  histogram->resolution = old.resolution - by;
  for (size_t i = 0; i < old.slots; i++)
    if (old.slot[i].count) vf_put(histogram, vf_coarser(old.slot[i].key, by), old.slot[i].count);
  free(old.slot);
}

void vf_histogram_add_bin(vf_histogram *histogram, int32_t key, uint64_t count, int resolution) {
  if (2 * histogram->bins >= histogram->slots && histogram->slots < 2 * VF_BINS_MOST)
    vf_rebuild(histogram, histogram->slots ? 2 * histogram->slots : VF_SLOTS_LEAST, 0);
  vf_put(histogram, vf_coarser(key, resolution - histogram->resolution), count);
  while (histogram->bins > VF_BINS_MOST) vf_rebuild(histogram, histogram->slots, 1);
}

void vf_histogram_add(vf_histogram *histogram, const double *values, size_t count) {
  enum { AHEAD = 32 }; /* their slots are on the way from memory together */
  int32_t keys[AHEAD];
  for (size_t start = 0; start < count; start += AHEAD) {
    const size_t size = count - start < AHEAD ? count - start : AHEAD;
    for (size_t i = 0; i < size; i++) {
      keys[i] = vf_bin_key(values[start + i]);
#ifdef __GNUC__
      if (histogram->slots)
        __builtin_prefetch(
            histogram->slot +
                vf_place(histogram, vf_coarser(keys[i], VF_RESOLUTION - histogram->resolution)),
            1);
#endif
    }
    for (size_t i = 0; i < size; i++) vf_histogram_add_bin(histogram, keys[i], 1, VF_RESOLUTION);
  }
}

void vf_histogram_coarsen(vf_histogram *histogram, int resolution) {
  if (resolution < histogram->resolution)
    vf_rebuild(histogram, histogram->slots, histogram->resolution - resolution);
}

static int vf_by_key(const void *a, const void *b) {
  const int32_t x = ((const vf_bin *)a)->key, y = ((const vf_bin *)b)->key;
  return (x > y) - (x < y);
}

vf_bin *vf_histogram_sorted(const vf_histogram *histogram) {
  vf_bin *bins = vf_allocate(histogram->bins, sizeof *bins);
  size_t count = 0;
  for (size_t i = 0; i < histogram->slots; i++)
    if (histogram->slot[i].count) bins[count++] = histogram->slot[i];
  qsort(bins, count, sizeof *bins, vf_by_key);
  return bins;
}

size_t vf_histogram_bytes(uint64_t numbers) {
  size_t slots = VF_SLOTS_LEAST;
  while (slots < 2 * (size_t)VF_BINS_MOST && slots < 2 * numbers) slots *= 2;
  return slots * sizeof(vf_bin);
}

void vf_histogram_free(vf_histogram *histogram) { free(histogram->slot); }
