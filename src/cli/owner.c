#include "cli/owner.h"

#include "place/db.h"
#include "place/person.h"
#include "place/session.h"

enum fault
owner_add(struct propre *propre, const struct workspace *workspace, int64_t *ret_person,
          struct error *error)
{
    struct person owner = {.workspace = workspace->id,
                           .role = ROLE_OWNER,
                           .name = str_of(translate(workspace->lang, N_("Owner")))};
    return person_add(propre, &owner, ret_person, error);
}

enum fault
owner_find(struct propre *propre, const struct workspace *workspace, struct arena *keep,
           int64_t *ret, struct error *error)
{
    struct person *people = NULL;
    ptrdiff_t n = 0;
    if (person_list(propre, workspace->id, keep, &people, &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (people[i].role == ROLE_OWNER) {
            *ret = people[i].id;
            return OK;
        }
    }
    return fail(error, FAULT_ABSENT, "this workspace has no owner; restore it from a backup");
}

enum fault
owner_link(struct propre *propre, const struct workspace *workspace, str base,
           struct arena *keep, str *ret_link, struct error *error)
{
    int64_t person = 0;
    str token;
    if (db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    enum fault fault = owner_find(propre, workspace, keep, &person, error);
    fault = fault ? fault : sign_in_link_make(propre, person, keep, &token, error);
    fault = fault ? fault : db_commit(tx, error);
    if (fault)
        return fault;
    *ret_link = arena_printf(keep, "%.*s/link/%.*s", STR_FMT(base), STR_FMT(token));
    return OK;
}
