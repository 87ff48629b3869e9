/* What the commands share: options, and a clock. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "command/command.h"
#include "formats/failure.h"
#include "formats/number.h"

double vf_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int vf_option_jobs(const char *text, int *jobs) {
  uint64_t value;
  if (vf_parse_u64(text, &value) || value < 1 || value > 1024)
    return vf_fail("--jobs %s: allowed: an integer from 1 to 1024", text);
  *jobs = (int)value;
  return 0;
}

int vf_option_error(const char *command, int code, char **argv) {
  const char letter[] = {'-', (char)optopt, '\0'};
  const char *given = argv[optind - 1];
  const int is_long = strncmp(given, "--", 2) == 0;
  const char *what = code == ':'                               ? "needs a value"
                     : is_long && optopt && strchr(given, '=') ? "takes no value"
                                                               : "unknown option";
  return vf_fail("%s: %s: %s; `sidyn --help` lists the options", command,
                 is_long || code == ':' ? given : letter, what);
}

int vf_options_after(const char *command, int argc, char **argv) {
  for (int i = optind; i < argc; i++)
    if (argv[i][0] == '-' && argv[i][1] && getenv("POSIXLY_CORRECT"))
      return vf_fail("%s: %s: POSIXLY_CORRECT is set; allowed then: options before all else",
                     command, argv[i]);
  return 0;
}
