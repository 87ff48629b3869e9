/* Output files that appear whole or not at all. */
#ifndef VF_OUTPUT_H
#define VF_OUTPUT_H

#include <stdint.h>
#include <stdio.h>
#include "formats/failure.h"

typedef struct {
  FILE *stream;
  char *path, *partial; /* NULL for standard output */
  int lasting;          /* the partial file stays when the program ends before its time */
} vf_output;

/* Flushes standard output. Returns 0, or VF_EXIT_USAGE after a message where something did
 * not get out. */
int vf_output_flush(void);

/* Opens PATH.partial for writing, alone: a second writer to the same path is refused. A link is
 * followed, and a file that exists keeps its mode. "-" is standard output. Returns 0, or
 * VF_EXIT_USAGE after a message. */
int vf_output_open(vf_output *output, const char *path);

/* The name of PATH.partial, or NULL where links go round in circles. */
char *vf_output_partial(const char *path);

/* Opens PATH.partial to go on behind its first `length` bytes, which must be there; what follows
 * them goes. However the program ends, the partial file stays. As vf_output_open(). */
int vf_output_continue(vf_output *output, const char *path, uint64_t length);

/* Puts on the disk what was written so far. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_output_sync(vf_output *output);

/* Flushes, checks, and renames to the final path; file and folder are on the disk then. On any
 * error (a full disk) the partial file is removed, an existing file stays as it was, and
 * VF_EXIT_USAGE is returned after a message. */
int vf_output_commit(vf_output *output);

/* Gives up: removes the partial file, unless it is to stay. */
void vf_output_abandon(vf_output *output);

#endif
