/* Memory of the command line. What cannot be had ends the program: one line on standard error,
 * output files as they were, exit status 2. So nothing that allocates can fail. */
#ifndef VF_MEMORY_H
#define VF_MEMORY_H

#include <stddef.h>

/* count*size zero bytes, to be freed with free(); never NULL. */
void *vf_allocate(size_t count, size_t size);

/* Zeros, from the start of a cache line: a register of 512 bits that straddles two costs a seventh
 * of the speed. */
double *vf_allocate_doubles(size_t count);

/* The same memory with room for count*size bytes, as realloc(); never NULL. */
void *vf_grow(void *memory, size_t count, size_t size);

/* Pieces of memory that are freed together. */
typedef struct vf_arena {
  struct vf_block *blocks;
} vf_arena;

/* count*size zero bytes. */
void *vf_arena_take(vf_arena *arena, size_t count, size_t size);
void vf_arena_free(vf_arena *arena);

/* A copy of a text. */
char *vf_copy_text(const char *text);

#endif
