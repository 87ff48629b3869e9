/* p = 2: the real step as an operator on functions of the angle. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "checks/nrq/angle.h"
#include "harness/algebra.h"
#include "checks/nrq/transfer.h"
#include "formats/memory.h"

/* u = cos 2 angle at `nodes` Chebyshev nodes; row i of the matrix takes the values of a function at
 * the nodes to its mean after one real step of SGD from node i and the norm M. */
enum { NODES_MAX = 112 };

typedef struct {
  size_t nodes;
  double u[NODES_MAX], weight[NODES_MAX]; /* barycentric */
  double spectrum[2];
  nrq_transfer job;
  nrq_map map;
} nrq_operator;

/* Nodes that resolve functions of the angle down to its stationary spread, squared e sigma^2/(2 a):
 * what is left out is e^-42. Many more would only add the alternating modes that a walk of two
 * equal steps e sigma has at wave numbers near pi/(e sigma). */
static size_t nrq_nodes(double e, double a, double sigma) {
  const size_t nodes = (size_t)(6.5 * sqrt(a / e) / sigma) + 4;
  return nodes < NODES_MAX ? nodes : NODES_MAX;
}

static void nrq_operator_set(nrq_operator *op, size_t nodes, double eta, double lam, double sigma,
                             double a, double m) {
  op->nodes = nodes;
  for (size_t k = 0; k < nodes; k++) {
    const double angle = (2.0 * (double)k + 1.0) * NRQ_PI / (2.0 * (double)nodes);
    op->u[k] = cos(angle);
    op->weight[k] = k % 2 ? -sin(angle) : sin(angle);
  }
  op->spectrum[0] = 0.0;
  op->spectrum[1] = a;
  op->job = (nrq_transfer){eta / m, lam, sigma * sqrt(m), a, nodes, 1};
  nrq_map_set(&op->map, &op->job, op->spectrum);
}

/* row += weight * (values at the nodes -> value at u). */
static void nrq_interpolate(const nrq_operator *op, double u, double weight, double *row) {
  double terms[NODES_MAX], total = 0.0;
  for (size_t k = 0; k < op->nodes; k++) {
    if (u == op->u[k]) {
      row[k] += weight;
      return;
    }
    total += terms[k] = op->weight[k] / (u - op->u[k]);
  }
  for (size_t k = 0; k < op->nodes; k++) row[k] += weight * terms[k] / total;
}

/* matrix[nodes*nodes] at the norm M; 0, or -1. */
static int nrq_operator_matrix(const nrq_operator *op, double norm, double *matrix) {
  memset(matrix, 0, op->nodes * op->nodes * sizeof *matrix);
  for (size_t i = 0; i < op->nodes; i++) {
    double after[2][2];
    if (nrq_map_both(&op->map, op->u[i], norm, after)) return -1;
    nrq_interpolate(op, after[0][0], 0.5, matrix + i * op->nodes);
    nrq_interpolate(op, after[1][0], 0.5, matrix + i * op->nodes);
  }
  return 0;
}

/* out = row * matrix: the law one step later. */
static void nrq_row_step(size_t n, const double *row, const double *matrix, double *out) {
  for (size_t k = 0; k < n; k++) out[k] = 0.0;
  for (size_t i = 0; i < n; i++) vf_add(out, matrix + i * n, n, row[i]);
}

static double nrq_row_risk(const nrq_operator *op, const double *row) {
  double risk = 0.0;
  for (size_t k = 0; k < op->nodes; k++) risk += row[k] * 0.5 * (1.0 - op->u[k]);
  return risk;
}

int nrq_angle_risks(const nrq_law *law, double f0, const double *times, size_t count, double m,
                    double *risks) {
  const double eta = law->legs[0].eta;
  const size_t nodes =
      nrq_nodes(eta / nrq_equilibrium(2, law->sigma, eta, law->lam), law->a, law->sigma);
  nrq_operator *op = vf_allocate(1, sizeof *op);
  double *matrix = vf_allocate(nodes * nodes, sizeof *matrix), row[2][NODES_MAX] = {{0.0}},
         norm = 0.0;
  uint64_t step = 0;
  int failed = 0;
  nrq_operator_set(op, nodes, eta, law->lam, law->sigma, law->a, m);
  if (!failed) nrq_interpolate(op, 2.0 * f0 - 1.0, 1.0, row[0]);
  for (size_t i = 0; i < count; i++) {
    for (; (double)step < times[i] * m - 0.5 && !failed; step++) {
      double here;
      (void)nrq_law_rate(law, (double)step / m, &here);
      if (fabs(here - norm) > 1e-14 * here) failed = nrq_operator_matrix(op, here, matrix);
      norm = here;
      if (!failed) nrq_row_step(nodes, row[step % 2], matrix, row[(step + 1) % 2]);
    }
    risks[i] = failed ? (double)NAN : nrq_row_risk(op, row[step % 2]);
  }
  free(op);
  free(matrix);
  return failed ? -1 : 0;
}

enum { SLOW = 5 }; /* vectors of the orthogonal iteration; its first three values are used */

/* v = a v for the columns v[SLOW][n], made orthonormal; the lengths that come off are the moduli of
 * the eigenvalues in the end. */
static void nrq_orthogonal_step(size_t n, const double *a, double v[SLOW][NODES_MAX],
                                double *lengths) {
  for (int k = 0; k < SLOW; k++) {
    double next[NODES_MAX];
    vf_apply(a, n, v[k], next);
    memcpy(v[k], next, n * sizeof next[0]);
    for (int pass = 0; pass < 2; pass++)
      for (int l = 0; l < k; l++) vf_add(v[k], v[l], n, -vf_dot(v[l], v[k], n));
    lengths[k] = vf_norm(v[k], n);
    vf_normalise(v[k], n);
  }
}

int nrq_angle_rates(double eta, double lam, double sigma, double a, double m, double *rates) {
  const double norm = nrq_equilibrium(2, sigma, eta, lam);
  const size_t nodes = nrq_nodes(eta / norm, a, sigma);
  nrq_operator *op = vf_allocate(1, sizeof *op);
  double *one = vf_allocate(nodes * nodes, sizeof *one),
         *other = vf_allocate(nodes * nodes, sizeof *other);
  double v[SLOW][NODES_MAX], lengths[SLOW], steps = 1.0;
  nrq_operator_set(op, nodes, eta, lam, sigma, a, m);
  int failed = nrq_operator_matrix(op, norm, one);
  while (!failed && steps * a * eta / norm < 0.7 * m) {
    double *swap = one;
    vf_multiply(one, one, nodes, other);
    one = other;
    other = swap;
    steps *= 2.0;
  }
  for (int j = 0; j < 3; j++) rates[j] = (double)NAN;
  for (size_t k = 0; !failed && k < SLOW; k++)
    for (size_t i = 0; i < nodes; i++) v[k][i] = cos((double)k * acos(op->u[i]));
  for (int i = 0; !failed && i < 60; i++) nrq_orthogonal_step(nodes, one, v, lengths);
  if (!failed) {
    double row[2][NODES_MAX] = {{0.0}};
    rates[0] = -log(lengths[1]) * m / steps;
    rates[1] = -log(lengths[2]) * m / steps;
    row[0][nodes / 2] = 1.0;
    for (int i = 0; i < 60; i++) nrq_row_step(nodes, row[i % 2], one, row[(i + 1) % 2]);
    rates[2] = nrq_row_risk(op, row[0]);
  }
  free(op);
  free(one);
  free(other);
  return failed ? -1 : 0;
}
