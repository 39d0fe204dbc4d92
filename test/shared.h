#pragma once
/*
 * Reference material kept beside the project (contracts, data sets), not inside it: the folder named by
 * PROPRE_SHARED, or shared/ next to the source folder. A user's clone has none: such tests skip, aloud.
 */
#include "t.h"

/* shared_open(path): that file, or NULL after saying on the TAP stream why the test is passed over. */
static inline FILE *
shared_open(const char *path)
{
    const char *folder = getenv("PROPRE_SHARED"), *root = getenv("PROPRE_SOURCE_ROOT");
    char name[4096];
    if (folder)
        (void)snprintf(name, sizeof name, "%s/%s", folder, path);
    else
        (void)snprintf(name, sizeof name, "%s/../shared/%s", root ? root : ".", path);
    FILE *file = fopen(name, "rb");
    if (!file)
        printf("# SKIP: no %s here (set PROPRE_SHARED to the folder of reference material)\n",
               path);
    return file;
}
