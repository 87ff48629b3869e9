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

/* Where the trajectories of a block stand between steps, in their order. All that go on are at the
 * same step. */
typedef struct {
  uint64_t first; /* the number of the first trajectory, by which rows are shown */
  uint32_t count;
  uint64_t step;       /* of those that go on */
  double *states;      /* count * sid_state_doubles() */
  sid_stream *streams; /* count, for the steps to come */
} sid_backend_block;

/* Puts a block (first, count and the two arrays are given) at step 0 of a valid experiment: starts,
 * streams, ends, and the row of checkpoint 0. work: that of any backend. */
void sid_backend_begin(const sid_experiment *experiment, sid_backend_block *block,
                       sid_backend_results *results, double *work);

typedef struct {
  const char *name;
  uint32_t lanes; /* trajectories in a block, at most */
  /* Doubles of workspace for run(), advance() and sid_backend_begin(). */
  size_t (*workspace)(const sid_experiment *experiment);
  /* Runs trajectories first .. first+count-1, 1 <= count <= lanes, of a valid experiment:
   * sid_backend_begin(), then advance() to the last step. */
  void (*run)(const sid_experiment *experiment, uint64_t first, uint32_t count,
              sid_backend_results *results, double *work);
  /* Takes a block from block->step to step `to` (block->step <= to <= experiment->steps), with the
   * rows of the checkpoints after the one and up to the other, each where run() puts it. States and
   * streams may have come from anywhere, streams of given draws included. Whose end is not SID_OK
   * stays as it is; the others go on, and where one ends early its stream has drawn what its last
   * step drew. Of results->ends the statuses are read and all is written; results->last is not
   * used. Pieces of any lengths, by any backends, give the bits of the whole. */
  void (*advance)(const sid_experiment *experiment, sid_backend_block *block, uint64_t to,
                  sid_backend_results *results, double *work);
  /* n normals of each of `lanes` streams, none of them of given draws: z[j*lanes + lane]; the
   * streams move on. */
  void (*normals)(sid_stream *streams, double *z, size_t n);
  /* Flows and laws (sidyn_laws.h), of `count` states one after the other in memory, 1 <= count <=
   * lanes, each with a stream of its own where there is noise. work: laws_workspace() doubles. */
  size_t (*laws_workspace)(const sid_problem *problem);
  /* sid_flow_run() of each state of p numbers: statuses[i], and errors[i] unless errors is NULL. */
  void (*flow)(const sid_flow *flow, double h, uint64_t steps, uint32_t count, double *states,
               double *errors, sid_status *statuses, double *work);
  /* `steps` steps of length h of each state: two numbers, two numbers, p numbers. */
  void (*circle)(const sid_circle_law *law, double h, uint64_t steps, uint32_t count,
                 double *states, sid_stream *streams);
  void (*rayleigh_law)(const sid_rayleigh_law *law, double h, uint64_t steps, uint32_t count,
                       double *states, sid_stream *streams);
  void (*levy)(const sid_levy_law *law, const sid_problem *problem, double h, uint64_t steps,
               uint32_t count, double *states, sid_stream *streams, double *work);
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

/* The version of SLEEF, if the kernels use its functions (make SID_CANDIDATES=sleef); else "not
 * used". */
const char *sid_simd_sleef_version(void);

#ifdef __cplusplus
}
#endif
#endif
