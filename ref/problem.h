/* Internal: what is asked of a problem of any kind, beside the functions of sidyn.h. */
#ifndef SID_PROBLEM_H
#define SID_PROBLEM_H

#include "problems/room.h"

/* 1 if the kind is in the list and built in. */
int sid_problem_known(int32_t kind);

/* The traits of a problem; all 0 for an unknown kind. */
const sid_problem_traits *sid_problem_traits_of(const sid_problem *problem);

/* Whether sid_problem_test_loss() has data to look at. */
int sid_problem_has_test(const sid_problem *problem);

#endif
