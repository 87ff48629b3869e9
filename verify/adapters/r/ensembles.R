# Schedules, starts and ensembles, docs/spec.md sections 8 to 13.
#
# Trajectory i has a stream of its own of R's L'Ecuyer-CMRG: i %/% 4096 whole streams and i %% 4096
# substreams after the one that set.seed gives for the seed. It depends on the seed (modulo
# 2^31 - 1) and on i alone. set.seed for every trajectory would not do: with the Mersenne Twister
# R's seeds s and 69069*s + 1 modulo 2^32 begin with the same numbers, one further on.

SUBSTREAMS <- 4096

RNGkind("L'Ecuyer-CMRG", "Inversion", "Rejection")

set_state <- function(state) assign(".Random.seed", state, globalenv())
get_state <- function() get(".Random.seed", globalenv())

# The states of the generator of trajectories first, ..., first + count - 1, in a list.
stream_states <- function(seed, first, count) {
  digits <- strtoi(strsplit(seed, "")[[1]])
  set.seed(Reduce(function(value, digit) (value * 10 + digit) %% (2^31 - 1), digits, 0))
  state <- get_state()
  for (jump in seq_len(first %/% SUBSTREAMS)) state <- nextRNGStream(state)
  within <- state
  for (jump in seq_len(first %% SUBSTREAMS)) within <- nextRNGSubStream(within)
  states <- vector("list", count)
  for (k in seq_len(count)) {
    states[[k]] <- within
    if ((first + k) %% SUBSTREAMS == 0) {
      state <- nextRNGStream(state)
      within <- state
    } else {
      within <- nextRNGSubStream(within)
    }
  }
  states
}

# numbers() of each stream, as columns, and the states after it.
from_streams <- function(states, numbers, count) {
  columns <- matrix(0, count, length(states))
  for (k in seq_along(states)) {
    set_state(states[[k]])
    columns[, k] <- numbers(count)
    states[[k]] <- get_state()
  }
  list(columns = columns, states = states)
}

# ---- schedules: a function of the effective step gives lr, wd and the rescale of a segment that
# begins there

rates <- function(lr, wd, rescale = 1) list(lr = lr, wd = wd, rescale = rescale)

piecewise <- function(fields) {
  number <- function(name) vapply(fields$segments, function(s) real(s[[name]]), 0)
  starts <- vapply(fields$segments, function(s) as.numeric(s$start), 0)
  lr <- number("lr")
  wd <- number("wd")
  rescale <- number("rescale")
  function(k) {
    i <- findInterval(k, starts)
    rates(lr[i], wd[i], if (starts[i] == k) rescale[i] else 1)
  }
}

make_schedule <- function(fields) {
  if (fields$kind == "piecewise") return(piecewise(fields))
  lr <- real(fields$lr)
  wd <- real(fields$wd)
  if (fields$kind == "constant") return(function(k) rates(lr, wd))
  if (fields$kind == "exponential") {
    factor <- real(fields$factor)
    return(function(k) rates(lr * factor^k, wd))
  }
  least <- real(fields$lr_min)
  period <- as.numeric(fields$period)
  share <- switch(fields$kind,
    cosine = function(k) if (k < period) (1 + RN32(cospi(k / period))) / 2 else 0,
    triangle = function(k) 1 - abs(1 - 2 * (k %% period) / period),
    stop(sprintf("schedule %s is not known", fields$kind)))
  function(k) rates(least + (lr - least) * share(k), wd)
}

# ---- observables: functions of what is seen at a checkpoint, one column for each trajectory

step_angle <- function(y, x) {
  away <- x - by_column(y, column_dot(y, x) / column_dot(y, y))
  atan2(sqrt(column_dot(away, away) * column_dot(y, y)), column_dot(y, x))
}

sharpnesses <- function(problem, x) apply(x, 2, function(column) sharpness(problem, column))

OBSERVABLES <- list(
  norm2 = function(s) column_dot(s$x, s$x),
  loss = function(s) s$problem$loss(s$x),
  grad_norm2 = function(s) colSums(s$problem$gradient(s$x)^2),
  noise_trace = function(s) noise_trace(s$problem, s$x) / s$dynamics$batch,
  step_angle = function(s) if (s$t == 0) rep(0, ncol(s$x)) else step_angle(s$before, s$x),
  effective_lr = function(s) effective_lr(s$dynamics, s$state, s$lr, s$wd),
  gamma = function(s) (column_dot(s$x, s$x) / s$lr)^2,
  f = function(s) s$x[1, ]^2 / column_dot(s$x, s$x),
  plane_angle = function(s) atan2(colSums(s$x * s$plane[2, ]), colSums(s$x * s$plane[1, ])),
  x = function(s) s$x,
  midpoint_loss = function(s) s$problem$loss((s$before + s$x) / 2),
  spherical_sharpness = function(s) sharpnesses(s$problem, s$x),
  midpoint_sharpness = function(s) sharpnesses(s$problem, (s$before + s$x) / 2)
)

