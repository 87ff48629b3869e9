"""sidyn verify: what it chooses, its reports, and its exit status for checks that pass, fail,
cannot tell, or do nothing."""

import sys

sys.dont_write_bytecode = True
import fnmatch
import json
import os
import re
import select
import signal
import subprocess
import time
import xml.etree.ElementTree

from common import (ROOT, SIDYN, backends, build, case, command, finish, holds, objects, output,
                    path_of, read, refused, same, sidyn, sources, validator, write)

SCHEMA = validator("report.schema.json")

# ---- an executable with checks of its own, among them some that fail ----

CHECKS = r"""
#include <math.h>
#include "harness/check.h"
static void good(vf_context *c) {
  vf_within(c, "a < b & \"c\" > 'd'", 1.0, 1.0, 0.0, "exact");
  vf_at_most(c, "bound", 1.0, 1.5, "claimed");
  vf_rejected(c, "infinite", 1.0, (double)INFINITY, 0.1, "printed");
}
static void bad(vf_context *c) {
  vf_within(c, "fine", 1.0, 1.0, 0.0, "exact");
  vf_within(c, "a < b & \"c\" > 'd'", 1.0, 2.0, 0.5, "three < four & \"five\"");
  vf_within(c, "not a number", (double)NAN, 1.0, 0.5, "none");
  vf_expected(c, "no such key");
}
static void unsure(vf_context *c) {
  vf_monte_carlo(c, "mean", 0.1, 1.0, 0.0, 1.0, "few trajectories");
}
static void idle(vf_context *c) { (void)c; }
static void endless(vf_context *c) { for (volatile int go = 1; go;) go = c != NULL; }
static const vf_check first[] = {
    {"T1.good", "test, Theorem 1", "one is one", VF_QUICK, good},
    {"T1.bad", "test, <2>", "one & two are \"one\"", VF_QUICK, bad},
    {"T2.unsure", "test, 3", "a mean is zero", VF_QUICK, unsure},
    {"T12.idle", "test, 4", "nothing", VF_QUICK, idle},
    {"T2.good-full", "test, 5", "as T1.good, slower", VF_FULL, good},
    {"errata.t1-good", "test, 6", "a wrong formula", VF_QUICK, good}};
static const vf_check second[] = {
    {"T3.good-deep", "test, 7", "as T1.good, slowest", VF_DEEP, good},
    {"T4.endless", "test, 8", "never ends", VF_DEEP, endless}};
"""


# The executable without the registry and its rows.
COMMANDS = [path for path in sources("verify/*/*.c") if not path.startswith("verify/checks/")]


def tables(*arrays):
    """Definition of a registry of these arrays of checks."""
    rows = "".join(
        f'static const vf_table row_{array} = {{"{array}", {array}, '
        f'sizeof {array} / sizeof {array}[0], "", ""}};\n'
        for array in arrays
    )
    return (
        rows
        + "const vf_table *const vf_rows[] = "
        f"{{{', '.join('&row_' + array for array in arrays)}}};\n"
        f"const char *const vf_row_laws[] = {{{', '.join(chr(34) * 2 for _ in arrays)}}};\n"
        f"const size_t vf_row_count = {len(arrays)};\n"
    )


with case("an executable with checks of its own builds"):
    OWN = build("own", [write("own.c", CHECKS + tables("first", "second")), *objects(COMMANDS)])
IDS = ["T1.good", "T1.bad", "T2.unsure", "T12.idle", "T2.good-full", "errata.t1-good",
       "T3.good-deep", "T4.endless"]
REPORTS = path_of("reports")
os.makedirs(REPORTS)


def verify(*arguments, program=None, **options):
    return sidyn("verify", *arguments, program=program or OWN, **options)


def report(name):
    return os.path.join(REPORTS, name)


def ran(result):
    """The checks of a table, with their verdicts."""
    lines = re.findall(r"(?m)^(\S+\.\S+) .*?(?:  |: )(pass|inconclusive|FAIL)"
                       r"(?:: no case ran| *  \S.*)?$",
                       result.stdout.decode())
    return dict(lines)


