#pragma once
#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "wire/curl.h"
#include "wire/guard.h"
#include "wire/http.h"

struct curl_wire;

/* Bytes of a file on their way: the body itself or a part of it. */
struct curl_file {
    struct curl_transfer *transfer;
    int64_t media, bytes, offset;
};

enum curl_stop { /* why we broke it off ourselves */
                 STOP_NO,
                 STOP_HEAD,  /* head too long */
                 STOP_BODY,  /* answer too long */
                 STOP_FILE,  /* a file could not be read */
                 STOP_TWICE, /* the library wanted to send a second time what may be sent once */
                 STOP_REFUSED
};

/* One request from start to answer; a redirect is a new easy handle in the same transfer. */
struct curl_transfer {
    struct curl_wire *wire;
    bool busy;
    int64_t tag;
    struct arena_region region;
    struct arena arena;
    struct http_request request; /* our copy */
    const struct http_source *source;
    int64_t answer_max;
    const char *refusal; /* why the address as written is not called; NULL: it is */
    struct guard_target target;
    int32_t hops;
    instant began;
    int64_t deadline_ms; /* of the monotonic clock */

    CURL *easy;
    struct curl_slist *headers, *resolve;
    curl_mime *mime;
    struct curl_file upload, parts[HTTP_PARTS_MAX];

    bool unprepared; /* something of this hop could not be set */
    bool refused;    /* the guard refused an address of this hop */
    bool opened;     /* and it let another one pass */
    bool
        armed; /* from here on a byte of the request may have left, in this hop or one before */
    bool handed; /* the same, in this hop */
    enum curl_stop stop;
    struct buf head; /* of the last answer of this hop */
    bool head_whole;
    int64_t head_bytes; /* of all hops */
    struct buf body;    /* of a mail: the first reply that refused something */
    int64_t mail_given; /* bytes of the message */
    int32_t mail_code;  /* of the last whole reply */
    bool mail_taken;    /* the server said it has the message */
};

struct curl_wire {
    struct wire wire;
    struct arena_region region;
    CURLM *multi;
    struct guard_list allowed;
    const char *user_agent, *ca_file;
    span connect_timeout, timeout;
    struct clock clock;
    const struct wire_resolver *resolver;
    int32_t transfers_max;
    struct curl_transfer *transfers;
};

/* curl_now_ms(): of the monotonic clock, for time limits. */
int64_t curl_now_ms(void);
/* curl_hop(transfer, error): an easy handle for transfer->target, added to the multi handle. */
must_use enum fault curl_hop(struct curl_transfer *transfer, struct error *error);
/* curl_target(transfer, list, arena, ret): what the guard says to its address as written. */
const char *curl_target(const struct curl_transfer *transfer, const struct guard_list *list,
                        struct arena *arena, struct guard_target *ret);
/* curl_mail_set(transfer): the options of a mail, behind the fences of every transfer. */
void curl_mail_set(struct curl_transfer *transfer, struct arena scratch);
/* curl_mail_answer(transfer, keep, ret): true when the server said in words how it ended. */
bool curl_mail_answer(const struct curl_transfer *transfer, struct arena *keep,
                      struct http_answer *ret);
/*
 * SET(transfer, option, value): libcurl copies every text but POSTFIELDS. What it refuses, for want of memory or by a bug of
 * ours, is remembered: a hop without one of its fences is not begun.
 */
#define SET(t, option, value) \
    ((t)->unprepared |= curl_easy_setopt((t)->easy, (option), (value)) != CURLE_OK)
/* curl_unhop(transfer): takes it out and frees what belongs to it. */
void curl_unhop(struct curl_transfer *transfer);
