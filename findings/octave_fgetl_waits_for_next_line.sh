#!/bin/sh
# Octave 7.3: fgetl(stdin) returns a line of a pipe only when the first byte of the next has come.
#
# Guess: fgetl returns when the newline is read, as input("", "s") does on the same pipe, and as do
# fgets of C and readline of Python.
# Seen: it looks for one byte more, to know whether the file ends, and waits for it. The line that
# was complete comes out with a single byte of the next one, or at the end of the pipe.
# Matters: a program in Octave that answers requests line by line, such as an optimiser asking for
# gradients, waits for ever for the second request, which is sent when the first is answered. With
# a file as input all is well.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
# shellcheck source=findings/octave
. "$(dirname "$0")/octave"

# Whether the file appears within three seconds, or within as many as are said.
appears() {
  tenths=${2:-3}0
  while [ ! -e "$1" ] && [ "$tenths" -gt 0 ]; do sleep 0.1 && tenths=$((tenths - 1)); done
  if [ -e "$1" ]; then echo yes; else echo no; fi
}
# Sends a line to the reader, then one byte, and says after each whether the line has come out.
line_comes_out() {
  mkfifo "$tmp/requests"
  octave_runs --eval "
    fclose(fopen('$tmp/ready', 'w'));
    line = $1;
    fclose(fopen('$tmp/$2', 'w'));
    fread(stdin);" <"$tmp/requests" &
  exec 3>"$tmp/requests"
  [ "$(appears "$tmp/ready" 60)" = yes ]
  echo request >&3
  first=$(appears "$tmp/$2")
  printf x >&3
  echo "after the line $first, after a byte more $(appears "$tmp/$2" 30)"
  exec 3>&-
  wait
  rm "$tmp/requests" "$tmp/ready"
}
line_comes_out 'fgetl(stdin)' fgetl >"$tmp/seen"
expect 'fgetl(stdin)' "$(cat "$tmp/seen")" 'after the line no, after a byte more yes'
line_comes_out 'input("", "s")' input >"$tmp/seen"
expect 'input("", "s")' "$(cat "$tmp/seen")" 'after the line yes, after a byte more yes'
