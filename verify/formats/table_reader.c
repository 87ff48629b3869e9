#include "formats/table_reader.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/columns.h"
#include "formats/failure.h"
#include "formats/memory.h"
#include "formats/number.h"
#include "formats/read_file.h"

enum {
  VF_COLUMNS_MAX = 1 << 22,
  VF_SHOWN = 60 /* characters of a field that a message shows */
};

/* What a column holds; from VF_NUMBER on the place of a number among the columns that are kept. */
enum { VF_UNKNOWN = -4, VF_TRAJECTORY, VF_STEP, VF_END, VF_NUMBER };

typedef struct {
  const char *path;
  const sid_experiment *experiment;
  vf_given *given;
  char *at; /* the rest of the text */
  size_t line;
  char separator;
  int *holds;    /* of each column of the file */
  char **fields; /* of the row that is read */
  size_t columns;
  int has_trajectory, has_step;
  size_t capacity; /* of rows */
  int *most;       /* of each column kept: the most digits of a number in it */
  int any_full;    /* some number has all digits */
  int finest;      /* the lowest last digit of a number other than 0 */
} vf_table;

/* ---- lines and fields ---- */

/* The next line as a text of its own, without its end; NULL behind the last. */
static char *vf_next_line(vf_table *table) {
  char *line = table->at;
  if (!*line) return NULL;
  const size_t length = strcspn(line, "\n");
  table->at += length + (line[length] == '\n');
  line[length] = '\0';
  if (length > 0 && line[length - 1] == '\r') line[length - 1] = '\0';
  table->line++;
  return line;
}

static char *vf_skip_spaces(char *at, char separator) {
  while (*at == ' ' || (*at == '\t' && separator != '\t')) at++;
  return at;
}

/* A field in quotes, a quote in it doubled: made a text in its place. Returns what follows it, NULL
 * where the quotes do not end. */
static char *vf_unquote(char *field) {
  char *to = field;
  for (char *from = field + 1; *from; from++) {
    if (*from == '"' && *++from != '"') {
      *to = '\0';
      return from;
    }
    *to++ = *from;
  }
  return NULL;
}

/* Cuts the field at *at off, without the spaces around it. *at is then behind its separator, NULL
 * behind the last field. Returns NULL where quotes do not end, or something follows them. */
