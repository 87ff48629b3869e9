/* libFuzzer on the reader of known answers that goes to other machines: malformed text is an error
 * there, never a wrong access. */
#include <stdint.h>
#include <stdio.h>

static const uint8_t *fuzz_at, *fuzz_end;
static int fuzz_getchar(void) { return fuzz_at < fuzz_end ? *fuzz_at++ : EOF; }
static int fuzz_ungetc(int c) { return c == EOF ? EOF : *--fuzz_at; }
static int fuzz_printf(const char *format, ...) { return format == NULL; }

#define STEPS_MAX 64u
#define TURNS_MAX 8u
#define getchar fuzz_getchar
#define ungetc(c, file) fuzz_ungetc(c)
#define printf fuzz_printf
#define main known_answers_main
int known_answers_main(void);
#include "../cross/known_answers.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_at = data;
  fuzz_end = data + size;
  unreadable = 0;
  passed = failed = 0;
  (void)known_answers_main();
  return 0;
}
