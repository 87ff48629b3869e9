/* sidyn merge: the parts of one experiment become what one run gives. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "command/run_job.h"
#include "formats/memory.h"
#include "formats/read_file.h"

typedef struct {
  vf_range range;
  size_t file; /* which part it is of */
} vf_owned;

/* The parts of one experiment. */
typedef struct {
  vf_part whole; /* the first part, and what the others bring */
  char *data;    /* of the first part */
  vf_owned *ranges;
  size_t range_count;
} vf_group;

/* What is left of a part with rows. */
typedef struct {
  char *path;
  uint64_t from, bytes, sum, first;
  uint32_t point; /* of a sweep */
} vf_rows_file;

typedef struct {
  char **names;
  size_t count;
  vf_group *groups; /* one for each run of a sweep, else one */
  size_t group_count;
  vf_rows_file *rows;
} vf_merge;

/* ---- taking the parts ---- */

/* The file beside a part that has its rows. */
static char *vf_beside(const char *part, const char *name) {
  const char *slash = strrchr(part, '/');
  const size_t folder = slash ? (size_t)(slash - part) + 1 : 0;
  char *path = vf_allocate(folder + strlen(name) + 1, 1);
  memcpy(path, part, folder);
  strcpy(path + folder, name);
  return path;
}

/* The group that a part belongs to; a new one for another run of a sweep. NULL after a message. */
static vf_group *vf_find_group(vf_merge *merge, const vf_part *part, size_t file) {
  const char *name = merge->names[file], *first = merge->names[0];
  const vf_part *before = merge->group_count ? &merge->groups->whole : NULL;
  if (before && (part->kind != before->kind || part->format != before->format)) {
    vf_fail("%s: holds results in another form than %s; allowed: parts of runs with the same "
            "options",
            name, first);
    return NULL;
  }
  for (size_t g = 0; g < merge->group_count; g++) {
    const vf_part *whole = &merge->groups[g].whole;
    if (strcmp(part->hash, whole->hash) == 0 && part->point == whole->point &&
        part->points == whole->points && strcmp(part->swept, whole->swept) == 0 &&
        strcmp(part->values, whole->values) == 0)
      return merge->groups + g;
  }
  int fits =
      !before || (part->points > 0 && part->points == before->points && part->kind != VF_PART_NPY &&
                  part->laws == before->laws && strcmp(part->swept, before->swept) == 0);
  for (size_t g = 0; g < merge->group_count; g++)
    fits = fits && part->point != merge->groups[g].whole.point;
  if (!fits) {
    vf_fail("%s: is of another experiment than %s; allowed: parts of one experiment, or of one "
            "sweep",
            name, first);
    return NULL;
  }
  merge->groups = vf_grow(merge->groups, merge->group_count + 1, sizeof *merge->groups);
  memset(merge->groups + merge->group_count, 0, sizeof *merge->groups);
  return merge->groups + merge->group_count++;
}

/* The least range with both. */
static vf_range vf_hull(vf_range a, vf_range b) {
  const uint64_t first = a.first < b.first ? a.first : b.first;
  const uint64_t last_a = a.first + (a.count - 1), last_b = b.first + (b.count - 1);
  return (vf_range){first, (last_a > last_b ? last_a : last_b) - first + 1};
}

static void vf_take_ranges(vf_merge *merge, vf_group *group, const vf_part *part, size_t file) {
  group->ranges =
      vf_grow(group->ranges, group->range_count + part->done_count + 1, sizeof *group->ranges);
  for (uint32_t i = 0; i < part->done_count; i++)
    group->ranges[group->range_count++] = (vf_owned){part->done[i], file};
  if (part->kind != VF_PART_STATISTICS)
    merge->rows[file] = (vf_rows_file){vf_beside(merge->names[file], part->rows),
                                       part->rows_from,
                                       part->rows_bytes,
                                       part->rows_sum,
                                       part->done_count ? part->done->first : 0,
                                       part->point};
}

