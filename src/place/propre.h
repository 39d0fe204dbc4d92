#pragma once
#include "base/clock.h"

struct db;
struct rng;
struct vault;

/*
 * What every unit of work is handed, instead of globals: the data, the time and the chance. A test owns
 * all three. Secrets never come from ${rng} (place/secret.h).
 */
struct propre {
    struct db *db;
    struct clock clock;
    struct rng *rng;
    struct vault *vault; /* NULL where no secrets of others are needed */
};
