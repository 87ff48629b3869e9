/* Internal: what the room of a problem, ref/problems/<room>.c, holds. SID_PROBLEM_LIST in sidyn.h
 * has a line for each problem; the declarations here, the switches of problem.c, fields.c and
 * sampling.c, the reader of experiments and the lanes of simd/ all come from it. docs/adding.md
 * goes through it step by step.
 *
 * A room may call streams, sums, sid_noise_draw() and what stands beside it in ref/problems/, and
 * nothing above. Workspaces are parts of the caller's sid_problem_workspace(). */
#ifndef SID_ROOM_H
#define SID_ROOM_H

#include "../config.h"
#include "../sidyn.h"

/* The knob SID_PROBLEMS: whether a problem is built in. */
#define SID_HAS(kind) (((SID_PROBLEMS) >> (kind)&1u) != 0)

/* ---- what a problem is, as data ------------------------------------------------------------ */

#define SID_NOISE_BIT(noise) (1u << (noise))
#define SID_NOISES_DRAWN                                                                           \
  (SID_NOISE_BIT(SID_NOISE_GAUSSIAN) | SID_NOISE_BIT(SID_NOISE_RADEMACHER) |                       \
   SID_NOISE_BIT(SID_NOISE_SPHERE))

enum { SID_IF_NORMALISED = 2 };

typedef struct {
  uint8_t scale_invariant; /* SID_IF_NORMALISED: of a network it depends on norm and eps */
  uint8_t manifold;        /* sid_manifold_project() knows its minimisers */
  uint8_t standard_noise;  /* sid_noise_kind where an experiment names none; one that is not among
                              `noises` means that it must be named */
  uint16_t noises;         /* those that fit, as a set of SID_NOISE_BIT() */
} sid_problem_traits;

/* ---- its fields beside kind, dim and noise ------------------------------------------------- */

typedef enum {
  SID_FIELD_END = 0,
  SID_FIELD_SIZE,   /* uint32_t, 1..SID_DIM_MAX */
  SID_FIELD_REAL,   /* double */
  SID_FIELD_VECTOR, /* const double *, counts[0] numbers */
  SID_FIELD_TABLE,  /* const double *, counts[0] rows of counts[1] numbers */
  SID_FIELD_PAIRS,  /* const uint32_t *, counts[0] pairs, the first below counts[1], the second
                       below counts[2] */
  SID_FIELD_NETWORK /* const sid_network *, counts[0] samples to train with; its room knows it */
} sid_field_type;

typedef enum {
  SID_REQUIRED = 0,
  SID_OPTIONAL, /* an array that may be NULL */
  SID_ONE_OF    /* exactly one of the arrays that a table marks so */
} sid_field_need;

typedef enum {
  SID_FINITE = 0,
  SID_NONNEGATIVE,
  SID_POSITIVE,
  SID_WEIGHTS /* >= 0, with a status of its own */
} sid_field_range;

/* One field of sid_problem: where it stands, and where the sizes of a list do. The first list of
 * `samples` elements decides how many there are. */
typedef struct {
  const char *name; /* in JSON too */
  const char *text; /* what is allowed, in words */
  uint16_t offset;
  uint16_t counts[3]; /* offsets of uint32_t members */
  uint8_t type, need, range;
} sid_problem_field;

