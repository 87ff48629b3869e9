/* sidyn compare: trajectories that somebody else computed against those of sidyn. */
#include <getopt.h>
#include <string.h>
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
  int jobs;
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
    case 'j': return vf_option_jobs(optarg, &options->jobs);
    case 'o': options->json = optarg; return 0;
    case 'f':
      if (vf_format_parse(optarg, &options->format) == 0) return 0;
      return vf_fail("compare: --format %s: allowed: bits, hex, dec", optarg);
    default: return vf_option_error("compare", code, argv);
  }
}

static int vf_parse_compare(int argc, char **argv, vf_compare_options *options) {
  static const struct option names[] = {
      {"trajectory", required_argument, NULL, 'i'}, {"trajectories", required_argument, NULL, 't'},
      {"jobs", required_argument, NULL, 'j'},       {"json", required_argument, NULL, 'o'},
      {"format", required_argument, NULL, 'f'},     {NULL, 0, NULL, 0}};
  int code, status = 0;
  opterr = 0;
  while (!status && (code = getopt_long(argc, argv, ":", names, NULL)) != -1)
    status = vf_parse_compare_option(code, argv, options);
  if (status) return status;
  if (vf_options_after("compare", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind != 2)
    return vf_fail("compare: needs exactly one EXPERIMENT.json and one file of trajectories");
  options->experiment = argv[optind];
  options->theirs = argv[optind + 1];
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
  const size_t length = strlen(options->theirs);
  const int npy = length >= 4 && strcmp(options->theirs + length - 4, ".npy") == 0;
  vf_given given;
  vf_output json = {NULL, NULL, NULL};
  int status =
      (npy ? vf_npy_read : vf_table_read)(options->theirs, experiment, &options->given, &given);
  if (status) return status;
  if (options->json) status = vf_output_open(&json, options->json);
  if (!status) {
    const vf_comparison_subject subject = {options->experiment, options->theirs, experiment, &given,
                                           options->format};
    status = vf_finish_compare(vf_compare_same_noise(&subject, options, &json), &json);
  }
  vf_given_free(&given);
  return status;
}

int vf_command_compare(int argc, char **argv) {
  vf_compare_options options = {.experiment = "", .jobs = vf_processors(), .format = VF_DEC};
  char message[VF_MESSAGE_SIZE];
  vf_experiment loaded;
  int status = vf_parse_compare(argc, argv, &options);
  if (status) return status;
  if (vf_experiment_load(options.experiment, &loaded, message)) return vf_fail("%s", message);
  status = vf_compare_loaded(&loaded.experiment, &options);
  vf_experiment_free(&loaded);
  return status;
}
