#include "formats/sha256.h"
#include <stdio.h>
#include <string.h>

/* Fractional parts of the cube roots of the first 64 primes, and of the square roots of the first
 * 8. */
static const uint32_t vf_sha256_words[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static const uint32_t vf_sha256_start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t vf_rotated(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void vf_sha256_block(uint32_t state[8], const uint8_t block[64]) {
  uint32_t w[64], s[8];
  for (size_t i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
           (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    const uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (vf_rotated(a, 7) ^ vf_rotated(a, 18) ^ a >> 3) + w[i - 7] +
           (vf_rotated(b, 17) ^ vf_rotated(b, 19) ^ b >> 10);
  }
  memcpy(s, state, sizeof s);
  for (int i = 0; i < 64; i++) {
    const uint32_t one = s[7] +
                         (vf_rotated(s[4], 6) ^ vf_rotated(s[4], 11) ^ vf_rotated(s[4], 25)) +
                         ((s[4] & s[5]) ^ (~s[4] & s[6])) + vf_sha256_words[i] + w[i];
    const uint32_t two = (vf_rotated(s[0], 2) ^ vf_rotated(s[0], 13) ^ vf_rotated(s[0], 22)) +
                         ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += one;
    s[0] = one + two;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

void vf_sha256_begin(vf_sha256 *hash) {
  memset(hash, 0, sizeof *hash);
  memcpy(hash->state, vf_sha256_start, sizeof hash->state);
}

void vf_sha256_add(vf_sha256 *hash, const uint8_t *bytes, size_t count) {
  size_t used = hash->length % 64;
  hash->length += count;
  while (count > 0) {
    const size_t piece = count < 64 - used ? count : 64 - used;
    memcpy(hash->block + used, bytes, piece);
    bytes += piece;
    count -= piece;
    used += piece;
    if (used < 64) return;
    vf_sha256_block(hash->state, hash->block);
    used = 0;
  }
}

void vf_sha256_text(vf_sha256 *hash, char text[VF_SHA256_SIZE]) {
  static const uint8_t filling[64] = {0x80};
  const uint64_t bits = 8 * hash->length;
  uint8_t length[8];
  vf_sha256_add(hash, filling, 64 - (hash->length + 8) % 64);
  for (int b = 0; b < 8; b++) length[b] = (uint8_t)(bits >> (56 - 8 * b));
  vf_sha256_add(hash, length, sizeof length);
  for (size_t i = 0; i < 8; i++) snprintf(text + 8 * i, 9, "%08x", (unsigned)hash->state[i]);
}
