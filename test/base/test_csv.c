#include "t.h"

#include <math.h>
#include <unistd.h>

#include "base/csv.h"

/* A source that gives at most ${piece} bytes at a time, so that every border is crossed once. */
struct pieces {
    str rest;
    ptrdiff_t piece;
    bool broken; /* the disk fails after the last byte */
};

static ptrdiff_t
read_piece(void *ctx, char *p, ptrdiff_t n)
{
    struct pieces *pieces = ctx;
    if (pieces->rest.n == 0)
        return pieces->broken ? -1 : 0;
    n = n < pieces->piece ? n : pieces->piece;
    n = n < pieces->rest.n ? n : pieces->rest.n;
    memcpy(p, pieces->rest.p, (size_t)n);
    pieces->rest = str_slice(pieces->rest, n, pieces->rest.n);
    return n;
}

/* The whole text as "line:[cell][cell]" a record, "!" for a stray quote and "?" for bad text. */
static enum fault
read_all(str text, ptrdiff_t piece, char separator, struct buf *out, struct error *error)
{
    struct pieces pieces = {text, piece, false};
    struct csv_source source = {read_piece, &pieces};
    struct csv_options options = {separator};
    auto_csv reader = NULL;
    enum fault fault = csv_open(&source, &options, &reader, error);
    bool end = false;
    buf_clear(out);
    while (fault == OK) {
        struct csv_row row;
        fault = csv_next(reader, &row, &end, error);
        if (fault != OK || end)
            break;
        buf_addf(out, "%lld:%s%s", (long long)row.line, row.stray_quote ? "!" : "",
                 row.bad_text ? "?" : "");
        for (int32_t i = 0; i < row.cells_n; i++)
            buf_addf(out, "[%.*s]", STR_FMT(row.cells[i]));
        buf_add_char(out, ' ');
    }
    return fault;
}

