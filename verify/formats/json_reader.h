/* Values of JSON, read by libjansson; what is done here is to say precisely what is wrong with
 * them. The first fault counts: after it, functions return anything that does no harm. */
#ifndef VF_JSON_READER_H
#define VF_JSON_READER_H

#include "formats/memory.h"
#include "sidyn.h"

#if SID_HAVE_JANSSON

#include <jansson.h>

enum { VF_PATH_SIZE = 256 };

typedef struct {
  const char *name, *text; /* the file's name and all its text */
  vf_arena arena;          /* what vf_keep() gave */
  char *message;           /* message_size bytes for the first fault */
  size_t message_size;
  int failed; /* whether there was one */
  int marked; /* the text holds marks of vf_json_parse() */
} vf_reader;

/* A value and where it stands: member `name`, or else element `index`, of a parent that outlives
 * it. json is NULL where an optional field is absent. */
typedef struct vf_node {
  vf_reader *reader;
  json_t *json;
  const struct vf_node *parent; /* NULL at the root */
  const char *name;
  size_t index;
} vf_node;

/* The first fault: "file:line: path: " and the text that the format gives. */
void vf_reject(const vf_node *node, const char *format, ...);

/* Memory that lives as long as what is read; NULL after a fault. */
void *vf_keep(const vf_node *node, size_t bytes);

/* Appends to a text of VF_PATH_SIZE bytes, as far as there is room. */
void vf_append(char text[VF_PATH_SIZE], const char *format, ...);

/* Members and elements; a required one that is missing is a fault. */
vf_node vf_field(const vf_node *parent, const char *name);
vf_node vf_item(const vf_node *parent, size_t index);
vf_node vf_required(const vf_node *parent, const char *name, const char *allowed);

/* An object whose fields are all among the names (one string, separated by spaces). */
void vf_expect_fields(const vf_node *node, const char *names);

/* The position of a string, or of the kind of an object, among names, from 0. */
int32_t vf_name(const vf_node *node, const char *names);
int32_t vf_kind(const vf_node *node, const char *names);

/* A real: a JSON number or 16 hexadecimal digits. */
double vf_real(const vf_node *node);
double vf_real_nonnegative(const vf_node *node);
double vf_real_positive(const vf_node *node);

/* A 64-bit integer: a JSON number or a string of digits; and a size: a JSON number alone. */
uint64_t vf_integer(const vf_node *node, uint64_t least, uint64_t most);
uint32_t vf_size(const vf_node *node, uint32_t least, uint32_t most);

/* The length of a list within bounds; `what` are its elements. */
size_t vf_length(const vf_node *node, size_t least, size_t most, const char *what);

/* A list of count numbers, and rows lists of count numbers, one after the other. */
const double *vf_vector(const vf_node *node, size_t count);
const double *vf_matrix(const vf_node *node, size_t rows, size_t count);

#endif
#endif
