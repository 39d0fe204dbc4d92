#include "wire/curl.h"

#include <assert.h>

#include "base/translate.h"
#include "wire/curl_copy_internal.h"
#include "wire/curl_internal.h"
#include "wire/head.h"

enum {
    TRANSFER_BYTES =
        16 << 20, /* address space: a body in memory, headers, addresses of four hops */
    TRANSFERS_DEFAULT = 16,
    IDLE_CONNECTIONS_MAX = 8 /* kept open: as many networks as are asked in one round */
};

int64_t
curl_now_ms(void)
{
    struct timespec t;
    int failed = clock_gettime(CLOCK_MONOTONIC, &t);
    assert(!failed);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- outcome ---- */

static const char *
why_stopped(const struct curl_transfer *t)
{
    switch (t->stop) {
    case STOP_HEAD:
        return N_("The head of the answer is longer than what is read");
    case STOP_BODY:
        return N_("The answer is longer than what is read");
    case STOP_FILE:
        return N_("The file could not be read to its end while it was sent");
    case STOP_TWICE:
        return N_("The connection broke off before a whole answer came");
    case STOP_REFUSED:
        return N_("This server is at a private address, and the owner has not named it");
    case STOP_NO:
        break;
    }
    return NULL;
}

static const char *
why_not_sent(CURLcode code)
{
    switch ((int)code) { /* an int: libcurl has a hundred codes */
    case CURLE_COULDNT_RESOLVE_HOST:
        return N_("The name of this server is not known");
    case CURLE_COULDNT_CONNECT:
        return N_("This server cannot be reached");
    case CURLE_OPERATION_TIMEDOUT:
        return N_("No connection to this server could be made in time");
    case CURLE_PEER_FAILED_VERIFICATION:
        return N_("The certificate of this server is not valid");
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return N_("No safe connection to this server could be made");
    default:
        return N_("The request could not be sent");
    }
}

static const char *
why_unknown(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return N_("The server did not answer in time");
    case CURLE_FILESIZE_EXCEEDED:
        return N_("The answer is longer than what is read");
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return N_("The answer cannot be read");
    default:
        return N_("The connection broke off before a whole answer came");
    }
}

static void
answer_broken(const struct curl_transfer *t, CURLcode code, struct http_answer *ret)
{
    const char *problem = why_stopped(t);
    /* Not sent only when no connection of any hop was handed a request. */
    if (!t->armed) {
        ret->end = HTTP_NOT_SENT;
        ret->forbidden = t->refused && !t->opened;
        if (ret->forbidden)
            problem = N_("This server is at a private address, and the owner has not named it");
        ret->problem = str_of(problem ? problem : why_not_sent(code));
        return;
    }
    ret->end = HTTP_UNKNOWN;
    ret->forbidden = t->refused && !t->opened && !t->handed;
    if (ret->forbidden)
        problem = N_("It redirected to an address that is not called");
    else if (!problem && !t->handed)
        problem = why_not_sent(code); /* the next hop's server */
    ret->problem = str_of(problem ? problem : why_unknown(code));
}

static void
answer_begin(const struct curl_transfer *t, struct arena *keep, struct http_answer *ret)
{
    *ret = (struct http_answer){.url = t->request.mail ? arena_str(keep, t->request.url)
                                                       : guard_target_url(&t->target, keep),
                                .began = t->began,
                                .ended = clock_now(&t->wire->clock)};
}

static bool
is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The address of Location against the one it came from; none when it is not one. */
static str
join(const struct curl_transfer *t, str location, struct arena *keep)
{
    struct arena scratch = t->arena;
    str ret = STR_NONE;
    char *joined = NULL;
    CURLU *url = curl_url();
    if (!url)
        return STR_NONE; /* a shortage of memory */
    const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
    if (curl_url_set(url, CURLUPART_URL, cstr(&scratch, guard_target_url(&t->target, &scratch)),
                     0) == CURLUE_OK &&
        curl_url_set(url, CURLUPART_URL, cstr(&scratch, location), flags) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_URL, &joined, 0) == CURLUE_OK)
        ret = arena_str(keep, str_of(joined));
    curl_free(joined);
    curl_url_cleanup(url);
    return ret;
}

/* To another origin go only headers that say nothing about us. */
static void
strip_headers(struct http_request *request)
{
    static const str harmless[] = {S_CONST("accept"), S_CONST("accept-language"),
                                   S_CONST("accept-encoding"), S_CONST("if-none-match"),
                                   S_CONST("if-modified-since")};
    int32_t kept = 0;
    for (int32_t i = 0; i < request->headers_n; i++) {
        for (size_t k = 0; k < sizeof harmless / sizeof harmless[0]; k++) {
            if (str_eq_ascii_case(request->headers[i].name, harmless[k])) {
                request->headers[kept++] = request->headers[i];
                break;
            }
        }
    }
    request->headers_n = kept;
}

