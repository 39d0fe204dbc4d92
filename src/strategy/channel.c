#include "strategy/channel.h"

#include <assert.h>

#include "base/text.h"
#include "base/translate.h"
#include "place/propre.h"
#include "strategy/queries.h"

static const struct {
    const char *word, *name;
    enum ownership ownership;
    bool translated; /* its name is a word, not a name of its own */
} networks[NETWORKS_N] = {
    [NETWORK_SITE] = {"site", N_("Site"), OWNED, true},
    [NETWORK_BLOG] = {"blog", N_("Blog"), OWNED, true},
    [NETWORK_NEWSLETTER] = {"newsletter", N_("Newsletter"), OWNED, true},
    [NETWORK_FACEBOOK] = {"facebook", "Facebook", RENTED, false},
    [NETWORK_INSTAGRAM] = {"instagram", "Instagram", RENTED, false},
    [NETWORK_THREADS] = {"threads", "Threads", RENTED, false},
    [NETWORK_X] = {"x", "X", RENTED, false},
    [NETWORK_LINKEDIN] = {"linkedin", "LinkedIn", RENTED, false},
    [NETWORK_YOUTUBE] = {"youtube", "YouTube", RENTED, false},
    [NETWORK_TIKTOK] = {"tiktok", "TikTok", RENTED, false},
    [NETWORK_PINTEREST] = {"pinterest", "Pinterest", RENTED, false},
    [NETWORK_FLICKR] = {"flickr", "Flickr", RENTED, false},
    [NETWORK_MASTODON] = {"mastodon", "Mastodon", RENTED, false},
    [NETWORK_BLUESKY] = {"bluesky", "Bluesky", RENTED, false},
    [NETWORK_REDDIT] = {"reddit", "Reddit", RENTED, false},
    [NETWORK_TELEGRAM] = {"telegram", "Telegram", RENTED, false},
    [NETWORK_WORDPRESS] = {"wordpress", "WordPress", OWNED, false},
    [NETWORK_GHOST] = {"ghost", "Ghost", OWNED, false},
    [NETWORK_DISCORD] = {"discord", "Discord", RENTED, false},
    [NETWORK_WEBHOOK] = {"webhook", "Webhook", RENTED, false},
    [NETWORK_MANUAL] = {"manual", N_("By hand"), RENTED, true},
    [NETWORK_OTHER] = {"other", N_("Other"), RENTED, true},
};

str
network_word(enum network network)
{
    assert((size_t)network < NETWORKS_N);
    return str_of(networks[network].word);
}

str
network_name(enum network network)
{
    assert((size_t)network < NETWORKS_N);
    return str_of(networks[network].name);
}

str
network_label(enum lang lang, enum network network)
{
    str name = network_name(network);
    return networks[network].translated ? str_of(translate(lang, name.p)) : name;
}

bool
network_parse(str word, enum network *ret)
{
    for (int i = 0; i < NETWORKS_N; i++) {
        if (str_eq_ascii_case(word, str_of(networks[i].word))) {
            *ret = (enum network)i;
            return true;
        }
    }
    return false;
}

enum ownership
network_ownership(enum network network)
{
    assert((size_t)network < NETWORKS_N);
    return networks[network].ownership;
}

str
ownership_word(enum ownership ownership)
{
    return ownership == OWNED ? S("owned") : S("rented");
}

static enum fault
channel_check(const struct channel *channel, struct error *error)
{
    assert((size_t)channel->network < NETWORKS_N);
    if (str_trim(channel->name).n == 0)
        return fail(error, FAULT_INPUT, "the channel needs a name");
    if (channel->name.n > (ptrdiff_t)16 * CHANNEL_NAME_MAX ||
        text_graphemes(channel->name) > CHANNEL_NAME_MAX)
        return fail(error, FAULT_INPUT, "the channel's name is longer than %d characters",
                    CHANNEL_NAME_MAX);
    if (channel->handle.n > CHANNEL_HANDLE_MAX)
        return fail(error, FAULT_INPUT, "the account is longer than %d bytes",
                    CHANNEL_HANDLE_MAX);
    if (!utf8_valid(channel->name) || !utf8_valid(channel->handle))
        return fail(error, FAULT_INPUT, "the channel's name or account is not UTF-8 text");
    return OK;
}

/* Channels of one network are told apart by their account there. */
static enum fault
taken_already(str handle, enum network network, struct error *error)
{
    /* "on By hand" is no language: what has no name of its own is told without it */
    if (networks[network].translated)
        return fail(error, FAULT_CONFLICT,
                    handle.n == 0
                        ? N_("there is a channel of this kind without an account's name "
                             "already; give one, so that they can be told apart")
                        : N_("there is a channel of this kind with this account's name "
                             "already; give another, so that they can be told apart"));
    if (handle.n == 0)
        return fail(error, FAULT_CONFLICT,
                    "there is a channel on %.*s without an account's name already; give one, "
                    "so that they can be told apart",
                    STR_FMT(network_name(network)));
    return fail(error, FAULT_CONFLICT, "there is a channel \"%.*s\" on %.*s already",
                STR_FMT(handle), STR_FMT(network_name(network)));
}