/* Adds a part to its group, whose first one stays. */
static int vf_take_one(vf_merge *merge, size_t file) {
  vf_part part;
  const char *wrong;
  size_t length;
  char *data = vf_read_file_to(merge->names[file], SIZE_MAX, &length);
  if (!data) return vf_fail("%s: cannot read: %s", merge->names[file], strerror(errno));
  int status = vf_part_read(&part, (const unsigned char *)data, length, &wrong)
                   ? vf_fail("%s: %s", merge->names[file], wrong)
                   : 0;
  vf_group *group = status ? NULL : vf_find_group(merge, &part, file);
  if (group) vf_take_ranges(merge, group, &part, file);
  if (group && !group->data) {
    group->whole = part;
    group->data = data;
    return 0;
  }
  if (group) {
    for (size_t k = 0; part.statistics && k < vf_part_columns(&part); k++)
      vf_statistics_merge(group->whole.statistics + k, part.statistics + k);
    group->whole.ended += part.ended;
    group->whole.whole = vf_hull(group->whole.whole, part.whole);
  }
  vf_part_free(&part);
  free(data);
  return group ? 0 : VF_EXIT_USAGE;
}

/* ---- ranges ---- */

static int vf_by_first(const void *a, const void *b) {
  const uint64_t x = ((const vf_owned *)a)->range.first, y = ((const vf_owned *)b)->range.first;
  return (x > y) - (x < y);
}

static int vf_by_first_row(const void *a, const void *b) {
  const vf_rows_file *x = a, *y = b;
  if (x->point != y->point) return x->point < y->point ? -1 : 1;
  return (x->first > y->first) - (x->first < y->first);
}

static int vf_missing(uint64_t first, uint64_t last) {
  return vf_fail("merge: trajectories %" PRIu64 " to %" PRIu64
                 " are in no part, or their run has not ended; allowed: parts that are whole "
                 "together",
                 first, last);
}

/* Refuses trajectories that two parts have, and unless gaps are allowed those that none has. */
static int vf_check_ranges(const vf_merge *merge, vf_group *group, int gaps) {
  const uint64_t end = group->whole.whole.first + group->whole.whole.count; /* modulo 2^64 */
  uint64_t next = group->whole.whole.first;
  qsort(group->ranges, group->range_count, sizeof *group->ranges, vf_by_first);
  for (size_t i = 1; i < group->range_count; i++) {
    const vf_owned *one = group->ranges + i;
    if (one->range.first - one[-1].range.first < one[-1].range.count)
      return vf_fail("merge: %s and %s both have trajectory %" PRIu64
                     "; allowed: parts without a trajectory in common",
                     merge->names[one[-1].file], merge->names[one->file], one->range.first);
  }
  for (size_t i = 0; i < group->range_count; i++) {
    const vf_owned *one = group->ranges + i;
    if (one->range.first != next && !gaps) return vf_missing(next, one->range.first - 1);
    next = one->range.first + one->range.count;
  }
  if (next != end && !gaps) return vf_missing(next, end - 1);
  return 0;
}

/* Neighbours become one. */
static void vf_join_ranges(vf_group *group) {
  vf_range *done = vf_arena_take(&group->whole.arena, group->range_count, sizeof *done);
  uint32_t count = 0;
  for (size_t i = 0; i < group->range_count; i++) {
    const vf_range one = group->ranges[i].range;
    if (count > 0 && done[count - 1].first + done[count - 1].count == one.first)
      done[count - 1].count += one.count;
    else
      done[count++] = one;
  }
  group->whole.done = done;
  group->whole.done_count = count;
}

static int vf_by_point(const void *a, const void *b) {
  const uint32_t x = ((const vf_group *)a)->whole.point, y = ((const vf_group *)b)->whole.point;
  return (x > y) - (x < y);
}

/* Whether every run of a sweep is there. */
static int vf_check_points(vf_merge *merge) {
  qsort(merge->groups, merge->group_count, sizeof *merge->groups, vf_by_point);
  for (uint32_t point = 0; point < merge->groups->whole.points; point++)
    if (point >= merge->group_count || merge->groups[point].whole.point != point)
      return vf_fail("merge: run %" PRIu32
                     " of the sweep is in no part; allowed: parts of all %" PRIu32 " runs",
                     point, merge->groups->whole.points);
  return 0;
}

