#include "wire/curl_internal.h"

#include "wire/mail.h"

enum {
    PARTING_SECONDS =
        2 /* to hear the server's good-bye; libcurl waits for it, and everybody with it */
};

/* "250 ": the code of the last line of a reply; 0 when more lines follow. */
static int32_t
code_of(str line)
{
    int32_t code = 0;
    for (ptrdiff_t i = 0; i < 3; i++) {
        if (i >= line.n || line.p[i] < '0' || line.p[i] > '9')
            return 0;
        code = code * 10 + (line.p[i] - '0');
    }
    return line.n > 3 && line.p[3] == '-' ? 0 : code;
}

static size_t
take_reply(char *bytes, size_t size, size_t n, void *ctx)
{
    struct curl_transfer *t = ctx;
    str line = {bytes, (ptrdiff_t)(size * n)};
    t->head_bytes += line.n;
    if (t->head_bytes > WIRE_HEADERS_BYTES_MAX) {
        t->stop = STOP_HEAD;
        return 0;
    }
    if (t->mail_taken || str_starts(line, S("221"))) /* that is about the good-bye */
        return (size_t)line.n;
    if (t->head_whole)
        buf_clear(&t->head);
    buf_add(&t->head, line);
    int32_t code = code_of(line);
    t->head_whole = code > 0;
    if (code == 0)
        return (size_t)line.n;
    t->mail_code = code;
    t->mail_taken = t->mail_given == t->request.body.n && code / 100 == 2;
    if (code >= 400 && t->body.n == 0)
        buf_add(&t->body, buf_str(&t->head));
    if (code >= 400 || t->mail_taken)
        SET(t, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)PARTING_SECONDS);
    return (size_t)line.n;
}

/* Called when the server asked for the message: from here on it may be taken. */
static size_t
give_mail(char *out, size_t size, size_t n, void *ctx)
{
    struct curl_transfer *t = ctx;
    ptrdiff_t room = (ptrdiff_t)(size * n);
    str piece = str_slice(t->request.body, t->mail_given, t->mail_given + room);
    t->armed = t->handed = true;
    memcpy(out, piece.p ? piece.p : "", (size_t)piece.n);
    t->mail_given += piece.n;
    return (size_t)piece.n;
}

static void
add_to(struct curl_transfer *t, str address, struct arena scratch)
{
    struct curl_slist *longer = curl_slist_append(t->headers, cstr(&scratch, address));
    t->unprepared |= !longer; /* a shortage of memory */
    if (longer)
        t->headers = longer;
}

void
curl_mail_set(struct curl_transfer *t, struct arena scratch)
{
    const struct mail_envelope *mail = t->request.mail;
    bool tls = str_starts(t->request.url, S("smtps:"));
    /* Put together again: what is called is what was checked. The path is what we greet with. */
    str url =
        arena_printf(&scratch, "%s://%.*s:%d/%.*s", tls ? "smtps" : "smtp",
                     STR_FMT(t->target.host), t->target.port, STR_FMT(mail_host(mail->from)));
    SET(t, CURLOPT_URL, cstr(&scratch, url));
    SET(t, CURLOPT_PROTOCOLS_STR, tls ? "smtps" : "smtp");
    SET(t, CURLOPT_USE_SSL, (long)(mail->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    SET(t, CURLOPT_FORBID_REUSE, 1L);
    if (mail->user.n > 0) {
        SET(t, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
        SET(t, CURLOPT_USERNAME, cstr(&scratch, mail->user));
        SET(t, CURLOPT_PASSWORD, cstr(&scratch, mail->password));
    }
    SET(t, CURLOPT_MAIL_FROM, cstr(&scratch, mail->from));
    for (int32_t i = 0; i < mail->to_n; i++)
        add_to(t, mail->to[i], scratch);
    SET(t, CURLOPT_MAIL_RCPT, t->headers);
    /* Who has left must not keep the others from hearing. */
    SET(t, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    SET(t, CURLOPT_UPLOAD, 1L);
    SET(t, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->request.body.n);
    SET(t, CURLOPT_READFUNCTION, give_mail);
    SET(t, CURLOPT_READDATA, t);
    SET(t, CURLOPT_HEADERFUNCTION, take_reply);
}

/* The words of a reply on one line: the code of its first line, and what its lines say. */
static str
words_of(const struct buf *reply, struct arena *keep)
{
    str text = buf_str(reply), line;
    auto_buf out;
    buf_init(&out, WIRE_HEADERS_BYTES_MAX);
    while (text.n > 0) {
        (void)str_cut(&text, '\n', &line);
        line = str_trim(line);
        if (out.n == 0)
            buf_add(&out, str_slice(line, 0, 3));
        buf_addf(&out, " %.*s", STR_FMT(str_trim(str_slice(line, 4, line.n))));
    }
    return arena_str(keep, buf_str(&out));
}

bool
curl_mail_answer(const struct curl_transfer *t, struct arena *keep, struct http_answer *ret)
{
    if (!t->mail_taken && !(t->head_whole && t->mail_code >= 400))
        return false;
    ret->end = HTTP_ANSWERED;
    ret->status = t->mail_code;
    ret->body = words_of(&t->head, keep);
    if (t->mail_taken && t->body.n > 0) {
        ret->headers = new (keep, struct http_header, 1);
        ret->headers[0] = (struct http_header){S("refused"), words_of(&t->body, keep)};
        ret->headers_n = 1;
    }
    return true;
}
