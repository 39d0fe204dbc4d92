#include "place/session.h"

#include "base/clock.h"
#include "base/text.h"
#include "place/person.h"
#include "place/propre.h"
#include "place/queries.h"
#include "place/secret.h"

enum { TOKEN_MAX = 256 }; /* bytes of a cookie or address we bother to hash; ours have 43 */

/* ---- one-time links ---- */

enum fault
sign_in_link_make(struct propre *propre, int64_t person, struct arena *keep, str *ret_token,
                  struct error *error)
{
    const instant now = clock_now(&propre->clock);
    str token = secret_token(keep);
    const struct link_add_in in = {person, secret_token_hash(token, keep),
                                   instant_add(now, LINK_LIFE).us};
    if (q_link_forget(propre->db, &(struct link_forget_in){person, now.us}, error) ||
        q_link_add(propre->db, &in, error))
        return error->fault;
    *ret_token = token;
    return OK;
}

static enum fault
link_denied(struct error *error)
{
    return fail(error, FAULT_DENIED,
                "this link was used already, or is too old: ask for a new one (“propre "
                "sign-in-link” prints it)");
}

enum fault
sign_in_link_look(struct propre *propre, str token, struct arena *keep, str *ret_name,
                  struct error *error)
{
    struct link_person_row row;
    bool found = false;
    if (token.n > TOKEN_MAX)
        return link_denied(error);
    const struct link_person_in in = {secret_token_hash(token, keep),
                                      clock_now(&propre->clock).us};
    if (q_link_person(propre->db, &in, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return link_denied(error);
    *ret_name = row.name;
    return OK;
}

enum fault
sign_in_link_spend(struct propre *propre, str token, int64_t *ret_person, struct error *error)
{
    char memory[2 * SECRET_BYTES];
    struct arena scratch = {memory, memory + sizeof memory};
    struct link_spend_row row;
    bool found = false;
    if (token.n > TOKEN_MAX)
        return link_denied(error);
    const struct link_spend_in in = {secret_token_hash(token, &scratch),
                                     clock_now(&propre->clock).us};
    if (q_link_spend(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    if (!found)
        return link_denied(error);
    *ret_person = row.person;
    return OK;
}

/* ---- sessions ---- */

static int64_t
idle_since_us(instant now)
{
    return now.us - SESSION_IDLE.us;
}

enum fault
session_open(struct propre *propre, int64_t person, str agent, struct arena *keep,
             str *ret_token, struct error *error)
{
    const instant now = clock_now(&propre->clock);
    str token = secret_token(keep);
    str label = utf8_clean(keep, agent.p ? str_slice(agent, 0, SESSION_AGENT_MAX) : S(""));
    const struct session_add_in in = {person, secret_token_hash(token, keep), label, now.us,
                                      instant_add(now, SESSION_LIFE).us};
    const struct session_forget_late_in late = {now.us, idle_since_us(now)};
    const struct session_forget_most_in most = {person, SESSIONS_MAX - 1};
    struct session_add_row row;
    if (q_session_forget_late(propre->db, &late, error) ||
        q_session_forget_most(propre->db, &most, error) ||
        q_session_add(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_token = token;
    return OK;
}

enum fault
session_find(struct propre *propre, str token, struct arena *keep, struct session *ret,
             struct error *error)
{
    const instant now = clock_now(&propre->clock);
    struct session_by_token_row row;
    bool found = false;
    if (token.n <= TOKEN_MAX) {
        const struct session_by_token_in in = {secret_token_hash(token, keep), now.us,
                                               idle_since_us(now)};
        if (q_session_by_token(propre->db, &in, keep, &row, &found, error))
            return error->fault;
    }
    if (!found)
        return fail(error, FAULT_DENIED, "please sign in");
    *ret = (struct session){.id = row.id,
                            .person = row.person,
                            .workspace = row.workspace,
                            .person_name = row.person_name,
                            .role = ROLE_READER,
                            .has_password = row.has_password != 0,
                            .created = {row.created_us},
                            .seen = {row.seen_us},
                            .expires = {row.expires_us},
                            .agent = row.agent};
    (void)role_parse(row.role, &ret->role); /* a word this version does not know may least */
    return OK;
}

bool
session_is_stale(const struct propre *propre, const struct session *session)
{
    return instant_since(clock_now(&propre->clock), session->seen).us >= SESSION_SEEN_EVERY.us;
}

enum fault
session_see(struct propre *propre, const struct session *session, struct error *error)
{
    const struct session_seen_in in = {session->id, clock_now(&propre->clock).us};
    return q_session_seen(propre->db, &in, error);
}

enum fault
session_rotate(struct propre *propre, const struct session *session, struct arena *keep,
               str *ret_token, struct error *error)
{
    str token = secret_token(keep);
    const struct session_token_set_in in = {session->id, secret_token_hash(token, keep)};
    struct session_token_set_row row;
    bool found = false;
    if (q_session_token_set(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_DENIED, "please sign in");
    *ret_token = token;
    return OK;
}

enum fault
session_list(struct propre *propre, int64_t person, struct arena *keep, struct session **ret,
             ptrdiff_t *ret_n, struct error *error)
{
    const instant now = clock_now(&propre->clock);
    const struct session_page_in in = {person, now.us, idle_since_us(now), SESSIONS_MAX};
    struct session_page_row *rows;
    ptrdiff_t n;
    if (q_session_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct session, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct session){.id = rows[i].id,
                                     .created = {rows[i].created_us},
                                     .seen = {rows[i].seen_us},
                                     .expires = {rows[i].expires_us},
                                     .agent = rows[i].agent};
    *ret_n = n;
    return OK;
}

enum fault
session_end(struct propre *propre, int64_t person, int64_t id, struct error *error)
{
    return q_session_delete(propre->db, &(struct session_delete_in){person, id}, error);
}

enum fault
session_end_others(struct propre *propre, int64_t person, int64_t kept, struct error *error)
{
    const struct session_delete_others_in in = {person, kept ? some_int(kept) : no_int};
    return q_session_delete_others(propre->db, &in, error);
}

str
session_csrf(str token, struct arena *keep)
{
    return secret_derive(token, S("csrf"), keep);
}

bool
session_csrf_ok(str token, str given, struct arena scratch)
{
    return secret_equal(session_csrf(token, &scratch), given);
}
