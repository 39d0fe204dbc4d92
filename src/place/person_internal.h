#pragma once
#include "place/person.h"

/* person_key(name, keep): what is typed to sign in, as the data know it: trimmed, A-Z made small. */
str person_key(str name, struct arena *keep);
