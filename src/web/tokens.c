#include "base/format.h"
#include "base/translate.h"
#include "place/token.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

/* "read, write": what the boxes of the form say at length. */
static str
scopes_shown(struct exchange *x, int32_t scopes)
{
    static const struct {
        enum scope scope;
        const char *shown;
    } each[] = {{SCOPE_READ, N_("read")},
                {SCOPE_WRITE, N_("write")},
                {SCOPE_PUBLISH, N_("publish")},
                {SCOPE_SETTINGS, N_("change settings")}};
    str all = S("");
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (scopes & (int32_t)each[i].scope)
            all = arena_printf(x->keep, "%.*s%s%s", STR_FMT(all), all.n > 0 ? ", " : "",
                               translate(x->lang, each[i].shown));
    return all;
}

static enum fault
gather(struct exchange *x, struct tokens_view *ret, struct error *error)
{
    struct token *tokens;
    ptrdiff_t n;
    if (token_list(x->web->propre, x->workspace.id, x->keep, &tokens, &n, error))
        return error->fault;
    struct token_line *lines = new (x->keep, struct token_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        lines[i] = (struct token_line){
            .id = tokens[i].id,
            .name = tokens[i].name,
            .scopes = scopes_shown(x, tokens[i].scopes),
            .person = tokens[i].person_name,
            .created =
                format_instant(x->keep, x->lang, x->zone, tokens[i].created, FORMAT_DATE),
            .revoked = tokens[i].revoked_us.has,
        };
        if (tokens[i].used_day.has) /* a day already, of the workspace's zone */
            lines[i].used =
                format_instant(x->keep, x->lang, NULL,
                               (instant){tokens[i].used_day.is * SPAN_DAY.us}, FORMAT_DATE);
    }
    *ret = (struct tokens_view){
        .layout = layout(x, NAV_SETTINGS), .lines = lines, .lines_n = n, .read = true};
    return OK;
}

enum fault
handle_tokens_page(struct exchange *x, struct error *error)
{
    struct tokens_view view;
    if (gather(x, &view, error))
        return error->fault;
    struct html h = answer_html(x, 200);
    page_tokens(&h, &view);
    return OK;
}

static bool
chosen(const struct exchange *x, const char *name)
{
    return form_text(&x->form, name).n > 0;
}

static enum fault
answer_wrong(struct exchange *x, const struct token *asked, str name_error, str scopes_error,
             struct error *error)
{
    struct tokens_view view;
    if (gather(x, &view, error))
        return error->fault;
    view.name = (struct field_view){asked->name, name_error};
    view.scopes_error = scopes_error;
    view.read = chosen(x, "read");
    view.write = chosen(x, "write");
    view.publish = chosen(x, "publish");
    view.settings = chosen(x, "settings");
    struct html h = answer_html(x, 422);
    page_tokens(&h, &view);
    return OK;
}

/* The one POST that answers with a page: the secret is in no address and no cookie, and shown this once. */
enum fault
handle_token_add(struct exchange *x, struct error *error)
{
    struct tokens_view view;
    struct token token = {.workspace = x->workspace.id,
                          .person = x->visitor.session.person,
                          .name = form_text(&x->form, "name")};
    str secret;
    int64_t id;
    token.scopes = (chosen(x, "read") ? SCOPE_READ : 0) |
                   (chosen(x, "write") ? SCOPE_WRITE : 0) |
                   (chosen(x, "publish") ? SCOPE_PUBLISH : 0) |
                   (chosen(x, "settings") ? SCOPE_SETTINGS : 0);
    const struct form_value *name = form_value(&x->form, "name");
    if (name && name->problem)
        return answer_wrong(x, &token, str_of(translate(x->lang, name->problem)), STR_NONE,
                            error);
    if (token.scopes == 0)
        return answer_wrong(x, &token, STR_NONE,
                            str_of(translate(x->lang, N_("Choose at least one."))), error);
    enum fault fault = token_add(x->web->propre, &token, x->keep, &secret, &id, error);
    if (fault == FAULT_INPUT) {
        str wrong = translate_error(x->keep, x->lang, error);
        return answer_wrong(x, &token, wrong, STR_NONE, error);
    }
    if (fault || gather(x, &view, error))
        return error->fault;
    view.made = secret;
    struct html h = answer_html(x, 200);
    page_tokens(&h, &view);
    return OK;
}

enum fault
handle_token_revoke(struct exchange *x, struct error *error)
{
    if (token_revoke(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    answer_flash(x, FLASH_TOKEN_REVOKED, x->id, 0);
    answer_redirect(x, S("/settings/tokens"));
    return OK;
}
