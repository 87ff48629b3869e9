"""sidyn verify --html: one file that is well formed as HTML and as XML, asks for nothing, has what
the JSON report has, and a name and its data for every picture; text of any kind stays text."""

import sys

sys.dont_write_bytecode = True
import hashlib
import html.parser
import json
import os
import re
import struct
import urllib.parse
import xml.etree.ElementTree

from common import (build, case, finish, holds, objects, path_of, read, refused, same, sidyn,
                    sources, write)

VOID = {"meta", "link", "br"}  # of the elements that the page uses
XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


class Strict(html.parser.HTMLParser):
    """Every element is closed where it must be; ids are unique; nothing is fetched or run."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links = [], set(), []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        same(len(found), len(attrs), f"attributes of {tag}")
        holds(tag != "script" and not any(name.startswith("on") for name in found), tag)
        for name in ("src", "srcset", "data", "action", "poster", "style", "xlink:href"):
            holds(name not in found, f"{tag} {name}")
        if "href" in found:
            holds(re.match("#|data:", found["href"]), found["href"][:80])
            self.links.append(found["href"])
        if "id" in found:
            holds(found["id"] not in self.ids, f"two elements are {found['id']}")
            self.ids.add(found["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        holds(tag not in VOID, tag)
        same(self.open.pop(), tag, "end of an element")


def parsed(path):
    """The root of the page as XML, after a look at it as HTML."""
    text = read(path).decode("ascii")
    strict = Strict()
    strict.feed(text)
    strict.close()
    same(strict.open, [], "open elements")
    for link in strict.links:
        holds(not link.startswith("#") or link[1:] in strict.ids, f"{link} leads nowhere")
    holds(not re.search(r"@import|url\(", text), "the style fetches something")
    same(re.findall(r"https?://[^\" ]*", text.replace("http://www.w3.org/2000/svg", "")),
         ["http://www.w3.org/1999/xhtml"], "addresses")
    return xml.etree.ElementTree.fromstring(text)


def words(element):
    return " ".join("".join(element.itertext()).split())


def verdicts(root):
    """{id: verdict} of the checks of a page."""
    return {check.get("id"): check.find(f"{XHTML}h4/{XHTML}span").text
            for check in root.iter(XHTML + "article")}


def pictures_are_named(root):
    count = 0
    for picture in root.iter(SVG + "svg"):
        count += 1
        same(picture.get("role"), "img", "role")
        names = {part.get("id"): part.text for part in picture if part.get("id")}
        wanted = picture.get("aria-labelledby").split()
        holds(wanted and all(names.get(name) for name in wanted), f"{wanted} in {names}")
    return count


def of(root, name):
    """What the summary says of a name."""
    terms = list(root.find(f"{XHTML}body/{XHTML}header/{XHTML}dl"))
    return {term.text: words(value) for term, value in zip(terms[::2], terms[1::2])}[name]


def bits(value):
    return struct.pack(">d", float(value)).hex()


def hash_of(checks):
    """SHA-256 of ids, instances, relations, numbers, verdicts and series of a JSON report."""
    words_of = []
    for check in checks:
        words_of.append(check["id"])
        for one in check["cases"]:
            words_of += [one["instance"], one["relation"], bits(one["measured"]),
                         bits(one["expected"]), bits(one["tolerance"]), one["verdict"]]
        for series in check.get("series", []):
            words_of += [series["name"], *(bits(value) for row in series["rows"] for value in row)]
    return hashlib.sha256("".join(word + "\0" for word in words_of).encode()).hexdigest()


# ---- checks of sidyn ----

for pattern, least in (("errata.x*", 0), ("eos4.curve", 2), ("svag2.weak-order", 3),
                       ("svag9.gaussian", 1)):
    with case(f"the page of {pattern} has what JSON has, and its data as files"):
        page, report, data = path_of("page.html"), path_of("page.json"), path_of("data")
        result = sidyn("verify", "--filter", pattern, "--html", page, "--json", report, "--series",
                       data)
        same((result.returncode, result.stderr), (0, b""), "status and stderr")
        root, checks = parsed(page), json.loads(read(report))["checks"]
        same(verdicts(root), {check["id"]: check["verdict"] for check in checks}, "checks")
        same(of(root, "hash of all numbers"), hash_of(checks), "hash")
        same(words(root.find(f".//{XHTML}h1")), f"sidyn verify: {len(checks)} passed, 0 failed",
             "sum")
        for check, shown in zip(checks, root.iter(XHTML + "article")):
            rows = [[words(cell) for cell in row.iter(XHTML + "td")]
                    for row in shown.iter(XHTML + "tr") if row.find(XHTML + "td") is not None]
            listed = rows[1:] if len(check["cases"]) > 1 else rows
            same([row[0] for row in listed], [" ".join(one["instance"].split())
                                              for one in check["cases"]], "instances")
            holds(rows[0] in listed, "the first is one of them")
            holds(check["source"] in words(shown), "source")
        same(pictures_are_named(root), sum(len(check.get("series", [])) for check in checks),
             "pictures")
        holds(pictures_are_named(root) >= least, "pictures")
        for link in root.iter(XHTML + "a"):
            if link.get("download"):
                kind, _, content = link.get("href").partition(",")
                same(kind, "data:text/csv;charset=us-ascii", "kind")
                same(urllib.parse.unquote_to_bytes(content),
                     read(os.path.join(data, link.get("download"))), "data")
with case("a picture: a point for each row, laws as dashed lines, bars, axes with names"):
    root = parsed(page)
    marks = {kind: [part for part in root.iter(SVG + "path") if part.get("class") == kind]
             for kind in ("dot c0", "bar c0", "law c0")}
    same([part.get("d").count("M") for part in marks["dot c0"]], [1, 11], "points, and the key's")
    same([part.get("d").count("M") for part in marks["bar c0"]], [11], "bars")
    names = [words(part) for part in root.iter(SVG + "text") if part.get("class") == "name"]
    same(names, ["estimate of 1/alpha", "(36)"], "axes")
    sidyn("verify", "--filter", "eos4.curve", "--html", page)
    root = parsed(page)
    law = [part for part in root.iter(SVG + "path") if part.get("class") == "law c1"]
    same([part.get("d").count("L") for part in law], [0, 80] * 2, "lines, and the key's")
with case("a view with panels: each has a frame and a name of its own"):
    sidyn("verify", "--filter", "eos5.windows", "--html", page)
    picture = next(parsed(page).iter(SVG + "svg"))
    same([words(part) for part in picture.iter(SVG + "text") if part.get("class") == "name"],
         ["mean h^2/ein", "speed", "tau to"], "axes")
    same(sum(part.get("class") == "frame" for part in picture.iter(SVG + "path")), 2, "frames")
with case("errata side by side: printed, right, measured"):
    sidyn("verify", "--filter", "errata.x3*", "--html", page)
    table = parsed(page).find(f".//{XHTML}section[@id='errata']/{XHTML}table")
    cells = [words(cell) for cell in table.iter(XHTML + "td")]
    same(cells[1:4], ["0.096", "0.1010526316", "0.1010526316"], "values")
    holds(cells[0].startswith("errata.x3-angle-factor") and cells[5] == "pass", cells)
with case("the page names machine, backend, compiler; its hash is that of the numbers alone"):
    hashes = set()
    for options in (["--jobs", 1, "--backend", "ref"], ["--jobs", 2]):
        sidyn("verify", "--filter", "eos4.curve", "--html", page, *options)
        root = parsed(page)
        hashes.add(of(root, "hash of all numbers"))
        holds(all(of(root, name) for name in ("machine", "compiler", "sidyn", "tier")), "summary")
        holds(options[2:] == [] or of(root, "backend") == "ref", "backend")
    same(len(hashes), 1, "hashes of one check")

# ---- text of any kind ----

HOSTILE = r"""
#include <math.h>
#include "harness/check.h"
#define EVIL "</td></svg><script>alert(\"1\")</script>" \
  "<img src=x onerror='a' b=\"c\"> & &amp; \x01\n"
