#include "web/answer.h"

#include <assert.h>
#include <inttypes.h>

#include "base/translate.h"
#include "web/api.h"
#include "web/pages.h"
#include "web/web_internal.h"

struct html
answer_html(struct exchange *x, int32_t status)
{
    x->answer.status = status;
    x->answer.mime = "text/html; charset=utf-8";
    buf_clear(&x->answer.body);
    return (struct html){
        .out = &x->answer.body, .lang = x->lang, .zone = x->zone, .scratch = x->keep};
}

struct buf *
answer_json(struct exchange *x, int32_t status)
{
    x->answer.status = status;
    x->answer.mime = "application/json";
    return &x->answer.body;
}

/* Plain characters of a file name; RFC 6266's other form would be one more parser for browsers to get wrong. */
struct buf *
answer_download(struct exchange *x, const char *mime, str file_name)
{
    char *plain = new (x->keep, char, file_name.n + 1);
    for (ptrdiff_t i = 0; i < file_name.n; i++) {
        char c = file_name.p[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (!fine)
            c = '_';
        plain[i] = c;
    }
    x->answer.status = 200;
    x->answer.mime = mime;
    answer_header(
        x, "Content-Disposition",
        arena_printf(x->keep, "attachment; filename=\"%.*s\"", (int)file_name.n, plain));
    return &x->answer.body;
}

/* As html_url sees it: control characters and "\" are refused because browsers rewrite them. */
bool
local_path(str path)
{
    for (ptrdiff_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] <= 0x20 || path.p[i] == 0x7f || path.p[i] == '\\')
            return false;
    return path.n > 0 && path.n <= HEAD_PATH_MAX && path.p[0] == '/' &&
           !(path.n > 1 && path.p[1] == '/');
}

void
answer_redirect(struct exchange *x, str path)
{
    assert(local_path(path));
    x->answer.status = 303;
    answer_header(x, "Location", path);
}

/* ---------- cookies ---------- */

static str
cookie_name(const struct exchange *x, const char *name)
{
    return x->web->https ? arena_printf(x->keep, "__Host-%s", name) : str_of(name);
}

void
answer_cookie(struct exchange *x, const char *name, str value, int64_t life_s)
{
    answer_header(x, "Set-Cookie",
                  arena_printf(x->keep,
                               "%.*s=%.*s; Path=/; Max-Age=%" PRId64
                               "; HttpOnly; SameSite=Lax%s",
                               STR_FMT(cookie_name(x, name)), STR_FMT(value), life_s,
                               x->web->https ? "; Secure" : ""));
}

str
exchange_cookie(const struct exchange *x, const char *name)
{
    return head_cookie(x->head, cookie_name(x, name));
}

/* ---------- around every page ---------- */

/* The address of the page one is on, for coming back to it; of a POST, the way home. */
static str
here_path(const struct exchange *x)
{
    return x->method == METHOD_GET && local_path(x->head->uri) ? x->head->uri : S("/");
}

struct layout_view
layout(struct exchange *x, enum nav_here here)
{
    struct layout_view view = {
        .signed_in = x->visitor.signed_in,
        .here = here,
        .workspace_name = x->workspace.name,
        .person_name = x->visitor.session.person_name,
        .path = here_path(x),
        .csrf = x->visitor.csrf,
        .needs_n = x->visitor.needs_n,
    };
    view.flashes = flash_take(x, &view.flashes_n);
    return view;
}

/* ---------- errors ---------- */

struct error_words {
    int32_t status;
    const char *title, *text;
};

