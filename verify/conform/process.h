/* A child process that is talked to in lines. */
#ifndef VF_PROCESS_H
#define VF_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

enum { VF_PROCESS_MESSAGE = 160 };

typedef struct {
  pid_t pid; /* also its process group; 0 when there is none */
  int to, from;
  char *line; /* what has come and is not yet taken */
  size_t used, taken, capacity;
  char message[VF_PROCESS_MESSAGE]; /* why the last exchange failed */
} vf_process;

/* Starts the command in a process group of its own, which every end of this program ends too.
 * Returns 0, or -1 with a message. */
int vf_process_start(vf_process *process, char **command);

/* Sends a line (its LF is added) and takes the next one, of at most `most` bytes without its LF,
 * which is replaced by a zero byte; *line is valid until the next exchange. It reads while it
 * writes. Returns 0; 1 with a message where something came that nobody had asked for, which is
 * dropped and nothing sent; or -1 with a message where the process is of no more use: silence for
 * `timeout` seconds, its end, a line that is too long. */
int vf_process_exchange(vf_process *process, const char *text, size_t length, size_t most,
                        double timeout, char **line, size_t *line_length);

/* Closes its standard input, waits two seconds, and kills the group. */
void vf_process_stop(vf_process *process);

#endif