/* Rows of a room's table. */
/* clang-format off */
#define SID_MEMBER(member) ((uint16_t)offsetof(sid_problem, member))
#define SID_SIZE_FIELD(member) \
  {#member, "an integer", SID_MEMBER(member), {0, 0, 0}, SID_FIELD_SIZE, SID_REQUIRED, SID_FINITE}
#define SID_REAL_FIELD(member, range, text) \
  {#member, text, SID_MEMBER(member), {0, 0, 0}, SID_FIELD_REAL, SID_REQUIRED, range}
#define SID_VECTOR_FIELD(member, count, need, range, text) \
  {#member, text, SID_MEMBER(member), {SID_MEMBER(count), 0, 0}, SID_FIELD_VECTOR, need, range}
#define SID_TABLE_FIELD(member, rows, cols, need, text) \
  {#member, text, SID_MEMBER(member), {SID_MEMBER(rows), SID_MEMBER(cols), 0}, SID_FIELD_TABLE, \
   need, SID_FINITE}
#define SID_PAIRS_FIELD(member, count, first, second, text) \
  {#member, text, SID_MEMBER(member), \
   {SID_MEMBER(count), SID_MEMBER(first), SID_MEMBER(second)}, SID_FIELD_PAIRS, SID_REQUIRED, \
   SID_FINITE}
#define SID_LAST_FIELD \
  {NULL, NULL, 0, {0, 0, 0}, SID_FIELD_END, SID_REQUIRED, SID_FINITE}
/* clang-format on */

/* ---- what is wrong with a problem ---------------------------------------------------------- */

/* Texts are static; those that are NULL say nothing. `value` is given if `depth` says where it
 * stands or if `wrong` does. */
typedef struct {
  sid_status status;
  const char *field; /* its name; "noise.kind", "noise.sigma", "noise.scale" */
  uint32_t depth;    /* so many of `at` say where in the field: matrix[at[0]][at[1]] */
  size_t at[2];
  const char *wrong; /* "the sum is": what `value` is, if not the field itself */
  const char *allowed;
  double value, limit; /* limit ends `allowed`, unless it is NaN; no value if NaN */
} sid_fault;

/* ---- the declarations of every room -------------------------------------------------------- */

/* Loss at x; gradient and Hessian times v, p numbers each; doubles of workspace that they and
 * sampling.c need; traits; and the table of fields, which ends with SID_LAST_FIELD. */
#define SID_ROOM_DECLARE(kind, number, name, room, samples, own, test, dim, check, lanes)          \
  double sid_##room##_loss(const sid_problem *problem, const double *x, double *work);             \
  void sid_##room##_gradient(const sid_problem *problem, const double *x, double *gradient,        \
                             double *work);                                                        \
  void sid_##room##_hessian_vector(const sid_problem *problem, const double *x, const double *v,   \
                                   double *hv, double *work);                                      \
  size_t sid_##room##_workspace(const sid_problem *problem);                                       \
  extern const sid_problem_traits sid_##room##_traits;                                             \
  extern const sid_problem_field sid_##room##_fields[];                                            \
  SID_ROOM_SAMPLES_##samples(room) SID_ROOM_OWN_##own(room) SID_ROOM_TEST_##test(room)             \
      SID_ROOM_DIM_##dim(room) SID_ROOM_CHECK_##check(room)

/* samples: a finite family; the gradient of sample i. */
#define SID_ROOM_SAMPLES_0(room)
#define SID_ROOM_SAMPLES_1(room)                                                                   \
  void sid_##room##_sample(const sid_problem *problem, uint32_t i, const double *x,                \
                           double *gradient, double *work);

/* own: the kinds of noise from SID_NOISE_SAMPLES on are this problem's own: the stochastic
 * gradient, a Gaussian draw with the covariance of one sample, and the trace of that. */
#define SID_ROOM_OWN_0(room)
#define SID_ROOM_OWN_1(room)                                                                       \
  void sid_##room##_own_gradient(const sid_problem *problem, const double *x, uint32_t batch,      \
                                 sid_stream *stream, double *gradient, double *work);              \
  void sid_##room##_own_gaussian(const sid_problem *problem, const double *x, sid_stream *stream,  \
                                 double *noise, double *work);                                     \
  double sid_##room##_own_trace(const sid_problem *problem, const double *x, double *work);

/* test: a loss on other data; whether the problem has such data, and in words what it needs. */
#define SID_ROOM_TEST_0(room)
#define SID_ROOM_TEST_1(room)                                                                      \
  double sid_##room##_test_loss(const sid_problem *problem, const double *x, double *work);        \
  int sid_##room##_has_test(const sid_problem *problem);                                           \
  extern const char sid_##room##_test_needs[];

/* dim: the dimension follows from the sizes, which are within their limits; *formula says how ("2 n
 * is"), unless it is a constant. Elsewhere the caller chooses it. */
#define SID_ROOM_DIM_0(room)
#define SID_ROOM_DIM_1(room)                                                                       \
  uint64_t sid_##room##_dim(const sid_problem *problem, const char **formula);

/* check: what the table does not say. SID_OK, or the status with *fault filled in; the fields are
 * as the table wants them. */
#define SID_ROOM_CHECK_0(room)
#define SID_ROOM_CHECK_1(room)                                                                     \
  sid_status sid_##room##_check(const sid_problem *problem, sid_fault *fault);

SID_PROBLEM_LIST(SID_ROOM_DECLARE)

/* ---- network alone ------------------------------------------------------------------------- */

/* What a workspace is for. */
typedef enum {
  SID_FOR_BATCH = 0,
  SID_FOR_GRADIENT,
  SID_FOR_GAUSSIAN,
  SID_FOR_TRACE,
  SID_FOR_LOSS,
  SID_FOR_HESSIAN
} sid_purpose;

/* Doubles of workspace for one purpose; `batch` counts for SID_FOR_BATCH alone. */
size_t sid_network_workspace_for(const sid_problem *problem, int32_t purpose, uint32_t batch);

/* SID_OK, or why a dynamics does not fit a valid network: *why is what is allowed, and *field the
 * field of the dynamics that it is about. */
sid_status sid_network_dynamics(const sid_problem *problem, const sid_dynamics *dynamics,
                                const char **field, const char **why);

#endif
