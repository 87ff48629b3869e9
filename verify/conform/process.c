#include "conform/process.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "formats/failure.h"
#include "formats/memory.h"

static double vf_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- start --------------------------------------------------------------------------------- */

static void vf_close_pair(const int pair[2]) {
  close(pair[0]);
  close(pair[1]);
}

static int vf_process_failed(vf_process *process, const char *what) {
  snprintf(process->message, sizeof process->message, "%.40s: %s", what, strerror(errno));
  return -1;
}

/* In the child: the command, or its errno in the pipe `told`, which closes itself by exec. */
static void vf_process_become(char **command, const int to[2], const int from[2], int told) {
  sigset_t none;
  setpgid(0, 0);
  dup2(to[0], STDIN_FILENO);
  dup2(from[1], STDOUT_FILENO);
  vf_close_pair(to);
  vf_close_pair(from);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  execvp(command[0], command);
  const int problem = errno;
  const ssize_t written = write(told, &problem, sizeof problem);
  _exit(written == (ssize_t)sizeof problem ? 127 : 126);
}

static int vf_process_fork(vf_process *process, char **command, const int to[2],
                           const int from[2]) {
  int told[2], problem = 0;
  sigset_t all, before;
  if (pipe(told) != 0) return vf_process_failed(process, "a pipe");
  fcntl(told[1], F_SETFD, FD_CLOEXEC);
  /* A signal that ends us finds the group remembered, or no child. */
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  const pid_t pid = fork();
  if (pid == 0) {
    close(told[0]);
    vf_process_become(command, to, from, told[1]);
  }
  close(told[1]);
  if (pid > 0) {
    setpgid(pid, pid); /* here too: whoever is first */
    vf_remember_group(pid);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (read(told[0], &problem, sizeof problem) != (ssize_t)sizeof problem) problem = 0;
  } else {
    problem = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
  }
  close(told[0]);
  if (!problem) {
    process->pid = pid;
    return 0;
  }
  if (pid > 0) waitpid(pid, NULL, 0);
  vf_remember_group(0);
  errno = problem;
  return vf_process_failed(process, command[0]);
}

int vf_process_start(vf_process *process, char **command) {
  int to[2], from[2];
  memset(process, 0, sizeof *process);
  signal(SIGPIPE, SIG_IGN); /* a command that has gone is seen by write() */
  if (pipe(to) != 0) return vf_process_failed(process, "a pipe");
  if (pipe(from) != 0) {
    vf_close_pair(to);
    return vf_process_failed(process, "a pipe");
  }
  /* Our ends are not the command's, nor those of anything that it starts. */
  fcntl(to[1], F_SETFD, FD_CLOEXEC);
  fcntl(from[0], F_SETFD, FD_CLOEXEC);
  fcntl(to[1], F_SETFL, O_NONBLOCK);
  fcntl(from[0], F_SETFL, O_NONBLOCK);
  process->to = to[1];
  process->from = from[0];
  const int status = vf_process_fork(process, command, to, from);
  close(to[0]);
  close(from[1]);
  if (!status) return 0;
  close(process->to);
  close(process->from);
  return status;
}

/* ---- exchange ------------------------------------------------------------------------------ */

/* How the process ended, if it has. */
static void vf_process_describe(vf_process *process) {
  int status = 0;
  pid_t ended = 0;
  /* Its standard output is closed: the end is near, but may not have come. */
  for (int i = 0; i < 50 && ended == 0; i++) {
    const struct timespec moment = {0, 20000000};
    ended = waitpid(process->pid, &status, WNOHANG);
    if (ended == 0) nanosleep(&moment, NULL);
  }
  if (ended != process->pid)
    snprintf(process->message, sizeof process->message, "the command closed its standard output");
  else if (WIFSIGNALED(status))
    snprintf(process->message, sizeof process->message, "the command was ended by signal %d (%s)",
             WTERMSIG(status), strsignal(WTERMSIG(status)));
  else
    snprintf(process->message, sizeof process->message, "the command ended with exit status %d",
             WEXITSTATUS(status));
}

/* What has come, into the buffer; at most one byte more than a line may have. Returns 1 when there
 * is something, 0 when not, -1 at the end. */
