/* The comparisons that checks make. */
#include "harness/check.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "closed_forms.h"
#include "harness/context.h"
#include "formats/memory.h"

int vf_jobs(const vf_context *context) { return context->jobs; }

vf_tier vf_tier_of(const vf_context *context) { return context->tier; }

/* printf shows the sign of a NaN, which differs between machines. */
static double vf_unsigned_nan(double value) { return isnan(value) ? (double)NAN : value; }

static vf_case *vf_add(vf_context *context, const char *relation, const char *instance,
                       double measured, double expected, double tolerance, double badness,
                       vf_verdict verdict, const char *basis) {
  if (context->count == context->capacity) {
    context->capacity = context->capacity ? 2 * context->capacity : 16;
    context->cases = vf_grow(context->cases, context->capacity, sizeof *context->cases);
  }
  vf_case *added = context->cases + context->count++;
  *added = (vf_case){.instance = vf_copy_text(instance),
                     .basis = vf_copy_text(basis),
                     .relation = relation,
                     .measured = vf_unsigned_nan(measured),
                     .expected = vf_unsigned_nan(expected),
                     .tolerance = vf_unsigned_nan(tolerance),
                     .badness = badness,
                     .verdict = verdict};
  return added;
}

static void vf_clear_series(vf_table_of_numbers *series) {
  for (size_t c = 0; c < series->column_count; c++) free(series->columns[c]);
  free(series->columns);
  free(series->name);
  free(series->values);
  free(series->view);
}

void vf_context_clear(vf_context *context) {
  for (size_t i = 0; i < context->count; i++) {
    free(context->cases[i].instance);
    free(context->cases[i].basis);
  }
  free(context->cases);
  context->cases = NULL;
  context->count = context->capacity = 0;
  for (size_t i = 0; i < context->series_count; i++) vf_clear_series(context->series + i);
  free(context->series);
  context->series = NULL;
  context->series_count = 0;
}

const vf_case *vf_context_worst(const vf_context *context) {
  const vf_case *worst = NULL;
  for (size_t i = 0; i < context->count; i++) {
    const vf_case *one = context->cases + i;
    if (!worst || one->verdict > worst->verdict ||
        (one->verdict == worst->verdict && one->badness > worst->badness))
      worst = one;
  }
  return worst;
}

/* Of two cases that passed: does `a` speak louder against print than `b`? Where the tolerance is 0
 * both are infinitely far; then by how much printed and right differ. */
static int vf_louder(const vf_case *a, const vf_case *b) {
  const double far_a = fabs(a->measured - a->printed) / a->tolerance,
               far_b = fabs(b->measured - b->printed) / b->tolerance;
  if (far_a != far_b) return far_a > far_b;
  return fabs(a->printed - a->right) > fabs(b->printed - b->right);
}

const vf_case *vf_context_telling(const vf_context *context) {
  const vf_case *worst = vf_context_worst(context), *loudest = NULL;
  if (!worst || worst->verdict != VF_PASS) return worst;
  for (size_t i = 0; i < context->count; i++) {
    const vf_case *one = context->cases + i;
    if (one->erratum && (!loudest || vf_louder(one, loudest))) loudest = one;
  }
  return loudest ? loudest : worst;
}

vf_verdict vf_context_verdict(const vf_context *context) {
  const vf_case *worst = vf_context_worst(context);
  return !worst ? VF_FAIL : worst->verdict;
}

static int vf_compare_key(const void *key, const void *entry) {
  return strcmp(key, ((const vf_closed_form *)entry)->key);
}

double vf_expected(vf_context *context, const char *key) {
  const vf_closed_form *found =
      bsearch(key, vf_closed_forms, sizeof vf_closed_forms / sizeof vf_closed_forms[0],
              sizeof vf_closed_forms[0], vf_compare_key);
  if (found) return found->value;
  vf_error(context, key, "no such key in fixtures/closed_forms.json");
  return (double)NAN;
}

void vf_error(vf_context *context, const char *instance, const char *what) {
  vf_add(context, "error", instance, (double)NAN, (double)NAN, (double)NAN, (double)INFINITY,
         VF_FAIL, what);
}

void vf_undecided(vf_context *context, const char *instance, const char *what) {
  vf_add(context, "error", instance, (double)NAN, (double)NAN, (double)NAN, (double)INFINITY,
         VF_INCONCLUSIVE, what);
}

/* Distance over tolerance; 0/0 is 0, and NaN counts as infinitely far. */
static double vf_badness(double distance, double tolerance) {
  if (distance == 0.0) return 0.0;
  const double badness = distance / tolerance;
  return badness >= 0.0 ? badness : (double)INFINITY;
}

