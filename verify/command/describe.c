#include "command/describe.h"
#include <string.h>
#include "harness/papers.h"

enum { WIDTH = 80, SAYS = 26 /* column of what is said beside a name */ };

const char *const vf_exit_statuses[] = {"fine", "a check or a comparison failed",
                                        "bad usage or input, one line on standard error",
                                        "the arithmetic of this machine cannot be trusted", NULL};

void vf_wrap(const char *text, int indent, int column, FILE *stream) {
  int at = column, first = 1;
  for (; *text; text += strspn(text, " \n")) {
    const int length = (int)strcspn(text, " \n");
    if (!first && at + 1 + length > WIDTH) {
      fprintf(stream, "\n%*s", indent, "");
      at = indent;
      first = 1;
    }
    fprintf(stream, "%s%.*s", first ? "" : " ", length, text);
    at += length + !first;
    first = 0;
    text += length;
    if (strncmp(text, "\n\n", 2) == 0) {
      fprintf(stream, "\n\n%*s", indent, "");
      at = indent;
      first = 1;
    }
  }
  fputc('\n', stream);
}

/* What is said beside a name of `length` characters, which was printed. */
static void vf_beside(int length, const char *says, FILE *stream) {
  if (length + 2 > SAYS)
    fprintf(stream, "\n%*s", SAYS, "");
  else
    fprintf(stream, "%*s", SAYS - length, "");
  vf_wrap(says, SAYS, SAYS, stream);
}

void vf_describe_all(vf_commands commands, FILE *stream) {
  fputs("usage: sidyn COMMAND [options]\n\n", stream);
  for (; *commands; commands++)
    vf_beside(fprintf(stream, "  %s", (*commands)->name), (*commands)->summary, stream);
  fputs("\nsidyn help COMMAND: options, defaults and an example. sidyn --version: the version.\n"
        "Results go to standard output, messages to standard error.\n\nExit status\n",
        stream);
  for (int i = 0; vf_exit_statuses[i]; i++) fprintf(stream, "  %d  %s\n", i, vf_exit_statuses[i]);
  fputs("\nPapers, by the code that names of checks begin with (docs/errata.md)\n", stream);
  for (const vf_paper *paper = vf_papers; paper->code; paper++) {
    fprintf(stream, "  %-6s", paper->code);
    vf_wrap(paper->title, 8, 8, stream);
  }
  fputs("  X     identities that all of them share\n", stream);
}

void vf_option_says(const vf_option *option, char says[VF_SAYS_SIZE]) {
  if (option->otherwise)
    snprintf(says, VF_SAYS_SIZE, "%s (default: %s)", option->says, option->otherwise);
  else
    snprintf(says, VF_SAYS_SIZE, "%s", option->says);
}

static void vf_describe_option(const vf_option *option, FILE *stream) {
  char says[VF_SAYS_SIZE];
  int length = fprintf(stream, "  --%s", option->name);
  if (option->argument) length += fprintf(stream, " %s", option->argument);
  vf_option_says(option, says);
  vf_beside(length, says, stream);
}

void vf_describe(const vf_command *command, FILE *stream) {
  fprintf(stream, "sidyn %s: ", command->name);
  vf_wrap(command->summary, 0, 8 + (int)strlen(command->name), stream);
  fprintf(stream, "\nusage: sidyn %s%s%s%s\n\n", command->name,
          command->options->name ? " [options]" : "", *command->operands ? " " : "",
          command->operands);
  vf_wrap(command->describes, 0, 0, stream);
  if (command->options->name) fputs("\nOptions\n", stream);
  for (const vf_option *option = command->options; option->name; option++)
    vf_describe_option(option, stream);
  fprintf(stream, "\nExample\n  %s\n", command->example);
}
