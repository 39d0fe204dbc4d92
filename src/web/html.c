#include "web/html.h"

#include <assert.h>
#include <inttypes.h>

/*
 * One escaping for text and quoted attributes: "&", "<", ">", both quotes. NUL and control characters,
 * which HTML cannot hold, become U+FFFD.
 */
static void
escape(struct buf *out, str s)
{
    ptrdiff_t from = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        str with = STR_NONE;
        if (c == '&')
            with = S("&amp;");
        else if (c == '<')
            with = S("&lt;");
        else if (c == '>')
            with = S("&gt;");
        else if (c == '"')
            with = S("&quot;");
        else if (c == '\'')
            with = S("&#39;");
        else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            with = S("\357\277\275");
        if (!with.p)
            continue;
        buf_add(out, str_slice(s, from, i));
        buf_add(out, with);
        from = i + 1;
    }
    buf_add(out, str_slice(s, from, s.n));
}

void
html_raw(struct html *h, str s)
{
    buf_add(h->out, s);
}

void
html_text_str(struct html *h, str s)
{
    escape(h->out, s);
}

void
html_text_z(struct html *h, const char *z)
{
    escape(h->out, str_of(z));
}

void
html_text_int(struct html *h, int64_t n)
{
    escape(h->out, format_integer(h->scratch, h->lang, n));
}

void
html_attribute_str(struct html *h, str s)
{
    escape(h->out, s);
}

void
html_attribute_z(struct html *h, const char *z)
{
    escape(h->out, str_of(z));
}

void
html_attribute_int(struct html *h, int64_t n)
{
    buf_addf(h->out, "%" PRId64, n);
}

static bool
starts_ignoring_case(str s, str prefix)
{
    return s.n >= prefix.n && str_eq_ascii_case(str_slice(s, 0, prefix.n), prefix);
}

/*
 * Whether every browser reads this as http, https, mailto or a path of this site. Tab, newline and other
 * control characters are refused because browsers drop them ("java\tscript:"), "\" because they read
 * it as "/".
 */
static bool
url_served(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    if (starts_ignoring_case(s, S("http://")) || starts_ignoring_case(s, S("https://")) ||
        starts_ignoring_case(s, S("mailto:")))
        return true;
    return s.n > 0 &&
           (s.p[0] == '?' || s.p[0] == '#' || (s.p[0] == '/' && !(s.n > 1 && s.p[1] == '/')));
}

void
html_url_str(struct html *h, str s)
{
    if (!url_served(s)) {
        buf_add(h->out, S("about:blank"));
        return;
    }
    str part;
    while (str_cut(&s, ' ', &part)) {
        escape(h->out, part);
        buf_add(h->out, S("%20"));
    }
    escape(h->out, part);
}

void
html_url_z(struct html *h, const char *z)
{
    html_url_str(h, str_of(z));
}

void
html_url_part_str(struct html *h, str s)
{
    /* Browsers resolve "." and "..", percent-encoded too: they would change which page is meant. */
    if (str_eq(s, S(".")) || str_eq(s, S("..")))
        return;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~')
            buf_add_char(h->out, (char)c);
        else
            buf_addf(h->out, "%%%02X", (unsigned)c);
    }
}

void
html_url_part_z(struct html *h, const char *z)
{
    html_url_part_str(h, str_of(z));
}

void
html_url_part_int(struct html *h, int64_t n)
{
    html_attribute_int(h, n);
}

void
html_json(struct html *h, str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        /* In JSON these three stand inside strings only, where \u means the same. */
        if (c == '<' || c == '>' || c == '&')
            buf_addf(h->out, "\\u%04x", (unsigned)c);
        else
            buf_add_char(h->out, c);
    }
}

str
html_show_str(struct html *h, str s)
{
    (void)h;
    return s;
}

str
html_show_z(struct html *h, const char *z)
{
    (void)h;
    return str_of(z);
}

str
html_show_int(struct html *h, int64_t n)
{
    return format_integer(h->scratch, h->lang, n);
}

str
html_say(struct html *h, const char *id, const str *args, int32_t args_n)
{
    if (args_n == 0)
        return str_of(translate(h->lang, id));
    return say(h->scratch, h->lang, id, args, args_n);
}

str
html_say_n(struct html *h, const char *one, const char *many, int64_t n, const str *args,
           int32_t args_n)
{
    assert(args_n > 0);
    return say(h->scratch, h->lang, translate_n(h->lang, one, many, n), args, args_n);
}
