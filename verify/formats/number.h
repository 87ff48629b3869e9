/* Numbers as text. */
#ifndef VF_NUMBER_H
#define VF_NUMBER_H

#include <stddef.h>
#include <stdint.h>

typedef enum { VF_BITS, VF_HEX, VF_DEC } vf_format;

enum { VF_NUMBER_SIZE = 40 };

/* bits: 16 hex digits of the big-endian bit pattern; hex: C99 hex float, digit by digit what
 * glibc's %a writes, whatever the C library; dec: shortest decimal that reads back the same.
 * docs/output.md has the details. */
const char *vf_number_text(double value, vf_format format, char text[VF_NUMBER_SIZE]);

/* The name of a format; returns 0, or -1 if there is no such. */
int vf_format_parse(const char *name, vf_format *format);

/* A 64-bit unsigned decimal integer, nothing else around it; returns 0, or -1. */
int vf_parse_u64(const char *text, uint64_t *value);

/* The double of 16 hex digits; returns 0, or -1. */
int vf_parse_bits(const char *text, double *value);

/* Position of a value in the order of all doubles: its bits, with the negative half turned round.
 * A difference of two is a distance in ulp; -0 is one below +0. */
uint64_t vf_ordered(double value);

#endif
