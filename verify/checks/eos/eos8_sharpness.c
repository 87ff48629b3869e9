/* Row eos8, Sections 4.1, 4.2, on matrix completion: the sharpness of a minimiser; the speed of
 * flow (3), d log lam1/dtau = -2 g^2/(4 + g^2), g = |grad_Gamma log lam1|; and et lam1 -> 2 at the
 * edge, at midpoints of two iterates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "harness/limit.h"
#include "harness/quadrature.h"
#include "checks/eos/batchnorm.h"
#include "checks/eos/completion.h"
#include "checks/eos/problems.h"

/* Eigenvalues and eigenvectors of Q J J' Q at a minimiser, with Q the projection off the unit
 * vectors of the outputs, c = s - mean, and of 1; and lam1. */
typedef struct {
  double lam1, *values, *vectors, *outputs, *ones;
  size_t top; /* index of the largest */
} eos_kernel;

/* Numbers that a kernel takes. */
static size_t eos_kernel_size(const eos_completion *m) {
  const size_t n = m->shape.observed;
  return n * (2 * n + 3);
}

/* The Hessian at a minimiser x is (2 gamma^2/|c|^2) J' Q J, so lam1 = |x|^2 (2 gamma^2/|c|^2)
 * lam_max(Q J J' Q). (J J')_ik = <V_c, V_c'> where the rows agree + <U_r, U_r'> where
 * the columns do. */
static eos_kernel eos_kernel_at(const eos_completion *m, const double *x, double *scratch) {
  const size_t n = m->shape.observed, inner = m->shape.inner;
  double *matrix = scratch, *s = matrix + 2 * n * n, mean = 0.0, c2 = 0.0, g2 = 0.0, y = 0.0;
  eos_kernel k = {0.0, s + 2 * n, matrix + n * n, s, s + n, 0};
  eos_outputs(m, x, NULL, s, NULL);
  for (size_t i = 0; i < n; i++) mean += s[i] / (double)n, y += m->labels[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    s[i] -= mean, k.ones[i] = 1.0 / sqrt((double)n);
    c2 += s[i] * s[i], g2 += (m->labels[i] - y) * (m->labels[i] - y) / (double)n;
  }
  for (size_t i = 0; i < n * n; i++) {
    const size_t a = i / n, b = i % n;
    const int row = m->entries[2 * a] == m->entries[2 * b],
              col = m->entries[2 * a + 1] == m->entries[2 * b + 1];
    matrix[i] = (row ? vf_dot(x + eos_factor(m, a, 1), x + eos_factor(m, b, 1), inner) : 0.0) +
                (col ? vf_dot(x + eos_factor(m, a, 0), x + eos_factor(m, b, 0), inner) : 0.0);
  }
  vf_scale(s, n, 1.0 / sqrt(c2));
  vf_project_off(matrix, k.ones, n, matrix);
  vf_project_off(matrix, s, n, matrix);
  k.top = vf_eigen(matrix, n, k.values, k.vectors);
  k.lam1 = vf_dot(x, x, m->problem.dim) * 2.0 * g2 / c2 * k.values[k.top];
  return k;
}

/* At the true factors every loss is 0, and the sharpness by Lanczos is that of the formula above.
 * Jacobi's eigenvalues err by 10 n roundings of the largest. */
static void eos_completion_minimiser(vf_context *context) {
  for (int which = 0; which < EOS_SMALL_SHAPES; which++) {
    eos_completion *m = eos_completion_new(context, eos_small_shapes[which]);
    const size_t n = m ? m->shape.observed : 0;
    double *scratch = m ? eos_scratch(m, 2, 2 * n + 3) : NULL;
    if (scratch) {
      double *x = scratch, *g = x + m->problem.dim, *kernel = g + m->problem.dim,
             *work = kernel + eos_kernel_size(m);
      double residual;
      char name[VF_TEXT_SIZE];
      eos_truth(m, x);
      const double expected = eos_kernel_at(m, x, kernel).lam1,
                   roundings = EOS_ULP * eos_roundings(n, m->shape.inner);
      vf_text(name, "L, %s", m->name);
      vf_at_most(context, name, sid_problem_loss(&m->problem, x, work), 1e-26,
                 "square of 500 roundings");
      vf_text(name, "test loss, %s", m->name);
      vf_at_most(context, name, sid_problem_test_loss(&m->problem, x, work), 1e-26,
                 "square of 500 roundings");
      sid_problem_gradient(&m->problem, x, g, work);
      vf_text(name, "|x| |grad L|, %s", m->name);
      vf_at_most(context, name, vf_norm(x, m->problem.dim) * vf_norm(g, m->problem.dim),
                 1e-11 * expected, "500 roundings of the largest term");
      const double lanczos = sid_sharpness_lanczos(&m->problem, x, m->problem.dim, &residual, work);
      vf_text(name, "lam1, %s", m->name);
      vf_within_relative(
          context, name, lanczos, expected, 10.0 * roundings + residual / expected,
          "10 n roundings of the eigenvalue, 100 of a product, and Lanczos's residual");
      vf_text(name, "Lanczos residual/lam1, %s", m->name);
      vf_at_most(context, name, residual / expected, 1e-6, "as many vectors as dimensions");
    }
    free(scratch);
    eos_completion_free(m);
  }
}

