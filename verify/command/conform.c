/* sidyn conform: judges another implementation, or answers as one (docs/conform.md). */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "conform/mistakes.h"
#include "conform/serve.h"
#include "conform/verdict.h"
#include "formats/memory.h"
#include "formats/output.h"
#include "running/backend.h"
#include "running/parallel.h"

enum { VF_REPORTS = 4, VF_REQUIRED_MOST = 64, VF_LEVELS_ALL = 7 };

typedef struct {
  const char *files[VF_REPORTS]; /* json, junit, tap, transcript */
  const char *required[VF_REQUIRED_MOST + 1], *only;
  size_t required_count;
  uint64_t seed;
  double timeout;
  int levels; /* a set; 0: quick selections of those that are claimed */
  int jobs, serve, bits, mistakes, verdict_only;
  char **command;
} vf_conform_options;

static int vf_parse_level(const char *text, int *levels) {
  static const char *const names[] = {"bits", "numbers", "laws"};
  for (int i = 0; i < VF_LEVEL_COUNT; i++)
    if (strcmp(text, names[i]) == 0) {
      *levels |= 1 << i;
      return 0;
    }
  if (strcmp(text, "all") != 0)
    return vf_fail("conform: --level %s: allowed: bits, numbers, laws, all", text);
  *levels = VF_LEVELS_ALL;
  return 0;
}

static int vf_parse_timeout(const char *text, double *timeout) {
  char *end;
  *timeout = strtod(text, &end);
  if (end != text && !*end && *timeout >= 0.01 && *timeout <= 86400.0) return 0;
  return vf_fail("conform: --timeout %s: allowed: seconds from 0.01 to 86400", text);
}

static int vf_parse_required(const char *text, vf_conform_options *options) {
  if (options->required_count == VF_REQUIRED_MOST)
    return vf_fail("conform: --require: allowed: at most %d of them", VF_REQUIRED_MOST);
  options->required[options->required_count++] = text;
  return 0;
}

static int vf_parse_conform(int argc, char **argv, vf_conform_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_conform_command, argc, argv)) != -1) {
    switch (code) {
      case 'l': status = vf_parse_level(optarg, &options->levels); break;
      case 'o': options->only = optarg; break;
      case 's':
        if (vf_parse_u64(optarg, &options->seed))
          status = vf_fail("conform: --seed %s: allowed: an integer from 0 to 2^64-1", optarg);
        break;
      case 't': status = vf_parse_timeout(optarg, &options->timeout); break;
      case 'r': status = vf_parse_required(optarg, options); break;
      case 'j': status = vf_option_jobs(optarg, &options->jobs); break;
      case 'b': status = vf_backend_choose(optarg); break;
      case 'e': options->serve = 1; break;
      case 'n': options->bits = 1; break;
      case 'm': options->mistakes = 1; break;
      case 'v': options->verdict_only = 1; break;
      case '0':
      case '1':
      case '2':
      case '3': options->files[code - '0'] = optarg; break;
      default: status = vf_option_error("conform", code, argv);
    }
  }
  if (status) return status;
  options->command = argv + optind;
  const int alone = options->serve || options->mistakes;
  if (alone && optind < argc)
    return vf_fail("conform: %s: --serve and --mistakes take no command", argv[optind]);
  if (options->bits && !options->serve) return vf_fail("conform: --bits: allowed with --serve");
  if (!alone && optind == argc)
    return vf_fail("conform: needs a command behind --, such as: conform -- ./my-simulation");
  return 0;
}

#if !SID_HAVE_JANSSON

static int vf_conform(const vf_conform_options *options) {
  (void)options;
  return vf_fail("conform: this sidyn was built without libjansson; make deps installs it");
}

#else

static const char *const vf_report_options[VF_REPORTS] = {"--json", "--junit", "--tap",
                                                          "--transcript"};

/* Before the work starts: better to fail now than after it. */
static int vf_conform_open(const vf_conform_options *options, vf_output outputs[VF_REPORTS]) {
  for (int i = 0; i < VF_REPORTS; i++) {
    int status = 0;
    if (!options->files[i]) continue;
    if (strcmp(options->files[i], "-") == 0)
      status = vf_fail("conform: %s -: standard output has the table; allowed: a file",
                       vf_report_options[i]);
    if (!status) status = vf_output_open(outputs + i, options->files[i]);
    if (!status) continue;
    for (int k = 0; k < i; k++)
      if (options->files[k]) vf_output_abandon(outputs + k);
    return status;
  }
  return 0;
}

