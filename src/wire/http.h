#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

/*
 * HTTP as the house speaks it to others: a request and its answer as plain data, so that who builds one
 * (channel) does no I/O, and who sends it (wire) knows no network.
 */

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

enum {
    HTTP_HEADERS_MAX = 64, /* of a request ten, of an answer of a big network about forty */
    HTTP_PARTS_MAX =
        32, /* of a multipart body: the fields of the widest form are about twenty */
    HTTP_URL_MAX = 8192,       /* bytes; servers refuse longer ones */
    HTTP_BODY_MAX = 4 << 20,   /* bytes of a body held in memory; files are streamed */
    HTTP_ANSWER_MAX = 2 << 20, /* bytes of an answer kept, unless a request asks for less */
    HTTP_REDIRECTS_MAX = 3
};

struct http_header {
    str name, value;
};

/* One part of a multipart/form-data body: a value, or the bytes of a file. */
struct http_part {
    str name;
    str value;           /* when media is 0 */
    str file_name, mime; /* of a file, or of a value that is JSON; may be none */
    int64_t media;       /* > 0: the bytes come from the source by this number */
    int64_t media_bytes; /* how many */
};

struct mail_envelope;

/* At most one of body, media and parts. */
struct http_request {
    enum http_method method;
    str url; /* absolute, http or https */
    struct http_header headers[HTTP_HEADERS_MAX];
    int32_t headers_n;
    str body;            /* none: no body */
    int64_t media;       /* > 0: the body is this file, streamed */
    int64_t media_bytes; /* its length */
    struct http_part *parts;
    int32_t parts_n;
    span timeout;       /* of the whole transfer; 0: a minute */
    int64_t answer_max; /* bytes of the answer; 0: HTTP_ANSWER_MAX */
    bool
        follows; /* redirects are followed, each checked anew; only for GET; credentials stay at their origin */
    const struct mail_envelope
        *mail; /* not NULL: no HTTP but a mail (wire/mail.h), posted to an smtp:// address */
};

/* Where a transfer ended, as far as can be known. The outbox decides by this and nothing else. */
enum http_end {
    HTTP_NOT_SENT, /* no byte of the request left: no such host, refused, TLS, forbidden address */
    HTTP_UNKNOWN, /* the first byte may have left, and no whole answer came: time-out, reset, too long */
    HTTP_ANSWERED /* a whole answer */
};

struct http_answer {
    enum http_end end;
    int32_t status;              /* when answered */
    struct http_header *headers; /* names in small letters */
    int32_t headers_n;
    str body;
    str url;     /* after redirects */
    str problem; /* when not answered: one English sentence, a key of translation; else none */
    bool
        forbidden; /* not sent because the address guard refused: only the owner can change that */
    instant began, ended;
};

/* http_header_value(answer, name): the first of that name (small letters), none if absent. */
str http_header_value(const struct http_answer *answer, str name);
/* http_add_header(request, name, value): the strs must outlive the request. */
void http_add_header(struct http_request *request, str name, str value);
/* http_method_name(method): "GET" … */
str http_method_name(enum http_method method);

/* Where the bytes of files come from, piece by piece: their size is not bounded by memory. */
struct http_source {
    /* Copies up to ${max} bytes at ${offset} of file ${media}; *ret_n 0 only at its end. False: cannot be read. */
    bool (*read)(void *ctx, int64_t media, int64_t offset, void *out, ptrdiff_t max,
                 ptrdiff_t *ret_n);
    void *ctx;
};

/*
 * The way out. One for the whole program (wire/curl.h makes the real one); tests put a network of their own
 * in its place, with its own time. Transfers run side by side; there are no threads.
 */
struct wire;
struct wire_ops {
    enum fault (*start)(void *ctx, const struct http_request *request,
                        const struct http_source *source, int64_t tag, struct error *error);
    enum fault (*wait)(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
                       struct http_answer *ret, bool *ret_any, struct error *error);
};
struct wire {
    const struct wire_ops *ops;
    void *ctx;
};

/*
 * wire_start(wire, request, source, tag, error):
 * Begins a transfer. ${request} and what it points to may be forgotten after the call; ${source} (NULL when
 * no file is sent) must live until the answer. ${tag} names it: one transfer a tag at a time.
 * Faults: INPUT for a request that cannot be one (control characters in a header, a file that cannot be read, too
 *         long): nothing was sent; LIMIT when too many are under way. A fault means that no answer will come. An
 *         address that is not called is no fault: its answer is HTTP_NOT_SENT, forbidden.
 */
must_use enum fault wire_start(struct wire *wire, const struct http_request *request,
                               const struct http_source *source, int64_t tag,
                               struct error *error);
/*
 * wire_wait(wire, timeout, keep, ret_tag, ret, ret_any, error):
 * Drives all transfers until one ends or ${timeout} passed; *ret_any tells which. The answer is in ${keep}.
 */
must_use enum fault wire_wait(struct wire *wire, span timeout, struct arena *keep,
                              int64_t *ret_tag, struct http_answer *ret, bool *ret_any,
                              struct error *error);
/* wire_call(wire, request, source, keep, ret, error): one transfer from start to end, for the command line. */
must_use enum fault wire_call(struct wire *wire, const struct http_request *request,
                              const struct http_source *source, struct arena *keep,
                              struct http_answer *ret, struct error *error);
