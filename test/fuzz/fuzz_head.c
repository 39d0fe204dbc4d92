#include "fuzz.h"

#include "base/text.h"
#include "web/form.h"
#include "web/head.h"

/* Paths, queries, cookies, lists and forms: never out of bounds, never what their contracts exclude. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    str s = {(const char *)data, (ptrdiff_t)size}, path;
    if (path_decode(s, &arena, &path)) {
        assert(path.n > 0 && path.p[0] == '/' && utf8_valid(path));
        assert(str_find(path, S("//")) < 0 && str_find(path, S("/../")) < 0);
        assert(str_chr(path, '\0') < 0 && str_chr(path, '\\') < 0 && str_chr(path, '\n') < 0);
    }
    struct pair pairs[HEAD_PAIRS_MAX];
    int32_t n = 0;
    if (pairs_decode(s, &arena, pairs, HEAD_PAIRS_MAX, &n)) {
        static const struct field fields[] = {{"a", FIELD_LINE, true, 10},
                                              {"b", FIELD_TEXT, false, 10},
                                              {"c", FIELD_INT, true, 99},
                                              {"d-#", FIELD_LINE, false, 5}};
        const struct form form = {FORM(fields), false};
        struct form_values values;
        assert(n <= HEAD_PAIRS_MAX);
        form_take(&form, pairs, n, &arena, &values);
        for (int32_t i = 0; i < values.n; i++)
            if (!values.at[i].problem && values.at[i].field->kind != FIELD_INT)
                assert(values.at[i].text.n <= 10 && utf8_valid(values.at[i].text));
        int64_t number = form_int(&values, "c", 0);
        assert(number >= 0 && number <= 99);
    }
    struct head head = {
        .method = S("POST"), .uri = s, .version = S("HTTP/1.1"), .headers_n = 2};
    head.headers[0] = (struct pair){S("Host"), S("a")};
    head.headers[1] = (struct pair){S("Cookie"), s};
    struct refusal refusal = head_check(&head);
    assert(refusal.status == 0 || (refusal.status >= 400 && refusal.why));
    str cookie = head_cookie(&head, S("a"));
    assert(cookie.n <= s.n);
    head.headers[1].name = S("Content-Length");
    if (!head_check(&head).status)
        assert(head.body_bytes >= 0);
    (void)head_accepts(s, S("gzip")); /* any list will do */
    return 0;
}
