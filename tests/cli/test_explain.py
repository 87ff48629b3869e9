"""sidyn explain: every check and every row has its words, and what is shown is what verify
measures."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
from common import ROOT, case, finish, holds, output, path_of, read, refused, same, sidyn

LISTED = re.findall(r"(?m)^(\S+) +(\w+)  ", output("verify", "--list").decode())
FILES = [name[:-2] for base, _, names in os.walk(os.path.join(ROOT, "verify/checks"))
         for name in sorted(names) if name.endswith(".c")
         and re.search(rb"(?m)^VF_ROW\(", read(os.path.join(base, name)))]


def plain(name):
    return output("explain", name).decode()


def flat(text):
    return " ".join(text.split())


with case("every row of the sources is explained, with law, measurement, breaks and its checks"):
    holds(len(FILES) >= 66, f"{FILES}")
    seen = []
    for row in FILES:
        text = plain(row)
        for part in (rf"^{row}: \d+ checks\n", rf"\nThe law of row {row}\n\n    \S",
                     r"\nmeasured  \S", r"\nbroken by \S"):
            holds(re.search(part, text), f"{row}: no {part}")
        holds("*/" not in text and "/*" not in text, f"{row}: marks of a comment")
        seen += re.findall(r"(?m)^((?:X|errata|[a-z]+)\d*\.[A-Za-z0-9.-]+) ", text)
    same(sorted(seen), sorted(name for name, _ in LISTED), "the checks of all rows")
with case("no two rows have the same words"):
    for part in ("measured  ", "broken by "):
        words = [flat(plain(row).split("\n" + part)[1].split("\n\n")[0]) for row in FILES]
        same(len(set(words)), len(words), part)
NAMES = ["svag2.weak-order", "X1.other-factors", "il9.bits", "eos1.sharpness-lanczos",
         "errata.il2-stray-t", "nrq2.stationary-risk"]
for name in NAMES:
    with case(f"{name}: claim, source, and the case that verify shows with its basis"):
        path = path_of("report.json")
        sidyn("verify", "--filter", name, "--json", path)
        check = json.loads(read(path))["checks"][0]
        text = flat(plain(name))
        for part in (check["claim"], check["source"]):
            holds(flat(part) in text, f"no {part}")
        holds(f"Its {len(check['cases'])} instance" in text, "number of instances")
        shown = [one for one in check["cases"] if flat(one["instance"]) in text
                 and flat(one["basis"]) in text]
        same(len(shown), min(5, len(check["cases"])), "cases with their basis")
        for one in shown:
            holds(f"measured {one['measured']:.10g}" in text, f"no {one['measured']}")
with case("identities name no paper's title, rows of a paper do"):
    holds("identities that the papers share" in flat(plain("X1.euler")), "X1")
    holds("On the Validity of Modeling SGD" in flat(plain("svag1.step")), "svag")
    holds("Fast Mixing" in flat(plain("errata.fm1-equilibrium-norm")), "errata of fm")
with case("a check of a longer tier is explained without its instances"):
    slow = next(name for name, tier in LISTED if tier == "full")
    holds(f"sidyn verify --tier full --filter {slow}" in flat(plain(slow)), slow)
for arguments, *says in (
    (["explain"], "explain: needs exactly one ID"),
    (["explain", "X1", "X2"], "explain: needs exactly one ID"),
    (["explain", "X1."], "explain: X1.: no check and no row has this name"),
):
    with case("refused: sidyn " + " ".join(arguments)):
        refused(sidyn(*arguments), *says)
finish()
