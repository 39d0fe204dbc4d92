#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* The reader and writer behind mkquery, apart from its files so that tests and the fuzzer reach them. */

enum {
    SQL_QUERIES_MAX = 400,     /* of one file: a room has a few files of some dozen */
    SQL_FIELDS_MAX = 64,       /* place/query.h: QUERY_PARAMS_MAX, QUERY_COLUMNS_MAX */
    SQL_NAME_MAX = 56,         /* PostgreSQL cuts identifiers at 63 bytes */
    SQL_FILE_MAX = 1024 * 1024 /* bytes of one .sql file */
};

enum sql_kind { SQL_INT, SQL_REAL, SQL_TEXT, SQL_BYTES };
enum sql_gives { SQL_GIVES_NONE, SQL_GIVES_ONE, SQL_GIVES_MAYBE, SQL_GIVES_MANY };

struct sql_field {
    str name;
    enum sql_kind kind;
    bool nullable;
};

struct sql_query {
    str name;
    int32_t line;     /* of the "-- query:" line */
    int32_t sql_line; /* of the first line of the statement */
    struct sql_field *in, *out;
    int32_t in_n, out_n;
    bool has_in, has_out, has_gives, has_does;
    enum sql_gives gives;
    bool writes;
    str sql; /* without the final ";" */
};

struct sql_file {
    str path;
    struct sql_query *queries;
    int32_t queries_n;
};

/*
 * sql_parse(path, text, keep, ret, error):
 * The query blocks of one file, each checked against the portable subset (doc/decisions/0002).
 * Faults: INPUT, beginning "path:line: ".
 * Memory: the result points into ${text} and ${keep}.
 */
must_use enum fault sql_parse(str path, str text, struct arena *keep, struct sql_file *ret,
                              struct error *error);

/* sql_check(path, query, error): the statement against its declaration and the rules of the house. */
must_use enum fault sql_check(str path, const struct sql_query *query, struct error *error);

/* What sql_next reads. */
enum sql_token_kind {
    SQL_END,
    SQL_WORD,
    SQL_NUMBER,
    SQL_STRING,
    SQL_QUOTED,
    SQL_PARAM,
    SQL_PUNCT,
    SQL_BAD
};
struct sql_token {
    enum sql_token_kind kind;
    str text;
    int32_t line;
};
struct sql_lexer {
    str rest;
    int32_t line;
};
/* sql_next(lexer): the next token, comments skipped. BAD for an unfinished string or comment. */
struct sql_token sql_next(struct sql_lexer *lexer);

/* sql_emit_header/source(room, files, files_n, out): <room>/queries.h and queries.c. */
void sql_emit_header(str room, const struct sql_file *files, int32_t files_n, struct buf *out);
void sql_emit_source(str room, const struct sql_file *files, int32_t files_n, struct buf *out);
