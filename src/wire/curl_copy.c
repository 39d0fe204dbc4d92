#include "wire/curl_copy_internal.h"

#include "wire/head.h"
#include "wire/mail.h"

static enum fault
check_headers(const struct http_request *request, struct error *error)
{
    if (request->headers_n < 0 || request->headers_n > HTTP_HEADERS_MAX)
        return fail(error, FAULT_INPUT, "a request has too many headers");
    int64_t bytes = 0;
    for (int32_t i = 0; i < request->headers_n; i++) {
        const struct http_header *h = &request->headers[i];
        bytes += h->name.n + h->value.n;
        if (!head_name_fits(h->name) || !head_value_fits(h->value) ||
            bytes > REQUEST_HEAD_BYTES_MAX)
            return fail(error, FAULT_INPUT, "a request cannot have the header %.*s",
                        STR_FMT(h->name));
    }
    return OK;
}

/* A file can be read at its beginning: better to know before anything is sent. */
static bool
file_answers(const struct http_source *source, int64_t media, int64_t bytes)
{
    char first;
    ptrdiff_t got = 0;
    return source && bytes >= 0 &&
           (bytes == 0 || (source->read(source->ctx, media, 0, &first, 1, &got) && got == 1));
}

static enum fault
check_parts(const struct http_request *request, const struct http_source *source,
            struct error *error)
{
    if (request->parts_n < 0 || request->parts_n > HTTP_PARTS_MAX)
        return fail(error, FAULT_INPUT, "a request has too many parts");
    int64_t bytes = 0;
    for (int32_t i = 0; i < request->parts_n; i++) {
        const struct http_part *part = &request->parts[i];
        bytes += part->value.n;
        if (part->name.n < 1 || !head_value_fits(part->name) ||
            !head_value_fits(part->file_name) || !head_value_fits(part->mime) ||
            part->name.n + part->file_name.n + part->mime.n > REQUEST_HEAD_BYTES_MAX)
            return fail(error, FAULT_INPUT, "a request cannot have the part %.*s",
                        STR_FMT(part->name));
        if (part->media > 0 && !file_answers(source, part->media, part->media_bytes))
            return fail(error, FAULT_INPUT, "a file to be sent cannot be read");
    }
    if (bytes > HTTP_BODY_MAX)
        return fail(error, FAULT_INPUT, "a request is too long");
    return OK;
}

static enum fault
check_mail(const struct http_request *request, struct error *error)
{
    const struct mail_envelope *mail = request->mail;
    bool fits = request->method == HTTP_POST && request->headers_n == 0 &&
                request->body.n > 0 && request->body.n <= MAIL_TEXT_MAX && mail->to_n > 0 &&
                mail->to_n <= MAIL_TO_MAX && mail_address_fits(mail->from) &&
                head_value_fits(mail->user) && head_value_fits(mail->password);
    for (int32_t i = 0; fits && i < mail->to_n; i++)
        fits = mail_address_fits(mail->to[i]);
    return fits ? OK : fail(error, FAULT_INPUT, "the mail cannot be sent as it is written");
}

enum fault
curl_check(const struct http_request *request, const struct http_source *source,
           struct error *error)
{
    int32_t bodies = (request->body.p != NULL) + (request->media > 0) + (request->parts_n > 0);
    if (bodies > 1 || (bodies == 1 && request->method == HTTP_GET))
        return fail(error, FAULT_INPUT, "a request has a body it cannot have");
    if (request->follows && request->method != HTTP_GET)
        return fail(error, FAULT_INPUT, "only a request that changes nothing is redirected");
    if (request->body.n > HTTP_BODY_MAX)
        return fail(error, FAULT_INPUT, "a request is too long");
    if (request->mail)
        return check_mail(request, error);
    if (request->media > 0 && !file_answers(source, request->media, request->media_bytes))
        return fail(error, FAULT_INPUT, "a file to be sent cannot be read");
    if (request->answer_max < 0 || request->answer_max > WIRE_ANSWER_MAX)
        return fail(error, FAULT_INPUT, "a request asks for too long an answer");
    enum fault fault = check_headers(request, error);
    return fault ? fault : check_parts(request, source, error);
}

static const struct mail_envelope *
copy_mail(const struct mail_envelope *mail, struct arena *arena)
{
    struct mail_envelope *copy = new (arena, struct mail_envelope, 1);
    str *to = new (arena, str, mail->to_n);
    for (int32_t i = 0; i < mail->to_n; i++)
        to[i] = arena_str(arena, mail->to[i]);
    *copy = (struct mail_envelope){.plain = mail->plain,
                                   .user = arena_str(arena, mail->user),
                                   .password = arena_str(arena, mail->password),
                                   .from = arena_str(arena, mail->from),
                                   .to = to,
                                   .to_n = mail->to_n};
    return copy;
}

struct http_request
curl_copy(const struct http_request *request, struct arena *arena)
{
    struct http_request copy = *request;
    copy.url = arena_str(arena, request->url);
    copy.body = arena_str(arena, request->body);
    if (request->mail)
        copy.mail = copy_mail(request->mail, arena);
    for (int32_t i = 0; i < request->headers_n; i++) {
        copy.headers[i].name = arena_str(arena, request->headers[i].name);
        copy.headers[i].value = arena_str(arena, request->headers[i].value);
    }
    copy.parts = new (arena, struct http_part, request->parts_n + 1);
    for (int32_t i = 0; i < request->parts_n; i++) {
        copy.parts[i] = request->parts[i];
        copy.parts[i].name = arena_str(arena, request->parts[i].name);
        copy.parts[i].value = arena_str(arena, request->parts[i].value);
        copy.parts[i].file_name = arena_str(arena, request->parts[i].file_name);
        copy.parts[i].mime = arena_str(arena, request->parts[i].mime);
    }
    return copy;
}
