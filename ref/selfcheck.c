/* Can the arithmetic of this build on this machine be trusted? docs/spec.md section 1.
 *
 * Each probe computes something whose bits differ under one known fault. Operands are read from
 * volatile variables, so that the compiler can neither fold nor skip the operation, and read once
 * into a local, so that it could still fuse or reorder if it was told to. Results are compared as
 * bits: under -ffast-math a comparison of doubles may be folded. */
#include "config.h"
#include "fp.h"

/* x through a volatile variable: a value of which the compiler knows nothing. */
static double sid_opaque(double x) {
  volatile double v = x;
  return v;
}

/* 1 if x has other bits than expected. */
static int sid_differs(double x, uint64_t expected) {
  volatile double v = x;
  return sid_bits_of(v) != expected;
}

/* binary64, stored in the byte order of the integers. */
static int sid_probe_format(void) {
  return sid_differs(sid_opaque(1.0), 0x3ff0000000000000u) ||
         sid_differs(sid_opaque(-2.5), 0xc004000000000000u) ||
         sid_differs(sid_opaque(0x1.fffffffffffffp+1023), 0x7fefffffffffffffu) ||
         sid_differs(sid_opaque(0x1.921fb54442d18p+1), 0x400921fb54442d18u);
}

/* Exact conversions in both directions, signed and unsigned, with more than 32 bits. */
static int sid_probe_conversion(void) {
  volatile uint64_t large = 0x1ffffffffffffbu, middle = 0x100000001u;
  volatile int64_t negative = -0x1fffffffffffffll;
  volatile uint32_t word = 0xffffffffu;
  return sid_differs((double)large, 0x433ffffffffffffbu) ||
         sid_differs((double)middle, 0x41f0000000100000u) ||
         sid_differs((double)negative, 0xc33fffffffffffffu) ||
         sid_differs((double)word, 0x41efffffffe00000u) || ((uint32_t)sid_opaque(7.999) != 7u) ||
         ((uint64_t)sid_opaque(0x1.00000001fp+32) != 0x100000001u) ||
         ((int64_t)sid_opaque(-0x1.00000001fp+32) != -0x100000001ll);
}

/* Ties go to even on both sides of zero; each of the other modes fails at least one of the four. */
static int sid_probe_rounding(void) {
  const double one = sid_opaque(1.0), half_ulp = sid_opaque(0x1p-53),
               three_halves = sid_opaque(0x3p-53);
  return sid_differs(one + half_ulp, 0x3ff0000000000000u) ||
         sid_differs(one + three_halves, 0x3ff0000000000002u) ||
         sid_differs(-one - half_ulp, 0xbff0000000000000u) ||
         sid_differs(-one - three_halves, 0xbff0000000000002u);
}

/* A subnormal result, and a subnormal operand with a normal result. */
static int sid_probe_flush(void) {
  const double smallest_normal = sid_opaque(0x1p-1022), half = sid_opaque(0.5);
  const double smallest = sid_opaque(0x1p-1074), large = sid_opaque(0x1p+1000);
  return sid_differs(smallest_normal * half, 0x0008000000000000u) ||
         sid_differs(smallest * large, 0x3b50000000000000u);
}

/* x*x is 1 + 2^-26 + 2^-54, which rounds to 1 + 2^-26; fused, the 2^-54 survives. The product is
 * used once only: gcc does not fuse one that is needed twice. Also a - b*c and a*b - c, which are
 * instructions of their own. */
static int sid_probe_contraction(void) {
  const double x = sid_opaque(0x1.0000002p+0), y = sid_opaque(0x1.0000002p+0),
               c = sid_opaque(0x1.0000004p+0);
  const double u = sid_opaque(0x1.0000002p+0), v = sid_opaque(0x1.0000002p+0),
               d = sid_opaque(-0x1.0000004p+0);
  const double s = sid_opaque(0x1.0000002p+0), t = sid_opaque(0x1.0000002p+0);
  return sid_differs(u * v + d, 0) || sid_differs(x * y - c, 0) || sid_differs(c - s * t, 0);
}

/* More precision: 1 + (2^-53 + 2^-65) rounds up, but by way of 64 bits first down to a tie. */
static int sid_probe_precision(void) {
  const double one = sid_opaque(1.0), little = sid_opaque(0x1.002p-53);
  return sid_differs(one + little, 0x3ff0000000000001u);
}

/* More range: a subnormal product that is rounded first to 53 bits and then to fewer is
 * wrong by one. */
