/* The toys A and B. */
#include <math.h>
#include "checks/eos/toys.h"
#include "harness/algebra.h"

const eos_toy eos_toys[2] = {
    {"toy A", "toy-a", {.kind = SID_RIDGE3, .dim = 3}, 1.0, 0.0, 1.0, 8.0},
    {"toy B", "toy-b", {.kind = SID_TROUGH3, .dim = 3}, .8, .6, .64, 3.2768}};
const eos_toy *const eos_a = eos_toys, *const eos_b = eos_toys + 1;

const eos_angle eos_angles[3] = {{1.1071487177940904, "atan2-2-1"}, {1.0, "1"}, {.3, "0.3"}};

double eos_lam1(const eos_toy *toy, double al) { return toy->a + toy->b * sin(al) * sin(al); }

double eos_slope(const eos_toy *toy, double al) {
  return toy->b * sin(2.0 * al) / (eos_lam1(toy, al) * toy->rho);
}

void eos_near(const eos_toy *toy, double al, double h, double *th) {
  const double flat = toy->rho - h * toy->level;
  th[0] = flat * cos(al), th[1] = flat * sin(al), th[2] = toy->level + h * toy->rho;
  vf_normalise(th, 3);
}
