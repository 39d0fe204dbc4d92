#include "base/error.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The length of the conversion at f ("%", flags, width, precision, length, letter); 2 for "%%". */
static size_t
conversion_length(const char *f)
{
    size_t n = 1;
    while (f[n] && strchr("0123456789+-# .*lhjztL", f[n]))
        n++;
    return f[n] ? n + 1 : n;
}

/* Cuts at most two bytes of an unfinished UTF-8 character at the end of a full field. */
static void
trim_partial(char *text)
{
    size_t n = strlen(text);
    size_t back = 0;
    while (back < n && back < 3 && ((unsigned char)text[n - 1 - back] & 0xc0) == 0x80)
        back++;
    if (back < n) {
        unsigned char lead = (unsigned char)text[n - 1 - back];
        size_t need = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        if (need > back)
            text[n - 1 - back] = '\0';
    }
}

/*
 * Renders each conversion on its own, so that a translation may carry the same arguments. The whole is
 * first printed with a separator between them: vsnprintf is the only thing that may walk a va_list.
 */
static void
frame_fill(struct error_frame *frame, const char *format, va_list args)
{
    char split[512];
    char rendered[ERROR_ARGS_MAX * ERROR_ARG_BYTES];
    size_t at = 0;
    frame->format = format;
    frame->args_n = 0;
    for (const char *f = format; *f; f++) {
        if (*f != '%')
            continue;
        size_t n = conversion_length(f);
        if (!(n == 2 && f[1] == '%')) {
            assert(at + n + 2 < sizeof split && frame->args_n < ERROR_ARGS_MAX);
            memcpy(split + at, f, n);
            at += n;
            split[at++] = '\x1f';
            frame->args_n++;
        }
        f += n - 1;
    }
    split[at] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)vsnprintf(rendered, sizeof rendered, split,
                    args); /* cut is fine: this is a message */
#pragma GCC diagnostic pop
    const char *from = rendered;
    for (int32_t i = 0; i < frame->args_n; i++) {
        size_t n = strcspn(from, "\x1f");
        size_t take = n < ERROR_ARG_BYTES - 1 ? n : ERROR_ARG_BYTES - 1;
        memcpy(frame->args[i], from, take);
        frame->args[i][take] = '\0';
        if (take < n)
            trim_partial(frame->args[i]);
        from += from[n] ? n + 1 : n;
    }
}

void
error_fail(struct error *error, enum fault fault, const char *file, int line,
           const char *format, ...)
{
    assert(fault != OK);
    int saved = errno;
    error->fault = fault;
    error->system_errno = fault == FAULT_SYSTEM || fault == FAULT_AWAY ? saved : 0;
    error->file = file;
    error->line = line;
    error->frames_n = 1;
    va_list args;
    va_start(args, format);
    frame_fill(&error->frames[0], format, args);
    va_end(args);
}

enum fault
error_prefix(struct error *error, const char *format, ...)
{
    assert(error->fault != OK);
    if (error->frames_n < ERROR_FRAMES_MAX) {
        va_list args;
        va_start(args, format);
        frame_fill(&error->frames[error->frames_n++], format, args);
        va_end(args);
    }
    return error->fault;
}

struct sink {
    char *out;
    ptrdiff_t n, size;
};

static void
put(struct sink *sink, const char *p, size_t n)
{
    for (size_t i = 0; i < n && sink->n < sink->size - 1; i++)
        sink->out[sink->n++] = p[i];
    sink->out[sink->n] = '\0';
}

static void
frame_put(struct sink *sink, const struct error_frame *frame, const char *format)
{
    int32_t next = 0;
    for (const char *f = format; *f; f++) {
        if (*f != '%') {
            put(sink, f, 1);
            continue;
        }
        size_t n = conversion_length(f);
        int32_t which = next;
        /* "%2$s" in a translation names its argument; conversion_length stops at the '$'. */
        if (f[n - 1] == '$' && f[1] >= '1' && f[1] <= '9') {
            which = f[1] - '1';
            f += n;
            n = f[0] ? 1 : 0;
        } else if (n == 2 && f[1] == '%') {
            put(sink, "%", 1);
            f += 1;
            continue;
        } else {
            next++;
        }
        if (which < frame->args_n)
            put(sink, frame->args[which], strlen(frame->args[which]));
        f += n ? n - 1 : 0;
    }
}

void
error_text(const struct error *error, const char *(*translate)(void *ctx, const char *format),
           void *ctx, char *out, ptrdiff_t out_size)
{
    assert(out_size > 0);
    struct sink sink = {out, 0, out_size};
    out[0] = '\0';
    for (int32_t i = error->frames_n; i-- > 0;) {
        const struct error_frame *frame = &error->frames[i];
        frame_put(&sink, frame, translate ? translate(ctx, frame->format) : frame->format);
        if (i > 0) {
            const char *colon = translate ? translate(ctx, ": ") : ": ";
            put(&sink, colon, strlen(colon));
        }
    }
    if (error->system_errno) {
        put(&sink, " (", 2);
        const char *reason = strerrorname_np(error->system_errno);
        put(&sink, reason ? reason : "?", strlen(reason ? reason : "?"));
        put(&sink, ")", 1);
    }
    if (sink.n == sink.size - 1)
        trim_partial(out);
}

const char *
fault_name(enum fault fault)
{
    static const char *const names[] = {"ok",    "input", "absent", "conflict", "denied",
                                        "limit", "away",  "remote", "corrupt",  "system"};
    assert((size_t)fault < sizeof names / sizeof *names);
    return names[fault];
}
