% Sections 5 and 7 of docs/spec.md: noise and the next state, from given draws.
% A draw is a matrix with a column for each trajectory.
1;

function n = draw_size(p, gaussian, batch)
  if strcmp(p.noise, "none")
    n = 0;
  elseif strcmp(p.noise, "samples")
    n = ifelse(gaussian, p.n, batch);
  elseif strcmp(p.noise, "poisson") && ! gaussian
    n = batch * p.dim;
  else
    n = p.dim;
  endif
endfunction

% Both values are computed, whatever the condition is.
function value = ifelse(condition, one, other)
  if condition
    value = one;
  else
    value = other;
  endif
endfunction

function v = tangential(X, u)
  v = u - X .* (dot_columns(X, u) ./ sumsq(X, 1));
endfunction

function n = placed(p, X, u)
  n = u;
  if p.invariant
    n = tangential(X, u) ./ sqrt(sumsq(X, 1));
  endif
endfunction

function n = noise_from(p, X, draw)
  if strcmp(p.noise, "none")
    n = zeros(size(X));
  elseif strcmp(p.noise, "sphere")
    n = draw;
    radius = 1;
    if p.invariant
      n = tangential(X, draw);
      radius = sqrt(sumsq(X, 1));
    endif
    len = sqrt(sumsq(n, 1));
    n = p.size * n ./ (len .* radius);
    n(:, len == 0) = 0;
  else
    n = placed(p, X, p.size .* draw);
  endif
endfunction

function g = noisy_gradient(p, X, draw)
  if strcmp(p.noise, "samples")
    g = zeros(size(X));
    for b = 1:rows(draw)
      g += sample_gradient(p, X, draw(b, :) + 1) / rows(draw);
    endfor
  elseif strcmp(p.noise, "poisson")
    counts = reshape(draw, p.dim, [], columns(X));
    g = reshape(mean(counts, 2), p.dim, []);
  else
    g = gradient_of(p, X) + noise_from(p, X, draw);
  endif
endfunction

function n = gaussian_noise(p, X, draw)
  if strcmp(p.noise, "none")
    n = zeros(size(X));
  elseif strcmp(p.noise, "samples")
    n = zeros(size(X));
    for i = 1:p.n
      n += sqrt(p.w(i)) * draw(i, :) .* deviation(p, X, i);
    endfor
  elseif strcmp(p.noise, "sphere")
    n = placed(p, X, p.size / sqrt(p.dim - p.invariant) * draw);
  elseif strcmp(p.noise, "poisson")
    n = sqrt(p.mean) * draw;
  else
    n = placed(p, X, p.size .* draw);
  endif
endfunction

