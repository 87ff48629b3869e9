/* SGD step by step. */
#include "checks/fm/stepping.h"
#include <string.h>
#include "harness/observe.h"

void fm_begin(fm_run *run, const fm_problem *p, double eta, double lam, double r, uint64_t seed) {
  memset(run, 0, sizeof *run);
  run->p = p;
  run->eta = eta;
  run->lam = lam;
  fm_start(run->x, p->problem.dim, r);
  run->stream = vf_stream(seed, SID_KEY_NOISE, 0);
}

int fm_step(fm_run *run) {
  const sid_dynamics sgd = {.kind = SID_SGD, .batch = 1};
  double work[FM_WORK];
  memcpy(run->before, run->x, sizeof run->x);
  run->stream_before = run->stream;
  if (run->status == SID_OK)
    run->status = sid_step(&run->p->problem, &sgd, run->eta, run->lam, run->x, &run->stream, work);
  run->step++;
  return run->status == SID_OK;
}

int fm_stepped(vf_context *context, const fm_run *run) {
  if (run->status) vf_error(context, "step", sid_status_text(run->status));
  return run->status == SID_OK;
}
