#include "formats/image_parts.h"
#include "formats/memory.h"

int vf_images_shape(const vf_content *content, size_t at, vf_images *images, uint32_t height,
                    uint32_t width, uint32_t channels) {
  const uint64_t rows = (uint64_t)height * channels;
  if (height == 0 || width == 0 || rows > VF_IMAGE_PIXELS || rows * width > VF_IMAGE_PIXELS)
    return vf_content_refuse(content, at, "images of %ux%u; allowed: 1 to %d numbers in an image",
                             height, width, VF_IMAGE_PIXELS);
  if (images->count > 0 &&
      (images->height != height || images->width != width || images->channels != channels))
    return vf_content_refuse(
        content, at, "images of %ux%ux%u; allowed: %ux%ux%u, as in the files before", height, width,
        channels, images->height, images->width, images->channels);
  images->height = height;
  images->width = width;
  images->channels = channels;
  return 0;
}

int vf_images_room(const vf_content *content, size_t at, const vf_images *images, size_t more) {
  const size_t size = (size_t)images->height * images->width * images->channels;
  const size_t fit = VF_IMAGES_BYTES / size, most = fit < VF_IMAGES_COUNT ? fit : VF_IMAGES_COUNT;
  if (more <= most - images->count) return 0;
  return vf_content_refuse(content, at, "%zu images; allowed: at most %zu in all files together",
                           images->count + more, most);
}

int vf_images_take(vf_content *content, uint8_t **memory, size_t used, size_t count,
                   const char *what) {
  const size_t begin = content->at;
  size_t have = 0, room = 1 << 16, got;
  while (have < count) {
    if (room > count) room = count;
    *memory = vf_grow(*memory, used + room, 1);
    if (vf_content_read(content, *memory + used + have, room - have, &got)) return -1;
    have += got;
    if (have < room)
      return vf_content_refuse(content, content->at,
                               "the file ends; allowed: %zu bytes of %s, up to byte %zu", count,
                               what, begin + count);
    room *= 2;
  }
  return 0;
}

uint8_t *vf_images_append(vf_images *images, size_t *room, uint8_t label) {
  const size_t size = (size_t)images->height * images->width * images->channels;
  if (images->count == *room) {
    *room = 2 * *room + 64;
    images->pixels = vf_grow(images->pixels, *room, size);
    images->labels = vf_grow(images->labels, *room, 1);
  }
  images->labels[images->count] = label;
  images->labelled = images->count + 1;
  return images->pixels + images->count++ * size;
}

int vf_images_end(vf_content *content) {
  uint8_t more;
  size_t got;
  const size_t at = content->at;
  if (vf_content_read(content, &more, 1, &got)) return -1;
  return got == 0 ? 0 : vf_content_refuse(content, at, "the file goes on; allowed: its end here");
}