with case("--list shows every check of every tier: id, tier, claim, source"):
    text = output("verify", "--list", program=OWN).decode().splitlines()
    same([line.split()[0] for line in text], IDS, "ids")
    same([line.split()[1] for line in text], ["quick"] * 4 + ["full", "quick", "deep", "deep"],
         "tiers")
    holds("one is one (test, Theorem 1)" in text[0], text[0])
for pattern, chosen in (("T1", ["T1.good", "T1.bad"]), ("T1.good", ["T1.good"]),
                        ("T?", [name for name in IDS if name[2] == "."]), ("*.good*", None),
                        ("T1*", ["T1.good", "T1.bad", "T12.idle"]), ("errata", ["errata.t1-good"]),
                        ("*", IDS), ("[et]*", ["errata.t1-good"]), ("*bad", ["T1.bad"])):
    with case(f"--filter {pattern} chooses by id or by row"):
        chosen = [name for name in IDS
                  if fnmatch.fnmatchcase(name, pattern)] if chosen is None else chosen
        same([line.split()[0] for line in output("verify", "--list", "--filter", pattern,
                                                 program=OWN).decode().splitlines()], chosen, "ids")
for pattern in ("t1", "T1.", "T1.goo", "", "X*.none", "good"):
    with case(f"refused: --filter '{pattern}', which matches nothing"):
        for more in ([], ["--list"]):
            refused(verify("--filter", pattern, *more), f"--filter {pattern}: no check of tier",
                    "--list shows all")
with case("refused: a filter that matches only checks of a higher tier"):
    refused(verify("--filter", "T3"), "--filter T3: no check of tier quick")
with case("tiers: quick, full and deep each contain the one before"):
    for tier, chosen in (("quick", IDS[:4] + IDS[5:6]), ("full", IDS[:6]), ("deep", IDS[:7])):
        result = verify("--tier", tier, "--filter", "[!T]*", "--jobs", 1)
        same(list(ran(result)), ["errata.t1-good"], f"filtered {tier}")
        if tier != "deep":
            same(list(ran(verify("--tier", tier))), chosen, tier)
    same(list(ran(verify("--tier", "deep", "--filter", "T3"))), ["T3.good-deep"], "deep")
for names, status, last in (
    (["T1.good"], 0, "1 passed, 0 failed"), (["T1.bad"], 1, "0 passed, 1 failed"),
    (["T1"], 1, "1 passed, 1 failed"), (["T2.unsure"], 1, "0 passed, 1 failed"),
    (["T12"], 1, "0 passed, 1 failed"), (["*"], 1, "2 passed, 3 failed")
):
    with case(f"status {status} and the last line '{last}' for {names[0]}"):
        result = verify("--filter", names[0])
        same((result.returncode, result.stdout.decode().splitlines()[-1], result.stderr),
             (status, last, b""), "status, last line, stderr")
with case("what failed is shown with claim, source and the cases that failed"):
    result = verify()
    same(ran(result), {"T1.good": "pass", "T1.bad": "FAIL", "T2.unsure": "inconclusive",
                       "T12.idle": "FAIL", "errata.t1-good": "pass"}, "verdicts")
    trouble = result.stdout.decode().partition("\nFAIL: T1.bad\n")[2].partition("\n\n")[0]
    for text in ('claim: one & two are "one"', "source: test, <2>", "measured 1 = 2, tolerance 0.5",
                 "measured nan", "no such key in fixtures"):
        holds(text in trouble, f"{text!r} is not in {trouble!r}")
    holds("fine" not in trouble, "a case that passed is shown")

# ---- reports ----

with case("--json and --junit agree with the table and are well formed"):
    result = verify("--json", report("r.json"), "--junit", report("r.xml"))
    same((result.returncode, result.stderr), (1, b""), "status and stderr")
    same(sorted(os.listdir(REPORTS)), ["r.json", "r.xml"], "files")
    document = json.loads(read(report("r.json")))
    same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
    table = ran(result)
    same({check["id"]: check["verdict"] for check in document["checks"]},
         {name: verdict.lower() for name, verdict in table.items()}, "JSON")
    same((document["tier"], document["backend"] in backends()), ("quick", True), "tier and backend")
    (good, bad, unsure, idle, _) = document["checks"]
    same([one["instance"] for one in good["cases"]], ["a < b & \"c\" > 'd'", "bound", "infinite"],
         "instances")
    same([one["verdict"] for one in bad["cases"]], ["pass", "fail", "fail", "fail"], "cases")
    same((good["cases"][2]["expected"], bad["cases"][2]["measured"], idle["cases"]),
         ("inf", "nan", []), "numbers JSON does not have")
    suite = xml.etree.ElementTree.parse(report("r.xml")).getroot().find("testsuite")
    same((suite.get("tests"), suite.get("failures")), ("5", "3"), "sums in XML")
    same({test.get("name"): "pass" if test.find("failure") is None
          else test.find("failure").get("message") for test in suite.iter("testcase")},
         {check["id"]: check["verdict"] for check in document["checks"]}, "XML")
    holds("a < b & \"c\" > 'd': measured 1, expected 2" in suite.findall("testcase")[1].find(
        "failure"
    ).text, "the case that failed is not in XML")
