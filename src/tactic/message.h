#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "tactic/post.h"

struct propre;

/*
 * A message: what is composed once and goes to one or more channels, with all learning fields. Its variant is its
 * form for one channel. When a delivery of it is published, a `post` (tactic/post.h) is written down: what went out.
 * doc/decisions/0012 says why these are two things. Screens and the API call it a post.
 */

enum {
    VARIANTS_MAX = 50, /* channels of one message: an agency's campaign, with room */
    MESSAGE_FILES_MAX =
        20, /* pictures of one message: the most a network takes (channel/driver.h) */
    MESSAGE_ALT_MAX = 4000,      /* bytes; 1,500 characters at most on any network */
    MESSAGE_BYTES_MAX = 2 << 20, /* bytes of all its texts and variants; five of the longest */
    MESSAGE_OPTIONS_MAX = 16 * 1024, /* bytes; a page of settings */
    MESSAGE_COPIES_MAX = 500         /* of one page; an afternoon of saving by itself */
};

struct message {
    int64_t id, workspace;
    str title; /* of a blog; networks without titles ignore it */
    str body;  /* a line of only "---" parts a thread */
    str link;
    struct maybe_int tactic, objective;
    enum post_intent intent;
    str format, creation, topic, language, queue, experiment_arm, hashtags;
    struct maybe_int effort_minutes, cost_minor;
    str currency;
    str warning;                 /* content warning */
    str visibility;              /* "public" … none: the channel's own */
    str tags, categories;        /* lists, separated by commas */
    struct maybe_int use_by_us;  /* useless after; never sent later */
    struct maybe_int recurrence; /* the rule it is an occurrence of; recurrence_mark() says so,
                                    message_save() does not read it */
    str chosen; /* of a draft: "at", "queue" or "draft", as a person chose; none. Nothing goes out by it. */
    str chosen_wall, chosen_queue; /* "2027-03-01T09:30" of the workspace's zone; a queue */
    bool archived;
    int64_t revision;
    int64_t created_us, changed_us;
};

/* The form of a message for one channel. A none means "as the message has it". */
struct variant {
    int64_t message, channel;
    str title, body, link, warning, visibility, slug;
    str options; /* JSON object of what only that network knows; none */
};

struct message_file {
    int64_t media; /* place/media.h */
    str alt;
};

/*
 * message_save(propre, message, variants, variants_n, files, files_n, ret_id, error):
 * Writes message, variants and files as they shall be: a new one when message->id is 0, else in place of revision
 * message->revision. Every revision is kept (message_copies); when nothing differs none is made, so that saving by
 * itself costs no history. Needs an open write transaction.
 * Faults: INPUT naming the field; ABSENT; CONFLICT when someone changed it meanwhile.
 */
struct message_parts {
    const struct variant *variants;
    ptrdiff_t variants_n;
    const struct message_file *files;
    ptrdiff_t files_n;
    /* Words for channels it does not go to; one that is among variants too is forgotten. */
    const struct variant *aside;
    ptrdiff_t aside_n;
};
must_use enum fault message_save(struct propre *propre, const struct message *message,
                                 const struct message_parts *parts, int64_t *ret_id,
                                 struct error *error);
/* message_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault message_get(struct propre *propre, int64_t workspace, int64_t id,
                                struct arena *keep, struct message *ret, struct error *error);
/*
 * message_list(propre, workspace, offset, limit, keep, ret, ret_n, error): newest first; of the text, its first 200
 * characters. ${limit} is at most MESSAGE_PAGE_MAX.
 */
enum { MESSAGE_PAGE_MAX = 500 /* of one page: more is not read */ };
struct message_line {
    int64_t id, created_us, changed_us, revision;
    str title, excerpt;
    bool archived;
};
must_use enum fault message_list(struct propre *propre, int64_t workspace, int64_t offset,
                                 int64_t limit, struct arena *keep, struct message_line **ret,
                                 ptrdiff_t *ret_n, struct error *error);
/* message_parts_get(propre, id, keep, ret, error): its variants (by channel) and files (in order). */
must_use enum fault message_parts_get(struct propre *propre, int64_t id, struct arena *keep,
                                      struct message_parts *ret, struct error *error);
/*
 * message_copies(propre, workspace, id, keep, ret, ret_n, error):
 * Its latest MESSAGE_COPIES_MAX revisions, newest first, the present one too. None for a message that is not there.
 */
struct message_copy {
    int64_t revision, changed_us;
};
must_use enum fault message_copies(struct propre *propre, int64_t workspace, int64_t id,
                                   struct arena *keep, struct message_copy **ret,
                                   ptrdiff_t *ret_n, struct error *error);
/*
 * message_copy_get(propre, of, keep, ret, ret_parts, error):
 * The message as it was at of->revision of message of->id in of->workspace. To go back to it, give it the present
 * revision and save it. Faults: ABSENT; CORRUPT when the copy cannot be read.
 */
struct message_copy_of {
    int64_t workspace, id, revision;
};
must_use enum fault message_copy_get(struct propre *propre, const struct message_copy_of *of,
                                     struct arena *keep, struct message *ret,
                                     struct message_parts *ret_parts, struct error *error);
/* message_storable(message, parts, error): whether they can be stored. Pure. Faults: INPUT, naming the field. */
must_use enum fault message_storable(const struct message *message,
                                     const struct message_parts *parts, struct error *error);
/* message_archive(propre, workspace, id, archived, error): out of lists, or back. */
must_use enum fault message_archive(struct propre *propre, int64_t workspace, int64_t id,
                                    bool archived, struct error *error);
/*
 * message_resolve(message, variant, ret): the fields as they hold for one channel (variant over message). Pure;
 * variant NULL: the message itself. Only title, body, link, warning, visibility change.
 */
void message_resolve(const struct message *message, const struct variant *variant,
                     struct message *ret);
/* message_thread(body, keep, ret_n): its parts, cut at lines of only "---", each trimmed, empty ones left out. At least one. */
str *message_thread(str body, struct arena *keep, int32_t *ret_n);
