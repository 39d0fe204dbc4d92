#include <assert.h>
#include <unicode/uchar.h>

#include "base/text.h"
#include "channel/bluesky_internal.h"
#include "channel/count.h"

enum {
    TAG_GRAPHEMES_MAX = 64, /* lexicon app.bsky.richtext.facet, read 2026-08 */
    TAG_BYTES_MAX = 640,    /* the same */
    HANDLE_BYTES_MAX = 253, /* a domain name; atproto specification, handles */
    COPY_DEPTH_MAX = 24     /* records are six deep; leaves the writer room */
};

/* ---- facets ---- */

/* What may stand before a # or @: nothing, a blank, an opening bracket. */
static bool
opens(str text, ptrdiff_t at)
{
    if (at == 0)
        return true;
    char c = text.p[at - 1];
    bool nbsp = at >= 2 && str_eq(str_slice(text, at - 2, at), S("\u00a0"));
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '(' || nbsp;
}

/* The end of a tag: up to a blank, without punctuation behind; ${at} when there is no tag. */
static ptrdiff_t
tag_end(str text, ptrdiff_t at)
{
    ptrdiff_t end = at;
    bool word = false;
    for (str rest = str_slice(text, at, text.n); rest.n > 0;) {
        int32_t c;
        utf8_take(&rest, &c);
        if (c < 0 || u_isUWhiteSpace(c) || c == 0xfe0f || c == '#' ||
            (c >= 0x200b && c <= 0x200d))
            break;
        if (u_ispunct(c))
            continue;
        end = text.n - rest.n;
        word = word || !u_isdigit(c); /* a number alone is no tag */
    }
    str tag = str_slice(text, at, end);
    bool fits = tag.n <= TAG_BYTES_MAX && text_graphemes(tag) <= TAG_GRAPHEMES_MAX;
    return word && fits ? end : at;
}

static bool
of_label(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-';
}

/* The end of a handle (a domain name of two labels at least); ${at} when there is none. */
static ptrdiff_t
handle_end(str text, ptrdiff_t at)
{
    ptrdiff_t end = at;
    int32_t labels = 0;
    for (ptrdiff_t i = at; i < text.n;) {
        ptrdiff_t from = i;
        while (i < text.n && of_label(text.p[i]))
            i++;
        while (i > from && text.p[i - 1] == '-')
            i--;
        if (i == from || i - from > 63 || text.p[from] == '-')
            break;
        labels++;
        end = i;
        if (i + 1 >= text.n || text.p[i] != '.')
            break;
        i++;
    }
    /* a last label of digits is an address of a machine */
    bool named = end > at && !(text.p[end - 1] >= '0' && text.p[end - 1] <= '9');
    return labels >= 2 && named && end - at <= HANDLE_BYTES_MAX ? end : at;
}

int32_t
bluesky_facets(str text, struct facet *ret, int32_t max)
{
    struct text_range urls[BLUESKY_FACETS_MAX];
    int32_t urls_n = web_urls(text, urls, BLUESKY_FACETS_MAX), url = 0, n = 0;
    for (ptrdiff_t i = 0; i < text.n && n < max;) {
        ptrdiff_t end = i;
        enum facet_kind kind = FACET_LINK;
        while (url < urls_n && urls[url].from < i)
            url++;
        if (url < urls_n && urls[url].from == i) {
            end = (ptrdiff_t)urls[url].to;
        } else if (text.p[i] == '#' && opens(text, i)) {
            kind = FACET_TAG;
            end = tag_end(text, i + 1);
        } else if (text.p[i] == '@' && opens(text, i)) {
            kind = FACET_MENTION;
            end = handle_end(text, i + 1);
        }
        if (end > i + 1)
            ret[n++] = (struct facet){kind, (int32_t)i, (int32_t)end};
        i = end > i ? end : i + 1;
    }
    return n;
}

/* ---- record keys ---- */

str
bluesky_tid(struct arena *keep, int64_t us, int32_t clock_id)
{
    static const char digits[] = "234567abcdefghijklmnopqrstuvwxyz";
    enum { TID_CHARACTERS = 13 };
    char *p = new (keep, char, TID_CHARACTERS + 1);
    uint64_t value = ((uint64_t)us & ((1ULL << 53) - 1)) << 10 | ((uint64_t)clock_id & 1023);
    for (int32_t i = TID_CHARACTERS - 1; i >= 0; i--, value >>= 5)
        p[i] = digits[value & 31];
    return (str){p, TID_CHARACTERS};
}

/* ---- copying JSON ---- */

static bool
is_container(const struct json *value)
{
    return value->kind == JSON_KIND_ARRAY || value->kind == JSON_KIND_OBJECT;
}

/* The value behind ${at} on the way through a tree: down, along, then up; NULL at the end. ${closed}: how many ended. */
static const struct json *
after(const struct json *at, const struct json **parents, int32_t *depth, int32_t *closed)
{
    *closed = 0;
    if (is_container(at) && at->first) {
        if (*depth < COPY_DEPTH_MAX)
            parents[*depth] = at;
        ++*depth;
        return at->first;
    }
    if (is_container(at))
        ++*closed;
    while (*depth > 0 && !at->next) {
        at = parents[--*depth];
        ++*closed;
    }
    return *depth > 0 ? at->next : NULL;
}

static bool
shallow(const struct json *value)
{
    const struct json *parents[COPY_DEPTH_MAX];
    int32_t depth = 0, closed;
    for (const struct json *at = value; at; at = after(at, parents, &depth, &closed))
        if (depth >= COPY_DEPTH_MAX)
            return false;
    return true;
}

static void
write_one(struct json_writer *writer, const struct json *at)
{
    switch (at->kind) {
    case JSON_KIND_NULL:
        json_null(writer);
        break;
    case JSON_KIND_BOOL:
        json_bool(writer, at->truth);
        break;
    case JSON_KIND_INT:
        json_int(writer, at->integer);
        break;
    case JSON_KIND_REAL:
        json_real(writer, at->real);
        break;
    case JSON_KIND_STR:
        json_str(writer, at->text);
        break;
    case JSON_KIND_ARRAY:
        json_array_begin(writer);
        break;
    case JSON_KIND_OBJECT:
        json_object_begin(writer);
        break;
    }
}

bool
bluesky_copy(struct json_writer *writer, const struct json *value)
{
    const struct json *parents[COPY_DEPTH_MAX], *at = value;
    int32_t depth = 0;
    if (!value || !shallow(value))
        return false;
    while (at) {
        int32_t closed, before = depth;
        if (depth > 0 && parents[depth - 1]->kind == JSON_KIND_OBJECT)
            json_key(writer, at->key);
        write_one(writer, at);
        const struct json *next = after(at, parents, &depth, &closed);
        if (is_container(at) && !at->first) {
            if (at->kind == JSON_KIND_OBJECT)
                json_object_end(writer);
            else
                json_array_end(writer);
            closed--;
        }
        for (int32_t i = 0; i < closed; i++) {
            assert(before > i);
            if (parents[before - 1 - i]->kind == JSON_KIND_OBJECT)
                json_object_end(writer);
            else
                json_array_end(writer);
        }
        at = next;
    }
    return true;
}
