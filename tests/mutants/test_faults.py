"""The deliberate faults as a list: each fits its file, has a name and a killer, and is counted in
tests/README.md. That each is seen is `make mutants`."""

import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "cli")]
import run
from common import ROOT, case, finish, holds, read, same

FAULTS = []
with case("each text occurs once in its file, each name once in the list"):
    FAULTS = run.all_faults()
AREAS = {area: [fault for fault in FAULTS if fault.area == area]
         for area in ("ref", "simd", "verify")}
with case("each fault changes its file"):
    same([fault.name for fault in FAULTS if fault.old == fault.new], [], "faults that do not")
with case("every killer is there"):
    listed = set(re.findall(r'\{"([A-Za-z0-9]+\.[A-Za-z0-9.-]+)"', "".join(
        read(os.path.join(base, name)).decode()
        for base, _, files in os.walk(os.path.join(ROOT, "verify/checks")) for name in files)))
    for fault in FAULTS:
        kind, *rest = fault.killer.split()
        known = (rest[0] in listed if kind == "verify" and rest
                 else kind in ("verify", "selfcheck")
                 or os.path.exists(os.path.join(ROOT, kind))
                 or os.path.exists(os.path.join(ROOT, f"tests/unit/{kind}.c")))
        holds(known, f"{fault.name}: no killer {fault.killer}")
with case("220 faults at least, 40 in each of simd/ and verify/"):
    holds(len(FAULTS) >= 220 and min(map(len, AREAS.values())) >= 40,
          f"{ {area: len(faults) for area, faults in AREAS.items()} }")
with case("tests/README.md counts them right"):
    text = read(os.path.join(ROOT, "tests/README.md")).decode()
    same(int(re.search(r"`faults_verify\.py` hold (\d+)", " ".join(text.split())).group(1)),
         len(FAULTS), "faults")
    for area, faults in AREAS.items():
        rows = re.findall(rf"^\| `{area}/`[^|]*\| (\d+) \|", text, re.M)
        same(sum(map(int, rows)), len(faults), f"faults in {area}/")

finish()
