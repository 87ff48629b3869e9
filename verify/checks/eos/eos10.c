/* Row eos10, Section 6 (ablations): sharpness reduction needs both weight decay and normalisation.
 * Without decay sharpness and test loss stay where they are once the loss is small; without
 * normalisation the curvature is what the loss makes it, no edge attracts, and the test loss stops
 * improving. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "checks/eos/completion.h"
#include "checks/eos/problems.h"
#include "checks/eos/regression.h"
#include "checks/eos/training.h"
#include "formats/memory.h"

/* ---- without weight decay ---- */

/* The trainings of eos8.reduction with lam = 0: |w|^2 never falls, so et never grows; once fitted
 * nothing moves; sharpness and test loss stay where decay takes them down from. After a loss below
 * 1e-20 the rest of the path is below sqrt(2 L/mu), mu the least eigenvalue on the range of the
 * Hessian, here above 1e-3: 1e-8, and log lam1 and the test loss have slopes below 100. */
static void eos_train_no_decay(vf_context *context, const eos_training *decayed) {
  eos_training one = *decayed;
  eos_completion *m = eos_completion_new(context, one.shape);
  one.lam = 0.0;
  double *with = m ? eos_train(context, m, decayed) : NULL,
         *rows = m && with ? eos_train(context, m, &one) : NULL;
  const size_t last = one.points - 1, stride = (size_t)one.points * EOS_TRAIN_COLUMNS;
  for (uint32_t i = 0; rows && i < one.starts; i++) {
    const double *mine = rows + i * stride, *end = mine + last * EOS_TRAIN_COLUMNS;
    const double *other = with + i * stride + last * EOS_TRAIN_COLUMNS;
    double growth = (double)INFINITY, sharpness = 0.0, test = 0.0;
    size_t fitted = 0;
    char name[VF_TEXT_SIZE];
    for (size_t k = 1; k <= last; k++) {
      const double *row = mine + k * EOS_TRAIN_COLUMNS;
      growth = fmin(growth, row[EOS_TRAIN_NORM] / row[EOS_TRAIN_NORM - EOS_TRAIN_COLUMNS] - 1.0);
      if (!fitted && row[EOS_TRAIN_LOSS] < 1e-20) fitted = k;
      if (!fitted) continue;
      vf_raise(&sharpness, fabs(log(row[EOS_TRAIN_SHARPNESS] / end[EOS_TRAIN_SHARPNESS])));
      vf_raise(&test, fabs(log(row[EOS_TRAIN_TEST] / end[EOS_TRAIN_TEST])));
    }
    vf_text(name, "rows after the fit, %s start %d eta=%g lam=0", m->name, (int)i, one.eta);
    vf_at_least(context, name, (double)(fitted ? last - fitted : 0), .5 * (double)last,
                "most of the run");
    vf_text(name, "least growth of |w|^2, %s start %d eta=%g lam=0", m->name, (int)i, one.eta);
    vf_at_least(context, name, growth, -4.0 * EOS_ULP * (double)one.every, "4 roundings a step");
    vf_text(name, "change of log lam1 after the fit, %s start %d eta=%g lam=0", m->name, (int)i,
            one.eta);
    vf_at_most(context, name, sharpness, 1e-6, "sqrt(2 L/mu) times a slope below 100");
    vf_text(name, "change of log test loss after the fit, %s start %d eta=%g lam=0", m->name,
            (int)i, one.eta);
    vf_at_most(context, name, test, 1e-6, "sqrt(2 L/mu) times a slope below 100");
    vf_text(name, "lam1 without decay/with lam=%g, %s start %d", decayed->lam, m->name, (int)i);
    vf_at_least(context, name, end[EOS_TRAIN_SHARPNESS] / other[EOS_TRAIN_SHARPNESS], 1.5,
                "Section 6: it stops changing");
    vf_text(name, "test loss without decay/with lam=%g, %s start %d", decayed->lam, m->name,
            (int)i);
    vf_at_least(context, name, end[EOS_TRAIN_TEST] / other[EOS_TRAIN_TEST], 10.0,
                "Section 6: it stops changing");
    vf_text(name, "%s start %d eta=%g lam=0", m->name, (int)i, one.eta);
    eos_train_series(context, &one, mine, name);
  }
  free(rows), free(with);
  eos_completion_free(m);
}

