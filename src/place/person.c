#include "place/person.h"

#include <assert.h>

#include "base/clock.h"
#include "base/text.h"
#include "place/person_internal.h"
#include "place/propre.h"
#include "place/queries.h"

bool
role_may(enum role role, enum right right)
{
    switch (right) {
    case MAY_NOBODY:
        return false;
    case MAY_ANYONE:
    case MAY_READ:
        return true;
    case MAY_EDIT:
        return role == ROLE_EDITOR || role == ROLE_OWNER;
    case MAY_OWN:
        return role == ROLE_OWNER;
    }
    return false;
}

static const char *const role_words[] = {"reader", "editor", "owner"};

str
role_word(enum role role)
{
    assert((size_t)role < 3);
    return str_of(role_words[role]);
}

bool
role_parse(str word, enum role *ret)
{
    for (int i = 0; i < 3; i++) {
        if (str_eq(word, str_of(role_words[i]))) {
            *ret = (enum role)i;
            return true;
        }
    }
    return false;
}

str
person_key(str name, struct arena *keep)
{
    str trimmed = str_trim(name);
    char *p = new (keep, char, trimmed.n + 1);
    for (ptrdiff_t i = 0; i < trimmed.n; i++) {
        char c = trimmed.p[i];
        p[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return (str){p, trimmed.n};
}

static struct person
person_from(int64_t id, int64_t workspace, str name, str role, int64_t has_password)
{
    struct person person = {id, workspace, name, ROLE_READER, has_password != 0};
    (void)role_parse(role, &person.role); /* a word this version does not know may least */
    return person;
}

enum fault
person_add(struct propre *propre, const struct person *person, int64_t *ret_id,
           struct error *error)
{
    char key_bytes[PERSON_NAME_BYTES_MAX + 1];
    str name = str_trim(person->name);
    struct person_add_row row;
    bool made = false;
    if (name.n == 0 || !utf8_valid(name))
        return fail(error, FAULT_INPUT, "a person needs a name");
    if (name.n > PERSON_NAME_BYTES_MAX || text_graphemes(name) > PERSON_NAME_MAX)
        return fail(error, FAULT_INPUT, "a person's name is at most %d characters long",
                    PERSON_NAME_MAX);
    struct arena scratch = {key_bytes, key_bytes + sizeof key_bytes};
    const struct person_add_in in = {person->workspace, name, person_key(name, &scratch),
                                     role_word(person->role), clock_now(&propre->clock).us};
    if (q_person_add(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (!made)
        return fail(error, FAULT_CONFLICT,
                    "there is a person named %.*s already: choose another name", STR_FMT(name));
    *ret_id = row.id;
    return OK;
}

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no person %lld", (long long)id);
}

enum fault
person_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
           struct person *ret, struct error *error)
{
    struct person_by_id_row row;
    bool found = false;
    const struct person_by_id_in in = {workspace, id};
    if (q_person_by_id(propre->db, &in, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = person_from(row.id, row.workspace, row.name, row.role, row.has_password);
    return OK;
}

enum fault
person_list(struct propre *propre, int64_t workspace, struct arena *keep, struct person **ret,
            ptrdiff_t *ret_n, struct error *error)
{
    struct person_page_row *rows;
    ptrdiff_t n;
    const struct person_page_in in = {workspace, PEOPLE_MAX};
    if (q_person_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct person, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = person_from(rows[i].id, rows[i].workspace, rows[i].name, rows[i].role,
                                rows[i].has_password);
    *ret_n = n;
    return OK;
}

enum fault
person_set_role(struct propre *propre, int64_t workspace, int64_t id, enum role role,
                struct error *error)
{
    struct person_role_set_row row;
    struct person_owners_row owners;
    bool found = false;
    const struct person_role_set_in in = {workspace, id, role_word(role)};
    const struct person_owners_in all = {workspace};
    if (q_person_role_set(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    if (!found)
        return absent(id, error);
    if (q_person_owners(propre->db, &all, NULL, &owners, error))
        return error->fault;
    if (owners.n == 0)
        return fail(error, FAULT_CONFLICT,
                    "a workspace needs an owner: make somebody else one before");
    return OK;
}
