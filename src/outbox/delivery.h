#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/lang.h"
#include "base/maybe.h"
#include "base/str.h"
#include "channel/driver.h"

struct propre;

/* A delivery: one message to one channel. DESIGN of the protocol: doc/decisions/0013 and this room's README. */
enum delivery_state {
    DELIVERY_DRAFT,     /* not meant to go out yet */
    DELIVERY_HELD,      /* a person, a hold or the late policy keeps it; `reason` says which */
    DELIVERY_SCHEDULED, /* goes out when due */
    DELIVERY_CLAIMED,   /* a worker has it, nothing was sent */
    DELIVERY_SENDING,   /* an attempt is written down; its bytes may be leaving */
    DELIVERY_DEFERRED,  /* surely not out; tried again at next_us */
    DELIVERY_UNKNOWN,   /* it may be live: in quarantine, then read back */
    DELIVERY_PERSON,    /* it may be live, and only a person can tell */
    DELIVERY_PUBLISHED,
    DELIVERY_REJECTED, /* refused for good: reason and words say why */
    DELIVERY_MISSED,   /* its time is over */
    DELIVERY_CANCELLED,
    DELIVERY_STATES_N
};
str delivery_state_word(enum delivery_state state);
bool delivery_state_parse(str word, enum delivery_state *ret);
const char *delivery_state_name(
    enum delivery_state state); /* to be shown; key of translation */
/* Whether nothing more will happen by itself. */
bool delivery_is_final(enum delivery_state state);
struct delivery;
/*
 * delivery_has_time(d): false of a draft that was never given one: its due_us is then only when it was made, and stands for
 * nothing but its place in lists.
 */
bool delivery_has_time(const struct delivery *d);
/* delivery_shown(d): its state to be shown; key of translation. One that a person publishes was never sent by us. */
const char *delivery_shown(const struct delivery *d);

/* The reason of one that is held because its channel is not connected: connecting it is what helps. */
extern const char reason_connect[];

struct delivery {
    int64_t id, workspace, message, channel;
    str channel_name, network, title,
        excerpt; /* for lists: as its channel has them; 200 bytes at most */
    enum delivery_state state;
    int64_t due_us;
    str wall, zone; /* "2026-12-01T09:00" as asked for; none: an exact moment was given */
    str queue;
    struct maybe_int use_by_us, next_us, published_us;
    int32_t attempts_n;
    str step; /* the one last begun */
    str remote_id, permalink;
    enum error_class error_class;
    const char *reason;    /* our one line, key of translation; NULL */
    str words;             /* the network's */
    struct maybe_int post; /* the tactic/post.h row made when it was published */
    bool live;             /* a part of it, or all, is out */
    int64_t revision;
};

/* One try, written down before the first byte leaves. */
struct attempt {
    int64_t id, delivery;
    int32_t n;
    str op, step;
    str key;       /* idempotency key sent to the network */
    str body_hash; /* SHA-256 of the request as sent, hex */
    str worker;
    int64_t began_us, deadline_us;
    struct maybe_int ended_us;
    str outcome; /* "published" "not sent" "refused" "unknown" "found" "absent" "ok" … */
    int32_t status;
    enum error_class error_class;
    str words; /* redacted, 4 KB at most */
    str remote_id;
};

enum { DELIVERY_PAGE_MAX = 500 /* rows of one page: more is not read */ };

/*
 * delivery_schedule(propre, plan, ret_id, error):
 * A delivery of plan->message to plan->channel. One message goes to one channel once: CONFLICT when there is one
 * that is not cancelled. plan->due_us must not lie more than 60 s back.
 * Faults: INPUT when the network would not take it as it is (outbox/content.h: content_require); a draft may be anything.
 */
struct delivery_plan {
    int64_t workspace, message, channel;
    int64_t due_us;
    str wall, zone, queue;
    struct maybe_int use_by_us;
    bool draft;
};
must_use enum fault delivery_schedule(struct propre *propre, const struct delivery_plan *plan,
                                      int64_t *ret_id, struct error *error);
