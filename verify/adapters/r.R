# An implementation of docs/spec.md in R that answers docs/conform.md at the levels numbers and
# laws: formulas as one writes them in R, and R's own generator. Its parts are in r/; it needs
# jsonlite.
#
#     sidyn conform -- Rscript verify/adapters/r.R

library(jsonlite)
library(parallel) # streams of R's generator

# The products of BLAS may depend on how many columns there are, those of R do not.
options(matprod = "internal")

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
for (part in c("numbers", "problems", "noise", "dynamics", "ensembles")) {
  source(file.path(here, "r", paste0(part, ".R")))
}

defined <- new.env()

# The problem of a request: an object, or the name of one that was defined.
problem_of <- function(value) {
  if (!is.character(value)) return(make_problem(value))
  if (!exists(value, defined, inherits = FALSE)) {
    stop(sprintf("no problem is defined as \"%s\"", value))
  }
  get(value, defined)
}

point <- function(values, problem) matrix(reals(values, problem$dim), problem$dim)

value <- function(number) sprintf("\"value\":%s", shown(number))
values <- function(numbers) sprintf("\"values\":%s", shown_list(numbers))

# A request about a problem and a point.
at <- function(answer) {
  function(request) {
    problem <- problem_of(request$problem)
    answer(problem, point(request$x, problem), request)
  }
}

draw_of <- function(numbers, problem, batch, gaussian) {
  matrix(reals(numbers, draw_length(problem, batch, gaussian)), ncol = 1)
}

answer_noise <- function(problem, x, request) {
  draw <- draw_of(request$draw, problem, request$batch, request$gaussian)
  values(if (request$gaussian) gaussian_noise(problem, x, draw)
         else if (problem$noise %in% c("samples", "poisson"))
           noisy_gradient(problem, x, request$batch, draw)
         else noise(problem, x, draw))
}

answer_step <- function(request) {
  problem <- problem_of(request$problem)
  dynamics <- make_dynamics(request$dynamics)
  lr <- real(request$lr)
  wd <- real(request$wd)
  end <- rate_refusal(lr, wd)
  if (end != "") return(sprintf("\"end\":\"%s\"", end))
  state <- lapply(request$state, function(part)
    if (is.list(part)) point(part, problem) else real(part))
  if (length(request$draws) != dynamics$draws) {
    stop(sprintf("%d draws where %d are needed", length(request$draws), dynamics$draws))
  }
  draws <- lapply(request$draws, draw_of, problem, dynamics$batch, dynamics$gaussian)
  state <- dynamics$step(dynamics, problem, state, lr, wd, draws)
  end <- refusal(problem, state)
  if (end != "") return(sprintf("\"end\":\"%s\"", end))
  parts <- vapply(names(state), function(name) {
    part <- state[[name]]
    sprintf("\"%s\":%s", name, if (is.matrix(part)) shown_list(part) else shown(part))
  }, "")
  sprintf("\"state\":{%s}", paste(parts, collapse = ","))
}

answer_ensemble <- function(request) {
  experiment <- request$experiment
  range <- as.numeric(unlist(request$trajectories))
  made <- run_ensemble(experiment, problem_of(experiment$problem), range[1], range[2] - range[1])
  sprintf("\"rows\":[%s],\"end\":[%s]", paste(made$rows, collapse = ","),
          paste(made$end, collapse = ","))
}

REQUESTS <- list(
  define = function(request) {
    assign(request$name, make_problem(request$problem), defined)
    NULL
  },
  normals_from_raws = function(request) values(normals_from_raws(request$raws)),
  sum = function(request) value(sum(reals(request$a))),
  dot = function(request) value(sum(reals(request$a) * reals(request$b))),
  loss = at(function(problem, x, request) value(problem$loss(x))),
  gradient = at(function(problem, x, request) values(problem$gradient(x))),
  hessian_vector = at(function(problem, x, request) {
    values(problem$hessian_vector(x, point(request$v, problem)))
  }),
  noise = at(answer_noise),
  noise_trace = at(function(problem, x, request) value(noise_trace(problem, x))),
  schedule = function(request) {
    rate <- make_schedule(request$schedule)(request$k)
    sprintf("\"lr\":%s,\"wd\":%s,\"rescale\":%s", shown(rate$lr), shown(rate$wd),
            shown(rate$rescale))
  },
  sharpness = at(function(problem, x, request) value(sharpness(problem, x))),
  step = answer_step,
  ensemble = answer_ensemble
)

hello <- function() {
  names_of <- function(list) as.character(toJSON(names(list)))
  c("\"name\":\"sidyn in R\"", "\"precision\":\"binary64\"", "\"numbers\":\"dec\"",
    "\"levels\":[\"numbers\",\"laws\"]",
    sprintf("\"can\":%s", names_of(REQUESTS)),
    sprintf("\"problems\":%s", names_of(PROBLEMS)),
    sprintf("\"dynamics\":%s", names_of(DYNAMICS)),
    sprintf("\"observables\":%s", names_of(OBSERVABLES)))
}

answer <- function(request) {
  if (request$do == "hello") return(hello())
  if (!request$do %in% names(REQUESTS)) return("\"unsupported\":\"not known\"")
  tryCatch(REQUESTS[[request$do]](request), error = function(e) {
    sprintf("\"error\":%s", toJSON(conditionMessage(e), auto_unbox = TRUE))
  })
}

requests <- file("stdin", "r")
while (length(line <- readLines(requests, 1)) > 0) {
  request <- parse_json(line)
  fields <- c(sprintf("\"id\":%.0f", request$id), answer(request))
  cat("{", paste(fields, collapse = ","), "}\n", sep = "")
  flush(stdout())
}
