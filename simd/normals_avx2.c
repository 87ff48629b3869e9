/* The exact normals for AVX2, the only object of this instruction set with fused operations. */
#include "config.h"
#include "lanes_avx2.h"
#include "simd.h"
#include "kernels/stream.h"
#include "kernels/normal.h"
