#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/*
 * The page compiler: an .html file with {% %}, {{ }} and {# #} becomes C functions that write
 * it, typed by the C compiler and escaped by context (tools/markup.h). The language is in
 * src/web/README.md.
 */
enum {
    PAGE_BYTES_MAX = 1 << 20,   /* a page read by people is a hundredth of this */
    PAGE_DEPTH_MAX = 24,        /* {% if %} and {% for %} within each other */
    PAGE_FUNCTIONS_MAX = 32,    /* {% page %} in one file */
    PAGE_INCLUDES_MAX = 16,     /* headers named in one file */
    PAGE_CODE_BYTES_MAX = 8192, /* one {{ }} or {% %} */
    PAGE_OUT_BYTES_MAX = 8 << 20
};

/* What one file gives. */
struct page_unit {
    str path;
    str includes[PAGE_INCLUDES_MAX];
    int32_t includes_n;
    str prototypes[PAGE_FUNCTIONS_MAX]; /* "void page_today(struct html *h, …)" */
    int32_t prototypes_n;
};

/*
 * page_compile(path, text, keep, ret_unit, out, error):
 * The C source of one page file, for compilation beside web/html.h and the common header.
 * Faults: INPUT, "file:line: what is wrong"; LIMIT past a ceiling above.
 * Memory: ${ret_unit}'s texts are in ${keep} and ${text}.
 */
must_use enum fault page_compile(str path, str text, struct arena *keep,
                                 struct page_unit *ret_unit, struct buf *out,
                                 struct error *error);
/* page_header(units, n, out): the common header: what the files include and the pages'
 * prototypes. */
void page_header(const struct page_unit *units, ptrdiff_t n, struct buf *out);
