#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/csv_internal.h"
#include "base/text.h"

/* Windows-1252, 0x80 to 0x9f. Source: WHATWG Encoding Standard, index windows-1252. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

/* Fills raw from the source, up to its size or the end of the source. */
static enum fault
read_raw(struct csv_decoder *d, struct error *error)
{
    while (!d->ended && d->raw_n < CSV_RAW_BYTES) {
        ptrdiff_t n =
            d->source.read(d->source.ctx, d->raw + d->raw_n, CSV_RAW_BYTES - d->raw_n);
        if (n < 0)
            return fail(error, FAULT_SYSTEM, "the file cannot be read");
        assert(n <= CSV_RAW_BYTES - d->raw_n);
        d->ended = n == 0;
        d->raw_n += n;
        d->bytes_read += n;
    }
    return OK;
}

static void
put(struct csv_decoder *d, int32_t code)
{
    if (code < 0)
        code = 0xfffd;
    if (code == 0xfffd)
        d->replaced = true;
    d->text_n += utf8_put(d->text + d->text_n, code);
}

/* The bytes at the start of s that are ASCII. */
static ptrdiff_t
ascii_run(str s)
{
    ptrdiff_t i = 0;
    for (uint64_t eight; i + 8 <= s.n; i += 8) {
        memcpy(&eight, s.p + i, 8);
        if (eight & 0x8080808080808080u)
            break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

static void
copy_ascii(struct csv_decoder *d, str *s)
{
    ptrdiff_t plain = ascii_run(*s);
    memcpy(d->text + d->text_n, s->p, (size_t)plain);
    d->text_n += plain;
    *s = str_slice(*s, plain, s->n);
}

static void
decode_windows_1252(struct csv_decoder *d, str *s)
{
    while (s->n > 0) {
        copy_ascii(d, s);
        if (s->n == 0)
            return;
        unsigned char c = (unsigned char)s->p[0];
        put(d, c < 0xa0 ? windows_1252[c - 0x80] : c);
        *s = str_slice(*s, 1, s->n);
    }
}

static void
decode_utf8(struct csv_decoder *d, str *s)
{
    while (s->n > 0) {
        copy_ascii(d, s);
        if (s->n == 0)
            return;
        str rest = *s;
        int32_t code;
        utf8_take(&rest, &code);
        if (code < 0 && rest.n == 0 && !d->ended)
            return; /* perhaps only cut by the end of the piece: wait for more */
        if (code < 0 && d->ascii_so_far) {
            d->encoding = CSV_WINDOWS_1252;
            decode_windows_1252(d, s);
            return;
        }
        d->ascii_so_far = false;
        put(d, code);
        *s = rest;
    }
}

static int32_t
unit(const struct csv_decoder *d, str s)
{
    int32_t a = (unsigned char)s.p[0], b = (unsigned char)s.p[1];
    return d->encoding == CSV_UTF16LE ? a | b << 8 : a << 8 | b;
}

static void
decode_utf16(struct csv_decoder *d, str *s)
{
    while (s->n >= 2) {
        int32_t code = unit(d, *s);
        ptrdiff_t used = 2;
        if (code >= 0xd800 && code <= 0xdfff) {
            if (s->n < 4 && !d->ended)
                return;
            int32_t second = s->n >= 4 ? unit(d, str_slice(*s, 2, s->n)) : 0;
            bool pair = code <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
            code = pair ? 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00) : -1;
            used = pair ? 4 : 2;
        }
        put(d, code);
        *s = str_slice(*s, used, s->n);
    }
    if (s->n == 1 && d->ended) {
        put(d, -1);
        *s = str_slice(*s, 1, s->n);
    }
}

static void
decode(struct csv_decoder *d)
{
    str s = {d->raw, d->raw_n};
    d->text_n = 0;
    switch (d->encoding) {
    case CSV_UTF8:
        decode_utf8(d, &s);
        break;
    case CSV_UTF16LE:
    case CSV_UTF16BE:
        decode_utf16(d, &s);
        break;
    case CSV_WINDOWS_1252:
        decode_windows_1252(d, &s);
        break;
    }
    assert(d->text_n <= CSV_TEXT_BYTES);
    if (s.n > 0)
        memmove(d->raw, s.p, (size_t)s.n);
    d->raw_n = s.n;
}

enum fault
csv_decoder_fill(struct csv_decoder *decoder, struct error *error)
{
    enum fault fault = read_raw(decoder, error);
    if (fault == OK)
        decode(decoder);
    return fault;
}

/* UTF-16 without a mark: mostly Latin text shows as a NUL in every other byte. */
static bool
looks_utf16(str s, enum csv_encoding *ret)
{
    ptrdiff_t sample = s.n < 4096 ? s.n : 4096, zeros[2] = {0, 0};
    for (ptrdiff_t i = 0; i < sample; i++)
        zeros[i % 2] += s.p[i] == '\0';
    ptrdiff_t many = sample / 4, few = sample / 100; /* half of the pairs; one in fifty */
    bool even = zeros[0] > many && zeros[1] <= few, odd = zeros[1] > many && zeros[0] <= few;
    if (!even && !odd)
        return false;
    *ret = odd ? CSV_UTF16LE : CSV_UTF16BE;
    return true;
}

/* What people pick instead of a CSV file, by its first bytes. */
static enum fault
refuse_other_kinds(str s, struct error *error)
{
    if (str_starts(s, S("PK\x03\x04")) || str_starts(s, S("\xd0\xcf\x11\xe0"))) {
        return fail(error, FAULT_INPUT,
                    "this is an Excel workbook or a ZIP archive, not a CSV file; open it and "
                    "save the sheet as CSV");
    }
    if (str_starts(s, S("%PDF")))
        return fail(error, FAULT_INPUT,
                    "this is a PDF document, not a CSV file; export the figures as CSV");
    if (str_starts(s, S("\x1f\x8b")) || str_starts(s, S("BZh")) ||
        str_starts(s, S("\xfd"
                        "7zXZ")))
        return fail(error, FAULT_INPUT, "this is a compressed file; unpack it first");
    str head = str_trim(str_slice(s, 0, 512));
    if (str_eq_ascii_case(str_slice(head, 0, 9), S("<!doctype")) ||
        str_eq_ascii_case(str_slice(head, 0, 5), S("<html"))) {
        return fail(error, FAULT_INPUT,
                    "this is a web page, not a CSV file; sign in to the network again and "
                    "repeat the export");
    }
    return OK;
}

enum fault
csv_decoder_open(struct csv_decoder *decoder, const struct csv_source *source, bool *ret_bom,
                 struct error *error)
{
    struct csv_decoder *d = decoder;
    d->source = *source;
    d->encoding = CSV_UTF8;
    d->ascii_so_far = true;
    enum fault fault = read_raw(d, error);
    if (fault != OK)
        return fault;
    str s = {d->raw, d->raw_n};
    static const struct {
        str mark;
        enum csv_encoding encoding;
    } marks[] = {{S_CONST("\xef\xbb\xbf"), CSV_UTF8},
                 {S_CONST("\xff\xfe"), CSV_UTF16LE},
                 {S_CONST("\xfe\xff"), CSV_UTF16BE}};
    *ret_bom = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !*ret_bom; i++) {
        if (str_starts(s, marks[i].mark)) {
            *ret_bom = true;
            d->encoding = marks[i].encoding;
            d->ascii_so_far = false;
            d->raw_n -= marks[i].mark.n;
            memmove(d->raw, d->raw + marks[i].mark.n, (size_t)d->raw_n);
        }
    }
    if (!*ret_bom) {
        fault = refuse_other_kinds(s, error);
        if (fault != OK)
            return fault;
        (void)looks_utf16(s, &d->encoding); /* leaves UTF-8 when not */
    }
    decode(d);
    return OK;
}

static ptrdiff_t
read_fd(void *ctx, char *p, ptrdiff_t n)
{
    ssize_t got;
    do {
        got = read((int)(intptr_t)ctx, p, (size_t)n);
    } while (got < 0 && errno == EINTR);
    return got;
}

struct csv_source
csv_from_fd(int fd)
{
    return (struct csv_source){read_fd, (void *)(intptr_t)fd};
}

static ptrdiff_t
read_str(void *ctx, char *p, ptrdiff_t n)
{
    str *s = ctx;
    n = n < s->n ? n : s->n;
    if (n > 0)
        memcpy(p, s->p, (size_t)n);
    *s = str_slice(*s, n, s->n);
    return n;
}

struct csv_source
csv_from_str(str *s)
{
    return (struct csv_source){read_str, s};
}
