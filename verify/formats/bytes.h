/* Little-endian numbers in memory, written and read back on any machine. */
#ifndef VF_BYTES_H
#define VF_BYTES_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  unsigned char *data;
  size_t count, room;
} vf_bytes;

void vf_bytes_u32(vf_bytes *bytes, uint32_t value);
void vf_bytes_u64(vf_bytes *bytes, uint64_t value);
void vf_bytes_real(vf_bytes *bytes, double value); /* the bits */
void vf_bytes_raw(vf_bytes *bytes, const void *data, size_t count);
void vf_bytes_free(vf_bytes *bytes);

/* Reads what was written. Beyond the end everything is 0, and `short_of` says so. */
typedef struct {
  const unsigned char *at, *end;
  int short_of;
} vf_bytes_reader;

uint32_t vf_take_u32(vf_bytes_reader *reader);
uint64_t vf_take_u64(vf_bytes_reader *reader);
double vf_take_real(vf_bytes_reader *reader);
void vf_take_raw(vf_bytes_reader *reader, void *data, size_t count);

/* Whether `count` things of `size` bytes can follow, before memory is taken for them. */
int vf_take_fits(vf_bytes_reader *reader, uint64_t count, size_t size);

#endif
