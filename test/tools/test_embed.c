#include "t.h"

#include <zlib.h>

#include "base/buf.h"
#include "embed_write.h"

static const char *
written(struct embed_file *files, ptrdiff_t n, struct buf *out, struct arena *arena)
{
    struct error error;
    buf_clear(out);
    assert_ok(embed_write(files, n, "things", "a/b.h", arena, out, &error), &error);
    return out->p;
}

struct fixture {
    struct arena_region region;
    struct arena arena;
    struct buf out;
};

static int
setup(void **state)
{
    static struct fixture f;
    f.arena = arena_reserve(1 << 24, &f.region);
    buf_init(&f.out, EMBED_OUT_BYTES_MAX);
    *state = &f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    buf_release(&f->out);
    arena_release(&f->region);
    return 0;
}

static void
test_golden(void **state)
{
    struct fixture *f = *state;
    struct embed_file files[] = {{S("x/b.css"), S("p{}\n")}, {S("y/a.png"), S("\0\1?\?/\"7")}};
    /* The hashes are those sha256sum prints. */
    assert_string_equal(
        "/* Made by embed. */\n#include \"a/b.h\"\n\nconst struct asset things[] = {\n"
        "    {\n     .name = {\"a.png\", 5},\n"
        "     .hash = {\"f95b6aeb0e0e7d31\", 16},\n"
        "     .url = {\"/asset/f95b6aeb0e0e7d31/a.png\", 29},\n"
        "     .mime = {\"image/png\", 9},\n"
        "     .body = {\"\\000\\001?\\077/\\\"7\", 7},\n    },\n"
        "    {\n     .name = {\"b.css\", 5},\n"
        "     .hash = {\"10d7224eef1d63a6\", 16},\n"
        "     .url = {\"/asset/10d7224eef1d63a6/b.css\", 29},\n"
        "     .mime = {\"text/css; charset=utf-8\", 23},\n"
        "     .body = {\"p{}\\n\", 4},\n    },\n"
        "};\nconst ptrdiff_t things_n = 2;\n",
        written(files, 2, &f->out, &f->arena));
}

/* Another body is another address, so an old copy in a browser can never be taken for it. */
static void
test_address_follows_content(void **state)
{
    struct fixture *f = *state;
    struct embed_file one[] = {{S("a.css"), S("p{}")}}, other[] = {{S("a.css"), S("p{ }")}};
    str first =
        arena_str(&f->arena, str_of(strstr(written(one, 1, &f->out, &f->arena), ".url")));
    str second =
        arena_str(&f->arena, str_of(strstr(written(other, 1, &f->out, &f->arena), ".url")));
    assert_false(str_eq(str_slice(first, 0, 40), str_slice(second, 0, 40)));
}

/* Undoes code_literal, as the C compiler does. */
static str
unescape(const char *from, struct arena *arena)
{
    char *out = new (arena, char, (ptrdiff_t)strlen(from) + 1);
    ptrdiff_t n = 0;
    const char *p = strchr(from, '"');
    while (*p == '"') { /* a piece; the next may follow on another line */
        p++;
        while (*p != '"') {
            if (*p != '\\') {
                out[n++] = *p++;
            } else if (p[1] == 'n') {
                out[n++] = '\n';
                p += 2;
            } else if (p[1] == '"' || p[1] == '\\') {
                out[n++] = p[1];
                p += 2;
            } else {
                out[n++] = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
                p += 4;
            }
        }
        p++;
        p += strspn(p, " \n");
    }
    return (str){out, n};
}

static void
test_gzip_variant(void **state)
{
    struct fixture *f = *state;
    char *body = new (&f->arena, char, 5000);
    for (int i = 0; i < 5000; i++)
        body[i] = (char)('a' + i % 7 * (i % 13 == 0));
    struct embed_file files[] = {{S("a.js"), {body, 5000}}};
    const char *text = written(files, 1, &f->out, &f->arena);
    str small = unescape(strstr(text, ".gzip = {"), &f->arena);
    assert_true(small.n < 1000);
    unsigned char back[6000];
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)small.p,
                  .avail_in = (uInt)small.n,
                  .next_out = back,
                  .avail_out = sizeof back};
    assert_int_equal(Z_OK, inflateInit2(&z, 15 + 16));
    assert_int_equal(Z_STREAM_END, inflate(&z, Z_FINISH));
    assert_int_equal(5000, z.total_out);
    assert_memory_equal(body, back, 5000);
    (void)inflateEnd(&z);
    /* Nothing of the machine or the moment in the header: the same build gives the same program. */
    assert_memory_equal("\x1f\x8b\x08\0\0\0\0\0\x02\xff", small.p, 10);
}

/* A picture is compressed already: no second copy of it in the program. */
static void
test_no_gzip_without_gain(void **state)
{
    struct fixture *f = *state;
    struct embed_file files[] = {
        {S("a.png"), S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")},
        {S("b.js"), S("x")}};
    assert_null(strstr(written(files, 2, &f->out, &f->arena), ".gzip"));
}

static void
test_refused(void **state)
{
    struct fixture *f = *state;
    struct error error;
    struct embed_file twice[] = {{S("a/x.css"), S("")}, {S("b/x.css"), S("")}};
    assert_fault(FAULT_INPUT, embed_write(twice, 2, "t", "t.h", &f->arena, &f->out, &error),
                 &error, "same name");
    struct embed_file odd[] = {{S("a/x y.css"), S("")}};
    assert_fault(FAULT_INPUT, embed_write(odd, 1, "t", "t.h", &f->arena, &f->out, &error),
                 &error, "needs escaping");
    struct embed_file kind[] = {{S("a/x.exe"), S("")}};
    assert_fault(FAULT_INPUT, embed_write(kind, 1, "t", "t.h", &f->arena, &f->out, &error),
                 &error, "no media type");
    assert_fault(FAULT_LIMIT, embed_write(kind, 0, "t", "t.h", &f->arena, &f->out, &error),
                 &error, "1 to");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_address_follows_content, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gzip_variant, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_gzip_without_gain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
