#include "base/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_internal.h"

enum state { CELL_START, UNQUOTED, QUOTED, QUOTE_IN_QUOTED };

/* Which bytes end a run of plain text, in and outside quotes. */
enum { STOPS_UNQUOTED = 1, STOPS_QUOTED = 2 };

struct csv_reader {
    struct csv_decoder decoder;
    struct csv_dialect dialect;
    unsigned char stops[256];
    ptrdiff_t at;  /* in decoder.text */
    int64_t line;  /* the line of the next byte */
    bool after_cr; /* the byte before was CR: an LF belongs to the same line end */
    enum state state;
    int64_t quote_line, row_line;
    bool stray, row_done;
    char *row; /* the cells of the record, one behind the other */
    ptrdiff_t row_n, row_capacity, cell_at;
    int32_t cells_n;
    enum fault fault; /* a fault is for good */
    struct error error;
    ptrdiff_t ends[CSV_CELLS_MAX];
    str cells[CSV_CELLS_MAX];
};

static void
set_stops(struct csv_reader *r)
{
    r->stops['\n'] = r->stops['\r'] = r->stops['\0'] = r->stops['"'] =
        STOPS_UNQUOTED | STOPS_QUOTED;
    r->stops[(unsigned char)r->dialect.separator] |= STOPS_UNQUOTED;
}

enum fault
csv_open(const struct csv_source *source, const struct csv_options *options,
         struct csv_reader **ret, struct error *error)
{
    struct csv_reader *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    enum fault fault = csv_decoder_open(&r->decoder, source, &r->dialect.had_bom, error);
    if (fault != OK) {
        free(r);
        return fault;
    }
    str sample = {r->decoder.text, r->decoder.text_n};
    r->line = 1;
    r->dialect.encoding = r->decoder.encoding;
    r->dialect.newline = csv_sniff_newline(sample);
    r->at = csv_separator_line(sample, &r->dialect.separator);
    r->dialect.had_separator_line = r->at > 0;
    r->line += r->at > 0;
    if (options && options->separator)
        r->dialect.separator = options->separator;
    else if (!r->dialect.had_separator_line)
        r->dialect.separator = csv_sniff_separator(sample);
    set_stops(r);
    *ret = r;
    return OK;
}

struct csv_dialect
csv_dialect(const struct csv_reader *reader)
{
    struct csv_dialect dialect = reader->dialect;
    dialect.encoding = reader->decoder.encoding;
    return dialect;
}

int64_t
csv_bytes_read(const struct csv_reader *reader)
{
    return reader->decoder.bytes_read;
}

void
csv_close(struct csv_reader *reader)
{
    if (!reader)
        return;
    free(reader->row);
    free(reader);
}

static enum fault
append(struct csv_reader *r, const char *p, ptrdiff_t n)
{
    if (r->row_n - r->cell_at + n > CSV_CELL_MAX) {
        int64_t line = r->state == QUOTED ? r->quote_line : r->row_line;
        return fail(&r->error, FAULT_LIMIT,
                    "the cell that starts on line %lld is longer than %d bytes; is a closing "
                    "quote missing?",
                    (long long)line, CSV_CELL_MAX);
    }
    if (r->row_n + n > CSV_ROW_MAX) {
        return fail(&r->error, FAULT_LIMIT,
                    "the row that starts on line %lld is longer than %d bytes",
                    (long long)r->row_line, CSV_ROW_MAX);
    }
    if (r->row_n + n > r->row_capacity) {
        ptrdiff_t capacity = r->row_capacity ? r->row_capacity : 4096;
        while (capacity < r->row_n + n)
            capacity *= 2;
        char *row = realloc(r->row, (size_t)capacity);
        if (!row)
            abort();
        r->row = row;
        r->row_capacity = capacity;
    }
    memcpy(r->row + r->row_n, p, (size_t)n);
    r->row_n += n;
    return OK;
}

static enum fault
end_cell(struct csv_reader *r)
{
    if (r->cells_n == CSV_CELLS_MAX) {
        return fail(&r->error, FAULT_LIMIT,
                    "the row that starts on line %lld has more than %d cells",
                    (long long)r->row_line, CSV_CELLS_MAX);
    }
    r->ends[r->cells_n++] = r->row_n;
    r->cell_at = r->row_n;
    r->state = CELL_START;
    return OK;
}

static void
start_row(struct csv_reader *r)
{
    r->state = CELL_START;
    r->row_line = r->line;
    r->row_n = r->cell_at = 0;
    r->cells_n = 0;
    r->stray = r->row_done = false;
}

