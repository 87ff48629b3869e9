/* Labelled images in the formats of MNIST (IDX), CIFAR-10 (binary) and scikit-learn's digits (CSV):
 * docs/spec.md section 12 has the formats. Each file may be packed by gzip.
 *
 * A reader appends the content of a file, up to its end, to what is there. It returns 0, or -1
 * after the message of formats/content.h. Zeros are no images; free in any case. */
#ifndef VF_IMAGES_H
#define VF_IMAGES_H

#include <stddef.h>
#include <stdint.h>
#include "formats/content.h"

enum {
  VF_IMAGES_BYTES = 1 << 28, /* of pixels, at most, in all files together */
  VF_IMAGES_COUNT = 1 << 24, /* images, and labels, at most */
  VF_IMAGE_PIXELS = 1 << 20, /* numbers of an image, at most */
  VF_LABELS = 256
};

typedef struct {
  uint32_t count, height, width, channels;
  uint8_t *pixels; /* [count][height][width][channels] */
  uint32_t labelled;
  uint8_t *labels; /* [labelled], of the images in their order */
} vf_images;

typedef enum {
  VF_UNKNOWN,
  VF_IDX_IMAGES, /* pixels alone */
  VF_IDX_LABELS, /* labels alone */
  VF_CIFAR,      /* both */
  VF_DIGITS      /* both */
} vf_images_format;

/* What the content begins like; it is left at its first byte. A record of CIFAR-10 that begins as
 * IDX does (label 0 and a top left corner of red 0, 8, 1 or 3) is taken for IDX. */
int vf_images_detect(vf_content *content, vf_images_format *format);

/* `classes`: labels are below it, 1..256, and below the ten of CIFAR-10 and digits in any case. */
int vf_images_read(vf_content *content, vf_images_format format, uint32_t classes,
                   vf_images *images);

void vf_images_free(vf_images *images);

/* Readers of one format each; `classes` is at most 10 for the last two. */
int vf_idx_images(vf_content *content, vf_images *images);
int vf_idx_labels(vf_content *content, uint32_t classes, vf_images *images);
int vf_cifar(vf_content *content, uint32_t classes, vf_images *images);
int vf_digits(vf_content *content, uint32_t classes, vf_images *images);

#endif
