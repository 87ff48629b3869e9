#define SID_BACKEND_NAME "avx512ifma"
#define SID_IFMA 1
#include "config.h"
#include "lanes_avx512.h"
#include "candidates.h"
