/* The names that stand in a table of trajectories (docs/output.md section 3). */
#ifndef VF_COLUMNS_H
#define VF_COLUMNS_H

#include "sidyn.h"

enum { VF_COLUMN_SIZE = 32 };

/* The name of column k of a row of observables: x stands for x0, x1, ... */
const char *vf_column_name(const sid_experiment *experiment, size_t k, char name[VF_COLUMN_SIZE]);

/* The place in a row of the column of that name, the first of several; sid_row_width() if there is
 * none. */
size_t vf_column_find(const sid_experiment *experiment, const char *name);

/* The reason of an early end in the column `end`; "" where the trajectory did not end early. */
const char *vf_end_name(sid_status status);

/* The status of such a reason, SID_OK for "". Returns 0, or -1 if there is no such. */
int vf_end_parse(const char *name, sid_status *status);

#endif
