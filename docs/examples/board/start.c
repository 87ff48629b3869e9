/* Start of a Cortex-M7: vectors, the floating-point unit, main(); and what the linker asks for. */
#include <stddef.h>
#include <stdint.h>
#include "board.h"

extern uint32_t board_stack_top[]; /* board.ld */
int main(void);
void board_reset(void);

static uint32_t semihost(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char *text) { (void)semihost(0x04u, text); /* SYS_WRITE0 */ }

static void end(uint32_t status) {
  const uint32_t block[2] = {0x20026u, status}; /* the application has ended */
  (void)semihost(0x20u, block);                 /* SYS_EXIT_EXTENDED */
  for (;;) continue;
}

static void fault(void) { end(70); }

/* In assembler up to the first C: nothing may use the unit before it is on. */
__attribute__((naked)) void board_reset(void) {
  __asm__("ldr r0, =0xe000ed88\n" /* CPACR: coprocessors 10 and 11 */
          "ldr r1, [r0]\n"
          "orr r1, r1, #0x00f00000\n"
          "str r1, [r0]\n"
          "dsb\n"
          "isb\n"
          "bl main\n"
          "b board_end\n"
          ".ltorg\n");
}

void board_end(uint32_t status);
void board_end(uint32_t status) { end(status); }

typedef union {
  uint32_t *stack;
  void (*code)(void);
} vector;

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = board_stack_top},
    {.code = board_reset},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault},
    {.code = fault}};

/* All that sidyn needs of a C library. */
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