/* ---- the law of sharpness reduction ---- */

/* Where a minimiser stands: lam1, its eigenvector v, and |grad_Gamma log lam1|^2. */
typedef struct {
  double lam1, g2;
} eos_reduction;

/* lam1' along u is T(v,v,u) with T the third derivative of L on the unit sphere, and T(v,v,.) =
 * d/de H(x + e v) v at e = 0, here by a central difference, e = 1e-4: error e^2 and rounding/e,
 * below 1e-7. Gamma's tangent space is the null space of H less the direction x, and the range of H
 * is that of J' Q (see eos_kernel_at()): |P_range T|^2 = (Q J T)' (Q J J' Q)^+ (Q J T). x is a unit
 * vector; v the start of the power iteration, and its result. */
static eos_reduction eos_reduction_at(const eos_completion *m, const double *x, double shift,
                                      double *v, double *scratch) {
  const double e = 1e-4;
  const size_t p = m->problem.dim, n = m->shape.observed;
  double *third = scratch, *side = third + p, *moved = side + p, *t = moved + p, *matrix = t + n,
         *work = matrix + eos_kernel_size(m);
  double residual, range2 = 0.0;
  eos_reduction reduction;
  reduction.lam1 = sid_sharpness_power(&m->problem, x, shift, 400, v, &residual, work);
  for (int k = 0; k < 2; k++) {
    memcpy(moved, x, p * sizeof *x);
    vf_add(moved, v, p, k ? -e : e);
    sid_problem_hessian_vector(&m->problem, moved, v, k ? side : third, work);
  }
  vf_add(third, side, p, -1.0);
  vf_scale(third, p, 1.0 / (2.0 * e));
  vf_add(third, x, p, -vf_dot(third, x, p));
  const eos_kernel kernel = eos_kernel_at(m, x, matrix);
  eos_outputs(m, x, third, matrix, t); /* into the matrix, which is destroyed already */
  vf_add(t, kernel.outputs, n, -vf_dot(t, kernel.outputs, n));
  vf_add(t, kernel.ones, n, -vf_dot(t, kernel.ones, n));
  for (size_t i = 0; i < n; i++) {
    if (kernel.values[i] < 1e-9 * kernel.values[kernel.top]) continue; /* 1 and the outputs */
    const double along = vf_dot(kernel.vectors + i * n, t, n);
    range2 += along * along / kernel.values[i];
  }
  reduction.g2 = (vf_dot(third, third, p) - range2) / (reduction.lam1 * reduction.lam1);
  return reduction;
}

/* GD without decay from the uniform start until L < 1e-26; x becomes a unit vector. */
static int eos_fit_completion(vf_context *context, const eos_completion *m, double eta, double *x,
                              double *work) {
  eos_completion_start(m, 0, x);
  for (int t = 0; t < 20000; t++) {
    if (sid_problem_loss(&m->problem, x, work) < 1e-26) {
      vf_scale(x, m->problem.dim, 1.0 / vf_norm(x, m->problem.dim));
      return 1;
    }
    if (sid_step(&m->problem, &eos_gd, eta, 0.0, x, NULL, work)) break;
  }
  vf_error(context, m->name, "the loss does not vanish");
  return 0;
}

/* Change of log lam1 along GD with decay over tau = 1/4 from the edge, and what (3)
 * gives for it. */
