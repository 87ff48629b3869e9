#include "formats/read_file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "formats/memory.h"

char *vf_read_file(const char *path, size_t *length) {
  return vf_read_file_to(path, VF_FILE_LIMIT, length);
}

char *vf_read_file_to(const char *path, size_t limit, size_t *length) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  size_t used = 0, capacity = 0;
  if (!file) return NULL;
  for (;;) {
    if (used + 1 >= capacity) {
      capacity = capacity ? 2 * capacity : 1 << 16;
      text = vf_grow(text, capacity, 1);
    }
    errno = 0;
    const size_t got = fread(text + used, 1, capacity - used - 1, file);
    used += got;
    if (used > limit) {
      errno = EFBIG;
      break;
    }
    if (got == 0 && !ferror(file)) {
      fclose(file);
      text[used] = '\0';
      *length = used;
      return text;
    }
    if (got == 0) break;
  }
  const int problem = errno;
  free(text);
  fclose(file);
  errno = problem;
  return NULL;
}
