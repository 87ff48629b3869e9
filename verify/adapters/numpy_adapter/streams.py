"""Sections 2 to 4 of docs/spec.md: streams, exact normals and sums, for many trajectories at once.

The first index of every array is the trajectory, the last one the coordinate. A number of a
trajectory has a last index too, of length 1, so that it multiplies vectors as it is.
"""
import mpmath
import numpy as np

MASK32 = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)

# ---- section 4: sums


def sum8(a):
    """The canonical sum over the last index."""
    n = a.shape[-1]
    if n % 8 or n == 0:
        padded = np.zeros(a.shape[:-1] + (n + 8 - n % 8,))
        padded[..., :n] = a
        a = padded
    acc = a[..., :8]
    for k in range(8, a.shape[-1], 8):
        acc = acc + a[..., k : k + 8]
    acc = acc[..., :4] + acc[..., 4:]
    acc = acc[..., :2] + acc[..., 2:]
    return acc[..., :1] + acc[..., 1:]


def dot(a, b):
    return sum8(a * b)


def in_order(terms):
    """sum_i: from the first term, one after the other."""
    total = None
    for term in terms:
        total = term if total is None else total + term
    return total


def in_order_along(terms, axis):
    """The same along an index, which is then of length 1; one call where the terms are few."""
    return np.add.accumulate(terms, axis=axis).take([-1], axis=axis)


# ---- section 2: SeedSequence. Arrays of 32-bit words, one for each trajectory.


def words32(number):
    """The little-endian 32-bit words of a 64-bit integer without leading zeros, at least one."""
    return [number & 0xFFFFFFFF] + ([number >> 32] if number >> 32 else [])


class Pool:
    """The entropy pool."""

    def __init__(self, words, size):
        self.h = np.uint32(0x43B0D7E5)
        self.pool = [self.hashed(np.full(size, word, np.uint32)) for word in words]
        for s in range(4):
            for d in range(4):
                if d != s:
                    self.pool[d] = self.mixed(self.pool[d], self.hashed(self.pool[s]))

    def hashed(self, v):
        v = v ^ self.h
        self.h = self.h * np.uint32(0x931E8875)
        v = v * self.h
        return v ^ (v >> np.uint32(16))

    @staticmethod
    def mixed(a, b):
        r = np.uint32(0xCA01F9DD) * a - np.uint32(0x4973F715) * b
        return r ^ (r >> np.uint32(16))

    def add(self, word):
        for d in range(4):
            self.pool[d] = self.mixed(self.pool[d], self.hashed(word))

    def add_key(self, word):
        """One 64-bit key word of each trajectory; those before the last word are all alike, since
        one below 2^32 moves h on once and any other twice."""
        self.add((word & MASK32).astype(np.uint32))
        high = (word >> HALF).astype(np.uint32)
        if high.any():
            before = list(self.pool)
            self.add(high)
            self.pool = [np.where(high, new, old) for new, old in zip(self.pool, before)]

    def words(self):
        """The four 64-bit words of the output."""
        h, out = np.uint32(0x8B51F9DD), []
        for k in range(8):
            v = self.pool[k % 4] ^ h
            h = h * np.uint32(0x58F38DED)
            v = v * h
            out.append((v ^ (v >> np.uint32(16))).astype(np.uint64))
        return [out[2 * q] | (out[2 * q + 1] << HALF) for q in range(4)]


# ---- section 2: PCG64. 128-bit words are pairs (high, low) of arrays of 64-bit words.

MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
BLOCK = 1024  # the largest number of raws that are made at once for a trajectory


def halves(number):
    return np.uint64(number >> 64), np.uint64(number & 2**64 - 1)


def add128(a, b):
    low = a[1] + b[1]
    return a[0] + b[0] + (low < a[1]), low


def multiply128(a, b):
    a0, a1, b0, b1 = a[1] & MASK32, a[1] >> HALF, b[1] & MASK32, b[1] >> HALF
    cross = a0 * b1
    middle = ((a0 * b0) >> HALF) + (cross & MASK32) + a1 * b0
    high = a1 * b1 + (cross >> HALF) + (middle >> HALF)
    return high + a[0] * b[1] + a[1] * b[0], a[1] * b[1]


def jumps():
    """After k raws state is power[k]*state + series[k]*inc, k = 0..BLOCK; two 128-bit arrays."""
    power, series, pairs = 1, 0, []
    for _ in range(BLOCK + 1):
        pairs.append((*halves(power), *halves(series)))
        power, series = power * MULTIPLIER % 2**128, (series * MULTIPLIER + 1) % 2**128
    columns = np.array(pairs, np.uint64).T
    return tuple(columns[:2]), tuple(columns[2:])


POWER, SERIES = jumps()


