/* The exact normals for AVX-512 with IFMA, the only object of this instruction set with fused
 * operations. */
#define SID_IFMA 1
#include "config.h"
#include "lanes_avx512.h"
#include "simd.h"
#include "kernels/stream.h"
#include "kernels/normal.h"
