/* What the descriptions of commands say, in the forms in which people and shells want it.
 * `commands` is the list of all, with NULL at its end. Everything goes to `stream`. */
#ifndef VF_DESCRIBE_H
#define VF_DESCRIBE_H

#include <stdio.h>
#include "command/command.h"

typedef const vf_command *const *vf_commands;

/* One screen about all commands. */
void vf_describe_all(vf_commands commands, FILE *stream);

/* Usage, options with their defaults, and an example of one command. */
void vf_describe(const vf_command *command, FILE *stream);

enum { VF_SAYS_SIZE = 512 };

/* What an option does, and its default. */
void vf_option_says(const vf_option *option, char says[VF_SAYS_SIZE]);

/* Man pages in the language mdoc: sidyn(1), and that of one command. */
void vf_man_all(vf_commands commands, FILE *stream);
void vf_man(const vf_command *command, FILE *stream);

/* Completion of commands, options and their words for bash and for zsh. */
void vf_complete_bash(vf_commands commands, FILE *stream);
void vf_complete_zsh(vf_commands commands, FILE *stream);

/* What the exit statuses mean, from 0 on; NULL ends. */
extern const char *const vf_exit_statuses[];

/* Prints words of `text`, the first at `column`, further lines behind `indent` blanks and within 80
 * columns. */
void vf_wrap(const char *text, int indent, int column, FILE *stream);

#endif
