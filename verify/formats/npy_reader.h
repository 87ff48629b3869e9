/* Tables of trajectories as NumPy's .npy (docs/output.md section 3, docs/conform.md section 6). */
#ifndef VF_NPY_READER_H
#define VF_NPY_READER_H

#include "formats/given.h"

/* Reads an array of shape (trajectories, checkpoints, columns), or (checkpoints, columns) for one
 * trajectory, of '<f8', '>f8' or '<f4', in C or Fortran order, bounded as vf_table_read(). Numbers
 * of
 * '<f4' stand for the reals that round to them. Returns 0, or VF_EXIT_USAGE after a message that
 * says what is allowed. */
int vf_npy_read(const char *path, const sid_experiment *experiment, const vf_given_options *options,
                vf_given *given);

#endif
