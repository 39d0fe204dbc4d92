#include "embed_write.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "code.h"

struct kind {
    const char *ending, *mime;
    bool text; /* worth compressing */
};

static const struct kind kinds[] = {
    {".css", "text/css; charset=utf-8", true},
    {".csv", "text/csv; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".json", "application/json", true},
    {".svg", "image/svg+xml", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".webmanifest", "application/manifest+json", true},
    {".png", "image/png", false},
    {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},
};

static const struct kind *
kind_of(str name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_ends(name, str_of(kinds[i].ending)))
            return &kinds[i];
    return NULL;
}

static str
name_of(str path)
{
    ptrdiff_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    return str_slice(path, from, path.n);
}

static bool
name_plain(str name)
{
    for (ptrdiff_t i = 0; i < name.n; i++)
        if (!code_is_word(name.p[i]) && name.p[i] != '.' && name.p[i] != '-')
            return false;
    return name.n > 0 && name.p[0] != '.';
}

static int
by_name(const void *a, const void *b)
{
    const struct embed_file *x = a, *y = b;
    return str_cmp(name_of(x->path), name_of(y->path));
}

/* The same bytes for the same input on every machine: no time, no system in the header. */
static str
gzip(str body, struct arena *keep)
{
    z_stream z = {0};
    gz_header header = {.os = 255};
    int code = deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    assert(code == Z_OK);
    code = deflateSetHeader(&z, &header);
    assert(code == Z_OK);
    uLong bound = deflateBound(&z, (uLong)body.n);
    char *out = new (keep, char, (ptrdiff_t)bound);
    /* zlib's interface is older than const */
    union {
        const char *in;
        Bytef *z;
    } from = {body.p};
    z.next_in = from.z;
    z.avail_in = (uInt)body.n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)bound;
    code = deflate(&z, Z_FINISH);
    assert(code == Z_STREAM_END);
    ptrdiff_t n = (ptrdiff_t)z.total_out;
    (void)deflateEnd(&z); /* finished: nothing it could report */
    return (str){out, n};
}

static void
put_str(struct buf *out, const char *field, str s)
{
    buf_addf(out, "     .%s = {", field);
    code_literal(s, out);
    buf_addf(out, ", %lld},\n", (long long)s.n);
}

static enum fault
put_file(const struct embed_file *file, struct arena scratch, struct buf *out,
         struct error *error)
{
    str name = name_of(file->path);
    const struct kind *kind = kind_of(name);
    if (!name_plain(name))
        return fail(error, FAULT_INPUT, "embedding %.*s: its name needs escaping in an address",
                    STR_FMT(file->path));
    if (!kind)
        return fail(error, FAULT_INPUT, "embedding %.*s: no media type is known for its ending",
                    STR_FMT(file->path));
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hash[2 * crypto_hash_sha256_BYTES + 1];
    (void)crypto_hash_sha256(digest, (const unsigned char *)file->body.p,
                             (unsigned long long)file->body.n);     /* always 0 */
    (void)sodium_bin2hex(hash, sizeof hash, digest, sizeof digest); /* gives ${hash} */
    buf_add(out, S("    {\n"));
    put_str(out, "name", name);
    put_str(out, "hash", (str){hash, EMBED_HASH_DIGITS});
    put_str(out, "url",
            arena_printf(&scratch, "/asset/%.*s/%.*s", EMBED_HASH_DIGITS, hash, STR_FMT(name)));
    put_str(out, "mime", str_of(kind->mime));
    put_str(out, "body", file->body);
    str small = kind->text ? gzip(file->body, &scratch) : STR_NONE;
    if (kind->text && small.n < file->body.n - file->body.n / 10)
        put_str(out, "gzip", small);
    buf_add(out, S("    },\n"));
    return OK;
}

enum fault
embed_write(struct embed_file *files, ptrdiff_t n, const char *array, const char *include,
            struct arena *keep, struct buf *out, struct error *error)
{
    if (n < 1 || n > EMBED_FILES_MAX)
        return fail(error, FAULT_LIMIT, "embedding takes 1 to %d files", EMBED_FILES_MAX);
    qsort(files, (size_t)n, sizeof *files, by_name);
    buf_addf(out, "/* Made by embed. */\n#include \"%s\"\n\nconst struct asset %s[] = {\n",
             include, array);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (i > 0 && by_name(&files[i - 1], &files[i]) == 0)
            return fail(error, FAULT_INPUT, "embedding %.*s: another file has the same name",
                        STR_FMT(files[i].path));
        enum fault fault = put_file(&files[i], *keep, out, error);
        if (fault)
            return fault;
    }
    buf_addf(out, "};\nconst ptrdiff_t %s_n = %lld;\n", array, (long long)n);
    return buf_check(out, "the embedded files", error);
}