typedef struct {
  double change, law, quadrature; /* the last: an estimate of the error of the integral in law */
} eos_change;

/* With h_t the amplitude along v: log lam1 falls by g^2 h^2 a step; log et grows by 2 ein - 4 h^2,
 * and et lam1 = 2 + u, so the sum of (4 + g^2) h^2 is 2 ein T less half the change of u. So log
 * lam1 changes by minus the integral of 2 g^2/(4 + g^2) dtau, plus half the change of u times the
 * mean of g^2/(4 + g^2). Start at the mean amplitude h^2 = 2 ein/(4 + g^2). Sharpness and slope at
 * nine midpoints of two iterates. x0: a minimiser of unit length. */
static int eos_change_run(const eos_completion *m, const double *x0, double ein, eos_change *law,
                          double *scratch) {
  enum { INTERVALS = 8 };
  const double eta = .5;
  const size_t p = m->problem.dim;
  const uint64_t every = (uint64_t)llround(.25 / ein / INTERVALS);
  double *x = scratch, *y = x + p, *v = y + p, *rest = v + p, rate[INTERVALS + 1] = {0},
         log_lam1[2] = {0}, u[2] = {0};
  for (size_t j = 0; j < p; j++) v[j] = sin(1.0 + (double)(j * j));
  for (int k = 0; k < 2; k++) (void)eos_reduction_at(m, x0, 3.0, v, rest);
  const eos_reduction start = eos_reduction_at(m, x0, 3.0, v, rest);
  memcpy(x, x0, p * sizeof *x);
  vf_add(x, v, p, sqrt(2.0 * ein / (4.0 + start.g2)));
  vf_scale(x, p, sqrt(eta * start.lam1 / (2.0 * (1.0 - ein))) / vf_norm(x, p));
  for (uint64_t t = 0; t <= INTERVALS * every; t++) {
    memcpy(y, x, p * sizeof *x);
    if (sid_step(&m->problem, &eos_gd, eta, ein / eta, x, NULL, rest)) return 0;
    if (t % every) continue;
    vf_add(y, x, p, 1.0);
    vf_scale(y, p, 1.0 / vf_norm(y, p));
    const eos_reduction here = eos_reduction_at(m, y, 3.0, v, rest);
    const int last = t > 0;
    rate[t / every] = here.g2 / (4.0 + here.g2);
    log_lam1[last] = log(here.lam1);
    u[last] = eta / ((1.0 - ein) * vf_dot(x, x, p)) * here.lam1 - 2.0;
  }
  const double length = (double)every * ein,
               integral = vf_simpson(rate, INTERVALS, length, &law->quadrature);
  law->quadrature *= 2.0;
  law->change = log_lam1[1] - log_lam1[0];
  law->law = -2.0 * integral + .5 * (u[1] - u[0]) * integral / (INTERVALS * length);
  return 1;
}

/* (3) in a loss with a manifold of minimisers of dimension p - n + 1, while the top eigenvalue is
 * alone (Assumption 4.6). What is left out is of the next order in ein, relative to a change of .2
 * to .4. */
static void eos_sharpness_law(vf_context *context) {
  static const eos_shape shapes[] = {{10, 10, 10, 1, 60, 1, .3}, {6, 5, 4, 2, 17, 1, .3}};
  static const double eins[] = {1e-3, 2.5e-4, 1.25e-4};
  for (int which = 0; which < 2; which++) {
    eos_completion *m = eos_completion_new(context, shapes[which]);
    double *scratch = m ? eos_scratch(m, 8, 2 * (size_t)m->shape.observed + 8) : NULL;
    double *x = scratch, *rest = scratch ? x + m->problem.dim : NULL;
    if (scratch && eos_fit_completion(context, m, .5, x, rest))
      for (int k = 0; k < 3; k++) {
        eos_change law;
        char name[VF_TEXT_SIZE];
        vf_text(name, "change of log lam1 in tau=0.25, %s eta=0.5 ein=%g", m->name, eins[k]);
        if (eos_change_run(m, x, eins[k], &law, rest))
          vf_within(context, name, law.change, law.law, eins[k] + law.quadrature,
                    "next order, ein, and the error of Simpson's rule");
        else
          vf_error(context, name, "a step failed");
      }
    free(scratch);
    eos_completion_free(m);
  }
}

