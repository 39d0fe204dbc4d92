#include "web/asset.h"

#include <assert.h>

const struct asset *
asset_find(str name)
{
    ptrdiff_t low = 0, high = web_assets_n;
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        int order = str_cmp(web_assets[middle].name, name);
        if (order == 0)
            return &web_assets[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

str
asset_url(const char *name)
{
    const struct asset *asset = asset_find(str_of(name));
    assert(asset); /* a page names an asset that does not exist */
    return asset->url;
}
