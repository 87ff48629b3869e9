/* Internal: the fields of a problem as data, and the one check of them, which
 * sid_problem_validate() and the reader of experiments both make. */
#ifndef SID_FIELDS_H
#define SID_FIELDS_H

#include "problem.h"

/* The fields of a kind beside kind, dim and noise; NULL for one that is unknown or not built in.
 * The table ends with type SID_FIELD_END. */
const sid_problem_field *sid_problem_fields(int32_t kind);

/* 1 if the dimension follows from the sizes: *dim is what they give, and *formula says how, or is
 * NULL for a constant. Else 0. */
int sid_problem_own_dim(const sid_problem *problem, uint64_t *dim, const char **formula);

/* The size that stands at an offset of the problem. */
uint32_t sid_problem_size(const sid_problem *problem, uint16_t offset);

/* The most elements of a list of samples. */
uint32_t sid_problem_most_samples(const sid_problem *problem, const sid_problem_field *field);

/* SID_OK, or the status of the first fault, and what it is in *fault: of the sizes alone, and of
 * everything. */
sid_status sid_problem_check_sizes(const sid_problem *problem, sid_fault *fault);
sid_status sid_problem_check(const sid_problem *problem, sid_fault *fault);

#endif
