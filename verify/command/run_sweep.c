/* Runs of one experiment with fields set to each of several values, in one table with a column for
 * each of these fields. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "command/run_job.h"
#include "formats/experiment_json.h"
#include "formats/json_line.h"
#include "formats/memory.h"
#include "formats/read_file.h"

enum { VF_POINTS_MOST = 1 << 20, VF_SETS_MOST = 32 };

typedef struct {
  char *field;   /* names and indices with points between them */
  char **values; /* as they stand */
  uint64_t count;
} vf_set;

struct vf_sweep {
  vf_set sets[VF_SETS_MOST];
  size_t count;
  uint64_t points;
  int zip, seeds;
};

/* ---- options ---- */

static struct vf_sweep *vf_sweep_of(vf_run_options *options) {
  if (!options->sweep) options->sweep = vf_allocate(1, sizeof *options->sweep);
  return options->sweep;
}

void vf_sweep_zip(vf_run_options *options) { vf_sweep_of(options)->zip = 1; }

void vf_sweep_seeds(vf_run_options *options) { vf_sweep_of(options)->seeds = 1; }

int vf_sweep_add(vf_run_options *options, char *text) {
  struct vf_sweep *sweep = vf_sweep_of(options);
  char *values = strchr(text, '=');
  if (sweep->count == VF_SETS_MOST)
    return vf_fail("run: --set %s: is one too many; allowed: %d", text, VF_SETS_MOST);
  if (!values || values == text || !values[1] || strpbrk(text, "\"{}[] \t\n"))
    return vf_fail("run: --set %s: allowed: FIELD=V1,V2,... with a field such as schedule.lr and "
                   "numbers or words",
                   text);
  vf_set *set = sweep->sets + sweep->count++;
  *values++ = '\0';
  set->field = text;
  for (char *at = values; at; set->count++) {
    char *next = strchr(at, ',');
    if (next) *next++ = '\0';
    set->values = vf_grow(set->values, (size_t)set->count + 1, sizeof *set->values);
    set->values[set->count] = at;
    if (!*at) return vf_fail("run: --set %s: an empty value", set->field);
    at = next;
  }
  return 0;
}

/* ---- points ---- */

static int vf_count_points(struct vf_sweep *sweep) {
  sweep->points = 1;
  if (sweep->count == 0)
    return vf_fail("run: --zip and --seed-per-point: there is no --set; allowed with it");
  for (size_t s = 0; s < sweep->count; s++) {
    const vf_set *set = sweep->sets + s;
    if (sweep->zip && set->count != sweep->sets->count)
      return vf_fail("run: --zip: %s has %" PRIu64 " values and %s %" PRIu64
                     "; allowed: equally many",
                     sweep->sets->field, sweep->sets->count, set->field, set->count);
    sweep->points = sweep->zip ? set->count : sweep->points * set->count;
    if (sweep->points > VF_POINTS_MOST)
      return vf_fail("run: --set: more than %d runs; allowed: fewer values", VF_POINTS_MOST);
  }
  return 0;
}

/* The value of set s at a point: the last set changes fastest. */
static const char *vf_value_of(const struct vf_sweep *sweep, size_t s, uint64_t point) {
  if (sweep->zip) return sweep->sets[s].values[point];
  for (size_t t = sweep->count - 1; t > s; t--) point /= sweep->sets[t].count;
  return sweep->sets[s].values[point % sweep->sets[s].count];
}

/* Whether a value is no number, and so a string. */
static int vf_is_word(const char *value) {
  const size_t digits = strspn(value, "+-.eE0123456789");
  return value[digits] != '\0' || !strpbrk(value, "0123456789");
}

/* The text with `length` bytes at `at` replaced. Frees it. */
static char *vf_replaced(char *text, const char *at, size_t length, const char *by) {
  const size_t before = (size_t)(at - text), all = strlen(text);
  char *next = vf_allocate(all - length + strlen(by) + 1, 1);
  memcpy(next, text, before);
  strcpy(next + before, by);
  strcat(next, text + before + length);
  free(text);
  return next;
}

/* The member or element of that name, or the object itself where there is none. */
static const char *vf_named(const char *object, const char *name) {
  uint64_t index;
  if (*object != '[') return vf_json_member(object, name);
  return vf_parse_u64(name, &index) ? object : vf_json_element(object, (size_t)index);
}

/* The text with a field set: replaced, or put first into its object. NULL where its object is
 * missing. Frees the text. */
static char *vf_with_field(char *text, const char *field, const char *value) {
  char name[128], *with = vf_allocate(strlen(value) + sizeof name + 8, 1);
  const char *object = vf_json_begin(text), *quote = vf_is_word(value) ? "\"" : "";
  for (;;) {
    const size_t length = strcspn(field, ".");
    snprintf(name, sizeof name, "%.*s", (int)length, field);
    const char *at = vf_named(object, name);
    const int found = at != object;
    field += length;
    if (*field == '.' && found) {
      object = at;
      field++;
      continue;
    }
    if (*field == '.' || (!found && *object != '{')) break;
    if (found)
      sprintf(with, "%s%s%s", quote, value, quote);
    else /* no object of an experiment is empty */
      sprintf(with, "\"%s\":%s%s%s,", name, quote, value, quote);
    text = vf_replaced(text, found ? at : object + 1, found ? (size_t)(vf_json_end(at) - at) : 0,
                       with);
    free(with);
    return text;
  }
  free(with);
  free(text);
  return NULL;
}

