#include "command/drawn.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/failure.h"
#include "formats/json_text.h"
#include "formats/memory.h"
#include "formats/read_file.h"

void vf_drawn_free(vf_table_of_numbers *table) {
  for (size_t c = 0; c < table->column_count; c++) free(table->columns[c]);
  free(table->columns);
  free(table->values);
  free(table->name);
  free(table->view);
}

static void vf_add_column(vf_table_of_numbers *table, const char *name) {
  table->columns = vf_grow(table->columns, table->column_count + 1, sizeof *table->columns);
  table->columns[table->column_count++] = vf_copy_text(name);
}

/* Room for one more row, all NaN. Columns are all known by then. */
static double *vf_add_row(vf_table_of_numbers *table, size_t *capacity) {
  if (table->rows == *capacity) {
    *capacity = 2 * *capacity + 64;
    table->values = vf_grow(table->values, *capacity * table->column_count, sizeof(double));
  }
  double *row = table->values + table->rows++ * table->column_count;
  for (size_t c = 0; c < table->column_count; c++) row[c] = (double)NAN;
  return row;
}

/* ---- CSV ---- */

enum { FIELDS_MOST = 4096 };

typedef struct {
  char *fields[FIELDS_MOST];
  size_t count;
} vf_line;

/* Cuts the next line into fields; returns what follows it, or NULL where there is none. */
static char *vf_cut_line(char *text, vf_line *line) {
  if (!*text) return NULL;
  char *end = text + strcspn(text, "\n"), *next = *end ? end + 1 : end;
  *end = '\0';
  if (end > text && end[-1] == '\r') end[-1] = '\0';
  for (line->count = 0; line->count < FIELDS_MOST;) {
    line->fields[line->count++] = text;
    text += strcspn(text, ",");
    if (!*text) break;
    *text++ = '\0';
  }
  return next;
}

/* NaN for what is no number. */
static double vf_field(const char *text) {
  char *end;
  const double value = strtod(text, &end);
  return *text && !*end ? value : (double)NAN;
}

typedef enum { SERIES, TRAJECTORIES, STATISTICS } vf_shape;

static vf_shape vf_shape_of(const vf_line *head) {
  if (head->count > 3 && strcmp(head->fields[0], "trajectory") == 0) return TRAJECTORIES;
  if (head->count > 5 && strcmp(head->fields[1], "observable") == 0) return STATISTICS;
  return SERIES;
}

/* The column of an observable of --statistics; new ones are added while there is one row. */
static size_t vf_observable_column(vf_table_of_numbers *table, const char *name) {
  for (size_t c = 1; c < table->column_count; c++)
    if (strcmp(table->columns[c], name) == 0) return c;
  return 0;
}

/* The observables are those of the first checkpoint. */
static void vf_statistics_columns(const char *text, vf_table_of_numbers *table) {
  char *copy = vf_copy_text(text), *next = copy, step[32] = "";
  vf_line line;
  vf_add_column(table, "step");
  while ((next = vf_cut_line(next, &line)) != NULL && line.count > 5) {
    if (*step && strcmp(step, line.fields[0]) != 0) break;
    snprintf(step, sizeof step, "%s", line.fields[0]);
    vf_add_column(table, line.fields[1]);
    vf_add_column(table, "standard_error");
  }
  free(copy);
}

/* One line of a file of that shape. Returns -1 if it does not fit. */
static int vf_take_line(const vf_line *line, vf_shape shape, size_t head, char *last,
                        vf_table_of_numbers *table, size_t *capacity) {
  if (line->count != head) return -1;
  if (shape == STATISTICS) {
    double *row = table->rows ? table->values + (table->rows - 1) * table->column_count : NULL;
    if (!row || row[0] != vf_field(line->fields[0])) row = vf_add_row(table, capacity);
    row[0] = vf_field(line->fields[0]);
    const size_t c = vf_observable_column(table, line->fields[1]);
    if (c == 0) return -1;
    row[c] = vf_field(line->fields[3]);
    row[c + 1] = vf_field(line->fields[5]);
    return 0;
  }
  const size_t skipped = shape == TRAJECTORIES ? 3 : 0;
  if (shape == TRAJECTORIES) {
    if (*last && strcmp(last, line->fields[0]) != 0) vf_add_row(table, capacity);
    snprintf(last, 32, "%s", line->fields[0]);
  }
  double *row = vf_add_row(table, capacity);
  if (skipped) row[0] = vf_field(line->fields[1]);
  for (size_t k = skipped; k < line->count; k++)
    row[k - skipped + (skipped > 0)] = vf_field(line->fields[k]);
  return 0;
}

