/* sidyn compare: trajectories that somebody else computed against those of sidyn. */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "command/command.h"
#include "formats/experiment_json.h"
#include "formats/npy_reader.h"
#include "formats/number.h"
#include "formats/table_reader.h"
#include "harness/comparison_report.h"
#include "running/parallel.h"

typedef struct {
  const char *experiment, *theirs, *json;
  vf_given_options given;
  uint64_t reference; /* trajectories; 0: four times theirs */
  int jobs, ensemble;
  vf_format format;
} vf_compare_options;

static int vf_parse_trajectory(const char *text, vf_given_options *given) {
  given->count = 1;
  if (vf_parse_u64(text, &given->first) == 0) return 0;
  return vf_fail("compare: --trajectory %s: allowed: an integer from 0 to 2^64-1", text);
}

static int vf_parse_compare_option(int code, char **argv, vf_compare_options *options) {
  switch (code) {
    case 'i': return vf_parse_trajectory(optarg, &options->given);
    case 't':
      return vf_option_range("compare", optarg, &options->given.first, &options->given.count);
    case 'e': options->ensemble = 1; return 0;
    case 'r':
      if (vf_parse_u64(optarg, &options->reference) == 0 && options->reference >= 1 &&
          options->reference <= VF_REFERENCE_FIRST)
        return 0;
      return vf_fail("compare: --reference %s: allowed: an integer from 1 to 2^40", optarg);
    case 'j': return vf_option_jobs(optarg, &options->jobs);
    case 'o': options->json = optarg; return 0;
    case 'f':
      if (vf_format_parse(optarg, &options->format) == 0) return 0;
      return vf_fail("compare: --format %s: allowed: bits, hex, dec", optarg);
    default: return vf_option_error("compare", code, argv);
  }
}

static int vf_parse_compare(int argc, char **argv, vf_compare_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_compare_command, argc, argv)) != -1)
    status = vf_parse_compare_option(code, argv, options);
  if (status) return status;
  if (vf_options_after("compare", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind != 2)
    return vf_fail("compare: needs exactly one EXPERIMENT.json and one file of trajectories");
  options->experiment = argv[optind];
  options->theirs = argv[optind + 1];
  options->given.independent = options->ensemble;
  if (options->reference && !options->ensemble)
    return vf_fail("compare: --reference: allowed with --ensemble");
  if (options->ensemble && options->given.count)
    return vf_fail("compare: --ensemble: their random numbers are their own; allowed: neither "
                   "--trajectory nor --trajectories");
  if (!options->json) return 0;
  if (strcmp(options->json, "-") == 0)
    return vf_fail("compare: --json -: standard output has the table; allowed: a file");
  if (vf_same_path(options->json, options->experiment) ||
      vf_same_path(options->json, options->theirs))
    return vf_fail("compare: --json %s: that is read; allowed: another file", options->json);
  return 0;
}

static int vf_compare_same_noise(const vf_comparison_subject *subject,
                                 const vf_compare_options *options, vf_output *json) {
  vf_deviations deviations;
  vf_deviations_find(subject->experiment, subject->given, options->jobs, &deviations);
  vf_deviations_print(subject, &deviations);
  const int deviates = deviations.found;
  const int status = json->stream ? vf_deviations_json(subject, &deviations, json) : 0;
  vf_deviations_free(&deviations);
  return status ? status : deviates ? VF_EXIT_FAILED : VF_EXIT_OK;
}

/* On a terminal, after two seconds. */
static void vf_show_progress(const char *what, uint64_t done, uint64_t count) {
  static double start;
  if (!isatty(STDERR_FILENO)) return;
  if (start == 0.0) start = vf_seconds();
  if (vf_seconds() - start < 2.0) return;
  fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 "\033[K%s", what, done, count,
          done == count ? "\r\033[K" : "");
}