static int vf_process_read(vf_process *process, size_t most) {
  if (process->used == process->capacity) {
    const size_t larger = 2 * process->capacity + 4096;
    process->capacity = larger < most + 2 ? larger : most + 2;
    process->line = vf_grow(process->line, process->capacity, 1);
  }
  const ssize_t got =
      read(process->from, process->line + process->used, process->capacity - process->used);
  if (got > 0) process->used += (size_t)got;
  if (got > 0) return 1;
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* Waits until something can be done. Returns 0, or -1 when the time is over. */
static int vf_process_wait(vf_process *process, int writing, double until, struct pollfd both[2]) {
  for (;;) {
    const double left = until - vf_now();
    if (left <= 0.0) return -1;
    both[0] = (struct pollfd){process->from, POLLIN, 0};
    both[1] = (struct pollfd){writing ? process->to : -1, POLLOUT, 0};
    if (poll(both, 2, left > 60.0 ? 60000 : (int)(left * 1000.0) + 1) > 0) return 0;
  }
}

/* Drops what came since the last answer, which nobody asked for. Returns its bytes. */
static size_t vf_process_drain(vf_process *process, size_t most) {
  size_t dropped = process->used - process->taken;
  process->used = process->taken = 0;
  while (dropped <= most && vf_process_read(process, most) > 0) {
    dropped += process->used;
    process->used = 0;
  }
  return dropped;
}

/* Writes what can be written of text and its LF. Returns 0, or -1 at the end of the process. */
static int vf_process_write(vf_process *process, const char *text, size_t length, size_t *sent) {
  const ssize_t put = *sent < length ? write(process->to, text + *sent, length - *sent)
                                     : write(process->to, "\n", 1);
  if (put > 0) *sent += (size_t)put;
  return put >= 0 || errno == EAGAIN || errno == EINTR ? 0 : -1;
}

/* One wait, and what it gives to write and to read. */
static int vf_process_turn(vf_process *process, const char *text, size_t length, size_t most,
                           double until, size_t *sent) {
  struct pollfd both[2];
  if (vf_process_wait(process, *sent <= length, until, both)) {
    snprintf(process->message, sizeof process->message, "no answer in time");
    return -1;
  }
  if ((both[1].revents && vf_process_write(process, text, length, sent)) ||
      (both[0].revents && vf_process_read(process, most) < 0)) {
    vf_process_describe(process);
    return -1;
  }
  return 0;
}

int vf_process_exchange(vf_process *process, const char *text, size_t length, size_t most,
                        double timeout, char **line, size_t *line_length) {
  const double until = vf_now() + timeout;
  const size_t dropped = vf_process_drain(process, most);
  size_t sent = 0, searched = 0;
  char *end = NULL;
  if (dropped > 0) {
    snprintf(process->message, sizeof process->message, "%zu bytes came that no request asked for",
             dropped);
    return dropped <= most ? 1 : -1;
  }
  while (!end || sent <= length) {
    if (!end && process->used > most) {
      snprintf(process->message, sizeof process->message, "the answer is longer than %zu bytes",
               most);
      return -1;
    }
    if (vf_process_turn(process, text, length, most, until, &sent)) return -1;
    if (!end && process->used > searched)
      end = memchr(process->line + searched, '\n', process->used - searched);
    searched = process->used;
  }
  *end = '\0';
  *line = process->line;
  *line_length = (size_t)(end - process->line);
  process->taken = *line_length + 1;
  return 0;
}

/* ---- end ----------------------------------------------------------------------------------- */

void vf_process_stop(vf_process *process) {
  const double until = vf_now() + 2.0;
  if (process->pid == 0) return;
  close(process->to);
  while (waitpid(process->pid, NULL, WNOHANG) == 0 && vf_now() < until) {
    const struct timespec moment = {0, 5000000};
    nanosleep(&moment, NULL);
  }
  kill(-process->pid, SIGKILL); /* whatever it left behind too */
  waitpid(process->pid, NULL, 0);
  vf_remember_group(0);
  close(process->from);
  free(process->line);
  memset(process, 0, sizeof *process);
}
