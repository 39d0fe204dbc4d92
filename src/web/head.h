#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

/* The head of a request as the HTTP library left it, and what we refuse of it before anything else. */

enum {
    HEAD_URI_MAX = 8192,    /* request line: reliability over cleverness; ours are under 2 KB */
    HEAD_HEADERS_MAX = 100, /* a browser behind two proxies sends about 30 */
    HEAD_PATH_MAX = 1024,   /* our longest path is under 200 */
    HEAD_PAIRS_MAX = 64     /* query parameters; the filter form of Results has about ten */
};

struct pair {
    str name, value;
};

/*
 * Where the library found things in its buffer. ${method}, ${version}, names and values point into it;
 * ${uri} is a copy of the raw one, whose place was ${uri_at}.
 */
struct head {
    str method, uri, version;
    const char *uri_at;
    struct pair headers[HEAD_HEADERS_MAX];
    int32_t headers_n;
    bool too_many;     /* headers beyond HEAD_HEADERS_MAX */
    bool uri_too_long; /* beyond HEAD_URI_MAX; ${uri} is cut */
    ptrdiff_t bytes;   /* of the whole head, as the library counted them */
    bool in_place; /* the library leaves the bytes where they were: line ends can be checked */
    bool body_announced; /* set by head_check: a Content-Length above 0 */
    int64_t body_bytes;  /* set by head_check */
};

/* Why a request is refused before routing: a status and words for the log. */
struct refusal {
    int32_t status; /* 0: not refused */
    const char *why;
};

/*
 * head_check(head):
 * Refuses what two readers of the same bytes could understand differently, and what no browser sends:
 * lines not ended by CRLF, folded lines, NUL and control characters, two Hosts, any Transfer-Encoding,
 * odd Content-Lengths, versions other than 1.0 and 1.1, a body on GET. Sets body_announced, body_bytes.
 * Source: RFC 9112 sections 2.2, 5, 6; doc/decisions/0006.
 */
struct refusal head_check(struct head *head);

/* head_header(head, name): the value of the only such header, or none. */
str head_header(const struct head *head, str name);
/* head_cookie(head, name): the value of the first cookie of this name, or none. */
str head_cookie(const struct head *head, str name);
/*
 * head_accepts(list, word): whether an Accept-Encoding-like list names ${word} without q=0.
 */
bool head_accepts(str list, str word);

/*
 * path_decode(uri, keep, ret_path):
 * The path before "?", percent-decoded once. False for what no address of ours is: not beginning with a
 * single "/", control characters, "\", an encoded "/", "." and ".." segments, ill-formed UTF-8 or escapes.
 */
bool path_decode(str uri, struct arena *keep, str *ret_path);
/*
 * pairs_decode(text, keep, ret, max, ret_n):
 * "a=b&c=d" with "+" and percent escapes, in order. False for a bad escape, a NUL or more than ${max}.
 */
bool pairs_decode(str text, struct arena *keep, struct pair *ret, int32_t max, int32_t *ret_n);
