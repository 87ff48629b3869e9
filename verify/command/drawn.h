/* Tables to be drawn, from what sidyn writes. */
#ifndef VF_DRAWN_H
#define VF_DRAWN_H

#include "harness/context.h"

/* Reads a CSV file: trajectories (the columns trajectory and end go, a row of NaN stands between
 * two trajectories), statistics (step, and for each observable mean and standard_error), or a
 * series (all columns). Returns 0, or VF_EXIT_USAGE after a message. */
int vf_drawn_csv(const char *path, vf_table_of_numbers *table);

/* Reads a series of a JSON report, by its name or by that of its check; NULL: the first one.
 * Returns 0, or VF_EXIT_USAGE after a message. */
int vf_drawn_json(const char *path, const char *series, vf_table_of_numbers *table);

void vf_drawn_free(vf_table_of_numbers *table);

#endif
