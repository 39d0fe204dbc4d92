#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"
#include "wire/http.h"

/*
 * Signed HTTP requests as the fediverse sends them: draft-cavage-http-signatures-12 with rsa-sha256 or hs2019 (RSA
 * both times), and RFC 9421. Pure. Keys are PEM or DER: SubjectPublicKeyInfo and PKCS #8.
 */

enum httpsig_kind { SIG_RSA_SHA256, SIG_ED25519, SIG_ECDSA_P256, SIG_HMAC_SHA256 };
enum {
    HTTPSIG_COVERS_MAX = 32, /* things one signature covers: servers sign three to six */
    HTTPSIG_SKEW_SECONDS =
        3600 + 300 /* a request is at most so old, or new: an hour and a margin */
};

struct httpsig_message {
    enum http_method method;
    str url; /* absolute */
    const struct http_header *headers;
    int32_t headers_n; /* any case; also host, date, digest */
    str body;
};

/* httpsig_digest(arena, body): "SHA-256=…", for cavage. httpsig_content_digest: "sha-256=:…:", RFC 9530. */
str httpsig_digest(struct arena *arena, str body);
str httpsig_content_digest(struct arena *arena, str body);

/* httpsig_make(arena, kind, key, text, ret, error): the raw signature; key secret (HMAC: raw bytes). Faults: INPUT. */
must_use enum fault httpsig_make(struct arena *arena, enum httpsig_kind kind, str key, str text,
                                 str *ret, struct error *error);
/* httpsig_fits(kind, key, text, signature): key public; ECDSA as r and s, 64 bytes. */
bool httpsig_fits(enum httpsig_kind kind, str key, str text, str signature);

/*
 * httpsig_cavage(arena, message, covers, key_id, key, ret, error):
 * The value of the Signature header. ${covers}: "(request-target) host date digest". Faults: INPUT when a header
 * named there is missing, or the key is none.
 */
must_use enum fault httpsig_cavage(struct arena *arena, const struct httpsig_message *message,
                                   str covers, str key_id, str key, str *ret,
                                   struct error *error);
/*
 * httpsig_9421(arena, message, covers, n, key_id, key, now, ret_input, ret_signature, error):
 * Values of Signature-Input and Signature, by RSA. ${covers}: "@method", "@target-uri", "content-digest" …
 */
struct httpsig_9421 {
    const str *covers;
    int32_t covers_n;
    str key_id, key;
    instant now;
};
must_use enum fault httpsig_9421(struct arena *arena, const struct httpsig_message *message,
                                 const struct httpsig_9421 *by, str *ret_input,
                                 str *ret_signature, struct error *error);

/* What a signed request says of itself, before anything is believed. */
struct httpsig_claim {
    bool rfc9421;
    enum httpsig_kind kind; /* RSA where it leaves that to the key */
    bool kind_said;         /* 9421: it named its kind */
    str key_id; /* whose key: to be fetched by the caller, who looks whether its owner points back */
    str covers[HTTPSIG_COVERS_MAX];
    int32_t covers_n;
    str signature;            /* raw bytes */
    str params;               /* 9421: as they stand behind the label */
    int64_t created, expires; /* 9421: seconds; 0 when not said */
};
/*
 * httpsig_read(message, arena, ret, error):
 * Faults: ABSENT when it is not signed; INPUT when the signature is malformed, names something twice or is of an
 * unknown kind.
 */
must_use enum fault httpsig_read(const struct httpsig_message *message, struct arena *arena,
                                 struct httpsig_claim *ret, struct error *error);
/*
 * httpsig_verify(message, claim, key, now, scratch, error):
 * OK only when the signature fits, covers method, path, host and a moment (and, of a request with a body, its
 * digest), the moment is now and the digest is the body's. Faults: DENIED with what is wrong.
 */
must_use enum fault httpsig_verify(const struct httpsig_message *message,
                                   const struct httpsig_claim *claim, str key, instant now,
                                   struct arena scratch, struct error *error);
