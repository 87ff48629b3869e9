/* The parts of an experiment as JSON, each from the whole object `root` into its place. Later ones
 * look at earlier ones: the order is problem, dynamics, schedule, start, and then the rest. */
#ifndef VF_EXPERIMENT_PARTS_H
#define VF_EXPERIMENT_PARTS_H

#include "formats/json_reader.h"

#if SID_HAVE_JANSSON

void vf_read_problem(const vf_node *root, sid_problem *problem);
void vf_read_dynamics(const vf_node *root, sid_experiment *experiment);
void vf_read_schedule(const vf_node *root, sid_experiment *experiment);
void vf_read_start(const vf_node *root, sid_experiment *experiment);

/* observables and plane; norm2 and loss where there are none. */
void vf_read_observables(const vf_node *root, sid_experiment *experiment);

/* The fields of the problem network, but dim and noise. */
void vf_read_network(const vf_node *node, sid_problem *problem);

/* All of it, from the object of an experiment. */
void vf_read_experiment(const vf_node *root, sid_experiment *experiment);

/* The names of the observables, and of the problems in the order of their list; words separated by
 * spaces. */
extern const char *const vf_observable_words, *const vf_problem_words;

/* Refuses an observable that looks at what only some problems have. */
void vf_check_observable(const vf_node *node, const sid_problem *problem, int32_t observable);

#endif
#endif
