#include "fuzz.h"

#include "web/multipart.h"

/* What a body amounts to must not depend on the pieces it arrives in. */
struct told {
    uint64_t hash;
    int32_t begun, ended;
    bool inside;
};

static void
mix(struct told *told, char kind, str s)
{
    told->hash = (told->hash ^ (uint64_t)(unsigned char)kind) * 1099511628211u;
    for (ptrdiff_t i = 0; i < s.n; i++)
        told->hash = (told->hash ^ (uint64_t)(unsigned char)s.p[i]) * 1099511628211u;
}

static bool
begin(void *ctx, str name, str file_name)
{
    struct told *told = ctx;
    assert(!told->inside && name.n <= MULTIPART_NAME_MAX &&
           file_name.n <= MULTIPART_FILE_NAME_MAX);
    told->inside = true;
    told->begun++;
    mix(told, 'n', name);
    mix(told, file_name.p ? 'f' : '-', file_name);
    mix(told, 'd', STR_NONE);
    return true;
}

static bool
data(void *ctx, str bytes)
{
    struct told *told = ctx;
    assert(told->inside && bytes.n > 0);
    for (ptrdiff_t i = 0; i < bytes.n; i++) /* byte by byte: pieces do not count */
        told->hash = (told->hash ^ (uint64_t)(unsigned char)bytes.p[i]) * 1099511628211u;
    return true;
}

static bool
end(void *ctx)
{
    struct told *told = ctx;
    assert(told->inside);
    told->inside = false;
    told->ended++;
    mix(told, 'e', STR_NONE);
    return true;
}

static struct told
read_in(str body, ptrdiff_t piece, bool *ret_whole)
{
    struct multipart m;
    struct told told = {0};
    const struct multipart_sink sink = {&told, begin, data, end};
    bool proper = multipart_init(&m, S("multipart/form-data; boundary=xyz"));
    assert(proper);
    for (ptrdiff_t i = 0; i < body.n; i += piece)
        (void)multipart_feed(&m, str_slice(body, i, i + piece), &sink); /* the state keeps it */
    *ret_whole = multipart_whole(&m);
    assert(told.begun <= MULTIPART_PARTS_MAX);
    assert(!*ret_whole || (!told.inside && told.begun == told.ended));
    return told;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data_, size_t size)
{
    str body = {(const char *)data_, (ptrdiff_t)size};
    bool whole, whole_1, whole_7;
    struct told all = read_in(body, body.n + 1, &whole);
    struct told one = read_in(body, 1, &whole_1);
    struct told seven = read_in(body, 7, &whole_7);
    assert(whole == whole_1 && whole == whole_7);
    if (whole)
        assert(all.hash == one.hash && all.hash == seven.hash);
    struct multipart m;
    (void)multipart_init(&m, body); /* as a Content-Type: only must not crash */
    return 0;
}
