#include "code.h"

#include <assert.h>

enum {
    CODE_DEPTH_MAX = 64, /* brackets within brackets: more is not code for a page */
    CODE_LINE_BYTES = 80 /* a literal is broken here, so that the generated C can be read */
};

bool
code_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

/*
 * The length of the C token at the beginning of ${s}: a string or character with its quotes, a
 * comment, a word, or one byte. -1 for a string or comment that does not end.
 */
static ptrdiff_t
token(str s)
{
    assert(s.n > 0);
    char c = s.p[0];
    ptrdiff_t i = 1;
    if (c == '"' || c == '\'') {
        for (; i < s.n && s.p[i] != c; i++) {
            if (s.p[i] == '\n')
                return -1;
            if (s.p[i] == '\\')
                i++;
        }
        return i < s.n ? i + 1 : -1;
    }
    if (str_starts(s, S("/*"))) {
        ptrdiff_t end = str_find(str_slice(s, 2, s.n), S("*/"));
        return end < 0 ? -1 : end + 4;
    }
    if (code_is_word(c))
        while (i < s.n && code_is_word(s.p[i]))
            i++;
    return i;
}

ptrdiff_t
code_until(str text, char kind)
{
    if (kind == '#')
        return str_find(text, S("#}"));
    int32_t braces = 0;
    char first = kind == '{' ? '}' : '%';
    for (ptrdiff_t i = 0; i < text.n;) {
        bool here = text.p[i] == first && i + 1 < text.n && text.p[i + 1] == '}';
        if (here && braces == 0)
            return i;
        if (kind == '{')
            braces += (text.p[i] == '{') - (text.p[i] == '}');
        if (braces < 0)
            return -1;
        ptrdiff_t n = token(str_slice(text, i, text.n));
        if (n < 0)
            return -1;
        i += n;
    }
    return -1;
}

/* What the scan of a piece of code found. */
struct shape {
    const char *problem;
    int32_t semicolons;       /* outside brackets */
    int32_t inner_semicolons; /* in the first pair of parentheses */
    ptrdiff_t last_semicolon; /* outside brackets; -1 if none */
    ptrdiff_t
        first_end; /* behind the first bracket that was opened at the outside; -1 if none */
};

static bool
pairs(char open, char close)
{
    return (open == '(' && close == ')') || (open == '[' && close == ']') ||
           (open == '{' && close == '}');
}

static void
shape_byte(struct shape *shape, char *stack, int32_t *depth, char c, ptrdiff_t at)
{
    if (c == '(' || c == '[' || c == '{') {
        if (*depth == CODE_DEPTH_MAX)
            shape->problem = "too many brackets within each other";
        else
            stack[(*depth)++] = c;
    } else if (c == ')' || c == ']' || c == '}') {
        bool inside = *depth > 0;
        if (inside)
            --*depth;
        if (!inside || !pairs(stack[*depth], c))
            shape->problem = "unbalanced brackets";
        else if (*depth == 0 && shape->first_end < 0)
            shape->first_end = at + 1;
    } else if (c == ';') {
        shape->semicolons += *depth == 0;
        shape->inner_semicolons += *depth == 1 && shape->first_end < 0;
        if (*depth == 0)
            shape->last_semicolon = at;
    } else if (c == '#') {
        shape->problem = "\"#\" is not for pages";
    }
}

static struct shape
shape_of(str code)
{
    struct shape shape = {.last_semicolon = -1, .first_end = -1};
    char stack[CODE_DEPTH_MAX];
    int32_t depth = 0;
    for (ptrdiff_t i = 0; i < code.n && !shape.problem;) {
        ptrdiff_t n = token(str_slice(code, i, code.n));
        if (n < 0) {
            shape.problem = "a string or comment does not end";
            break;
        }
        if (str_starts(str_slice(code, i, code.n), S("//")))
            shape.problem = "\"//\" would swallow what follows; use {# #}";
        else if (n == 1)
            shape_byte(&shape, stack, &depth, code.p[i], i);
        i += n;
    }
    if (!shape.problem && depth > 0)
        shape.problem = "unbalanced brackets";
    if (!shape.problem && code.n == 0)
        shape.problem = "nothing here";
    return shape;
}

const char *
code_expression(str code)
{
    struct shape shape = shape_of(code);
    if (!shape.problem && shape.semicolons > 0)
        return "{{ }} holds one expression, no \";\"";
    return shape.problem;
}

const char *
code_parenthesised(str code, bool loop)
{
    struct shape shape = shape_of(code);
    if (shape.problem)
        return shape.problem;
    if (code.p[0] != '(' || shape.first_end != code.n)
        return loop ? "write {% for (…; …; …) %}" : "write {% if (…) %}";
    if (shape.inner_semicolons != (loop ? 2 : 0))
        return loop ? "write {% for (…; …; …) %}" : "write {% if (…) %}";
    return NULL;
}

const char *
code_declaration(str code)
{
    struct shape shape = shape_of(code);
    if (!shape.problem && (shape.semicolons != 1 || shape.last_semicolon != code.n - 1))
        return "write {% let type name = value; %}";
    return shape.problem;
}

bool
code_call(str code, str *ret_name, str *ret_arguments, str *ret_rest)
{
    ptrdiff_t n = 0;
    while (n < code.n && code_is_word(code.p[n]))
        n++;
    str rest = str_slice(code, n, code.n);
    if (n == 0 || (code.p[0] >= '0' && code.p[0] <= '9') || rest.n == 0 || rest.p[0] != '(')
        return false;
    struct shape shape = shape_of(rest);
    if (shape.problem || shape.first_end < 0 || shape.semicolons > 0)
        return false;
    *ret_name = str_slice(code, 0, n);
    *ret_arguments = str_trim(str_slice(rest, 1, shape.first_end - 1));
    *ret_rest = str_slice(rest, shape.first_end, rest.n);
    return true;
}

void
code_literal(str s, struct buf *out)
{
    ptrdiff_t line = 0;
    buf_add_char(out, '"');
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        ptrdiff_t before = out->n;
        if (c == '\n')
            buf_add(out, S("\\n"));
        else if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c >= ' ' && c <= '~' && !(c == '?' && i > 0 && s.p[i - 1] == '?'))
            buf_add_char(out, c);
        else
            buf_addf(out, "\\%03o", (unsigned)(unsigned char)c);
        line += out->n - before;
        bool more = i + 1 < s.n;
        if (more && (line >= CODE_LINE_BYTES || c == '\n')) {
            buf_add(out, S("\"\n        \""));
            line = 0;
        }
    }
    buf_add_char(out, '"');
}
