// Section 3 of docs/spec.md: exact normals. Math.log, cos and sin give a candidate; where it is too
// close to a boundary of the rounding to trust it, the value is computed anew in fixed point.

// Bound of the error of a candidate, in units of 2^-32: 2^-46 in absolute terms. With a logarithm,
// cosine and sine within 2 ulp the radius (below 8.6) is within 2^-50 of itself, and the angle 2 pi
// u2 (below 6.3) within 2^-49, so that all three values are within 2^-47.
const ERROR = 2 ** -14;

// The multiple of 2^-32 nearest to the true value of which candidate is close; NaN if unsure.
function nearest(candidate) {
  const scaled = candidate * 2 ** 32;
  const n = Math.round(scaled);
  return 0.5 - Math.abs(scaled - n) > ERROR ? n + 0 : NaN; // -0 + 0 is +0
}

// u1 = k*2^-53, u2 = m*2^-53; the values are multiples of 2^-32, exact integers.
function radius(k) {
  const n = nearest(Math.sqrt(-2 * Math.log(k * 2 ** -53)));
  return Number.isNaN(n) ? exactRadius(k) : n;
}

export function cosine(m) {
  const n = nearest(Math.cos(2 * Math.PI * (m * 2 ** -53)));
  return Number.isNaN(n) ? exactCircle(m).cosine : n;
}

function sine(m) {
  const n = nearest(Math.sin(2 * Math.PI * (m * 2 ** -53)));
  return Number.isNaN(n) ? exactCircle(m).sine : n;
}

export function normalPair(k, m) {
  const r = radius(k) * 2 ** -32;
  return [r * (cosine(m) * 2 ** -32), r * (sine(m) * 2 ** -32)];
}

// z0, z1, ... of a list of raws (BigInt).
export function normalsFromRaws(raws) {
  if (raws.length % 2 !== 0) throw new Error("normals_from_raws needs an even number of raws");
  const z = new Float64Array(raws.length);
  for (let j = 0; j < raws.length; j += 2) {
    z.set(normalPair(2 ** 53 - Number(raws[j] >> 11n), Number(raws[j + 1] >> 11n)), j);
  }
  return z;
}

// ---- fixed point: a BigInt v stands for v*2^-BITS

const BITS = 200n;
const ONE = 1n << BITS;

const times = (a, b) => (a * b) >> BITS;

// atanh t = t + t^3/3 + t^5/5 + ..., for |t| <= 1/3
function arctanh(t) {
  const square = times(t, t);
  let total = 0n;
  let power = t;
  // -1 is where the power of a negative t ends: a shift rounds down
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    total += power / n;
    power = times(power, square);
  }
  return total;
}

// arctan 1/n
function arctanOfInverse(n) {
  let total = 0n;
  let power = ONE / n;
  for (let k = 1n; power !== 0n; k += 2n) {
    total += k % 4n === 1n ? power / k : -(power / k);
    power /= n * n;
  }
  return total;
}

const LN2 = 2n * arctanh(ONE / 3n);
const HALF_PI = 8n * arctanOfInverse(5n) - 2n * arctanOfInverse(239n); // Machin

// ln(k*2^-53): k = f*2^e with f in [3/4, 3/2), so that nothing cancels near u1 = 1
function logarithm(k) {
  let f = BigInt(k) << (BITS - 53n);
  let e = 0n;
  while (4n * f < 3n * ONE) {
    f <<= 1n;
    e -= 1n;
  }
  return e * LN2 + 2n * arctanh(((f - ONE) << BITS) / (f + ONE));
}

function squareRoot(v) {
  if (v === 0n) return 0n;
  const n = v << BITS;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function roundedToGrid(v) {
  return Number((v + (1n << (BITS - 33n))) >> (BITS - 32n));
}

function exactRadius(k) {
  return roundedToGrid(squareRoot(-2n * logarithm(k)));
}

// Cosine and sine of 2 pi m*2^-53: Taylor series in a quarter turn, then symmetry.
function exactCircle(m) {
  const quarters = Math.floor(m / 2 ** 51);
  const angle = (HALF_PI * BigInt(m - quarters * 2 ** 51)) >> 51n;
  const parts = [0n, 0n, 0n, 0n];
  for (let n = 0n, term = ONE; term !== 0n; n += 1n, term = times(term, angle) / n) {
    parts[n % 4n] += term;
  }
  let c = parts[0] - parts[2];
  let s = parts[1] - parts[3];
  for (let q = 0; q < quarters; q++) [c, s] = [-s, c];
  return { cosine: roundedToGrid(c), sine: roundedToGrid(s) };
}
