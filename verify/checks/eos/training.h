/* Training runs of matrix completion (Figure 1, Section 6). */
#ifndef VF_CHECKS_EOS_TRAINING_H
#define VF_CHECKS_EOS_TRAINING_H

#include "checks/eos/completion.h"

enum { EOS_TRAIN_COLUMNS = 5, EOS_TRAIN_STARTS = 3 }; /* numbers of a row; most starts */

enum {
  EOS_TRAIN_NORM,
  EOS_TRAIN_LOSS,
  EOS_TRAIN_TEST,
  EOS_TRAIN_SHARPNESS, /* these three at the midpoint of two iterates */
  EOS_TRAIN_RATE
};

typedef struct {
  eos_shape shape;
  double eta, lam;
  uint32_t starts, points; /* rows 0, every, 2 every, ... */
  uint64_t every;
} eos_training;

/* Two of small size, with decay. */
extern const eos_training eos_trainings[2];

/* Rows of all starts: start by start, `points` each. NULL after an error; to be freed. */
double *eos_train(vf_context *context, const eos_completion *m, const eos_training *one);

/* et lam1 at a row. */
double eos_train_edge(const eos_training *one, const double *row);

/* The panels of Figure 1 for one start, with et lam1. */
void eos_train_series(vf_context *context, const eos_training *one, const double *rows,
                      const char *name);

#endif
