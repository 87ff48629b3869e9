"""Random experiments, the same ones at every run, by every backend, by the executable and by the
oracle written from docs/spec.md alone: all that a trajectory leaves, bit for bit
(tests/fuzz/differential.py; make fuzz runs thousands). Deliberate faults are seen."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fuzz"))

from common import case, finish, holds, same
import differential

SEED = 7
COUNT = 300
MOST = 2000  # experiments until a fault shows
# (what goes wrong, file, text, text with the fault, source file to compile)
FAULTS = [
    ("a refused start leaves what memory held", "ref/run.c",
     "for (size_t j = problem->dim; j < total; j++) x[j] = 0.0;", "(void)total;", "ref/run.c"),
    ("a refused start is left normalised", "ref/run.c",
     "(void)sid_start_state(experiment, trajectory, x); /* sid_state_begin()",
     "/* sid_state_begin()", "ref/run.c"),
    ("a refused step is taken", "ref/dynamics/step.c",
     "if (status)\n    for", "if (status > 0)\n    for", "ref/dynamics/step.c"),
    ("an overflow of |x|^2 is no end", "ref/dynamics/step.c",
     "return sid_is_finite(r) ? SID_OK : SID_E_NONFINITE;", "return SID_OK;",
     "ref/dynamics/step.c"),
    ("Adam divides by a denominator of 0", "ref/dynamics/adam.c",
     "denominator == 0.0 ? 0.0 : ", "", "ref/dynamics/adam.c"),
    ("an early end takes the state before it for known", "ref/observe.c",
     "!moment->previous && moment->step > 0;", "0;", "ref/observe.c"),
]
LANES = ("a lane that has ended goes on", "simd/kernels/run.h",
         "sid_block_merge(run, run->kept, block->x, block->previous, block->x);", "", "simd/avx2.c")

with case("the program of states.c builds"):
    built = differential.programs()
failures, seen = differential.campaign(built, SEED, range(COUNT), jobs=2, files_every=16)
with case(f"{COUNT} experiments: ref, the other backends, the executable and the oracle agree"):
    same(failures, [], "differences")
with case("every way to end was met, every problem under nearly every dynamics, every observable"):
    lacking = differential.missing(seen)
    needed = {"ok", *differential.TEXTS, "refused", "start refused"}
    holds(len(lacking) <= 6 and not needed & set(lacking), f"never met: {lacking}")
if "avx2" in built.backends:
    FAULTS.append(LANES)
for number, (name, path, old, new, source) in enumerate(FAULTS):
    with case(f"a fault is seen: {name}"):
        inputs = [os.path.join(differential.faulty_copy(path, old, new), source)]
        flags = ["-mavx2"] if source == "simd/avx2.c" else []
        faulty = built._replace(states=differential.build_states(f"faulty-{number}", inputs, flags))
        failures, _ = differential.campaign(faulty, SEED, range(MOST), jobs=2, files_every=MOST,
                                            one_is_enough=True)
        holds(failures, f"{MOST} experiments and no difference")
        print(f"# experiment {failures[0][0]}: {failures[0][1]:.100}")

finish()
