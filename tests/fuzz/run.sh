#!/bin/sh
# libFuzzer (clang) on the readers of experiments, of known answers, of images and of parts, each
# for SECONDS_EACH seconds (30) from the fixtures or small files as a start, with address and
# undefined-behaviour sanitizers. A fault stays in build/fuzz/ with the input that shows it. Then
# EXPERIMENTS random experiments (5000) of the seed SEED (1) by every backend, by the executable and
# by the oracle (differential.py), and what the lanes leave (leftovers.c) under valgrind. make fuzz;
# needs make deps deps-cross.
planned=11
. tests/build/tap.sh
seconds=${SECONDS_EACH:-30}
dir=${BUILD:-build}/fuzz
mkdir -p "$dir/start-experiment" "$dir/start-answers" "$dir/start-images" \
  "$dir/start-parts" "$dir/faults"
clang -fsyntax-only -x c - -include jansson.h < /dev/null || {
  echo '# libjansson-dev is missing (make deps)'
  exit 1
}

# Starts: every 7th experiment, on a line; a case of each kind of answers; small
# files of images, whose first byte chooses the reader.
"$PYTHON" -B - "$dir" << 'end' || exit 1
import json, os, subprocess, sys
cases = json.load(open("fixtures/trajectories.json", encoding="ascii"))["cases"]
for number, case in enumerate(cases):
    if number % 7 == 0 or case["id"].startswith("special"):
        with open(f"{sys.argv[1]}/start-experiment/{number}.json", "w", encoding="ascii") as file:
            json.dump(case["experiment"], file)
answers = subprocess.run([sys.executable, "-B", "tests/cross/answers.py"],
                         check=True, capture_output=True, text=True)
lines = answers.stdout.splitlines()[1:-1]
for number, line in enumerate(lines):
    if number % 29 == 0 and len(line) < 4000:
        with open(f"{sys.argv[1]}/start-answers/{number}.txt", "w", encoding="ascii") as file:
            file.write(f"answers 1\n{line}\nstop\n")
sys.path.append("tests/cli")
import gzip, image_files
square, labels = image_files.idx_images(bytes(range(18)), 3, 3), image_files.idx_labels(b"\0\1\2")
for name, content in (("images", square), ("labels", labels), ("cifar", image_files.cifar(1)),
                      ("digits", image_files.digits(3))):
    for way, packed in (("plain", content), ("gzip", gzip.compress(content)),
                        ("twice", gzip.compress(content[:9]) + gzip.compress(content[9:]))):
        with open(f"{sys.argv[1]}/start-images/{name}.{way}", "wb") as file:
            file.write(b"\xf8" + packed)  # by its beginning, 32 classes
# Parts without their checksum: statistics of few and of many values, rows, and in flight.
sys.path.append("tests/fuzz")
import start_parts
start_parts.write(f"{sys.argv[1]}/start-parts", os.environ["B"])
end

sources="$(ls ref/*.c ref/problems/*.c ref/dynamics/*.c)"
flags='-std=c99 -g -O1 -ffp-contract=off -D_POSIX_C_SOURCE=200809L -DSID_HAVE_JANSSON=1'
flags="$flags -DSID_HAVE_ZLIB=1 -Iref -Iverify"
sanitizers='-fsanitize=fuzzer,address,undefined,float-cast-overflow -fno-sanitize-recover=all'

# Words that a mutation rarely finds by itself.
tr -c 'a-z_0-9' '\n' < fixtures/schema/experiment.schema.json | grep '^[a-z][a-z_0-9]*$' | sort -u |
  sed 's/.*/"\\"&\\""/' > "$dir/words"
cut -d' ' -f1 "$dir"/start-answers/*.txt | sort -u | sed 's/.*/"&"/' > "$dir/subjects"

builds() { clang $flags $sanitizers "tests/fuzz/fuzz_$1.c" $2 $sources -o "$dir/$1" $3; }
fuzzes() { # PROGRAM DICTIONARY
  "$dir/$1" -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$dir/faults/$1-" \
    -dict="$dir/$2" "$dir/found-$1" "$dir/start-$1" > "$dir/$1.log" 2>&1 || {
      tail -n 40 "$dir/$1.log"
      return 1
    }
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$1.log")
  echo "# $1: $executed inputs" >&3
  [ "${executed:-0}" -ge 1000 ]
}
exec 3>&1
mkdir -p "$dir/found-experiment" "$dir/found-answers" "$dir/found-images" "$dir/found-parts"
printf '%s\n' '"\x00\x00\x08\x01"' '"\x00\x00\x08\x03"' '"\x1f\x8b\x08"' > "$dir/magic"
libraries=$(grep -o -e ' -l[^ ]*' "$B/HOSTED.flags" | tr -d '\n')
check 'the fuzzer of experiments builds' builds experiment "$(ls verify/formats/*.c)" "$libraries"
check "experiments: no fault in $seconds s" fuzzes experiment words
check 'the fuzzer of known answers builds' builds answers '' ''
check "known answers: no fault in $seconds s" fuzzes answers subjects
check 'the fuzzer of images builds' builds images "$(ls verify/formats/*.c)" "$libraries"
check "images: no fault in $seconds s" fuzzes images magic
check 'the fuzzer of parts builds' builds parts "$(ls verify/formats/*.c verify/running/*.c) \
  verify/command/part.c simd/dispatch.c simd/single.c" "-Isimd -pthread $libraries"
check "parts: no fault in $seconds s" fuzzes parts magic
differs_nowhere() {
  "$PYTHON" -B tests/fuzz/differential.py --count "${EXPERIMENTS:-5000}" --seed "${SEED:-1}" \
    > "$dir/differential.log" 2>&1 || { cat "$dir/differential.log"; return 1; }
  sed 's/^/# /' "$dir/differential.log" >&3
}
check 'random experiments: no difference between backends, executable and oracle' differs_nowhere

# The build under test, with its lanes; valgrind knows AVX2 but not AVX-512.
lanes() {
  $(sed 's/ -l.*//' "$B/HOSTED.flags") tests/fuzz/leftovers.c "$B/libsidyn_simd.a" "$B/libsidyn.a" \
    $(grep -o -e ' -l[^ ]*' "$B/HOSTED.flags") -o "$dir/leftovers"
}
leaves() {
  "$dir/leftovers" a5 9 > "$dir/leftovers.txt" &&
    valgrind -q --error-exitcode=9 "$dir/leftovers" none 9 > "$dir/leftovers.valgrind" 2>&1 &&
    cmp "$dir/leftovers.txt" "$dir/leftovers.valgrind" || {
    tail -n 20 "$dir/leftovers.valgrind"
    return 1
  }
}
check 'the leftovers of the lanes build' lanes
check 'valgrind: the lanes read nothing that was not written' leaves

finish