must_use enum fault delivery_get(struct propre *propre, int64_t workspace, int64_t id,
                                 struct arena *keep, struct delivery *ret, struct error *error);

/* What to list; zero means any. Order: by due, oldest first; finished ones newest first. */
struct delivery_filter {
    int64_t workspace, message, channel;
    /* At most one; none: all. */
    bool open, finished;
    bool needs_person; /* may be live, on hold, or refused: it stays until somebody says */
    bool goes_out;     /* by itself: scheduled, or under way */
    bool drafts;
    int64_t after_id; /* paging: rows behind this one in the order */
    int64_t from_us, until_us;
    int32_t limit_n;
};
must_use enum fault delivery_list(struct propre *propre, const struct delivery_filter *filter,
                                  struct arena *keep, struct delivery **ret, ptrdiff_t *ret_n,
                                  struct error *error);
/*
 * begun_list(propre, workspace, since, max, keep, ret, ret_n, error):
 * Messages of which nothing is planned, was sent or was refused, changed since then: what somebody began to write. The
 * last changed first, ${max} at most.
 */
struct begun {
    int64_t id, changed_us;
    str title, excerpt;            /* the first 200 characters */
    str chosen_wall, chosen_queue; /* when it should go out, if that was said; none: not */
    int64_t listed_n; /* deliveries that are drafts, and so stand in delivery_list */
    str listed_wall;  /* the first moment of these */
};
must_use enum fault begun_list(struct propre *propre, int64_t workspace, instant since,
                               int64_t max, struct arena *keep, struct begun **ret,
                               ptrdiff_t *ret_n, struct error *error);
/* delivery_counts: how many in each state, by DELIVERY_…. */
must_use enum fault delivery_counts(struct propre *propre, int64_t workspace,
                                    int64_t ret[DELIVERY_STATES_N], struct error *error);
/* delivery_needs_person(propre, workspace, ret_n, error): how many wait for somebody; cheap, for every page. */
must_use enum fault delivery_needs_person(struct propre *propre, int64_t workspace,
                                          int64_t *ret_n, struct error *error);
/* delivery_overdue(propre, workspace, before, ret_n, error): how many a worker should have taken up before ${before}. */
must_use enum fault delivery_overdue(struct propre *propre, int64_t workspace, instant before,
                                     int64_t *ret_n, struct error *error);
/*
 * delivery_text(propre, workspace, id, keep, ret, error):
 * What the reader of the channel sees of it: as it is out, or may be; else as the message is now.
 * Faults: ABSENT (it, its message or a picture); CORRUPT when what was frozen cannot be read.
 */
struct delivery_text {
    bool frozen; /* later edits of the message change nothing any more */
    str title, link, warning;
    const str *parts; /* more than one is a thread */
    int32_t parts_n;
    const struct channel_media *media;
    int32_t media_n;
};
must_use enum fault delivery_text(struct propre *propre, int64_t workspace, int64_t id,
                                  struct arena *keep, struct delivery_text *ret,
                                  struct error *error);
must_use enum fault attempt_list(struct propre *propre, int64_t workspace, int64_t delivery,
                                 struct arena *keep, struct attempt **ret, ptrdiff_t *ret_n,
                                 struct error *error);
/* attempt_step_shown(step, lang, keep), attempt_outcome_shown: for a reader; one that is not known is shown as it is. */
str attempt_step_shown(str step, enum lang lang, struct arena *keep);
str attempt_outcome_shown(str outcome, enum lang lang);
/* delivery_taken: due moments of a channel that are not final, from ${from} on (tactic/slot.h). */
must_use enum fault delivery_taken(struct propre *propre, int64_t channel, instant from,
                                   struct arena *keep, instant **ret, ptrdiff_t *ret_n,
                                   struct error *error);

