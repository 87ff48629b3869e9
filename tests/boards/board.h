/* What the program of a board asks of the machine below it: start/ has it for each family, native.c
 * for a hosted system. */
#ifndef BOARD_H
#define BOARD_H

/* Writes text without adding anything to it. */
void board_write(const char *text);

/* Ends the program with this status. */
void board_exit(int status);

/* The program. */
int board_main(void);

#endif