/* ---- results ---- */

/* Copies the rows of a part, without what stands before them in their file. */
static int vf_copy_rows(const vf_merge *merge, const vf_rows_file *file, FILE *stream) {
  enum { BLOCK = 1 << 16 };
  FILE *from = fopen(file->path, "rb");
  char *block = vf_allocate(BLOCK, 1);
  uint64_t left = file->bytes, sum = 0, head = VF_NPY_HEAD;
  int in_line = merge->groups->whole.kind == VF_PART_CSV && file->from == 0; /* the first */
  if (from) fseeko(from, (off_t)file->from, SEEK_SET);
  while (from && left > 0) {
    const size_t got = fread(block, 1, left < BLOCK ? (size_t)left : BLOCK, from);
    size_t skip = 0;
    if (got == 0) break;
    sum = vf_crc64(sum, block, got);
    left -= got;
    if (merge->groups->whole.kind == VF_PART_NPY) {
      skip = head < got ? (size_t)head : got;
      head -= skip;
    }
    while (in_line && skip < got) in_line = block[skip++] != '\n';
    fwrite(block + skip, 1, got - skip, stream);
  }
  if (from) fclose(from);
  free(block);
  if (left == 0 && sum == file->sum) return 0;
  return vf_fail("%s: not the rows that the part beside it knows; allowed: the file of its run",
                 file->path);
}

static int vf_merge_rows(vf_merge *merge, vf_job *job) {
  int status = 0;
  qsort(merge->rows, merge->count, sizeof *merge->rows, vf_by_first_row);
  vf_write_head(job);
  for (size_t i = 0; !status && i < merge->count; i++)
    status = vf_copy_rows(merge, merge->rows + i, job->stream);
  return status;
}

static void vf_merge_part(const vf_merge *merge, FILE *stream) {
  const vf_bytes nothing = {NULL, 0, 0};
  vf_bytes bytes = {NULL, 0, 0};
  vf_part_write(&merge->groups->whole, &nothing, &bytes);
  fwrite(bytes.data, 1, bytes.count, stream);
  vf_bytes_free(&bytes);
}

/* The table of one group, or all rows. */
static int vf_write_group(vf_merge *merge, vf_group *group, const char *out, vf_format format,
                          FILE *stream) {
  vf_part *whole = &group->whole;
  const vf_run_options options = {
      .out = out, .count = whole->whole.count, .npy = whole->kind == VF_PART_NPY, .format = format};
  vf_job job = {.experiment = &whole->shape,
                .options = &options,
                .stream = stream,
                .swept = whole->swept,
                .values = whole->values,
                .laws = whole->laws,
                .width = sid_row_width(&whole->shape),
                .statistics = whole->statistics};
  memcpy(job.law_of, whole->law_of, sizeof job.law_of);
  job.columns = job.width + job.laws;
  if (whole->kind != VF_PART_STATISTICS)
    return group == merge->groups ? vf_merge_rows(merge, &job) : 0;
  if (group == merge->groups) vf_write_statistics_head(&job);
  vf_write_statistics(&job);
  return 0;
}

static int vf_write_merged(vf_merge *merge, const char *out, vf_format format, int part) {
  vf_output output;
  int status = vf_output_open(&output, out);
  if (status) return status;
  if (part) vf_merge_part(merge, output.stream);
  for (size_t g = 0; !status && !part && g < merge->group_count; g++)
    status = vf_write_group(merge, merge->groups + g, out, format, output.stream);
  if (!status) return vf_output_commit(&output);
  vf_output_abandon(&output);
  return status;
}

