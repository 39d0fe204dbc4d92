#include "cli/table.h"

#include <stdio.h>

#include "base/text.h"

/* A cell as it may appear on a terminal: one line, no escape sequences, not too long. */
static str
shown(struct arena *arena, str cell, int32_t graphemes_max)
{
    str clean = utf8_clean(arena, cell.p ? cell : S(""));
    char *p = new (arena, char, clean.n + 1);
    for (ptrdiff_t i = 0; i < clean.n; i++) {
        unsigned char c = (unsigned char)clean.p[i];
        p[i] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    str s = {p, clean.n};
    if (text_graphemes(s) <= graphemes_max)
        return s;
    str cut = text_cut(s, graphemes_max - 1);
    return arena_printf(arena, "%.*s…", STR_FMT(cut));
}

static void
print_cell(str cell, int64_t width, bool right, bool last)
{
    int64_t blanks = width - text_graphemes(cell);
    if (right)
        (void)printf("%*s", (int)blanks, "");
    (void)printf("%.*s", STR_FMT(cell));
    if (!last)
        (void)printf("%*s  ", right ? 0 : (int)blanks, "");
}

void
table_print(const struct table *table, struct arena scratch)
{
    int32_t columns = table->columns_n;
    int64_t width[TABLE_COLUMNS_MAX] = {0};
    int64_t cells_n = table->rows_n * columns;
    str *cells = new (&scratch, str, cells_n > 0 ? cells_n : 1);
    for (int32_t c = 0; c < columns; c++)
        width[c] = text_graphemes(str_of(table->heads[c]));
    for (int64_t i = 0; i < cells_n; i++) {
        cells[i] = shown(&scratch, table->cells[i], table->cell_graphemes_max);
        int64_t n = text_graphemes(cells[i]);
        if (n > width[i % columns])
            width[i % columns] = n;
    }
    for (int32_t c = 0; c < columns; c++)
        print_cell(str_of(table->heads[c]), width[c], table->right[c], c == columns - 1);
    (void)putchar('\n'); /* a closed pipe is noticed once, when main flushes */
    for (int64_t i = 0; i < cells_n; i++) {
        int32_t c = (int32_t)(i % columns);
        print_cell(cells[i], width[c], table->right[c], c == columns - 1);
        if (c == columns - 1)
            (void)putchar('\n');
    }
}
