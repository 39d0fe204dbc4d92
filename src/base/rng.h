#pragma once
#include <stdint.h>

/*
 * A seeded, reproducible source of numbers (xoshiro256++, seeded through splitmix64). For sampling and
 * simulation only: secrets come from place/secret.h. The same (seed, stream) gives the same numbers on
 * every machine; different streams of one seed are independent for our purposes.
 * Source: Blackman & Vigna, "Scrambled linear pseudorandom number generators" (2021).
 */
struct rng {
    uint64_t s[4];
};

/* rng_seed(rng, seed, stream): at the start of that stream. */
void rng_seed(struct rng *rng, uint64_t seed, uint64_t stream);
/* rng_u64(rng): 64 bits, all equally likely. */
uint64_t rng_u64(struct rng *rng);
/* rng_uniform(rng): in (0, 1), never 0 or 1; 53 bits. */
double rng_uniform(struct rng *rng);
/* rng_below(rng, n): uniform in [0, n), without modulo bias; n > 0. */
uint64_t rng_below(struct rng *rng, uint64_t n);
