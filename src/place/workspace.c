#include "place/workspace.h"

#include <assert.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"
#include "base/zone.h"
#include "place/propre.h"
#include "place/queries.h"

/* Checks the fields; gives the currency in capitals. */
static enum fault
workspace_check(const struct workspace *w, char currency[3], struct error *error)
{
    str name = str_trim(w->name);
    if (name.n == 0 || !utf8_valid(name))
        return fail(error, FAULT_INPUT, "the workspace needs a name");
    if (text_graphemes(name) > WORKSPACE_NAME_MAX)
        return fail(error, FAULT_INPUT, "the workspace's name is longer than %d characters",
                    WORKSPACE_NAME_MAX);
    for (ptrdiff_t i = 0; i < 3 && i < w->currency.n; i++) {
        char c = w->currency.p[i];
        currency[i] = (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
    }
    if (w->currency.n != 3 || money_digits((str){currency, 3}) < 0)
        return fail(error, FAULT_INPUT,
                    "“%.*s” is not a currency: write its code of three letters, like EUR",
                    STR_FMT(w->currency));
    if (w->first_weekday < 1 || w->first_weekday > 7)
        return fail(error, FAULT_INPUT,
                    "the first day of the week is 1 (Monday) to 7 (Sunday), not %d",
                    w->first_weekday);
    auto_zone zone = NULL;
    return zone_open(w->zone, &zone, error);
}

enum fault
workspace_add(struct propre *propre, const struct workspace *workspace, int64_t *ret_id,
              struct error *error)
{
    char currency[3];
    if (workspace_check(workspace, currency, error))
        return error->fault;
    const struct workspace_add_in in = {
        str_trim(workspace->name),          workspace->zone,
        str_of(lang_code(workspace->lang)), {currency, sizeof currency},
        workspace->first_weekday,           clock_now(&propre->clock).us};
    struct workspace_add_row row;
    if (q_workspace_add(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_id = row.id;
    return OK;
}

enum fault
workspace_load(struct propre *propre, struct arena *keep, struct workspace *ret,
               struct error *error)
{
    struct workspace_first_row row;
    bool found = false;
    if (q_workspace_first(propre->db, NULL, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT,
                    "there is no workspace in these data yet: make one with “propre init”");
    struct workspace w = {.id = row.id,
                          .name = row.name,
                          .zone = row.zone,
                          .lang = LANG_EN,
                          .currency = row.currency,
                          .first_weekday = (int32_t)row.first_weekday};
    (void)lang_parse(row.lang, &w.lang); /* the schema allows only what it knows */
    *ret = w;
    return OK;
}

enum fault
workspace_change(struct propre *propre, const struct workspace *workspace, struct error *error)
{
    char currency[3];
    struct workspace_change_row row;
    bool found = false;
    if (workspace_check(workspace, currency, error))
        return error->fault;
    const struct workspace_change_in in = {workspace->id,
                                           str_trim(workspace->name),
                                           workspace->zone,
                                           str_of(lang_code(workspace->lang)),
                                           {currency, sizeof currency},
                                           workspace->first_weekday};
    if (q_workspace_change(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK
                 : fail(error, FAULT_ABSENT, "there is no workspace %lld",
                        (long long)workspace->id);
}
