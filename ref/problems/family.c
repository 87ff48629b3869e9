/* Finite families of samples. docs/spec.md section 5. */
#include "family.h"
#include "../config.h"

double sid_problem_sample_weight(const sid_problem *problem, uint32_t i) {
  return problem->weights ? problem->weights[i] : 1.0 / (double)problem->samples;
}

uint32_t sid_family_draw(const sid_problem *problem, sid_stream *stream) {
  if (problem->weights)
    return sid_stream_weighted_index(stream, problem->weights, problem->samples);
  return (uint32_t)sid_stream_index(stream, problem->samples);
}

size_t sid_family_workspace(const sid_problem *problem) {
  return 2 * (size_t)problem->dim + problem->samples;
}
