/* The text of answers. */
#ifndef AD_ANSWER_H
#define AD_ANSWER_H

#include <stddef.h>
#include <stdint.h>
#include "sidyn.h"

void ad_put(const char *text);
void ad_put_integer(uint64_t integer);

/* 16 hexadecimal digits in quotes: exact, and no decimals to convert. */
void ad_put_real(double real);

/* The field with its name, after a comma. */
void ad_put_name(const char *name);
void ad_put_field_real(const char *name, double real);
void ad_put_reals(const double *values, size_t count); /* the list alone */
void ad_put_field_reals(const char *name, const double *values, size_t count);

/* The reason of an end, in quotes, and the object of an end. */
void ad_put_reason(sid_status status);
void ad_put_end(uint64_t step, sid_status status);

#endif
