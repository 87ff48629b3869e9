/* The content of a file, plain or packed by gzip, a piece at a time: what is packed is unpacked
 * only as far as somebody asks, so a small file that unpacks to a large one does no harm. */
#ifndef VF_CONTENT_H
#define VF_CONTENT_H

#include <stddef.h>
#include <stdint.h>
#include "formats/sha256.h"

enum { VF_CONTENT_MESSAGE = 4608 }; /* a path of 4096 bytes and the rest */

typedef struct {
  const char *path;           /* for messages */
  uint8_t *file;              /* as it is stored */
  size_t length;              /* of the file */
  size_t at;                  /* bytes of the content that were given */
  struct vf_inflater *packed; /* NULL where it is plain */
  vf_sha256 *hash;            /* of the bytes that were given, where somebody wants it */
  char *message;              /* VF_CONTENT_MESSAGE bytes for what is wrong */
} vf_content;

/* The functions with a status return 0, or -1 with message = "path: byte N: what is wrong; what is
 * allowed"; "unpacked byte N" stands for a place in the content of a packed file. Close in any
 * case. */
int vf_content_open(vf_content *content, const char *path, char message[VF_CONTENT_MESSAGE]);

/* The same from a copy of bytes in memory; path stands for the file in messages. */
int vf_content_begin(vf_content *content, const char *path, const uint8_t *bytes, size_t length,
                     char message[VF_CONTENT_MESSAGE]);

/* The next `most` bytes; *got is less only at the end. */
int vf_content_read(vf_content *content, uint8_t *to, size_t most, size_t *got);

/* Back to the first byte. */
int vf_content_rewind(vf_content *content);

/* Writes the message about byte `at` of the content; returns -1. */
int vf_content_refuse(const vf_content *content, size_t at, const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 3, 4)))
#endif
    ;

void vf_content_close(vf_content *content);

/* What unpacks, for people. */
const char *vf_content_unpacker(void);

#endif
