#!/usr/bin/env python3
"""Check values for test_num.c, to 20 digits (from 400) with mpmath 1.3 (BSD). Run: python3 num.py > num.csv

Each line: function, arguments, value. The arguments are the exact doubles (hexadecimal).
"""
from mpmath import mp, mpf, exp, log, loggamma, psi, erfc, erfinv, sqrt, binomial, nstr

mp.dps = 400


def line(name, args, value):
    print(",".join([name] + [float(a).hex() for a in args] + [nstr(value, 20)]))


def big(*args):
    return [mpf(float(a)) for a in args]


for x in [-707.5, -300.1, -37.3, -1.0, -0.3466, -1e-9, 0.0, 1e-300, 0.1, 0.3466, 1.0, 2.5, 40.0, 709.7]:
    line("exp", [x], exp(big(x)[0]))
for x in [3e-308, 1e-100, 0.02, 0.5, 0.7071, 0.99999999, 1.0, 1.0000001, 1.4143, 2.0, 10.0, 6951680.0, 1e300]:
    line("log", [x], log(big(x)[0]))
for x in [-0.9999, -0.5, -0.2, -1e-12, 1e-300, 1e-12, 0.3, 0.6, 5.0, 1e15]:
    line("log1p", [x], log(1 + big(x)[0]))
for x in [-700.0, -40.0, -1.0, -1e-10, 0.0, 0.5, 3.0, 36.0, 700.0]:
    line("log1pexp", [x], log(1 + exp(big(x)[0])))
    line("sigmoid", [x], 1 / (1 + exp(-big(x)[0])))
for x in [1e-12, 1e-3, 0.6931, 0.6932, 2.0, 30.0]:
    line("log1mexp", [x], log(1 - exp(-big(x)[0])))
for x in [1e-10, 0.01, 0.5, 1.0, 1.4616321449683622, 2.0, 3.7, 9.99, 10.0, 171.5, 106060.0, 1e9]:
    line("lgamma", [x], loggamma(big(x)[0]).real)
    line("digamma", [x], psi(0, big(x)[0]))
for y, phi in [(0, 3.0), (1, 0.5), (5, 1e8), (10, 2.0), (1000, 1.2), (3, 2499.9), (106060, 2.38), (40, 12.5), (7, 1e-3), (2, 1e12)]:
    b = big(phi)[0]
    line("rise", [y, phi], (loggamma(y + b) - loggamma(b) - y * log(b)).real)
    line("rise_slope", [y, phi], psi(0, y + b) - psi(0, b) - y / b)
for x in [-8.0, -3.0001, -2.9999, -1.0, -1e-8, 0.0, 0.7, 1.6448536269514722, 4.0]:
    line("normal_cdf", [x], erfc(-big(x)[0] / sqrt(mpf(2))) / 2)
for p in [1e-12, 1e-4, 0.025, 0.05, 0.3, 0.5, 0.7, 0.925, 0.975, 0.9999]:
    line("normal_quantile", [p], sqrt(mpf(2)) * erfinv(2 * big(p)[0] - 1))
# The four of the method page, and some more. mu is given by its logarithm.
for y, mu, phi in [(0, 1, 0.5), (10, 8, 2), (1000, 800, 1.2), (5, 4, 1e8), (3, 0.01, 0.7), (0, 1e6, 2400.0), (12, 20, 1e12)]:
    lm = float(log(mpf(mu)))
    m, b = exp(big(lm)[0]), big(phi)[0]
    line("nb", [y, lm, phi], (loggamma(y + b) - loggamma(b) - loggamma(y + 1)).real + b * log(b / (m + b)) + y * log(m / (m + b)))
    line("nb_by_log_mu", [y, lm, phi], y - (y + b) * m / (m + b))
    line("nb_by_phi", [y, lm, phi], psi(0, y + b) - psi(0, b) + log(b) - log(m + b) + 1 - (y + b) / (m + b))
for y, mu in [(5, 4), (0, 1e-3), (300, 250)]:
    lm = float(log(mpf(mu)))
    line("poisson", [y, lm], y * big(lm)[0] - exp(big(lm)[0]) - loggamma(y + 1))
for y, n, logit in [(3, 10, -0.5), (0, 7, 2.0), (100, 100, 3.0)]:
    t = big(logit)[0]
    line("binomial", [y, n, logit], log(binomial(n, y)) + y * t - n * log(1 + exp(t)))
