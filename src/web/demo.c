#include "web/demo.h"

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
