#include "base/json.h"
#include "base/translate.h"
#include "place/db.h"
#include "place/secret.h"
#include "web/answer.h"
#include "web/compose.h"
#include "web/compose_form.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/views_compose.h"
#include "web/web_internal.h"

static enum fault
answer_page(struct exchange *x, const struct compose *c, int32_t status, struct error *error)
{
    struct compose_view view;
    if (compose_view_of(x, c, &view, error))
        return error->fault;
    /* What was planned just now is said with its times, which no cookie carries. */
    const struct layout_view *layout = &view.layout;
    if (layout->flashes_n > 0 && x->flash_kind == FLASH_POST_PLANNED) {
        struct flash_view *flash = new (x->keep, struct flash_view, 1);
        str sentence = compose_sentence(x, c);
        *flash = layout->flashes[0];
        if (sentence.p)
            flash->text = SAY(x->keep, x->lang, N_("It goes out: %s"), sentence);
        view.layout.flashes = flash;
    }
    struct html h = answer_html(x, status);
    page_compose(&h, &view);
    return OK;
}

enum fault
handle_compose_page(struct exchange *x, struct error *error)
{
    struct compose c;
    if (compose_load(x, 0, &c, error))
        return error->fault;
    c.key = secret_token(x->keep);
    return answer_page(x, &c, 200, error);
}

enum fault
handle_message_page(struct exchange *x, struct error *error)
{
    struct compose c;
    if (compose_load(x, x->id, &c, error) || (!c.closed && compose_look(x, &c, error)))
        return error->fault;
    c.wrong_n = 0; /* nothing was asked yet */
    c.key = secret_token(x->keep);
    return answer_page(x, &c, 200, error);
}

/* ---------- a form that was sent ---------- */

enum sent {
    SENT_FINE,
    SENT_AGAIN,  /* the very same form, which was taken already */
    SENT_STALE,  /* somebody changed the post since this form was shown */
    SENT_CLOSED, /* the post is being sent, or out */
    SENT_WITHOUT_KEY
};

static enum fault
receive(struct exchange *x, struct compose_form *form, struct compose *c, enum sent *ret,
        struct error *error)
{
    if (compose_form_find(x, form, error))
        return error->fault;
    *ret = SENT_AGAIN;
    if (form->same)
        return OK;
    int64_t id = x->id ? x->id : form->message;
    if (compose_load(x, id, c, error) || (!c->closed && compose_take(x, c, error)))
        return error->fault;
    bool ours = form->known && !form->taken && form->message == id;
    int64_t typed_over = form_int(&x->form, "revision", 0);
    c->key = form->key;
    *ret = SENT_FINE;
    if (c->closed)
        *ret = SENT_CLOSED;
    else if (form->key.n == 0 || form->key.n > COMPOSE_KEY_MAX)
        *ret = SENT_WITHOUT_KEY;
    else if (form->taken || (id && typed_over != c->message.revision &&
                             !(ours && form->revision == c->message.revision)))
        *ret = SENT_STALE;
    if (*ret != SENT_FINE)
        c->key = secret_token(x->keep);
    else if (compose_upload(x, c, error))
        return error->fault;
    return OK;
}

static const char *
sent_words(enum sent sent)
{
    switch (sent) {
    case SENT_STALE:
        return N_("Somebody changed this post meanwhile, and nothing of yours was saved. What "
                  "you typed stands below; sending it now replaces what they wrote.");
    case SENT_CLOSED:
        return N_("This post is being sent, or is out: its text cannot be changed any more.");
    case SENT_WITHOUT_KEY:
        return N_("This form is too old, and nothing was saved. What you typed stands below: "
                  "send it again.");
    case SENT_FINE:
    case SENT_AGAIN:
        break;
    }
    return "";
}

static bool
has_content(const struct compose *c)
{
    const struct message *m = &c->message;
    return m->id || m->body.n > 0 || m->title.n > 0 || m->link.n > 0 || c->files_n > 0;
}

/* ---------- taken for good ---------- */

static enum fault
keep_draft(struct exchange *x, struct compose *c, struct compose_form *form, bool taken,
           struct error *error)
{
    if (!has_content(c))
        return OK;
    if (compose_keep(x, c, error))
        return error->fault;
    return c->problem.p
               ? OK
               : compose_form_note(x, form, c->message.id, c->message.revision, taken, error);
}

