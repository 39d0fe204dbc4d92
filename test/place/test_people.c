#include "testdb.h"

#include <sodium/crypto_pwhash.h>

#include "place/person.h"
#include "place/queries.h"
#include "place/secret.h"
#include "place/session.h"
#include "place/workspace.h"

#define PASSWORD S("quatre mots mis bout à bout")

static int64_t
open_with_owner(struct testdb *t)
{
    struct error error = {0};
    int64_t id = 0;
    const struct workspace w = {0, S("Maison"), S("Europe/Paris"), LANG_FR, S("eur"), 1};
    struct person owner = {.name = S("Ada Martin"), .role = ROLE_OWNER};
    testdb_open(t);
    assert_ok(db_begin(t->propre.db, DB_WRITE, &error), &error);
    assert_ok(workspace_add(&t->propre, &w, &owner.workspace, &error), &error);
    assert_ok(person_add(&t->propre, &owner, &id, &error), &error);
    assert_ok(db_commit(t->propre.db, &error), &error);
    return id;
}

#define WRITE(t, call)                                                 \
    do {                                                               \
        assert_ok(db_begin((t)->propre.db, DB_WRITE, &error), &error); \
        assert_ok((call), &error);                                     \
        assert_ok(db_commit((t)->propre.db, &error), &error);          \
    } while (0)

#define REFUSE(t, fault, call, part)                                   \
    do {                                                               \
        assert_ok(db_begin((t)->propre.db, DB_WRITE, &error), &error); \
        assert_fault((fault), (call), &error, (part));                 \
        db_rollback((t)->propre.db);                                   \
    } while (0)

static void
test_workspace(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct workspace w;
    testdb_open(&t);
    assert_fault(FAULT_ABSENT, workspace_load(&t.propre, &t.keep, &w, &error), &error,
                 "no workspace");
    testdb_close(&t);

    (void)open_with_owner(&t);
    assert_ok(workspace_load(&t.propre, &t.keep, &w, &error), &error);
    assert_str("Maison", w.name);
    assert_str("EUR", w.currency);
    assert_true(w.lang == LANG_FR && w.first_weekday == 1);
    w.name = S(" Atelier ");
    w.currency = S("jpy");
    w.first_weekday = 7;
    WRITE(&t, workspace_change(&t.propre, &w, &error));
    assert_ok(workspace_load(&t.propre, &t.keep, &w, &error), &error);
    assert_str("Atelier", w.name);
    assert_str("JPY", w.currency);

    struct workspace bad = w;
    bad.zone = S("Europe/Nowhere");
    REFUSE(&t, FAULT_INPUT, workspace_change(&t.propre, &bad, &error), "Europe/Nowhere");
    bad = w, bad.currency = S("E€");
    REFUSE(&t, FAULT_INPUT, workspace_change(&t.propre, &bad, &error), "not a currency");
    bad = w, bad.first_weekday = 0;
    REFUSE(&t, FAULT_INPUT, workspace_change(&t.propre, &bad, &error), "first day");
    bad = w, bad.name = S("  ");
    REFUSE(&t, FAULT_INPUT, workspace_change(&t.propre, &bad, &error), "needs a name");
    bad = w, bad.id = 99;
    REFUSE(&t, FAULT_ABSENT, workspace_change(&t.propre, &bad, &error), "99");
    testdb_close(&t);
}

static void
test_rights(void **state)
{
    (void)state;
    enum right forgotten = (enum right)0;
    for (int role = ROLE_READER; role <= ROLE_OWNER; role++) {
        assert_false(role_may((enum role)role, forgotten));
        assert_true(role_may((enum role)role, MAY_READ));
    }
    assert_false(role_may(ROLE_READER, MAY_EDIT));
    assert_true(role_may(ROLE_EDITOR, MAY_EDIT));
    assert_false(role_may(ROLE_EDITOR, MAY_OWN));
    assert_true(role_may(ROLE_OWNER, MAY_OWN));
}

static void
test_people(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct person p, *all;
    ptrdiff_t n;
    int64_t owner = open_with_owner(&t), reader;
    assert_ok(person_get(&t.propre, 1, owner, &t.keep, &p, &error), &error);
    assert_true(p.role == ROLE_OWNER && !p.has_password);
    assert_fault(FAULT_ABSENT, person_get(&t.propre, 2, owner, &t.keep, &p, &error), &error,
                 "no person");
    struct person other = {.workspace = 1, .name = S("Lu"), .role = ROLE_READER};
    WRITE(&t, person_add(&t.propre, &other, &reader, &error));
    other.name = S(" ADA martin");
    REFUSE(&t, FAULT_CONFLICT, person_add(&t.propre, &other, &reader, &error), "already");
    REFUSE(&t, FAULT_CONFLICT, person_set_role(&t.propre, 1, owner, ROLE_EDITOR, &error),
           "needs an owner");
    WRITE(&t, person_set_role(&t.propre, 1, reader, ROLE_OWNER, &error));
    WRITE(&t, person_set_role(&t.propre, 1, owner, ROLE_EDITOR, &error));
    assert_ok(person_list(&t.propre, 1, &t.keep, &all, &n, &error), &error);
    assert_int_equal(n, 2);
    assert_true(all[0].role == ROLE_EDITOR && all[1].role == ROLE_OWNER);
    testdb_close(&t);
}

