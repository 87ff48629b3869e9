#include "formats/names.h"
#include <string.h>

const char *vf_word(const char *words, int32_t index, int *length) {
  for (; *words && index > 0; index--) {
    words += strcspn(words, " ");
    words += *words == ' ';
  }
  *length = (int)strcspn(words, " ");
  return *length > 0 ? words : NULL;
}

int32_t vf_word_index(const char *words, const char *word, size_t length) {
  int size;
  const char *at;
  for (int32_t index = 0; (at = vf_word(words, index, &size)) != NULL; index++)
    if ((size_t)size == length && strncmp(at, word, length) == 0) return index;
  return -1;
}
