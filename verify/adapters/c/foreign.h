/* Runs with random numbers that share nothing with sidyn's streams: xoshiro256++ and textbook
 * methods. A step is sid_step() with draws that are given. */
#ifndef AD_FOREIGN_H
#define AD_FOREIGN_H

#include "sidyn.h"

/* How many numbers the draws of one step are. */
uint64_t ad_foreign_draws(const sid_experiment *experiment);

/* sid_run() with the draws of (seed, trajectory); draws holds ad_foreign_draws() numbers, at least
 * one. */
sid_status ad_foreign_run(const sid_experiment *experiment, uint64_t trajectory,
                          sid_checkpoint_fn callback, void *user, double *x, uint64_t *step,
                          double *work, double *draws);

#endif
