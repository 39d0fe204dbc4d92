#include "web/web.h"

#include <assert.h>
#include <poll.h>

#include "base/translate.h"
#include "place/db.h"
#include "web/answer.h"
#include "web/api.h"
#include "web/learn_job.h"
#include "web/web_internal.h"

enum {
    WEB_BYTES = 1 << 20,
    TURN_MS = 200,    /* nothing to look after but the signal to stop */
    BUSY_TURN_MS = 5, /* what the chains send is taken in piece by piece */
    TRIES_MAX = 3     /* of a POST whose commit found a conflict (PostgreSQL) */
};

/* ---------- what every answer carries ---------- */

#define CSP                                                                             \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "   \
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " \
    "object-src 'none'"

static void
finish_headers(struct exchange *x)
{
    answer_header(x, "Content-Security-Policy",
                  x->answer.policy ? str_of(x->answer.policy) : S(CSP));
    answer_header(x, "X-Content-Type-Options", S("nosniff"));
    answer_header(x, "Referrer-Policy", S("no-referrer"));
    answer_header(x, "Cross-Origin-Opener-Policy", S("same-origin"));
    answer_header(x, "Cross-Origin-Resource-Policy", S("same-origin"));
    answer_header(x, "Permissions-Policy",
                  S("camera=(), geolocation=(), microphone=(), payment=(), usb=()"));
    if (x->web->https)
        answer_header(x, "Strict-Transport-Security", S("max-age=31536000; includeSubDomains"));
    if (!x->answer.cacheable)
        answer_header(x, "Cache-Control", S("no-store"));
    if (x->visitor.new_door && x->answer.mime &&
        str_starts(str_of(x->answer.mime), S("text/html")))
        answer_cookie(x, COOKIE_DOOR, x->visitor.token, DOOR_LIFE_S);
}

/* The pattern, not the path: some paths hold a secret. */
static void
log_request(struct exchange *x, int64_t begun_us)
{
    if (!x->web->options.log)
        return;
    bool quiet = x->route && x->route->way == WAY_BARE;
    const struct log_field fields[] = {
        log_str("method", x->head->method),
        log_str("route", x->route ? str_of(x->route->pattern) : S("-")),
        log_int("status", x->answer.status),
        log_int("bytes", x->answer.fixed.p ? x->answer.fixed.n : x->answer.body.n),
        log_int("us", server_now_us() - begun_us),
        log_int("person", x->visitor.signed_in ? x->visitor.session.person : x->token.person),
    };
    log_event(x->web->options.log, quiet ? LOG_DEBUG : LOG_INFO, "request", fields,
              (int32_t)(sizeof fields / sizeof *fields));
}

static void
finish(struct exchange *x, int64_t begun_us)
{
    struct error error;
    if (buf_check(&x->answer.body, "the page", &error)) {
        if (x->web->options.log)
            log_fault(x->web->options.log, "page_too_long", &error);
        answer_error(x, 500, STR_NONE, STR_NONE);
    }
    assert(x->answer.status);
    finish_headers(x);
    log_request(x, begun_us);
}

/* A fault is logged here and nowhere else: what the reader can put right is only a line of the request log. */
static void
faulted(struct exchange *x, const struct error *error)
{
    if (fault_status(error->fault) >= 500 && x->web->options.log)
        log_fault(x->web->options.log, "request_failed", error);
    /* Nothing of the half-made answer may stay, a session's cookie least of all. */
    buf_clear(&x->answer.body);
    x->answer.headers_n = 0;
    x->answer.fixed = STR_NONE;
    x->answer.cacheable = false;
    x->answer.policy = NULL;
    x->has_flash = false;
    answer_fault(x, error);
}

/* ---------- the way to a handler ---------- */

enum fault
workspace_enter(struct exchange *x, struct error *error)
{
    struct web *web = x->web;
    if (workspace_load(web->propre, x->keep, &x->workspace, error))
        return error->fault;
    if (!web->zone || !str_eq(zone_name(web->zone), x->workspace.zone)) {
        struct zone *zone;
        if (zone_open(x->workspace.zone, &zone, error))
            return error->fault;
        zone_close(web->zone);
        web->zone = zone;
    }
    x->zone = web->zone;
    return OK;
}

/* Who asks, in a reading transaction of its own. */
static enum fault
look(struct exchange *x, struct error *error)
{
    if (db_begin(x->web->propre->db, DB_READ, error))
        return error->fault;
    enum fault fault = workspace_enter(x, error);
    if (!fault)
        fault = visitor_find(x, error);
    db_rollback(x->web->propre->db);
    return fault;
}

