/* Exact normals by integers alone. docs/spec.md section 3; bit-exact.
 *
 * The definition asks for sqrt(-2 ln u1), cos and sin of 2 pi u2, each rounded to the nearest
 * multiple of 2^-32. The real functions are computed here with an error far below the distance that
 * any of the 2^53 inputs is expected to keep from a rounding boundary. Fixed-point numbers are
 * sid_wide words in [0, 1) unless stated otherwise; "unit" is 2^-128; every product is a floor, at
 * most one unit too small.
 *
 * That is the accurate phase. A quick phase comes first, with the leading words of the same
 * constants: 64 bits and a bound of its error, which decide the rounding of all but one pair in
 * several million. It changes no result, and takes less than half of the time.
 *
 * Radius: |error| of -ln u1 < 2^-122 (sid_scaled_minus_log). With L = -ln u1, 2^33 r = sqrt(2^67
 * L), so with X = floor(2^67 L), s = floor(sqrt(X)) = floor(2^33 r), and (s + 1) >> 1 = floor(2^32
 * r + 1/2) is RN32(r) in units of 2^-32. Only an odd square between the true and the computed 2^67
 * L makes a difference: they are less than 2^-55 apart, while the odd squares about 2^67 L are 4s
 * apart, s = 2^33 r. As k runs over its 2^53 values, r has the density r exp(-r^2/2), so the
 * expected number of inputs that go wrong is 2^53 * integral of 2*2^-55/(4*2^33 r) * r exp(-r^2/2)
 * dr = 1.25 * 2^-36, without accumulation at small r. Near u1 = 1, with d = 2^53 - k, 2^67 L = 2^14
 * d + 2^-40 d^2 + ... lies so little above an integer that an error could take the floor to 2^14 d
 * - 1. That changes s only where 2^14 d is a square t^2, from t to t - 1, with t even, and (t + 1)
 * >> 1 is t >> 1.
 *
 * Circle: |error| of cos and sin < 2^-120 (sid_circle_octant). 2^51 values (2^50 angles of an
 * octant, two functions) lie 2^-32 apart modulo the grid: the expected number that go wrong is 2^51
 * * 2*2^-120/2^-32 = 2^-36.
 *
 * The tests compare with MPFR; ci/constants.py derives every constant. */
#include "config.h"
#include "fp.h"
#include "normal.h"
#include "normal_tables.h"
#include "wide.h"

/* ---- radius -------------------------------------------------------------------------------- */

/* -ln(1 - x) - x for x < 2^-13.8, by x^2/2 + x^3/3 + ... + x^8/8. What is cut off is below x^9/9 <
 * 2^-127. The part from x^5 on is in 64 bits; its error of 2^-63 is multiplied by x^5. Error below
 * 2^-126. */
static sid_wide sid_log_series_at(sid_wide x) {
  const uint64_t *tail = sid_log_series_tail;
  const uint64_t h = x.hi;
  const uint64_t w =
      tail[0] +
      sid_high_product(h, tail[1] + sid_high_product(h, tail[2] + sid_high_product(h, tail[3])));
  sid_wide v = sid_wide_add(sid_log_series[2], sid_wide_scale(x, w));
  v = sid_wide_add(sid_log_series[1], sid_wide_high_product(x, v));
  v = sid_wide_add(sid_log_series[0], sid_wide_high_product(x, v));
  return sid_wide_high_product(x, sid_wide_high_product(x, v));
}

/* -ln f for f = g*2^-53, 2^52 < g <= 2^53, less than 2^-125 off.
 *
 * y = f is multiplied by three table factors, chosen by the leading bits of 1 - y, each the largest
 * of its length that keeps y at most 1: 1 - y falls below 2^-4, 2^-8.9, 2^-13.8. These products are
 * exact (53 + 7 + 14 + 14 = 88 bits). Then -ln f = ln c1 + ln c2 + ln c3 - ln y, four terms >= 0,
 * without cancellation, and 0 for f = 1. */
