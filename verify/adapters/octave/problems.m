% Section 6 of docs/spec.md. Every X is dim x N, a column for each trajectory; so are G and V.
1;

function p = make_problem(fields)
  p = fields;
  if any(strcmp(p.kind, {"rayleigh", "quadratic_noisy"})) && isfield(p, "spectrum")
    p.A = diag(reals(p.spectrum)(:));
  elseif strcmp(p.kind, "rayleigh")
    p.A = rows_of(p.matrix);
  elseif strcmp(p.kind, "ratio2")
    p.A = diag([2, 0]);  % the Rayleigh quotient of this matrix
    p.dim = 2;
  elseif any(strcmp(p.kind, {"trough3", "ridge3"}))
    p.D = diag([1, 9, 1]);
    p.c = 0.6 * strcmp(p.kind, "trough3");
    p.rho = sqrt(1 - p.c^2);
    p.dim = 3;
  elseif strcmp(p.kind, "quadratic_samples")
    p.a = rows_of(p.a)';
    p.b = rows_of(p.b)';
    p.n = columns(p.a);
    p.w = repmat(1 / p.n, p.n, 1);
    if isfield(p, "weights")
      p.w = reals(p.weights)(:);
    endif
  elseif strcmp(p.kind, "poisson")
    p.mean = reals(p.mean);
  elseif strcmp(p.kind, "bn_completion")
    p.dim = (p.rows + p.cols) * p.inner;
    p.entries = rows_of(p.entries) + 1;
    if isfield(p, "matrix")
      p.matrix = rows_of(p.matrix);
    endif
  endif
  if isfield(p, "features")
    p.Z = rows_of(p.features);
    p.n = rows(p.Z);
    p.w = repmat(1 / p.n, p.n, 1);
  endif
  if isfield(p, "labels")
    p.y = reals(p.labels)(:);
    p.beta = mean(p.y);
    p.t = p.y - p.beta;
    p.gamma = sqrt(mean(p.t.^2));
  endif
  on_sphere = {"rayleigh", "ratio2", "normalised_linear", "trough3", "ridge3"};
  p.on_sphere = any(strcmp(p.kind, on_sphere));
  p.batch_norm = any(strcmp(p.kind, {"bn_regression", "bn_completion"}));
  p.invariant = p.on_sphere || p.batch_norm || strcmp(p.kind, "noise_only");
  p.size = 0;
  for name = {"sigma", "scale"}
    if isfield(p.noise, name{1})
      p.size = reals(p.noise.(name{1}))(:);
    endif
  endfor
  p.noise = p.noise.kind;
endfunction

function L = loss(p, X)
  if p.on_sphere
    L = restricted(p, X ./ sqrt(sumsq(X, 1)), X);
  elseif p.batch_norm
    L = mean((p.gamma * standardised(outputs(p, X)) - p.t).^2, 1);
  elseif strcmp(p.kind, "quadratic_noisy")
    L = dot_columns(X, p.A * X) / 2;
  elseif strcmp(p.kind, "quadratic_samples")
    L = p.w' * (p.a' * X.^2 / 2 - p.b' * X);
  elseif strcmp(p.kind, "poisson")
    L = p.mean * sum(X, 1);
  else
    L = zeros(1, columns(X));
  endif
endfunction

function G = gradient_of(p, X)
  if p.on_sphere
    m = sqrt(sumsq(X, 1));
    [~, h] = restricted(p, X ./ m, X);
    G = (h - X ./ m .* dot_columns(X ./ m, h)) ./ m;
  elseif p.batch_norm
    G = back(p, X, by_outputs(p, outputs(p, X)));
  elseif strcmp(p.kind, "quadratic_noisy")
    G = p.A * X;
  elseif strcmp(p.kind, "quadratic_samples")
    G = (p.a * p.w) .* X - p.b * p.w;
  elseif strcmp(p.kind, "poisson")
    G = repmat(p.mean, size(X));
  else
    G = zeros(size(X));
  endif
endfunction

