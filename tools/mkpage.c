#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "file.h"
#include "page.h"

/*
 * mkpage --page FILE.html OUT.c        one page file to C
 * mkpage --header OUT.h FILE.html…     the header of all pages
 */
enum { FILES_MAX = 500 /* page files; a page is a screen */ };

static int
usage(void)
{
    (void)fputs("mkpage --page FILE.html OUT.c | --header OUT.h FILE.html...\n", stderr);
    return 2;
}

static enum fault
one_page(const char *in, const char *path, struct arena *keep, struct error *error)
{
    auto_buf out;
    buf_init(&out, PAGE_OUT_BYTES_MAX);
    str text;
    struct page_unit unit;
    enum fault fault = file_read(in, PAGE_BYTES_MAX, keep, &text, error);
    if (!fault)
        fault = page_compile(str_of(in), text, keep, &unit, &out, error);
    return fault ? fault : file_write(path, buf_str(&out), error);
}

static enum fault
header(char **files, int files_n, const char *path, struct arena *keep, struct error *error)
{
    auto_buf out, code;
    buf_init(&out, PAGE_OUT_BYTES_MAX);
    buf_init(&code, PAGE_OUT_BYTES_MAX);
    struct page_unit *units = new (keep, struct page_unit, files_n);
    for (int i = 0; i < files_n; i++) {
        str text;
        buf_clear(&code);
        enum fault fault = file_read(files[i], PAGE_BYTES_MAX, keep, &text, error);
        if (!fault)
            fault = page_compile(str_of(files[i]), text, keep, &units[i], &code, error);
        if (fault)
            return fault;
    }
    page_header(units, files_n, &out);
    return file_write(path, buf_str(&out), error);
}

int
main(int argc, char **argv)
{
    if (argc < 4 || argc > FILES_MAX)
        return usage();
    struct arena_region region;
    struct arena keep = arena_reserve((ptrdiff_t)1 << 30, &region);
    struct error error;
    enum fault fault;
    if (!strcmp(argv[1], "--page") && argc == 4)
        fault = one_page(argv[2], argv[3], &keep, &error);
    else if (!strcmp(argv[1], "--header"))
        fault = header(argv + 3, argc - 3, argv[2], &keep, &error);
    else
        return usage();
    arena_release(&region);
    if (!fault)
        return 0;
    char text[2048];
    error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
    (void)fprintf(stderr, "%s\n", text); /* nothing to do if stderr is gone */
    return 1;
}
