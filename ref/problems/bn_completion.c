/* Matrix completion with batch normalisation, eos (004), Figure 1: x = (U, V), outputs s_i = (U
 * V^T)_(r_i, c_i) at the observed entries. docs/spec.md section 6. */
#include "../config.h"
#include "../fp.h"
#include "room.h"
#include "bn_output.h"

const sid_problem_traits sid_bn_completion_traits = {.scale_invariant = 1,
                                                     .standard_noise = SID_NOISE_NONE,
                                                     .noises = SID_NOISE_BIT(SID_NOISE_NONE) |
                                                               SID_NOISES_DRAWN};

const sid_problem_field sid_bn_completion_fields[] = {
    SID_SIZE_FIELD(rows),
    SID_SIZE_FIELD(cols),
    SID_SIZE_FIELD(inner),
    SID_PAIRS_FIELD(entries, samples, rows, cols, "a list of pairs [row, column]"),
    SID_VECTOR_FIELD(labels, samples, SID_REQUIRED, SID_FINITE,
                     "a list of as many numbers as there are entries"),
    SID_TABLE_FIELD(matrix, rows, cols, SID_OPTIONAL, "rows lists of cols numbers"),
    SID_LAST_FIELD};

/* U above V, row by row. */
uint64_t sid_bn_completion_dim(const sid_problem *problem, const char **formula) {
  *formula = "(rows + cols)*inner is";
  return ((uint64_t)problem->rows + problem->cols) * problem->inner;
}

sid_status sid_bn_completion_check(const sid_problem *problem, sid_fault *fault) {
  for (uint32_t i = 1; i < problem->samples; i++) {
    const uint32_t *entry = problem->entries + 2 * (size_t)i;
    if (entry[0] > entry[-2] || (entry[0] == entry[-2] && entry[1] > entry[-1])) continue;
    fault->field = "entries", fault->depth = 1, fault->at[0] = i;
    fault->allowed = "entries row by row, strictly increasing";
    return SID_E_PARAMETER;
  }
  return SID_OK;
}

size_t sid_bn_completion_workspace(const sid_problem *problem) {
  return 2 * (size_t)problem->dim + 3 * (size_t)problem->samples;
}

const char sid_bn_completion_test_needs[] = "bn_completion with a matrix";

int sid_bn_completion_has_test(const sid_problem *problem) { return problem->matrix != NULL; }

/* Row r_i of U and row c_i of V, of any vector laid out as x is. */
static const double *sid_completion_left(const sid_problem *problem, const double *x, uint32_t i) {
  return x + (size_t)problem->entries[2 * (size_t)i] * problem->inner;
}

static const double *sid_completion_right(const sid_problem *problem, const double *x, uint32_t i) {
  return x + ((size_t)problem->rows + problem->entries[2 * (size_t)i + 1]) * problem->inner;
}

/* The normalised outputs at x; work: 2n doubles. */
static void sid_completion_at(const sid_problem *problem, const double *x, sid_bn *bn,
                              double *work) {
  for (uint32_t i = 0; i < problem->samples; i++)
    work[i] = sid_dot(sid_completion_left(problem, x, i), sid_completion_right(problem, x, i),
                      problem->inner);
  sid_bn_normalise(bn, problem->labels, problem->samples, work, work + problem->samples);
}

double sid_bn_completion_loss(const sid_problem *problem, const double *x, double *work) {
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  return sid_bn_loss(&bn);
}

double sid_bn_completion_test_loss(const sid_problem *problem, const double *x, double *work) {
  const uint32_t inner = problem->inner;
  double total = 0.0;
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  for (uint32_t r = 0; r < problem->rows; r++)
    for (uint32_t c = 0; c < problem->cols; c++) {
      const double s =
          sid_dot(x + (size_t)r * inner, x + ((size_t)problem->rows + c) * inner, inner);
      const double e = (bn.gamma * ((s - bn.mu) * bn.isd) + bn.beta) -
                       problem->matrix[(size_t)r * problem->cols + c];
      total = total + e * e;
    }
  return total * (1.0 / (double)((uint64_t)problem->rows * problem->cols));
}

/* A group of eight coordinates of one row of U against all its entries first .. last-1: acc is the
 * group of the result, u that of U; right and out_right point to the same group of row 0 of V and
 * of its result. Written out: gcc vectorises this at -O2. */