static void
test_passwords(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct person_password_row row;
    bool found;
    int64_t who = 0, owner = open_with_owner(&t);
    char longer[300];
    memset(longer, 'x', sizeof longer);
    REFUSE(&t, FAULT_INPUT, person_set_password(&t.propre, owner, S("onze lettrs"), &error),
           "12 characters");
    REFUSE(&t, FAULT_INPUT, person_set_password(&t.propre, owner, S("éééééé"), &error),
           "12 characters");
    REFUSE(&t, FAULT_INPUT, person_set_password(&t.propre, owner, (str){longer, 257}, &error),
           "256 bytes");
    REFUSE(&t, FAULT_ABSENT, person_set_password(&t.propre, 99, PASSWORD, &error), "99");
    assert_fault(FAULT_DENIED,
                 person_sign_in(&t.propre, S("Ada Martin"), S(""), t.scratch, &who, &error),
                 &error, "wrong"); /* nobody comes in who has no password yet */
    WRITE(&t, person_set_password(&t.propre, owner, PASSWORD, &error));
    assert_ok(person_sign_in(&t.propre, S(" ada MARTIN"), PASSWORD, t.scratch, &who, &error),
              &error);
    assert_int_equal(who, owner);
    const struct person_password_in in = {S("ada martin")};
    assert_ok(q_person_password(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_true(str_starts(row.password, S("$argon2id$v=19$m=19456,t=2,p=1$")));

    /* A hash of weaker days is renewed when its owner comes in. */
    char weak[crypto_pwhash_STRBYTES];
    assert_int_equal(
        crypto_pwhash_str(weak, PASSWORD.p, (unsigned long long)PASSWORD.n, 1, 8192 * 1024), 0);
    const struct person_password_set_in old = {owner, str_of(weak)};
    struct person_password_set_row set;
    WRITE(&t, q_person_password_set(t.propre.db, &old, NULL, &set, &found, &error));
    assert_ok(person_sign_in(&t.propre, S("Ada Martin"), PASSWORD, t.scratch, &who, &error),
              &error);
    assert_ok(q_person_password(t.propre.db, &in, &t.keep, &row, &found, &error), &error);
    assert_true(str_starts(row.password, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    testdb_close(&t);
}

static void
test_guesses_are_counted(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    int64_t who = 0, owner = open_with_owner(&t);
    WRITE(&t, person_set_password(&t.propre, owner, PASSWORD, &error));
    for (int i = 0; i < 9; i++)
        assert_fault(
            FAULT_DENIED,
            person_sign_in(&t.propre, S("Ada Martin"), S("wrong"), t.scratch, &who, &error),
            &error, "wrong");
    assert_ok(person_sign_in(&t.propre, S("Ada Martin"), PASSWORD, t.scratch, &who, &error),
              &error);
    for (int i = 0; i < 10; i++)
        assert_fault(
            FAULT_DENIED,
            person_sign_in(&t.propre, S("ada martin"), S("wrong"), t.scratch, &who, &error),
            &error, "wrong");
    testdb_reopen(&t); /* a restart forgets nothing */
    assert_fault(FAULT_LIMIT,
                 person_sign_in(&t.propre, S("Ada Martin"), PASSWORD, t.scratch, &who, &error),
                 &error, "quarter of an hour");
    assert_fault(FAULT_DENIED,
                 person_sign_in(&t.propre, S("Nobody"), PASSWORD, t.scratch, &who, &error),
                 &error, "the name or the password");
    t.now.us += 15 * 60 * INT64_C(1000000) + 1;
    assert_ok(person_sign_in(&t.propre, S("Ada Martin"), PASSWORD, t.scratch, &who, &error),
              &error);
    testdb_close(&t);
}

static void
test_a_link_opens_once(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    str first, second, name;
    int64_t who = 0, owner = open_with_owner(&t);
    WRITE(&t, sign_in_link_make(&t.propre, owner, &t.keep, &first, &error));
    assert_int_equal(first.n, SECRET_TOKEN_CHARS);
    assert_ok(sign_in_link_look(&t.propre, first, &t.keep, &name, &error), &error);
    assert_str("Ada Martin", name);
    WRITE(&t, sign_in_link_make(&t.propre, owner, &t.keep, &second, &error));
    assert_fault(FAULT_DENIED, sign_in_link_look(&t.propre, first, &t.keep, &name, &error),
                 &error, "used already");
    WRITE(&t, sign_in_link_spend(&t.propre, second, &who, &error));
    assert_int_equal(who, owner);
    REFUSE(&t, FAULT_DENIED, sign_in_link_spend(&t.propre, second, &who, &error),
           "used already");
    WRITE(&t, sign_in_link_make(&t.propre, owner, &t.keep, &first, &error));
    t.now.us += LINK_LIFE.us;
    REFUSE(&t, FAULT_DENIED, sign_in_link_spend(&t.propre, first, &who, &error), "too old");
    REFUSE(&t, FAULT_DENIED, sign_in_link_spend(&t.propre, S(""), &who, &error),
           "used already");
    testdb_close(&t);
}

static void
test_sessions_end(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct session s, *all;
    ptrdiff_t n;
    str first, second, third;
    int64_t owner = open_with_owner(&t);
    WRITE(&t, session_open(&t.propre, owner, S("Firefox \xff"), &t.keep, &first, &error));
    t.now.us += 1;
    WRITE(&t, session_open(&t.propre, owner, STR_NONE, &t.keep, &second, &error));
    assert_ok(session_find(&t.propre, first, &t.keep, &s, &error), &error);
    assert_true(s.person == owner && s.workspace == 1 && s.role == ROLE_OWNER &&
                !s.has_password);
    assert_str("Firefox \xef\xbf\xbd", s.agent);
    assert_ok(session_list(&t.propre, owner, &t.keep, &all, &n, &error), &error);
    assert_int_equal(n, 2);
    assert_true(all[1].id == s.id);

    /* A new token at a change of rights; the old one is dead. */
    WRITE(&t, session_rotate(&t.propre, &s, &t.keep, &third, &error));
    assert_fault(FAULT_DENIED, session_find(&t.propre, first, &t.keep, &s, &error), &error,
                 "sign in");
    assert_ok(session_find(&t.propre, third, &t.keep, &s, &error), &error);
    WRITE(&t, session_end_others(&t.propre, owner, s.id, &error));
    assert_fault(FAULT_DENIED, session_find(&t.propre, second, &t.keep, &s, &error), &error,
                 "sign in");

    /* Twelve hours unseen, or fourteen days however often seen. */
    assert_false(session_is_stale(&t.propre, &s));
    WRITE(&t, session_see(&t.propre, &s, &error));
    instant opened = t.now;
    while (t.now.us < opened.us + SESSION_LIFE.us - 2 * SESSION_IDLE.us) {
        t.now.us += SESSION_IDLE.us - 1;
        assert_ok(session_find(&t.propre, third, &t.keep, &s, &error), &error);
        assert_true(session_is_stale(&t.propre, &s));
        WRITE(&t, session_see(&t.propre, &s, &error));
    }
    t.now.us += SESSION_IDLE.us;
    assert_fault(FAULT_DENIED, session_find(&t.propre, third, &t.keep, &s, &error), &error,
                 "sign in");
    t.now.us -= 1;
    assert_ok(session_find(&t.propre, third, &t.keep, &s, &error), &error);
    WRITE(&t, session_see(&t.propre, &s, &error));
    t.now.us = opened.us + SESSION_LIFE.us;
    assert_fault(FAULT_DENIED, session_find(&t.propre, third, &t.keep, &s, &error), &error,
                 "sign in");
    testdb_close(&t);
}

static void
test_sessions_are_bounded(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct session s, *all;
    ptrdiff_t n;
    str first, token;
    int64_t owner = open_with_owner(&t);
    WRITE(&t, session_open(&t.propre, owner, S(""), &t.keep, &first, &error));
    for (int i = 0; i < SESSIONS_MAX; i++) {
        t.now.us += 1;
        WRITE(&t, session_open(&t.propre, owner, S(""), &t.keep, &token, &error));
    }
    assert_ok(session_list(&t.propre, owner, &t.keep, &all, &n, &error), &error);
    assert_int_equal(n, SESSIONS_MAX);
    assert_fault(FAULT_DENIED, session_find(&t.propre, first, &t.keep, &s, &error), &error,
                 "sign in");
    testdb_close(&t);
}

static void
test_secrets(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 16, &region);
    str a = secret_token(&keep), b = secret_token(&keep);
    assert_false(secret_equal(a, b));
    assert_true(secret_equal(a, arena_str(&keep, a)));
    assert_false(secret_equal(a, str_slice(a, 0, 42)));
    str csrf = session_csrf(a, &keep);
    assert_true(session_csrf_ok(a, csrf, keep));
    assert_false(session_csrf_ok(b, csrf, keep));
    assert_false(session_csrf_ok(a, S(""), keep));
    assert_false(secret_equal(csrf, a));
    assert_false(secret_equal(csrf, secret_derive(a, S("other"), &keep)));
    /* What the data keep does not open: neither as a token nor as the source of the form's token. */
    str stored = secret_token_hash(a, &keep);
    assert_false(session_csrf_ok(stored, csrf, keep));
    arena_release(&region);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    secret_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workspace),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_people),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_guesses_are_counted),
        cmocka_unit_test(test_a_link_opens_once),
        cmocka_unit_test(test_sessions_end),
        cmocka_unit_test(test_sessions_are_bounded),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
