#include "t.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vips/vips.h>

#include "base/sanitize.h"
#include "outbox/picture.h"
#include "outbox/picture_internal.h"
#include "place/secret.h"

/* The shadow of a sanitizer alone is larger than any bound. */
#define MEMORY_IS_BOUND (!SANITIZED)
/* Pictures this test makes for itself live until it ends, and libvips does not tidy at the end. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:g_realloc\nleak:g_malloc\nleak:libvips";
}

enum { KEEP_BYTES = 256 << 20 };

/*
 * The program under test never calls libvips, and a process that did cannot be forked to use it again (its threads are
 * not in the child). So picture_fit is called in a process that was forked before this one began with libvips; what
 * goes in and comes out lies in memory that both have at the same place.
 */
struct shared {
    str bytes;
    struct picture_limits limits;
    struct picture picture;
    struct error error;
    enum fault fault;
    bool child_left;
    struct arena keep; /* empty at each call */
    char in[PICTURE_BYTES_MAX + 4096];
};
static struct shared *shared;
static int ask[2], told[2];

static void
serve(void)
{
    char byte;
    while (read(ask[0], &byte, 1) == 1) {
        struct arena keep = shared->keep;
        shared->fault = picture_fit(shared->bytes, &shared->limits, &keep, &shared->picture,
                                    &shared->error);
        shared->child_left = waitpid(-1, NULL, WNOHANG) != -1;
        if (write(told[1], &byte, 1) != 1)
            break;
    }
    _exit(0);
}

static void
server_start(void)
{
    const int shares = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory =
        mmap(NULL, sizeof *shared + KEEP_BYTES, PROT_READ | PROT_WRITE, shares, -1, 0);
    assert_true(memory != MAP_FAILED);
    shared = memory;
    shared->keep = (struct arena){(char *)(shared + 1), (char *)(shared + 1) + KEEP_BYTES};
    assert_int_equal(pipe(ask), 0);
    assert_int_equal(pipe(told), 0);
    pid_t server = fork();
    assert_true(server >= 0);
    if (server == 0) {
        (void)close(ask[1]);
        serve();
    }
}

/* picture_fit, over there. */
static enum fault
fit(str bytes, const struct picture_limits *limits, struct picture *ret, struct error *error)
{
    char byte = 0;
    assert_true(bytes.n <= (ptrdiff_t)sizeof shared->in);
    if (bytes.n > 0)
        memcpy(shared->in, bytes.p, (size_t)bytes.n);
    shared->bytes = (str){shared->in, bytes.n};
    shared->limits = *limits;
    assert_int_equal(write(ask[1], &byte, 1), 1);
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_false(shared->child_left);
    if (shared->fault)
        *error = shared->error;
    else
        *ret = shared->picture;
    return shared->fault;
}

/* ---- making pictures, with another program than the one under test would use: libvips in this process ---- */

/* A photograph's worth of detail: gradients and noise, each band its own. */
static VipsImage *
scene(int width, int height, int bands)
{
    VipsImage *noise = NULL, *all = NULL, *bytes = NULL, *copy = NULL;
    VipsImage *each[4] = {NULL};
    for (int i = 0; i < bands; i++) {
        noise = NULL;
        assert_int_equal(vips_gaussnoise(&noise, width, height, "mean", 100.0 + 20 * i, "sigma",
                                         30.0, "seed", 7 + i, NULL),
                         0);
        each[i] = noise;
    }
    assert_int_equal(vips_bandjoin(each, &all, bands, NULL), 0);
    assert_int_equal(vips_cast(all, &bytes, VIPS_FORMAT_UCHAR, NULL), 0);
    assert_int_equal(vips_copy(bytes, &copy, "interpretation",
                               bands == 4 ? VIPS_INTERPRETATION_CMYK : VIPS_INTERPRETATION_sRGB,
                               NULL),
                     0);
    VipsImage *memory = vips_image_copy_memory(copy);
    assert_non_null(memory);
    return memory;
}

static str
jpeg_of(VipsImage *image)
{
    void *p = NULL;
    size_t n = 0;
    assert_int_equal(vips_jpegsave_buffer(image, &p, &n, "Q", 92, NULL), 0);
    return (str){p, (ptrdiff_t)n};
}

static str
png_of(VipsImage *image)
{
    void *p = NULL;
    size_t n = 0;
    assert_int_equal(vips_pngsave_buffer(image, &p, &n, NULL), 0);
    return (str){p, (ptrdiff_t)n};
}

