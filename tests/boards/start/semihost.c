/* Output and end by semihosting, the calls to a debugger that Arm defined and RISC-V took over. */
#include "../board.h"

#include <stdint.h>

/* Does the call; the assembler file of the family has it. */
uintptr_t board_semihost(uintptr_t operation, const void *argument);

#define SYS_WRITE0 0x04u
#define SYS_EXIT_EXTENDED 0x20u
#define STOPPED_BY_EXIT 0x20026u

void board_write(const char *text) { (void)board_semihost(SYS_WRITE0, text); }

/* QEMU reads memory in the byte order that AArch64 has at reset, whatever the program set. */
static uintptr_t word(uintptr_t value) {
#ifdef __AARCH64EB__
  return __builtin_bswap64(value);
#else
  return value;
#endif
}

void board_exit(int status) {
  const uintptr_t block[2] = {word(STOPPED_BY_EXIT), word((uintptr_t)status)};
  (void)board_semihost(SYS_EXIT_EXTENDED, block);
  for (;;) continue;
}