with case("the real reports follow the schema too"):
    result = verify("--filter", "X1", "--json", report("real.json"), "--junit", report("real.xml"),
                    program=SIDYN)
    document = json.loads(read(report("real.json")))
    same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
    same(len(document["checks"]),
         len(xml.etree.ElementTree.parse(report("real.xml")).findall(".//testcase")), "checks")
    same(result.returncode, 0, "status")
with case("every check of the executable has an id, a claim and a source for the report"):
    for line in output("verify", "--list").decode().splitlines():
        holds(re.fullmatch(r"[A-Za-z0-9]+\.[a-z0-9-]+ +(quick|full |deep )  \S.* \(\S.*\)", line),
              line)


def nothing_ran(result, *says):
    """Refused before any work, with the reports as they were."""
    refused(result, *says)
    same({name: read(report(name)) for name in os.listdir(REPORTS)},
         {"old.json": b"old", "old.xml": b"old"}, "files")


for name in os.listdir(REPORTS):
    os.unlink(report(name))
write(report("old.json"), "old")
write(report("old.xml"), "old")
with case("refused: the same file for both reports, however it is spelt"):
    same_file = os.path.join(REPORTS, "..", "reports", ".", "old.json")
    os.symlink(REPORTS, path_of("link"))
    for other in (report("old.json"), same_file, path_of("link/old.json")):
        nothing_ran(verify("--json", report("old.json"), "--junit", other),
                    "--json and --junit: the same file", "allowed: two files")
for option, other in (("--json", "--junit"), ("--junit", "--json")):
    with case(f"refused: {option} where nothing can be written, before any work"):
        good = report("old.xml" if option == "--json" else "old.json")
        for place, says in ((report("none/r"), "No such file or directory"),
                            (REPORTS, "not a regular file"), ("/dev/null", "not a regular file"),
                            ("", "an empty name")):
            nothing_ran(verify(option, place, other, good), f"{place}: cannot write: {says}",
                        "allowed: ")
        nothing_ran(verify(option, "-", other, good), f"{option} -: ", "allowed: a file")
with case("refused: a report that another run is writing"):
    first = subprocess.Popen(command("verify", "--tier", "deep", "--filter", "T4", "--json",
                                     report("old.json"), program=OWN), stdout=subprocess.DEVNULL)
    while not os.path.exists(report("old.json.partial")):
        time.sleep(0.01)
    time.sleep(0.1)
    result = verify("--filter", "T1", "--junit", report("old.xml"), "--json", report("old.json"))
    first.send_signal(signal.SIGINT)
    same(first.wait(timeout=20), -signal.SIGINT, "status of the interrupted run")
    nothing_ran(result, "another run is writing it")
with case("a terminal shows which check runs and for how long, from two seconds on"):
    terminal, inner = os.openpty()
    first = subprocess.Popen(command("verify", "--tier", "deep", "--filter", "T[34]*", program=OWN),
                             stdout=subprocess.DEVNULL, stderr=inner)
    os.close(inner)
    seen = b""
    while seen.count(b" s\x1b[K") < 2 and select.select([terminal], [], [], 20)[0]:
        seen += os.read(terminal, 1000)
    first.send_signal(signal.SIGINT)
    same(first.wait(timeout=20), -signal.SIGINT, "status of the interrupted run")
    os.close(terminal)
    shown = re.findall(rb"\r\[(\d/\d)\] (\S+), (\d+) s\x1b\[K", seen)
    same([line[:2] for line in shown[:2]], [(b"2/2", b"T4.endless")] * 2, "lines")
    holds(1 < int(shown[0][2]) < int(shown[1][2]) < 100, shown)
