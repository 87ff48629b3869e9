/* Internal: what is asked of a problem of any kind, beside the functions of sidyn.h. */
#ifndef SID_PROBLEM_H
#define SID_PROBLEM_H

#include "problems/room.h"

/* The traits of a problem; all 0 for an unknown kind. */
const sid_problem_traits *sid_problem_traits_of(const sid_problem *problem);

/* Whether sid_problem_test_loss() has data to look at. */
int sid_problem_has_test(const sid_problem *problem);

/* The largest dimension. */
uint32_t sid_problem_dim_most(const sid_problem *problem);

/* Doubles of workspace for a sid_purpose alone; sid_problem_workspace() but for network. */
size_t sid_problem_workspace_for(const sid_problem *problem, int32_t purpose, uint32_t batch);

/* SID_OK, or why a dynamics does not fit the problem: a field of the dynamics, and what is allowed
 * there. Only network has such reasons. */
sid_status sid_problem_fits(const sid_problem *problem, const sid_dynamics *dynamics,
                            const char **field, const char **why);

#endif
