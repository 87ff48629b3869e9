/* The way to and from the kit: what a board replaces. */
#ifndef AD_PORT_H
#define AD_PORT_H

/* The next byte of the kit's, 0..255, or -1 at the end. */
int ad_port_read(void);

/* A byte of an answer; ad_port_flush() after the last of a line. */
void ad_port_write(char byte);
void ad_port_flush(void);

#endif