/* CR, LF or both, inside quotes or out. */
static enum fault
newline(struct csv_reader *r, char c)
{
    bool second_half = c == '\n' && r->after_cr;
    r->after_cr = c == '\r';
    r->line += !second_half;
    if (r->state == QUOTED)
        return append(r, &c, 1);
    if (second_half || (r->state == CELL_START && r->cells_n == 0)) {
        r->row_line = r->line; /* an empty line, or the rest of a line end */
        return OK;
    }
    r->row_done = true;
    return end_cell(r);
}

static enum fault
quote(struct csv_reader *r)
{
    switch (r->state) {
    case CELL_START:
        r->state = QUOTED;
        r->quote_line = r->line;
        return OK;
    case QUOTED:
        r->state = QUOTE_IN_QUOTED;
        return OK;
    case QUOTE_IN_QUOTED:
        r->state = QUOTED;
        break;
    case UNQUOTED:
        r->stray = true;
        break;
    }
    return append(r, "\"", 1);
}

/* One byte that is not plain text where it stands. */
static enum fault
special(struct csv_reader *r, char c)
{
    if (c == '\n' || c == '\r')
        return newline(r, c);
    if (c == '"')
        return quote(r);
    if (c == '\0') {
        return fail(&r->error, FAULT_INPUT,
                    "line %lld holds a NUL byte: this is not a text file, or it is damaged",
                    (long long)r->line);
    }
    return end_cell(r);
}

/* Plain bytes up to the next special one. */
static enum fault
run(struct csv_reader *r)
{
    if (r->state ==
        QUOTE_IN_QUOTED) { /* text behind the closing quote: the quote was part of the text */
        r->stray = true;
        r->state = UNQUOTED;
        return append(r, "\"", 1);
    }
    if (r->state == CELL_START)
        r->state = UNQUOTED;
    int stop = r->state == QUOTED ? STOPS_QUOTED : STOPS_UNQUOTED;
    const char *text = r->decoder.text;
    ptrdiff_t from = r->at;
    while (r->at < r->decoder.text_n && !(r->stops[(unsigned char)text[r->at]] & stop))
        r->at++;
    return append(r, text + from, r->at - from);
}

static enum fault
step(struct csv_reader *r)
{
    char c = r->decoder.text[r->at];
    int stop = r->state == QUOTED ? STOPS_QUOTED : STOPS_UNQUOTED;
    if (!(r->stops[(unsigned char)c] & stop)) {
        r->after_cr = false;
        return run(r);
    }
    r->at++;
    if (c != '\n' && c != '\r')
        r->after_cr = false;
    return special(r, c);
}

/* What stands open at the end of the file. */
static enum fault
finish(struct csv_reader *r)
{
    if (r->state == QUOTED) {
        return fail(&r->error, FAULT_INPUT,
                    "the quote opened on line %lld never closes: the file is cut off, or a "
                    "quote is missing",
                    (long long)r->quote_line);
    }
    if (r->state == CELL_START && r->cells_n == 0)
        return OK;
    r->row_done = true;
    return end_cell(r);
}

static enum fault
read_row(struct csv_reader *r, bool *ret_end)
{
    start_row(r);
    *ret_end = false;
    while (!r->row_done) {
        enum fault fault = OK;
        if (r->at < r->decoder.text_n) {
            fault = step(r);
        } else {
            fault = csv_decoder_fill(&r->decoder, &r->error);
            r->at = 0;
            if (fault == OK && r->decoder.text_n == 0) {
                fault = finish(r);
                *ret_end = !r->row_done;
                if (*ret_end || fault != OK)
                    return fault;
            }
        }
        if (fault != OK)
            return fault;
    }
    return OK;
}

enum fault
csv_next(struct csv_reader *reader, struct csv_row *ret, bool *ret_end, struct error *error)
{
    struct csv_reader *r = reader;
    bool end = false;
    if (r->fault == OK)
        r->fault = read_row(r, &end);
    if (r->fault != OK) {
        *error = r->error;
        return r->fault;
    }
    *ret_end = end;
    if (end)
        return OK;
    for (int32_t i = 0; i < r->cells_n; i++) {
        ptrdiff_t from = i > 0 ? r->ends[i - 1] : 0;
        r->cells[i] = (str){r->row ? r->row + from : "", r->ends[i] - from};
    }
    str whole = {r->row, r->row_n};
    *ret = (struct csv_row){
        .cells = r->cells,
        .cells_n = r->cells_n,
        .line = r->row_line,
        .stray_quote = r->stray,
        .bad_text = r->decoder.replaced && str_find(whole, S("\xef\xbf\xbd")) >= 0,
    };
    return OK;
}
