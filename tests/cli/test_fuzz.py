"""Spoilt experiments, the same ones at every run, on an executable with address and
undefined-behaviour sanitizers: sidyn runs them or refuses them in one line, and never does anything
else."""

import sys

sys.dont_write_bytecode = True
import copy
import json
import os
import random
import re

from common import (BASES, ROOT, SIDYN, WRAPPER, build, case, finish, holds, read, same, sidyn,
                    sources, validator, write)

COUNT = 100
SCHEMA = validator("experiment.schema.json")
JUNK = [None, True, False, 0, 1, -1, 0.5, 1e308, -1e-320, "", "x", "7ff8000000000000",
        "0000000000000000", "ffffffffffffffff", "3", [], [[]], {}, [0], {"kind": "none"}, 2**31,
        2**32, 2**63, "\u0001", "\u00e9\n", "samples", "sphere"]
# No digits: a run must not become long.
BYTES = [bytes([byte]) for byte in b'{}[]",:.-+eE\\tfn \n\t\x00\x01\x7f\x80\xc3\xff'] + [
    b"\xc3\xa9", b"\\u0000", b"\\ud800", b"null", b"[[[["
]
# A registry without rows: the checks themselves would take long to build.
STUB = ('#include "harness/check.h"\n'
        'const vf_table *const vf_rows[] = {NULL};\n'
        'const char *const vf_row_laws[] = {NULL};\nconst size_t vf_row_count = 0;\n')


def places(value):
    """Every (container, key) of a JSON value."""
    found = []
    for key in value if isinstance(value,
                                   dict) else range(len(value)) if isinstance(value, list) else ():
        found += [(value, key), *places(value[key])]
    return found


def spoil(source, document):
    """The bytes of an experiment with one to three faults."""
    document = copy.deepcopy(document)
    faults = [source.choice(("delete", "replace", "rename", "duplicate", "swap", "cut", "insert",
                             "drop", "flip")) for _ in range(source.randint(1, 3))]
    for fault in faults:
        container, key = source.choice(places(document))
        if fault == "delete":
            del container[key]
        elif fault == "replace":
            container[key] = copy.deepcopy(source.choice(JUNK))
        elif fault == "rename" and isinstance(container, dict):
            container[source.choice(("kind", "dim", "sigma", "x", "Kind", ""))] = container.pop(key)
        elif fault == "duplicate" and isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        elif fault == "swap":
            other, name = source.choice(places(document))
            container[key] = copy.deepcopy(other[name])
    text = json.dumps(document, indent=source.choice((None, 1))).encode()
    for fault in faults:
        at = source.randrange(len(text) + 1)
        if fault == "cut":
            text = text[:at]
        elif fault == "insert":
            text = text[:at] + source.choice(BYTES) + text[at:]
        elif fault == "drop":
            text = text[:at] + text[at + source.randint(1, 8):]
        elif fault == "flip" and at < len(text) and not chr(text[at]).isdigit():
            text = text[:at] + source.choice(BYTES) + text[at + 1:]
    return text


program = SIDYN
if not WRAPPER:  # sanitizers do not run on foreign machines
    with case("an executable with sanitizers builds"):
        files = [path for path in sources("verify/*/*.c", "ref/*.c", "ref/*/*.c")
                 if not path.startswith("verify/checks/")]
        files.append(write("stub.c", STUB))
        program = build("sanitized", files, "-O1", "-g", "-w", "-fsanitize=address,undefined",
                        "-fno-sanitize-recover=all")

source = random.Random(20)
taken = 0
for number in range(COUNT):
    name = source.choice(sorted(BASES))
    text = spoil(source, BASES[name])
    with case(f"spoilt experiment {number}: {name}"):
        file = write("spoilt.json", text)
        result = sidyn("run", file, "--trajectories", "0:3", "--jobs", "1", program=program,
                       timeout=60)
        errors = result.stderr.decode(errors="backslashreplace")
        holds(result.returncode in (0, 2),
              f"status {result.returncode}: {errors!r:.1000} for {text!r}")
        try:
            valid = SCHEMA.is_valid(json.loads(text))
        except ValueError:
            valid = None
        if result.returncode == 2:
            same(result.stdout, b"", "stdout")
            holds(re.fullmatch(
                r"sidyn: [^\x00-\x1f\x7f]*spoilt\.json:[1-9][0-9]*: "
                r"[^\x00-\x1f\x7f]*allowed[^\x00-\x1f\x7f]*\n",
                errors
            ), f"{errors!r} for {text!r}")
        else:
            taken += 1
            holds(re.fullmatch(r"(sidyn: trajector[^\n]*\n)*", errors), f"{errors!r} for {text!r}")
            holds(valid, f"taken, but not by the schema: {text!r}")
with case("some of them were taken and most were refused"):
    holds(COUNT // 50 < taken < COUNT // 2, f"{taken} of {COUNT} taken")

finish()
