#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <vips/vips.h>

#include "outbox/picture_internal.h"

/*
 * Runs in the child only. libvips is loaded here rather than linked: it brings a hundred libraries, which would cost
 * every start of the program 50 ms and be in the parent, where nobody wants them.
 */

enum {
    ANSWER_OPEN = 3, /* the one descriptor that stays open besides the three of /dev/null */
    SIZES_MAX =
        10 /* each has 0.8 of the one before: 0.13 at the end; less is no picture of it */
};

struct vips {
    typeof(&vips_init) init;
    typeof(&vips_block_untrusted_set) block_untrusted_set;
    typeof(&vips_concurrency_set) concurrency_set;
    typeof(&vips_cache_set_max) cache_set_max;
    typeof(&vips_jpegload_buffer) jpegload_buffer;
    typeof(&vips_pngload_buffer) pngload_buffer;
    typeof(&vips_webpload_buffer) webpload_buffer;
    typeof(&vips_gifload_buffer) gifload_buffer;
    typeof(&vips_thumbnail_image) thumbnail_image;
    typeof(&vips_colourspace) colourspace;
    typeof(&vips_flatten) flatten;
    typeof(&vips_array_double_newv) array_double_newv;
    typeof(&vips_image_copy_memory) image_copy_memory;
    typeof(&vips_image_get_width) image_get_width;
    typeof(&vips_image_get_height) image_get_height;
    typeof(&vips_image_get_typeof) image_get_typeof;
    typeof(&vips_image_get_n_pages) image_get_n_pages;
    typeof(&vips_image_get_interpretation) image_get_interpretation;
    typeof(&vips_image_hasalpha) image_hasalpha;
    typeof(&vips_jpegsave_buffer) jpegsave_buffer;
    typeof(&vips_pngsave_buffer) pngsave_buffer;
};

static bool
vips_load(struct vips *vips)
{
    static const char *const names[] = {"vips_init",
                                        "vips_block_untrusted_set",
                                        "vips_concurrency_set",
                                        "vips_cache_set_max",
                                        "vips_jpegload_buffer",
                                        "vips_pngload_buffer",
                                        "vips_webpload_buffer",
                                        "vips_gifload_buffer",
                                        "vips_thumbnail_image",
                                        "vips_colourspace",
                                        "vips_flatten",
                                        "vips_array_double_newv",
                                        "vips_image_copy_memory",
                                        "vips_image_get_width",
                                        "vips_image_get_height",
                                        "vips_image_get_typeof",
                                        "vips_image_get_n_pages",
                                        "vips_image_get_interpretation",
                                        "vips_image_hasalpha",
                                        "vips_jpegsave_buffer",
                                        "vips_pngsave_buffer"};
    enum { NAMES_N = sizeof names / sizeof *names };
    _Static_assert(sizeof *vips == NAMES_N * sizeof(void *), "a name for each, in their order");
    void *library = dlopen("libvips.so.42", RTLD_NOW | RTLD_LOCAL);
    void *functions[NAMES_N];
    for (size_t i = 0; i < NAMES_N; i++) {
        functions[i] = library ? dlsym(library, names[i]) : NULL;
        if (!functions[i])
            return false;
    }
    memcpy((void *)vips, (const void *)functions, sizeof *vips);
    return true;
}

/* ---- answering ---- */

static bool
write_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static _Noreturn void
answer(const struct picture_answer *head, const void *bytes)
{
    bool done = write_all(ANSWER_OPEN, head, sizeof *head) &&
                write_all(ANSWER_OPEN, bytes, (size_t)head->bytes);
    _exit(done ? 0 : 1); /* nothing of the parent's is to be tidied here */
}

static _Noreturn void
give_up(enum picture_outcome outcome)
{
    const struct picture_answer head = {.outcome = (int32_t)outcome};
    answer(&head, NULL);
}

/* ---- decoding ---- */

