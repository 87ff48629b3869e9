/* fm4: the gradient flow phi and its limit map Phi (fm, Definition 2.6, Lemmas 2.7, 2.8; Section
 * 6.1):
 *
 *   phi(c x, c^2 t) = c phi(x, t),  Phi(c x) = c Phi(x),  Phi(phi(x, t)) = Phi(x);
 *
 * on the minimisers dPhi is the orthogonal projection on the tangent space, and dPhi x = x; for the
 * normalised linear model Phi(x) = |x| (w0 + rho v/|v|), v = projection of x on ker Z. */
#include <math.h>
#include <string.h>
#include "checks/fm/problems.h"

/* The normalised linear models a, b, c of the fixtures: features, labels, a start. The eigenvalues
 * of Z'Z/N other than 0 are at least CURVATURE/rho^2. */
typedef struct {
  const char *name;
  uint32_t dim, samples;
  double features[FM_DIM * FM_DIM], labels[FM_DIM], x[FM_DIM];
} fm_fixture;

static const fm_fixture fm_fixtures[] = {
    {"a", 4, 2, {2, 0, 0, 0, 0, 2, 0, 0}, {1.2, 0}, {1, 1, 2, 1}},
    {"b",
     5,
     3,
     {1, 1, 0, 0, 0, 0, 1, 2, 0, 0, 1, 0, 0, 1, 0},
     {0.25, -0.5, 0.125},
     {0.5, -1, 0.25, 0.75, 1}},
    {"c", 3, 2, {1, -2, 0.5, 0, 3, 1}, {0, 0}, {-1, 0.5, 2}},
};

enum { FIXTURES = 3 };

static const double CURVATURE = 0.25;

static void fm_fixture_set(fm_problem *p, const fm_fixture *model) {
  fm_linear(p, model->dim, 0.0, 0.6);
  memcpy(p->features, model->features, sizeof p->features);
  memcpy(p->labels, model->labels, sizeof p->labels);
  p->problem.noise = SID_NOISE_NONE;
  p->problem.samples = model->samples;
}

/* Phi(x), as published. */
static void fm_fixture_limit(vf_context *context, const fm_fixture *model, double *limit) {
  for (uint32_t j = 0; j < model->dim; j++) {
    char key[VF_TEXT_SIZE];
    vf_text(key, "fm4.phi.model-%s.coordinate-%u", model->name, (unsigned)j);
    limit[j] = vf_expected(context, key);
  }
}

static void fm_flow_linear(fm_problem *p) { fm_fixture_set(p, fm_fixtures + 1); }

static void fm_flow_rayleigh(fm_problem *p) {
  fm_rayleigh(p, 4, 0.0);
  p->problem.noise = SID_NOISE_NONE;
}

static void fm_flow_kind(fm_problem *p, int32_t kind, uint32_t dim) {
  memset(p, 0, sizeof *p);
  p->problem.kind = kind;
  p->problem.dim = dim;
}

static void fm_flow_ratio2(fm_problem *p) { fm_flow_kind(p, SID_RATIO2, 2); }

static void fm_flow_trough3(fm_problem *p) { fm_flow_kind(p, SID_TROUGH3, 3); }

static void fm_flow_ridge3(fm_problem *p) { fm_flow_kind(p, SID_RIDGE3, 3); }

static const struct {
  const char *name;
  void (*set)(fm_problem *p);
} fm_flows[] = {{"normalised linear, D=5", fm_flow_linear},
                {"Rayleigh quotient, D=4", fm_flow_rayleigh},
                {"ratio2", fm_flow_ratio2},
                {"trough3", fm_flow_trough3},
                {"ridge3", fm_flow_ridge3}};

enum { FLOWS = 5 };

/* c times a start without zeros, of length 1.3, not near a minimiser or a saddle of any of the
 * problems. */
static void fm_flow_start(uint32_t dim, double c, double *x) {
  for (uint32_t j = 0; j < dim; j++) x[j] = cos(0.4 + 1.1 * j);
  const double k = 1.3 * c / sqrt(sid_dot(x, x, dim));
  for (uint32_t j = 0; j < dim; j++) x[j] *= k;
}

/* x after `steps` steps of length h of the gradient flow; the error estimate where error is not
 * NULL. */
