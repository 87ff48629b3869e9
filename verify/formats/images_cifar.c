/* CIFAR-10's binary format: records of 3073 bytes, a label and the planes red, green and blue of
 * 32x32 bytes, row by row. */
#include "formats/image_parts.h"
#include "formats/memory.h"

enum { SIDE = 32, PLANE = SIDE * SIDE, CHANNELS = 3, SIZE = CHANNELS * PLANE, RECORD = 1 + SIZE };
enum { CLASSES = 10 };

/* Appends a record, channel last. `room` images have memory. */
static void vf_cifar_append(vf_images *images, const uint8_t *record, size_t *room) {
  if (images->count == *room) {
    *room = *room ? 2 * *room : 64;
    images->pixels = vf_grow(images->pixels, *room, SIZE);
    images->labels = vf_grow(images->labels, *room, 1);
  }
  uint8_t *to = images->pixels + (size_t)images->count * SIZE;
  for (int p = 0; p < PLANE; p++)
    for (int c = 0; c < CHANNELS; c++) *to++ = record[1 + c * PLANE + p];
  images->labels[images->count] = record[0];
  images->labelled = ++images->count;
}

int vf_cifar(vf_content *content, vf_images *images) {
  uint8_t record[RECORD];
  size_t room = images->count, got;
  if (vf_images_shape(content, 0, images, SIDE, SIDE, CHANNELS)) return -1;
  for (;;) {
    const size_t begin = content->at;
    if (vf_content_read(content, record, RECORD, &got)) return -1;
    if (got == 0 && begin > 0) return 0;
    if (got < RECORD)
      return vf_content_refuse(content, begin + got,
                               "the file ends; allowed: records of %d bytes, up to byte %zu",
                               RECORD, begin + RECORD);
    if (record[0] >= CLASSES)
      return vf_content_refuse(content, begin, "label %u; allowed: 0 to %d", record[0],
                               CLASSES - 1);
    if (vf_images_room(content, begin, images, 1)) return -1;
    vf_cifar_append(images, record, &room);
  }
}