/* Each by its own loader: libvips is never asked to guess among those it has. */
static bool
load(const struct vips *vips, const struct picture_order *order, VipsImage **ret)
{
    void *bytes = NULL;
    memcpy((void *)&bytes, (const void *)&order->bytes.p,
           sizeof bytes); /* its interface lacks a const */
    size_t n = (size_t)order->bytes.n;
    int code = -1;
    switch (order->type) {
    case SNIFF_JPEG:
        code = vips->jpegload_buffer(bytes, n, ret, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                     VIPS_FAIL_ON_ERROR, NULL);
        break;
    case SNIFF_PNG:
        code = vips->pngload_buffer(bytes, n, ret, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                    VIPS_FAIL_ON_ERROR, NULL);
        break;
    case SNIFF_WEBP:
        code =
            vips->webpload_buffer(bytes, n, ret, "n", 1, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
        break;
    case SNIFF_GIF:
        code = vips->gifload_buffer(bytes, n, ret, "n", 1, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
        break;
    case SNIFF_MP4:
    case SNIFF_OTHER:
        break;
    }
    return code == 0;
}

static bool
tells_more(const struct vips *vips, const VipsImage *image)
{
    return vips->image_get_typeof(image, VIPS_META_EXIF_NAME) ||
           vips->image_get_typeof(image, VIPS_META_XMP_NAME) ||
           vips->image_get_typeof(image, VIPS_META_IPTC_NAME);
}

/* Colours that mean something else than sRGB's; others must pass unchanged, which a profile would not do exactly. */
static bool
profiled(const struct vips *vips, const VipsImage *image)
{
    return vips->image_get_typeof(image, VIPS_META_ICC_NAME) != 0 ||
           vips->image_get_interpretation(image) == VIPS_INTERPRETATION_CMYK;
}

/* ${share} of the largest size that is accepted, upright, sRGB, in memory. */
static bool
render(const struct vips *vips, const struct picture_order *order, double share,
       VipsImage **ret, struct picture_answer *head)
{
    VipsImage *image = NULL, *small = NULL, *plain = NULL;
    if (!load(vips, order, &image))
        return false;
    double w = vips->image_get_width(image), h = vips->image_get_height(image);
    head->was_width = (int32_t)w;
    head->was_height = (int32_t)h;
    head->had_words = tells_more(vips, image);
    head->first_frame = vips->image_get_n_pages(image) > 1;
    double scale = 1, long_side = w > h ? w : h;
    if (order->width_max > 0 && long_side > order->width_max)
        scale = order->width_max / long_side;
    if (order->pixels_max > 0 && w * h * scale * scale > (double)order->pixels_max)
        scale = sqrt((double)order->pixels_max / (w * h));
    int side = (int)(long_side * scale * share);
    if (side < 1 ||
        vips->thumbnail_image(image, &small, side, "height", side, "size", VIPS_SIZE_DOWN,
                              profiled(vips, image) ? "export_profile" : NULL, "srgb", NULL) ||
        vips->colourspace(small, &plain, VIPS_INTERPRETATION_sRGB, NULL))
        return false;
    *ret = vips->image_copy_memory(plain);
    return *ret != NULL;
}

/* ---- making it fit ---- */

struct saved {
    void *bytes;
    size_t n;
};

static bool
fits(const struct picture_order *order, const struct saved *saved)
{
    return order->bytes_max == 0 || saved->n <= (size_t)order->bytes_max;
}

static bool
save_png(const struct vips *vips, VipsImage *image, struct saved *ret)
{
    return vips->pngsave_buffer(image, &ret->bytes, &ret->n, "strip", TRUE, "compression", 8,
                                NULL) == 0;
}

/* The best quality that fits; false: none does. */
static bool
save_jpeg(const struct vips *vips, const struct picture_order *order, VipsImage *image,
          struct saved *ret)
{
    static const int qualities[] = {90, 82, 74, 66};
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++) {
        if (vips->jpegsave_buffer(image, &ret->bytes, &ret->n, "strip", TRUE, "Q", qualities[i],
                                  "optimize_coding", TRUE, NULL))
            give_up(PICTURE_UNREADABLE);
        if (fits(order, ret))
            return true;
    }
    return false;
}

static VipsImage *
on_white(const struct vips *vips, VipsImage *image)
{
    VipsImage *flat = NULL;
    VipsArrayDouble *white = vips->array_double_newv(1, 255.0);
    if (vips->flatten(image, &flat, "background", white, NULL))
        give_up(PICTURE_UNREADABLE);
    return flat;
}

/* One size in the types that are accepted; false: it does not fit in any. */
static bool
save(const struct vips *vips, const struct picture_order *order, VipsImage *image,
     struct picture_answer *head, struct saved *ret)
{
    bool alpha = vips->image_hasalpha(image);
    bool drawn = alpha || order->type == SNIFF_PNG || order->type == SNIFF_GIF;
    if (order->png && (drawn || !order->jpeg)) {
        if (!save_png(vips, image, ret))
            give_up(PICTURE_UNREADABLE);
        head->is_png = 1;
        if (fits(order, ret))
            return true;
    }
    if (!order->jpeg)
        return false;
    head->is_png = 0;
    head->lost_alpha = alpha;
    return save_jpeg(vips, order, alpha ? on_white(vips, image) : image, ret);
}

static _Noreturn void
fit(const struct vips *vips, const struct picture_order *order)
{
    struct picture_answer head = {.outcome = PICTURE_DONE};
    struct saved saved = {0};
    double share = 1;
    for (int i = 0; i < SIZES_MAX; i++, share *= 0.8) {
        VipsImage *image = NULL;
        if (!render(vips, order, share, &image, &head))
            give_up(PICTURE_UNREADABLE);
        if (save(vips, order, image, &head, &saved)) {
            head.width = vips->image_get_width(image);
            head.height = vips->image_get_height(image);
            head.bytes = (int64_t)saved.n;
            answer(&head, saved.bytes);
        }
    }
    give_up(PICTURE_TOO_LARGE);
}

/* The answer's descriptor and /dev/null: nothing of the parent's data, sockets and files. */
static bool
close_all_but(int fd)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return false;
    int moved = fcntl(fd, F_DUPFD, 100); /* out of the way of 0 to 3 */
    bool done = moved >= 0;
    for (int i = 0; i < ANSWER_OPEN; i++)
        done = done && dup2(null, i) == i;
    return done && dup2(moved, ANSWER_OPEN) == ANSWER_OPEN &&
           close_range(ANSWER_OPEN + 1, ~0U, 0) == 0;
}

void
picture_child(const struct picture_order *order, int fd)
{
    struct vips vips;
    if (!close_all_but(fd))
        _exit(1);
    (void)prctl(PR_SET_PDEATHSIG, 9); /* SIGKILL: nobody would read the answer */
    (void)prctl(PR_SET_DUMPABLE, 0);  /* as good as it can be */
    if (!vips_load(&vips) || vips.init("propre"))
        give_up(PICTURE_NO_LIBRARY);
    vips.block_untrusted_set(TRUE);
    vips.concurrency_set(1);
    vips.cache_set_max(0);
    if (!picture_bound() || !picture_confine())
        give_up(PICTURE_NO_SANDBOX);
    fit(&vips, order);
}
