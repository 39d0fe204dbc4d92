#include "base/json.h"
#include "base/text.h"
#include "channel/step.h"
#include "outbox/account_internal.h"
#include "outbox/connect.h"
#include "outbox/notice_internal.h"
#include "outbox/outbox_internal.h"
#include "outbox/queries.h"
#include "place/propre.h"

/* What a person gives to connect an account, and what stays of the one before. */

enum { SERVER_MAX = 2048 /* bytes: what browsers take as an address */ };

static enum fault
json_object_check(str text, const char *what, struct arena scratch, struct error *error)
{
    struct json *json;
    if (text.n <= 0)
        return OK;
    if (text.n > ACCOUNT_SETTINGS_MAX)
        return fail(error, FAULT_LIMIT, "%s: longer than %d bytes", what, ACCOUNT_SETTINGS_MAX);
    if (json_parse(&scratch, text, &json, error))
        return error_prefix(error, "%s", what);
    return json->kind == JSON_KIND_OBJECT
               ? OK
               : fail(error, FAULT_INPUT, "%s: a JSON object is expected", what);
}

static str
given(str s)
{
    return s.p ? s : S("");
}

/* Whether a person gave it; else it was made of what they gave: tokens, sessions, keys. */
static bool
given_by_person(const struct driver *driver, str name)
{
    for (int i = 0; driver && i < AUTH_FIELDS_MAX && driver->traits.fields[i].name; i++) {
        if (str_eq(str_of(driver->traits.fields[i].name), name))
            return true;
    }
    return false;
}

/* The required fields of the network, each by what is given now or was there before. */
static enum fault
required_check(const struct driver *driver, const struct account *account,
               const struct secrets *secrets, struct error *error)
{
    for (int i = 0; driver && i < AUTH_FIELDS_MAX && driver->traits.fields[i].name; i++) {
        const struct auth_field *field = &driver->traits.fields[i];
        str name = str_of(field->name);
        bool there = false;
        if (!field->required)
            continue;
        if (str_eq(name, S("server")))
            there = str_trim(account->server).n > 0;
        for (int32_t k = 0; k < secrets->n; k++)
            there = there || str_eq(secrets->at[k].name, name);
        if (!field->secret && str_eq(name, S("handle")))
            there = there || str_trim(account->handle).n > 0;
        if (!there)
            return fail(error, FAULT_INPUT, "to connect the account, fill in \"%s\" (%s)",
                        field->label, field->name);
    }
    return OK;
}

/* What is an address must look like one: else it is told far from here that nobody could be reached. */
static enum fault
addresses_check(const struct driver *driver, const struct account *account,
                const struct secret_pair *pairs, int32_t pairs_n, struct arena scratch,
                struct error *error)
{
    str server = str_trim(account->server);
    const char *problem = NULL;
    if (server.n > 0 && given_by_person(driver, S("server")))
        problem = address_problem(server, scratch);
    for (int32_t i = 0; i < pairs_n && !problem; i++) {
        if (str_eq(pairs[i].name, S("webhook")) && pairs[i].value.n > 0 &&
            given_by_person(driver, pairs[i].name))
            problem = address_problem(pairs[i].value, scratch);
    }
    return problem ? fail(error, FAULT_INPUT, "%s", problem) : OK;
}

bool
account_same_server(str a, str b, struct arena scratch)
{
    return str_eq(server_clean(&scratch, a), server_clean(&scratch, b));
}

static bool
same_handle(str a, str b)
{
    a = str_trim(a);
    b = str_trim(b);
    if (str_starts(a, S("@")))
        a = str_slice(a, 1, a.n);
    if (str_starts(b, S("@")))
        b = str_slice(b, 1, b.n);
    return str_eq_ascii_case(a, b);
}

/*
 * What stays of the account that was there. A token goes on to work for the account it was made for: with another server
 * nothing stays, with another person or another credential only what a person gave, and who it is must be asked again.
 * Returns whether it is the same.
 */
