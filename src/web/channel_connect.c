#include "base/format.h"
#include "base/json.h"
#include "base/translate.h"
#include "outbox/account.h"
#include "outbox/connect.h"
#include "outbox/put_away.h"
#include "strategy/channel.h"
#include "web/answer.h"
#include "web/channel_view.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

/*
 * One channel and its connection. Pages do not call out: what a network shall say is asked of the account
 * (account_ask), the worker asks the network, and the page shows what came of it.
 */

enum { BACK_MAX = 8000 /* the form's own ceiling: an address is 8192 bytes at most */ };

struct connecting {
    struct channel channel;
    struct account account;
    bool found; /* the account is there */
    const struct driver *ways[CHANNEL_WAYS_MAX];
    int32_t ways_n;
    const struct driver *driver; /* the way chosen, else the present one, else the first */
    bool authorize;              /* it can be asked on its own page from here */
};

/* What a form was sent, when something in it is not right. */
struct connect_wrong {
    str fields[AUTH_FIELDS_MAX]; /* beside the field of the same place */
    str problem;                 /* of the whole */
    struct field_view rename;    /* the name that was not taken */
    str away;                    /* why it was not put away */
};

static str
redirect_address(struct exchange *x)
{
    return arena_printf(x->keep, "%.*s/channel/%lld/connected",
                        STR_FMT(web_address(x->web, x->keep)), (long long)x->id);
}

/*
 * Bluesky sends back only to a program on the reader's own machine, or to one that publishes a document about
 * itself, which the account's setting "client_id" names (channel/bluesky_oauth.c).
 */
static bool
may_authorize(struct exchange *x, const struct connecting *c)
{
    str address = web_address(x->web, x->keep);
    if (!c->driver->traits.ops[OP_AUTH_BEGIN])
        return false;
    return !str_eq(str_of(c->driver->traits.network), S("bluesky")) ||
           str_starts(address, S("http://127.0.0.1")) ||
           str_starts(address, S("http://[::1]")) ||
           (c->found && str_find(c->account.settings, S("\"client_id\"")) >= 0);
}

static void
choose_driver(struct connecting *c, str way)
{
    c->ways_n = channel_ways(network_word(c->channel.network), c->ways);
    c->driver = NULL;
    for (int32_t i = 0; i < c->ways_n; i++) {
        str word = str_of(c->ways[i]->traits.network);
        if (str_eq(word, way) || (!c->driver && c->found && str_eq(word, c->account.network)))
            c->driver = c->ways[i];
    }
    if (!c->driver && !c->found)
        c->driver = driver_usual(network_word(c->channel.network));
    if (!c->driver)
        c->driver = c->ways[0];
}

static enum fault
look(struct exchange *x, str way, struct connecting *ret, struct error *error)
{
    struct propre *propre = x->web->propre;
    *ret = (struct connecting){0};
    if (channel_get(propre, x->workspace.id, x->id, x->keep, &ret->channel, error) ||
        account_get(propre, x->workspace.id, x->id, x->keep, &ret->account, &ret->found, error))
        return error->fault;
    choose_driver(ret, way);
    ret->authorize = may_authorize(x, ret);
    return OK;
}

/* Whether the account is kept for this very way: then what it has need not be given again. */
static bool
same_way(const struct connecting *c)
{
    return c->found && str_eq(c->account.network, str_of(c->driver->traits.network));
}

static int32_t
fields_n(const struct driver *driver)
{
    int32_t n = 0;
    while (n < AUTH_FIELDS_MAX && driver->traits.fields[n].name)
        n++;
    return n;
}

/* Whether a value is there already: what connecting asked for, or what a check proved, for the server that is meant. */
static bool
kept(const struct exchange *x, const struct connecting *c, const struct auth_field *field)
{
    bool is_server = str_eq(str_of(field->name), S("server"));
    str server = form_text(&x->form, "server");
    return same_way(c) && !is_server && (field->required || c->account.verified_us.has) &&
           (!server.p || account_same_server(server, c->account.server, *x->keep));
}

/* ---- the page ---- */