static vf_verdict vf_pass_if(int condition) { return condition ? VF_PASS : VF_FAIL; }

void vf_within(vf_context *context, const char *instance, double measured, double expected,
               double tolerance, const char *basis) {
  const double distance = fabs(measured - expected);
  vf_add(context, "=", instance, measured, expected, tolerance, vf_badness(distance, tolerance),
         vf_pass_if(distance <= tolerance), basis);
}

void vf_within_relative(vf_context *context, const char *instance, double measured, double expected,
                        double tolerance, const char *basis) {
  vf_within(context, instance, measured, expected, tolerance * fabs(expected), basis);
}

void vf_at_most(vf_context *context, const char *instance, double measured, double bound,
                const char *basis) {
  vf_add(context, "<=", instance, measured, bound, 0.0, vf_badness(fabs(measured), fabs(bound)),
         vf_pass_if(measured <= bound), basis);
}

void vf_at_least(vf_context *context, const char *instance, double measured, double bound,
                 const char *basis) {
  vf_add(context, ">=", instance, measured, bound, 0.0, vf_badness(fabs(bound), fabs(measured)),
         vf_pass_if(measured >= bound), basis);
}

void vf_same_bits(vf_context *context, const char *instance, const double *a, const double *b,
                  size_t count) {
  size_t differences = 0;
  for (size_t i = 0; i < count; i++) differences += memcmp(a + i, b + i, sizeof *a) != 0;
  vf_add(context, "bits", instance, (double)differences, 0.0, 0.0, (double)differences,
         vf_pass_if(count > 0 && differences == 0), "the same bits in every number");
}

void vf_monte_carlo(vf_context *context, const char *instance, double measured,
                    double standard_error, double expected, double effect, const char *basis) {
  const double tolerance = 3.0 * standard_error, distance = fabs(measured - expected);
  const int sees = tolerance > 0.0 && 5.0 * tolerance <= fabs(effect);
  char text[512];
  snprintf(text, sizeof text, "3 standard errors; effect %.3g; %s", fabs(effect), basis);
  vf_add(context, "=", instance, measured, expected, tolerance, vf_badness(distance, tolerance),
         sees ? vf_pass_if(distance <= tolerance) : VF_INCONCLUSIVE, text);
}

static void vf_mark(vf_case *erratum, const char *right_relation, double right,
                    const char *printed_relation, double printed) {
  erratum->erratum = 1;
  erratum->right_relation = right_relation, erratum->right = right;
  erratum->printed_relation = printed_relation, erratum->printed = printed;
}

void vf_erratum(vf_context *context, const char *instance, double measured, double right,
                double printed, double tolerance, const char *basis) {
  const double distance = fabs(measured - right);
  char text[512];
  snprintf(text, sizeof text, "printed %.10g, off by %.3g; %s", printed, fabs(measured - printed),
           basis);
  vf_verdict verdict = VF_INCONCLUSIVE;
  if (fabs(right - printed) >= 5.0 * tolerance)
    verdict = vf_pass_if(distance <= tolerance && fabs(measured - printed) > tolerance);
  if (!isfinite(measured) || !isfinite(right) || isnan(printed)) verdict = VF_FAIL;
  vf_mark(vf_add(context, "=", instance, measured, right, tolerance,
                 vf_badness(distance, tolerance), verdict, text),
          "=", right, "=", printed);
}

/* By how much a claim is violated; negative or 0 where it holds. NaN for an unknown relation. */
static double vf_violation(double measured, const char *relation, double value) {
  if (strcmp(relation, "=") == 0) return fabs(measured - value);
  if (strcmp(relation, "<=") == 0) return measured - value;
  return strcmp(relation, ">=") == 0 ? value - measured : (double)NAN;
}

/* What is measured where a printed claim is violated. */
static const char *vf_opposite(const char *relation) {
  if (strcmp(relation, "=") == 0) return "!=";
  return strcmp(relation, "<=") == 0 ? ">" : "<";
}

void vf_erratum_claim(vf_context *context, const char *instance, double measured,
                      const char *right_relation, double right, const char *printed_relation,
                      double printed, double tolerance, const char *basis) {
  const double violated = vf_violation(measured, printed_relation, printed);
  const int keeps = !right_relation || vf_violation(measured, right_relation, right) <= tolerance;
  char text[512];
  snprintf(text, sizeof text, "print claims %s %.10g, violated by %.3g; %s", printed_relation,
           printed, violated, basis);
  vf_case *added =
      vf_add(context, right_relation ? right_relation : vf_opposite(printed_relation), instance,
             measured, right_relation ? right : printed, tolerance, vf_badness(tolerance, violated),
             vf_pass_if(violated > tolerance && keeps), text);
  vf_mark(added, right_relation, right_relation ? right : (double)NAN, printed_relation, printed);
}

