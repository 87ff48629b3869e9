#!/usr/bin/env python3
"""Derives simd/kernels/candidate_tables.h: coefficients and tables of the candidates of the exact
normals, and what bounds their errors. mpmath at 60 digits.

    ci/candidates.py           writes the file
    ci/candidates.py --check   changes nothing; exit 1 if it would change

A candidate's error is bounded as the sum of three parts: the polynomial with its rounded
coefficients against the function, over every interval; the roundings, an eps = 2^-53 of the
largest value of each operation; and what the reduction leaves out. simd/kernels/candidates_*.h
name the operations in the order in which they are counted here. The sum must stay below half of
what the test of nearness (simd/kernels/pair.h) guarantees; where it does not, the run fails."""
import os
import sys
from fractions import Fraction

from mpmath import mp, mpf

mp.dps = 60
TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "simd", "kernels",
                      "candidate_tables.h")
EPS = mpf(2) ** -53

# What the test of nearness guarantees (simd/kernels/pair.h): 3.5 units of the low bits, or 1.5.
GUARANTEED_WIDE = {"radius": mpf(7) / 2 * mpf(2) ** -48, "circle": mpf(7) / 2 * mpf(2) ** -50}
GUARANTEED_NARROW = {"radius": mpf(3) / 2 * mpf(2) ** -48, "circle": mpf(3) / 2 * mpf(2) ** -48}


def double(x):
    """The binary64 number nearest to x (mpf rounds to even), as an mpf."""
    with mp.workprec(53):
        return +mpf(x)


def literal(x):
    text = float(x).hex()
    return text.replace(".0000000000000p", "p")


# ---- polynomials ---------------------------------------------------------------------------------

