#include "testdb.h"

#include <sys/resource.h>

#include "base/sanitize.h"
#include "place/media.h"
#include "place/query.h"
#include "place/sniff.h"
#include "place/workspace.h"

/* A reader of bytes in memory that gives a few at a time, as a network does. */
struct bytes {
    const char *p;
    ptrdiff_t n, at, each;
    bool breaks; /* fails at its end */
};

static bool
bytes_read(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    struct bytes *b = ctx;
    ptrdiff_t n = b->n - b->at;
    n = n < max ? n : max;
    n = n < b->each ? n : b->each;
    if (n == 0 && b->breaks)
        return false;
    memcpy(out, b->p + b->at, (size_t)n);
    b->at += n;
    *ret_n = n;
    return true;
}

/* ---- the smallest files of each type ---- */

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define PNG_TAIL "\x08\x02\0\0\0CRC1\0\0\0\4IDATdataCRC2\0\0\0\0IENDCRC3"
static const char png[] = PNG_HEAD "\0\0\1\x40\0\0\0\xf0" PNG_TAIL; /* 320 × 240 */
static const char jpeg[] =
    "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    "\xff\xff\xc0\0\x0b\x08\0\xf0\1\x40\1\1\x11\0" /* SOF0 after a filling byte, one component */
    "\xff\xda\0\x08\1\1\0\0\x3f\0"
    "coded\xff\0more\xff\xd3still\xff\xd9";
static const char gif[] = "GIF89a\x40\1\xf0\0\x80\0\0abcdef"
                          "!\xf9\4\0\0\0\0\0"
                          ",\0\0\0\0\x40\1\xf0\0\0\2\3abc\0;";
static const char webp_lossy[] =
    "RIFF\x1a\0\0\0WEBPVP8 \x0e\0\0\0\x10\x02\0\x9d\1\x2a\x40\1\xf0\0abcd";
static const char webp_extended[] = "RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\1\0\xef\0\0";
static const char webp_lossless[] = "RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x3f\xc1\x3b\0abcde";
#define TKHD_HEAD              \
    "\0\0\0\x5ctkhd\0\0\0\7"   \
    "aaaabbbb\0\0\0\1rrrrdddd" \
    "00000000"                 \
    "LLAAVVRR"
static const char mp4[] = "\0\0\0\x18"
                          "ftypisom\0\0\2\0isommp41"
                          "\0\0\0\x0cmdatfilm"
                          "\0\0\0\x6cmoov\0\0\0\x64trak" TKHD_HEAD "\0\1\0\0\0\0\0\0\0\0\0\0"
                          "\0\0\0\0\0\1\0\0\0\0\0\0"
                          "\0\0\0\0\0\0\0\0\x40\0\0\0"
                          "\1\x40\0\0\0\xf0\0\0";
/* Held upright: the matrix turns it, so that 240 × 320 is what one sees. */
static const char mp4_turned[] =
    "\0\0\0\x14"
    "ftypmp42\0\0\0\0mp42"
    "\0\0\0\x6cmoov\0\0\0\x64trak" TKHD_HEAD "\0\0\0\0\0\1\0\0\0\0\0\0"
    "\xff\xff\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\x40\0\0\0"
    "\1\x40\0\0\0\xf0\0\0"
    "\0\0\0\0mdatto the end";

#define FILE_OF(a)                    \
    (str)                             \
    {                                 \
        (a), (ptrdiff_t)sizeof(a) - 1 \
    }

static const struct {
    str bytes;
    const char *mime;
    int32_t width, height;
} good[] = {
    {{png, sizeof png - 1}, "image/png", 320, 240},
    {{jpeg, sizeof jpeg - 1}, "image/jpeg", 320, 240},
    {{gif, sizeof gif - 1}, "image/gif", 320, 240},
    {{webp_lossy, sizeof webp_lossy - 1}, "image/webp", 320, 240},
    {{webp_extended, sizeof webp_extended - 1}, "image/webp", 320, 240},
    {{webp_lossless, sizeof webp_lossless - 1}, "image/webp", 320, 240},
    {{mp4, sizeof mp4 - 1}, "video/mp4", 320, 240},
    {{mp4_turned, sizeof mp4_turned - 1}, "video/mp4", 240, 320},
};
enum { GOOD_N = sizeof good / sizeof *good };