static int sid_probe_range(void) {
  const double a = sid_opaque(0x1.cc2ec1dd3b3d7p-2), b = sid_opaque(0x1.0ed066a1ddbb3p-1022);
  return sid_differs(a * b, 0x00079b3fbbc9c5d7u);
}

/* The root next below 1, which is 1 where an x87 rounds twice; 2; and both routines on one more. */
static int sid_probe_sqrt(void) {
  const double below_one = sid_opaque(0x1.fffffffffffffp-1), two = sid_opaque(2.0),
               odd = sid_opaque(0x1.23456789abcdfp-501);
  return sid_differs(sid_sqrt(below_one), 0x3fefffffffffffffu) ||
         sid_differs(sid_sqrt(two), 0x3ff6a09e667f3bcdu) ||
         sid_differs(sid_sqrt_integer(below_one), 0x3fefffffffffffffu) ||
         sid_differs(sid_sqrt_integer(two), 0x3ff6a09e667f3bcdu) ||
         sid_bits_of(sid_sqrt(odd)) != sid_bits_of(sid_sqrt_integer(odd));
}

/* The class in which libgcc's ARM addition in software is wrong: exponents 33 apart, signs that
 * differ, a result that moves by one bit. Both operands in both places, as sum and as
 * difference. */
static int sid_probe_soft_add(void) {
  const double one = sid_opaque(1.0), a = sid_opaque(0x1.1bf12248b6c56p-33),
               b = sid_opaque(0x1.8ee19cc3724e2p-33);
  const double minus_a = sid_opaque(-0x1.1bf12248b6c56p-33), minus_one = sid_opaque(-1.0);
  return sid_differs(one - a, 0x3fefffffffee40eeu) ||
         sid_differs(one + minus_a, 0x3fefffffffee40eeu) ||
         sid_differs(a - one, 0xbfefffffffee40eeu) ||
         sid_differs(minus_one + b, 0xbfefffffffe711e6u) ||
         sid_differs(b + minus_one, 0xbfefffffffe711e6u);
}

/* The algebra that holds for real numbers only, and that clang applies under flags of which no
 * macro tells. Sums: the first is -1 in this order and 0 in a better one. Products: (u*v)*u differs
 * from (u*u)*v. Divisions: 49 * (1/49) is below 1. Signed zeros: -0 + 0 is +0. */
static int sid_probe_algebra(void) {
  const double one = sid_opaque(1.0), large = sid_opaque(1e16), y = sid_opaque(49.0),
               zero = sid_opaque(-0.0);
  const double a = sid_opaque(49.0), b = sid_opaque(98.0), c = sid_opaque(196.0);
  const double u = sid_opaque(0.7), v = sid_opaque(3.3);
  if (sid_differs(((one + large) - large) - one, 0xbff0000000000000u)) return 1;
  if (sid_differs((u * v) * u, 0x3ff9df3b645a1caau)) return 1;
  if (sid_differs(a / 49.0, 0x3ff0000000000000u) || sid_differs(zero + 0.0, 0)) return 1;
  const double qa = a / y, qb = b / y, qc = c / y;
  return sid_differs(qa, 0x3ff0000000000000u) || sid_differs(qb, 0x4000000000000000u) ||
         sid_differs(qc, 0x4010000000000000u);
}

/* Raws of NumPy's PCG64(SeedSequence(2**63 + 5, spawn_key=(2, 2**33 + 1))). */
static const uint64_t sid_known_raws[4] = {0x45e118bd2c569760u, 0x1801b92ca44d127eu,
                                           0x8ca8bab85719637au, 0x316c8ec2a35d0b3au};

/* The stream of the known answers. */
static sid_stream sid_known_stream(void) {
  const uint64_t key[2] = {2, (1ull << 33) + 1};
  sid_stream stream = {0, 0, 0, 0, NULL};
  (void)sid_stream_init(&stream, (1ull << 63) + 5, key, 2);
  return stream;
}

/* Two raws one by one, a third after a jump back and forth. */
static int sid_probe_stream(void) {
  sid_stream stream = sid_known_stream();
  if (sid_stream_raw(&stream) != sid_known_raws[0] || sid_stream_raw(&stream) != sid_known_raws[1])
    return 1;
  sid_stream_advance(&stream, UINT64_MAX, UINT64_MAX - 6);
  sid_stream_advance(&stream, 0, 7);
  return sid_stream_raw(&stream) != sid_known_raws[2] ||
         sid_stream_raw(&stream) != sid_known_raws[3];
}