/* The next hop is under way, or *ret_problem says why not. */
static void
redirect(struct curl_transfer *t, str location, const char **ret_problem, bool *ret_forbidden)
{
    *ret_forbidden = false;
    *ret_problem = N_("It redirected more often than is followed");
    if (t->hops >= HTTP_REDIRECTS_MAX)
        return;
    struct guard_target next;
    str url =
        location.n > 0 && location.n <= HTTP_URL_MAX ? join(t, location, &t->arena) : STR_NONE;
    bool fits = url.p && guard_url(&t->wire->allowed, url, &t->arena, &next) == NULL &&
                (next.https || !t->target.https);
    if (!fits) {
        *ret_problem = N_("It redirected to an address that is not called");
        *ret_forbidden = true;
        return;
    }
    if (!guard_same_origin(&t->target, &next))
        strip_headers(&t->request);
    t->hops++;
    t->target = next;
    curl_unhop(t);
    struct error error;
    *ret_problem = curl_hop(t, &error) == OK ? NULL : N_("The request could not be sent");
}

static void
answer_whole(const struct curl_transfer *t, long status, struct arena *keep,
             struct http_answer *ret)
{
    ret->end = HTTP_ANSWERED;
    ret->status = (int32_t)status;
    ret->headers = head_parse(buf_str(&t->head), keep, &ret->headers_n);
    ret->body = t->body.n > 0 ? arena_str(keep, buf_str(&t->body)) : S("");
}

/* One hop ended: *ret_over false when the next is under way, else *ret is the answer. */
static void
hop_ended(struct curl_transfer *t, CURLcode code, struct arena *keep, bool *ret_over,
          struct http_answer *ret)
{
    long status = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status); /* 0 when it fails */
    answer_begin(t, keep, ret);
    *ret_over = true;
    if (t->request.mail) {
        if (t->stop != STOP_NO || !curl_mail_answer(t, keep, ret))
            answer_broken(t, code, ret);
        return;
    }
    if (code != CURLE_OK || t->stop != STOP_NO) {
        answer_broken(t, code, ret);
        return;
    }
    /* A close in the middle of the head is no fault to libcurl. */
    if (!t->head_whole || status < 200) {
        answer_broken(t, CURLE_RECV_ERROR, ret);
        return;
    }
    if (!t->request.follows || !is_redirect(status)) {
        answer_whole(t, status, keep, ret);
        return;
    }
    struct http_answer whole = {0};
    answer_whole(t, status, keep, &whole);
    const char *problem;
    bool forbidden;
    redirect(t, http_header_value(&whole, S("location")), &problem, &forbidden);
    *ret_over = problem != NULL;
    if (problem) {
        ret->end = HTTP_UNKNOWN;
        ret->problem = str_of(problem);
        ret->forbidden = forbidden;
    }
}

static void
transfer_release(struct curl_transfer *t)
{
    curl_unhop(t);
    buf_release(&t->head);
    buf_release(&t->body);
    arena_release(&t->region);
    *t = (struct curl_transfer){.wire = t->wire};
}

/* ---- the wire ---- */

static enum fault
wire_curl_start(void *ctx, const struct http_request *request, const struct http_source *source,
                int64_t tag, struct error *error)
{
    struct curl_wire *w = ctx;
    struct curl_transfer *t = NULL;
    for (int32_t i = 0; i < w->transfers_max; i++) {
        assert(!w->transfers[i].busy || w->transfers[i].tag != tag);
        if (!w->transfers[i].busy && !t)
            t = &w->transfers[i];
    }
    if (!t)
        return fail(error, FAULT_LIMIT, "%d requests are under way: no more at a time",
                    w->transfers_max);
    enum fault fault = curl_check(request, source, error);
    if (fault)
        return fault;
    t->arena = arena_reserve(TRANSFER_BYTES, &t->region);
    t->busy = true;
    t->tag = tag;
    t->source = source;
    t->request = curl_copy(request, &t->arena);
    t->answer_max = request->answer_max ? request->answer_max : HTTP_ANSWER_MAX;
    buf_init(&t->head, WIRE_HEADERS_BYTES_MAX);
    buf_init(&t->body, t->answer_max);
    t->began = clock_now(&w->clock);
    t->deadline_ms =
        curl_now_ms() + (request->timeout.us > 0 ? request->timeout : w->timeout).us / 1000;
    t->refusal = curl_target(t, &w->allowed, &t->arena, &t->target);
    if (!t->refusal)
        fault = curl_hop(t, error);
    if (fault)
        transfer_release(t);
    return fault;
}

/* A transfer whose address was refused as written; false when there is none. */
static bool
take_refused(struct curl_wire *w, struct arena *keep, int64_t *ret_tag, struct http_answer *ret)
{
    for (int32_t i = 0; i < w->transfers_max; i++) {
        struct curl_transfer *t = &w->transfers[i];
        if (!t->busy || !t->refusal)
            continue;
        *ret = (struct http_answer){.end = HTTP_NOT_SENT,
                                    .url = arena_str(keep, t->request.url),
                                    .problem = str_of(t->refusal),
                                    .forbidden = true,
                                    .began = t->began,
                                    .ended = clock_now(&w->clock)};
        *ret_tag = t->tag;
        transfer_release(t);
        return true;
    }
    return false;
}

