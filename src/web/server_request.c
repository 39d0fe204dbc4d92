#include <arpa/inet.h>
#include <assert.h>
#include <sys/socket.h>

#include "web/server_internal.h"

/* From 1.0 on the library itself refuses at level 1 what lines_whole() of head.c looks for. */
static const bool head_in_place = MHD_VERSION < 0x01000000;

static struct link *
link_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* ---------- the head ---------- */

/* Called with the raw request target before anything is decoded: the only place where it can be had. */
void *
server_on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct server *server = ctx;
    struct slot *slot = server->free_slots;
    struct link *link = link_of(connection);
    if (slot) {
        server->free_slots = slot->next;
    } else {
        slot = new (&server->arena, struct slot, 1);
        server->slots_made++;
    }
    /* A connection has one request at a time. */
    assert(server->slots_made <= SERVER_CONNECTIONS_MAX);
    *slot = (struct slot){.server = server, .uri_at = uri, .since_us = server_now_us()};
    slot->body.fd = -1;
    buf_init(&slot->uri, HEAD_URI_MAX);
    buf_add(&slot->uri, str_of(uri));
    slot->uri_too_long = slot->uri.overflown;
    server->slots_n++;
    if (link) {
        link->busy = true;
        link->requests++;
    }
    return slot;
}

static enum MHD_Result
collect(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value,
        size_t value_n)
{
    struct head *head = ctx;
    (void)kind;
    if (head->headers_n == HEAD_HEADERS_MAX) {
        head->too_many = true;
        return MHD_NO;
    }
    head->headers[head->headers_n++] =
        (struct pair){{name, (ptrdiff_t)name_n}, {value ? value : "", (ptrdiff_t)value_n}};
    return MHD_YES;
}

static struct head *
head_of(const struct slot *slot, struct MHD_Connection *connection, const char *method,
        const char *version, struct arena *keep)
{
    struct head *head = new (keep, struct head, 1);
    head->method = str_of(method);
    head->uri = buf_str(&slot->uri);
    head->uri_at = slot->uri_at;
    head->uri_too_long = slot->uri_too_long;
    head->version = str_of(version);
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect,
                                      head); /* how many */
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head->bytes = info ? (ptrdiff_t)info->header_size : -1;
    head->in_place = head_in_place && !slot->begun;
    return head;
}

static str
peer_of(struct MHD_Connection *connection, struct arena *keep)
{
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    union {
        const struct sockaddr *any;
        const struct sockaddr_in *v4;
        const struct sockaddr_in6 *v6;
    } a = {info ? info->client_addr : NULL};
    if (a.any && a.any->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &a.v4->sin_addr, text,
                        sizeof text); /* cannot fail: it has room */
    else if (a.any && a.any->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &a.v6->sin6_addr, text, sizeof text);
    return arena_str(keep, str_of(text));
}

/* Everything known from the head; false with the refusal that the address deserves. */
static bool
exchange_begin(struct MHD_Connection *connection, struct exchange *x,
               struct refusal *ret_refusal)
{
    x->peer = peer_of(connection, x->keep);
    str method = x->head->method;
    x->method = str_eq(method, S("GET")) || str_eq(method, S("HEAD")) ? METHOD_GET
                : str_eq(method, S("POST"))                           ? METHOD_POST
                : str_eq(method, S("PATCH"))                          ? METHOD_PATCH
                : str_eq(method, S("DELETE"))                         ? METHOD_DELETE
                                                                      : METHOD_OTHER;
    str query = x->head->uri, before;
    bool has_query = str_cut(&query, '?', &before);
    if (!path_decode(x->head->uri, x->keep, &x->path))
        *ret_refusal = (struct refusal){400, "odd path"};
    else if (has_query && !pairs_decode(query, x->keep, x->query, HEAD_PAIRS_MAX, &x->query_n))
        *ret_refusal = (struct refusal){400, "odd query"};
    else
        return true;
    x->path = S("/");
    return false;
}

/* ---------- the answer ---------- */

static struct MHD_Response *
response_of(struct answer *answer)
{
    union {
        const char *from;
        void *library; /* its interface is older than const; persistent bytes are only read */
    } bytes = {answer->fixed.p};
    if (answer->fixed.p)
        return MHD_create_response_from_buffer((size_t)answer->fixed.n, bytes.library,
                                               MHD_RESPMEM_PERSISTENT);
    if (answer->body.n == 0) {
        buf_release(&answer->body);
        bytes.from = "";
        return MHD_create_response_from_buffer(0, bytes.library, MHD_RESPMEM_PERSISTENT);
    }
    /* The library frees what buf allocated: both are malloc's. */
    struct MHD_Response *response = MHD_create_response_from_buffer(
        (size_t)answer->body.n, answer->body.p, MHD_RESPMEM_MUST_FREE);
    if (response)
        answer->body = (struct buf){0};
    return response;
}

