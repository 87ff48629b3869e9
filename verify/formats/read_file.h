/* Files that are read as a whole. */
#ifndef VF_READ_FILE_H
#define VF_READ_FILE_H

#include <stddef.h>

enum { VF_FILE_LIMIT = 1 << 28 }; /* bytes */

/* The whole file in memory with a zero byte behind it, or NULL with errno; EFBIG beyond
 * VF_FILE_LIMIT. */
char *vf_read_file(const char *path, size_t *length);

/* The same up to another limit. */
char *vf_read_file_to(const char *path, size_t limit, size_t *length);

#endif
