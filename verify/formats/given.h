/* Numbers that somebody else has written: what each stands for, and the table that they make. */
#ifndef VF_GIVEN_H
#define VF_GIVEN_H

#include <stddef.h>
#include <stdint.h>
#include "sidyn.h"

/* A number that stands for every real in [low, high]: half a unit of its last digit around it, each
 * end rounded to a double, so that no double in between is shut out. Where it is exact, both are
 * value. */
typedef struct {
  double value, low, high;
  int digits; /* significant decimal digits; 0 where it is no rounded decimal */
} vf_given_number;

enum { VF_GIVEN_EXACT_DIGITS = 17, VF_GIVEN_LIMIT = 1 << 24 };

/* A decimal, a hex float, 16 hex digits (the bits), nan, NA, inf or infinity in any case, or
 * nothing, which is NaN. *last is the power of ten of the last digit of a rounded decimal. Returns
 * 0, or -1. */
int vf_given_parse(const char *text, vf_given_number *number, int *last);

/* Takes the number as exact. */
void vf_given_settle(vf_given_number *number);

/* One row: a checkpoint, or the row of an early end. */
typedef struct {
  uint64_t trajectory, step;
  size_t checkpoint; /* its index */
  sid_status end;    /* SID_OK for a checkpoint */
  size_t line;       /* of the file; 0 where it has no lines */
  size_t at;         /* numbers + at*width are its numbers */
} vf_given_row;

typedef struct {
  size_t width, *columns; /* places of the columns in a row of the experiment */
  size_t count;
  vf_given_row *rows; /* by trajectory, a trajectory's checkpoints before its end, by step */
  vf_given_number *numbers;
  int binary32; /* the numbers were binary32 */
} vf_given;

/* How rows without a number of their trajectory are taken. */
typedef struct {
  uint64_t first;  /* the trajectory, or the first of several */
  uint64_t count;  /* how many have been asked for; 0: as many as there are */
  int independent; /* of the rows of a step, each is another trajectory's */
} vf_given_options;

/* Puts the rows in order; what they do not say, trajectory or step, follows from their order.
 * Returns 0, or VF_EXIT_USAGE after a message: a row twice, or more rows than checkpoints. */
int vf_given_order(vf_given *given, const char *path, const sid_experiment *experiment,
                   const vf_given_options *options, int has_trajectory, int has_step);

void vf_given_free(vf_given *given);

#endif