# ---- ensembles

start_points <- function(fields, p, states) {
  n <- length(states)
  if (fields$kind == "point") return(list(columns = matrix(reals(fields$x, p), p, n),
                                          states = states))
  drawn <- from_streams(states, if (fields$kind == "uniform") runif else rnorm, p)
  drawn$columns <- switch(fields$kind,
    gaussian = real(fields$scale) * drawn$columns,
    sphere = real(fields$radius) * normalised(drawn$columns),
    uniform = real(fields$scale) * (2 * drawn$columns - 1))
  drawn
}

keep_columns <- function(state, kept) {
  lapply(state, function(part) {
    if (is.matrix(part)) part[, kept, drop = FALSE]
    else if (length(part) == length(kept)) part[kept]
    else part
  })
}

# How many random numbers are held at a time.
AT_ONCE <- 2e6

run_ensemble <- function(experiment, problem, first, count) {
  dynamics <- make_dynamics(experiment$dynamics)
  schedule <- make_schedule(experiment$schedule)
  steps <- as.numeric(experiment$steps)
  checkpoints <- as.numeric(unlist(experiment$checkpoints))
  observables <- OBSERVABLES[unlist(experiment$observables)]
  plane <- if (!is.null(experiment$plane)) real_matrix(experiment$plane, problem$dim)
  length_of_draw <- draw_length(problem, dynamics$batch, dynamics$gaussian)
  per_step <- dynamics$draws * length_of_draw

  rows <- rep("", count)
  end_step <- rep(0, count)
  end_reason <- rep("", count)
  alive <- seq_len(count)

  start <- start_points(experiment$start, problem$dim, stream_states(experiment$seed, first, count))
  state <- list(x = start$columns)
  before <- state$x
  states <- start$states
  numbers <- matrix(0, 0, count) # drawn and not yet used
  t <- 0

  # Ends the trajectories that have a reason, with the state they have.
  end_those <- function(reason) {
    ended <- reason != ""
    if (!any(ended)) return()
    end_step[alive[ended]] <<- t
    end_reason[alive[ended]] <<- reason[ended]
    alive <<- alive[!ended]
    state <<- keep_columns(state, !ended)
    before <<- before[, !ended, drop = FALSE]
    numbers <<- numbers[, !ended, drop = FALSE]
    states <<- states[!ended]
  }

  end_those(refusal(problem, state))
  state <- start_state(dynamics, state$x, schedule(0)$lr)
  end_those(refusal(problem, state))
  before <- state$x
  while (length(alive) > 0) {
    k <- t %/% dynamics$l
    rate <- schedule(k)
    if (t %in% checkpoints) {
      seen <- list(problem = problem, dynamics = dynamics, state = state, x = state$x, t = t,
                   before = before, lr = rate$lr, wd = rate$wd, plane = plane)
      values <- do.call(rbind, lapply(observables, function(value) value(seen)))
      rows[alive] <- paste0(rows[alive], if (t > checkpoints[1]) ",", shown_columns(values))
    }
    if (t == steps) {
      end_step[alive] <- t
      break
    }
    if (rate$rescale != 1 && t > 0 && t == k * dynamics$l) {
      scaled <- state
      scaled$x <- rate$rescale * state$x
      reason <- refusal(problem, scaled)
      state <- scaled
      end_those(reason)
    }
    reason <- rate_refusal(rate$lr, rate$wd)
    if (reason != "") {
      end_those(rep(reason, length(alive)))
      break
    }
    if (length(alive) == 0) break
    if (nrow(numbers) < per_step) {
      block <- min(max(1, AT_ONCE %/% (per_step * length(alive))), steps - t)
      drawn <- from_streams(states, function(n) random_numbers(problem, dynamics$gaussian, n),
                            block * per_step)
      numbers <- drawn$columns
      states <- drawn$states
      used <- 0
    }
    draws <- list()
    for (d in seq_len(dynamics$draws)) {
      at <- if (per_step > 0) used + (d - 1) * length_of_draw + seq_len(length_of_draw) else 0
      draws[[d]] <- numbers[at, , drop = FALSE]
    }
    following <- dynamics$step(dynamics, problem, state, rate$lr, rate$wd, draws)
    if (per_step > 0) {
      used <- used + per_step
      if (used == nrow(numbers)) numbers <- numbers[0, , drop = FALSE]
    }
    reason <- refusal(problem, following)
    before <- state$x
    state <- following
    end_those(reason)
    t <- t + 1
  }
  list(rows = sprintf("[%s]", rows),
       end = sprintf("{\"step\":%.0f,\"reason\":\"%s\"}", end_step, end_reason))
}

# A text for each column.
shown_columns <- function(values) {
  text <- matrix(shown(values), nrow(values))
  sprintf("[%s]", do.call(paste, c(lapply(seq_len(nrow(text)), function(j) text[j, ]), sep = ",")))
}
