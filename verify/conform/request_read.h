/* Requests read from JSON: those that `sidyn conform --serve` answers, and the inputs of fixtures/.
 */
#ifndef VF_REQUEST_READ_H
#define VF_REQUEST_READ_H

#include "conform/request.h"

#if SID_HAVE_JANSSON

#include "formats/json_reader.h"

/* Reads a request whose `what` is set, from the object `root` (any other fields of it are ignored).
 * A fault is in the reader, as with experiments. */
void vf_request_read(const vf_node *root, vf_request *request);

/* The request of a name, or VF_REQUEST_COUNT. */
vf_do vf_request_named(const char *name);

#endif
#endif