static int vf_take_lines(char *text, const char *path, vf_table_of_numbers *table) {
  vf_line line;
  size_t capacity = 0, number = 1;
  char last[32] = "", *next = vf_cut_line(text, &line);
  if (!next || line.count < 2)
    return vf_fail("plot: %s:1: allowed: a line with the names of two or more columns", path);
  const vf_shape shape = vf_shape_of(&line);
  const size_t head = line.count;
  if (shape == STATISTICS) vf_statistics_columns(next, table);
  if (shape == TRAJECTORIES) vf_add_column(table, "step");
  for (size_t c = shape == TRAJECTORIES ? 3 : 0; c < head && shape != STATISTICS; c++)
    vf_add_column(table, line.fields[c]);
  while ((next = vf_cut_line(next, &line)) != NULL) {
    number++;
    if (vf_take_line(&line, shape, head, last, table, &capacity))
      return vf_fail("plot: %s:%zu: does not fit the first line; allowed: what `sidyn run` and "
                     "`sidyn verify --series` write",
                     path, number);
  }
  if (table->rows == 0) return vf_fail("plot: %s: no line of numbers", path);
  return 0;
}

int vf_drawn_csv(const char *path, vf_table_of_numbers *table) {
  size_t length;
  char *text = vf_read_file(path, &length);
  if (!text) return vf_fail("plot: %s: %s", path, strerror(errno));
  *table = (vf_table_of_numbers){.name = vf_copy_text(path)};
  const int status = vf_take_lines(text, path, table);
  free(text);
  return status;
}

/* ---- JSON reports ---- */

#if SID_HAVE_JANSSON

static int vf_take_series(json_t *series, const char *check, vf_table_of_numbers *table) {
  json_t *columns = json_object_get(series, "columns"), *rows = json_object_get(series, "rows");
  char name[256];
  size_t capacity = 0;
  snprintf(name, sizeof name, "%s: %s", check, json_string_value(json_object_get(series, "name")));
  table->name = vf_copy_text(name);
  const char *view = json_string_value(json_object_get(series, "view"));
  if (view) table->view = vf_copy_text(view);
  for (size_t c = 0; c < json_array_size(columns); c++) {
    const char *column = json_string_value(json_array_get(columns, c));
    vf_add_column(table, column ? column : "?");
  }
  for (size_t r = 0; r < json_array_size(rows); r++) {
    double *row = vf_add_row(table, &capacity);
    for (size_t c = 0; c < table->column_count; c++) {
      json_t *value = json_array_get(json_array_get(rows, r), c);
      if (json_is_number(value)) row[c] = json_number_value(value);
    }
  }
  if (table->column_count < 2 || table->rows == 0)
    return vf_fail("plot: %s: the series has no numbers", name);
  return 0;
}

/* The series of a report that is meant; NULL: none. */
static json_t *vf_find_series(json_t *report, const char *wanted, const char **check) {
  size_t c, s;
  json_t *one, *series;
  json_array_foreach(json_object_get(report, "checks"), c, one) {
    const char *id = json_string_value(json_object_get(one, "id"));
    json_array_foreach(json_object_get(one, "series"), s, series) {
      const char *name = json_string_value(json_object_get(series, "name"));
      *check = id;
      if (id && name && (!wanted || strcmp(wanted, id) == 0 || strcmp(wanted, name) == 0))
        return series;
    }
  }
  return NULL;
}

int vf_drawn_json(const char *path, const char *wanted, vf_table_of_numbers *table) {
  size_t length;
  json_error_t error;
  int marked, status;
  const char *check = "";
  char *text = vf_read_file(path, &length);
  if (!text) return vf_fail("plot: %s: %s", path, strerror(errno));
  *table = (vf_table_of_numbers){0};
  json_t *report = vf_json_parse(text, length, &error, &marked);
  free(text);
  if (!report) return vf_fail("plot: %s:%d: %s", path, error.line, error.text);
  json_t *series = vf_find_series(report, wanted, &check);
  if (!series)
    status = vf_fail("plot: %s: no series%s%s; `sidyn verify --json FILE` writes them", path,
                     wanted ? " " : "", wanted ? wanted : "");
  else
    status = vf_take_series(series, check, table);
  json_decref(report);
  return status;
}

#else

int vf_drawn_json(const char *path, const char *wanted, vf_table_of_numbers *table) {
  (void)wanted;
  *table = (vf_table_of_numbers){0};
  return vf_fail("plot: %s: this sidyn was built without libjansson; make deps installs it", path);
}

#endif
