#include "base/json.h"

#include <assert.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/text.h"

struct parser {
    struct arena *arena;
    str rest;
    int64_t line;
    int32_t depth;
    struct json *open[JSON_DEPTH_MAX];  /* the containers around the current place */
    struct json **tail[JSON_DEPTH_MAX]; /* where each one's next child is hung */
    str key;                            /* of the member being read */
    struct error *error;
};

static void
skip_blanks(struct parser *p)
{
    while (p->rest.n > 0) {
        char c = p->rest.p[0];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        p->line += c == '\n';
        p->rest = str_slice(p->rest, 1, p->rest.n);
    }
}

static bool
take(struct parser *p, char c)
{
    if (p->rest.n == 0 || p->rest.p[0] != c)
        return false;
    p->rest = str_slice(p->rest, 1, p->rest.n);
    return true;
}

/* A new value, hung behind its siblings. */
static struct json *
add(struct parser *p, enum json_kind kind, struct json **root)
{
    struct json *value = new (p->arena, struct json, 1);
    value->kind = kind;
    if (p->depth == 0) {
        *root = value;
        return value;
    }
    struct json *parent = p->open[p->depth - 1];
    value->key = parent->kind == JSON_KIND_OBJECT ? p->key : STR_NONE;
    parent->n++;
    *p->tail[p->depth - 1] = value;
    p->tail[p->depth - 1] = &value->next;
    return value;
}

static int32_t
four_digits(str s)
{
    int32_t code = 0;
    if (s.n < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = s.p[i];
        int32_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

/*
 * The character of "\uXXXX" at s, with its second half when it is a pair; -1 when malformed. A
 * lone half becomes U+FFFD: networks send them where they cut a text in the middle of an emoji.
 */
static int32_t
unicode_escape(str *s)
{
    int32_t code = four_digits(str_slice(*s, 2, s->n));
    if (code < 0)
        return -1;
    *s = str_slice(*s, 6, s->n);
    if (code < 0xd800 || code > 0xdfff)
        return code;
    int32_t second = str_starts(*s, S("\\u")) ? four_digits(str_slice(*s, 2, s->n)) : -1;
    if (code > 0xdbff || second < 0xdc00 || second > 0xdfff)
        return 0xfffd;
    *s = str_slice(*s, 6, s->n);
    return 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
}

/* The character at s, which is no quote, unescaped; -1 when it may not stand there. */
static int32_t
character(str *s)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    unsigned char c = (unsigned char)s->p[0];
    if (c != '\\') {
        int32_t code;
        utf8_take(s, &code);
        return code < 0x20 ? -1 : code;
    }
    int kind = s->n > 1 ? s->p[1] : 0;
    if (kind == 'u') {
        int32_t code = unicode_escape(s);
        return code == 0 ? -1 : code; /* NUL cannot be kept in any of our databases */
    }
    for (size_t i = 0; from[i]; i++) {
        if (from[i] == kind) {
            *s = str_slice(*s, 2, s->n);
            return (unsigned char)to[i];
        }
    }
    return -1;
}

/* The index of the closing quote, or -1. */
static ptrdiff_t
closing_quote(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            return i;
        if (s.p[i] == '\\')
            i++;
    }
    return -1;
}

/* A string behind its opening quote. */
static enum fault
string(struct parser *p, str *ret)
{
    ptrdiff_t n = closing_quote(p->rest);
    if (n < 0)
        return fail(p->error, FAULT_INPUT, "line %lld of the JSON: a text in quotes never ends",
                    (long long)p->line);
    str s = str_slice(p->rest, 0, n);
    char *out = new (p->arena, char, n + 1); /* no escape is shorter than what it stands for */
    ptrdiff_t out_n = 0;
    while (s.n > 0) {
        int32_t code = character(&s);
        if (code < 0) {
            return fail(
                p->error, FAULT_INPUT,
                "line %lld of the JSON: a text holds a character that may not stand in it",
                (long long)p->line);
        }
        out_n += utf8_put(out + out_n, code);
    }
    p->rest = str_slice(p->rest, n + 1, p->rest.n);
    *ret = (str){out, out_n};
    return OK;
}

