/*
 * mkquery ROOM HEADER SOURCE FILE.sql…
 * Compiles the queries of one room into typed C. The block format is in CONTRIBUTING.md; the reasons are
 * in doc/decisions/0002.
 */
#include <stdio.h>

#include "file.h"
#include "query_parse.h"

enum {
    FILES_MAX = 64,               /* .sql files of one room */
    FILE_MAX = 1024 * 1024,       /* bytes of one .sql file */
    OUTPUT_MAX = 16 * 1024 * 1024 /* 400 queries of a page of C each stay below */
};

/* A name may stand in two files of a room: then the C would be defined twice. */
static enum fault
check_unique(const struct sql_file *files, int32_t n, struct error *error)
{
    const struct sql_file *last = &files[n - 1];
    for (int32_t i = 0; i < last->queries_n; i++) {
        for (int32_t f = 0; f < n - 1; f++) {
            for (int32_t k = 0; k < files[f].queries_n; k++) {
                if (str_eq(files[f].queries[k].name, last->queries[i].name))
                    return fail(error, FAULT_INPUT, "%.*s:%d: %.*s stands in %.*s too",
                                STR_FMT(last->path), last->queries[i].line,
                                STR_FMT(last->queries[i].name), STR_FMT(files[f].path));
            }
        }
    }
    return OK;
}

static enum fault
run(int argc, char **argv, struct arena *keep, struct buf *out, struct error *error)
{
    struct sql_file *files = new (keep, struct sql_file, FILES_MAX);
    if (argc < 5 || argc - 4 > FILES_MAX)
        return fail(error, FAULT_INPUT,
                    "usage: mkquery ROOM HEADER SOURCE FILE.sql… (at most 64)");
    str room = str_of(argv[1]);
    int32_t n = 0;
    for (int i = 4; i < argc; i++) {
        str text;
        if (file_read(argv[i], FILE_MAX, keep, &text, error) ||
            sql_parse(str_of(argv[i]), text, keep, &files[n], error))
            return error->fault;
        /* The path as developers know it, whatever the build directory. */
        ptrdiff_t at = str_find(files[n].path, S("src/"));
        files[n].path = at > 0 ? str_slice(files[n].path, at, files[n].path.n) : files[n].path;
        if (check_unique(files, ++n, error))
            return error->fault;
    }
    sql_emit_header(room, files, n, out);
    if (buf_check(out, argv[2], error) || file_write(argv[2], buf_str(out), error))
        return error->fault;
    buf_clear(out);
    sql_emit_source(room, files, n, out);
    if (buf_check(out, argv[3], error) || file_write(argv[3], buf_str(out), error))
        return error->fault;
    return OK;
}

static int
give_up(const struct error *error)
{
    char text[2048];
    error_text(error, NULL, NULL, text, (ptrdiff_t)sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    return 1;
}

int
main(int argc, char **argv)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 30, &region); /* reserved, not used */
    struct error error = {0};
    auto_buf out;
    buf_init(&out, OUTPUT_MAX);
    int status = run(argc, argv, &keep, &out, &error) ? give_up(&error) : 0;
    arena_release(&region);
    return status;
}
