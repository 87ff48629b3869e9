#define SID_BACKEND_NAME "avx2"
#include "config.h"
#include "lanes_avx2.h"
#include "candidates.h"
