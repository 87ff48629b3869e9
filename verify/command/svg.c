#include "command/svg.h"
#include <math.h>
#include <string.h>
#include "harness/report.h"

enum {
  WIDTH = 640,
  LEFT = 72,
  RIGHT = 16,
  ABOVE = 10,
  LEGEND_LINE = 18,
  PLOT = 190,  /* height of a panel's frame */
  BELOW = 26,  /* numbers of the x axis */
  X_NAME = 20, /* its name, below the last panel */
  LETTER = 7,  /* width of a letter, about */
  COLOURS = 8
};

/* An axis: what stands at its ends, of logarithms where it is logarithmic. */
typedef struct {
  double low, high;
  int log;
} vf_axis;

/* A panel on its way: the axes and where its frame is. */
typedef struct {
  const vf_picture *picture;
  int panel;
  vf_axis x, y;
  double top;
  FILE *stream;
} vf_panel;

static double vf_scaled(const vf_axis *axis, double value) {
  return axis->log ? log10(fabs(value)) : value;
}

static void vf_stretch(vf_axis *axis, double value) {
  const double scaled = vf_scaled(axis, value);
  if (!isfinite(scaled)) return;
  axis->low = fmin(axis->low, scaled);
  axis->high = fmax(axis->high, scaled);
}

/* A little room at both ends; 0 to 1 where there is no number. */
static void vf_finish_axis(vf_axis *axis) {
  if (axis->low > axis->high) axis->low = 0.0, axis->high = 1.0;
  double room = 0.04 * (axis->high - axis->low);
  if (room <= 1e-12 * fabs(axis->high)) room = axis->high == 0.0 ? 1.0 : 0.1 * fabs(axis->high);
  axis->low -= room;
  axis->high += room;
}

static double vf_cell(const vf_panel *at, size_t row, size_t column) {
  const vf_table_of_numbers *table = at->picture->table;
  return table->values[row * table->column_count + column];
}

static double vf_x_of(const vf_panel *at, double value) {
  return LEFT +
         (WIDTH - LEFT - RIGHT) * (vf_scaled(&at->x, value) - at->x.low) / (at->x.high - at->x.low);
}

/* Within the frame: what a logarithm cannot show, and bars that leave it, end at its edge. */
static double vf_y_of(const vf_panel *at, double value) {
  const double part = (vf_scaled(&at->y, value) - at->y.low) / (at->y.high - at->y.low);
  return at->top + PLOT * (1.0 - fmin(fmax(part, 0.0), 1.0));
}

static void vf_measure_axes(vf_panel *at) {
  const vf_picture *picture = at->picture;
  at->x = (vf_axis){(double)INFINITY, -(double)INFINITY, picture->log_x};
  at->y = (vf_axis){(double)INFINITY, -(double)INFINITY, vf_picture_log_y(picture, at->panel)};
  for (size_t r = 0; r < picture->table->rows; r++) {
    vf_stretch(&at->x, vf_cell(at, r, picture->x));
    for (size_t c = 0; c < picture->table->column_count; c++)
      if (vf_picture_draws(picture, c, at->panel)) {
        const double value = vf_cell(at, r, c);
        const double error = vf_picture_has_errors(picture, c) ? vf_cell(at, r, c + 1) : 0.0;
        vf_stretch(&at->y, value);
        if (!at->y.log && isfinite(error)) {
          vf_stretch(&at->y, value - error);
          vf_stretch(&at->y, value + error);
        }
      }
  }
  vf_finish_axis(&at->x);
  vf_finish_axis(&at->y);
}

/* ---- ticks ---- */

/* 1, 2 or 5 times a power of ten, so that some five of them make the span; whole decades where the
 * axis is logarithmic. */
static double vf_tick(const vf_axis *axis) {
  const double wanted = (axis->high - axis->low) / 5.0;
  if (axis->log) return fmax(1.0, round(wanted));
  const double power = pow(10.0, floor(log10(wanted))), ratio = wanted / power;
  return power * (ratio < 1.5 ? 1.0 : ratio < 3.5 ? 2.0 : ratio < 7.5 ? 5.0 : 10.0);
}

static void vf_tick_text(const vf_axis *axis, double at, FILE *stream) {
  if (axis->log)
    fprintf(stream, "10<tspan class=\"e\" dy=\"-5\">%g</tspan></text>\n", at);
  else
    fprintf(stream, "%.6g</text>\n", at);
}

