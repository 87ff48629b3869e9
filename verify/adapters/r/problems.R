# Problems of docs/spec.md section 6 as one writes them in R. Points are the columns of a matrix:
# one for a request, one for each trajectory of an ensemble. loss gives a number for each column,
# gradient and hessian_vector a column.

column_dot <- function(a, b) colSums(a * b)

# Each column times its number.
by_column <- function(m, numbers) m * rep(numbers, each = nrow(m))

rayleigh <- function(fields) {
  p <- fields$dim
  if (is.null(fields$matrix)) {
    spectrum <- reals(fields$spectrum, p)
    apply_matrix <- function(y) spectrum * y
  } else {
    a <- real_matrix(fields$matrix, p)
    apply_matrix <- function(y) a %*% y
  }
  quotient <- function(x) column_dot(x, apply_matrix(x)) / column_dot(x, x)
  gradient <- function(x) {
    by_column(apply_matrix(x) - by_column(x, quotient(x)), 1 / column_dot(x, x))
  }
  list(
    dim = p, invariant = TRUE,
    loss = function(x) quotient(x) / 2,
    gradient = gradient,
    hessian_vector = function(x, y) {
      r <- column_dot(x, x)
      g <- gradient(x)
      ahead <- apply_matrix(y) - by_column(y, quotient(x)) - by_column(x, 2 * column_dot(g, y))
      by_column(ahead, 1 / r) - by_column(g, 2 * column_dot(x, y) / r)
    }
  )
}

normalised_linear <- function(fields) {
  p <- fields$dim
  z <- real_matrix(fields$features, p)
  n <- nrow(z)
  labels <- reals(fields$labels, n)
  len <- function(x) sqrt(column_dot(x, x))
  errors <- function(x) by_column(z %*% x, 1 / len(x)) - labels
  tangential <- function(x, h) {
    by_column(h - by_column(x, column_dot(x, h) / column_dot(x, x)), 1 / len(x))
  }
  list(
    dim = p, invariant = TRUE, n = n, weights = rep(1 / n, n),
    loss = function(x) colMeans(errors(x)^2) / 2,
    gradient = function(x) tangential(x, crossprod(z, errors(x)) / n),
    sample_gradient = function(x, i) {
      chosen <- t(z[i, , drop = FALSE])
      e <- column_dot(chosen, x) / len(x) - labels[i]
      tangential(x, by_column(chosen, e))
    },
    hessian_vector = function(x, y) {
      r <- column_dot(x, x)
      h <- crossprod(z, errors(x)) / n
      along <- column_dot(x, y) / r
      k <- by_column(z %*% y - by_column(z %*% x, along), 1 / len(x))
      dh <- crossprod(z, k) / n
      t <- column_dot(x, h) / r
      dt <- (column_dot(y, h) + column_dot(x, dh)) / r - 2 * along * t
      by_column(dh - by_column(x, dt) - by_column(y, t), 1 / len(x)) -
        by_column(tangential(x, h), along)
    }
  )
}

ratio2 <- function(fields) {
  list(
    dim = 2, invariant = TRUE,
    loss = function(x) x[1, ]^2 / column_dot(x, x),
    gradient = function(x) {
      k <- 2 * x[1, ] * x[2, ] / column_dot(x, x)^2
      rbind(k * x[2, ], -k * x[1, ])
    },
    hessian_vector = function(x, v) {
      r <- column_dot(x, x)
      xx <- x[1, ]^2
      yy <- x[2, ]^2
      both <- 8 * xx * yy / r^3
      hxx <- 2 * yy / r^2 - both
      hyy <- both - 2 * xx / r^2
      hxy <- 4 * x[1, ] * x[2, ] / r^2 - 8 * x[1, ] * x[2, ] * yy / r^3
      rbind(hxx * v[1, ] + hxy * v[2, ], hxy * v[1, ] + hyy * v[2, ])
    }
  )
}

