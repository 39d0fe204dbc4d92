#include "query_parse.h"

/*
 * The lint of the portable subset: what would prepare on both engines and yet mean two things, or what
 * takes time and chance out of the caller's hands. What fails to prepare on one engine is left to the
 * prepare-all test, which asks the engines themselves.
 */

/* Words refused wherever they stand, or (call) only before "(". */
static const struct {
    const char *word;
    bool call;
    const char *advice;
} refused[] = {
    {"now", true, "pass the moment as a parameter"},
    {"current_timestamp", false, "pass the moment as a parameter"},
    {"current_date", false, "pass the day as a parameter"},
    {"current_time", false, "pass the moment as a parameter"},
    {"localtime", false, "pass the moment as a parameter"},
    {"localtimestamp", false, "pass the moment as a parameter"},
    {"clock_timestamp", true, "pass the moment as a parameter"},
    {"statement_timestamp", true, "pass the moment as a parameter"},
    {"transaction_timestamp", true, "pass the moment as a parameter"},
    {"timeofday", true, "pass the moment as a parameter"},
    {"date", true, "compute dates in C"},
    {"time", true, "compute times in C"},
    {"datetime", true, "compute times in C"},
    {"timediff", true, "compute times in C"},
    {"julianday", true, "compute days in C"},
    {"strftime", true, "format in C"},
    {"unixepoch", true, "pass the moment as a parameter"},
    {"extract", true, "compute dates in C"},
    {"random", true, "draw in C and pass the number"},
    {"randomblob", true, "draw in C and pass the bytes"},
    {"gen_random_uuid", true, "draw in C and pass it"},
    {"group_concat", true, "join in C"},
    {"string_agg", true, "join in C"},
    {"greatest", true, "use CASE"},
    {"least", true, "use CASE"},
    {"ifnull", true, "use coalesce"},
    {"iif", true, "use CASE"},
    {"ilike", false, "use lower(x) LIKE lower(y)"},
    {"glob", false, "use LIKE"},
    {"regexp", false, "match in C"},
    {"rowid", false, "name the id column"},
    {"ctid", false, "name the id column"},
    {"pragma", false, "only the driver may"},
    {"attach", false, "only the driver may"},
    {"vacuum", false, "only the driver may"},
    {"begin", false, "use db_begin"},
    {"commit", false, "use db_commit"},
    {"rollback", false, "use db_rollback"},
    {"savepoint", false, "one transaction a unit of work"},
};

struct check {
    str path;
    const struct sql_query *query;
    struct error *error;
    struct sql_token before, token, next; /* the token and its neighbours */
    int32_t depth;
    bool writes, limit_top, limit_any;
    bool used[SQL_FIELDS_MAX + 1];
};

static enum fault
bad(const struct check *c, const char *what, const char *advice)
{
    return fail(c->error, FAULT_INPUT, "%.*s:%d: %.*s: “%.*s” %s %s", STR_FMT(c->path),
                c->token.line, STR_FMT(c->query->name), STR_FMT(c->token.text), what, advice);
}

static bool
word_is(const struct sql_token *t, const char *word)
{
    return t->kind == SQL_WORD && str_eq_ascii_case(t->text, str_of(word));
}

static bool
punct_is(const struct sql_token *t, const char *mark)
{
    return t->kind == SQL_PUNCT && str_eq(t->text, str_of(mark));
}

static enum fault
check_word(struct check *c)
{
    const struct sql_token *t = &c->token;
    if (punct_is(&c->before, "."))
        return OK; /* a column */
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (word_is(t, refused[i].word) && (!refused[i].call || punct_is(&c->next, "(")))
            return bad(c, "is not portable or not repeatable:", refused[i].advice);
    }
    if (word_is(t, "insert") || word_is(t, "update") || word_is(t, "delete"))
        c->writes = true;
    if (word_is(t, "insert") && word_is(&c->next, "or"))
        return bad(c, "OR is SQLite's own:", "use ON CONFLICT");
    if (word_is(t, "update") && word_is(&c->before, "for"))
        return bad(c, "after FOR is PostgreSQL's own:", "claim with one conditional UPDATE");
    if (word_is(t, "like") && !word_is(&c->next, "lower"))
        return bad(c, "ignores case on one engine only:", "write lower(x) LIKE lower(y)");
    if (word_is(&c->before, "as") &&
        (word_is(t, "real") || word_is(t, "float") || word_is(t, "float4")))
        return bad(c, "has 32 bits on PostgreSQL:", "write DOUBLE PRECISION");
    if (word_is(&c->before, "as") && punct_is(&c->next, ")") &&
        (word_is(t, "integer") || word_is(t, "int") || word_is(t, "int4")))
        return bad(c, "has 32 bits on PostgreSQL:", "write BIGINT");
    if (word_is(t, "limit")) {
        c->limit_any = true;
        c->limit_top |= c->depth == 0;
    }
    return OK;
}

