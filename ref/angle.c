/* Angle of a point of the plane. docs/spec.md section 11: bit-exact by the order of evaluation
 * given there. Within 4 ulp of the mathematical angle. The worst place is |y/x| just above 1/16, a
 * result below 2^-4 from numbers above it; in its units of 2^-57 at most 1 from t, .45 from T[1]
 * (arctan(1/8) is that far from it), 1 from 1 + t*c, .5 from the division, .5 from each of the two
 * last sums: 3.95. The fixtures have a point with 3.19. */
#include "config.h"
#include "fp.h"

/* arctan(i/8), nearest binary64. */
static const double sid_arctan_table[9] = {
    0x0p+0,               /* = atan(0/8) */
    0x1.fd5ba9aac2f6ep-4, /* = atan(1/8) */
    0x1.f5b75f92c80ddp-3, /* = atan(2/8) */
    0x1.6f61941e4def1p-2, /* = atan(3/8) */
    0x1.dac670561bb4fp-2, /* = atan(4/8) */
    0x1.1e00babdefeb4p-1, /* = atan(5/8) */
    0x1.4978fa3269ee1p-1, /* = atan(6/8) */
    0x1.700a7c5784634p-1, /* = atan(7/8) */
    0x1.921fb54442d18p-1, /* = atan(8/8) */
};

/* 1/15, 1/13, ..., 1/3: the series of arctan. Written out, so that no compiler divides in another
 * rounding. */
static const double sid_arctan_series[7] = {
    0x1.1111111111111p-4, /* = 1/15 */
    0x1.3b13b13b13b14p-4, /* = 1/13 */
    0x1.745d1745d1746p-4, /* = 1/11 */
    0x1.c71c71c71c71cp-4, /* = 1/9 */
    0x1.2492492492492p-3, /* = 1/7 */
    0x1.999999999999ap-3, /* = 1/5 */
    0x1.5555555555555p-2, /* = 1/3 */
};

#define SID_HALF_PI 0x1.921fb54442d18p+0 /* = pi/2 */
#define SID_PI 0x1.921fb54442d18p+1      /* = pi */

/* |x|, by the sign bit. */
static double sid_magnitude(double x) {
  return sid_double_of(sid_bits_of(x) & 0x7fffffffffffffffu);
}

/* arctan(t), 0 <= t <= 1: reduction to |z| <= 1/16 by the addition theorem, then the series to
 * z^15. */
static double sid_arctan_unit(double t) {
  const uint32_t i = (uint32_t)(t * 8.0 + 0.5);
  const double c = (double)i * 0.125;
  const double z = (t - c) / (1.0 + t * c);
  const double w = z * z;
  double q = sid_arctan_series[0];
  for (int k = 1; k < 7; k++) q = sid_arctan_series[k] - w * q;
  return sid_arctan_table[i] + (z - (z * w) * q);
}

/* atan2(0, 0) is +0 whatever the signs, and a y of -0 counts as +0. The quiet NaN unless both
 * arguments are finite. */
double sid_atan2(double y, double x) {
  if (!sid_is_finite(y) || !sid_is_finite(x)) return sid_double_of(0x7ff8000000000000u);
  const double ay = sid_magnitude(y), ax = sid_magnitude(x);
  const double h = ay > ax ? ay : ax, l = ay > ax ? ax : ay;
  if (h == 0.0) return 0.0;
  double v = sid_arctan_unit(l / h);
  if (ay > ax) v = SID_HALF_PI - v;
  if (x < 0.0) v = SID_PI - v;
  return y < 0.0 ? -v : v;
}
