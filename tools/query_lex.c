#include "query_parse.h"

static bool
word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || (unsigned char)c >= 0x80;
}

static bool
digit(char c)
{
    return c >= '0' && c <= '9';
}

static void
advance(struct sql_lexer *lexer, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        lexer->line += lexer->rest.p[i] == '\n';
    lexer->rest = str_slice(lexer->rest, n, lexer->rest.n);
}

/* Skips blanks and comments; false when a comment never ends. */
static bool
skip(struct sql_lexer *lexer)
{
    for (;;) {
        str s = lexer->rest;
        if (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\r')) {
            advance(lexer, 1);
        } else if (str_starts(s, S("--"))) {
            ptrdiff_t end = str_chr(s, '\n');
            advance(lexer, end < 0 ? s.n : end);
        } else if (str_starts(s, S("/*"))) {
            ptrdiff_t end = str_find(s, S("*/"));
            if (end < 0)
                return false;
            advance(lexer, end + 2);
        } else {
            return true;
        }
    }
}

/* The length of the quoted text at s, its doubled quotes included; 0 when it never ends. */
static ptrdiff_t
quoted_length(str s)
{
    char quote = s.p[0];
    for (ptrdiff_t i = 1; i < s.n; i++) {
        if (s.p[i] != quote)
            continue;
        if (i + 1 < s.n && s.p[i + 1] == quote)
            i++;
        else
            return i + 1;
    }
    return 0;
}

static ptrdiff_t
run_length(str s, ptrdiff_t from, bool (*in)(char))
{
    ptrdiff_t n = from;
    while (n < s.n && in(s.p[n]))
        n++;
    return n;
}

struct sql_token
sql_next(struct sql_lexer *lexer)
{
    struct sql_token token = {SQL_END, {lexer->rest.p, 0}, lexer->line};
    ptrdiff_t n = 1;
    if (!skip(lexer)) {
        token.kind = SQL_BAD;
        token.text = str_slice(lexer->rest, 0, 2);
        lexer->rest.n = 0;
        return token;
    }
    str s = lexer->rest;
    token.line = lexer->line;
    if (s.n == 0)
        return token;
    if (s.p[0] == '\'' || s.p[0] == '"') {
        n = quoted_length(s);
        token.kind = n == 0 ? SQL_BAD : s.p[0] == '"' ? SQL_QUOTED : SQL_STRING;
        n = n == 0 ? s.n : n;
    } else if (s.p[0] == '$' && s.n > 1 && word_char(s.p[1])) {
        token.kind = SQL_PARAM;
        n = run_length(s, 1, word_char);
    } else if (digit(s.p[0])) {
        token.kind = SQL_NUMBER;
        n = run_length(s, 1, word_char); /* "1e3" and "0x1" alike: only the word matters */
    } else if (word_char(s.p[0])) {
        token.kind = SQL_WORD;
        n = run_length(s, 1, word_char);
    } else {
        token.kind = SQL_PUNCT;
        if (str_starts(s, S("::")) || str_starts(s, S("==")))
            n = 2;
    }
    token.text = str_slice(s, 0, n);
    advance(lexer, n);
    return token;
}
