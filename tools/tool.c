#include "tool.h"

#include <stdio.h>

enum fault
tool_read(const char *path, struct arena *keep, str *ret, struct error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return fail(error, FAULT_SYSTEM, "cannot read %s", path);
    char *p = new (keep, char, TOOL_FILE_MAX + 1);
    size_t n = fread(p, 1, TOOL_FILE_MAX + 1, file);
    int failed = ferror(file);
    (void)fclose(file); /* only read from */
    if (failed)
        return fail(error, FAULT_SYSTEM, "cannot read %s", path);
    if (n > TOOL_FILE_MAX)
        return fail(error, FAULT_LIMIT, "%s is longer than 8 MiB", path);
    keep->at = p + n; /* gives the unused part back */
    *ret = (str){p, (ptrdiff_t)n};
    return OK;
}

enum fault
tool_write(const char *path, str text, struct error *error)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return fail(error, FAULT_SYSTEM, "cannot write %s", path);
    size_t n = fwrite(text.p, 1, (size_t)text.n, file);
    if (fclose(file) != 0 || n != (size_t)text.n)
        return fail(error, FAULT_SYSTEM, "cannot write %s", path);
    return OK;
}

int
tool_give_up(const struct error *error)
{
    char text[2048];
    error_text(error, NULL, NULL, text, (ptrdiff_t)sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    return 1;
}
