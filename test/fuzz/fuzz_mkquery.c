#include "fuzz.h"

#include "query_parse.h"

enum { OUT_BYTES_MAX = 64 * 1024 * 1024 };

/* Whatever stands between quotes in the C must end on its own line: nothing of the input breaks out. */
static void
assert_lines_close(str text)
{
    str line;
    while (str_cut(&text, '\n', &line)) {
        int quotes = 0;
        for (ptrdiff_t i = 0; i < line.n; i++) {
            if (line.p[i] == '\\')
                i++;
            else
                quotes += line.p[i] == '"';
        }
        assert(quotes % 2 == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena_region region;
    struct arena arena = arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct sql_file file;
    struct error error;
    auto_buf out;
    buf_init(&out, OUT_BYTES_MAX);
    if (sql_parse(S("src/fuzz/sql/q.sql"), (str){(const char *)data, (ptrdiff_t)size}, &arena,
                  &file, &error)) {
        char text[2048];
        assert(error.fault == FAULT_INPUT);
        error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
        assert(str_starts(str_of(text), S("src/fuzz/sql/q.sql:")));
    } else {
        sql_emit_header(S("fuzz"), &file, 1, &out);
        sql_emit_source(S("fuzz"), &file, 1, &out);
        assert(!out.overflown);
        assert_lines_close(buf_str(&out));
    }
    arena_release(&region);
    return 0;
}
