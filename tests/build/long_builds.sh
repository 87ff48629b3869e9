#!/bin/sh
# Builds as packagers and users make them: two at once, interrupted, in odd folders, with flags of
# distributions, link-time optimisation and another C library; and what a careful umask installs.
# Where the level of optimisation is not the subject, -O0 saves time.
planned=19
. tests/build/tap.sh
here=$PWD
flags='-march=native -flto -D_FORTIFY_SOURCE=3'

# What make says besides the short line of each file.
remarks() { cat "$@" | grep -v '^  \(CC\|AR\)  '; }
quietly() { # COMMAND...: succeeds without a remark
  "$@" > "$tmp/log" 2>&1 || { tail -n 20 "$tmp/log"; return 1; }
  none "$(remarks "$tmp/log")"
}
refused() { # PATTERN COMMAND...: fails with one line that has the pattern
  pattern=$1
  shift
  "$@" > "$tmp/log" 2>&1 && { echo 'it did not fail'; return 1; }
  grep -q -- "$pattern" "$tmp/log" && [ "$(wc -l < "$tmp/log")" -eq 1 ] || {
    cat "$tmp/log"
    return 1
  }
}
works() { # PROGRAM
  "$1" verify --filter X1 > "$tmp/log" 2>&1 &&
    tail -n 1 "$tmp/log" | grep -q '^[1-9][0-9]* passed, 0 failed$' || {
    tail -n 20 "$tmp/log"
    return 1
  }
}
# A file that is being made has the number of a process in its name.
unfinished() { find "$1" 2> /dev/null | grep '[.][0-9][0-9]*\([.][do]\)\{0,1\}$'; }

# ---- several makes in one folder -----------------------------------------------------------------

# quick COMPILER...: make at -O0 under the names of the default configuration.
quick() { make CC=gcc OPT=-O2 EXTRA_CFLAGS=-O0 BUILD="$tmp/together" "$@"; }
library=$tmp/together/gcc-O2/libsidyn.a

# Ctrl-C ends all processes of a terminal's group, here when make has begun with so many files.
# What runs in the background may not hear it, so the signal is given its meaning back.
interrupted() { # FILES
  "$PYTHON" - "$1" make -j2 CC=gcc OPT=-O2 EXTRA_CFLAGS=-O0 BUILD="$tmp/together" << 'end'
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
make = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                        start_new_session=True)
for _ in range(int(sys.argv[1])):
    make.stdout.readline()
time.sleep(0.05)
os.killpg(make.pid, signal.SIGINT)
sys.exit(0 if make.wait(60) != 0 else "make had ended")
end
  [ $? -eq 0 ] && none "$(unfinished "$tmp/together")"
}
interruptions() { for files in 0 1 2 7 40; do interrupted $files || return 1; done; }
check 'an interrupted make leaves nothing unfinished' interruptions

both() { # DELAY TARGET...: two makes, the second a moment later
  delay=$1
  shift
  quick "$@" > "$tmp/first" 2>&1 &
  first=$!
  sleep "$delay"
  quick "$@" > "$tmp/second" 2>&1
  second=$?
  wait $first && [ $second -eq 0 ] || { cat "$tmp/first" "$tmp/second"; return 1; }
  none "$(remarks "$tmp/first" "$tmp/second")" && none "$(unfinished "$tmp/together")"
}
twice() { # the library alone, from nothing, at several moments
  for delay in 0 0.05 0.15 0.4 0.8; do
    rm -rf "$tmp/together"
    both $delay "$library" "${library%.a}_simd.a" || return 1
  done
}
after_interruption() { both 0 && works "$tmp/together/sidyn"; }
check 'what two makes finish after it works' after_interruption
check 'two makes in one empty folder, the library' twice
check 'two makes in one folder, the program' after_interruption
nothing_to_do() { quick && quick > "$tmp/log" && none "$(grep '^  [CA]' "$tmp/log")"; }
check 'afterwards there is nothing to do' nothing_to_do

# ---- how make is called --------------------------------------------------------------------------

# Without a compiler: -n shows what would be made.
shown() { # COMMAND...
  "$@" > "$tmp/log" 2> "$tmp/errors" && none "$(cat "$tmp/errors")" && grep -q libsidyn.a "$tmp/log"
}
calls() {
  printf 'all:\n\t+@$(MAKE) -n BUILD=%s/shown\n' "$tmp" > "$tmp/outer.mk"
  shown make -n BUILD="$tmp/shown" && shown make -n -j8 BUILD="$tmp/shown" &&
    shown make -n JOBS=1 BUILD="$tmp/shown" && shown env JOBS=3 make -n BUILD="$tmp/shown" &&
    shown env MAKEFLAGS=-j3 make -n BUILD="$tmp/shown" &&
    shown env MAKEFLAGS=k make -n BUILD="$tmp/shown" && shown make -f "$tmp/outer.mk" &&
    shown make -j3 -f "$tmp/outer.mk" && none "$(find "$tmp/shown" -name '*.[oa]')"
}
check 'make -n, -j, JOBS, MAKEFLAGS, and a make of another project' calls
check 'BUILD with a space is refused' refused "BUILD is 'a b'" make BUILD='a b'
check 'PREFIX with a space is refused' refused "PREFIX is '/a b'" make install PREFIX='/a b' \
  BUILD="$tmp/shown" DESTDIR="$tmp/never"

