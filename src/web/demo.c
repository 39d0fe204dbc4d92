#include "web/demo.h"

#include "measure/import.h"
#include "web/asset.h"

extern const struct asset demo_files[]; /* made by tools/embed from src/measure/demo */

str
demo_csv(void)
{
    return demo_files[0].body;
}

str
demo_file_name(void)
{
    return demo_files[0].name;
}

bool
demo_is(const struct import *import)
{
    return !import->undone_us.has && str_eq(import->file_name, demo_file_name());
}

enum fault
demo_standing(struct propre *propre, int64_t workspace, struct arena *keep, int64_t *ret,
              struct error *error)
{
    int64_t found = 0;
    ptrdiff_t n = IMPORTS_PAGE_MAX;
    for (int64_t offset = 0; !found && n == IMPORTS_PAGE_MAX; offset += n) {
        struct import *all = NULL;
        if (import_list(propre, workspace, offset, keep, &all, &n, error))
            return error->fault;
        for (ptrdiff_t i = 0; i < n; i++)
            found = demo_is(&all[i]) ? all[i].id : found;
    }
    *ret = found;
    return OK;
}
