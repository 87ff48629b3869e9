/* Laws of an angle on the circle. */
#include "checks/fm/angle_law.h"
#include <math.h>
#include "harness/quadrature.h"

void fm_law_begin(fm_law *law, double centre, double v0) {
  law->centre = centre;
  for (int n = 0; n <= FM_MODES; n++) law->modes[n] = exp(-0.5 * n * n * v0);
}

int fm_law_run(vf_context *context, fm_law *law, fm_run *run, uint64_t steps) {
  double work[2];
  while (run->step < steps && fm_step(run)) {
    const double d = sid_angle(run->before, run->x, 2, work);
    for (int n = 1; n <= FM_MODES; n++) law->modes[n] *= cos(n * d);
  }
  return fm_stepped(context, run);
}

/* Density at theta, times 2 pi. */
static double fm_density(const fm_law *law, double theta) {
  double sum = 0.0;
  for (int n = FM_MODES; n >= 1; n--) sum += law->modes[n] * cos(n * (theta - law->centre));
  return 1.0 + 2.0 * sum;
}

typedef struct {
  const fm_law *law, *other;
} fm_pair;

/* 2 pi times the distance of the two densities at theta. */
static double fm_density_distance(void *user, double theta) {
  const fm_pair *pair = user;
  return fabs(fm_density(pair->law, theta) - (pair->other ? fm_density(pair->other, theta) : 1.0));
}

double fm_total_variation(const fm_law *law, const fm_law *other) {
  fm_pair pair = {law, other};
  return 0.5 * vf_circle_mean(fm_density_distance, &pair, FM_GRID);
}

/* Each: (1/2)(1/2 pi) times the integral of 2 |m_n cos(n theta)|, which is (2/pi) |m_n|. */
double fm_higher_modes(const fm_law *law) {
  double sum = 0.0;
  for (int n = 2; n <= FM_MODES; n++) sum += fabs(law->modes[n]);
  return 2.0 / FM_PI * sum;
}

/* (2/pi) sum over odd n of +-e^(-n^2 v/2)/n. */
double fm_half(double v) {
  double sum = 0.0, sign = 1.0;
  for (int n = 1; n < 40; n += 2, sign = -sign) sum += sign * exp(-0.5 * n * n * v) / n;
  return 2.0 / FM_PI * sum;
}