static sid_wide sid_minus_log_fraction(uint64_t g) {
  const uint32_t i1 = (uint32_t)(((1ull << 53) - g) >> 48);  /* 1 - y in units of 2^-5 */
  const uint64_t y1 = g * sid_log_factor1[i1];               /* in units of 2^-60, at most 2^60 */
  const uint32_t i2 = (uint32_t)(((1ull << 60) - y1) >> 51); /* 1 - y in units of 2^-9 */
  const sid_wide y2 = sid_wide_product(y1, sid_log_factor2[i2]); /* in units of 2^-74 */
  const sid_wide d2 = sid_wide_sub(sid_wide_of(1u << 10, 0), y2);
  const uint32_t i3 = (uint32_t)((d2.lo >> 60) | (d2.hi << 4)); /* 1 - y in units of 2^-14 */
  const sid_wide y3 = sid_wide_times(y2, (1u << 14) + i3);      /* in units of 2^-88 */
  const sid_wide x = sid_wide_shift_left(sid_wide_sub(sid_wide_of(1u << 24, 0), y3), 40);
  const sid_wide logs =
      sid_wide_add(sid_wide_add(sid_log_table1[i1], sid_log_table2[i2]), sid_log_table3[i3]);
  return sid_wide_add(logs, sid_wide_add(x, sid_log_series_at(x)));
}

/* floor(2^67 * -ln(k*2^-53)), 1 <= k <= 2^53, from a logarithm that is less than 2^-122 off.
 *
 * u1 = f*2^-q with f in (1/2, 1], so -ln u1 = q ln 2 - ln f, q <= 53; the half unit of ln 2 counts
 * q times. */
static sid_wide sid_scaled_minus_log(uint64_t k) {
  const uint32_t q = sid_leading_zeros(k - 1) - 11;
  const sid_wide fraction = sid_minus_log_fraction(k << q);
  const sid_wide low = sid_wide_product(sid_ln2.lo, q);
  const sid_wide high =
      sid_wide_add(sid_wide_product(sid_ln2.hi, q), sid_wide_of(0, low.hi)); /* units of 2^-64 */
  const sid_wide part = sid_wide_add(sid_wide_of(0, low.lo), sid_wide_of(0, fraction.lo));
  const sid_wide sum =
      sid_wide_add(sid_wide_add(high, sid_wide_of(0, fraction.hi)), sid_wide_of(0, part.hi));
  return sid_wide_of((sum.hi << 3) | (sum.lo >> 61), (sum.lo << 3) | (part.lo >> 61));
}

/* s = floor(sqrt(x)) for x < 2^74, and x - s*s. An estimate from the leading 64 bits has a relative
 * error below 2^-46, so its floor is off by at most one; the remainder, below 2^40, is known from
 * its low 64 bits and says which way. */
static uint64_t sid_wide_root(sid_wide x, uint64_t *remainder) {
  *remainder = 0;
  if (x.hi == 0 && x.lo == 0) return 0;
  const uint32_t zeros = x.hi != 0 ? sid_leading_zeros(x.hi) : 64 + sid_leading_zeros(x.lo);
  const uint64_t v = sid_wide_shift_left(x, zeros & ~1u).hi;
  uint64_t s = sid_high_product(v, sid_reciprocal_root(v, 4)) >> (zeros / 2 - 2);
  const int64_t rest = (int64_t)(x.lo - s * s);
  if (rest < 0)
    s--;
  else if ((uint64_t)rest > 2 * s)
    s++;
  *remainder = x.lo - s * s;
  return s;
}

/* The accurate phase of sid_normal_radius_grid(). */
uint64_t sid_normal_radius_accurate(uint64_t k) {
  uint64_t rest;
  return (sid_wide_root(sid_scaled_minus_log(k), &rest) + 1) >> 1;
}

/* 2^58 * -ln(k*2^-53), 1 <= k <= 2^53, less than SID_QUICK_LOG too small, never too large.
 *
 * The reduction of sid_minus_log_fraction() in units of 2^-64: d = 1 - y becomes 1 - y*c = d + d*f
 * - f with c = 1 + f, a floor, so the next index is the same and nothing falls below 0. Each floor
 * is less than one unit, and f3 is below 2^-8.8: d3, here x, is less than 2.1 units too small. The
 * series to x^4/4, cut off below x^5/4 < 2^-71: three floors, of which two are multiplied by x.
 * Three table entries. Together less than 7 units; with the two floors to units of 2^-58 and 53
 * times the low word of ln 2 less than 7/64 + 2 + 53/64 < 3 of those. */
