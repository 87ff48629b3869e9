/* Steps with Gaussian noise are affine in their normals: the response to them is measured. */
#include <math.h>
#include "checks/svag/algebra.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"

static uint32_t normals_of(const sid_problem *problem) {
  return problem->noise == SID_NOISE_SAMPLES ? problem->samples : problem->dim;
}

enum { POSITIONS = 32, UNKNOWNS = SVAG_NORMALS + 1, COLUMNS = UNKNOWNS + SVAG_DIM };

/* Gauss-Jordan elimination of the symmetric positive system m[i][0..n-1] x = m[i][n..]; the
 * solutions replace the right sides. */
static void solve(double m[UNKNOWNS][COLUMNS], uint32_t n, uint32_t sides) {
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t r = 0; r < n; r++) {
      const double factor = r == i ? 1.0 - 1.0 / m[i][i] : m[r][i] / m[i][i];
      for (uint32_t c = 0; c < n + sides; c++) m[r][c] -= factor * m[i][c];
    }
}

/* phi = (1, xi_1, ...) of the stream at a place. */
static void normals_at(uint64_t place, uint32_t normals, double *phi) {
  sid_stream stream = svag_stream(SVAG_SEED, place);
  phi[0] = 1.0;
  sid_stream_normals(&stream, phi + 1, normals);
}

/* Least squares over POSITIONS streams: the normal equations are near POSITIONS times the identity,
 * so rounding stays at some 100 roundings of the states. */
svag_response svag_response_of(vf_context *context, const sid_problem *problem,
                               sid_dynamics dynamics, double lr, double wd, const double *x) {
  const uint32_t p = problem->dim, normals = normals_of(problem), n = normals + 1;
  svag_response step = {.normals = normals};
  double m[UNKNOWNS][COLUMNS] = {{0.0}}, phi[UNKNOWNS + 1], after[POSITIONS][SVAG_DIM];
  for (uint64_t place = 0; place < POSITIONS; place++) {
    normals_at(place, normals, phi);
    svag_step(context, problem, dynamics, lr, wd, x, svag_stream(SVAG_SEED, place), after[place]);
    for (uint32_t r = 0; r < n; r++) {
      for (uint32_t c = 0; c < n; c++) m[r][c] += phi[r] * phi[c];
      for (uint32_t j = 0; j < p; j++) m[r][n + j] += phi[r] * after[place][j];
    }
  }
  solve(m, n, p);
  for (uint32_t j = 0; j < p; j++) {
    step.mean[j] = m[0][n + j];
    for (uint32_t i = 0; i < normals; i++) step.response[i][j] = m[i + 1][n + j];
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
  *length2 = svag_dot(d, d, p);
  return svag_dot(x, d, p);
}
