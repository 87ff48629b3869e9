/* The board that is no board: the same program on the machine that builds, for the reference
 * hash. */
#include "board.h"

#include <stdio.h>
#include <stdlib.h>

void board_write(const char *text) { fputs(text, stdout); }

void board_exit(int status) { exit(status); }

int main(void) { board_exit(board_main()); }
