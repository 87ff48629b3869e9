/* Experiments and their parts as JSON, in the one spelling of docs/conform.md, section 1: what the
 * readers of experiment_json.h read, with defaults written out. Each writes one value. */
#ifndef VF_EXPERIMENT_WRITE_H
#define VF_EXPERIMENT_WRITE_H

#include "formats/json_writer.h"
#include "sidyn.h"

void vf_write_problem(vf_json_writer *json, const sid_problem *problem);
void vf_write_dynamics(vf_json_writer *json, const sid_dynamics *dynamics);
void vf_write_schedule(vf_json_writer *json, const sid_schedule *schedule);

/* The field "observables". */
void vf_write_observables(vf_json_writer *json, const sid_experiment *experiment);

/* problem, unless NULL, is the name of the problem that stands in its place. */
void vf_write_experiment(vf_json_writer *json, const sid_experiment *experiment,
                         const char *problem);

#endif
