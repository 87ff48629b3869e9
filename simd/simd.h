/* Backends: the same trajectories, computed several at a time. The bits are those of ref/ by
 * construction (a lane is a trajectory), and the tests hold them to it. */
#ifndef SID_SIMD_H
#define SID_SIMD_H

#include "sidyn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a trajectory ended: SID_OK or why early, the number of its last state, and the checkpoints
 * that it reached. */
typedef struct {
  sid_status status;
  uint32_t rows;
  uint64_t step;
} sid_end;

/* What a block of trajectories gives, in their order. The rows of the checkpoints that a trajectory
 * reaches are stored, or shown as they come. */
typedef struct {
  double *rows; /* count * checkpoint_count * sid_row_width(); rows that are not reached are left
                   alone. NULL with visit */
  /* Instead of rows, unless NULL: called for each row, for each trajectory in the order of its
   * steps. */
  void (*visit)(void *user, uint64_t trajectory, uint64_t step, const double *row);
  void *user;
  sid_end *ends; /* count */
  double *last;  /* count * sid_state_doubles(), the last states; may be NULL */
} sid_backend_results;

typedef struct {
  const char *name;
  uint32_t lanes; /* trajectories in a block, at most */
  /* Doubles of workspace for run(). */
  size_t (*workspace)(const sid_experiment *experiment);
  /* Runs trajectories first .. first+count-1, 1 <= count <= lanes, of a valid experiment. */
  void (*run)(const sid_experiment *experiment, uint64_t first, uint32_t count,
              sid_backend_results *results, double *work);
  /* n normals of each of `lanes` streams: z[j*lanes + lane]; the streams move on. */
  void (*normals)(sid_stream *streams, double *z, size_t n);
} sid_backend;

/* The reference, always there. */
extern const sid_backend sid_backend_ref;

/* Backends that were built, fastest last; entry 0 is the reference. */
const sid_backend *const *sid_backends_built(size_t *count);

/* 1 if this machine (processor and operating system) can run the backend; else 0 and *why says what
 * is missing. */
int sid_backend_usable(const sid_backend *backend, const char **why);

/* The fastest usable backend. */
const sid_backend *sid_backend_best(void);

/* What decides on an x86 machine: CPUID leaf 1 ECX and leaf 7 EBX, and the registers that the
 * operating system saves (XCR0; 0 without OSXSAVE). Elsewhere nothing is asked and all are 0. The
 * two functions above look at sid_cpu_here(). */
typedef struct {
  uint32_t leaf1_ecx, leaf7_ebx, saved;
} sid_cpu;
sid_cpu sid_cpu_here(void);
int sid_backend_usable_on(const sid_backend *backend, const sid_cpu *cpu, const char **why);
const sid_backend *sid_backend_best_on(const sid_cpu *cpu);

/* The built backend of that name, or NULL. */
const sid_backend *sid_backend_named(const char *name);

/* The version of SLEEF that the kernels were built with, or why there are none. */
const char *sid_simd_sleef_version(void);

#ifdef __cplusplus
}
#endif
#endif