/* A first guess, to be corrected: the server out of "@lumen@mastodon.social" or "blog.example.org". */
static str
guess(struct exchange *x, const struct connecting *c, str name)
{
    str handle = str_trim(c->channel.handle), rest = handle, part = STR_NONE;
    if (same_way(c))
        return str_eq(name, S("server")) ? c->account.server : STR_NONE;
    if (str_eq(name, S("user")))
        return str_eq(str_of(c->driver->traits.network), S("wordpress")) ? STR_NONE : handle;
    if (!str_eq(name, S("server")) || str_chr(handle, '.') < 0 || str_chr(handle, ' ') >= 0 ||
        str_eq(str_of(c->driver->traits.network), S("bluesky")))
        return STR_NONE;
    if (str_starts(handle, S("https://")))
        return handle;
    while (str_cut(&rest, '@', &part)) {
    }
    return arena_printf(x->keep, "https://%.*s", STR_FMT(part));
}

static const struct connect_field *
put_fields(struct exchange *x, const struct connecting *c, const struct connect_wrong *wrong,
           ptrdiff_t n)
{
    struct connect_field *at = new (x->keep, struct connect_field, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct auth_field *field = &c->driver->traits.fields[i];
        str given = form_text(&x->form, field->name);
        at[i] = (struct connect_field){
            .name = str_of(field->name),
            .label = str_of(translate(x->lang, field->label)),
            .hint = str_of(translate(x->lang, field->hint)),
            .error = wrong->fields[i],
            .secret = field->secret,
            .required = field->required,
            .kept = kept(x, c, field),
        };
        if (!field->secret)
            at[i].value = given.p ? given : guess(x, c, str_of(field->name));
    }
    return at;
}

static struct options_view
ways(struct exchange *x, const struct connecting *c)
{
    struct option_view *at = new (x->keep, struct option_view, c->ways_n);
    for (int32_t i = 0; i < c->ways_n; i++) {
        const struct channel_traits *traits = &c->ways[i]->traits;
        at[i] = (struct option_view){
            .value = arena_printf(x->keep, "/channel/%lld?way=%s", (long long)x->id,
                                  traits->network),
            .label = traits->by_hand ? str_of(translate(x->lang, N_("By hand")))
                                     : str_of(traits->name),
            .chosen = c->ways[i] == c->driver,
        };
    }
    return (struct options_view){at, c->ways_n};
}

/* Its name, and what waits there: said before it is put away. */
static enum fault
gather_away(struct exchange *x, const struct connecting *c, const struct connect_wrong *wrong,
            struct channel_view *ret, struct error *error)
{
    struct put_away_counts counts;
    if (put_away_count(x->web->propre, x->workspace.id, x->id, &counts, error))
        return error->fault;
    ret->archived = c->channel.archived;
    ret->rename = wrong->rename;
    if (!ret->rename.error.n)
        ret->rename.value = c->channel.name;
    ret->rename_revision = arena_printf(x->keep, "%lld", (long long)c->channel.revision);
    ret->away_problem = wrong->away;
    if (counts.waiting_n > 0)
        ret->waiting =
            SAY(x->keep, x->lang,
                translate_n(x->lang, "%s planned post waits for this channel.",
                            "%s planned posts wait for this channel.", counts.waiting_n),
                format_integer(x->keep, x->lang, counts.waiting_n));
    if (counts.held_n > 0)
        ret->held = SAY(x->keep, x->lang,
                        translate_n(x->lang, "%s post is on hold there, and stays so.",
                                    "%s posts are on hold there, and stay so.", counts.held_n),
                        format_integer(x->keep, x->lang, counts.held_n));
    return OK;
}

