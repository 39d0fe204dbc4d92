#pragma once
/*
 * A server of its own process on 127.0.0.1 that says exactly what a test tells it, also what no server
 * should: its answers are raw bytes, and it closes, resets or falls silent where it is told to.
 */
#include "t.h"

#include <stdbool.h>
#include <sys/types.h>

enum peer_then {
    PEER_KEEP,
    PEER_CLOSE,
    PEER_RESET,
    PEER_SILENT,
    PEER_HELD /* like KEEP, but the answer waits until somebody asks for /go */
};

enum { PEER_ANSWERS_MAX = 8, PEER_ANSWER_MAX = 256 * 1024, PEER_HEARD_MAX = 64 * 1024 };

struct peer_answer {
    int32_t n, cut; /* only the first ${cut} bytes go out; -1: all */
    int32_t repeat; /* so many times more */
    enum peer_then then;
    char bytes[PEER_ANSWER_MAX];
};

/*
 * Shared by both processes. The test writes between requests; the server only while it answers one, and
 * nothing after its last byte has left: what is still on its way from a broken request changes nothing.
 */
struct peer_shared {
    int32_t answers_n;
    struct peer_answer
        answers[PEER_ANSWERS_MAX]; /* of the 1st, 2nd … request; the last one again */
    volatile int32_t connections, requests;
    volatile int64_t bytes; /* of all requests that were whole */
    volatile int32_t heard_n;
    char heard[PEER_HEARD_MAX]; /* the last whole request, as it came (its beginning) */
};

struct peer {
    pid_t pid;
    int32_t port;
    struct peer_shared *shared;
};

/* peer_start(peer): listens from now on. peer_stop: ends that process. */
void peer_start(struct peer *peer);
void peer_stop(struct peer *peer);
/* peer_forget(peer): no answers, nothing heard. */
void peer_forget(struct peer *peer);
/* peer_says(peer, then, format, ...): one more answer. */
struct peer_answer *peer_says(struct peer *peer, enum peer_then then, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* peer_heard(peer): the last request. */
str peer_heard(const struct peer *peer);
