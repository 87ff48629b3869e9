"""Arguments, help, backends, and the refusal to compute on a machine that cannot be trusted."""

import sys

sys.dont_write_bytecode = True
import os
import platform
import re

from common import (RATIO, ROOT, backends, build, case, finish, holds, objects, output, path_of,
                    read, refused, same, sidyn, sources, write)

VERSION = re.search(r'# *define SID_VERSION "(.*)"',
                    read(os.path.join(ROOT, "ref/sidyn.h")).decode()).group(1)
GOOD = write("good.json", RATIO)
STREAM = ["stream", "--seed", "1", "--key", "0", "--count", "3"]
USAGE = output("--help")

# ---- what succeeds ----

with case("help, -h and --help list every command on standard output"):
    same([output("-h"), output("help")], [USAGE, USAGE], "-h and help")
    for word in (b"verify", b"run", b"stream", b"info", b"law", b"compare", b"conform", b"data",
                 b"help", b"0  fine", b"svag  On the Validity"):
        holds(word in USAGE, f"{word} is missing")
with case("version"):
    same(output("--version").decode(), f"sidyn {VERSION}\n", "text")
with case("info names version, backend and selfcheck"):
    text = output("info").decode()
    for pattern in (rf"(?m)^version +{re.escape(VERSION)}$",
                    r"(?m)^(backends)? +\w+: .*usable, used: ", r"(?m)^selfcheck +passed$"):
        holds(re.search(pattern, text), f"{pattern} is not in {text}")
with case("info --deep has a line for each operation, all right"):
    lines = output("info", "--deep").decode().split("selfcheck  passed\n")[1].splitlines()
    same([re.sub(r": [1-9]\d{2,} results right$", "", line)[11:] for line in lines],
         "add subtract multiply divide sqrt negate".split() +
         [f"{way} {kind}" for way in ("from", "to")
          for kind in ("int32", "uint32", "int64", "uint64")] + ["compare"], "operations")
with case("no arguments: the usage on standard error, status 2"):
    result = sidyn()
    same((result.returncode, result.stdout, result.stderr), (2, b"", USAGE), "result")
with case("options may come before the experiment, be abbreviated and be given with ="):
    plain = output("run", GOOD, "--format", "bits", "--jobs", "1")
    same([output("run", "--format=bits", "--jobs", "1", GOOD),
          output("run", "--form", "bits", GOOD), output("run", "--format", "bits", "--", GOOD)],
         [plain] * 3, "rows")
with case("every backend by option and by environment; the option wins"):
    plain = output("run", GOOD)
    for name in backends():
        same(output("run", GOOD, "--backend", name), plain, f"--backend {name}")
        same(output("run", GOOD, env=os.environ | {"SID_BACKEND": name}), plain,
             f"SID_BACKEND={name}")
        text = output("info", env=os.environ | {"SID_BACKEND": name}).decode()
        holds(re.search(rf"(?m)\b{name}: .*, used: chosen by name$", text),
              f"{name} is not the one that is used: {text}")
        result = output("verify", "--filter", "X1.euler", "--backend", name,
                        env=os.environ | {"SID_BACKEND": "ref"}).decode()
        holds(f", backend {name}," in result, f"{name} does not run verify: {result}")
    same(output("run", GOOD, env=os.environ | {"SID_BACKEND": ""}), plain, "SID_BACKEND=")

# ---- what is refused: arguments, parts of the message ----

