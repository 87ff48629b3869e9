#include "formats/bytes.h"
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

void vf_bytes_raw(vf_bytes *bytes, const void *data, size_t count) {
  if (count == 0) return;
  if (bytes->room - bytes->count < count) {
    bytes->room = 2 * bytes->room + count + 64;
    bytes->data = vf_grow(bytes->data, bytes->room, 1);
  }
  memcpy(bytes->data + bytes->count, data, count);
  bytes->count += count;
}

static void vf_put_bytes(vf_bytes *bytes, uint64_t value, size_t count) {
  unsigned char data[8];
  for (size_t i = 0; i < count; i++) data[i] = (unsigned char)(value >> 8 * i);
  vf_bytes_raw(bytes, data, count);
}

void vf_bytes_u32(vf_bytes *bytes, uint32_t value) { vf_put_bytes(bytes, value, 4); }

void vf_bytes_u64(vf_bytes *bytes, uint64_t value) { vf_put_bytes(bytes, value, 8); }

void vf_bytes_real(vf_bytes *bytes, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  vf_bytes_u64(bytes, bits);
}

void vf_bytes_free(vf_bytes *bytes) {
  free(bytes->data);
  memset(bytes, 0, sizeof *bytes);
}

int vf_take_fits(vf_bytes_reader *reader, uint64_t count, size_t size) {
  const size_t left = (size_t)(reader->end - reader->at);
  if (count > left / size) reader->short_of = 1;
  return !reader->short_of;
}

void vf_take_raw(vf_bytes_reader *reader, void *data, size_t count) {
  memset(data, 0, count);
  if (count == 0 || !vf_take_fits(reader, count, 1)) return;
  memcpy(data, reader->at, count);
  reader->at += count;
}

static uint64_t vf_take_bytes(vf_bytes_reader *reader, size_t count) {
  unsigned char data[8];
  uint64_t value = 0;
  vf_take_raw(reader, data, count);
  for (size_t i = count; i-- > 0;) value = value << 8 | data[i];
  return value;
}

uint32_t vf_take_u32(vf_bytes_reader *reader) { return (uint32_t)vf_take_bytes(reader, 4); }

uint64_t vf_take_u64(vf_bytes_reader *reader) { return vf_take_bytes(reader, 8); }

double vf_take_real(vf_bytes_reader *reader) {
  const uint64_t bits = vf_take_u64(reader);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
