# Noise of docs/spec.md section 5 from given randomness: a draw is a matrix with a column for each
# point, as docs/conform.md section 3 lists it.

draw_length <- function(problem, batch, gaussian) {
  switch(problem$noise,
    none = 0,
    samples = if (gaussian) problem$n else batch,
    poisson = if (gaussian) problem$dim else batch * problem$dim,
    problem$dim)
}

# count numbers of the kind that draws have, from R's own generator. rnorm must invert: the other
# ways of R to make normals keep a number for the next call.
random_numbers <- function(problem, gaussian, count) {
  if (gaussian) return(rnorm(count))
  switch(problem$noise,
    rademacher = sample(c(-1, 1), count, replace = TRUE),
    samples = sample.int(problem$n, count, replace = TRUE,
                         prob = if (problem$weighted) problem$weights) - 1,
    poisson = rpois(count, problem$mean),
    rnorm(count))
}

tangential <- function(x, u) u - by_column(x, column_dot(x, u) / column_dot(x, x))

# Noise of the given standard deviations: on the sphere where the problem is scale-invariant.
placed <- function(problem, x, u) {
  if (!problem$invariant) return(u)
  by_column(tangential(x, u), 1 / sqrt(column_dot(x, x)))
}

directions <- function(problem) if (problem$invariant) problem$dim - 1 else problem$dim

noise <- function(problem, x, draw) {
  if (problem$noise == "none") return(0 * x)
  if (problem$noise != "sphere") return(placed(problem, x, problem$deviation * draw))
  u <- placed(problem, x, draw)
  r <- if (problem$invariant) column_dot(x, x) else 1
  len <- sqrt(column_dot(u, u) * r)
  by_column(u, ifelse(len == 0, 0, problem$deviation / len))
}

noisy_gradient <- function(problem, x, batch, draw) {
  if (problem$noise == "samples") {
    total <- 0
    for (b in seq_len(batch)) total <- total + problem$sample_gradient(x, draw[b, ] + 1)
    return(total / batch)
  }
  if (problem$noise == "poisson") {
    counts <- array(draw, c(problem$dim, batch, ncol(x)))
    return(matrix(apply(counts, c(1, 3), sum), problem$dim) / batch)
  }
  problem$gradient(x) + noise(problem, x, draw)
}

deviations <- function(problem, x, i) {
  problem$sample_gradient(x, rep(i, ncol(x))) - problem$gradient(x)
}

gaussian_noise <- function(problem, x, draw) {
  switch(problem$noise,
    none = 0 * x,
    samples = {
      total <- 0
      for (i in seq_len(problem$n)) {
        k <- sqrt(problem$weights[i]) * draw[i, ]
        total <- total + by_column(deviations(problem, x, i), k)
      }
      total
    },
    sphere = placed(problem, x, problem$deviation / sqrt(directions(problem)) * draw),
    poisson = sqrt(problem$mean) * draw,
    placed(problem, x, problem$deviation * draw))
}

noise_trace <- function(problem, x) {
  r <- if (problem$invariant) column_dot(x, x) else rep(1, ncol(x))
  q <- problem$deviation^2
  switch(problem$noise,
    none = 0 * r,
    poisson = problem$mean * problem$dim * r,
    samples = {
      total <- 0
      for (i in seq_len(problem$n)) {
        total <- total + problem$weights[i] * colSums(deviations(problem, x, i)^2)
      }
      total
    },
    sphere = q / r,
    if (length(q) == 1) q * directions(problem) / r
    else if (problem$invariant) (sum(q) - colSums(q * x^2) / r) / r
    else sum(q) * r)
}
