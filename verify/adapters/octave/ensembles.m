% Sections 8 to 11 of docs/spec.md: schedules, starts, observables, and trajectories side by side.
%
% Trajectory i is computed in column mod(i, R) of R columns that are always computed together, R
% depending on the problem alone: the order of a sum in a product of matrices may depend on its
% shape.
1;

function s = make_schedule(fields)
  s = fields;
  if ! strcmp(s.kind, "piecewise")
    s.segments = struct("start", 0, "lr", s.lr, "wd", s.wd, "rescale", "3ff0000000000000");
  endif
  if iscell(s.segments)  % as jsondecode has objects whose fields are not in the same order
    s.segments = cellfun(@orderfields, s.segments, "UniformOutput", false);
    s.segments = vertcat(s.segments{:});
  endif
  for k = 1:numel(s.segments)
    for name = {"lr", "wd", "rescale"}
      s.segments(k).(name{1}) = reals(s.segments(k).(name{1}));
    endfor
  endfor
endfunction

% lr, wd and the rescale of a segment that begins at the effective step k.
function [lr, wd, rescale] = rates(s, k)
  segment = s.segments(find([s.segments.start] <= k, 1, "last"));
  lr = segment.lr;
  wd = segment.wd;
  rescale = ifelse(k > 0 && segment.start == k, segment.rescale, 1);
  if strcmp(s.kind, "exponential")
    lr *= reals(s.factor)^k;
  elseif any(strcmp(s.kind, {"cosine", "triangle"}))
    low = reals(s.lr_min);
    if strcmp(s.kind, "triangle")
      height = 1 - abs(1 - 2 * mod(k, s.period) / s.period);
    else
      height = (k < s.period) * (1 + rn32(cos(pi * k / s.period))) / 2;
    endif
    lr = low + (lr - low) * height;
  endif
endfunction

% The nearest multiple of 2^-32; zeros are positive.
function v = rn32(v)
  v = round(v * 2^32) / 2^32 + 0;
endfunction

% ---- randomness ----

% Octave has a Mersenne Twister for each of rand, randn and randp, initialised from any short
% vector: here the characters of what the numbers are for, the seed, the trajectory and the block of
% steps. To initialise one takes as long as some hundred numbers.
function v = initial_values(purpose, seed, number, block)
  v = double(sprintf("%s %s %d %d", purpose, seed, number, block));
endfunction

function X = start_points(start, dim, seed, numbers)
  if strcmp(start.kind, "point")
    X = repmat(reals(start.x)(:), 1, numel(numbers));
    return
  endif
  generator = ifelse(strcmp(start.kind, "uniform"), @rand, @randn);
  X = zeros(dim, numel(numbers));
  for k = 1:numel(numbers)
    generator("twister", initial_values("start", seed, numbers(k), 0));
    X(:, k) = generator(dim, 1);
  endfor
  switch start.kind
    case "gaussian"
      X = reals(start.scale) * X;
    case "uniform"
      X = reals(start.scale) * (2 * X - 1);
    case "sphere"
      X = reals(start.radius) * X ./ sqrt(sumsq(X, 1));
  endswitch
endfunction

% The draws of a block of steps, whose randomness has its own initial values:
% numbers of a draw x draws x steps x trajectories.
function draws = draw_block(p, d, seed, numbers, block, steps)
  size = draw_size(p, d.gaussian, d.batch);
  count = size * d.draws * steps;
  draws = zeros(count, numel(numbers));
  generator = @randn;
  parameter = {};
  from_uniform = any(strcmp(p.noise, {"rademacher", "samples"})) && ! d.gaussian;
  if from_uniform
    generator = @rand;
  elseif strcmp(p.noise, "poisson") && ! d.gaussian
    generator = @randp;
    parameter = {p.mean};
  endif
  if count > 0
    for k = 1:numel(numbers)
      generator("twister", initial_values("noise", seed, numbers(k), block));
      draws(:, k) = generator(parameter{:}, count, 1);
    endfor
  endif
  if from_uniform && strcmp(p.noise, "samples")
    draws = lookup(cumsum(p.w(1:end-1)), draws);
  elseif from_uniform
    draws = 1 - 2 * (draws < 0.5);
  endif
  draws = reshape(draws, size, d.draws, steps, numel(numbers));
endfunction

% ---- observables: rows with a column for each trajectory ----

function a = angle_of(y, x)
  a = atan2(y + 0, x + 0);  % -0 like 0
endfunction

function rows = observe(name, p, d, state, before, lr, wd, plane)
  X = state.x;
  r = sumsq(X, 1);
  if isempty(before)
    before = X;
  endif
  switch name
    case "norm2"
      rows = r;
    case "loss"
      rows = loss(p, X);
    case "grad_norm2"
      rows = sumsq(gradient_of(p, X), 1);
    case "noise_trace"
      rows = noise_trace(p, X) / d.batch;
    case "step_angle"
      along = dot_columns(before, X);
      across = X - before .* (along ./ sumsq(before, 1));
      rows = angle_of(sqrt(sumsq(across, 1)) .* sqrt(sumsq(before, 1)), along);
    case "effective_lr"
      rows = effective_lr(d, state, lr, wd);
    case "gamma"
      rows = (r / lr).^2;
    case "f"
      rows = X(1, :).^2 ./ r;
    case "plane_angle"
      rows = angle_of(plane(2, :) * X, plane(1, :) * X);
    case "x"
      rows = X;
    case "test_loss"
      rows = test_loss(p, X);
    case "midpoint_loss"
      rows = loss(p, (before + X) / 2);
    case "midpoint_test_loss"
      rows = test_loss(p, (before + X) / 2);
    case "spherical_sharpness"
      rows = sharpness(p, X);
    case "midpoint_sharpness"
      rows = sharpness(p, (before + X) / 2);
    case "manifold_h"
      rows = manifold(p, X);
    case "manifold_angle"
      [~, rows] = manifold(p, X);
    otherwise
      error("observable %s is not known", name);
  endswitch
