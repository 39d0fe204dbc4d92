#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/json.h"
#include "channel/driver.h"
#include "wire/encode.h"

/*
 * How a driver is written: a table of stages, each asking one thing and taking its answer. stages_next() does the
 * rest: it keeps in the memo where an operation stands, reads JSON, classifies what went wrong. The stages decide
 * what comes next.
 */

enum {
    STEP_ANSWER_MAX = 256 * 1024, /* bytes of an answer read: a post or a list of twenty */
    STEP_HOPS_MAX = 64,           /* stages passed over in a row without a request */
    STEP_WORDS_MAX = 500,         /* bytes of the network's words kept */
    STEP_ID_MAX = 512,            /* bytes of an id of a network: the longest are addresses */
    PAGE_BYTES_MAX =
        1024 * 1024,  /* of a page of others: what it says of itself stands at its head */
    PAGE_SECONDS = 10 /* a page is worth no longer wait */
};

struct turn;

struct stage {
    const char *name; /* stable: it is kept in the memo */
    /*
     * Gives the request (turn_get …), or goes elsewhere (turn_go, turn_done, turn_fail, turn_wait) when there is
     * nothing to ask.
     */
    void (*ask)(struct turn *turn);
    /* Takes a success (2xx): turn->json is its JSON (NULL when it had no body) and goes elsewhere. */
    void (*take)(struct turn *turn);
    /*
     * What is no success, when this stage knows better; turn->failure says what it would be. It goes elsewhere,
     * or leaves it and the operation fails so. NULL: it fails. A cosmetic stage has one that goes on.
     */
    void (*refuse)(struct turn *turn);
    bool publishes;     /* once its first byte left, something may be live */
    bool cosmetic;      /* what fails here cannot make a published post unpublished */
    bool any_body;      /* a success need not be JSON: turn->json is NULL when it is not */
    const char *family; /* step.family */
};

/* What an answer that is no success means. */
struct failure {
    enum error_class is;
    str code;  /* the network's own word for it */
    str words; /* redacted, STEP_WORDS_MAX at most */
    span retry_after;
};

/* A driver's operations. */
struct plan {
    const struct driver *driver;
    const struct stage *ops[CHANNEL_OPS_N]; /* where each begins; NULL: not supported */
    const struct stage *const *stages;      /* all of them, ended by NULL */
    /* Finds code, words and retry_after in the JSON of a refusal; they are as the general rules have them. */
    void (*read_error)(const struct json *json, struct arena *keep, struct failure *failure);
};

struct turn {
    const struct plan *plan;
    const struct channel_call *call;
    const struct channel_message *message; /* call->message */
    const struct channel_account *account;
    struct arena *keep;
    const struct stage *stage;
    int32_t index;                    /* which file, part, tag: a stage may repeat */
    const struct http_answer *answer; /* NULL in ask */
    const struct json *json;
    struct failure failure;
    struct step *step;
    /* where it goes: set by the verbs below */
    const struct stage *next;
    int32_t next_index;
    bool over; /* step is what comes out */
};

/* stages_next(plan, call, answer, keep, ret): a driver's next(). */
void stages_next(const struct plan *plan, const struct channel_call *call,
                 const struct http_answer *answer, struct arena *keep, struct step *ret);

/* ---- where to go ---- */
void turn_go(struct turn *turn, const struct stage *stage, int32_t index);
void turn_done(struct turn *turn);
void turn_fail(struct turn *turn, enum error_class is, str words);
/* turn_fail_surely: of a publishing stage whose answer says that nothing is live, though its status alone does not. */
void turn_fail_surely(struct turn *turn, enum error_class is, str words);
/* turn_wait(turn, wait): this stage again later. */
void turn_wait(struct turn *turn, span wait);

/* ---- the request of a stage ---- */
/* Each begins the request of the step: JSON is accepted, nothing is followed. */
void turn_get(struct turn *turn, str url);
/*
 * turn_get_page(turn, url): a page of whoever: HTML, redirects followed, up to PAGE_BYTES_MAX, and not waited for long.
 */
void turn_get_page(struct turn *turn, str url);
void turn_post_json(struct turn *turn, enum http_method method, str url, str body);
void turn_delete(struct turn *turn, str url);
/* turn_post_form(turn, url, pairs, n): application/x-www-form-urlencoded. */
void turn_post_form(struct turn *turn, str url, const struct pair *pairs, int32_t n);
/* turn_post_file(turn, url, media): the bytes of the file as the body, with its type. */
void turn_post_file(struct turn *turn, str url, const struct channel_media *media);
/* turn_post_parts(turn, url): an empty multipart body, for turn_part and turn_file. */
void turn_post_parts(struct turn *turn, str url);
void turn_part(struct turn *turn, str name, str value);
void turn_file(struct turn *turn, str name, const struct channel_media *media);
void turn_header(struct turn *turn, str name, str value);
void turn_bearer(struct turn *turn, str token);
void turn_basic(struct turn *turn, str user, str password);

/* ---- the memo ---- */
/* Values are copied to keep; an int32 index < 0 is left out of the name. */
str turn_memo(const struct turn *turn, const char *name, int32_t index);
void turn_remember(struct turn *turn, const char *name, int32_t index, str value);

/* ---- small things all drivers need ---- */
/* json_id(value): an id as text: a text, or a whole number written out; none when it is neither or too long. */
str json_id(struct arena *keep, const struct json *value);
/* json_web(value): the text if it is an http(s) address of at most 2,000 bytes, else none. */
str json_web(const struct json *value);
/* json_built(out, keep): what a json_writer wrote, in keep. */
str json_built(const struct buf *out, struct arena *keep);
/* step_metric(step, name, value): adds it when ${value} is a number. */
void step_metric(struct step *step, str name, const struct json *value);
/* server_clean(server): without blanks and slashes at the end; "https://" before it when there is no scheme. */
str server_clean(struct arena *keep, str server);
/* settings_text(turn, name): a text of the account's settings, none if it has none. */
str settings_text(const struct turn *turn, str name);
/* options_get(turn, name): a member of the message's options, NULL if it has none. */
const struct json *options_get(const struct turn *turn, str name);
