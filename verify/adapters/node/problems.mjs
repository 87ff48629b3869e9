// Section 6 of docs/spec.md: problems. Each has kind, dim, scaleInvariant, noise, loss(x),
// gradient(x), hessianVector(x, y); a finite family also n, weight(i), sampleGradient(x, i).

import { dot, make, real, sum, sumInOrder, vector, vectors } from "./arithmetic.mjs";
import { BnCompletion, BnRegression } from "./normalisation.mjs";

class Rayleigh {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = true;
    if (fields.matrix) {
      const rows = vectors(fields.matrix, this.dim);
      this.apply = (y) => make(this.dim, (j) => dot(rows[j], y));
    } else {
      const spectrum = vector(fields.spectrum, this.dim);
      this.apply = (y) => make(this.dim, (j) => spectrum[j] * y[j]);
    }
  }

  parts(x) {
    const ir = 1 / dot(x, x);
    const v = this.apply(x);
    return { ir, v, q: dot(x, v) * ir };
  }

  loss(x) {
    return 0.5 * this.parts(x).q;
  }

  gradient(x) {
    const { ir, v, q } = this.parts(x);
    return make(this.dim, (j) => (v[j] - q * x[j]) * ir);
  }

  hessianVector(x, y) {
    const { ir, q } = this.parts(x);
    const g = this.gradient(x);
    const w = this.apply(y);
    const b2 = 2 * dot(g, y);
    const c2 = 2 * (dot(x, y) * ir);
    return make(this.dim, (j) => ((w[j] - q * y[j]) - b2 * x[j]) * ir - c2 * g[j]);
  }
}

class NormalisedLinear {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = true;
    this.z = vectors(fields.features, this.dim);
    this.n = this.z.length;
    this.y = vector(fields.labels, this.n);
  }

  weight() {
    return 1 / this.n;
  }

  parts(x) {
    const r = dot(x, x);
    return { ir: 1 / r, im: 1 / Math.sqrt(r) };
  }

  // e_i
  error(x, i, im) {
    return dot(this.z[i], x) * im - this.y[i];
  }

  errors(x, im) {
    return make(this.n, (i) => this.error(x, i, im));
  }

  // (sum_i k_i*z_ij)/n
  mean(k) {
    const inverse = 1 / this.n;
    return make(this.dim, (j) => sumInOrder(this.n, (i) => k[i] * this.z[i][j]) * inverse);
  }

  loss(x) {
    const e = this.errors(x, this.parts(x).im);
    return 0.5 * sumInOrder(this.n, (i) => e[i] * e[i]) * (1 / this.n);
  }

  gradient(x) {
    const { ir, im } = this.parts(x);
    return this.tangential(x, this.mean(this.errors(x, im)), ir, im);
  }

  tangential(x, h, ir, im) {
    const t = dot(x, h) * ir;
    return make(this.dim, (j) => (h[j] - t * x[j]) * im);
  }

  hessianVector(x, y) {
    const { ir, im } = this.parts(x);
    const h = this.mean(this.errors(x, im));
    const t = dot(x, h) * ir;
    const g = this.tangential(x, h, ir, im);
    const c = dot(x, y) * ir;
    const k = make(this.n, (i) => (dot(this.z[i], y) - c * dot(this.z[i], x)) * im);
    const dh = this.mean(k);
    const dt = (dot(y, h) + dot(x, dh)) * ir - (2 * c) * t;
    return make(this.dim, (j) => ((dh[j] - dt * x[j]) - t * y[j]) * im - c * g[j]);
  }

  sampleGradient(x, i) {
    const { ir, im } = this.parts(x);
    const e = this.error(x, i, im);
    return this.tangential(x, make(this.dim, (j) => e * this.z[i][j]), ir, im);
  }
}

class Ratio2 {
  constructor() {
    this.dim = 2;
    this.scaleInvariant = true;
  }

  loss([x, y]) {
    return (x * x) / (x * x + y * y);
  }

  gradient([x, y]) {
    const r = x * x + y * y;
    const q = r * r;
    const s = x * y;
    return Float64Array.of(((2 * s) * y) / q, -(((2 * s) * x) / q));
  }

  hessianVector([x, y], v) {
    const r = x * x + y * y;
    const q = r * r;
    const s = x * y;
    const c = q * r;
    const xx = x * x;
    const yy = y * y;
    const d = (8 * xx) * yy;
    const hxx = (2 * yy) / q - d / c;
    const hyy = d / c - (2 * xx) / q;
    const hxy = (4 * s) / q - ((8 * s) * yy) / c;
    return Float64Array.of(hxx * v[0] + hxy * v[1], hxy * v[0] + hyy * v[1]);
  }
}

