/* The five schedules of Table 1 and Figure 1: different histories until epoch 500, the same eta and
 * lam until 1000, then fine-tuning. */
#ifndef VF_IL_TABLE1_H
#define VF_IL_TABLE1_H

#include "checks/il/norm.h"

enum { IL_SCHEDULES = 5, IL_BLOCKS = 6, IL_RUNS = 64 };

/* Phases of schedule s with 100 epochs of `block` units of time: 0..500 as printed, 500..1000 as it
 * ends, then LR/10 and no WD for 100 epochs. */
void il_table1_phases(int s, double eta, double lam, double block, il_phase phases[IL_BLOCKS + 1]);

/* States of IL_RUNS trajectories of the regression under schedule s at epochs 0, 100, ..., 1100.
 * NULL after an error in the report. The caller frees. */
double *il_five_states(vf_context *context, const sid_dynamics *dynamics, int s, double eta,
                       double lam, double block);

/* Largest distance at row r between the states x of one and y*factor of the other, relative to the
 * norm. */
double il_largest_gap(const double *one, const double *other, double factor, size_t r);

/* Five histories, one law of the weights, for a loss, sampled noise and weights that start at
 * random: trajectory i of every schedule draws the same samples, so the distance of two schedules
 * bounds the distance of their laws from above (a coupling). It falls to the rounding of a step,
 * damped by the contraction, which is no slower than that of the norm, 4 el. So laws after 40/el
 * steps of the same eta and lam do not know their history; nor do they after fine-tuning, whose
 * 8/el steps without WD add their own roundings. */
void il_five_laws(vf_context *context, const sid_dynamics *dynamics, double eta, double lam,
                  double block);

#endif
