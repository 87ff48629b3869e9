# Dynamics of docs/spec.md section 7 for all columns at once. A state is a list: x, v and m of
# momentum and Adam are matrices; R, u and v of rmsprop have a number for each column; b1 and b2
# are the same for all. draws is a list of draws, as many as the step takes.

sgd_step <- function(dynamics, problem, state, lr, wd, draws) {
  g <- noisy_gradient(problem, state$x, dynamics$batch, draws[[1]])
  list(x = (1 - lr * wd) * state$x - lr * g)
}

svag_step <- function(dynamics, problem, state, lr, wd, draws) {
  h <- lr / dynamics$l
  s <- sqrt(2 * dynamics$l - 1)
  g <- (1 + s) / 2 * noisy_gradient(problem, state$x, dynamics$batch, draws[[1]]) +
    (1 - s) / 2 * noisy_gradient(problem, state$x, dynamics$batch, draws[[2]])
  list(x = (1 - h * wd) * state$x - h * g)
}

sde_step <- function(dynamics, problem, state, lr, wd, draws) {
  m <- dynamics$substeps
  x <- state$x
  for (draw in draws) {
    drift <- -(problem$gradient(x) + wd * x)
    n <- gaussian_noise(problem, x, draw)
    x <- x + lr / m * drift + lr / sqrt(m * dynamics$batch) * n
  }
  list(x = x)
}

sde2_step <- function(dynamics, problem, state, lr, wd, draws) {
  m <- dynamics$substeps
  x <- state$x
  for (draw in draws) {
    b <- problem$gradient(x) + wd * x
    drift <- -(b + lr / 2 * (problem$hessian_vector(x, b) + wd * b))
    n <- gaussian_noise(problem, x, draw)
    x <- x + lr / m * drift + lr / sqrt(m * dynamics$batch) * n
  }
  list(x = x)
}

momentum_step <- function(dynamics, problem, state, lr, wd, draws) {
  g <- noisy_gradient(problem, state$x, dynamics$batch, draws[[1]])
  v <- dynamics$beta * state$v + g + wd * state$x
  list(x = state$x - lr * v, v = v)
}

adam_step <- function(dynamics, problem, state, lr, wd, draws) {
  decoupled <- dynamics$kind == "adamw"
  g <- noisy_gradient(problem, state$x, dynamics$batch, draws[[1]])
  if (!decoupled) g <- g + wd * state$x
  b1 <- state$b1 * dynamics$beta
  b2 <- state$b2 * dynamics$beta2
  m <- dynamics$beta * state$m + (1 - dynamics$beta) * g
  v <- dynamics$beta2 * state$v + (1 - dynamics$beta2) * g^2
  den <- sqrt(v / (1 - b2)) + dynamics$eps
  move <- dynamics$alpha * ifelse(den == 0, 0, m / (1 - b1) / den)
  if (decoupled) move <- move + wd * state$x
  list(x = state$x - lr * move, m = m, v = v, b1 = b1, b2 = b2)
}

normalised <- function(x) by_column(x, 1 / sqrt(column_dot(x, x)))

projected_gd_step <- function(dynamics, problem, state, lr, wd, draws) {
  a <- 1 - lr * wd
  g <- problem$gradient(state$x)
  list(x = normalised(state$x - by_column(g, lr / (a * state$R))),
       R = a^2 * state$R + lr^2 * colSums(g^2) / state$R)
}

rmsprop_step <- function(dynamics, problem, state, lr, wd, draws) {
  g <- problem$gradient(state$x)
  list(x = normalised(state$x - by_column(g, lr / sqrt(state$v))),
       v = dynamics$beta * state$v + (1 - dynamics$beta) * colSums(g^2))
}

quasi_rmsprop_step <- function(dynamics, problem, state, lr, wd, draws) {
  g <- problem$gradient(state$x)
  k <- (1 - dynamics$beta) / 2
  list(x = normalised(state$x - by_column(g, 1 / state$u)),
       u = (1 - k) * state$u + k / lr^2 * colSums(g^2) / state$u)
}

# step, and how many draws of which noise it takes
sampled <- function(step) list(step = step, draws = 1, gaussian = FALSE)
euler <- function(step) list(step = step, draws = NA, gaussian = TRUE) # one for each substep
on_sphere <- function(step) list(step = step, draws = 0, gaussian = FALSE)
DYNAMICS <- list(
  gd = list(step = function(dynamics, problem, state, lr, wd, draws)
    list(x = (1 - lr * wd) * state$x - lr * problem$gradient(state$x)),
    draws = 0, gaussian = FALSE),
  sgd = sampled(sgd_step), svag = modifyList(sampled(svag_step), list(draws = 2)),
  noisy_gd = euler(sde_step), sde = euler(sde_step), sde2 = euler(sde2_step),
  momentum = sampled(momentum_step), adam_l2 = sampled(adam_step), adamw = sampled(adam_step),
  projected_gd = on_sphere(projected_gd_step), rmsprop = on_sphere(rmsprop_step),
  quasi_rmsprop = on_sphere(quasi_rmsprop_step)
)

or_else <- function(value, default) if (is.null(value)) default else value

make_dynamics <- function(fields) {
  kind <- fields$kind
  if (!kind %in% names(DYNAMICS)) stop(sprintf("dynamics %s is not known", kind))
  dynamics <- c(DYNAMICS[[kind]], list(
    kind = kind, batch = or_else(fields$batch, 1), l = or_else(fields$l, 1),
    substeps = or_else(fields$substeps, 1)
  ))
  for (name in intersect(names(fields), c("alpha", "beta", "beta2", "eps", "v0"))) {
    dynamics[[name]] <- real(fields[[name]])
  }
  if (is.na(dynamics$draws)) dynamics$draws <- dynamics$substeps
  dynamics
}

# The state that belongs to the start x; lr is that of step 0.
start_state <- function(dynamics, x, lr) {
  n <- ncol(x)
  switch(dynamics$kind,
    momentum = list(x = x, v = 0 * x),
    adam_l2 = , adamw = list(x = x, m = 0 * x, v = 0 * x, b1 = 1, b2 = 1),
    projected_gd = list(x = normalised(x), R = column_dot(x, x)),
    rmsprop = list(x = normalised(x), v = rep(dynamics$v0, n)),
    quasi_rmsprop = list(x = normalised(x), u = rep(sqrt(dynamics$v0) / lr, n)),
    list(x = x))
}

effective_lr <- function(dynamics, state, lr, wd) {
  switch(dynamics$kind,
    projected_gd = lr / ((1 - lr * wd) * state$R),
    rmsprop = lr / sqrt(state$v),
    quasi_rmsprop = 1 / state$u,
    lr / column_dot(state$x, state$x))
}

# Why section 10 refuses the state of each column; "" where it does not.
refusal <- function(problem, state) {
  finite <- TRUE
  for (part in state) {
    finite <- finite & if (is.matrix(part)) colSums(!is.finite(part)) == 0 else is.finite(part)
  }
  reason <- ifelse(finite, "", "nonfinite")
  if (problem$invariant) {
    r <- column_dot(state$x, state$x)
    reason[finite & r == 0] <- "origin"
    reason[finite & !is.finite(r)] <- "nonfinite"
  }
  reason
}

# Why no step is made with these rates.
rate_refusal <- function(lr, wd) {
  if (!is.finite(lr)) "lr" else if (lr * wd >= 1) "intrinsic_lr" else ""
}
