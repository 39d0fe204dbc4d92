#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"
#include "place/session.h"
#include "place/token.h"
#include "place/workspace.h"
#include "web/form.h"
#include "web/head.h"

struct api_route;
struct asset;
struct json;
struct route;
struct upload_file;
struct web;
struct zone;

enum method { METHOD_OTHER, METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE };

enum {
    ANSWER_HEADERS_MAX = 24,    /* about ten are sent */
    ANSWER_BODY_MAX = 64 << 20, /* a CSV of 100,000 refused rows; pages are under 1 MB */
    PARAMETERS_MAX = 4          /* of a route's pattern */
};

/* What goes back. status 0: nothing decided yet. */
struct answer {
    int32_t status;
    const char *mime;
    const char *policy; /* of content; NULL: that of our pages */
    struct buf body;    /* or: */
    str fixed;          /* bytes that live as long as the program */
    struct pair headers[ANSWER_HEADERS_MAX];
    int32_t headers_n;
    bool close; /* the connection's other requests cannot be trusted to be framed */
    bool cacheable;
};

/* Uploaded files; fd -1: none. The file they are in has no name and is gone after the handler. */
struct upload {
    int fd;
    int64_t bytes;                   /* of the first */
    str file_name;                   /* as the browser called it, cleaned */
    const struct upload_file *files; /* web/body.h: all, the first too */
    int32_t files_n;
    int64_t left; /* of the one that is being read */
};

/* Who is asking. */
struct visitor {
    bool signed_in;
    struct session session; /* when signed in */
    str token;              /* of the session, or of the door for who is not */
    bool new_door;          /* the door's cookie goes out with the answer */
    str csrf;               /* what every form of theirs must carry */
    int64_t needs_n;        /* deliveries that wait for somebody; when a page was asked for */
};

/* One request and its answer, for the time of the handler. */
struct exchange {
    struct web *web;
    struct arena *keep;   /* until the answer is sent */
    struct arena scratch; /* until the handler returns */

    const struct head *head;
    enum method method;
    str path;
    struct pair query[HEAD_PAIRS_MAX];
    int32_t query_n;
    const struct pair *sent; /* the body's fields, declared or not */
    int32_t sent_n;
    struct upload upload;
    str body; /* of a JSON request, as sent */
    str peer; /* address of the other end */

    const struct route *route;
    str parameters[PARAMETERS_MAX]; /* of the pattern, in order */
    int64_t id;                     /* the first ":id" of the pattern */
    struct form_values form;
    struct visitor visitor;
    struct workspace workspace; /* unless the route needs no data */
    const struct zone *zone;    /* of the workspace */
    enum lang lang;             /* the reader's */
    bool has_flash;             /* a message of the last act was shown: its cookie goes */
    int32_t flash_kind;         /* which one (web/answer.h): a page may know more of it */

    /* Of the API alone (web/api.h). */
    const struct api_route *api;
    struct token token;      /* id 0: none */
    const struct json *json; /* the body, checked; NULL: none was sent */

    struct answer answer;
};

/* exchange_query(x, name): a query parameter, none if absent. The first of two counts. */
str exchange_query(const struct exchange *x, const char *name);
/* answer_header(x, name, value): adds a header; the value is one line, which is asserted. */
void answer_header(struct exchange *x, const char *name, str value);
