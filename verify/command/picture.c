#include "command/picture.h"
#include <math.h>
#include <string.h>
#include "formats/failure.h"

int vf_is_error(const char *column) {
  return strcmp(column, "standard error") == 0 || strcmp(column, "standard_error") == 0;
}

int vf_is_law(const char *column) {
  return strstr(column, "law") || strstr(column, "flow") || strstr(column, "V(T)") ||
         strcmp(column, "(36)") == 0;
}

int vf_picture_draws(const vf_picture *picture, size_t c, int panel) {
  return picture->panel[c] == panel && !vf_is_error(picture->table->columns[c]);
}

int vf_picture_has_errors(const vf_picture *picture, size_t c) {
  return c + 1 < picture->table->column_count && vf_is_error(picture->table->columns[c + 1]);
}

int vf_picture_log_y(const vf_picture *picture, int panel) {
  return (int)(picture->log_y >> panel % VF_PANELS_MOST & 1u);
}

/* The column of that name; column_count if there is none. */
static size_t vf_named_column(const vf_table_of_numbers *table, const char *name, size_t length) {
  size_t c = 0;
  while (c < table->column_count &&
         (strlen(table->columns[c]) != length || strncmp(table->columns[c], name, length) != 0))
    c++;
  return c;
}

int vf_picture_view(const char *what, const char *view, vf_picture *picture) {
  const vf_table_of_numbers *table = picture->table;
  int found = 0, panel = 0;
  for (size_t c = 0; c < table->column_count; c++) picture->panel[c] = -1;
  for (const char *at = view; *at; at += at[0] == ',' || at[0] == ';') {
    const size_t length = strcspn(at, ",;"), c = vf_named_column(table, at, length);
    if (c == table->column_count)
      return vf_fail("%s %s: no column %.*s; the first is %s", what, view, (int)length, at,
                     table->columns[0]);
    if (found++)
      picture->panel[c] = panel;
    else
      picture->x = c;
    at += length;
    if (*at == ';' && ++panel == VF_PANELS_MOST)
      return vf_fail("%s: allowed: at most %d panels", what, VF_PANELS_MOST);
  }
  if (found < 2) return vf_fail("%s %s: allowed: X,Y or X,Y,Y,...;Y", what, view);
  picture->panels = panel + 1;
  return 0;
}

void vf_picture_all(vf_picture *picture) {
  for (size_t c = 0; c < picture->table->column_count; c++) picture->panel[c] = c ? 0 : -1;
  picture->x = 0;
  picture->panels = 1;
}

/* The least and the largest magnitude of the finite numbers of a column, zeros aside, and whether
 * they have one sign. */
typedef struct {
  double least, largest;
  int one_sign, has_zero;
} vf_span;

static vf_span vf_span_of(const vf_table_of_numbers *table, size_t c) {
  vf_span span = {(double)INFINITY, 0.0, 1, 0};
  double sign = 0.0;
  for (size_t r = 0; r < table->rows; r++) {
    const double value = table->values[r * table->column_count + c];
    if (!isfinite(value)) continue;
    span.has_zero |= value == 0.0;
    if (value == 0.0) continue;
    span.one_sign &= sign * value >= 0.0;
    sign = value;
    span.least = fmin(span.least, fabs(value));
    span.largest = fmax(span.largest, fabs(value));
  }
  return span;
}

/* Over a logarithmic x a power is to be seen as a line. Columns that are rounding errors beside
 * others of the panel may have any sign. */
static int vf_panel_is_log(const vf_picture *picture, int panel) {
  double least = (double)INFINITY, largest = 0.0;
  for (size_t c = 0; c < picture->table->column_count; c++)
    if (vf_picture_draws(picture, c, panel)) {
      const vf_span span = vf_span_of(picture->table, c);
      least = fmin(least, span.least);
      largest = fmax(largest, span.largest);
    }
  for (size_t c = 0; c < picture->table->column_count; c++)
    if (vf_picture_draws(picture, c, panel)) {
      const vf_span span = vf_span_of(picture->table, c);
      if (!span.one_sign && span.largest > 1e-9 * largest) return 0;
    }
  return largest > (picture->log_x ? 5.0 : 1000.0) * least;
}

void vf_picture_scales(vf_picture *picture) {
  const vf_span x = vf_span_of(picture->table, picture->x);
  picture->log_x = x.one_sign && !x.has_zero && x.largest > 20.0 * x.least;
  picture->log_y = 0;
  for (int panel = 0; panel < picture->panels; panel++)
    if (vf_panel_is_log(picture, panel)) picture->log_y |= (uint32_t)1 << panel;
}