static int fm_flow(vf_context *context, const fm_problem *p, double h, uint64_t steps, double *x,
                   double *error) {
  const sid_flow flow = {SID_FLOW_GRADIENT, &p->problem, 0.0, 0.0, 0.0};
  double work[FM_WORK];
  sid_status status = SID_E_WORKSPACE;
  if (sid_flow_workspace(&p->problem) <= FM_WORK)
    status = sid_flow_run(&flow, h, steps, x, error, work);
  if (status) vf_error(context, "flow", sid_status_text(status));
  return status == SID_OK;
}

/* Phi(x) in place, and the number of steps. */
static int fm_limit(vf_context *context, const fm_problem *p, double h, double tolerance, double *x,
                    uint64_t *steps) {
  double work[FM_WORK];
  sid_status status = SID_E_WORKSPACE;
  if (sid_flow_workspace(&p->problem) <= FM_WORK)
    status = sid_flow_limit(&p->problem, h, 100000, tolerance, x, steps, work);
  if (status) vf_error(context, "limit map", sid_status_text(status));
  return status == SID_OK;
}

/* phi(c x, c^2 t) = c phi(x, t) and Phi(c x) = c Phi(x), in steps of length c^2 h: bit for bit for
 * powers of two, as every operation scales. Phi(phi(x, t)) = Phi(x) too. */
static void fm4_scaling(vf_context *context) {
  static const double factors[] = {2.0, 0.25, 16.0};
  const double h = 0.05;
  for (size_t i = 0; i < FLOWS; i++) {
    fm_problem p;
    uint64_t steps, scaled_steps;
    char name[VF_TEXT_SIZE];
    double x[FM_DIM], limit[FM_DIM], later[FM_DIM], y[FM_DIM];
    fm_flows[i].set(&p);
    const uint32_t d = p.problem.dim;
    fm_flow_start(d, 1.0, x);
    memcpy(limit, x, sizeof x);
    memcpy(later, x, sizeof x);
    if (!fm_limit(context, &p, h, 1e-12, limit, &steps) || !fm_flow(context, &p, h, 30, x, NULL))
      return;
    for (size_t k = 0; k < 3; k++) {
      const double c = factors[k];
      fm_flow_start(d, c, y);
      if (!fm_flow(context, &p, c * c * h, 30, y, NULL)) return;
      for (uint32_t j = 0; j < d; j++) y[j] /= c;
      vf_text(name, "flow from %g x for time %g t, %s", c, c * c, fm_flows[i].name);
      vf_same_bits(context, name, y, x, d);
      fm_flow_start(d, c, y);
      if (!fm_limit(context, &p, c * c * h, 1e-12, y, &scaled_steps)) return;
      for (uint32_t j = 0; j < d; j++) y[j] /= c;
      vf_text(name, "Phi(%g x), %s", c, fm_flows[i].name);
      vf_same_bits(context, name, y, limit, d);
    }
    if (!fm_limit(context, &p, h, 1e-12, x, &scaled_steps)) return;
    vf_text(name, "Phi(phi(x, t)), %s", fm_flows[i].name);
    vf_same_bits(context, name, x, limit, d);
  }
}

/* Gradient flow in closed form, as |x| does not change: on the Rayleigh quotient x_j is
 * proportional to e^(-a_j t/|x|^2) x_j(0); on ratio2 it is the same with a = (2, 0). */
static void fm_flow_exact(const double *a, uint32_t dim, double t, double *x) {
  const double r = sid_dot(x, x, dim);
  for (uint32_t j = 0; j < dim; j++) x[j] *= exp(-a[j] * t / r);
  const double k = sqrt(r / sid_dot(x, x, dim));
  for (uint32_t j = 0; j < dim; j++) x[j] *= k;
}

/* The flow against its closed form: order 4; and its error estimate against the true error: right
 * up to order 1. Finer steps would only add roundings. */
