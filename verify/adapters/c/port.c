/* Standard input and output of a hosted system. */
#include "port.h"
#include <stdio.h>
#include <stdlib.h>

int ad_port_read(void) { return getchar(); }

void ad_port_write(char byte) { putchar(byte); }

void ad_port_flush(void) {
  if (fflush(stdout) || ferror(stdout)) exit(1); /* nobody reads any more */
}