static VipsImage *
opened(str bytes)
{
    VipsImage *image = vips_image_new_from_buffer(bytes.p, (size_t)bytes.n, "", NULL);
    if (!image)
        fail_msg("what came out cannot be opened: %s", vips_error_buffer());
    return image;
}

static bool
said(const struct picture *picture, const char *part)
{
    for (int32_t i = 0; i < picture->notes_n; i++) {
        if (strstr(picture->notes[i].text, part))
            return true;
    }
    return false;
}

static int
value(VipsImage *image, int x, int y, int band)
{
    double *at = NULL;
    int n = 0;
    assert_int_equal(vips_getpoint(image, &at, &n, x, y, NULL), 0);
    assert_true(band < n);
    int v = (int)at[band];
    g_free(at);
    return v;
}

static const struct picture_limits no_limits;

/* ---- what a user would miss ---- */

static void
test_where_it_was_taken_is_gone(void **state)
{
    (void)state;
    struct error error = {0};
    struct picture picture;
    VipsImage *image = scene(600, 400, 3);
    vips_image_set_string(image, "exif-ifd3-GPSLatitude",
                          "48/1 51/1 30/1 (x, Rational, 3 components, 24 bytes)");
    vips_image_set_string(image, "exif-ifd3-GPSLatitudeRef",
                          "N (N, ASCII, 2 components, 2 bytes)");
    vips_image_set_string(image, "exif-ifd0-Make",
                          "CANARYCAMERA (x, ASCII, 13 components, 13 bytes)");
    vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, "<x:xmpmeta>CANARYXMP</x:xmpmeta>", 32);
    str bytes = jpeg_of(image);
    assert_true(str_find(bytes, S("CANARYCAMERA")) > 0); /* the look itself works */
    assert_true(str_find(bytes, S("CANARYXMP")) > 0);
    VipsImage *before = opened(bytes);
    assert_true(vips_image_get_typeof(before, "exif-ifd3-GPSLatitude") != 0);
    assert_ok(fit(bytes, &no_limits, &picture, &error), &error);
    assert_str("image/jpeg", picture.mime);
    assert_int_equal(picture.width, 600);
    assert_int_equal(picture.height, 400);
    assert_int_equal(str_find(picture.bytes, S("CANARY")), -1);
    assert_int_equal(str_find(picture.bytes, S("Exif")), -1);
    assert_int_equal(str_find(picture.bytes, S("GPS")), -1);
    VipsImage *after = opened(picture.bytes);
    assert_true(vips_image_get_typeof(after, VIPS_META_EXIF_NAME) == 0);
    assert_true(vips_image_get_typeof(after, VIPS_META_XMP_NAME) == 0);
    assert_true(said(&picture, "location and camera data removed"));
    assert_false(said(&picture, "smaller"));
    /* Of one that tells nothing, nothing is said. */
    void *p = NULL;
    size_t n = 0;
    assert_int_equal(vips_jpegsave_buffer(scene(60, 40, 3), &p, &n, "strip", TRUE, NULL), 0);
    assert_ok(fit((str){p, (ptrdiff_t)n}, &no_limits, &picture, &error), &error);
    assert_int_equal(picture.notes_n, 0);
}

static void
test_it_fits(void **state)
{
    (void)state;
    struct error error = {0};
    struct picture picture;
    str bytes = jpeg_of(scene(1500, 1000, 3));
    const struct picture_limits wide = {.width_max = 800};
    assert_ok(fit(bytes, &wide, &picture, &error), &error);
    assert_int_equal(picture.width, 800);
    assert_int_equal(picture.height, 533);
    assert_true(said(&picture, "made smaller"));
    assert_int_equal(picture.notes[0].args_n, 4);
    assert_str("1500", picture.notes[0].args[0]);
    assert_str("533", picture.notes[0].args[3]);
    static const int64_t sizes[] = {250000, 75000, 25000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct picture_limits limits = {.bytes_max = sizes[i], .width_max = 1000};
        assert_ok(fit(bytes, &limits, &picture, &error), &error);
        assert_true(picture.bytes.n <= sizes[i]);
        assert_true(picture.bytes.n > sizes[i] / 4); /* no more is given up than need be */
        VipsImage *after = opened(picture.bytes);
        assert_int_equal(vips_image_get_width(after), picture.width);
        assert_int_equal(vips_image_get_height(after), picture.height);
    }
    const struct picture_limits few = {.pixels_max = 250000};
    assert_ok(fit(bytes, &few, &picture, &error), &error);
    assert_true((int64_t)picture.width * picture.height <= 251000);
    const struct picture_limits none = {.bytes_max = 100};
    assert_fault(FAULT_LIMIT, fit(bytes, &none, &picture, &error), &error, "small enough");
}

