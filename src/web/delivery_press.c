#include "base/translate.h"
#include "web/answer.h"
#include "web/deliveries.h"
#include "web/handlers.h"
#include "web/web_internal.h"

/* What is pressed on the page of a delivery (delivery.c), or beside it in the queue. */

/*
 * What is asked may be impossible by now: the page says what it is instead. *ret_done: it is answered.
 * Between this look and the act nothing gets in on SQLite; on PostgreSQL the act itself refuses.
 */
static enum fault
begin(struct exchange *x, enum act act, struct delivery *ret, bool *ret_done,
      struct error *error)
{
    *ret_done = false;
    if (delivery_get(x->web->propre, x->workspace.id, x->id, x->keep, ret, error))
        return error->fault;
    if (protocol_allows(ret->state, act, ret->live))
        return OK;
    *ret_done = true;
    const struct delivery_wrong wrong = {
        .status = 409,
        .conflict = SAY(x->keep, x->lang,
                        N_("Nothing was changed: meanwhile it is “%s”, which does not allow "
                           "this."),
                        state_shown(x, ret->state))};
    return delivery_answer(x, ret, &wrong, error);
}

/* Back to the list one came from, or to its page. */
static void
finish(struct exchange *x, enum flash_kind kind, int64_t id)
{
    str back = form_text(&x->form, "back");
    answer_flash(x, kind, id, 0);
    bool listed =
        (str_eq(back, S("/queue")) || str_starts(back, S("/queue?"))) && local_path(back);
    answer_redirect(x, listed ? back : delivery_href(x, id));
}

static str
who(const struct exchange *x)
{
    return x->visitor.session.person_name;
}

typedef enum fault simple_verb(struct propre *propre, int64_t workspace, int64_t id, str who,
                               struct error *error);

static enum fault
act_simply(struct exchange *x, enum act act, simple_verb *verb, enum flash_kind kind,
           struct error *error)
{
    struct delivery d;
    bool done;
    if (begin(x, act, &d, &done, error))
        return error->fault;
    if (done)
        return OK;
    enum fault fault = verb(x->web->propre, x->workspace.id, x->id, who(x), error);
    if (fault == FAULT_INPUT) { /* it would not be taken, or has no time */
        const struct delivery_wrong wrong = {
            .status = 422, .conflict = translate_error(x->keep, x->lang, error)};
        return delivery_answer(x, &d, &wrong, error);
    }
    if (fault)
        return fault;
    finish(x, kind, x->id);
    return OK;
}

enum fault
handle_delivery_hold(struct exchange *x, struct error *error)
{
    return act_simply(x, ACT_HOLD, delivery_hold, FLASH_DELIVERY_HELD, error);
}

enum fault
handle_delivery_release(struct exchange *x, struct error *error)
{
    return act_simply(x, ACT_RELEASE, delivery_release, FLASH_DELIVERY_RELEASED, error);
}

enum fault
handle_delivery_cancel(struct exchange *x, struct error *error)
{
    return act_simply(x, ACT_CANCEL, delivery_cancel, FLASH_DELIVERY_CANCELLED, error);
}

/* The page again, with what is wrong beside the time; nothing was written so far. */
static enum fault
answer_wrong_time(struct exchange *x, const struct delivery *d, str text, str problem,
                  struct error *error)
{
    const struct delivery_wrong wrong = {.status = 422, .at = {text.p ? text : S(""), problem}};
    return delivery_answer(x, d, &wrong, error);
}

enum fault
handle_delivery_move(struct exchange *x, struct error *error)
{
    struct delivery d;
    struct delivery_plan when;
    bool done;
    str text = form_text(&x->form, "at");
    const struct form_value *sent = form_value(&x->form, "at");
    if (begin(x, ACT_MOVE, &d, &done, error))
        return error->fault;
    if (done)
        return OK;
    if (sent && sent->problem)
        return answer_wrong_time(x, &d, text, str_of(translate(x->lang, sent->problem)), error);
    enum fault fault = delivery_when(x, &d, text, &when, error);
    if (!fault)
        fault = delivery_move(x->web->propre, x->workspace.id, x->id, &when, who(x), error);
    if (fault == FAULT_INPUT)
        return answer_wrong_time(x, &d, text, translate_error(x->keep, x->lang, error), error);
    if (fault)
        return fault;
    finish(x, FLASH_DELIVERY_MOVED, x->id);
    return OK;
}

/* The way back from a cancelled one: a new delivery of the same message, at its old time or another. */
enum fault
handle_delivery_plan(struct exchange *x, struct error *error)
{
    struct delivery d;
    int64_t id;
    str text = form_text(&x->form, "at");
    if (delivery_get(x->web->propre, x->workspace.id, x->id, x->keep, &d, error))
        return error->fault;
    struct delivery_plan plan;
    if (d.state != DELIVERY_CANCELLED || d.live) {
        const struct delivery_wrong wrong = {
            .status = 409,
            .conflict = SAY(x->keep, x->lang,
                            N_("Nothing was changed: meanwhile it is “%s”, which does not "
                               "allow this."),
                            state_shown(x, d.state))};
        return delivery_answer(x, &d, &wrong, error);
    }
    enum fault fault = text.n > 0 ? delivery_when(x, &d, text, &plan, error) : OK;
    if (!fault)
        fault = delivery_plan_again(x->web->propre, x->workspace.id, x->id,
                                    text.n > 0 ? &plan : NULL, &id, error);
    if (fault == FAULT_INPUT)
        return answer_wrong_time(x, &d, text, translate_error(x->keep, x->lang, error), error);
    if (fault)
        return fault;
    finish(x, FLASH_DELIVERY_PLANNED, id);
    return OK;
}

enum fault
handle_delivery_resolve(struct exchange *x, struct error *error)
{
    static const struct {
        const char *word;
        enum act act;
        enum resolution resolution;
        enum flash_kind flash;
    } answers[] = {
        {"live", ACT_SAY_LIVE, RESOLVE_LIVE, FLASH_DELIVERY_LIVE},
        {"again", ACT_AGAIN, RESOLVE_AGAIN, FLASH_DELIVERY_AGAIN},
        {"drop", ACT_DROP, RESOLVE_DROP, FLASH_DELIVERY_DROPPED},
    };
    enum { ANSWERS_N = sizeof answers / sizeof *answers };
    struct delivery d;
    bool done;
    int i = 0;
    str as = form_text(&x->form, "as"), address = form_text(&x->form, "address");
    while (i < ANSWERS_N && !str_eq(as, str_of(answers[i].word)))
        i++;
    if (i == ANSWERS_N)
        return fail(error, FAULT_INPUT, "there is no such answer");
    if (begin(x, answers[i].act, &d, &done, error))
        return error->fault;
    if (done)
        return OK;
    enum fault fault =
        delivery_resolve(x->web->propre, x->workspace.id, x->id, answers[i].resolution,
                         address.n > 0 ? address : STR_NONE, who(x), error);
    if (fault == FAULT_INPUT) {
        const struct delivery_wrong wrong = {
            .status = 422, .address = {address, translate_error(x->keep, x->lang, error)}};
        return delivery_answer(x, &d, &wrong, error);
    }
    if (fault)
        return fault;
    finish(x, answers[i].flash, x->id);
    return OK;
}
