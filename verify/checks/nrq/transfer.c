/* Stationary means at p = 2 by the expectation operator U g(state) = (g(state+) + g(state-))/2 on
 * Chebyshev polynomials in u = cos 2 angle and R over an interval of R that the map keeps. */
#include <math.h>
#include <stdlib.h>
#include "checks/nrq/transfer.h"
#include "harness/algebra.h"
#include "formats/memory.h"
#include "harness/observe.h"

void nrq_map_set(nrq_map *map, const nrq_transfer *job, const double *spectrum) {
  const double el = job->eta * job->lam,
               middle = job->sigma * sqrt(job->eta / (job->lam * (2.0 - el)));
  map->job = job;
  map->problem = nrq_problem(2, spectrum, SID_NOISE_SPHERE, job->sigma);
  map->low = middle * (1.0 - 0.5 * job->a / job->sigma);
  map->high = middle * (1.0 + 0.5 * job->a / job->sigma);
  sid_stream stream = vf_stream(4, SID_KEY_NOISE, 2);
  for (size_t i = 0; i < 64; i++) {
    map->at[i] = stream;
    sid_stream_advance(&stream, 0, 2);
  }
}

int nrq_map_both(const nrq_map *map, double u, double r, double after[2][2]) {
  const double x[2] = {sqrt(r * (1.0 + u) / 2.0), sqrt(r * (1.0 - u) / 2.0)};
  const double keep = 1.0 - map->job->eta * map->job->lam;
  double g[2], y[2], work[16];
  int found[2] = {0, 0};
  sid_problem_gradient(&map->problem, x, g, work);
  for (size_t i = 0; i < 64 && !(found[0] && found[1]); i++) {
    sid_stream stream = map->at[i];
    y[0] = x[0], y[1] = x[1];
    if (sid_step(&map->problem, &nrq_sgd, map->job->eta, map->job->lam, y, &stream, work))
      return -1;
    const double d[2] = {y[0] - keep * x[0] + map->job->eta * g[0],
                         y[1] - keep * x[1] + map->job->eta * g[1]};
    const int side = x[0] * d[1] - x[1] * d[0] > 0.0;
    found[side] = 1;
    after[side][1] = sid_dot(y, y, 2);
    after[side][0] = (y[0] * y[0] - y[1] * y[1]) / after[side][1];
  }
  return found[0] && found[1] ? 0 : -1;
}

/* row += weight T_j(u) T_k(v), j < many, k < few, v the place of R in its interval. */
static void nrq_add_products(const nrq_map *map, double u, double r, double weight, double *row) {
  const size_t many = map->job->many, few = map->job->few;
  const double v = 2.0 * (r - map->low) / (map->high - map->low) - 1.0;
  double tu = weight, before = weight * u; /* T_0 and T_-1 = T_1 */
  for (size_t j = 0; j < many; j++) {
    double tv = 1.0, last = v;
    for (size_t k = 0; k < few; k++) {
      row[j * few + k] += tu * tv;
      const double next = 2.0 * v * tv - last;
      last = tv;
      tv = next;
    }
    const double next = 2.0 * u * tu - before;
    before = tu;
    tu = next;
  }
}

/* One row, all 0 before, of (1 - U) g + mean = right side at the node (u, R). */
static int nrq_transfer_row(const nrq_map *map, double u, double r, double *row) {
  double after[2][2];
  const size_t n = map->job->many * map->job->few;
  if (nrq_map_both(map, u, r, after)) return -1;
  nrq_add_products(map, u, r, 1.0, row);
  nrq_add_products(map, after[0][0], after[0][1], -0.5, row);
  nrq_add_products(map, after[1][0], after[1][1], -0.5, row);
  row[0] = 1.0;
  row[n + NRQ_T_RISK] = (1.0 - u) / 2.0;
  row[n + NRQ_T_NORM2] = r;
  row[n + NRQ_T_RISK_SQUARE] = (1.0 - u) * (1.0 - u) / 4.0;
  return 0;
}

void nrq_transfer_one(void *user, size_t i, double *means) {
  const nrq_transfer *job = (const nrq_transfer *)user + i;
  const size_t n = job->many * job->few, width = n + NRQ_T_MEANS;
  const double spectrum[] = {0.0, job->a};
  double *rows = vf_allocate(n * width, sizeof *rows);
  nrq_map map;
  int failed = 0;
  nrq_map_set(&map, job, spectrum);
  for (size_t j = 0; j < n && !failed; j++) {
    const size_t at = j / job->few; /* node in u */
    const double u = cos((2.0 * (double)at + 1.0) * NRQ_PI / (2.0 * (double)job->many));
    const double v = cos((2.0 * (double)(j % job->few) + 1.0) * NRQ_PI / (2.0 * (double)job->few));
    failed = nrq_transfer_row(&map, u, map.low + (map.high - map.low) * (v + 1.0) / 2.0,
                              rows + j * width);
  }
  failed = failed || vf_solve(rows, n, NRQ_T_MEANS);
  for (size_t k = 0; k < NRQ_T_MEANS; k++) means[k] = failed ? (double)NAN : rows[n + k];
  free(rows);
}
