// Section 6 of docs/spec.md: batch normalisation, bn_regression and bn_completion.

import { dot, make, sum, sumInOrder, vector, vectors } from "./arithmetic.mjs";

// Of n outputs s against labels y.
class Normalised {
  constructor(s, y) {
    const n = s.length;
    const inverse = 1 / n;
    this.inverse = inverse;
    this.beta = sum(y) * inverse;
    this.mu = sum(s) * inverse;
    this.t = make(n, (i) => y[i] - this.beta);
    const c = make(n, (i) => s[i] - this.mu);
    this.gamma = Math.sqrt(dot(this.t, this.t) * inverse);
    this.isd = 1 / Math.sqrt(dot(c, c) * inverse);
    this.z = make(n, (i) => c[i] * this.isd);
    this.k = dot(this.z, this.t) * inverse;
    this.f = ((2 * this.gamma) * this.isd) * inverse;
  }

  loss() {
    const { gamma, z, t } = this;
    const e = make(z.length, (i) => gamma * z[i] - t[i]);
    return sumInOrder(z.length, (i) => e[i] * e[i]) * this.inverse;
  }

  // dL/ds
  derivative() {
    const { f, k, z, t } = this;
    return make(z.length, (i) => f * (k * z[i] - t[i]));
  }

  // the derivative of dL/ds along ds
  second(ds) {
    const { f, k, z, t, isd, inverse } = this;
    const m = sum(ds) * inverse;
    const a = make(z.length, (i) => ds[i] - m);
    const b = dot(z, a) * inverse;
    const dz = make(z.length, (i) => (a[i] - b * z[i]) * isd);
    const dk = dot(dz, t) * inverse;
    const w = b * isd;
    return make(z.length, (i) => f * ((dk * z[i] + k * dz[i]) - w * (k * z[i] - t[i])));
  }
}

export class BnRegression {
  constructor(fields) {
    this.dim = fields.dim;
    this.scaleInvariant = true;
    this.a = vectors(fields.features, this.dim);
    this.y = vector(fields.labels, this.a.length);
  }

  outputs(x) {
    return make(this.a.length, (i) => dot(this.a[i], x));
  }

  normalised(x) {
    return new Normalised(this.outputs(x), this.y);
  }

  combine(d) {
    return make(this.dim, (j) => sumInOrder(d.length, (i) => d[i] * this.a[i][j]));
  }

  loss(x) {
    return this.normalised(x).loss();
  }

  gradient(x) {
    return this.combine(this.normalised(x).derivative());
  }

  hessianVector(x, v) {
    return this.combine(this.normalised(x).second(this.outputs(v)));
  }
}

export class BnCompletion {
  constructor(fields) {
    this.rows = fields.rows;
    this.cols = fields.cols;
    this.inner = fields.inner;
    this.dim = (this.rows + this.cols) * this.inner;
    this.scaleInvariant = true;
    this.entries = fields.entries;
    this.y = vector(fields.labels, this.entries.length);
    if (fields.matrix) this.matrix = vectors(fields.matrix, this.cols);
  }

  u(x, r) {
    return x.subarray(r * this.inner, (r + 1) * this.inner);
  }

  v(x, c) {
    return this.u(x, this.rows + c);
  }

  normalised(x) {
    const outputs = this.entries.map(([r, c]) => dot(this.u(x, r), this.v(x, c)));
    return new Normalised(outputs, this.y);
  }

  combine(d, x, g) {
    this.entries.forEach(([r, c], i) => {
      const [u, v, gu, gv] = [this.u(x, r), this.v(x, c), this.u(g, r), this.v(g, c)];
      for (let k = 0; k < this.inner; k++) gu[k] += d[i] * v[k];
      for (let k = 0; k < this.inner; k++) gv[k] += d[i] * u[k];
    });
  }

  loss(x) {
    return this.normalised(x).loss();
  }

  gradient(x) {
    const g = new Float64Array(this.dim);
    this.combine(this.normalised(x).derivative(), x, g);
    return g;
  }

  hessianVector(x, y) {
    const normalised = this.normalised(x);
    const ds = this.entries.map(
      ([r, c]) => dot(this.u(y, r), this.v(x, c)) + dot(this.u(x, r), this.v(y, c)),
    );
    const g = new Float64Array(this.dim);
    this.combine(normalised.second(ds), x, g);
    this.combine(normalised.derivative(), y, g);
    return g;
  }

  testLoss(x) {
    const { gamma, mu, isd, beta } = this.normalised(x);
    let total = 0;
    for (let r = 0; r < this.rows; r++) {
      for (let c = 0; c < this.cols; c++) {
        const s = dot(this.u(x, r), this.v(x, c));
        const e = (gamma * ((s - mu) * isd) + beta) - this.matrix[r][c];
        total += e * e;
      }
    }
    return total * (1 / (this.rows * this.cols));
  }
}
