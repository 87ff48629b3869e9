/* Internal: draws of gradient noise. docs/spec.md section 5. */
#ifndef SID_NOISE_H
#define SID_NOISE_H

#include "sidyn.h"

typedef struct {
  int32_t kind;   /* none, gaussian, rademacher or sphere */
  int tangential; /* projected at x and divided by |x|: the problem is scale-invariant */
  double sigma;
  const double *scale; /* p standard deviations, or NULL for sigma in every coordinate */
} sid_noise;

/* One draw at x into u[p]. */
void sid_noise_draw(const sid_noise *noise, const double *x, uint32_t p, sid_stream *stream,
                    double *u);

#endif
