% An implementation of docs/spec.md in Octave that answers the protocol of docs/conform.md, with
% formulas of matrices: it is judged at the levels numbers and laws.
%
%     sidyn conform -- octave-cli --norc --quiet verify/adapters/octave.m
%
% Reals travel as bit patterns: jsondecode reads numbers of 17 digits to within a few units of the
% last place only.
1;

folder = fullfile(fileparts(mfilename("fullpath")), "octave");
for name = {"problems", "dynamics", "ensembles"}
  source(fullfile(folder, [name{1}, ".m"]));
endfor

% ---- JSON ----

% A real, or a list of them, as a column.
function v = reals(v)
  if iscell(v) && isempty(v)
    v = zeros(0, 1);
  elseif ischar(v) || iscellstr(v)
    v = hex2num(char(v));
  endif
endfunction

% A list of lists as a matrix, row by row.
function m = rows_of(v)
  if iscell(v)
    v = cellfun(@(row) reals(row)(:)', v(:), "UniformOutput", false);
    m = vertcat(v{:});
  else
    m = v;
  endif
endfunction

function text = list(v)
  text = lists(v(:))(2:end-1);
endfunction

% A list of the lists in the columns of m.
function text = lists(m)
  if isempty(m)
    text = ifelse(columns(m) > 0, "[[]]", "[]");
    return
  endif
  % Each number takes 21 characters, blanks among them; brackets stand at the ends of columns of m.
  n = numel(m);
  text(1:n, 1:21) = " ";
  text(:, 2) = text(:, 19) = '"';
  text(:, 3:18) = num2hex(m(:));
  text(:, 21) = ",";
  text(1:rows(m):n, 1) = "[";
  text(rows(m):rows(m):n, 20) = "]";
  text = ["[", text'(1:end-1)(:)', "]"];
endfunction

function text = number(v)
  text = ['"', num2hex(v), '"'];
endfunction

function text = names_list(names)
  text = ['["', strjoin(names, '","'), '"]'];
endfunction

% ---- requests: what follows the id in the answer ----

function names = requests()
  names = {"define", "normals_from_raws", "sum", "dot", "loss", "gradient", "hessian_vector", ...
           "noise", "noise_trace", "schedule", "sharpness", "step", "ensemble"};
endfunction

function text = hello()
  problems = {"rayleigh", "normalised_linear", "ratio2", "quadratic_samples", "noise_only", ...
              "quadratic_noisy", "trough3", "ridge3", "bn_regression", "bn_completion", "poisson"};
  dynamics = {"gd", "sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2", "adamw", ...
              "projected_gd", "rmsprop", "quasi_rmsprop"};
  text = sprintf(['"name":"Octave %s","precision":"binary64","numbers":"bits","can":%s,' ...
                  '"problems":%s,"dynamics":%s,"levels":["numbers","laws"]'], OCTAVE_VERSION, ...
                 names_list(requests()), names_list(problems), names_list(dynamics));
endfunction

function p = problem_of(fields, name)
  persistent defined = containers.Map();
  if nargin == 2
    p = make_problem(fields);
    defined(name) = p;
  elseif ischar(fields)
    p = defined(fields);
  else
    p = make_problem(fields);
  endif
endfunction

% The uniforms of 53 bits in raws, which are strings: doubles do not hold 64 bits.
function u = uniforms_of(raws)
  digits = strjust(char(raws), "right") - "0";
  digits(digits < 0) = 0;  % blanks
  words = zeros(rows(digits), 1, "uint64");
  for k = 1:columns(digits)
    words = 10 * words + digits(:, k);
  endfor
  u = double(bitshift(words, -11)) * 2^-53;
endfunction

function z = normals_from_raws(raws)
  u = reshape(uniforms_of(raws), 2, []);
  r = rn32(sqrt(-2 * log(1 - u(1, :))));
  z = r .* [rn32(cos(2 * pi * u(2, :))); rn32(sin(2 * pi * u(2, :)))];
endfunction

function text = step(q)
  p = problem_of(q.problem);
  d = make_dynamics(q.dynamics);
  state = structfun(@reals, q.state, "UniformOutput", false);
  draws = reshape(rows_of(q.draws)', draw_size(p, d.gaussian, d.batch), d.draws);
  [lr, wd] = deal(reals(q.lr), reals(q.wd));
  reason = lr_refusal(lr, wd);
  if reason == 1
    following = next_state(p, d, state, lr, wd, draws);
    reason = refusal(p, following);
  endif
  if reason > 1
    text = sprintf('"end":"%s"', reasons(){reason});
    return
  endif
  parts = {};
  for name = fieldnames(following)'
    value = following.(name{1});
    value = ifelse(ischar(q.state.(name{1})), number(value(1)), list(value));
    parts{end+1} = sprintf('"%s":%s', name{1}, value);
  endfor
  text = ['"state":{', strjoin(parts, ","), "}"];
endfunction

function text = noise_answer(q)
  p = problem_of(q.problem);
  x = reals(q.x);
  draw = reals(q.draw);
  if q.gaussian
    n = gaussian_noise(p, x, draw);
  elseif any(strcmp(p.noise, {"samples", "poisson"}))
    n = noisy_gradient(p, x, draw);
  else
    n = noise_from(p, x, draw);
  endif
  text = ['"values":', list(n)];
endfunction

function text = answer(q)
  value = @(v) ['"value":', number(v)];
  values = @(v) ['"values":', list(v)];
  switch q.("do")
    case "hello"
      text = hello();
    case "define"
      problem_of(q.problem, q.name);
      text = "";
    case "normals_from_raws"
      text = values(normals_from_raws(q.raws));
    case "sum"
      text = value(sum(reals(q.a)));
    case "dot"
      text = value(sum(reals(q.a) .* reals(q.b)));
    case "loss"
      text = value(loss(problem_of(q.problem), reals(q.x)));
    case "gradient"
      text = values(gradient_of(problem_of(q.problem), reals(q.x)));
    case "hessian_vector"
      text = values(hessian_vector(problem_of(q.problem), reals(q.x), reals(q.v)));
    case "noise"
      text = noise_answer(q);
    case "noise_trace"
      text = value(noise_trace(problem_of(q.problem), reals(q.x)));
    case "schedule"
      [lr, wd, rescale] = rates(make_schedule(q.schedule), q.k);
      text = ['"lr":', number(lr), ',"wd":', number(wd), ',"rescale":', number(rescale)];
    case "sharpness"
      text = value(sharpness(problem_of(q.problem), reals(q.x)));
    case "step"
      text = step(q);
    case "ensemble"
      range = str2double(q.trajectories);
      if range(2) > 2^53
        error("trajectories above 2^53: numbers of trajectories are doubles here");
      endif
      p = problem_of(q.experiment.problem);
      [rows, ends] = ensemble(q.experiment, p, range(1), range(2));
      text = ['"rows":', rows, ',"end":', ends];
    otherwise
      text = '"unsupported":"not claimed"';
  endswitch
endfunction

% fgetl returns a line of a pipe only when the first byte of the next one has come; input does not
% wait, and ends with an error.
while true
  try
    line = input("", "s");
  catch
    break
  end_try_catch
  q = jsondecode(line, "makeValidName", false);
  try
    text = answer(q);
  catch why
    text = ['"error":', jsonencode(why.message)];
  end_try_catch
  if ! isempty(text)
    text = ["," text];
  endif
  printf('{"id":%d%s}\n', q.id, text);
  fflush(stdout);
endwhile