static char *vf_next_field(char **at, char separator) {
  char *field = vf_skip_spaces(*at, separator), *end;
  const int quoted = *field == '"';
  if (quoted) {
    char *behind = vf_unquote(field);
    end = behind ? vf_skip_spaces(behind, separator) : NULL;
    if (!end || (*end && *end != separator)) return NULL;
  } else {
    end = strchr(field, separator);
    if (!end) end = field + strlen(field);
  }
  *at = *end ? end + 1 : NULL;
  if (!quoted) {
    while (end > field && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *end = '\0';
  }
  return field;
}

static int vf_bad_quotes(const vf_table *table) {
  return vf_fail("%s:%zu: a quote that does not end, or text behind it; allowed: \"...\" within "
                 "one line, a quote in it doubled",
                 table->path, table->line);
}

/* ---- the head ---- */

static int vf_known_column(const vf_table *table, const char *name) {
  static const char *const fixed[] = {"trajectory", "step", "end"};
  for (int i = 0; i < 3; i++)
    if (strcmp(name, fixed[i]) == 0) return VF_TRAJECTORY + i;
  return vf_column_find(table->experiment, name) < sid_row_width(table->experiment) ? VF_NUMBER
                                                                                    : VF_UNKNOWN;
}

/* Names of what is ignored, for one line: eight, and dots for more. */
typedef struct {
  char text[8 * (VF_SHOWN + 4) + 8];
  size_t count;
} vf_names;

static void vf_add_name(vf_names *names, const char *name) {
  char *end = names->text + strlen(names->text);
  names->count++;
  if (names->count <= 8)
    sprintf(end, "%s'%.*s'", names->count > 1 ? ", " : "", VF_SHOWN, name);
  else if (names->count == 9)
    strcpy(end, ", ...");
}

/* The names that are known, the first ones. */
static void vf_known_names(const sid_experiment *experiment, char text[512]) {
  char name[VF_COLUMN_SIZE];
  const size_t width = sid_row_width(experiment);
  strcpy(text, "trajectory, step, end");
  for (size_t k = 0; k < width; k++) {
    if (strlen(text) + VF_COLUMN_SIZE + 8 > 512) {
      strcat(text, ", ...");
      return;
    }
    strcat(strcat(text, ", "), vf_column_name(experiment, k, name));
  }
}

/* seen[k] says that column k, or trajectory, step or end behind the width, has been named. */
static int vf_read_name(vf_table *table, const char *name, char *seen, vf_names *unknown) {
  const size_t width = sid_row_width(table->experiment);
  const int known = vf_known_column(table, name);
  if (known == VF_UNKNOWN) {
    vf_add_name(unknown, name);
    table->holds[table->columns++] = VF_UNKNOWN;
    return 0;
  }
  const size_t place = known == VF_NUMBER ? vf_column_find(table->experiment, name)
                                          : width + (size_t)(known - VF_TRAJECTORY);
  if (seen[place])
    return vf_fail("%s:%zu: the column %s stands there twice; allowed: once", table->path,
                   table->line, name);
  seen[place] = 1;
  table->has_trajectory |= known == VF_TRAJECTORY;
  table->has_step |= known == VF_STEP;
  table->holds[table->columns++] = known == VF_NUMBER ? (int)table->given->width : known;
  if (known == VF_NUMBER) table->given->columns[table->given->width++] = place;
  return 0;
}

static int vf_read_names(vf_table *table, char *line, char *seen) {
  vf_names unknown = {"", 0};
  char known[512];
  for (char *at = line; at;) {
    if (table->columns == VF_COLUMNS_MAX)
      return vf_fail("%s:%zu: too many columns; allowed: at most %d", table->path, table->line,
                     VF_COLUMNS_MAX);
    const char *name = vf_next_field(&at, table->separator);
    if (!name) return vf_bad_quotes(table);
    const int status = vf_read_name(table, name, seen, &unknown);
    if (status) return status;
  }
  vf_known_names(table->experiment, known);
  if (table->given->width == 0)
    return vf_fail("%s:%zu: no column of the experiment among %s; allowed: %s", table->path,
                   table->line, unknown.count ? unknown.text : "its columns", known);
  if (unknown.count)
    vf_fail("%s:%zu: ignored, as the experiment does not observe them: %s; known: %s", table->path,
            table->line, unknown.text, known);
  return 0;
}

/* A mark of the byte order and the # of NumPy's savetxt() may stand before the names. */
static int vf_read_head(vf_table *table) {
  const size_t width = sid_row_width(table->experiment);
  if (strncmp(table->at, "\xef\xbb\xbf", 3) == 0) table->at += 3;
  char *line = vf_next_line(table);
  if (!line || !line[strspn(line, " \t#")])
    return vf_fail("%s:1: no names of columns; allowed: a first line such as trajectory,step,%s",
                   table->path, "norm2");
  if (*line == '#') line++;
  table->separator = ',';
  if (strchr(line, ';')) table->separator = ';';
  if (strchr(line, '\t')) table->separator = '\t';
  size_t names = 1;
  for (const char *at = line; *at; at++) names += *at == table->separator;
  table->holds = vf_allocate(names < VF_COLUMNS_MAX ? names : VF_COLUMNS_MAX, sizeof *table->holds);
  table->given->columns = vf_allocate(names < width ? names : width, sizeof(size_t));
  char *seen = vf_allocate(width + 3, 1);
  const int status = vf_read_names(table, line, seen);
  free(seen);
  table->most = vf_allocate(table->given->width, sizeof *table->most);
  table->fields = vf_allocate(table->columns, sizeof *table->fields);
  return status;
}

/* ---- rows ---- */

/* An integer, or a real number that is one (10.0). */
static int vf_read_integer(const vf_table *table, const char *name, const char *text,
                           uint64_t *value) {
  vf_given_number number;
  int last;
  if (vf_parse_u64(text, value) == 0) return 0;
  const int real = *text && vf_given_parse(text, &number, &last) == 0 && number.value >= 0.0 &&
                   number.value <= (double)SID_STEPS_MAX;
  if (real) *value = (uint64_t)number.value;
  if (real && (double)*value == number.value) return 0; /* NOLINT: a whole number */
  return vf_fail("%s:%zu: %s: '%.*s'; allowed: an integer from 0 to 2^64-1", table->path,
                 table->line, name, VF_SHOWN, text);
}

static int vf_read_number(vf_table *table, int k, const char *text, vf_given_number *number) {
  char name[VF_COLUMN_SIZE];
  int last;
  if (vf_given_parse(text, number, &last)) {
    const char *comma = strchr(text, ',');
    const char *column = vf_column_name(table->experiment, table->given->columns[k], name);
    if (comma && strspn(text, "+-0123456789,eE") == strlen(text))
      return vf_fail("%s:%zu: %s: '%.*s' has a decimal comma; allowed: a decimal point",
                     table->path, table->line, column, VF_SHOWN, text);
    return vf_fail("%s:%zu: %s: '%.*s' is no number; allowed: a decimal, a hex float, 16 hex "
                   "digits, nan, NA, inf, -inf",
                   table->path, table->line, column, VF_SHOWN, text);
  }
  if (number->digits > table->most[k]) table->most[k] = number->digits;
  table->any_full |= number->digits >= VF_GIVEN_EXACT_DIGITS;
  if (number->digits && number->value != 0.0 && last < table->finest) table->finest = last;
  return 0;
}

static int vf_read_end(const vf_table *table, const char *text, vf_given_row *row) {
  if (vf_end_parse(text, &row->end))
    return vf_fail("%s:%zu: end: '%.*s'; allowed: nothing, origin, nonfinite, lr, intrinsic_lr",
                   table->path, table->line, VF_SHOWN, text);
  if (row->end == SID_OK || table->has_step) return 0;
  return vf_fail("%s:%zu: end: '%.*s' without a column step; allowed then: nothing", table->path,
                 table->line, VF_SHOWN, text);
}

static int vf_read_field(vf_table *table, size_t f, const char *text, vf_given_row *row,
                         vf_given_number *numbers) {
  switch (table->holds[f]) {
    case VF_UNKNOWN: return 0;
    case VF_TRAJECTORY: return vf_read_integer(table, "trajectory", text, &row->trajectory);
    case VF_STEP: return vf_read_integer(table, "step", text, &row->step);
    case VF_END: return vf_read_end(table, text, row);
    default: return vf_read_number(table, table->holds[f], text, numbers + table->holds[f]);
  }
}

/* The index of the row's checkpoint. */
static int vf_find_checkpoint(const vf_table *table, vf_given_row *row) {
  const sid_experiment *experiment = table->experiment;
  size_t low = 0, high = experiment->checkpoint_count;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (experiment->checkpoints[middle] < row->step)
      low = middle + 1;
    else
      high = middle;
  }
  row->checkpoint = low;
  if (row->end != SID_OK && row->step <= experiment->steps) return 0;
  if (row->end == SID_OK && low < experiment->checkpoint_count &&
      experiment->checkpoints[low] == row->step)
    return 0;
  char known[160] = "";
  for (size_t c = 0; c < experiment->checkpoint_count && strlen(known) < 120; c++)
    snprintf(known + strlen(known), sizeof known - strlen(known), "%s%" PRIu64, c ? ", " : "",
             experiment->checkpoints[c]);
  return vf_fail("%s:%zu: step: %" PRIu64 " is no checkpoint of the experiment; allowed: %s%s",
                 table->path, table->line, row->step, known, strlen(known) < 120 ? "" : ", ...");
}