/* What cannot be compared as an ensemble. Sets the number of the reference's trajectories. */
static int vf_check_ensemble(const vf_comparison_subject *subject,
                             const vf_compare_options *options, uint64_t *reference) {
  const uint64_t theirs = vf_given_trajectories(subject->given);
  if (theirs < 2)
    return vf_fail("%s: one trajectory; allowed with --ensemble: at least two", subject->path);
  if (subject->experiment->checkpoint_count * subject->given->width > VF_CELLS_MAX)
    return vf_fail(
        "%s: %" PRIu32 " checkpoints of %zu columns; allowed with --ensemble: at most %d "
        "numbers of a trajectory",
        subject->path, subject->experiment->checkpoint_count, subject->given->width, VF_CELLS_MAX);
  *reference = options->reference ? options->reference : 4 * theirs;
  if (*reference >= theirs) return 0;
  return vf_fail("compare: --reference %" PRIu64 ": allowed: at least the %" PRIu64
                 " trajectories of %s",
                 *reference, theirs, subject->path);
}

static int vf_compare_ensembles(const vf_comparison_subject *subject,
                                const vf_compare_options *options, vf_output *json) {
  vf_two_ensembles result;
  uint64_t reference = 0;
  int status = vf_check_ensemble(subject, options, &reference);
  if (status) return status;
  vf_two_ensembles_compare(subject->experiment, subject->given, reference, options->jobs,
                           vf_show_progress, &result);
  vf_two_ensembles_print(subject, &result);
  const vf_verdict verdict = result.verdict;
  if (json->stream) status = vf_two_ensembles_json(subject, &result, json);
  vf_two_ensembles_free(&result);
  return status ? status : verdict == VF_PASS ? VF_EXIT_OK : VF_EXIT_FAILED;
}

/* The verdict gets out before a report does: the exit status is bad if either could not. */
static int vf_finish_compare(int status, vf_output *json) {
  int written = 0;
  if (json->stream && status == VF_EXIT_USAGE)
    vf_output_abandon(json);
  else if (json->stream)
    written = vf_output_commit(json);
  const int flushed = vf_output_flush();
  return written ? written : flushed ? flushed : status;
}

static int vf_compare_loaded(const sid_experiment *experiment, const vf_compare_options *options) {
  const int npy = vf_ends_with(options->theirs, ".npy");
  vf_given given;
  vf_output json = {.stream = NULL};
  int status = npy ? vf_npy_read(options->theirs, experiment, &options->given, &given)
                   : vf_table_read(options->theirs, experiment, &options->given, &given);
  if (status) return status;
  if (options->json) status = vf_output_open(&json, options->json);
  if (!status) {
    const vf_comparison_subject subject = {options->experiment, options->theirs, experiment, &given,
                                           options->format};
    status = (options->ensemble ? vf_compare_ensembles : vf_compare_same_noise)(&subject, options,
                                                                                &json);
    status = vf_finish_compare(status, &json);
  }
  vf_given_free(&given);
  return status;
}

static int vf_compare(int argc, char **argv) {
  vf_compare_options options = {
      .experiment = "", .theirs = "", .jobs = vf_processors(), .format = VF_DEC};
  char message[VF_MESSAGE_SIZE];
  vf_experiment loaded;
  int status = vf_parse_compare(argc, argv, &options);
  if (status) return status;
  if (vf_experiment_load(options.experiment, &loaded, message)) return vf_fail("%s", message);
  status = vf_compare_loaded(&loaded.experiment, &options);
  vf_experiment_free(&loaded);
  return status;
}

static const vf_option vf_compare_table[] = {
    {'i', "trajectory", "N", "as the file says, or 0", "which trajectory theirs is"},
    {'t', "trajectories", "A:B", "as the file says, or from 0", "which trajectories theirs are"},
    {'e', "ensemble", NULL, NULL,
     "their random numbers are their own: distributions are compared, not numbers"},
    {'r', "reference", "N", "four times theirs", "trajectories of sidyn in that comparison"},
    {'o', "json", "FILE", NULL, "the verdict as JSON"},
    VF_OPTION_FORMAT("dec"),
    VF_OPTION_JOBS,
    VF_OPTIONS_END};

const vf_command vf_compare_command = {
    .name = "compare",
    .summary = "judges trajectories that somebody else computed",
    .operands = "EXPERIMENT.json THEIRS.csv|THEIRS.npy",
    .describes = "Theirs have the columns of `sidyn run`. Each number is equal, within what "
                 "rounding explains, or wrong; the first wrong one is shown. Exit status 1 if "
                 "anything is wrong.",
    .example = "sidyn compare experiment.json theirs.csv",
    .options = vf_compare_table,
    .run = vf_compare};
