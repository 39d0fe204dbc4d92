#include "place/query.h"

#include <assert.h>
#include <math.h>
#include <stdalign.h>
#include <string.h>

#include "base/text.h"
#include "place/db_internal.h"

/* ---- statements ---- */

/* Finds the statement, or makes and prepares it. */
static enum fault
statement_get(struct db *db, const struct query *query, struct statement **ret,
              struct error *error)
{
    size_t slot = ((uintptr_t)query >> 4) * 0x9e3779b97f4a7c15u >> 32;
    for (;; slot++) {
        struct statement **at = &db->statements[slot % DB_STATEMENT_SLOTS];
        if (*at && (*at)->query == query) {
            *ret = *at;
            break;
        }
        if (*at)
            continue;
        assert(db->statements_n < DB_STATEMENTS_MAX);
        struct statement *made = new (&db->arena, struct statement, 1);
        made->query = query;
        made->number = db->statements_n++;
        *ret = *at = made;
        break;
    }
    return (*ret)->engine ? OK : db->driver->prepare(db, *ret, error);
}

enum fault
query_check(struct db *db, const struct query *query, struct error *error)
{
    struct statement *statement = NULL;
    return statement_get(db, query, &statement, error);
}

/* ---- values in ---- */

/* Both engines must take the same texts: PostgreSQL refuses NUL and what is not UTF-8. */
static bool
text_storable(str s)
{
    return !memchr(s.p, '\0', (size_t)s.n) && utf8_valid(s);
}

static struct value
value_load(const struct query_field *field, const char *from)
{
    struct value value = {.kind = field->kind};
    struct maybe_int integer;
    struct maybe_real real;
    switch (field->kind) {
    case VALUE_INT:
        if (field->nullable) {
            memcpy(&integer, from, sizeof integer);
            value.null = !integer.has;
            value.integer = integer.is;
        } else {
            memcpy(&value.integer, from, sizeof value.integer);
        }
        break;
    case VALUE_REAL:
        if (field->nullable) {
            memcpy(&real, from, sizeof real);
            value.null = !real.has;
            value.real = real.is;
        } else {
            memcpy(&value.real, from, sizeof value.real);
        }
        break;
    case VALUE_TEXT:
    case VALUE_BYTES:
        memcpy(&value.text, from, sizeof value.text);
        value.null = value.text.p == NULL;
        break;
    }
    return value;
}

static enum fault
params_load(const struct query *query, const void *in, struct value *ret, struct error *error)
{
    assert(in || query->in_n == 0);
    for (int32_t i = 0; i < query->in_n; i++) {
        const struct query_field *field = &query->in[i];
        struct value value = value_load(field, (const char *)in + field->offset);
        bool text = field->kind == VALUE_TEXT || field->kind == VALUE_BYTES;
        if (value.null && !field->nullable)
            return fail(error, FAULT_INPUT, "%s is missing (%s)", field->name, query->name);
        if (!value.null && field->kind == VALUE_REAL && !isfinite(value.real))
            return fail(error, FAULT_INPUT, "%s is not a finite number (%s)", field->name,
                        query->name);
        if (!value.null && text && value.text.n > DB_TEXT_MAX)
            return fail(error, FAULT_LIMIT, "%s is longer than 64 MiB (%s)", field->name,
                        query->name);
        if (!value.null && field->kind == VALUE_TEXT && !text_storable(value.text))
            return fail(error, FAULT_INPUT, "%s is not valid UTF-8 text (%s)", field->name,
                        query->name);
        ret[i] = value;
    }
    return OK;
}

/* ---- values out ---- */

/* Stores one row; texts are copied into ${keep}, or left where the engine has them when it is NULL. */
static enum fault
row_store(const struct query *query, const struct value *values, struct arena *keep, char *row,
          struct error *error)
{
    for (int32_t i = 0; i < query->out_n; i++) {
        const struct query_field *field = &query->out[i];
        const struct value *value = &values[i];
        char *to = row + field->offset;
        if (value->null && !field->nullable)
            return fail(error, FAULT_CORRUPT, "%s has no value where one was stored (%s)",
                        field->name, query->name);
        if (field->kind == VALUE_INT && field->nullable) {
            struct maybe_int integer = value->null ? no_int : some_int(value->integer);
            memcpy(to, &integer, sizeof integer);
        } else if (field->kind == VALUE_INT) {
            memcpy(to, &value->integer, sizeof value->integer);
        } else if (field->kind == VALUE_REAL && field->nullable) {
            struct maybe_real real = value->null ? no_real : some_real(value->real);
            memcpy(to, &real, sizeof real);
        } else if (field->kind == VALUE_REAL) {
            memcpy(to, &value->real, sizeof value->real);
        } else {
            str text = value->null ? STR_NONE
                       : keep      ? arena_str(keep, value->text)
                                   : value->text;
            memcpy(to, &text, sizeof text);
        }
    }
    return OK;
}

/* ---- running ---- */

