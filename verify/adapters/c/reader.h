/* The parts of requests as the library takes them: problems, dynamics, schedules, experiments
 * (spec.md section 12, in the one spelling of conform.md) and draws. Everything is checked, so that
 * the library may be called with it. */
#ifndef AD_READER_H
#define AD_READER_H

#include "sidyn.h"
#include "values.h"

/* The problems it reads are those before this one: networks it does not know. */
enum { AD_PROBLEMS_END = SID_NETWORK };

/* The members problem, dynamics, schedule and experiment of an object. */
void ad_read_problem(ad_reader *reader, const char *parent, sid_problem *problem);
void ad_read_dynamics(ad_reader *reader, const char *parent, const sid_problem *problem,
                      sid_dynamics *dynamics);
void ad_read_schedule(ad_reader *reader, const char *parent, sid_schedule *schedule);
void ad_read_experiment(ad_reader *reader, const char *parent, sid_experiment *experiment);

/* The names of the dynamics, from SID_GD on, with a space between them. */
extern const char ad_dynamics_names[];

/* How many draws a step takes, and whether they are those of the Gaussian noise of the same
 * covariance; the numbers in one draw (conform.md section 3). */
uint32_t ad_step_draws(const sid_dynamics *dynamics, int *gaussian);
uint64_t ad_draw_numbers(const sid_problem *problem, uint32_t batch, int gaussian);

/* A list that is one draw: signs, indices and counts are what they must be. */
void ad_read_draw(ad_reader *reader, const char *list, const sid_problem *problem, int gaussian,
                  double *draw, size_t count);

#endif
