#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/json.h"
#include "base/maybe.h"
#include "place/token.h"
#include "web/route.h"

/*
 * The API: the same handlers' way as the pages, but for programs. JSON comes and goes; a bearer token says who asks and
 * what they may; no cookie counts here, and no token counts for a page. What a call takes and gives is written in
 * tables (web/api_objects.c), from which the request is checked and the OpenAPI document is made.
 *
 * To add an address: a row in web/api_routes.c, its objects in web/api_objects.c (listed in api_objects[]), the handler:
 *     {ROW(POST, "tactics", MAY_EDIT, API_BODY_MAX, handle_api_tactic_add, "Add a tactic"),
 *      .scopes = SCOPE_WRITE, JSON(api_tactic_new), GIVES(201, api_tactic)},
 * It runs in the row's transaction, reads with api_text() …, answers with api_begin() and api_put_…(), or refuses with
 * api_refuse() and api_problem().
 */
enum {
    API_BODY_MAX = 1 << 20, /* bytes of a JSON body: the longest post with 50 variants */
    API_PAGE_MAX = 200,     /* things in one answer of a list */
    API_KEY_MAX = 255,      /* bytes of an idempotency key; Stripe's ceiling */
    API_CLAIMS_MAX = 20000, /* kept answers of one token: one every nine seconds for 48 hours */
    API_KEPT_ANSWER_MAX =
        1 << 20,         /* bytes of an answer that is kept; one post with all it has */
    API_MINUTE_MAX = 600 /* requests of a token in a minute: ten a second, whatever loops */
};
#define API_KEY_LIFE ((span){INT64_C(48) * 3600 * 1000000})

enum api_type {
    API_TEXT = 1,
    API_INT,
    API_REAL,
    API_BOOL,
    API_TIME, /* RFC 3339 */
    API_DAY,  /* "2026-12-31" */
    API_WORD, /* one of ${words} */
    API_OBJECT,
    API_LIST, /* of ${of}, or of ${item} */
    API_JSON  /* whatever JSON; what it is stands elsewhere */
};

/* What the number in a member names. */
enum api_names {
    NAMES_NOTHING,
    NAMES_CHANNEL,
    NAMES_TACTIC,
    NAMES_OBJECTIVE,
    NAMES_MEDIA,
    NAMES_POST
};

struct api_object;
/* One member of what is taken or given. */
struct api_field {
    const char *name;
    enum api_type type;
    bool always;   /* taken: required; given: always there */
    bool nullable; /* taken: null takes the value away; given: not known */
    int64_t
        max; /* bytes of a text, items of a list, greatest whole number; 0: the type's own */
    const char *words; /* "up|down" */
    const struct api_object *of;
    enum api_type item;
    enum api_names names; /* taken: there must be one of that number; of a list: of each */
    const char *about;    /* English, for the OpenAPI document */
};
struct api_object {
    const char *name; /* of its schema */
    const struct api_field *fields;
    int32_t fields_n;
};

struct api_route {
    struct route route; /* right: what the token's person must be allowed too */
    const struct api_object *takes, *gives;
    const struct api_field *query;
    int32_t query_n;
    int32_t scopes; /* all of these are needed; 0: nobody may */
    int32_t status; /* of success */
    bool open;      /* also without a token: only what everybody may know */
};
extern const struct api_route api_routes[];
extern const ptrdiff_t api_routes_n;
/* Every object the document names, in its order. */
extern const struct api_object *const api_objects[];
extern const int32_t api_objects_n;

/* api_asked(x): whether the address is of the API, also before it is known whether there is such an address. */
bool api_asked(const struct exchange *x);
/* api_enter(x, error): finds route, token and right; false when the request was answered. */
bool api_enter(struct exchange *x, struct error *error);
/* api_ready(x): reads and checks query and body; false when the request was answered. */
bool api_ready(struct exchange *x);
/* api_handle(x, error): the handler, once for each idempotency key; in the route's transaction. */
must_use enum fault api_handle(struct exchange *x, struct error *error);
/* api_done(x): after the answer: notes that the token was used today. */
void api_done(struct exchange *x);

/*
 * api_problem(x, status, kind, detail, field):
 * Answers with application/problem+json (RFC 9457). ${kind}: a stable word, NULL for the status' own; ${detail} none for
 * the status' own; ${field} none or the member that is wrong.
 */
