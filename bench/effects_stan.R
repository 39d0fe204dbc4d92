#!/usr/bin/env Rscript
# The reference model of the effects bench in Stan: CPU seconds of 4 x (1000 + 1000) and the smallest bulk ESS per
# CPU second. Needs r-cran-rstan, libboost-dev and a C++ compiler; compiling takes a minute and is not counted.
suppressMessages(library(rstan))
d <- as.matrix(read.table("test/learn/reference/fb_crossed_nb_input.txt"))
n <- nrow(d)
sizes <- c(4, 3, 7, 6)
first <- cumsum(c(0, sizes))[1:4]
level <- sapply(1:4, function(k) d[, 3 + k] + 1 + first[k])
code <- "
data { int N; int y[N]; vector[N] log_e; vector[N] x; int K; int J; int level[N, K]; int factor_of[J]; real m0; }
parameters { real mu; real b; vector<lower=0>[K] tau; real<lower=0.02> s; vector[J] z; }
transformed parameters { vector[J] a; for (j in 1:J) a[j] = tau[factor_of[j]] * z[j]; }
model {
  vector[N] eta = log_e + mu + b * x;
  for (k in 1:K) eta += a[level[, k]];
  mu ~ normal(m0, 1.5); b ~ normal(0, 0.5); tau ~ normal(0, 0.5); s ~ normal(0, 1); z ~ normal(0, 1);
  y ~ neg_binomial_2_log(eta, inv_square(s));
}"
data <- list(N = n, y = as.integer(d[, 1]), log_e = d[, 2], x = d[, 3], K = 4L, J = sum(sizes), level = level,
  factor_of = rep(1:4, sizes), m0 = log(sum(d[, 1]) / sum(exp(d[, 2]))))
model <- stan_model(model_code = code, boost_lib = "/usr/include")
fit <- sampling(model, data, chains = 4, iter = 2000, warmup = 1000, cores = 1, seed = 1, refresh = 0,
  control = list(adapt_delta = 0.95), pars = "z", include = FALSE)
cpu <- sum(get_elapsed_time(fit))
x <- as.array(fit)
names <- setdiff(dimnames(x)[[3]], "lp__")
bulk <- sapply(names, function(name) ess_bulk(x[, , name]))
cat(sprintf("rstan %s: %.1f CPU s, bulk ESS min %.0f (%s), per CPU second %.1f\n", packageVersion("rstan"), cpu,
  min(bulk), names[which.min(bulk)], min(bulk) / cpu))
