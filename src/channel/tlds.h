#pragma once
#include <stdbool.h>
#include "base/str.h"

enum { TLD_CHARACTERS_MAX = 24 /* the longest of the list has 18; a name of IDNA 63 bytes */ };

/* tld_is(name): is it a top-level domain? ${name} in small letters, not punycode. */
bool tld_is(str name);
