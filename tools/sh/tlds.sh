#!/bin/sh
# Writes src/channel/tlds.c anew from the distribution's list of public suffixes (package publicsuffix): the names
# of the top-level domains alone. Run by hand when a new list is wanted; doc/decisions/0028 says why not at build.
set -eu
cd "$(dirname "$0")/../.."
list=/usr/share/publicsuffix/public_suffix_list.dat
{
    cat <<'C'
/* Made by tools/sh/tlds.sh; do not edit. Sorted by bytes. */
#include "channel/tlds.h"

/* clang-format off */
static const char *const names[] = {
C
    LC_ALL=C.UTF-8 awk '
        /===BEGIN ICANN/ { on = 1 }
        /===END ICANN/ { on = 0 }
        !on || /^\/\// || !NF { next }
        { n = split($1, label, "."); print label[n] }' "$list" |
        LC_ALL=C sort -u | sed 's/.*/    "&",/'
    cat <<'C'
};
/* clang-format on */

bool
tld_is(str name)
{
    size_t low = 0, high = sizeof names / sizeof names[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(name, str_of(names[middle]));
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}
C
} >src/channel/tlds.c
