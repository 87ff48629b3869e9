/* The level `laws`: its parts. */
#ifndef VF_LAWS_H
#define VF_LAWS_H

#include "conform/laws_cases.h"
#include "conform/laws_test.h"

/* An ensemble of the command: all numbers of a trajectory one behind the other. The experiment has
 * checkpoints, observables and seed; the trajectories are first..last-1 of the request. Asked in
 * pieces. Returns 0, or -1 after the outcome of each of the ids is recorded: no answer, an
 * early end, a number that is none. */
int vf_law_ask(vf_kit *kit, const vf_request *request, char ids[][VF_TEXT_SIZE], size_t count,
               double *rows);

/* Numbers of a trajectory in the answer. */
size_t vf_law_width(const vf_request *request);

/* A seed for the command, number `index` of this run of the kit; that of the reference's own
 * trajectories is another. */
uint64_t vf_law_seed(const vf_kit *kit, uint64_t index);

/* The experiments of the table. */
void vf_law_moments(vf_kit *kit, const vf_bars *bars);

/* Random numbers: independence, normals, repetition. */
void vf_law_streams(vf_kit *kit, const vf_bars *bars);
size_t vf_law_stream_count(void); /* its tests that can fail by chance */

#endif