static enum fault
gather(struct exchange *x, const struct connecting *c, const struct connect_wrong *wrong,
       struct channel_view *ret, struct error *error)
{
    const struct channel_traits *traits = &c->driver->traits;
    struct account_answer answer = {0};
    const struct account *account = c->found ? &c->account : NULL;
    if (c->found &&
        account_answered(x->web->propre, x->workspace.id, x->id, x->keep, &answer, error))
        return error->fault;
    *ret = (struct channel_view){
        .layout = layout(x, NAV_CHANNELS),
        .id = x->id,
        .name = c->channel.name,
        .network = channel_network_label(x, c->channel.network),
        .handle = account && account->handle.n > 0 ? account->handle : c->channel.handle,
        .ownership = channel_ownership_label(x, c->channel.ownership),
        .health = channel_health_of(x, c->channel.network, account),
        .may_edit = role_may(x->visitor.session.role, MAY_EDIT),
        .way = str_of(traits->network),
        .way_name = str_of(traits->name),
        .about = str_of(translate(x->lang, traits->connect_help)),
        .ways = ways(x, c),
        .by_hand = traits->by_hand,
        .account = c->found,
        .authorize = c->authorize,
        .authorize_label =
            str_of(translate(x->lang, str_eq(str_of(traits->network), S("mastodon"))
                                          ? N_("Connect on the server’s page")
                                          : N_("Connect on the network’s page"))),
        .redirect = c->authorize ? redirect_address(x) : STR_NONE,
        .fields_n = fields_n(c->driver),
        .problem = wrong->problem,
    };
    if (gather_away(x, c, wrong, ret, error))
        return error->fault;
    ret->steps = channel_steps(x, c->driver, c->authorize, &ret->steps_n);
    ret->fields = put_fields(x, c, wrong, ret->fields_n);
    if (account && ret->health.state != CHANNEL_BY_HAND)
        ret->ask = channel_ask_of(x, account, &answer);
    bool settled =
        ret->health.state == CHANNEL_CONNECTED || ret->health.state == CHANNEL_BY_HAND;
    ret->folded =
        settled && !x->form.n && !exchange_query(x, "way").p && !ret->health.token_low;
    return OK;
}

static enum fault
answer_page(struct exchange *x, const struct connecting *c, const struct connect_wrong *wrong,
            struct error *error)
{
    static const struct connect_wrong nothing;
    struct channel_view view;
    if (gather(x, c, wrong ? wrong : &nothing, &view, error))
        return error->fault;
    struct html h = answer_html(x, wrong ? 422 : 200);
    page_channel(&h, &view);
    return OK;
}

enum fault
handle_channel_page(struct exchange *x, struct error *error)
{
    struct connecting c;
    if (look(x, exchange_query(x, "way"), &c, error))
        return error->fault;
    return answer_page(x, &c, NULL, error);
}

enum fault
handle_channel_answer(struct exchange *x, struct error *error)
{
    struct account account;
    struct account_answer answer = {0};
    struct json_writer w;
    bool found = false;
    if (account_get(x->web->propre, x->workspace.id, x->id, x->keep, &account, &found, error) ||
        (found &&
         account_answered(x->web->propre, x->workspace.id, x->id, x->keep, &answer, error)))
        return error->fault;
    json_writer_init(&w, answer_json(x, 200));
    json_object_begin(&w);
    json_key(&w, S("waiting"));
    json_bool(&w, answer.asked && !answer.done);
    json_object_end(&w);
    return OK;
}

/* ---- connecting ---- */

static enum fault
back_to_page(struct exchange *x)
{
    answer_redirect(x, arena_printf(x->keep, "/channel/%lld", (long long)x->id));
    return OK;
}

static bool
is_address(const struct auth_field *field)
{
    return str_eq(str_of(field->name), S("server")) ||
           str_eq(str_of(field->name), S("webhook"));
}

static str
address_wrong(struct exchange *x, str address)
{
    const char *problem = address_problem(address, *x->keep);
    return problem ? arena_printf(x->keep, "%s.", translate(x->lang, problem)) : STR_NONE;
}

/* Each field of the way that lacks what it needs; ${agreeing}: secrets come from the network's own page. */
static bool
fields_wrong(struct exchange *x, const struct connecting *c, bool agreeing,
             struct connect_wrong *ret)
{
    bool wrong = false, secrets = false;
    *ret = (struct connect_wrong){0};
    for (int32_t i = 0; i < fields_n(c->driver); i++) {
        const struct auth_field *field = &c->driver->traits.fields[i];
        const struct form_value *value = form_value(&x->form, field->name);
        bool given = str_trim(form_text(&x->form, field->name)).n > 0;
        bool needed = field->secret ? !agreeing : field->required;
        if (value && value->problem)
            ret->fields[i] = str_of(translate(x->lang, value->problem));
        else if (needed && !given && !kept(x, c, field))
            ret->fields[i] = str_of(translate(
                x->lang, field->secret && c->authorize
                             ? N_("Enter it, or press the other button to agree on its page.")
                             : N_("This is needed.")));
        else if (given && is_address(field))
            ret->fields[i] = address_wrong(x, form_text(&x->form, field->name));
        wrong = wrong || ret->fields[i].n > 0;
        secrets = secrets || (given && !str_eq(str_of(field->name), S("server")));
    }
    if (!wrong && secrets && !x->web->propre->vault) {
        ret->problem = str_of(translate(
            x->lang, N_("The key file is not open, and without it no credentials are "
                        "kept. Start the pages with --key and the path of the file.")));
        wrong = true;
    }
    return wrong;
}

