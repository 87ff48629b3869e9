/* sidyn run: trajectories of an experiment as CSV or NumPy's .npy. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "command/run_job.h"
#include "formats/experiment_json.h"
#include "running/backend.h"
#include "running/parallel.h"

static int vf_parse_out(const char *text, vf_run_options *options) {
  options->out = text;
  options->npy = vf_ends_with(text, ".npy");
  if (options->npy || vf_ends_with(text, ".csv") || strcmp(text, "-") == 0) return 0;
  return vf_fail(
      "run: --out %s: allowed: a name that ends in .csv or .npy, or - for standard output", text);
}

static int vf_parse_part(const char *text, const char *option, vf_run_options *options) {
  if (options->part) return vf_fail("run: %s %s: is the second part; allowed: one", option, text);
  options->part = text;
  if (vf_ends_with(text, ".part")) return 0;
  return vf_fail("run: %s %s: allowed: a name that ends in .part", option, text);
}

static int vf_parse_seconds(const char *text, double *seconds) {
  char *end;
  *seconds = strtod(text, &end);
  if (*text >= '0' && *text <= '9' && *end == '\0' && *seconds <= 1e6) return 0;
  return vf_fail("run: --save-every %s: allowed: seconds, 0 to 1000000", text);
}

static int vf_parse_shard(const char *text, vf_run_options *options) {
  char first[24];
  const size_t length = strcspn(text, "/");
  if (text[length] == '/' && length < sizeof first) {
    memcpy(first, text, length);
    first[length] = '\0';
    if (!vf_parse_u64(first, &options->shard) &&
        !vf_parse_u64(text + length + 1, &options->shards) && options->shard >= 1 &&
        options->shard <= options->shards)
      return 0;
  }
  return vf_fail("run: --shard %s: allowed: K/N with integers 1 <= K <= N", text);
}

/* Shards differ by at most one trajectory. */
static int vf_take_shard(vf_run_options *options) {
  const vf_range whole = options->whole;
  const uint64_t before = options->shard - 1, even = whole.count / options->shards,
                 more = whole.count % options->shards;
  options->first = whole.first + before * even + (before < more ? before : more);
  options->count = even + (before < more);
  if (options->count > 0) return 0;
  return vf_fail("run: --shard %" PRIu64 "/%" PRIu64 ": no trajectory is left for it; allowed: "
                 "at most %" PRIu64 " shards",
                 options->shard, options->shards, whole.count);
}

static int vf_parse_run(int argc, char **argv, vf_run_options *options) {
  int code, status = 0, formatted = 0, saved = 0;
  while (!status && (code = vf_next_option(&vf_run_command, argc, argv)) != -1) {
    switch (code) {
      case 't':
        status = vf_option_range("run", optarg, &options->whole.first, &options->whole.count);
        break;
      case 'b': status = vf_backend_choose(optarg); break;
      case 'j': status = vf_option_jobs(optarg, &options->jobs); break;
      case 'o': status = vf_parse_out(optarg, options); break;
      case 's': options->statistics = 1; break;
      case 'w': options->with_law = 1; break;
      case 'p': status = vf_parse_part(optarg, "--part", options); break;
      case 'r':
        options->resume = 1;
        status = vf_parse_part(optarg, "--resume", options);
        break;
      case 'e':
        saved = 1;
        status = vf_parse_seconds(optarg, &options->save_every);
        break;
      case 'S': status = vf_parse_shard(optarg, options); break;
      case 'x': status = vf_sweep_add(options, optarg); break;
      case 'z': vf_sweep_zip(options); break;
      case 'd': vf_sweep_seeds(options); break;
      case 'P': options->progress = 1; break;
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
  if (saved && !options->part)
    return vf_fail("run: --save-every: nothing is saved; allowed with --part and --resume");
  if (options->part && !options->statistics && (!options->out || strcmp(options->out, "-") == 0))
    return vf_fail("run: %s: rows cannot be saved on standard output; allowed: --out FILE.csv or "
                   "FILE.npy, or --statistics",
                   options->resume ? "--resume" : "--part");
  if (!options->out && (!options->part || options->resume)) options->out = "-";
  if (options->sweep && options->npy)
    return vf_fail("run: --set: gives a table; allowed with .csv and -");
  options->experiment = argv[optind];
  return vf_take_shard(options);
}

static int vf_run(int argc, char **argv) {
  vf_run_options options = {.experiment = "",
                            .whole = {0, 1},
                            .shard = 1,
                            .shards = 1,
                            .save_every = 60.0,
                            .memory = vf_memory_default(),
                            .jobs = vf_processors(),
                            .format = VF_DEC};
  char message[VF_MESSAGE_SIZE];
  vf_experiment loaded;
  vf_job alone = {.swept = "", .values = ""};
  int status = vf_parse_run(argc, argv, &options);
  if (status) return status;
  if (options.sweep) return vf_sweep_run(&options);
  if (vf_experiment_load(options.experiment, &loaded, message)) return vf_fail("%s", message);
  if (options.out && vf_same_path(options.experiment, options.out)) {
    vf_experiment_free(&loaded);
    return vf_fail("run: --out %s: that is the experiment; allowed: another file", options.out);
  }
  status = vf_run_experiment(&loaded.experiment, &options, &alone);
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
    {'S', "shard", "K/N", "1/1", "the K-th of N parts of the trajectories"},
    {'p', "part", "FILE.part", NULL, "write the exact state, for merge and --resume"},
    {'r', "resume", "FILE.part", NULL, "the same, going on from the part where there is one"},
    {'e', "save-every", "SECONDS", "60", "time between states that are written"},
    {'m', "memory", "BYTES[K|M|G]", "half of the machine's", "refuse a run that may take more"},
    {'x', "set", "FIELD=V1[,V2...]", NULL,
     "a run for each value, with a column for the field; several make a grid"},
    {'z', "zip", NULL, NULL, "the n-th values of all --set together instead of a grid"},
    {'d', "seed-per-point", NULL, "one seed for all", "run n of --set has the seed plus n"},
    {'P', "progress", NULL, NULL, "a line a minute where standard error is no terminal"},
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
        "machine and for every number of jobs. docs/output.md says what each column is.\n\n"
        "A long run goes on after anything that ends it: the same command with --resume. Several "
        "machines take a --shard each and write a --part; sidyn merge puts them together.",
    .example = "sidyn run experiment.json --trajectories 0:1000 --out run.npy",
    .options = vf_run_table,
    .run = vf_run};
