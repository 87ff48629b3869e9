/* The comparisons that checks make. */
#include "check.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "closed_forms.h"
#include "context.h"

int vf_jobs(const vf_context *context) { return context->jobs; }

vf_tier vf_tier_of(const vf_context *context) { return context->tier; }

static char *vf_copy(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  if (copy) strcpy(copy, text);
  return copy;
}

static void vf_add(vf_context *context, const char *relation, const char *instance, double measured, double expected,
                   double tolerance, double badness, vf_verdict verdict, const char *basis) {
  if (context->count == context->capacity) {
    const size_t capacity = context->capacity ? 2 * context->capacity : 16;
    vf_case *cases = realloc(context->cases, capacity * sizeof *cases);
    if (!cases) {
      context->out_of_memory = 1;
      return;
    }
    context->cases = cases;
    context->capacity = capacity;
  }
  vf_case *added = context->cases + context->count++;
  *added = (vf_case){vf_copy(instance), vf_copy(basis), relation, measured, expected, tolerance, badness, verdict};
  if (!added->instance || !added->basis) context->out_of_memory = 1;
}

void vf_context_clear(vf_context *context) {
  for (size_t i = 0; i < context->count; i++) {
    free(context->cases[i].instance);
    free(context->cases[i].basis);
  }
  free(context->cases);
  context->cases = NULL;
  context->count = context->capacity = 0;
}

const vf_case *vf_context_worst(const vf_context *context) {
  const vf_case *worst = NULL;
  for (size_t i = 0; i < context->count; i++) {
    const vf_case *one = context->cases + i;
    if (!worst || one->verdict > worst->verdict || (one->verdict == worst->verdict && one->badness > worst->badness))
      worst = one;
  }
  return worst;
}

vf_verdict vf_context_verdict(const vf_context *context) {
  const vf_case *worst = vf_context_worst(context);
  return !worst || context->out_of_memory ? VF_FAIL : worst->verdict;
}

static int vf_compare_key(const void *key, const void *entry) {
  return strcmp(key, ((const vf_closed_form *)entry)->key);
}

double vf_expected(vf_context *context, const char *key) {
  const vf_closed_form *found = bsearch(key, vf_closed_forms, sizeof vf_closed_forms / sizeof vf_closed_forms[0],
                                        sizeof vf_closed_forms[0], vf_compare_key);
  if (found) return found->value;
  vf_error(context, key, "no such key in fixtures/closed_forms.json");
  return (double)NAN;
}

void vf_error(vf_context *context, const char *instance, const char *what) {
  vf_add(context, "error", instance, (double)NAN, (double)NAN, (double)NAN, (double)INFINITY, VF_FAIL, what);
}

/* Distance over tolerance; 0/0 is 0, and NaN counts as infinitely far. */
static double vf_badness(double distance, double tolerance) {
  if (distance == 0.0) return 0.0;
  const double badness = distance / tolerance;
  return badness >= 0.0 ? badness : (double)INFINITY;
}

static vf_verdict vf_pass_if(int condition) { return condition ? VF_PASS : VF_FAIL; }

void vf_within(vf_context *context, const char *instance, double measured, double expected, double tolerance,
               const char *basis) {
  const double distance = fabs(measured - expected);
  vf_add(context, "=", instance, measured, expected, tolerance, vf_badness(distance, tolerance),
         vf_pass_if(distance <= tolerance), basis);
}

void vf_within_relative(vf_context *context, const char *instance, double measured, double expected, double tolerance,
                        const char *basis) {
  vf_within(context, instance, measured, expected, tolerance * fabs(expected), basis);
}

void vf_at_most(vf_context *context, const char *instance, double measured, double bound, const char *basis) {
  vf_add(context, "<=", instance, measured, bound, 0.0, vf_badness(fabs(measured), fabs(bound)),
         vf_pass_if(measured <= bound), basis);
}

void vf_at_least(vf_context *context, const char *instance, double measured, double bound, const char *basis) {
  vf_add(context, ">=", instance, measured, bound, 0.0, vf_badness(fabs(bound), fabs(measured)),
         vf_pass_if(measured >= bound), basis);
}

void vf_same_bits(vf_context *context, const char *instance, const double *a, const double *b, size_t count) {
  size_t differences = 0;
  for (size_t i = 0; i < count; i++) differences += memcmp(a + i, b + i, sizeof *a) != 0;
  vf_add(context, "bits", instance, (double)differences, 0.0, 0.0, (double)differences,
         vf_pass_if(count > 0 && differences == 0), "the same bits in every number");
}

void vf_monte_carlo(vf_context *context, const char *instance, double measured, double standard_error,
                    double expected, double effect, const char *basis) {
  const double tolerance = 3.0 * standard_error, distance = fabs(measured - expected);
  const int sees = tolerance > 0.0 && 5.0 * tolerance <= fabs(effect);
  char text[512];
  snprintf(text, sizeof text, "3 standard errors; effect %.3g; %s", fabs(effect), basis);
  vf_add(context, "=", instance, measured, expected, tolerance, vf_badness(distance, tolerance),
         sees ? vf_pass_if(distance <= tolerance) : VF_INCONCLUSIVE, text);
}

void vf_erratum(vf_context *context, const char *instance, double measured, double right, double printed,
                double tolerance, const char *basis) {
  const double distance = fabs(measured - right);
  char text[512];
  snprintf(text, sizeof text, "printed %.10g, off by %.3g; %s", printed, fabs(measured - printed), basis);
  vf_verdict verdict = VF_INCONCLUSIVE;
  if (fabs(right - printed) >= 5.0 * tolerance)
    verdict = vf_pass_if(distance <= tolerance && fabs(measured - printed) > tolerance);
  if (!isfinite(measured) || !isfinite(right) || isnan(printed)) verdict = VF_FAIL;
  vf_add(context, "=", instance, measured, right, tolerance, vf_badness(distance, tolerance), verdict, text);
}

void vf_rejected(vf_context *context, const char *instance, double measured, double printed, double tolerance,
                 const char *basis) {
  const double distance = fabs(measured - printed);
  vf_add(context, "!=", instance, measured, printed, tolerance, vf_badness(tolerance, distance),
         vf_pass_if(distance > tolerance), basis);
}

/* ---- order of convergence ---- */

/* 99.5 % quantiles of Student's t for 1..10 degrees of freedom (two-sided 99 %), then the normal's with a margin. */
static double vf_student(size_t freedom) {
  static const double quantile[] = {63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169};
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

double vf_order(vf_context *context, const char *instance, const double *h, const double *error, size_t n,
                double order) {
  if (n < 4) {
    vf_error(context, instance, "an order needs at least four step sizes");
    return (double)NAN;
  }
  /* Columns 1, log(h/h0), h/h0 with h0 the largest h: well scaled. */
  double h0 = 0.0, normal[3][3] = {{0}}, right[3] = {0}, inverse[3][3], fit[3] = {0}, residual = 0.0;
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