static bool
keep_same(const struct account *account, const struct account_by_channel_row *was,
          const struct secret_pair *pairs, int32_t pairs_n, struct secrets *secrets,
          struct arena scratch)
{
    const struct driver *driver = driver_find(was->network);
    bool place = (account->network.n <= 0 || str_eq(account->network, was->network)) &&
                 account_same_server(account->server, was->server, scratch);
    bool same = place && (str_trim(account->handle).n <= 0 ||
                          same_handle(account->handle, was->handle) ||
                          same_handle(account->handle, secret_of(secrets, S("user"))));
    for (int32_t i = 0; i < pairs_n && same; i++) {
        str was_there = secret_of(secrets, pairs[i].name);
        same = pairs[i].value.n <= 0 || str_eq(pairs[i].value, was_there) ||
               (str_eq(pairs[i].name, S("user")) && same_handle(pairs[i].value, was_there));
    }
    if (same)
        return true;
    int32_t n = 0;
    for (int32_t i = 0; place && i < secrets->n; i++) {
        if (given_by_person(driver, secrets->at[i].name))
            secrets->at[n++] = secrets->at[i];
    }
    secrets->n = n;
    return false;
}

static enum fault
connect(struct propre *propre, const struct account *account, const struct secret_pair *pairs,
        int32_t pairs_n, struct arena keep, struct error *error)
{
    struct account_by_channel_row was = {0};
    struct account_upsert_row row;
    struct secrets *secrets = new (&keep, struct secrets, 1);
    bool found = false, made = false;
    str sealed, handle = str_trim(given(account->handle));
    if (account->server.n > SERVER_MAX || !utf8_valid(account->server))
        return fail(error, FAULT_INPUT, "the address of the server is too long");
    const struct account_by_channel_in in = {account->workspace, account->channel};
    if (json_object_check(account->settings, "the settings of the account", keep, error) ||
        q_account_by_channel(propre->db, &in, &keep, &was, &found, error))
        return error->fault;
    if (found && secrets_open(propre, account->channel, was.secrets, &keep, secrets, error)) {
        /* A key file that is lost must not keep anybody from connecting anew. */
        secrets->n = 0;
        *error = (struct error){0};
    }
    bool same = found && keep_same(account, &was, pairs, pairs_n, secrets, keep);
    if (secrets_set_all(secrets, pairs, pairs_n, error))
        return error->fault;
    const struct driver *driver = driver_find(account->network);
    if (required_check(driver, account, secrets, error) ||
        addresses_check(driver, account, pairs, pairs_n, keep, error) ||
        secrets_seal(propre, account->channel, secrets, &keep, &sealed, error))
        return error->fault;
    const struct account_upsert_in put = {
        .channel = account->channel,
        .workspace = account->workspace,
        .server = str_trim(given(account->server)),
        .handle = handle.n == 0 && same ? was.handle : handle,
        .user_id = account->user_id.n > 0 ? account->user_id
                   : same                 ? was.user_id
                                          : S(""),
        .secrets = sealed,
        .settings = account->settings.n > 0 ? account->settings
                    : found                 ? was.settings
                                            : STR_NONE,
        .now = clock_now(&propre->clock).us,
        .network = account->network.n > 0 ? account->network
                   : found                ? was.network
                                          : STR_NONE,
    };
    if (q_account_upsert(propre->db, &put, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return fail(error, FAULT_ABSENT, "there is no channel %lld",
                    (long long)account->channel);
    if (q_rate_forget(propre->db, &(struct rate_forget_in){account->channel}, error))
        return error->fault;
    bool checks = !driver || !driver->traits.by_hand;
    if (!checks && account_connected(propre, account->workspace, account->channel, error))
        return error->fault;
    return account_reconnected(propre, account->workspace, account->channel, error);
}

enum fault
account_connect(struct propre *propre, const struct account *account,
                const struct secret_pair *secrets, int32_t secrets_n, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(ACCOUNT_BYTES, &region);
    enum fault fault = connect(propre, account, secrets, secrets_n, keep, error);
    arena_release(&region);
    return fault;
}

enum fault
account_settings(struct propre *propre, int64_t workspace, int64_t channel, str settings,
                 struct error *error)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(ACCOUNT_BYTES, &region);
    enum fault fault =
        json_object_check(settings, "the settings of the account", scratch, error);
    arena_release(&region);
    struct account_settings_set_row row;
    bool found = false;
    const struct account_settings_set_in in = {
        workspace, channel, settings.n > 0 ? settings : STR_NONE, clock_now(&propre->clock).us};
    if (fault || q_account_settings_set(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : account_not_connected(channel, error);
}
