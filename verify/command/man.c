/* Man pages in mdoc(7). */
#include <ctype.h>
#include <string.h>
#include "command/describe.h"
#include "harness/papers.h"

/* A change of the pages themselves has no date of its own that two builds would share. */
static const char VF_MAN_DATE[] = "November 28, 2026";

/* One word, no character of which mdoc takes for its own. */
static void vf_man_word(const char *word, int length, FILE *stream) {
  if (*word == '.' || *word == '\'') fputs("\\&", stream);
  for (int i = 0; i < length; i++) {
    if (word[i] == '\\')
      fputs("\\e", stream);
    else if (strncmp(word + i, "--", 2) == 0 || (i && word[i - 1] == '-' && word[i] == '-'))
      fputs("\\-", stream);
    else
      fputc(word[i], stream);
  }
}

/* A text: lines of at most 80 characters, each sentence on lines of its own, paragraphs where the
 * text has empty lines. */
static void vf_man_text(const char *text, FILE *stream) {
  int at = 0, ended = 0; /* the column; whether the last word ended a sentence */
  while (*text) {
    const int length = (int)strcspn(text, " \n");
    const int sentence = ended && isupper((unsigned char)*text);
    if (at && (sentence || at + length > 70)) at = 0, fputc('\n', stream);
    if (at) fputc(' ', stream);
    vf_man_word(text, length, stream);
    at += length + 1;
    ended = text[length - 1] == '.';
    text += length;
    if (strncmp(text, "\n\n", 2) == 0) at = 0, fputs("\n.Pp\n", stream);
    text += strspn(text, " \n");
  }
  fputc('\n', stream);
}

/* Arguments of a macro: none is a macro or a delimiter. */
static void vf_man_words(const char *text, FILE *stream) {
  for (; *text; text += strspn(text, " ")) {
    const int length = (int)strcspn(text, " ");
    fputs(" \\&", stream);
    vf_man_word(text, length, stream);
    text += length;
  }
}

static void vf_man_head(const char *name, int section, const char *summary, FILE *stream) {
  fprintf(stream, ".Dd %s\n.Dt ", VF_MAN_DATE);
  for (const char *at = name; *at; at++) fputc(toupper((unsigned char)*at), stream);
  fprintf(stream, " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", section, name);
  vf_man_text(summary, stream);
}

static void vf_man_exit(FILE *stream) {
  fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", stream);
  for (int i = 0; vf_exit_statuses[i]; i++) fprintf(stream, ".It %d\n%s\n", i, vf_exit_statuses[i]);
  fputs(".El\n", stream);
}

void vf_man_all(vf_commands commands, FILE *stream) {
  vf_man_head("sidyn", 1, "reference implementation of the dynamics of scale-invariant losses",
              stream);
  fputs(
      ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\n.Nm\n"
      "computes stochastic gradient descent and the differential equations that\n"
      "approximate it on scale-invariant losses, bit for bit the same on every\n"
      "machine, and checks the laws that five papers prove about them.\n.Bl -tag -width conform\n",
      stream);
  for (; *commands; commands++) {
    fprintf(stream, ".It Cm %s\n", (*commands)->name);
    vf_man_text((*commands)->summary, stream);
  }
  fputs(".El\n.Pp\nNames of checks begin with the code of a paper, or with X for identities that\n"
        "all papers share:\n.Bl -tag -width svag\n",
        stream);
  for (const vf_paper *paper = vf_papers; paper->code; paper++) {
    fprintf(stream, ".It %s\n", paper->code);
    vf_man_text(paper->title, stream);
  }
  fputs(".El\n.Sh ENVIRONMENT\n.Bl -tag -width SID_BACKEND\n.It Ev SID_BACKEND\n"
        "the backend that computes, where\n.Fl -backend\nis not given\n.El\n",
        stream);
  vf_man_exit(stream);
  fputs(".Sh SEE ALSO\n", stream);
  fputs(".Xr sidyn-help 1 ,\n.Xr sidyn-run 1 ,\n.Xr sidyn-verify 1 ,\n.Xr sidyn-experiment 5\n",
        stream);
}

static void vf_man_option(const vf_option *option, FILE *stream) {
  char says[VF_SAYS_SIZE];
  fprintf(stream, ".It Fl -%s", option->name);
  if (option->argument) {
    fputs(" Ar", stream);
    vf_man_words(option->argument, stream);
  }
  fputc('\n', stream);
  vf_option_says(option, says);
  vf_man_text(says, stream);
}

void vf_man(const vf_command *command, FILE *stream) {
  char name[64];
  snprintf(name, sizeof name, "sidyn-%s", command->name);
  vf_man_head(name, 1, command->summary, stream);
  fprintf(stream, ".Sh SYNOPSIS\n.Nm sidyn\n.Cm %s\n", command->name);
  if (command->options->name) fputs(".Op Ar options\n", stream);
  if (*command->operands) {
    fputs(".Ar", stream);
    vf_man_words(command->operands, stream);
    fputc('\n', stream);
  }
  fputs(".Sh DESCRIPTION\n", stream);
  vf_man_text(command->describes, stream);
  if (command->options->name) {
    fputs(".Bl -tag -width Ds\n", stream);
    for (const vf_option *option = command->options; option->name; option++)
      vf_man_option(option, stream);
    fputs(".El\n", stream);
  }
  vf_man_exit(stream);
  fputs(".Sh EXAMPLES\n.Dl ", stream);
  vf_man_text(command->example, stream);
  fputs(".Sh SEE ALSO\n.Xr sidyn 1 ,\n.Xr sidyn-experiment 5\n", stream);
}
