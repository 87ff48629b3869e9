/* Every outcome of a real step: streams are sought out that draw given members, so a step of a
 * finite family becomes a known random variable. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/svag/gradients.h"
#include "checks/svag/outcomes.h"
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"

/* Members of a family, or the signs -1, +1 of Rademacher noise as two members of weight 1/2. */
static uint32_t alternatives(const sid_problem *problem) {
  return problem->noise == SID_NOISE_SAMPLES ? problem->samples : 2;
}

static double alternative_weight(const sid_problem *problem, uint32_t i) {
  return problem->noise == SID_NOISE_SAMPLES ? svag_weight(problem, i) : 0.5;
}

/* Whether U lies inside the i-th interval of cumulated weights, not within a millionth of its ends:
 * there, no rule of rounding in the search for the index can matter. */
static int draws_member(const sid_problem *problem, uint32_t i, double u) {
  double low = 0.0;
  for (uint32_t k = 0; k < i; k++) low += alternative_weight(problem, k);
  return u > low + 1e-6 && u < low + alternative_weight(problem, i) - 1e-6;
}

/* A stream whose next raws draw the given members in turn. The sequences are short enough to turn
 * up within some thousand raws. */
static sid_stream stream_drawing(vf_context *context, const sid_problem *problem,
                                 const uint32_t *members, uint32_t count) {
  sid_stream stream = vf_stream(SVAG_SEED, SID_KEY_NOISE, 0);
  for (uint32_t attempt = 0; attempt < 1000000; attempt++) {
    sid_stream ahead = stream;
    uint32_t found = 0;
    while (found < count && draws_member(problem, members[found], sid_stream_uniform(&ahead)))
      found++;
    if (found == count) return stream;
    sid_stream_raw(&stream);
  }
  vf_error(context, "search for a stream", "no stream draws these members");
  return stream;
}

void svag_enumerate(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                    svag_outcomes *all) {
  const uint32_t n = alternatives(problem);
  all->draws = problem->noise == SID_NOISE_SAMPLES ? dynamics.batch : problem->dim;
  if (dynamics.kind == SID_SVAG) all->draws *= 2;
  all->count = 1;
  for (uint32_t d = 0; d < all->draws; d++) all->count *= n;
  if (all->count > SVAG_OUTCOMES || all->draws > SVAG_DRAWS) {
    vf_error(context, "outcomes of a step", "more than SVAG_OUTCOMES or SVAG_DRAWS");
    all->count = 0;
  }
  for (size_t k = 0; k < all->count; k++) {
    size_t rest = k;
    all->weight[k] = 1.0;
    for (uint32_t d = all->draws; d-- > 0; rest /= n) {
      all->members[k][d] = (uint32_t)(rest % n);
      all->weight[k] *= alternative_weight(problem, all->members[k][d]);
    }
    all->stream[k] = stream_drawing(context, problem, all->members[k], all->draws);
  }
}

svag_law svag_law_from(vf_context *context, const sid_problem *problem, const svag_outcomes *all,
                       sid_dynamics dynamics, double lr, double wd, const double *x) {
  svag_law law = {.count = all->count};
  for (size_t k = 0; k < all->count; k++) {
    law.weight[k] = all->weight[k];
    svag_step(context, problem, dynamics, lr, wd, x, all->stream[k], law.change[k]);
    for (uint32_t j = 0; j < problem->dim; j++) law.change[k][j] -= x[j];
  }
  return law;
}

svag_law svag_law_of(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                     double lr, double wd, const double *x) {
  svag_outcomes all;
  svag_enumerate(context, problem, dynamics, &all);
  return svag_law_from(context, problem, &all, dynamics, lr, wd, x);
}

double svag_law_moment(const svag_law *law, const char *index, double scale, const double *centre) {
  double total = 0.0;
  for (size_t k = 0; k < law->count; k++) {
    double product = law->weight[k];
    for (const char *c = index; *c; c++)
      product *= scale * (law->change[k][*c - '1'] - centre[*c - '1']);
    total += product;
  }
  return total;
}

void svag_law_mean(const svag_law *law, uint32_t p, double *mean) {
  for (uint32_t j = 0; j < p; j++) {
    mean[j] = 0.0;
    for (size_t k = 0; k < law->count; k++) mean[j] += law->weight[k] * law->change[k][j];
  }
}

double svag_law_reach(const svag_law *law, uint32_t p) {
  double reach = 0.0;
  for (size_t k = 0; k < law->count; k++)
    for (uint32_t j = 0; j < p; j++) reach = fmax(reach, fabs(law->change[k][j]));
  return reach;
}

svag_law svag_law_along(const svag_law *law, const double *v, uint32_t p) {
  svag_law line = {.count = law->count};
  for (size_t k = 0; k < law->count; k++) {
    line.weight[k] = law->weight[k];
    line.change[k][0] = vf_dot(law->change[k], v, p);
  }
  return line;
}
