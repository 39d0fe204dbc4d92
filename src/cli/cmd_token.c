#include "cli/commands.h"

#include "cli/owner.h"
#include "cli/table.h"
#include "place/db.h"
#include "place/token.h"
#include "web/api.h"

static str
number(struct cli *cli, int64_t n)
{
    return arena_printf(cli->keep, "%lld", (long long)n);
}

enum fault
command_token_add(struct cli *cli, struct error *error)
{
    str scopes = args_value(cli->args, "scopes"), secret;
    struct token token = {.workspace = cli->workspace.id, .name = cli->args->positional};
    int64_t id = 0;
    if (scopes_parse(scopes.p ? scopes : S("read"), &token.scopes, error) ||
        db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault =
        owner_find(&cli->propre, &cli->workspace, cli->keep, &token.person, error);
    fault = fault ? fault : token_add(&cli->propre, &token, cli->keep, &secret, &id, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return error_prefix(error, "making the token \"%.*s\"",
                            STR_FMT(str_slice(token.name, 0, 60)));
    if (!cli->json) {
        if (!cli->quiet)
            cli_say(cli,
                    N_("Token %s may: %s. It is shown this once; keep it like a password:"),
                    number(cli, id), scopes_words(token.scopes, cli->keep));
        cli_print(cli, secret);
        return OK;
    }
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_int(&json.w, "id", id);
    json_member_str(&json.w, "secret", secret);
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

static str
day_text(struct cli *cli, struct maybe_int day)
{
    if (!day.has)
        return STR_NONE;
    struct civil civil = instant_to_utc((instant){day.is * SPAN_DAY.us});
    return arena_printf(cli->keep, "%04d-%02d-%02d", (int)civil.year, (int)civil.month,
                        (int)civil.day);
}

static enum fault
print_tokens_json(struct cli *cli, const struct token *all, ptrdiff_t n, struct error *error)
{
    struct cli_json json;
    cli_json_begin(&json);
    json_array_begin(&json.w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(&json.w);
        json_member_int(&json.w, "id", all[i].id);
        json_member_str(&json.w, "name", all[i].name);
        json_member_str(&json.w, "scopes", scopes_words(all[i].scopes, cli->keep));
        json_member_str(&json.w, "person", all[i].person_name);
        json_member_str(&json.w, "used", day_text(cli, all[i].used_day));
        json_key(&json.w, S("revoked"));
        json_bool(&json.w, all[i].revoked_us.has);
        json_object_end(&json.w);
    }
    json_array_end(&json.w);
    return cli_json_end(&json, error);
}

enum fault
command_token_list(struct cli *cli, struct error *error)
{
    struct token *all;
    ptrdiff_t n = 0;
    if (token_list(&cli->propre, cli->workspace.id, cli->keep, &all, &n, error))
        return error->fault;
    if (cli->json)
        return print_tokens_json(cli, all, n, error);
    if (n == 0) {
        cli_say(cli, N_("There is no token yet. Make one: %s"),
                S("propre token add \"…\" --scopes read,write"));
        return OK;
    }
    enum { COLUMNS = 5 };
    str *cells = new (cli->keep, str, n * COLUMNS);
    for (ptrdiff_t i = 0; i < n; i++) {
        str *cell = cells + i * COLUMNS;
        cell[0] = number(cli, all[i].id);
        cell[1] = all[i].name;
        cell[2] = scopes_words(all[i].scopes, cli->keep);
        cell[3] = day_text(cli, all[i].used_day);
        cell[4] =
            all[i].revoked_us.has ? str_of(translate(cli->lang, N_("revoked"))) : STR_NONE;
    }
    struct table table = {.columns_n = COLUMNS,
                          .cells = cells,
                          .rows_n = n,
                          .cell_graphemes_max = 40,
                          .right = {true}};
    const char *heads[COLUMNS] = {N_("ID"), N_("Name"), N_("May"), N_("Last used"),
                                  N_("State")};
    for (int32_t i = 0; i < COLUMNS; i++)
        table.heads[i] = translate(cli->lang, heads[i]);
    table_print(&table, cli->scratch);
    return OK;
}

enum fault
command_token_revoke(struct cli *cli, struct error *error)
{
    int64_t id = 0;
    if (cli_id(cli, &id, error) || db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = token_revoke(&cli->propre, cli->workspace.id, id, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return fault;
    cli_say(cli, N_("Token %s is revoked: it opens nothing any more"), number(cli, id));
    return OK;
}

enum fault
command_api_openapi(struct cli *cli, struct error *error)
{
    auto_buf out;
    buf_init(&out, 4 << 20);
    api_openapi(&out);
    if (buf_check(&out, "the document", error))
        return error->fault;
    (void)cli; /* the document is the same in every language */
    (void)fwrite(out.p, 1, (size_t)out.n, stdout); /* main checks the stream once, at the end */
    return OK;
}
