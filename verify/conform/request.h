/* Requests of the protocol (docs/conform.md, section 3) as data, and as JSON in both directions. */
#ifndef VF_REQUEST_H
#define VF_REQUEST_H

#include "formats/json_writer.h"
#include "formats/memory.h"
#include "sidyn.h"

/* The requests, in the order of the document. */
/* clang-format off */
#define VF_REQUESTS(X) \
  X(VF_DEFINE, "define") X(VF_RAW, "raw") X(VF_UNIFORM, "uniform") X(VF_NORMALS, "normals") \
  X(VF_NORMALS_FROM_RAWS, "normals_from_raws") X(VF_SUM, "sum") X(VF_DOT, "dot") \
  X(VF_LOSS, "loss") X(VF_GRADIENT, "gradient") X(VF_HESSIAN_VECTOR, "hessian_vector") \
  X(VF_NOISE, "noise") X(VF_NOISE_TRACE, "noise_trace") X(VF_SCHEDULE, "schedule") \
  X(VF_SHARPNESS, "sharpness") X(VF_OBSERVE, "observe") X(VF_STEP, "step") X(VF_RUN, "run") \
  X(VF_ENSEMBLE, "ensemble")
/* clang-format on */

#define VF_REQUEST_ENUMERATOR(enumerator, name) enumerator,
typedef enum { VF_REQUESTS(VF_REQUEST_ENUMERATOR) VF_REQUEST_COUNT } vf_do;

/* What is asked. Arrays are the arena's or the caller's; what a request does not use is 0. */
typedef struct {
  vf_do what;
  const char *name;          /* define; of others: the defined problem that stands for theirs */
  sid_experiment experiment; /* run and ensemble all of it, others the parts that they name
                                (observe: the problem and the observables) */
  uint64_t first, last;      /* run: trajectory `first`; ensemble: first..last-1 */
  uint64_t seed, key[SID_KEY_MAX];
  uint32_t key_len;
  size_t count; /* raw, uniform, normals: numbers; sum, dot: terms; normals_from_raws: raws */
  const uint64_t *raws;
  const double *x, *v; /* x (sum and dot: a), v (dot: b); step: the state, as sid_step() has it */
  uint64_t k;          /* schedule: the effective step */
  double lr, wd;       /* step */
  uint32_t batch;      /* noise */
  int gaussian;        /* noise */
  const double *draws; /* noise, step: as conform/draws.h has them */
} vf_request;

/* The names of all, separated by spaces. */
extern const char *const vf_request_words;

/* The name in `do`. */
const char *vf_request_name(vf_do what);

/* Whether a request has a problem, or a whole experiment. */
int vf_request_has_problem(vf_do what);
int vf_request_has_experiment(vf_do what);

/* Real numbers that an answer holds, at most (raws count as numbers). */
size_t vf_request_numbers(const vf_request *request);

/* The line of a request, without its LF. */
void vf_request_write(vf_json_writer *json, const vf_request *request, uint64_t id);

/* The observables that observe may name, as a set of 1 << kind: of a point, without a step. */
extern const uint32_t vf_observed;

/* A state as an object. */
void vf_write_state(vf_json_writer *json, const sid_problem *problem, const sid_dynamics *dynamics,
                    const double *state);

/* The numbers of a state beside x, in the order of sid_step(): the name of part k and how many
 * numbers it has, 0 for one that is no list; NULL behind the last. Part 0 is x. */
const char *vf_state_part(const sid_problem *problem, const sid_dynamics *dynamics, size_t k,
                          size_t *length);

/* Whether the numbers of a part are integers: the order of epochs, o and e. */
int vf_state_counts(const char *name);

#endif
