/* What a picture of a table shows: said once, drawn by gnuplot (sidyn plot) or as SVG on the page
 * of `sidyn verify --html`. */
#ifndef VF_PICTURE_H
#define VF_PICTURE_H

#include <stddef.h>
#include <stdint.h>
#include "harness/context.h"

enum { VF_PANELS_MOST = 32 };

/* Panels one below the other over one x. A column belongs to a panel; that of x, and columns that
 * are not shown, to none (-1). A column named "standard error" (or standard_error) is that of the
 * one before it. */
typedef struct {
  const vf_table_of_numbers *table;
  size_t x;
  int *panel; /* of each column */
  int panels;
  int log_x;
  uint32_t log_y; /* bit p % 32: panel p; the magnitudes of its values are drawn */
} vf_picture;

/* The columns that `view` names, X,Y,Y;Y: that of x first, ';' begins the next panel. Fills panel,
 * which the caller gives, x and panels. Returns 0, or VF_EXIT_USAGE after a message that begins
 * with `what`. */
int vf_picture_view(const char *what, const char *view, vf_picture *picture);

/* All columns over the first, in one panel. */
void vf_picture_all(vf_picture *picture);

/* Logarithmic axes where numbers of one sign span a large factor. */
void vf_picture_scales(vf_picture *picture);

/* Whether a column holds the standard errors of the one before it, and whether it is a law: laws
 * are lines, what was measured is points. */
int vf_is_error(const char *column);
int vf_is_law(const char *column);

/* Whether the column is drawn in the panel, and whether the next one has its standard errors. */
int vf_picture_draws(const vf_picture *picture, size_t c, int panel);
int vf_picture_has_errors(const vf_picture *picture, size_t c);
int vf_picture_log_y(const vf_picture *picture, int panel);

#endif
