#pragma once
#include "base/csv.h"

enum {
    CSV_RAW_BYTES = 64 * 1024,             /* one read: larger ones are not faster */
    CSV_TEXT_BYTES = CSV_RAW_BYTES * 3 + 8 /* one byte of Windows-1252 becomes at most three */
};

/* Bytes of a file on their way to UTF-8 text. */
struct csv_decoder {
    struct csv_source source;
    enum csv_encoding encoding;
    bool ascii_so_far; /* UTF-8 or Windows-1252: the first accent will tell */
    bool ended;        /* the source gave its last byte */
    bool replaced;     /* some text held U+FFFD, ours or the file's */
    int64_t bytes_read;
    ptrdiff_t raw_n, text_n;
    char raw[CSV_RAW_BYTES];
    char text[CSV_TEXT_BYTES];
};

/*
 * csv_decoder_open(decoder, source, ret_bom, error):
 * Reads the start, finds the encoding, refuses what is plainly another kind of file, and
 * decodes the first piece (without its byte order mark).
 */
must_use enum fault csv_decoder_open(struct csv_decoder *decoder,
                                     const struct csv_source *source, bool *ret_bom,
                                     struct error *error);
/* csv_decoder_fill(decoder, error): the next piece of text; text_n is 0 at the end. */
must_use enum fault csv_decoder_fill(struct csv_decoder *decoder, struct error *error);

/* csv_sniff_separator(sample): which of , ; tab | cuts the sample's records most evenly; , if
 * none. */
char csv_sniff_separator(str sample);
/* csv_sniff_newline(sample): how its first line ends; LF if it has one line only. */
enum csv_newline csv_sniff_newline(str sample);
/* csv_separator_line(sample, ret_separator): the bytes of a leading "sep=;" with its end; 0 if
 * none. */
ptrdiff_t csv_separator_line(str sample, char *ret_separator);