static ptrdiff_t
digits(str s, ptrdiff_t at)
{
    ptrdiff_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

/* The length of the number at s, 0 if there is none. Source: RFC 8259 section 6. */
static ptrdiff_t
number_length(str s, bool *ret_whole)
{
    ptrdiff_t at = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    ptrdiff_t n = digits(s, at);
    if (n == 0 || (n > 1 && s.p[at] == '0'))
        return 0;
    at += n;
    *ret_whole = true;
    if (at < s.n && s.p[at] == '.') {
        *ret_whole = false;
        n = digits(s, at + 1);
        if (n == 0)
            return 0;
        at += 1 + n;
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        *ret_whole = false;
        at++;
        if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
            at++;
        n = digits(s, at);
        if (n == 0)
            return 0;
        at += n;
    }
    return at;
}

static enum fault
number(struct parser *p, struct json *value)
{
    bool whole = false;
    ptrdiff_t n = number_length(p->rest, &whole);
    str text = str_slice(p->rest, 0, n);
    struct error ignored;
    if (n > 0 && whole &&
        parse_i64(text, INT64_MIN, INT64_MAX, &value->integer, &ignored) == OK) {
        value->kind = JSON_KIND_INT;
    } else if (n > 0 && parse_double(text, &value->real, &ignored) == OK) {
        value->kind = JSON_KIND_REAL;
    } else {
        return fail(p->error, FAULT_INPUT, "line %lld of the JSON: \"%.*s\" is not a value",
                    (long long)p->line, STR_FMT(str_slice(p->rest, 0, 20)));
    }
    p->rest = str_slice(p->rest, n, p->rest.n);
    return OK;
}

static enum fault
open_container(struct parser *p, enum json_kind kind, struct json **root)
{
    if (p->depth == JSON_DEPTH_MAX) {
        return fail(p->error, FAULT_LIMIT,
                    "line %lld of the JSON: nested deeper than %d levels", (long long)p->line,
                    JSON_DEPTH_MAX);
    }
    struct json *value = add(p, kind, root);
    p->open[p->depth] = value;
    p->tail[p->depth++] = &value->first;
    return OK;
}

/* One scalar, or the opening of a container. */
static enum fault
value(struct parser *p, struct json **root)
{
    static const struct {
        str word;
        enum json_kind kind;
        bool truth;
    } words[] = {{S_CONST("true"), JSON_KIND_BOOL, true},
                 {S_CONST("false"), JSON_KIND_BOOL, false},
                 {S_CONST("null"), JSON_KIND_NULL, false}};
    skip_blanks(p);
    if (take(p, '{'))
        return open_container(p, JSON_KIND_OBJECT, root);
    if (take(p, '['))
        return open_container(p, JSON_KIND_ARRAY, root);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_starts(p->rest, words[i].word)) {
            p->rest = str_slice(p->rest, words[i].word.n, p->rest.n);
            add(p, words[i].kind, root)->truth = words[i].truth;
            return OK;
        }
    }
    if (take(p, '"')) {
        str text;
        enum fault fault = string(p, &text);
        if (fault == OK)
            add(p, JSON_KIND_STR, root)->text = text;
        return fault;
    }
    struct json found;
    enum fault fault = number(p, &found);
    if (fault != OK)
        return fault;
    struct json *kept = add(p, found.kind, root);
    if (found.kind == JSON_KIND_INT)
        kept->integer = found.integer;
    else
        kept->real = found.real;
    return OK;
}

static enum fault
member_key(struct parser *p)
{
    skip_blanks(p);
    if (!take(p, '"'))
        return fail(p->error, FAULT_INPUT,
                    "line %lld of the JSON: a name in quotes is expected", (long long)p->line);
    enum fault fault = string(p, &p->key);
    if (fault != OK)
        return fault;
    skip_blanks(p);
    if (!take(p, ':'))
        return fail(p->error, FAULT_INPUT, "line %lld of the JSON: a colon is expected",
                    (long long)p->line);
    return OK;
}

static int
by_key(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* Sorted rather than compared each with each, so that a hostile object costs n log n. */
static enum fault
check_keys(struct parser *p, const struct json *object, struct arena scratch)
{
    str *keys = new (&scratch, str, object->n);
    ptrdiff_t n = 0;
    for (const struct json *child = object->first; child; child = child->next)
        keys[n++] = child->key;
    qsort(keys, (size_t)n, sizeof *keys, by_key);
    for (ptrdiff_t i = 1; i < n; i++) {
        if (str_eq(keys[i - 1], keys[i])) {
            return fail(p->error, FAULT_INPUT, "line %lld of the JSON: \"%.*s\" is given twice",
                        (long long)p->line, STR_FMT(str_slice(keys[i], 0, 60)));
        }
    }
    return OK;
}

/* Behind a value: closes what closes here, up to the comma that leads to the next value. */
static enum fault
after_value(struct parser *p)
{
    while (p->depth > 0) {
        const struct json *top = p->open[p->depth - 1];
        bool object = top->kind == JSON_KIND_OBJECT;
        skip_blanks(p);
        if (top->n > 0 && take(p, ','))
            return object ? member_key(p) : OK;
        if (!take(p, object ? '}' : ']')) {
            if (top->n == 0)
                return object ? member_key(p) : OK;
            return fail(p->error, FAULT_INPUT,
                        "line %lld of the JSON: a comma or the closing bracket is expected",
                        (long long)p->line);
        }
        enum fault fault = object ? check_keys(p, top, *p->arena) : OK;
        if (fault != OK)
            return fault;
        p->depth--;
    }
    return OK;
}

enum fault
json_parse(struct arena *arena, str text, struct json **ret, struct error *error)
{
    struct parser p = {.arena = arena, .rest = text, .line = 1, .error = error};
    struct json *root = NULL;
    if (str_starts(text, S("\xef\xbb\xbf")))
        p.rest = str_slice(text, 3, text.n);
    do {
        enum fault fault = value(&p, &root);
        if (fault == OK)
            fault = after_value(&p);
        if (fault != OK)
            return fault;
    } while (p.depth > 0);
    skip_blanks(&p);
    if (p.rest.n > 0) {
        return fail(error, FAULT_INPUT, "line %lld of the JSON: something follows its end",
                    (long long)p.line);
    }
    *ret = root;
    return OK;
}

const struct json *
json_get(const struct json *object, str key)
{
    if (!object || object->kind != JSON_KIND_OBJECT)
        return NULL;
    for (const struct json *child = object->first; child; child = child->next) {
        if (str_eq(child->key, key))
            return child;
    }
    return NULL;
}

str
json_text(const struct json *value)
{
    return value && value->kind == JSON_KIND_STR ? value->text : STR_NONE;
}

struct maybe_int
json_as_int(const struct json *value)
{
    return value && value->kind == JSON_KIND_INT ? some_int(value->integer) : no_int;
}

struct maybe_real
json_as_real(const struct json *value)
{
    if (value && value->kind == JSON_KIND_INT)
        return some_real((double)value->integer);
    return value && value->kind == JSON_KIND_REAL ? some_real(value->real) : no_real;
}

bool
json_as_bool(const struct json *value, bool otherwise)
{
    return value && value->kind == JSON_KIND_BOOL ? value->truth : otherwise;
}
