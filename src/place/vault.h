#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/*
 * Sealed secrets: tokens and passwords of others, kept in the data but unreadable without the key file, which is
 * not in the data and not in a backup. XChaCha20-Poly1305 (libsodium); what a secret belongs to (table, row, field) is
 * authenticated with it, so that a sealed value cannot be moved to another row.
 */
struct vault;

enum {
    VAULT_KEY_BYTES = 32,
    VAULT_PLAIN_MAX = 64 * 1024
}; /* a token of a network is at most a few KB */

/*
 * vault_open(path, create, ret, error): the key file (32 bytes, readable by its owner only; several lines while keys
 * are changed: the first seals, all open).
 * Faults: ABSENT (no file and not create), DENIED (others may read it), CORRUPT (another length), SYSTEM.
 */
must_use enum fault vault_open(str path, bool create, struct vault **ret, struct error *error);
void vault_close(struct vault *vault);
/* vault_seal(vault, context, plain, keep): ${context} is "account/12/secrets". */
str vault_seal(const struct vault *vault, str context, str plain, struct arena *keep);
/* vault_unseal(…): Faults: CORRUPT (altered, moved, or of a key that is not here: the message says which). */
must_use enum fault vault_unseal(const struct vault *vault, str context, str sealed,
                                 struct arena *keep, str *ret, struct error *error);
/* vault_key_name(vault): 8 hex digits that tell the key that seals, not the key. */
str vault_key_name(const struct vault *vault);
