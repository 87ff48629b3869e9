/* Pictures by gnuplot, a program of its own. */
#ifndef VF_GNUPLOT_H
#define VF_GNUPLOT_H

#include <stddef.h>
#include "harness/context.h"

/* One picture: panels one below the other over one x. A column belongs to a panel; that of x, and
 * columns that are not shown, to none (-1). A column named "standard error" (or standard_error) is
 * that of the one before it. */
typedef struct {
  const vf_table_of_numbers *table;
  size_t x;
  const int *panel; /* of each column */
  int panels;
  int log_x, log_y;
} vf_picture;

/* Draws to a file whose name ends in .svg or .png. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_gnuplot(const vf_picture *picture, const char *path);

/* Whether a column holds standard errors. */
int vf_is_error(const char *column);

#endif
