#!/usr/bin/env python3
"""Derives the constants of ref/ from their expressions, with mpmath at 60 digits.

    ci/constants.py           writes ref/normal_tables.h, and every marked constant of ref/ in place
    ci/constants.py --check   changes nothing; exit 1 if anything would change

A marked constant is a C literal followed by a comment that starts with "= ",
which is the expression it comes from:
    0x1.921fb54442d18p+1  /* = pi */
A hexadecimal float becomes the nearest binary64 number,
an integer the exact value of the expression."""
import math
import os
import re
import sys

from mpmath import mp, mpf

mp.dps = 60
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ref")
MARKED = re.compile(
    r"(?P<sign>-?)(?P<literal>0x[0-9a-f]+(?:\.[0-9a-f]+)?(?P<exponent>p[+-]?\d+)?)"
    r"(?P<suffix>u|ull)?"
    r"(?P<gap>\)?[,;]?\s*)/\* = (?P<expression>[^*]+(?:\*[^/*]+)*) \*/"
)


def newton_b():
    """Slope of the start of sid_reciprocal_root:
    the two extremes of the relative error add up to 2."""
    return 2 / (mpf(3) / 4 + mpf(7) / 6 * mp.sqrt(mpf(7) / 12))


def nearest(x):
    """The integer nearest to x."""
    return int(mp.floor(x + mpf(1) / 2))


NAMES = {"pi": mp.pi, "atan": mp.atan, "sqrt": mp.sqrt, "ln": mp.log, "cos": mp.cos, "sin": mp.sin,
         "round": nearest, "floor": lambda x: int(mp.floor(x)),
         "newton_a": newton_b() * 7 / 4, "newton_b": newton_b()}


def evaluate(expression):
    """The value of a marked expression; integers in it count as reals."""
    text = re.sub(r"\b(\d+)\b", r"mpf(\1)", expression).replace("^", "**")
    return eval(text, {"__builtins__": {}}, dict(NAMES, mpf=mpf))


def hex_float(x):
    """A C literal of the binary64 number nearest to x, ties to even,
    written from the integer significand."""
    if x == 0:
        return "0x0p+0"
    exponent = int(mp.floor(mp.log(abs(x), 2)))
    scaled = abs(mpf(x)) * mpf(2) ** (52 - exponent)
    whole = int(mp.floor(scaled))
    rest = scaled - whole
    if rest > mpf(1) / 2 or (rest == mpf(1) / 2 and whole % 2):
        whole += 1
    text = math.ldexp(-whole if x < 0 else whole, exponent - 52).hex()
    return text.replace(".0000000000000p", "p")


def restore(match):
    """A marked constant with the literal that its expression gives."""
    value = evaluate(match["expression"])
    if match["exponent"]:
        literal = hex_float(value)
    else:
        if int(value) != value:
            raise SystemExit("not an integer: " + match["expression"])
        literal = "0x%x" % int(value)
    return literal + (match["suffix"] or "") + match["gap"] + "/* = " + match["expression"] + " */"


# ---- the tables of the exact normals -------------------------------------------------------------

LEVEL1_STEP, LEVEL1_BITS = 5, 7    # index in units of 2^-5, factor a multiple of 2^-7
LEVEL2_STEP, LEVEL2_BITS = 9, 14
LEVEL3_STEP = 14                   # factor 1 + i*2^-14


