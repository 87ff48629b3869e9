# What the tests of refusals share; sourced after tests/build/tap.sh. A row is a hazard, a way to
# provoke it, and the outcomes that are right: `refused` (the compiler stops at an #error of
# ref/config.h), `same` (immune: the trajectory hash is that of every machine) or the codes of
# sid_selfcheck(), as 0x2. What may never happen is another hash that nobody noticed.
"$PYTHON" -B ci/amalgamate.py "$tmp/one" || exit 1 # in one piece, where a compiler sees most
careful='-std=c99 -ffp-contract=off -fno-math-errno'
hash_program=tests/cross/trajectory_hash.c

# Prints the outcome of running the command.
outcome_of() {
  "$@" > "$tmp/run.log" 2>&1
  case $? in
    0) echo same ;;
    3) echo $(sed -n 's/^selfcheck \(0x[0-9a-f]*\):.*/\1/p' "$tmp/run.log") | tr ' ' '+' ;;
    1) echo 'ANOTHER HASH, UNNOTICED' ;;
    *) echo "does not run: $(tail -n 1 "$tmp/run.log")" ;;
  esac
}

# Prints the outcome of building library and program with the same flags; $RUN runs programs of
# other machines.
outcome() { # COMPILER FLAGS...
  if ! "$@" -w -I"$tmp/one" -DSTOP_IF_REFUSED "$tmp/one/sidyn.c" $hash_program -o "$tmp/row" \
    > "$tmp/compile.log" 2>&1
  then
    if grep -q 'error:.*sid' "$tmp/compile.log"; then
      echo refused
    else
      echo "does not compile: $(head -n 1 "$tmp/compile.log")"
    fi
    return
  fi
  outcome_of ${RUN:-} "$tmp/row"
}

# is ALLOWED FOUND: one of the outcomes, which are separated by blanks.
is() {
  echo "found: $2; right would be: $1"
  case " $1 " in *" $2 "*) return 0 ;; esac
  return 1
}

row() { # NAME ALLOWED COMPILER FLAGS...
  name=$1 allowed=$2
  shift 2
  found=$(outcome "$@")
  check "$name -> $found" is "$allowed" "$found"
}