static str
message_path(struct exchange *x, int64_t id)
{
    return arena_printf(x->keep, "/message/%lld", (long long)id);
}

/* It is as it should be: kept, planned, and its own page says so. */
static enum fault
take(struct exchange *x, struct compose *c, struct compose_form *form, struct error *error)
{
    bool was_planned = c->planned;
    struct message *m = &c->message;
    if (c->time != TIME_DRAFT) /* from now on its deliveries know */
        m->chosen = m->chosen_wall = m->chosen_queue = STR_NONE;
    if (compose_keep(x, c, error))
        return error->fault;
    if (c->problem.p)
        return answer_page(x, c, 422, error);
    if (compose_send(x, c, error) ||
        compose_form_note(x, form, c->message.id, c->message.revision, true, error))
        return error->fault;
    enum flash_kind flash = c->time == TIME_DRAFT  ? FLASH_POST_KEPT
                            : c->time == TIME_KEEP ? FLASH_POST_SAVED
                                                   : FLASH_POST_PLANNED;
    if (was_planned && c->time == TIME_DRAFT)
        flash = FLASH_POST_TAKEN_BACK;
    answer_flash(x, flash, c->message.id, 0);
    answer_redirect(x, message_path(x, c->message.id));
    return OK;
}

/* What is not right is said beside it. A draft keeps it all the same; what is planned stays as it was. */
static enum fault
refuse(struct exchange *x, struct compose *c, struct compose_form *form, struct error *error)
{
    if (!c->planned && keep_draft(x, c, form, false, error))
        return error->fault;
    if (!c->notice.p && !c->problem.p)
        c->notice = str_of(translate(
            x->lang,
            c->planned ? N_("Nothing was changed yet: put right what is marked below.")
            : c->message.id
                ? N_("It is kept as a draft and does not go out yet: put right what is marked "
                     "below.")
                : N_("It does not go out yet: put right what is marked below.")));
    return answer_page(x, c, 422, error);
}

static enum fault
send_form(struct exchange *x, struct compose *c, struct compose_form *form, struct error *error)
{
    if (compose_plan(x, c, error) || compose_look(x, c, error))
        return error->fault;
    if (!has_content(c))
        compose_wrong(x, c, &c->text_problem, N_("This is needed."));
    /* A draft may be unfinished, but not impossible to keep. */
    bool wrong = c->time == TIME_DRAFT ? !has_content(c) : c->wrong_n > 0;
    return wrong ? refuse(x, c, form, error) : take(x, c, form, error);
}

/* Looked at, kept as a draft, and shown again: its problems, its counts, a picture more or less. */
static enum fault
check_form(struct exchange *x, struct compose *c, struct compose_form *form, bool check,
           struct error *error)
{
    if (!c->planned && keep_draft(x, c, form, false, error))
        return error->fault;
    if (check)
        compose_read_time(x, c);
    if (compose_look(x, c, error))
        return error->fault;
    if (c->planned)
        c->notice = str_of(translate(
            x->lang, N_("Nothing is changed until you save it: what is planned goes out as it "
                        "was.")));
    else if (check && c->message.id && !c->problem.p)
        c->notice = c->wrong_n > 0
                        ? str_of(translate(x->lang, N_("The draft is kept. What is marked "
                                                       "below must be put right before it "
                                                       "goes out.")))
                        : str_of(translate(x->lang, N_("The draft is kept. Nothing stands "
                                                       "against sending it.")));
    return answer_page(x, c, c->problem.p || c->files_problem.p ? 422 : 200, error);
}

enum fault
handle_compose(struct exchange *x, struct error *error)
{
    struct compose c = {0};
    struct compose_form form;
    enum sent sent = SENT_FINE;
    if (receive(x, &form, &c, &sent, error))
        return error->fault;
    if (sent == SENT_AGAIN) {
        answer_redirect(x, message_path(x, form.message));
        return OK;
    }
    if (sent != SENT_FINE) {
        c.problem = str_of(translate(x->lang, sent_words(sent)));
        if (!c.closed && compose_look(x, &c, error))
            return error->fault;
        return answer_page(x, &c, sent == SENT_WITHOUT_KEY ? 422 : 409, error);
    }
    str act = form_text(&x->form, "act");
    if (str_eq(act, S("draft")))
        c.time = TIME_DRAFT;
    if (str_eq(act, S("send")) || str_eq(act, S("draft")))
        return send_form(x, &c, &form, error);
    return check_form(x, &c, &form, str_eq(act, S("check")), error);
}

