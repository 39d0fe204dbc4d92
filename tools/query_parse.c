#include "query_parse.h"

#include <assert.h>

/* Reading state: where we are in the file, and the query being filled. */
struct reader {
    str path, rest;
    int32_t line; /* of the line last taken */
    struct sql_query *query;
};

static enum fault
bad(const struct reader *r, struct error *error, const char *what, str which)
{
    return fail(error, FAULT_INPUT, "%.*s:%d: %s “%.*s”", STR_FMT(r->path), r->line, what,
                STR_FMT(which));
}

/* The next line without its end; false at the end of the file. */
static bool
take_line(struct reader *r, str *ret_line)
{
    if (r->rest.n == 0)
        return false;
    (void)str_cut(&r->rest, '\n', ret_line); /* the last line may lack its end */
    r->line++;
    return true;
}

/* Whether ${line} is "-- key: value"; gives the trimmed value. */
static bool
header_line(str line, str key, str *ret_value)
{
    if (!str_starts(line, S("--")))
        return false;
    str s = str_trim(str_slice(line, 2, line.n));
    if (!str_starts(s, key) || s.n == key.n || s.p[key.n] != ':')
        return false;
    *ret_value = str_trim(str_slice(s, key.n + 1, s.n));
    return true;
}

static bool
name_valid(str s)
{
    if (s.n == 0 || s.n > SQL_NAME_MAX || s.p[0] < 'a' || s.p[0] > 'z')
        return false;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    /* The words of C that could pass for a column; the compiler's own message would name generated code. */
    static const char *const keywords[] = {
        "auto",    "break",  "case",     "char",   "const",    "continue", "default",
        "do",      "double", "else",     "enum",   "extern",   "float",    "for",
        "goto",    "if",     "inline",   "int",    "long",     "register", "restrict",
        "return",  "short",  "signed",   "sizeof", "static",   "struct",   "switch",
        "typedef", "union",  "unsigned", "void",   "volatile", "while",    "bool"};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (str_eq(s, str_of(keywords[i])))
            return false;
    }
    return true;
}

static bool
kind_parse(str s, enum sql_kind *ret)
{
    static const char *const names[] = {"int", "real", "text", "bytes"};
    for (int i = 0; i < 4; i++) {
        if (str_eq(s, str_of(names[i]))) {
            *ret = (enum sql_kind)i;
            return true;
        }
    }
    return false;
}

/* "name kind" or "name kind?" */
static enum fault
field_parse(const struct reader *r, str text, struct sql_field *ret, struct error *error)
{
    str rest = str_trim(text), name;
    struct sql_field field = {0};
    if (!str_cut(&rest, ' ', &name) || !name_valid(name))
        return bad(r, error,
                   "expected “name kind” (kinds: int real text bytes, ? for nullable), found",
                   str_trim(text));
    str kind = str_trim(rest);
    if (str_ends(kind, S("?"))) {
        field.nullable = true;
        kind = str_slice(kind, 0, kind.n - 1);
    }
    if (!kind_parse(kind, &field.kind))
        return bad(r, error,
                   "expected one of int, real, text, bytes (? after it for nullable), found",
                   kind);
    field.name = name;
    *ret = field;
    return OK;
}

/* Adds the fields of one "in:" or "out:" value; a trailing comma is allowed (the list goes on). */
static enum fault
fields_add(const struct reader *r, str value, struct sql_field *fields, int32_t *n,
           struct error *error)
{
    if (str_eq(value, S("nothing")))
        return OK;
    while (value.n > 0) {
        str part;
        (void)str_cut(&value, ',', &part); /* the last has none behind it */
        value = str_trim(value);
        if (*n == SQL_FIELDS_MAX)
            return bad(r, error, "more than 64 fields, at", str_trim(part));
        if (field_parse(r, part, &fields[*n], error))
            return error->fault;
        for (int32_t i = 0; i < *n; i++) {
            if (str_eq(fields[i].name, fields[*n].name))
                return bad(r, error, "declared twice:", fields[i].name);
        }
        (*n)++;
    }
    return OK;
}

static enum fault
gives_parse(struct reader *r, str value, struct error *error)
{
    static const char *const names[] = {"none", "one", "maybe", "many"};
    for (int i = 0; i < 4; i++) {
        if (str_eq(value, str_of(names[i]))) {
            r->query->gives = (enum sql_gives)i;
            r->query->has_gives = true;
            return OK;
        }
    }
    return bad(r, error, "gives: one, many, none or maybe, not", value);
}

static enum fault
does_parse(struct reader *r, str value, struct error *error)
{
    if (!str_eq(value, S("reads")) && !str_eq(value, S("writes")))
        return bad(r, error, "does: reads or writes, not", value);
    r->query->writes = str_eq(value, S("writes"));
    r->query->has_does = true;
    return OK;
}

