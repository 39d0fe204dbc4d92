#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/str.h"
#include "place/person.h"

struct propre;
struct zone;

/*
 * How a program comes in: a token of its own, which acts for a person but may do no more than its scopes say, and no
 * more than that person may. Kept hashed, shown once. All verbs work in the caller's transaction.
 */
enum scope {
    SCOPE_READ = 1,
    SCOPE_WRITE = 2,   /* change what is planned; posts only as drafts */
    SCOPE_PUBLISH = 4, /* let posts go out */
    SCOPE_SETTINGS = 8 /* the workspace itself, its tokens */
};

enum {
    TOKENS_MAX = 100, /* that work, of one workspace: a list somebody can still look through */
    TOKENS_PAGE_MAX = 500, /* in one list, with those that were revoked */
    TOKEN_NAME_MAX = 100,  /* characters */
    SCOPES_ALL = 15,
    SCOPES_N = 4
};

/* Every token begins so: who searches files for secrets that slipped in can tell it. */
#define TOKEN_PREFIX "propre_"

struct token {
    int64_t id, workspace, person;
    str person_name;
    enum role role; /* of the person */
    str name;
    int32_t scopes; /* SCOPE_… together */
    instant created;
    struct maybe_int used_day; /* days since 1970, of the zone token_see was given */
    struct maybe_int revoked_us;
};

/* scope_word(scope): "read", "write", "publish" or "settings". */
str scope_word(enum scope scope);
/*
 * scopes_parse(words, ret, error): "read write", "read,publish" in any order.
 * Faults: INPUT for none and for an unknown one.
 */
must_use enum fault scopes_parse(str words, int32_t *ret, struct error *error);
/* scopes_words(scopes, keep): "read write". */
str scopes_words(int32_t scopes, struct arena *keep);

/*
 * token_add(propre, token, keep, ret_secret, ret_id, error):
 * A token of token->workspace for token->person with token->name and token->scopes. *ret_secret is not kept: this is
 * the only time it can be shown.
 * Faults: INPUT (no name, too long, no scope), ABSENT (the person), LIMIT beyond TOKENS_MAX.
 */
must_use enum fault token_add(struct propre *propre, const struct token *token,
                              struct arena *keep, str *ret_secret, int64_t *ret_id,
                              struct error *error);
/* token_find(propre, secret, keep, ret, error): whose it is. Only reads. Faults: DENIED (revoked, never made). */
must_use enum fault token_find(struct propre *propre, str secret, struct arena *keep,
                               struct token *ret, struct error *error);
/* token_is_stale(propre, zone, token): whether it was not used yet today in ${zone}, and token_see, which writes, is due. */
bool token_is_stale(const struct propre *propre, const struct zone *zone,
                    const struct token *token);
must_use enum fault token_see(struct propre *propre, const struct zone *zone,
                              const struct token *token, struct error *error);
/* token_list(propre, workspace, keep, ret, ret_n, error): those that work first. */
must_use enum fault token_list(struct propre *propre, int64_t workspace, struct arena *keep,
                               struct token **ret, ptrdiff_t *ret_n, struct error *error);
/* token_revoke(propre, workspace, id, error): at once. Faults: ABSENT (also when it was revoked before). */
must_use enum fault token_revoke(struct propre *propre, int64_t workspace, int64_t id,
                                 struct error *error);
