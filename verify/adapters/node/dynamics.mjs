// Section 7 of docs/spec.md, and the tests of section 10: one step of a dynamics. A state is an
// object of numbers and vectors with the names of docs/conform.md section 3; nextDraw(gaussian)
// gives the next draw of noise.

import { dot, make, real } from "./arithmetic.mjs";
import { gaussianNoise, noisyGradient } from "./noise.mjs";

function moved(x, g, a, lr) {
  return make(x.length, (j) => a * x[j] - lr * g[j]);
}

function sgd(dynamics, problem, { x }, lr, wd, nextDraw) {
  const g = noisyGradient(problem, x, dynamics.batch, nextDraw(false));
  return { x: moved(x, g, 1 - lr * wd, lr) };
}

function svag(dynamics, problem, { x }, lr, wd, nextDraw) {
  const h = lr / dynamics.l;
  const s = Math.sqrt(2 * dynamics.l - 1);
  const c1 = (1 + s) * 0.5;
  const c2 = (1 - s) * 0.5;
  const g1 = noisyGradient(problem, x, dynamics.batch, nextDraw(false));
  const g2 = noisyGradient(problem, x, dynamics.batch, nextDraw(false));
  const g = make(problem.dim, (j) => c1 * g1[j] + c2 * g2[j]);
  return { x: moved(x, g, 1 - h * wd, h) };
}

function sde(dynamics, problem, state, lr, wd, nextDraw) {
  const m = dynamics.substeps;
  const h = lr / m;
  const a = 1 - h * wd;
  const s = lr / Math.sqrt(m * dynamics.batch);
  let { x } = state;
  for (let substep = 0; substep < m; substep++) {
    const g = problem.gradient(x);
    const n = gaussianNoise(problem, x, nextDraw(true));
    const y = x;
    x = make(problem.dim, (j) => (a * y[j] - h * g[j]) + s * n[j]);
  }
  return { x };
}

function sde2(dynamics, problem, state, lr, wd, nextDraw) {
  const m = dynamics.substeps;
  const h = lr / m;
  const s = lr / Math.sqrt(m * dynamics.batch);
  const k = lr * 0.5;
  let { x } = state;
  for (let substep = 0; substep < m; substep++) {
    const y = x;
    const g = problem.gradient(y);
    const b = make(problem.dim, (j) => g[j] + wd * y[j]);
    const w = problem.hessianVector(y, b);
    const d = make(problem.dim, (j) => b[j] + k * (w[j] + wd * b[j]));
    const n = gaussianNoise(problem, y, nextDraw(true));
    x = make(problem.dim, (j) => (y[j] - h * d[j]) + s * n[j]);
  }
  return { x };
}

function momentum(dynamics, problem, state, lr, wd, nextDraw) {
  const { x } = state;
  const g = noisyGradient(problem, x, dynamics.batch, nextDraw(false));
  const v = make(problem.dim, (j) => dynamics.beta * state.v[j] + (g[j] + wd * x[j]));
  return { x: make(problem.dim, (j) => x[j] - lr * v[j]), v };
}

function adam(decoupled) {
  return (dynamics, problem, state, lr, wd, nextDraw) => {
    const { alpha, beta, beta2, eps } = dynamics;
    const x = Float64Array.from(state.x);
    const m = Float64Array.from(state.m);
    const v = Float64Array.from(state.v);
    const noisy = noisyGradient(problem, x, dynamics.batch, nextDraw(false));
    const b1 = state.b1 * beta;
    const b2 = state.b2 * beta2;
    const c1 = 1 - beta;
    const c2 = 1 - beta2;
    for (let j = 0; j < problem.dim; j++) {
      const g = decoupled ? noisy[j] : noisy[j] + wd * x[j];
      m[j] = beta * m[j] + c1 * g;
      v[j] = beta2 * v[j] + c2 * (g * g);
      const den = Math.sqrt(v[j] / (1 - b2)) + eps;
      let move = alpha * (den === 0 ? 0 : (m[j] / (1 - b1)) / den);
      if (decoupled) move += wd * x[j];
      x[j] -= lr * move;
    }
    return { x, m, v, b1, b2 };
  };
}

function normalised(x) {
  const k = 1 / Math.sqrt(dot(x, x));
  return make(x.length, (j) => x[j] * k);
}

// The step of projected_gd and its kin: against the gradient, then back to the sphere.
function onSphere(x, g, et) {
  return normalised(make(x.length, (j) => x[j] - et * g[j]));
}