enum fault
handle_message(struct exchange *x, struct error *error)
{
    return handle_compose(x, error);
}

/* ---------- for the script: drafts that save themselves, counts while one types ---------- */

static void
begin_json(struct exchange *x, struct json_writer *w, int32_t status)
{
    json_writer_init(w, answer_json(x, status));
    json_object_begin(w);
}

static void
put_text(struct json_writer *w, const char *name, str text)
{
    json_key(w, str_of(name));
    json_str(w, text);
}

static void
answer_words(struct exchange *x, int32_t status, str words)
{
    struct json_writer w;
    begin_json(x, &w, status);
    put_text(&w, "text", words);
    json_object_end(&w);
}

enum fault
handle_compose_draft(struct exchange *x, struct error *error)
{
    struct compose c = {0};
    struct compose_form form;
    struct json_writer w;
    enum sent sent = SENT_FINE;
    if (receive(x, &form, &c, &sent, error))
        return error->fault;
    if (sent != SENT_FINE && sent != SENT_AGAIN) {
        answer_words(
            x, 409,
            str_of(translate(x->lang, sent == SENT_STALE
                                          ? N_("Somebody changed this post meanwhile: what you "
                                               "type is kept in this window only.")
                                          : sent_words(sent))));
        return OK;
    }
    if (c.planned) {
        answer_words(x, 409,
                     str_of(translate(x->lang, N_("What is planned goes out as it was until "
                                                  "you save your changes."))));
        return OK;
    }
    if (sent == SENT_FINE && keep_draft(x, &c, &form, false, error))
        return error->fault;
    if (c.problem.p) {
        answer_words(x, 422, c.problem);
        return OK;
    }
    begin_json(x, &w, 200);
    json_key(&w, S("id"));
    json_int(&w, sent == SENT_AGAIN ? form.message : c.message.id);
    json_key(&w, S("revision"));
    json_int(&w, c.message.revision);
    put_text(&w, "text",
             SAY(x->keep, x->lang, N_("Draft kept at %s"),
                 format_instant(x->keep, x->lang, x->zone, clock_now(&x->web->propre->clock),
                                FORMAT_DATE_TIME)));
    json_object_end(&w);
    return OK;
}

enum fault
handle_message_draft(struct exchange *x, struct error *error)
{
    return handle_compose_draft(x, error);
}

static void
put_problems(struct exchange *x, struct json_writer *w, const struct content_look *look)
{
    json_key(w, S("problems"));
    json_array_begin(w);
    for (int32_t i = 0; i < look->problems_n; i++) {
        const struct message_problem *p = &look->problems[i];
        json_object_begin(w);
        json_key(w, S("error"));
        json_bool(w, p->severity == PROBLEM_ERROR);
        put_text(w, "text", SAY(x->keep, x->lang, p->format, p->a, p->b));
        json_object_end(w);
    }
    json_array_end(w);
}

static void
answer_counts(struct exchange *x, const struct compose *c)
{
    struct json_writer w;
    begin_json(x, &w, 200);
    json_key(&w, S("channels"));
    json_array_begin(&w);
    for (ptrdiff_t i = 0; i < c->channels_n; i++) {
        const struct compose_channel *channel = &c->channels[i];
        const struct content_look *look = &channel->look;
        if (!channel->ticked)
            continue;
        json_object_begin(&w);
        json_key(&w, S("id"));
        json_int(&w, channel->id);
        put_text(&w, "count", compose_count(x, look));
        json_key(&w, S("over"));
        json_bool(&w, look->length_max > 0 && look->length > look->length_max);
        put_problems(x, &w, look);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
}

/* Writes nothing: it opens a reading transaction, whatever is sent. */
enum fault
handle_compose_count(struct exchange *x, struct error *error)
{
    struct compose c;
    if (db_begin(x->web->propre->db, DB_READ, error))
        return error->fault;
    enum fault fault = compose_load(x, 0, &c, error);
    fault = fault ? fault : compose_take(x, &c, error);
    fault = fault ? fault : compose_look(x, &c, error);
    db_rollback(x->web->propre->db);
    if (!fault)
        answer_counts(x, &c);
    return fault;
}