static void
test_forms(void **state)
{
    (void)state;
    static const struct {
        str text;
        const char *expected;
        const char *why;
    } cases[] = {
        {S_CONST(""), "", "nothing at all"},
        {S_CONST("\xef\xbb\xbf"), "", "a mark and nothing behind"},
        {S_CONST("\n\r\n\r"), "", "only line ends"},
        {S_CONST("a"), "1:[a] ", "one cell, no line end"},
        {S_CONST("a,b\n1,2\n"), "1:[a][b] 2:[1][2] ", "RFC 4180 2.1"},
        {S_CONST("a,b\r\n1,2"), "1:[a][b] 2:[1][2] ", "RFC 4180 2.2: no last line end"},
        {S_CONST("\"a\",\"b\"\r\n"), "1:[a][b] ", "RFC 4180 2.5"},
        {S_CONST("\"a\r\nb\",c\r\nd,e"), "1:[a\r\nb][c] 3:[d][e] ",
         "RFC 4180 2.6: line ends inside quotes"},
        {S_CONST("\"a\"\"b\",c"), "1:[a\"b][c] ", "RFC 4180 2.7"},
        {S_CONST("\"\"\"\",\"\""), "1:[\"][] ", "only quotes"},
        {S_CONST("a,,c\n,\n"), "1:[a][][c] 2:[][] ", "empty cells"},
        {S_CONST("\"\"\n"), "1:[] ", "an empty quoted cell is a record"},
        {S_CONST("a,b\n\n\n1,2\n"), "1:[a][b] 4:[1][2] ",
         "empty lines are passed over and counted"},
        {S_CONST("a;b;c\n1,5;2;3\n4,5;6;7"), "1:[a][b][c] 2:[1,5][2][3] 3:[4,5][6][7] ",
         "decimal commas"},
        {S_CONST("a\tb\n1,2,3\t4\n"), "1:[a][b] 2:[1,2,3][4] ", "tabs"},
        {S_CONST("a|b\nx|y\n"), "1:[a][b] 2:[x][y] ", "bars"},
        {S_CONST("text;n\n\"one, two, three\";1\n\"four, five, six\";2\n"),
         "1:[text][n] 2:[one, two, three][1] 3:[four, five, six][2] ",
         "commas inside quotes do not vote"},
        {S_CONST("sep=;\r\na,b;c\r\n"), "2:[a,b][c] ", "a separator line"},
        {S_CONST("\"sep=|\"\na|b\n"), "2:[a][b] ", "a quoted separator line"},
        {S_CONST("\xef\xbb\xbfsep=,\na,b\n"), "2:[a][b] ", "a mark, then a separator line"},
        {S_CONST("separator,b\n"), "1:[separator][b] ", "no separator line"},
        {S_CONST("a,b\r1,2\r3,4"), "1:[a][b] 2:[1][2] 3:[3][4] ", "bare CR"},
        {S_CONST("a,b\r\r\n1,2"), "1:[a][b] 3:[1][2] ",
         "CR CR LF, as broken transfers leave it"},
        {S_CONST("a,\"b\rc\nd\"\ne,f"), "1:[a][b\rc\nd] 4:[e][f] ",
         "mixed line ends inside quotes"},
        {S_CONST("a\"b,c\n"), "1:![a\"b][c] ", "a stray quote inside a cell"},
        {S_CONST("\"a\"b,c\n"), "1:![a\"b][c] ", "text behind the closing quote"},
        {S_CONST("\"say \"hi\" now\",c\n"), "1:![say \"hi\" now\"][c] ", "quotes not doubled"},
        {S_CONST("a,\"b\" ,c\n"), "1:![a][b\" ][c] ", "a blank behind the closing quote"},
        {S_CONST("caf\xc3\xa9,\xf0\x9f\x98\x80\n"), "1:[café][😀] ", "UTF-8 without a mark"},
        {S_CONST("caf\xe9,\x80 \x93x\x94\n"), "1:[café][€ “x”] ", "Windows-1252"},
        {S_CONST("\xc3\xa9,caf\xe9,x\n"), "1:?[é][caf\xef\xbf\xbd][x] ",
         "UTF-8, then a wrong byte"},
        {S_CONST("\xc3\xa9,\xe2\x82"), "1:?[é][\xef\xbf\xbd] ", "cut inside a character"},
        {S_CONST("\xff\xfe"
                 "a\0,\0\xe9\0\n\0\x3d\xd8\x00\xde"
                 ",\0"
                 "b\0"),
         "1:[a][é] 2:[😀][b] ", "UTF-16LE"},
        {S_CONST("\xfe\xff\0a\0,\0\xe9\0\n\xd8\x3d\xde\x00\0,\0b"), "1:[a][é] 2:[😀][b] ",
         "UTF-16BE"},
        {S_CONST("a\0,\0b\0\n\0"
                 "1\0,\0"
                 "2\0"),
         "1:[a][b] 2:[1][2] ", "UTF-16LE without a mark"},
        {S_CONST("\0a\0,\0b\0\n\0"
                 "1\0,\0"
                 "2"),
         "1:[a][b] 2:[1][2] ", "UTF-16BE without a mark"},
        {S_CONST("\xff\xfe"
                 "a\0\x3d\xd8,\0b"),
         "1:?[a\xef\xbf\xbd][\xef\xbf\xbd] ", "half a pair, half a unit"},
        {S_CONST("\xff\xfes\0e\0p\0=\0,\0\r\0\n\0\"\0a\0\"\0,\0\"\0b\0\"\0"), "2:[a][b] ",
         "as Meta exports a page"},
        {S_CONST("=1+1,'x\n"), "1:[=1+1]['x] ", "formulas are read as they are"},
    };
    auto_buf out;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const ptrdiff_t sizes[] = {1, 2, 3, 5, 1 << 20};
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            struct error error = {0};
            assert_ok(read_all(cases[i].text, sizes[j], 0, &out, &error), &error);
            if (!str_eq(buf_str(&out), str_of(cases[i].expected)))
                fail_msg("%s: got %.*s", cases[i].why, STR_FMT(buf_str(&out)));
        }
    }
}

/* The 64 KiB pieces of the decoder: records, characters and line ends lie across the borders. */
static void
test_pieces(void **state)
{
    (void)state;
    struct error error = {0};
    auto_buf text, out;
    buf_init(&text, 1 << 22);
    buf_init(&out, 1 << 22);
    for (int64_t i = 1; i <= 20000; i++)
        buf_addf(&text, "%lld,\"é\r\n😀\"\"\",\xe2\x82\xac\r\n", (long long)i);
    for (ptrdiff_t shift = 0; shift < 12; shift++) {
        auto_buf shifted;
        buf_init(&shifted, 1 << 22);
        for (ptrdiff_t i = 0; i < shift; i++)
            buf_add_char(&shifted, 'x');
        buf_add(&shifted, S(",,\n"));
        buf_add(&shifted, buf_str(&text));
        str rest = buf_str(&shifted);
        struct csv_source source = csv_from_str(&rest);
        auto_csv reader = NULL;
        assert_ok(csv_open(&source, NULL, &reader, &error), &error);
        int64_t rows = 0;
        for (;;) {
            struct csv_row row;
            bool end;
            assert_ok(csv_next(reader, &row, &end, &error), &error);
            if (end)
                break;
            if (rows > 0) {
                assert_int_equal(row.line, rows * 2);
                assert_int_equal(row.cells_n, 3);
                assert_str("é\r\n😀\"", row.cells[1]);
                assert_str("€", row.cells[2]);
            }
            rows++;
        }
        assert_int_equal(rows, 20001);
        assert_int_equal(csv_bytes_read(reader), shifted.n);
    }
}