function H = hessian_vector(p, X, V)
  if p.on_sphere
    % G = (h - u (u'h))/m with u = x/m and h the gradient of the loss as a function of u
    m = sqrt(sumsq(X, 1));
    u = X ./ m;
    dm = dot_columns(u, V);
    du = (V - u .* dm) ./ m;
    [~, h, dh] = restricted(p, u, du);
    s = dot_columns(u, h);
    ds = dot_columns(du, h) + dot_columns(u, dh);
    H = (dh - du .* s - u .* ds) ./ m - (h - u .* s) .* dm ./ m.^2;
  elseif p.batch_norm
    [d, dd] = by_outputs(p, outputs(p, X), outputs_along(p, X, V));
    H = back(p, X, dd);
    if strcmp(p.kind, "bn_completion")  % its outputs are not linear
      H += back(p, V, d);
    endif
  elseif strcmp(p.kind, "quadratic_noisy")
    H = p.A * V;
  elseif strcmp(p.kind, "quadratic_samples")
    H = (p.a * p.w) .* V;
  else
    H = zeros(size(X));
  endif
endfunction

function s = dot_columns(a, b)
  % dot(a, b) would take the product along the row where there is one row.
  s = sum(a .* b, 1);
endfunction

% The loss f as a function of the unit vector u, its gradient h there, and the change of h along du.
function [f, h, dh] = restricted(p, u, du)
  if strcmp(p.kind, "normalised_linear")
    e = p.Z * u - p.y;
    f = mean(e.^2, 1) / 2;
    h = p.Z' * e / p.n;
    dh = p.Z' * (p.Z * du) / p.n;
  elseif isfield(p, "A")
    h = p.A * u;
    f = dot_columns(u, h) / 2;
    dh = p.A * du;
  else
    third = [0; 0; 1];
    up = u(3, :) - p.c;
    dup = du(3, :);
    q = dot_columns(u, p.D * u);
    dq = 2 * dot_columns(du, p.D * u);
    f = up.^2 .* q / 2;
    h = third .* (up .* q) + up.^2 .* (p.D * u);
    dh = third .* (dup .* q + up .* dq) + 2 * up .* dup .* (p.D * u) + up.^2 .* (p.D * du);
  endif
endfunction

% ---- samples: of column k sample index(k) ----

function g = sample_gradient(p, X, index)
  if strcmp(p.kind, "quadratic_samples")
    g = p.a(:, index) .* X - p.b(:, index);
  else
    m = sqrt(sumsq(X, 1));
    u = X ./ m;
    z = p.Z(index, :)';
    h = z .* (dot_columns(z, u) - p.y(index)');
    g = (h - u .* dot_columns(u, h)) ./ m;
  endif
endfunction

function d = deviation(p, X, i)
  d = sample_gradient(p, X, repmat(i, 1, columns(X))) - gradient_of(p, X);
endfunction

% ---- batch normalisation ----

function [z, deviation] = standardised(s)
  c = s - mean(s, 1);
  deviation = sqrt(mean(c.^2, 1));
  z = c ./ deviation;
endfunction

% dL/ds, and its change along ds.
function [d, dd] = by_outputs(p, s, ds)
  [z, deviation] = standardised(s);
  e = 2 * p.gamma * (p.gamma * z - p.t) / rows(s);  % dL/dz
  d = (e - mean(e, 1) - z .* mean(e .* z, 1)) ./ deviation;
  if nargout == 2
    along = mean(z .* ds, 1);
    dz = (ds - mean(ds, 1) - z .* along) ./ deviation;
    de = 2 * p.gamma^2 * dz / rows(s);
    inner = mean(de .* z, 1) + mean(e .* dz, 1);
    dd = (de - mean(de, 1) - dz .* mean(e .* z, 1) - z .* inner - d .* along) ./ deviation;
  endif
endfunction

% bn_completion: U is inner x rows x N, V is inner x cols x N.
function [U, V] = factors(p, X)
  X = reshape(X, p.inner, p.rows + p.cols, []);
  U = X(:, 1:p.rows, :);
  V = X(:, p.rows+1:end, :);
endfunction

function s = outputs(p, X)
  if strcmp(p.kind, "bn_regression")
    s = p.Z * X;
  else
    s = outputs_along(p, X, X) / 2;
  endif
endfunction

% The change of the outputs along A.
function s = outputs_along(p, X, A)
  if strcmp(p.kind, "bn_regression")
    s = p.Z * A;
  else
    [U, V] = factors(p, X);
    [B, C] = factors(p, A);
    r = p.entries(:, 1);
    c = p.entries(:, 2);
    s = sum(B(:, r, :) .* V(:, c, :) + U(:, r, :) .* C(:, c, :), 1);
    s = reshape(s, numel(r), []);
  endif
endfunction

% What d, a gradient by the outputs, makes of the gradient by X.
function G = back(p, X, d)
  if strcmp(p.kind, "bn_regression")
    G = p.Z' * d;
  else
    [U, V] = factors(p, X);
    G = zeros(p.inner, p.rows + p.cols, columns(X));
    for i = 1:rows(p.entries)
      r = p.entries(i, 1);
      c = p.entries(i, 2);
      weight = reshape(d(i, :), 1, 1, []);
      G(:, r, :) += weight .* V(:, c, :);
      G(:, p.rows + c, :) += weight .* U(:, r, :);
    endfor
    G = reshape(G, p.dim, []);
  endif
endfunction

function L = test_loss(p, X)
  s = outputs(p, X);
  [~, deviation] = standardised(s);
  [U, V] = factors(p, X);
  L = 0;
  for r = 1:p.rows
    for c = 1:p.cols
      cell = reshape(sum(U(:, r, :) .* V(:, c, :), 1), 1, []);
      predicted = p.gamma * (cell - mean(s, 1)) ./ deviation + p.beta;
      L += (predicted - p.matrix(r, c)).^2 / (p.rows * p.cols);
    endfor
  endfor
endfunction

% The largest eigenvalue of |x|^2 times the Hessian.
function value = sharpness(p, X)
  value = NaN(1, columns(X));
  for k = 1:columns(X)
    x = X(:, k);
    H = hessian_vector(p, repmat(x, 1, p.dim), eye(p.dim)) * sumsq(x);
    if all(isfinite(H(:)))
      value(k) = max(eig((H + H') / 2));
    endif
  endfor
endfunction

% h and angle of the projection on the circle of minimisers of trough3 and ridge3.
function [h, angle] = manifold(p, X)
  w = hypot(X(1, :), X(2, :));
  w(w == 0) = NaN;
  h = (p.rho * X(3, :) - p.c * w) ./ sqrt(sumsq(X, 1));
  angle = atan2(X(2, :) + 0, X(1, :) + 0) + 0 * w;
endfunction