class Stream:
    """stream(seed, key) of each trajectory. A word of the key is an integer; the last one may be an
    array of 64-bit integers, one for each trajectory."""

    def __init__(self, seed, key, size=1):
        words = words32(seed)
        pool = Pool(words + [0] * (4 - len(words)), size)
        for word in key:
            pool.add_key(np.full(size, word, np.uint64) if isinstance(word, int) else word)
        w = [word[:, None] for word in pool.words()]
        one = np.uint64(1)
        self.inc = (w[2] << one) | (w[3] >> np.uint64(63)), (w[3] << one) | one
        start = add128(self.inc, (w[0], w[1]))
        self.state = add128(multiply128(start, halves(MULTIPLIER)), self.inc)
        self.size, self.block, self.at = size, np.zeros((size, 0), np.uint64), 0

    def jumped(self, index):
        """The states after a number of raws, or after each of several numbers."""
        power = POWER[0][index], POWER[1][index]
        series = SERIES[0][index], SERIES[1][index]
        return add128(multiply128(self.state, power), multiply128(self.inc, series))

    def begin(self, taken, count):
        """A new block of raws, at most BLOCK, after those taken of the last one: a number, or one
        for each trajectory."""
        self.state = self.jumped(taken)
        high, low = self.jumped(np.arange(1, count + 1))
        word, turn = high ^ low, high >> np.uint64(58)
        self.block = (word >> turn) | (word << ((np.uint64(64) - turn) & np.uint64(63)))
        self.at = 0

    def raws(self, count):
        """The next raws of each trajectory."""
        parts = [self.block[:, self.at : self.at + count]]
        self.at += parts[0].shape[1]
        count -= parts[0].shape[1]
        while count:
            # more than are needed where there are few trajectories: a call of NumPy costs as much
            # as a thousand numbers
            self.begin(self.at, min(BLOCK, max(count, 2**12 // self.size)))
            parts.append(self.block[:, :count])
            self.at = parts[-1].shape[1]
            count -= self.at
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def uniforms(self, count):
        return uniforms(self.raws(count))

    def normals(self, count):
        return normals_from_raws(self.raws(count + count % 2))[:, :count]

    def signs(self, count):
        return np.where(self.raws(count) >> np.uint64(63), 1.0, -1.0)

    def indices(self, count, n):
        """Indices below n < 2^32."""
        raws, n = self.raws(count), np.uint64(n)
        product = (raws >> HALF) * n + (((raws & MASK32) * n) >> HALF)
        return (product >> HALF).astype(np.int64)

    def weighted_indices(self, count, cumulated):
        """The same with probabilities, whose sums one after the other are given."""
        first = np.searchsorted(cumulated, self.uniforms(count), side="right")  # with U < c
        return np.minimum(first, len(cumulated) - 1)

    def poisson(self, count, e):
        """Poisson counts for e = exp(-mean); each takes as many raws as it has, and one."""
        rows = np.arange(self.size)[:, None]
        window = np.arange(min(BLOCK // 2, int(8 - 1.4 * np.log(e))))  # mostly enough for a count
        counts = np.zeros((self.size, count))
        at = np.full((self.size, 1), self.at)
        u = uniforms(self.block)
        for n in range(count):
            product, open_ = np.ones((self.size, 1)), np.full((self.size, 1), True)
            while open_.any():
                if at.max() + len(window) > u.shape[1]:
                    self.begin(at, min(BLOCK, 8 * len(window)))
                    at, u = np.zeros_like(at), uniforms(self.block)
                factors = u[rows, at + window]
                factors[:, :1] *= product
                products = np.multiply.accumulate(factors, axis=1)
                below = ~(products >= e)
                found = below.any(axis=1, keepdims=True)
                first = np.where(found, below.argmax(axis=1)[:, None], len(window))
                counts[:, n : n + 1] += np.where(open_, first, 0)
                at = at + np.where(open_, first + found, 0)
                product = products[:, -1:]
                open_ &= ~found
        self.begin(at, 0)
        return counts


# ---- section 3: exact normals

# In units of 2^-32. log, cos and sin of NumPy are within 4 ulp, so that the radius (below 8.6) has
# an error below 1e-14 and the two others one below 4e-15, most of it from the argument 2 pi u2.
ERROR = 1e-13 * 2.0**32


def uniforms(raws):
    return (raws >> np.uint64(11)).astype(np.float64) * 2.0**-53


def rn32(candidate, exact, argument):
    """RN32 of a function of the argument: of the candidate, where that is not too close to a
    boundary to tell; else of the function in 200 bits."""
    scaled = candidate * 2.0**32
    n = np.rint(scaled) + 0.0  # makes +0 of -0
    close = 0.5 - np.abs(scaled - n) <= ERROR
    if close.any():
        with mpmath.workprec(200):
            n[close] = [float(mpmath.nint(mpmath.ldexp(exact(mpmath.mpf(value)), 32)))
                        for value in argument[close].tolist()]
    return n * 2.0**-32


def radius(u):
    return rn32(np.sqrt(-2.0 * np.log(u)), lambda v: mpmath.sqrt(-2 * mpmath.log(v)), u)


def cosine(u):
    return rn32(np.cos((2.0 * np.pi) * u), lambda v: mpmath.cospi(2 * v), u)


def sine(u):
    return rn32(np.sin((2.0 * np.pi) * u), lambda v: mpmath.sinpi(2 * v), u)


def normals_from_raws(raws):
    """z0, z1 of each pair of raws."""
    u = uniforms(raws)
    r, u2 = radius(1.0 - u[:, 0::2]), u[:, 1::2]
    z = np.empty(u.shape)
    z[:, 0::2], z[:, 1::2] = r * cosine(u2), r * sine(u2)
    return z
