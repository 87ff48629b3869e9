// An implementation of docs/spec.md in JavaScript that answers docs/conform.md: bit for bit, every
// request. It needs Node.js 18 or later and nothing else; its parts are in node/.
//
//     sidyn conform -- node verify/adapters/node.mjs

import { allShown, dot, real, shown, sum, vector } from "./node/arithmetic.mjs";
import { DYNAMICS, makeDynamics, rateRefusal, refusal } from "./node/dynamics.mjs";
import { makeRun, makeSchedule } from "./node/experiment.mjs";
import * as noises from "./node/noise.mjs";
import { normalsFromRaws } from "./node/normals.mjs";
import { sharpness } from "./node/observables.mjs";
import { PROBLEMS, makeProblem } from "./node/problems.mjs";
import { Stream } from "./node/streams.mjs";

const defined = new Map();

// The problem of a request: an object, or the name of one that was defined.
function problemOf(value) {
  if (typeof value !== "string") return makeProblem(value);
  if (!defined.has(value)) throw new Error(`no problem is defined as ${JSON.stringify(value)}`);
  return defined.get(value);
}

function streamOf({ seed, key }) {
  return new Stream(BigInt(seed), key.map(BigInt));
}

function times(count, value) {
  return Array.from({ length: count }, value);
}

// A request about a problem and a point x, with what is to be said about them.
function at(answer) {
  return (request) => {
    const problem = problemOf(request.problem);
    return answer(problem, vector(request.x, problem.dim), request);
  };
}

function draw(values, problem, batch, gaussian) {
  return vector(values, noises.drawLength(problem, batch, gaussian));
}

function noise(problem, x, { batch, gaussian, draw: given }) {
  const { kind } = problem.noise;
  const e = draw(given, problem, batch, gaussian);
  if (gaussian) return { values: allShown(noises.gaussianNoise(problem, x, e)) };
  const sampled = kind === "samples" || kind === "poisson";
  return {
    values: allShown(sampled ? noises.noisyGradient(problem, x, batch, e)
      : noises.noise(problem, x, e)),
  };
}

function stateOf(fields, dim) {
  return Object.fromEntries(Object.entries(fields).map(([name, part]) =>
    [name, Array.isArray(part) ? vector(part, dim) : real(part)]));
}

function step(request) {
  const problem = problemOf(request.problem);
  const dynamics = makeDynamics(request.dynamics);
  const lr = real(request.lr);
  const wd = real(request.wd);
  let taken = 0;
  const nextDraw = (gaussian) => draw(request.draws[taken++], problem, dynamics.batch, gaussian);
  const end = rateRefusal(lr, wd);
  if (end) return { end };
  const next = dynamics.next(problem, stateOf(request.state, problem.dim), lr, wd, nextDraw);
  const reason = refusal(problem, next);
  if (reason) return { end: reason };
  return {
    state: Object.fromEntries(Object.entries(next).map(([name, part]) =>
      [name, typeof part === "number" ? shown(part) : allShown(part)])),
  };
}

function ensemble({ experiment, trajectories: [first, end] }) {
  const run = makeRun(experiment, problemOf(experiment.problem));
  const runs = [];
  for (let i = BigInt(first); i < BigInt(end); i++) runs.push(run(i));
  return { rows: runs.map(({ rows }) => rows), end: runs.map((one) => one.end) };
}

const REQUESTS = {
  define: ({ name, problem }) => {
    defined.set(name, makeProblem(problem));
    return {};
  },
  raw: (request) => {
    const stream = streamOf(request);
    return { raws: times(request.count, () => stream.raw().toString()) };
  },
  uniform: (request) => {
    const stream = streamOf(request);
    return { values: times(request.count, () => stream.uniform()) };
  },
  normals: (request) => ({ values: allShown(streamOf(request).normals(request.count)) }),
  normals_from_raws: ({ raws }) => ({ values: allShown(normalsFromRaws(raws.map(BigInt))) }),
  sum: ({ a }) => ({ value: shown(sum(vector(a))) }),
  dot: ({ a, b }) => ({ value: shown(dot(vector(a), vector(b, a.length))) }),
  loss: at((problem, x) => ({ value: shown(problem.loss(x)) })),
  gradient: at((problem, x) => ({ values: allShown(problem.gradient(x)) })),
  hessian_vector: at((problem, x, { v }) =>
    ({ values: allShown(problem.hessianVector(x, vector(v, problem.dim))) })),
  noise: at(noise),
  noise_trace: at((problem, x) => ({ value: shown(noises.noiseTrace(problem, x)) })),
  schedule: ({ schedule, k }) => {
    const { lr, wd, rescale } = makeSchedule(schedule)(k);
    return { lr: shown(lr), wd: shown(wd), rescale: shown(rescale) };
  },
  sharpness: at((problem, x) => ({ value: shown(sharpness(problem, x)) })),
  step,
  run: ({ experiment, trajectory }) =>
    makeRun(experiment, problemOf(experiment.problem))(BigInt(trajectory)),
  ensemble,
};

function hello() {
  return {
    name: "sidyn in JavaScript",
    precision: "binary64",
    numbers: "dec",
    can: Object.keys(REQUESTS),
    problems: PROBLEMS,
    dynamics: DYNAMICS,
  };
}

function answer(request) {
  if (request.do === "hello") return hello();
  if (!Object.hasOwn(REQUESTS, request.do)) return { unsupported: `${request.do} is not known` };
  try {
    return REQUESTS[request.do](request);
  } catch (error) {
    return { error: error.message };
  }
}

function respond(line) {
  let request;
  try {
    request = JSON.parse(line);
  } catch (error) {
    console.error(`node.mjs: a request is not JSON: ${error.message}`);
    process.exit(1);
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...answer(request) })}\n`);
}

// Requests may be long: the pieces of a line are joined once, at its end.
let pieces = [];
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = text.split("\n");
  pieces.push(lines.shift());
  for (const beginning of lines) {
    respond(pieces.join(""));
    pieces = [beginning];
  }
});
