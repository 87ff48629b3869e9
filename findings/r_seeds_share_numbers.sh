#!/bin/sh
# R 4.2.2: set.seed(4637) and set.seed(15883) give the same numbers, 42 places apart.
#
# Guess: streams of two seeds have nothing to do with each other; set.seed's help says that it
# is "a simple way to get quite different seeds by specifying small integer arguments".
# Seen: the 624 words of the Mersenne Twister are filled by s -> 69069 s + 1 modulo 2^32, starting
# from the seed. If k steps lead from one seed to another, the words are the same, shifted by k, and
# so are most of the first numbers and many of the next thousands: 667 of 979 normals (two uniforms
# each, so by 21). Of the seeds 1 to 20000 15 pairs are within 200 steps; one such pair is to be
# expected from 4600 seeds on. In the authors' own way of seeding each word depends on its place.
# Matters: with set.seed(i) for run i of an ensemble, which is how it is done, some pairs of runs
# are driven by the same noise, a little later in time. Runs are taken to be independent.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_debian r-base-core=4.2.2.20221110-2 libblas3 liblapack3 libbz2-1.0 libcom-err2 libgfortran5 \
  libgomp1 libgssapi-krb5-2 libicu72 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 liblzma5 \
  libpcre2-8-0 libquadmath0 libreadline8 libtinfo6 libtirpc3 zlib1g

r_runs() {
  LD_LIBRARY_PATH="$tmp/usr/lib/R/lib:$libraries/blas:$libraries/lapack:$libraries" \
    R_HOME=$tmp/usr/lib/R R_DEFAULT_PACKAGES=stats LC_ALL=C "$tmp/usr/lib/R/bin/exec/R" \
    --vanilla --no-echo -e "$1"
}
expect 'equal uniforms of 958, 42 places apart' "$(r_runs '
  set.seed(4637); a <- runif(1000)
  set.seed(15883); b <- runif(1000)
  cat(sum(a[43:1000] == b[1:958]))')" 747
expect 'equal normals of 979, 21 places apart' "$(r_runs '
  set.seed(4637); a <- rnorm(1000)
  set.seed(15883); b <- rnorm(1000)
  cat(sum(a[22:1000] == b[1:979]))')" 667
expect 'pairs of seeds up to 20000 that share numbers within 200 places' "$(r_runs '
  first <- function(seed) { set.seed(seed); runif(1) }
  stream <- function(seed) { set.seed(seed); runif(201) }
  firsts <- vapply(1:20000, first, 0)
  pairs <- 0
  for (seed in 1:20000) {
    at <- match(firsts, stream(seed)[-1], nomatch = 0)
    for (other in which(at > 0))
      pairs <- pairs + (stream(other)[2] == stream(seed)[at[other] + 2])
  }
  cat(pairs)')" 15