/* Sends who is not in yet to the door; who may not, gets told. True when the request ends here. */
static bool
turned_away(struct exchange *x)
{
    enum right right = x->route->right;
    if (right == MAY_ANYONE)
        return false;
    if (!x->visitor.signed_in && x->method == METHOD_GET && right != MAY_NOBODY) {
        str path = local_path(x->head->uri) ? x->head->uri : S("/");
        struct buf to;
        buf_init(&to, 4 * HEAD_URI_MAX);
        struct html h = {.out = &to};
        buf_add(&to, S("/sign-in"));
        if (!str_eq(path, S("/"))) {
            buf_add(&to, S("?next="));
            html_url_part_str(&h, path);
        }
        str target = arena_str(x->keep, buf_str(&to));
        buf_release(&to);
        answer_redirect(x, local_path(target) ? target : S("/sign-in"));
        return true;
    }
    if (!x->visitor.signed_in || !role_may(x->visitor.session.role, right)) {
        answer_error(x, 403, STR_NONE, STR_NONE);
        return true;
    }
    /* Without a password the one-time link was the only way in: first things first. */
    if (x->method == METHOD_GET && !x->visitor.session.has_password &&
        !str_eq(x->path, S("/password"))) {
        answer_redirect(x, S("/password"));
        return true;
    }
    return false;
}

static bool
form_refused(struct exchange *x)
{
    str sent = STR_NONE;
    for (int32_t i = 0; i < x->sent_n && !sent.p; i++)
        if (str_eq(x->sent[i].name, S("csrf")))
            sent = x->sent[i].value;
    if (!sent.p || !session_csrf_ok(x->visitor.token, sent, x->scratch)) {
        answer_error(
            x, 403, str_of(translate(x->lang, N_("This form is too old"))),
            str_of(translate(x->lang, N_("It was open for too long, or you signed in or out "
                                         "meanwhile. Nothing was saved. Go back, reload the "
                                         "page and send it again."))));
        return true;
    }
    form_take(&x->route->form, x->sent, x->sent_n, x->keep, &x->form);
    if (x->form.problems_n > 0 && !x->route->form.own_problems) {
        answer_problems(x);
        return true;
    }
    return false;
}

static enum fault
in_transaction(struct exchange *x, enum db_mode mode, struct error *error)
{
    struct db *db = x->web->propre->db;
    if (db_begin(db, mode, error))
        return error->fault;
    enum fault fault = x->api ? api_handle(x, error) : x->route->handler(x, error);
    /* A program that was refused changed nothing; a page may keep what it counted. */
    bool refused = x->api && x->answer.status >= 400;
    if (!fault && mode == DB_WRITE && !refused)
        return db_commit(db, error);
    db_rollback(db);
    return fault;
}

static enum fault
run(struct exchange *x, struct error *error)
{
    if (x->route->way != WAY_DATA)
        return x->route->handler(x, error);
    if (x->method == METHOD_GET)
        return in_transaction(x, DB_READ, error);
    int32_t headers_n = x->answer.headers_n;
    enum fault fault = FAULT_CONFLICT;
    for (int32_t i = 0; i < TRIES_MAX && fault == FAULT_CONFLICT; i++) {
        x->answer.headers_n = headers_n;
        x->answer.status = 0;
        buf_clear(&x->answer.body);
        fault = in_transaction(x, DB_WRITE, error);
        if (fault == FAULT_CONFLICT && !db_is_postgres(x->web->propre->db))
            break; /* one writer at a time: trying again changes nothing */
    }
    return fault;
}

/* Who was seen is written down after the answer was made, at most every few minutes. */
static void
note_seen(struct exchange *x)
{
    struct propre *propre = x->web->propre;
    struct error error;
    if (!x->visitor.signed_in || !session_is_stale(propre, &x->visitor.session))
        return;
    if (db_begin(propre->db, DB_WRITE, &error))
        return; /* another writer is at work: next time */
    if (session_see(propre, &x->visitor.session, &error) || db_commit(propre->db, &error))
        db_rollback(propre->db);
}

/* True when the request goes on; otherwise it is answered. */
static bool
enter(struct exchange *x, struct error *error)
{
    visitor_lang(x);
    if (!host_served(x)) {
        answer_error(x, 421, STR_NONE, STR_NONE);
        return false;
    }
    if (api_asked(x))
        return api_enter(x, error);
    enum route_match match = route_find(x->method, x->path, &x->route, x->parameters, &x->id);
    if (match == ROUTE_FOUND && x->route->way == WAY_BARE)
        return true;
    if (look(x, error)) {
        faulted(x, error);
        return false;
    }
    x->answer.headers_n = 0;
    visitor_lang(x); /* now the workspace's is known */
    if (match == ROUTE_NONE) {
        answer_error(x, 404, STR_NONE, STR_NONE);
    } else if (match == ROUTE_METHOD) {
        answer_header(x, "Allow", x->route->method == METHOD_POST ? S("POST") : S("GET, HEAD"));
        answer_error(x, 405, STR_NONE, STR_NONE);
    } else if (x->method != METHOD_GET && !same_origin(x)) {
        answer_error(
            x, 403, str_of(translate(x->lang, N_("This came from another site"))),
            str_of(translate(x->lang, N_("Forms are only taken from this house's own pages. "
                                         "Nothing was saved."))));
    } else if (!turned_away(x)) {
        return true;
    }
    return false;
}

