#include "channel/driver.h"
#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/let_go.h"
#include "place/hold.h"
#include "strategy/channel.h"
#include "web/api_handlers.h"
#include "web/web_internal.h"

/* The connections of the channels, what somebody should look at, and what may go out at all. */

/* ---------- accounts, incidents ---------- */

static void
put_account(struct json_writer *w, const struct account *account)
{
    json_object_begin(w);
    api_put_int(w, "channel", account->channel);
    api_put_str(w, "network", account->network);
    api_put_str(w, "server", account->server);
    api_put_str(w, "handle", account->handle);
    api_put_str(w, "state", account_state_word(account));
    api_put_time(w, "token_expires", account->token_expires_us);
    api_put_time(w, "verified", account->verified_us);
    api_put_time(w, "failed", account->failed_us);
    api_put_int(w, "failures", account->failures_n);
    api_put_str(w, "error_class", account->class_word);
    api_put_str(w, "words", account->words);
    api_put_int(w, "revision", account->revision);
    json_object_end(w);
}

enum fault
handle_api_accounts(struct exchange *x, struct error *error)
{
    struct account *all;
    ptrdiff_t n;
    struct json_writer w;
    if (account_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_account(&w, &all[i]);
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_incidents(struct exchange *x, struct error *error)
{
    struct incident *all;
    ptrdiff_t n;
    struct json_writer w;
    bool whole = str_eq(exchange_query(x, "which"), S("all"));
    if (incident_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error))
        return error->fault;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct incident_about about;
        if (!whole && all[i].closed_us.has)
            continue;
        const struct incident_of of = {x->workspace.id, &all[i], x->lang};
        if (incident_about(x->web->propre, &of, x->keep, &about, error))
            return error->fault;
        json_object_begin(&w);
        api_put_int(&w, "id", all[i].id);
        api_put_str(&w, "kind", all[i].kind);
        api_put_str(&w, "subject", all[i].subject);
        api_put_maybe(&w, "channel", about.channel ? some_int(about.channel) : no_int);
        api_put_str(&w, "channel_name", about.channel_name);
        api_put_str(&w, "title", about.text);
        api_put_str(&w, "text", about.says);
        api_put_time(&w, "first", some_int(all[i].first_us));
        api_put_time(&w, "last", some_int(all[i].last_us));
        api_put_int(&w, "seen", all[i].seen_n);
        api_put_time(&w, "closed", all[i].closed_us);
        json_object_end(&w);
    }
    api_list_end(&w, STR_NONE);
    return OK;
}

/* ---------- one account ---------- */

static void
put_answer(struct json_writer *w, const struct account_answer *answer)
{
    json_object_begin(w);
    api_put_bool(w, "asked", answer->asked);
    api_put_bool(w, "done", answer->done);
    api_put_bool(w, "good", answer->done && answer->good);
    api_put_str(w, "error_class", answer->class_word);
    api_put_str(w, "words", answer->words);
    json_object_end(w);
}

static enum fault
answer_account(struct exchange *x, struct error *error)
{
    struct account account;
    struct account_answer answer;
    struct json_writer w;
    bool found = false;
    if (account_get(x->web->propre, x->workspace.id, x->id, x->keep, &account, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "channel %lld is not connected", (long long)x->id);
    if (account_answered(x->web->propre, x->workspace.id, x->id, x->keep, &answer, error))
        return error->fault;
    api_begin(x, &w);
    json_object_begin(&w);
    json_key(&w, S("account"));
    put_account(&w, &account);
    json_key(&w, S("answer"));
    put_answer(&w, &answer);
    json_object_end(&w);
    return OK;
}

enum fault
handle_api_account(struct exchange *x, struct error *error)
{
    return answer_account(x, error);
}

/* What is sent as a secret may be any field of the driver: its server and user name are asked for there too. */
enum fault
handle_api_account_connect(struct exchange *x, struct error *error)
{
    struct channel channel;
    struct secret_pair pairs[AUTH_FIELDS_MAX];
    int32_t n = 0;
    if (channel_get(x->web->propre, x->workspace.id, x->id, x->keep, &channel, error))
        return error->fault;
    const struct account account = {
        .channel = x->id,
        .workspace = x->workspace.id,
        .network = api_text(x, "network", network_word(channel.network)),
        .server = api_text(x, "server", S("")),
        .handle = api_text(x, "handle", S("")),
    };
    const struct json *secrets = api_member(x, "secrets");
    for (const struct json *at = secrets ? secrets->first : NULL; at; at = at->next) {
        if (n == AUTH_FIELDS_MAX)
            return fail(error, FAULT_LIMIT, "more than %d secrets", AUTH_FIELDS_MAX);
        pairs[n++] = (struct secret_pair){json_text(json_get(at, S("name"))),
                                          json_text(json_get(at, S("value")))};
    }
    if (account_connect(x->web->propre, &account, pairs, n, error))
        return error->fault;
    return answer_account(x, error);
}

enum fault
handle_api_account_verify(struct exchange *x, struct error *error)
{
    if (account_ask(x->web->propre, x->workspace.id, x->id, OP_VERIFY, STR_NONE, error))
        return error->fault;
    return answer_account(x, error);
}

enum fault
handle_api_account_disconnect(struct exchange *x, struct error *error)
{
    struct json_writer w;
    if (account_disconnect(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    api_begin(x, &w);
    json_object_begin(&w);
    json_object_end(&w);
    return OK;
}

/* ---------- the hold of everything ---------- */

/* ${may_be_out}: none when nothing was released. */
static enum fault
answer_hold(struct exchange *x, struct maybe_int may_be_out, struct error *error)
{
    struct hold hold;
    struct json_writer w;
    if (hold_get(x->web->propre, x->workspace.id, x->keep, &hold, error))
        return error->fault;
    api_begin(x, &w);
    json_object_begin(&w);
    api_put_bool(&w, "on", hold.on);
    api_put_time(&w, "since", hold.on ? some_int(hold.since_us) : no_int);
    api_put_str(&w, "reason", hold.on ? hold.reason : STR_NONE);
    api_put_maybe(&w, "may_be_out", may_be_out);
    json_object_end(&w);
    return OK;
}

enum fault
handle_api_hold(struct exchange *x, struct error *error)
{
    return answer_hold(x, no_int, error);
}

enum fault
handle_api_hold_set(struct exchange *x, struct error *error)
{
    if (hold_set(x->web->propre, x->workspace.id, api_text(x, "reason", STR_NONE), error))
        return error->fault;
    return answer_hold(x, no_int, error);
}

enum fault
handle_api_hold_release(struct exchange *x, struct error *error)
{
    int64_t n = 0;
    if (let_go_all(x->web->propre, x->workspace.id, &n, error))
        return error->fault;
    return answer_hold(x, some_int(n), error);
}
