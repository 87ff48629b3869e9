#include "formats/crc64.h"
#include <pthread.h>

enum { VF_STRIDE = 8 }; /* bytes at a time */

/* [k][b]: the sum of the byte b and k zero bytes behind it. */
static uint64_t vf_crc_table[VF_STRIDE][256];

static void vf_crc_fill(void) {
  const uint64_t polynomial = UINT64_C(0xc96c5795d7870f42);
  for (unsigned b = 0; b < 256; b++) {
    uint64_t sum = b;
    for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? polynomial : 0);
    vf_crc_table[0][b] = sum;
  }
  for (int k = 1; k < VF_STRIDE; k++)
    for (unsigned b = 0; b < 256; b++) {
      const uint64_t shorter = vf_crc_table[k - 1][b];
      vf_crc_table[k][b] = vf_crc_table[0][shorter & 0xff] ^ shorter >> 8;
    }
}

uint64_t vf_crc64(uint64_t before, const void *bytes, size_t count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  const unsigned char *at = bytes;
  uint64_t sum = ~before;
  pthread_once(&once, vf_crc_fill);
  for (; count >= VF_STRIDE; count -= VF_STRIDE, at += VF_STRIDE) {
    uint64_t next = 0;
    for (int k = 0; k < VF_STRIDE; k++)
      next ^= vf_crc_table[VF_STRIDE - 1 - k][(sum >> 8 * k ^ at[k]) & 0xff];
    sum = next;
  }
  for (; count > 0; count--) sum = vf_crc_table[0][(sum ^ *at++) & 0xff] ^ sum >> 8;
  return ~sum;
}
