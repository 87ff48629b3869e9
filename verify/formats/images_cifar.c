/* CIFAR-10's binary format: records of 3073 bytes, a label and the planes red, green and blue of
 * 32x32 bytes, row by row. */
#include "formats/image_parts.h"

enum { SIDE = 32, PLANE = SIDE * SIDE, CHANNELS = 3, RECORD = 1 + CHANNELS * PLANE };

/* Planes to channel last. */
static void vf_cifar_pixels(const uint8_t *planes, uint8_t *to) {
  for (int p = 0; p < PLANE; p++)
    for (int c = 0; c < CHANNELS; c++) *to++ = planes[c * PLANE + p];
}

int vf_cifar(vf_content *content, uint32_t classes, vf_images *images) {
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
    if (record[0] >= classes)
      return vf_content_refuse(content, begin, "label %u; allowed: 0 to %u", record[0],
                               classes - 1);
    if (vf_images_room(content, begin, images, 1)) return -1;
    vf_cifar_pixels(record + 1, vf_images_append(images, &room, record[0]));
  }
}
