/* The fields of the problem network between kind and noise, its data as lists. */
#ifndef VF_NETWORK_WRITE_H
#define VF_NETWORK_WRITE_H

#include "formats/json_writer.h"
#include "sidyn.h"

void vf_write_network(vf_json_writer *json, const sid_problem *problem);

#endif
