/* The commands of the command line: each file describes its command once. What it parses, `sidyn
 * help`, the man pages and the completions of shells are made from that description. */
#ifndef VF_COMMAND_H
#define VF_COMMAND_H

#include <stdint.h>
#include "running/clock.h"

/* One option. A table of them ends with an entry without a name. */
typedef struct {
  int code;              /* what vf_next_option() returns for it; > 0 */
  const char *name;      /* without the dashes */
  const char *argument;  /* what it takes: FILE, N, or all allowed words as a|b|c; NULL: nothing */
  const char *otherwise; /* what holds without it; NULL: nothing to say */
  const char *says;      /* one line, without a full stop */
} vf_option;

typedef struct {
  const char *name;
  const char *summary;       /* one line, without a full stop */
  const char *operands;      /* what stands behind the options, as a usage line shows it */
  const char *words;         /* shell command that prints what an operand may be; NULL: files */
  const char *describes;     /* paragraphs, separated by empty lines */
  const char *example;       /* one command line */
  const vf_option *options;  /* in the order in which help shows them */
  int (*run)(int, char **);  /* own arguments, argv[0] is the name; returns an exit status */
  int operands_end_options;  /* what follows the first operand is not looked at */
  int runs_on_wrong_machine; /* also where the arithmetic cannot be trusted */
} vf_command;

/* A file each; main.c has the list. */
extern const vf_command vf_verify_command, vf_explain_command, vf_run_command, vf_merge_command,
    vf_law_command, vf_compare_command, vf_stream_command, vf_conform_command, vf_data_command,
    vf_plot_command, vf_example_command, vf_info_command, vf_help_command;

/* The code of the next option, as getopt: its value is in optarg; ':' for a missing value and '?'
 * for an unknown option (vf_option_error), -1 after the last one. */
int vf_next_option(const vf_command *command, int argc, char **argv);

/* --jobs, which several commands share. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_option_jobs(const char *text, int *jobs);

/* --trajectories A:B, which several commands share: trajectories A..B-1. Returns 0, or
 * VF_EXIT_USAGE after a message. */
int vf_option_range(const char *command, const char *text, uint64_t *first, uint64_t *count);

/* Handles ':' and '?' of vf_next_option() for `command`: the message for a missing argument or an
 * unknown option. */
int vf_option_error(const char *command, int code, char **argv);

/* A message where an option stands behind an operand, which POSIXLY_CORRECT makes an operand too.
 * Returns 0, or VF_EXIT_USAGE after it. */
int vf_options_after(const char *command, int argc, char **argv);

/* Whether a text ends so. */
int vf_ends_with(const char *text, const char *end);

/* Whether two names stand for one file; a name that does not exist yet stands for none. */
int vf_same_path(const char *a, const char *b);

/* The default of --jobs and the words of --format and --backend, which several tables have. */
#define VF_OPTION_JOBS                                                                             \
  { 'j', "jobs", "N", "number of processors", "threads, 1 to 1024" }
#define VF_OPTION_BACKEND                                                                          \
  {                                                                                                \
    'b', "backend", "ref|avx2|avx512|avx512ifma|neon", "the fastest, or SID_BACKEND",              \
        "what computes; the results are the same bits"                                             \
  }
#define VF_OPTION_FORMAT(fallback)                                                                 \
  { 'f', "format", "bits|hex|dec", fallback, "how numbers are written" }
#define VF_OPTIONS_END                                                                             \
  { 0, NULL, NULL, NULL, NULL }

#endif
