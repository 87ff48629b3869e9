/* The commands of the command line; each gets its own arguments (argv[0] is its name) and returns
 * an exit status. */
#ifndef VF_COMMAND_H
#define VF_COMMAND_H

#include <stdint.h>

int vf_command_verify(int argc, char **argv);
int vf_command_run(int argc, char **argv);
int vf_command_compare(int argc, char **argv);
int vf_command_law(int argc, char **argv);
int vf_command_stream(int argc, char **argv);
int vf_command_conform(int argc, char **argv);
int vf_command_data(int argc, char **argv);
int vf_command_info(int argc, char **argv);

/* --jobs, which several commands share. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_option_jobs(const char *text, int *jobs);

/* --trajectories A:B, which several commands share: trajectories A..B-1. Returns 0, or
 * VF_EXIT_USAGE after a message. */
int vf_option_range(const char *command, const char *text, uint64_t *first, uint64_t *count);

/* Seconds on a clock that only goes forward. */
double vf_seconds(void);

/* Handles getopt's ':' and '?' for `command`: the message for a missing argument or an unknown
 * option. */
int vf_option_error(const char *command, int code, char **argv);

/* A message where an option stands behind an operand, which POSIXLY_CORRECT makes an operand too.
 * Returns 0, or VF_EXIT_USAGE after it. */
int vf_options_after(const char *command, int argc, char **argv);

/* Whether two names stand for one file; a name that does not exist yet stands for none. */
int vf_same_path(const char *a, const char *b);

#endif
