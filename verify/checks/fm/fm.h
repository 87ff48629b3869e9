/* What all rows of fm share. In their comments el = lr*wd, q = eta/(2 lam), R(t) is the scale
 * function (11), T the rescaled time (12), c = (D-1) sigma^2. */
#ifndef VF_CHECKS_FM_H
#define VF_CHECKS_FM_H

/* Characters of the name of a case, coordinates of a problem, numbers of its work space. */
enum { FM_DIM = 10, FM_WORK = 128 };

static const double FM_PI = 3.14159265358979323846;
static const double FM_ULP = 0x1p-53; /* half an ulp of 1: one rounding */

#endif