/* The first five normals of the same stream, and a pair that takes the accurate phases of radius
 * and circle (normal.c), by mpmath at 60 digits. */
static int sid_probe_normal(void) {
  static const uint64_t known[5] = {0x3fe53e2363f00438u, 0x3fdc65e52c10d036u, 0x3fdc4c9bc0ce8eecu,
                                    0x3ff2eccf632eaa67u, 0xbfdb9a3131dcd4cfu};
  sid_stream stream = sid_known_stream();
  double z[5];
  sid_stream_normals(&stream, z, 5);
  for (int i = 0; i < 5; i++)
    if (sid_differs(z[i], known[i])) return 1; /* clang 14 -msimd128 joins them with a wrong or */
  sid_normal_pair(0x5eecb5754a93d800u, 0x156e19c0b31e9000u, z);
  return sid_differs(z[0], 0x3feaa3ceaf694a1fu) || sid_differs(z[1], 0x3fdeee1404a4bdabu);
}

/* `bit` if the probe failed. */
static uint32_t sid_check_bit(int failed, uint32_t bit) { return failed ? bit : 0; }

/* A fault is named once: a probe that it would also upset, without being about it, is left out. In
 * another rounding mode no probe of rounded results means anything; flushing spoils the subnormal
 * product of the range probe; excess precision keeps the products and sums of the contraction and
 * algebra probes unrounded. */
uint32_t sid_selfcheck(void) {
  uint32_t failed = sid_check_bit(sid_probe_format(), SID_CHECK_FORMAT);
  failed |= sid_check_bit(sid_probe_conversion(), SID_CHECK_CONVERSION);
  failed |= sid_check_bit(sid_probe_stream(), SID_CHECK_STREAM);
  failed |= sid_check_bit(sid_probe_flush(), SID_CHECK_FLUSH_TO_ZERO);
  failed |= sid_check_bit(sid_probe_rounding(), SID_CHECK_ROUNDING);
  if ((failed & SID_CHECK_ROUNDING) != 0) return failed;
  failed |= sid_check_bit(sid_probe_precision(), SID_CHECK_EXCESS);
  if ((failed & SID_CHECK_EXCESS) == 0) {
    failed |= sid_check_bit(sid_probe_contraction(), SID_CHECK_CONTRACTION);
    failed |= sid_check_bit(sid_probe_algebra(), SID_CHECK_REASSOCIATION);
  }
  if ((failed & SID_CHECK_FLUSH_TO_ZERO) == 0)
    failed |= sid_check_bit(sid_probe_range(), SID_CHECK_EXCESS);
  failed |= sid_check_bit(sid_probe_sqrt(), SID_CHECK_SQRT);
  failed |= sid_check_bit(sid_probe_soft_add(), SID_CHECK_SOFT_ADD);
  failed |= sid_check_bit(sid_probe_normal(), SID_CHECK_NORMAL);
  return failed;
}

const char *sid_selfcheck_text(uint32_t bit) {
  switch (bit) {
    case SID_CHECK_FLUSH_TO_ZERO:
      return "subnormal numbers are flushed to zero (a library linked with -ffast-math, or the "
             "control register)";
    case SID_CHECK_CONTRACTION: return "a*b + c is fused (build with -ffp-contract=off)";
    case SID_CHECK_EXCESS:
      return "double is evaluated with excess precision or range (x87, 68881; x86: SSE2)";
    case SID_CHECK_SQRT:
      return "sqrt is not correctly rounded (build with -DSID_FORCE_INTEGER_SQRT)";
    case SID_CHECK_SOFT_ADD:
      return "double addition in software rounds wrongly (libgcc for ARM; link "
             "ref/port/arm_softadd.c)";
    case SID_CHECK_ROUNDING: return "the rounding mode is not to nearest even";
    case SID_CHECK_REASSOCIATION:
      return "the compiler rewrites formulas (built with -ffast-math or a part of it)";
    case SID_CHECK_CONVERSION: return "conversions between integers and double are wrong";
    case SID_CHECK_FORMAT:
      return "double is not IEEE-754 binary64 in the byte order of the integers";
    case SID_CHECK_STREAM: return "the random stream gives a wrong known answer (miscompiled?)";
    case SID_CHECK_NORMAL: return "the exact normals give a wrong known answer (miscompiled?)";
    default: return "unknown check";
  }
}
