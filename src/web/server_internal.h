#pragma once
#include <microhttpd.h>

#include "base/arena.h"
#include "web/server.h"

enum {
    SERVER_BYTES =
        16 << 20, /* connections and requests under way, as many as there ever were */
    SERVER_KEEP_BYTES = 256 << 20, /* address space for one answer: views, sentences, rows */
    SERVER_SCRATCH_BYTES = 64 << 20
};

/* A connection, from accept to close. */
struct link {
    int fd;
    bool open, busy; /* busy: a request is being received or answered */
    int32_t requests;
    int64_t since_us; /* the last request ended, or the connection was made */
    struct link *next;
};

/* A request, from its first line to the end of its answer. */
struct slot {
    struct server *server;
    struct slot *next;
    struct buf uri; /* raw */
    const char *uri_at;
    bool uri_too_long;
    bool begun, answered;
    bool has_body;
    struct body body;
    int64_t since_us;
};

struct server {
    struct server_options options;
    struct MHD_Daemon *daemon;
    int epoll;
    struct arena arena;
    struct arena_region region, keep_region, scratch_region;
    struct link **links, *free_links;
    struct slot *free_slots;
    int32_t links_made, links_n, slots_made, slots_n;
    int64_t swept_us;
    int32_t between_ms; /* how long the application can do without a turn */
};

/* The library's callbacks (server_request.c). */
void *server_on_uri(void *ctx, const char *uri, struct MHD_Connection *connection);
enum MHD_Result server_on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_n, void **request);
void server_on_done(void *ctx, struct MHD_Connection *connection, void **request,
                    enum MHD_RequestTerminationCode how);