quadratic_samples <- function(fields) {
  p <- fields$dim
  a <- real_matrix(fields$a, p)
  b <- real_matrix(fields$b, p)
  n <- nrow(a)
  weights <- if (is.null(fields$weights)) rep(1 / n, n) else reals(fields$weights, n)
  mean_a <- colSums(weights * a)
  mean_b <- colSums(weights * b)
  list(
    dim = p, invariant = FALSE, n = n, weights = weights,
    loss = function(x) colSums(mean_a * x^2 / 2 - mean_b * x),
    gradient = function(x) mean_a * x - mean_b,
    sample_gradient = function(x, i) t(a[i, , drop = FALSE]) * x - t(b[i, , drop = FALSE]),
    hessian_vector = function(x, v) mean_a * v
  )
}

noise_only <- function(fields) {
  list(
    dim = fields$dim, invariant = TRUE,
    loss = function(x) rep(0, ncol(x)),
    gradient = function(x) 0 * x,
    hessian_vector = function(x, v) 0 * v
  )
}

quadratic_noisy <- function(fields) {
  spectrum <- reals(fields$spectrum, fields$dim)
  list(
    dim = fields$dim, invariant = FALSE,
    loss = function(x) colSums(spectrum * x^2) / 2,
    gradient = function(x) spectrum * x,
    hessian_vector = function(x, v) spectrum * v
  )
}

bn_regression <- function(fields) {
  p <- fields$dim
  a <- real_matrix(fields$features, p)
  n <- nrow(a)
  labels <- reals(fields$labels, n)
  t <- labels - mean(labels)
  gamma <- sqrt(mean(t^2))
  centred <- function(s) s - rep(colMeans(s), each = n)
  # the standardised outputs, their 1/deviation and correlation with t
  normalised <- function(x) {
    c <- centred(a %*% x)
    isd <- 1 / sqrt(colMeans(c^2))
    z <- by_column(c, isd)
    list(z = z, isd = isd, k = colMeans(z * t))
  }
  list(
    dim = p, invariant = TRUE,
    loss = function(x) colMeans((gamma * normalised(x)$z - t)^2),
    gradient = function(x) {
      s <- normalised(x)
      crossprod(a, by_column(by_column(s$z, s$k) - t, 2 * gamma * s$isd / n))
    },
    hessian_vector = function(x, v) {
      s <- normalised(x)
      ds <- centred(a %*% v)
      b <- colMeans(s$z * ds)
      dz <- by_column(ds - by_column(s$z, b), s$isd)
      turned <- by_column(s$z, colMeans(dz * t)) + by_column(dz, s$k)
      shrunk <- by_column(by_column(s$z, s$k) - t, b * s$isd)
      crossprod(a, by_column(turned - shrunk, 2 * gamma * s$isd / n))
    }
  )
}

poisson <- function(fields) {
  mean <- real(fields$mean)
  list(
    dim = fields$dim, invariant = FALSE, mean = mean,
    loss = function(x) mean * colSums(x),
    gradient = function(x) 0 * x + mean,
    hessian_vector = function(x, v) 0 * v
  )
}

PROBLEMS <- list(
  rayleigh = rayleigh, normalised_linear = normalised_linear, ratio2 = ratio2,
  quadratic_samples = quadratic_samples, noise_only = noise_only,
  quadratic_noisy = quadratic_noisy, bn_regression = bn_regression, poisson = poisson
)

make_problem <- function(fields) {
  if (!fields$kind %in% names(PROBLEMS)) stop(sprintf("problem %s is not known", fields$kind))
  problem <- PROBLEMS[[fields$kind]](fields)
  noise <- fields$noise
  problem$noise <- noise$kind
  problem$weighted <- !is.null(fields$weights)
  # the standard deviation of each coordinate, or one for all
  problem$deviation <- if (!is.null(noise$scale)) reals(noise$scale, problem$dim)
    else if (!is.null(noise$sigma)) real(noise$sigma)
  problem
}

# The largest eigenvalue of |x|^2 times the Hessian at one point.
sharpness <- function(problem, x) {
  p <- problem$dim
  h <- problem$hessian_vector(matrix(x, p, p), diag(p)) * sum(x^2)
  max(eigen((h + t(h)) / 2, symmetric = TRUE, only.values = TRUE)$values)
}
