/* JSON (RFC 8259) in the place where it stands: a value is a pointer to its first character in a
 * text that ad_json_check() has accepted, so no tree is built and no memory is needed. */
#ifndef AD_JSON_H
#define AD_JSON_H

#include <stddef.h>
#include <stdint.h>

enum { AD_JSON_DEPTH = 32 }; /* objects and lists inside each other; requests need 6 */

/* The end of the one value that the text must be, with the space behind it; NULL where the text,
 * which ends with a zero byte, is no JSON. Whatever it is, nothing behind the zero is read. */
const char *ad_json_check(const char *text);

/* Behind the value. */
const char *ad_json_end(const char *value);

/* The first element of a list or the first name of an object; what comes after an element or after
 * the value of a name. NULL where there is none. */
const char *ad_json_first(const char *container);
const char *ad_json_next(const char *value);

/* The number of elements or members. */
size_t ad_json_length(const char *container);

/* The value that belongs to a name of an object; the first value of such a name, or NULL. */
const char *ad_json_value(const char *name);
const char *ad_json_member(const char *object, const char *name);

/* A string with its escapes resolved, as UTF-8 with a zero byte behind it. Returns 0, or -1 where
 * the value is no string, does not fit, or has a zero character or half a surrogate pair in it. */
int ad_json_text(const char *value, char *text, size_t size);

/* Whether the value is the string `word`, of less than 64 bytes. */
int ad_json_is(const char *value, const char *word);

/* A number, or a string of 16 hexadecimal digits, the bit pattern; a 64-bit integer >= 0, a number
 * or a string of decimal digits. Return 0, or -1 where the value is none. */
int ad_json_real(const char *value, double *real);
int ad_json_integer(const char *value, uint64_t *integer);

#endif
