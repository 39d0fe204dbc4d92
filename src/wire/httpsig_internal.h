#pragma once
#include "wire/httpsig.h"

/* httpsig_header(arena, message, name): all its values, joined by ", "; none when absent. */
str httpsig_header(struct arena *arena, const struct httpsig_message *m, str name);
/* httpsig_base(arena, message, claim, ret, error): the text that is signed. */
must_use enum fault httpsig_base(struct arena *arena, const struct httpsig_message *m,
                                 const struct httpsig_claim *claim, str *ret,
                                 struct error *error);
