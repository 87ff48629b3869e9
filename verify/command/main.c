/* sidyn: the command line. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "running/backend.h"
#include "command/command.h"
#include "formats/output.h"
#include "sidyn.h"

static const char vf_usage[] =
    "usage: sidyn COMMAND [options]\n"
    "  verify [--tier quick|full|deep] [--filter GLOB] [--backend NAME] [--jobs N] [--json "
    "FILE] [--junit FILE] [--list]\n"
    "  run EXPERIMENT.json [--trajectories A:B] [--backend NAME] [--jobs N] [--out "
    "FILE.csv|FILE.npy|-] [--format bits|hex|dec]\n"
    "      [--statistics] [--with-law]\n"
    "  law EXPERIMENT.json [--json FILE] | --list\n"
    "  compare EXPERIMENT.json THEIRS.csv|THEIRS.npy [--trajectory N|--trajectories A:B] "
    "[--jobs N] [--json FILE]\n"
    "      [--format bits|hex|dec] [--ensemble [--reference N]]\n"
    "  stream --seed S [--key A[,B[,C]]] --count N [--skip K] [--what raw|uniform|normal] "
    "[--format bits|hex|dec]\n"
    "  conform [--level bits|numbers|laws|all] [--only GLOB] [--require GLOB] [--seed S] "
    "[--timeout SECONDS] [--jobs N]\n"
    "      [--verdict-only] [--json FILE] [--junit FILE] [--tap FILE] [--transcript FILE] -- "
    "COMMAND "
    "[ARGS...]\n"
    "  conform --serve [--bits] | --mistakes\n"
    "  data FILE [FILE...]\n"
    "  info\n"
    "Results go to standard output, messages to standard error. Exit status: 0 fine, 1 a "
    "check or a comparison failed, 2 bad usage or input,\n"
    "3 the arithmetic of this machine cannot be trusted.\n";

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

/* help, or --help or -h before or after a command. */
static int vf_asks_for_help(int argc, char **argv) {
  for (int i = 1; i < argc && i < 3; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return 1;
  return argc == 2 && strcmp(argv[1], "help") == 0;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(int, char **);
  } commands[] = {{"verify", vf_command_verify}, {"run", vf_command_run},
                  {"law", vf_command_law},       {"compare", vf_command_compare},
                  {"stream", vf_command_stream}, {"conform", vf_command_conform},
                  {"data", vf_command_data},     {"info", vf_command_info}};
  vf_hold_standard_streams();
  signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is a write that fails, with a message */
  if (vf_asks_for_help(argc, argv)) {
    fputs(vf_usage, stdout);
    return vf_output_flush();
  }
  if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
    puts("sidyn " SID_VERSION);
    return vf_output_flush();
  }
  if (argc < 2) {
    fputs(vf_usage, stderr);
    return VF_EXIT_USAGE;
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(argv[1], commands[i].name) != 0) continue;
    /* info reports a machine that cannot be trusted; the others refuse it. */
    if (commands[i].run != vf_command_info && !vf_trusted()) return VF_EXIT_MACHINE;
    const char *backend = getenv("SID_BACKEND");
    if (backend && *backend && vf_backend_choose(backend)) return VF_EXIT_USAGE;
    return commands[i].run(argc - 1, argv + 1);
  }
  return vf_fail("%s: unknown command; allowed: verify, run, law, compare, stream, conform, data, "
                 "info",
                 argv[1]);
}
