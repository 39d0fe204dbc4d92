#include "tactic/tactic.h"

#include "base/money.h"
#include "base/text.h"
#include "place/propre.h"
#include "tactic/queries.h"

static enum fault
tactic_check(const struct tactic *t, struct error *error)
{
    if (str_trim(t->name).n == 0)
        return fail(error, FAULT_INPUT, "the tactic needs a name");
    if (!utf8_valid(t->name) || !utf8_valid(t->hypothesis))
        return fail(error, FAULT_INPUT, "the tactic's name or hypothesis is not UTF-8 text");
    if (t->name.n > (ptrdiff_t)16 * TACTIC_NAME_MAX ||
        text_graphemes(t->name) > TACTIC_NAME_MAX)
        return fail(error, FAULT_INPUT, "the tactic's name is longer than %d characters",
                    TACTIC_NAME_MAX);
    if (t->hypothesis.n > TACTIC_HYPOTHESIS_MAX)
        return fail(error, FAULT_INPUT, "the tactic's hypothesis is longer than %d bytes",
                    TACTIC_HYPOTHESIS_MAX);
    if (t->effort_minutes.has &&
        (t->effort_minutes.is < 0 || t->effort_minutes.is > TACTIC_EFFORT_MINUTES_MAX))
        return fail(error, FAULT_INPUT, "the effort of one post is 0 to %d minutes",
                    TACTIC_EFFORT_MINUTES_MAX);
    if (t->cost_minor.has && (t->cost_minor.is < 0 || money_digits(t->currency) < 0))
        return fail(
            error, FAULT_INPUT,
            "the cost of one post needs an amount of zero or more and a currency, such as EUR");
    return OK;
}

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no tactic %lld", (long long)id);
}

static enum fault
name_taken(str name, struct error *error)
{
    return fail(error, FAULT_CONFLICT, "there is a tactic \"%.*s\" already", STR_FMT(name));
}

