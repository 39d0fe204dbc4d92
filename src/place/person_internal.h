#pragma once
#include "place/person.h"

/* A character has at most four bytes in UTF-8. */
enum { PERSON_NAME_BYTES_MAX = 4 * PERSON_NAME_MAX };

/* person_key(name, keep): what is typed to sign in, as the data know it: trimmed, A-Z made small. */
str person_key(str name, struct arena *keep);
