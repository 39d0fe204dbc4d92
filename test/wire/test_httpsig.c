/* Signed requests: the published and our own vectors, and everything that must be refused. */
#include "vectors.h"

#include "wire/encode.h"
#include "wire/httpsig.h"

static struct arena_region region;
static struct arena arena;
static struct error error;
static const instant now = {1783245600000000}; /* Sun, 05 Jul 2026 10:00:00 GMT */

static int
begin(void **state)
{
    (void)state;
    arena = arena_reserve(64 << 20, &region);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    arena_release(&region);
    return 0;
}

static str
unbase(str text)
{
    str out;
    assert_true(base64_read(&arena, text, &out));
    return out;
}

/* A SubjectPublicKeyInfo: its head in hexadecimal, then the key. */
static str
spki(const char *head, str a, str b)
{
    str start;
    assert_true(hex_read(&arena, str_of(head), &start));
    char *p = arena_alloc(&arena, 1, 1, start.n + a.n + b.n);
    memcpy(p, start.p, (size_t)start.n);
    memcpy(p + start.n, a.p, (size_t)a.n);
    if (b.n)
        memcpy(p + start.n + a.n, b.p, (size_t)b.n);
    return (str){p, start.n + a.n + b.n};
}

static void
test_rfc9421(void **state)
{
    (void)state;
    const struct json *all = vectors(&arena, "httpsig");
    for (const struct json *v = json_get(all, S("rfc9421"))->first; v; v = v->next) {
        const struct json *jwk = json_get(v, S("jwk"));
        str base = field(v, "signature_base"), signature = unbase(field(v, "signature")), key,
            made;
        enum httpsig_kind kind;
        if (str_eq(field(v, "alg"), S("ed25519"))) {
            kind = SIG_ED25519;
            key = spki("302a300506032b6570032100", unbase(field(jwk, "x")), STR_NONE);
            str secret =
                spki("302e020100300506032b657004220420", unbase(field(jwk, "d")), STR_NONE);
            assert_ok(httpsig_make(&arena, kind, secret, base, &made, &error), &error);
            assert_same(signature, made);
        } else if (str_eq(field(v, "alg"), S("hmac-sha256"))) {
            kind = SIG_HMAC_SHA256;
            key = unbase(field(v, "secret_b64"));
        } else {
            kind = SIG_ECDSA_P256;
            key = spki("3059301306072a8648ce3d020106082a8648ce3d03010703420004",
                       unbase(field(jwk, "x")), unbase(field(jwk, "y")));
        }
        assert_true(httpsig_fits(kind, key, base, signature));
        assert_false(httpsig_fits(kind, key, str_slice(base, 1, base.n), signature));
        assert_false(httpsig_fits(kind, key, base, str_slice(signature, 1, signature.n)));
        assert_false(httpsig_fits(SIG_RSA_SHA256, key, base, signature));
    }
    const struct json *digest = json_get(all, S("content_digest"))->first;
    assert_same(field(digest, "sha256"), httpsig_content_digest(&arena, field(digest, "body")));
}

/* ---- requests like those between servers ---- */

static struct http_header headers[8];
static str public_key, secret_key, body;

static struct httpsig_message
inbox(void)
{
    const struct json *all = vectors(&arena, "httpsig");
    const struct json *v = json_get(all, S("cavage12"))->first;
    public_key = field(all, "own_test_key_public_pem");
    secret_key = unbase(field(all, "own_test_key_private_der_base64"));
    body = field(v, "body");
    headers[0] = (struct http_header){S("Host"), S("remote.example")};
    headers[1] = (struct http_header){S("Date"), S("Sun, 05 Jul 2026 10:00:00 GMT")};
    headers[2] = (struct http_header){S("Digest"), httpsig_digest(&arena, body)};
    headers[3] = (struct http_header){S("Content-Type"), S("application/activity+json")};
    assert_same(field(v, "digest_header"), headers[2].value);
    return (struct httpsig_message){HTTP_POST, S("https://remote.example/users/bob/inbox"),
                                    headers, 4, body};
}

static enum fault
verify(const struct httpsig_message *m, instant at)
{
    struct httpsig_claim claim;
    enum fault fault = httpsig_read(m, &arena, &claim, &error);
    return fault ? fault : httpsig_verify(m, &claim, public_key, at, arena, &error);
}

static void
test_cavage(void **state)
{
    (void)state;
    struct httpsig_message m = inbox();
    const struct json *v = json_get(vectors(&arena, "httpsig"), S("cavage12"))->first;
    str header, me = S("https://propre.example/u/moi#main-key");
    assert_ok(httpsig_cavage(&arena, &m, field(v, "headers"), me, secret_key, &header, &error),
              &error);
    assert_true(str_find(header, field(v, "signature")) > 0);
    assert_fault(FAULT_ABSENT, verify(&m, now), &error, "not signed");
    headers[m.headers_n++] = (struct http_header){S("signature"), header};
    assert_ok(verify(&m, now), &error);
    struct httpsig_claim claim;
    assert_ok(httpsig_read(&m, &arena, &claim, &error), &error);
    assert_same(me, claim.key_id);
    /* The GET with a query. */
    v = v->next;
    struct httpsig_message get = {HTTP_GET, S("https://remote.example/users/bob?x=1"), headers,
                                  2, STR_NONE};
    assert_ok(
        httpsig_cavage(&arena, &get, field(v, "headers"), me, secret_key, &header, &error),
        &error);
    assert_true(str_find(header, field(v, "signature")) > 0);
}

