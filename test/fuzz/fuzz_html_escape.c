#include "fuzz.h"

#include "markup.h"
#include "web/html.h"

/* Feeds what was written to the page compiler's own tokenizer, which must still stand where it stood. */
static struct markup
read_on(struct markup m, str s)
{
    struct buf ignored;
    buf_init(&ignored, 64 << 20);
    for (ptrdiff_t i = 0; i < s.n; i++)
        assert(!markup_feed(&m, s.p[i], &ignored));
    buf_release(&ignored);
    return m;
}

static struct markup
in(const char *before)
{
    struct markup m;
    markup_init(&m);
    return read_on(m, str_of(before));
}

static void
check_url(str url)
{
    bool ours = url.n > 0 &&
                (url.p[0] == '?' || url.p[0] == '#' ||
                 (url.p[0] == '/' && !(url.n > 1 && (url.p[1] == '/' || url.p[1] == '\\'))));
    str head = str_slice(url, 0, 8);
    assert(ours || str_eq(url, S("about:blank")) ||
           str_eq_ascii_case(str_slice(head, 0, 7), S("http://")) ||
           str_eq_ascii_case(head, S("https://")) ||
           str_eq_ascii_case(str_slice(head, 0, 7), S("mailto:")));
    if (!str_eq(url, S("about:blank")))
        assert(read_on(in("<a href=\""), url).where == MARKUP_DOUBLE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct buf out;
    buf_init(&out, 64 << 20);
    struct html h = {.out = &out, .scratch = &arena};
    str s = {(const char *)data, (ptrdiff_t)size};
    html_text(&h, s);
    assert(read_on(in("<p>"), buf_str(&out)).where == MARKUP_TEXT);
    assert(read_on(in("<title>"), buf_str(&out)).where == MARKUP_RCDATA);
    buf_clear(&out);
    html_attribute(&h, s);
    assert(read_on(in("<p title=\""), buf_str(&out)).where == MARKUP_DOUBLE);
    assert(read_on(in("<p title='"), buf_str(&out)).where == MARKUP_SINGLE);
    buf_clear(&out);
    html_url(&h, s);
    check_url(buf_str(&out));
    buf_clear(&out);
    html_url_part(&h, s);
    for (ptrdiff_t i = 0; i < out.n; i++)
        assert(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%",
                      out.p[i]));
    buf_clear(&out);
    html_json(&h, s);
    assert(str_chr(buf_str(&out), '<') < 0 && str_chr(buf_str(&out), '>') < 0);
    buf_release(&out);
    return 0;
}
