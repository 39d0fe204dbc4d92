#pragma once
#include "web/page.h"

/* A page filled with made-up data, for the golden files and for looking at it. */
struct sample {
    const char *name;
    void (*write)(struct html *h);
};
extern const struct sample samples[];

/* sample_compose.c */
void sample_compose(struct html *h), sample_compose_empty(struct html *h),
    sample_compose_wrong(struct html *h), sample_compose_planned(struct html *h),
    sample_compose_out(struct html *h), sample_compose_hostile(struct html *h);
extern const ptrdiff_t samples_n;
