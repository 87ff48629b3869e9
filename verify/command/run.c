/* sidyn run: trajectories of an experiment as CSV or NumPy's .npy. */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "formats/memory.h"
#include "running/backend.h"
#include "running/parallel.h"
#include "command/command.h"
#include "running/ensemble.h"
#include "formats/columns.h"
#include "formats/experiment_json.h"
#include "formats/number.h"
#include "formats/output.h"
#include "running/statistics.h"
#include "laws/path.h"

typedef struct {
  const char *experiment, *out;
  uint64_t first, count;
  int jobs, npy, statistics, with_law;
  vf_format format;
} vf_run_options;

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

/* ---- CSV ---- */

static void vf_csv_row(uint64_t trajectory, uint64_t step, const char *end, const double *row,
                       size_t width, vf_format format, FILE *stream) {
  char text[VF_NUMBER_SIZE];
  fprintf(stream, "%" PRIu64 ",%" PRIu64 ",%s", trajectory, step, end);
  for (size_t k = 0; k < width; k++) fprintf(stream, ",%s", vf_number_text(row[k], format, text));
  fputc('\n', stream);
}

/* ---- NumPy ---- */

/* Version 1.0 header of a (trajectories, checkpoints, columns) array of little-endian doubles,
 * padded to a multiple of 64. */
static void vf_npy_head(uint64_t trajectories, uint32_t checkpoints, size_t width, FILE *stream) {
  char text[118 + 1];
  snprintf(text, sizeof text,
           "{'descr': '<f8', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu32 ", %zu), }",
           trajectories, checkpoints, width);
  fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, stream);
  fprintf(stream, "%-117s\n", text);
}

static void vf_npy_number(double value, FILE *stream) {
  uint64_t bits;
  unsigned char bytes[8];
  memcpy(&bits, &value, sizeof bits);
  if (isnan(value)) bits = UINT64_C(0x7ff8000000000000);
  for (int b = 0; b < 8; b++) bytes[b] = (unsigned char)(bits >> (8 * b));
  fwrite(bytes, 1, sizeof bytes, stream);
}

/* ---- the run ---- */

typedef struct {
  const sid_experiment *experiment;
  const vf_run_options *options;
  FILE *stream;
  size_t width;                       /* of the observables, */
  size_t laws, columns;               /* of the laws of some of them, and of both */
  int32_t law_of[SID_MANIFOLD_ANGLE]; /* the observables that the laws are of */
  double *law, *row;          /* checkpoint_count*laws, of one trajectory; one row of all columns */
  uint32_t law_rows;          /* how many checkpoints law has */
  uint64_t chunk;             /* trajectories computed before they are written */
  double *rows, *last, *work; /* of a chunk; work for one row of a trajectory that ended early */
  vf_end *ends;
  vf_statistics *statistics; /* checkpoint_count*width, with --statistics */
  uint64_t ended;            /* trajectories that ended early so far */
} vf_job;

/* The name of column k. */
static const char *vf_column(const vf_job *job, size_t k, char name[VF_COLUMN_SIZE]) {
  if (k < job->width) return vf_column_name(job->experiment, k, name);
  snprintf(name, VF_COLUMN_SIZE, "law_%s", vf_observable_name(job->law_of[k - job->width]));
  return name;
}

static void vf_csv_head(const vf_job *job) {
  char name[VF_COLUMN_SIZE];
  fputs("trajectory,step,end", job->stream);
  for (size_t k = 0; k < job->columns; k++) fprintf(job->stream, ",%s", vf_column(job, k, name));
  fputc('\n', job->stream);
}

/* The laws of a trajectory as far as it gets; from one point they are those of every trajectory. */
static void vf_find_laws(vf_job *job, uint64_t trajectory, uint32_t reached) {
  const sid_experiment *experiment = job->experiment;
  if (experiment->start.kind != SID_START_POINT) job->law_rows = 0;
  if (job->laws == 0 || reached <= job->law_rows) return;
  double *x = vf_allocate(experiment->problem.dim, sizeof *x);
  if (sid_start_state(experiment, trajectory, x) == SID_OK)
    vf_law_path(experiment, x, job->law_of, job->laws, reached, job->law);
  job->law_rows = reached;
  free(x);
}

/* All columns of a checkpoint; laws have a value where the trajectory has a row. */
static const double *vf_all_columns(vf_job *job, uint32_t c, const double *observables,
                                    int reached) {
  if (job->laws == 0) return observables;
  memcpy(job->row, observables, job->width * sizeof *job->row);
  for (size_t k = 0; k < job->laws; k++)
    job->row[job->width + k] = reached ? job->law[c * job->laws + k] : (double)NAN;
  return job->row;
}

/* The last state of a trajectory that ended early: a note, and a row of its own with the reason. */
static void vf_write_early_end(vf_job *job, uint64_t trajectory, const vf_end *end,
                               const double *last) {
  double *row = job->work;
  if (++job->ended <= 5)
    fprintf(stderr, "sidyn: trajectory %" PRIu64 " ended at step %" PRIu64 ": %s\n", trajectory,
            end->step, sid_status_text(end->status));
  if (job->options->npy || job->options->statistics) return;
  sid_observe(job->experiment, end->step, last, NULL, row, row + job->width);
  vf_csv_row(trajectory, end->step, vf_end_name(end->status), vf_all_columns(job, 0, row, 0),
             job->columns, job->options->format, job->stream);
}