static void
test_dialect(void **state)
{
    (void)state;
    struct error error = {0};
    str text = S("\xff\xfe"
                 "a\0;\0b\0\r\0\n\0");
    struct csv_source source = csv_from_str(&text);
    auto_csv reader = NULL;
    assert_ok(csv_open(&source, NULL, &reader, &error), &error);
    struct csv_dialect dialect = csv_dialect(reader);
    assert_int_equal(dialect.encoding, CSV_UTF16LE);
    assert_int_equal(dialect.separator, ';');
    assert_int_equal(dialect.newline, CSV_CRLF);
    assert_true(dialect.had_bom);
    assert_false(dialect.had_separator_line);
}

static void
test_given_separator_wins(void **state)
{
    (void)state;
    struct error error = {0};
    auto_buf out;
    buf_init(&out, 1000);
    assert_ok(read_all(S("a,b;c,d\n"), 1, ';', &out, &error), &error);
    assert_str("1:[a,b][c,d] ", buf_str(&out));
}

static void
test_refusals(void **state)
{
    (void)state;
    static const struct {
        str text;
        enum fault fault;
        const char *part;
    } cases[] = {
        {S_CONST("a,b\n1,2\n3,\"4\n5,6\n"), FAULT_INPUT, "quote opened on line 3 never closes"},
        {S_CONST("a\n\"\n\n\""
                 "\"x"),
         FAULT_INPUT, "quote opened on line 2 never closes"},
        {S_CONST("a,b\n1,\0\n"), FAULT_INPUT, "line 2 holds a NUL byte"},
        {S_CONST("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), FAULT_INPUT, "NUL byte"},
        {S_CONST("PK\x03\x04\x14\0\x06\0"), FAULT_INPUT, "save the sheet as CSV"},
        {S_CONST("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), FAULT_INPUT, "save the sheet as CSV"},
        {S_CONST("%PDF-1.7\n"), FAULT_INPUT, "PDF"},
        {S_CONST("\x1f\x8b\x08\0"), FAULT_INPUT, "unpack"},
        {S_CONST("\n <!DOCTYPE html><html>"), FAULT_INPUT, "web page"},
    };
    auto_buf out;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        assert_fault(cases[i].fault, read_all(cases[i].text, 1, 0, &out, &error), &error,
                     cases[i].part);
    }
}

/* A source that repeats one byte for ever: what a reader without bounds would die of. */
static ptrdiff_t
read_endless(void *ctx, char *p, ptrdiff_t n)
{
    memset(p, *(const char *)ctx, (size_t)n);
    return n;
}

static void
test_bounds(void **state)
{
    (void)state;
    static const struct {
        char byte;
        const char *part;
    } cases[] = {{'x', "cell that starts on line 1 is longer"}, {',', "more than 4096 cells"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        char byte = cases[i].byte;
        struct csv_source source = {read_endless, &byte};
        auto_csv reader = NULL;
        struct csv_row row;
        bool end;
        assert_ok(csv_open(&source, NULL, &reader, &error), &error);
        assert_fault(FAULT_LIMIT, csv_next(reader, &row, &end, &error), &error, cases[i].part);
        /* and stays so */
        struct error again = {0};
        assert_fault(FAULT_LIMIT, csv_next(reader, &row, &end, &again), &again, cases[i].part);
    }
}

static void
test_longest_allowed(void **state)
{
    (void)state;
    struct error error = {0};
    auto_buf text;
    buf_init(&text, 8 << 20);
    for (int cell = 0; cell < 4; cell++) {
        for (int i = 0; i < CSV_CELL_MAX / 16; i++)
            buf_add(&text, S("0123456789abcdef"));
        buf_add_char(&text, cell < 3 ? ',' : '\n');
    }
    str rest = buf_str(&text);
    struct csv_source source = csv_from_str(&rest);
    auto_csv reader = NULL;
    struct csv_row row;
    bool end;
    assert_ok(csv_open(&source, NULL, &reader, &error), &error);
    assert_ok(csv_next(reader, &row, &end, &error), &error);
    assert_int_equal(row.cells_n, 4);
    assert_int_equal(row.cells[3].n, CSV_CELL_MAX);
    csv_close(reader);
    text.n -= 1;
    buf_add(&text, S(",x\n"));
    rest = buf_str(&text);
    assert_ok(csv_open(&source, NULL, &reader, &error), &error);
    assert_fault(FAULT_LIMIT, csv_next(reader, &row, &end, &error), &error,
                 "the row that starts on line 1");
}

static void
test_reading_fails(void **state)
{
    (void)state;
    struct error error = {0};
    auto_buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 20000; i++)
        buf_add(&text, S("a,b,c\n"));
    struct pieces pieces = {buf_str(&text), 1 << 20, true};
    struct csv_source source = {read_piece, &pieces};
    auto_csv reader = NULL;
    struct csv_row row;
    bool end = false;
    assert_ok(csv_open(&source, NULL, &reader, &error), &error);
    enum fault fault;
    while ((fault = csv_next(reader, &row, &end, &error)) == OK)
        assert_false(end); /* a failing disk must not look like the end of the file */
    assert_fault(FAULT_SYSTEM, fault, &error, "cannot be read");
}

static void
test_writing(void **state)
{
    (void)state;
    struct error error = {0};
    auto_buf file, out;
    buf_init(&file, 1 << 16);
    buf_init(&out, 1 << 16);
    csv_write_cell(&file, S("=cmd|' /C calc'!A0"), true);
    csv_write_cell(&file, S("+1"), false);
    csv_write_cell(&file, S("-2"), false);
    csv_write_cell(&file, S("@SUM(A1)"), false);
    csv_write_cell(&file, S("\tx"), false);
    csv_write_cell(&file, S("\rx"), false);
    csv_write_cell(&file, S("\nx"), false);
    csv_write_cell(&file, S("＝1"), false);
    csv_write_cell(&file, S("＋1"), false);
    csv_write_cell(&file, S("－1"), false);
    csv_write_cell(&file, S("＠x"), false);
    csv_write_end(&file);
    csv_write_int(&file, -5, true);
    csv_write_number(&file, -0.25, false);
    csv_write_number(&file, (double)NAN, false);
    csv_write_cell(&file, S("a\"b,\0c"), false);
    csv_write_cell(&file, STR_NONE, false);
    csv_write_end(&file);
    assert_str(
        "\"'=cmd|' /C calc'!A0\",\"'+1\",\"'-2\",\"'@SUM(A1)\",\"'\tx\",\"'\rx\",\"'\nx\","
        "\"'＝1\",\"'＋1\",\"'－1\",\"'＠x\"\r\n"
        "-5,-0.25,,\"a\"\"b,\xef\xbf\xbd"
        "c\",\"\"\r\n",
        buf_str(&file));
    assert_ok(read_all(S("\"a\"\"b,c\",\" x \"\r\n"), 100, ',', &out, &error), &error);
    assert_str("1:[a\"b,c][ x ] ", buf_str(&out));
}

/* What is written comes back as it was, also a text that began with the apostrophe itself. */
static void
test_written_cells_come_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"=1", "'=1", "''=1", "-5",   "'-5", "'",   "''",
                                        "'a", "a'=", "",     "'\tx", "＝1", "'＝1"};
    struct error error = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        auto_buf file;
        buf_init(&file, 1 << 16);
        csv_write_cell(&file, str_of(texts[i]), true);
        csv_write_cell(&file, S("x"), false);
        csv_write_end(&file);
        str rest = buf_str(&file);
        struct csv_source source = csv_from_str(&rest);
        auto_csv reader = NULL;
        struct csv_row row;
        bool end = false;
        assert_ok(csv_open(&source, NULL, &reader, &error), &error);
        assert_ok(csv_next(reader, &row, &end, &error), &error);
        assert_int_equal(2, row.cells_n);
        assert_str(texts[i], csv_cell_written(row.cells[0]));
    }
}

static void
test_fd(void **state)
{
    (void)state;
    struct error error = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a,b\n", 4), 4);
    assert_int_equal(close(ends[1]), 0);
    struct csv_source source = csv_from_fd(ends[0]);
    auto_csv reader = NULL;
    struct csv_row row;
    bool end;
    assert_ok(csv_open(&source, NULL, &reader, &error), &error);
    assert_ok(csv_next(reader, &row, &end, &error), &error);
    assert_str("b", row.cells[1]);
    assert_int_equal(close(ends[0]), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_dialect),
        cmocka_unit_test(test_given_separator_wins),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_longest_allowed),
        cmocka_unit_test(test_reading_fails),
        cmocka_unit_test(test_writing),
        cmocka_unit_test(test_fd),
        cmocka_unit_test(test_written_cells_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
