#include "fuzz.h"

#include "wire/encode.h"
#include "wire/httpsig.h"

/* First line: Signature; second: Signature-Input, if there is one. Nothing made up is ever believed. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    str rest = {(const char *)data, (ptrdiff_t)size}, first;
    bool two = str_cut(&rest, '\n', &first);
    struct http_header headers[4] = {{S("signature"), first},
                                     {S("date"), S("Sun, 05 Jul 2026 10:00:00 GMT")},
                                     {S("host"), S("a.example")},
                                     {S("signature-input"), rest}};
    struct httpsig_message message = {HTTP_GET, S("https://a.example/x?y"), headers,
                                      two ? 4 : 3, STR_NONE};
    struct httpsig_claim claim;
    struct error error;
    if (httpsig_read(&message, &arena, &claim, &error) != OK) {
        assert(error.fault == FAULT_INPUT);
        return 0;
    }
    assert(claim.key_id.n > 0 && claim.covers_n >= 0 && claim.covers_n <= HTTPSIG_COVERS_MAX);
    assert(httpsig_verify(&message, &claim, S("none"), (instant){1783245600000000}, arena,
                          &error) == FAULT_DENIED);
    str out;
    if (base64_read(&arena, first, &out)) {
        str again;
        assert(base64_read(&arena, base64url(&arena, out), &again) && str_eq(out, again));
    }
    struct pair fields[FORM_FIELDS_MAX];
    int32_t n;
    if (form_decode(&arena, first, fields, &n))
        assert(n >= 0 && n <= FORM_FIELDS_MAX);
    return 0;
}
