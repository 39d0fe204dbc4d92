#include "channel/html.h"

#include <assert.h>
#include <md4c-html.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/buf.h"
#include "base/text.h"

enum { HTML_BYTES_MAX = 3 << 20 /* of a body of 4 MiB, which JSON makes longer */ };

str
html_escape(struct arena *keep, str text)
{
    auto_buf out;
    buf_init(&out, HTML_BYTES_MAX);
    for (ptrdiff_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '&')
            buf_add(&out, S("&amp;"));
        else if (c == '<')
            buf_add(&out, S("&lt;"));
        else if (c == '>')
            buf_add(&out, S("&gt;"));
        else if (c == '"')
            buf_add(&out, S("&quot;"));
        else
            buf_add_char(&out, c);
    }
    return arena_str(keep, buf_str(&out));
}

static void
take(const MD_CHAR *text, MD_SIZE n, void *ctx)
{
    struct buf *out = ctx;
    buf_add(out, (str){text, (ptrdiff_t)n});
}

/* Whether an address is one a reader may follow: md4c itself lets javascript: pass. */
static bool
is_safe(str href)
{
    return str_starts(href, S("http://")) || str_starts(href, S("https://")) ||
           str_starts(href, S("mailto:")) || str_starts(href, S("#")) ||
           (str_starts(href, S("/")) && !str_starts(href, S("//")));
}

/* The attribute that ${rest} begins with, href or src, else none; its value up to the quote. */
static str
address_at(str rest, ptrdiff_t *ret_head)
{
    str head = str_starts(rest, S(" href=\"")) ? S(" href=\"") : S(" src=\"");
    if (!str_starts(rest, head))
        return STR_NONE;
    *ret_head = head.n;
    str value = str_slice(rest, head.n, rest.n);
    return str_slice(value, 0, str_chr(value, '"'));
}

/* Empties the addresses that are not safe; in md4c's output a quote outside a tag is always &quot;. */
static str
disarmed(struct arena *keep, str html)
{
    auto_buf out;
    buf_init(&out, HTML_BYTES_MAX);
    for (ptrdiff_t i = 0; i < html.n;) {
        ptrdiff_t head = 0;
        str value = html.p[i] == ' ' ? address_at(str_slice(html, i, html.n), &head) : STR_NONE;
        if (!value.p) {
            buf_add_char(&out, html.p[i++]);
            continue;
        }
        buf_add(&out, str_slice(html, i, i + head));
        if (is_safe(value))
            buf_add(&out, value);
        i += head + value.n;
    }
    return arena_str(keep, buf_str(&out));
}

str
html_of_markdown(struct arena *keep, str text)
{
    auto_buf out;
    buf_init(&out, HTML_BYTES_MAX);
    const unsigned flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH |
                           MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS;
    if (text.n > 0 && md_html(text.p, (MD_SIZE)text.n, take, &out, flags, 0) != 0)
        abort(); /* for want of memory alone */
    return disarmed(keep, buf_str(&out));
}

static void
add_picture(struct buf *out, struct arena *keep, const struct channel_media *media, str address)
{
    bool film = str_starts(media->mime, S("video/"));
    buf_add(out, S("<figure>"));
    buf_add(out, film ? S("<video controls src=\"") : S("<img src=\""));
    buf_add(out, html_escape(keep, address));
    if (film) {
        buf_add(out, S("\"></video>"));
    } else {
        buf_add(out, S("\" alt=\""));
        buf_add(out, html_escape(keep, media->alt));
        buf_add(out, S("\">"));
    }
    buf_add(out, S("</figure>\n"));
}

str
html_of_message(struct arena *keep, const struct driver *driver,
                const struct channel_message *message, const str *addresses)
{
    auto_buf out;
    buf_init(&out, HTML_BYTES_MAX);
    for (int32_t i = 0; i < message->parts_n; i++)
        buf_add(&out, html_of_markdown(keep, message_text(driver, message, i, keep)));
    for (int32_t i = 1; i < message->media_n; i++)
        if (addresses[i].n > 0)
            add_picture(&out, keep, &message->media[i], addresses[i]);
    return arena_str(keep, buf_str(&out));
}

/* The character a slug says it by: a letter or digit, '-' for what parts words, 0 when it cannot be said. */
static char
slug_character(const UNormalizer2 *nfkd, int32_t code)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[20];
    int32_t n = code < 0x80 ? -1
                            : unorm2_getDecomposition(nfkd, code, parts,
                                                      (int32_t)(sizeof parts / sizeof parts[0]),
                                                      &status);
    int32_t base = n > 0 && U_SUCCESS(status) ? parts[0] : code;
    if (base >= 'A' && base <= 'Z')
        return (char)(base + 'a' - 'A');
    if ((base >= 'a' && base <= 'z') || (base >= '0' && base <= '9'))
        return (char)base;
    return (char)(u_isalpha(code) ? 0 : '-');
}

str
slug_of(struct arena *keep, str title, ptrdiff_t max)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&status);
    if (U_FAILURE(status))
        abort(); /* for want of ICU's data, which the program cannot do without */
    char *out = new (keep, char, max + 1);
    ptrdiff_t n = 0;
    while (title.n > 0 && n < max) {
        int32_t code;
        utf8_take(&title, &code);
        if (code > 0 && u_getCombiningClass(code) > 0)
            continue; /* an accent written apart */
        char c = code < 0 ? '-' : slug_character(nfkd, code);
        if (c == 0)
            return STR_NONE;
        /* apostrophes part no words: "l'été" is "lete" with every blog */
        if (code == '\'' || code == 0x2019 || (c == '-' && (n == 0 || out[n - 1] == '-')))
            continue;
        out[n++] = c;
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    return n > 0 ? (str){out, n} : STR_NONE;
}
