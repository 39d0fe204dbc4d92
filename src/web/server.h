#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/str.h"
#include "web/body.h"
#include "web/exchange.h"

/*
 * HTTP/1.1 on one address: connections, limits, framing. It knows nothing of pages, people or data: it asks
 * an application. One thread, one loop. Decision: doc/decisions/0006.
 */
enum {
    SERVER_CONNECTIONS_MAX = 2048,   /* at 16 KB each, 32 MB */
    SERVER_CONNECTION_BYTES = 16384, /* head of a request, then of its answer; past it 431 */
    SERVER_IDLE_S = 30,              /* nothing arrives, nothing can be sent */
    SERVER_HEAD_S = 40,              /* from the last answer to the next request's whole head */
    SERVER_BODY_GRACE_S = 10,        /* then at least … */
    SERVER_BODY_RATE = 1024,         /* … so many bytes a second */
    SERVER_REQUESTS_MAX = 1000,      /* of one connection */
    SERVER_PER_ADDRESS = 32 /* connections from one address, unless it is this machine */
};

struct server;

/* What the server asks. All are called from server_turn. */
struct server_app {
    void *ctx;
    /*
     * The head is here. Either answers (x->answer.status) or says in ${ret_plan} what body may follow.
     * Only for POST and where a body is announced; x->sent is empty.
     */
    void (*admit)(void *ctx, struct exchange *x, struct body_plan *ret_plan);
    /* All is here: answers. */
    void (*serve)(void *ctx, struct exchange *x);
    /* Answers with an error: ${why} is for the log, not for the reader. */
    void (*refuse)(void *ctx, struct exchange *x, int32_t status, const char *why);
    /*
     * Between requests, after every turn: looks after what runs beside the pages. Gives how many ms it
     * can wait for the next call at most. May be NULL.
     */
    int32_t (*between)(void *ctx);
};

struct server_options {
    str address;    /* "127.0.0.1", "::1"; no names */
    uint16_t port;  /* 0: any free one */
    int32_t idle_s; /* 0: SERVER_IDLE_S */
    const struct log *log;
    struct server_app app;
};

/*
 * server_open(options, ret, error):
 * Faults: CONFLICT if the port is taken, INPUT for an address that is none, SYSTEM.
 * Memory: the caller closes it; ${options}' texts must live as long.
 */
must_use enum fault server_open(const struct server_options *options, struct server **ret,
                                struct error *error);
/* server_close(server): ends every connection; NULL is fine. */
void server_close(struct server *server);
uint16_t server_port(const struct server *server);
/* server_connections(server), server_requests(server): open now; being received or answered now. */
int32_t server_connections(const struct server *server);
int32_t server_requests(const struct server *server);
/*
 * server_turn(server, wait_ms, error):
 * Waits at most ${wait_ms} for something to do, and does what there is.
 */
must_use enum fault server_turn(struct server *server, int32_t wait_ms, struct error *error);
/*
 * server_run(server, stop_fd, error):
 * Turns until ${stop_fd} can be read, then finishes what is being answered.
 */
must_use enum fault server_run(struct server *server, int stop_fd, struct error *error);
/* server_now_us(): microseconds of a clock that only goes forward, for durations. */
int64_t server_now_us(void);