/* A name that fits what the parts hold. */
static int vf_check_out(const vf_merge *merge, const char *out, int formatted) {
  static const char *const allowed[] = {"", "FILE.csv, FILE.part or -", "FILE.csv or -",
                                        "FILE.npy"};
  const uint32_t kind = merge->groups->whole.kind;
  const int csv = vf_ends_with(out, ".csv") || strcmp(out, "-") == 0;
  const int fits = kind == VF_PART_NPY
                       ? vf_ends_with(out, ".npy")
                       : csv || (kind == VF_PART_STATISTICS && vf_ends_with(out, ".part"));
  if (!fits) return vf_fail("merge: --out %s: allowed for these parts: %s", out, allowed[kind]);
  if (formatted && (kind != VF_PART_STATISTICS || vf_ends_with(out, ".part")))
    return vf_fail("merge: --format: the numbers are written already; allowed with tables of "
                   "statistics");
  for (size_t i = 0; i < merge->count; i++)
    if (vf_same_path(out, merge->names[i]) ||
        (merge->rows[i].path && vf_same_path(out, merge->rows[i].path)))
      return vf_fail("merge: --out %s: is read, too; allowed: another file", out);
  return 0;
}

static int vf_merge_all(vf_merge *merge, const char *out, vf_format format, int formatted) {
  const int part = vf_ends_with(out, ".part");
  int status = 0;
  for (size_t i = 0; !status && i < merge->count; i++) status = vf_take_one(merge, i);
  if (!status) status = vf_check_out(merge, out, formatted);
  if (!status && part && merge->group_count > 1)
    status =
        vf_fail("merge: --out %s: parts of several runs of a sweep; allowed: those of one", out);
  for (size_t g = 0; !status && g < merge->group_count; g++) {
    status = vf_check_ranges(merge, merge->groups + g, part);
    if (!status) vf_join_ranges(merge->groups + g);
  }
  if (!status && !part) status = vf_check_points(merge);
  if (status) return status;
  return vf_write_merged(merge, out, format, part);
}

static int vf_merge_command_run(int argc, char **argv) {
  const char *out = "-";
  vf_format format = VF_DEC;
  int code, status = 0, formatted = 0;
  while (!status && (code = vf_next_option(&vf_merge_command, argc, argv)) != -1) {
    switch (code) {
      case 'o': out = optarg; break;
      case 'f':
        formatted = 1;
        if (vf_format_parse(optarg, &format))
          status = vf_fail("merge: --format %s: allowed: bits, hex, dec", optarg);
        break;
      default: status = vf_option_error("merge", code, argv);
    }
  }
  if (status) return status;
  if (vf_options_after("merge", argc, argv)) return VF_EXIT_USAGE;
  if (argc == optind) return vf_fail("merge: needs at least one FILE.part");
  vf_merge merge = {.names = argv + optind, .count = (size_t)(argc - optind)};
  merge.rows = vf_allocate(merge.count, sizeof *merge.rows);
  status = vf_merge_all(&merge, out, format, formatted);
  for (size_t i = 0; i < merge.count; i++) free(merge.rows[i].path);
  free(merge.rows);
  for (size_t g = 0; g < merge.group_count; g++) {
    free(merge.groups[g].ranges);
    vf_part_free(&merge.groups[g].whole);
    free(merge.groups[g].data);
  }
  free(merge.groups);
  return status;
}

static const vf_option vf_merge_table[] = {
    {'o', "out", "FILE.csv|FILE.npy|FILE.part|-", "-, standard output", "where the results go"},
    VF_OPTION_FORMAT("dec"),
    VF_OPTIONS_END};

const vf_command vf_merge_command = {
    .name = "merge",
    .summary = "parts of one experiment become what one run gives",
    .operands = "FILE.part...",
    .describes =
        "The parts, in any order, are of runs with the same options but for --shard, or with other "
        "--trajectories; together they have every trajectory once. What comes out is byte for byte "
        "what one run gives: the table of statistics, or the rows, which are read from the files "
        "that the runs wrote beside the parts. Parts of statistics merge to a part, too.",
    .example = "sidyn merge a.part b.part --out table.csv",
    .options = vf_merge_table,
    .run = vf_merge_command_run};