static int vf_conform_write(const vf_conform_options *options, const vf_kit *kit,
                            vf_output outputs[VF_REPORTS]) {
  static int (*const write[VF_REPORTS])(const vf_kit *, vf_output *) = {
      vf_verdict_json, vf_verdict_junit, vf_verdict_tap, NULL};
  int status = 0;
  for (int i = 0; i < VF_REPORTS; i++) {
    if (!options->files[i]) continue;
    int made = write[i] ? write[i](kit, outputs + i) : 0;
    if (made)
      vf_output_abandon(outputs + i);
    else
      made = vf_output_commit(outputs + i);
    status = status ? status : made;
  }
  return status;
}

static void vf_conform_levels(vf_kit *kit, int levels) {
  const int chosen = levels ? levels : (int)vf_session_claims(kit->session)->levels;
  if (chosen & 1 << VF_LEVEL_BITS) vf_level_bits(kit);
  if (chosen & 1 << VF_LEVEL_NUMBERS) vf_level_numbers(kit);
  if (chosen & 1 << VF_LEVEL_LAWS) vf_level_laws(kit);
}

static int vf_conform(const vf_conform_options *options) {
  vf_output outputs[VF_REPORTS];
  const double start = vf_seconds();
  int status = vf_conform_open(options, outputs);
  if (status) return status;
  vf_session *session = vf_session_open(options->command, options->timeout,
                                        options->files[3] ? outputs[3].stream : NULL);
  if (!session) {
    for (int i = 0; i < VF_REPORTS; i++)
      if (options->files[i]) vf_output_abandon(outputs + i);
    return VF_EXIT_USAGE;
  }
  vf_kit kit = {.session = session,
                .seed = options->seed,
                .jobs = options->jobs,
                .quick = options->levels == 0,
                .only = options->only};
  vf_conform_levels(&kit, options->levels);
  if (!options->verdict_only) {
    vf_first_wrong(&kit);
    vf_diagnose(&kit);
  }
  status = vf_verdict_print(&kit, options->required, vf_seconds() - start);
  const int written = vf_conform_write(options, &kit, outputs);
  vf_session_close(session);
  vf_kit_free(&kit);
  return written ? written : status;
}

#endif

/* What the kit knows by name. */
static int vf_list_mistakes(void) {
  for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++)
    printf("%-28s %s\n", mistake->id, mistake->says);
  for (const vf_ensemble_mistake *mistake = vf_ensemble_mistakes; mistake->id; mistake++)
    printf("%-28s %s\n", mistake->id, mistake->says);
  return 0;
}

static int vf_conform_main(int argc, char **argv) {
  vf_conform_options options = {.timeout = 60.0, .jobs = vf_processors()};
  int status = vf_parse_conform(argc, argv, &options);
  if (!status)
    status = options.mistakes ? vf_list_mistakes()
             : options.serve  ? vf_serve(options.jobs, options.bits)
                              : vf_conform(&options);
  const int flushed = vf_output_flush();
  return flushed ? flushed : status;
}

static const vf_option vf_conform_table[] = {
    {'l', "level", "bits|numbers|laws|all", "a quick selection of those it claims",
     "bit for bit, within rounding, or by laws of ensembles; may be repeated"},
    {'o', "only", "GLOB", "all cases", "cases whose id it matches: '*.step.*'"},
    {'r', "require", "GLOB", NULL, "fails unless such a case was judged; may be repeated"},
    {'s', "seed", "S", "0", "of the requests that are made at random"},
    {'t', "timeout", "SECONDS", "60", "for one answer, 0.01 to 86400"},
    {'v', "verdict-only", NULL, NULL, "looks neither for the first wrong step nor for mistakes"},
    {'0', "json", "FILE", NULL, "the verdict as JSON"},
    {'1', "junit", "FILE", NULL, "the verdict as JUnit XML, for CI"},
    {'2', "tap", "FILE", NULL, "the verdict as TAP"},
    {'3', "transcript", "FILE", NULL, "all requests and answers"},
    {'e', "serve", NULL, NULL, "answers requests on standard input itself"},
    {'n', "bits", NULL, NULL, "with --serve: numbers as bit patterns"},
    {'m', "mistakes", NULL, NULL, "lists the mistakes that are known by name"},
    VF_OPTION_JOBS,
    VF_OPTION_BACKEND,
    VF_OPTIONS_END};

const vf_command vf_conform_command = {
    .name = "conform",
    .summary = "judges another implementation, a program that answers JSON lines",
    .operands = "-- COMMAND [ARGS...]",
    .describes = "Starts COMMAND, asks it over a pipe (docs/conform.md) and judges every answer: "
                 "bit for bit, within what rounding explains, or by the laws that an ensemble with "
                 "random numbers of its own must obey. Exit status 1 if an answer is wrong.",
    .example = "sidyn conform -- python3 my_simulation.py",
    .options = vf_conform_table,
    .run = vf_conform_main,
    .operands_end_options = 1};
