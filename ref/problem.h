/* Internal: what is asked of a problem of any kind, beside the functions of sidyn.h. */
#ifndef SID_PROBLEM_H
#define SID_PROBLEM_H

#include "problems/room.h"

/* The traits of a problem; all 0 for an unknown kind. */
const sid_problem_traits *sid_problem_traits_of(const sid_problem *problem);

/* Whether sid_problem_test_loss() has data to look at. */
int sid_problem_has_test(const sid_problem *problem);

#endif
