#include "fuzz.h"

#include "base/text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    str text = {(const char *)data, (ptrdiff_t)size};
    str clean = utf8_clean(&arena, text);
    assert(utf8_valid(clean));
    assert(utf8_valid(text) == str_eq(text, clean));
    ptrdiff_t n = text_graphemes(clean), most = n < 20 ? n : 20, before = 0;
    assert(n <= clean.n && (n > 0) == (clean.n > 0));
    for (ptrdiff_t i = 0; i <= most; i++) {
        str start = text_cut(clean, i);
        assert(utf8_valid(start) && text_graphemes(start) == i && start.n >= before);
        before = start.n;
    }
    assert(text_cut(clean, n).n == clean.n);
    (void)text_graphemes(text); /* ill-formed too must not crash or hang */
    return 0;
}
