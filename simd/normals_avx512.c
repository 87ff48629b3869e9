/* The exact normals for AVX-512, the only object of this instruction set with fused operations. */
#include "config.h"
#include "lanes_avx512.h"
#include "simd.h"
#include "kernels/stream.h"
#include "kernels/normal.h"
