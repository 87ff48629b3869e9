"""sidyn conform and commands that misbehave: one clear line each, no hang, bounded memory, nothing
left behind; and its usage."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
import xml.dom.minidom

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import (ROOT, SIDYN, TMP, case, command, conform_sum, finish, holds, output, path_of,
                    refused, same, sidyn)

import jsonschema

SERVE = command("conform", "--serve")
MEMORY = 60 << 20  # bytes above what the program has when it starts


def misbehaving(how):
    return [sys.executable, "-B", os.path.join(HERE, "misbehaving.py"), SIDYN, how]


# Those that are ended by --timeout, which must leave a busy machine time for all other answers.
SLOW = ("silent", "ignores", "hello-silent", "closes")


def judge(how, *options):
    """status, standard output, standard error, seconds, bytes of the kit's memory"""
    timeout = "2" if how in SLOW else "30"
    before = time.monotonic()
    process = subprocess.Popen(
        command("conform", "--verdict-only", "--only", "bits.sum.fixture.*", "--timeout", timeout,
                *options, "--",
                *misbehaving(how)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, error = process.communicate(timeout=60)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return process.returncode, out.decode(), error.decode(), time.monotonic() - before, peak


# What the line of the failure says, and how many cases fail: 1, or all that are left.
WRONG = {
    "silent": ("no answer in time", "rest"), "flood": ("longer than", "rest"),
    "long": ("longer than", "rest"), "exit": ("exit status 3", "rest"),
    "killed": ("signal 9", "rest"), "half": ("exit status 0", "rest"),
    "closes": ("closed its standard output", "rest"), "ignores": ("no answer in time", "rest"),
    "stale": ("that no request asked for", 1),
    "garbage": ("no JSON", 1), "empty": ("no JSON", 1), "nan": ("a bare NaN", 1),
    "infinity": ("a bare Infinity", 1), "zero-byte": ("zero byte", 1), "latin-1": ("no JSON", 1),
    "deep": ("no JSON", 1), "twice": ("no JSON: duplicate", 1), "list": ("not an object", 1),
    "wrong-id": ("id is 3; allowed: 4", 1), "text-id": ("id is missing or no integer", 1),
    "off": (", 1 ulp", 1), "extra": ('unknown field "valeu"', 1),
    "missing": ("value is missing", 1),
    "string": ("value is no number", 1), "short-bits": ("value is no number", 1),
    "null": ("value is no number", 1), "many": ("value is no number", 1),
    "unsupported": ("unsupported, though hello claims it: not yet", 1),
    "error": (r"the command's error: bell \x07 and\x1b[31m red", 1),
}
HELLO = {
    "hello-silent": "no answer in time", "hello-exit": "exit status 0", "hello-garbage": "no JSON",
    "hello-name": "name: missing", "hello-can": "teleport", "hello-problems": "problems",
    "hello-precision": "binary16", "hello-extra": "version: unknown field", "hello-id": "id",
    "hello-long": "longer than",
}


def main():
    with case("the reference passes"):
        judged, unsupported, passed, failed = conform_sum(
            output("conform", "--only", "bits.sum.*", "--", *SERVE).decode())
        holds(judged >= 17 and judged == passed, (judged, passed))
        same((unsupported, failed), (0, 0))

    for how, (text, failures) in WRONG.items():
        with case(f"a command that goes wrong: {how}"):
            status, out, error, seconds, peak = judge(how)
            same(status, 1, "status")
            judged, unsupported, passed, failed = conform_sum(out)
            holds(judged >= 17 and passed == judged - failed, (judged, passed, failed))
            same(failed, judged - 2 if failures == "rest" else failures, "failed cases")
            lines = [line for line in out.split("\n") if line.startswith("FAIL bits.sum.")]
            holds(lines and text in lines[0], f"{text!r} is not in {lines[:1]}")
            holds(not re.search(r"[^\n\x20-\x7e]", out), "control characters in the output")
            holds(seconds < 25, f"{seconds:.1f} s")
            holds(peak < MEMORY, f"{peak >> 20} MiB")

    for how, text in HELLO.items():
        with case(f"a command whose first answer is wrong: {how}"):
            status, out, error, seconds, peak = judge(how)
            same((status, out), (2, ""), "status and output")
            holds(re.fullmatch(r"sidyn: conform: [^\n]+\n", error) and text in error,
                  f"{text!r} is not in {error!r}")
            holds(seconds < 25, f"{seconds:.1f} s")

    with case("nothing that can be judged is no success"):
        status, out, error, _, _ = judge("hello-nothing")
        same(status, 1)
        same(conform_sum(out)[0], 0, "judged")
        holds("nothing was judged" in error, error)

    with case("what must be judged, and was not"):
        result = sidyn("conform", "--only", "bits.sum.*", "--require", "bits.step.*", "--", *SERVE)
        same(result.returncode, 1)
        holds(b"FAIL --require bits.step.*: no such case was judged" in result.stdout,
              result.stdout)
        same(sidyn("conform", "--only", "bits.sum.*", "--require", "bits.sum.*", "--",
                   *SERVE).returncode, 0)

    with case("nothing is left behind, not even a grandchild"):
        os.environ["CHILD"] = path_of("child")
        status, out, _, seconds, _ = judge("child")
        same(status, 0)
        same(alive(path_of("child")), False, "the grandchild lives")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with case(f"an interrupted kit ends the command's group: {signal.Signals(number).name}"):
            os.environ["CHILD"] = path_of(f"child-{number}")
            kit = subprocess.Popen(command("conform", "--timeout", "60", "--json",
                                           path_of("report.json"), "--", "sh", "-c",
                                           'sleep 300 & echo $! > "$CHILD"; wait'),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            until = time.monotonic() + 20
            child = os.environ["CHILD"]
            while not (os.path.exists(child) and os.path.getsize(child)):
                holds(time.monotonic() < until, "the command did not start")
                time.sleep(0.02)
            kit.send_signal(number)
            kit.communicate(timeout=20)
            same(kit.returncode, -number, "status")
            same(alive(os.environ["CHILD"]), False, "the child lives")
            same([name for name in os.listdir(TMP) if name.startswith("report.json")], [], "files")

    with case("reports are written, and a transcript"):
        files = {name: path_of("r." + name) for name in ("json", "junit", "tap", "transcript")}
        options = [word for name, path in files.items() for word in ("--" + name, path)]
        same(judge("error", *options)[0], 1)
        report = json.load(open(files["json"], encoding="ascii"))
        with open(os.path.join(ROOT, "fixtures", "schema", "conform_report.schema.json"),
                  encoding="ascii") as file:
            jsonschema.validate(report, json.load(file))
        failed = [one for one in report["cases"] if one["verdict"] == "fail"]
        same(len(failed), 1)
        holds(r"\x1b[31m" in failed[0]["message"], failed)
        suite = xml.dom.minidom.parse(files["junit"]).getElementsByTagName("testsuite")[0]
        same(suite.getAttribute("failures"), "1")
        tap = open(files["tap"], encoding="ascii").read().split("\n")
        same((tap[0], sum(line.startswith("not ok") for line in tap)),
             (f"1..{len(report['cases'])}", 1))
        lines = open(files["transcript"], encoding="ascii").read().split("\n")
        holds(lines[0].startswith('-> {"id":1,"do":"hello"') and lines[1].startswith("<- "),
              lines[:2])

    with case("usage"):
        refused(sidyn("conform"), "needs a command")
        refused(sidyn("conform", "--level", "all,bits", "--", "true"), "--level all,bits")
        refused(sidyn("conform", "--timeout", "0", "--", "true"), "--timeout 0", "allowed")
        refused(sidyn("conform", "--seed", "-1", "--", "true"), "--seed -1", "allowed")
        refused(sidyn("conform", "--json", "-", "--", "true"), "--json -")
        refused(sidyn("conform", "--serve", "true"), "take no command")
        refused(sidyn("conform", "--bits", "--", "true"), "--serve")
        refused(sidyn("conform", "--", path_of("nothing-here")), "nothing-here", "No such file")
        refused(sidyn("conform", "--", TMP), "Permission denied")
        same(output("conform", "--serve", stdin=subprocess.DEVNULL), b"")
    finish()


def alive(path):
    """Whether the process whose number is in a file is there, after a moment to end."""
    pid = int(open(path, encoding="ascii").read())
    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return False
        except FileNotFoundError:
            return False
        time.sleep(0.02)
    return True


main()
