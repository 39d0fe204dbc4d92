#include "wire/curl_internal.h"

#include <sys/socket.h>
#include <unistd.h>

#include "wire/mail.h"

/* ---- what libcurl calls ---- */

static bool
may_connect(const struct curl_transfer *t, enum guard_class class)
{
    return class == GUARD_GLOBAL || (class == GUARD_PRIVATE && t->target.allowed_private);
}

/* The second wall: the address itself, whatever name led to it. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct curl_transfer *t = ctx;
    if (purpose != CURLSOCKTYPE_IPCXN || !may_connect(t, guard_address(&address->addr))) {
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    t->opened = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/*
 * Called when the connection stands (handshake done, or an older connection was taken) and the request is
 * about to be written. The address is looked at again: an older connection may be to a host no longer allowed.
 */
static int
before_request(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
    struct curl_transfer *t = ctx;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct guard_target again;
    struct arena scratch = t->arena;
    bool allowed = curl_target(t, &t->wire->allowed, &scratch, &again) == NULL;
    t->target.allowed_private &= allowed && again.allowed_private;
    if (!allowed || !may_connect(t, guard_address_text(str_of(remote)))) {
        t->stop = STOP_REFUSED;
        t->refused = true;
        t->opened = false;
        return CURL_PREREQFUNC_ABORT;
    }
    if (t->request.mail) /* of the message nothing leaves before the server asks for it */
        return CURL_PREREQFUNC_OK;
    if (t->handed && t->request.method != HTTP_GET) {
        t->stop = STOP_TWICE;
        return CURL_PREREQFUNC_ABORT;
    }
    t->armed = t->handed = true;
    return CURL_PREREQFUNC_OK;
}

static size_t
take_head(char *bytes, size_t size, size_t n, void *ctx)
{
    struct curl_transfer *t = ctx;
    str line = {bytes, (ptrdiff_t)(size * n)};
    t->head_bytes += line.n;
    if (t->head_bytes > WIRE_HEADERS_BYTES_MAX) {
        t->stop = STOP_HEAD;
        return 0;
    }
    if (str_starts(line, S("HTTP/"))) { /* also after a 100 */
        buf_clear(&t->head);
        t->head_whole = false;
    } else if (line.n <= 2 && (line.n == 0 || line.p[0] == '\r' || line.p[0] == '\n')) {
        t->head_whole = true;
    } else if (!t->head_whole) { /* later ones are trailers */
        buf_add(&t->head, line);
    }
    return (size_t)line.n;
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct curl_transfer *t = ctx;
    str piece = {bytes, (ptrdiff_t)(size * n)};
    if (t->body.n + piece.n > t->answer_max) {
        t->stop = STOP_BODY;
        return 0;
    }
    buf_add(&t->body, piece);
    return (size_t)piece.n;
}

static size_t
give_file(char *out, size_t size, size_t n, void *ctx)
{
    struct curl_file *file = ctx;
    struct curl_transfer *t = file->transfer;
    int64_t left = file->bytes - file->offset, room = (int64_t)(size * n);
    if (left == 0)
        return 0;
    ptrdiff_t got = 0;
    if (!t->source->read(t->source->ctx, file->media, file->offset, out,
                         left < room ? left : room, &got) ||
        got <= 0 || got > left) {
        t->stop = STOP_FILE;
        return CURL_READFUNC_ABORT;
    }
    file->offset += got;
    return (size_t)got;
}

static int
seek_file(void *ctx, curl_off_t offset, int origin)
{
    struct curl_file *file = ctx;
    if (origin != SEEK_SET || offset < 0 || offset > file->bytes)
        return CURL_SEEKFUNC_CANTSEEK;
    file->offset = offset;
    return CURL_SEEKFUNC_OK;
}

const char *
curl_target(const struct curl_transfer *t, const struct guard_list *list, struct arena *arena,
            struct guard_target *ret)
{
    if (t->request.mail)
        return guard_mail(list, t->request.url, t->request.mail->plain, arena, ret);
    /* Behind a redirect it is no more that of the request. */
    return guard_url(
        list, t->target.host.n > 0 ? guard_target_url(&t->target, arena) : t->request.url,
        arena, ret);
}

