#include "formats/images.h"
#include <stdlib.h>
#include <string.h>

int vf_images_detect(vf_content *content, vf_images_format *format) {
  uint8_t head[4];
  size_t got;
  *format = VF_UNKNOWN;
  if (vf_content_read(content, head, sizeof head, &got) || vf_content_rewind(content)) return -1;
  const int idx = got == sizeof head && memcmp(head, "\0\0\x08", 3) == 0;
  if (idx && head[3] == 3) *format = VF_IDX_IMAGES;
  if (idx && head[3] == 1) *format = VF_IDX_LABELS;
  if (*format != VF_UNKNOWN || got == 0) return 0;
  if (head[0] >= '0' && head[0] <= '9') *format = VF_DIGITS;
  if (head[0] <= 9) *format = VF_CIFAR;
  return 0;
}

int vf_images_read(vf_content *content, vf_images_format format, uint32_t classes,
                   vf_images *images) {
  const uint32_t ten = classes < 10 ? classes : 10;
  switch (format) {
    case VF_IDX_IMAGES: return vf_idx_images(content, images);
    case VF_IDX_LABELS: return vf_idx_labels(content, classes, images);
    case VF_CIFAR: return vf_cifar(content, ten, images);
    case VF_DIGITS: return vf_digits(content, ten, images);
    default:
      return vf_content_refuse(content, 0,
                               "no known beginning; allowed: IDX of bytes (00 00 08 03 images, 00 "
                               "00 08 01 labels), CIFAR-10 binary (a label 0 to 9), digits as CSV "
                               "(a digit), each plain or packed by gzip");
  }
}

void vf_images_free(vf_images *images) {
  free(images->pixels);
  free(images->labels);
  memset(images, 0, sizeof *images);
}