/* One change each to a request that is good. */
static void
test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *covers, *body, *url, *date, *digest, *find, *replace, *says;
        int64_t late;
    } cases[] = {
        {.body = "{}", .says = "body"},
        {.digest = "SHA-256=AAAA", .says = "body"},
        {.late = 3600 + 301, .says = "too old"},
        {.late = -3600 - 301, .says = "too old"},
        {.date = "Sun, 05 Jul 2026 10:00:01 GMT", .says = "does not fit"},
        {.date = "yesterday", .says = "too old"},
        {.url = "https://remote.example/users/eve/inbox", .says = "does not fit"},
        {.covers = "host date digest", .says = "(request-target)"},
        {.covers = "(request-target) date digest", .says = "host"},
        {.covers = "(request-target) host digest", .says = "date"},
        {.covers = "(request-target) host date", .says = "digest"},
        {.find = "rsa-sha256", .replace = "rsa-sha1", .says = "kind"},
        {.find = "rsa-sha256", .replace = "none", .says = "kind"},
        {.find = "algorithm=", .replace = "keyId=\"x\",algorithm=", .says = "twice"},
        {.find = "headers=\"", .replace = "headers=\"host ", .says = "twice"},
        {.find = "signature=\"", .replace = "signature=\"AAAA", .says = "fit"},
        {.find = "signature=\"", .replace = "signature=\"!", .says = "written"},
        {.find = "keyId=\"", .replace = "keyId=", .says = "written"},
        {.find = "headers=\"(", .replace = "headers=\"(created) (", .says = "fit"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct httpsig_message m = inbox();
        str header, covers = S("(request-target) host date digest");
        if (cases[i].covers)
            covers = str_of(cases[i].covers);
        assert_ok(httpsig_cavage(&arena, &m, covers, S("https://a.example/k"), secret_key,
                                 &header, &error),
                  &error);
        if (cases[i].find) {
            ptrdiff_t at = str_find(header, str_of(cases[i].find));
            assert_true(at >= 0);
            header = arena_printf(
                &arena, "%.*s%s%.*s", (int)at, header.p, cases[i].replace,
                STR_FMT(str_slice(header, at + (ptrdiff_t)strlen(cases[i].find), header.n)));
        }
        if (cases[i].body)
            m.body = str_of(cases[i].body);
        if (cases[i].url)
            m.url = str_of(cases[i].url);
        if (cases[i].date)
            headers[1].value = str_of(cases[i].date);
        if (cases[i].digest)
            headers[2].value = str_of(cases[i].digest);
        headers[m.headers_n++] = (struct http_header){S("Signature"), header};
        if (verify(&m, instant_add(now, (span){cases[i].late * 1000000})) == OK)
            fail_msg("case %zu was believed", i);
        char text[512];
        error_text(&error, NULL, NULL, text, sizeof text);
        if (!strstr(text, cases[i].says))
            fail_msg("case %zu: \"%s\" does not contain \"%s\"", i, text, cases[i].says);
    }
}

static void
test_fediverse_9421(void **state)
{
    (void)state;
    struct httpsig_message m = inbox();
    const struct json *v = json_get(vectors(&arena, "httpsig"), S("rfc9421_fediverse"))->first;
    static const str covers[] = {S_CONST("@method"), S_CONST("@target-uri"),
                                 S_CONST("content-digest")};
    headers[2] =
        (struct http_header){S("Content-Digest"), httpsig_content_digest(&arena, body)};
    struct httpsig_9421 by = {covers, 3, S("https://propre.example/u/moi#main-key"), secret_key,
                              now};
    str input, signature;
    assert_ok(httpsig_9421(&arena, &m, &by, &input, &signature, &error), &error);
    assert_true(str_find(signature, field(v, "signature")) > 0);
    headers[m.headers_n++] = (struct http_header){S("Signature-Input"), input};
    headers[m.headers_n++] = (struct http_header){S("Signature"), signature};
    assert_ok(verify(&m, now), &error);
    m.method = HTTP_PUT;
    assert_fault(FAULT_DENIED, verify(&m, now), &error, "fit");
    m.method = HTTP_POST;
    m.body = S("{}");
    assert_fault(FAULT_DENIED, verify(&m, now), &error, "body");
    m.body = body;
    assert_fault(FAULT_DENIED, verify(&m, (instant){now.us + 3901000000}), &error, "old");
    by.covers_n = 2; /* the digest left out */
    m.headers_n = 4;
    assert_ok(httpsig_9421(&arena, &m, &by, &input, &signature, &error), &error);
    headers[m.headers_n++] = (struct http_header){S("Signature-Input"), input};
    headers[m.headers_n++] = (struct http_header){S("Signature"), signature};
    assert_fault(FAULT_DENIED, verify(&m, now), &error, "content-digest");
    static const char *const wrong[] = {"sig1=(\"@method\" \"@method\");created=1;keyid=\"a\"",
                                        "sig1=(\"@method\");created=1;created=1;keyid=\"a\"",
                                        "sig1=(\"@method\";req);keyid=\"a\"",
                                        "sig1=(\"@method\")",
                                        "sig1=(\"@method\");keyid=\"a\", sig2=();keyid=\"b\"",
                                        "sig1=(\"@method\");keyid=\"a\";alg=\"rot13\"",
                                        "sig1=(\"@method\"",
                                        "=()",
                                        ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        headers[m.headers_n - 2].value = str_of(wrong[i]);
        if (verify(&m, now) != FAULT_INPUT)
            fail_msg("%s was read", wrong[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc9421),
        cmocka_unit_test(test_cavage),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_fediverse_9421),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