static int64_t
add_workspace(struct testdb *t)
{
    struct error error = {0};
    const struct workspace w = {0, S("Atelier"), S("Europe/Paris"), LANG_FR, S("EUR"), 1};
    int64_t id = 0;
    assert_ok(workspace_add(&t->propre, &w, &id, &error), &error);
    return id;
}

static enum fault
add(struct testdb *t, int64_t workspace, str bytes, str name, int64_t *ret_id,
    struct error *error)
{
    struct bytes b = {bytes.p, bytes.n, 0, 70000, false};
    const struct media_reader reader = {bytes_read, &b};
    const struct media media = {.workspace = workspace, .name = name, .alt = S("a cat")};
    return media_add(&t->propre, &media, &reader, ret_id, error);
}

static ptrdiff_t
listed(struct testdb *t, int64_t workspace)
{
    struct error error = {0};
    struct media *list = NULL;
    ptrdiff_t n = 0;
    assert_ok(media_list(&t->propre, workspace, &t->keep, &list, &n, &error), &error);
    return n;
}

static void
test_types_and_sizes(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    struct media m;
    testdb_open(&t);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    int64_t workspace = add_workspace(&t), other = add_workspace(&t);
    for (int i = 0; i < GOOD_N; i++) {
        int64_t id = 0, again = 0;
        /* Its name says something else: that is nothing to us. */
        assert_ok(add(&t, workspace, good[i].bytes, S("a/b\\c\x1b[1m.svg"), &id, &error),
                  &error);
        assert_ok(media_get(&t.propre, workspace, id, &t.keep, &m, &error), &error);
        assert_str(good[i].mime, m.mime);
        assert_int_equal(m.width, good[i].width);
        assert_int_equal(m.height, good[i].height);
        assert_int_equal(m.bytes, good[i].bytes.n);
        assert_str("c[1m.svg", m.name);
        assert_str("a cat", m.alt);
        assert_int_equal(m.sha256.n, 64);
        assert_int_equal(m.created_us, t.now.us);
        /* Once only; but another workspace has its own. */
        assert_ok(add(&t, workspace, good[i].bytes, S("other"), &again, &error), &error);
        assert_int_equal(again, id);
        assert_ok(add(&t, other, good[i].bytes, S("other"), &again, &error), &error);
        assert_int_not_equal(again, id);
        assert_fault(FAULT_ABSENT, media_get(&t.propre, other, id, &t.keep, &m, &error), &error,
                     "there is no picture");
        char out[300];
        ptrdiff_t n = 0;
        assert_ok(media_read(&t.propre, id, 0, out, sizeof out, &n, &error), &error);
        assert_true(str_eq((str){out, n}, good[i].bytes));
    }
    assert_int_equal(listed(&t, workspace), GOOD_N);
    db_rollback(t.propre.db);
    testdb_close(&t);
}

