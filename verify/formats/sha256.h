/* SHA-256 (FIPS 180-4), by which a file is known to be the one that is meant. */
#ifndef VF_SHA256_H
#define VF_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { VF_SHA256_SIZE = 65 }; /* 64 hexadecimal digits and a zero byte */

typedef struct {
  uint32_t state[8];
  uint64_t length;   /* bytes so far */
  uint8_t block[64]; /* those of the last block, which is not full */
} vf_sha256;

void vf_sha256_begin(vf_sha256 *hash);
void vf_sha256_add(vf_sha256 *hash, const uint8_t *bytes, size_t count);

/* The digest of all that was added, in lower case; the hash has then to begin again. */
void vf_sha256_text(vf_sha256 *hash, char text[VF_SHA256_SIZE]);

#endif
