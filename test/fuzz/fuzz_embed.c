#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "embed_write.h"

enum { FILES_MAX = 4 };

/* The bytes a C compiler would make of the pieces of a literal that begin at ${p}, which ends at ';' or ','. */
static ptrdiff_t
value_of(const char *p, char *ret, ptrdiff_t room)
{
    ptrdiff_t n = 0;
    while (*p == '"') {
        for (p++; *p != '"';) {
            int c = (unsigned char)*p++;
            assert(c >= ' ' && c < 0x7f); /* a source file of plain ASCII */
            if (c == '\\') {
                c = *p++;
                if (c >= '0' && c <= '3') {
                    assert(p[0] >= '0' && p[0] <= '7' && p[1] >= '0' && p[1] <= '7');
                    c = (c - '0') * 64 + (p[0] - '0') * 8 + (p[1] - '0');
                    p += 2;
                } else if (c == 'n') {
                    c = '\n';
                } else {
                    assert(c == '"' || c == '\\');
                }
            }
            assert(n < room);
            ret[n++] = (char)c;
        }
        p++;
        p += strspn(p, " \n");
    }
    assert(*p == ',');
    return n;
}

static void
check_gzip(const char *p, str body)
{
    char *small = malloc((size_t)body.n);
    char *back = malloc((size_t)body.n + 1);
    assert(small && back);
    ptrdiff_t n = value_of(p, small, body.n);
    z_stream z = {.next_in = (unsigned char *)small,
                  .avail_in = (uInt)n,
                  .next_out = (unsigned char *)back,
                  .avail_out = (uInt)body.n + 1};
    int code = inflateInit2(&z, 15 + 16);
    assert(code == Z_OK);
    code = inflate(&z, Z_FINISH);
    assert(code == Z_STREAM_END);
    assert((ptrdiff_t)z.total_out == body.n && !memcmp(back, body.p, (size_t)body.n));
    (void)inflateEnd(&z);
    free(small);
    free(back);
}

/* Each body, as the compiler reads it, is the file's; the compressed one unpacks to it. */
static void
check_bodies(const char *text, const struct embed_file *files, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        text = strstr(text, "\n     .body = {");
        assert(text);
        char *body = malloc((size_t)files[i].body.n + 1);
        assert(body);
        ptrdiff_t got = value_of(text + 15, body, files[i].body.n + 1);
        assert(got == files[i].body.n && !memcmp(body, files[i].body.p, (size_t)got));
        free(body);
        const char *end = strstr(text, "\n    },\n"), *gzip = strstr(text, "\n     .gzip = {");
        assert(end);
        if (gzip && gzip < end)
            check_gzip(gzip + 15, files[i].body);
        text = end;
    }
    assert(!strstr(text, "\n     .body = {"));
}

/*
 * "name NUL body NUL name NUL body …", the last body to the end. Whatever names and bodies are: a message
 * that begins with "embedding", or C whose literals are the files.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct embed_file files[FILES_MAX];
    str rest = {(const char *)data, (ptrdiff_t)size}, name;
    ptrdiff_t n = 0;
    while (n < FILES_MAX && str_cut(&rest, '\0', &name)) {
        files[n].path = name;
        if (n + 1 == FILES_MAX || !str_cut(&rest, '\0', &files[n].body)) {
            files[n].body = rest;
            rest = STR_NONE;
        }
        n++;
    }
    struct error error;
    struct buf out;
    buf_init(&out, EMBED_OUT_BYTES_MAX);
    if (embed_write(files, n, "things", "a/b.h", &arena, &out, &error)) {
        char text[2048];
        error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
        assert(!strncmp(text, "embedding ", 10));
    } else {
        check_bodies(out.p, files, n);
    }
    buf_release(&out);
    return 0;
}
