#include "wire/trace.h"

#include "base/buf.h"
#include "base/text.h"

enum {
    TRACE_TEXT_MAX = 256 * 1024, /* head and the beginning of a body */
    TRACE_ARENA = 32 << 20       /* address space; pages are touched only as needed */
};

static void
add_body(struct buf *out, str body)
{
    if (body.n < 1)
        return;
    if (!utf8_valid(body)) {
        buf_addf(out, "(%td bytes)\n", body.n);
        return;
    }
    /* The whole is redacted later: a cut may not part a secret from its name, so it is cut behind. */
    buf_add(out, body);
    buf_add_char(out, '\n');
}

static void
add_headers(struct buf *out, const struct http_header *headers, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        buf_addf(out, "%.*s: %.*s\n", STR_FMT(headers[i].name), STR_FMT(headers[i].value));
    buf_add_char(out, '\n');
}

/* Head and body apart, so that a long body takes nothing of the head. */
static void
tell(const struct trace *trace, const struct buf *head, str body)
{
    struct arena_region region;
    struct arena arena = arena_reserve(TRACE_ARENA, &region);
    trace->line(trace->ctx, redact(&arena, buf_str(head)));
    auto_buf text;
    buf_init(&text, TRACE_TEXT_MAX);
    if (body.n > TRACE_TEXT_MAX / 2)
        buf_addf(&text, "(%td bytes)\n", body.n);
    else
        add_body(&text, body);
    str clean = redact(&arena, buf_str(&text));
    if (clean.n > 0)
        trace->line(trace->ctx, str_slice(clean, 0, TRACE_BODY_MAX));
    arena_release(&region);
}

static enum fault
trace_start(void *ctx, const struct http_request *request, const struct http_source *source,
            int64_t tag, struct error *error)
{
    struct trace *trace = ctx;
    auto_buf text;
    buf_init(&text, TRACE_TEXT_MAX);
    buf_addf(&text, "> %lld %.*s %.*s\n", (long long)tag,
             STR_FMT(http_method_name(request->method)), STR_FMT(request->url));
    add_headers(&text, request->headers, request->headers_n);
    for (int32_t i = 0; i < request->parts_n; i++) {
        const struct http_part *part = &request->parts[i];
        if (part->media > 0)
            buf_addf(&text, "%.*s=(%lld bytes)\n", STR_FMT(part->name),
                     (long long)part->media_bytes);
        else
            buf_addf(&text, "%.*s=%.*s\n", STR_FMT(part->name), STR_FMT(part->value));
    }
    tell(trace, &text, request->body);
    return wire_start(trace->inner, request, source, tag, error);
}

static enum fault
trace_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
           struct http_answer *ret, bool *ret_any, struct error *error)
{
    struct trace *trace = ctx;
    enum fault fault = wire_wait(trace->inner, timeout, keep, ret_tag, ret, ret_any, error);
    if (fault || !*ret_any)
        return fault;
    auto_buf text;
    buf_init(&text, TRACE_TEXT_MAX);
    buf_addf(&text, "< %lld ", (long long)*ret_tag);
    if (ret->end == HTTP_ANSWERED)
        buf_addf(&text, "%d\n", ret->status);
    else
        buf_addf(&text, "%s: %.*s\n", ret->end == HTTP_UNKNOWN ? "unknown" : "not sent",
                 STR_FMT(ret->problem));
    add_headers(&text, ret->headers, ret->headers_n);
    tell(trace, &text, ret->body);
    return OK;
}

void
trace_init(struct trace *trace, struct wire *inner, void (*line)(void *ctx, str text),
           void *ctx)
{
    static const struct wire_ops ops = {trace_start, trace_wait};
    *trace = (struct trace){{&ops, trace}, inner, line, ctx};
}
