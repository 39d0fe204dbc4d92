#pragma once
#include <stdint.h>

/* One sentence of a catalogue; ${many} only where it has a plural. Sorted by ${id}, byte order.
 */
struct catalog_entry {
    const char *id;
    const char *one;
    const char *many;
};

/* Made at build from po/fr.po by tools/mkcatalog.c. */
extern const struct catalog_entry catalog_fr[];
extern const int32_t catalog_fr_n;
