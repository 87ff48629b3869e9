#include "formats/output.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "formats/memory.h"

enum { VF_LINK_SIZE = 4096 };

int vf_output_flush(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  return vf_fail("standard output: cannot write: %s", strerror(errno));
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
  if (output->partial) vf_forget_partial(output->partial);
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
static int vf_open_partial(const char *partial, int lasting) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  const int descriptor = vf_open_locked(partial), problem = errno;
  if (descriptor >= 0 && !lasting) vf_remember_partial(partial);
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = problem;
  return descriptor;
}

/* The file that a name stands for: links are followed, also where they lead to nothing yet. NULL
 * with errno where they go round in circles. */
static char *vf_follow(const char *path) {
  char *name = vf_copy_text(path);
  for (int links = 0; links < 40; links++) {
    struct stat status;
    if (lstat(name, &status) != 0 || !S_ISLNK(status.st_mode)) return name;
    char *target = vf_allocate(VF_LINK_SIZE + 1, 1);
    if (readlink(name, target, VF_LINK_SIZE) < 0) target[0] = '\0';
    const char *slash = strrchr(name, '/');
    const size_t folder = slash && target[0] != '/' ? (size_t)(slash - name) + 1 : 0;
    char *next = vf_allocate(folder + strlen(target) + 1, 1);
    memcpy(next, name, folder);
    strcpy(next + folder, target);
    free(target);
    free(name);
    name = next;
  }
  free(name);
  errno = ELOOP;
  return NULL;
}

static char *vf_partial_of(const char *path) {
  char *partial = vf_allocate(strlen(path) + sizeof ".partial", 1);
  strcpy(partial, path);
  strcat(partial, ".partial");
  return partial;
}

char *vf_output_partial(const char *path) {
  char *file = vf_follow(path), *partial = file ? vf_partial_of(file) : NULL;
  free(file);
  return partial;
}

/* A new file, or where it is to last one with its first `length` bytes. */
static int vf_output_begin(vf_output *output, const char *path, int lasting, uint64_t length) {
  memset(output, 0, sizeof *output);
  output->lasting = lasting;
  struct stat target;
  output->path = vf_follow(path);
  if (!output->path) {
    const int problem = errno;
    output->path = vf_copy_text(path);
    return vf_output_refuse(output, strerror(problem));
  }
  output->partial = vf_partial_of(output->path);
  if (!*path) return vf_output_refuse(output, "an empty name");
  const int exists = stat(output->path, &target) == 0;
  if (exists && !S_ISREG(target.st_mode)) return vf_output_refuse(output, "not a regular file");
  const int descriptor = vf_open_partial(output->partial, lasting);
  if (descriptor == -2) return vf_output_refuse(output, "another run is writing it");
  if (descriptor < 0) return vf_output_refuse(output, strerror(errno));
  struct stat found;
  if (fstat(descriptor, &found) != 0 || (uint64_t)found.st_size < length) {
    close(descriptor);
    return vf_output_refuse(output, "NAME.partial has less than what the part says");
  }
  const int ready = (!exists || fchmod(descriptor, target.st_mode & 07777) == 0) &&
                    ftruncate(descriptor, (off_t)length) == 0 &&
                    lseek(descriptor, (off_t)length, SEEK_SET) == (off_t)length;
  output->stream = ready ? fdopen(descriptor, "wb") : NULL;
  if (output->stream) return 0;
  const int problem = errno;
  if (!lasting) unlink(output->partial);
  close(descriptor);
  return vf_output_refuse(output, strerror(problem));
}

int vf_output_open(vf_output *output, const char *path) {
  if (strcmp(path, "-") != 0) return vf_output_begin(output, path, 0, 0);
  memset(output, 0, sizeof *output);
  output->stream = stdout;
  return 0;
}

int vf_output_continue(vf_output *output, const char *path, uint64_t length) {
  return vf_output_begin(output, path, 1, length);
}

/* 0, or what is wrong. */
static int vf_sync(vf_output *output) {
  if (fflush(output->stream) == 0 && !ferror(output->stream) && fsync(fileno(output->stream)) == 0)
    return 0;
  return errno ? errno : EIO;
}

int vf_output_sync(vf_output *output) {
  const int problem = vf_sync(output);
  if (!problem) return 0;
  return vf_fail("%s: cannot write: %s", output->partial, strerror(problem));
}

/* Names in the folder of a file are on the disk then; some systems cannot say so. */
static void vf_sync_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  const size_t length = slash ? (size_t)(slash - path) + 1 : 1;
  char *folder = vf_allocate(length + 1, 1);
  memcpy(folder, slash ? path : ".", length);
  const int descriptor = open(folder, O_RDONLY);
  if (descriptor >= 0) {
    fsync(descriptor);
    close(descriptor);
  }
  free(folder);
}

int vf_output_commit(vf_output *output) {
  if (!output->path) return vf_output_flush();
  int problem = vf_sync(output);
  if (!problem) vf_sync_folder(output->path);
  /* Renamed before it is closed, so that the lock is held until the name is gone. */
  if (!problem && rename(output->partial, output->path) != 0) problem = errno;
  if (!problem) vf_sync_folder(output->path);
  if (problem && !output->lasting) unlink(output->partial);
  if (fclose(output->stream) != 0 && !problem) problem = errno;
  if (problem) return vf_output_refuse(output, strerror(problem));
  vf_output_free(output);
  return 0;
}

void vf_output_abandon(vf_output *output) {
  if (output->partial) {
    if (!output->lasting) unlink(output->partial);
    fclose(output->stream);
  }
  vf_output_free(output);
}
