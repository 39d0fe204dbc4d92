#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

/*
 * What must not be guessed. A token is 256 random bits; the data keeps only its hash, so that who reads
 * the data cannot come in with it.
 */

enum {
    SECRET_BYTES = 32,      /* 256 bits */
    SECRET_TOKEN_CHARS = 43 /* them in base64url without padding */
};

/* secret_start(): once, before anything else here. */
void secret_start(void);
/* secret_bytes(out, n): from the kernel's generator. */
void secret_bytes(void *out, ptrdiff_t n);
/* secret_u64(): a seed nobody can guess. */
uint64_t secret_u64(void);
/* secret_token(keep): a fresh token, fit for an address or a cookie. */
str secret_token(struct arena *keep);
/* secret_token_hash(token, keep): what to store and look for. A text of another form has a hash too. */
str secret_token_hash(str token, struct arena *keep);
/*
 * secret_derive(token, purpose, keep):
 * A second token that only who knows ${token} can compute, and that does not betray it.
 * Source: keyed BLAKE2b (RFC 7693), through libsodium.
 */
str secret_derive(str token, str purpose, struct arena *keep);
/* secret_equal(a, b): in a time that tells nothing but whether the lengths agree. */
bool secret_equal(str a, str b);
