#include "file.h"

#include <errno.h>
#include <stdio.h>

enum fault
file_read(const char *path, ptrdiff_t max, struct arena *keep, str *ret, struct error *error)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return fail(error, FAULT_SYSTEM, "reading %s", path);
    char chunk[8192];
    /* Two passes: the arena takes exactly the size found. */
    ptrdiff_t n = 0;
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, f)) > 0 && n <= max;)
        n += (ptrdiff_t)got;
    if (n > max) {
        (void)fclose(f);
        return fail(error, FAULT_LIMIT, "reading %s: longer than %lld bytes", path,
                    (long long)max);
    }
    if (ferror(f) || fseek(f, 0, SEEK_SET) != 0) {
        (void)fclose(f); /* already failing */
        return fail(error, FAULT_SYSTEM, "reading %s", path);
    }
    char *p = new (keep, char, n + 1);
    ptrdiff_t again = (ptrdiff_t)fread(p, 1, (size_t)n, f);
    bool failed = ferror(f) || again != n;
    if (fclose(f) != 0 || failed)
        return fail(error, FAULT_SYSTEM, "reading %s", path);
    *ret = (str){p, n};
    return OK;
}

enum fault
file_write(const char *path, str content, struct error *error)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return fail(error, FAULT_SYSTEM, "writing %s", path);
    bool short_write = fwrite(content.p, 1, (size_t)content.n, f) != (size_t)content.n;
    if (fclose(f) != 0 || short_write)
        return fail(error, FAULT_SYSTEM, "writing %s", path);
    return OK;
}
