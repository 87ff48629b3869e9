/* scikit-learn's digits as CSV: in each line the 8x8 pixels 0..16 of an image, row by row, and its
 * label 0..9, integers with one comma between two and a line feed behind the last. */
#include <string.h>
#include "formats/image_parts.h"
#include "formats/memory.h"

enum { SIDE = 8, SIZE = SIDE * SIDE, MOST = 16, CLASSES = 10 };
enum { LONGEST = 3 * SIZE + 2 }; /* bytes of a line */

/* One line from its text; *length receives its bytes. At its start the content's offset is begin.
 */
static int vf_digits_line(const vf_content *content, size_t begin, size_t line, const char *text,
                          uint8_t numbers[SIZE + 1], size_t *length) {
  const char *at = text;
  for (int k = 0; k <= SIZE; k++) {
    const int most = k < SIZE ? MOST : CLASSES - 1;
    const char *start = at;
    unsigned value = 0;
    for (; *at >= '0' && *at <= '9' && at - start < 3; at++)
      value = 10 * value + (unsigned)(*at - '0');
    if (at == start || value > (unsigned)most || (*start == '0' && at - start > 1))
      return vf_content_refuse(content, begin + (size_t)(start - text),
                               "line %zu: no such %s; allowed: an integer from 0 to %d", line,
                               k < SIZE ? "pixel" : "label", most);
    if (*at != (k < SIZE ? ',' : '\n'))
      return vf_content_refuse(content, begin + (size_t)(at - text), "line %zu: %s; allowed: %s",
                               line, *at ? "another character" : "the file ends, or a zero byte",
                               k < SIZE ? "a comma, 64 pixels and a label in a line"
                                        : "a line feed behind the label");
    at++;
    numbers[k] = (uint8_t)value;
  }
  *length = (size_t)(at - text);
  return 0;
}

static void vf_digits_append(vf_images *images, const uint8_t numbers[SIZE + 1], size_t *room) {
  if (images->count == *room) {
    *room = *room ? 2 * *room : 1024;
    images->pixels = vf_grow(images->pixels, *room, SIZE);
    images->labels = vf_grow(images->labels, *room, 1);
  }
  memcpy(images->pixels + (size_t)images->count * SIZE, numbers, SIZE);
  images->labels[images->count] = numbers[SIZE];
  images->labelled = ++images->count;
}

int vf_digits(vf_content *content, vf_images *images) {
  char text[LONGEST + 1];
  uint8_t numbers[SIZE + 1];
  size_t room = images->count, have = 0, begin = 0, length = 0, got;
  if (vf_images_shape(content, 0, images, SIDE, SIDE, 1)) return -1;
  for (size_t line = 1;; line++) {
    if (vf_content_read(content, (uint8_t *)text + have, LONGEST - have, &got)) return -1;
    have += got;
    text[have] = '\0';
    if (have == 0 && line > 1) return 0;
    if (vf_digits_line(content, begin, line, text, numbers, &length) ||
        vf_images_room(content, begin, images, 1))
      return -1;
    vf_digits_append(images, numbers, &room);
    have -= length;
    begin += length;
    memmove(text, text + length, have);
  }
}
