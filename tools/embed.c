#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed_write.h"
#include "file.h"

/*
 * embed --assets ARRAY --include HEADER OUT.c FILE…
 * Files as C: a sorted `const struct asset ARRAY[]` and `ARRAY_n`. The name of each is its last path part.
 */
int
main(int argc, char **argv)
{
    if (argc < 6 || strcmp(argv[1], "--assets") != 0 || strcmp(argv[3], "--include") != 0) {
        (void)fputs("embed --assets ARRAY --include HEADER OUT.c FILE...\n", stderr);
        return 2;
    }
    struct arena_region region;
    struct arena keep = arena_reserve((ptrdiff_t)1 << 30, &region);
    struct error error;
    int files_n = argc - 6;
    struct embed_file *files = new (&keep, struct embed_file, files_n);
    enum fault fault = OK;
    for (int i = 0; i < files_n && !fault; i++) {
        files[i].path = str_of(argv[6 + i]);
        fault = file_read(argv[6 + i], EMBED_BYTES_MAX, &keep, &files[i].body, &error);
    }
    struct buf out;
    buf_init(&out, EMBED_OUT_BYTES_MAX);
    if (!fault)
        fault = embed_write(files, files_n, argv[2], argv[4], &keep, &out, &error);
    if (!fault)
        fault = file_write(argv[5], buf_str(&out), &error);
    buf_release(&out);
    arena_release(&region);
    if (!fault)
        return 0;
    char text[2048];
    error_text(&error, NULL, NULL, text, (ptrdiff_t)sizeof text);
    (void)fprintf(stderr, "embed: %s\n", text); /* nothing to do if stderr is gone */
    return 1;
}