static void eos_ablation_decay(vf_context *context) {
  for (int k = 0; k < 2; k++) eos_train_no_decay(context, eos_trainings + k);
}

static void eos_ablation_decay_full(vf_context *context) {
  static const eos_training one = {{50, 50, 50, 2, 800, 1, .2}, .5, .002, 1, 101, 200};
  eos_train_no_decay(context, &one);
}

/* ---- without normalisation ---- */

/* The regression without normalisation, (1/n) sum (<x_i, w> + b - y_i)^2 with the best b, in the
 * axes of the row space (basis `row`) and of the null space: coordinates k < rank have curvature
 * a_k = 2 |Xc q_k|^2/n and slope b_k = 2 <t, Xc q_k>/n at 0, the others none. GD commutes with the
 * rotation. L lacks gamma^2. */
typedef struct {
  double a[EOS_DIM], b[EOS_DIM], largest;
  sid_problem problem;
} eos_plain;

static void eos_plain_set(eos_plain *plain, const eos_regression *r) {
  memset(plain, 0, sizeof *plain);
  for (size_t k = 0; k < r->rank; k++) {
    for (size_t i = 0; i < r->n; i++) {
      const double output = vf_dot(r->centred + i * r->d, r->row + k * r->d, r->d);
      plain->a[k] += 2.0 * output * output / (double)r->n;
      plain->b[k] += 2.0 * output * r->t[i] / (double)r->n;
    }
    plain->largest = fmax(plain->largest, plain->a[k]);
  }
  plain->problem = (sid_problem){.kind = SID_QUADRATIC_SAMPLES,
                                 .noise = SID_NOISE_SAMPLES,
                                 .dim = (uint32_t)r->d,
                                 .samples = 1,
                                 .a = plain->a,
                                 .b = plain->b};
}

/* GD on it from 1 in every coordinate: w_k = w_k(infinity) + (1 - eta (a_k + lam))^t (1 -
 * w_k(infinity)), w_k(infinity) = b_k/(a_k + lam). The curvature is a wherever w is, so eta lam1 is
 * what eta makes it and no edge attracts; without decay the null space is not moved by a bit; with
 * decay the end is ridge regression, of loss sum a_k (w_k - b_k/a_k)^2/2 > 0, and not a minimiser.
 * The normalised loss on the same data, with the same eta, el and t: sharpness and w go to the
 * flattest minimiser. */
