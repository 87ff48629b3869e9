/* What main.c needs of the board; start.c has it for QEMU and for a debugger with semihosting. On
 * hardware board_print() writes to a serial line instead. */
#ifndef BOARD_H
#define BOARD_H

void board_print(const char *text);

#endif
