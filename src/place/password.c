#include <assert.h>
#include <sodium/core.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/utils.h>

#include "base/clock.h"
#include "base/text.h"
#include "place/db.h"
#include "place/person.h"
#include "place/person_internal.h"
#include "place/propre.h"
#include "place/queries.h"

enum {
    HASH_PASSES = 2,
    HASH_BYTES = 19 * 1024 * 1024, /* OWASP's lowest for Argon2id: 19 MiB, 2 passes */
    GUESSES_MAX = 10,              /* of one account, in the window below */
    GUESSES_ALL_MAX = 1000, /* of everybody: a bound on the table, and on a sweep over names */
    ACCOUNT_HASH_BYTES = 16
};
#define GUESS_WINDOW ((span){INT64_C(15) * 60 * 1000000})

static enum fault
password_check(str password, struct error *error)
{
    if (!utf8_valid(password))
        return fail(error, FAULT_INPUT, "the password is not text");
    if (password.n > PASSWORD_BYTES_MAX)
        return fail(error, FAULT_INPUT, "the password is longer than %d bytes",
                    PASSWORD_BYTES_MAX);
    if (text_graphemes(password) < PASSWORD_CHARS_MIN)
        return fail(error, FAULT_INPUT,
                    "the password is shorter than %d characters: take a few words in a row",
                    PASSWORD_CHARS_MIN);
    return OK;
}

static void
password_hash(str password, char out[crypto_pwhash_STRBYTES])
{
    if (sodium_init() < 0 ||
        crypto_pwhash_str_alg(out, password.p, (unsigned long long)password.n, HASH_PASSES,
                              HASH_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
        abort(); /* 19 MiB of memory are not to be had */
}

/* Whether it is the password; *ret_renew when the stored hash is weaker than today's. */
static bool
password_verify(str stored, str password, bool *ret_renew)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    if (sodium_init() < 0)
        abort();
    if (!stored.p || stored.n >= (ptrdiff_t)sizeof text) {
        char wasted[crypto_pwhash_STRBYTES]; /* the same time for a name that does not exist */
        password_hash(password, wasted);
        return false;
    }
    memcpy(text, stored.p, (size_t)stored.n);
    *ret_renew = crypto_pwhash_str_needs_rehash(text, HASH_PASSES, HASH_BYTES) != 0;
    return crypto_pwhash_str_verify(text, password.p, (unsigned long long)password.n) == 0;
}

static enum fault
password_store(struct propre *propre, int64_t id, str password, bool *ret_found,
               struct error *error)
{
    char hash[crypto_pwhash_STRBYTES];
    struct person_password_set_row row;
    password_hash(password, hash);
    const struct person_password_set_in in = {id, str_of(hash)};
    return q_person_password_set(propre->db, &in, NULL, &row, ret_found, error);
}

enum fault
person_set_password(struct propre *propre, int64_t id, str password, struct error *error)
{
    bool found = false;
    if (password_check(password, error) || password_store(propre, id, password, &found, error))
        return error->fault;
    return found ? OK : fail(error, FAULT_ABSENT, "there is no person %lld", (long long)id);
}

/* Writes the guess down, and finds what is to be compared with; *ret_stored is none for nobody. */
static enum fault
guess_begin(struct propre *propre, str account, str key, struct arena *keep,
            struct person_password_row *ret, struct error *error)
{
    const instant now = clock_now(&propre->clock);
    const int64_t since_us = now.us - GUESS_WINDOW.us;
    const struct guess_count_in counted = {account, since_us};
    const struct person_password_in who = {key};
    struct guess_count_row guesses;
    bool found = false;
    if (db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    if (q_guess_forget_old(propre->db, &(struct guess_forget_old_in){since_us}, error) ||
        q_guess_count(propre->db, &counted, NULL, &guesses, error))
        return error->fault;
    if (guesses.of_account >= GUESSES_MAX || guesses.of_all >= GUESSES_ALL_MAX)
        return fail(
            error, FAULT_LIMIT,
            "too many guesses: wait a quarter of an hour, or ask for a new one-time link");
    if (q_guess_add(propre->db, &(struct guess_add_in){account, now.us}, error) ||
        q_person_password(propre->db, &who, keep, ret, &found, error))
        return error->fault;
    if (!found)
        *ret = (struct person_password_row){0};
    return db_commit(propre->db, error);
}

static enum fault
guess_end(struct propre *propre, str account, int64_t id, str password, bool renew,
          struct error *error)
{
    bool found = true;
    if (db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    if (q_guess_forget(propre->db, &(struct guess_forget_in){account}, error) ||
        (renew && password_store(propre, id, password, &found, error)))
        return error->fault;
    return db_commit(propre->db, error);
}

enum fault
person_sign_in(struct propre *propre, str name, str password, struct arena scratch,
               int64_t *ret_id, struct error *error)
{
    uint8_t account[ACCOUNT_HASH_BYTES];
    struct person_password_row row = {0};
    bool renew = false;
    if (name.n > PERSON_NAME_BYTES_MAX || password.n > PASSWORD_BYTES_MAX || !utf8_valid(name))
        return fail(error, FAULT_DENIED, "the name or the password is wrong");
    str key = person_key(name, &scratch);
    (void)crypto_generichash(account, sizeof account, (const uint8_t *)key.p,
                             (unsigned long long)key.n, NULL,
                             0); /* sizes are right: cannot fail */
    const str account_text = {(const char *)account, sizeof account};
    if (guess_begin(propre, account_text, key, &scratch, &row, error))
        return error->fault;
    if (!password_verify(row.password, password, &renew))
        return fail(error, FAULT_DENIED, "the name or the password is wrong");
    if (guess_end(propre, account_text, row.id, password, renew, error))
        return error->fault;
    *ret_id = row.id;
    return OK;
}
