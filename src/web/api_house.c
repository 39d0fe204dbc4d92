#include "base/translate.h"
#include "learn/effects_json.h"
#include "learn/result_store.h"
#include "measure/import.h"
#include "place/token.h"
#include "web/answer.h"
#include "web/api_handlers.h"
#include "web/web_internal.h"

/* ---------- the document, the workspace ---------- */

enum fault
handle_api_openapi(struct exchange *x, struct error *error)
{
    (void)error; /* nothing that can go wrong */
    api_openapi(answer_json(x, 200));
    return OK;
}

static void
answer_workspace(struct exchange *x, const struct workspace *workspace)
{
    struct json_writer w;
    api_begin(x, &w);
    json_object_begin(&w);
    api_put_str(&w, "name", workspace->name);
    api_put_str(&w, "zone", workspace->zone);
    api_put_str(&w, "lang", str_of(lang_code(workspace->lang)));
    api_put_str(&w, "currency", workspace->currency);
    api_put_int(&w, "first_weekday", workspace->first_weekday);
    json_object_end(&w);
}

enum fault
handle_api_workspace(struct exchange *x, struct error *error)
{
    (void)error; /* it was loaded before */
    answer_workspace(x, &x->workspace);
    return OK;
}

enum fault
handle_api_workspace_change(struct exchange *x, struct error *error)
{
    struct workspace to = x->workspace;
    to.name = api_text(x, "name", to.name);
    to.zone = api_text(x, "zone", to.zone);
    to.currency = api_text(x, "currency", to.currency);
    to.first_weekday = (int32_t)api_int(x, "first_weekday", some_int(to.first_weekday)).is;
    (void)lang_parse(api_text(x, "lang", STR_NONE), &to.lang); /* was checked */
    if (workspace_change(x->web->propre, &to, error) ||
        workspace_load(x->web->propre, x->keep, &to, error))
        return error->fault;
    answer_workspace(x, &to);
    return OK;
}

/* ---------- imports ---------- */

static void
put_import(struct json_writer *w, const struct import *import)
{
    json_object_begin(w);
    api_put_int(w, "id", import->id);
    api_put_maybe(w, "channel", import->channel);
    api_put_str(w, "source", import->source);
    api_put_str(w, "file_name", import->file_name);
    api_put_str(w, "file_sha256", import->file_sha256);
    api_put_int(w, "file_bytes", import->file_bytes);
    api_put_time(w, "taken", import->taken_us);
    api_put_time(w, "applied", some_int(import->applied.us));
    api_put_int(w, "rows", import->rows);
    api_put_int(w, "warned", import->warned);
    api_put_int(w, "refused", import->refused);
    api_put_int(w, "posts", import->posts);
    api_put_int(w, "points", import->points);
    api_put_time(w, "undone", import->undone_us);
    json_object_end(w);
}

enum fault
handle_api_imports(struct exchange *x, struct error *error)
{
    struct import *imports;
    ptrdiff_t n;
    int64_t offset, limit;
    if (!api_page(x, &offset, &limit))
        return OK;
    if (import_list(x->web->propre, x->workspace.id, offset, x->keep, &imports, &n, error))
        return error->fault;
    n = n > limit ? (ptrdiff_t)limit : n;
    struct json_writer w;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++)
        put_import(&w, &imports[i]);
    api_list_end(&w, api_next(x, offset, limit, n));
    return OK;
}

enum fault
handle_api_import(struct exchange *x, struct error *error)
{
    struct import import;
    struct json_writer w;
    if (import_get(x->web->propre, x->workspace.id, x->id, x->keep, &import, error))
        return error->fault;
    api_begin(x, &w);
    put_import(&w, &import);
    return OK;
}

enum fault
handle_api_import_undo(struct exchange *x, struct error *error)
{
    struct import_undone undone;
    struct json_writer w;
    if (import_undo(x->web->propre, x->workspace.id, x->id, &undone, error))
        return error->fault;
    api_begin(x, &w);
    json_object_begin(&w);
    api_put_int(&w, "points", undone.points);
    api_put_int(&w, "posts", undone.posts);
    api_put_int(&w, "tactics", undone.tactics);
    api_put_int(&w, "channels", undone.channels);
    api_put_int(&w, "posts_kept", undone.posts_kept);
    json_object_end(&w);
    return OK;
}

