#include "outbox/account_internal.h"

#include <assert.h>

#include "outbox/notice_internal.h"
#include "outbox/outbox_internal.h"
#include "outbox/queries.h"
#include "place/propre.h"

enum {
    ACCOUNTS_MAX = 1000 /* one a channel (strategy: CHANNELS_MAX) */
};
static const int64_t failures_dead = 3;
static const int64_t failures_apart_us =
    600000000; /* ten minutes: three in a row are not a hiccup */
static const int64_t refresh_ahead_us = 300000000;          /* five minutes before the end */
static const int64_t token_life_max_us = 400 * 86400000000; /* longer ones are nonsense (F11) */

static const str account_states[] = {
    [ACCOUNT_CONNECTED] = S_CONST("connected"),
    [ACCOUNT_FAILING] = S_CONST("failing"),
    [ACCOUNT_DEAD] = S_CONST("dead"),
};

static enum account_state
state_of(str word)
{
    for (int i = 0; i <= ACCOUNT_DEAD; i++) {
        if (str_eq(word, account_states[i]))
            return (enum account_state)i;
    }
    return ACCOUNT_DEAD; /* the schema lets nothing else in */
}

static const str ops[CHANNEL_OPS_N] = {
    [OP_VERIFY] = S_CONST("verify"),
    [OP_LIMITS] = S_CONST("limits"),
    [OP_PUBLISH] = S_CONST("publish"),
    [OP_READ_BACK] = S_CONST("read back"),
    [OP_WITHDRAW] = S_CONST("withdraw"),
    [OP_EDIT] = S_CONST("edit"),
    [OP_POST_METRICS] = S_CONST("post metrics"),
    [OP_ACCOUNT_METRICS] = S_CONST("account metrics"),
    [OP_REFRESH] = S_CONST("refresh"),
    [OP_AUTH_BEGIN] = S_CONST("auth begin"),
    [OP_AUTH_FINISH] = S_CONST("auth finish"),
};

str
channel_op_word(enum channel_op op)
{
    assert(op >= 0 && op < CHANNEL_OPS_N);
    return ops[op];
}

bool
channel_op_parse(str word, enum channel_op *ret)
{
    for (int i = 0; i < CHANNEL_OPS_N; i++) {
        if (str_eq(word, ops[i])) {
            *ret = (enum channel_op)i;
            return true;
        }
    }
    return false;
}

str
class_store(enum error_class error_class)
{
    return error_class == CLASS_NONE ? STR_NONE : error_class_word(error_class);
}

/* ---- secrets: a JSON object, sealed ---- */

str
account_state_word(const struct account *account)
{
    const struct driver *driver = driver_find(account->network);
    if (driver && driver->traits.by_hand)
        return S("by hand");
    if (account->state == ACCOUNT_CONNECTED && !account->verified_us.has)
        return S("not verified");
    return account_states[account->state];
}

#define ACCOUNT_FROM(row)                            \
    ((struct account){                               \
        .channel = (row)->channel,                   \
        .workspace = (row)->workspace,               \
        .network = (row)->network,                   \
        .server = (row)->server,                     \
        .handle = (row)->handle,                     \
        .user_id = (row)->user_id,                   \
        .state = state_of((row)->state),             \
        .token_expires_us = (row)->token_expires_us, \
        .verified_us = (row)->verified_us,           \
        .failed_us = (row)->failed_us,               \
        .failures_n = (int32_t)(row)->failures_n,    \
        .settings = (row)->settings,                 \
        .limits = (row)->limits,                     \
        .class_word = (row)->class,                  \
        .words = (row)->words,                       \
        .revision = (row)->revision,                 \
    })

enum fault
account_get(struct propre *propre, int64_t workspace, int64_t channel, struct arena *keep,
            struct account *ret, bool *ret_found, struct error *error)
{
    struct account_by_channel_row row;
    bool found = false;
    if (q_account_by_channel(propre->db, &(struct account_by_channel_in){workspace, channel},
                             keep, &row, &found, error))
        return error->fault;
    if (found)
        *ret = ACCOUNT_FROM(&row);
    *ret_found = found;
    return OK;
}

