/* Exact means of one real step. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "checks/nrq/one_step.h"
#include "harness/outcomes.h"
#include "formats/memory.h"

nrq_signs nrq_find_signs(vf_context *context, uint32_t dim) {
  nrq_signs signs = {(size_t)1 << dim, NULL};
  signs.at = vf_allocate(signs.count, sizeof *signs.at);
  if (vf_sign_streams(dim, signs.at)) {
    vf_error(context, "sign patterns", "a pattern did not come");
    signs.count = 0;
  }
  return signs;
}

static void nrq_functionals(const double *x, const double *y, uint32_t dim, double *out,
                            size_t stride) {
  double work[NRQ_DIM];
  const double m = sid_dot(x, x, dim), n = sid_dot(y, y, dim),
               change = nrq_f(y, dim) - nrq_f(x, dim);
  const double tangent = tan(sid_angle(x, y, dim, work));
  for (uint32_t j = 0; j < dim; j++) work[j] = y[j] / sqrt(n) - x[j] / sqrt(m);
  out[NRQ_F_DRIFT * stride] = change;
  out[NRQ_F_SQUARE * stride] = change * change;
  out[NRQ_M_DRIFT * stride] = n - m;
  out[NRQ_UPDATE_SQUARE * stride] = sid_dot(work, work, dim);
  out[NRQ_TANGENT_SQUARE * stride] = tangent * tangent;
}

int nrq_exact_means(vf_context *context, const nrq_signs *signs, const sid_problem *problem,
                    double lr, double wd, const double *x, double *means) {
  double y[NRQ_DIM], work[8 * NRQ_DIM],
      *values = vf_allocate(NRQ_FUNCTIONALS * signs->count, sizeof *values);
  sid_status status = SID_OK;
  for (size_t i = 0; i < signs->count && !status; i++) {
    sid_stream stream = signs->at[i];
    memcpy(y, x, problem->dim * sizeof *y);
    status = sid_step(problem, &nrq_sgd, lr, wd, y, &stream, work);
    nrq_functionals(x, y, problem->dim, values + i, signs->count);
  }
  for (size_t k = 0; k < NRQ_FUNCTIONALS; k++)
    means[k] = sid_sum(values + k * signs->count, signs->count) / (double)signs->count;
  if (status) vf_error(context, "one step", sid_status_text(status));
  free(values);
  return status ? -1 : 0;
}