with case("a full disk under standard output: status 2, and the reports are whole"):
    with open("/dev/full", "wb") as full:
        refused(verify("--filter", "T1", "--json", report("full.json"), stdout=full),
                "standard output: cannot write: No space left on device")
    SCHEMA.validate(json.loads(read(report("full.json"))))
with case("closed standard output: status 2, and the table does not go into a report"):
    result = verify("--filter", "T1", "--json", report("closed.json"), stdout=None,
                    preexec_fn=lambda: os.close(1))
    refused(result, "standard output: cannot write")
    SCHEMA.validate(json.loads(read(report("closed.json"))))

# ---- errata and figures ----

FIGURES = r"""
#include <math.h>
#include "harness/check.h"
static void value(vf_context *c) {
  vf_erratum(c, "near", 2.0, 2.0, 3.0, 0.1, "close");
  vf_erratum(c, "telling", 0.5, 0.5, 2.5, 0.1, "far");
  vf_within(c, "besides", 1.0, 1.0, 0.0, "exact");
}
static void claim(vf_context *c) {
  vf_erratum_claim(c, "kept", 3.0, ">=", 1.0, "<=", 1.0, 0.0, "exact");
  vf_erratum_claim(c, "weakly", 1.5, "<=", 2.0, "<=", 1.0, 0.25, "exact");
}
static void alone(vf_context *c) {
  vf_erratum_claim(c, "too large", 3.0, NULL, 0.0, "<=", 1.0, 0.5, "exact");
  vf_erratum_claim(c, "too small", 0.0, NULL, 0.0, ">=", 1.0, 0.5, "exact");
  vf_erratum_claim(c, "elsewhere", 1.0, NULL, 0.0, "=", 1.25, 0.125, "exact");
}
static void rejected(vf_context *c) {
  vf_rejected(c, "infinite", 1.0, (double)INFINITY, 0.1, "printed");
}
static void holds(vf_context *c) {
  vf_erratum_claim(c, "violated by the tolerance only", 1.5, NULL, 0.0, "<=", 1.0, 0.5, "exact");
  vf_erratum_claim(c, "wrong on the right", 3.0, "<=", 2.0, "<=", 1.0, 0.5, "exact");
  vf_erratum_claim(c, "not a number", (double)NAN, NULL, 0.0, "<=", 1.0, 0.5, "exact");
  vf_erratum_claim(c, "no relation", 3.0, NULL, 0.0, "<", 1.0, 0.5, "exact");
  vf_erratum(c, "as printed", 3.0, 2.0, 3.0, 0.1, "exact");
  vf_rejected(c, "as printed, alone", 1.0, 1.0, 0.1, "exact");
}
static void close(vf_context *c) { vf_erratum(c, "close", 1.0, 1.0, 1.4, 0.1, "exact"); }
static void broken(vf_context *c) { vf_expected(c, "no such key"); }
static void idle(vf_context *c) { (void)c; }
static void figure(vf_context *c) {
  double values[] = {0.0, 1.0, 0.1, (double)NAN, 1e300, (double)-INFINITY};
  static const char *const two[] = {"t", "risk"}, *const three[] = {"a", "b", "c"};
  char name[] = "first";
  vf_within(c, "one", 1.0, 1.0, 0.0, "exact");
  vf_series(c, name, two, 2, values, 3);
  values[0] = 7.0;
  name[0] = 'F';
  vf_series(c, "second", three, 3, values, 2);
}
static void empty(vf_context *c) {
  const double values[] = {1.0};
  static const char *const one[] = {"a"};
  vf_within(c, "one", 1.0, 1.0, 0.0, "exact");
  vf_series(c, "no rows", one, 1, values, 0);
  vf_series(c, "no columns", one, 0, values, 1);
}
static void only(vf_context *c) {
  const double values[] = {1.0};
  static const char *const one[] = {"a"};
  vf_series(c, "no case", one, 1, values, 1);
}
static const vf_check first[] = {
    {"errata.value", "test, 1", "a value", VF_QUICK, value},
    {"errata.claim", "test, 2", "a bound", VF_QUICK, claim},
    {"errata.alone", "test, 3", "a bound, nothing instead", VF_QUICK, alone},
    {"errata.rejected", "test, 4", "a value, nothing instead", VF_QUICK, rejected},
    {"errata.holds", "test, 5", "print is right", VF_QUICK, holds},
    {"errata.close", "test, 6", "cannot tell", VF_QUICK, close},
    {"errata.broken", "test, 7", "cannot run", VF_QUICK, broken},
    {"errata.idle", "test, 8", "nothing", VF_QUICK, idle},
    {"T1.figure", "test, 9", "a figure", VF_QUICK, figure},
    {"T1.empty", "test, 10", "figures without numbers", VF_QUICK, empty},
    {"T1.only", "test, 11", "only a figure", VF_QUICK, only}};
"""
with case("an executable with errata and figures builds"):
    DRAWN = build("figures", [write("figures.c", FIGURES + tables("first")), *objects(COMMANDS)])
