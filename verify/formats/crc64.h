/* CRC-64, that of ECMA-182 reflected as in the format of xz: whether bytes are those that were
 * written. */
#ifndef VF_CRC64_H
#define VF_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* The sum of `before`'s bytes and these; before is 0 at the beginning. */
uint64_t vf_crc64(uint64_t before, const void *bytes, size_t count);

#endif
