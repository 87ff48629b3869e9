"""sidyn verify: what it chooses, its reports, and its exit status for checks that pass, fail, cannot tell, or do nothing."""

import sys

sys.dont_write_bytecode = True
import fnmatch
import json
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree

from common import ROOT, SIDYN, backends, build, case, command, finish, holds, objects, output, path_of, read, refused, same, sidyn, sources, validator, write

SCHEMA = validator("report.schema.json")

# ---- an executable with checks of its own, among them some that fail ----

CHECKS = r"""
#include <math.h>
#include "check.h"
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
static void unsure(vf_context *c) { vf_monte_carlo(c, "mean", 0.1, 1.0, 0.0, 1.0, "few trajectories"); }
static void idle(vf_context *c) { (void)c; }
static void endless(vf_context *c) { for (volatile int go = 1; go;) go = c != NULL; }
static const vf_check first[] = {
    {"T1.good", "test, Theorem 1", "one is one", VF_QUICK, good},       {"T1.bad", "test, <2>", "one & two are \"one\"", VF_QUICK, bad},
    {"T2.unsure", "test, 3", "a mean is zero", VF_QUICK, unsure},       {"T12.idle", "test, 4", "nothing", VF_QUICK, idle},
    {"T2.good-full", "test, 5", "as T1.good, slower", VF_FULL, good},   {"errata.t1-good", "test, 6", "a wrong formula", VF_QUICK, good}};
static const vf_check second[] = {{"T3.good-deep", "test, 7", "as T1.good, slowest", VF_DEEP, good}, {"T4.endless", "test, 8", "never ends", VF_DEEP, endless}};
const vf_table vf_identities = {first, 6}, vf_fm = {second, 2}, vf_il = {second, 0}, vf_nrq = {second, 0}, vf_svag = {second, 0};
"""
with case("an executable with checks of its own builds"):
    OWN = build("own", [write("own.c", CHECKS), *objects(sources("verify/*.c"))])
IDS = ["T1.good", "T1.bad", "T2.unsure", "T12.idle", "T2.good-full", "errata.t1-good", "T3.good-deep", "T4.endless"]
REPORTS = path_of("reports")
os.makedirs(REPORTS)


def verify(*arguments, program=None, **options):
    return sidyn("verify", *arguments, program=program or OWN, **options)


def report(name):
    return os.path.join(REPORTS, name)


def ran(result):
    """The checks of a table, with their verdicts."""
    lines = re.findall(r"(?m)^(\S+\.\S+) .*(?:  |: )(pass|inconclusive|FAIL)(?:: no case ran)?$", result.stdout.decode())
    return dict(lines)


with case("--list shows every check of every tier: id, tier, claim, source"):
    text = output("verify", "--list", program=OWN).decode().splitlines()
    same([line.split()[0] for line in text], IDS, "ids")
    same([line.split()[1] for line in text], ["quick"] * 4 + ["full", "quick", "deep", "deep"], "tiers")
    holds("one is one (test, Theorem 1)" in text[0], text[0])
for pattern, chosen in (("T1", ["T1.good", "T1.bad"]), ("T1.good", ["T1.good"]), ("T?", [name for name in IDS if name[2] == "."]), ("*.good*", None),
                        ("T1*", ["T1.good", "T1.bad", "T12.idle"]), ("errata", ["errata.t1-good"]), ("*", IDS), ("[et]*", ["errata.t1-good"]), ("*bad", ["T1.bad"])):
    with case(f"--filter {pattern} chooses by id or by row"):
        chosen = [name for name in IDS if fnmatch.fnmatchcase(name, pattern)] if chosen is None else chosen
        same([line.split()[0] for line in output("verify", "--list", "--filter", pattern, program=OWN).decode().splitlines()], chosen, "ids")
for pattern in ("t1", "T1.", "T1.goo", "", "X*.none", "good"):
    with case(f"refused: --filter '{pattern}', which matches nothing"):
        for more in ([], ["--list"]):
            refused(verify("--filter", pattern, *more), f"--filter {pattern}: no check of tier", "--list shows all")
with case("refused: a filter that matches only checks of a higher tier"):
    refused(verify("--filter", "T3"), "--filter T3: no check of tier quick")
with case("tiers: quick, full and deep each contain the one before"):
    for tier, chosen in (("quick", IDS[:4] + IDS[5:6]), ("full", IDS[:6]), ("deep", IDS[:7])):
        result = verify("--tier", tier, "--filter", "[!T]*", "--jobs", 1)
        same(list(ran(result)), ["errata.t1-good"], f"filtered {tier}")
        if tier != "deep":
            same(list(ran(verify("--tier", tier))), chosen, tier)
    same(list(ran(verify("--tier", "deep", "--filter", "T3"))), ["T3.good-deep"], "deep")
for names, status, last in ((["T1.good"], 0, "1 passed, 0 failed"), (["T1.bad"], 1, "0 passed, 1 failed"), (["T1"], 1, "1 passed, 1 failed"),
                            (["T2.unsure"], 1, "0 passed, 1 failed"), (["T12"], 1, "0 passed, 1 failed"), (["*"], 1, "2 passed, 3 failed")):
    with case(f"status {status} and the last line '{last}' for {names[0]}"):
        result = verify("--filter", names[0])
        same((result.returncode, result.stdout.decode().splitlines()[-1], result.stderr), (status, last, b""), "status, last line, stderr")