/* Room for one more row. */
static int vf_grow_rows(vf_table *table) {
  vf_given *given = table->given;
  if (given->count < table->capacity) return 0;
  if ((given->count + 1) * (given->width + 2) > VF_GIVEN_LIMIT)
    return vf_fail("%s:%zu: too many numbers; allowed: at most %d, two for a row and one for each "
                   "of its columns",
                   table->path, table->line, VF_GIVEN_LIMIT);
  const size_t most = VF_GIVEN_LIMIT / (given->width + 2), twice = 2 * table->capacity + 64;
  table->capacity = twice < most ? twice : most;
  given->rows = vf_grow(given->rows, table->capacity, sizeof *given->rows);
  given->numbers = vf_grow(given->numbers, table->capacity * given->width, sizeof *given->numbers);
  return 0;
}

static int vf_read_row(vf_table *table, char *line) {
  vf_given *given = table->given;
  int status = vf_grow_rows(table);
  if (status) return status;
  vf_given_row *row = given->rows + given->count;
  vf_given_number *numbers = given->numbers + given->count * given->width;
  *row = (vf_given_row){.line = table->line, .at = given->count};
  size_t f = 0;
  for (char *at = line; at; f++) {
    char *field = vf_next_field(&at, table->separator);
    if (!field) return vf_bad_quotes(table);
    if (f < table->columns) table->fields[f] = field;
  }
  if (f != table->columns)
    return vf_fail("%s:%zu: %zu field%s; allowed: %zu as in the line of names (and no decimal "
                   "comma)",
                   table->path, table->line, f, f == 1 ? "" : "s", table->columns);
  for (f = 0; !status && f < table->columns; f++)
    status = vf_read_field(table, f, table->fields[f], row, numbers);
  if (!status && table->has_step) status = vf_find_checkpoint(table, row);
  given->count++;
  return status;
}

