#include "outbox/picture.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/translate.h"
#include "outbox/picture_internal.h"

/* ---- before anything is decoded ---- */

static bool
memory_at(void *ctx, int64_t offset, void *out, ptrdiff_t n)
{
    const str *bytes = ctx;
    memcpy(out, bytes->p + offset, (size_t)n);
    return true;
}

static enum fault
look(str bytes, enum sniff_type *ret_type, struct error *error)
{
    if (bytes.n > PICTURE_BYTES_MAX)
        return fail(error, FAULT_INPUT, "the picture is larger than %d MiB",
                    PICTURE_BYTES_MAX >> 20);
    enum sniff_type type = sniff_type(bytes);
    if (type == SNIFF_OTHER)
        return sniff_refuse(str_slice(bytes, 0, SNIFF_HEAD_BYTES), error);
    if (type == SNIFF_MP4)
        return fail(error, FAULT_INPUT, "that is a film, not a picture");
    const struct sniff_source source = {memory_at, &bytes, bytes.n};
    int32_t width = 0, height = 0;
    if (sniff_size(&source, type, &width, &height, error))
        return error->fault;
    if ((int64_t)width * height > PICTURE_PIXELS_MAX)
        return fail(error, FAULT_INPUT,
                    "the picture has %d × %d pixels, more than %d million: make it smaller",
                    width, height, PICTURE_PIXELS_MAX / 1000000);
    *ret_type = type;
    return OK;
}

static bool
accepts(const struct picture_limits *limits, const char *mime)
{
    for (int32_t i = 0; i < limits->mimes_n && limits->mimes[i]; i++) {
        if (strcmp(limits->mimes[i], mime) == 0)
            return true;
    }
    return limits->mimes_n == 0;
}

/* ---- the child's answer ---- */

static int64_t
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Exactly n bytes before ${until_ms}; false when they do not come. */
static bool
read_all(int fd, void *out, ptrdiff_t n, int64_t until_ms)
{
    char *p = out;
    while (n > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int64_t left = until_ms - now_ms();
        if (left <= 0)
            return false;
        int ready = poll(&wait, 1, (int)left);
        ssize_t got = ready > 0 ? read(fd, p, (size_t)n) : -1;
        if (got < 0 && (ready == 0 || (errno != EINTR && errno != EAGAIN)))
            return false;
        if (got == 0)
            return false;
        if (got > 0) {
            p += got;
            n -= got;
        }
    }
    return true;
}

/* What a process says that may have been taken over: believed only as far as it cannot do harm. */
static bool
answer_sane(const struct picture_answer *head, const struct picture_order *order)
{
    return head->bytes > 0 && head->bytes <= order->bytes_max && head->width > 0 &&
           head->height > 0 && head->width <= SNIFF_SIDE_MAX &&
           head->height <= SNIFF_SIDE_MAX && (head->is_png ? order->png : order->jpeg);
}

static enum fault
answer_fault(int32_t outcome, struct error *error)
{
    switch (outcome) {
    case PICTURE_TOO_LARGE:
        return fail(error, FAULT_LIMIT,
                    "the picture cannot be made small enough for the network");
    case PICTURE_NO_LIBRARY:
        return fail(error, FAULT_AWAY,
                    "pictures cannot be adapted: the library libvips is not installed (package "
                    "libvips42)");
    case PICTURE_NO_SANDBOX:
        return fail(error, FAULT_SYSTEM,
                    "pictures cannot be adapted: this machine does not allow to confine the "
                    "program that reads them (seccomp)");
    default:
        return fail(error, FAULT_INPUT,
                    "the picture could not be read: it is damaged, or takes too much to open");
    }
}

static enum fault
receive(int fd, const struct picture_order *order, struct arena *keep,
        struct picture_answer *ret_head, str *ret_bytes, struct error *error)
{
    struct picture_answer head = {0};
    int64_t until_ms = now_ms() + PICTURE_PATIENCE_S * 1000;
    if (!read_all(fd, &head, (ptrdiff_t)sizeof head, until_ms))
        head.outcome = PICTURE_NONE;
    if (head.outcome != PICTURE_DONE || !answer_sane(&head, order))
        return answer_fault(head.outcome, error);
    char *bytes = new (keep, char, head.bytes);
    if (!read_all(fd, bytes, head.bytes, until_ms))
        return answer_fault(PICTURE_NONE, error);
    *ret_head = head;
    *ret_bytes = (str){bytes, head.bytes};
    return OK;
}

static enum fault
run(const struct picture_order *order, struct arena *keep, struct picture_answer *ret_head,
    str *ret_bytes, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(error, FAULT_SYSTEM, "cannot start reading a picture");
    pid_t child = fork();
    if (child == 0)
        picture_child(order, ends[1]);
    (void)close(ends[1]); /* the child's */
    enum fault fault = child < 0 ? fail(error, FAULT_SYSTEM, "cannot start reading a picture")
                                 : receive(ends[0], order, keep, ret_head, ret_bytes, error);
    (void)close(ends[0]); /* only read */
    if (child > 0) {
        (void)kill(child, SIGKILL); /* over already, or not to be waited for */
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return fault;
}

/* ---- what was done ---- */

static void
note(struct picture *picture, const char *text)
{
    assert(picture->notes_n < PICTURE_NOTES_MAX);
    picture->notes[picture->notes_n++] = (struct picture_note){.text = text};
}

static void
notes(struct picture *picture, const struct picture_answer *head, enum sniff_type was,
      struct arena *keep)
{
    bool turned = (head->width > head->height) != (head->was_width > head->was_height);
    int32_t width = turned ? head->was_height : head->was_width;
    int32_t height = turned ? head->was_width : head->was_height;
    if (head->width < width || head->height < height) {
        picture->notes[picture->notes_n++] = (struct picture_note){
            N_("made smaller: %s × %s → %s × %s"),
            {arena_printf(keep, "%d", width), arena_printf(keep, "%d", height),
             arena_printf(keep, "%d", head->width), arena_printf(keep, "%d", head->height)},
            4};
    }
    if (head->had_words)
        note(picture, N_("location and camera data removed"));
    if (head->first_frame)
        note(picture, N_("only the first frame of the animation kept"));
    if (!str_eq(picture->mime, sniff_mime(was)))
        note(picture, head->is_png ? N_("saved as PNG") : N_("saved as JPEG"));
    if (head->lost_alpha)
        note(picture, N_("transparent parts made white"));
}

enum fault
picture_fit(str bytes, const struct picture_limits *limits, struct arena *keep,
            struct picture *ret, struct error *error)
{
    struct picture_order order = {.bytes = bytes,
                                  .bytes_max = PICTURE_BYTES_MAX,
                                  .pixels_max = limits->pixels_max,
                                  .width_max = limits->width_max,
                                  .jpeg = accepts(limits, "image/jpeg"),
                                  .png = accepts(limits, "image/png")};
    struct picture_answer head = {0};
    struct picture picture = {0};
    if (limits->bytes_max > 0 && limits->bytes_max < order.bytes_max)
        order.bytes_max = limits->bytes_max;
    if (!order.jpeg && !order.png)
        return fail(error, FAULT_LIMIT, "the network takes neither JPEG nor PNG");
    if (look(bytes, &order.type, error) || run(&order, keep, &head, &picture.bytes, error))
        return error->fault;
    picture.mime = head.is_png ? S("image/png") : S("image/jpeg");
    picture.width = head.width;
    picture.height = head.height;
    notes(&picture, &head, order.type, keep);
    *ret = picture;
    return OK;
}
