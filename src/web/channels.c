#include "strategy/channel.h"

#include "base/translate.h"
#include "outbox/account.h"
#include "outbox/egress.h"
#include "web/answer.h"
#include "web/channel_view.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

/* All channels, the form of a new one, and the private hosts the owner allows. */

/* What a form of the page was sent, when something in it is not right. */
struct wrong {
    struct field_view name, handle, host;
};

/* Both lists are short and by different orders; looked up one by one. */
static const struct account *
account_of(const struct account *accounts, ptrdiff_t n, int64_t channel)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        if (accounts[i].channel == channel)
            return &accounts[i];
    }
    return NULL;
}

static struct options_view
networks(struct exchange *x, str chosen)
{
    struct option_view *at = new (x->keep, struct option_view, NETWORKS_N);
    for (int i = 0; i < NETWORKS_N; i++) {
        str word = network_word((enum network)i);
        at[i] = (struct option_view){word, channel_network_label(x, (enum network)i),
                                     str_eq(word, chosen)};
    }
    return (struct options_view){at, NETWORKS_N};
}

/* Own ground first; within each, by name, as they come. */
static void
put_lines(struct exchange *x, const struct channel *channels, ptrdiff_t n,
          const struct account *accounts, ptrdiff_t accounts_n, struct channel_line *ret)
{
    ptrdiff_t have = 0;
    for (int ownership = OWNED; ownership <= RENTED; ownership++) {
        for (ptrdiff_t i = 0; i < n; i++) {
            const struct channel *c = &channels[i];
            if ((int)c->ownership != ownership)
                continue;
            ret[have++] = (struct channel_line){
                .id = c->id,
                .name = c->name,
                .network = channel_network_label(x, c->network),
                .handle = c->handle,
                .ownership = channel_ownership_label(x, c->ownership),
                .health =
                    channel_health_of(x, c->network, account_of(accounts, accounts_n, c->id)),
            };
        }
    }
}

static const struct channel_line *
away_lines(struct exchange *x, const struct channel *away, ptrdiff_t n)
{
    struct channel_line *lines = new (x->keep, struct channel_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++)
        lines[i] = (struct channel_line){.id = away[i].id,
                                         .name = away[i].name,
                                         .network = channel_network_label(x, away[i].network)};
    return lines;
}

static enum fault
gather(struct exchange *x, const struct wrong *wrong, struct channels_view *ret,
       struct error *error)
{
    struct propre *propre = x->web->propre;
    struct channel *channels = NULL, *away = NULL;
    struct account *accounts = NULL;
    str *hosts = NULL;
    ptrdiff_t n = 0, accounts_n = 0, hosts_n = 0, away_n = 0;
    enum role role = x->visitor.session.role;
    if (channel_list(propre, x->workspace.id, x->keep, &channels, &n, error) ||
        channel_list_archived(propre, x->workspace.id, x->keep, &away, &away_n, error) ||
        account_list(propre, x->workspace.id, x->keep, &accounts, &accounts_n, error))
        return error->fault;
    if (role_may(role, MAY_OWN) &&
        egress_list(propre, x->workspace.id, x->keep, &hosts, &hosts_n, error))
        return error->fault;
    struct channel_line *lines = new (x->keep, struct channel_line, n + 1);
    put_lines(x, channels, n, accounts, accounts_n, lines);
    str network = form_text(&x->form, "network");
    *ret = (struct channels_view){
        .layout = layout(x, NAV_CHANNELS),
        .lines = lines,
        .lines_n = n,
        .away = away_lines(x, away, away_n),
        .away_n = away_n,
        .may_edit = role_may(role, MAY_EDIT),
        .may_own = role_may(role, MAY_OWN),
        .name = wrong->name,
        .handle = wrong->handle,
        .networks = networks(x, network.n > 0 ? network : network_word(NETWORK_WORDPRESS)),
        .hosts = hosts,
        .hosts_n = hosts_n,
        .host = wrong->host,
    };
    return OK;
}

static enum fault
list_page(struct exchange *x, const struct wrong *wrong, struct error *error)
{
    static const struct wrong nothing;
    struct channels_view view;
    if (gather(x, wrong ? wrong : &nothing, &view, error))
        return error->fault;
    struct html h = answer_html(x, wrong ? 422 : 200);
    page_channels(&h, &view);
    return OK;
}

enum fault
handle_channels_page(struct exchange *x, struct error *error)
{
    return list_page(x, NULL, error);
}

static struct field_view
sent(struct exchange *x, const char *name)
{
    const struct form_value *value = form_value(&x->form, name);
    struct field_view view = {.value = form_text(&x->form, name)};
    if (value && value->problem)
        view.error = str_of(translate(x->lang, value->problem));
    return view;
}

enum fault
handle_channel_add(struct exchange *x, struct error *error)
{
    struct wrong wrong = {.name = sent(x, "name"), .handle = sent(x, "handle")};
    struct channel channel = {
        .workspace = x->workspace.id, .name = wrong.name.value, .handle = wrong.handle.value};
    int64_t id = 0;
    if (!network_parse(form_text(&x->form, "network"), &channel.network))
        return fail(error, FAULT_INPUT, "this network is not known");
    channel.ownership = network_ownership(channel.network);
    if (x->form.problems_n > 0)
        return list_page(x, &wrong, error);
    enum fault fault = channel_insert(x->web->propre, &channel, &id, error);
    if (fault == FAULT_INPUT || fault == FAULT_CONFLICT) {
        struct field_view *field = fault == FAULT_CONFLICT ? &wrong.handle : &wrong.name;
        field->error = translate_error(x->keep, x->lang, error);
        return list_page(x, &wrong, error);
    }
    if (fault)
        return fault;
    answer_flash(x, FLASH_CHANNEL_ADDED, id, 0);
    answer_redirect(x, arena_printf(x->keep, "/channel/%lld", (long long)id));
    return OK;
}

enum fault
handle_host_allow(struct exchange *x, struct error *error)
{
    struct wrong wrong = {.host = sent(x, "host")};
    if (x->form.problems_n > 0)
        return list_page(x, &wrong, error);
    enum fault fault = egress_allow(x->web->propre, x->workspace.id, wrong.host.value, error);
    if (fault == FAULT_INPUT || fault == FAULT_LIMIT) {
        wrong.host.error = translate_error(x->keep, x->lang, error);
        return list_page(x, &wrong, error);
    }
    if (fault)
        return fault;
    answer_flash(x, FLASH_HOST_ALLOWED, 0, 0);
    answer_redirect(x, S("/channels#hosts"));
    return OK;
}

enum fault
handle_host_forbid(struct exchange *x, struct error *error)
{
    if (egress_forbid(x->web->propre, x->workspace.id, form_text(&x->form, "host"), error))
        return error->fault;
    answer_flash(x, FLASH_HOST_FORBIDDEN, 0, 0);
    answer_redirect(x, S("/channels#hosts"));
    return OK;
}
