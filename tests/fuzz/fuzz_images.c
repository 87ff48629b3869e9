/* libFuzzer on the readers of images: whatever the bytes are, plain or packed, each reader answers
 * with images whose pixels and labels are all there and in range, or with a message that begins
 * with the name of the file. The first byte chooses the reader. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/images.h"

static void require_whole(const vf_images *images, vf_images_format format, uint32_t classes) {
  const size_t size = (size_t)images->height * images->width * images->channels;
  unsigned sum = 0; /* every byte is read, under the address sanitizer */
  for (size_t k = 0; k < images->count * size; k++) sum += images->pixels[k];
  for (size_t i = 0; i < images->labelled; i++)
    if (images->labels[i] >= classes) abort();
  if (sum > images->count * size * UINT8_MAX) abort();
  if (images->count == 0 && images->labelled == 0) abort();
  if (format >= VF_CIFAR && images->count != images->labelled) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char name[] = "input";
  char message[VF_CONTENT_MESSAGE] = "";
  vf_images images = {0};
  vf_images_format format;
  vf_content content;
  if (size == 0) return 0;
  const uint32_t classes = data[0] / 8 + 1u; /* 1..32 */
  int status = vf_content_begin(&content, name, data + 1, size - 1, message);
  if (!status) status = vf_images_detect(&content, &format);
  if (!status && data[0] % 8) format = (vf_images_format)(data[0] % 8 % (VF_DIGITS + 1));
  if (!status) status = vf_images_read(&content, format, classes, &images);
  if (status == 0)
    require_whole(&images, format, classes);
  else if (status != -1 || strncmp(message, "input: ", 7) != 0)
    abort();
  vf_images_free(&images);
  vf_content_close(&content);
  return 0;
}