static void
test_upright(void **state)
{
    (void)state;
    struct error error = {0};
    struct picture picture;
    VipsImage *black = NULL, *image = NULL;
    assert_int_equal(vips_black(&black, 300, 200, "bands", 3, NULL), 0);
    image = vips_image_copy_memory(black);
    assert_int_equal(vips_draw_rect1(image, 250, 0, 0, 60, 60, "fill", TRUE, NULL),
                     0);                                 /* at the left, above */
    vips_image_set_int(image, VIPS_META_ORIENTATION, 6); /* to be turned right by a quarter */
    vips_image_set_int(image, "interpretation", VIPS_INTERPRETATION_sRGB);
    assert_ok(fit(jpeg_of(image), &no_limits, &picture, &error), &error);
    assert_int_equal(picture.width, 200);
    assert_int_equal(picture.height, 300);
    VipsImage *after = opened(picture.bytes);
    assert_true(value(after, 190, 10, 0) > 200); /* now at the right, above */
    assert_true(value(after, 10, 10, 0) < 60);
    assert_false(said(&picture, "smaller"));
}

static void
test_transparency(void **state)
{
    (void)state;
    static const char *const jpeg_only[] = {"image/jpeg", NULL};
    static const char *const png_only[] = {"image/png"};
    static const char *const others[] = {"image/webp", "video/mp4"};
    struct error error = {0};
    struct picture picture;
    VipsImage *black = NULL, *image = NULL, *typed = NULL;
    assert_int_equal(vips_black(&black, 200, 100, "bands", 4, NULL), 0);
    assert_int_equal(vips_copy(black, &typed, "interpretation", VIPS_INTERPRETATION_sRGB, NULL),
                     0);
    image = vips_image_copy_memory(typed);
    double red[] = {255, 0, 0, 255};
    assert_int_equal(vips_draw_rect(image, red, 4, 0, 0, 50, 100, "fill", TRUE, NULL), 0);
    str bytes = png_of(image);
    assert_ok(fit(bytes, &no_limits, &picture, &error), &error);
    assert_str("image/png", picture.mime);
    VipsImage *after = opened(picture.bytes);
    assert_true(vips_image_hasalpha(after));
    assert_int_equal(value(after, 150, 50, 3), 0);
    assert_int_equal(value(after, 10, 50, 0), 255);
    assert_int_equal(value(after, 10, 50, 3), 255);
    /* Where only JPEG is taken: on white, and it is said. */
    const struct picture_limits limits = {.mimes = jpeg_only, .mimes_n = 2};
    assert_ok(fit(bytes, &limits, &picture, &error), &error);
    assert_str("image/jpeg", picture.mime);
    after = opened(picture.bytes);
    assert_true(value(after, 150, 50, 0) > 245 && value(after, 150, 50, 1) > 245);
    assert_true(value(after, 10, 50, 0) > 200 && value(after, 10, 50, 1) < 60);
    assert_true(said(&picture, "saved as JPEG") && said(&picture, "white"));
    const struct picture_limits png_limits = {.mimes = png_only, .mimes_n = 1};
    assert_ok(fit(jpeg_of(scene(90, 60, 3)), &png_limits, &picture, &error), &error);
    assert_str("image/png", picture.mime);
    const struct picture_limits other_limits = {.mimes = others, .mimes_n = 2};
    assert_fault(FAULT_LIMIT, fit(bytes, &other_limits, &picture, &error), &error, "neither");
    /* A PNG that is too heavy as one becomes a JPEG of the same size. */
    str heavy = png_of(scene(800, 600, 3));
    const struct picture_limits light = {.bytes_max = heavy.n / 2};
    assert_ok(fit(heavy, &light, &picture, &error), &error);
    assert_str("image/jpeg", picture.mime);
    assert_int_equal(picture.width, 800);
}