/* ---- at the edge ---- */

/* On GD with decay d = w_(t+1) - w_t and e = w_(t+2) - w_t satisfy eta (g_(t+1) - g_t) = (2 - ein)
 * d - e: so the curvature of L between two iterates is (2 - ein)/eta up to |e|/|d|, which is 0 on
 * an orbit of period two. Sharpness at the midpoint differs from it by third derivatives: et lam1 -
 * 2 = O(ein). */
static int eos_edge_run(vf_context *context, const eos_completion *m, double ein, double *scratch,
                        double *excess) {
  const double eta = .5;
  const size_t p = m->problem.dim;
  double *x = scratch, *before = x + p, *old = before + p, *g = old + p, *work = g + p, residual;
  char name[VF_TEXT_SIZE];
  eos_completion_start(m, 0, x);
  for (uint64_t t = 0; t < (uint64_t)llround(20.0 / ein); t++) {
    memcpy(old, before, p * sizeof *x);
    memcpy(before, x, p * sizeof *x);
    if (sid_step(&m->problem, &eos_gd, eta, ein / eta, x, NULL, work)) return 0;
  }
  /* old = w_t, before = w_(t+1), x = w_(t+2) */
  double along = 0.0, d2 = 0.0, e2 = 0.0;
  sid_problem_gradient(&m->problem, before, g, work);
  for (size_t j = 0; j < p; j++) {
    const double d = before[j] - old[j];
    along += g[j] * d, d2 += d * d, e2 += (x[j] - old[j]) * (x[j] - old[j]);
  }
  sid_problem_gradient(&m->problem, old, g, work);
  for (size_t j = 0; j < p; j++) along -= g[j] * (before[j] - old[j]);
  vf_text(name, "eta (curvature between iterates), %s eta=0.5 ein=%g", m->name, ein);
  vf_within(context, name, eta * along / d2, 2.0 - ein, sqrt(e2 / d2) + 1e-12,
            "|w_(t+2) - w_t|/|w_(t+1) - w_t|");
  vf_text(name, "|w_(t+2) - w_t|/|w_(t+1) - w_t|, %s eta=0.5 ein=%g", m->name, ein);
  vf_at_most(context, name, sqrt(e2 / d2), 1e-2,
             "an orbit of period two, but for the slow end of the flow");
  vf_add(before, x, p, 1.0);
  *excess = eta / ((1.0 - ein) * vf_dot(x, x, p)) *
                sid_sharpness_lanczos(&m->problem, before, (uint32_t)p, &residual, work) -
            2.0;
  return 1;
}

static void eos_edge_balance(vf_context *context) {
  enum { COUNT = 4 };
  static const eos_shape shapes[] = {{10, 10, 10, 1, 60, 1, .3}, {10, 10, 10, 1, 60, 3, .3}};
  for (int which = 0; which < 2; which++) {
    eos_completion *m = eos_completion_new(context, shapes[which]);
    double *scratch = m ? eos_scratch(m, 4, 0) : NULL, excess[COUNT];
    char name[VF_TEXT_SIZE];
    int done = scratch != NULL;
    for (int k = 0; done && k < COUNT; k++)
      done = eos_edge_run(context, m, ldexp(8e-3, -k), scratch, excess + k);
    if (done) {
      vf_text(name, "et lam1 - 2, %s eta=0.5 ein=0.008 to 0", m->name);
      vf_limit(context, name, excess, COUNT, 1, 0.0, 1e-6, 1e-3);
    } else {
      vf_error(context, "edge", "a step failed");
    }
    free(scratch);
    eos_completion_free(m);
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos8.minimiser", "eos, Figure 1, Section 4.2",
     "losses vanish at the true factors; the sharpness there", VF_QUICK, eos_completion_minimiser},
    {"eos8.law", "eos, (3)", "d log lam1/dtau = -2 g^2/(4 + g^2) on matrix completion", VF_QUICK,
     eos_sharpness_law},
    {"eos8.edge", "eos, Section 4.1, Figure 1",
     "eta times the curvature between iterates is 2 - el; et lam1 -> 2", VF_QUICK,
     eos_edge_balance},
};

VF_ROW(eos8_sharpness, table, "sharpness along a run at the edge, at minimisers found from it",
       "a flow without its denominator, a curvature that is not between iterates");