static void bad(vf_context *c) {
  const double values[] = {1.0, 2.0, (double)NAN, 2.0, -1.0, (double)INFINITY};
  static const char *const columns[] = {EVIL, "y" EVIL, "law " EVIL};
  vf_within(c, EVIL, (double)NAN, 1.0, 0.0, EVIL);
  vf_expected(c, EVIL);
  vf_series(c, EVIL, columns, 3, values, 2);
}
static void flat(vf_context *c) {
  const double zeros[] = {0.0, 0.0}, none[] = {(double)NAN, (double)NAN};
  static const char *const columns[] = {"a", "b"};
  vf_within(c, "one", 1.0, 1.0, 0.0, "exact");
  vf_series(c, "zeros", columns, 2, zeros, 1);
  vf_series(c, "no number", columns, 2, none, 1);
}
static void idle(vf_context *c) { (void)c; }
static void view(vf_context *c) {
  const double values[] = {1.0, 2.0};
  static const char *const columns[] = {"a", "b"};
  vf_within(c, "one", 1.0, 1.0, 0.0, "exact");
  vf_series(c, "of another view", columns, 2, values, 1);
  vf_view(c, "a,c");
}
static const vf_check all[] = {
    {"T1.bad", EVIL, "eta_0 |x_t|^2 <= e^(-4 el t) lam1^-1, j-th, order-1 snake_case 2-3" EVIL,
     VF_QUICK, bad},
    {"T1.idle", "test", "nothing", VF_QUICK, idle},
    {"T1.flat", "test", "no room", VF_QUICK, flat},
    {"T2.view", "test", "a view of no column", VF_FULL, view}};
