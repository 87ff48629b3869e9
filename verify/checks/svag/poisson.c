/* Poisson gradients: steps as linear functions of the counts that they draw. */
#include <math.h>
#include "checks/svag/poisson.h"
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"

const svag_poisson_mean svag_poisson_means[SVAG_POISSON_MEANS] = {
    {1.0, 0.36787944117144233}, {0.5, 0.60653065971263342}, {3.0, 0.049787068367863944}};

const svag_poisson_case svag_poisson_cases[SVAG_POISSON_CASES] = {
    {"eta-0.1.m-1.t-16", "0.1", "16", {1.0, 0.36787944117144233}},
    {"eta-0.25.m-0.5.t-32", "0.25", "32", {0.5, 0.60653065971263342}},
    {"eta-0.05.m-3.t-8", "0.05", "8", {3.0, 0.049787068367863944}}};

sid_problem svag_poisson_problem(uint32_t p, svag_poisson_mean mean) {
  const sid_problem problem = {.kind = SID_POISSON,
                               .noise = SID_NOISE_POISSON,
                               .dim = p,
                               .mean = mean.mean,
                               .exp_minus_mean = mean.exp_minus_mean};
  return problem;
}

double svag_poisson_count(sid_stream *stream, double exp_minus_mean) {
  double product = sid_stream_uniform(stream), count = 0.0;
  for (; product >= exp_minus_mean; count++) product *= sid_stream_uniform(stream);
  return count;
}

/* The counts that the stream will give, and their sum. */
static double counts_ahead(const svag_counted_step *step, sid_stream stream, double *n) {
  double total = 0.0;
  for (uint32_t i = 0; i < step->draws; i++) {
    n[i] = svag_poisson_count(&stream, step->mean.exp_minus_mean);
    total += n[i];
  }
  return total;
}

/* D on the first stream that draws a single count in place i, or none at all (i = draws). They turn
 * up within some hundred streams. */
static double single_count(vf_context *context, const svag_counted_step *step, uint32_t i) {
  double n[SVAG_COUNTS];
  for (uint64_t place = 0; place < 16384; place++) {
    sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, place);
    const double total = counts_ahead(step, stream, n);
    if (i == step->draws ? total == 0.0 : total == 1.0 && n[i] == 1.0)
      return step->take(context, step, &stream);
  }
  vf_error(context, step->name, "no stream draws these counts");
  return (double)NAN;
}

svag_count_response svag_respond_to_counts(vf_context *context, const svag_counted_step *step) {
  svag_count_response response = {.base = single_count(context, step, step->draws), .misfit = 0.0};
  for (uint32_t i = 0; i < step->draws; i++)
    response.slope[i] = single_count(context, step, i) - response.base;
  for (uint64_t place = 0; place < 1024; place++) {
    sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, place);
    double n[SVAG_COUNTS], fitted = response.base, size = fabs(response.base);
    counts_ahead(step, stream, n);
    for (uint32_t i = 0; i < step->draws; i++) {
      fitted += response.slope[i] * n[i];
      size += fabs(response.slope[i]) * n[i];
    }
    const double off = fabs(step->take(context, step, &stream) - fitted);
    if (size > 0.0) response.misfit = fmax(response.misfit, off / size);
  }
  return response;
}

/* Sum of slope^n: times the mean it is the n-th cumulant of a step, since all cumulants of a count
 * are its mean. */
static double step_cumulant(const svag_counted_step *step, const svag_count_response *response,
                            uint32_t n) {
  double total = 0.0;
  for (uint32_t i = 0; i < step->draws; i++) total += svag_power(response->slope[i], n);
  return total * step->mean.mean;
}

static double take_dynamics(vf_context *context, const svag_counted_step *step,
                            sid_stream *stream) {
  const double zero = 0.0;
  double to = (double)NAN;
  svag_step_on(context, &step->problem, step->dynamics, step->eta * fmax(step->unit, 1.0), 0.0,
               &zero, stream, &to);
  return to;
}

svag_counted_step svag_poisson_sgd(svag_poisson_mean mean, double eta, uint32_t batch) {
  const svag_counted_step step = {take_dynamics,
                                  "sgd",
                                  svag_poisson_problem(1, mean),
                                  svag_dynamics(SID_SGD, 1, batch),
                                  mean,
                                  batch,
                                  eta,
                                  batch};
  return step;
}

svag_counted_step svag_poisson_svag(svag_poisson_mean mean, double eta, uint32_t l) {
  const svag_counted_step step = {
      take_dynamics, "svag", svag_poisson_problem(1, mean), svag_dynamics(SID_SVAG, l, 1), mean, 2,
      eta,           1.0 / l};
  return step;
}

double svag_cumulant_at(const svag_counted_step *step, const svag_count_response *response,
                        double T, uint32_t n) {
  const double drift = n == 1 ? response->base : 0.0;
  return T / step->unit * (drift + step_cumulant(step, response, n));
}

double svag_third_moment(vf_context *context, const svag_counted_step *step, double T) {
  const svag_count_response response = svag_respond_to_counts(context, step);
  return svag_cumulant_at(step, &response, T, 3);
}
