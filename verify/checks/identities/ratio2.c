/* GD on the toy, and how far its rounding errors grow. */
#include <math.h>
#include <string.h>
#include "checks/identities/ratio2.h"

/* Derivative of (ln|x'|, ln|y'|) by (ln|x|, ln|y|), and in *local how much larger than x', y' the
 * terms are whose difference they are. Moves on to x', y'. From x' = A x, A = a - 2 lr y^2/r^2 and
 * y' = B y, B = a + 2 lr x^2/r^2. */
static void exact_ratio2_step(double a, double lr, double *x, double *y, double j[2][2],
                              double *local) {
  const double xx = *x * *x, yy = *y * *y, r = xx + yy, q = r * r, c = q * r;
  const double A = a - 2.0 * lr * yy / q, B = a + 2.0 * lr * xx / q;
  j[0][0] = 1.0 + 8.0 * lr * xx * yy / c / A;
  j[0][1] = -4.0 * lr * yy * (r - 2.0 * yy) / c / A;
  j[1][0] = 4.0 * lr * xx * (r - 2.0 * xx) / c / B;
  j[1][1] = 1.0 - 8.0 * lr * xx * yy / c / B;
  *local = fmax((a + 2.0 * lr * yy / q) / fabs(A), 1.0);
  *x *= A;
  *y *= B;
}

double exact_conditioning(const exact_ratio2 *run) {
  double m[EXACT_RUN + 1][2][2], error[EXACT_RUN + 1], x = run->x, y = run->y, lr = run->lr0,
                                                       total = 0.0;
  for (int t = 0; t <= run->steps; t++) {
    double j[2][2], local;
    const double identity[2][2] = {{1, 0}, {0, 1}};
    memcpy(m[t], identity, sizeof identity);
    if (t == 0) error[0] = 4.0;
    if (t == run->steps) break;
    exact_ratio2_step(run->a, lr, &x, &y, j, &local);
    for (int s = 0; s <= t; s++) {
      double product[2][2];
      for (int i = 0; i < 4; i++)
        product[i / 2][i % 2] = j[i / 2][0] * m[s][0][i % 2] + j[i / 2][1] * m[s][1][i % 2];
      memcpy(m[s], product, sizeof product);
    }
    error[t + 1] = local * (20.0 + (run->factor == 1.0 ? 0.0 : 2.0 * t));
    lr *= run->factor;
  }
  for (int s = 0; s <= run->steps; s++)
    total +=
        error[s] * fmax(fabs(m[s][0][0]) + fabs(m[s][0][1]), fabs(m[s][1][0]) + fabs(m[s][1][1]));
  return total * EXACT_ULP;
}

const char exact_growth[] = "20 roundings per step, grown by the Jacobians of the later steps";

exact_ratio2 exact_ratio2_constant(double eta, double lam, double x, double y, int steps) {
  return (exact_ratio2){eta, 1.0, 1.0 - eta * lam, x, y, steps};
}

double exact_slope_after(vf_context *context, const char *name, const double *x, double lr0,
                         double factor, double wd, uint64_t steps) {
  sid_segment segment;
  double rows[2 * (EXACT_RUN + 1)];
  exact_run run = {.problem = &exact_toy->problem,
                   .dynamics = exact_dynamics(SID_GD, 1),
                   .schedule = exact_constant(&segment, lr0, wd),
                   .x = x,
                   .steps = steps,
                   .observables = exact_state,
                   .observable_count = 1};
  if (factor != 1.0)
    run.schedule = (sid_schedule){.kind = SID_EXPONENTIAL, .lr = lr0, .wd = wd, .factor = factor};
  return exact_rows(context, name, &run, 1, rows) ? rows[2 * steps] / rows[2 * steps + 1]
                                                  : (double)NAN;
}

const exact_angle_case exact_angle_cases[2] = {
    {.1,
     .5,
     {.6, .8},
     40,
     "ratio2 eta=0.1 lam=0.5",
     "x3.tan-angle.eta-0.1.lam-0.5",
     "x4.mean-minus-log-cos.eta-0.1.lam-0.5.x0-0.6.y0-0.8.steps-40",
     "x4.final-norm2.eta-0.1.lam-0.5.x0-0.6.y0-0.8.steps-40"},
    {.1,
     1.0,
     {.1, 1.0},
     50,
     "ratio2 eta=0.1 lam=1",
     "x3.tan-angle.eta-0.1.lam-1",
     "x4.mean-minus-log-cos.eta-0.1.lam-1.x0-0.1.y0-1.steps-50",
     "x4.final-norm2.eta-0.1.lam-1.x0-0.1.y0-1.steps-50"}};

int exact_angle_rows(vf_context *context, const exact_angle_case *one, double *rows) {
  sid_segment segment;
  const exact_run run = {.problem = &exact_toy->problem,
                         .dynamics = exact_dynamics(SID_GD, 1),
                         .schedule = exact_constant(&segment, one->eta, one->lam),
                         .x = one->x,
                         .seed = 1,
                         .steps = (uint64_t)one->steps,
                         .observables = exact_norm_angle,
                         .observable_count = 2};
  return exact_rows(context, one->name, &run, 1, rows);
}
