#include "fuzz.h"

#include "page.h"

/* Whatever the page: a message with its file and line, or C whose prototypes are known. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct page_unit unit;
    struct error error;
    struct buf out;
    char text[2048];
    buf_init(&out, PAGE_OUT_BYTES_MAX);
    enum fault fault = page_compile(S("p.html"), (str){(const char *)data, (ptrdiff_t)size},
                                    &arena, &unit, &out, &error);
    if (fault) {
        error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
        assert(fault == FAULT_LIMIT || !strncmp(text, "p.html:", 7));
    } else {
        assert(unit.prototypes_n > 0);
        page_header(&unit, 1, &out);
    }
    buf_release(&out);
    return 0;
}
