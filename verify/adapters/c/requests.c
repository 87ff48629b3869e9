/* Requests for streams, arithmetic and problems. */
#include <string.h>
#include "answer.h"
#include "requests.h"

int ad_open(const ad_task *task) {
  if (ad_failed(task->reader)) return 0;
  ad_put("{\"id\":");
  ad_put_integer(task->id);
  return 1;
}

double *ad_doubles(const ad_task *task, uint64_t count) {
  return ad_take(task->reader, count, sizeof(double));
}

/* ---- streams and arithmetic ---- */

/* The stream and the count of a request. */
static sid_stream ad_stream(const ad_task *task, size_t *count) {
  sid_stream stream;
  size_t length;
  const uint64_t seed = ad_integer(task->reader, task->request, "seed", 0, UINT64_MAX);
  const uint64_t *key = ad_integers(task->reader, task->request, "key", &length);
  const uint64_t most = task->reader->size / sizeof(double);
  if (length > SID_KEY_MAX) ad_fail(task->reader, "key", "at most 3 integers");
  *count = (size_t)ad_integer(task->reader, task->request, "count", 0, most);
  memset(&stream, 0, sizeof stream);
  if (!ad_failed(task->reader)) (void)sid_stream_init(&stream, seed, key, (uint32_t)length);
  return stream;
}

void ad_do_raw(const ad_task *task) {
  size_t count;
  sid_stream stream = ad_stream(task, &count);
  if (!ad_open(task)) return;
  ad_put_name("raws");
  for (size_t i = 0; i < count; i++) {
    ad_put(i ? ",\"" : "[\"");
    ad_put_integer(sid_stream_raw(&stream));
    ad_put("\"");
  }
  ad_put(count ? "]" : "[]");
}

void ad_do_uniform(const ad_task *task) {
  size_t count;
  sid_stream stream = ad_stream(task, &count);
  double *values = ad_doubles(task, count);
  for (size_t i = 0; values && i < count; i++) values[i] = sid_stream_uniform(&stream);
  if (ad_open(task)) ad_put_field_reals("values", values, count);
}

void ad_do_normals(const ad_task *task) {
  size_t count;
  sid_stream stream = ad_stream(task, &count);
  double *values = ad_doubles(task, count);
  if (values) sid_stream_normals(&stream, values, count);
  if (ad_open(task)) ad_put_field_reals("values", values, count);
}

void ad_do_normals_from_raws(const ad_task *task) {
  size_t count;
  const uint64_t *raws = ad_integers(task->reader, task->request, "raws", &count);
  double *values = ad_doubles(task, count);
  if (count % 2) ad_fail(task->reader, "raws", "an even number of integers");
  if (!ad_open(task)) return;
  for (size_t i = 0; i < count; i += 2) sid_normal_pair(raws[i], raws[i + 1], values + i);
  ad_put_field_reals("values", values, count);
}

void ad_do_sum(const ad_task *task) {
  size_t count;
  const double *a = ad_reals(task->reader, task->request, "a", &count);
  if (ad_open(task)) ad_put_field_real("value", sid_sum(a, count));
}

void ad_do_dot(const ad_task *task) {
  size_t count;
  const double *a = ad_reals(task->reader, task->request, "a", &count);
  const double *b = ad_vector(task->reader, task->request, "b", count);
  if (ad_open(task)) ad_put_field_real("value", sid_dot(a, b, count));
}

/* ---- problems ---- */

/* A problem, a point, workspace, and room for as many numbers. */
typedef struct {
  sid_problem problem;
  const double *x;
  double *out, *work;
} ad_place;

/* more: doubles of workspace beside the problem's. */
static ad_place ad_place_of(const ad_task *task) {
  ad_place place = {.x = NULL};
  ad_read_problem(task->reader, task->request, &place.problem);
  place.x = ad_vector(task->reader, task->request, "x", place.problem.dim);
  place.out = ad_doubles(task, place.problem.dim);
  if (!ad_failed(task->reader))
    place.work = ad_doubles(task, sid_problem_workspace(&place.problem));
  return place;
}

void ad_do_loss(const ad_task *task) {
  const ad_place at = ad_place_of(task);
  if (ad_open(task)) ad_put_field_real("value", sid_problem_loss(&at.problem, at.x, at.work));
}

void ad_do_gradient(const ad_task *task) {
  const ad_place at = ad_place_of(task);
  if (!ad_open(task)) return;
  sid_problem_gradient(&at.problem, at.x, at.out, at.work);
  ad_put_field_reals("values", at.out, at.problem.dim);
}

void ad_do_hessian_vector(const ad_task *task) {
  const ad_place at = ad_place_of(task);
  const double *v = ad_vector(task->reader, task->request, "v", at.problem.dim);
  if (!ad_open(task)) return;
  sid_problem_hessian_vector(&at.problem, at.x, v, at.out, at.work);
  ad_put_field_reals("values", at.out, at.problem.dim);
}

void ad_do_noise_trace(const ad_task *task) {
  const ad_place at = ad_place_of(task);
  if (ad_open(task))
    ad_put_field_real("value", sid_problem_noise_trace(&at.problem, at.x, at.work));
}

void ad_do_sharpness(const ad_task *task) {
  double residual, *work = NULL;
  const ad_place at = ad_place_of(task);
  if (!ad_failed(task->reader))
    work = ad_doubles(task, sid_sharpness_workspace(&at.problem, SID_SHARPNESS_ITERATIONS));
  if (!ad_open(task)) return;
  ad_put_field_real(
      "value", sid_sharpness_lanczos(&at.problem, at.x, SID_SHARPNESS_ITERATIONS, &residual, work));
}

void ad_do_noise(const ad_task *task) {
  ad_reader *reader = task->reader;
  const ad_place at = ad_place_of(task);
  const int gaussian = ad_flag(reader, task->request, "gaussian");
  const int batched = !gaussian && at.problem.noise >= SID_NOISE_SAMPLES;
  const uint32_t batch =
      (uint32_t)ad_integer(reader, task->request, "batch", 1, batched ? SID_COUNT_MAX : 1);
  const uint64_t count = ad_draw_numbers(&at.problem, batch, gaussian);
  const char *list = ad_list(reader, task->request, "draw");
  double *draw = ad_doubles(task, count);
  sid_stream stream;
  ad_read_draw(reader, list, &at.problem, gaussian, draw, (size_t)count);
  if (!ad_open(task)) return;
  sid_stream_given(&stream, draw);
  if (gaussian)
    sid_problem_gaussian_noise(&at.problem, at.x, &stream, at.out, at.work);
  else if (batched)
    sid_problem_noisy_gradient(&at.problem, at.x, batch, &stream, at.out, at.work);
  else
    sid_problem_noise(&at.problem, at.x, &stream, at.out);
  ad_put_field_reals("values", at.out, at.problem.dim);
}
