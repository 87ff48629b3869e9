// Sections 11 and 14 of docs/spec.md: observables and spherical sharpness.

import { atan2, dot, make, vector } from "./arithmetic.mjs";
import { noiseTrace } from "./noise.mjs";
import { Stream } from "./streams.mjs";

// The angle between y and x.
function angle(y, x) {
  const ry = dot(y, y);
  const c = dot(y, x);
  const k = c / ry;
  const d = make(x.length, (j) => x[j] - k * y[j]);
  return atan2(Math.sqrt(dot(d, d)) * Math.sqrt(ry), c);
}

function midpoint(y, x) {
  return make(x.length, (j) => 0.5 * (y[j] + x[j]));
}

// Each is a function of what is seen at a checkpoint: problem, dynamics, state, x, before (x before
// the last step), t, lr, wd, plane.
const OBSERVABLES = {
  norm2: ({ x }) => dot(x, x),
  loss: ({ problem, x }) => problem.loss(x),
  grad_norm2: ({ problem, x }) => {
    const g = problem.gradient(x);
    return dot(g, g);
  },
  noise_trace: ({ problem, dynamics, x }) => noiseTrace(problem, x) / dynamics.batch,
  step_angle: ({ before, x, t }) => (t === 0 ? 0 : angle(before, x)),
  effective_lr: ({ dynamics, state, lr, wd }) => dynamics.rate(state, lr, wd),
  gamma: ({ x, lr }) => {
    const k = dot(x, x) / lr;
    return k * k;
  },
  f: ({ x }) => (x[0] * x[0]) / dot(x, x),
  plane_angle: ({ x, plane }) => atan2(dot(x, plane[1]), dot(x, plane[0])),
  x: ({ x }) => x,
  test_loss: ({ problem, x }) => problem.testLoss(x),
  midpoint_loss: ({ problem, before, x }) => problem.loss(midpoint(before, x)),
  midpoint_test_loss: ({ problem, before, x }) => problem.testLoss(midpoint(before, x)),
  spherical_sharpness: ({ problem, x }) => sharpness(problem, x),
  midpoint_sharpness: ({ problem, before, x }) => sharpness(problem, midpoint(before, x)),
  manifold_h: ({ problem, x }) => {
    const { w, h } = problem.projection(x);
    return w === 0 ? NaN : h;
  },
  manifold_angle: ({ problem, x }) =>
    problem.projection(x).w === 0 ? NaN : atan2(x[1], x[0]),
};

export const OBSERVABLE_NAMES = Object.keys(OBSERVABLES);

// A function of the state at a checkpoint that gives the list of its observables.
export function makeObserver(experiment, problem, dynamics) {
  const names = experiment.observables ?? ["norm2", "loss"];
  for (const name of names) {
    if (!Object.hasOwn(OBSERVABLES, name)) throw new Error(`observable ${name} is not known`);
  }
  const plane = (experiment.plane ?? []).map((u) => vector(u, problem.dim));
  return (state, before, t, lr, wd) => {
    const seen = { problem, dynamics, state, x: state.x, before, t, lr, wd, plane };
    return names.map((name) => OBSERVABLES[name](seen));
  };
}

// The largest eigenvalue of |x|^2 times the Hessian, by Lanczos with at most 64 vectors.
export function sharpness(problem, x) {
  const { a, b } = lanczos(problem, x, 64);
  return largestEigenvalue(a, b);
}

function lanczos(problem, x, most) {
  const p = problem.dim;
  const r = dot(x, x);
  let q = new Stream(0n, [3n, 0n]).normals(p);
  const first = 1 / Math.sqrt(dot(q, q));
  q = make(p, (j) => q[j] * first);
  let before = new Float64Array(p);
  let last = 0;
  let size = 0;
  const a = [];
  const b = [];
  while (a.length < Math.min(most, p)) {
    const hq = problem.hessianVector(x, q);
    const w = make(p, (j) => hq[j] * r - last * before[j]);
    const alpha = dot(w, q);
    for (let j = 0; j < p; j++) w[j] -= alpha * q[j];
    last = Math.sqrt(dot(w, w));
    a.push(alpha);
    b.push(last);
    const s = Math.abs(alpha) + last;
    if (s > size) size = s;
    if (last <= 2 ** -44 * size) break;
    const k = 1 / last;
    before = q;
    q = make(p, (j) => w[j] * k);
  }
  return { a, b };
}

function largestEigenvalue(a, b) {
  const m = a.length;
  const off = (i) => (i < 0 || i > m - 2 ? 0 : b[i]);
  let low = a[0];
  let high = a[0];
  for (let i = 0; i < m; i++) {
    if (a[i] > low) low = a[i];
    const bound = a[i] + (off(i - 1) + off(i));
    if (bound > high) high = bound;
  }
  for (let halving = 0; halving < 100; halving++) {
    const s = low + (high - low) * 0.5;
    if (anyPivotPositive(a, b, s)) low = s;
    else high = s;
  }
  return low + (high - low) * 0.5;
}

function anyPivotPositive(a, b, s) {
  let d = 1;
  for (let i = 0; i < a.length; i++) {
    d = (a[i] - s) - (i > 0 ? (b[i - 1] * b[i - 1]) / d : 0);
    if (d === 0) d = 2 ** -1022;
    if (d > 0) return true;
  }
  return false;
}
