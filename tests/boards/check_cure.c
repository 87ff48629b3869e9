/* The cure of ref/port/ on the machine that builds, with the sum of the processor in the place of
 * libgcc's: every sum is right, and exactly those of the class that libgcc gets wrong are done by
 * integers. Prints what is wrong; status 0 if nothing is. */
#include <stdio.h>
#include <string.h>

#include "operations.h"

/* What the linker would join. */
uint64_t __real___aeabi_dadd(uint64_t a, uint64_t b);
uint64_t __wrap___aeabi_dadd(uint64_t a, uint64_t b);
uint64_t __wrap___aeabi_dsub(uint64_t a, uint64_t b);
uint64_t __wrap___aeabi_drsub(uint64_t a, uint64_t b);

#define SIGN (1ull << 63)
#define FRACTION 0xfffffffffffffu

static int passed_on;

uint64_t __real___aeabi_dadd(uint64_t a, uint64_t b) {
  double x, y;
  passed_on++;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  x = x + y;
  memcpy(&a, &x, sizeof a);
  return a;
}

static uint64_t state = 34;

static uint64_t next_raw(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint64_t fraction(void) {
  const uint64_t raw = next_raw(), few = 1ull << (next_raw() % 52);
  switch (next_raw() % 6) {
    case 0: return 0;
    case 1: return FRACTION;
    case 2: return raw & 7;
    case 3: return FRACTION - (raw & 7);
    case 4: return few;
    default: return raw & FRACTION;
  }
}

/* A fraction whose last `apart` places are half or a quarter of the last place of a number with an
 * exponent so much higher, or next to that: where rounding is decided by the last bit. */
static uint64_t near_tie(unsigned apart) {
  const unsigned place = apart - 1 - (unsigned)(next_raw() % 2);
  if (apart < 3 || place > 51) return fraction();
  return ((((next_raw() & FRACTION) >> apart) << apart) + (1ull << place) + next_raw() % 3 - 1) &
         FRACTION;
}

static unsigned long wrong, by_integers;

static void tell(const char *what, uint64_t a, uint64_t b, uint64_t result) {
  if (wrong++ < 10)
    printf("%s of %016llx and %016llx: %016llx\n", what, (unsigned long long)a,
           (unsigned long long)b, (unsigned long long)result);
}

/* a + b in four ways; expected_cured tells whether its signs and exponents are those of the
 * class. */
static void check(uint64_t a, uint64_t b, uint64_t expected, int expected_cured) {
  const struct {
    const char *name;
    uint64_t result;
  } sums[3] = {{"sum", __wrap___aeabi_dadd(a, b)},
               {"difference", __wrap___aeabi_dsub(a, b ^ SIGN)},
               {"reversed difference", __wrap___aeabi_drsub(b ^ SIGN, a)}};
  for (int i = 0; i < 3; i++)
    if (sums[i].result != expected) tell(sums[i].name, a, b, sums[i].result);
  if (passed_on != (expected_cured ? 0 : 3)) tell("wrong way", a, b, (uint64_t)passed_on);
  by_integers += (unsigned long)(3 - passed_on);
  passed_on = 0;
}

static uint64_t field(uint64_t a) { return a >> 52 & 0x7ff; }

int main(void) {
  for (unsigned apart = 0; apart <= 69; apart++)
    for (int i = 0; i < 4000; i++) {
      /* high is the exponent of the larger number, counted so that that of a subnormal one is 1 */
      const uint64_t most = 2046 - apart;
      const uint64_t low = i % 4 == 0 ? 1 : i % 4 == 1 ? most : 1 + next_raw() % most;
      const int subnormal = low == 1 && i % 3 == 0;
      uint64_t a = (low + apart) << 52 | fraction(),
               b = (subnormal ? 0 : low) << 52 | (i % 2 == 0 ? fraction() : near_tie(apart));
      a |= next_raw() & SIGN;
      b |= next_raw() & SIGN;
      const int cured = ((a ^ b) & SIGN) != 0 && (apart == 33 || apart == 34);
      const uint64_t expected = sid_exact_result(SID_OP_ADD, a, b);
      if (expected != __real___aeabi_dadd(a, b)) tell("exact result", a, b, expected);
      passed_on = 0;
      check(a, b, expected, cured);
      check(b, a, expected, cured);
    }
  /* Infinity and NaN have the largest exponent and are no numbers of the class. */
  for (unsigned low = 2012; low <= 2015; low++) {
    const uint64_t infinity = 0x7ff0000000000000u, finite = (uint64_t)low << 52 | SIGN;
    check(infinity, finite, infinity, 0);
    check(finite ^ SIGN, infinity | SIGN, infinity | SIGN, 0);
    if (field(__wrap___aeabi_dadd(0x7ff8000000000000u, finite)) != 0x7ff)
      tell("NaN", infinity, finite, 0);
    passed_on = 0;
  }
  if (by_integers < 20000) printf("only %lu sums by integers\n", by_integers);
  printf("%lu wrong, %lu by integers\n", wrong, by_integers);
  return wrong > 0 || by_integers < 20000;
}