enum fault
account_list(struct propre *propre, int64_t workspace, struct arena *keep, struct account **ret,
             ptrdiff_t *ret_n, struct error *error)
{
    struct account_page_row *rows;
    ptrdiff_t n;
    if (q_account_page(propre->db, &(struct account_page_in){workspace, ACCOUNTS_MAX}, keep,
                       &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct account, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = ACCOUNT_FROM(&rows[i]);
    *ret_n = n;
    return OK;
}

enum fault
account_not_connected(int64_t channel, struct error *error)
{
    return fail(error, FAULT_ABSENT, "channel %lld is not connected", (long long)channel);
}

enum fault
account_disconnect(struct propre *propre, int64_t workspace, int64_t channel,
                   struct error *error)
{
    struct account_forget_row row;
    bool found = false;
    if (q_account_forget(propre->db, &(struct account_forget_in){workspace, channel}, NULL,
                         &row, &found, error))
        return error->fault;
    if (!found)
        return account_not_connected(channel, error);
    return q_rate_forget(propre->db, &(struct rate_forget_in){channel}, error);
}

/* A network nobody made a driver for is published by hand, without anything to connect. */
static enum fault
open_by_hand(struct propre *propre, driver_finder *find, const struct account_of *of,
             struct arena *keep, struct channel_account *ret, const struct driver **ret_driver,
             struct account *ret_row, struct error *error)
{
    struct account_channel_row row;
    bool found = false;
    if (q_account_channel(propre->db, &(struct account_channel_in){of->workspace, of->channel},
                          keep, &row, &found, error))
        return error->fault;
    const struct driver *usual = found ? driver_usual(row.network) : NULL;
    const struct driver *hand =
        usual && usual->traits.by_hand ? find(str_of(usual->traits.network)) : NULL;
    if (!hand)
        return account_not_connected(of->channel, error);
    *ret = (struct channel_account){.handle = row.handle};
    *ret_driver = hand;
    if (ret_row)
        *ret_row = (struct account){.channel = of->channel,
                                    .workspace = of->workspace,
                                    .network = str_of(hand->traits.network),
                                    .handle = row.handle};
    return OK;
}

enum fault
account_open_with(struct propre *propre, driver_finder *find, const struct account_of *of,
                  struct arena *keep, struct channel_account *ret,
                  const struct driver **ret_driver, struct account *ret_row,
                  struct error *error)
{
    struct account_by_channel_row row;
    struct secrets *secrets = new (keep, struct secrets, 1);
    bool found = false;
    if (q_account_by_channel(propre->db,
                             &(struct account_by_channel_in){of->workspace, of->channel}, keep,
                             &row, &found, error))
        return error->fault;
    if (!found)
        return open_by_hand(propre, find, of, keep, ret, ret_driver, ret_row, error);
    const struct driver *driver = find(row.network);
    if (!driver)
        return fail(error, FAULT_ABSENT, "Propre cannot speak to %.*s by itself",
                    STR_FMT(row.network));
    if (secrets_open(propre, of->channel, row.secrets, keep, secrets, error))
        return error->fault;
    *ret = (struct channel_account){
        .server = row.server,
        .handle = row.handle,
        .user_id = row.user_id,
        .secrets = secrets->at,
        .secrets_n = secrets->n,
        .settings = row.settings,
        .limits = row.limits,
    };
    *ret_driver = driver;
    if (ret_row)
        *ret_row = ACCOUNT_FROM(&row);
    return OK;
}

enum fault
account_open(struct propre *propre, int64_t workspace, int64_t channel, struct arena *keep,
             struct channel_account *ret, const struct driver **ret_driver, struct error *error)
{
    return account_open_with(propre, driver_find, &(struct account_of){workspace, channel},
                             keep, ret, ret_driver, NULL, error);
}

/* ---- what calls found ---- */

static enum fault
keep_found(struct propre *propre, const struct account *row, enum channel_op op,
           const struct step *step, struct arena keep, bool *ret_kept, struct error *error)
{
    struct account_by_channel_row now_row;
    struct account_found_row written;
    struct secrets *secrets = new (&keep, struct secrets, 1);
    bool found = false;
    str sealed = STR_NONE;
    int64_t now = clock_now(&propre->clock).us;
    const struct account_by_channel_in in = {row->workspace, row->channel};
    if (q_account_by_channel(propre->db, &in, &keep, &now_row, &found, error))
        return error->fault;
    if (!found || now_row.revision != row->revision) {
        *ret_kept = false;
        return OK;
    }
    if (step->secrets_n > 0) {
        if (secrets_open(propre, row->channel, now_row.secrets, &keep, secrets, error))
            return error->fault;
        for (int32_t i = 0; i < step->secrets_n; i++) {
            if (secrets_set(secrets, &step->secrets[i], error))
                return error->fault;
        }
        if (secrets_seal(propre, row->channel, secrets, &keep, &sealed, error))
            return error->fault;
    }
    struct maybe_int expires = step->token_expires_us;
    if (expires.has && (expires.is <= now || expires.is > now + token_life_max_us))
        expires = no_int; /* not believed: better not known than wrong */
    const struct account_found_in put = {
        .channel = row->channel,
        .handle = step->handle.n > 0 ? step->handle : STR_NONE,
        .user_id = step->user_id.n > 0 ? step->user_id : STR_NONE,
        .limits = step->limits.n > 0 && step->limits.n <= ACCOUNT_SETTINGS_MAX ? step->limits
                                                                               : STR_NONE,
        .secrets = sealed,
        .token_expires_us = expires,
        .verified_us = op == OP_VERIFY ? some_int(now) : no_int,
        .renewed = step->secrets_n > 0,
        .now = now,
        .revision = row->revision,
    };
    if (q_account_found(propre->db, &put, NULL, &written, ret_kept, error) || !*ret_kept)
        return error->fault;
    if (op == OP_VERIFY && account_connected(propre, row->workspace, row->channel, error))
        return error->fault;
    return account_reconnected(propre, row->workspace, row->channel, error);
}

enum fault
account_keep(struct propre *propre, const struct account *row, enum channel_op op,
             const struct step *step, bool *ret_kept, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(ACCOUNT_BYTES, &region);
    enum fault fault = keep_found(propre, row, op, step, keep, ret_kept, error);
    arena_release(&region);
    return fault;
}

enum fault
account_failed(struct propre *propre, const struct account *row, enum error_class error_class,
               str words, bool *ret_dead, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 16, &region);
    struct account_failure_row after;
    bool counted = false;
    int64_t now = clock_now(&propre->clock).us;
    const struct account_failure_in in = {
        .channel = row->channel,
        .revision = row->revision,
        .spaced_before = now - failures_apart_us,
        .class = class_store(error_class),
        .words = words,
        .dead_n = failures_dead,
        .now = now,
    };
    enum fault fault = q_account_failure(propre->db, &in, &keep, &after, &counted, error);
    *ret_dead = !fault && counted && str_eq(after.state, account_states[ACCOUNT_DEAD]);
    arena_release(&region);
    return fault;
}

enum fault
account_works(struct propre *propre, const struct account *row, struct error *error)
{
    if (row->state != ACCOUNT_FAILING)
        return OK;
    return q_account_good(propre->db, &(struct account_good_in){row->channel}, error);
}

enum fault
account_lease(struct propre *propre, int64_t channel, str worker, instant until, bool *ret_got,
              struct error *error)
{
    struct account_lease_row row;
    const struct account_lease_in in = {channel, worker, until.us,
                                        clock_now(&propre->clock).us};
    return q_account_lease(propre->db, &in, NULL, &row, ret_got, error);
}

enum fault
account_lease_end(struct propre *propre, int64_t channel, str worker, struct error *error)
{
    return q_account_lease_end(propre->db, &(struct account_lease_end_in){channel, worker},
                               error);
}

enum fault
account_expire(struct propre *propre, const struct account *row, struct error *error)
{
    const struct account_expire_in in = {row->channel, row->revision,
                                         clock_now(&propre->clock).us};
    return q_account_expire(propre->db, &in, error);
}

bool
account_can_refresh(const struct channel_account *account, const struct driver *driver)
{
    return driver->traits.ops[OP_REFRESH] && account_secret(account, S("refresh")).n > 0;
}

bool
account_token_over(const struct account *row, instant now)
{
    return row->token_expires_us.has && row->token_expires_us.is <= now.us;
}

bool
account_needs_refresh(const struct account *row, const struct driver *driver, instant now)
{
    return driver->traits.ops[OP_REFRESH] && row->token_expires_us.has &&
           row->token_expires_us.is - refresh_ahead_us <= now.us;
}

/* ---- questions ---- */

enum fault
account_ask(struct propre *propre, int64_t workspace, int64_t channel, enum channel_op op,
            str argument, struct error *error)
{
    struct account_ask_row row;
    bool found = false;
    if (op != OP_VERIFY && op != OP_LIMITS && op != OP_AUTH_BEGIN && op != OP_AUTH_FINISH)
        return fail(error, FAULT_INPUT, "this cannot be asked of an account");
    if (argument.n > ACCOUNT_SETTINGS_MAX)
        return fail(error, FAULT_LIMIT, "what came back is longer than %d bytes",
                    ACCOUNT_SETTINGS_MAX);
    const struct account_ask_in in = {workspace, channel, channel_op_word(op), argument,
                                      clock_now(&propre->clock).us};
    if (q_account_ask(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : account_not_connected(channel, error);
}

enum fault
account_answered(struct propre *propre, int64_t workspace, int64_t channel, struct arena *keep,
                 struct account_answer *ret, struct error *error)
{
    struct account_answer_row row;
    bool found = false;
    if (q_account_answer(propre->db, &(struct account_answer_in){workspace, channel}, keep,
                         &row, &found, error))
        return error->fault;
    if (!found)
        return account_not_connected(channel, error);
    *ret = (struct account_answer){
        .asked = row.ask_us.has,
        .done = row.ask_done_us.has,
        .good = row.ask_good.has && row.ask_good.is != 0,
        .visit = row.ask_visit,
        .class_word = row.ask_class,
        .words = row.ask_words,
        .asked_us = row.ask_us.is,
    };
    if (row.ask_op.p && !channel_op_parse(row.ask_op, &ret->op))
        return fail(error, FAULT_CORRUPT, "the data have the question \"%.*s\"",
                    STR_FMT(row.ask_op));
    return OK;
}
