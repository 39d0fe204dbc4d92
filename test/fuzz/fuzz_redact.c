#include "fuzz.h"

#include "wire/trace.h"

/* Any text ends up as a text; and a token put behind it is never seen. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    str text = {(const char *)data, (ptrdiff_t)size};
    if (size > 4096 || str_find(text, S("CANARY")) >= 0) /* one that it made up itself */
        return 0;
    assert(redact(&arena, text).p || size == 0);
    /* Behind a line of its own: an open quote before it hides it all the more. */
    str with = arena_printf(&arena, "%.*s\nhttps://a.example/?access_token=CANARY-8d1f",
                            STR_FMT(text));
    if (str_ends(with, S("CANARY-8d1f")))
        assert(str_find(redact(&arena, with), S("CANARY-8d1f")) < 0);
    return 0;
}
