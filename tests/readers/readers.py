"""docs/output.md: every block of code reads real output to the bit, and what should differ does.

Needs the packages of `make deps-readers`: a reader that is missing is a failure. How many numbers
differ is compared where a reader has the version that the document names; elsewhere some must."""

import sys

sys.dont_write_bytecode = True
import glob
import json
import math
import os
import re
import shutil
import struct
import subprocess
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import ROOT, SIDYN, TMP, case, finish, holds, path_of, read, rows_of, same, sidyn, write

DOCUMENT = read(os.path.join(ROOT, "docs/output.md")).decode()
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")

# The program that runs the code of a language, what comes before the code, and behind it what
# writes x, row by row, to x.double or x.uint64, or prints it. Where that is empty the code prints.
LANGUAGES = {
    "python": ([PYTHON], "", """
import numpy
x = numpy.asarray(x)
x.tofile('x.uint64') if x.dtype.kind == 'u' else x.astype(float).tofile('x.double')
"""),
    "r": (["Rscript", "--vanilla"], "", """
if (length(dim(x)) == 3) x <- x[1, , ]
writeBin(as.numeric(t(x)), "x.double", endian = "little")
"""),
    "octave": (["octave-cli", "--norc", "--quiet"], "", """
if ndims(x) == 3, x = squeeze(x(1, :, :)); end
file = fopen(['x.' class(x)], 'w');
fwrite(file, x.', class(x), 0, 'ieee-le');
fclose(file);
"""),
    "gnuplot": (["gnuplot"], "", """
set print '-'
do for [i = 1:|x|] { print sprintf("%.17g", x[i]) }
"""),
    "javascript": (["node"], "", """
const name = x instanceof BigUint64Array ? 'x.uint64' : 'x.double';
require('fs').writeFileSync(name, name === 'x.uint64' ? x : Float64Array.from(x));
"""),
    "mawk": (["sh"], "", ""),
    "gawk": (["sh"], "", ""),
    "sqlite": (["sh"], "", ""),
}
# The language of a reader, what its calls need around them, and the command that shows its version.
READERS = {
    "Python": ("python", "", "", [PYTHON, "--version"]),
    "NumPy": ("python", "import numpy\nx = ", "\nx = x[:, 3:] if x.ndim == 2 else x",
              [PYTHON, "-c", "import numpy; print(numpy.__version__)"]),
    "pandas": ("python", "import pandas\nx = ", "\nx = x.iloc[:, 3:]",
               [PYTHON, "-c", "import pandas; print(pandas.__version__)"]),
    "R": ("r", """
words <- function(file) as.matrix(read.csv(file, colClasses = "character")[, -(1:3)])
x <- """, """
if (is.data.frame(x)) x <- as.matrix(x[, -(1:3)])
if (length(x) == 1950 * 24) dim(x) <- c(1950, 24)
""", ["R", "--version"]),
    "Octave": ("octave", """
1;
function words = words(file)
  lines = ostrsplit(strtrim(fileread(file)), "\\n");
  words = cellfun(@(line) ostrsplit(line, ','), lines(2:end), 'UniformOutput', false);
  words = vertcat(words{:})(:, 4:end);
end
function file = behind_head(name)
  file = fopen(name);
  fgetl(file);
end
format = ['%f %f %s' repmat(' %f', 1, 24)];
x = """, ";\nif iscell(x), x = [x{4:end}]; end", ["octave-cli", "--version"]),
    "gnuplot": ("gnuplot", """
set datafile separator ','
array x[1950]
do for [i = 1:1950] { x[i] = NaN }
""", "", ["gnuplot", "--version"]),
    "gawk": ("gawk", "", "", ["gawk", "--version"]),
    "mawk": ("mawk", "", "", ["mawk", "-W", "version"]),
    "SQLite": ("sqlite", "", "", ["sqlite3", "--version"]),
    "JavaScript": ("javascript", """
function words(file) {
  const lines = require('fs').readFileSync(file, 'ascii').trimEnd().split('\\n');
  return file.endsWith('.csv') ? lines.slice(1).flatMap(line => line.split(',').slice(3)) : lines;
}
const x = """, "", ["node", "--version"]),
}