/* Half a file is noticed at once, whatever part is missing; and nothing of it stays. */
static void
test_cut_off(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    testdb_open(&t);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    int64_t workspace = add_workspace(&t), id = 0;
    for (int i = 0; i < GOOD_N; i++) {
        bool to_the_end = good[i].bytes.p == mp4_turned; /* its last box has no length */
        bool may_lack_its_end = good[i].bytes.p == gif;
        ptrdiff_t whole = good[i].bytes.n - (may_lack_its_end ? 1 : to_the_end ? 10 : 0);
        for (ptrdiff_t n = 0; n < whole; n++) {
            enum fault fault =
                add(&t, workspace, str_slice(good[i].bytes, 0, n), S("x"), &id, &error);
            if (fault != FAULT_INPUT)
                fail_msg("%s of %td bytes was taken", good[i].mime, n);
        }
    }
    static const char no_size[] = PNG_HEAD "\0\0\0\0\0\0\0\1" PNG_TAIL;
    static const char vast[] = PNG_HEAD "\x7f\xff\xff\xff\0\0\0\1" PNG_TAIL;
    static const char no_scan[] = "\xff\xd8\xff\xc0\0\x0b\x08\0\xf0\1\x40\1\1\x11\0\xff\xd9";
    static const char not_end[] = "\xff\xd8\xff\xe0\0\1\xff\xd9";
    const str bad[] = {FILE_OF(no_size), FILE_OF(vast), FILE_OF(no_scan), FILE_OF(not_end)};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(add(&t, workspace, bad[i], S("x"), &id, &error), FAULT_INPUT);
    assert_int_equal(listed(&t, workspace), 0);
    assert_ok(db_commit(t.propre.db, &error), &error); /* a refused file spoils nothing */
    testdb_close(&t);
}