uint64_t sid_normal_minus_log_quick(uint64_t k) {
  const uint32_t q = sid_leading_zeros(k - 1) - 11;
  const uint64_t d0 = (1ull << 53) - (k << q); /* in units of 2^-53 */
  const uint32_t i1 = (uint32_t)(d0 >> 48);
  const uint64_t f1 = sid_log_factor1[i1] - 128u;
  const uint64_t d1 = (d0 * (128 + f1) - (f1 << 53)) << 4; /* exact, in units of 2^-64 */
  const uint32_t i2 = (uint32_t)(d1 >> 55);
  const uint64_t f2 = (uint64_t)(sid_log_factor2[i2] - 16384u) << 50;
  const uint64_t d2 = d1 + sid_high_product(d1, f2) - f2;
  const uint32_t i3 = (uint32_t)(d2 >> 50);
  const uint64_t f3 = (uint64_t)i3 << 50;
  const uint64_t x = d2 + sid_high_product(d2, f3) - f3;
  const uint64_t cube =
      sid_high_product(x, sid_log_series[1].hi + sid_high_product(x, sid_log_series[2].hi));
  const uint64_t series = sid_high_product(x, sid_high_product(x, sid_log_series[0].hi + cube));
  const uint64_t fraction =
      sid_log_table1[i1].hi + sid_log_table2[i2].hi + sid_log_table3[i3].hi + x + series;
  return sid_high_product(sid_ln2.hi, (uint64_t)q << 58) + (fraction >> 6);
}

/* RN32(sqrt(-2 ln(k*2^-53))) in units of 2^-32, 1 <= k <= 2^53; below 2^36.
 *
 * Quick: 2^67 L lies from X = 2^9 * (the quick logarithm) to X + 4*2^9. If that is not beyond
 * s*s + 2s, then s is the floor of both roots. Not so for 2^-23/r of all k. */
uint64_t sid_normal_radius_grid(uint64_t k) {
  const uint64_t log = sid_normal_minus_log_quick(k);
  uint64_t rest;
  const uint64_t s = sid_wide_root(sid_wide_of(log >> 55, log << 9), &rest);
  if (rest + (SID_QUICK_LOG << 9) > 2 * s) return sid_normal_radius_accurate(k);
  return (s + 1) >> 1;
}

/* ---- circle -------------------------------------------------------------------------------- */

/* c[0] - z*(c[1] - z*(c[2] - z*(t[0] - z*(t[1] - z*(t[2] - z*t[3])))*2^-shift)) with z < 2^-10.6.
 * The tail t, in 64 bits, has an error below 2^-63, which is multiplied by z^3 * 2^-shift. */
static sid_wide sid_circle_series_at(sid_wide z, const sid_wide c[3], const uint64_t t[4],
                                     uint32_t shift) {
  const uint64_t h = z.hi;
  const uint64_t w =
      t[0] - sid_high_product(h, t[1] - sid_high_product(h, t[2] - sid_high_product(h, t[3])));
  const sid_wide v = sid_wide_sub(c[2], sid_wide_shift_right(sid_wide_scale(z, w), shift));
  return sid_wide_sub(c[0],
                      sid_wide_high_product(z, sid_wide_sub(c[1], sid_wide_high_product(z, v))));
}

/* cos and sin of phi = (pi/4) * t * 2^-50, 0 <= t <= 2^50, each less than 2^-120 off; for a value
 * of 1 they give 1 - 2^-128.
 *
 * phi = (pi/4) i/32 + theta, theta < 2^-5.3. With e = 1 - cos theta = z*(1/2! - z*(1/4! - ...)), z
 * = theta^2, up to z^7/14!, and b = sin theta = theta*(1 - z*(1/3! - ...)) up to theta^15/15! (cut
 * off: below 2^-129 and 2^-139), cos phi = C - (C*e + S*b), sin phi = S + (C*b - S*e). The tails of
 * the series give 2^-63 * z^4 * 2^-15 < 2^-120.8 and less for the sine, the floors and table
 * entries together less than 16 units. */
static void sid_circle_octant(uint64_t t, sid_wide *cosine, sid_wide *sine) {
  const uint32_t i = (uint32_t)(t >> 45);
  const sid_wide C = sid_circle_table[i][0], S = sid_circle_table[i][1];
  const sid_wide theta = sid_wide_scale(sid_quarter_pi, (t & ((1ull << 45) - 1)) << 14);
  const sid_wide z = sid_wide_high_product(theta, theta);
  const sid_wide e =
      sid_wide_high_product(z, sid_circle_series_at(z, sid_cos_series, sid_cos_series_tail, 15));
  const sid_wide w =
      sid_wide_high_product(z, sid_circle_series_at(z, sid_sin_series, sid_sin_series_tail, 18));
  const sid_wide b = sid_wide_sub(theta, sid_wide_high_product(theta, w));
  *cosine = sid_wide_sub(C, sid_wide_add(sid_wide_high_product(C, e), sid_wide_high_product(S, b)));
  *sine = sid_wide_sub(sid_wide_add(S, sid_wide_high_product(C, b)), sid_wide_high_product(S, e));
}