/* Keeps what was given. Another way than before begins anew: nothing of the old one is left. */
static enum fault
keep_account(struct exchange *x, const struct connecting *c, struct error *error)
{
    struct secret_pair pairs[AUTH_FIELDS_MAX];
    int32_t n = 0;
    str user = form_text(&x->form, "user");
    for (int32_t i = 0; i < fields_n(c->driver); i++) {
        str name = str_of(c->driver->traits.fields[i].name);
        str value = str_trim(form_text(&x->form, c->driver->traits.fields[i].name));
        if (value.n > 0 && !str_eq(name, S("server")))
            pairs[n++] = (struct secret_pair){name, value};
    }
    const struct account account = {
        .channel = x->id,
        .workspace = x->workspace.id,
        .network = str_of(c->driver->traits.network),
        .server = form_text(&x->form, "server"),
        .handle = user.n > 0    ? user
                  : same_way(c) ? c->account.handle
                                : c->channel.handle,
    };
    if (c->found && !same_way(c) &&
        account_disconnect(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    return account_connect(x->web->propre, &account, pairs, n, error);
}

enum fault
handle_channel_connect(struct exchange *x, struct error *error)
{
    struct connecting c;
    struct connect_wrong wrong;
    if (look(x, form_text(&x->form, "way"), &c, error))
        return error->fault;
    if (fields_wrong(x, &c, false, &wrong))
        return answer_page(x, &c, &wrong, error);
    if (keep_account(x, &c, error))
        return error->fault;
    bool by_hand = c.driver->traits.by_hand;
    if (!by_hand &&
        account_ask(x->web->propre, x->workspace.id, x->id, OP_VERIFY, STR_NONE, error))
        return error->fault;
    answer_flash(x, by_hand ? FLASH_CHANNEL_BY_HAND : FLASH_CHANNEL_KEPT, x->id, 0);
    return back_to_page(x);
}

/*
 * What is connected stays so until the network agreed: the account is written anew only when it is not there yet, or
 * another server or person is meant.
 */
static bool
needs_keeping(const struct exchange *x, const struct connecting *c)
{
    str server = str_trim(form_text(&x->form, "server"));
    str user = str_trim(form_text(&x->form, "user"));
    return !same_way(c) || (server.n > 0 && !str_eq(server, c->account.server)) ||
           (user.n > 0 && !str_eq(user, c->account.handle));
}

static bool
secret_given(const struct exchange *x, const struct connecting *c)
{
    for (int32_t i = 0; i < fields_n(c->driver); i++) {
        const struct auth_field *field = &c->driver->traits.fields[i];
        if (field->secret && str_trim(form_text(&x->form, field->name)).n > 0)
            return true;
    }
    return false;
}

enum fault
handle_channel_authorize(struct exchange *x, struct error *error)
{
    struct connecting c;
    struct connect_wrong wrong;
    if (look(x, form_text(&x->form, "way"), &c, error))
        return error->fault;
    if (secret_given(x, &c)) /* the Enter key behind a pasted token means to keep it */
        return handle_channel_connect(x, error);
    if (!c.authorize)
        return fail(error, FAULT_INPUT,
                    "this network cannot be asked on its own page from here");
    if (fields_wrong(x, &c, true, &wrong))
        return answer_page(x, &c, &wrong, error);
    if ((needs_keeping(x, &c) && keep_account(x, &c, error)) ||
        account_ask(x->web->propre, x->workspace.id, x->id, OP_AUTH_BEGIN, redirect_address(x),
                    error))
        return error->fault;
    return back_to_page(x);
}

/* ---- coming back ---- */

/* Only looks: what came back in the address is kept by the button. */
enum fault
handle_channel_connected(struct exchange *x, struct error *error)
{
    struct connecting c;
    if (look(x, STR_NONE, &c, error))
        return error->fault;
    str query = x->head->uri, path;
    bool has = str_cut(&query, '?', &path) && query.n <= BACK_MAX;
    bool spoken = exchange_query(x, "code").n > 0;
    struct connected_view view = {
        .layout = layout(x, NAV_CHANNELS),
        .id = x->id,
        .name = c.channel.name,
        .back = has && spoken ? query : STR_NONE,
        .refused = exchange_query(x, "error"),
    };
    struct html h = answer_html(x, 200);
    page_connected(&h, &view);
    return OK;
}

enum fault
handle_channel_finish(struct exchange *x, struct error *error)
{
    if (account_ask(x->web->propre, x->workspace.id, x->id, OP_AUTH_FINISH,
                    form_text(&x->form, "back"), error))
        return error->fault;
    return back_to_page(x);
}

/* ---- checking, forgetting ---- */

enum fault
handle_channel_verify(struct exchange *x, struct error *error)
{
    if (account_ask(x->web->propre, x->workspace.id, x->id, OP_VERIFY, STR_NONE, error))
        return error->fault;
    return back_to_page(x);
}

enum fault
handle_channel_disconnect(struct exchange *x, struct error *error)
{
    if (account_disconnect(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    answer_flash(x, FLASH_CHANNEL_FORGOTTEN, x->id, 0);
    return back_to_page(x);
}

/* ---- its name; put away, and brought back ---- */

static enum fault
refused(struct exchange *x, const struct connect_wrong *wrong, struct error *error)
{
    struct connecting c;
    if (look(x, STR_NONE, &c, error))
        return error->fault;
    return answer_page(x, &c, wrong, error);
}

enum fault
handle_channel_rename(struct exchange *x, struct error *error)
{
    struct channel channel;
    const struct form_value *name = form_value(&x->form, "name");
    struct connect_wrong wrong = {.rename.value = form_text(&x->form, "name")};
    if (channel_get(x->web->propre, x->workspace.id, x->id, x->keep, &channel, error))
        return error->fault;
    channel.name = wrong.rename.value.p ? wrong.rename.value : S("");
    channel.revision = form_int(&x->form, "revision", channel.revision);
    if (name && name->problem) {
        wrong.rename.error = str_of(translate(x->lang, name->problem));
        return refused(x, &wrong, error);
    }
    enum fault fault = channel_update(x->web->propre, &channel, error);
    if (fault == FAULT_INPUT || fault == FAULT_CONFLICT) {
        wrong.rename.error = translate_error(x->keep, x->lang, error);
        return refused(x, &wrong, error);
    }
    if (fault)
        return fault;
    answer_flash(x, FLASH_CHANNEL_RENAMED, 0, 0);
    answer_redirect(x, arena_printf(x->keep, "/channel/%lld", (long long)x->id));
    return OK;
}

/* What was refused changed nothing: the channel is archived last, or all is undone. */
enum fault
handle_channel_away(struct exchange *x, struct error *error)
{
    struct put_away_counts counts;
    struct connect_wrong wrong = {0};
    enum put_away what = PUT_AWAY_ASK;
    int64_t n = 0;
    (void)put_away_parse(form_text(&x->form, "waiting"), &what); /* else it is asked for */
    if (put_away_count(x->web->propre, x->workspace.id, x->id, &counts, error))
        return error->fault;
    if (counts.waiting_n > 0 && what == PUT_AWAY_ASK) {
        wrong.away = str_of(
            translate(x->lang, N_("Say what becomes of the posts that are planned for it.")));
        return refused(x, &wrong, error);
    }
    if (counts.busy_n > 0) {
        wrong.away = str_of(translate(
            x->lang, N_("A post is being sent there just now: put it away in a minute.")));
        return refused(x, &wrong, error);
    }
    if (put_away_channel(x->web->propre, x->workspace.id, x->id, what,
                         x->visitor.session.person_name, &n, error))
        return error->fault;
    answer_flash(x,
                 n == 0                    ? FLASH_CHANNEL_AWAY
                 : what == PUT_AWAY_CANCEL ? FLASH_CHANNEL_AWAY_CANCELLED
                                           : FLASH_CHANNEL_AWAY_HELD,
                 x->id, n);
    answer_redirect(x, S("/channels"));
    return OK;
}

enum fault
handle_channel_restore(struct exchange *x, struct error *error)
{
    if (channel_archive(x->web->propre, x->workspace.id, x->id, false, error))
        return error->fault;
    answer_flash(x, FLASH_CHANNEL_BACK, 0, 0);
    answer_redirect(x, arena_printf(x->keep, "/channel/%lld", (long long)x->id));
    return OK;
}
