#include "harness/series.h"
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "formats/number.h"

enum { PATH_SIZE = 1024, NAME_SIZE = 128 };

/* A name as part of a file's name. */
static void vf_file_name(const char *text, char name[NAME_SIZE]) {
  size_t length = 0;
  for (; *text && length + 1 < NAME_SIZE; text++) {
    const int plain = isalnum((unsigned char)*text) || *text == '.' || *text == '=';
    if (plain)
      name[length++] = *text;
    else if (length && name[length - 1] != '-')
      name[length++] = '-';
  }
  while (length && name[length - 1] == '-') length--;
  name[length] = '\0';
}

/* How many series of the check before number s have this file name. */
static size_t vf_same_names(const vf_context *context, size_t s, const char *name) {
  char other[NAME_SIZE];
  size_t count = 0;
  for (size_t i = 0; i < s; i++) {
    vf_file_name(context->series[i].name, other);
    count += strcmp(other, name) == 0;
  }
  return count;
}

void vf_series_csv(const vf_table_of_numbers *table, FILE *stream) {
  char text[VF_NUMBER_SIZE];
  for (size_t c = 0; c < table->column_count; c++)
    fprintf(stream, "%s%s", c ? "," : "", table->columns[c]);
  fputc('\n', stream);
  for (size_t r = 0; r < table->rows; r++)
    for (size_t c = 0; c < table->column_count; c++)
      fprintf(stream, "%s%s",
              vf_number_text(table->values[r * table->column_count + c], VF_DEC, text),
              c + 1 == table->column_count ? "\n" : ",");
}

void vf_series_name(const vf_result *result, size_t s, char name[VF_SERIES_NAME]) {
  char own[NAME_SIZE], number[24] = "";
  vf_file_name(result->context.series[s].name, own);
  const size_t before = vf_same_names(&result->context, s, own);
  if (before) snprintf(number, sizeof number, "-%zu", before + 1);
  snprintf(name, VF_SERIES_NAME, "%s.%s%s.csv", result->check->id, own, number);
}

static int vf_write_series(const vf_result *result, size_t s, const char *directory) {
  char name[VF_SERIES_NAME], path[PATH_SIZE];
  vf_output output;
  vf_series_name(result, s, name);
  snprintf(path, sizeof path, "%s/%s", directory, name);
  const int status = vf_output_open(&output, path);
  if (status) return status;
  vf_series_csv(result->context.series + s, output.stream);
  return vf_output_commit(&output);
}

int vf_series_folder(const char *directory) {
  char inside[PATH_SIZE]; /* what no file has */
  if (strlen(directory) > PATH_SIZE / 2)
    return vf_fail("verify: --series: the name is longer than %d bytes", PATH_SIZE / 2);
  if (mkdir(directory, 0777) != 0 && errno != EEXIST)
    return vf_fail("verify: --series %s: %s", directory, strerror(errno));
  snprintf(inside, sizeof inside, "%s/.", directory);
  if (access(inside, W_OK | X_OK) != 0)
    return vf_fail("verify: --series %s: %s", directory, strerror(errno));
  return 0;
}

int vf_report_series(const vf_report *report, const char *directory) {
  for (size_t i = 0; i < report->count; i++)
    for (size_t s = 0; s < report->results[i].context.series_count; s++) {
      const int status = vf_write_series(report->results + i, s, directory);
      if (status) return status;
    }
  return 0;
}
