#include "formats/output.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int vf_fail(const char *format, ...) {
  char text[8192];
  va_list arguments;
  fflush(stdout);
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fputs("sidyn: ", stderr);
  for (const char *at = text; *at; at++) {
    const unsigned char byte = (unsigned char)*at;
    if (byte < 0x20 || byte == 0x7f)
      fprintf(stderr, "\\x%02x", byte);
    else
      fputc(byte, stderr);
  }
  fputc('\n', stderr);
  return VF_EXIT_USAGE;
}

int vf_output_flush(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  return vf_fail("standard output: cannot write: %s", strerror(errno));
}

/* The partial files that an interrupt has to remove; a command writes at most a report and a JUnit
 * file. */
enum { MAX_OUTPUTS = 4 };
static const char *volatile vf_partials[MAX_OUTPUTS];

static void vf_interrupted(int signal_number) {
  for (int i = 0; i < MAX_OUTPUTS; i++)
    if (vf_partials[i]) unlink(vf_partials[i]);
  _exit(128 + signal_number);
}

static void vf_remember(const char *partial) {
  for (int i = 0; i < MAX_OUTPUTS; i++) {
    if (vf_partials[i]) continue;
    vf_partials[i] = partial;
    break;
  }
  const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
    struct sigaction action;
    if (sigaction(signals[i], NULL, &action) != 0 || action.sa_handler == SIG_IGN)
      continue; /* nohup */
    memset(&action, 0, sizeof action);
    action.sa_handler = vf_interrupted;
    sigaction(signals[i], &action, NULL);
  }
}

static void vf_forget(const char *partial) {
  for (int i = 0; i < MAX_OUTPUTS; i++)
    if (vf_partials[i] == partial) vf_partials[i] = NULL;
}

/* Opens and locks PATH.partial. The lock, not the file's existence, says that somebody writes: a
 * file left behind by a killed run does not block. Returns a descriptor, -1 with errno, or -2 where
 * somebody else writes. */
static int vf_open_locked(const char *partial) {
  for (;;) {
    const int descriptor = open(partial, O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
    if (descriptor < 0) return -1;
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(descriptor, F_SETLK, &lock) != 0) {
      const int busy = errno == EACCES || errno == EAGAIN;
      close(descriptor);
      return busy ? -2 : -1;
    }
    /* The previous holder may have renamed the file between our open and our lock. */
    struct stat opened, named;
    if (fstat(descriptor, &opened) == 0 && stat(partial, &named) == 0 &&
        opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
      return descriptor;
    close(descriptor);
  }
}

static void vf_output_free(vf_output *output) {
  if (output->partial) vf_forget(output->partial);
  free(output->path);
  free(output->partial);
  output->path = output->partial = NULL;
  output->stream = NULL;
}

static int vf_output_refuse(vf_output *output, const char *why) {
  const int status = vf_fail(
      "%s: cannot write: %s; allowed: a path in a writable folder that nobody else writes to",
      output->path, why);
  vf_output_free(output);
  return status;
}

/* Opens, locks and remembers the partial file, with no interrupt in between. As
 * vf_open_locked(). */
static int vf_open_partial(const char *partial) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  const int descriptor = vf_open_locked(partial), problem = errno;
  if (descriptor >= 0) vf_remember(partial);
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = problem;
  return descriptor;
}

int vf_output_open(vf_output *output, const char *path) {
  memset(output, 0, sizeof *output);
  if (strcmp(path, "-") == 0) {
    output->stream = stdout;
    return 0;
  }
  struct stat target;
  output->path = malloc(strlen(path) + 1);
  output->partial = malloc(strlen(path) + sizeof ".partial");
  if (!output->path || !output->partial) {
    vf_output_free(output);
    return vf_fail("out of memory");
  }
  strcpy(output->path, path);
  strcpy(output->partial, path);
  strcat(output->partial, ".partial");
  if (!*path) return vf_output_refuse(output, "an empty name");
  if (stat(path, &target) == 0 && !S_ISREG(target.st_mode))
    return vf_output_refuse(output, "not a regular file");
  const int descriptor = vf_open_partial(output->partial);
  if (descriptor == -2) return vf_output_refuse(output, "another run is writing it");
  if (descriptor < 0) return vf_output_refuse(output, strerror(errno));
  output->stream = ftruncate(descriptor, 0) == 0 ? fdopen(descriptor, "wb") : NULL;
  if (output->stream) return 0;
  const int problem = errno;
  unlink(output->partial);
  close(descriptor);
  return vf_output_refuse(output, strerror(problem));
}

int vf_output_commit(vf_output *output) {
  if (!output->path) return vf_output_flush();
  int problem = 0;
  if (fflush(output->stream) != 0 || ferror(output->stream) || fsync(fileno(output->stream)) != 0)
    problem = errno ? errno : EIO;
  /* Renamed before it is closed, so that the lock is held until the name is gone. */
  if (!problem && rename(output->partial, output->path) != 0) problem = errno;
  if (problem) unlink(output->partial);
  if (fclose(output->stream) != 0 && !problem) problem = errno;
  if (problem) return vf_output_refuse(output, strerror(problem));
  vf_output_free(output);
  return 0;
}

void vf_output_abandon(vf_output *output) {
  if (output->partial) {
    unlink(output->partial);
    fclose(output->stream);
  }
  vf_output_free(output);
}
