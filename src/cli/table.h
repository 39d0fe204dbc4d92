#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { TABLE_COLUMNS_MAX = 12 /* what a wide terminal can show */ };

/* A text table for terminals: columns as wide as their widest cell, numbers to the right. */
struct table {
    int32_t columns_n;
    const char *heads[TABLE_COLUMNS_MAX]; /* already translated */
    bool right[TABLE_COLUMNS_MAX];
    const str *cells; /* rows_n × columns_n, row by row */
    int64_t rows_n;
    int32_t cell_graphemes_max; /* longer cells are cut with "…" */
};

/* table_print(table, scratch): on standard output. Control characters in cells become spaces. */
void table_print(const struct table *table, struct arena scratch);
