/* The exact normals for Advanced SIMD, the only object of this instruction set with fused
 * operations. */
#include "config.h"
#include "lanes_neon.h"
#include "simd.h"
#include "kernels/stream.h"
#include "kernels/normal.h"
