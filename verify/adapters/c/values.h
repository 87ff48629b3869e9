/* Values of a request, with the first fault that is met. After it, functions return what does no
 * harm, and who is about to compute looks at ad_failed(). */
#ifndef AD_VALUES_H
#define AD_VALUES_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  unsigned char *memory; /* aligned for double and uint64_t */
  size_t used, size;
  const char *(*defined)(const char *name); /* the JSON of a problem by its name, or NULL */
  const char *field, *allowed;              /* the first fault, or NULL */
} ad_reader;

void ad_fail(ad_reader *reader, const char *field, const char *allowed);
int ad_failed(const ad_reader *reader);

/* Room for count elements of size bytes until the next request; NULL and a fault if there is
 * none. */
void *ad_take(ad_reader *reader, uint64_t count, size_t size);

/* Members of an object by their names; one that is missing is a fault. */
const char *ad_object(ad_reader *reader, const char *parent, const char *name);
const char *ad_list(ad_reader *reader, const char *parent, const char *name);
double ad_real(ad_reader *reader, const char *parent, const char *name);
uint64_t ad_integer(ad_reader *reader, const char *parent, const char *name, uint64_t least,
                    uint64_t most);
int ad_flag(ad_reader *reader, const char *parent, const char *name);

/* The same where a member that is missing stands for a number, a count from 1. */
double ad_real_or(ad_reader *reader, const char *parent, const char *name, double absent);
uint32_t ad_count_or(ad_reader *reader, const char *parent, const char *name, uint32_t most,
                     uint32_t absent);

/* Members that are lists: of count numbers; of however many there are; of integers >= 0; of rows
 * lists of count numbers, or NULL where it is missing. ad_fill() is for a list that is no member;
 * then `name` is what messages call it. */
double *ad_vector(ad_reader *reader, const char *parent, const char *name, size_t count);
double *ad_reals(ad_reader *reader, const char *parent, const char *name, size_t *count);
uint64_t *ad_integers(ad_reader *reader, const char *parent, const char *name, size_t *count);
const double *ad_table(ad_reader *reader, const char *parent, const char *name, uint32_t rows,
                       uint32_t count);
void ad_fill(ad_reader *reader, const char *list, const char *name, size_t count, double *out);

/* The position of a string among words with a space between them, or -1; that of the kind of an
 * object, which must be there. */
int32_t ad_position(const char *value, const char *words);
int32_t ad_kind(ad_reader *reader, const char *object, const char *words);

/* The object `where` has all members that are required and no others but the optional ones, none
 * of them twice; at most 32 names. */
void ad_fields(ad_reader *reader, const char *object, const char *where, const char *required,
               const char *optional);

#endif