static void sid_completion_group(const sid_problem *problem, uint32_t first, uint32_t last,
                                 const double *d, const double *u, const double *right, double *acc,
                                 double *out_right) {
  const double u0 = u[0], u1 = u[1], u2 = u[2], u3 = u[3], u4 = u[4], u5 = u[5], u6 = u[6],
               u7 = u[7];
  double a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3], a4 = acc[4], a5 = acc[5], a6 = acc[6],
         a7 = acc[7];
  for (uint32_t i = first; i < last; i++) {
    const size_t at = (size_t)problem->entries[2 * (size_t)i + 1] * problem->inner;
    const double *v = right + at;
    const double di = d[i];
    double *o = out_right + at;
    a0 = a0 + di * v[0];
    a1 = a1 + di * v[1];
    a2 = a2 + di * v[2];
    a3 = a3 + di * v[3];
    a4 = a4 + di * v[4];
    a5 = a5 + di * v[5];
    a6 = a6 + di * v[6];
    a7 = a7 + di * v[7];
    const double o0 = o[0] + di * u0, o1 = o[1] + di * u1, o2 = o[2] + di * u2, o3 = o[3] + di * u3;
    const double o4 = o[4] + di * u4, o5 = o[5] + di * u5, o6 = o[6] + di * u6, o7 = o[7] + di * u7;
    o[0] = o0, o[1] = o1, o[2] = o2, o[3] = o3, o[4] = o4, o[5] = o5, o[6] = o6, o[7] = o7;
  }
  acc[0] = a0, acc[1] = a1, acc[2] = a2, acc[3] = a3, acc[4] = a4, acc[5] = a5, acc[6] = a6,
  acc[7] = a7;
}

/* One coordinate, where inner is not a multiple of eight. */
static void sid_completion_single(const sid_problem *problem, uint32_t first, uint32_t last,
                                  const double *d, double u, const double *right, double *acc,
                                  double *out_right) {
  for (uint32_t i = first; i < last; i++) {
    const size_t at = (size_t)problem->entries[2 * (size_t)i + 1] * problem->inner;
    *acc = *acc + d[i] * right[at];
    out_right[at] = out_right[at] + d[i] * u;
  }
}

/* out += the gradient of sum_i d_i s_i at x. Every number of out receives its terms in the order of
 * i; the loops are over rows of U and groups of coordinates outside, so that what they read stays
 * near. */
static void sid_completion_combine(const sid_problem *problem, const double *d, const double *x,
                                   double *out) {
  const uint32_t inner = problem->inner;
  const double *right = x + (size_t)problem->rows * inner;
  double *out_right = out + (size_t)problem->rows * inner;
  for (uint32_t first = 0, last; first < problem->samples; first = last) {
    const uint32_t row = problem->entries[2 * (size_t)first];
    for (last = first + 1; last < problem->samples && problem->entries[2 * (size_t)last] == row;)
      last++;
    const double *u = x + (size_t)row * inner;
    double *acc = out + (size_t)row * inner;
    uint32_t k = 0;
    for (; k + 8 <= inner; k += 8)
      sid_completion_group(problem, first, last, d, u + k, right + k, acc + k, out_right + k);
    for (; k < inner; k++)
      sid_completion_single(problem, first, last, d, u[k], right + k, acc + k, out_right + k);
  }
}

void sid_bn_completion_gradient(const sid_problem *problem, const double *x, double *gradient,
                                double *work) {
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  sid_bn_gradient(&bn, bn.t);
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = 0.0;
  sid_completion_combine(problem, bn.t, x, gradient);
}

/* Both parts of the derivative: of dL/ds, and of x in s. work: 3n doubles. */
void sid_bn_completion_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                      double *hv, double *work) {
  const uint32_t inner = problem->inner;
  double *ds = work + 2 * (size_t)problem->samples;
  sid_bn bn;
  sid_completion_at(problem, x, &bn, work);
  for (uint32_t i = 0; i < problem->samples; i++)
    ds[i] =
        sid_dot(sid_completion_left(problem, v, i), sid_completion_right(problem, x, i), inner) +
        sid_dot(sid_completion_left(problem, x, i), sid_completion_right(problem, v, i), inner);
  sid_bn_hessian(&bn, ds);
  sid_bn_gradient(&bn, bn.t);
  for (uint32_t j = 0; j < problem->dim; j++) hv[j] = 0.0;
  sid_completion_combine(problem, ds, x, hv);
  sid_completion_combine(problem, bn.t, v, hv);
}
