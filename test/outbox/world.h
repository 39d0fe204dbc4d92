#pragma once
#include "t.h"

#include "base/rng.h"
#include "outbox/worker_internal.h"

/*
 * Networks in virtual time, slower and less reliable than real ones. A request that left is on its way whether or not the
 * worker that sent it lives: it takes effect at its own time. What counts is how often each text is live.
 */
enum network_kind {
    HONOURS_KEY,  /* the same key again is the same post; asked back by key, exactly */
    LISTS_ONLY,   /* no keys: an own list, a little behind */
    LISTS_LATE,   /* a list far behind, and not every look shows all */
    TELLS_NOTHING /* cannot be asked at all */
};

enum { FLIGHTS_MAX = 4096, POSTS_MAX = 4096, WORLD_TEXT = 64 };

struct world_flight {
    bool used, effective; /* effective: what it does is done */
    int32_t client;       /* who waits for the answer; 0: nobody any more */
    int64_t tag;
    instant effect_at, answer_at;
    bool accepts; /* it will have an effect */
    enum http_end end;
    int32_t status;
    int32_t left; /* of the window, when its answer says so; else -1 */
    instant reset;
    char path[32], key[WORLD_TEXT], text[WORLD_TEXT], body[160];
};

struct world_post {
    int32_t account;
    char key[WORLD_TEXT], text[WORLD_TEXT], id[32];
    instant at;
    int32_t hidden_looks; /* of LISTS_LATE: looks that will still miss it */
};

struct world {
    instant *now;
    struct rng rng;
    double trouble;       /* 0 to 1: how often something goes wrong */
    bool down;            /* nothing can be reached */
    int32_t force_status; /* not 0: every publish is answered so, after it took effect */
    int32_t
        force_refusal; /* not 0: every publish is answered so, without effect; -1: not sent */
    int32_t limit;     /* 0: none; so many requests a window, then 429 */
    span window;
    int32_t tells_n;    /* how many answers yet say what is left of the window */
    instant busy_until; /* 429 with a Retry-After until then */
    instant window_end;
    int32_t window_n, over_n; /* requests of this window; refused ones of all */
    int32_t
        force_refresh; /* not 0: every refresh is answered so, without effect; -1: no answer */
    char dead_token[32]; /* whatever comes with it is answered 401, without effect */
    struct world_flight flights[FLIGHTS_MAX];
    int32_t flights_n; /* none is used from here on */
    struct world_post posts[POSTS_MAX];
    int32_t posts_n, requests_n, publishes_n, refreshes_n, tokens_n, media_n;
    int32_t refreshes_failed_n;
    double crash_on_start; /* the chance that the process dies just when the first byte left */
    void (*crash)(void *ctx, int32_t client);
    void *crash_ctx;
};

/* One process's way out: struct wire over the world. */
struct world_client {
    struct world *world;
    int32_t number;
    struct wire wire;
};

void world_open(struct world *world, instant *now, uint64_t seed);
void world_connect(struct world *world, struct world_client *client, int32_t number);
/* world_forget(client): the process is gone: nobody hears the answers any more. */
void world_forget(struct world_client *client);
/* world_run(world): what is due by now takes effect. */
void world_run(struct world *world);
/* world_next(world): the next moment something happens, or INT64_MAX. */
int64_t world_next(const struct world *world);
/* world_count(world, text): how often it is live. */
int32_t world_count(const struct world *world, str text);

/* Called with the text of each request a driver makes; NULL: nobody is. */
extern void (*world_begun)(str text);
/* The moment of the message in the request last made. */
extern instant world_created;
/* The drivers of the four kinds: media, draft, publish, alt text. driver_find for worker_trial. */
const struct driver *world_driver(str network);
