/* How far a run is: on a terminal after two seconds, then all the time; elsewhere, with --progress,
 * a line a minute. */
#include <inttypes.h>
#include <unistd.h>
#include "command/run_job.h"
#include "running/clock.h"

/* Trajectories done, those in flight by their steps. */
static double vf_done(const vf_job *job) {
  const uint64_t all = job->experiment->steps;
  double done = (double)job->done;
  for (uint64_t i = 0; i < job->flight.count; i++) {
    const uint64_t steps = job->flight.steps[i];
    if (vf_flight_done(&job->flight, i))
      done += 1.0;
    else if (steps != VF_NOT_BEGUN)
      done += (double)steps / (double)all;
  }
  return done;
}

vf_run_progress vf_progress_begin(const vf_job *job) {
  const double now = vf_seconds();
  const int terminal = isatty(STDERR_FILENO);
  return (vf_run_progress){terminal, terminal || job->options->progress, 0, now, now, vf_done(job)};
}

static void vf_time_text(double seconds, char text[32]) {
  const unsigned long whole = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 1000000000ul;
  snprintf(text, 32, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
}

void vf_progress_show(const vf_job *job, vf_run_progress *progress) {
  const double first = 2.0, minute = 60.0, now = vf_seconds();
  const double wait = progress->terminal ? 0.0 : minute;
  const int end = job->done == job->options->count;
  char left[32];
  if (!progress->wanted || now - progress->begun < first) return;
  if (!end && progress->shown && now - progress->last < wait) return;
  const double done = vf_done(job), speed = (done - progress->before) / (now - progress->begun);
  progress->shown = 1;
  progress->last = now;
  vf_time_text(speed > 0.0 ? ((double)job->options->count - done) / speed : 1e9, left);
  fprintf(stderr, "%s%.*f of %" PRIu64 " trajectories, %.3g a second, %s left%s%s",
          progress->terminal ? "\r" : "sidyn: ", done < 100.0 && !end ? 2 : 0, done,
          job->options->count, speed, left, progress->terminal ? "\033[K" : "",
          end || !progress->terminal ? "\n" : "");
}
