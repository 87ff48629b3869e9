/* sidyn: the command line. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "running/backend.h"
#include "command/describe.h"
#include "formats/output.h"
#include "sidyn.h"

#ifdef _WIN32
#error "sidyn: the program needs POSIX: build it in WSL; the library, ref/, builds on Windows too"
#endif

/* In the order in which they are shown. */
static const vf_command *const vf_list[] = {&vf_verify_command,  &vf_explain_command,
                                            &vf_run_command,     &vf_merge_command,
                                            &vf_law_command,     &vf_compare_command,
                                            &vf_stream_command,  &vf_conform_command,
                                            &vf_data_command,    &vf_plot_command,
                                            &vf_example_command, &vf_info_command,
                                            &vf_help_command,    NULL};

static const vf_command *vf_command_named(const char *name) {
  for (vf_commands one = vf_list; *one; one++)
    if (strcmp(name, (*one)->name) == 0) return *one;
  return NULL;
}

/* All names behind "NAME: unknown command; allowed:". */
static int vf_unknown_command(const char *name) {
  char names[512] = "";
  for (vf_commands one = vf_list; *one; one++) {
    const size_t length = strlen(names);
    snprintf(names + length, sizeof names - length, "%s%s", length ? ", " : "", (*one)->name);
  }
  return vf_fail("%s: unknown command; allowed: %s", name, names);
}

static int vf_trusted(void) {
  const uint32_t failed = sid_selfcheck();
  for (uint32_t bit = 1; bit; bit <<= 1)
    if (failed & bit) vf_fail("selfcheck: %s", sid_selfcheck_text(bit));
  return !failed;
}

/* A file that is opened must not become standard output or error because that was closed. Writing
 * to these then still fails. */
static void vf_hold_standard_streams(void) {
  int descriptor;
  do descriptor = open("/dev/null", O_RDONLY);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) close(descriptor);
}

/* ---- help ---- */

typedef struct {
  int man;
  const char *shell;
} vf_help_options;

static int vf_parse_help(int argc, char **argv, vf_help_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_help_command, argc, argv)) != -1) {
    switch (code) {
      case 'm': options->man = 1; break;
      case 'c':
        options->shell = optarg;
        if (strcmp(optarg, "bash") != 0 && strcmp(optarg, "zsh") != 0)
          status = vf_fail("help: --completion %s: allowed: bash, zsh", optarg);
        break;
      default: status = vf_option_error("help", code, argv);
    }
  }
  if (status) return status;
  if (vf_options_after("help", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind > 1) return vf_fail("help: %s: allowed: one COMMAND", argv[optind + 1]);
  if (options->shell && (options->man || optind < argc))
    return vf_fail("help: --completion: stands alone; allowed: neither --man nor COMMAND");
  return 0;
}

static int vf_help(int argc, char **argv) {
  vf_help_options options = {0, NULL};
  const int status = vf_parse_help(argc, argv, &options);
  if (status) return status;
  const vf_command *one = optind < argc ? vf_command_named(argv[optind]) : NULL;
  if (optind < argc && !one) return vf_unknown_command(argv[optind]);
  if (options.shell)
    (*options.shell == 'b' ? vf_complete_bash : vf_complete_zsh)(vf_list, stdout);
  else if (one)
    (options.man ? vf_man : vf_describe)(one, stdout);
  else
    (options.man ? vf_man_all : vf_describe_all)(vf_list, stdout);
  return vf_output_flush();
}

static const vf_option vf_help_table[] = {
    {'m', "man", NULL, NULL, "the man page instead, in mdoc: sidyn help --man run | man -l -"},
    {'c', "completion", "bash|zsh", NULL, "what makes that shell complete commands and options"},
    VF_OPTIONS_END};

const vf_command vf_help_command = {
    .name = "help",
    .summary = "options, defaults and an example of a command",
    .operands = "[COMMAND]",
    .words = "sidyn help | sed -n '/^Exit status/q; s/^  \\([a-z][a-z]*\\)  .*/\\1/p'",
    .describes = "`sidyn COMMAND --help` says the same. For completion put the output of "
                 "--completion where your shell looks for it; `make install` does.",
    .example = "sidyn help run",
    .options = vf_help_table,
    .run = vf_help,
    .runs_on_wrong_machine = 1};

/* --help or -h before or right behind a command. */
static int vf_asks_for_help(const char *argument) {
  return argument && (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0);
}

int main(int argc, char **argv) {
  vf_hold_standard_streams();
  signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is a write that fails, with a message */
  if (argc < 2) {
    vf_describe_all(vf_list, stderr);
    return VF_EXIT_USAGE;
  }
  if (strcmp(argv[1], "--version") == 0) {
    puts("sidyn " SID_VERSION);
    return vf_output_flush();
  }
  const vf_command *command = vf_command_named(argv[1]);
  if (vf_asks_for_help(argv[1])) {
    vf_describe_all(vf_list, stdout);
    return vf_output_flush();
  }
  if (!command) return vf_unknown_command(argv[1]);
  if (vf_asks_for_help(argv[2])) {
    vf_describe(command, stdout);
    return vf_output_flush();
  }
  if (!command->runs_on_wrong_machine && !vf_trusted()) return VF_EXIT_MACHINE;
  const char *backend = getenv("SID_BACKEND");
  if (backend && *backend && vf_backend_choose(backend)) return VF_EXIT_USAGE;
  return command->run(argc - 1, argv + 1);
}
