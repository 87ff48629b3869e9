/* sidyn example: the files of docs/examples, compiled in. */
#include <string.h>
#include <unistd.h>
#include "command/command.h"
#include "formats/output.h"

typedef struct {
  const char *folder, *name;
  const char *const *lines;
} vf_file;

#define VF_EXAMPLE(folder, name, ...) {folder, name, (const char *const[]){__VA_ARGS__}},
static const vf_file vf_files[] = {
#include "examples.h"
};
#undef VF_EXAMPLE

enum { VF_FILES = sizeof vf_files / sizeof vf_files[0] };

static void vf_print_file(const vf_file *file) {
  for (const char *const *line = file->lines; *line; line++) fputs(*line, stdout);
}

/* Of each example its name and the title of its README, which is its first file. */
static void vf_list_examples(void) {
  for (int i = 0; i < VF_FILES; i++)
    if (strcmp(vf_files[i].name, "README.md") == 0)
      printf("%-20s %s", vf_files[i].folder, vf_files[i].lines[0] + strlen("# "));
}

static int vf_print_example(const char *name) {
  int found = 0;
  for (int i = 0; i < VF_FILES; i++) {
    if (strcmp(vf_files[i].folder, name) != 0) continue;
    if (!found)
      vf_print_file(vf_files + i);
    else
      printf("%s    sidyn example %s %s > %s\n", found == 1 ? "\nIts files:\n\n" : "", name,
             vf_files[i].name, vf_files[i].name);
    found++;
  }
  return found ? vf_output_flush()
               : vf_fail("example: %s: no such example; `sidyn example` lists them", name);
}

static int vf_print_named(const char *folder, const char *name) {
  char names[512] = "";
  for (int i = 0; i < VF_FILES; i++) {
    const size_t length = strlen(names);
    if (strcmp(vf_files[i].folder, folder) != 0) continue;
    if (strcmp(vf_files[i].name, name) == 0) {
      vf_print_file(vf_files + i);
      return vf_output_flush();
    }
    snprintf(names + length, sizeof names - length, "%s%s", length ? ", " : "", vf_files[i].name);
  }
  if (!*names) return vf_fail("example: %s: no such example; `sidyn example` lists them", folder);
  return vf_fail("example: %s has no %s; allowed: %s", folder, name, names);
}

static int vf_example(int argc, char **argv) {
  const int code = vf_next_option(&vf_example_command, argc, argv);
  if (code != -1) return vf_option_error("example", code, argv);
  if (vf_options_after("example", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind > 2) return vf_fail("example: %s: allowed: NAME and FILE", argv[optind + 2]);
  if (argc - optind == 2) return vf_print_named(argv[optind], argv[optind + 1]);
  if (argc - optind == 1) return vf_print_example(argv[optind]);
  vf_list_examples();
  return vf_output_flush();
}

static const vf_option vf_example_table[] = {VF_OPTIONS_END};

const vf_command vf_example_command = {
    .name = "example",
    .summary = "experiments to begin with, and what to see in them",
    .operands = "[NAME [FILE]]",
    .words = "sidyn example | cut -d ' ' -f 1",
    .describes = "Lists the examples, prints the README of one with the names of its files, or one "
                 "of its files. They are those of docs/examples.",
    .example = "sidyn example norm-convergence experiment.json",
    .options = vf_example_table,
    .run = vf_example,
    .runs_on_wrong_machine = 1};
