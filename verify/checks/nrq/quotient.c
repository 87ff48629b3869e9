/* The noisy Rayleigh quotient: instances, experiments. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "checks/nrq/nrq.h"

const sid_dynamics nrq_sgd = {.kind = SID_SGD, .batch = 1};

sid_problem nrq_problem(uint32_t dim, const double *spectrum, int32_t noise, double sigma) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = spectrum ? SID_RAYLEIGH : SID_NOISE_ONLY;
  problem.noise = noise;
  problem.dim = dim;
  problem.sigma = sigma;
  problem.spectrum = spectrum;
  return problem;
}

void nrq_two_values(double *spectrum, uint32_t dim, double a) {
  for (uint32_t j = 0; j < dim; j++) spectrum[j] = j ? 1.0 + a : 1.0;
}

void nrq_point(double *x, uint32_t dim, double f, double m) {
  for (uint32_t j = 0; j < dim; j++) x[j] = 0.0;
  x[0] = sqrt(f * m);
  x[1] = sqrt((1.0 - f) * m);
}

double nrq_f(const double *x, uint32_t dim) { return x[0] * x[0] / sid_dot(x, x, dim); }

void nrq_experiment(sid_experiment *experiment, const sid_problem *problem,
                    const sid_segment *segments, uint32_t segment_count, const uint64_t *times,
                    size_t count, const int32_t *observables, uint32_t observable_count,
                    uint64_t seed) {
  memset(experiment, 0, sizeof *experiment);
  experiment->problem = *problem;
  experiment->dynamics = nrq_sgd;
  experiment->schedule.kind = SID_PIECEWISE;
  experiment->schedule.segment_count = segment_count;
  experiment->schedule.segments = segments;
  experiment->seed = seed;
  experiment->steps = times ? times[count - 1] : 0;
  experiment->checkpoints = times;
  experiment->checkpoint_count = (uint32_t)count;
  experiment->observables = observables;
  experiment->observable_count = observable_count;
}

double nrq_keyed(vf_context *context, const char *topic, const char *id, const char *tail) {
  return vf_expected_of(context, "%s.%s%s", topic, id, tail);
}

double nrq_keyed_at(vf_context *context, const char *topic, const char *id, double t,
                    const char *tail) {
  return vf_expected_of(context, "%s.%s.t-%g%s", topic, id, t, tail);
}
