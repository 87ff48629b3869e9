/* Steps with Gaussian noise are affine in their normals: the response to them is measured. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/svag/powers.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"

static uint32_t normals_of(const sid_problem *problem) {
  return problem->noise == SID_NOISE_SAMPLES ? problem->samples : problem->dim;
}

enum { POSITIONS = 32, UNKNOWNS = SVAG_NORMALS + 1, COLUMNS = UNKNOWNS + SVAG_DIM };

/* phi = (1, xi_1, ...) of the stream at a place. */
static void normals_at(uint64_t place, uint32_t normals, double *phi) {
  sid_stream stream = vf_stream(SVAG_SEED, SID_KEY_NOISE, place);
  phi[0] = 1.0;
  sid_stream_normals(&stream, phi + 1, normals);
}

/* Least squares over POSITIONS streams: the normal equations are near POSITIONS times the identity,
 * so rounding stays at some 100 roundings of the states. */
svag_response svag_response_of(vf_context *context, const sid_problem *problem,
                               sid_dynamics dynamics, double lr, double wd, const double *x) {
  const uint32_t p = problem->dim, normals = normals_of(problem), n = normals + 1, width = n + p;
  svag_response step = {.normals = normals};
  double m[UNKNOWNS * COLUMNS] = {0.0}, phi[UNKNOWNS + 1], after[POSITIONS][SVAG_DIM];
  for (uint64_t place = 0; place < POSITIONS; place++) {
    normals_at(place, normals, phi);
    svag_step(context, problem, dynamics, lr, wd, x, vf_stream(SVAG_SEED, SID_KEY_NOISE, place),
              after[place]);
    for (uint32_t r = 0; r < n; r++) {
      vf_add(m + r * width, phi, n, phi[r]);
      vf_add(m + r * width + n, after[place], p, phi[r]);
    }
  }
  if (vf_solve(m, n, p)) vf_error(context, "response", "the normal equations are singular");
  for (uint32_t j = 0; j < p; j++) {
    step.mean[j] = m[n + j];
    for (uint32_t i = 0; i < normals; i++) step.response[i][j] = m[(i + 1) * width + n + j];
  }
  for (uint64_t place = 0; place < POSITIONS; place++) {
    normals_at(place, normals, phi);
    for (uint32_t j = 0; j < p; j++) {
      double fitted = step.mean[j];
      for (uint32_t i = 0; i < normals; i++) fitted += step.response[i][j] * phi[i + 1];
      step.misfit = fmax(step.misfit, fabs(fitted - after[place][j]));
    }
  }
  return step;
}

const char svag_response_basis[] =
    "about 1000 roundings of 2^-53: fit over 32 streams, condition number below 10";

double svag_response_tolerance(double size) { return 1000.0 * svag_roundoff * size; }

double svag_response_covariance(const svag_response *step, uint32_t j, uint32_t k) {
  double total = 0.0;
  for (uint32_t i = 0; i < step->normals; i++) total += step->response[i][j] * step->response[i][k];
  return total;
}

double svag_response_trace(const svag_response *step, uint32_t p) {
  double total = 0.0;
  for (uint32_t j = 0; j < p; j++) total += svag_response_covariance(step, j, j);
  return total;
}

double svag_response_drift(const svag_response *step, const double *x, uint32_t p, double lr,
                           double *length2) {
  double d[SVAG_DIM];
  for (uint32_t j = 0; j < p; j++) d[j] = (x[j] - step->mean[j]) / lr;
  *length2 = vf_dot(d, d, p);
  return vf_dot(x, d, p);
}
