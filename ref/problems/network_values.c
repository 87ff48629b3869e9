/* The exponential and the logarithm of the problem network. docs/spec-network.md section 3:
 * bit-exact by the order of evaluation given there. */
#include "../config.h"
#include "../fp.h"
#include "../sidyn.h"

/* ln 2 in two parts; the first has 33 bits, so that its products with integers below 2^20 are
 * exact. */
#define SID_NET_LN2_HIGH 0x1.62e42fee00000p-1
#define SID_NET_LN2_LOW 0x1.a39ef35793c76p-33

/* A number in [-2^51, 2^51] plus this is rounded to an integer, and has its last bits. */
#define SID_NET_ROUNDER 0x1.8p+52

/* 1/13!, 1/12!, ..., 1/2!. */
static const double sid_net_exp_series[12] = {
    0x1.6124613a86d09p-33, /* = 1/13! */
    0x1.1eed8eff8d898p-29, /* = 1/12! */
    0x1.ae64567f544e4p-26, /* = 1/11! */
    0x1.27e4fb7789f5cp-22, /* = 1/10! */
    0x1.71de3a556c734p-19, /* = 1/9! */
    0x1.a01a01a01a01ap-16, /* = 1/8! */
    0x1.a01a01a01a01ap-13, /* = 1/7! */
    0x1.6c16c16c16c17p-10, /* = 1/6! */
    0x1.1111111111111p-7,  /* = 1/5! */
    0x1.5555555555555p-5,  /* = 1/4! */
    0x1.5555555555555p-3,  /* = 1/3! */
    0x1.0000000000000p-1,  /* = 1/2! */
};

/* 1/21, 1/19, ..., 1/3: the series of the inverse hyperbolic tangent. */
static const double sid_net_log_series[10] = {
    0x1.8618618618618p-5, /* = 1/21 */
    0x1.af286bca1af28p-5, /* = 1/19 */
    0x1.e1e1e1e1e1e1ep-5, /* = 1/17 */
    0x1.1111111111111p-4, /* = 1/15 */
    0x1.3b13b13b13b14p-4, /* = 1/13 */
    0x1.745d1745d1746p-4, /* = 1/11 */
    0x1.c71c71c71c71cp-4, /* = 1/9 */
    0x1.2492492492492p-3, /* = 1/7 */
    0x1.999999999999ap-3, /* = 1/5 */
    0x1.5555555555555p-2, /* = 1/3 */
};

double sid_network_exp(double x) {
  if (!(x >= -700.0)) return x < -700.0 ? 0.0 : x;
  const double t = x * 0x1.71547652b82fep+0 /* = 1/ln 2 */ + SID_NET_ROUNDER;
  const double k = t - SID_NET_ROUNDER;
  const double r = (x - k * SID_NET_LN2_HIGH) - k * SID_NET_LN2_LOW;
  double q = sid_net_exp_series[0];
  for (uint32_t j = 1; j < 12; j++) q = sid_net_exp_series[j] + r * q;
  const double power = sid_double_of((uint64_t)(1023 + (int32_t)k) << 52);
  return (1.0 + (r + (r * r) * q)) * power;
}

double sid_network_log1p(double u) {
  if (!sid_is_finite(u)) return u;
  double m = 1.0 + u, k = 0.0;
  for (; m >= 0x1.6a09e667f3bcdp+0 /* = sqrt(2) */; k = k + 1.0) m = m * 0.5;
  const double g = k == 0.0 ? u : m - 1.0;
  const double s = g / (2.0 + g), z = s * s;
  double q = sid_net_log_series[0];
  for (uint32_t j = 1; j < 10; j++) q = sid_net_log_series[j] + z * q;
  return k * SID_NET_LN2_HIGH + (k * SID_NET_LN2_LOW + 2.0 * (s + s * (z * q)));
}
