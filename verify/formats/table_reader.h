/* Tables of trajectories as text: CSV, and the same with semicolons or tabs (docs/output.md
 * section 3, docs/conform.md section 6). */
#ifndef VF_TABLE_READER_H
#define VF_TABLE_READER_H

#include "formats/given.h"

/* Reads the columns that the experiment observes. Whatever the file holds, memory is bounded: a
 * file of VF_FILE_LIMIT bytes and VF_GIVEN_LIMIT numbers at most. Returns 0, or VF_EXIT_USAGE after
 * a message "file:line: what; what is allowed". Columns that are not known are named on standard
 * error and ignored. */
int vf_table_read(const char *path, const sid_experiment *experiment,
                  const vf_given_options *options, vf_given *given);

#endif