# ---- the document ----


def blocks(language):
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", DOCUMENT)


def table(head, section=""):
    """The rows of the first table with this head in a section and behind it, as cells without their
    marks of code."""
    behind = DOCUMENT[DOCUMENT.index(section):]
    body = re.search(rf"(?m)^{re.escape(head)}\n\|[-|]+\n((?:\|.*\n)+)", behind)
    holds(body, f"no table {head}")
    return [[re.sub(r"^`(.*)`$", r"\1", cell.strip()) for cell in line.strip("|").split(" | ")]
            for line in body.group(1).splitlines()]


# ---- numbers ----


def double(bits):
    return struct.unpack(">d", bytes.fromhex(bits))[0]


def spelled(value):
    """dec as the document describes it, from the digits of Python's shortest decimal."""
    if value == 0 or not math.isfinite(value):
        return repr(value).removesuffix(".0")
    decimal = Decimal(repr(value)).normalize()
    digits = "".join(map(str, decimal.as_tuple().digits))
    if -4 <= decimal.adjusted() < max(15, len(digits)):
        return format(decimal, "f")
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{'-' * (value < 0)}{digits[0]}{fraction}e{decimal.adjusted():+03d}"


def bits(value):
    return "nan" if math.isnan(value) else struct.pack(">d", value).hex()


def differences(values, expected):
    """The pairs that are not the same: doubles by their bits, integers as numbers."""
    same(len(values), len(expected), "how many numbers")
    return [(value, right) for value, right in zip(values, expected)
            if (value != right if isinstance(right, int) else bits(value) != bits(right))]


def units(pairs):
    """The largest distance, in steps of doubles, of numbers that are neither zero nor special."""
    return max((abs(int(bits(value), 16) - int(bits(right), 16)) for value, right in pairs
                if value and right and math.isfinite(value) and math.isfinite(right)), default=0)


def written(name):
    """The words that sidyn wrote, row by row."""
    text = read(path_of(name))
    if name.endswith(".csv"):
        return [row[3:] for row in rows_of(text)[1:]]
    return [[word] for word in text.decode().split()]


def expected(code):
    """The numbers that a piece of code should read: those of the file that it names, as sidyn wrote
    their bits; one column of them if it names one."""
    name = re.search(r"(\w+|raw-bits)\.(csv|npy|txt)|FROM \w+", code).group(0)
    if name == "raw.txt" or name == "raw-bits.txt" or "raw-bits" in code:
        return [int(row[0], 16) for row in written("raw-bits.txt")]
    if name == "normal.txt":
        return [double(row[0]) for row in written("normal-bits.txt")]
    head, *rows = rows_of(read(path_of("bits.csv")))
    column = re.search(r", \$(\d+) \}|= \$(\d+),|CAST\((\w+) AS", code)
    if column:
        at = head.index(column[3]) if column[3] else int(column[1] or column[2]) - 1
        return [double(row[at]) for row in rows]
    if name == "run.npy":
        reached = [row[3:] for row in rows if not row[2]]
        missing = EXPERIMENT["steps"] + 1 - len(reached)
        holds(missing > 0, "every checkpoint is reached: this test tests nothing")
        missing *= len(head) - 3
        return [double(word) for row in reached for word in row] + [math.nan] * missing
    return [double(word) for row in rows for word in row[3:]]


# ---- running ----


def start_of(words, form):
    """What sidyn writes for the numbers with these bits."""
    problem = {"kind": "quadratic_noisy", "dim": len(words), "spectrum": [0] * len(words)}
    document = {**EXPERIMENT, "problem": problem, "start": {"kind": "point", "x": words},
                "steps": 0, "checkpoints": [0], "observables": ["x"]}
    result = sidyn("run", write("start.json", document), "--format", form)
    same((result.returncode, result.stderr), (0, b""), "status and stderr")
    return rows_of(result.stdout)[1][3:]