static void
on_admit(void *ctx, struct exchange *x, struct body_plan *ret_plan)
{
    struct error error;
    int64_t begun_us = server_now_us();
    x->web = ctx;
    if (!enter(x, &error)) {
        finish(x, begun_us);
        return;
    }
    *ret_plan = (struct body_plan){.wants = !x->api         ? BODY_FORM
                                            : x->api->takes ? BODY_JSON
                                                            : BODY_BYTES,
                                   .form = &x->route->form,
                                   .bytes_max = x->route->body_max,
                                   .directory = x->web->options.upload_directory};
    if (ret_plan->bytes_max == UPLOAD_MAX)
        ret_plan->bytes_max = x->web->options.upload_bytes_max;
}

static void
on_serve(void *ctx, struct exchange *x)
{
    struct error error;
    int64_t begun_us = server_now_us();
    x->web = ctx;
    if (enter(x, &error) &&
        (x->api ? api_ready(x) : x->method == METHOD_GET || !form_refused(x))) {
        if (run(x, &error))
            faulted(x, &error);
        else
            assert(x->answer.status); /* a handler that does not answer */
    }
    finish(x, begun_us);
    note_seen(x);
    api_done(x);
}

static void
on_refuse(void *ctx, struct exchange *x, int32_t status, const char *why)
{
    int64_t begun_us = server_now_us();
    x->web = ctx;
    visitor_lang(x);
    if (x->web->options.log) {
        const struct log_field fields[] = {
            log_int("status", status), log_str("why", str_of(why)), log_str("peer", x->peer)};
        log_event(x->web->options.log, LOG_WARNING, "refused", fields, 3);
    }
    answer_error(x, status, STR_NONE, STR_NONE);
    finish(x, begun_us);
}

/* ---------- opening ---------- */

static enum fault
public_read(struct web *web, struct error *error)
{
    str url = web->options.public_url;
    if (url.n == 0)
        return OK;
    web->https = str_starts(url, S("https://"));
    ptrdiff_t scheme = web->https ? 8 : 7;
    str host = str_slice(url, scheme, url.n);
    if ((!web->https && !str_starts(url, S("http://"))) || host.n == 0 ||
        str_chr(host, '/') >= 0)
        return fail(error, FAULT_INPUT,
                    "%.*s is not a public address; write one like https://propre.example.org, "
                    "without a path",
                    STR_FMT(url));
    web->public_host = host;
    return OK;
}

enum fault
web_open(const struct web_options *options, struct propre *propre, struct web **ret,
         struct error *error)
{
    struct arena_region region;
    struct arena arena = arena_reserve(WEB_BYTES, &region);
    struct web *web = new (&arena, struct web, 1);
    *web = (struct web){.options = *options,
                        .propre = propre,
                        .region = region,
                        .job = learn_job_open(options->log)};
    struct server_options server = {
        .address = options->address,
        .port = options->port,
        .app = {.ctx = web, .admit = on_admit, .serve = on_serve, .refuse = on_refuse}};
    enum fault fault = public_read(web, error);
    if (!fault)
        fault = server_open(&server, &web->server, error);
    if (fault) {
        web_close(web);
        return fault;
    }
    *ret = web;
    return OK;
}

void
web_close(struct web *web)
{
    if (!web)
        return;
    server_close(web->server);
    learn_job_close(web->job);
    zone_close(web->zone);
    struct arena_region region = web->region; /* the web lies in it */
    arena_release(&region);
}

struct server *
web_server(struct web *web)
{
    return web->server;
}

str
web_address(const struct web *web, struct arena *keep)
{
    if (web->options.public_url.n > 0)
        return web->options.public_url;
    bool v6 = str_chr(web->options.address, ':') >= 0;
    return arena_printf(keep, "http://%s%.*s%s:%d", v6 ? "[" : "",
                        STR_FMT(web->options.address), v6 ? "]" : "",
                        (int)server_port(web->server));
}

enum fault
web_run(struct web *web, int stop_fd, struct error *error)
{
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    while (poll(&stop, 1, 0) == 0) {
        if (server_turn(web->server, learn_job_busy(web->job) ? BUSY_TURN_MS : TURN_MS, error))
            return error->fault;
        learn_job_turn(web->job, web->propre);
    }
    return server_run(web->server, stop_fd, error); /* finishes what is being answered */
}
