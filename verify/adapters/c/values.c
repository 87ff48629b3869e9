#include "values.h"
#include <string.h>
#include "json.h"

/* ---- faults and memory ---- */

void ad_fail(ad_reader *reader, const char *field, const char *allowed) {
  if (reader->allowed) return;
  reader->field = field;
  reader->allowed = allowed;
}

int ad_failed(const ad_reader *reader) { return reader->allowed != NULL; }

void *ad_take(ad_reader *reader, uint64_t count, size_t size) {
  const size_t left = (reader->size - reader->used) / sizeof(double);
  const uint64_t fit = (uint64_t)left * sizeof(double) / size;
  if (count > fit) ad_fail(reader, "request", "no more numbers than there is memory for");
  if (ad_failed(reader)) return NULL;
  void *taken = reader->memory + reader->used;
  reader->used += ((size_t)count * size + sizeof(double) - 1) / sizeof(double) * sizeof(double);
  return taken;
}

/* ---- members ---- */

/* A member that begins with a certain character. */
static const char *ad_member(ad_reader *reader, const char *parent, const char *name, char first,
                             const char *allowed) {
  if (ad_failed(reader)) return NULL;
  const char *value = ad_json_member(parent, name);
  if (value && *value == first) return value;
  ad_fail(reader, name, allowed);
  return NULL;
}

const char *ad_object(ad_reader *reader, const char *parent, const char *name) {
  return ad_member(reader, parent, name, '{', "an object");
}

const char *ad_list(ad_reader *reader, const char *parent, const char *name) {
  return ad_member(reader, parent, name, '[', "a list");
}

double ad_real_or(ad_reader *reader, const char *parent, const char *name, double absent) {
  double real = absent;
  const char *value = ad_failed(reader) ? NULL : ad_json_member(parent, name);
  if (value && ad_json_real(value, &real)) ad_fail(reader, name, "a number or 16 hex digits");
  return real;
}

double ad_real(ad_reader *reader, const char *parent, const char *name) {
  if (!ad_failed(reader) && !ad_json_member(parent, name)) ad_fail(reader, name, "a number");
  return ad_real_or(reader, parent, name, 0.0);
}

uint64_t ad_integer(ad_reader *reader, const char *parent, const char *name, uint64_t least,
                    uint64_t most) {
  uint64_t integer = 0;
  const char *value = ad_failed(reader) ? NULL : ad_json_member(parent, name);
  if (!value || ad_json_integer(value, &integer) || integer < least || integer > most)
    ad_fail(reader, name, "an integer in its range");
  return ad_failed(reader) ? least : integer;
}

uint32_t ad_count_or(ad_reader *reader, const char *parent, const char *name, uint32_t most,
                     uint32_t absent) {
  if (ad_failed(reader) || !ad_json_member(parent, name)) return absent;
  return (uint32_t)ad_integer(reader, parent, name, 1, most);
}

int ad_flag(ad_reader *reader, const char *parent, const char *name) {
  const char *value = ad_failed(reader) ? NULL : ad_json_member(parent, name);
  if (value && (*value == 't' || *value == 'f')) return *value == 't';
  ad_fail(reader, name, "true or false");
  return 0;
}

/* ---- lists ---- */

void ad_fill(ad_reader *reader, const char *list, const char *name, size_t count, double *out) {
  if (ad_failed(reader)) return;
  if (*list != '[' || ad_json_length(list) != count) {
    ad_fail(reader, name, "a list of the right length");
    return;
  }
  for (const char *at = ad_json_first(list); at; at = ad_json_next(at))
    if (ad_json_real(at, out++)) ad_fail(reader, name, "numbers or strings of 16 hex digits");
}

double *ad_reals(ad_reader *reader, const char *parent, const char *name, size_t *count) {
  const char *list = ad_list(reader, parent, name);
  *count = list ? ad_json_length(list) : 0;
  double *values = ad_take(reader, *count, sizeof *values);
  if (values) ad_fill(reader, list, name, *count, values);
  return values;
}

double *ad_vector(ad_reader *reader, const char *parent, const char *name, size_t count) {
  size_t length;
  double *values = ad_reals(reader, parent, name, &length);
  if (length != count) ad_fail(reader, name, "a list of the right length");
  return values;
}

uint64_t *ad_integers(ad_reader *reader, const char *parent, const char *name, size_t *count) {
  const char *list = ad_list(reader, parent, name);
  *count = list ? ad_json_length(list) : 0;
  uint64_t *values = ad_take(reader, *count, sizeof *values);
  if (!values) return NULL;
  size_t i = 0;
  for (const char *at = ad_json_first(list); at; at = ad_json_next(at))
    if (ad_json_integer(at, values + i++)) ad_fail(reader, name, "integers from 0 to 2^64-1");
  return values;
}

const double *ad_table(ad_reader *reader, const char *parent, const char *name, uint32_t rows,
                       uint32_t count) {
  if (ad_failed(reader) || !ad_json_member(parent, name)) return NULL;
  const char *list = ad_list(reader, parent, name);
  if (!list) return NULL;
  if (ad_json_length(list) != rows) ad_fail(reader, name, "as many lists as there must be");
  double *values = ad_take(reader, (uint64_t)rows * count, sizeof *values);
  if (!values) return NULL;
  size_t filled = 0;
  for (const char *at = ad_json_first(list); at; at = ad_json_next(at), filled += count)
    ad_fill(reader, at, name, count, values + filled);
  return values;
}

/* ---- names ---- */

/* Whether a string is the word that begins at `word`, up to a space. */
static int ad_is_word(const char *value, const char *word) {
  char text[32];
  const size_t length = strcspn(word, " ");
  if (length >= sizeof text) return 0;
  memcpy(text, word, length);
  text[length] = '\0';
  return ad_json_is(value, text);
}

static const char *ad_next_word(const char *words) {
  words += strcspn(words, " ");
  return words + strspn(words, " ");
}

int32_t ad_position(const char *value, const char *words) {
  for (int32_t position = 0; *words; words = ad_next_word(words), position++)
    if (ad_is_word(value, words)) return position;
  return -1;
}

int32_t ad_kind(ad_reader *reader, const char *object, const char *words) {
  const char *value = ad_member(reader, object, "kind", '"', words);
  const int32_t position = value ? ad_position(value, words) : 0;
  if (position < 0) ad_fail(reader, "kind", words);
  return ad_failed(reader) ? 0 : position;
}

void ad_fields(ad_reader *reader, const char *object, const char *where, const char *required,
               const char *optional) {
  uint32_t seen = 0, wanted = 0;
  int32_t count = 0;
  for (const char *at = required; *at; at = ad_next_word(at)) wanted |= 1u << count++;
  if (ad_failed(reader)) return;
  for (const char *at = ad_json_first(object); at; at = ad_json_next(ad_json_value(at))) {
    int32_t position = ad_position(at, required);
    if (position < 0) {
      position = ad_position(at, optional);
      if (position < 0) {
        ad_fail(reader, where, "no fields but those of spec.md section 12");
        return;
      }
      position += count;
    }
    if (seen >> position & 1) {
      ad_fail(reader, where, "each field once");
      return;
    }
    seen |= 1u << position;
  }
  if ((seen & wanted) != wanted) ad_fail(reader, where, required);
}