static void vf_draw_ticks(const vf_panel *at) {
  const double right = WIDTH - RIGHT, bottom = at->top + PLOT;
  const double dx = vf_tick(&at->x), dy = vf_tick(&at->y);
  for (double k = ceil(at->x.low / dx); k * dx <= at->x.high; k++) {
    const double x = LEFT + (right - LEFT) * (k * dx - at->x.low) / (at->x.high - at->x.low);
    fprintf(at->stream,
            "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
            x, at->top, bottom, x, bottom + 17.0);
    vf_tick_text(&at->x, k * dx + 0.0, at->stream);
  }
  for (double k = ceil(at->y.low / dy); k * dy <= at->y.high; k++) {
    const double y = bottom - PLOT * (k * dy - at->y.low) / (at->y.high - at->y.low);
    fprintf(at->stream,
            "<path class=\"grid\" d=\"M%d %.1fH%.1f\"/>"
            "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
            LEFT, y, right, LEFT - 6, y + 4.0);
    vf_tick_text(&at->y, k * dy + 0.0, at->stream);
  }
  fprintf(at->stream, "<path class=\"frame\" d=\"M%d %.1fH%.1fV%.1fH%dZ\"/>\n", LEFT, at->top,
          right, bottom, LEFT);
}

/* ---- names ---- */

/* The length of the words with which all curves of the panel begin; 0 if there are none. A law
 * belongs to what is measured and does not count. */
static size_t vf_common_words(const vf_picture *picture, int panel, const char **words) {
  size_t length = 0;
  *words = NULL;
  for (size_t c = 0; c < picture->table->column_count; c++) {
    const char *name = picture->table->columns[c];
    if (!vf_picture_draws(picture, c, panel) || vf_is_law(name)) continue;
    if (!*words) {
      *words = name;
      length = strlen(name);
      continue;
    }
    size_t same = 0, whole = 0;
    for (; same < length && name[same] == (*words)[same]; same++)
      if (name[same] == ' ') whole = same;
    length = same == length && (name[same] == ' ' || !name[same]) ? same : whole;
  }
  return length;
}

static void vf_draw_y_name(const vf_panel *at) {
  const char *words;
  const size_t length = vf_common_words(at->picture, at->panel, &words);
  char name[64];
  if (length == 0 || length >= sizeof name - 2)
    snprintf(name, sizeof name, at->y.log ? "magnitude" : "value");
  else
    snprintf(name, sizeof name, at->y.log ? "|%.*s|" : "%.*s", (int)length, words);
  const double middle = at->top + PLOT / 2.0;
  fprintf(at->stream, "<text class=\"name\" transform=\"rotate(-90 14 %.1f)\" x=\"14\" y=\"%.1f\">",
          middle, middle);
  vf_report_xml(at->stream, name);
  fputs("</text>\n", at->stream);
}

/* Where the entry of a legend of that many letters goes; moves on behind it. */
static double vf_legend_place(size_t letters, double *x, int *line) {
  const double width = 34.0 + (double)(LETTER * letters);
  if (*x > LEFT && *x + width > WIDTH - RIGHT) {
    *x = LEFT;
    ++*line;
  }
  const double place = *x;
  *x += width;
  return place;
}

/* The lines of a panel's legend. Without a stream only counts them. */
static int vf_legend(const vf_picture *picture, int panel, double top, FILE *stream) {
  double x = LEFT;
  int line = 0, curve = 0;
  for (size_t c = 0; c < picture->table->column_count; c++) {
    if (!vf_picture_draws(picture, c, panel)) continue;
    const char *name = picture->table->columns[c];
    const double at = vf_legend_place(strlen(name), &x, &line);
    const double y = top + 9.0 + LEGEND_LINE * line;
    const int colour = curve++ % COLOURS;
    if (!stream) continue;
    if (vf_is_law(name))
      fprintf(stream, "<path class=\"law c%d\" d=\"M%.1f %.1fh20\"/>", colour, at, y);
    else
      fprintf(stream, "<path class=\"dot c%d\" d=\"M%.1f %.1fh0\"/>", colour, at + 10.0, y);
    fprintf(stream, "<text x=\"%.1f\" y=\"%.1f\">", at + 25.0, y + 4.0);
    vf_report_xml(stream, name);
    fputs("</text>\n", stream);
  }
  return line + 1;
}

/* ---- curves ---- */

static int vf_shown(const vf_panel *at, size_t row, size_t column) {
  return isfinite(vf_scaled(&at->x, vf_cell(at, row, at->picture->x))) &&
         isfinite(vf_cell(at, row, column)) && (!at->y.log || vf_cell(at, row, column) != 0.0);
}

static int vf_increases(const vf_panel *at) {
  for (size_t r = 1; r < at->picture->table->rows; r++)
    if (!(vf_cell(at, r, at->picture->x) > vf_cell(at, r - 1, at->picture->x))) return 0;
  return 1;
}