void vf_rejected(vf_context *context, const char *instance, double measured, double printed,
                 double tolerance, const char *basis) {
  const double distance = fabs(measured - printed);
  vf_mark(vf_add(context, "!=", instance, measured, printed, tolerance,
                 vf_badness(tolerance, distance), vf_pass_if(distance > tolerance), basis),
          NULL, (double)NAN, "=", printed);
}

/* ---- figures ---- */

void vf_series(vf_context *context, const char *name, const char *const *columns,
               size_t column_count, const double *values, size_t rows) {
  if (column_count == 0 || rows == 0) {
    vf_error(context, name, "a series without numbers");
    return;
  }
  const size_t numbers = rows * column_count, place = context->series_count++;
  context->series = vf_grow(context->series, place + 1, sizeof *context->series);
  vf_table_of_numbers *added = context->series + place;
  *added = (vf_table_of_numbers){.name = vf_copy_text(name),
                                 .columns = vf_allocate(column_count, sizeof *added->columns),
                                 .column_count = column_count,
                                 .rows = rows,
                                 .values = vf_allocate(numbers, sizeof *values)};
  memcpy(added->values, values, numbers * sizeof *values);
  for (size_t c = 0; c < column_count; c++) added->columns[c] = vf_copy_text(columns[c]);
}

void vf_view(vf_context *context, const char *view) {
  if (context->series_count == 0) return; /* vf_series() has said why */
  vf_table_of_numbers *last = context->series + context->series_count - 1;
  free(last->view);
  last->view = vf_copy_text(view);
}

/* ---- order of convergence ---- */

/* 99.5 % quantiles of Student's t for 1..10 degrees of freedom (two-sided 99 %), then the normal's
 * with a margin. */
static double vf_student(size_t freedom) {
  static const double quantile[] = {63.657, 9.925, 5.841, 4.604, 4.032,
                                    3.707,  3.499, 3.355, 3.250, 3.169};
  return freedom <= 10 ? quantile[freedom - 1] : 3.169;
}

/* Inverse of a symmetric positive 3x3 matrix by cofactors. */
static void vf_invert3(double m[3][3], double inverse[3][3]) {
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      const int a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      inverse[i][j] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
    }
  const double det = m[0][0] * inverse[0][0] + m[0][1] * inverse[1][0] + m[0][2] * inverse[2][0];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) inverse[i][j] /= det;
}

double vf_order(vf_context *context, const char *instance, const double *h, const double *error,
                size_t n, double order) {
  if (n < 4) {
    vf_error(context, instance, "an order needs at least four step sizes");
    return (double)NAN;
  }
  /* Columns 1, log(h/h0), h/h0 with h0 the largest h: well scaled. */
  double h0 = 0.0, normal[3][3] = {{0}}, right[3] = {0}, inverse[3][3], fit[3] = {0},
         residual = 0.0;
  for (size_t i = 0; i < n; i++) h0 = fmax(h0, h[i]);
  for (size_t i = 0; i < n; i++) {
    const double column[3] = {1.0, log(h[i] / h0), h[i] / h0}, y = log(fabs(error[i]));
    for (int r = 0; r < 3; r++) {
      right[r] += column[r] * y;
      for (int c = 0; c < 3; c++) normal[r][c] += column[r] * column[c];
    }
  }
  vf_invert3(normal, inverse);
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++) fit[r] += inverse[r][c] * right[c];
  for (size_t i = 0; i < n; i++) {
    const double d = log(fabs(error[i])) - fit[0] - fit[1] * log(h[i] / h0) - fit[2] * (h[i] / h0);
    residual += d * d;
  }
  const double width = vf_student(n - 3) * sqrt(residual / (double)(n - 3) * inverse[1][1]);
  const double distance = fabs(fit[1] - order);
  const vf_verdict verdict = width <= 0.25 ? vf_pass_if(distance <= width) : VF_INCONCLUSIVE;
  vf_add(context, "order", instance, fit[1], order, width, vf_badness(distance, width),
         isfinite(fit[1]) ? verdict : VF_FAIL, "99 % confidence interval of the regression");
  return fit[1];
}