/* The experiment of a point. Returns 0, or VF_EXIT_USAGE after a message. */
static int vf_load_point(const vf_run_options *options, const char *base, uint64_t point,
                         vf_experiment *loaded) {
  const struct vf_sweep *sweep = options->sweep;
  char message[VF_MESSAGE_SIZE], *text = vf_copy_text(base);
  for (size_t s = 0; s < sweep->count; s++) {
    text = vf_with_field(text, sweep->sets[s].field, vf_value_of(sweep, s, point));
    if (!text)
      return vf_fail("run: --set %s: nothing has this field in %s", sweep->sets[s].field,
                     options->experiment);
  }
  const int wrong = vf_experiment_parse(text, strlen(text), options->experiment, loaded, message);
  free(text);
  if (!wrong) {
    if (sweep->seeds) loaded->experiment.seed += point;
    return 0;
  }
  char values[256] = "";
  for (size_t s = 0; s < sweep->count; s++) {
    const size_t length = strlen(values);
    snprintf(values + length, sizeof values - length, " %s=%s", sweep->sets[s].field,
             vf_value_of(sweep, s, point));
  }
  return vf_fail("run: --set%s: %s", values, message);
}

/* Whether two experiments have the same columns. */
static int vf_same_columns(const sid_experiment *a, const sid_experiment *b) {
  if (a->observable_count != b->observable_count || sid_row_width(a) != sid_row_width(b)) return 0;
  for (uint32_t o = 0; o < a->observable_count; o++)
    if (a->observables[o] != b->observables[o]) return 0;
  return 1;
}

/* Every point is an experiment, and all have the same columns. */
static int vf_check_points(const vf_run_options *options, const char *base) {
  vf_experiment first, loaded;
  int status = vf_load_point(options, base, 0, &first);
  if (status) return status;
  for (uint64_t point = 1; !status && point < options->sweep->points; point++) {
    status = vf_load_point(options, base, point, &loaded);
    if (status) break;
    if (!vf_same_columns(&first.experiment, &loaded.experiment))
      status = vf_fail("run: --set: run %" PRIu64 " has other columns than run 0; allowed: one "
                       "table for all",
                       point);
    vf_experiment_free(&loaded);
  }
  vf_experiment_free(&first);
  return status;
}

/* ---- the runs ---- */

/* Texts with a comma behind each: the fields (point < 0), or their values at a point. */
static char *vf_texts(const struct vf_sweep *sweep, int64_t point) {
  size_t size = 1;
  for (size_t s = 0; s < sweep->count; s++)
    size += 1 + strlen(point < 0 ? sweep->sets[s].field : vf_value_of(sweep, s, (uint64_t)point));
  char *text = vf_allocate(size, 1);
  for (size_t s = 0; s < sweep->count; s++) {
    strcat(text, point < 0 ? sweep->sets[s].field : vf_value_of(sweep, s, (uint64_t)point));
    strcat(text, ",");
  }
  return text;
}

/* NAME.part of point k: NAME-k.part. */
static char *vf_part_name(const char *part, uint64_t point) {
  const size_t stem = strlen(part) - strlen(".part");
  char *name = vf_allocate(strlen(part) + 24, 1);
  snprintf(name, strlen(part) + 24, "%.*s-%" PRIu64 ".part", (int)stem, part, point);
  return name;
}

/* *end: of the rows that are saved, before and after. */
static int vf_run_point(const vf_run_options *options, const char *base, uint64_t point,
                        FILE *stream, uint64_t *end) {
  vf_experiment loaded;
  vf_run_options own = *options;
  char *swept = vf_texts(options->sweep, -1), *values = vf_texts(options->sweep, (int64_t)point);
  char *part = options->part ? vf_part_name(options->part, point) : NULL;
  vf_job job = {.stream = stream,
                .point = (uint32_t)point,
                .points = (uint32_t)options->sweep->points,
                .swept = swept,
                .values = values,
                .saving = {.from = *end}};
  int status = vf_load_point(options, base, point, &loaded);
  own.part = part;
  if (!status) {
    status = vf_run_experiment(&loaded.experiment, &own, &job);
    vf_experiment_free(&loaded);
    *end += job.saving.bytes;
  }
  free(part);
  free(swept);
  free(values);
  return status;
}

int vf_sweep_run(const vf_run_options *options) {
  const int saved = options->part && !options->statistics; /* each run adds its rows to the file */
  uint64_t end = 0;
  vf_output output = {.stream = NULL};
  vf_experiment alone;
  char message[VF_MESSAGE_SIZE];
  size_t length;
  int status = vf_count_points(options->sweep);
  if (status) return status;
  char *base = vf_read_file(options->experiment, &length);
  if (!base) return vf_fail("%s: cannot read: %s", options->experiment, strerror(errno));
  if (options->out && vf_same_path(options->experiment, options->out))
    status = vf_fail("run: --out %s: that is the experiment; allowed: another file", options->out);
  if (!status && vf_experiment_parse(base, length, options->experiment, &alone, message))
    status = vf_fail("%s", message);
  if (!status) vf_experiment_free(&alone);
  if (!status) status = vf_check_points(options, base);
  if (!status && options->out && !saved && !vf_is_worker())
    status = vf_output_open(&output, options->out);
  for (uint64_t point = 0; !status && point < options->sweep->points; point++)
    status = vf_run_point(options, base, point, output.stream, &end);
  free(base);
  if (output.stream && !status) return vf_output_commit(&output);
  if (output.stream) vf_output_abandon(&output);
  return status;
}