static void fm4_flow(vf_context *context) {
  static const struct {
    size_t flow;
    double a[FM_DIM], c, t;
  } cases[] = {{1, {1.0, 1.5, 2.0, 2.5}, 1.0, 3.0},
               {2, {2.0, 0.0}, 1.0, 1.5},
               {1, {1.0, 1.5, 2.0, 2.5}, 0.7, 1.0}};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    double h[LEVELS], error[LEVELS], estimate[LEVELS], start[FM_DIM], exact[FM_DIM];
    char name[VF_TEXT_SIZE];
    fm_problem p;
    fm_flows[cases[i].flow].set(&p);
    const uint32_t d = p.problem.dim;
    fm_flow_start(d, cases[i].c, start);
    memcpy(exact, start, sizeof start);
    fm_flow_exact(cases[i].a, d, cases[i].t, exact);
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)8 << k;
      double x[FM_DIM], worst = 0.0, estimated;
      memcpy(x, start, sizeof x);
      h[k] = cases[i].t / (double)steps;
      if (!fm_flow(context, &p, h[k], steps, x, &estimated)) return;
      for (uint32_t j = 0; j < d; j++) worst = fmax(worst, fabs(x[j] - exact[j]));
      error[k] = worst;
      estimate[k] = estimated / worst - 1.0;
    }
    vf_text(name, "order in h, %s, |x|=%g t=%g", fm_flows[cases[i].flow].name, 1.3 * cases[i].c,
            cases[i].t);
    vf_order(context, name, h, error, LEVELS, 4.0);
    vf_text(name, "order of the estimate's error, %s, |x|=%g t=%g", fm_flows[cases[i].flow].name,
            1.3 * cases[i].c, cases[i].t);
    vf_order(context, name, h, estimate, LEVELS, 1.0);
  }
}

/* Phi of the normalised linear model is |x| (w0 + rho v/|v|), v = projection of x on ker Z. The
 * steps leave its direction exact, as v keeps its own in them too: what is left is the tolerance
 * over the smallest curvature, and the roundings. The length is kept up to order 4 in h. From c x
 * the same, in steps of c^2 h. */
static void fm4_limit_linear(vf_context *context) {
  static const double factors[] = {1.0, 1.7};
  const double tolerance = 1e-13;
  enum { LEVELS = 5 };
  for (size_t i = 0; i < (size_t)2 * FIXTURES; i++) {
    const fm_fixture *model = fm_fixtures + i / 2;
    const double c = factors[i % 2];
    const uint32_t d = model->dim;
    double h[LEVELS], error[LEVELS], x[FM_DIM], limit[FM_DIM], worst = 0.0;
    uint64_t steps = 0;
    char name[VF_TEXT_SIZE];
    fm_problem p;
    fm_fixture_set(&p, model);
    fm_fixture_limit(context, model, limit);
    const double length = sqrt(sid_dot(limit, limit, d));
    for (size_t k = 0; k < LEVELS; k++) {
      h[k] = 0.8 / (double)(1u << k);
      for (uint32_t j = 0; j < d; j++) x[j] = c * model->x[j];
      if (!fm_limit(context, &p, c * c * h[k], tolerance, x, &steps)) return;
      const double got = sqrt(sid_dot(x, x, d));
      error[k] = got / (c * length) - 1.0;
      worst = 0.0;
      for (uint32_t j = 0; j < d; j++) worst = fmax(worst, fabs(x[j] / got - limit[j] / length));
    }
    vf_text(name, "direction of Phi(%g x), model %s", c, model->name);
    vf_within(context, name, worst, 0.0, tolerance / CURVATURE + 32.0 * FM_ULP * (double)steps,
              "tolerance over curvature, 32 roundings a step");
    vf_text(name, "length of Phi(%g x), order in h, model %s", c, model->name);
    vf_order(context, name, h, error, LEVELS, 4.0);
  }
}

/* dPhi at the minimiser Phi(x), row by row, as published for the models. */
static void fm_fixture_derivative(vf_context *context, const fm_fixture *model,
                                  double *derivative) {
  for (uint32_t i = 0; i < model->dim * model->dim; i++) {
    char key[VF_TEXT_SIZE];
    vf_text(key, "fm4.derivative.model-%s.row-%u.column-%u", model->name,
            (unsigned)(i / model->dim), (unsigned)(i % model->dim));
    derivative[i] = vf_expected(context, key);
  }
}

/* The same on trough3 and ridge3: the projection on the span of x and the direction t of the circle
 * about the third axis. */
static void fm_circle_derivative(const double *x, double *derivative) {
  const double t[3] = {-x[1], x[0], 0.0};
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < 3; j++)
      derivative[3 * i + j] = t[i] * t[j] / sid_dot(t, t, 3) + x[i] * x[j] / sid_dot(x, x, 3);
}