def sqlite_script(query):
    """SQLite prints fewer digits than a double has, so the query shows bits."""
    name = re.search(r"FROM (\w+)", query).group(1)
    shown = re.sub(r"SELECT (.*) FROM", r"SELECT hex(ieee754_to_blob(\1)) FROM", query)
    return f"sqlite3 -cmd '.mode csv' -cmd '.import {name}.csv {name}' :memory: '{shown}'\n"


def execute(language, code):
    """The numbers that a piece of code leaves in x, or prints. A warning is not silence."""
    for left in glob.glob(path_of("x.*")):
        os.remove(left)
    program, before, after = LANGUAGES[language]
    script = sqlite_script(code) if language == "sqlite" else before + code + "\n" + after
    done = subprocess.run([*program, write("script", script)], cwd=TMP, check=False,
                          capture_output=True, timeout=300)
    problem = done.stderr.decode(errors="replace")
    holds(done.returncode == 0, f"exit status {done.returncode}: {problem}")
    holds("warning" not in problem.lower(), f"not silent: {problem}")
    for kind, letter in (("double", "d"), ("uint64", "Q")):
        if os.path.exists(path_of(f"x.{kind}")):
            data = read(path_of(f"x.{kind}"))
            return list(struct.unpack(f"<{len(data) // 8}{letter}", data))
    words = done.stdout.decode().split()
    return [double(word) if language == "sqlite" else float(word) for word in words]


# ---- the outputs ----

EXPERIMENT = json.loads(read(os.path.join(ROOT, "tests/readers/experiment.json")))
with case("the commands of the document make the outputs"):
    shutil.copy(os.path.join(ROOT, "tests/readers/experiment.json"), path_of("experiment.json"))
    commands = blocks("sh")
    same(len(commands), 1, "blocks of commands")
    script = f"set -e\nPATH='{os.path.dirname(SIDYN)}':$PATH\n{commands[0]}"
    normal = next(line for line in commands[0].splitlines() if "normal.txt" in line)
    script += normal.replace("dec > normal", "bits > normal-bits") + "\n"
    subprocess.run(["sh", write("commands", script)], cwd=TMP, check=True, stderr=subprocess.PIPE)
    same(len(written("normal-bits.txt")), 40000, "normals")
with case("the outputs hold what the document says"):
    rows = written("bits.csv")
    same((len(rows), len(rows[0])), (1950, 24), "rows and columns")
    numbers = [double(word) for row in rows for word in row]
    finite = [value for value in numbers if value and math.isfinite(value)]
    same(len({math.frexp(value)[1] for value in finite}), 2098, "binades")
    words = {word for row in written("dec.csv") for word in row}
    same({"0", "-0", "inf", "-inf", "nan", "5e-324"} - words, set(), "special words")
    holds(any(0 < abs(value) < sys.float_info.min for value in finite), "no subnormals")
with case("the table of numbers is what sidyn writes"):
    cells = [row[1:] for row in table("| | dec | hex | bits |")]
    columns = [[word.strip("`") for cell in column for word in cell.split(", ")]
               for column in zip(*cells)]
    same([len(column) for column in columns], [len(columns[2])] * 3, "lengths")
    lines = [line for line in zip(*columns) if math.isfinite(double(line[2]))]
    special = [line for line in zip(*columns) if not math.isfinite(double(line[2]))]
    for form, column in zip(("dec", "hex", "bits"), zip(*lines)):
        same(start_of([line[2] for line in lines], form), list(column), form)
    shown = {line for rows in zip(*map(written, ("dec.csv", "hex.csv", "bits.csv")))
             for line in zip(*rows)}
    same(set(special) - shown, set(), "infinities and NaN")