static void
test_other_colours_and_types(void **state)
{
    (void)state;
    struct error error = {0};
    struct picture picture;
    /* CMYK, as a printer's file: no network shows it right. */
    assert_ok(fit(jpeg_of(scene(300, 200, 4)), &no_limits, &picture, &error), &error);
    VipsImage *after = opened(picture.bytes);
    assert_int_equal(vips_image_get_bands(after), 3);
    assert_int_equal(vips_image_get_interpretation(after), VIPS_INTERPRETATION_sRGB);
    void *p = NULL;
    size_t n = 0;
    assert_int_equal(vips_webpsave_buffer(scene(300, 200, 3), &p, &n, NULL), 0);
    assert_ok(fit((str){p, (ptrdiff_t)n}, &no_limits, &picture, &error), &error);
    assert_str("image/jpeg", picture.mime);
    assert_true(said(&picture, "saved as JPEG"));
    /* Two frames: the first stays. */
    static const char gif[] = "GIF89a\2\0\2\0\x80\0\0\xff\0\0\0\xff\0"
                              "!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
                              "!\xf9\4\0\x0a\0\0\0,\0\0\0\0\2\0\2\0\0\2\2\x84\x51\0"
                              "!\xf9\4\0\x0a\0\0\0,\0\0\0\0\2\0\2\0\0\2\2\x8c\x53\0;";
    assert_ok(fit((str){gif, sizeof gif - 1}, &no_limits, &picture, &error), &error);
    assert_int_equal(picture.height, 2);
    assert_str("image/png", picture.mime);
    assert_true(said(&picture, "first frame"));
}

/* ---- what strangers send ---- */

static void
test_bad_files(void **state)
{
    (void)state;
    struct error error = {0};
    struct picture picture;
    static const char vast[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x9c\x40\0\0\x9c\x40\x08\2\0\0\0CRC1"
        "\0\0\0\4IDATdataCRC2\0\0\0\0IENDCRC3";
    assert_fault(FAULT_INPUT, fit((str){vast, sizeof vast - 1}, &no_limits, &picture, &error),
                 &error, "40000 × 40000");
    assert_fault(FAULT_INPUT, fit(S(""), &no_limits, &picture, &error), &error, "empty");
    assert_fault(FAULT_INPUT,
                 fit(S("<html><img src=x.png></html>"), &no_limits, &picture, &error), &error,
                 "web page");
    assert_fault(FAULT_INPUT, fit(S("<svg/>"), &no_limits, &picture, &error), &error, "SVG");
    char *large = calloc(1, PICTURE_BYTES_MAX + 1);
    assert_fault(FAULT_INPUT,
                 fit((str){large, PICTURE_BYTES_MAX + 1}, &no_limits, &picture, &error), &error,
                 "20 MiB");
    free(large);
    /* Its structure is right, and its data are rubbish: only the decoder sees it. */
    str good = png_of(scene(200, 150, 3));
    char *spoilt = malloc((size_t)good.n);
    assert_non_null(spoilt);
    memcpy(spoilt, good.p, (size_t)good.n);
    memset(spoilt + good.n / 2, 0x55, 200);
    assert_fault(FAULT_INPUT, fit((str){spoilt, good.n}, &no_limits, &picture, &error), &error,
                 "damaged");
    free(spoilt);
    /* Says 9,000 × 5,000, holds nothing. */
    static const char hollow[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x23\x28\0\0\x13\x88\x08\2\0\0\0CRC1"
        "\0\0\0\4IDATdataCRC2\0\0\0\0IENDCRC3";
    assert_fault(FAULT_INPUT,
                 fit((str){hollow, sizeof hollow - 1}, &no_limits, &picture, &error), &error,
                 "damaged");
}

static void
test_cut_off(void **state)
{
    (void)state;
    enum { STEPS = 97 };
    struct error error = {0};
    struct picture picture;
    const str files[] = {jpeg_of(scene(120, 80, 3)), png_of(scene(60, 40, 3))};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (ptrdiff_t n = 0; n < files[i].n; n += files[i].n / STEPS + 1) {
            assert_int_equal(fit(str_slice(files[i], 0, n), &no_limits, &picture, &error),
                             FAULT_INPUT);
        }
    }
}

/* ---- the walls ---- */

/* What one who took the decoder over would try. */
static void
test_the_child_is_confined(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!picture_bound() || !picture_confine())
            _exit(1);
        if (open("/etc/passwd", O_RDONLY) >= 0 ||
            open("/tmp/propre-x", O_CREAT | O_RDWR, 0600) >= 0)
            _exit(2);
        if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
            _exit(3);
        if (kill(getppid(), 0) == 0)
            _exit(4);
        char *const words[] = {NULL};
        (void)execve("/bin/true", words, words);
        if (mmap(NULL, (size_t)PICTURE_CHILD_BYTES_MAX + (64 << 20), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
            _exit(MEMORY_IS_BOUND ? 5 : 0);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(int argc, char **argv)
{
    (void)argc;
    secret_start();
    server_start();
    if (VIPS_INIT(argv[0]))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_it_was_taken_is_gone),
        cmocka_unit_test(test_it_fits),
        cmocka_unit_test(test_upright),
        cmocka_unit_test(test_transparency),
        cmocka_unit_test(test_other_colours_and_types),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_the_child_is_confined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