static enum MHD_Result
answer_send(struct slot *slot, struct MHD_Connection *connection, struct exchange *x)
{
    struct answer *answer = &x->answer;
    struct link *link = link_of(connection);
    assert(answer->status >= 200 && answer->status < 600);
    slot->answered = true;
    struct MHD_Response *response = response_of(answer);
    buf_release(&answer->body);
    if (!response)
        return MHD_NO;
    if (answer->close || (link && link->requests >= SERVER_REQUESTS_MAX))
        answer_header(x, MHD_HTTP_HEADER_CONNECTION, S("close"));
    if (answer->mime)
        answer_header(x, MHD_HTTP_HEADER_CONTENT_TYPE, str_of(answer->mime));
    bool whole = true;
    for (int32_t i = 0; i < answer->headers_n && whole; i++)
        whole = MHD_add_response_header(response, cstr(x->keep, answer->headers[i].name),
                                        cstr(x->keep, answer->headers[i].value)) == MHD_YES;
    enum MHD_Result sent =
        whole ? MHD_queue_response(connection, (unsigned)answer->status, response) : MHD_NO;
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result
refuse(struct slot *slot, struct MHD_Connection *connection, struct exchange *x,
       struct refusal refusal)
{
    const struct server_app *app = &slot->server->options.app;
    x->answer.close = true; /* the next request's beginning cannot be trusted */
    app->refuse(app->ctx, x, refusal.status, refusal.why);
    return answer_send(slot, connection, x);
}

/* ---------- a request ---------- */

static enum MHD_Result
on_head(struct slot *slot, struct MHD_Connection *connection, struct exchange *x,
        struct head *head)
{
    const struct server_app *app = &slot->server->options.app;
    struct refusal refusal = head_check(head);
    x->path = S("/");
    if (refusal.status || !exchange_begin(connection, x, &refusal))
        return refuse(slot, connection, x, refusal);
    if (!head->body_announced && x->method != METHOD_POST)
        return MHD_YES; /* served when the library says that all is here */
    struct body_plan plan = {0};
    app->admit(app->ctx, x, &plan);
    if (x->answer.status) {
        x->answer.close |= head->body_announced; /* it will not be read */
        return answer_send(slot, connection, x);
    }
    if (head->body_bytes > plan.bytes_max)
        return refuse(slot, connection, x, (struct refusal){413, "body too long"});
    slot->has_body = true;
    if (head->body_announced &&
        !body_init(&slot->body, &plan, head_header(head, S("Content-Type"))))
        return refuse(slot, connection, x, (struct refusal){415, "body of another type"});
    return MHD_YES;
}

/* A body must come at a pace: otherwise the connection ends. */
static bool
on_data(struct slot *slot, const char *data, size_t *data_n)
{
    int64_t late_us = server_now_us() - slot->since_us - (int64_t)SERVER_BODY_GRACE_S * 1000000;
    if (late_us > 0 && slot->body.bytes < late_us / 1000000 * SERVER_BODY_RATE)
        return false;
    body_feed(&slot->body, (str){data, (ptrdiff_t)*data_n});
    *data_n = 0;
    return true;
}

static struct refusal
body_refusal(enum body_state state)
{
    switch (state) {
    case BODY_READING:
        break;
    case BODY_MALFORMED:
        return (struct refusal){400, "malformed form"};
    case BODY_TOO_LONG:
        return (struct refusal){413, "form too long"};
    case BODY_NO_ROOM:
        return (struct refusal){507, "no room for the upload"};
    }
    return (struct refusal){0, NULL};
}

static void
take_uploads(struct exchange *x, const struct body *body)
{
    if (body->fd < 0)
        return;
    struct upload_file *files = new (x->keep, struct upload_file, BODY_FILES_MAX);
    int32_t n = body_uploads(body, x->keep, files);
    x->upload = (struct upload){.fd = body->fd,
                                .bytes = files[0].bytes,
                                .file_name = files[0].name,
                                .files = files,
                                .files_n = n};
}

static enum MHD_Result
on_whole(struct slot *slot, struct MHD_Connection *connection, struct exchange *x)
{
    const struct server_app *app = &slot->server->options.app;
    struct refusal refusal = {0};
    if (!exchange_begin(connection, x, &refusal))
        return refuse(slot, connection, x, refusal);
    if (slot->has_body && slot->body.bytes > 0) {
        struct pair *pairs = new (x->keep, struct pair, FORM_VALUES_MAX);
        refusal = body_refusal(slot->body.state);
        bool form = slot->body.plan.wants == BODY_FORM;
        if (slot->body.plan.wants == BODY_JSON)
            x->body = body_text(&slot->body, x->keep);
        if (!refusal.status && form &&
            !body_pairs(&slot->body, x->keep, pairs, FORM_VALUES_MAX, &x->sent_n))
            refusal = (struct refusal){400, "malformed form"};
        if (refusal.status)
            return refuse(slot, connection, x, refusal);
        x->sent = pairs;
        take_uploads(x, &slot->body);
    }
    app->serve(app->ctx, x);
    return answer_send(slot, connection, x);
}

enum MHD_Result
server_on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                  const char *method, const char *version, const char *data, size_t *data_n,
                  void **request)
{
    struct server *server = ctx;
    struct slot *slot = *request;
    (void)url; /* the library's decoding; ours is path_decode */
    assert(slot);
    if (slot->begun && *data_n > 0)
        return on_data(slot, data, data_n) ? MHD_YES : MHD_NO;
    struct arena keep = arena_reset(&server->keep_region);
    struct exchange *x = new (&keep, struct exchange, 1);
    *x = (struct exchange){
        .keep = &keep, .scratch = arena_reset(&server->scratch_region), .upload.fd = -1};
    buf_init(&x->answer.body, ANSWER_BODY_MAX);
    struct head *head = head_of(slot, connection, method, version, &keep);
    x->head = head;
    bool whole = slot->begun;
    slot->begun = true;
    enum MHD_Result result =
        whole ? on_whole(slot, connection, x) : on_head(slot, connection, x, head);
    buf_release(&x->answer.body);
    return result;
}

void
server_on_done(void *ctx, struct MHD_Connection *connection, void **request,
               enum MHD_RequestTerminationCode how)
{
    struct server *server = ctx;
    struct slot *slot = *request;
    struct link *link = link_of(connection);
    (void)how;
    if (!slot)
        return;
    *request = NULL;
    buf_release(&slot->uri);
    if (slot->has_body)
        body_release(&slot->body);
    slot->next = server->free_slots;
    server->free_slots = slot;
    server->slots_n--;
    if (link) {
        link->busy = false;
        link->since_us = server_now_us();
    }
}