function trace = noise_trace(p, X)
  r = sumsq(X, 1);
  variance = p.size.^2;
  if strcmp(p.noise, "none")
    trace = zeros(size(r));
  elseif strcmp(p.noise, "samples")
    trace = zeros(size(r));
    for i = 1:p.n
      trace += p.w(i) * sumsq(deviation(p, X, i), 1);
    endfor
  elseif strcmp(p.noise, "poisson")
    trace = p.dim * p.mean + 0 * r;
  elseif strcmp(p.noise, "sphere")
    trace = variance ./ ifelse(p.invariant, r, ones(size(r)));
  elseif ! p.invariant
    trace = sum(variance .* ones(p.dim, 1)) + 0 * r;
  elseif isscalar(variance)
    trace = variance * (p.dim - 1) ./ r;
  else
    trace = (sum(variance) - variance' * X.^2 ./ r) ./ r;
  endif
endfunction

% ---- dynamics: numbers of a state that are one for each trajectory are rows ----

function d = make_dynamics(fields)
  d = fields;
  for name = {"alpha", "beta", "beta2", "eps", "v0"}
    if isfield(d, name{1})
      d.(name{1}) = reals(d.(name{1}));
    endif
  endfor
  for name = {"l", "substeps", "batch"}
    if ! isfield(d, name{1})
      d.(name{1}) = 1;
    endif
  endfor
  d.gaussian = any(strcmp(d.kind, {"noisy_gd", "sde", "sde2"}));
  d.normalised = any(strcmp(d.kind, {"projected_gd", "rmsprop", "quasi_rmsprop"}));
  d.draws = d.substeps;
  if d.normalised || strcmp(d.kind, "gd")
    d.draws = 0;
  elseif strcmp(d.kind, "svag")
    d.draws = 2;
  endif
endfunction

function state = start_state(d, X, lr)
  state.x = X;
  one = ones(1, columns(X));
  if strcmp(d.kind, "momentum")
    state.v = zeros(size(X));
  elseif any(strcmp(d.kind, {"adam_l2", "adamw"}))
    state.m = state.v = zeros(size(X));
    state.b1 = state.b2 = one;
  elseif d.normalised
    r = sumsq(X, 1);
    state.x = X ./ sqrt(r);
    if strcmp(d.kind, "projected_gd")
      state.R = r;
    elseif strcmp(d.kind, "rmsprop")
      state.v = d.v0 * one;
    else
      state.u = sqrt(d.v0) / lr * one;
    endif
  endif
endfunction

function et = effective_lr(d, state, lr, wd)
  if strcmp(d.kind, "projected_gd")
    et = lr ./ ((1 - lr * wd) * state.R);
  elseif strcmp(d.kind, "rmsprop")
    et = lr ./ sqrt(state.v);
  elseif strcmp(d.kind, "quasi_rmsprop")
    et = 1 ./ state.u;
  else
    et = lr ./ sumsq(state.x, 1);
  endif
endfunction

% draws: numbers of a draw x draws x trajectories
function state = next_state(p, d, state, lr, wd, draws)
  draw = @(k) reshape(draws(:, k, :), rows(draws), columns(state.x));
  X = state.x;
  switch d.kind
    case "gd"
      state.x = (1 - lr * wd) * X - lr * gradient_of(p, X);
    case "sgd"
      state.x = (1 - lr * wd) * X - lr * noisy_gradient(p, X, draw(1));
    case "svag"
      root = sqrt(2 * d.l - 1);
      g = (1 + root) / 2 * noisy_gradient(p, X, draw(1)) ...
        + (1 - root) / 2 * noisy_gradient(p, X, draw(2));
      h = lr / d.l;
      state.x = (1 - h * wd) * X - h * g;
    case {"noisy_gd", "sde", "sde2"}
      h = lr / d.substeps;
      s = lr / sqrt(d.substeps * d.batch);
      for k = 1:d.substeps
        X = state.x;
        drift = gradient_of(p, X) + wd * X;
        if strcmp(d.kind, "sde2")
          drift += lr / 2 * (hessian_vector(p, X, drift) + wd * drift);
        endif
        state.x = X - h * drift + s * gaussian_noise(p, X, draw(k));
      endfor
    case "momentum"
      state.v = d.beta * state.v + noisy_gradient(p, X, draw(1)) + wd * X;
      state.x = X - lr * state.v;
    case {"adam_l2", "adamw"}
      decoupled = strcmp(d.kind, "adamw");
      g = noisy_gradient(p, X, draw(1)) + ifelse(decoupled, 0, wd * X);
      state.b1 *= d.beta;
      state.b2 *= d.beta2;
      state.m = d.beta * state.m + (1 - d.beta) * g;
      state.v = d.beta2 * state.v + (1 - d.beta2) * g.^2;
      denominator = sqrt(state.v ./ (1 - state.b2)) + d.eps;
      move = state.m ./ (1 - state.b1) ./ denominator;
      move(denominator == 0) = 0;
      state.x = X - lr * (d.alpha * move + ifelse(decoupled, wd * X, 0));
    otherwise
      state = step_on_sphere(p, d, state, lr, wd);
  endswitch
endfunction

function state = step_on_sphere(p, d, state, lr, wd)
  g = gradient_of(p, state.x);
  y = state.x - effective_lr(d, state, lr, wd) .* g;
  state.x = y ./ sqrt(sumsq(y, 1));
  if strcmp(d.kind, "projected_gd")
    state.R = (1 - lr * wd)^2 * state.R + lr^2 * sumsq(g, 1) ./ state.R;
  elseif strcmp(d.kind, "rmsprop")
    state.v = d.beta * state.v + (1 - d.beta) * sumsq(g, 1);
  else
    k = (1 - d.beta) / 2;
    state.u = (1 - k) * state.u + k / lr^2 * sumsq(g, 1) ./ state.u;
  endif
endfunction