function projectedGd(dynamics, problem, { x, R }, lr, wd) {
  const g = problem.gradient(x);
  const a = 1 - lr * wd;
  const grown = (a * a) * R + ((lr * lr) * dot(g, g)) / R;
  return { x: onSphere(x, g, projectedRate({ R }, lr, wd)), R: grown };
}

function projectedRate({ R }, lr, wd) {
  return lr / ((1 - lr * wd) * R);
}

function rmsprop({ beta }, problem, { x, v }, lr) {
  const g = problem.gradient(x);
  return { x: onSphere(x, g, lr / Math.sqrt(v)), v: beta * v + (1 - beta) * dot(g, g) };
}

function quasiRmsprop({ beta }, problem, { x, u }, lr) {
  const g = problem.gradient(x);
  const k = (1 - beta) * 0.5;
  const next = (1 - k) * u + ((k / (lr * lr)) * dot(g, g)) / u;
  return { x: onSphere(x, g, 1 / u), u: next };
}

const zeros = (x) => new Float64Array(x.length);

// start: the further numbers of a state, and x where the dynamics normalises it.
// rate: the effective_lr of section 11 where it is not lr/r.
// numbers, counts: the parameters.
const KINDS = {
  gd: {
    step: (dynamics, problem, { x }, lr, wd) =>
      ({ x: moved(x, problem.gradient(x), 1 - lr * wd, lr) }),
  },
  sgd: { step: sgd },
  svag: { step: svag, counts: ["l"] },
  noisy_gd: { step: sde },
  sde: { step: sde, counts: ["substeps"] },
  sde2: { step: sde2, counts: ["substeps"] },
  momentum: { step: momentum, numbers: ["beta"], start: (x) => ({ x, v: zeros(x) }) },
  adam_l2: {
    step: adam(false),
    numbers: ["alpha", "beta", "beta2", "eps"],
    start: (x) => ({ x, m: zeros(x), v: zeros(x), b1: 1, b2: 1 }),
  },
  projected_gd: {
    step: projectedGd,
    start: (x) => ({ x: normalised(x), R: dot(x, x) }),
    rate: projectedRate,
  },
  rmsprop: {
    step: rmsprop,
    numbers: ["beta", "v0"],
    start: (x, { v0 }) => ({ x: normalised(x), v: v0 }),
    rate: ({ v }, lr) => lr / Math.sqrt(v),
  },
  quasi_rmsprop: {
    step: quasiRmsprop,
    numbers: ["beta", "v0"],
    start: (x, { v0 }, lr) => ({ x: normalised(x), u: Math.sqrt(v0) / lr }),
    rate: ({ u }) => 1 / u,
  },
};
KINDS.adamw = { ...KINDS.adam_l2, step: adam(true) };

export const DYNAMICS = Object.keys(KINDS);

export function makeDynamics(fields) {
  if (!Object.hasOwn(KINDS, fields.kind)) throw new Error(`dynamics ${fields.kind} is not known`);
  const { step, start, rate, numbers, counts } = KINDS[fields.kind];
  const dynamics = { batch: fields.batch ?? 1, l: 1, substeps: 1, eps: 0 };
  for (const name of numbers ?? []) if (name in fields) dynamics[name] = real(fields[name]);
  for (const name of counts ?? []) dynamics[name] = fields[name];
  dynamics.start = (x, lr) => (start ? start(x, dynamics, lr) : { x });
  dynamics.rate = rate ?? ((state, lr) => lr / dot(state.x, state.x));
  dynamics.next = (problem, state, lr, wd, nextDraw) =>
    step(dynamics, problem, state, lr, wd, nextDraw);
  return dynamics;
}

// Why section 10 refuses a state; "" if it does not.
export function refusal(problem, state) {
  for (const part of Object.values(state)) {
    if (typeof part === "number" ? !Number.isFinite(part) : !part.every(Number.isFinite)) {
      return "nonfinite";
    }
  }
  if (!problem.scaleInvariant) return "";
  const r = dot(state.x, state.x);
  if (r === 0) return "origin";
  return Number.isFinite(r) ? "" : "nonfinite";
}

// Why section 10 refuses to make a step with this lr and wd.
export function rateRefusal(lr, wd) {
  if (!Number.isFinite(lr)) return "lr";
  return lr * wd >= 1 ? "intrinsic_lr" : "";
}
