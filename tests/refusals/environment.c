/* What somebody else in the process may do to the arithmetic behind the library's back, and whether
 * sid_selfcheck() names it.
 *
 *     environment none|ftz|daz|both|upward|downward|towardzero|load LIBRARY
 *
 * Prints the result of sid_selfcheck() before and after, in hexadecimal. load needs
 * -DWITH_DLOPEN. */
#include <stdio.h>
#include <string.h>

#include "sidyn.h"

#ifdef WITH_DLOPEN
#include <dlfcn.h>
#endif

#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>
static void control(unsigned set) { _mm_setcsr(_mm_getcsr() | set); }
enum { FTZ = 0x8000, DAZ = 0x40, DOWNWARD = 0x2000, UPWARD = 0x4000, TOWARDZERO = 0x6000 };
#elif defined(__aarch64__)
static void control(unsigned set) {
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  fpcr |= set;
  __asm__ volatile("msr fpcr, %0" ::"r"(fpcr));
}
enum { FTZ = 1 << 24, DAZ = 1 << 24, DOWNWARD = 2 << 22, UPWARD = 1 << 22, TOWARDZERO = 3 << 22 };
#elif defined(__arm__)
static void control(unsigned set) {
  uint32_t fpscr;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
  fpscr |= set;
  __asm__ volatile("vmsr fpscr, %0" ::"r"(fpscr));
}
enum { FTZ = 1 << 24, DAZ = 1 << 24, DOWNWARD = 2 << 22, UPWARD = 1 << 22, TOWARDZERO = 3 << 22 };
#else
#include <fenv.h>
static void control(unsigned set) { (void)fesetround((int)set); }
enum {
  FTZ = FE_TONEAREST,
  DAZ = FE_TONEAREST,
  DOWNWARD = FE_DOWNWARD,
  UPWARD = FE_UPWARD,
  TOWARDZERO = FE_TOWARDZERO
};
#endif

static int load(const char *path) {
#ifdef WITH_DLOPEN
  return dlopen(path, RTLD_NOW) != NULL;
#else
  (void)path;
  return 0;
#endif
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    unsigned set;
  } modes[] = {{"none", 0},
               {"ftz", FTZ},
               {"daz", DAZ},
               {"both", FTZ | DAZ},
               {"upward", UPWARD},
               {"downward", DOWNWARD},
               {"towardzero", TOWARDZERO}};
  const char *mode = count > 1 ? arguments[1] : "";
  int known = 0;
  const unsigned before = sid_selfcheck();
  for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++) {
    if (strcmp(mode, modes[m].name) != 0) continue;
    known = 1;
    if (m > 0) control(modes[m].set);
  }
  if (strcmp(mode, "load") == 0) known = count > 2 && load(arguments[2]);
  if (!known) return 2;
  const unsigned after = sid_selfcheck();
  printf("0x%x 0x%x\n", before, after);
  return 0;
}
