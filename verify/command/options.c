/* What the commands share: options. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "command/command.h"
#include "formats/failure.h"
#include "formats/number.h"

enum { VF_OPTIONS_MOST = 32 };

int vf_option_jobs(const char *text, int *jobs) {
  uint64_t value;
  if (vf_parse_u64(text, &value) || value < 1 || value > 1024)
    return vf_fail("--jobs %s: allowed: an integer from 1 to 1024", text);
  *jobs = (int)value;
  return 0;
}

/* The last index before the end of a range, which may be 2^64. */
static int vf_parse_last(const char *text, uint64_t *last) {
  const int most = strcmp(text, "18446744073709551616") == 0;
  *last = 0;
  if (!most && (vf_parse_u64(text, last) || *last == 0)) return -1;
  *last -= 1; /* modulo 2^64 */
  return 0;
}

int vf_option_range(const char *command, const char *text, uint64_t *first, uint64_t *count) {
  char begin[32];
  const size_t length = strcspn(text, ":");
  uint64_t last;
  int bad = text[length] != ':' || length >= sizeof begin;
  if (!bad) {
    memcpy(begin, text, length);
    begin[length] = '\0';
    bad = vf_parse_u64(begin, first) || vf_parse_last(text + length + 1, &last) || last < *first ||
          last - *first == UINT64_MAX;
  }
  if (bad)
    return vf_fail(
        "%s: --trajectories %s: allowed: A:B with integers 0 <= A < B <= 2^64, B - A < 2^64",
        command, text);
  *count = last - *first + 1;
  return 0;
}

int vf_next_option(const vf_command *command, int argc, char **argv) {
  struct option names[VF_OPTIONS_MOST + 1] = {{NULL, 0, NULL, 0}};
  for (int i = 0; i < VF_OPTIONS_MOST && command->options[i].name; i++) {
    const vf_option *one = command->options + i;
    names[i].name = one->name;
    names[i].has_arg = one->argument ? required_argument : no_argument;
    names[i].val = one->code;
  }
  opterr = 0;
  return getopt_long(argc, argv, command->operands_end_options ? "+:" : ":", names, NULL);
}

int vf_option_error(const char *command, int code, char **argv) {
  const char letter[] = {'-', (char)optopt, '\0'};
  const char *given = argv[optind - 1];
  const int is_long = strncmp(given, "--", 2) == 0;
  const char *what = code == ':'                               ? "needs a value"
                     : is_long && optopt && strchr(given, '=') ? "takes no value"
                                                               : "unknown option";
  return vf_fail("%s: %s: %s; `sidyn help %s` lists the options", command,
                 is_long || code == ':' ? given : letter, what, command);
}

int vf_options_after(const char *command, int argc, char **argv) {
  for (int i = optind; i < argc; i++)
    if (argv[i][0] == '-' && argv[i][1] && getenv("POSIXLY_CORRECT"))
      return vf_fail("%s: %s: POSIXLY_CORRECT is set; allowed then: options before all else",
                     command, argv[i]);
  return 0;
}

int vf_ends_with(const char *text, const char *end) {
  const size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

int vf_same_path(const char *a, const char *b) {
  struct stat first, second;
  return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}
