/* Signatures against the published vectors, and against keys and texts of our own (test/wire/vectors). */
#include "vectors.h"

#include "base/sha256.h"
#include "wire/sign.h"

static struct arena_region region;
static struct arena arena;
static struct error error;

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

static void
test_encode(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    str out;
    for (size_t i = 0; i < 7; i++) {
        assert_str(pairs[i][1], base64(&arena, str_of(pairs[i][0])));
        assert_true(base64_read(&arena, str_of(pairs[i][1]), &out));
        assert_str(pairs[i][0], out);
    }
    assert_str("-_8", base64url(&arena, S("\xfb\xff")));
    static const char *const wrong[] = {
        "A", "Zg=", "Zg===", "Zm9v=", "Zh==", "Z g=", "Zm9=", "====", "%%%%"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(base64_read(&arena, str_of(wrong[i]), &out));
    assert_true(percent_read(&arena, S("a+b%2Bc%e2"), true, &out));
    assert_str("a b+c\xe2", out);
    assert_false(percent_read(&arena, S("%2"), true, &out));
    assert_false(percent_read(&arena, S("%zz"), true, &out));
    struct pair fields[2] = {{S("a b"), S("é&")}, {S("c"), STR_NONE}};
    assert_str("a%20b=%C3%A9%26&c=", form(&arena, fields, 2));
    int64_t seconds;
    assert_str("Sun, 05 Jul 2026 10:00:00 GMT", http_date(&arena, 1783245600));
    assert_true(http_date_read(S("Sun, 05 Jul 2026 10:00:00 GMT"), &seconds));
    assert_int_equal(1783245600, seconds);
    assert_false(http_date_read(S("Mon, 05 Jul 2026 10:00:00 GMT"), &seconds));
    const struct json *rows = json_get(vectors(&arena, "oauth1"), S("percent_encoding"));
    for (const struct json *row = rows->first; row; row = row->next)
        assert_same(json_text(row->first->next), percent(&arena, json_text(row->first)));
}

static int32_t
read_params(const struct json *list, struct pair *out)
{
    int32_t n = 0;
    for (const struct json *p = list->first; p; p = p->next)
        out[n++] = (struct pair){json_text(p->first), json_text(p->first->next)};
    return n;
}

static void
test_oauth1(void **state)
{
    (void)state;
    int32_t n = 0, bases = 0;
    for (const struct json *v = json_get(vectors(&arena, "oauth1"), S("vectors"))->first; v;
         v = v->next) {
        struct pair params[16];
        int32_t params_n = read_params(json_get(v, S("params")), params);
        enum http_method method = str_eq(field(v, "method"), S("GET")) ? HTTP_GET : HTTP_POST;
        str base, url = field(v, "url");
        assert_ok(sign_oauth1_base(&arena, method, url, params, params_n, &base, &error),
                  &error);
        assert_same(field(v, "base_string"), base);
        bases++;
        if (!field(v, "signature").p)
            continue;
        str c = percent(&arena, field(v, "consumer_secret")),
            t = percent(&arena, field(v, "token_secret"));
        str key = arena_printf(&arena, "%.*s&%.*s", STR_FMT(c), STR_FMT(t));
        assert_same(field(v, "signature"),
                    base64(&arena, sign_hmac(&arena, HASH_SHA1, key, base)));
        n++;
    }
    assert_int_equal(8, bases);
    assert_int_equal(7, n);
    /* The whole header: the X example, whose URL has a parameter and whose body is a form. */
    struct oauth1 oauth = {.consumer_key = S("xvz1evFS4wEEPTGEFPHBog"),
                           .consumer_secret = S("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
                           .token = S("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
                           .token_secret = S("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
                           .nonce = S("kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
                           .now = {1318622958000000}};
    struct pair status = {S("status"), S("Hello Ladies + Gentlemen, a signed OAuth request!")};
    str header;
    assert_ok(
        sign_oauth1(&arena, &oauth, HTTP_POST,
                    S("https://API.x.com:443/1.1/statuses/update.json?include_entities=true"),
                    &status, 1, &header, &error),
        &error);
    assert_true(str_find(header, S("oauth_signature=\"Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D\"")) >
                0);
    assert_true(str_find(header, S("status")) < 0);
    assert_fault(FAULT_INPUT,
                 sign_oauth1(&arena, &oauth, HTTP_GET, S("nowhere"), NULL, 0, &header, &error),
                 &error, "not one");
}

static void
test_small_ones(void **state)
{
    (void)state;
    const struct json *pkce = json_get(vectors(&arena, "pkce"), S("vectors"))->first;
    assert_same(field(pkce, "challenge"), sign_pkce(&arena, field(pkce, "verifier")));
    const struct json *ghost = json_get(vectors(&arena, "ghost-jwt"), S("vectors"))->first;
    str token;
    assert_ok(sign_ghost(&arena, field(ghost, "admin_key"), (instant){1783245600000000}, &token,
                         &error),
              &error);
    assert_same(field(ghost, "token"), token);
    assert_fault(FAULT_INPUT, sign_ghost(&arena, S("a:zz"), (instant){0}, &token, &error),
                 &error, "Ghost");
    const struct json *hub = vectors(&arena, "websub");
    str secret = field(hub, "secret"), body = field(hub, "body");
    const struct json *all = json_get(hub, S("signatures"));
    int32_t hash = 0;
    for (const struct json *s = all->first; s; s = s->next, hash++) {
        assert_same(s->text, sign_hub(&arena, (enum sign_hash)hash, secret, body));
        assert_true(sign_hub_verify(s->text, secret, body, arena));
        assert_false(sign_hub_verify(s->text, S("other"), body, arena));
        assert_false(
            sign_hub_verify(str_slice(s->text, 0, s->text.n - 2), secret, body, arena));
    }
    assert_int_equal(SIGN_HASHES_N, hash);
    assert_false(sign_hub_verify(S("md5=00"), secret, body, arena));
    assert_false(sign_hub_verify(S(""), secret, body, arena));
}

/* RFC 6979 A.2.5. */
static void
test_es256(void **state)
{
    (void)state;
    str seed, key, jwk, signature;
    assert_true(hex_read(
        &arena, S("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"), &seed));
    assert_ok(sign_ec_key(&arena, (const uint8_t *)seed.p, &key, &error), &error);
    assert_ok(sign_ec_jwk(&arena, key, &jwk, &error), &error);
    str x, y;
    assert_true(hex_read(
        &arena, S("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"), &x));
    assert_true(hex_read(
        &arena, S("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"), &y));
    x = base64url(&arena, x);
    y = base64url(&arena, y);
    assert_same(arena_printf(&arena,
                             "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                             STR_FMT(x), STR_FMT(y)),
                jwk);
    assert_ok(sign_es256(&arena, key, S("sample"), &signature, &error), &error);
    assert_str("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
               "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
               hex(&arena, (const uint8_t *)signature.p, signature.n));
    assert_ok(sign_es256(&arena, key, S("test"), &signature, &error), &error);
    assert_str("f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
               "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
               hex(&arena, (const uint8_t *)signature.p, signature.n));
    static const uint8_t zero[EC_SEED_BYTES];
    assert_fault(FAULT_INPUT, sign_ec_key(&arena, zero, &key, &error), &error, "key");
    assert_fault(FAULT_INPUT, sign_es256(&arena, S("short"), S("x"), &signature, &error),
                 &error, "key");
}

static const struct json *
jwt_part(str jwt, int32_t which)
{
    str part = STR_NONE, text;
    for (int32_t i = 0; i <= which; i++)
        (void)str_cut(&jwt, '.', &part);
    assert_true(base64_read(&arena, part, &text));
    struct json *json;
    assert_ok(json_parse(&arena, text, &json, &error), &error);
    return json;
}

static void
test_dpop(void **state)
{
    (void)state;
    uint8_t seed[EC_SEED_BYTES];
    memset(seed, 7, sizeof seed);
    str key, proof, again, thumb, jwk;
    assert_ok(sign_ec_key(&arena, seed, &key, &error), &error);
    struct dpop dpop = {
        .key = key,
        .method = HTTP_POST,
        .url = S("https://pds.example/xrpc/a?b=c#d"),
        .jti = S("j\"1"),
        .nonce = S("n1"),
        .token = S("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"), /* RFC 9449 section 7.1 */
        .now = {1783245600000000}};
    assert_ok(sign_dpop(&arena, &dpop, &proof, &error), &error);
    assert_ok(sign_dpop(&arena, &dpop, &again, &error), &error);
    assert_same(proof, again);
    const struct json *head = jwt_part(proof, 0), *claims = jwt_part(proof, 1);
    assert_str("dpop+jwt", field(head, "typ"));
    assert_str("P-256", field(json_get(head, S("jwk")), "crv"));
    assert_null(json_get(json_get(head, S("jwk")), S("d")));
    assert_str("POST", field(claims, "htm"));
    assert_str("https://pds.example/xrpc/a", field(claims, "htu"));
    assert_str("j\"1", field(claims, "jti"));
    assert_str("n1", field(claims, "nonce"));
    assert_str("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo", field(claims, "ath"));
    assert_int_equal(1783245600, json_get(claims, S("iat"))->integer);
    assert_ok(sign_ec_jwk(&arena, key, &jwk, &error), &error);
    assert_ok(sign_ec_thumbprint(&arena, key, &thumb, &error), &error);
    assert_same(base64url(&arena, sign_digest(&arena, HASH_SHA256, jwk)), thumb);
    struct client_assertion assertion = {.key = key,
                                         .key_id = S("k1"),
                                         .client_id = S("https://propre.example/client.json"),
                                         .audience = S("https://auth.example"),
                                         .jti = S("j"),
                                         .now = {1783245600000000}};
    assert_ok(sign_client_assertion(&arena, &assertion, &proof, &error), &error);
    claims = jwt_part(proof, 1);
    assert_str("https://auth.example", field(claims, "aud"));
    assert_same(field(claims, "iss"), field(claims, "sub"));
    assert_int_equal(1783245660, json_get(claims, S("exp"))->integer);
    assert_str("k1", field(jwt_part(proof, 0), "kid"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),     cmocka_unit_test(test_oauth1),
        cmocka_unit_test(test_small_ones), cmocka_unit_test(test_es256),
        cmocka_unit_test(test_dpop),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