void api_problem(struct exchange *x, int32_t status, const char *kind, str detail, str field);
/* api_refuse(x, field, id): 422 for a member, with the translated sentence. */
void api_refuse(struct exchange *x, const char *field, const char *id);
/* api_scope(x, scope, error): what a handler asks beyond its row. Faults: DENIED, naming the scope. */
must_use enum fault api_scope(const struct exchange *x, enum scope scope, struct error *error);

/* api_begin(x, ret): the answer's JSON, with the status of the row. */
void api_begin(struct exchange *x, struct json_writer *ret);
/* The answer {"data": [ … ], "next": …}: what is written between them are its items; ${next} none for a whole list. */
void api_list_begin(struct exchange *x, struct json_writer *ret);
void api_list_end(struct json_writer *w, str next);
/* api_created(x, id): Location of what was made under the path asked. */
void api_created(struct exchange *x, int64_t id);
/* Members. The maybe forms write null for what is not known, api_put_str for an empty text. */
void api_put_str(struct json_writer *w, const char *name, str text);
void api_put_int(struct json_writer *w, const char *name, int64_t n);
void api_put_bool(struct json_writer *w, const char *name, bool truth);
void api_put_maybe(struct json_writer *w, const char *name, struct maybe_int n);
void api_put_real(struct json_writer *w, const char *name, struct maybe_real n);
void api_put_time(struct json_writer *w, const char *name, struct maybe_int us);
void api_put_day(struct json_writer *w, const char *name, struct maybe_int day);

/* What was sent; it was checked before. ${x->json} NULL: an empty object. */
const struct json *api_member(const struct exchange *x, const char *name);
bool api_given(const struct exchange *x, const char *name); /* also when null */
/* Each gives ${otherwise} when the member was not sent, none or "has not" for null. */
str api_text(const struct exchange *x, const char *name, str otherwise);
struct maybe_int api_int(const struct exchange *x, const char *name,
                         struct maybe_int otherwise);
struct maybe_real api_real(const struct exchange *x, const char *name,
                           struct maybe_real otherwise);
struct maybe_int api_time(const struct exchange *x, const char *name,
                          struct maybe_int otherwise);
struct maybe_int api_day(const struct exchange *x, const char *name,
                         struct maybe_int otherwise);
/* api_query_int(x, name), api_query_time: "has not" when not asked. */
struct maybe_int api_query_int(const struct exchange *x, const char *name);
struct maybe_int api_query_time(const struct exchange *x, const char *name);
/*
 * api_revision(x, ret): the revision the program last saw: If-Match: "3", or the member "revision". False when neither
 * was sent: it is answered.
 */
bool api_revision(struct exchange *x, int64_t *ret);
/*
 * api_page(x, ret_offset, ret_limit): "limit" and "cursor" of a list. A cursor is what the last answer called "next".
 * False when it is none: it is answered.
 */
bool api_page(struct exchange *x, int64_t *ret_offset, int64_t *ret_limit);
/* api_next(x, offset, limit, n): the cursor of the next page; none when fewer than asked came. */
str api_next(struct exchange *x, int64_t offset, int64_t limit, ptrdiff_t n);

/* api_day_parse(text, ret): "2026-12-31" as days since 1970. */
bool api_day_parse(str text, int64_t *ret);
/*
 * api_check(body, object, keep, ret): whether ${body} is what ${object} says. NULL if it is, else a sentence to be
 * translated, with the words it lists, and the path of the member ("media[0].alt"). Pure.
 */
struct api_wrong {
    str field;
    str words; /* "up, down": what would be taken; for the one %s of the sentence */
};
const char *api_check(const struct json *body, const struct api_object *object,
                      struct arena *keep, struct api_wrong *ret);
/* api_check_query(field, value, keep, ret_words): the same for one query parameter. */
const char *api_check_query(const struct api_field *field, str value, struct arena *keep,
                            str *ret_words);
/* api_needs_body(route): whether there must be one: what is made or changed is said in it. */
bool api_needs_body(const struct api_route *route);
/*
 * api_names_known(x, ret_known, error): whether all that the body names by number is there; false: it is answered. In the
 * route's transaction.
 */
must_use enum fault api_names_known(struct exchange *x, bool *ret_known, struct error *error);

/* api_openapi(out): the OpenAPI 3.1 document of the table. */
void api_openapi(struct buf *out);
