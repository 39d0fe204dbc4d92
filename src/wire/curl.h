#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"
#include "wire/http.h"

/* The real way out, through libcurl: the only place of the program that opens a connection to others. */

enum {
    WIRE_TRANSFERS_MAX = 64, /* side by side; a worker of a small organisation needs ten */
    WIRE_HEADERS_BYTES_MAX =
        64 * 1024, /* of an answer, all lines of all hops; the big networks send 4 KiB */
    WIRE_ANSWER_MAX = 64 << 20 /* bytes a request may ask to be kept: an export of a year */
};

/* For tests: what a name resolves to, "127.0.0.1" or "198.51.100.7,::1"; none: ask the system. */
struct wire_resolver {
    str (*resolve)(void *ctx, str host, int32_t port);
    void *ctx;
};

struct wire_options {
    str user_agent;           /* "Propre/0.1 (+https://…)" */
    span connect_timeout;     /* 0: 5 s */
    span timeout;             /* of a whole transfer that does not say; 0: 60 s */
    int32_t transfers_max;    /* 0: 16 */
    const str *private_hosts; /* what wire_allow takes */
    int32_t private_hosts_n;
    bool plain_http; /* http also to hosts not named: off but for reading feeds and mentions */
    const int32_t *ports; /* also called, besides 80 and 443; at most GUARD_PORTS_MAX */
    int32_t ports_n;
    const char *ca_file; /* for tests and private authorities; NULL: the system's */
    struct clock clock;
    const struct wire_resolver *resolver; /* NULL but in tests */
};

/*
 * wire_open(options, ret, error): no connection is made. Owner: the caller, who closes it.
 * Faults: INPUT for a private host that is not one; SYSTEM when libcurl cannot start.
 */
must_use enum fault wire_open(const struct wire_options *options, struct wire **ret,
                              struct error *error);
/* wire_close(wire): what is under way is given up (its outcome is unknown). NULL is nothing. */
void wire_close(struct wire *wire);
/*
 * wire_allow(wire, hosts, n, error):
 * Replaces the hosts that may be private: "host" (ports 80 and 443) or "host:port". Such a host may also be
 * spoken to without TLS. Also what is under way obeys before it sends anything more. Faults: INPUT, nothing is
 * changed.
 */
must_use enum fault wire_allow(struct wire *wire, const str *hosts, int32_t n,
                               struct error *error);
