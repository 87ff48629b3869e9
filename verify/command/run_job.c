/* A run of one experiment, chunk by chunk. */
#include "command/run_job.h"
#include <inttypes.h>
#include "running/clock.h"

static const vf_team *vf_our_team;

void vf_set_team(const vf_team *team) { vf_our_team = team; }

int vf_is_worker(void) { return vf_our_team && vf_our_team->worker; }

void vf_name_end(vf_job *job, uint64_t trajectory, const vf_end *end) {
  if (end->status == SID_OK || job->named >= 5) return;
  job->named++;
  fprintf(stderr, "sidyn: trajectory %" PRIu64 " ended at step %" PRIu64 ": %s\n", trajectory,
          end->step, sid_status_text(end->status));
}

/* Takes the chunk that has ended. */
static void vf_take_flight(vf_job *job) {
  vf_flight *flight = &job->flight;
  vf_find_laws(job, flight->first, flight->count);
  if (job->options->statistics) vf_take_statistics(job, flight->count);
  for (uint64_t i = 0; i < flight->count; i++) {
    if (!job->options->statistics) vf_write_rows(job, flight->first + i, i);
    vf_name_end(job, flight->first + i, flight->ends + i);
    job->ended += flight->ends[i].status != SID_OK;
  }
  job->done += flight->count;
  flight->count = 0;
}

/* What is done is all before the flight. */
static void vf_gather(vf_job *job, vf_moment *moment) {
  const uint64_t first = job->options->first;
  const uint64_t at = job->flight.count ? job->flight.first : first + job->taken;
  vf_moment_add(moment, (vf_range){first, at - first});
  if (job->flight.count) vf_part_put_flight(&job->flight, &moment->flights);
}

static int vf_save(vf_job *job) {
  vf_moment moment = {.count = 0};
  (vf_our_team ? vf_our_team->gather : vf_gather)(job, &moment);
  vf_moment_rest(job, &moment);
  const int status = vf_job_save(job, &moment);
  vf_moment_free(&moment);
  return status;
}

int vf_job_look(vf_job *job, vf_run_progress *progress) {
  const vf_run_options *options = job->options;
  const int interrupt = *vf_interrupt();
  int status = 0;
  vf_progress_show(job, progress);
  if (job->done == options->count) return 0;
  if (options->part && (interrupt || vf_seconds() - job->saving.last >= options->save_every))
    status = vf_save(job);
  if (interrupt) vf_die_of_interrupt();
  return status;
}

static int vf_compute(vf_job *job) {
  const double slice = 0.5; /* seconds between looks at progress and clock */
  const vf_run_options *options = job->options;
  vf_run_progress progress = vf_progress_begin(job);
  int status = 0;
  while (!status && job->done < options->count && !(job->stream && ferror(job->stream))) {
    if (job->flight.count == 0) {
      vf_piece piece = vf_next_piece(job, job->chunk);
      vf_begin_piece(job, &piece);
      vf_bytes_free(&piece.state);
    }
    if (vf_flight_advance(&job->flight, options->jobs, slice, vf_interrupt())) vf_take_flight(job);
    status = vf_job_look(job, &progress);
  }
  return status;
}

/* Computes what is not done, here or by the team, and says how it ended. */
static int vf_compute_all(vf_job *job) {
  const int status = vf_our_team ? vf_our_team->compute(job) : vf_compute(job);
  if (job->ended > 5) fprintf(stderr, "sidyn: %" PRIu64 " trajectories ended early\n", job->ended);
  return status;
}

int vf_run_experiment(const sid_experiment *experiment, const vf_run_options *options,
                      vf_job *job) {
  job->experiment = experiment;
  job->options = options;
  job->width = sid_row_width(experiment);
  if (options->with_law) vf_choose_laws(job);
  if (options->with_law && job->laws == 0)
    return vf_fail(
        "run: --with-law: no observable has a law; allowed: at least one of norm2, loss, "
        "noise_trace, step_angle, effective_lr, gamma");
  job->columns = job->width + job->laws;
  int status = vf_job_plan(job);
  if (status) return status;
  vf_job_allocate(job);
  if (vf_is_worker()) {
    status = vf_our_team->compute(job);
  } else {
    if (options->part) vf_wait_for_interrupts();
    status = vf_job_open(job);
    if (!status) status = vf_compute_all(job);
    if (!status) status = vf_job_close(job);
    vf_job_leave(job);
  }
  vf_job_free(job);
  return status;
}