static void eos_plain_case(vf_context *context, const eos_regression *r, double lam) {
  enum { STEPS = 4000 };
  eos_plain plain;
  eos_plain_set(&plain, r);
  const double eta = .5 / plain.largest;
  double w[EOS_DIM], unit[EOS_DIM] = {0}, before[EOS_DIM], after[EOS_DIM], worst = 0.0, moved = 0.0,
                     bias = 0.0, work[EOS_WORK];
  char name[VF_TEXT_SIZE];
  for (size_t k = 0; k < r->d; k++) w[k] = 1.0, unit[k] = plain.a[k] == plain.largest ? 1.0 : 0.0;
  sid_problem_hessian_vector(&plain.problem, w, unit, before, work);
  for (int t = 0; t < STEPS; t++)
    if (sid_step(&plain.problem, &eos_gd, eta, lam, w, NULL, work))
      vf_error(context, r->name, "a step failed");
  sid_problem_hessian_vector(&plain.problem, w, unit, after, work);
  for (size_t k = 0; k < r->d; k++) {
    const double rate = plain.a[k] + lam, end = rate > 0.0 ? plain.b[k] / rate : 1.0;
    vf_raise(&worst, fabs(w[k] - (end + pow(1.0 - eta * rate, STEPS) * (1.0 - end))));
    if (k >= r->rank) vf_raise(&moved, fabs(w[k] - 1.0));
    if (k < r->rank)
      bias += .5 * plain.a[k] * (w[k] - plain.b[k] / plain.a[k]) * (w[k] - plain.b[k] / plain.a[k]);
  }
  vf_text(name, "weights after 4000 steps, plain, %s lam=%g", r->name, lam);
  vf_within(context, name, worst, 0.0, 8.0 * STEPS * EOS_ULP * (1.0 + vf_norm(w, r->d)),
            "8 roundings a step");
  vf_text(name, "Hessian along its top eigenvector, plain, %s lam=%g", r->name, lam);
  vf_same_bits(context, name, after, before, r->d);
  vf_text(name, "training loss, plain, %s lam=%g", r->name, lam);
  vf_within(context, name, sid_problem_loss(&plain.problem, w, work) + r->gamma * r->gamma, bias,
            64.0 * (double)r->d * EOS_ULP *
                    (1.0 + r->gamma * r->gamma + plain.largest * vf_dot(w, w, r->d)) +
                eos_regression_error(r),
            "64 d roundings of the terms, and of gamma^2 = sum b^2/(2 a)");
  if (lam == 0.0) {
    vf_text(name, "null space, plain, %s lam=0", r->name);
    vf_within(context, name, moved, 0.0, 0.0, "not a bit: a = b = 0");
  } else {
    vf_text(name, "training loss over gamma^2, plain, %s lam=%g", r->name, lam);
    vf_at_least(context, name,
                (sid_problem_loss(&plain.problem, w, work) + r->gamma * r->gamma) /
                    (r->gamma * r->gamma),
                1e-6, "the bias of ridge regression");
  }
}

static void eos_no_normalisation(vf_context *context) {
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    double x[EOS_DIM], midpoint[EOS_DIM], before[EOS_DIM] = {0}, residual[2];
    const double eta = .1, ein = 2e-3;
    char name[VF_TEXT_SIZE];
    if (!r) return;
    eos_plain_case(context, r, 0.0);
    eos_plain_case(context, r, .02);
    double *space = vf_allocate(sid_sharpness_workspace(&r->problem, 2 * EOS_DIM), sizeof *space);
    eos_regression_place(r, 1.0, 0.0, 1.0, x);
    const double start = sid_sharpness_lanczos(&r->problem, x, 2 * EOS_DIM, residual, space);
    eos_regression_place(r, 1.0, .1 * sqrt(ein), eos_regression_edge(r, eta, ein), x);
    for (int t = 0; t < 4000; t++) {
      memcpy(before, x, sizeof before);
      if (!eos_regression_step(context, r, eta, ein / eta, x)) break;
    }
    memcpy(midpoint, x, sizeof midpoint);
    vf_add(midpoint, before, r->d, 1.0);
    const double end =
        sid_sharpness_lanczos(&r->problem, midpoint, 2 * EOS_DIM, residual + 1, space);
    vf_text(name, "lam1 end/start, normalised, %s psi=1 el=0.002 4000 steps", r->name);
    vf_within_relative(context, name, end / start, cos(1.0) * cos(1.0), 20.0 * ein,
                       "cos(psi)^2 at the start; order el at the end, as in eos7.stationary");
    free(space);
    free(r);
  }
}

/* (1/n) sum (<U_r, V_c> - y)^2 without normalisation, by GD in plain C (ref/ has no such problem)
 * from the same start as the normalised training: outputs s and gradient; returns the loss. */
