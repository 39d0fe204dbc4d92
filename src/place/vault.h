#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/*
 * Sealed secrets: tokens and passwords of others, kept in the data but unreadable without the key file, which is
 * not in the data and not in a backup. XChaCha20-Poly1305 (libsodium); what a secret belongs to (table, row, field) is
 * authenticated with it, so that a sealed value cannot be moved to another row (doc/decisions/0024).
 */
struct vault;

enum {
    VAULT_KEY_BYTES = 32,
    VAULT_KEYS_MAX = 16,         /* one sealing, and those of earlier years */
    VAULT_NAME_CHARS = 8,        /* hex digits that tell keys apart */
    VAULT_PLAIN_MAX = 64 * 1024, /* a token of a network is at most a few KB */
    VAULT_CONTEXT_MAX = 200,     /* "account/12/secrets" */
    VAULT_SEAL_BYTES =
        1 + 4 + 24 + 16 /* form, name of the key, nonce, tag: what sealing adds */
};

/*
 * vault_open(path, create, ret, error):
 * Reads the key file: text readable by its owner only, each line 64 hex digits (32 bytes) or a remark behind "#". The
 * first key seals; all open, so that a new first line changes the key without losing what is sealed already.
 * Faults: ABSENT (no file and not ${create}), DENIED (others may read it, or we may not), CORRUPT (not keys), SYSTEM.
 * Memory: the caller owns *ret and gives it to vault_close. It is of this process only: in a forked child the keys
 * are gone, and using it is a bug (the child opens its own).
 */
must_use enum fault vault_open(str path, bool create, struct vault **ret, struct error *error);
/* vault_close(vault): wipes the keys; NULL is fine. */
void vault_close(struct vault *vault);

/*
 * vault_seal(vault, context, plain, keep):
 * Bytes for the data; ${context} says where they belong: "account/12/secrets". The same text sealed twice differs.
 * ${plain} has VAULT_PLAIN_MAX bytes at most, ${context} VAULT_CONTEXT_MAX.
 */
str vault_seal(const struct vault *vault, str context, str plain, struct arena *keep);
/*
 * vault_unseal(vault, context, sealed, keep, ret, error):
 * Faults: CORRUPT (altered, moved, or of a key that is not here: the message says which).
 */
must_use enum fault vault_unseal(const struct vault *vault, str context, str sealed,
                                 struct arena *keep, str *ret, struct error *error);
/* vault_key_name(vault): 8 hex digits that tell the key that seals, not the key. Lives as long as the vault. */
str vault_key_name(const struct vault *vault);
/* vault_sealed_name(sealed, keep): the name of the key it was sealed with; none when it is not of our form. */
str vault_sealed_name(str sealed, struct arena *keep);
/* vault_knows(vault, name): whether it can open what was sealed with the key of that name. */
bool vault_knows(const struct vault *vault, str name);
