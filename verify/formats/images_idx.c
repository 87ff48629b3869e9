/* IDX, the format of MNIST: 00 00 08 D, then D sizes as big-endian 32-bit integers, then bytes, the
 * last index fastest. Images have D = 3 (count, height, width), labels D = 1. */
#include <stdlib.h>
#include <string.h>
#include "formats/image_parts.h"

/* The head: its magic and its sizes. */
static int vf_idx_head(vf_content *content, int dimensions, uint32_t *sizes) {
  uint8_t *head = NULL;
  const uint8_t magic[4] = {0, 0, 8, (uint8_t)dimensions};
  int status = vf_images_take(content, &head, 0, 4, "a magic number");
  if (!status && memcmp(head, magic, sizeof magic) != 0)
    status = vf_content_refuse(content, 0,
                               "magic %02x %02x %02x %02x; allowed: 00 00 08 %02x, IDX of bytes "
                               "with %d %s",
                               head[0], head[1], head[2], head[3], dimensions, dimensions,
                               dimensions == 1 ? "size, as labels have" : "sizes, as images have");
  if (!status) status = vf_images_take(content, &head, 4, 4 * (size_t)dimensions, "sizes");
  for (size_t d = 0; !status && d < (size_t)dimensions; d++) {
    const uint8_t *at = head + 4 + 4 * d;
    sizes[d] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
  }
  if (!status && sizes[0] == 0)
    status = vf_content_refuse(content, 4, "a count of 0; allowed: at least 1");
  free(head);
  return status;
}

int vf_idx_images(vf_content *content, vf_images *images) {
  uint32_t sizes[3];
  if (vf_idx_head(content, 3, sizes) ||
      vf_images_shape(content, 8, images, sizes[1], sizes[2], 1) ||
      vf_images_room(content, 4, images, sizes[0]))
    return -1;
  const size_t size = (size_t)images->height * images->width;
  if (vf_images_take(content, &images->pixels, images->count * size, sizes[0] * size, "pixels"))
    return -1;
  images->count += sizes[0];
  return vf_images_end(content);
}

int vf_idx_labels(vf_content *content, uint32_t classes, vf_images *images) {
  uint32_t count;
  if (vf_idx_head(content, 1, &count)) return -1;
  const uint32_t wanted = images->count - images->labelled;
  if (images->count > 0 && count != wanted)
    return vf_content_refuse(content, 4, "%u labels; allowed: %u, as many as there are images",
                             count, wanted);
  if (count > VF_IMAGES_COUNT)
    return vf_content_refuse(content, 4, "%u labels; allowed: at most %d", count, VF_IMAGES_COUNT);
  const size_t begin = content->at;
  if (vf_images_take(content, &images->labels, images->labelled, count, "labels")) return -1;
  for (size_t i = 0; i < count; i++) {
    const uint8_t label = images->labels[images->labelled + i];
    if (label >= classes)
      return vf_content_refuse(content, begin + i, "label %u; allowed: 0 to %u", label,
                               classes - 1);
  }
  images->labelled += count;
  return vf_images_end(content);
}