static void vf_write_statistics(const vf_job *job) {
  static const double fractions[] = {0.05, 0.25, 0.5, 0.75, 0.95};
  char name[VF_COLUMN_SIZE], text[VF_NUMBER_SIZE];
  fputs("step,observable,count,mean,variance,standard_error,min,max,q05,q25,q50,q75,q95\n",
        job->stream);
  for (uint32_t c = 0; c < job->experiment->checkpoint_count; c++)
    for (size_t k = 0; k < job->columns; k++) {
      const vf_statistics *one = job->statistics + c * job->columns + k;
      const double variance = vf_statistics_variance(one);
      const double values[] = {
          vf_statistics_mean(one), variance, sqrt(variance / (double)one->count),
          one->count ? one->least : (double)NAN, one->count ? one->most : (double)NAN};
      fprintf(job->stream, "%" PRIu64 ",%s,%" PRIu64, job->experiment->checkpoints[c],
              vf_column(job, k, name), one->count);
      for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
        fprintf(job->stream, ",%s", vf_number_text(values[v], job->options->format, text));
      for (size_t f = 0; f < sizeof fractions / sizeof fractions[0]; f++)
        fprintf(
            job->stream, ",%s",
            vf_number_text(vf_statistics_quantile(one, fractions[f]), job->options->format, text));
      fputc('\n', job->stream);
    }
}

static void vf_write_trajectory(vf_job *job, uint64_t start, uint64_t i) {
  const sid_experiment *experiment = job->experiment;
  const uint64_t trajectory = job->options->first + start + i;
  const double *rows = job->rows + i * experiment->checkpoint_count * job->width;
  const vf_end *end = job->ends + i;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  vf_find_laws(job, trajectory, end->rows);
  for (uint32_t c = 0; c < experiment->checkpoint_count; c++) {
    const double *row = vf_all_columns(job, c, rows + c * job->width, c < end->rows);
    if (job->options->statistics) {
      for (size_t k = 0; k < job->columns; k++)
        vf_statistics_add(job->statistics + c * job->columns + k, row[k]);
    } else if (job->options->npy) {
      for (size_t k = 0; k < job->columns; k++) vf_npy_number(row[k], job->stream);
    } else if (c < end->rows) {
      vf_csv_row(trajectory, experiment->checkpoints[c], "", row, job->columns,
                 job->options->format, job->stream);
    }
  }
  if (end->status != SID_OK) vf_write_early_end(job, trajectory, end, job->last + i * kept);
}

static void vf_compute(vf_job *job) {
  const int progress = isatty(STDERR_FILENO);
  const uint64_t count = job->options->count;
  const double start = vf_seconds();
  for (uint64_t done = 0; done < count && !ferror(job->stream);) {
    const uint64_t size = count - done < job->chunk ? count - done : job->chunk;
    vf_ensemble_states(job->experiment, job->options->first + done, size, job->options->jobs,
                       job->rows, job->ends, job->last);
    for (uint64_t i = 0; i < size; i++) vf_write_trajectory(job, done, i);
    done += size;
    if (progress && vf_seconds() - start > 2.0)
      fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " trajectories\033[K%s", done, count,
              done == count ? "\n" : "");
  }
  if (job->ended > 5) fprintf(stderr, "sidyn: %" PRIu64 " trajectories ended early\n", job->ended);
}

/* Memory for a chunk of about 32 MiB, whatever the number of trajectories. */
static void vf_job_allocate(vf_job *job) {
  const sid_experiment *experiment = job->experiment;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t numbers = experiment->checkpoint_count * job->width;
  const size_t fits = ((size_t)1 << 22) / (numbers + kept);
  job->chunk = fits < 1 ? 1 : fits > 4096 ? 4096 : fits;
  if (job->chunk > job->options->count) job->chunk = job->options->count;
  const size_t chunk = (size_t)job->chunk;
  job->rows = vf_allocate(chunk * numbers, sizeof *job->rows);
  job->last = vf_allocate(chunk * kept, sizeof *job->last);
  job->ends = vf_allocate(chunk, sizeof *job->ends);
  job->work = vf_allocate(job->width + sid_observe_workspace(experiment), sizeof *job->work);
  job->law = vf_allocate(experiment->checkpoint_count * job->laws, sizeof *job->law);
  job->row = vf_allocate(job->columns, sizeof *job->row);
  if (job->options->statistics)
    job->statistics =
        vf_allocate(experiment->checkpoint_count * job->columns, sizeof *job->statistics);
}

static void vf_job_free(vf_job *job) {
  const size_t numbers = job->statistics ? job->experiment->checkpoint_count * job->columns : 0;
  for (size_t k = 0; k < numbers; k++) vf_statistics_free(job->statistics + k);
  free(job->statistics);
  free(job->rows);
  free(job->law);
  free(job->row);
  free(job->last);
  free(job->ends);
  free(job->work);
}

/* Each observable that a law may speak of, once. */
static void vf_choose_laws(vf_job *job) {
  for (uint32_t o = 0; o < job->experiment->observable_count; o++) {
    const int32_t observable = job->experiment->observables[o];
    int known = !vf_law_has_path(observable);
    for (size_t k = 0; k < job->laws; k++) known = known || job->law_of[k] == observable;
    if (!known) job->law_of[job->laws++] = observable;
  }
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
  int status = vf_output_open(&output, options->out);
  if (status) return status;
  job.stream = output.stream;
  vf_job_allocate(&job);
  if (options->npy)
    vf_npy_head(options->count, experiment->checkpoint_count, job.columns, job.stream);
  else if (!options->statistics)
    vf_csv_head(&job);
  vf_compute(&job);
  if (options->statistics) vf_write_statistics(&job);
  status = vf_output_commit(&output);
  vf_job_free(&job);
  return status;
}

static int vf_run(int argc, char **argv) {
  vf_run_options options = {
      .experiment = "", .out = "-", .count = 1, .jobs = vf_processors(), .format = VF_DEC};
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