static void
test_other_types_are_refused(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    static const struct {
        str bytes;
        const char *why;
    } bad[] = {
        {S_CONST(""), "empty"},
        {S_CONST("<svg xmlns='http://www.w3.org/2000/svg'/>"), "SVG"},
        {S_CONST("\n <?xml version='1.0'?><svg/>"), "SVG"},
        {S_CONST("<!DOCTYPE html><html>"), "web page"},
        {S_CONST("\0\0\0\x18"
                 "ftypheic\0\0\0\0mif1heic"),
         "HEIC"},
        {S_CONST("\0\0\0\x1c"
                 "ftypavis\0\0\0\0avifiso8mif1"),
         "AVIF"},
        {S_CONST("\0\0\0\x14"
                 "ftypqt  \0\0\0\0qt  "),
         "QuickTime"},
        {S_CONST("%PDF-1.7"), "none of the types"},
        {S_CONST("BM some bitmap"), "none of the types"},
        {S_CONST("II*\0 some TIFF"), "none of the types"},
        {S_CONST("RIFF\0\0\0\0WAVEfmt "), "none of the types"},
    };
    testdb_open(&t);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    int64_t workspace = add_workspace(&t), id = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fault(FAULT_INPUT, add(&t, workspace, bad[i].bytes, S("x.png"), &id, &error),
                     &error, bad[i].why);
    char name[MEDIA_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    assert_fault(FAULT_INPUT,
                 add(&t, workspace, FILE_OF(png), (str){name, sizeof name}, &id, &error),
                 &error, "255");
    assert_int_equal(listed(&t, workspace), 0);
    /* Alt text: changed for its workspace only, and not without end. */
    assert_ok(add(&t, workspace, FILE_OF(png), S(""), &id, &error), &error);
    assert_ok(media_alt(&t.propre, workspace, id, S("un chat"), &error), &error);
    assert_int_equal(media_alt(&t.propre, workspace + 1, id, S("x"), &error), FAULT_ABSENT);
    char *alt = new (&t.keep, char, MEDIA_ALT_MAX + 1);
    memset(alt, 'a', MEDIA_ALT_MAX + 1);
    assert_fault(FAULT_INPUT,
                 media_alt(&t.propre, workspace, id, (str){alt, MEDIA_ALT_MAX + 1}, &error),
                 &error, "8000");
    struct media m;
    assert_ok(media_get(&t.propre, workspace, id, &t.keep, &m, &error), &error);
    assert_str("un chat", m.alt);
    assert_str("file", m.name);
    /* A source that breaks off is a fault of the system, not a short file. */
    struct bytes breaking = {png, sizeof png - 1, 0, 10, true};
    const struct media_reader reader = {bytes_read, &breaking};
    const struct media media = {.workspace = workspace, .name = S("x")};
    assert_fault(FAULT_SYSTEM, media_add(&t.propre, &media, &reader, &id, &error), &error,
                 "could not be read");
    db_rollback(t.propre.db);
    testdb_close(&t);
}

/* ---- large ones ---- */

/* A PNG of any length that is made as it is read: head, one long chunk, tail. */
struct stream {
    int64_t total, at;
};

static char
stream_byte(int64_t total, int64_t at)
{
    static const char head[] = PNG_HEAD "\0\0\1\x40\0\0\0\xf0\x08\2\0\0\0CRC1LLLLIDAT";
    static const char tail[] = "CRC2\0\0\0\0IENDCRC3";
    const int64_t head_n = sizeof head - 1, tail_n = sizeof tail - 1;
    const int64_t length = total - head_n - tail_n;
    if (at >= head_n - 8 && at < head_n - 4)
        return (char)(length >> (8 * (head_n - 5 - at)));
    if (at < head_n)
        return head[at];
    if (at >= total - tail_n)
        return tail[at - (total - tail_n)];
    return (char)(at * 2654435761u >> 13);
}

static bool
stream_read(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    struct stream *s = ctx;
    ptrdiff_t n = 0;
    for (char *p = out; n < max && s->at < s->total; n++)
        *p++ = stream_byte(s->total, s->at++);
    *ret_n = n;
    return true;
}

static long
peak_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void
test_large_files_pass_in_pieces(void **state)
{
    (void)state;
    enum { TOTAL = 40 << 20, GROWTH_KIB = 24 * 1024 };
    struct testdb t;
    struct error error = {0};
    struct media m;
    testdb_open(&t);
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    int64_t workspace = add_workspace(&t), id = 0;
    long before = peak_kib();
    struct stream stream = {TOTAL, 0};
    const struct media_reader reader = {stream_read, &stream};
    const struct media media = {.workspace = workspace, .name = S("big.png")};
    assert_ok(media_add(&t.propre, &media, &reader, &id, &error), &error);
    assert_ok(media_get(&t.propre, workspace, id, &t.keep, &m, &error), &error);
    assert_int_equal(m.bytes, TOTAL);
    /* Read back in odd parts, each byte is the one that was given. */
    char *part = new (&t.keep, char, MEDIA_PIECE_BYTES * 2);
    int64_t at = 0;
    for (ptrdiff_t n = 1, max = 1; n > 0; at += n) {
        max = max % (MEDIA_PIECE_BYTES * 2) + 77777;
        max = max < MEDIA_PIECE_BYTES * 2 ? max : MEDIA_PIECE_BYTES * 2;
        assert_ok(media_read(&t.propre, id, at, part, max, &n, &error), &error);
        for (ptrdiff_t i = 0; i < n; i++) {
            if (part[i] != stream_byte(TOTAL, at + i))
                fail_msg("byte %lld is another", (long long)(at + i));
        }
    }
    assert_int_equal(at, TOTAL);
    ptrdiff_t n = 1;
    assert_ok(media_read(&t.propre, id, INT64_C(1) << 40, part, 10, &n, &error), &error);
    assert_int_equal(n, 0);
    assert_int_equal(media_read(&t.propre, id + 9, 0, part, 10, &n, &error), FAULT_ABSENT);
    /* SQLite's own cache has 2 MB; a file as a whole would show. */
    long grown = peak_kib() - before;
    if (!SANITIZED && grown > GROWTH_KIB)
        fail_msg("40 MiB passed through %ld KiB of memory", grown);

    stream = (struct stream){(int64_t)MEDIA_BYTES_MAX + 1, 0};
    assert_fault(FAULT_INPUT, media_add(&t.propre, &media, &reader, &id, &error), &error,
                 "longer than 100 MiB");
    assert_int_equal(listed(&t, workspace), 1);
    assert_true(stream.at <= MEDIA_BYTES_MAX + MEDIA_PIECE_BYTES); /* not read to its end */
    db_rollback(t.propre.db);
    testdb_close(&t);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_and_sizes),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_other_types_are_refused),
        cmocka_unit_test(test_large_files_pass_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
