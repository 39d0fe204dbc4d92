#include "channel/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"

enum {
    TITLE_BYTES_MAX = 1000, /* three times what a card shows of a title */
    TEXT_BYTES_MAX = 2000,  /* the same of a description; both are kept with the delivery */
    TAG_BYTES_MAX = 16384   /* of one tag; what is longer holds a picture, not a text */
};

/* ---- HTML as a text ---- */

struct entity {
    const char *name, *is;
};
static const struct entity entities[] = {{"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                                         {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};

static int32_t
entity_number(str name)
{
    int32_t code = 0;
    bool hex = name.n > 2 && (name.p[1] == 'x' || name.p[1] == 'X');
    for (ptrdiff_t i = hex ? 2 : 1; i < name.n; i++) {
        char c = name.p[i];
        int32_t digit = c >= '0' && c <= '9'          ? c - '0'
                        : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                      : -1;
        if (digit < 0 || code > 0x10ffff)
            return -1;
        code = code * (hex ? 16 : 10) + digit;
    }
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? code : -1;
}

/* Adds what &name; stands for, and gives how many bytes it took; an unknown one is an ampersand. */
static ptrdiff_t
add_entity(struct buf *out, str rest)
{
    char four[4];
    ptrdiff_t end = str_chr(str_slice(rest, 0, 12), ';');
    str name = str_slice(rest, 1, end);
    if (end > 1 && name.p[0] == '#' && name.n > 1) {
        int32_t code = entity_number(name);
        if (code > 0) {
            buf_add(out, (str){four, utf8_put(four, code)});
            return end + 1;
        }
    }
    for (size_t i = 0; end > 1 && i < sizeof entities / sizeof entities[0]; i++)
        if (str_eq(name, str_of(entities[i].name))) {
            buf_add(out, str_of(entities[i].is));
            return end + 1;
        }
    buf_add_char(out, '&');
    return 1;
}

str
page_text(struct arena *keep, str html, ptrdiff_t max)
{
    auto_buf out;
    buf_init(&out, max);
    html = str_slice(html, 0, max);
    for (ptrdiff_t i = 0; i < html.n;) {
        str rest = str_slice(html, i, html.n);
        if (html.p[i] == '<') {
            ptrdiff_t end = str_chr(rest, '>');
            i += end < 0 ? rest.n : end + 1;
        } else if (html.p[i] == '&') {
            i += add_entity(&out, rest);
        } else {
            buf_add_char(&out, html.p[i++]);
        }
    }
    return arena_str(keep, buf_str(&out));
}

/* ---- what a page says of itself ---- */

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
starts_word(str s, str word)
{
    return s.n >= word.n && s.p && str_eq_ascii_case(str_slice(s, 0, word.n), word) &&
           (s.n == word.n || is_blank(s.p[word.n]) || s.p[word.n] == '>' || s.p[word.n] == '/');
}

static ptrdiff_t
skip_blanks(str s, ptrdiff_t i)
{
    while (i < s.n && is_blank(s.p[i]))
        i++;
    return i;
}

/* What stands behind "=", at ${i}, in quotes or without; moves ${*i} past it. */
static str
take_value(str s, ptrdiff_t *i)
{
    ptrdiff_t at = skip_blanks(s, *i);
    char quote = at < s.n && (s.p[at] == '"' || s.p[at] == '\'') ? s.p[at] : 0;
    ptrdiff_t from = quote ? ++at : at;
    while (at < s.n && (quote ? s.p[at] != quote : !is_blank(s.p[at])))
        at++;
    *i = at + (quote && at < s.n);
    return str_slice(s, from, at);
}

/* Takes the next attribute off the inside of a tag; false at its end. */
static bool
take_attribute(str *tag, str *ret_name, str *ret_value)
{
    str s = *tag;
    ptrdiff_t i = 0;
    while (i < s.n && (is_blank(s.p[i]) || s.p[i] == '/'))
        i++;
    ptrdiff_t from = i;
    while (i < s.n && !is_blank(s.p[i]) && s.p[i] != '=' && s.p[i] != '/')
        i++;
    *ret_name = str_slice(s, from, i);
    *ret_value = S("");
    i = skip_blanks(s, i);
    if (i < s.n && s.p[i] == '=') {
        i++;
        *ret_value = take_value(s, &i);
    }
    *tag = str_slice(s, i, s.n);
    return ret_name->n > 0 || i < s.n;
}

/* Of a meta tag: what it is of, and what it says. */
static void
read_meta(str tag, str *ret_of, str *ret_content)
{
    str name, value;
    *ret_of = *ret_content = STR_NONE;
    while (take_attribute(&tag, &name, &value)) {
        if (str_eq_ascii_case(name, S("property")) ||
            (str_eq_ascii_case(name, S("name")) && !ret_of->p))
            *ret_of = value;
        else if (str_eq_ascii_case(name, S("content")))
            *ret_content = value;
    }
}

/* A tag ends behind its quoted values, which may hold a ">". */
static ptrdiff_t
tag_end(str html)
{
    char quote = 0;
    for (ptrdiff_t i = 0; i < html.n && i < TAG_BYTES_MAX; i++) {
        char c = html.p[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '>')
            return i;
        else if (c == '"' || c == '\'')
            quote = c;
    }
    return -1;
}

/* On one line, its entities read, cut; none when it is nothing or no UTF-8. */
static str
line_of(struct arena *keep, str html, ptrdiff_t max)
{
    str text = page_text(keep, html, 8 * max);
    if (!utf8_valid(text))
        return STR_NONE;
    char *out = new (keep, char, text.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        bool blank = (unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f;
        if (!blank)
            out[n++] = text.p[i];
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    n = n < max ? n : max;
    while (n > 0 && n < text.n && ((unsigned char)out[n] & 0xc0) == 0x80)
        n--; /* not in the middle of a character */
    str line = str_trim((str){out, n});
    return line.n > 0 ? line : STR_NONE;
}

/* What was found so far, the better of each kept. */
struct found {
    str og_title, og_text, title, text;
};

static void
keep_first(str *to, str value)
{
    if (!to->p && value.n > 0)
        *to = value;
}

static void
take_meta(struct found *found, str tag)
{
    str of, content;
    read_meta(tag, &of, &content);
    if (str_eq_ascii_case(of, S("og:title")))
        keep_first(&found->og_title, content);
    else if (str_eq_ascii_case(of, S("og:description")))
        keep_first(&found->og_text, content);
    else if (str_eq_ascii_case(of, S("description")))
        keep_first(&found->text, content);
}

/* How long what must not be read as tags is: a comment, a script, a style; 0: none begins here. */
static ptrdiff_t
opaque_at(str rest)
{
    static const struct {
        const char *from, *to;
    } rows[] = {{"<!--", "-->"},
                {"<script", "</script"},
                {"<style", "</style"},
                {"<noscript", "</noscript"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str from = str_of(rows[i].from);
        if (!str_eq_ascii_case(str_slice(rest, 0, from.n), from))
            continue;
        ptrdiff_t end = str_find(str_slice(rest, from.n, rest.n), str_of(rows[i].to));
        return end < 0 ? rest.n : from.n + end + 1;
    }
    return 0;
}

/* What stands up to the next tag. */
static str
up_to_tag(str rest)
{
    ptrdiff_t end = str_chr(rest, '<');
    return end < 0 ? STR_NONE : str_slice(rest, 0, end);
}

void
page_card(struct arena *keep, str html, str *ret_title, str *ret_text)
{
    struct found found = {0};
    for (ptrdiff_t i = 0; i < html.n;) {
        str rest = str_slice(html, i, html.n);
        ptrdiff_t lt = str_chr(rest, '<');
        if (lt < 0)
            break;
        rest = str_slice(rest, lt, rest.n);
        ptrdiff_t opaque = opaque_at(rest), end = opaque > 0 ? opaque - 1 : tag_end(rest);
        str tag = opaque > 0 || end < 0 ? STR_NONE : str_slice(rest, 1, end);
        if (end < 0 || starts_word(tag, S("body")))
            break; /* a tag without an end: what follows is no head */
        rest = str_slice(rest, end + 1, rest.n);
        if (starts_word(tag, S("meta")))
            take_meta(&found, str_slice(tag, 4, tag.n));
        else if (starts_word(tag, S("title")))
            keep_first(&found.title, up_to_tag(rest));
        i += lt + end + 1;
    }
    *ret_title =
        line_of(keep, found.og_title.p ? found.og_title : found.title, TITLE_BYTES_MAX);
    *ret_text = line_of(keep, found.og_text.p ? found.og_text : found.text, TEXT_BYTES_MAX);
}
