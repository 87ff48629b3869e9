#include "formats/content.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"
#include "formats/read_file.h"

/* A message about a byte of the content, or of the file as it is stored. */
static int vf_content_say(const vf_content *content, const char *place, size_t at,
                          const char *format, va_list arguments) {
  const int used =
      snprintf(content->message, VF_CONTENT_MESSAGE, "%s: %s %zu: ", content->path, place, at);
  if (used > 0 && used < VF_CONTENT_MESSAGE)
    vsnprintf(content->message + used, (size_t)(VF_CONTENT_MESSAGE - used), format, arguments);
  return -1;
}

int vf_content_refuse(const vf_content *content, size_t at, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vf_content_say(content, content->packed ? "unpacked byte" : "byte", at, format, arguments);
  va_end(arguments);
  return -1;
}

#if SID_HAVE_ZLIB

#define ZLIB_CONST 1
#include <zlib.h>

struct vf_inflater {
  z_stream stream; /* its next_in stands in the file, which is below 2^32 bytes */
  int ended;       /* the last member was whole, and so is the file */
};

static int vf_content_packed_refuse(const vf_content *content, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vf_content_say(content, "byte", content->length - content->packed->stream.avail_in, format,
                 arguments);
  va_end(arguments);
  return -1;
}

/* zlib takes its memory as everybody here does, so that it never lacks any. */
static void *vf_inflater_allocate(void *unused, unsigned count, unsigned size) {
  (void)unused;
  return vf_allocate(count, size);
}

static void vf_inflater_free(void *unused, void *memory) {
  (void)unused;
  free(memory);
}

enum { VF_GZIP_ONLY = 16 + MAX_WBITS }; /* of inflateInit2(): a head and a CRC of gzip */

static int vf_inflater_begin(vf_content *content) {
  content->packed = vf_allocate(1, sizeof *content->packed);
  z_stream *stream = &content->packed->stream;
  stream->zalloc = vf_inflater_allocate;
  stream->zfree = vf_inflater_free;
  stream->next_in = content->file;
  stream->avail_in = (uInt)content->length;
  const int code = inflateInit2(stream, VF_GZIP_ONLY);
  return code == Z_OK ? 0 : vf_content_packed_refuse(content, "zlib refuses to work: %d", code);
}

/* At the end of a member: another may follow, and nothing else. */
static int vf_inflater_next(vf_content *content) {
  z_stream *stream = &content->packed->stream;
  if (stream->avail_in == 0) {
    content->packed->ended = 1;
    return 0;
  }
  if (stream->next_in[0] != 0x1f)
    return vf_content_packed_refuse(
        content, "bytes behind the end of gzip; allowed: the end, or another member of gzip");
  inflateReset(stream);
  return 0;
}

static int vf_inflater_read(vf_content *content, uint8_t *to, size_t most, size_t *got) {
  struct vf_inflater *packed = content->packed;
  z_stream *stream = &packed->stream;
  stream->next_out = to;
  stream->avail_out = (uInt)most;
  while (stream->avail_out > 0 && !packed->ended) {
    const int code = inflate(stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      if (vf_inflater_next(content)) return -1;
    } else if (code == Z_BUF_ERROR ||
               (code == Z_OK && stream->avail_in == 0 && stream->avail_out > 0)) {
      return vf_content_packed_refuse(content, "gzip ends in the middle; allowed: a whole file");
    } else if (code != Z_OK) {
      return vf_content_packed_refuse(content, "gzip: %s; allowed: an undamaged file",
                                      stream->msg ? stream->msg : "damaged");
    }
  }
  *got = most - stream->avail_out;
  return 0;
}

static void vf_inflater_end(vf_content *content) {
  inflateEnd(&content->packed->stream);
  free(content->packed);
  content->packed = NULL;
}

const char *vf_content_unpacker(void) { return "zlib"; }

#else

static int vf_inflater_begin(vf_content *content) {
  return vf_content_refuse(content, 0,
                           "packed by gzip, and this sidyn was built without zlib (make deps "
                           "installs it); allowed: the unpacked file");
}

static int vf_inflater_read(vf_content *content, uint8_t *to, size_t most, size_t *got) {
  (void)to, (void)most, (void)got;
  return vf_inflater_begin(content);
}

static void vf_inflater_end(vf_content *content) { content->packed = NULL; }

const char *vf_content_unpacker(void) { return NULL; }

#endif

static int vf_content_detect(vf_content *content) {
  const int gzip = content->length >= 2 && content->file[0] == 0x1f && content->file[1] == 0x8b;
  return gzip ? vf_inflater_begin(content) : 0;
}

int vf_content_open(vf_content *content, const char *path, char message[VF_CONTENT_MESSAGE]) {
  memset(content, 0, sizeof *content);
  content->path = path;
  content->message = message;
  content->file = (uint8_t *)vf_read_file(path, &content->length);
  if (content->file) return vf_content_detect(content);
  snprintf(message, VF_CONTENT_MESSAGE, "%s: %s; allowed: a readable file of at most %d bytes",
           path, strerror(errno), VF_FILE_LIMIT);
  return -1;
}

int vf_content_begin(vf_content *content, const char *path, const uint8_t *bytes, size_t length,
                     char message[VF_CONTENT_MESSAGE]) {
  memset(content, 0, sizeof *content);
  content->path = path;
  content->message = message;
  content->length = length;
  content->file = vf_allocate(length, 1);
  if (length) memcpy(content->file, bytes, length);
  return vf_content_detect(content);
}

int vf_content_rewind(vf_content *content) {
  content->at = 0;
  if (!content->packed) return 0;
  vf_inflater_end(content);
  return vf_inflater_begin(content);
}

int vf_content_read(vf_content *content, uint8_t *to, size_t most, size_t *got) {
  if (content->packed) {
    if (vf_inflater_read(content, to, most, got)) return -1;
  } else {
    const size_t left = content->length - content->at;
    *got = most < left ? most : left;
    if (*got) memcpy(to, content->file + content->at, *got);
  }
  content->at += *got;
  if (content->hash) vf_sha256_add(content->hash, to, *got);
  return 0;
}

void vf_content_close(vf_content *content) {
  if (content->packed) vf_inflater_end(content);
  free(content->file);
  content->file = NULL;
}