def minimax(function, weight, powers, low, high):
    """Coefficients of the powers whose largest weight*|sum - function| over [low, high] is least:
    Remez' exchange of all points, on a grid. Where the weight vanishes nothing is asked."""
    count = len(powers)
    grid = [low + (high - low) * (1 - mp.cos(mp.pi * i / 400)) / 2 for i in range(401)]
    values = [(x, function(x), weight(x)) for x in grid]
    heaviest = max(w for _, _, w in values)
    values = [value for value in values if value[2] > heaviest / 10 ** 6]
    points = [values[(2 * j + 1) * len(values) // (2 * count + 2)] for j in range(count + 1)]
    for _ in range(60):
        rows = [[x ** p for p in powers] + [(-1) ** j / w] for j, (x, _, w) in enumerate(points)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([f for _, f, _ in points]))
        coefficients = list(solution)[:count]
        errors = [(w * (sum(c * x ** p for c, p in zip(coefficients, powers)) - f), (x, f, w))
                  for x, f, w in values]
        runs = []                       # the largest error of each run of one sign
        for error in errors:
            if runs and (runs[-1][0] > 0) == (error[0] > 0):
                if abs(error[0]) > abs(runs[-1][0]):
                    runs[-1] = error
            else:
                runs.append(error)
        while len(runs) > count + 1:
            runs.pop(0 if abs(runs[0][0]) < abs(runs[-1][0]) else -1)
        if len(runs) <= count or [run[1] for run in runs] == points:
            break
        points = [run[1] for run in runs]
    return coefficients


def largest(difference, tail, low, high, pieces):
    """For equal pieces of [low, high]: the middle, and an upper bound of |sum of difference[n] x^n|
    + tail, by Taylor's theorem from the middle: value, derivative, a bound of the second one."""
    reach, half = max(abs(low), abs(high)), (high - low) / pieces / 2
    bend = sum(abs(d) * n * (n - 1) * reach ** (n - 2) for n, d in difference.items() if n > 1)
    top = max(difference)
    dense = [difference.get(n, mpf(0)) for n in range(top, -1, -1)]
    for i in range(pieces):
        x = low + (2 * i + 1) * half
        value, slope = mp.polyval(dense, x, derivative=True)
        yield x, abs(value) + abs(slope) * half + bend * half ** 2 / 2 + tail


# ---- radius --------------------------------------------------------------------------------------

LN4 = 2 * mp.log(2)
SERIES = 40


class Radius:
    """-2 ln u for u = m 2^(e+1), m in [1/2, 1) in `size` intervals: with rc near the middle's
    inverse, g = 2 - 2 rc m, and T = 2 ln rc - 2 ln 2,
        -2 ln u = (e*(-2 ln 2) + T) + (g + g^2 Q(g)),   Q(g) = sum over n >= 2 of 2 g^(n-2)/(n 2^n).
    In the interval next to 1, rc = 1, so that nothing cancels as u goes to 1. The first interval's
    T is a little too small: at u = 1 alone, where e = 0, the sum is then negative and its root NaN,
    which the test of nearness always takes for near."""

    def __init__(self, name, size, terms):
        self.name, self.size = name, size
        self.centres, self.logs = [], []
        for i in range(size):
            rc = 1 if i == size - 1 else double(1 / ((size + i + mpf(1) / 2) / (2 * size)))
            self.centres.append(2 * rc)
            self.logs.append(2 * mp.log(rc) - LN4)
        self.reach = max(max(abs(g) for g in self.ends(i)) for i in range(size))
        self.powers = list(range(terms))
        least = [self.least(i) for i in range(size)]

        def smallest(g):
            """The least L that goes with g; below it the next to 1, where L is about g."""
            found = [max(l, self.logs[i] + LN4 + g + g * g / 4) for i, l in enumerate(least)
                     if self.ends(i)[0] <= g <= self.ends(i)[1]]
            return min(found) if found else mpf(1)

        self.coefficients = [double(c) for c in minimax(
            self.series, lambda g: g * g / mp.sqrt(smallest(g)) if g else mpf(0), self.powers,
            -self.reach, self.reach)]
        # the first interval at u = 1: e = 0, m = 1/2
        self.shift = mpf(2) ** -50
        self.logs = [double(t) for t in self.logs]
        self.logs[0] = double(2 * mp.log(self.centres[0] / 2) - LN4 - self.shift)
        assert self.at_one() < 0

    @staticmethod
    def series(g):
        return sum(2 * g ** (n - 2) / (n * mpf(2) ** n) for n in range(2, SERIES))

    def ends(self, i):
        """g at the ends of an interval, the lower first."""
        low, high = mpf(self.size + i) / (2 * self.size), mpf(self.size + i + 1) / (2 * self.size)
        return 2 - self.centres[i] * high, 2 - self.centres[i] * low

    def least(self, i):
        """The least -2 ln u of an interval below u = 1."""
        return -2 * mp.log(mpf(self.size + i + 1) / (2 * self.size))

    def at_one(self):
        """The sum at u = 1, every operation rounded as the kernel does."""
        def nearest(x):
            return Fraction(float(x))   # int/int division of Python rounds once, to even
        g = nearest(2 - Fraction(float(self.centres[0])) / 2)
        q = Fraction(float(self.coefficients[-1]))
        for c in reversed(self.coefficients[:-1]):
            q = nearest(q * g + Fraction(float(c)))
        return nearest(Fraction(float(self.logs[0])) + nearest(nearest(g * g) * q + g))

    def roundings(self, i, e, head, size):
        """Bound of the error of the sum L but for Q's polynomial: in interval i with exponent e,
        |g| <= size, and head = e*(-2 ln 2) + T."""
        q = mpf("0.27")                 # more than Q and each of its partial sums
        exact = 2 * mp.log(self.centres[i] / 2) - LN4
        off = size * EPS                                            # g
        off += -e * abs(double(LN4) - LN4) + abs(self.logs[i] - exact) + abs(head) * EPS
        tail = size + size ** 2 * q
        off += size ** 2 * q * 3 * EPS + tail * EPS                 # Q, twice, g^2; g + g^2 Q
        return off + (abs(head) + tail) * EPS                       # the sum

    def bound(self):
        """The largest error of the candidate, and what the polynomial has of it. The root of L + d
        is within |d|/(2 sqrt(L - |d|)) of that of L, and is rounded."""
        difference = {n: (self.coefficients[n] if n < len(self.coefficients) else 0)
                      - 2 / ((n + 2) * mpf(2) ** (n + 2)) for n in range(12)}
        tail = self.reach ** 12
        worst, polynomial = mpf(0), mpf(0)
        pieces = 2048 // self.size
        for i in range(self.size):
            low, high = self.ends(i)
            half, size = (high - low) / pieces / 2, max(abs(low), abs(high))
            centre = 2 * mp.log(self.centres[i] / 2)
            # e <= -2: the polynomial matters most at -2, the roundings where they do
            rounded = max((self.roundings(i, e, h, size) / (2 * mp.sqrt(h + low - EPS))
                           + mp.sqrt(h + size + 1) * EPS)
                          for e in range(-2, -54, -1) for h in [(-1 - e) * LN4 + centre])
            for g, off in largest(difference, tail, low, high, pieces):
                part = (abs(g) + half) ** 2 * off
                if i == self.size - 1:  # next to 1 all but Q is exact or relative to g
                    here = (abs(g) + half) ** 1.5 / 2 * off * mp.mpf("1.01")
                    error = here + mp.sqrt((abs(g) + half) * mpf("1.1")) * 3 * EPS
                else:
                    least = centre + g - half
                    step = self.roundings(i, -1, centre, size)
                    here = part / (2 * mp.sqrt(least - step - part))
                    error = here + step / (2 * mp.sqrt(least - step - part)) + EPS
                polynomial = max(polynomial, here)
                worst = max(worst, error, rounded + part / (2 * mp.sqrt(LN4 + centre + low)))
        return worst, polynomial


# ---- circle --------------------------------------------------------------------------------------

class Circle:
    """cos and sin of a turn in `size` parts: a table at the middles, and with the residual x, |x|
    at most `half` in the kernel's units, theta = x*pi/(size*half),
        sin theta = x*S(x^2), cos theta = 1 + x^2*C(x^2), and the addition theorem.
    The definition drops 11 low bits of the raw, a kernel's residual `low_bits`, which may be one of
    several numbers: the table's points are moved by half of what lies between for the first, and
    the bound covers all."""

    def __init__(self, name, size, half, sine_terms, cosine_terms, low_bits):
        self.name, self.size, self.half = name, size, half
        self.scale = mp.pi / size       # theta at t = 1, t = x/half
        # turns by which the definition's angle is less, at most
        between = [mpf(2 ** 11 - 2 ** bits) / mpf(2) ** 64 for bits in low_bits]
        moved = between[0] / 2
        self.distance = max(max(moved, most - moved) for most in between)
        angles = [2 * mp.pi * ((i + mpf(1) / 2) / size - moved) for i in range(size)]
        self.table = [(double(mp.cos(a)), double(mp.sin(a))) for a in angles]
        one = mpf(1)
        # in t: sin = t*s(t^2), cos = 1 + t^2*c(t^2), on the squares
        sine = minimax(lambda z: mp.sin(self.scale * mp.sqrt(z)) / mp.sqrt(z), mp.sqrt,
                       list(range(sine_terms)), one / 10 ** 12, one)
        cosine = minimax(lambda z: (mp.cos(self.scale * mp.sqrt(z)) - 1) / z, lambda z: z,
                         list(range(cosine_terms)), one / 10 ** 6, one)
        self.sine = [double(c / half ** (2 * j + 1)) for j, c in enumerate(sine)]
        self.cosine = [double(c / half ** (2 * j + 2)) for j, c in enumerate(cosine)]

    def bound(self):
        def off(coefficients, first, series):
            difference = {}
            for n in range(first, 30, 2):
                j = (n - first) // 2
                own = coefficients[j] * self.half ** n if j < len(coefficients) else 0
                difference[n] = own - series(n)
            return max(value for _, value in largest(difference, mpf(10) ** -40, mpf(0), mpf(1),
                                                     4000))
        sine = off(self.sine, 1, lambda n: (-1) ** (n // 2) * self.scale ** n / mp.factorial(n))
        cosine = off(self.cosine, 2, lambda n: (-1) ** (n // 2) * self.scale ** n / mp.factorial(n))
        s, c = mp.sin(self.scale), 1 - mp.cos(self.scale)
        # residual and its square: relative eps each; S, x*S: eps each, twice for what S cancels
        sine_off = sine + s * 6 * EPS
        # C: the square and its own rounding; the last sum, 1 + x^2 C, half of an ulp below 1
        cosine_off = cosine + c * 6 * EPS + EPS / 2
        # table eps/2 a value; products with sin theta, rounded; the sum, at most 1: eps/2
        reduction = self.distance * 2 * mp.pi + mpf(2) ** -61
        total = mp.sqrt(sine_off ** 2 + cosine_off ** 2) + EPS / 2 * (1 + s) + s * EPS + EPS / 2
        return total + reduction, max(sine, cosine)


# ---- the file ------------------------------------------------------------------------------------

def rows(items, per_line):
    lines = [", ".join(items[i:i + per_line]) for i in range(0, len(items), per_line)]
    return ",\n".join("    " + line for line in lines)


def constants(prefix, values):
    return "".join("#define %s%d %s\n" % (prefix, i, literal(v)) for i, v in enumerate(values))


def table(name, values, comment):
    return "/* %s */\nstatic const double %s[%d] = {\n%s};\n" % (
        comment, name, len(values), rows([literal(v) for v in values], 4))


def pairs(name, values, comment):
    items = ["{%s, %s}" % (literal(a), literal(b)) for a, b in values]
    return "/* %s */\nstatic const __attribute__((aligned(16))) double %s[%d][2] = {\n%s};\n" % (
        comment, name, len(values), rows(items, 2))


def bounded(text, what, part, guaranteed):
    """A comment that states the bound, if it is at most half of what is guaranteed."""
    worst, polynomial = what.bound()
    print("%s: error below 2^%.2f, of it polynomial 2^%.2f; guaranteed 2^%.2f" % (
        what.name, mp.log(worst, 2), mp.log(polynomial, 2), mp.log(guaranteed[part], 2)))
    if worst > guaranteed[part] / 2:
        raise SystemExit("%s: the bound is more than half of what is guaranteed" % what.name)
    return "/* %s. Error below 2^%.1f, of it the polynomials' 2^%.1f. */\n" % (
        text, mp.ceil(10 * mp.log(worst, 2)) / 10, mp.ceil(10 * mp.log(polynomial, 2)) / 10)


def text():
    wide_radius = Radius("radius, 16 intervals", 16, 6)
    narrow_radius = Radius("radius, 128 intervals", 128, 4)
    wide_circle = Circle("circle, 16 parts", 16, mpf(2) ** 63, 5, 4, (0,))
    # AVX2 keeps the raw's bits from 8 on, NEON those from 4 on
    narrow_circle = Circle("circle, 256 parts", 256, mpf(2) ** -5, 3, 2, (8, 4))
    return "".join([
        "/* Generated by ci/candidates.py with mpmath at 60 digits, which derives the bounds; do "
        "not edit. */\n/* clang-format off */\n#ifndef SID_CANDIDATE_TABLES_H\n"
        "#define SID_CANDIDATE_TABLES_H\n\n#define SID_MINUS_LN4 %s\n\n" % literal(double(-LN4)),
        "#if SID_TABLES_IN_REGISTERS\n\n",
        bounded("Radius in 16 intervals", wide_radius, "radius", GUARANTEED_WIDE),
        constants("SID_RADIUS_", wide_radius.coefficients),
        table("sid_radius_twice", wide_radius.centres, "2 rc"),
        table("sid_radius_log", wide_radius.logs, "2 ln rc - 2 ln 2"), "\n",
        bounded("Circle in 16 parts", wide_circle, "circle", GUARANTEED_WIDE),
        constants("SID_SINE_", wide_circle.sine), constants("SID_COSINE_", wide_circle.cosine),
        table("sid_circle_cosine", [c for c, _ in wide_circle.table], "cos, middles of the parts"),
        table("sid_circle_sine", [s for _, s in wide_circle.table], "sin"), "\n#else\n\n",
        bounded("Radius in 128 intervals", narrow_radius, "radius", GUARANTEED_NARROW),
        constants("SID_RADIUS_", narrow_radius.coefficients),
        pairs("sid_radius_table", list(zip(narrow_radius.centres, narrow_radius.logs)),
              "2 rc, 2 ln rc - 2 ln 2"), "\n",
        bounded("Circle in 256 parts", narrow_circle, "circle", GUARANTEED_NARROW),
        constants("SID_SINE_", narrow_circle.sine), constants("SID_COSINE_", narrow_circle.cosine),
        pairs("sid_circle_table", narrow_circle.table, "cos, sin, middles of the parts"),
        "\n#endif\n\n#endif\n"])


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        raise SystemExit(__doc__)
    wanted = text()
    with open(TARGET, encoding="utf-8") if os.path.exists(TARGET) else open(os.devnull) as source:
        same = source.read() == wanted
    if not check:
        with open(TARGET, "w", encoding="utf-8", newline="\n") as target:
            target.write(wanted)
    print("%s: %s" % (os.path.normpath(TARGET),
                      "in order" if same else "differs" if check else "written"))
    sys.exit(1 if check and not same else 0)


main()
