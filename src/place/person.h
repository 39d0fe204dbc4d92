#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct propre;

/*
 * What a route or command asks of a person. Zero is "nobody", so that a forgotten right denies.
 */
enum right {
    MAY_NOBODY, /* never */
    MAY_ANYONE, /* also without being signed in: the sign-in page, its style sheet */
    MAY_READ,
    MAY_EDIT, /* change what is planned and measured */
    MAY_OWN   /* people, the workspace itself, what cannot be undone */
};
enum role { ROLE_READER, ROLE_EDITOR, ROLE_OWNER };

enum {
    PERSON_NAME_MAX = 100,   /* characters */
    PEOPLE_MAX = 1000,       /* of a workspace, in one list */
    PASSWORD_CHARS_MIN = 12, /* ASVS 5.0 asks for 8 and advises 15; no rules on what they are */
    PASSWORD_BYTES_MAX = 256 /* so that a password cannot be used to keep the machine busy */
};

struct person {
    int64_t id, workspace;
    str name;
    enum role role;
    bool has_password;
};

/* role_may(role, right): whether somebody signed in with this role may. */
bool role_may(enum role role, enum right right);
/* role_word(role), role_parse(word, ret): "owner", "editor", "reader". */
str role_word(enum role role);
bool role_parse(str word, enum role *ret);

/* The verbs below work in the caller's transaction, but for person_sign_in. */

/*
 * person_add(propre, person, ret_id, error):
 * Somebody who may come in: with a one-time link (place/session.h), later with a password.
 * Faults: INPUT (no name, too long), CONFLICT (the name is taken; A-Z and a-z are the same).
 */
must_use enum fault person_add(struct propre *propre, const struct person *person,
                               int64_t *ret_id, struct error *error);
/* person_get(propre, workspace, id, keep, ret, error). Faults: ABSENT. */
must_use enum fault person_get(struct propre *propre, int64_t workspace, int64_t id,
                               struct arena *keep, struct person *ret, struct error *error);
/* person_list(propre, workspace, keep, ret, ret_n, error): the first made first. */
must_use enum fault person_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                struct person **ret, ptrdiff_t *ret_n, struct error *error);
/* person_set_role(propre, workspace, id, role, error). Faults: ABSENT; CONFLICT for the last owner. */
must_use enum fault person_set_role(struct propre *propre, int64_t workspace, int64_t id,
                                    enum role role, struct error *error);
/*
 * person_set_password(propre, id, password, error):
 * Keeps its Argon2id hash. End the person's other sessions with it (session_end_others).
 * Faults: INPUT (shorter than 12 characters, longer than 256 bytes, not text), ABSENT.
 * Source: OWASP Password Storage, 19 MiB and 2 passes; about 20 ms.
 */
must_use enum fault person_set_password(struct propre *propre, int64_t id, str password,
                                        struct error *error);
/*
 * person_sign_in(propre, name, password, scratch, ret_id, error):
 * Who this is. Opens transactions of its own: every guess is counted, in the data, before it is tried.
 * An unknown name takes as long as a wrong password and gets the same answer.
 * Faults: DENIED (wrong), LIMIT (ten guesses in fifteen minutes; a one-time link still opens).
 */
must_use enum fault person_sign_in(struct propre *propre, str name, str password,
                                   struct arena scratch, int64_t *ret_id, struct error *error);
