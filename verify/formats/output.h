/* Output files that appear whole or not at all, and the message that ends a command. */
#ifndef VF_OUTPUT_H
#define VF_OUTPUT_H

#include <stdio.h>

/* Exit statuses of the command line. */
enum { VF_EXIT_OK = 0, VF_EXIT_FAILED = 1, VF_EXIT_USAGE = 2, VF_EXIT_MACHINE = 3 };

typedef struct {
  FILE *stream;
  char *path, *partial; /* NULL for standard output */
} vf_output;

/* Prints "sidyn: ..." as one line on stderr, control characters as \\xNN; returns VF_EXIT_USAGE. */
int vf_fail(const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 1, 2)))
#endif
    ;

/* Flushes standard output. Returns 0, or VF_EXIT_USAGE after a message where something did not get
 * out. */
int vf_output_flush(void);

/* Opens PATH.partial for writing, alone: a second writer to the same path is refused. A link is
 * followed, and a file that exists keeps its mode. "-" is standard output. Returns 0, or
 * VF_EXIT_USAGE after a message. */
int vf_output_open(vf_output *output, const char *path);

/* Flushes, checks, and renames to the final path. On any error (a full disk) the partial file is
 * removed, an existing file stays as it was, and VF_EXIT_USAGE is returned after a message. */
int vf_output_commit(vf_output *output);

/* Removes the partial files of all outputs, for an end in the middle; nothing else is tidied. */
void vf_output_drop_all(void);

/* Gives up: removes the partial file. */
void vf_output_abandon(vf_output *output);

#endif
