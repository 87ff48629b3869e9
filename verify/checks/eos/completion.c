/* The data of a matrix completion; outputs and their derivatives. */
#include <math.h>
#include <stdlib.h>
#include "checks/eos/completion.h"
#include "harness/algebra.h"
#include "formats/memory.h"
#include "harness/observe.h"

const eos_shape eos_small_shapes[EOS_SMALL_SHAPES] = {
    {6, 5, 3, 2, 17, 1, .3}, {4, 9, 9, 3, 20, 2, .3}, {10, 10, 10, 1, 60, 1, .3}};

void eos_completion_free(eos_completion *m) {
  if (!m) return;
  free(m->matrix), free(m->labels), free(m->factors), free(m->entries), free(m);
}

eos_completion *eos_completion_new(vf_context *context, eos_shape shape) {
  const size_t cells = (size_t)shape.rows * shape.cols, lines = shape.rows + shape.cols;
  eos_completion *m = vf_allocate(1, sizeof *m);
  sid_stream stream = vf_stream(shape.seed, SID_KEY_DATA, 0);
  m->matrix = vf_allocate(cells, sizeof *m->matrix);
  m->labels = vf_allocate(shape.observed, sizeof *m->labels);
  m->factors = vf_allocate(lines * shape.rank, sizeof *m->factors);
  m->entries = vf_allocate(2 * (size_t)shape.observed, sizeof *m->entries);
  m->shape = shape;
  vf_text(m->name, "%dx%d rank %d, %d entries, seed %d", (int)shape.rows, (int)shape.cols,
          (int)shape.rank, (int)shape.observed, (int)shape.seed);
  const sid_status made =
      sid_data_low_rank(&stream, shape.rows, shape.cols, shape.rank, m->matrix, m->factors);
  stream = vf_stream(shape.seed, SID_KEY_DATA, 1);
  const sid_status chosen =
      sid_data_entries(&stream, shape.rows, shape.cols, shape.observed, m->entries);
  for (size_t i = 0; i < shape.observed; i++)
    m->labels[i] = m->matrix[(size_t)m->entries[2 * i] * shape.cols + m->entries[2 * i + 1]];
  m->problem = (sid_problem){.kind = SID_BN_COMPLETION,
                             .dim = (uint32_t)lines * shape.inner,
                             .samples = shape.observed,
                             .matrix = m->matrix,
                             .labels = m->labels,
                             .rows = shape.rows,
                             .cols = shape.cols,
                             .inner = shape.inner,
                             .entries = m->entries};
  if (made == SID_OK && chosen == SID_OK && sid_problem_validate(&m->problem) == SID_OK) return m;
  vf_error(context, m->name, "the data are refused");
  eos_completion_free(m);
  return NULL;
}

size_t eos_factor(const eos_completion *m, size_t i, int side) {
  return (m->entries[2 * i + (size_t)side] + (side ? m->shape.rows : 0u)) * (size_t)m->shape.inner;
}

void eos_outputs(const eos_completion *m, const double *x, const double *v, double *s, double *ds) {
  const size_t k = m->shape.inner;
  for (size_t i = 0; i < m->shape.observed; i++) {
    const size_t left = eos_factor(m, i, 0), right = eos_factor(m, i, 1);
    s[i] = vf_dot(x + left, x + right, k);
    if (v) ds[i] = vf_dot(v + left, x + right, k) + vf_dot(x + left, v + right, k);
  }
}

void eos_pull_back(const eos_completion *m, const double *a, const double *x, double factor,
                   double *out) {
  for (size_t i = 0; i < m->shape.observed; i++) {
    const size_t left = eos_factor(m, i, 0), right = eos_factor(m, i, 1);
    vf_add(out + left, x + right, m->shape.inner, factor * a[i]);
    vf_add(out + right, x + left, m->shape.inner, factor * a[i]);
  }
}

double *eos_scratch(const eos_completion *m, size_t vectors, size_t outputs) {
  const size_t p = m->problem.dim, space = sid_sharpness_workspace(&m->problem, m->problem.dim);
  return vf_allocate_doubles(vectors * p + outputs * m->shape.observed + space);
}

void eos_completion_start(const eos_completion *m, uint64_t number, double *x) {
  sid_stream stream = vf_stream(m->shape.seed, SID_KEY_START, number);
  for (size_t j = 0; j < m->problem.dim; j++)
    x[j] = m->shape.init * (2.0 * sid_stream_uniform(&stream) - 1.0);
}

void eos_truth(const eos_completion *m, double *x) {
  const size_t rank = m->shape.rank, inner = m->shape.inner, rows = m->shape.rows,
               cols = m->shape.cols;
  const double *a = m->factors, *b = m->factors + rows * rank;
  const double balance = sqrt(vf_norm(b, cols * rank) / vf_norm(a, rows * rank));
  for (size_t i = 0; i < m->problem.dim; i++) x[i] = 0.0;
  for (size_t i = 0; i < (rows + cols) * rank; i++)
    x[i / rank * inner + i % rank] = m->factors[i] * (i < rows * rank ? balance : 1.0 / balance);
}
