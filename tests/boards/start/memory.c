/* What a compiler may call without being asked. Compiled with -fno-tree-loop-distribute-patterns,
 * or it would call itself. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

void *memcpy(void *to, const void *from, size_t n) {
  unsigned char *out = to;
  const unsigned char *in = from;
  while (n-- > 0) *out++ = *in++;
  return to;
}

void *memset(void *to, int value, size_t n) {
  unsigned char *out = to;
  while (n-- > 0) *out++ = (unsigned char)value;
  return to;
}