/* The quick phase of the same: in units of 2^-64, less than SID_QUICK_CIRCLE of them off.
 *
 * The series to z^4/8! and theta z^3/7! (cut off: below 2^-75 and 2^-66), in words. theta and z are
 * less than 1.1 units too small; what is multiplied by z < 2^-10.6 counts for nothing, so e is off
 * by less than 2 units, w by 2, b by 3, each of the four products by one more, C and S by one: less
 * than 8 units. */
void sid_normal_octant_quick(uint64_t t, uint64_t *cosine, uint64_t *sine) {
  const uint32_t i = (uint32_t)(t >> 45);
  const uint64_t C = sid_circle_table[i][0].hi, S = sid_circle_table[i][1].hi;
  const sid_wide *c = sid_cos_series, *s = sid_sin_series;
  const uint64_t theta = sid_high_product(sid_quarter_pi.hi, (t & ((1ull << 45) - 1)) << 14);
  const uint64_t z = sid_high_product(theta, theta);
  const uint64_t fourth = c[2].hi - sid_high_product(z, sid_cos_series_tail[0] >> 15);
  const uint64_t e =
      sid_high_product(z, c[0].hi - sid_high_product(z, c[1].hi - sid_high_product(z, fourth)));
  const uint64_t w =
      sid_high_product(z, s[0].hi - sid_high_product(z, s[1].hi - sid_high_product(z, s[2].hi)));
  const uint64_t b = theta - sid_high_product(theta, w);
  *cosine = C - (sid_high_product(C, e) + sid_high_product(S, b));
  *sine = S + sid_high_product(C, b) - sid_high_product(S, e);
}

/* The accurate phase: the leading words of the same, rounded down. */
void sid_normal_octant_accurate(uint64_t t, uint64_t *cosine, uint64_t *sine) {
  sid_wide c, s;
  sid_circle_octant(t, &c, &s);
  *cosine = c.hi;
  *sine = s.hi;
}

/* floor(v*2^32 + 1/2) for v in units of 2^-64; at most 2^32. */
static int64_t sid_circle_grid(uint64_t v) { return (int64_t)((v >> 32) + ((v >> 31) & 1)); }

/* Whether the true value may lie on the other side of a middle between two numbers of the grid. */
static int sid_circle_near(uint64_t v) {
  return (uint32_t)(v + (1u << 31) + SID_QUICK_CIRCLE) < 2 * SID_QUICK_CIRCLE;
}

/* RN32 of cos and sin of 2 pi m*2^-53, 0 <= m < 2^53, in units of 2^-32. The octant o of the angle
 * is exact: odd octants run backwards, octants 1, 2, 5, 6 exchange cos and sin, then the signs. */
void sid_normal_circle_grid(uint64_t m, int64_t *cosine, int64_t *sine) {
  const uint32_t o = (uint32_t)(m >> 50) & 7;
  const uint64_t within = m & ((1ull << 50) - 1);
  const uint64_t t = (o & 1) != 0 ? (1ull << 50) - within : within;
  uint64_t c, s;
  sid_normal_octant_quick(t, &c, &s);
  if (sid_circle_near(c) || sid_circle_near(s)) sid_normal_octant_accurate(t, &c, &s);
  const int exchange = ((o + 1) & 2) != 0;
  const int64_t x = sid_circle_grid(exchange ? s : c);
  const int64_t y = sid_circle_grid(exchange ? c : s);
  *cosine = ((o + 2) & 4) != 0 ? -x : x;
  *sine = (o & 4) != 0 ? -y : y;
}

/* ---- pair ---------------------------------------------------------------------------------- */

/* z0 = r*c, z1 = r*s, the only roundings; the three grid values are below 2^53 units and exact. */
void sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]) {
  int64_t cosine, sine;
  sid_normal_circle_grid(raw2 >> 11, &cosine, &sine);
  const double r = (double)(int64_t)sid_normal_radius_grid((1ull << 53) - (raw1 >> 11)) * 0x1p-32;
  z[0] = r * ((double)cosine * 0x1p-32);
  z[1] = r * ((double)sine * 0x1p-32);
}
