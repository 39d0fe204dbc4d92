#pragma once
#include "base/clock.h"

struct db;
struct rng;

/* What everything is done with, passed down so that a test owns the database, the time and the chance. */
struct propre {
    struct db *db;
    struct clock clock;
    struct rng *rng;
};