static double eos_plain_gradient(const eos_completion *m, const double *x, double *s, double *g) {
  const size_t n = m->shape.observed;
  double loss = 0.0;
  eos_outputs(m, x, NULL, s, NULL);
  for (size_t i = 0; i < n; i++) {
    const double error = s[i] - m->labels[i];
    loss += error * error / (double)n;
    s[i] = 2.0 * error / (double)n;
  }
  for (size_t j = 0; j < m->problem.dim; j++) g[j] = 0.0;
  eos_pull_back(m, s, x, 1.0, g);
  return loss;
}

static double eos_plain_test(const eos_completion *m, const double *x) {
  const size_t rows = m->shape.rows, cols = m->shape.cols, k = m->shape.inner;
  double total = 0.0;
  for (size_t i = 0; i < rows * cols; i++) {
    const double error = vf_dot(x + i / cols * k, x + (rows + i % cols) * k, k) - m->matrix[i];
    total += error * error / (double)(rows * cols);
  }
  return total;
}

/* Section 6, first ablation, on Figure 1's problem: without normalisation and decay GD fits the
 * data and stops where it is, at a test loss far above that of the normalised loss with decay; the
 * rest of its path is as in eos10.no-decay. (With decay the un-normalised loss is a different
 * thing, explicit regularisation by the nuclear norm; the paper removes normalisation from a
 * network.) */
static void eos_plain_completion(vf_context *context) {
  static const char *const columns[] = {"step", "training loss", "test loss"};
  enum { ROWS = 111, EVERY = 50 };
  const double eta = 2.0;
  const eos_training *one = eos_trainings;
  eos_completion *m = eos_completion_new(context, one->shape);
  double *scratch = m ? eos_scratch(m, 2, 1) : NULL, *rows = m ? eos_train(context, m, one) : NULL;
  if (scratch && rows) {
    double *x = scratch, *g = x + m->problem.dim, *s = g + m->problem.dim, table[ROWS * 3],
           fitted = (double)NAN;
    eos_completion_start(m, 0, x);
    for (size_t t = 0; t < (size_t)ROWS * EVERY; t++) {
      const double loss = eos_plain_gradient(m, x, s, g);
      if (t % EVERY == 0) {
        double *row = table + t / EVERY * 3;
        row[0] = (double)t, row[1] = loss, row[2] = eos_plain_test(m, x);
        if (isnan(fitted) && loss < 1e-16) fitted = row[2];
      }
      vf_add(x, g, m->problem.dim, -eta);
    }
    const double end = table[3 * ROWS - 1],
                 normalised = rows[(one->points - 1) * EOS_TRAIN_COLUMNS + EOS_TRAIN_TEST];
    vf_at_most(context, "change of log test loss after the fit, plain, eta=2 lam=0",
               fabs(log(end / fitted)), 1e-5,
               "sqrt(2 L/mu) at L = 1e-16, mu > 1e-3, times a slope of about 2/sqrt(test loss)");
    vf_at_least(context, "test loss, plain with lam=0/normalised with lam=0.004", end / normalised,
                10.0, "Section 6: it stops improving");
    vf_series(context, "10x10 without normalisation and decay", columns, 3, table, ROWS);
  }
  free(rows), free(scratch);
  eos_completion_free(m);
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos10.no-decay", "eos, Section 6",
     "without weight decay sharpness and test loss stop changing", VF_QUICK, eos_ablation_decay},
    {"eos10.no-decay-50x50", "eos, Section 6", "the same at 50x50", VF_FULL,
     eos_ablation_decay_full},
    {"eos10.no-normalisation", "eos, Section 6",
     "without normalisation the curvature stays and no edge attracts", VF_QUICK,
     eos_no_normalisation},
    {"eos10.plain-completion", "eos, Section 6",
     "without normalisation and decay the test loss stops improving", VF_QUICK,
     eos_plain_completion},
};

VF_ROW(eos10, table, "the same runs without decay or without normalisation",
       "sharpness that falls without decay, an edge that attracts without normalisation");
