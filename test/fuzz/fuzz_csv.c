#include "fuzz.h"

#include "base/csv.h"
#include "base/text.h"

struct pieces {
    str rest;
    ptrdiff_t piece;
};

static ptrdiff_t
read_piece(void *ctx, char *p, ptrdiff_t n)
{
    struct pieces *pieces = ctx;
    n = n < pieces->piece ? n : pieces->piece;
    n = n < pieces->rest.n ? n : pieces->rest.n;
    if (n > 0)
        memcpy(p, pieces->rest.p, (size_t)n);
    pieces->rest = str_slice(pieces->rest, n, pieces->rest.n);
    return n;
}

/* Reads all records into ${out}, written anew; ${plain} stays true while no cell had to be neutralised. */
static enum fault
copy(str text, ptrdiff_t piece, char separator, struct buf *out, bool *plain)
{
    struct pieces pieces = {text, piece};
    struct csv_source source = {read_piece, &pieces};
    struct csv_options options = {separator};
    struct error error;
    auto_csv reader = NULL;
    enum fault fault = csv_open(&source, &options, &reader, &error);
    bool end = false;
    int64_t line = 0;
    while (fault == OK) {
        struct csv_row row;
        fault = csv_next(reader, &row, &end, &error);
        if (fault != OK || end)
            break;
        assert(row.cells_n > 0 && row.line > line);
        line = row.line;
        for (int32_t i = 0; i < row.cells_n; i++) {
            assert(utf8_valid(row.cells[i]) && str_chr(row.cells[i], '\0') < 0);
            ptrdiff_t before = out->n;
            csv_write_cell(out, row.cells[i], i == 0);
            *plain = *plain && out->p[before + (i == 0 ? 1 : 2)] != '\'';
        }
        csv_write_end(out);
    }
    if (fault != OK)
        assert(error.fault == fault && error.frames_n > 0);
    return fault;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    str text = {(const char *)data + 1, (ptrdiff_t)size - 1};
    ptrdiff_t piece = 1 + data[0] % 64;
    auto_buf whole, pieces, again;
    buf_init(&whole, 64 << 20);
    buf_init(&pieces, 64 << 20);
    buf_init(&again, 64 << 20);
    bool plain = true;
    /* In pieces or at once, the records are the same, and so is the refusal. */
    enum fault fault = copy(text, PTRDIFF_MAX, 0, &whole, &plain);
    assert(copy(text, piece, 0, &pieces, &plain) == fault);
    assert(str_eq(buf_str(&whole), buf_str(&pieces)));
    /* What we write, we read back the same. */
    if (plain) {
        assert(copy(buf_str(&whole), PTRDIFF_MAX, ',', &again, &plain) == OK);
        assert(str_eq(buf_str(&whole), buf_str(&again)));
    }
    return 0;
}