/* A line through what can be shown; it breaks where something cannot. */
static void vf_draw_line(const vf_panel *at, size_t column, const char *kind, int colour) {
  int drawing = 0;
  fprintf(at->stream, "<path class=\"%s c%d\" d=\"", kind, colour);
  for (size_t r = 0; r < at->picture->table->rows; r++) {
    const int shown = vf_shown(at, r, column);
    if (shown)
      fprintf(at->stream, "%c%.1f %.1f", drawing ? 'L' : 'M',
              vf_x_of(at, vf_cell(at, r, at->picture->x)), vf_y_of(at, vf_cell(at, r, column)));
    drawing = shown;
  }
  fputs("\"/>\n", at->stream);
}

static void vf_draw_points(const vf_panel *at, size_t column, int colour) {
  const size_t rows = at->picture->table->rows;
  fprintf(at->stream, "<path class=\"%s c%d\" d=\"", rows > 100 ? "dot small" : "dot", colour);
  for (size_t r = 0; r < rows; r++)
    if (vf_shown(at, r, column))
      fprintf(at->stream, "M%.1f %.1fh0", vf_x_of(at, vf_cell(at, r, at->picture->x)),
              vf_y_of(at, vf_cell(at, r, column)));
  fputs("\"/>\n", at->stream);
}

/* A bar that reaches zero on a logarithmic axis ends at the frame. */
static void vf_draw_bars(const vf_panel *at, size_t column, int colour) {
  fprintf(at->stream, "<path class=\"bar c%d\" d=\"", colour);
  for (size_t r = 0; r < at->picture->table->rows; r++) {
    const double value = vf_cell(at, r, column), error = vf_cell(at, r, column + 1);
    if (!vf_shown(at, r, column) || !isfinite(error)) continue;
    const double x = vf_x_of(at, vf_cell(at, r, at->picture->x));
    const double least = at->y.log ? fmax(fabs(value) - error, 0.0) : value - error;
    const double most = at->y.log ? fabs(value) + error : value + error;
    fprintf(at->stream, "M%.1f %.1fh6m-3 0V%.1fm-3 0h6", x - 3.0, vf_y_of(at, least),
            vf_y_of(at, most));
  }
  fputs("\"/>\n", at->stream);
}

static void vf_draw_curves(const vf_panel *at) {
  const int joined = vf_increases(at);
  int curve = 0;
  for (size_t c = 0; c < at->picture->table->column_count; c++) {
    if (!vf_picture_draws(at->picture, c, at->panel)) continue;
    const int colour = curve++ % COLOURS;
    if (vf_is_law(at->picture->table->columns[c])) {
      vf_draw_line(at, c, "law", colour);
      continue;
    }
    if (joined) vf_draw_line(at, c, "thin", colour);
    if (vf_picture_has_errors(at->picture, c)) vf_draw_bars(at, c, colour);
    vf_draw_points(at, c, colour);
  }
}

/* ---- the picture ---- */

static void vf_describe_picture(const vf_picture *picture, size_t number, FILE *stream) {
  const vf_table_of_numbers *table = picture->table;
  fprintf(stream, "<title id=\"t%zu\">", number);
  vf_report_xml(stream, table->name);
  fprintf(stream, "</title><desc id=\"d%zu\">", number);
  int listed = 0;
  for (size_t c = 0; c < table->column_count; c++)
    if (picture->panel[c] >= 0 && !vf_is_error(table->columns[c])) {
      fputs(listed++ ? ", " : "", stream);
      vf_report_xml(stream, table->columns[c]);
    }
  fputs(" over ", stream);
  vf_report_xml(stream, table->columns[picture->x]);
  fprintf(stream, ", %zu row%s of numbers</desc>\n", table->rows, table->rows == 1 ? "" : "s");
}

void vf_svg(const vf_picture *picture, size_t number, FILE *stream) {
  double height = X_NAME;
  for (int panel = 0; panel < picture->panels; panel++)
    height += ABOVE + LEGEND_LINE * vf_legend(picture, panel, 0.0, NULL) + PLOT + BELOW;
  fprintf(stream,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" role=\"img\" "
          "aria-labelledby=\"t%zu d%zu\">",
          WIDTH, height, number, number);
  vf_describe_picture(picture, number, stream);
  double top = 0.0;
  for (int panel = 0; panel < picture->panels; panel++) {
    vf_panel at = {.picture = picture, .panel = panel, .stream = stream};
    top += ABOVE;
    top += LEGEND_LINE * vf_legend(picture, panel, top, stream);
    at.top = top;
    vf_measure_axes(&at);
    vf_draw_ticks(&at);
    vf_draw_y_name(&at);
    vf_draw_curves(&at);
    top += PLOT + BELOW;
  }
  fprintf(stream, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", (WIDTH + LEFT - RIGHT) / 2,
          top + 12.0);
  vf_report_xml(stream, picture->table->columns[picture->x]);
  fputs("</text></svg>\n", stream);
}