class QuadraticSamples {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = false;
    this.a = vectors(fields.a, this.dim);
    this.b = vectors(fields.b, this.dim);
    this.n = this.a.length;
    if (fields.weights) this.weights = vector(fields.weights, this.n);
  }

  weight(i) {
    return this.weights ? this.weights[i] : 1 / this.n;
  }

  sampleLoss(x, i) {
    const [a, b] = [this.a[i], this.b[i]];
    return sum(make(this.dim, (j) => ((0.5 * a[j]) * x[j]) * x[j] - b[j] * x[j]));
  }

  loss(x) {
    return sumInOrder(this.n, (i) => this.weight(i) * this.sampleLoss(x, i));
  }

  sampleGradient(x, i) {
    return make(this.dim, (j) => this.a[i][j] * x[j] - this.b[i][j]);
  }

  gradient(x) {
    const term = (i, j) => this.weight(i) * (this.a[i][j] * x[j] - this.b[i][j]);
    return make(this.dim, (j) => sumInOrder(this.n, (i) => term(i, j)));
  }

  hessianVector(x, v) {
    const term = (i, j) => this.weight(i) * this.a[i][j];
    return make(this.dim, (j) => sumInOrder(this.n, (i) => term(i, j)) * v[j]);
  }
}

class NoiseOnly {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = true;
  }

  loss() {
    return 0;
  }

  gradient() {
    return new Float64Array(this.dim);
  }

  hessianVector() {
    return new Float64Array(this.dim);
  }
}

class QuadraticNoisy {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = false;
    this.spectrum = vector(fields.spectrum, this.dim);
  }

  loss(x) {
    return 0.5 * dot(x, this.gradient(x));
  }

  gradient(x) {
    return make(this.dim, (j) => this.spectrum[j] * x[j]);
  }

  hessianVector(x, y) {
    return this.gradient(y);
  }
}

// trough3 and ridge3
class Circle {
  constructor(fields) {
    this.dim = 3;
    this.scaleInvariant = true;
    this.radius = fields.kind === "trough3" ? 0.8 : 1;
    this.height = fields.kind === "trough3" ? 0.6 : 0;
  }

  parts(x) {
    const r = dot(x, x);
    const ir = 1 / r;
    const im = 1 / Math.sqrt(r);
    const v = Float64Array.of(x[0], 9 * x[1], x[2]);
    const u = x[2] * im;
    const h = u - this.height;
    const q = dot(x, v) * ir;
    const t = u * ir;
    const gu = make(3, (j) => (j === 2 ? im : 0) - t * x[j]);
    const gq = make(3, (j) => (v[j] - q * x[j]) * ir);
    return { ir, im, u, h, q, t, gu, gq, hq: h * q, hh: h * h };
  }

  loss(x) {
    const { h, q } = this.parts(x);
    return 0.5 * (h * h) * q;
  }

  gradient(x) {
    const { gu, gq, hq, hh } = this.parts(x);
    return make(3, (j) => hq * gu[j] + hh * gq[j]);
  }

  hessianVector(x, y) {
    const { ir, im, u, h, q, t, gu, gq, hq, hh } = this.parts(x);
    const w = Float64Array.of(y[0], 9 * y[1], y[2]);
    const c1 = dot(x, y) * ir;
    const c2 = 2 * c1;
    const du = dot(gu, y);
    const dq = 2 * dot(gq, y);
    const dhq = du * q + h * dq;
    const dhh = (2 * h) * du;
    const dt = (du - c2 * u) * ir;
    const dgu = make(3, (j) => ((j === 2 ? -(c1 * im) : 0) - dt * x[j]) - t * y[j]);
    const dgq = make(3, (j) => ((w[j] - dq * x[j]) - q * y[j]) * ir - c2 * gq[j]);
    return make(3, (j) => (dhq * gu[j] + hq * dgu[j]) + (dhh * gq[j] + hh * dgq[j]));
  }

  // h and angle of the projection on the circle of minimisers, section 14
  projection(x) {
    const w = Math.sqrt(x[0] * x[0] + x[1] * x[1]);
    const im = 1 / Math.sqrt(dot(x, x));
    return { w, h: (this.radius * x[2] - this.height * w) * im };
  }
}

class Poisson {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = false;
    this.mean = real(fields.mean);
    this.expMinusMean = real(fields.exp_minus_mean);
  }

  loss(x) {
    return this.mean * sum(x);
  }

  gradient() {
    return new Float64Array(this.dim).fill(this.mean);
  }

  hessianVector() {
    return new Float64Array(this.dim);
  }
}

const CLASSES = {
  rayleigh: Rayleigh,
  normalised_linear: NormalisedLinear,
  ratio2: Ratio2,
  quadratic_samples: QuadraticSamples,
  noise_only: NoiseOnly,
  quadratic_noisy: QuadraticNoisy,
  trough3: Circle,
  ridge3: Circle,
  bn_regression: BnRegression,
  bn_completion: BnCompletion,
  poisson: Poisson,
};

export const PROBLEMS = Object.keys(CLASSES);

const OWN_NOISE = { quadratic_samples: "samples", poisson: "poisson" };

export function makeProblem(fields) {
  const kind = fields?.kind;
  if (!Object.hasOwn(CLASSES, kind)) throw new Error(`problem ${kind} is not known`);
  const problem = new CLASSES[kind](fields);
  problem.kind = kind;
  const noise = fields.noise ?? { kind: OWN_NOISE[kind] ?? "none" };
  problem.noise = { kind: noise.kind };
  if (noise.scale) problem.noise.scale = vector(noise.scale, problem.dim);
  else if ("sigma" in noise) problem.noise.sigma = real(noise.sigma);
  return problem;
}
