/* Random requests, from a seed. */
#ifndef VF_CASES_H
#define VF_CASES_H

#include "conform/session.h"

/* Where the next request comes from. With binary32 every real number of it is exact there. */
typedef struct {
  sid_stream stream;
  vf_arena *arena;
  uint32_t noises; /* with noise < 0: those to choose from, where one suits; sets as in vf_claims */
  uint32_t schedules, starts, observables; /* likewise */
  int binary32;
  int small;     /* points of size 2^-6, where what was added to |x|^2 shows */
  int extreme;   /* one request in eight has numbers of any size: overflow, underflow, early ends */
  int32_t noise; /* of the problem; < 0: any of `noises` that suits it */
} vf_cases;

/* The cases of a seed, from number `index` of purpose `purpose`, of any kinds. */
vf_cases vf_cases_of(uint64_t seed, uint64_t purpose, uint64_t index, int binary32,
                     vf_arena *arena);

/* Chooses among what is claimed from now on. */
void vf_cases_claimed(vf_cases *cases, const vf_claims *claims);

/* An integer in [least, most], and normals times `size` in arena memory. */
uint32_t vf_case_integer(vf_cases *cases, uint32_t least, uint32_t most);
double *vf_case_normals(vf_cases *cases, size_t count, double size);

/* A whole request of a sort, on the problem and dynamics of these kinds where it has them (0: any).
 * Returns 0 where they do not suit. */
int vf_case_request(vf_cases *cases, vf_do what, int32_t problem, int32_t dynamics,
                    vf_request *request);

/* "rayleigh.gaussian.svag": what a request is about, for its id. */
void vf_case_subject(const vf_request *request, char text[96]);

#endif
