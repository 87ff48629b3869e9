#!/bin/sh
# help.sh DIR SIDYN...: what the program says of itself, as it is installed below share/: man pages
# and completions, into DIR. The page of experiments is made from their schema, by $PYTHON.
set -eu
to=$1
shift
mkdir -p "$to/man/man1" "$to/man/man5" "$to/bash-completion/completions" "$to/zsh/site-functions"
"$@" help --man > "$to/man/man1/sidyn.1"
# The command list of the usage: two blanks, a name of letters alone, and what it is for.
for command in $("$@" help | sed -n '/^Exit status/q; s/^  \([a-z][a-z]*\)  .*/\1/p'); do
  "$@" help --man "$command" > "$to/man/man1/sidyn-$command.1"
done
"$@" help --completion bash > "$to/bash-completion/completions/sidyn"
"$@" help --completion zsh > "$to/zsh/site-functions/_sidyn"
ci=$(dirname "$0")
"${PYTHON:-python3}" -B "$ci/experiment_man.py" "$ci/../fixtures/schema/experiment.schema.json" \
  > "$to/man/man5/sidyn-experiment.5"
