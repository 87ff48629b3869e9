/* sidyn run: trajectories of an experiment as CSV or NumPy's .npy. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "running/backend.h"
#include "running/parallel.h"
#include "command/command.h"
#include "command/run_job.h"
#include "formats/experiment_json.h"
#include "formats/output.h"

static int vf_ends_with(const char *text, const char *end) {
  const size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

static int vf_parse_out(const char *text, vf_run_options *options) {
  options->out = text;
  options->npy = vf_ends_with(text, ".npy");
  if (options->npy || vf_ends_with(text, ".csv") || strcmp(text, "-") == 0) return 0;
  return vf_fail(
      "run: --out %s: allowed: a name that ends in .csv or .npy, or - for standard output", text);
}

static int vf_parse_run(int argc, char **argv, vf_run_options *options) {
  int code, status = 0, formatted = 0;
  while (!status && (code = vf_next_option(&vf_run_command, argc, argv)) != -1) {
    switch (code) {
      case 't': status = vf_option_range("run", optarg, &options->first, &options->count); break;
      case 'b': status = vf_backend_choose(optarg); break;
      case 'j': status = vf_option_jobs(optarg, &options->jobs); break;
      case 'o': status = vf_parse_out(optarg, options); break;
      case 's': options->statistics = 1; break;
      case 'w': options->with_law = 1; break;
      case 'm': status = vf_option_memory(optarg, &options->memory); break;
      case 'f':
        formatted = 1;
        if (vf_format_parse(optarg, &options->format))
          status = vf_fail("run: --format %s: allowed: bits, hex, dec", optarg);
        break;
      default: status = vf_option_error("run", code, argv);
    }
  }
  if (status) return status;
  if (vf_options_after("run", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind != 1) return vf_fail("run: needs exactly one EXPERIMENT.json");
  if (formatted && options->npy)
    return vf_fail("run: --format: .npy is binary; allowed with .csv and -");
  if (options->statistics && options->npy)
    return vf_fail("run: --statistics: is a table; allowed with .csv and -");
  options->experiment = argv[optind];
  return 0;
}

/* The first five trajectories that end early are named. */
static void vf_note_end(vf_job *job, uint64_t trajectory, const vf_end *end) {
  if (end->status == SID_OK || ++job->ended > 5) return;
  fprintf(stderr, "sidyn: trajectory %" PRIu64 " ended at step %" PRIu64 ": %s\n", trajectory,
          end->step, sid_status_text(end->status));
}

static void vf_take_chunk(vf_job *job, uint64_t done, uint64_t size) {
  const uint64_t first = job->options->first + done;
  vf_find_laws(job, first, size);
  if (job->options->statistics) vf_take_statistics(job, size);
  for (uint64_t i = 0; i < size; i++) {
    if (!job->options->statistics) vf_write_rows(job, first + i, i);
    vf_note_end(job, first + i, job->ends + i);
  }
}

static void vf_compute(vf_job *job) {
  const int progress = isatty(STDERR_FILENO);
  const uint64_t count = job->options->count;
  const double start = vf_seconds();
  for (uint64_t done = 0; done < count && !ferror(job->stream);) {
    const uint64_t size = count - done < job->chunk ? count - done : job->chunk;
    vf_ensemble_states(job->experiment, job->options->first + done, size, job->options->jobs,
                       job->rows, job->ends, job->last);
    vf_take_chunk(job, done, size);
    done += size;
    if (progress && vf_seconds() - start > 2.0)
      fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " trajectories\033[K%s", done, count,
              done == count ? "\n" : "");
  }
  if (job->ended > 5) fprintf(stderr, "sidyn: %" PRIu64 " trajectories ended early\n", job->ended);
}

static int vf_run_experiment(const sid_experiment *experiment, const vf_run_options *options) {
  vf_output output;
  vf_job job = {.experiment = experiment, .options = options, .width = sid_row_width(experiment)};
  if (options->with_law) vf_choose_laws(&job);
  if (options->with_law && job.laws == 0)
    return vf_fail(
        "run: --with-law: no observable has a law; allowed: at least one of norm2, loss, "
        "noise_trace, step_angle, effective_lr, gamma");
  job.columns = job.width + job.laws;
  int status = vf_job_plan(&job);
  if (!status) status = vf_output_open(&output, options->out);
  if (status) return status;
  job.stream = output.stream;
  vf_job_allocate(&job);
  if (!options->statistics) vf_write_head(&job);
  vf_compute(&job);
  if (options->statistics) vf_write_statistics(&job);
  status = vf_output_commit(&output);
  vf_job_free(&job);
  return status;
}

static int vf_run(int argc, char **argv) {
  vf_run_options options = {.experiment = "",
                            .out = "-",
                            .count = 1,
                            .memory = vf_memory_default(),
                            .jobs = vf_processors(),
                            .format = VF_DEC};
  char message[VF_MESSAGE_SIZE];
  vf_experiment loaded;
  int status = vf_parse_run(argc, argv, &options);
  if (status) return status;
  if (vf_experiment_load(options.experiment, &loaded, message)) return vf_fail("%s", message);
  if (vf_same_path(options.experiment, options.out)) {
    vf_experiment_free(&loaded);
    return vf_fail("run: --out %s: that is the experiment; allowed: another file", options.out);
  }
  status = vf_run_experiment(&loaded.experiment, &options);
  vf_experiment_free(&loaded);
  return status;
}

static const vf_option vf_run_table[] = {
    {'t', "trajectories", "A:B", "0:1",
     "trajectories A to B-1, each with random numbers of its own"},
    {'o', "out", "FILE.csv|FILE.npy|-", "-, CSV on standard output", "where the rows go"},
    VF_OPTION_FORMAT("dec"),
    {'s', "statistics", NULL, NULL,
     "mean, variance and quantiles at each checkpoint, in bounded memory, instead of trajectories"},
    {'w', "with-law", NULL, NULL, "a column law_NAME beside each observable that theory predicts"},
    {'m', "memory", "BYTES[K|M|G]", "half of what the machine has",
     "what the run may take; where it needs more it is refused before it begins"},
    VF_OPTION_JOBS,
    VF_OPTION_BACKEND,
    VF_OPTIONS_END};

const vf_command vf_run_command = {
    .name = "run",
    .summary = "trajectories of an experiment as CSV or NumPy's .npy",
    .operands = "EXPERIMENT.json",
    .describes =
        "Computes trajectories of the experiment (sidyn-experiment(5)) and writes a row for each "
        "checkpoint: trajectory, step, end and the observables. The bytes are the same on every "
        "machine and for every number of jobs. docs/output.md says what each column is.",
    .example = "sidyn run experiment.json --trajectories 0:1000 --out run.npy",
    .options = vf_run_table,
    .run = vf_run};
