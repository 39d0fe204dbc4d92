#include <assert.h>

#include "outbox/delivery.h"
#include "place/secret.h"
#include "web/answer.h"
#include "web/api.h"
#include "web/web_internal.h"

/* ---------- language ---------- */

/* The first of the browser's languages that we speak; they come in the order of preference. */
static bool
lang_accepted(const struct head *head, enum lang *ret)
{
    str list = head_header(head, S("Accept-Language"));
    for (bool more = list.n > 0; more;) {
        str item, name;
        more = str_cut(&list, ',', &item);
        (void)str_cut(&item, ';', &name); /* weights are ignored: browsers sort by them */
        if (lang_parse(str_trim(name), ret))
            return true;
    }
    return false;
}

/*
 * What is asked for in the address, then what was chosen with the button. After that, for who is in, the
 * workspace's; at the door, the browser's first.
 */
void
visitor_lang(struct exchange *x)
{
    enum lang lang;
    bool known = x->workspace.id != 0;
    x->lang = known ? x->workspace.lang : LANG_EN;
    if (api_asked(x)) { /* a program says what it wants in the header; cookies are for people */
        if (lang_accepted(x->head, &lang))
            x->lang = lang;
        return;
    }
    if (lang_parse(exchange_query(x, "lang"), &lang)) {
        x->lang = lang;
        answer_cookie(x, COOKIE_LANG, str_of(lang_code(lang)), LANG_LIFE_S);
    } else if (lang_parse(exchange_cookie(x, COOKIE_LANG), &lang) ||
               (!x->visitor.signed_in && lang_accepted(x->head, &lang))) {
        x->lang = lang;
    }
}

/* ---------- session ---------- */

static void
at_the_door(struct exchange *x)
{
    struct visitor *visitor = &x->visitor;
    visitor->signed_in = false;
    visitor->token = exchange_cookie(x, COOKIE_DOOR);
    if (visitor->token.n != SECRET_TOKEN_CHARS) {
        visitor->token = secret_token(x->keep);
        visitor->new_door = true;
    }
    visitor->csrf = session_csrf(visitor->token, x->keep);
}

enum fault
visitor_find(struct exchange *x, struct error *error)
{
    struct visitor *visitor = &x->visitor;
    str token = exchange_cookie(x, COOKIE_SESSION);
    *visitor = (struct visitor){0};
    if (token.n > 0) {
        enum fault fault =
            session_find(x->web->propre, token, x->keep, &visitor->session, error);
        if (fault && fault != FAULT_DENIED)
            return fault;
        if (!fault && visitor->session.workspace == x->workspace.id) {
            visitor->signed_in = true;
            visitor->token = token;
            visitor->csrf = session_csrf(token, x->keep);
            return x->method == METHOD_GET
                       ? delivery_needs_person(x->web->propre, x->workspace.id,
                                               &visitor->needs_n, error)
                       : OK;
        }
    }
    at_the_door(x);
    return OK;
}

enum fault
visitor_enter(struct exchange *x, int64_t person, struct error *error)
{
    str token;
    /* Always a new session: one that was planted in this browser before is worth nothing. */
    if (x->visitor.signed_in &&
        session_end(x->web->propre, x->visitor.session.person, x->visitor.session.id, error))
        return error->fault;
    if (session_open(x->web->propre, person, head_header(x->head, S("User-Agent")), x->keep,
                     &token, error))
        return error->fault;
    answer_cookie(x, COOKIE_SESSION, token, SESSION_LIFE.us / SPAN_SECOND.us);
    answer_cookie(x, COOKIE_DOOR, S(""), 0);
    x->visitor.new_door = false;
    return OK;
}

void
visitor_leave(struct exchange *x)
{
    answer_cookie(x, COOKIE_SESSION, S(""), 0);
}

/* ---------- where the request comes from ---------- */

static bool
is_ip(str host)
{
    if (host.n > 0 && host.p[0] == '[')
        return true;
    for (ptrdiff_t i = 0; i < host.n; i++)
        if ((host.p[i] < '0' || host.p[i] > '9') && host.p[i] != '.')
            return false;
    return host.n > 0;
}

/*
 * A name that is not ours can be made to mean this machine ("DNS rebinding"); an address cannot.
 */
bool
host_served(const struct exchange *x)
{
    str host = head_header(x->head, S("Host"));
    if (host.n == 0)
        return true; /* HTTP/1.0; head_check sees to the rest */
    if (x->web->public_host.n > 0 && str_eq_ascii_case(host, x->web->public_host))
        return true;
    str rest = host, name;
    if (host.p[0] != '[')
        (void)str_cut(&rest, ':', &name); /* with a port or without */
    else
        name = host;
    return is_ip(name) || str_eq_ascii_case(name, S("localhost"));
}

/*
 * Whether a form was sent by a page of ours. Browsers since 2020 say so in Sec-Fetch-Site; older ones name
 * the origin; who sends neither is no browser, and must still know the token.
 */
bool
same_origin(const struct exchange *x)
{
    str site = head_header(x->head, S("Sec-Fetch-Site"));
    if (site.p)
        return str_eq(site, S("same-origin"));
    str origin = head_header(x->head, S("Origin"));
    if (!origin.p)
        return true;
    str host = head_header(x->head, S("Host"));
    str scheme = x->web->https ? S("https://") : S("http://");
    bool ours = str_starts(origin, scheme) &&
                str_eq_ascii_case(str_slice(origin, scheme.n, origin.n), host);
    /* A proxy may hide its own name from us, and the machine itself is reached by http. */
    return ours ||
           (x->web->options.public_url.n > 0 &&
            str_eq_ascii_case(origin, x->web->options.public_url)) ||
           (str_starts(origin, S("http://")) &&
            str_eq_ascii_case(str_slice(origin, 7, origin.n), host));
}
