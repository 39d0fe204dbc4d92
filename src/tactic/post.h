#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"

struct propre;
struct zone;

/* Why a post was made: for a tactic, to ask a question, to seize a moment. Imported ones may not say. */
enum post_intent {
    INTENT_UNKNOWN,
    INTENT_PLANNED,
    INTENT_EXPLORE,
    INTENT_ADHOC,
    POST_INTENTS_N
};

enum {
    POST_BODY_MAX =
        400 * 1024,           /* bytes; the longest post a network takes is 63 206 characters */
    POST_LABEL_MAX = 200,     /* bytes of format, topic, queue and the like: words, not texts */
    POST_ADDRESS_MAX = 4096,  /* bytes of a link or permalink; browsers take about so much */
    POST_HASHTAGS_MAX = 4096, /* bytes, all together */
    POST_EFFORT_MINUTES_MAX = 60000,
    POST_PAGE_MAX = 1000,    /* rows of one page */
    POST_CONTENT_BYTES = 16, /* of a SHA-256: among a million posts no two will ever agree */
    POST_SEARCH_MAX = 200    /* bytes of a search */
};

/*
 * A post with every field that learning may need. None and "has not" mean "not known", never zero or no.
 * Local parts are of the place that counts for the post (the workspace's zone, or what a file says);
 * weekdays are 1 to 7, Monday 1, but for files that number them otherwise and do not say how.
 */
struct post {
    int64_t id, workspace, channel;
    struct maybe_int tactic, objective;
    enum post_intent intent;
    str identity;  /* what makes it this post and no other: post_identity() */
    str remote_id; /* the network's id */
    str permalink;
    str title, body;
    struct maybe_int body_graphemes;
    str format;   /* "photo", "status", "video", "link", "reel" … lower case */
    str media;    /* "none", "image", "video" … */
    str creation; /* how it came about: "own", "curated", "generated", "repurposed" … */
    str topic;
    str link;     /* the address it leads to */
    str hashtags; /* "#a #b", as written */
    str language; /* "fr" */
    struct maybe_int published_us;
    struct maybe_int local_day, local_month, local_weekday, local_hour;
    str queue, experiment_arm;
    struct maybe_int paid; /* 1 when reach was bought */
    struct maybe_int effort_minutes, cost_minor;
    str currency;
    bool archived;
    int64_t revision;
};

/* The stable words "planned", "explore", "adhoc", "unknown". */
str post_intent_word(enum post_intent intent);
bool post_intent_parse(str word, enum post_intent *ret);
/* post_intent_name(intent): to be shown; key of translation. */
const char *post_intent_name(enum post_intent intent);

/*
 * post_complete(post, zone, keep):
 * Fills what follows from other fields and is not set: length in graphemes, hashtags and first link of the
 * body, media of the format, local parts of published_us in ${zone} (NULL: left unknown). Pure.
 */
void post_complete(struct post *post, const struct zone *zone, struct arena *keep);

/*
 * post_identity(post, content, occurrence, keep):
 * The network's id, else the permalink, else the hash ${content} of what was known before publication and
 * the number of its ${occurrence} (from 1) among equals. Source: doc/decisions/0009.
 */
str post_identity(const struct post *post, const uint8_t content[POST_CONTENT_BYTES],
                  int64_t occurrence, struct arena *keep);
/* post_content(post, out): that hash for a post written by hand: its text, address and time. */
void post_content(const struct post *post, uint8_t out[POST_CONTENT_BYTES]);

/* post_check(post, error): whether its fields can be stored. Faults: INPUT, naming the field. */
must_use enum fault post_check(const struct post *post, struct error *error);

/*
 * post_insert(propre, post, ret_id, error):
 * A new post; post->identity must be set. Needs an open write transaction.
 * Faults: as post_check; CONFLICT when the channel has a post with that identity; ABSENT for a channel,
 *         tactic or objective that is not there.
 */
must_use enum fault post_insert(struct propre *propre, const struct post *post, int64_t *ret_id,
                                struct error *error);
/*
 * post_insert_known(propre, post, ret_id, ret_made, error):
 * The same for an importer, which checked the post and what it refers to once for all its rows; when the
 * channel has it already nothing is written and *ret_made is false.
 */
must_use enum fault post_insert_known(struct propre *propre, const struct post *post,
                                      int64_t *ret_id, bool *ret_made, struct error *error);
/* post_find(propre, channel, identity, ret_id, ret_found, error): the post with that identity. */
must_use enum fault post_find(struct propre *propre, int64_t channel, str identity,
                              int64_t *ret_id, bool *ret_found, struct error *error);
/* post_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault post_get(struct propre *propre, int64_t workspace, int64_t id,
                             struct arena *keep, struct post *ret, struct error *error);
/*
 * post_update(propre, post, error):
 * Writes what a person may say about a post afterwards (tactic, objective, intent, creation, topic,
 * language, queue, arm, paid, effort, cost), if post->revision is still the stored one. What went out
 * (text, time, address) is a fact and stays.
 * Faults: as post_check; ABSENT; CONFLICT when someone changed it meanwhile.
 */
must_use enum fault post_update(struct propre *propre, const struct post *post,
                                struct error *error);
/* post_archive(propre, workspace, id, archived, error): out of lists and of learning, or back. */
must_use enum fault post_archive(struct propre *propre, int64_t workspace, int64_t id,
                                 bool archived, struct error *error);
