/* Output and end by calls of Linux, for machines that have no C library. */
#include "../board.h"

#include <stdint.h>

/* Does the call; the assembler file of the family has it. */
long board_system_call(long number, long a, long b, long c);

/* Numbers of the machines that came after 2010. */
#define SYS_WRITE 64
#define SYS_EXIT 93

void board_write(const char *text) {
  long length = 0;
  while (text[length] != '\0') length++;
  (void)board_system_call(SYS_WRITE, 1, (long)(intptr_t)text, length);
}

void board_exit(int status) {
  (void)board_system_call(SYS_EXIT, status, 0, 0);
  for (;;) continue;
}