with case("dec is spelled as the document says"):
    values = [2.0**k for k in range(-1074, 1024)] + [-math.pi * 10.0**k for k in range(-307, 308)]
    values += [k * 10.0**e for k in (1, 12, 123456789, 0.1 + 0.2) for e in range(-15, 25)]
    values += [float(10**k + d) for k in range(1, 19) for d in range(-20, 20)]
    same(start_of(list(map(bits, values)), "dec"), list(map(spelled, values)), "of a start")
    for name in ("dec.csv", "normal.txt"):
        words = [word for row in written(name) for word in row]
        same(words, [spelled(float(word)) for word in words], name)
with case("the tables of columns are what sidyn writes"):
    names = [cells[0] for cells in table("| column | contents |", "### CSV")]
    same(read(path_of("dec.csv")).decode().splitlines()[0].split(",")[:3], names[:3], "CSV")
    names = ",".join(cells[0] for cells in table("| column | contents |", "### --statistics"))
    shown = sidyn("run", path_of("experiment.json"), "--statistics").stdout.decode()
    same(shown.splitlines()[0], names.replace(", ", ","), "statistics")
    reasons = {cells[0] for cells in table("| end | reason |")} - {"(empty)"}
    schema = read(os.path.join(ROOT, "fixtures/schema/trajectories.schema.json")).decode()
    known = json.loads(re.search(r'"enum": (\[\s*"ok".*?\])', schema, re.S).group(1))
    same(reasons | {"ok"}, set(known), "reasons of an end")
with case("every text is one line a number, ends with a line feed and has nothing but ASCII"):
    for name in ("dec.csv", "hex.csv", "bits.csv", "normal.txt", "raw.txt", "raw-bits.txt"):
        text = read(path_of(name))
        holds(text.endswith(b"\n") and text.isascii() and b"\r" not in text, name)
        holds(b'"' not in text and b" " not in text, name)

# ---- the readers ----

versions = dict(table("| reader | version |"))
installed = {}
for reader, (*_, command) in READERS.items():
    with case(f"{reader} is installed"):
        shown = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        installed[reader] = shown.splitlines()[0]
        print(f"# {installed[reader]}; the document was measured with {versions[reader]}")
with case("the document names every reader"):
    same(sorted(versions), sorted(READERS), "readers")
    fences = set(re.findall(r"(?m)^```(\w+)$", DOCUMENT))
    same(fences - {"sh"}, set(LANGUAGES) - {"sqlite"}, "languages")
for language in LANGUAGES:
    for number, code in enumerate(blocks(language), 1):
        with case(f"exact: {language}, block {number}: {code.splitlines()[-1]}"):
            wrong = differences(execute(language, code), expected(code))
            holds(not wrong, f"{len(wrong)} differ: {wrong[:3]}")
for reader, call, count, _ in table("| reader | call | differ | instead |"):
    with case(f"differs: {reader}: {call}"):
        language, before, after, _ = READERS[reader]
        # To have all the numbers, and not only what stats tells about them.
        code = re.sub(r"using (\d+)$", r"using (x[int($0) + 1] = $\1, 0) nooutput", call)
        right = expected(code)
        wrong = differences(execute(language, before + code + after), right)
        print(f"# {len(wrong)} of {len(right)} differ: {wrong[:3]}")
        holds(wrong, "nothing differs")
        if versions[reader].split()[0] in installed[reader]:
            same(f"{len(wrong)} of {len(right)}", count, "numbers that differ")
            far = units(wrong) if "dec" in call else 0
            holds(far <= 1 or re.search(rf"(?i)up to {far}\b", DOCUMENT), f"{far} units away")
with case("R takes another library's smallest number for zero"):
    code = 'x <- as.numeric(c("0x1p-1074", "0x0.0000000000001p-1022"))'
    same(execute("r", code), [0.0, 5e-324], "numbers")
with case("a column of bits without a letter becomes numbers"):
    code = "import pandas\nx = pandas.read_csv('bits.csv').select_dtypes('number').iloc[:, 2:]"
    same(set(execute("python", code)), {8e15}, "pandas")
    code = 'x <- Filter(is.numeric, read.csv("bits.csv")[, -(1:3)])'
    same(set(execute("r", code)), {8e15}, "R")

finish()