/* One comment line above the statement: a declaration, the rest of a list, or free words. */
static enum fault
header_parse(struct reader *r, str line, int *list, struct error *error)
{
    struct sql_query *q = r->query;
    str value;
    int was = *list; /* 1: an "in" list ended with a comma, 2: an "out" list did */
    *list = 0;
    if (header_line(line, S("in"), &value)) {
        was = 1;
        q->has_in = true;
    } else if (header_line(line, S("out"), &value)) {
        was = 2;
        q->has_out = true;
    } else if (header_line(line, S("gives"), &value)) {
        return gives_parse(r, value, error);
    } else if (header_line(line, S("does"), &value)) {
        return does_parse(r, value, error);
    } else if (was) {
        value = str_trim(str_slice(line, 2, line.n));
    } else {
        return OK;
    }
    if (value.n == 0)
        return bad(r, error, "an empty list; write “nothing”, in", q->name);
    if (str_ends(value, S(",")))
        *list = was;
    return was == 1 ? fields_add(r, value, q->in, &q->in_n, error)
                    : fields_add(r, value, q->out, &q->out_n, error);
}

static enum fault
complete(const struct reader *r, struct error *error)
{
    const struct sql_query *q = r->query;
    const char *missing = !q->has_in      ? "in"
                          : !q->has_out   ? "out"
                          : !q->has_gives ? "gives"
                                          : "does";
    if (!q->has_in || !q->has_out || !q->has_gives || !q->has_does)
        return fail(error, FAULT_INPUT, "%.*s:%d: %.*s has no “-- %s:” line", STR_FMT(r->path),
                    q->line, STR_FMT(q->name), missing);
    if ((q->gives == SQL_GIVES_NONE) != (q->out_n == 0))
        return fail(error, FAULT_INPUT,
                    "%.*s:%d: %.*s: “out: nothing” and “gives: none” go together",
                    STR_FMT(r->path), q->line, STR_FMT(q->name));
    if (q->sql.n == 0)
        return fail(error, FAULT_INPUT, "%.*s:%d: %.*s has no statement", STR_FMT(r->path),
                    q->line, STR_FMT(q->name));
    return sql_check(r->path, q, error);
}

/* Reads one block; r->rest stands at the line after "-- query:". */
static enum fault
block_parse(struct reader *r, struct error *error)
{
    struct sql_query *q = r->query;
    int list = 0;
    const char *start = NULL;
    const char *end = r->rest.p;
    for (;;) {
        struct reader before = *r;
        str line, name;
        if (!take_line(r, &line))
            break;
        if (header_line(line, S("query"), &name)) {
            *r = before;
            break;
        }
        str text = str_trim(line);
        if (!start && str_starts(text, S("--"))) {
            if (header_parse(r, text, &list, error))
                return error->fault;
        } else if (text.n > 0 && !(start && str_starts(text, S("--")))) {
            if (!start) {
                start = line.p;
                q->sql_line = r->line;
            }
            end = text.p + text.n;
        }
    }
    if (start)
        q->sql = (str){start, end - start};
    if (str_ends(q->sql, S(";")))
        q->sql = str_trim(str_slice(q->sql, 0, q->sql.n - 1));
    else if (start)
        return fail(error, FAULT_INPUT, "%.*s:%d: %.*s does not end with “;”", STR_FMT(r->path),
                    r->line, STR_FMT(q->name));
    return complete(r, error);
}

enum fault
sql_parse(str path, str text, struct arena *keep, struct sql_file *ret, struct error *error)
{
    struct reader r = {.path = path, .rest = text};
    struct sql_file file = {.path = path,
                            .queries = new (keep, struct sql_query, SQL_QUERIES_MAX)};
    str line, name;
    if (text.n > SQL_FILE_MAX)
        return bad(&r, error, "longer than 1 MiB:", path);
    if (str_chr(text, '\0') >= 0)
        return bad(&r, error, "not text, it has a NUL byte:", path);
    while (take_line(&r, &line)) {
        str trimmed = str_trim(line);
        if (!header_line(trimmed, S("query"), &name)) {
            if (trimmed.n > 0 && !str_starts(trimmed, S("--")))
                return bad(&r, error, "a statement before any “-- query:” line:", trimmed);
            continue;
        }
        if (!name_valid(name))
            return bad(&r, error, "a query's name is lower_case words, not", name);
        if (file.queries_n == SQL_QUERIES_MAX)
            return bad(&r, error, "more than 400 queries, at", name);
        for (int32_t i = 0; i < file.queries_n; i++) {
            if (str_eq(file.queries[i].name, name))
                return bad(&r, error, "declared twice:", name);
        }
        r.query = &file.queries[file.queries_n++];
        *r.query = (struct sql_query){.name = name,
                                      .line = r.line,
                                      .in = new (keep, struct sql_field, SQL_FIELDS_MAX),
                                      .out = new (keep, struct sql_field, SQL_FIELDS_MAX)};
        if (block_parse(&r, error))
            return error->fault;
    }
    *ret = file;
    return OK;
}
