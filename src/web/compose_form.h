#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

struct exchange;

/*
 * A form of the composer has a key from when it is shown. What it makes is kept with the key, so that the same form
 * sent twice (two clicks, a browser that tries again) makes one post.
 */
struct compose_form {
    str key;
    bool known; /* it made a message before */
    int64_t message, revision;
    bool taken; /* for good: planned, or put away as a draft */
    bool same;  /* taken, and this is the very same form again */
    str hash;   /* of what was sent now */
};
/* compose_form_find(x, ret, error): of the form that was sent. */
must_use enum fault compose_form_find(struct exchange *x, struct compose_form *ret,
                                      struct error *error);
/* compose_form_note(x, form, message, revision, taken, error): what it made. CONFLICT when another took the key. */
must_use enum fault compose_form_note(struct exchange *x, struct compose_form *form,
                                      int64_t message, int64_t revision, bool taken,
                                      struct error *error);
