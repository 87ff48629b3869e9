/* The kernels for AVX-512 with IFMA: one text, kernels/, over the vocabulary of this instruction
 * set. */
#define SID_BACKEND_NAME "avx512ifma"
#define SID_IFMA 1
#include "config.h"
#include "lanes_avx512.h"
#include "reduce.h"
#include "simd.h"
#include "single.h"
#include "kernels/stream.h"
#include "kernels/reduce.h"
#include "kernels/problem.h"
#include "kernels/sampling.h"
#include "kernels/observe.h"
#include "kernels/problems/bn_completion.h"
#include "kernels/run.h"
#include "kernels/backend.h"