static const vf_table row = {"T", all, 4, EVIL, EVIL};
const vf_table *const vf_rows[] = {&row};
const char *const vf_row_laws[] = {"Law " EVIL "\n\n  x^2 = " EVIL "\n\nend"};
const size_t vf_row_count = 1;
"""
SHOWN = "</td></svg><script>alert(\"1\")</script><img src=x onerror='a' b=\"c\"> & &amp;"
COMMANDS = [path for path in sources("verify/*/*.c") if not path.startswith("verify/checks/")]
with case("text in every place stays text; what failed comes first"):
    own = build("own", [write("own.c", HOSTILE), *objects(COMMANDS)])
    result = sidyn("verify", "--html", page, program=own)
    same(result.returncode, 1, "status")
    root = parsed(page)
    same(verdicts(root), {"T1.bad": "fail", "T1.idle": "fail", "T1.flat": "pass"}, "verdicts")
    failures = root.find(f".//{XHTML}section[@id='failures']")
    same([link.get("href") for link in failures.iter(XHTML + "a")], ["#T1.bad", "#T1.idle"],
         "links")
    bad = root.find(f".//{XHTML}article[@id='T1.bad']")
    cells = [words(cell) for cell in bad.iter(XHTML + "td")]
    same(cells[0], SHOWN, "instance")
    same(pictures_are_named(root), 3, "pictures")
    names = [words(part) for part in bad.iter(SVG + "text")]
    holds(f"y{SHOWN}" in names and SHOWN in names, names)
    law = [part.get("d") for part in bad.iter(SVG + "path") if part.get("class") == "law c1"]
    same(law[1:], [""], "a line of no finite number, behind the key's")
    holds("nan" not in "".join(part.get("d") for part in root.iter(SVG + "path")), "no number")
with case("formulas: Greek, raised, lowered, relations; words with hyphens stay"):
    claim = bad.find(f"{XHTML}p[@class='claim']")
    same(words(claim)[:60].split("</td")[0],
         "\u03b70 |xt|2 \u2264 e\u22124 el t \u03bb1\u22121, j-th, order-1 snake_case 2\u22123",
         "text")
    same([part.text for part in claim.iter(XHTML + "sup")], ["2", "\u22124 el t", "\u22121"],
         "raised")
    same([part.text for part in claim.iter(XHTML + "sub")], ["0", "t", "1"], "lowered")
    same(len(root.findall(f".//{XHTML}p[@class='formula']")), 1, "formulas in a line of their own")
with case("a picture of a column that is not there is an error; no page is left"):
    os.unlink(page)
    result = sidyn("verify", "--tier", "full", "--filter", "T2.view", "--html", page, program=own)
    same((result.returncode, result.stderr),
         (2, b"sidyn: T2.view a,c: no column c; the first is a\n"), "status and stderr")
    same([name for name in os.listdir(os.path.dirname(page)) if name.startswith("page.html")], [],
         "files")
for arguments, *says in ((["--html", "-"], "verify: --html -: ", "allowed: a file"),
                         (["--html", path_of("none/page")], "No such file or directory"),
                         (["--html", page, "--json", page], "verify: --json and --html: the same "
                          f"file {page}", "allowed: two files"),
                         (["--junit", page, "--html", page],
                          "verify: --junit and --html: the same")):
    with case("refused, before any work: verify " + " ".join(arguments)):
        refused(sidyn("verify", *arguments), *says)
        holds(not os.path.exists(page), "a page")
finish()