with case("errata alone: printed, right and measured value side by side, one line each"):
    result = verify("--filter", "errata.*", program=DRAWN)
    same((result.returncode, result.stderr), (1, b""), "status and stderr")
    lines = result.stdout.decode().splitlines()
    same(lines[0].split(),
         ["erratum", "printed", "right", "measured", "tolerance", "instance", "verdict"], "head")
    same([re.split(r" {2,}", line) for line in lines[1:8]],
         [["errata.value", "2.5", "0.5", "0.5", "1.00e-01", "telling", "pass"],
          ["errata.claim", "<= 1", ">= 1", "3", "0.00e+00", "kept", "pass"],
          ["errata.alone", "<= 1", "-", "3", "5.00e-01", "too large", "pass"],
          ["errata.rejected", "inf", "-", "1", "1.00e-01", "infinite", "pass"],
          ["errata.holds", "<= 1", "-", "nan", "5.00e-01", "not a number", "FAIL"],
          ["errata.close", "1.4", "1", "1", "1.00e-01", "close", "inconclusive"],
          ["errata.broken", "-", "-", "nan", "nan", "no such key", "FAIL"]], "lines")
    holds(lines[8].endswith("FAIL: no case ran"), lines[8])
    same(ran(result),
         {"errata.value": "pass", "errata.claim": "pass", "errata.alone": "pass",
          "errata.rejected": "pass", "errata.holds": "FAIL", "errata.close": "inconclusive",
          "errata.broken": "FAIL", "errata.idle": "FAIL"}, "verdicts")
    same(result.stdout.decode().count("\n  FAIL: "), 7, "cases that failed")
with case("errata among other checks: the ordinary table"):
    same(verify(program=DRAWN).stdout.decode().split(None, 4)[:4],
         ["check", "measured", "expected", "tolerance"], "head")
with case("the real errata: three numbers each, none the same as print"):
    for line in output("verify", "--filter", "errata.*").decode().splitlines()[1:]:
        if not line.startswith("errata."):
            continue
        fields = re.fullmatch(r"(\S+) +((?:[<>]= )?\S+) +((?:[<>]= )?\S+) +(\S+) +\S+  .* pass",
                              line)
        holds(fields, line)
        (_, printed, right, measured) = fields.groups()
        holds(printed not in ("-", measured) and right != printed, line)
with case("the JSON report has the printed value, and right or printed as expected"):
    verify("--json", report("figures.json"), program=DRAWN)
    document = json.loads(read(report("figures.json")))
    same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
    found = {check["id"]: check for check in document["checks"]}
    rows = [[(one["relation"], one["expected"], one.get("printed"), one["verdict"])
             for one in found["errata." + name]["cases"]]
            for name in ("value", "claim", "alone", "rejected", "holds", "broken")]
    same(rows, [[("=", 2.0, 3.0, "pass"), ("=", 0.5, 2.5, "pass"), ("=", 1.0, None, "pass")],
                [(">=", 1.0, 1.0, "pass"), ("<=", 2.0, 1.0, "pass")],
                [(">", 1.0, 1.0, "pass"), ("<", 1.0, 1.0, "pass"), ("!=", 1.25, 1.25, "pass")],
                [("!=", "inf", "inf", "pass")],
                [(">", 1.0, 1.0, "fail"), ("<=", 2.0, 1.0, "fail"), (">", 1.0, 1.0, "fail"),
                 ("<", 1.0, 1.0, "fail"), ("=", 2.0, 3.0, "fail"), ("!=", 1.0, 1.0, "fail")],
                [("error", "nan", None, "fail")]], "cases")
