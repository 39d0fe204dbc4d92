#!/usr/bin/env Rscript
# Check values for test_diag.c: split R-hat, folded, bulk and tail ESS by rstan's R functions (rhat_rfun,
# ess_rfun: FFT autocovariance), with the rank offset 3/8 of Vehtari et al. (2021) (rstan 2.21 has 1/2).
# Run: Rscript diag.R > diag.csv     First line of a quantity: name, R-hat, bulk, tail, mean ESS, MCSE;
# then four lines, one a chain.
suppressMessages(library(rstan))
z_scale <- function(x) {
  r <- rank(x, ties.method = "average")
  array(qnorm((r - 3 / 8) / (length(x) + 1 / 4)), dim(x))
}
split <- rstan:::split_chains
fold <- function(x) abs(x - median(x))
tail_ess <- function(x) {
  q <- quantile(x, c(.05, .95), names = FALSE)
  min(rstan:::ess_rfun(split(x <= q[1])), rstan:::ess_rfun(split(x <= q[2])))
}
ar <- function(n, rho) as.numeric(stats::filter(rnorm(n), rho, "recursive", init = rnorm(1) / sqrt(1 - rho^2)))
set.seed(42)
n <- 101
sets <- list(
  slow = sapply(1:4, function(i) ar(n, .8)),
  fast = sapply(1:4, function(i) ar(n, -.5)),
  heavy = sapply(1:4, function(i) rcauchy(n)),
  shifted = sapply(1:4, function(i) rnorm(n) + (i == 4)),
  wide = sapply(1:4, function(i) rnorm(n, 0, if (i == 4) 3 else 1)),
  tied = sapply(1:4, function(i) round(ar(n, .3)))
)
for (name in names(sets)) {
  x <- round(sets[[name]], 5)
  ess <- rstan:::ess_rfun(split(x))
  cat(sprintf("%s,%.15g,%.15g,%.15g,%.15g,%.15g\n", name,
    max(rstan:::rhat_rfun(z_scale(split(x))), rstan:::rhat_rfun(z_scale(split(fold(x))))),
    rstan:::ess_rfun(z_scale(split(x))), tail_ess(x), ess, sd(x) / sqrt(ess)))
  for (c in 1:4) cat(paste(x[, c], collapse = ","), "\n", sep = "")
}
