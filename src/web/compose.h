#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "outbox/content.h"
#include "outbox/delivery.h"
#include "place/media.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "web/exchange.h"
#include "web/post_when.h"

struct compose_view;

/*
 * The composer between a request and the data: what is kept of a message (compose_load), what was typed over it
 * (compose_take), how it would be on each channel (compose_look), and what becomes of it (compose_keep, compose_send).
 */
enum {
    COMPOSE_CHANNELS_MAX =
        100,                 /* shown with a text of their own; twice what one post may have */
    COMPOSE_DRAFTS_MAX = 20, /* listed: older ones are found again by nobody */
    COMPOSE_KEY_MAX = 64     /* bytes of a form's key; ours have 43 */
};

enum compose_time { TIME_DRAFT, TIME_NOW, TIME_AT, TIME_QUEUE, TIME_KEEP, COMPOSE_TIMES_N };

struct compose_channel {
    int64_t id;
    str name;
    enum network network;
    bool ticked, connected;
    bool by_hand; /* a person publishes there */
    str own;      /* other words for this channel; kept also while it is not ticked */
    const struct delivery *delivery; /* one that is not cancelled; NULL */
    struct delivery_plan plan;
    struct content_look look;
};

struct compose_file {
    struct media media;
    str alt;
};

struct compose {
    struct message message; /* as typed; .revision: the one it was typed over */
    struct message_parts kept;
    struct compose_channel *channels;
    ptrdiff_t channels_n;
    bool more_channels; /* than are shown */
    struct compose_file *files;
    ptrdiff_t files_n;
    struct delivery *deliveries;
    ptrdiff_t deliveries_n;
    bool planned; /* some of it is to go out: what is saved is what goes out */
    bool closed;  /* some of it is being sent, or out */

    str key;
    enum compose_time time;
    str day, clock, queue; /* of TIME_AT and TIME_QUEUE, as typed */
    struct post_when when;

    /* Sentences; none when right. */
    str problem, title_problem, link_problem, text_problem, tags_problem, warning_problem,
        topic_problem, channels_problem, files_problem, when_problem;
    str notice;      /* of what was done without leaving the page */
    int32_t wrong_n; /* what keeps it from going out */
    bool looked;
};

/* compose_load(x, id, ret, error): 0: an empty one. Faults: ABSENT. */
must_use enum fault compose_load(struct exchange *x, int64_t id, struct compose *ret,
                                 struct error *error);
/* compose_take(x, c, error): the form over it. What cannot be right is said in c's problems. */
must_use enum fault compose_take(struct exchange *x, struct compose *c, struct error *error);
/* compose_upload(x, c, error): the files that came with the form are further pictures. Needs a write transaction. */
must_use enum fault compose_upload(struct exchange *x, struct compose *c, struct error *error);
/* compose_parts(x, c): its variants and files as they would be kept. */
struct message_parts compose_parts(struct exchange *x, const struct compose *c);
/* compose_look(x, c, error): each ticked channel, into its .look; errors are counted in c->wrong_n. */
must_use enum fault compose_look(struct exchange *x, struct compose *c, struct error *error);
/* compose_wrong(x, c, problem, words): one more thing to put right. */
void compose_wrong(struct exchange *x, struct compose *c, str *problem, const char *words);
/*
 * compose_keep(x, c, error): as a new message, or in place of the revision it was typed over; c->message then has its
 * number and revision. What the data would not take is said in c->problem, and nothing is kept.
 */
must_use enum fault compose_keep(struct exchange *x, struct compose *c, struct error *error);

/* compose_send.c: when it shall go out. */
/* compose_read_time(x, c): the time chosen, or what is wrong with it into when_problem. */
void compose_read_time(struct exchange *x, struct compose *c);
/* compose_plan(x, c, error): makes the plans of c's ticked channels, or says in c's problems why not. Reads only. */
must_use enum fault compose_plan(struct exchange *x, struct compose *c, struct error *error);
/* compose_send(x, c, error): what is ticked is planned or moved as compose_plan said; what is not is cancelled. */
must_use enum fault compose_send(struct exchange *x, struct compose *c, struct error *error);

/* compose_view.c: what the page shows. */
must_use enum fault compose_view_of(struct exchange *x, const struct compose *c,
                                    struct compose_view *ret, struct error *error);
/*
 * compose_drafts(x, unlisted, ret, ret_n, error): what somebody began to write, the last changed first, COMPOSE_DRAFTS_MAX
 * at most; ${unlisted}: only those without a delivery, which no list of deliveries shows.
 */
struct compose_draft_view;
must_use enum fault compose_drafts(struct exchange *x, bool unlisted,
                                   struct compose_draft_view **ret, ptrdiff_t *ret_n,
                                   struct error *error);
/* compose_sentence(x, c): "Blog: 24 Nov 2026, 09:00 · Mastodon: now": when it goes out where. */
str compose_sentence(struct exchange *x, const struct compose *c);
/* compose_count(x, look): "120 of 500 characters"; none when the network does not count. */
str compose_count(struct exchange *x, const struct content_look *look);
