#pragma once
#include "place/person.h"

enum {
    PERSON_NAME_BYTES_MAX =
        4 * PERSON_NAME_MAX /* a character has at most four bytes in UTF-8 */
};                          /* a name of simple characters, in UTF-8 */

/* person_key(name, keep): what is typed to sign in, as the data know it: trimmed, A-Z made small. */
str person_key(str name, struct arena *keep);
