// Section 2 of docs/spec.md: streams. 128-bit words are four 32-bit words, the lowest first: BigInt
// would be right as well, but ten times slower.

import { normalPair } from "./normals.mjs";

const WORD = 2 ** 32;

// The little-endian 32-bit words of a BigInt, at least one.
function words(value) {
  const list = [];
  do {
    list.push(Number(value & 0xffffffffn));
    value >>= 32n;
  } while (value > 0n);
  return list;
}

function hasher(start, factor) {
  let h = start;
  return (v) => {
    v ^= h;
    h = Math.imul(h, factor);
    v = Math.imul(v, h);
    return v ^ (v >>> 16);
  };
}

function mix(a, b) {
  const r = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) | 0;
  return r ^ (r >>> 16);
}

// The eight 32-bit output words of SeedSequence(seed, spawn_key=key).
function seedWords(seed, key) {
  const entropy = words(seed);
  while (entropy.length < 4) entropy.push(0);
  for (const part of key) entropy.push(...words(part));
  const hashmix = hasher(0x43b0d7e5, 0x931e8875);
  const pool = entropy.slice(0, 4).map(hashmix);
  for (let s = 0; s < 4; s++) {
    for (let d = 0; d < 4; d++) if (d !== s) pool[d] = mix(pool[d], hashmix(pool[s]));
  }
  for (const e of entropy.slice(4)) {
    for (let d = 0; d < 4; d++) pool[d] = mix(pool[d], hashmix(e));
  }
  const output = hasher(0x8b51f9dd, 0x58f38ded);
  return [0, 1, 2, 3, 4, 5, 6, 7].map((k) => output(pool[k % 4]) >>> 0);
}

// M in 16-bit limbs, the lowest first.
const [M0, M1, M2, M3, M4, M5, M6, M7] = [
  0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360,
];

export class Stream {
  // seed and the words of the key are BigInt.
  constructor(seed, key) {
    const w = seedWords(seed, key);
    [this.i0, this.i1, this.i2, this.i3] = [
      (w[6] << 1) | 1, (w[7] << 1) | (w[6] >>> 31),
      (w[4] << 1) | (w[7] >>> 31), (w[5] << 1) | (w[4] >>> 31),
    ].map((v) => v >>> 0);
    this.s0 = this.i0 + w[2];
    this.s1 = this.i1 + w[3];
    this.s2 = this.i2 + w[0];
    this.s3 = this.i3 + w[1];
    // The words may be above 2^32 here: the products of the step stay below 2^53 all the same, and
    // its carries make 32-bit words of them.
    this.step();
  }

  // state = state*M + inc. Column k gathers the products of weight 2^(16 k): a 32-bit word times a
  // 16-bit limb is below 2^48, and at most four of them and a carry are below 2^53.
  step() {
    const { s0, s1, s2, s3 } = this;
    let t = s0 * M0 + this.i0;
    let carry = Math.floor(t / 65536);
    let low = t - carry * 65536;
    t = s0 * M1 + carry;
    carry = Math.floor(t / 65536);
    this.s0 = low + (t - carry * 65536) * 65536;
    t = s0 * M2 + s1 * M0 + this.i1 + carry;
    carry = Math.floor(t / 65536);
    low = t - carry * 65536;
    t = s0 * M3 + s1 * M1 + carry;
    carry = Math.floor(t / 65536);
    this.s1 = low + (t - carry * 65536) * 65536;
    t = s0 * M4 + s1 * M2 + s2 * M0 + this.i2 + carry;
    carry = Math.floor(t / 65536);
    low = t - carry * 65536;
    t = s0 * M5 + s1 * M3 + s2 * M1 + carry;
    carry = Math.floor(t / 65536);
    this.s2 = low + (t - carry * 65536) * 65536;
    t = s0 * M6 + s1 * M4 + s2 * M2 + s3 * M0 + this.i3 + carry;
    carry = Math.floor(t / 65536);
    low = t - carry * 65536;
    t = s0 * M7 + s1 * M5 + s2 * M3 + s3 * M1 + carry;
    carry = Math.floor(t / 65536);
    this.s3 = low + (t - carry * 65536) * 65536;
  }

  // One raw, as its halves this.high and this.low.
  next() {
    this.step();
    let high = this.s3 ^ this.s1;
    let low = this.s2 ^ this.s0;
    const turn = this.s3 >>> 26;
    if (turn >= 32) [high, low] = [low, high];
    const r = turn & 31;
    if (r > 0) {
      [high, low] = [
        (high >>> r) | (low << (32 - r)),
        (low >>> r) | (high << (32 - r)),
      ];
    }
    this.high = high >>> 0;
    this.low = low >>> 0;
  }

  raw() {
    this.next();
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  // raw >> 11
  top53() {
    this.next();
    return this.high * 2 ** 21 + (this.low >>> 11);
  }

  uniform() {
    return this.top53() * 2 ** -53;
  }

  // An index below n; n is at most 2^20, so that all products are exact.
  index(n) {
    this.next();
    return Math.floor((this.high * n + Math.floor((this.low * n) / WORD)) / WORD);
  }

  sign() {
    this.next();
    return this.high >= 2 ** 31 ? 1 : -1;
  }

  poisson(expMinusMean) {
    let count = 0;
    for (let u = this.uniform(); u >= expMinusMean; u *= this.uniform()) count++;
    return count;
  }

  weightedIndex(weights) {
    const u = this.uniform();
    let c = weights[0];
    for (let i = 0; i < weights.length; i++) {
      if (i > 0) c += weights[i];
      if (u < c) return i;
    }
    return weights.length - 1;
  }

  normals(n) {
    const z = new Float64Array(n);
    for (let j = 0; j < n; j += 2) {
      const k = 2 ** 53 - this.top53();
      const [z0, z1] = normalPair(k, this.top53());
      z[j] = z0;
      if (j + 1 < n) z[j + 1] = z1;
    }
    return z;
  }
}
