/* Pictures by gnuplot, a program of its own. */
#ifndef VF_GNUPLOT_H
#define VF_GNUPLOT_H

#include "command/picture.h"

/* Draws to a file whose name ends in .svg or .png. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_gnuplot(const vf_picture *picture, const char *path);

#endif