/* What happened besides the requests, oldest first: who did what (none: the house itself). */
struct delivery_event {
    int64_t at_us;
    str who, act, detail;
    enum delivery_state was, became;
};
must_use enum fault delivery_history(struct propre *propre, int64_t workspace, int64_t delivery,
                                     struct arena *keep, struct delivery_event **ret,
                                     ptrdiff_t *ret_n, struct error *error);

/* What a person may do in which state; ${live}: a part of it is out. */
enum act {
    ACT_MOVE,
    ACT_CANCEL,
    ACT_HOLD,
    ACT_RELEASE,
    ACT_SAY_LIVE,
    ACT_AGAIN,
    ACT_DROP,
    ACTS_N
};
bool protocol_allows(enum delivery_state state, enum act act, bool live);

/*
 * What a person can do. Each keeps the history with ${who}; CONFLICT when the state does not allow it any more (it is
 * being sent, it is out), saying what it is now. Needs an open write transaction.
 */
must_use enum fault delivery_move(struct propre *propre, int64_t workspace, int64_t id,
                                  const struct delivery_plan *when, str who,
                                  struct error *error);
must_use enum fault delivery_cancel(struct propre *propre, int64_t workspace, int64_t id,
                                    str who, struct error *error);
must_use enum fault delivery_hold(struct propre *propre, int64_t workspace, int64_t id, str who,
                                  struct error *error);
/*
 * delivery_release: a draft, held, missed or refused one goes out at its time, or now when that is over. One of which a
 * part is live only goes on.
 * Faults: INPUT of a draft without a time, and when the network would not take it as it is (content_require).
 */
must_use enum fault delivery_release(struct propre *propre, int64_t workspace, int64_t id,
                                     str who, struct error *error);
/* delivery_release_at: the same at a time given with it (delivery_plan: when, and nothing else of it, is read). */
must_use enum fault delivery_release_at(struct propre *propre, int64_t workspace, int64_t id,
                                        const struct delivery_plan *when, str who,
                                        struct error *error);
/*
 * delivery_plan_again(propre, workspace, id, when, ret_id, error):
 * The way back from a cancelled one: a new delivery of the same message, as ${when} says, NULL: at its old time.
 * Faults: CONFLICT when it is not cancelled or a part of it is out; those of delivery_schedule.
 */
must_use enum fault delivery_plan_again(struct propre *propre, int64_t workspace, int64_t id,
                                        const struct delivery_plan *when, int64_t *ret_id,
                                        struct error *error);
enum resolution {
    RESOLVE_LIVE, /* a person saw it: published, with its address when given (INPUT: none of the web) */
    RESOLVE_AGAIN, /* a person looked and it is not there: send it once more, with the same key */
    RESOLVE_DROP   /* let it be */
};
must_use enum fault delivery_resolve(struct propre *propre, int64_t workspace, int64_t id,
                                     enum resolution resolution, str permalink, str who,
                                     struct error *error);

/* Incidents a person should hear of; one open incident a subject and kind, however often it is seen. */
struct incident {
    int64_t id;
    str kind;    /* "account", "unknown", "rejected", "late", "hold", "expiring" */
    str subject; /* "channel/12", "delivery/40" */
    str text;    /* English sentence already filled */
    int64_t first_us, last_us, seen_n;
    struct maybe_int told_us, closed_us;
};
must_use enum fault incident_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                  struct incident **ret, ptrdiff_t *ret_n, struct error *error);
/* incident_about(propre, of, keep, ret, error): what it is about, in words; what is gone meanwhile is empty. */
struct incident_of {
    int64_t workspace;
    const struct incident *incident;
    enum lang lang;
};
struct incident_about {
    int64_t delivery, channel; /* 0: none */
    str channel_name, text;    /* the post's title, or its beginning */
    str says;                  /* what happened, in the reader's language */
};
must_use enum fault incident_about(struct propre *propre, const struct incident_of *of,
                                   struct arena *keep, struct incident_about *ret,
                                   struct error *error);
