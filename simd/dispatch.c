/* Which backend computes. The only reader of CPU features; the table starts at the reference. */
#include "config.h"
#include "simd.h"
#include "single.h"

#if SID_SIMD_X86 || SID_SIMD_NEON
#include <sleef.h>
#define SID_TEXT(x) #x
#define SID_VERSION_TEXT(a, b, c) SID_TEXT(a) "." SID_TEXT(b) "." SID_TEXT(c)
#endif
#if SID_SIMD_X86
#include <cpuid.h>
extern const sid_backend sid_backend_avx2, sid_backend_avx512;
#endif
#if SID_SIMD_NEON
extern const sid_backend sid_backend_neon;
#endif

/* ---- one trajectory after the other: the reference, and what the kernels have no lanes for
 * ---- */

#define SID_HAS_LANES(kind, number, name, room, samples, own, test, dim, check, lanes)             \
  case kind: return lanes;

static int sid_problem_has_lanes(const sid_problem *problem) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_HAS_LANES)
    default: return 0;
  }
}

int sid_fits_lanes(const sid_experiment *experiment) {
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    if (experiment->observables[o] > SID_X) return 0;
  return sid_problem_has_lanes(&experiment->problem) && experiment->dynamics.kind <= SID_SDE2;
}

typedef struct {
  sid_backend_results *results;
  uint64_t trajectory;
  double *next;  /* the row to fill */
  uint32_t rows; /* so many were recorded */
  size_t width;
} sid_ref_recorder;

static int sid_ref_record(void *user, uint64_t step, const double *x, const double *row) {
  sid_ref_recorder *recorder = (sid_ref_recorder *)user;
  (void)x;
  recorder->rows++;
  if (recorder->results->visit) {
    recorder->results->visit(recorder->results->user, recorder->trajectory, step, row);
    return 0;
  }
  for (size_t k = 0; k < recorder->width; k++) recorder->next[k] = row[k];
  recorder->next += recorder->width;
  return 0;
}

size_t sid_singly_workspace(const sid_experiment *experiment) {
  return sid_run_workspace(experiment) +
         sid_state_doubles(&experiment->problem, &experiment->dynamics);
}

void sid_run_singly(sid_step_fn step, const sid_experiment *experiment, uint64_t first,
                    uint32_t count, sid_backend_results *results, double *work) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t width = sid_row_width(experiment);
  double *x = work, *rest = work + kept;
  for (uint32_t i = 0; i < count; i++) {
    double *rows = results->visit ? NULL : results->rows + i * experiment->checkpoint_count * width;
    sid_ref_recorder recorder = {results, first + i, rows, 0, width};
    const sid_run_hooks hooks = {step, sid_ref_record, &recorder};
    results->ends[i].status =
        sid_run_with(&hooks, experiment, first + i, x, &results->ends[i].step, rest);
    results->ends[i].rows = recorder.rows;
    for (size_t j = 0; results->last && j < kept; j++) results->last[i * kept + j] = x[j];
  }
}

static void sid_ref_run(const sid_experiment *experiment, uint64_t first, uint32_t count,
                        sid_backend_results *results, double *work) {
  sid_run_singly(NULL, experiment, first, count, results, work);
}

const sid_backend sid_backend_ref = {"ref", 1, sid_singly_workspace, sid_ref_run,
                                     sid_stream_normals};

/* ---- table ---- */

static const sid_backend *const sid_built[] = {
    &sid_backend_ref,
#if SID_SIMD_X86
    &sid_backend_avx2,
    &sid_backend_avx512,
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

/* AVX2 with FMA, which SLEEF's functions for it use (nothing of ours does). */
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
#if SID_SIMD_X86 || SID_SIMD_NEON
  return SID_VERSION_TEXT(SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL);
#else
  return "none (built without libsleef-dev: reference only)";
#endif
}
