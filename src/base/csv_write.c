#include <math.h>

#include "base/csv.h"
#include "base/json.h"

/* Whether a spreadsheet would take the text for a formula or a command, behind any apostrophes. */
static bool
is_formula(str s)
{
    while (str_starts(s, S("'")))
        s = str_slice(s, 1, s.n);
    static const str starts[] = {S_CONST("="),
                                 S_CONST("+"),
                                 S_CONST("-"),
                                 S_CONST("@"),
                                 S_CONST("\t"),
                                 S_CONST("\r"),
                                 S_CONST("\n"),
                                 S_CONST("\xef\xbc\x9d") /* full-width = */,
                                 S_CONST("\xef\xbc\x8b") /* + */,
                                 S_CONST("\xef\xbc\x8d") /* - */,
                                 S_CONST("\xef\xbc\xa0") /* @ */};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (str_starts(s, starts[i]))
            return true;
    }
    return false;
}

void
csv_write_cell(struct buf *out, str cell, bool first)
{
    if (!first)
        buf_add_char(out, ',');
    buf_add_char(out, '"');
    if (is_formula(cell))
        buf_add_char(out, '\'');
    ptrdiff_t plain = 0;
    for (ptrdiff_t i = 0; i < cell.n; i++) {
        if (cell.p[i] != '"' && cell.p[i] != '\0')
            continue;
        buf_add(out, str_slice(cell, plain, i));
        buf_add(out, cell.p[i] == '"' ? S("\"\"") : S("\xef\xbf\xbd"));
        plain = i + 1;
    }
    buf_add(out, str_slice(cell, plain, cell.n));
    buf_add_char(out, '"');
}

str
csv_cell_written(str cell)
{
    return str_starts(cell, S("'")) && is_formula(cell) ? str_slice(cell, 1, cell.n) : cell;
}

void
csv_write_int(struct buf *out, int64_t n, bool first)
{
    buf_addf(out, "%s%lld", first ? "" : ",", (long long)n);
}

void
csv_write_number(struct buf *out, double x, bool first)
{
    if (!first)
        buf_add_char(out, ',');
    if (!isfinite(x))
        return;
    struct json_writer writer; /* the same shortest decimal */
    json_writer_init(&writer, out);
    json_real(&writer, x);
}

void
csv_write_end(struct buf *out)
{
    buf_add(out, S("\r\n"));
}
