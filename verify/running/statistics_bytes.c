#include "running/statistics_bytes.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

static int vf_by_bits(const void *a, const void *b) {
  uint64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static void vf_write_kept(const vf_statistics *statistics, vf_bytes *bytes) {
  const size_t count = (size_t)statistics->finite;
  double *sorted = vf_allocate(count, sizeof *sorted);
  if (count > 0) memcpy(sorted, statistics->kept, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, vf_by_bits);
  for (size_t i = 0; i < count; i++) vf_bytes_real(bytes, sorted[i]);
  free(sorted);
}

static void vf_write_many(const vf_many *many, vf_bytes *bytes) {
  vf_exact exact = many->exact;
  vf_bin *bins = vf_histogram_sorted(&many->histogram);
  vf_exact_carry(&exact);
  for (int i = 0; i < VF_SUM_DIGITS; i++) vf_bytes_u32(bytes, (uint32_t)exact.sum.digit[i]);
  for (int i = 0; i < VF_SQUARES_DIGITS; i++) vf_bytes_u32(bytes, (uint32_t)exact.squares.digit[i]);
  vf_bytes_u32(bytes, (uint32_t)many->histogram.resolution);
  vf_bytes_u32(bytes, (uint32_t)many->histogram.bins);
  for (size_t i = 0; i < many->histogram.bins; i++) {
    vf_bytes_u32(bytes, (uint32_t)bins[i].key);
    vf_bytes_u64(bytes, bins[i].count);
  }
  free(bins);
}

void vf_statistics_write(const vf_statistics *statistics, vf_bytes *bytes) {
  vf_bytes_u64(bytes, statistics->finite);
  vf_bytes_u64(bytes, statistics->minus_inf);
  vf_bytes_u64(bytes, statistics->plus_inf);
  vf_bytes_u64(bytes, statistics->nan);
  vf_bytes_u64(bytes, statistics->ended);
  vf_bytes_real(bytes, statistics->least);
  vf_bytes_real(bytes, statistics->most);
  if (statistics->many)
    vf_write_many(statistics->many, bytes);
  else
    vf_write_kept(statistics, bytes);
}

static int vf_read_kept(vf_statistics *statistics, vf_bytes_reader *reader) {
  int bad = 0;
  if (!vf_take_fits(reader, statistics->finite, sizeof(double))) return -1;
  statistics->room = (size_t)statistics->finite;
  statistics->kept = vf_allocate(statistics->room, sizeof *statistics->kept);
  for (size_t i = 0; i < statistics->room; i++) {
    statistics->kept[i] = vf_take_real(reader);
    bad = bad || !isfinite(statistics->kept[i]);
  }
  return bad ? -1 : 0;
}

static int64_t vf_signed_digit(uint32_t digit) {
  return digit >> 31 ? (int64_t)digit - ((int64_t)1 << 32) : (int64_t)digit;
}

static int vf_read_many(vf_statistics *statistics, vf_bytes_reader *reader) {
  enum { BIN_BYTES = 12 };
  vf_many *many = statistics->many = vf_allocate(1, sizeof *many);
  uint64_t total = 0;
  int64_t before = INT64_MIN;
  for (int i = 0; i < VF_SUM_DIGITS; i++) many->exact.sum.digit[i] = vf_take_u32(reader);
  for (int i = 0; i < VF_SQUARES_DIGITS; i++) many->exact.squares.digit[i] = vf_take_u32(reader);
  int64_t *top = many->exact.sum.digit + VF_SUM_DIGITS - 1;
  *top = vf_signed_digit((uint32_t)*top);
  many->exact.sum.pending = many->exact.squares.pending = 1;
  const uint32_t resolution = vf_take_u32(reader), bins = vf_take_u32(reader);
  if (resolution > VF_RESOLUTION || bins > VF_BINS_MOST || bins == 0) return -1;
  if (!vf_take_fits(reader, bins, BIN_BYTES)) return -1;
  many->histogram.resolution = (int)resolution;
  const int64_t most = (int64_t)(2046 + VF_BINADES_BELOW + 1) << resolution;
  for (uint32_t i = 0; i < bins; i++) {
    const int64_t key = vf_signed_digit(vf_take_u32(reader));
    const uint64_t count = vf_take_u64(reader);
    if (key <= before || key >= most || key <= -most || count == 0) return -1;
    if (count > statistics->finite - total) return -1;
    vf_histogram_add_bin(&many->histogram, (int32_t)key, count, (int)resolution);
    before = key;
    total += count;
  }
  return total == statistics->finite ? 0 : -1;
}

int vf_statistics_read(vf_statistics *statistics, uint64_t trajectories, vf_bytes_reader *reader) {
  uint64_t left = trajectories;
  uint64_t *const counts[] = {&statistics->finite, &statistics->minus_inf, &statistics->plus_inf,
                              &statistics->nan, &statistics->ended};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    *counts[i] = vf_take_u64(reader);
    if (*counts[i] > left) return -1;
    left -= *counts[i];
  }
  statistics->least = vf_take_real(reader);
  statistics->most = vf_take_real(reader);
  if (left > 0 || isnan(statistics->least) || isnan(statistics->most)) return -1;
  const int wrong = statistics->finite > VF_KEPT_MOST ? vf_read_many(statistics, reader)
                                                      : vf_read_kept(statistics, reader);
  return wrong || reader->short_of ? -1 : 0;
}
