// Sections 1, 4 and 11 of docs/spec.md: numbers as the protocol writes them, canonical sums,
// atan2. A vector is a Float64Array.

const word = new DataView(new ArrayBuffer(8));

// A real number of a message: a JSON number, or the 16 hexadecimal digits of its bit pattern.
export function real(value) {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^[0-9a-fA-F]{16}$/.test(value)) {
    throw new Error(`${JSON.stringify(value)} is not a number or 16 hexadecimal digits`);
  }
  word.setUint32(0, parseInt(value.slice(0, 8), 16));
  word.setUint32(4, parseInt(value.slice(8), 16));
  return word.getFloat64(0);
}

export function vector(values, length) {
  if (!Array.isArray(values)) throw new Error("a list of numbers is missing");
  if (length !== undefined && values.length !== length) {
    throw new Error(`a list of ${values.length} numbers where ${length} are needed`);
  }
  return Float64Array.from(values, real);
}

export function vectors(rows, length) {
  return rows.map((row) => vector(row, length));
}

// What an answer has for a real number. JSON.stringify writes the shortest decimal that reads back
// as the same number, but loses -0 and knows neither infinities nor NaN.
export function shown(value) {
  if (Number.isNaN(value)) return "7ff8000000000000";
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  word.setFloat64(0, value);
  return [0, 4].map((at) => word.getUint32(at).toString(16).padStart(8, "0")).join("");
}

export function allShown(values) {
  return Array.from(values, shown);
}

// Sum of the first n terms of a buffer that has room for the padding.
function canonicalSum(terms, n) {
  if (n === 0) return 0;
  let end = n;
  while (end % 8 !== 0) terms[end++] = 0;
  let [a0, a1, a2, a3] = [terms[0], terms[1], terms[2], terms[3]];
  let [a4, a5, a6, a7] = [terms[4], terms[5], terms[6], terms[7]];
  for (let q = 8; q < end; q += 8) {
    a0 += terms[q];
    a1 += terms[q + 1];
    a2 += terms[q + 2];
    a3 += terms[q + 3];
    a4 += terms[q + 4];
    a5 += terms[q + 5];
    a6 += terms[q + 6];
    a7 += terms[q + 7];
  }
  return ((a0 + a4) + (a2 + a6)) + ((a1 + a5) + (a3 + a7));
}

let terms = new Float64Array(1024);

function roomFor(n) {
  if (terms.length < n + 8) terms = new Float64Array(2 * n + 8);
}

export function sum(a) {
  roomFor(a.length);
  terms.set(a);
  return canonicalSum(terms, a.length);
}

export function dot(a, b) {
  roomFor(a.length);
  for (let j = 0; j < a.length; j++) terms[j] = a[j] * b[j];
  return canonicalSum(terms, a.length);
}

// sum_i of section 4: in the order of the index, beginning with the term of sample 0.
export function sumInOrder(n, term) {
  let total = term(0);
  for (let i = 1; i < n; i++) total += term(i);
  return total;
}

// The vector with coordinates value(0), value(1), ...
export function make(length, value) {
  const made = new Float64Array(length);
  for (let j = 0; j < length; j++) made[j] = value(j);
  return made;
}

// arctan(i/8), i = 0..8
const ARCTAN = [
  0.0, 0.12435499454676144, 0.24497866312686414, 0.35877067027057225, 0.4636476090008061,
  0.5585993153435624, 0.6435011087932844, 0.7188299996216245, 0.7853981633974483,
];

export function atan2(y, x) {
  if (!Number.isFinite(y) || !Number.isFinite(x)) return NaN;
  const ay = Math.abs(y);
  const ax = Math.abs(x);
  const h = Math.max(ay, ax);
  const l = Math.min(ay, ax);
  if (h === 0) return 0;
  const t = l / h;
  const i = Math.floor(t * 8 + 0.5);
  const c = i * 0.125;
  const z = (t - c) / (1 + t * c);
  const w = z * z;
  let q = 1 / 15;
  for (const n of [13, 11, 9, 7, 5, 3]) q = 1 / n - w * q;
  let v = ARCTAN[i] + (z - (z * w) * q);
  if (ay > ax) v = Math.PI / 2 - v;
  if (x < 0) v = Math.PI - v;
  return y < 0 ? -v : v;
}
