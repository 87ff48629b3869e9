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
  int32_t turn;  /* of networks: norm, activation and loss, 30 of them in turn; < 0: by chance */
} vf_cases;

/* The cases of a seed, from number `index` of purpose `purpose`, of any kinds. */
vf_cases vf_cases_of(uint64_t seed, uint64_t purpose, uint64_t index, int binary32,
                     vf_arena *arena);

/* Chooses among what is claimed from now on. */
void vf_cases_claimed(vf_cases *cases, const vf_claims *claims);

/* ---- cases_numbers.c ----------------------------------------------------------------------- */

/* A number in the precision; one in [low, high); an integer in [least, most]; one of the kinds of a
 * set, any where none of them is in it; and normals times `size` in arena memory. */
double vf_case_number(const vf_cases *cases, double value);
double vf_case_uniform(vf_cases *cases, double low, double high);
uint32_t vf_case_integer(vf_cases *cases, uint32_t least, uint32_t most);
int32_t vf_case_kind(vf_cases *cases, int32_t least, int32_t most, uint32_t set);
double *vf_case_normals(vf_cases *cases, size_t count, double size);

/* ---- cases.c ------------------------------------------------------------------------------- */

/* A whole request of a sort, on the problem and dynamics of these kinds where it has them (0: any).
 * Returns 0 where they do not suit. */
int vf_case_request(vf_cases *cases, vf_do what, int32_t problem, int32_t dynamics,
                    vf_request *request);

/* The number of a sort of requests (VF_REQUEST_COUNT: trajectories) among the purposes of
 * vf_cases_of(); what came later stands behind, so that the cases of a seed stay. */
uint64_t vf_case_purpose(int what);

/* "rayleigh.gaussian.svag": what a request is about, for its id. */
void vf_case_subject(const vf_request *request, char text[96]);

/* ---- cases_network.c ----------------------------------------------------------------------- */

/* All of the problem network. */
void vf_case_network(vf_cases *cases, sid_problem *problem);

/* A batch; of bn large enough to have three samples that differ, more often than not. */
uint32_t vf_case_batch(vf_cases *cases, const sid_problem *problem);

/* A unit without weights, where there is no norm: it is at the kink of relu. */
void vf_case_zeros(vf_cases *cases, const sid_problem *problem, double *x);

/* Adds some of the observables of a set, from `least` on, that the problem has. */
void vf_case_observables(vf_cases *cases, sid_experiment *experiment, int32_t least,
                         uint32_t wanted);

/* What the request observe asks for; 0 where it asks for nothing. */
int vf_case_observe(vf_cases *cases, vf_request *request);

#endif
