#include "base/translate.h"
#include "outbox/content.h"
#include "tactic/message.h"
#include "web/answer.h"
#include "web/deliveries.h"
#include "web/handlers.h"
#include "web/post_when.h"
#include "web/web_internal.h"

/*
 * The text of one delivery, changed for its channel alone: the way that is left once the post is out elsewhere, and the
 * composer no longer changes it.
 */

/* Whether its post is being sent, or out, on another channel. */
static enum fault
is_out_elsewhere(struct exchange *x, const struct delivery *d, bool *ret, struct error *error)
{
    struct delivery *all;
    ptrdiff_t n;
    if (post_deliveries(x, d->message, &all, &n, error))
        return error->fault;
    *ret = false;
    for (ptrdiff_t i = 0; i < n; i++)
        *ret |= !delivery_is_ours(&all[i]);
    return OK;
}

/* Its post with the variants; *ret_own: that of its channel, among them from now on. */
static enum fault
open_post(struct exchange *x, const struct delivery *d, struct message *ret,
          struct message_parts *ret_parts, struct variant **ret_own, struct error *error)
{
    struct message_parts parts;
    enum fault fault =
        message_get(x->web->propre, x->workspace.id, d->message, x->keep, ret, error);
    if (!fault)
        fault = message_parts_get(x->web->propre, d->message, x->keep, &parts, error);
    if (fault)
        return fault;
    struct variant *variants = new (x->keep, struct variant, parts.variants_n + 1), *own = NULL;
    for (ptrdiff_t i = 0; i < parts.variants_n; i++) {
        variants[i] = parts.variants[i];
        if (variants[i].channel == d->channel)
            own = &variants[i];
    }
    if (!own) {
        own = &variants[parts.variants_n++];
        *own = (struct variant){.channel = d->channel};
    }
    parts.variants = variants;
    *ret_parts = parts;
    *ret_own = own;
    return OK;
}

enum fault
delivery_editing(struct exchange *x, const struct delivery *d, struct delivery_view *view,
                 struct error *error)
{
    struct message m, resolved;
    struct message_parts parts;
    struct variant *own;
    bool elsewhere = false;
    if (!may_edit(x) || view->frozen || !delivery_is_ours(d))
        return OK;
    if (is_out_elsewhere(x, d, &elsewhere, error))
        return error->fault;
    if (!elsewhere) {
        view->edit_href = message_href(x, d->message);
        return OK;
    }
    if (open_post(x, d, &m, &parts, &own, error))
        return error->fault;
    message_resolve(&m, own, &resolved);
    view->edits_alone = true;
    view->edit_href = S("#own-text");
    view->text.value = resolved.body;
    view->revision = m.revision;
    if (str_eq(view->fix.action, message_href(x, d->message)))
        view->fix.action = view->edit_href;
    return OK;
}

/* The page again with what was typed; nothing was written so far. */
static enum fault
answer_typed(struct exchange *x, const struct delivery *d, str conflict, str problem,
             struct error *error)
{
    str typed = form_text(&x->form, "text");
    const struct delivery_wrong wrong = {.status = conflict.n > 0 ? 409 : 422,
                                         .conflict = conflict,
                                         .text = {typed.p ? typed : S(""), problem}};
    return delivery_answer(x, d, &wrong, error);
}

/* What its network would not take, the first of it; none when it would. */
static enum fault
look(struct exchange *x, const struct delivery *d, const struct message *m,
     const struct message_parts *parts, str *ret_problem, struct error *error)
{
    struct content_look found;
    *ret_problem = STR_NONE;
    if (content_look(x->web->propre, m, parts, d->channel, x->keep, &found, error))
        return error->fault;
    for (int32_t i = 0; i < found.problems_n && !ret_problem->p; i++) {
        const struct message_problem *p = &found.problems[i];
        if (p->severity == PROBLEM_ERROR)
            *ret_problem = SAY(x->keep, x->lang, p->format, p->a, p->b);
    }
    return OK;
}

enum fault
handle_delivery_text(struct exchange *x, struct error *error)
{
    struct delivery d;
    struct message m;
    struct message_parts parts;
    struct variant *own;
    int64_t message;
    const struct form_value *sent = form_value(&x->form, "text");
    if (delivery_get(x->web->propre, x->workspace.id, x->id, x->keep, &d, error))
        return error->fault;
    if (!delivery_is_ours(&d))
        return answer_typed(x, &d,
                            SAY(x->keep, x->lang,
                                N_("Nothing was changed: meanwhile it is “%s”, which does not "
                                   "allow this."),
                                state_shown(x, d.state)),
                            STR_NONE, error);
    if (open_post(x, &d, &m, &parts, &own, error))
        return error->fault;
    if (form_int(&x->form, "revision", 0) != m.revision)
        return answer_typed(
            x, &d,
            str_of(translate(x->lang, N_("Somebody changed this post meanwhile, and "
                                         "nothing of yours was saved. What you typed "
                                         "stands below; sending it now replaces what "
                                         "they wrote."))),
            STR_NONE, error);
    if (!sent || sent->problem)
        return answer_typed(
            x, &d, STR_NONE,
            str_of(translate(x->lang, sent ? sent->problem : N_("This is needed."))), error);
    own->body = sent->text;
    str problem;
    enum fault fault = look(x, &d, &m, &parts, &problem, error);
    if (!fault && problem.n > 0)
        return answer_typed(x, &d, STR_NONE, problem, error);
    if (!fault)
        fault = message_save(x->web->propre, &m, &parts, &message, error);
    if (fault == FAULT_INPUT)
        return answer_typed(x, &d, STR_NONE, translate_error(x->keep, x->lang, error), error);
    if (fault)
        return fault;
    answer_flash(x, FLASH_DELIVERY_TEXT, d.id, 0);
    answer_redirect(x, delivery_href(x, d.id));
    return OK;
}
