#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

void
json_writer_init(struct json_writer *writer, struct buf *out)
{
    *writer = (struct json_writer){.out = out};
}

/* The comma a value or key needs, and the check that it may stand here. */
static void
before_value(struct json_writer *w)
{
    if (w->depth == 0)
        return;
    if (w->open[w->depth - 1] == '{') {
        assert(w->after_key);
        w->after_key = false;
        return;
    }
    if (w->any[w->depth - 1])
        buf_add_char(w->out, ',');
    w->any[w->depth - 1] = true;
}

static void
begin(struct json_writer *w, char bracket)
{
    before_value(w);
    assert(w->depth < JSON_DEPTH_MAX);
    w->open[w->depth] = bracket;
    w->any[w->depth++] = false;
    buf_add_char(w->out, bracket);
}

static void
end(struct json_writer *w, char bracket, char closing)
{
    assert(w->depth > 0 && w->open[w->depth - 1] == bracket && !w->after_key);
    w->depth--;
    buf_add_char(w->out, closing);
}

void
json_object_begin(struct json_writer *writer)
{
    begin(writer, '{');
}

void
json_object_end(struct json_writer *writer)
{
    end(writer, '{', '}');
}

void
json_array_begin(struct json_writer *writer)
{
    begin(writer, '[');
}

void
json_array_end(struct json_writer *writer)
{
    end(writer, '[', ']');
}

/* The escape of a byte that may not stand as it is in a JSON text, else NULL. */
static const char *
escape_of(unsigned char c, char room[8])
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        if (c >= 0x20 && c != 0x7f)
            return NULL;
        (void)snprintf(room, 8, "\\u%04x", c); /* always six characters */
        return room;
    }
}

static void
quoted(struct buf *out, str s)
{
    buf_add_char(out, '"');
    ptrdiff_t plain = 0; /* bytes at the start of s not yet written, good as they are */
    while (plain < s.n) {
        unsigned char c = (unsigned char)s.p[plain];
        char room[8];
        const char *escape = escape_of(c, room);
        str rest = str_slice(s, plain, s.n);
        int32_t code = c;
        if (c >= 0x80) {
            utf8_take(&rest, &code);
            if (code < 0)
                escape = "\xef\xbf\xbd";
        } else {
            rest = str_slice(rest, 1, rest.n);
        }
        if (escape) {
            buf_add(out, str_slice(s, 0, plain));
            buf_add(out, str_of(escape));
            s = rest;
            plain = 0;
        } else {
            plain = s.n - rest.n;
        }
    }
    buf_add(out, s);
    buf_add_char(out, '"');
}

void
json_key(struct json_writer *writer, str key)
{
    struct json_writer *w = writer;
    assert(w->depth > 0 && w->open[w->depth - 1] == '{' && !w->after_key);
    if (w->any[w->depth - 1])
        buf_add_char(w->out, ',');
    w->any[w->depth - 1] = true;
    quoted(w->out, key);
    buf_add_char(w->out, ':');
    w->after_key = true;
}

void
json_str(struct json_writer *writer, str s)
{
    if (!s.p) {
        json_null(writer);
        return;
    }
    before_value(writer);
    quoted(writer->out, s);
}

void
json_int(struct json_writer *writer, int64_t n)
{
    before_value(writer);
    buf_addf(writer->out, "%lld", (long long)n);
}

void
json_real(struct json_writer *writer, double x)
{
    if (!isfinite(x)) {
        json_null(writer);
        return;
    }
    before_value(writer);
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, x); /* at most 24 characters */
        double back = strtod(text, NULL);
        if (back >= x && back <= x)
            break;
    }
    buf_add(writer->out, str_of(text));
}

void
json_bool(struct json_writer *writer, bool truth)
{
    before_value(writer);
    buf_add(writer->out, truth ? S("true") : S("false"));
}

void
json_null(struct json_writer *writer)
{
    before_value(writer);
    buf_add(writer->out, S("null"));
}

void
json_maybe_int(struct json_writer *writer, struct maybe_int n)
{
    if (n.has)
        json_int(writer, n.is);
    else
        json_null(writer);
}

void
json_maybe_real(struct json_writer *writer, struct maybe_real x)
{
    if (x.has)
        json_real(writer, x.is);
    else
        json_null(writer);
}
