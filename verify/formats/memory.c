#include "formats/memory.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "formats/failure.h"

/* Of several threads that run out of memory one speaks; the others wait for its exit. */
static void vf_out_of_memory(size_t count, size_t size) {
  static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&once);
  vf_drop_partials();
  vf_fail("out of memory: %zu times %zu bytes cannot be had", count, size);
  _exit(VF_EXIT_USAGE); /* other threads may run; nothing of theirs may get out */
}

void *vf_allocate(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size ? size : 1);
  if (!memory) vf_out_of_memory(count, size);
  return memory;
}

double *vf_allocate_doubles(size_t count) {
  void *memory = NULL;
  if (count > SIZE_MAX / sizeof(double) - 8 ||
      posix_memalign(&memory, 64, (count + 8) * sizeof(double)) != 0)
    vf_out_of_memory(count, sizeof(double));
  return memset(memory, 0, count * sizeof(double));
}

void *vf_grow(void *memory, size_t count, size_t size) {
  const int fits = size == 0 || count <= SIZE_MAX / size;
  const size_t bytes = fits ? count * size : 0;
  void *larger = fits ? realloc(memory, bytes ? bytes : 1) : NULL;
  if (!larger) vf_out_of_memory(count, size);
  return larger;
}

typedef struct vf_block {
  struct vf_block *next;
  double data[];
} vf_block;

void *vf_arena_take(vf_arena *arena, size_t count, size_t size) {
  vf_block *block = NULL;
  if (size > 0 && count > (SIZE_MAX - sizeof *block) / size) vf_out_of_memory(count, size);
  block = vf_allocate(1, sizeof *block + count * size);
  block->next = arena->blocks;
  arena->blocks = block;
  return block->data;
}

void vf_arena_free(vf_arena *arena) {
  while (arena->blocks) {
    vf_block *next = arena->blocks->next;
    free(arena->blocks);
    arena->blocks = next;
  }
}

char *vf_copy_text(const char *text) {
  const size_t length = strlen(text) + 1;
  return memcpy(vf_allocate(length, 1), text, length);
}
