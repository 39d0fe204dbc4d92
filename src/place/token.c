#include "place/token.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/zone.h"
#include "place/propre.h"
#include "place/queries.h"
#include "place/secret.h"

enum { TOKEN_BYTES_MAX = 256 }; /* of a header we bother to hash; ours have 50 */

static const struct {
    enum scope scope;
    const char *word;
} scope_words[SCOPES_N] = {{SCOPE_READ, "read"},
                           {SCOPE_WRITE, "write"},
                           {SCOPE_PUBLISH, "publish"},
                           {SCOPE_SETTINGS, "settings"}};

str
scope_word(enum scope scope)
{
    for (int32_t i = 0; i < SCOPES_N; i++)
        if (scope_words[i].scope == scope)
            return str_of(scope_words[i].word);
    return STR_NONE;
}

static int32_t
scope_parse(str word)
{
    for (int32_t i = 0; i < SCOPES_N; i++)
        if (str_eq(word, str_of(scope_words[i].word)))
            return (int32_t)scope_words[i].scope;
    return 0;
}

enum fault
scopes_parse(str words, int32_t *ret, struct error *error)
{
    int32_t scopes = 0;
    while (words.n > 0) {
        ptrdiff_t n = 0;
        while (n < words.n && words.p[n] != ' ' && words.p[n] != ',')
            n++;
        str word = str_slice(words, 0, n);
        words = str_slice(words, n + (n < words.n), words.n);
        if (word.n == 0)
            continue;
        int32_t scope = scope_parse(word);
        if (!scope)
            return fail(error, FAULT_INPUT,
                        "\"%.*s\" is no scope; it is one of read, write, publish, settings",
                        STR_FMT(str_slice(word, 0, 40)));
        scopes |= scope;
    }
    if (!scopes)
        return fail(error, FAULT_INPUT,
                    "a token needs at least one scope: read, write, publish, settings");
    *ret = scopes;
    return OK;
}

str
scopes_words(int32_t scopes, struct arena *keep)
{
    str words = S("");
    for (int32_t i = 0; i < SCOPES_N; i++)
        if (scopes & (int32_t)scope_words[i].scope)
            words = arena_printf(keep, "%.*s%s%s", STR_FMT(words), words.n ? " " : "",
                                 scope_words[i].word);
    return words;
}

enum fault
token_add(struct propre *propre, const struct token *token, struct arena *keep, str *ret_secret,
          int64_t *ret_id, struct error *error)
{
    struct person person;
    struct token_count_row count;
    struct token_add_row row;
    str name = str_trim(utf8_clean(keep, token->name));
    if (name.n == 0 || text_graphemes(name) > TOKEN_NAME_MAX)
        return fail(
            error, FAULT_INPUT,
            "the token's name must have 1 to %d characters: say which program it is for",
            TOKEN_NAME_MAX);
    if (token->scopes < 1 || token->scopes > SCOPES_ALL)
        return fail(error, FAULT_INPUT,
                    "a token needs at least one scope: read, write, publish, settings");
    if (person_get(propre, token->workspace, token->person, keep, &person, error) ||
        q_token_count(propre->db, &(struct token_count_in){token->workspace}, keep, &count,
                      error))
        return error->fault;
    if (count.n >= TOKENS_MAX)
        return fail(error, FAULT_LIMIT,
                    "there are %d tokens already: revoke those that are not used any more",
                    TOKENS_MAX);
    str secret = arena_printf(keep, TOKEN_PREFIX "%.*s", STR_FMT(secret_token(keep)));
    const struct token_add_in in = {token->workspace,
                                    token->person,
                                    secret_token_hash(secret, keep),
                                    name,
                                    token->scopes,
                                    clock_now(&propre->clock).us};
    if (q_token_add(propre->db, &in, keep, &row, error))
        return error->fault;
    *ret_secret = secret;
    *ret_id = row.id;
    return OK;
}

enum fault
token_find(struct propre *propre, str secret, struct arena *keep, struct token *ret,
           struct error *error)
{
    struct token_by_hash_row row;
    bool found = false;
    if (secret.n <= TOKEN_BYTES_MAX && str_starts(secret, S(TOKEN_PREFIX))) {
        const struct token_by_hash_in in = {secret_token_hash(secret, keep)};
        if (q_token_by_hash(propre->db, &in, keep, &row, &found, error))
            return error->fault;
    }
    if (!found)
        return fail(error, FAULT_DENIED, "this token is not known, or was revoked");
    *ret = (struct token){.id = row.id,
                          .workspace = row.workspace,
                          .person = row.person,
                          .person_name = row.person_name,
                          .role = ROLE_READER,
                          .name = row.name,
                          .scopes = (int32_t)row.scopes,
                          .created = {row.created_us},
                          .used_day = row.used_day};
    (void)role_parse(row.role, &ret->role); /* a word this version does not know may least */
    return OK;
}

static int64_t
today(const struct propre *propre, const struct zone *zone)
{
    struct civil now = zone_civil(zone, clock_now(&propre->clock));
    return civil_days(now.year, now.month, now.day);
}

bool
token_is_stale(const struct propre *propre, const struct zone *zone, const struct token *token)
{
    return !token->used_day.has || token->used_day.is != today(propre, zone);
}

enum fault
token_see(struct propre *propre, const struct zone *zone, const struct token *token,
          struct error *error)
{
    return q_token_used(propre->db, &(struct token_used_in){token->id, today(propre, zone)},
                        error);
}

enum fault
token_list(struct propre *propre, int64_t workspace, struct arena *keep, struct token **ret,
           ptrdiff_t *ret_n, struct error *error)
{
    struct token_page_row *rows;
    ptrdiff_t n;
    if (q_token_page(propre->db, &(struct token_page_in){workspace, TOKENS_PAGE_MAX}, keep,
                     &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct token, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        (*ret)[i] = (struct token){.id = rows[i].id,
                                   .workspace = workspace,
                                   .person = rows[i].person,
                                   .person_name = rows[i].person_name,
                                   .role = ROLE_READER,
                                   .name = rows[i].name,
                                   .scopes = (int32_t)rows[i].scopes,
                                   .created = {rows[i].created_us},
                                   .used_day = rows[i].used_day,
                                   .revoked_us = rows[i].revoked_us};
        (void)role_parse(rows[i].role, &(*ret)[i].role); /* an unknown word may least */
    }
    *ret_n = n;
    return OK;
}

enum fault
token_revoke(struct propre *propre, int64_t workspace, int64_t id, struct error *error)
{
    struct token_revoke_row row;
    bool found = false;
    const struct token_revoke_in in = {workspace, id, clock_now(&propre->clock).us};
    if (q_token_revoke(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK
                 : fail(error, FAULT_ABSENT, "there is no token %lld that could be revoked",
                        (long long)id);
}