def factors():
    """The factors of the three levels of the logarithm, as integers,
    and 1 - y after the last (exact rationals).

    Level 1 meets y in (1/2, 1]; every level multiplies y by the largest multiple of its unit that
    keeps the product at most 1. The supremum of 1 - y after a level, not attained, decides how many
    factors the next one needs."""
    level1 = [(1 << (LEVEL1_BITS + LEVEL1_STEP)) // ((1 << LEVEL1_STEP) - i)
              for i in range(1 << (LEVEL1_STEP - 1))]
    rest = max(mpf(1) - mpf(32 - i - 1) / 32 * c / 2 ** LEVEL1_BITS for i, c in enumerate(level1))
    count2 = int(mp.ceil(rest * 2 ** LEVEL2_STEP))
    level2 = [(1 << (LEVEL2_BITS + LEVEL2_STEP)) // ((1 << LEVEL2_STEP) - i) for i in range(count2)]
    rest = max(mpf(1) - (1 - mpf(i + 1) / 512) * c / 2 ** LEVEL2_BITS for i, c in enumerate(level2))
    count3 = int(mp.ceil(rest * 2 ** LEVEL3_STEP))
    level3 = [(1 << LEVEL3_STEP) + i for i in range(count3)]
    rest = max(mpf(1) - (1 - mpf(i + 1) / 2 ** 14) * c / 2 ** 14 for i, c in enumerate(level3))
    assert rest < mpf(2) ** -13
    return level1, level2, level3, rest


def wide(x):
    """Initialiser of a sid_wide: x in [0, 1) as nearest multiple of 2^-128, at most 1 - 2^-128."""
    n = min(nearest(x * mpf(2) ** 128), 2 ** 128 - 1)
    assert n >= 0
    return "{0x%016xu, 0x%016xu}" % (n >> 64, n & (2 ** 64 - 1))


def word(x):
    """x in [0, 1) as nearest multiple of 2^-64."""
    n = nearest(x * mpf(2) ** 64)
    assert 0 <= n < 2 ** 64
    return "0x%016xu" % n


def rows(items, per_line):
    """Comma-separated items in lines."""
    lines = [", ".join(items[i:i + per_line]) for i in range(0, len(items), per_line)]
    return ",\n".join("  " + line for line in lines)


def array(comment, head, items, per_line):
    return "/* %s */\nstatic const %s[%d] = {\n%s\n};\n" % (comment, head, len(items),
                                                            rows(items, per_line))


def tables():
    """The text of ref/normal_tables.h."""
    level1, level2, level3, rest = factors()
    quarter = mp.pi / 4
    f = mp.factorial
    points = ["{%s,\n   %s}" % (wide(mp.cos(quarter * i / 32)), wide(mp.sin(quarter * i / 32)))
              for i in range(33)]
    parts = [
        "/* Constants of the exact normals. "
        "Generated by ci/constants.py with mpmath at 60 digits; do not\n"
        " * edit. A sid_wide is the nearest multiple of 2^-128, "
        "a uint64_t the nearest multiple of 2^-64. */\n"
        "/* clang-format off */\n#ifndef SID_NORMAL_TABLES_H\n#define SID_NORMAL_TABLES_H\n\n"
        "#include \"wide.h\"\n",
        "/* ln 2 */\nstatic const sid_wide sid_ln2 = %s;\n" % wide(mp.log(2)),
        "/* pi/4 */\nstatic const sid_wide sid_quarter_pi = %s;\n" % wide(quarter),
        array("c_i = floor(2^7 / (1 - i/32)) * 2^-7, in units of 2^-7", "uint8_t sid_log_factor1",
              ["%d" % c for c in level1], 16),
        array("ln c_i", "sid_wide sid_log_table1", [wide(mp.log(mpf(c) / 2 ** LEVEL1_BITS))
                                                    for c in level1], 2),
        array("c_i = floor(2^14 / (1 - i/512)) * 2^-14, in units of 2^-14",
              "uint16_t sid_log_factor2", ["%d" % c for c in level2], 16),
        array("ln c_i", "sid_wide sid_log_table2", [wide(mp.log(mpf(c) / 2 ** LEVEL2_BITS))
                                                    for c in level2], 2),
        array("ln(1 + i*2^-14)", "sid_wide sid_log_table3",
              [wide(mp.log(mpf(c) / 2 ** LEVEL3_STEP)) for c in level3], 2),
        "/* What is left for the series: 1 - y < %s after the third level. */\n" % mp.nstr(rest, 6),
        array("1/2, 1/3, 1/4", "sid_wide sid_log_series", [wide(mpf(1) / n) for n in (2, 3, 4)], 2),
        array("1/5, 1/6, 1/7, 1/8", "uint64_t sid_log_series_tail",
              [word(mpf(1) / n) for n in (5, 6, 7, 8)], 4),
        array("{cos, sin} of (pi/4)*i/32; cos 0 is 1 - 2^-128", "sid_wide sid_circle_table", ["@"],
              1)
        .replace("[1]", "[33][2]").replace("  @", ",\n".join("  " + p for p in points)),
        array("1/2!, 1/4!, 1/6!", "sid_wide sid_cos_series", [wide(1 / f(n)) for n in (2, 4, 6)],
              2),
        array("2^15/8!, 2^15/10!, 2^15/12!, 2^15/14!", "uint64_t sid_cos_series_tail",
              [word(2 ** 15 / f(n)) for n in (8, 10, 12, 14)], 4),
        array("1/3!, 1/5!, 1/7!", "sid_wide sid_sin_series", [wide(1 / f(n)) for n in (3, 5, 7)],
              2),
        array("2^18/9!, 2^18/11!, 2^18/13!, 2^18/15!", "uint64_t sid_sin_series_tail",
              [word(2 ** 18 / f(n)) for n in (9, 11, 13, 15)], 4),
    ]
    return "\n".join(parts) + "\n#endif\n"


def sources():
    """Files of ref/ that may hold marked constants."""
    for folder, _, names in sorted(os.walk(ROOT)):
        for name in sorted(names):
            if name.endswith((".c", ".h")) and name != "normal_tables.h":
                yield os.path.join(folder, name)


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        raise SystemExit(__doc__)
    wanted, marked = {os.path.join(ROOT, "normal_tables.h"): tables()}, 0
    for path in sources():
        with open(path, encoding="utf-8") as source:
            wanted[path], count = MARKED.subn(restore, source.read())
        marked += count
    changed = 0
    for path, text in wanted.items():
        old = open(path, encoding="utf-8").read() if os.path.exists(path) else None
        if old == text:
            continue
        changed += 1
        print("%s: %s" % ("differs" if check else "written", os.path.normpath(path)))
        if not check:
            with open(path, "w", encoding="utf-8", newline="\n") as target:
                target.write(text)
    print("%d marked constants and normal_tables.h: %s" % (
        marked, "%d files differ" % changed if check and changed else "in order"
    ))
    if marked == 0:
        raise SystemExit("no marked constant found")
    sys.exit(1 if check and changed else 0)


main()
