#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"
#include "place/person.h"

struct propre;

/*
 * How somebody comes in and stays in. Tokens are 256 random bits (place/secret.h), kept hashed: the data
 * alone open nothing. All verbs work in the caller's transaction.
 */
#define LINK_LIFE ((span){INT64_C(1000000) * 24 * 3600}) /* long enough to reach its reader */
#define SESSION_IDLE ((span){INT64_C(1000000) * 12 * 3600}) /* a working day */
#define SESSION_LIFE \
    ((span){INT64_C(1000000) * 14 * 24 * 3600}) /* then sign in again, whatever happens */
#define SESSION_SEEN_EVERY \
    ((span){INT64_C(1000000) * 5 * 60}) /* writing at each page would cost more than it tells */

enum {
    SESSIONS_MAX = 50,      /* of one person; the one longest unseen goes first */
    SESSION_AGENT_MAX = 300 /* bytes of the browser's own description */
};

/*
 * sign_in_link_make(propre, person, keep, ret_token, error):
 * A secret for the end of an address; whoever opens it comes in as ${person}, once, within 24 hours. A
 * link made before stops working.
 */
must_use enum fault sign_in_link_make(struct propre *propre, int64_t person, struct arena *keep,
                                      str *ret_token, struct error *error);
/*
 * sign_in_link_look(propre, token, keep, ret_name, error):
 * Whose it is, without spending it: what fetches a link to preview it spends nothing.
 * Faults: DENIED (used, replaced, late or never made).
 */
must_use enum fault sign_in_link_look(struct propre *propre, str token, struct arena *keep,
                                      str *ret_name, struct error *error);
/* sign_in_link_spend(propre, token, ret_person, error). Faults: DENIED, as above. */
must_use enum fault sign_in_link_spend(struct propre *propre, str token, int64_t *ret_person,
                                       struct error *error);

/* Somebody who is in. */
struct session {
    int64_t id, person, workspace;
    str person_name;
    enum role role;
    bool has_password;
    instant created, seen, expires;
    str agent;
};

/*
 * session_open(propre, person, agent, keep, ret_token, error):
 * The token for the cookie. ${agent} is shown in the list of sessions; too long, it is cut.
 */
must_use enum fault session_open(struct propre *propre, int64_t person, str agent,
                                 struct arena *keep, str *ret_token, struct error *error);
/*
 * session_find(propre, token, keep, ret, error):
 * Whose the token is. Only reads.
 * Faults: DENIED (ended, unseen for 12 hours, older than 14 days, never made).
 */
must_use enum fault session_find(struct propre *propre, str token, struct arena *keep,
                                 struct session *ret, struct error *error);
/* session_is_stale(propre, session): whether it is time for session_see, which writes. */
bool session_is_stale(const struct propre *propre, const struct session *session);
/* session_see(propre, session, error): the person is still there. */
must_use enum fault session_see(struct propre *propre, const struct session *session,
                                struct error *error);
/* session_rotate(propre, session, keep, ret_token, error): a new token for it; the old one is dead. */
must_use enum fault session_rotate(struct propre *propre, const struct session *session,
                                   struct arena *keep, str *ret_token, struct error *error);
/* session_list(propre, person, keep, ret, ret_n, error): last seen first; person and role are not filled. */
must_use enum fault session_list(struct propre *propre, int64_t person, struct arena *keep,
                                 struct session **ret, ptrdiff_t *ret_n, struct error *error);
/* session_end(propre, person, id, error): one of the person's; one that is gone already is fine. */
must_use enum fault session_end(struct propre *propre, int64_t person, int64_t id,
                                struct error *error);
/* session_end_others(propre, person, kept, error): all but ${kept}; 0 ends all. */
must_use enum fault session_end_others(struct propre *propre, int64_t person, int64_t kept,
                                       struct error *error);

/*
 * session_csrf(token, keep): what every form of this session carries. Derived from the cookie's token, so
 * nothing is stored, and a page that cannot read the cookie cannot make it.
 */
str session_csrf(str token, struct arena *keep);
/* session_csrf_ok(token, given, scratch): compares in constant time. */
bool session_csrf_ok(str token, str given, struct arena scratch);