/* Guards, binds and starts. */
static enum fault
begin_rows(struct db *db, const struct query *query, const void *in, bool stream,
           struct statement **ret, struct error *error)
{
    struct value params[QUERY_PARAMS_MAX];
    assert(!db->stepping); /* a query inside an `each` of another */
    if (query->writes && db->state != DB_WRITING)
        return fail(error, FAULT_DENIED, "nothing may be changed while reading (%s)",
                    query->name);
    if (db->failed && db->state != DB_IDLE)
        return fail(error, FAULT_CONFLICT, "an earlier step of this change failed (%s)",
                    query->name);
    if (params_load(query, in, params, error) || statement_get(db, query, ret, error) ||
        db->driver->start(db, *ret, params, stream, error)) {
        db->failed = true;
        return error->fault;
    }
    db->stepping = true;
    return OK;
}

static enum fault
next_row(struct db *db, struct statement *statement, struct value *values, bool *ret_end,
         struct error *error)
{
    enum fault fault = db->driver->step(db, statement, values, ret_end, error);
    db->failed |= fault != OK;
    return fault;
}

static void
end_rows(struct db *db, struct statement *statement)
{
    db->driver->finish(db, statement);
    db->stepping = false;
}

enum fault
query_run(struct db *db, const struct query *query, const void *in, struct error *error)
{
    struct statement *statement = NULL;
    bool end = false;
    assert(query->gives == GIVES_NONE);
    if (begin_rows(db, query, in, false, &statement, error))
        return error->fault;
    enum fault fault = next_row(db, statement, NULL, &end, error);
    assert(fault || end);
    end_rows(db, statement);
    return fault;
}

enum fault
query_maybe(struct db *db, const struct query *query, const void *in, struct arena *keep,
            void *ret_row, bool *ret_found, struct error *error)
{
    struct value values[QUERY_COLUMNS_MAX];
    alignas(16) char row[QUERY_ROW_MAX];
    struct statement *statement = NULL;
    bool none = false, end = false;
    assert(query->row_size <= QUERY_ROW_MAX);
    if (begin_rows(db, query, in, false, &statement, error))
        return error->fault;
    enum fault fault = next_row(db, statement, values, &none, error);
    if (!fault && !none) {
        fault = row_store(query, values, keep, row, error);
        if (!fault)
            fault = next_row(db, statement, values, &end, error);
        if (!fault && !end)
            fault = fail(error, FAULT_CORRUPT, "there are two where there can be one (%s)",
                         query->name);
    }
    end_rows(db, statement);
    if (fault)
        return fault;
    if (!none)
        memcpy(ret_row, row, (size_t)query->row_size);
    *ret_found = !none;
    return OK;
}

enum fault
query_one(struct db *db, const struct query *query, const void *in, struct arena *keep,
          void *ret_row, struct error *error)
{
    bool found = false;
    if (query_maybe(db, query, in, keep, ret_row, &found, error))
        return error->fault;
    return found ? OK
                 : fail(error, FAULT_ABSENT, "what was asked for does not exist (%s)",
                        query->name);
}

enum fault
query_many(struct db *db, const struct query *query, const void *in, struct arena *keep,
           void **ret_rows, ptrdiff_t *ret_n, struct error *error)
{
    struct value values[QUERY_COLUMNS_MAX];
    struct statement *statement = NULL;
    ptrdiff_t n = 0, capacity = 16;
    bool end = false;
    char *rows = arena_alloc(keep, query->row_size, alignof(max_align_t), capacity);
    if (begin_rows(db, query, in, false, &statement, error))
        return error->fault;
    enum fault fault = OK;
    while (!(fault = next_row(db, statement, values, &end, error)) && !end) {
        if (n == QUERY_ROWS_MAX) {
            fault = fail(error, FAULT_LIMIT, "more than 4 million rows (%s)", query->name);
            break;
        }
        if (n == capacity) {
            char *more = arena_alloc(keep, query->row_size, alignof(max_align_t), 2 * capacity);
            memcpy(more, rows, (size_t)(query->row_size * n));
            rows = more;
            capacity *= 2;
        }
        fault = row_store(query, values, keep, rows + query->row_size * n, error);
        if (fault)
            break;
        n++;
    }
    end_rows(db, statement);
    if (fault)
        return fault;
    *ret_rows = rows;
    *ret_n = n;
    return OK;
}

enum fault
query_each(struct db *db, const struct query *query, const void *in,
           bool (*each)(void *ctx, const void *row), void *ctx, struct error *error)
{
    struct value values[QUERY_COLUMNS_MAX];
    alignas(16) char row[QUERY_ROW_MAX];
    struct statement *statement = NULL;
    bool end = false;
    assert(query->row_size <= QUERY_ROW_MAX);
    if (begin_rows(db, query, in, true, &statement, error))
        return error->fault;
    enum fault fault = OK;
    while (!(fault = next_row(db, statement, values, &end, error)) && !end) {
        fault = row_store(query, values, NULL, row, error);
        if (fault || !each(ctx, row))
            break;
    }
    end_rows(db, statement);
    return fault;
}
