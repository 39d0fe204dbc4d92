#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/lang.h"
#include "base/str.h"

struct propre;

/*
 * The networks a channel can be on; a closed list, because metrics and imports hang on it.
 * "site", "blog", "newsletter", "wordpress" and "ghost" are one's own ground.
 */
enum network {
    NETWORK_SITE,
    NETWORK_BLOG,
    NETWORK_NEWSLETTER,
    NETWORK_FACEBOOK,
    NETWORK_INSTAGRAM,
    NETWORK_THREADS,
    NETWORK_X,
    NETWORK_LINKEDIN,
    NETWORK_YOUTUBE,
    NETWORK_TIKTOK,
    NETWORK_PINTEREST,
    NETWORK_FLICKR,
    NETWORK_MASTODON,
    NETWORK_BLUESKY,
    NETWORK_REDDIT,
    NETWORK_TELEGRAM,
    NETWORK_WORDPRESS,
    NETWORK_GHOST,
    NETWORK_DISCORD,
    NETWORK_WEBHOOK,
    NETWORK_MANUAL, /* a person posts, and says so */
    NETWORK_OTHER,
    NETWORKS_N
};

enum ownership { OWNED, RENTED };

enum {
    CHANNEL_NAME_MAX = 200,   /* characters as read; a name is shown in one line */
    CHANNEL_HANDLE_MAX = 300, /* bytes; the longest account address of a network is about 250 */
    CHANNELS_MAX = 1000       /* of one workspace; an agency's, with room */
};

/* One account on one network. */
struct channel {
    int64_t id, workspace;
    enum network network;
    str handle; /* the network's own name of the account; may be empty when nobody said */
    str name;
    enum ownership ownership;
    bool archived;
    int64_t revision;
};

/* network_word(network): the stable word ("facebook"); network_name: how it writes itself ("Facebook"). */
str network_word(enum network network);
str network_name(enum network network);
/* network_label(lang, network): its name to be shown: translated where it is a word ("By hand"). */
str network_label(enum lang lang, enum network network);
/* network_parse(word, ret): false when it is none of the list. */
bool network_parse(str word, enum network *ret);
/* network_ownership(network): owned ground, or rented. */
enum ownership network_ownership(enum network network);
/* ownership_word(ownership): "owned" or "rented". */
str ownership_word(enum ownership ownership);

/*
 * channel_insert(propre, channel, ret_id, error):
 * A new channel of channel->workspace. Needs an open write transaction.
 * Faults: INPUT for a bad field (named); CONFLICT when the network and handle exist already.
 */
must_use enum fault channel_insert(struct propre *propre, const struct channel *channel,
                                   int64_t *ret_id, struct error *error);
/* channel_insertable(propre, channel, error): whether channel_insert would take it now. Faults: as there. */
must_use enum fault channel_insertable(struct propre *propre, const struct channel *channel,
                                       struct error *error);
/* channel_get(propre, workspace, id, keep, ret, error): Faults: ABSENT. */
must_use enum fault channel_get(struct propre *propre, int64_t workspace, int64_t id,
                                struct arena *keep, struct channel *ret, struct error *error);
/* channel_list(propre, workspace, keep, ret, ret_n, error): those in use, by name. */
must_use enum fault channel_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                 struct channel **ret, ptrdiff_t *ret_n, struct error *error);
/* channel_list_archived(propre, workspace, keep, ret, ret_n, error): those put away, the last first. */
must_use enum fault channel_list_archived(struct propre *propre, int64_t workspace,
                                          struct arena *keep, struct channel **ret,
                                          ptrdiff_t *ret_n, struct error *error);
/*
 * channel_update(propre, channel, error):
 * Writes name, handle and ownership of channel->id, if channel->revision is still the stored one.
 * Faults: INPUT; ABSENT; CONFLICT when someone changed it meanwhile.
 */
must_use enum fault channel_update(struct propre *propre, const struct channel *channel,
                                   struct error *error);
/* channel_archive(propre, workspace, id, archived, error): out of lists, or back; nothing is lost. */
must_use enum fault channel_archive(struct propre *propre, int64_t workspace, int64_t id,
                                    bool archived, struct error *error);
