#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum { SHA256_BYTES = 32 };

/* A hash being computed piece by piece. */
struct sha256 {
    uint64_t opaque[16]; /* holds libsodium's state, checked at build */
};

/* sha256(s, out): the SHA-256 of the bytes. Source: FIPS 180-4, through libsodium. */
void sha256(str s, uint8_t out[SHA256_BYTES]);
/* sha256_init(hash), sha256_add(hash, s), sha256_end(hash, out): the same, in pieces. */
void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, str s);
void sha256_end(struct sha256 *hash, uint8_t out[SHA256_BYTES]);
/*
 * sha256_file(path, out, error): of a whole file, read in pieces.
 * Faults: ABSENT when there is no such file, SYSTEM when it cannot be read.
 */
must_use enum fault sha256_file(const char *path, uint8_t out[SHA256_BYTES],
                                struct error *error);
/* hex(arena, bytes, n): lower-case hexadecimal. */
str hex(struct arena *arena, const uint8_t *bytes, ptrdiff_t n);
