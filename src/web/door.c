#include "base/translate.h"
#include "place/db.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

/* Coming in and going out: password, one-time link, language. */

/* A password may be changed without the old one only so soon after coming in. */
#define RECENT ((span){INT64_C(1000000) * 60 * 15})

/* Where to go after signing in: only to a page of this site. */
static str
next_path(str next)
{
    return local_path(next) ? next : S("/");
}

/* ---------- name and password ---------- */

static void
sign_in_page(struct exchange *x, int32_t status, str name, str next, str problem)
{
    struct sign_in_view view = {
        .layout = layout(x, NAV_NONE), .error = problem, .name = name, .next = next};
    struct html h = answer_html(x, status);
    page_sign_in(&h, &view);
}

enum fault
handle_sign_in_page(struct exchange *x, struct error *error)
{
    (void)error; /* nothing that can go wrong */
    str next = next_path(exchange_query(x, "next"));
    if (x->visitor.signed_in)
        answer_redirect(x, next);
    else
        sign_in_page(x, 200, STR_NONE, next, STR_NONE);
    return OK;
}

enum fault
handle_sign_in(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    str name = form_text(&x->form, "name"), next = next_path(form_text(&x->form, "next"));
    int64_t person;
    if (x->form.problems_n > 0) {
        sign_in_page(
            x, 422, name, next,
            str_of(translate(x->lang, N_("Both the name and the password are needed."))));
        return OK;
    }
    enum fault fault = person_sign_in(propre, name, form_text(&x->form, "password"), x->scratch,
                                      &person, error);
    if (fault == FAULT_DENIED || fault == FAULT_LIMIT) {
        sign_in_page(x, fault == FAULT_LIMIT ? 429 : 422, name, next,
                     translate_error(x->keep, x->lang, error));
        return OK;
    }
    if (fault || db_begin(propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = propre->db;
    if (visitor_enter(x, person, error) || db_commit(tx, error))
        return error->fault;
    answer_flash(x, FLASH_WELCOME, 0, 0);
    answer_redirect(x, next);
    return OK;
}

enum fault
handle_sign_out(struct exchange *x, struct error *error)
{
    if (x->visitor.signed_in &&
        session_end(x->web->propre, x->visitor.session.person, x->visitor.session.id, error))
        return error->fault;
    visitor_leave(x);
    answer_flash(x, FLASH_SIGNED_OUT, 0, 0);
    answer_redirect(x, S("/sign-in"));
    return OK;
}

/* ---------- one-time link ---------- */

static void
link_page(struct exchange *x, int32_t status, str person_name)
{
    struct link_view view = {
        .layout = layout(x, NAV_NONE),
        .valid = person_name.p != NULL,
        .person_name = person_name,
        .action = arena_printf(x->keep, "/link/%.*s", STR_FMT(x->parameters[0])),
    };
    struct html h = answer_html(x, status);
    page_link(&h, &view);
}

/* Only looks: chat programs that fetch links to preview them must not spend this one. */
enum fault
handle_link_page(struct exchange *x, struct error *error)
{
    str name;
    enum fault fault =
        sign_in_link_look(x->web->propre, x->parameters[0], x->keep, &name, error);
    if (fault && fault != FAULT_DENIED)
        return fault;
    link_page(x, fault ? 404 : 200, fault ? STR_NONE : name);
    return OK;
}

enum fault
handle_link(struct exchange *x, struct error *error)
{
    int64_t person;
    enum fault fault = sign_in_link_spend(x->web->propre, x->parameters[0], &person, error);
    if (fault == FAULT_DENIED) {
        link_page(x, 404, STR_NONE);
        return OK;
    }
    if (fault || visitor_enter(x, person, error))
        return error->fault;
    answer_redirect(x, S("/password"));
    return OK;
}

/* ---------- password ---------- */

static void
password_page(struct exchange *x, int32_t status, str problem, str again)
{
    struct password_view view = {
        .layout = layout(x, NAV_NONE),
        .person_name = x->visitor.session.person_name,
        .length_min = PASSWORD_CHARS_MIN,
        .password.error = problem,
        .again.error = again,
    };
    struct html h = answer_html(x, status);
    page_password(&h, &view);
}

/* Who has a password must have come in just now: an open browser is not enough to take an account over. */
static bool
must_come_in_again(struct exchange *x)
{
    const struct session *session = &x->visitor.session;
    span age = instant_since(clock_now(&x->web->propre->clock), session->created);
    return session->has_password && age.us > RECENT.us;
}

enum fault
handle_password_page(struct exchange *x, struct error *error)
{
    (void)error; /* nothing that can go wrong */
    if (must_come_in_again(x))
        answer_redirect(x, S("/"));
    else
        password_page(x, 200, STR_NONE, STR_NONE);
    return OK;
}

static enum fault
password_keep(struct exchange *x, struct error *error)
{
    struct propre *propre = x->web->propre;
    const struct session *session = &x->visitor.session;
    str token;
    if (person_set_password(propre, session->person, form_text(&x->form, "password"), error) ||
        session_end_others(propre, session->person, session->id, error) ||
        session_rotate(propre, session, x->keep, &token, error))
        return error->fault;
    answer_cookie(x, COOKIE_SESSION, token, SESSION_LIFE.us / SPAN_SECOND.us);
    answer_flash(x, FLASH_PASSWORD, 0, 0);
    answer_redirect(x, S("/"));
    return OK;
}

enum fault
handle_password(struct exchange *x, struct error *error)
{
    if (must_come_in_again(x)) {
        answer_redirect(x, S("/"));
        return OK;
    }
    if (!str_eq(form_text(&x->form, "password"), form_text(&x->form, "again"))) {
        password_page(
            x, 422, STR_NONE,
            str_of(translate(x->lang, N_("The two are not the same. Type both again."))));
        return OK;
    }
    enum fault fault = password_keep(x, error);
    if (fault != FAULT_INPUT)
        return fault;
    password_page(x, 422, translate_error(x->keep, x->lang, error), STR_NONE);
    return OK;
}

/* ---------- language ---------- */

enum fault
handle_language(struct exchange *x, struct error *error)
{
    enum lang lang;
    if (!lang_parse(form_text(&x->form, "lang"), &lang))
        return fail(error, FAULT_INPUT, "these pages speak English and French");
    answer_cookie(x, COOKIE_LANG, str_of(lang_code(lang)), LANG_LIFE_S);
    answer_redirect(x, next_path(form_text(&x->form, "back")));
    return OK;
}
