#pragma once
#include "web/page.h"

/* A page filled with made-up data, for the golden files and for looking at it. */
struct sample {
    const char *name;
    void (*write)(struct html *h);
};
extern const struct sample samples[];
extern const ptrdiff_t samples_n;