/* Largest entry of (Phi(x + delta e_i) - x)/delta - (column i of dPhi) at a minimiser x. */
static double fm_derivative_error(vf_context *context, const fm_problem *p, const double *x,
                                  const double *derivative, double delta) {
  const uint32_t d = p->problem.dim;
  double worst = 0.0;
  for (uint32_t i = 0; i < d; i++) {
    double y[FM_DIM];
    uint64_t steps;
    memcpy(y, x, sizeof y);
    y[i] += delta;
    if (!fm_limit(context, p, 0.1, 1e-14, y, &steps)) return (double)NAN;
    for (uint32_t j = 0; j < d; j++)
      worst = fmax(worst, fabs((y[j] - x[j]) / delta - derivative[(size_t)j * d + i]));
  }
  return worst;
}

/* On the minimisers dPhi is the orthogonal projection on the tangent space (Lemma 2.8): the
 * difference quotient goes to it with order 1 (a central one would be exact by symmetry on ridge3).
 * In particular dPhi x = x: along x every point is a minimiser and Phi does nothing. */
static void fm4_derivative(vf_context *context) {
  static const size_t flows[] = {3, 4};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < FIXTURES + 2; i++) {
    const int linear = i < FIXTURES;
    const char *what = linear ? fm_fixtures[i].name : fm_flows[flows[i - FIXTURES]].name;
    double x[FM_DIM] = {0.0}, y[FM_DIM], derivative[FM_DIM * FM_DIM] = {0.0}, delta[LEVELS],
           error[LEVELS], worst = 0.0;
    uint64_t steps;
    char name[VF_TEXT_SIZE];
    fm_problem p;
    if (linear) {
      fm_fixture_set(&p, fm_fixtures + i);
      fm_fixture_limit(context, fm_fixtures + i, x);
      fm_fixture_derivative(context, fm_fixtures + i, derivative);
    } else {
      fm_flows[flows[i - FIXTURES]].set(&p);
      fm_flow_start(3, 1.0, x);
    }
    if (!fm_limit(context, &p, 0.1, 1e-14, x, &steps)) return;
    if (!linear) {
      fm_circle_derivative(x, derivative);
      vf_text(name, "height of Phi(x) on the unit sphere, %s", what);
      vf_within(context, name, x[2] / sqrt(sid_dot(x, x, 3)), i == FIXTURES ? 0.6 : 0.0,
                1e-14 / 0.64 + 32.0 * FM_ULP * (double)steps,
                "tolerance over curvature, 32 roundings a step");
    }
    for (size_t k = 0; k < LEVELS; k++) {
      delta[k] = 0.02 / (double)(1u << k);
      error[k] = fm_derivative_error(context, &p, x, derivative, delta[k]);
    }
    vf_text(name, "dPhi against the projection, order in the difference, %s", what);
    vf_order(context, name, delta, error, LEVELS, 1.0);
    for (uint32_t j = 0; j < p.problem.dim; j++) y[j] = 1.25 * x[j];
    if (!fm_limit(context, &p, 0.1, 1e-13, y, &steps)) return;
    for (uint32_t j = 0; j < p.problem.dim; j++)
      worst = fmax(worst, fabs((y[j] - x[j]) / 0.25 - x[j]));
    vf_text(name, "dPhi x - x, %s", what);
    vf_within(context, name, worst, 0.0, 16.0 * FM_ULP * sqrt(sid_dot(x, x, p.problem.dim)) / 0.25,
              "16 roundings of |x| over the difference");
  }
}

static const vf_check table[] = {
    {"fm4.scaling", "fm, Lemma 2.7",
     "phi(cx, c^2 t) = c phi(x, t), Phi(cx) = c Phi(x), Phi(phi(x, t)) = Phi(x)", VF_QUICK,
     fm4_scaling},
    {"fm4.flow", "fm, Definition 2.6", "the gradient flow in closed form, with order 4", VF_QUICK,
     fm4_flow},
    {"fm4.limit-linear", "fm, Definition 2.6, Section 6.1",
     "Phi(x) = |x| (w0 + rho v/|v|), v = projection on ker Z", VF_QUICK, fm4_limit_linear},
    {"fm4.derivative", "fm, Lemma 2.8",
     "dPhi is the orthogonal projection on the tangent space, dPhi x = x", VF_QUICK,
     fm4_derivative},
};

VF_ROW(fm4, table,
       "the gradient flow and its limit integrated with an error estimate, against closed forms",
       "a flow that loses the norm, a limit that stops before the minimiser");
