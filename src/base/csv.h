#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* ---- Reading: RFC 4180 and what programs really write, as a stream, in bounded memory ---- */

enum {
    CSV_CELL_MAX =
        1024 * 1024, /* the longest post text seen is 63 206 characters; more is a lost quote */
    CSV_ROW_MAX = 4 * 1024 * 1024, /* a few long cells */
    CSV_CELLS_MAX = 4096           /* the widest export known has about 150 columns */
};

/* Where bytes come from: up to ${n} at ${p}; gives how many, 0 at the end, -1 with errno. */
struct csv_source {
    ptrdiff_t (*read)(void *ctx, char *p, ptrdiff_t n);
    void *ctx;
};

enum csv_encoding { CSV_UTF8, CSV_UTF16LE, CSV_UTF16BE, CSV_WINDOWS_1252 };
enum csv_newline { CSV_LF, CSV_CRLF, CSV_CR };

/* How a file was written, as found at its start (a later row may still differ in its newline).
 */
struct csv_dialect {
    char separator;
    enum csv_encoding encoding;
    bool had_bom;
    bool had_separator_line; /* "sep=;" */
    enum csv_newline newline;
};

/* What the caller knows better than a guess; all zero: find out. */
struct csv_options {
    char separator;
};

/* One record. Cells are UTF-8 and live until the next csv_next or csv_close. */
struct csv_row {
    str *cells;
    int32_t cells_n;
    int64_t line;     /* of the file, from 1, where the record starts */
    bool stray_quote; /* a quote stood inside an unquoted cell, or text behind a closing one;
                         kept */
    bool bad_text;    /* ill-formed characters were replaced by U+FFFD */
};

struct csv_reader;

/*
 * csv_open(source, options, ret, error):
 * Reads the start and finds encoding (BOM; UTF-16 also without; Windows-1252 where it is not
 * UTF-8), separator (a "sep=" line, else the one of , ; tab | that cuts the first records most
 * evenly).
 * ${options} may be NULL.
 * Faults: INPUT when it is plainly not text (an Excel workbook, a PDF, …), saying what to do;
 *         SYSTEM when reading fails.
 * Memory: about 300 KiB plus one record, until csv_close. ${source} is copied.
 */
must_use enum fault csv_open(const struct csv_source *source, const struct csv_options *options,
                             struct csv_reader **ret, struct error *error);

/*
 * csv_next(reader, ret, ret_end, error):
 * The next record; wholly empty lines are passed over. At the end *ret_end is true and ${ret}
 * untouched. Faults: INPUT for a NUL byte (with its line), or a quoted cell that never closes
 * (with the line where its quote opened); LIMIT beyond the ceilings above; SYSTEM when reading
 * fails. After a fault the reader gives the same fault again.
 */
must_use enum fault csv_next(struct csv_reader *reader, struct csv_row *ret, bool *ret_end,
                             struct error *error);

/* csv_dialect(reader): how the file is written. */
struct csv_dialect csv_dialect(const struct csv_reader *reader);
/* csv_bytes_read(reader): bytes taken from the source so far, for a progress bar. */
int64_t csv_bytes_read(const struct csv_reader *reader);
/* csv_close(reader): gives its memory back; NULL is fine. */
void csv_close(struct csv_reader *reader);

static inline void
csv_cleanup(struct csv_reader **reader)
{
    csv_close(*reader);
}
#define auto_csv __attribute__((cleanup(csv_cleanup))) struct csv_reader *

/* csv_from_fd(fd): reads a descriptor, which stays the caller's; carries on after signals. */
struct csv_source csv_from_fd(int fd);
/* csv_from_str(s): reads a text in memory; *s is moved along and must outlive the reader. */
struct csv_source csv_from_str(str *s);

/* ---- Writing: RFC 4180, comma, UTF-8 ---- */

/*
 * csv_write_cell(out, cell, first):
 * A text cell, always quoted. A text a spreadsheet would run as a formula (it starts with = + -
 * @, tab, CR, LF or the full-width forms of the first four) gets an apostrophe in front, and so
 * does one that is such a text behind apostrophes already, so that csv_cell_written tells them
 * apart; NUL becomes U+FFFD. Source: OWASP, "CSV injection".
 */
void csv_write_cell(struct buf *out, str cell, bool first);
/*
 * csv_cell_written(cell):
 * The text csv_write_cell was given, from a cell it wrote (but for NUL): without the apostrophe that
 * stands before other apostrophes and the start of a formula. Only for files known to be our own:
 * in others a text may begin so.
 */
str csv_cell_written(str cell);
/* csv_write_int(out, n, first), csv_write_number(out, x, first): unquoted, so never taken for
 * text. */
void csv_write_int(struct buf *out, int64_t n, bool first);
/* A number that is not finite leaves the cell empty. */
void csv_write_number(struct buf *out, double x, bool first);
/* csv_write_end(out): ends the record with CRLF. */
void csv_write_end(struct buf *out);