/* "$12": a declared parameter. */
static enum fault
check_param(struct check *c)
{
    int32_t n = 0;
    str digits = str_slice(c->token.text, 1, c->token.text.n);
    for (ptrdiff_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9' || n > SQL_FIELDS_MAX)
            return bad(c, "is not a parameter:", "they are $1, $2 … in the order of “in:”");
        n = n * 10 + (digits.p[i] - '0');
    }
    if (n < 1 || n > c->query->in_n || digits.p[0] == '0')
        return bad(c, "is not declared:", "“in:” lists the parameters from $1");
    c->used[n] = true;
    return OK;
}

static enum fault
check_punct(struct check *c)
{
    const struct sql_token *t = &c->token;
    if (punct_is(t, "::"))
        return bad(c,
                   "is a cast to one engine and a name to the other:", "write CAST(x AS type)");
    if (punct_is(t, "=="))
        return bad(c, "is SQLite's own:", "write =");
    if (punct_is(t, "?"))
        return bad(c, "is SQLite's own:", "write $1");
    if (punct_is(t, ";"))
        return bad(c, "inside the statement:", "one statement a block");
    if (punct_is(t, "$") || punct_is(t, "`") || punct_is(t, "[") || punct_is(t, "@") ||
        punct_is(t, "{"))
        return bad(c, "is not portable:", "see doc/decisions/0002");
    if (punct_is(t, "("))
        c->depth++;
    if (punct_is(t, ")"))
        c->depth--;
    return OK;
}

static enum fault
check_token(struct check *c)
{
    switch (c->token.kind) {
    case SQL_BAD:
        return bad(c, "never ends:", "close the quotation or comment");
    case SQL_WORD:
        return check_word(c);
    case SQL_PARAM:
        return check_param(c);
    case SQL_PUNCT:
        return check_punct(c);
    case SQL_NUMBER:
    case SQL_STRING:
    case SQL_QUOTED:
    case SQL_END:
        return OK;
    }
    return OK;
}

static enum fault
check_whole(struct check *c)
{
    const struct sql_query *q = c->query;
    c->token = (struct sql_token){SQL_WORD, q->name, q->line};
    for (int32_t i = 1; i <= q->in_n; i++) {
        if (!c->used[i]) {
            c->token.text = q->in[i - 1].name;
            return bad(
                c, "is declared and not used:", "number the parameters $1, $2 … without a gap");
        }
    }
    if (c->writes != q->writes)
        return bad(c, "declares the wrong “does:”:", c->writes ? "it writes" : "it reads");
    if (q->gives == SQL_GIVES_MANY && !(q->writes ? c->limit_any : c->limit_top))
        return bad(c, "gives many without an end:", "add LIMIT");
    return OK;
}

enum fault
sql_check(str path, const struct sql_query *query, struct error *error)
{
    struct check c = {.path = path, .query = query, .error = error};
    struct sql_lexer lexer = {query->sql, query->sql_line};
    c.next = sql_next(&lexer);
    const struct sql_token first = c.next;
    do {
        c.before = c.token;
        c.token = c.next;
        c.next = sql_next(&lexer);
        if (check_token(&c))
            return error->fault;
    } while (c.token.kind != SQL_END);
    if (c.depth != 0)
        return fail(error, FAULT_INPUT, "%.*s:%d: %.*s: the parentheses do not match",
                    STR_FMT(path), query->sql_line, STR_FMT(query->name));
    c.token = first;
    if (!word_is(&first, "select") && !word_is(&first, "with") && !word_is(&first, "insert") &&
        !word_is(&first, "update") && !word_is(&first, "delete"))
        return bad(&c, "begins the statement:", "SELECT, WITH, INSERT, UPDATE or DELETE may");
    return check_whole(&c);
}