enum fault
tactic_insert(struct propre *propre, const struct tactic *t, int64_t *ret_id,
              struct error *error)
{
    struct tactic_count_row count;
    struct tactic_insert_row row;
    bool made = false;
    if (tactic_check(t, error) ||
        q_tactic_count(propre->db, &(struct tactic_count_in){t->workspace}, NULL, &count,
                       error))
        return error->fault;
    if (count.n >= TACTICS_MAX)
        return fail(error, FAULT_LIMIT, "a workspace can have %d tactics", TACTICS_MAX);
    struct tactic_insert_in in = {
        .workspace = t->workspace,
        .name = str_trim(t->name),
        .hypothesis = t->hypothesis.p ? t->hypothesis : S(""),
        .effort_minutes = t->effort_minutes,
        .cost_minor = t->cost_minor,
        .currency = t->cost_minor.has ? t->currency : STR_NONE,
        .created_us = clock_now(&propre->clock).us,
    };
    if (q_tactic_insert(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return name_taken(in.name, error);
    *ret_id = row.id;
    return OK;
}

#define TACTIC_FROM(row)                                      \
    ((struct tactic){.id = (row)->id,                         \
                     .workspace = (row)->workspace,           \
                     .name = (row)->name,                     \
                     .hypothesis = (row)->hypothesis,         \
                     .effort_minutes = (row)->effort_minutes, \
                     .cost_minor = (row)->cost_minor,         \
                     .currency = (row)->currency,             \
                     .created = {(row)->created_us},          \
                     .changed = {(row)->changed_us},          \
                     .archived = (row)->archived_us.has,      \
                     .revision = (row)->revision,             \
                     .posts_n = (row)->posts_n})

enum fault
tactic_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
           struct tactic *ret, struct error *error)
{
    struct tactic_by_id_row row;
    bool found = false;
    if (q_tactic_by_id(propre->db, &(struct tactic_by_id_in){workspace, id}, keep, &row, &found,
                       error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = TACTIC_FROM(&row);
    return OK;
}

enum fault
tactic_find(struct propre *propre, int64_t workspace, str name, int64_t *ret_id,
            bool *ret_found, struct error *error)
{
    struct tactic_by_name_row row;
    bool found = false;
    if (q_tactic_by_name(propre->db, &(struct tactic_by_name_in){workspace, name}, NULL, &row,
                         &found, error))
        return error->fault;
    if (found)
        *ret_id = row.id;
    *ret_found = found;
    return OK;
}

enum fault
tactic_list(struct propre *propre, int64_t workspace, struct arena *keep, struct tactic **ret,
            ptrdiff_t *ret_n, struct error *error)
{
    struct tactic_page_row *rows;
    ptrdiff_t n;
    if (q_tactic_page(propre->db, &(struct tactic_page_in){workspace, TACTICS_MAX}, keep, &rows,
                      &n, error))
        return error->fault;
    *ret = new (keep, struct tactic, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = TACTIC_FROM(&rows[i]);
    *ret_n = n;
    return OK;
}

enum fault
tactic_update(struct propre *propre, const struct tactic *t, struct error *error)
{
    struct tactic_by_name_row same;
    struct tactic_revision_row was;
    struct tactic_update_row row;
    bool found = false, taken = false, written = false;
    str name = str_trim(t->name);
    if (tactic_check(t, error) ||
        q_tactic_revision(propre->db, &(struct tactic_revision_in){t->workspace, t->id}, NULL,
                          &was, &found, error) ||
        q_tactic_by_name(propre->db, &(struct tactic_by_name_in){t->workspace, name}, NULL,
                         &same, &taken, error))
        return error->fault;
    if (!found)
        return absent(t->id, error);
    if (taken && same.id != t->id)
        return name_taken(name, error);
    struct tactic_update_in in = {
        .workspace = t->workspace,
        .id = t->id,
        .name = name,
        .hypothesis = t->hypothesis.p ? t->hypothesis : S(""),
        .effort_minutes = t->effort_minutes,
        .cost_minor = t->cost_minor,
        .currency = t->cost_minor.has ? t->currency : STR_NONE,
        .changed_us = clock_now(&propre->clock).us,
        .revision = t->revision,
    };
    if (q_tactic_update(propre->db, &in, NULL, &row, &written, error))
        return error->fault;
    if (!written)
        return fail(
            error, FAULT_CONFLICT,
            "the tactic was changed meanwhile; look at it again, then repeat your change");
    return OK;
}

enum fault
tactic_archive(struct propre *propre, int64_t workspace, int64_t id, bool archived,
               struct error *error)
{
    struct tactic_archive_in in = {workspace, id, no_int};
    struct tactic_archive_row row;
    bool found = false;
    if (archived)
        in.archived_us = some_int(clock_now(&propre->clock).us);
    if (q_tactic_archive(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : absent(id, error);
}

enum fault
tactic_serve(struct propre *propre, int64_t workspace, int64_t tactic,
             const int64_t *objectives, ptrdiff_t objectives_n, struct error *error)
{
    struct tactic_revision_row was;
    bool found = false;
    if (objectives_n > TACTIC_OBJECTIVES_MAX)
        return fail(error, FAULT_LIMIT, "a tactic can serve %d objectives",
                    TACTIC_OBJECTIVES_MAX);
    if (q_tactic_revision(propre->db, &(struct tactic_revision_in){workspace, tactic}, NULL,
                          &was, &found, error))
        return error->fault;
    if (!found)
        return absent(tactic, error);
    if (q_tactic_serves_none(propre->db, &(struct tactic_serves_none_in){tactic}, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < objectives_n; i++) {
        struct tactic_serves_row row;
        struct tactic_serves_in in = {workspace, tactic, objectives[i]};
        if (q_tactic_serves(propre->db, &in, NULL, &row, &found, error))
            return error->fault;
        if (!found)
            return fail(error, FAULT_ABSENT, "there is no objective %lld",
                        (long long)objectives[i]);
    }
    return OK;
}

enum fault
tactic_objectives(struct propre *propre, int64_t workspace, int64_t tactic, struct arena *keep,
                  int64_t **ret_ids, ptrdiff_t *ret_n, struct error *error)
{
    struct tactic_objectives_row *rows;
    ptrdiff_t n;
    struct tactic_objectives_in in = {workspace, tactic, TACTIC_OBJECTIVES_MAX};
    if (q_tactic_objectives(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret_ids = new (keep, int64_t, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret_ids)[i] = rows[i].objective;
    *ret_n = n;
    return OK;
}