# ---- folders -------------------------------------------------------------------------------------

# A source whose path has a space and which nobody may write.
source="$tmp/a source"
copy() {
  mkdir "$source" && cp -r Makefile ref simd verify fixtures ci docs "$source" &&
    chmod -R a-w "$source"
}
state() { find "$1" -printf '%p %T@ %m\n' | sort; }
builds_from_copy() {
  copy && state "$source" > "$tmp/before" && cd "$source" || return 1
  quietly make CC=gcc OPT=-O0 BUILD="$tmp/elsewhere"
  status=$?
  cd "$here"
  [ $status -eq 0 ] && state "$source" | cmp - "$tmp/before" && works "$tmp/elsewhere/gcc-O0/sidyn"
}
check 'it builds elsewhere from a source that is read only, with a space in its path' \
  builds_from_copy

# ---- installation --------------------------------------------------------------------------------

install_to() { # DESTDIR UMASK
  (umask "$2" && quick install DESTDIR="$1" PREFIX=/opt/sidyn) > "$tmp/log" 2>&1 || {
    cat "$tmp/log"
    return 1
  }
}
installs() {
  mkdir "$tmp/a stage" && install_to "$tmp/a stage" 077 && install_to "$tmp/stage" 022 &&
    none "$(find "$tmp/a stage/opt" ! -perm -o=r)" && [ -f "$tmp/stage/opt/sidyn/bin/sidyn" ] &&
    diff -r "$tmp/stage" "$tmp/a stage"
}
check 'umask 077: all can read what is installed, also by a DESTDIR with a space' installs
check 'the installed program works' works "$tmp/a stage/opt/sidyn/bin/sidyn"
chmod -R u+w "$source" "$tmp/a stage"

# ---- flags of distributions ----------------------------------------------------------------------

cat > "$tmp/compare.py" << 'end'
# The rows and streams of two programs: by the reference, and by the lanes of this machine.
import json, subprocess, sys
def output(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, check=False)
    return done.returncode, done.stdout
compared = [("stream", "--seed", "11", "--key", "3,4", "--what", "normal", "--count", "2000",
             "--format", text) for text in ("hex", "bits")]
if len(sys.argv) == 4:
    for number, case in enumerate(json.load(open("fixtures/trajectories.json"))["cases"][::40]):
        path = f"{sys.argv[3]}/{number}.json"
        with open(path, "w", encoding="ascii") as file:
            json.dump(case["experiment"], file)
        compared += [("run", path, "--format", "bits", "--trajectories", "0:9", *backend)
                     for backend in (("--backend", "ref"), ())]
size = 0
for arguments in compared:
    one, two = output(sys.argv[1], *arguments), output(sys.argv[2], *arguments)
    size += len(one[1])
    if one != two:
        sys.exit(f"{arguments}: {one[0]}, {two[0]}, or other bytes")
print(size)
if size < 70000:
    sys.exit("too little to compare")
end

# The library and a program that takes its hash, which -flto makes one; then the program of a user
# who allows contraction.
hash_is_right() { # COMPILER
  library=$(build_library "$tmp/lto" "$1" -O2 "$flags") && none "$(remarks "$tmp/make.log")" ||
    return 1
  for more in '' -ffp-contract=fast; do
    # shellcheck disable=SC2086
    "$1" -std=c99 -O2 $flags $more -Iref tests/cross/trajectory_hash.c "$library" -o "$tmp/hash" &&
      "$tmp/hash" > "$tmp/hash.log" || { tail -n 2 "$tmp/hash.log"; return 1; }
  done
}
with_flags() { # COMPILER
  quietly make CC="$1" OPT=-O2 EXTRA_CFLAGS="$flags" BUILD="$tmp/lto" &&
    works "$tmp/lto/$1-O2/sidyn"
}
for compiler in gcc clang; do
  check "$compiler $flags: the hash of all trajectories" hash_is_right $compiler
  check "$compiler $flags: the program works, without a warning" with_flags $compiler
  check "$compiler $flags: the same bits" \
    "$PYTHON" "$tmp/compare.py" "$B/sidyn" "$tmp/lto/$compiler-O2/sidyn" "$tmp"
done

# ---- another C library ---------------------------------------------------------------------------

musl() {
  make CC=musl-gcc OPT=-O2 EXTRA_CFLAGS=-O0 BUILD="$tmp/musl" > "$tmp/log" 2>&1 &&
    [ "$(remarks "$tmp/log" | wc -l)" -eq 1 ] &&
    grep '^built without: libjansson-dev .*not for musl-gcc$' "$tmp/log" || {
    cat "$tmp/log"
    return 1
  }
}
musl_works() {
  works "$tmp/musl/musl-gcc-O2/sidyn" &&
    "$PYTHON" "$tmp/compare.py" "$B/sidyn" "$tmp/musl/musl-gcc-O2/sidyn"
}
check 'musl: it builds and says in one line what is missing' musl
check 'musl: the program works, with the same bits and text' musl_works

finish