/* The next transfer that is over; false when none is. */
static bool
take_ended(struct curl_wire *w, struct arena *keep, int64_t *ret_tag, struct http_answer *ret)
{
    int left = 0;
    for (CURLMsg *m; (m = curl_multi_info_read(w->multi, &left)) != NULL;) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result;
        void *private = NULL; /* libcurl says char **, and means whatever was put in */
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&private);
        struct curl_transfer *t = private;
        bool over;
        hop_ended(t, code, keep, &over, ret);
        if (over) {
            *ret_tag = t->tag;
            transfer_release(t);
            return true;
        }
    }
    return false;
}

static enum fault
wire_curl_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
               struct http_answer *ret, bool *ret_any, struct error *error)
{
    struct curl_wire *w = ctx;
    int64_t end = curl_now_ms() + timeout.us / 1000;
    for (;;) {
        int running = 0;
        if (curl_multi_perform(w->multi, &running) != CURLM_OK)
            return fail(error, FAULT_SYSTEM, "requests cannot be driven on");
        if (take_refused(w, keep, ret_tag, ret) || take_ended(w, keep, ret_tag, ret)) {
            *ret_any = true;
            return OK;
        }
        int64_t left = end - curl_now_ms();
        if (left <= 0)
            break;
        if (curl_multi_poll(w->multi, NULL, 0, left < 1000 ? (int)left : 1000, NULL) !=
            CURLM_OK)
            return fail(error, FAULT_SYSTEM, "requests cannot be driven on");
    }
    *ret_any = false;
    return OK;
}

static const struct wire_ops curl_ops = {wire_curl_start, wire_curl_wait};

static enum fault
list_fill(struct guard_list *list, const str *hosts, int32_t n, struct error *error)
{
    list->n = 0;
    for (int32_t i = 0; i < n; i++) {
        if (!guard_list_add(list, hosts[i]))
            return fail(error, FAULT_INPUT,
                        "%.*s is not a host, or too many are named: write nas.example or "
                        "nas.example:8080",
                        STR_FMT(hosts[i]));
    }
    return OK;
}

enum fault
wire_open(const struct wire_options *options, struct wire **ret, struct error *error)
{
    struct guard_list allowed = {.plain_http = options->plain_http};
    assert(options->ports_n >= 0 && options->ports_n <= GUARD_PORTS_MAX);
    for (int32_t i = 0; i < options->ports_n; i++)
        allowed.ports[allowed.ports_n++] = options->ports[i];
    enum fault fault =
        list_fill(&allowed, options->private_hosts, options->private_hosts_n, error);
    if (fault)
        return fault;
    assert(options->transfers_max >= 0 && options->transfers_max <= WIRE_TRANSFERS_MAX);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fail(error, FAULT_SYSTEM, "the library for requests cannot be started");
    CURLM *multi = curl_multi_init();
    if (!multi) {
        curl_global_cleanup();
        return fail(error, FAULT_SYSTEM, "the library for requests cannot be started");
    }
    struct arena_region region;
    struct arena arena = arena_reserve(
        (ptrdiff_t)sizeof(struct curl_wire) +
            WIRE_TRANSFERS_MAX * (ptrdiff_t)sizeof(struct curl_transfer) + (64 << 10),
        &region);
    struct curl_wire *w = new (&arena, struct curl_wire, 1);
    w->region = region;
    w->multi = multi;
    w->allowed = allowed;
    w->user_agent = cstr(&arena, options->user_agent.n ? options->user_agent : S("Propre"));
    w->ca_file = options->ca_file ? cstr(&arena, str_of(options->ca_file)) : NULL;
    w->connect_timeout =
        options->connect_timeout.us > 0 ? options->connect_timeout : (span){5000000};
    w->timeout = options->timeout.us > 0 ? options->timeout : (span){60000000};
    w->clock = options->clock;
    w->resolver = options->resolver;
    w->transfers_max = options->transfers_max ? options->transfers_max : TRANSFERS_DEFAULT;
    w->transfers = new (&arena, struct curl_transfer, w->transfers_max);
    for (int32_t i = 0; i < w->transfers_max; i++)
        w->transfers[i].wire = w;
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX);
    w->wire = (struct wire){&curl_ops, w};
    *ret = &w->wire;
    return OK;
}

void
wire_close(struct wire *wire)
{
    if (!wire)
        return;
    assert(wire->ops == &curl_ops);
    struct curl_wire *w = wire->ctx;
    for (int32_t i = 0; i < w->transfers_max; i++) {
        if (w->transfers[i].busy)
            transfer_release(&w->transfers[i]);
    }
    (void)curl_multi_cleanup(w->multi);
    curl_global_cleanup();
    struct arena_region region = w->region;
    arena_release(&region);
}

enum fault
wire_allow(struct wire *wire, const str *hosts, int32_t n, struct error *error)
{
    assert(wire->ops == &curl_ops);
    struct curl_wire *w = wire->ctx;
    struct guard_list allowed = w->allowed;
    enum fault fault = list_fill(&allowed, hosts, n, error);
    if (fault == OK)
        w->allowed = allowed;
    return fault;
}
