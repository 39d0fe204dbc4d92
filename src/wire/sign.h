#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"
#include "wire/encode.h"
#include "wire/http.h"

/*
 * Signatures that networks ask for. Pure: time, nonces and seeds are given, the same in gives the same out (also
 * ECDSA: RFC 6979), so that drivers may call them. Secrets are passed in the clear for the time of one call;
 * results are in ${arena}.
 */

/* ---- keyed hashes ---- */

enum sign_hash { HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, SIGN_HASHES_N };
enum { SIGN_DIGEST_MAX = 64 /* bytes of SHA-512, the longest */ };

/* sign_digest(arena, hash, text), sign_hmac(arena, hash, key, text): raw bytes. FIPS 180-4, RFC 2104. */
str sign_digest(struct arena *arena, enum sign_hash hash, str text);
str sign_hmac(struct arena *arena, enum sign_hash hash, str key, str text);
/* sign_equal(a, b): compared in constant time (the lengths are no secret). */
bool sign_equal(str a, str b);
/* sign_hub(arena, hash, secret, body): "sha256=" and hex, the value of X-Hub-Signature (W3C WebSub section 8). */
str sign_hub(struct arena *arena, enum sign_hash hash, str secret, str body);
/* sign_hub_verify(header, secret, body): whether it is that of ${body}; any of the four hashes. */
bool sign_hub_verify(str header, str secret, str body, struct arena scratch);

/* ---- OAuth ---- */

/* sign_pkce(arena, verifier): the S256 challenge (RFC 7636). */
str sign_pkce(struct arena *arena, str verifier);

struct oauth1 {
    str consumer_key, consumer_secret;
    str token, token_secret; /* none before there is one */
    str callback, verifier;  /* of the dance; none */
    str nonce;               /* fresh for each request */
    instant now;
};
/*
 * sign_oauth1(arena, oauth, method, url, fields, n, ret, error):
 * The value of the Authorization header, HMAC-SHA1 (RFC 5849). ${url} with its query; ${fields} are those of a
 * form body (none for JSON; of a multipart body the text fields, where the network signs them, as Flickr does).
 * Faults: INPUT for a URL without a host or a malformed query; LIMIT for more than FORM_FIELDS_MAX parameters.
 */
must_use enum fault sign_oauth1(struct arena *arena, const struct oauth1 *oauth,
                                enum http_method method, str url, const struct pair *fields,
                                int32_t n, str *ret, struct error *error);
/* sign_oauth1_base(arena, method, url, params, n, ret): the base string of all parameters (also the query's). */
must_use enum fault sign_oauth1_base(struct arena *arena, enum http_method method, str url,
                                     const struct pair *params, int32_t n, str *ret,
                                     struct error *error);

/* sign_jwt_hs256(arena, key, header, claims): header and claims are JSON; key raw bytes (RFC 7515). */
str sign_jwt_hs256(struct arena *arena, str key, str header, str claims);
/*
 * sign_ghost(arena, admin_key, now, ret, error): the token of Ghost's Admin API, good for five minutes;
 * ${admin_key} is "id:hex" as the person copied it. Faults: INPUT when it is not that.
 */
must_use enum fault sign_ghost(struct arena *arena, str admin_key, instant now, str *ret,
                               struct error *error);

/* ---- ES256: a key of P-256 is kept as the base64url of its 32 secret bytes ---- */

enum { EC_SEED_BYTES = 32 };
/*
 * sign_ec_key(arena, seed, ret, error): the key made of 32 random bytes.
 * Faults: INPUT when they are no key (0 or beyond the group's order: less than one in 2^32): take others.
 */
must_use enum fault sign_ec_key(struct arena *arena, const uint8_t seed[EC_SEED_BYTES],
                                str *ret, struct error *error);
/* sign_ec_jwk(arena, key, ret, error): the public half, {"crv":"P-256","kty":"EC","x":…,"y":…}. Faults: INPUT. */
must_use enum fault sign_ec_jwk(struct arena *arena, str key, str *ret, struct error *error);
/* sign_ec_thumbprint(arena, key, …): RFC 7638, base64url of SHA-256. */
must_use enum fault sign_ec_thumbprint(struct arena *arena, str key, str *ret,
                                       struct error *error);
/* sign_es256(arena, key, text, ret, error): r and s, 64 raw bytes, deterministic (RFC 6979). */
must_use enum fault sign_es256(struct arena *arena, str key, str text, str *ret,
                               struct error *error);
/* sign_jwt_es256(arena, key, header, claims, ret, error): header and claims are JSON. */
must_use enum fault sign_jwt_es256(struct arena *arena, str key, str header, str claims,
                                   str *ret, struct error *error);

struct dpop {
    str key; /* of sign_ec_key */
    enum http_method method;
    str url;   /* query and fragment are left out (htu) */
    str jti;   /* fresh for each proof */
    str nonce; /* the server's last DPoP-Nonce; none */
    str token; /* the access token it goes with; none at the token endpoint */
    instant now;
};
/* sign_dpop(arena, dpop, ret, error): the value of the DPoP header (RFC 9449). Faults: INPUT for a bad key. */
must_use enum fault sign_dpop(struct arena *arena, const struct dpop *dpop, str *ret,
                              struct error *error);

struct client_assertion {
    str key, key_id; /* key_id as published in the client's jwks; none */
    str client_id;
    str audience; /* the issuer of the authorization server */
    str jti;
    instant now;
};
/* sign_client_assertion(arena, assertion, ret, error): private_key_jwt (RFC 7523), good for a minute. */
must_use enum fault sign_client_assertion(struct arena *arena,
                                          const struct client_assertion *assertion, str *ret,
                                          struct error *error);

/* Signed HTTP requests: wire/httpsig.h. */