/* ---------- effects ---------- */

enum fault
handle_api_effects(struct exchange *x, struct error *error)
{
    struct kept_result kept;
    struct json_writer w;
    bool found = false;
    enum metric metric = METRIC_INTERACTIONS;
    str word = exchange_query(x, "metric");
    if (word.p && !metric_parse(word, &metric)) {
        api_refuse(x, "metric", N_("is none of the words that are taken here"));
        return OK;
    }
    if (result_last(x->web->propre, x->workspace.id, metric, x->keep, &kept, &found, error))
        return error->fault;
    if (!found) {
        api_problem(x, 404, "not-computed",
                    str_of(translate(x->lang, N_("Nothing was computed for this result yet."))),
                    STR_NONE);
        return OK;
    }
    api_begin(x, &w);
    json_object_begin(&w);
    api_put_str(&w, "metric", metric_word(metric));
    api_put_time(&w, "computed", some_int(kept.computed.us));
    api_put_bool(&w, "stale", kept.stale);
    api_put_int(&w, "changed", kept.changed_n);
    json_key(&w, S("result"));
    effects_json_write(&w, &kept.result);
    json_object_end(&w);
    return OK;
}

/* ---------- tokens ---------- */

static void
put_token_head(struct json_writer *w, const struct token *token)
{
    api_put_int(w, "id", token->id);
    api_put_str(w, "name", token->name);
    json_key(w, S("scopes"));
    json_array_begin(w);
    for (int32_t scope = 1; scope <= SCOPES_ALL; scope *= 2)
        if (token->scopes & scope)
            json_str(w, scope_word((enum scope)scope));
    json_array_end(w);
    api_put_time(w, "created", some_int(token->created.us));
}

static enum fault
answer_tokens(struct exchange *x, struct error *error)
{
    struct token *tokens;
    ptrdiff_t n;
    if (token_list(x->web->propre, x->workspace.id, x->keep, &tokens, &n, error))
        return error->fault;
    struct json_writer w;
    api_list_begin(x, &w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&w);
        put_token_head(&w, &tokens[i]);
        api_put_str(&w, "person", tokens[i].person_name);
        api_put_day(&w, "used", tokens[i].used_day);
        api_put_time(&w, "revoked", tokens[i].revoked_us);
        json_object_end(&w);
    }
    api_list_end(&w, STR_NONE);
    return OK;
}

enum fault
handle_api_tokens(struct exchange *x, struct error *error)
{
    return answer_tokens(x, error);
}

enum fault
handle_api_token_add(struct exchange *x, struct error *error)
{
    struct token token = {.workspace = x->workspace.id,
                          .person = x->token.person,
                          .name = api_text(x, "name", STR_NONE),
                          .created = clock_now(&x->web->propre->clock)};
    const struct json *scopes = api_member(x, "scopes");
    str secret;
    for (const struct json *s = scopes->first; s; s = s->next) {
        int32_t scope;
        if (scopes_parse(json_text(s), &scope, error))
            return error->fault;
        token.scopes |= scope;
    }
    if (token.scopes & ~x->token.scopes) {
        api_problem(
            x, 403, "scope",
            str_of(translate(x->lang, N_("A token cannot give more than it may itself."))),
            S("scopes"));
        return OK;
    }
    /* The answer would hold the secret for 48 hours: here alone a key is not taken. */
    if (head_header(x->head, S("Idempotency-Key")).p) {
        api_problem(
            x, 400, "key",
            str_of(translate(x->lang, N_("A token's secret is told once, and kept nowhere: "
                                         "no Idempotency-Key is taken here."))),
            S("Idempotency-Key"));
        return OK;
    }
    if (token_add(x->web->propre, &token, x->keep, &secret, &token.id, error))
        return error->fault;
    struct json_writer w;
    api_created(x, token.id);
    api_begin(x, &w);
    json_object_begin(&w);
    put_token_head(&w, &token);
    api_put_str(&w, "secret", secret);
    json_object_end(&w);
    return OK;
}

enum fault
handle_api_token_revoke(struct exchange *x, struct error *error)
{
    if (token_revoke(x->web->propre, x->workspace.id, x->id, error))
        return error->fault;
    return answer_tokens(x, error);
}
