#define SID_BACKEND_NAME "avx512"
#include "config.h"
#include "lanes_avx512.h"
#include "candidates.h"
