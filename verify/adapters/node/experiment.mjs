// Sections 8 to 10, 12 and 13 of docs/spec.md: schedules, starts, runs.

import { allShown, dot, make, real, shown, vector } from "./arithmetic.mjs";
import { makeDynamics, rateRefusal, refusal } from "./dynamics.mjs";
import { takeDraw } from "./noise.mjs";
import { cosine } from "./normals.mjs";
import { makeObserver } from "./observables.mjs";
import { Stream } from "./streams.mjs";

function piecewise(segments) {
  const list = segments.map(({ start, lr, wd, rescale }) => ({
    start: Number(start), lr: real(lr), wd: real(wd ?? 0), rescale: real(rescale ?? 1),
  }));
  return (k) => {
    let low = 0;
    let high = list.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (list[middle].start <= k) low = middle;
      else high = middle;
    }
    const { start, lr, wd, rescale } = list[low];
    return { lr, wd, rescale: start === k ? rescale : 1 };
  };
}

function power(factor, k) {
  let y = 1;
  let b = factor;
  while (k > 0) {
    if (k % 2 === 1) y *= b;
    k = Math.floor(k / 2);
    if (k > 0) b *= b;
  }
  return y;
}

// A function of the effective step that gives lr, wd and the rescale of a segment beginning there.
export function makeSchedule(fields) {
  const { kind } = fields;
  if (kind === "constant") return piecewise([{ start: 0, lr: fields.lr, wd: fields.wd }]);
  if (kind === "piecewise") return piecewise(fields.segments);
  const lr = real(fields.lr);
  const wd = real(fields.wd ?? 0);
  if (kind === "exponential") {
    const factor = real(fields.factor);
    return (k) => ({ lr: lr * power(factor, k), wd, rescale: 1 });
  }
  const least = real(fields.lr_min ?? 0);
  const period = Number(fields.period);
  if (kind === "cosine") {
    return (k) => {
      if (k >= period) return { lr: least, wd, rescale: 1 };
      const c = cosine(Math.floor((k / (2 * period)) * 2 ** 53)) * 2 ** -32;
      return { lr: least + (lr - least) * ((1 + c) * 0.5), wd, rescale: 1 };
    };
  }
  if (kind === "triangle") {
    return (k) => {
      const u = (k % period) / period;
      const v = u < 0.5 ? 2 * u : 2 - 2 * u;
      return { lr: least + (lr - least) * v, wd, rescale: 1 };
    };
  }
  throw new Error(`schedule ${kind} is not known`);
}

// A function of the trajectory (BigInt) that gives its start.
function makeStart(fields, dim, seed) {
  const { kind } = fields;
  if (kind === "point") {
    const point = vector(fields.x, dim);
    return () => point;
  }
  const size = real(kind === "sphere" ? fields.radius : fields.scale);
  return (trajectory) => {
    const stream = new Stream(seed, [1n, trajectory]);
    if (kind === "uniform") return make(dim, () => size * (2 * stream.uniform() - 1));
    const z = stream.normals(dim);
    const k = kind === "sphere" ? size / Math.sqrt(dot(z, z)) : size;
    return make(dim, (j) => k * z[j]);
  };
}

// The numbers of checkpoints, in ascending order.
function checkpointList(value, steps) {
  if (value === undefined) return steps > 0 ? [0, steps] : [0];
  if (Array.isArray(value)) return value.map(Number);
  const every = Number(value.every);
  const list = [];
  for (let t = 0; t < steps; t += every) list.push(t);
  return [...list, steps];
}

// A function of the trajectory (BigInt) that gives its rows and its end.
export function makeRun(experiment, problem) {
  const dynamics = makeDynamics(experiment.dynamics);
  const schedule = makeSchedule(experiment.schedule);
  const seed = BigInt(experiment.seed);
  const start = makeStart(experiment.start, problem.dim, seed);
  const steps = Number(experiment.steps);
  const checkpoints = checkpointList(experiment.checkpoints, steps);
  const observe = makeObserver(experiment, problem, dynamics);

  return (trajectory) => {
    const stream = new Stream(seed, [2n, trajectory]);
    const nextDraw = (gaussian) => takeDraw(problem, dynamics.batch, gaussian, stream);
    const rows = [];
    const ended = (step, reason) => ({ rows, end: { step, reason } });

    const x = start(trajectory);
    const atStart = refusal(problem, { x });
    if (atStart && experiment.start.kind === "point") {
      throw new Error(`the start is refused: ${atStart}`);
    }
    if (atStart) return ended(0, atStart);
    let state = dynamics.start(x, schedule(0).lr);
    let before = state.x;
    const further = refusal(problem, state);
    if (further) return ended(0, further);

    for (let t = 0, row = 0; ; t++) {
      const k = Math.floor(t / dynamics.l);
      const { lr, wd, rescale } = schedule(k);
      if (row < checkpoints.length && checkpoints[row] === t) {
        rows.push(observe(state, before, t, lr, wd).flatMap((value) =>
          typeof value === "number" ? shown(value) : allShown(value)));
        row++;
      }
      if (t === steps) return ended(t, "");
      if (rescale !== 1 && t > 0 && t === k * dynamics.l) {
        const scaled = { ...state, x: make(problem.dim, (j) => rescale * state.x[j]) };
        const reason = refusal(problem, scaled);
        if (reason) return ended(t, reason);
        state = scaled;
      }
      const next = rateRefusal(lr, wd) ? {} : dynamics.next(problem, state, lr, wd, nextDraw);
      const reason = rateRefusal(lr, wd) || refusal(problem, next);
      if (reason) return ended(t, reason);
      before = state.x;
      state = next;
    }
  };
}
