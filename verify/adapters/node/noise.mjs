// Section 5 of docs/spec.md: noise. A draw is what docs/conform.md section 3 says: the randomness
// before any scaling; takeDraw takes one from a stream.

import { dot, make, sum, sumInOrder } from "./arithmetic.mjs";

const list = (n, value) => Array.from({ length: n }, value);

export function takeDraw(problem, batch, gaussian, stream) {
  const { kind } = problem.noise;
  if (kind === "none") return [];
  if (gaussian) return stream.normals(kind === "samples" ? problem.n : problem.dim);
  switch (kind) {
    case "rademacher":
      return list(problem.dim, () => stream.sign());
    case "samples":
      return list(batch, () =>
        problem.weights ? stream.weightedIndex(problem.weights) : stream.index(problem.n));
    case "poisson":
      return list(batch * problem.dim, () => stream.poisson(problem.expMinusMean));
    default:
      return stream.normals(problem.dim);
  }
}

// How many numbers a draw has.
export function drawLength(problem, batch, gaussian) {
  const { kind } = problem.noise;
  if (kind === "none") return 0;
  if (kind === "samples") return gaussian ? problem.n : batch;
  return kind === "poisson" && !gaussian ? batch * problem.dim : problem.dim;
}

// The noise of a direction u: along the sphere where the problem is scale-invariant.
function placed(problem, x, u) {
  if (!problem.scaleInvariant) return u;
  const { v, m } = tangential(x, u);
  const im = 1 / m;
  return make(u.length, (j) => v[j] * im);
}

function tangential(x, u) {
  const r = dot(x, x);
  const ir = 1 / r;
  const t = dot(x, u) * ir;
  return { v: make(u.length, (j) => u[j] - t * x[j]), m: Math.sqrt(r) };
}

// Noise of standard deviation sigma per coordinate, or of the standard deviations of scale.
function independent(problem, x, draw, { sigma, scale }) {
  return placed(problem, x, make(draw.length, (j) => (scale ? scale[j] : sigma) * draw[j]));
}

function sphere(problem, x, u) {
  const { sigma } = problem.noise;
  const { v, m } = problem.scaleInvariant ? tangential(x, u) : { v: u, m: 1 };
  const squared = dot(v, v);
  const k = squared === 0 ? 0 : sigma / (Math.sqrt(squared) * m);
  return make(u.length, (j) => v[j] * k);
}

export function noise(problem, x, draw) {
  switch (problem.noise.kind) {
    case "none":
      return new Float64Array(problem.dim);
    case "sphere":
      return sphere(problem, x, draw);
    default:
      return independent(problem, x, draw, problem.noise);
  }
}

export function noisyGradient(problem, x, batch, draw) {
  const { kind } = problem.noise;
  if (kind !== "samples" && kind !== "poisson") {
    const g = problem.gradient(x);
    const n = noise(problem, x, draw);
    return make(problem.dim, (j) => g[j] + n[j]);
  }
  const h = new Float64Array(problem.dim);
  for (let b = 0; b < batch; b++) {
    const first = b * problem.dim;
    const g = kind === "samples" ? problem.sampleGradient(x, draw[b])
      : draw.slice(first, first + problem.dim);
    for (let j = 0; j < problem.dim; j++) h[j] = b > 0 ? h[j] + g[j] : g[j];
  }
  const inverse = 1 / batch;
  return batch > 1 ? make(problem.dim, (j) => h[j] * inverse) : h;
}

// In how many directions the noise goes.
function directions(problem) {
  return problem.scaleInvariant ? problem.dim - 1 : problem.dim;
}

// The gradients of the samples minus the full gradient.
function deviations(problem, x) {
  const g = problem.gradient(x);
  return list(problem.n, (_, i) => {
    const sample = problem.sampleGradient(x, i);
    return make(problem.dim, (j) => sample[j] - g[j]);
  });
}

export function gaussianNoise(problem, x, draw) {
  const { kind, sigma } = problem.noise;
  switch (kind) {
    case "none":
      return new Float64Array(problem.dim);
    case "samples": {
      const d = deviations(problem, x);
      const k = make(problem.n, (i) => Math.sqrt(problem.weight(i)) * draw[i]);
      return make(problem.dim, (j) => sumInOrder(problem.n, (i) => k[i] * d[i][j]));
    }
    case "sphere":
      return independent(problem, x, draw, { sigma: sigma / Math.sqrt(directions(problem)) });
    case "poisson":
      return independent(problem, x, draw, { sigma: Math.sqrt(problem.mean) });
    default:
      return independent(problem, x, draw, problem.noise);
  }
}

export function noiseTrace(problem, x) {
  const { kind, sigma, scale } = problem.noise;
  if (kind === "none") return 0;
  if (kind === "poisson") return problem.mean * problem.dim;
  if (kind === "samples") {
    const d = deviations(problem, x);
    return sumInOrder(problem.n, (i) => problem.weight(i) * dot(d[i], d[i]));
  }
  const ir = problem.scaleInvariant ? 1 / dot(x, x) : 1;
  if (kind === "sphere") return (sigma * sigma) * ir;
  if (!scale) return (sigma * sigma) * directions(problem) * ir;
  const q = make(problem.dim, (j) => scale[j] * scale[j]);
  if (!problem.scaleInvariant) return sum(q);
  const w = make(problem.dim, (j) => q[j] * x[j]);
  return (sum(q) - dot(x, w) * ir) * ir;
}
