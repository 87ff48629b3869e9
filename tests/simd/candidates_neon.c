#define SID_BACKEND_NAME "neon"
#include "config.h"
#include "lanes_neon.h"
#include "candidates.h"