static const struct error_words error_words[] = {
    {400, N_("This could not be understood"),
     N_("The browser sent something this page does not expect. Go back and try again.")},
    {403, N_("You may not do this"),
     N_("Your account may not do this here. An owner of the workspace can change what you may "
        "do.")},
    {404, N_("There is no such page"),
     N_("Nothing is kept at this address. It may have been removed, or the address was "
        "mistyped.")},
    {405, N_("This page cannot do that"),
     N_("This address exists, but not for what was asked of it. Open it from its page "
        "instead.")},
    {409, N_("This has changed meanwhile"),
     N_("Somebody changed the same thing at the same time. Nothing was saved; look again and "
        "repeat it.")},
    {411, N_("The size is missing"),
     N_("What is sent here must say its size first. A current browser does.")},
    {413, N_("This is too large"),
     N_("More was sent than this page takes. Nothing was saved. Choose a smaller file or "
        "shorten the text.")},
    {414, N_("This address is too long"),
     N_("Shorten the search or open the page from its link again.")},
    {415, N_("This is not a form"),
     N_("This page takes what its own form sends. Open the form and send it from there.")},
    {421, N_("This house is not known by that name"),
     N_("Open it by its address, or have it started with the public address it is reached "
        "by.")},
    {422, N_("Something in the form is not right"),
     N_("Nothing was saved. Go back, put it right and send it again.")},
    {429, N_("Too many tries"), N_("Wait a few minutes, then try again.")},
    {431, N_("The browser sent too much"),
     N_("Delete this site's cookies, then open the page again.")},
    {500, N_("This did not work"),
     N_("The fault is ours. Nothing was half-saved, and it was written to the log. Try again; "
        "if it stays, "
        "tell whoever runs this house the time.")},
    {502, N_("The other side answered oddly"),
     N_("Nothing was saved. Try again in a few minutes.")},
    {503, N_("The data cannot be reached now"), N_("Nothing was lost. Try again in a moment.")},
    {505, N_("This kind of request is not known"), N_("A current browser sends one that is.")},
    {507, N_("There is no room left"),
     N_("The file could not be kept while it is read: the disk is full. Nothing was saved.")},
};

static const struct error_words *
words_of(int32_t status)
{
    const struct error_words *otherwise = NULL;
    for (size_t i = 0; i < sizeof error_words / sizeof *error_words; i++) {
        if (error_words[i].status == status)
            return &error_words[i];
        if (error_words[i].status == 500)
            otherwise = &error_words[i];
    }
    return otherwise;
}

void
answer_error(struct exchange *x, int32_t status, str title, str text)
{
    if (api_asked(x)) {
        api_problem(x, status, NULL, text, STR_NONE);
        return;
    }
    const struct error_words *words = words_of(status);
    struct error_view view = {
        .layout = layout(x, NAV_NONE),
        .status = status,
        .title = title.p ? title : str_of(translate(x->lang, words->title)),
        .text = text.p ? text : str_of(translate(x->lang, words->text)),
        .retry_href = status == 503 && x->method == METHOD_GET ? here_path(x) : STR_NONE,
    };
    struct html h = answer_html(x, status);
    page_error(&h, &view);
}

int32_t
fault_status(enum fault fault)
{
    switch (fault) {
    case OK:
        return 200;
    case FAULT_INPUT:
        return 422;
    case FAULT_ABSENT:
        return 404;
    case FAULT_CONFLICT:
        return 409;
    case FAULT_DENIED:
        return 403;
    case FAULT_LIMIT:
        return 413;
    case FAULT_AWAY:
        return 503;
    case FAULT_REMOTE:
        return 502;
    case FAULT_CORRUPT:
    case FAULT_SYSTEM:
        break;
    }
    return 500;
}

/* What the reader can do something about is told in its own words; what only the house can, is not. */
void
answer_fault(struct exchange *x, const struct error *error)
{
    int32_t status = fault_status(error->fault);
    str text = status < 500 ? translate_error(x->keep, x->lang, error) : STR_NONE;
    answer_error(x, status, STR_NONE, text);
}

void
answer_problems(struct exchange *x)
{
    struct buf text;
    buf_init(&text, 8192);
    for (int32_t i = 0; i < x->form.n; i++) {
        const struct form_value *value = &x->form.at[i];
        if (value->problem)
            buf_addf(&text, "%s%s: %s", text.n ? " " : "", value->field->name,
                     translate(x->lang, value->problem));
    }
    str words = arena_str(x->keep, buf_str(&text));
    buf_release(&text);
    answer_error(x, 422, STR_NONE, words);
}
