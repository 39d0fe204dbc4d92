#include "outbox/notify_internal.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "wire/encode.h"
#include "wire/sign.h"
#include "wire/trace.h"

enum {
    ANSWER_MAX = 64 * 1024, /* of a webhook: only its beginning is kept */
    BODY_MAX = 512 * 1024,
    SENDING_S = 60 /* a mail server takes its time to look at who we are */
};

/* ---- mail ---- */

static enum fault
mail_request(const struct notify_open *open, const struct notice_text *text, instant now,
             struct arena *keep, struct http_request *ret, struct error *error)
{
    const struct notify *shown = &open->shown;
    str *to = new (keep, str, NOTIFY_TO_MAX), lines = shown->to, body;
    int32_t to_n = 0;
    while (lines.n > 0 && to_n < NOTIFY_TO_MAX)
        (void)str_cut(&lines, '\n', &to[to_n++]);
    const struct mail mail = {.from = shown->from,
                              .from_name = text->workspace,
                              .to = to,
                              .to_n = to_n,
                              .subject = text->subject,
                              .text = text->text,
                              .id = arena_printf(keep, "%.*s@%.*s", STR_FMT(text->id),
                                                 STR_FMT(mail_host(shown->from))),
                              .date = now};
    if (mail_write(&mail, keep, &body, error))
        return error->fault;
    struct mail_envelope *envelope = new (keep, struct mail_envelope, 1);
    *envelope = (struct mail_envelope){.plain = shown->tls == NOTIFY_PLAIN,
                                       .user = shown->user,
                                       .password = open->secret,
                                       .from = shown->from,
                                       .to = to,
                                       .to_n = to_n};
    *ret = (struct http_request){
        .method = HTTP_POST,
        .url = arena_printf(keep, "%s://%.*s:%d", shown->tls == NOTIFY_TLS ? "smtps" : "smtp",
                            STR_FMT(shown->server), shown->port),
        .body = body,
        .mail = envelope};
    return OK;
}

/* ---- webhook ---- */

static void
write_item(struct json_writer *w, const struct notify_common *common,
           const struct notice_item *item, struct arena *keep)
{
    json_object_begin(w);
    json_key(w, S("id"));
    json_int(w, item->incident);
    json_key(w, S("kind"));
    json_str(w, item->kind);
    json_key(w, S("subject"));
    json_str(w, item->subject);
    json_key(w, S("text"));
    json_str(w, item->text);
    json_key(w, S("since"));
    json_str(w, instant_rfc3339(keep, (instant){item->first_us}));
    json_key(w, S("page"));
    json_str(w, notice_address(common, item->subject, keep));
    json_object_end(w);
}

/* "text" is what chat programs show of a webhook; the rest is for programs. */
static enum fault
write_body(const struct notify_common *common, const struct notice_text *text,
           const struct notice_item *items, ptrdiff_t n, struct arena *keep, str *ret,
           struct error *error)
{
    auto_buf out;
    struct json_writer w;
    buf_init(&out, BODY_MAX);
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, S("type"));
    json_str(&w, n > 0 ? S("incidents") : S("test"));
    json_key(&w, S("id"));
    json_str(&w, text->id);
    json_key(&w, S("workspace"));
    json_str(&w, text->workspace);
    json_key(&w, S("title"));
    json_str(&w, text->subject);
    json_key(&w, S("text"));
    json_str(&w, text->text);
    json_key(&w, S("incidents"));
    json_array_begin(&w);
    for (ptrdiff_t i = 0; i < n; i++)
        write_item(&w, common, &items[i], keep);
    json_array_end(&w);
    json_object_end(&w);
    if (buf_check(&out, "the notice", error))
        return error->fault;
    *ret = arena_str(keep, buf_str(&out));
    return OK;
}

/* As the webhook driver signs (channel/webhook.c): the Standard Webhooks specification. */
static void
sign(const struct notify_open *open, str id, instant now, struct arena *keep,
     struct http_request *request)
{
    str key = open->secret, bytes;
    str when = arena_printf(keep, "%lld", (long long)(now.us / SPAN_SECOND.us));
    http_add_header(request, S("Webhook-Id"), id);
    http_add_header(request, S("Webhook-Timestamp"), when);
    if (key.n == 0)
        return;
    if (str_starts(key, S("whsec_")) && base64_read(keep, str_slice(key, 6, key.n), &bytes))
        key = bytes;
    auto_buf text;
    buf_init(&text, BODY_MAX + 1024);
    buf_addf(&text, "%.*s.%.*s.", STR_FMT(id), STR_FMT(when));
    buf_add(&text, request->body);
    str mac = sign_hmac(keep, HASH_SHA256, key, buf_str(&text));
    http_add_header(request, S("Webhook-Signature"),
                    arena_printf(keep, "v1,%.*s", STR_FMT(base64(keep, mac))));
}

/* ---- both ---- */

enum fault
notice_request(const struct notify_open *open, const struct notice_text *text,
               const struct notice_item *items, ptrdiff_t n, instant now, struct arena *keep,
               struct http_request *ret, struct error *error)
{
    if (open->means == NOTIFY_MAIL) {
        if (mail_request(open, text, now, keep, ret, error))
            return error->fault;
    } else {
        *ret = (struct http_request){
            .method = HTTP_POST, .url = open->url, .answer_max = ANSWER_MAX};
        if (write_body(&open->shown.common, text, items, n, keep, &ret->body, error))
            return error->fault;
        http_add_header(ret, S("Content-Type"), S("application/json"));
        sign(open, text->id, now, keep, ret);
    }
    ret->timeout = (span){SENDING_S * SPAN_SECOND.us};
    return OK;
}

static str
words(str text, struct arena *keep)
{
    text = str_trim(redact(keep, text));
    ptrdiff_t n = text.n < NOTIFY_WORDS_MAX ? text.n : NOTIFY_WORDS_MAX;
    while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return n > 0 ? utf8_clean(keep, str_slice(text, 0, n)) : STR_NONE;
}

str
notice_outcome(enum notify_means means, const struct http_answer *answer, struct arena *keep,
               bool *ret_good)
{
    *ret_good = answer->end == HTTP_ANSWERED && answer->status / 100 == 2;
    if (answer->end != HTTP_ANSWERED)
        return answer->problem;
    if (means == NOTIFY_MAIL)
        return words(*ret_good ? http_header_value(answer, S("refused")) : answer->body, keep);
    if (*ret_good)
        return STR_NONE;
    str body = utf8_clean(keep, str_slice(answer->body, 0, NOTIFY_WORDS_MAX));
    return words(arena_printf(keep, "HTTP %d %.*s", answer->status, STR_FMT(body)), keep);
}

span
notice_wait(int32_t tries)
{
    static const int32_t minutes[] = {1, 5, 30, 120};
    const int32_t last = (int32_t)(sizeof minutes / sizeof minutes[0]) - 1;
    int32_t i = tries - 1;
    return (span){(int64_t)minutes[i < 0 ? 0 : i > last ? last : i] * 60 * SPAN_SECOND.us};
}
