/* scikit-learn's digits as CSV: in each line the 8x8 pixels 0..16 of an image, row by row, and its
 * label 0..9, integers with one comma between two and a line feed behind the last. */
#include <string.h>
#include "formats/image_parts.h"

enum { SIDE = 8, SIZE = SIDE * SIDE, MOST = 16 };
enum { LONGEST = 3 * SIZE + 2 }; /* bytes of a line */

/* A line: its number, the byte where it begins, and what is read from there on. */
typedef struct {
  const vf_content *content;
  size_t number, begin, have;
  char text[LONGEST + 1]; /* `have` bytes and a zero byte */
} vf_digits_text;

/* The number at *at, which moves behind it. */
static int vf_digits_number(const vf_digits_text *line, const char **at, int k, uint32_t most,
                            uint8_t *number) {
  const char *start = *at;
  uint32_t value = 0;
  for (; **at >= '0' && **at <= '9' && *at - start < 3; ++*at)
    value = 10 * value + (uint32_t)(**at - '0');
  *number = (uint8_t)value;
  if (*at > start && value <= most && (*start != '0' || *at - start == 1)) return 0;
  return vf_content_refuse(line->content, line->begin + (size_t)(start - line->text),
                           "line %zu: no such %s; allowed: an integer from 0 to %u", line->number,
                           k < SIZE ? "pixel" : "label", most);
}

/* All numbers of the line; *length receives its bytes. */
static int vf_digits_line(const vf_digits_text *line, uint32_t classes, uint8_t numbers[SIZE + 1],
                          size_t *length) {
  const char *at = line->text;
  for (int k = 0; k <= SIZE; k++, at++) {
    if (vf_digits_number(line, &at, k, k < SIZE ? MOST : classes - 1, numbers + k)) return -1;
    if (*at == (k < SIZE ? ',' : '\n')) continue;
    return vf_content_refuse(
        line->content, line->begin + (size_t)(at - line->text), "line %zu: %s; allowed: %s",
        line->number, *at ? "another character" : "the file ends, or a zero byte",
        k < SIZE ? "a comma, 64 pixels and a label in a line" : "a line feed behind the label");
  }
  *length = (size_t)(at - line->text);
  return 0;
}

int vf_digits(vf_content *content, uint32_t classes, vf_images *images) {
  vf_digits_text line = {.content = content};
  uint8_t numbers[SIZE + 1] = {0};
  size_t room = images->count, length = 0, got;
  if (vf_images_shape(content, 0, images, SIDE, SIDE, 1)) return -1;
  for (line.number = 1;; line.number++) {
    if (vf_content_read(content, (uint8_t *)line.text + line.have, LONGEST - line.have, &got))
      return -1;
    line.have += got;
    line.text[line.have] = '\0';
    if (line.have == 0 && line.number > 1) return 0;
    if (vf_digits_line(&line, classes, numbers, &length) ||
        vf_images_room(content, line.begin, images, 1))
      return -1;
    memcpy(vf_images_append(images, &room, numbers[SIZE]), numbers, SIZE);
    line.have -= length;
    line.begin += length;
    memmove(line.text, line.text + length, line.have);
  }
}