with case("what failed is shown with claim, source and the cases that failed"):
    result = verify()
    same(ran(result), {"T1.good": "pass", "T1.bad": "FAIL", "T2.unsure": "inconclusive", "T12.idle": "FAIL", "errata.t1-good": "pass"}, "verdicts")
    trouble = result.stdout.decode().partition("\nFAIL: T1.bad\n")[2].partition("\n\n")[0]
    for text in ('claim: one & two are "one"', "source: test, <2>", "measured 1 = 2, tolerance 0.5", "measured nan", "no such key in fixtures"):
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
    same({check["id"]: check["verdict"] for check in document["checks"]}, {name: verdict.lower() for name, verdict in table.items()}, "JSON")
    same((document["tier"], document["backend"] in backends()), ("quick", True), "tier and backend")
    (good, bad, unsure, idle, _) = document["checks"]
    same([one["instance"] for one in good["cases"]], ["a < b & \"c\" > 'd'", "bound", "infinite"], "instances")
    same([one["verdict"] for one in bad["cases"]], ["pass", "fail", "fail", "fail"], "cases")
    same((good["cases"][2]["expected"], bad["cases"][2]["measured"], idle["cases"]), ("inf", "nan", []), "numbers JSON does not have")
    suite = xml.etree.ElementTree.parse(report("r.xml")).getroot().find("testsuite")
    same((suite.get("tests"), suite.get("failures")), ("5", "3"), "sums in XML")
    same({test.get("name"): "pass" if test.find("failure") is None else test.find("failure").get("message") for test in suite.iter("testcase")},
         {check["id"]: check["verdict"] for check in document["checks"]}, "XML")
    holds("a < b & \"c\" > 'd': measured 1, expected 2" in suite.findall("testcase")[1].find("failure").text, "the case that failed is not in XML")
with case("the real reports follow the schema too"):
    result = verify("--filter", "X1", "--json", report("real.json"), "--junit", report("real.xml"), program=SIDYN)
    document = json.loads(read(report("real.json")))
    same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
    same(len(document["checks"]), len(xml.etree.ElementTree.parse(report("real.xml")).findall(".//testcase")), "checks")
    same(result.returncode, 0, "status")
with case("every check of the executable has an id, a claim and a source for the report"):
    for line in output("verify", "--list").decode().splitlines():
        holds(re.fullmatch(r"[A-Za-z0-9]+\.[a-z0-9-]+ +(quick|full |deep )  \S.* \(\S.*\)", line), line)


def nothing_ran(result, *says):
    """Refused before any work, with the reports as they were."""
    refused(result, *says)
    same({name: read(report(name)) for name in os.listdir(REPORTS)}, {"old.json": b"old", "old.xml": b"old"}, "files")


for name in os.listdir(REPORTS):
    os.unlink(report(name))
write(report("old.json"), "old")
write(report("old.xml"), "old")
with case("refused: the same file for both reports, however it is spelt"):
    same_file = os.path.join(REPORTS, "..", "reports", ".", "old.json")
    os.symlink(REPORTS, path_of("link"))
    for other in (report("old.json"), same_file, path_of("link/old.json")):
        nothing_ran(verify("--json", report("old.json"), "--junit", other), "--json and --junit: the same file", "allowed: two files")
for option, other in (("--json", "--junit"), ("--junit", "--json")):
    with case(f"refused: {option} where nothing can be written, before any work"):
        good = report("old.xml" if option == "--json" else "old.json")
        for place, says in ((report("none/r"), "No such file or directory"), (REPORTS, "not a regular file"), ("/dev/null", "not a regular file"), ("", "an empty name")):
            nothing_ran(verify(option, place, other, good), f"{place}: cannot write: {says}", "allowed: ")
        nothing_ran(verify(option, "-", other, good), f"{option} -: ", "allowed: a file")
with case("refused: a report that another run is writing"):
    first = subprocess.Popen(command("verify", "--tier", "deep", "--filter", "T4", "--json", report("old.json"), program=OWN), stdout=subprocess.DEVNULL)
    while not os.path.exists(report("old.json.partial")):
        time.sleep(0.01)
    time.sleep(0.1)
    result = verify("--filter", "T1", "--junit", report("old.xml"), "--json", report("old.json"))
    first.send_signal(signal.SIGINT)
    same(first.wait(timeout=20), 130, "status of the interrupted run")
    nothing_ran(result, "another run is writing it")
with case("a full disk under standard output: status 2, and the reports are whole"):
    with open("/dev/full", "wb") as full:
        refused(verify("--filter", "T1", "--json", report("full.json"), stdout=full), "standard output: cannot write: No space left on device")
    SCHEMA.validate(json.loads(read(report("full.json"))))
with case("closed standard output: status 2, and the table does not go into a report"):
    result = verify("--filter", "T1", "--json", report("closed.json"), stdout=None, preexec_fn=lambda: os.close(1))
    refused(result, "standard output: cannot write")
    SCHEMA.validate(json.loads(read(report("closed.json"))))

# ---- a fault in the library ----

with case("a deliberate fault in ref/ turns the check red: FAIL, status 1, N passed, M failed"):
    good = verify("--filter", "X1", program=SIDYN)
    total = len(ran(good))
    same((good.returncode, good.stdout.decode().splitlines()[-1]), (0, f"{total} passed, 0 failed"), "without the fault")
    text = read(os.path.join(ROOT, "ref/problems/ratio2.c")).decode()
    faulty = text.replace("gradient[1] = -(((2.0", "gradient[1] = (((2.0")
    holds(text != faulty, "ref/problems/ratio2.c has changed: put the fault elsewhere")
    program = build("faulty", [write("ratio2.c", faulty), *objects(sources("verify/*.c", "verify/*/*.c"))], "-Iref/problems")
    result = verify("--filter", "X1", program=program)
    failed = [name for name, verdict in ran(result).items() if verdict == "FAIL"]
    holds(failed, "no check fails")
    same((result.returncode, result.stdout.decode().splitlines()[-1]), (1, f"{total - len(failed)} passed, {len(failed)} failed"), "status and last line")

finish()