with case("the JSON report has the data behind a figure, as it was when it was given"):
    same(found["T1.figure"]["series"], [{"name": "first", "columns": ["t", "risk"],
                                         "rows": [[0.0, 1.0], [0.1, "nan"], [1e300, "-inf"]]},
                                        {"name": "second", "columns": ["a", "b", "c"],
                                         "rows": [[7.0, 1.0, 0.1], ["nan", 1e300, "-inf"]]}],
         "series")
    holds("series" not in found["errata.value"], "a check without figures has series")
with case("figures do not change a verdict, but one without numbers fails"):
    same([found["T1." + name]["verdict"] for name in ("figure", "empty", "only")],
         ["pass", "fail", "fail"], "verdicts")
    same([one["instance"] for one in found["T1.empty"]["cases"]], ["one", "no rows", "no columns"],
         "cases")
    holds("series" not in found["T1.empty"], "a figure without numbers is in the report")

# ---- the registry covers the science ----

with case("every row of the science has a check"):
    rows = [paper + str(number + 1) for paper, count in (("X", 10), ("fm", 9), ("il", 10),
                                                         ("nrq", 7), ("svag", 11), ("eos", 10),
                                                         ("net", 14))
            for number in range(count)]
    listed = {line.split(".")[0] for line in output("verify", "--list").decode().splitlines()}
    same([row for row in rows if row not in listed], [], "rows without a check")
    same(sorted(listed - set(rows) - {"errata"}), [], "checks of no row")
with case("the errata of docs/errata.md that say 'checked' are those that are checked"):
    stated = re.findall(r"`(errata\.[a-z0-9-]+)` \(checked\)",
                        read(os.path.join(ROOT, "docs/errata.md")).decode())
    same(sorted(stated),
         sorted(line.split()[0]
                for line in output("verify", "--list", "--filter", "errata").decode().splitlines()),
         "errata")

# ---- data that not every machine has ----

with case("without the digits, or with another file in their place, their checks cannot tell"):
    for folder, content, said in (("none", None, r"No such file or directory"),
                                  ("other", b"1,2\n", r"another file; allowed: SHA-256 \w{64}")):
        os.makedirs(path_of(f"{folder}/data"))
        if content:
            write(f"{folder}/data/digits.csv.gz", content)
        done = subprocess.run([SIDYN, "verify", "--tier", "full", "--filter", "net3.digits"],
                              cwd=path_of(folder), stdout=subprocess.PIPE, check=False)
        same(done.returncode, 1, folder)
        holds(b"inconclusive" in done.stdout and re.search(said.encode(), done.stdout),
              f"{folder}: {done.stdout}")
with case("the SHA-256 of the digits is the one that ci/digits.sh asks for"):
    holds(read(os.path.join(ROOT, "ci/digits.sha256")).split()[0]
          in read(os.path.join(ROOT, "verify/checks/net/digits.c")), "another SHA-256")

# ---- a fault in the library ----

with case("a deliberate fault in ref/ turns the check red: FAIL, status 1, N passed, M failed"):
    good = verify("--filter", "X1", program=SIDYN)
    total = len(ran(good))
    same((good.returncode, good.stdout.decode().splitlines()[-1]), (0, f"{total} passed, 0 failed"),
         "without the fault")
    text = read(os.path.join(ROOT, "ref/problems/ratio2.c")).decode()
    faulty = text.replace("gradient[1] = -(((2.0", "gradient[1] = (((2.0")
    holds(text != faulty, "ref/problems/ratio2.c has changed: put the fault elsewhere")
    program = build(
        "faulty", [write("ratio2.c", faulty), *objects(sources("verify/*/*.c", "verify/*/*/*.c"))],
        "-Iref/problems"
    )
    result = verify("--filter", "X1", program=program)
    failed = [name for name, verdict in ran(result).items() if verdict == "FAIL"]
    holds(failed, "no check fails")
    same((result.returncode, result.stdout.decode().splitlines()[-1]),
         (1, f"{total - len(failed)} passed, {len(failed)} failed"), "status and last line")

finish()