for arguments, *says in (
    (["walk"], "walk: unknown command; allowed: verify, explain, run, merge, law, compare, "),
    ([""], "unknown command"),
    (["--verbose"], "--verbose: unknown command"),
    (["two\nlines"], "unknown command"),
    (["run"], "needs exactly one EXPERIMENT.json"),
    (["run", GOOD, GOOD], "needs exactly one EXPERIMENT.json"),
    (["run", GOOD, "--speed"], "run: --speed: unknown option; `sidyn help run` lists"),
    (["run", GOOD, "--speed=3"], "run: --speed=3: unknown option"),
    (["run", "-x", GOOD], "run: -x: unknown option"),
    (["run", "-xy", GOOD], "run: -x: unknown option"),
    (["run", GOOD, "--jobs", "2", "-xy"], "run: -x: unknown option"),
    (["verify", "-l"], "verify: -l: unknown option"),
    (["verify", "--list=3"], "verify: --list=3: takes no value"),
    (["run", GOOD, "--statistics=1"], "run: --statistics=1: takes no value"),
    (["run", GOOD, "--stat=1"], "run: --stat=1: takes no value"),
    (["verify", "--j", "2"], "verify: --j: unknown option"),
    (["verify", "X1"], "verify: X1: not an option"),
    (["verify", "--tier", "slow"], "--tier slow: allowed: quick, full, deep"),
    (["verify", "--filter", "no such check"],
     "--filter no such check: no check of tier quick has such an id"),
    *[([*command, option], f"{command[0]}: {option}: needs a value") for command, options in (
        (["run", GOOD], ["--trajectories", "--backend", "--jobs", "--out", "--format"]),
        (["verify"], ["--tier", "--filter", "--backend", "--jobs", "--json", "--junit"]),
        (["stream"], ["--seed", "--key", "--count", "--skip", "--what", "--format"])
    ) for option in options],
    *[(["run", GOOD, "--jobs", value], f"--jobs {value}: allowed: an integer from 1 to 1024")
      for value in ("0", "1025", "-1", "two", "", "1.5", "9" * 30)],
    *[(["verify", "--jobs", value], f"--jobs {value}: allowed: an integer from 1 to 1024")
      for value in ("0", "x")],
    *[([*command, "--backend",
        value], f"backend {value}: not built, or no such backend; allowed: ref")
      for command in (["run", GOOD], ["verify"]) for value in ("avx9", "REF", "")],
    (["run", GOOD, "--format", "binary"], "--format binary: allowed: bits, hex, dec"),
    (["run", GOOD, "--format", "hex", "--out", path_of("x.npy")], "--format: .npy is binary"),
    (["info", "all"], "info: all: takes no operands"),
    (["stream"], "needs --seed and --count"),
    *[(STREAM[:k] + STREAM[k + 2:], "needs --seed and --count") for k in (1, 5)],
    ([*STREAM, "3"], "stream: 3: not an option"),
    *[([*STREAM, option, value], f"{option} {value}: allowed: an integer from 0 to 2^64-1")
      for option in ("--seed", "--count", "--skip")
      for value in ("-1", "", "x", "1.5", "0x1", str(2**64), " 1")],
    *[([*STREAM, "--key", value], f"--key {value}: allowed: 1 to 3 integers")
      for value in ("", ",", "1,", ",1", "1,2,3,4", "1;2", "-1", str(2**64), "1, 2", "9" * 50)],
    ([*STREAM, "--what", "gaussian"], "--what gaussian: allowed: raw, uniform, normal"),
    ([*STREAM, "--format", "octal"], "--format octal: allowed: bits, hex, dec"),
):
    with case("refused: sidyn " + " ".join(word.replace(os.path.dirname(GOOD) + "/", "")[:30]
                                           or "''" for word in arguments)):
        refused(sidyn(*arguments), *says)
for command in (["run", GOOD], ["verify", "--list"], STREAM, ["info"]):
    with case(f"refused: {command[0]} with SID_BACKEND=avx9"):
        refused(sidyn(*command, env=os.environ | {"SID_BACKEND": "avx9"}),
                "backend avx9: not built, or no such backend; allowed: ref")

# ---- a machine that cannot be trusted: the same executable, its arithmetic spoilt before main()
# ----

with case("POSIXLY_CORRECT: options behind the experiment are named, before it they work"):
    strict = {**os.environ, "POSIXLY_CORRECT": "1"}
    refused(sidyn("run", GOOD, "--jobs", "2", env=strict),
            "run: --jobs: POSIXLY_CORRECT is set; allowed then: options before all else")
    same(output("run", "--jobs", "2", GOOD, env=strict), output("run", GOOD), "output")

SPOILT = {
    "rounding upwards": ("rounding mode is not to nearest even", "#include <fenv.h>\n",
                         "fesetround(FE_UPWARD);"),
    "rounding towards zero": ("rounding mode is not to nearest even", "#include <fenv.h>\n",
                              "fesetround(FE_TOWARDZERO);"),
}
if platform.machine() in ("x86_64", "AMD64"):
    for name, bit in (("flush-to-zero", 0x8000), ("denormals-are-zero", 0x40)):
        SPOILT[name] = ("subnormal numbers are flushed to zero", "#include <xmmintrin.h>\n",
                        f"_mm_setcsr(_mm_getcsr() | 0x{bit:x}u);")
for name, (says, include, statement) in SPOILT.items():
    with case(f"{name}: status 3, and the message names it"):
        spoil = write(
            "spoil.c",
            f"{include}__attribute__((constructor)) static void spoil(void) {{ {statement} }}\n"
        )
        program = build(name.replace(" ", "-"),
                        [spoil, *objects(sources("verify/*/*.c", "verify/*/*/*.c"))])
        for command in (["run", GOOD], ["verify"], STREAM):
            refused(sidyn(*command, program=program), "sidyn: selfcheck: ", says, status=3)
        result = sidyn("info", program=program)
        same((result.returncode, result.stderr), (3, b""), "info: status and stderr")
        holds(b"FAILED" in result.stdout and says.encode() in result.stdout,
              f"info: {result.stdout}")
        same(output("--version", program=program), output("--version"), "version")
        result = sidyn("info", "--deep", program=program)
        same((result.returncode, result.stderr), (3, b""), "info --deep: status and stderr")
        holds(re.search(rb"(?m)^deep       add: FAILED, \d+ of \d+ results wrong; [0-9a-f]{16} "
                        rb"[0-9a-f]{16} gave [0-9a-f]{16}, right is [0-9a-f]{16}$", result.stdout),
              f"info --deep: {result.stdout}")

finish()
