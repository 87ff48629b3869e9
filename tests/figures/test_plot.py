"""sidyn plot and the figures: verify --series writes unique files that read back as the report's
numbers; what is drawn has every point; the same data gives the same SVG, that of docs/figures."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import (ROOT, TMP, case, finish, holds, output, path_of, read, refused, same, sidyn,
                    write)

EXAMPLE = os.path.join(ROOT, "docs/examples/norm-convergence/experiment.json")
FIGURES = os.path.join(ROOT, "docs/figures")
KEPT = sorted(name[:-4] for name in os.listdir(FIGURES) if name.endswith(".svg"))
DATA, REPORT = path_of("data"), path_of("report.json")
PATTERNS = {"eos4-flow": "eos4.curve", "svag2-weak-order": "svag2.weak-order",
            "il9-chaos": "il9.separation"}

# ---- series ----

with case("--series: one file a series, names unique, the numbers of the report"):
    result = sidyn("verify", "--filter", "fm6.ensemble-cosine", "--series", DATA, "--json", REPORT)
    same((result.returncode, result.stderr), (0, b""), "status and stderr")
    series = json.loads(read(REPORT))["checks"][0]["series"]
    names = ["fm6.ensemble-cosine.angles-of-60-models-lr=0.01-wd=0.05.csv",
             "fm6.ensemble-cosine.angles-of-60-models-lr=0.01-wd=0.05-2.csv"]
    same(sorted(os.listdir(DATA)), sorted(names), "files")
    for one, name in zip(series, names):
        with open(os.path.join(DATA, name), encoding="ascii", newline="") as file:
            head, *rows = csv.reader(file)
        same(head, one["columns"], "columns")
        same([[float(value) for value in row] for row in rows], one["rows"], "rows")
with case("refused: --series where a file is, and below a folder that is not there"):
    for target, says in ((write("file", "x"), "Not a directory"),
                         (path_of("none/data"), "No such file")):
        # before the first check: there is no table
        refused(sidyn("verify", "--filter", "eos4.curve", "--series", target), "verify: --series ",
                says)

# ---- figures ----

with case("the kept figures are drawn again, bit for bit by the same gnuplot"):
    same(sorted(PATTERNS), KEPT, "figures")
    for pattern in PATTERNS.values():
        output("verify", "--filter", pattern, "--series", DATA)
    for folder in ("one", "two"):
        subprocess.run(["sh", os.path.join(ROOT, "ci/figures.sh"), DATA, path_of(folder), *KEPT],
                       check=True, stdout=subprocess.DEVNULL)
    made_by = re.compile(rb"Produced by GNUPLOT [^<]*")
    for name in KEPT:
        first = read(path_of(f"one/{name}.svg"))
        same(first, read(path_of(f"two/{name}.svg")), name)
        holds(read(path_of(f"one/{name}.png")).startswith(b"\x89PNG"), "PNG")
        kept = read(os.path.join(FIGURES, name + ".svg"))
        if made_by.search(first).group() == made_by.search(kept).group():
            same(first == kept, True, f"docs/figures/{name}.svg is what is drawn now")
with case("README has a line for every figure, and there are 16 at least"):
    listed = re.findall(r"(?m)^\| `([a-z0-9-]+)` \|", read(os.path.join(FIGURES, "README.md"))
                        .decode())
    scripts = sorted(name[:-3] for name in os.listdir(FIGURES) if name.endswith(".gp"))
    same(sorted([*listed, "style"]), scripts, "figures")
    holds(len(listed) >= 16, "16 figures")

# ---- sidyn plot ----

with open(path_of("run.csv"), "wb") as file:
    file.write(output("run", EXAMPLE, "--with-law"))
with open(path_of("many.csv"), "wb") as file:
    file.write(output("run", EXAMPLE, "--trajectories", "0:3"))
with open(path_of("statistics.csv"), "wb") as file:
    file.write(output("run", EXAMPLE, "--trajectories", "0:50", "--statistics"))


def drawn(*arguments):
    """The SVG of a plot, drawn twice."""
    for name in ("a.svg", "b.svg"):
        same(output("plot", *arguments, "--out", path_of(name)), b"", "output")
    same(read(path_of("a.svg")), read(path_of("b.svg")), "two drawings")
    return read(path_of("a.svg")).decode()


def points(svg):
    """The number of points of each plotted curve, not counting white ones below error bars."""
    return [len(re.findall(r"<use xlink:href='#gpPt6'[^>]*color='rgb", part))
            for part in svg.split("<g id=\"gnuplot_plot_")[1:]]


with case("a run with laws: a panel for each observable, checkpoints as points, laws as lines"):
    svg = drawn(path_of("run.csv"))
    for name in ("norm2", "law_norm2", "gamma", "step_angle", "law_step_angle", "step"):
        holds(f">{name}<" in svg, name)
    same(points(svg), [6, 0] * 3, "points, with that of the key")
with case("trajectories of one run are not joined"):
    svg = drawn(path_of("many.csv"))
    same(points(svg), [16] * 3, "points")
    lines = re.findall(r"<path stroke='rgb[^>]*d='([^']*)'", svg)
    same([line.count("M") for line in lines], [4] * 3, "lines, with that of the key")
with case("statistics: means with standard errors"):
    svg = drawn(path_of("statistics.csv"))
    same(points(svg), [6] * 3, "points")
    holds(">standard_error<" not in svg, "errors are no curve")
    same(len(re.findall("gpPt6'[^>]*#FFFFFF", svg)), 15, "points with bars")
with case("--columns and --log choose"):
    svg = drawn(path_of("run.csv"), "--columns", "gamma,norm2", "--log", "xy")
    holds(">gamma<" in svg and ">norm2<" in svg and ">step_angle<" not in svg, "columns")
    same(points(svg), [6], "points")
with case("a series of a report, by the name of its check, by its own, and the first"):
    same(points(drawn(REPORT, "--columns", "model,angle")), [61], "points")
    same(drawn(REPORT, "--series", "fm6.ensemble-cosine"), drawn(REPORT), "by check")
    same(drawn(REPORT, "--series", "angles of 60 models, lr=0.01 wd=0.05"), drawn(REPORT),
         "by name")
with case("the view of a series: its columns, in panels; --columns has panels, too"):
    with_view = write("view.json", json.dumps({"checks": [{"id": "a", "series": [
        {"name": "n", "columns": ["x", "y", "z", "u"], "rows": [[1, 2, 3, 4], [2, 3, 4, 5]],
         "view": "y,x;z"}]}]}))
    svg = drawn(with_view)
    same(points(svg), [3, 3], "points, in two panels")
    holds(">u<" not in svg and ">x<" in svg and ">z<" in svg, "columns")
    same(points(drawn(with_view, "--columns", "x,y,z;u")), [3, 3, 3], "points")
with case("names in a report are text to gnuplot, whatever is in them"):
    made = path_of("made-by-a-name")
    name = f"it's\n!touch {made}\nq"
    svg = drawn(write("names.json", json.dumps({"checks": [{"id": "a", "series": [
        {"name": name, "columns": ["x", name], "rows": [[1, 2], [2, 3]]}]}]})))
    holds(not os.path.exists(made), "a name is run as a command")
    holds("it's !touch" in svg.replace("&#39;", "'"), "no title")
with case("PNG"):
    output("plot", path_of("run.csv"), "--out", path_of("a.png"))
    holds(read(path_of("a.png")).startswith(b"\x89PNG"), "PNG")
RUN = path_of("run.csv")
for arguments, *says in (
    ([], "plot: needs exactly one FILE.csv"),
    ([RUN], "plot: --out is missing: allowed: a name that ends in .svg or .png"),
    ([RUN, "--out", path_of("a.pdf")], "allowed: a name that ends in .svg or .png"),
    ([RUN, "--out", path_of("a.svg"), "--log", "z"], "--log z: allowed: x, y, xy"),
    ([RUN, "--out", path_of("a.svg"), "--columns", "norm3"], "no column norm3"),
    ([RUN, "--out", path_of("a.svg"), "--columns", "norm2"], "allowed: X,Y or X,Y,Y,..."),
    ([RUN, "--out", path_of("a.svg"), "--series", "x"], "--series: allowed with a REPORT.json"),
    ([REPORT, "--out", path_of("a.svg"), "--series", "x"], "no series x"),
    ([path_of("none.csv"), "--out", path_of("a.svg")], "none.csv: No such file"),
    ([write("bad.csv", "a,b\n1,2\n3\n"), "--out", path_of("a.svg")], "bad.csv:3: does not fit"),
    ([write("head.csv", "a,b\n"), "--out", path_of("a.svg")], "no line of numbers"),
    ([write("empty.csv", ""), "--out", path_of("a.svg")], "empty.csv:1: allowed"),
    ([write("set.csv", "schedule.lr,trajectory,step,end,f\n1,0,0,,2\n"), "--out", path_of("a.svg")],
     "set.csv: a table of `run --set`; allowed: --columns, or"),
    ([write("sets.csv", "wd,step,observable,count,mean,variance,e\n1,0,f,1,2,3,4\n"), "--out",
      path_of("a.svg")], "sets.csv: a table of `run --set`"),
    ([write("bad.json", "{"), "--out", path_of("a.svg")], "bad.json:1"),
):
    with case("refused: sidyn plot " + " ".join(word.replace(TMP + "/", "") for word in arguments)):
        refused(sidyn("plot", *arguments), *says)
with case("without gnuplot: one line, and nothing is left behind"):
    os.mkdir(path_of("empty"))
    refused(sidyn("plot", RUN, "--out", path_of("none.svg"), env={"PATH": path_of("empty")}),
            "plot: gnuplot is not installed; make deps installs it")
    same([name for name in os.listdir(TMP) if name.startswith("none.svg")], [], "files")
shutil.rmtree(DATA)
finish()
