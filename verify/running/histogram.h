/* How many finite numbers lie in each bin of equal relative width (docs/spec.md section 13). What
 * it holds is a function of the numbers alone. */
#ifndef VF_HISTOGRAM_H
#define VF_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
  VF_RESOLUTION = 10,     /* binary digits behind the first that tell bins apart, at first */
  VF_BINS_MOST = 1 << 15, /* bins with numbers in them; the resolution is halved beyond */
  VF_BINADES_BELOW = 52   /* of subnormal numbers */
};

/* A bin. Keys order the bins as their numbers are ordered; 0 is that of zeros, and keys of negative
 * numbers are negative. */
typedef struct {
  uint64_t count; /* 0 for a slot that is empty */
  int32_t key;
} vf_bin;

/* Bins with numbers in them, by a hash of their keys. Zero-initialised, then resolution set. */
typedef struct {
  vf_bin *slot;
  size_t slots, bins; /* slots: a power of two, or 0 */
  int resolution;
} vf_histogram;

/* The key of a finite number at VF_RESOLUTION. */
int32_t vf_bin_key(double value);

/* The number that stands for a bin. */
double vf_bin_value(int32_t key, int resolution);

/* `count` finite numbers. */
void vf_histogram_add(vf_histogram *histogram, const double *values, size_t count);

/* `count` numbers of the bin `key` of a resolution that is not below the histogram's. */
void vf_histogram_add_bin(vf_histogram *histogram, int32_t key, uint64_t count, int resolution);

/* Lowers the resolution; a higher one changes nothing. */
void vf_histogram_coarsen(vf_histogram *histogram, int resolution);

/* The bins in ascending order, histogram->bins of them; free() them. */
vf_bin *vf_histogram_sorted(const vf_histogram *histogram);

/* The most memory that the bins of `numbers` numbers take, in bytes. */
size_t vf_histogram_bytes(uint64_t numbers);

void vf_histogram_free(vf_histogram *histogram);

#endif
