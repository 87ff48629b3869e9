#!/bin/sh
# A problem is its own file and one line of SID_PROBLEM_LIST: added to a copy of the tree, it is
# built, read from JSON, run, and dropped again.
planned=7
. tests/build/tap.sh
tree=$tmp/tree
mkdir "$tree" || exit 1
cp -r Makefile ci docs fixtures ref simd verify "$tree" || exit 1

# L(x) = sum_j s_j x_j^4/4 with the s_j as its spectrum.
cat > "$tree/ref/problems/quartic.c" << 'end'
/* The quartic L(x) = (1/4) sum_j s_j x_j^4. */
#include "../config.h"
#include "room.h"

const sid_problem_traits sid_quartic_traits = {
    .standard_noise = SID_NOISE_NONE,
    .noises = SID_NOISE_BIT(SID_NOISE_NONE) | SID_NOISES_DRAWN};

const sid_problem_field sid_quartic_fields[] = {
    SID_VECTOR_FIELD(spectrum, dim, SID_REQUIRED, SID_NONNEGATIVE, "dim numbers >= 0"),
    SID_LAST_FIELD};

size_t sid_quartic_workspace(const sid_problem *problem) { return 2 * (size_t)problem->dim; }

void sid_quartic_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work) {
  (void)work;
  for (uint32_t j = 0; j < problem->dim; j++)
    gradient[j] = problem->spectrum[j] * ((x[j] * x[j]) * x[j]);
}

double sid_quartic_loss(const sid_problem *problem, const double *x, double *work) {
  sid_quartic_gradient(problem, x, work, work);
  return 0.25 * sid_dot(work, x, problem->dim);
}

void sid_quartic_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                double *hv, double *work) {
  (void)work;
  for (uint32_t j = 0; j < problem->dim; j++)
    hv[j] = ((3.0 * problem->spectrum[j]) * (x[j] * x[j])) * v[j];
}
end
line='  X(SID_QUARTIC, 31, "quartic", quartic, 0, 0, 0, 0, 0, 0) \'
printf '%s\n' "$line" > "$tmp/line"
sed -i "/^  X(SID_POISSON,/r $tmp/line" "$tree/ref/sidyn.h"

one_line() {
  [ "$(diff ref/sidyn.h "$tree/ref/sidyn.h" | grep -c '^[<>]')" -eq 1 ] &&
    grep -qxF "$line" "$tree/ref/sidyn.h"
}
check 'one line is added' one_line

builds() {
  make -s -C "$tree" -j2 BUILD=build OPT=-O0 CC="$CC" EXTRA_CFLAGS= EXTRA_LDFLAGS= all
}
check 'it builds with no other change' builds
set -- "$tree"/build/*-O0/sidyn
sidyn=$1

experiment() { # PROBLEM DYNAMICS OBSERVABLES
  printf '{"schema": "sidyn-experiment-1",
"problem": {"kind": "quartic", "dim": 2%s},
"dynamics": %s, "schedule": {"kind": "constant", "lr": 0.125},
"start": {"kind": "point", "x": [2, 1]}, "seed": 1, "steps": 1, "observables": [%s]}
' "$1" "$2" "$3" > "$tmp/quartic.json"
}

# s = (1, 2): gradient (8, 2), so one step of 1/8 leads from (2, 1) to (1, 3/4); the loss goes from
# 4.5 to (1 + 2 (3/4)^4)/4 = .408203125.
steps() {
  experiment ', "spectrum": [1, 2]' '{"kind": "gd"}' '"x", "loss"'
  "$sidyn" run "$tmp/quartic.json" > "$tmp/rows" || return 1
  cat "$tmp/rows"
  [ "$(sed 1d "$tmp/rows")" = '0,0,,2,1,4.5
0,1,,1,0.75,0.408203125' ]
}
check 'an experiment with it, read from JSON, takes the step computed by hand' steps

# Second-order SDE without noise: b = (8, 2), H b = (96, 12), so x - (b + H b/16)/8 = (2 - 14/8, 1 -
# 2.75/8).
second_order() {
  experiment ', "spectrum": [1, 2], "noise": {"kind": "gaussian", "sigma": 0}' \
    '{"kind": "sde2", "substeps": 1}' '"x"'
  "$sidyn" run "$tmp/quartic.json" > "$tmp/rows" || return 1
  cat "$tmp/rows"
  [ "$(sed -n 3p "$tmp/rows")" = '0,1,,0.25,0.65625' ]
}
check 'its Hessian and drawn noise are used' second_order

says() { # PROBLEM MESSAGE
  experiment "$1" '{"kind": "gd"}' '"x"'
  "$sidyn" run "$tmp/quartic.json" 2> "$tmp/why" && return 1
  cat "$tmp/why"
  grep -qF "quartic.json:$2" "$tmp/why"
}
refusals() {
  says '' '2: problem.spectrum: missing; allowed: dim numbers >= 0' &&
    says ', "spectrum": [1]' '2: problem.spectrum: 1 numbers; allowed: 2' &&
    says ', "spectrum": [1,
-0.5]' '3: problem.spectrum[1]: -0.5; allowed: finite and >= 0' &&
    says ', "spectrum": [1, 2], "matrix": [[1]]' \
      '2: problem.matrix: unknown field; allowed: kind dim spectrum noise' &&
    says ', "spectrum": [1, 2], "noise": {"kind": "samples"}' \
      '2: problem.noise.kind: "samples"; allowed for quartic: none gaussian rademacher sphere'
}
check 'what is wrong with it is said in its own words' refusals

# A program that validates and runs anything.
cat > "$tmp/program.c" << 'end'
#include "sidyn.h"
int main(int count, char **arguments) {
  static sid_experiment experiment;
  static double x[64], work[640];
  uint64_t step = 0;
  (void)arguments;
  experiment.problem.kind = 31 * count;
  if (sid_experiment_validate(&experiment) == SID_E_KIND) return 1;
  return sid_run(&experiment, 0, NULL, NULL, x, &step, work, 640) == SID_OK;
}
end
symbols() { # SET: those of the room in a program with these problems
  gcc -std=c99 -Os -ffunction-sections -fdata-sections -ffp-contract=off -fno-math-errno \
    "-DSID_PROBLEMS=$1" -I"$tree/ref" "$tree"/ref/*.c "$tree"/ref/problems/*.c \
    "$tree"/ref/dynamics/*.c "$tmp/program.c" -Wl,--gc-sections -o "$tmp/program" &&
    nm "$tmp/program" | grep -c 'sid_quartic_'
}
with_it() { [ "$(symbols '(1u << 31)')" -ge 6 ]; }
without_it() { [ "$(symbols 0x7fffffffu)" -eq 0 ]; }
check 'SID_PROBLEMS with it keeps its functions and data' with_it
check 'SID_PROBLEMS without it drops them all' without_it

finish