enum fault
channel_insert(struct propre *propre, const struct channel *channel, int64_t *ret_id,
               struct error *error)
{
    if (channel_check(channel, error))
        return error->fault;
    struct channel_insert_in in = {
        .workspace = channel->workspace,
        .network = network_word(channel->network),
        .handle = channel->handle.p ? str_trim(channel->handle) : S(""),
        .name = str_trim(channel->name),
        .ownership = ownership_word(channel->ownership),
        .created_us = clock_now(&propre->clock).us,
    };
    struct channel_insert_row row;
    bool made = false;
    if (q_channel_insert(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return taken_already(in.handle, channel->network, error);
    *ret_id = row.id;
    return OK;
}

enum fault
channel_insertable(struct propre *propre, const struct channel *channel, struct error *error)
{
    struct channel_with_account_row other;
    bool taken = false;
    if (channel_check(channel, error))
        return error->fault;
    struct channel_with_account_in in = {
        .workspace = channel->workspace,
        .network = network_word(channel->network),
        .handle = channel->handle.p ? str_trim(channel->handle) : S(""),
    };
    if (q_channel_with_account(propre->db, &in, NULL, &other, &taken, error))
        return error->fault;
    return taken ? taken_already(in.handle, channel->network, error) : OK;
}

#define CHANNEL_FROM(row)                                                                 \
    ((struct channel){.id = (row)->id,                                                    \
                      .workspace = (row)->workspace,                                      \
                      .handle = (row)->handle,                                            \
                      .name = (row)->name,                                                \
                      .ownership = str_eq((row)->ownership, S("owned")) ? OWNED : RENTED, \
                      .archived = (row)->archived_us.has,                                 \
                      .revision = (row)->revision})

/* A network this version does not know (a newer one wrote it) is shown as "other". */
static enum network
network_stored(str word)
{
    enum network network = NETWORK_OTHER;
    (void)network_parse(word, &network); /* false leaves "other" */
    return network;
}

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no channel %lld", (long long)id);
}

enum fault
channel_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
            struct channel *ret, struct error *error)
{
    struct channel_by_id_row row;
    bool found = false;
    if (q_channel_by_id(propre->db, &(struct channel_by_id_in){workspace, id}, keep, &row,
                        &found, error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = CHANNEL_FROM(&row);
    ret->network = network_stored(row.network);
    return OK;
}

enum fault
channel_list(struct propre *propre, int64_t workspace, struct arena *keep, struct channel **ret,
             ptrdiff_t *ret_n, struct error *error)
{
    struct channel_page_row *rows;
    ptrdiff_t n;
    if (q_channel_page(propre->db, &(struct channel_page_in){workspace, CHANNELS_MAX}, keep,
                       &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct channel, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = CHANNEL_FROM(&rows[i]);
        (*ret)[i].network = network_stored(rows[i].network);
    }
    *ret_n = n;
    return OK;
}

enum fault
channel_list_archived(struct propre *propre, int64_t workspace, struct arena *keep,
                      struct channel **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct channel_archived_page_row *rows;
    ptrdiff_t n;
    const struct channel_archived_page_in in = {workspace, CHANNELS_MAX};
    if (q_channel_archived_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct channel, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = CHANNEL_FROM(&rows[i]);
        (*ret)[i].network = network_stored(rows[i].network);
    }
    *ret_n = n;
    return OK;
}

enum fault
channel_update(struct propre *propre, const struct channel *channel, struct error *error)
{
    if (channel_check(channel, error))
        return error->fault;
    str handle = channel->handle.p ? str_trim(channel->handle) : S("");
    struct channel_revision_row was;
    struct channel_with_handle_row other;
    struct channel_update_row row;
    bool found = false, taken = false, written = false;
    if (q_channel_revision(propre->db,
                           &(struct channel_revision_in){channel->workspace, channel->id}, NULL,
                           &was, &found, error))
        return error->fault;
    if (!found)
        return absent(channel->id, error);
    struct channel_with_handle_in same = {channel->workspace, channel->id, handle};
    if (q_channel_with_handle(propre->db, &same, NULL, &other, &taken, error))
        return error->fault;
    if (taken)
        return taken_already(handle, channel->network, error);
    struct channel_update_in in = {channel->workspace,
                                   channel->id,
                                   handle,
                                   str_trim(channel->name),
                                   ownership_word(channel->ownership),
                                   channel->revision};
    if (q_channel_update(propre->db, &in, NULL, &row, &written, error))
        return error->fault;
    if (!written)
        return fail(
            error, FAULT_CONFLICT,
            "the channel was changed meanwhile; look at it again, then repeat your change");
    return OK;
}

enum fault
channel_archive(struct propre *propre, int64_t workspace, int64_t id, bool archived,
                struct error *error)
{
    struct channel_archive_in in = {workspace, id, no_int};
    if (archived)
        in.archived_us = some_int(clock_now(&propre->clock).us);
    struct channel_archive_row row;
    bool found = false;
    if (q_channel_archive(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : absent(id, error);
}