/* Numbers that are exact because of the others. What writes 17 digits drops none but those that the
 * shortest decimal does not need, 16 are then exact too, and so is a column that has such a number.
 * A zero has no digits; it is as good as the finest number of the file. */
static void vf_settle_numbers(vf_table *table) {
  vf_given *given = table->given;
  for (size_t i = 0; i < given->count * given->width; i++) {
    vf_given_number *number = given->numbers + i;
    const int zero = number->value == 0.0;
    const int most = table->most[i % given->width]; /* NOLINT: made with the head */
    if (table->any_full && (zero || most >= VF_GIVEN_EXACT_DIGITS - 1)) {
      vf_given_settle(number);
    } else if (zero && number->digits && table->finest != INT_MAX) {
      char text[32];
      snprintf(text, sizeof text, "5e%d", table->finest - 1);
      number->high = strtod(text, NULL) < number->high ? strtod(text, NULL) : number->high;
      number->low = -number->high;
    }
  }
}

static int vf_read_rows(vf_table *table, const vf_given_options *options) {
  int status = vf_read_head(table);
  for (char *line; !status && (line = vf_next_line(table));)
    if (line[strspn(line, " \t")]) status = vf_read_row(table, line);
  if (status) return status;
  if (table->given->count == 0)
    return vf_fail("%s:%zu: no row behind the names; allowed: at least one", table->path,
                   table->line);
  vf_settle_numbers(table);
  return vf_given_order(table->given, table->path, table->experiment, options,
                        table->has_trajectory, table->has_step);
}

/* The number of the line that a place in a text is in. */
static size_t vf_line_of(const char *text, const char *place) {
  size_t line = 1;
  for (const char *at = text; at < place; at++) line += *at == '\n';
  return line;
}

int vf_table_read(const char *path, const sid_experiment *experiment,
                  const vf_given_options *options, vf_given *given) {
  size_t length;
  memset(given, 0, sizeof *given);
  char *text = vf_read_file(path, &length);
  if (!text)
    return vf_fail("%s: %s; allowed: a readable file of at most %d bytes", path, strerror(errno),
                   VF_FILE_LIMIT);
  const char *zero = memchr(text, 0, length);
  if (zero) {
    const size_t line = vf_line_of(text, zero);
    free(text);
    return vf_fail("%s:%zu: a zero byte; allowed: text, or .npy by its name", path, line);
  }
  vf_table table = {
      .path = path, .experiment = experiment, .given = given, .at = text, .finest = INT_MAX};
  int status = vf_read_rows(&table, options);
  if (!status && table.has_trajectory && options->count)
    status = vf_fail("%s: has a column trajectory; allowed then: neither --trajectory nor "
                     "--trajectories",
                     path);
  free(table.holds);
  free(table.most);
  free(table.fields);
  free(text);
  if (status) vf_given_free(given);
  return status;
}
