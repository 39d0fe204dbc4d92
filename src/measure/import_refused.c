#include <errno.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/translate.h"
#include "measure/import.h"
#include "measure/import_plan_internal.h"
#include "measure/import_row_internal.h"
#include "place/propre.h"

enum {
    REFUSED_ARENA = 64 * 1024,  /* a hash */
    REFUSED_FLUSH = 256 * 1024, /* bytes gathered before they are written */
    REFUSED_BUF_MAX =
        16 * 1024 * 1024 /* a flush and one row: 4 MiB of cells, each quote doubled */
};

static const char *const heads[REFUSED_COLUMNS] = {N_("Row"), N_("Why it was refused")};

bool
refused_header(const struct csv_row *row)
{
    if (row->cells_n < REFUSED_COLUMNS)
        return false;
    for (int lang = LANG_EN; lang <= LANG_FR; lang++) {
        bool same = true;
        for (int32_t i = 0; i < REFUSED_COLUMNS; i++)
            same &=
                str_eq(str_trim(row->cells[i]), str_of(translate((enum lang)lang, heads[i])));
        if (same)
            return true;
    }
    return false;
}

struct refused {
    const struct import_plan *plan;
    int fd;
    struct buf out;
    int64_t n;
};

static enum fault
flush(struct refused *r, struct error *error)
{
    str rest = buf_str(&r->out);
    while (rest.n > 0) {
        ssize_t put = write(r->fd, rest.p, (size_t)rest.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail(error, FAULT_SYSTEM, "the refused rows cannot be written");
        rest = str_slice(rest, put, rest.n);
    }
    buf_clear(&r->out);
    return OK;
}

/* The first reason; "column: sentence" when it is about one cell. */
static str
reason(const struct refused *r, const struct row *row, struct arena *scratch)
{
    for (int32_t i = 0; i < row->issues_n; i++) {
        if (row->issues[i].verdict != VERDICT_ROW_ERROR)
            continue;
        struct import_note note = {.why = row->issues[i].why};
        str text = import_note_text(&note, r->plan->options.lang, scratch);
        if (!row->issues[i].column.p)
            return text;
        return arena_printf(scratch, "%.*s: %.*s", STR_FMT(row->issues[i].column),
                            STR_FMT(text));
    }
    return S("");
}

static enum fault
refused_row(void *ctx, const struct csv_row *in, const struct row *row, struct arena *scratch,
            struct error *error)
{
    struct refused *r = ctx;
    if (row->verdict != VERDICT_ROW_ERROR)
        return OK;
    csv_write_int(&r->out, row->line, true);
    csv_write_cell(&r->out, reason(r, row, scratch), false);
    for (int32_t i = 0; i < in->cells_n; i++)
        csv_write_cell(&r->out, in->cells[i], false);
    csv_write_end(&r->out);
    r->n++;
    if (buf_check(&r->out, "a refused row", error))
        return error->fault;
    return r->out.n >= REFUSED_FLUSH ? flush(r, error) : OK;
}

enum fault
import_refused_write(struct propre *propre, const struct import_plan *plan, int fd,
                     int64_t *ret_n, struct error *error)
{
    struct refused r = {.plan = plan, .fd = fd};
    struct walk walk = {.plan = plan, .propre = propre, .each = refused_row, .ctx = &r};
    enum lang lang = plan->options.lang;
    struct arena_region region;
    struct arena keep = arena_reserve(REFUSED_ARENA, &region);
    str sha256;
    buf_init(&r.out, REFUSED_BUF_MAX);
    for (int32_t i = 0; i < REFUSED_COLUMNS; i++)
        csv_write_cell(&r.out, str_of(translate(lang, heads[i])), i == 0);
    for (int32_t i = 0; i < plan->mapping.columns_n; i++)
        csv_write_cell(&r.out, plan->mapping.columns[i].header, false);
    csv_write_end(&r.out);
    enum fault fault = import_walk(&walk, NULL, &sha256, &keep, error);
    if (!fault)
        fault = flush(&r, error);
    buf_release(&r.out);
    arena_release(&region);
    if (!fault)
        *ret_n = r.n;
    return fault;
}