endfunction

% ---- runs ----

% For each trajectory the place in reasons() of why section 10 does not take the state.
function names = reasons()
  names = {"", "nonfinite", "origin", "lr", "intrinsic_lr"};
endfunction

function reason = refusal(p, state)
  finite = all(isfinite(cell2mat(struct2cell(state))), 1);
  reason = ones(1, columns(state.x));
  if p.invariant
    r = sumsq(state.x, 1);
    reason(r == 0) = 3;
    reason(! isfinite(r)) = 2;
  endif
  reason(! finite) = 2;
endfunction

function reason = lr_refusal(lr, wd)
  reason = 1;
  if ! isfinite(lr)
    reason = 4;
  elseif lr * wd >= 1
    reason = 5;
  endif
endfunction

% Trajectories that are refused `state` end at this step with `last`, the state they have.
function [state, b] = take(p, b, last, state, step)
  reason = refusal(p, state);
  b = stop(b, reason > 1, step, reason);
  for name = fieldnames(state)'
    state.(name{1})(:, b.ended) = last.(name{1})(:, b.ended);
  endfor
endfunction

function b = stop(b, where, step, reason)
  where = where & ! b.ended;
  b.step(where) = step;
  b.reason(where) = (reason .* ones(size(where)))(where);
  b.ended |= where;
endfunction

% b.step and b.reason of each trajectory; table has columns x checkpoints x trajectories, of which
% reached(k) checkpoints are reached by trajectory k.
function [b, table, reached] = run_batch(e, p, numbers)
  d = make_dynamics(e.dynamics);
  s = make_schedule(e.schedule);
  plane = [];
  if isfield(e, "plane")
    plane = rows_of(e.plane);
  endif
  n = numel(numbers);
  b = struct("step", zeros(1, n), "reason", ones(1, n), "ended", false(1, n));
  table = zeros(0, 0, n);
  reached = zeros(1, n);
  state.x = start_points(e.start, p.dim, e.seed, numbers);
  [state, b] = take(p, b, state, state, 0);
  [lr, wd] = rates(s, 0);
  state = start_state(d, state.x, lr);
  [state, b] = take(p, b, state, state, 0);
  before = [];
  block = 0;
  used = length_of_block = 0;
  for t = 0:e.steps
    if all(b.ended)
      break
    endif
    [lr, wd, rescale] = rates(s, floor(t / d.l));
    if any(e.checkpoints == t)
      row = @(name) observe(name, p, d, state, before, lr, wd, plane);
      values = cell2mat(cellfun(row, e.observables(:), "UniformOutput", false));
      table(1:rows(values), end+1, :) = reshape(values, rows(values), 1, n);
      reached(! b.ended) += 1;
    endif
    if t == e.steps
      break
    endif
    if rescale != 1 && mod(t, d.l) == 0
      rescaled = state;
      rescaled.x *= rescale;
      [state, b] = take(p, b, state, rescaled, t);
    endif
    reason = lr_refusal(lr, wd);
    if reason > 1
      b = stop(b, true(1, n), t, reason);
      break
    endif
    if used == length_of_block
      size = max(1, draw_size(p, d.gaussian, d.batch) * d.draws);
      length_of_block = min(e.steps - t, max(1, floor(1024 / size)));
      draws = draw_block(p, d, e.seed, numbers, block, length_of_block);
      used = 0;
      block += 1;
    endif
    used += 1;
    now = reshape(draws(:, :, used, :), rows(draws), columns(draws), n);
    before = state.x;
    [state, b] = take(p, b, state, next_state(p, d, state, lr, wd, now), t);
  endfor
  b = stop(b, true(1, n), e.steps, 1);
endfunction

% The JSON of rows and ends of trajectories first..last-1.
function [rows_json, ends_json] = ensemble(e, p, first, last)
  samples = 1;
  if strcmp(p.noise, "samples")
    samples = p.n;
  endif
  R = min(1024, max(1, floor(2^22 / (samples * p.dim))));
  names = reasons();
  rows_json = ends_json = cell(1, last - first);
  done = 0;
  for from = floor(first / R) * R : R : last - 1
    [b, table, reached] = run_batch(e, p, from + (0:R-1));
    for k = max(first - from, 0) + 1 : min(last - from, R)
      done += 1;
      rows_json{done} = lists(table(:, 1:reached(k), k));
      ends_json{done} = sprintf('{"step":%d,"reason":"%s"}', b.step(k), names{b.reason(k)});
    endfor
  endfor
  rows_json = ["[", strjoin(rows_json, ","), "]"];
  ends_json = ["[", strjoin(ends_json, ","), "]"];
endfunction
