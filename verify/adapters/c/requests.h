/* The requests of conform.md section 3, but for hello and define. */
#ifndef AD_REQUESTS_H
#define AD_REQUESTS_H

#include "reader.h"

typedef struct {
  ad_reader *reader;
  const char *request; /* the object */
  uint64_t id;
  int foreign; /* ensembles have the generator of foreign.h */
} ad_task;

/* Writes `{"id":n`, unless there was a fault: then it returns 0, and nothing may be written. After
 * it no fault may come. */
int ad_open(const ad_task *task);

double *ad_doubles(const ad_task *task, uint64_t count);

/* Each writes its answer without the closing brace, or leaves a fault with the reader. */
void ad_do_raw(const ad_task *task);
void ad_do_uniform(const ad_task *task);
void ad_do_normals(const ad_task *task);
void ad_do_normals_from_raws(const ad_task *task);
void ad_do_sum(const ad_task *task);
void ad_do_dot(const ad_task *task);
void ad_do_loss(const ad_task *task);
void ad_do_gradient(const ad_task *task);
void ad_do_hessian_vector(const ad_task *task);
void ad_do_noise(const ad_task *task);
void ad_do_noise_trace(const ad_task *task);
void ad_do_schedule(const ad_task *task);
void ad_do_sharpness(const ad_task *task);
void ad_do_step(const ad_task *task);
void ad_do_run(const ad_task *task);
void ad_do_ensemble(const ad_task *task);

#endif