/* ---- one hop ---- */

static void
set_fences(struct curl_transfer *t)
{
    const struct curl_wire *w = t->wire;
    SET(t, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(t, CURLOPT_FOLLOWLOCATION, 0L);
    SET(t, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(t, CURLOPT_PATH_AS_IS, 1L);
    SET(t, CURLOPT_PROXY, ""); /* also none of the environment */
    SET(t, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(t, CURLOPT_NOSIGNAL, 1L);
    SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(t, CURLOPT_HTTP09_ALLOWED, 0L);
    SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(t, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(t, CURLOPT_SSL_VERIFYHOST, 2L);
    if (w->ca_file) {
        SET(t, CURLOPT_CAINFO, w->ca_file);
        SET(t, CURLOPT_CAPATH, NULL);
    }
    /* A used connection that turns out dead is taken by libcurl as leave to send again. Only for GET. */
    SET(t, CURLOPT_FRESH_CONNECT, t->request.method == HTTP_GET ? 0L : 1L);
    SET(t, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(t, CURLOPT_OPENSOCKETDATA, t);
    SET(t, CURLOPT_PREREQFUNCTION, before_request);
    SET(t, CURLOPT_PREREQDATA, t);
    SET(t, CURLOPT_HEADERFUNCTION, take_head);
    SET(t, CURLOPT_HEADERDATA, t);
    SET(t, CURLOPT_WRITEFUNCTION, take_body);
    SET(t, CURLOPT_WRITEDATA, t);
    SET(t, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->answer_max);
    SET(t, CURLOPT_PRIVATE, t);
    int64_t left = t->deadline_ms - curl_now_ms();
    SET(t, CURLOPT_MAXAGE_CONN,
        30L); /* shorter than servers keep theirs, so that few die under us */
    SET(t, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
    SET(t, CURLOPT_CONNECTTIMEOUT_MS, (long)(w->connect_timeout.us / 1000));
}

static void
add_header(struct curl_transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->headers, line);
    t->unprepared |= !longer; /* a shortage of memory */
    if (longer)
        t->headers = longer;
}

static void
set_headers(struct curl_transfer *t, struct arena scratch)
{
    bool typed = false;
    const char *encoding = NULL;
    for (int32_t i = 0; i < t->request.headers_n; i++) {
        const struct http_header *h = &t->request.headers[i];
        if (str_eq_ascii_case(h->name, S("Accept-Encoding"))) {
            if (str_find(h->value, S("gzip")) >= 0)
                encoding = "gzip";
            continue;
        }
        typed |= str_eq_ascii_case(h->name, S("Content-Type"));
        const char *line =
            h->value.n > 0 ? cstr(&scratch, arena_printf(&scratch, "%.*s: %.*s",
                                                         STR_FMT(h->name), STR_FMT(h->value)))
                           : cstr(&scratch, arena_printf(&scratch, "%.*s;", STR_FMT(h->name)));
        add_header(t, line);
    }
    if (!typed && t->request.parts_n == 0)
        add_header(t, "Content-Type:"); /* libcurl would call it a form */
    add_header(t, "Expect:");
    if (encoding)
        SET(t, CURLOPT_ACCEPT_ENCODING, encoding);
    else
        add_header(t, "Accept-Encoding: identity");
    SET(t, CURLOPT_USERAGENT, t->wire->user_agent);
    SET(t, CURLOPT_HTTPHEADER, t->headers);
}

static void
set_part(struct curl_transfer *t, int32_t i, struct arena scratch)
{
    const struct http_part *part = &t->request.parts[i];
    curl_mimepart *to = curl_mime_addpart(t->mime);
    CURLcode code = to ? curl_mime_name(to, cstr(&scratch, part->name)) : CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK && part->media > 0) {
        t->parts[i] = (struct curl_file){t, part->media, part->media_bytes, 0};
        code =
            curl_mime_data_cb(to, part->media_bytes, give_file, seek_file, NULL, &t->parts[i]);
    } else if (code == CURLE_OK) {
        code = curl_mime_data(to, part->value.n ? part->value.p : "", (size_t)part->value.n);
    }
    if (code == CURLE_OK && part->file_name.p)
        code = curl_mime_filename(to, cstr(&scratch, part->file_name));
    if (code == CURLE_OK && part->mime.p)
        code = curl_mime_type(to, cstr(&scratch, part->mime));
    t->unprepared |= code != CURLE_OK;
}

static void
set_body(struct curl_transfer *t, struct arena scratch)
{
    const struct http_request *r = &t->request;
    if (r->parts_n > 0) {
        t->mime = curl_mime_init(t->easy);
        t->unprepared |= !t->mime;
        for (int32_t i = 0; i < r->parts_n && !t->unprepared; i++)
            set_part(t, i, scratch);
        SET(t, CURLOPT_MIMEPOST, t->mime);
    } else if (r->media > 0) {
        t->upload = (struct curl_file){t, r->media, r->media_bytes, 0};
        SET(t, CURLOPT_UPLOAD, 1L);
        SET(t, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->media_bytes);
        SET(t, CURLOPT_READFUNCTION, give_file);
        SET(t, CURLOPT_READDATA, &t->upload);
        SET(t, CURLOPT_SEEKFUNCTION, seek_file);
        SET(t, CURLOPT_SEEKDATA, &t->upload);
    } else if (r->method != HTTP_GET && (r->body.p || r->method != HTTP_DELETE)) {
        SET(t, CURLOPT_POST, 1L);
        SET(t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        SET(t, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
    }
    if (r->method != HTTP_GET)
        SET(t, CURLOPT_CUSTOMREQUEST, cstr(&scratch, http_method_name(r->method)));
}

/* A resolver of a test: its answer takes the place of what libcurl knows of the name. */
static void
set_resolver(struct curl_transfer *t, struct arena scratch)
{
    const struct wire_resolver *resolver = t->wire->resolver;
    if (!resolver)
        return;
    str addresses = resolver->resolve(resolver->ctx, t->target.host, t->target.port);
    if (!addresses.p)
        return;
    str entry = arena_printf(&scratch, "%.*s:%d:%.*s", STR_FMT(t->target.host), t->target.port,
                             STR_FMT(addresses));
    t->resolve = curl_slist_append(NULL, cstr(&scratch, entry));
    t->unprepared |= !t->resolve;
    SET(t, CURLOPT_RESOLVE, t->resolve);
}

enum fault
curl_hop(struct curl_transfer *t, struct error *error)
{
    struct arena scratch = t->arena;
    t->easy = curl_easy_init();
    if (!t->easy)
        return fail(error, FAULT_SYSTEM, "cannot prepare a request");
    t->unprepared = t->refused = t->opened = t->head_whole = t->handed = false;
    buf_clear(&t->head);
    buf_clear(&t->body);
    set_fences(t);
    if (t->request.mail) {
        curl_mail_set(t, scratch);
    } else {
        SET(t, CURLOPT_URL, cstr(&scratch, guard_target_url(&t->target, &scratch)));
        set_headers(t, scratch);
        set_body(t, scratch);
    }
    set_resolver(t, scratch);
    if (t->unprepared || curl_multi_add_handle(t->wire->multi, t->easy) != CURLM_OK) {
        curl_unhop(t);
        return fail(error, FAULT_SYSTEM, "cannot prepare a request");
    }
    return OK;
}

void
curl_unhop(struct curl_transfer *t)
{
    if (t->easy) {
        (void)curl_multi_remove_handle(t->wire->multi, t->easy); /* not added: no harm */
        curl_easy_cleanup(t->easy);
    }
    curl_mime_free(t->mime);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->resolve);
    t->easy = NULL;
    t->mime = NULL;
    t->headers = t->resolve = NULL;
}
