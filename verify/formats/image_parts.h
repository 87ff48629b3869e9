/* What the readers of images share. The functions return 0, or -1 after the message. */
#ifndef VF_IMAGE_PARTS_H
#define VF_IMAGE_PARTS_H

#include "formats/images.h"

/* Takes the shape of images; refuses at byte `at` one that is too large, or not that of the images
 * before; and `more` images that are too many. */
int vf_images_shape(const vf_content *content, size_t at, vf_images *images, uint32_t height,
                    uint32_t width, uint32_t channels);
int vf_images_room(const vf_content *content, size_t at, const vf_images *images, size_t more);

/* Exactly `count` bytes, behind `used` bytes of *memory, which grows as far as the content goes;
 * `what` they are stands in the message where it ends before. */
int vf_images_take(vf_content *content, uint8_t **memory, size_t used, size_t count,
                   const char *what);

/* One more image with its label; returns the place of its pixels. There is memory for *room images,
 * which is images->count at first. */
uint8_t *vf_images_append(vf_images *images, size_t *room, uint8_t label);

/* The content must end here. */
int vf_images_end(vf_content *content);

#endif
