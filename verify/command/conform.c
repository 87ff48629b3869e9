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
  static const struct option names[] = {{"level", required_argument, NULL, 'l'},
                                        {"only", required_argument, NULL, 'o'},
                                        {"seed", required_argument, NULL, 's'},
                                        {"timeout", required_argument, NULL, 't'},
                                        {"require", required_argument, NULL, 'r'},
                                        {"jobs", required_argument, NULL, 'j'},
                                        {"backend", required_argument, NULL, 'b'},
                                        {"json", required_argument, NULL, '0'},
                                        {"junit", required_argument, NULL, '1'},
                                        {"tap", required_argument, NULL, '2'},
                                        {"transcript", required_argument, NULL, '3'},
                                        {"serve", no_argument, NULL, 'e'},
                                        {"bits", no_argument, NULL, 'n'},
                                        {"mistakes", no_argument, NULL, 'm'},
                                        {"verdict-only", no_argument, NULL, 'v'},
                                        {NULL, 0, NULL, 0}};
  int code, status = 0;
  opterr = 0;
  /* '+': what follows the first operand is the command's. */
  while (!status && (code = getopt_long(argc, argv, "+:", names, NULL)) != -1) {
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

int vf_command_conform(int argc, char **argv) {
  vf_conform_options options = {.timeout = 60.0, .jobs = vf_processors()};
  int status = vf_parse_conform(argc, argv, &options);
  if (!status)
    status = options.mistakes ? vf_list_mistakes()
             : options.serve  ? vf_serve(options.jobs, options.bits)
                              : vf_conform(&options);
  const int flushed = vf_output_flush();
  return flushed ? flushed : status;
}
