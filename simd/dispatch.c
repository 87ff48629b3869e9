/* Which backend computes. The only reader of CPU features; the table starts at the reference. */
#include "config.h"
#include "simd.h"
#include "single.h"

#if SID_CANDIDATES_SLEEF
#include <sleef.h>
#define SID_TEXT(x) #x
#define SID_VERSION_TEXT(a, b, c) SID_TEXT(a) "." SID_TEXT(b) "." SID_TEXT(c)
#endif
#if SID_SIMD_X86
#include <cpuid.h>
extern const sid_backend sid_backend_avx2, sid_backend_avx512, sid_backend_avx512ifma;
#endif
#if SID_SIMD_NEON
extern const sid_backend sid_backend_neon;
#endif

static void sid_ref_run(const sid_experiment *experiment, uint64_t first, uint32_t count,
                        sid_backend_results *results, double *work) {
  sid_run_singly(sid_run_advance, experiment, first, count, results, work);
}

static void sid_ref_advance(const sid_experiment *experiment, sid_backend_block *block, uint64_t to,
                            sid_backend_results *results, double *work) {
  sid_advance_singly(sid_run_advance, experiment, block, to, results, work);
}

const sid_backend sid_backend_ref = {"ref",
                                     1,
                                     sid_singly_workspace,
                                     sid_ref_run,
                                     sid_ref_advance,
                                     sid_stream_normals,
                                     sid_flow_workspace,
                                     sid_flow_singly,
                                     sid_circle_singly,
                                     sid_rayleigh_law_singly,
                                     sid_levy_singly};

/* ---- table ---- */

static const sid_backend *const sid_built[] = {
    &sid_backend_ref,
#if SID_SIMD_X86
    &sid_backend_avx2, &sid_backend_avx512, &sid_backend_avx512ifma,
#endif
#if SID_SIMD_NEON
    &sid_backend_neon,
#endif
};

const sid_backend *const *sid_backends_built(size_t *count) {
  *count = sizeof sid_built / sizeof sid_built[0];
  return sid_built;
}

/* ---- features ---- */

#if SID_SIMD_X86

sid_cpu sid_cpu_here(void) {
  sid_cpu cpu = {0, 0, 0};
  uint32_t eax, ebx, ecx, edx;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) cpu.leaf1_ecx = ecx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) cpu.leaf7_ebx = ebx;
  if (!(cpu.leaf1_ecx >> 27 & 1u)) return cpu;
  __asm__ volatile("xgetbv" : "=a"(cpu.saved), "=d"(edx) : "c"(0));
  return cpu;
}

/* AVX2 with FMA, which the candidates of the normals use (and nothing else). */
static const char *sid_missing_avx2(const sid_cpu *cpu) {
  if ((cpu->saved & 0x6u) != 0x6u) return "the operating system does not save 256-bit registers";
  if (!(cpu->leaf1_ecx >> 12 & 1u)) return "the processor has no FMA";
  if (!(cpu->leaf7_ebx >> 5 & 1u)) return "the processor has no AVX2";
  return NULL;
}

/* A compiler that may use AVX-512 uses AVX2 too. */
static const char *sid_missing_avx512(const sid_cpu *cpu) {
  if ((cpu->saved & 0xe6u) != 0xe6u) return "the operating system does not save 512-bit registers";
  if (!(cpu->leaf7_ebx >> 16 & 1u) || !(cpu->leaf7_ebx >> 17 & 1u))
    return "the processor has no AVX-512 F and DQ";
  return sid_missing_avx2(cpu);
}

static const char *sid_missing_avx512ifma(const sid_cpu *cpu) {
  const char *missing = sid_missing_avx512(cpu);
  if (!missing && !(cpu->leaf7_ebx >> 21 & 1u)) return "the processor has no AVX-512 IFMA";
  return missing;
}

#else

sid_cpu sid_cpu_here(void) {
  const sid_cpu cpu = {0, 0, 0};
  return cpu;
}

#endif

int sid_backend_usable_on(const sid_backend *backend, const sid_cpu *cpu, const char **why) {
  *why = NULL;
#if SID_SIMD_X86
  if (backend == &sid_backend_avx2) *why = sid_missing_avx2(cpu);
  if (backend == &sid_backend_avx512) *why = sid_missing_avx512(cpu);
  if (backend == &sid_backend_avx512ifma) *why = sid_missing_avx512ifma(cpu);
#endif
  (void)backend, (void)cpu; /* NEON is part of every AArch64 */
  return *why == NULL;
}

const sid_backend *sid_backend_best_on(const sid_cpu *cpu) {
  size_t count;
  const sid_backend *const *built = sid_backends_built(&count);
  const char *why;
  while (count > 1 && !sid_backend_usable_on(built[count - 1], cpu, &why)) count--;
  return built[count - 1];
}

int sid_backend_usable(const sid_backend *backend, const char **why) {
  const sid_cpu cpu = sid_cpu_here();
  return sid_backend_usable_on(backend, &cpu, why);
}

const sid_backend *sid_backend_best(void) {
  const sid_cpu cpu = sid_cpu_here();
  return sid_backend_best_on(&cpu);
}

/* ---- names ---- */

const sid_backend *sid_backend_named(const char *name) {
  size_t count;
  const sid_backend *const *built = sid_backends_built(&count);
  for (size_t i = 0; i < count; i++) {
    const char *a = built[i]->name, *b = name;
    while (*a && *a == *b) a++, b++;
    if (*a == *b) return built[i];
  }
  return NULL;
}

const char *sid_simd_sleef_version(void) {
#if SID_CANDIDATES_SLEEF
  return SID_VERSION_TEXT(SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL);
#else
  return "not used";
#endif
}
