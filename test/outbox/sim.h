#pragma once
#include "fixture.h"

#include "world.h"

/* One or two workers on the same data over the world, and a hand that moves the time, kills and restarts them. */
enum { SLOTS = 2, SIM_DELIVERIES_MAX = 1200 };

struct sim_slot {
    struct propre propre;
    struct db *own; /* of the second worker; the first has the fixture's */
    struct worker *worker;
    struct world_client client;
    char name[32];
    bool crashed;
    instant restart_at;
};

struct sim {
    struct fixture *f;
    struct world world;
    struct worker_trial trial;
    struct rng rng;
    struct db *dead_db; /* what a dying process has for a database: it takes nothing any more */
    struct sim_slot slots[SLOTS];
    int32_t slots_n, clients_n;
    double crash; /* the chance of a crash between two steps */
    int64_t deliveries[SIM_DELIVERIES_MAX];
    int32_t deliveries_n, crashes_n;
    bool stuck;
    const char *text; /* what is scheduled next says this; NULL: a text of its own */
};

void sim_open(struct sim *sim, struct fixture *f, int32_t workers);
void sim_close(struct sim *sim);
/* sim_begin(sim, seed): a new world; what was scheduled before is forgotten. */
void sim_begin(struct sim *sim, uint64_t seed);
int64_t sim_channel(struct sim *sim, enum network_kind kind);
/* sim_schedule: "text N" for delivery N, or sim->text. */
int64_t sim_schedule(struct sim *sim, int64_t channel, instant due, struct maybe_int use_by);
/* sim_run(sim): until nothing will happen by itself any more. */
void sim_run(struct sim *sim);
/* sim_run_until(sim, at): the same, but not beyond that moment. */
void sim_run_until(struct sim *sim, instant at);
struct delivery sim_get(struct sim *sim, int64_t id);
int32_t sim_count(struct sim *sim, int64_t id);
/* sim_broken(sim): which promise is broken; NULL when none is. */
const char *sim_broken(struct sim *sim);
