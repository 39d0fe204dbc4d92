#include "outbox/live.h"

#include "base/translate.h"
#include "channel/dry.h"
#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/outbox_internal.h"
#include "outbox/queries.h"
#include "outbox/translate_internal.h"
#include "place/db.h"
#include "place/propre.h"
#include "tactic/message.h"

struct live {
    struct propre *propre;
    const struct live_of *of;
    struct delivery_live_row row;
    struct channel_account account;
    const struct driver *driver;
    struct channel_message content;
    struct memo memo; /* what it remembers of being published: parts, pictures */
    enum channel_op op;
    struct arena *keep;
};

/* Whether it can be done at all. */
static enum fault
allow(const struct live *live, struct error *error)
{
    long long id = live->of->delivery;
    const char *name = live->driver->traits.name;
    if (!str_eq(live->row.state, delivery_state_word(DELIVERY_PUBLISHED)))
        return fail(
            error, FAULT_CONFLICT,
            "number %lld is \"%.*s\", not published: `propre edit` and `propre cancel` are "
            "for what is not out",
            id, STR_FMT(live->row.state));
    if (live->row.withdrawn_n > 0)
        return fail(error, FAULT_CONFLICT, "number %lld was taken down already", id);
    if (live->row.remote_id.n == 0)
        return fail(
            error, FAULT_CONFLICT,
            "%s gave no number for number %lld, so it can only be changed there by hand", name,
            id);
    if (live->driver->traits.ops[live->op])
        return OK;
    if (live->op == OP_EDIT)
        return fail(error, FAULT_CONFLICT,
                    "%s cannot change what is out; change it there by hand", name);
    return fail(error, FAULT_CONFLICT,
                "%s cannot take down what is out; take it down there by hand", name);
}

static enum fault
open_live(struct live *live, struct error *error)
{
    bool found = false;
    const struct delivery_live_in in = {live->of->workspace, live->of->delivery};
    if (q_delivery_live(live->propre->db, &in, live->keep, &live->row, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "there is no number %lld in the queue",
                    (long long)live->of->delivery);
    if (account_open(live->propre, live->of->workspace, live->row.channel, live->keep,
                     &live->account, &live->driver, error) ||
        allow(live, error) ||
        content_gather(live->propre, live->of->workspace, live->row.message, live->row.channel,
                       live->row.key, live->keep, &live->content, error) ||
        memo_read(live->row.memo, live->keep, &live->memo, error))
        return error->fault;
    live->content.created = (instant){live->row.made_us.has ? live->row.made_us.is : 0};
    if (live->row.slug.n > 0)
        live->content.slug = live->row.slug;
    return OK;
}

static str *
tags_of(str text, struct arena *keep, int32_t *ret_n)
{
    str head;
    int32_t n = 1;
    for (ptrdiff_t i = 0; i < text.n; i++)
        n += text.p[i] == ',';
    str *list = new (keep, str, n);
    n = 0;
    for (bool more = true; more;) {
        more = str_cut(&text, ',', &head);
        head = str_trim(head);
        if (str_starts(head, S("#")))
            head = str_slice(head, 1, head.n);
        if (head.n > 0)
            list[n++] = head;
    }
    *ret_n = n;
    return list;
}

/* Posts that hang together: another number of parts would leave one as it was, or lose one, without a word. */
static enum fault
change_parts(struct live *live, str text, struct error *error)
{
    int32_t n = 0;
    str *parts = message_thread(text, live->keep, &n);
    if (live->driver->traits.parts_apart && n != live->content.parts_n)
        return fail(error, FAULT_INPUT,
                    "it is %d posts on %s, and this text would be %d: what is out keeps its "
                    "number; take it down and post the text anew",
                    (int)live->content.parts_n, live->driver->traits.name, (int)n);
    live->content.parts = parts;
    live->content.parts_n = n;
    return OK;
}

static enum fault
change_content(struct live *live, const struct live_change *change, struct error *error)
{
    struct message_problem problems[MESSAGE_PROBLEMS_MAX];
    struct channel_message *content = &live->content;
    int32_t n = 0;
    if (change->text.p && change_parts(live, change->text, error))
        return error->fault;
    if (change->tags.p)
        content->tags = tags_of(change->tags, live->keep, &content->tags_n);
    content->title = change->title.p ? change->title : content->title;
    content->link = change->link.p ? change->link : content->link;
    message_check(live->driver, &live->account, content, live->keep, problems, &n);
    for (int32_t i = 0; i < n; i++) {
        if (problems[i].severity != PROBLEM_ERROR)
            continue;
        str text =
            SAY(live->keep, live->of->lang, problems[i].format, problems[i].a, problems[i].b);
        return fail(error, FAULT_INPUT, "%s would not take this: %.*s",
                    live->driver->traits.name, STR_FMT(text));
    }
    return OK;
}

static enum fault
prepare(struct live *live, const struct live_change *change, struct error *error)
{
    if (db_begin(live->propre->db, DB_READ, error))
        return error->fault;
    auto_tx tx = live->propre->db;
    if (open_live(live, error) || (change && change_content(live, change, error)))
        return error->fault;
    return db_commit(tx, error);
}

static struct channel_call
call_of(struct live *live)
{
    return (struct channel_call){.op = live->op,
                                 .message = &live->content,
                                 .remote_id = live->row.remote_id,
                                 .memo = &live->memo};
}

/* The message as it is now there: its variant for that channel, and what only a message has. */
static enum fault
keep_change(struct live *live, const struct live_change *change, struct error *error)
{
    struct message message;
    struct message_parts parts;
    struct variant *variants, *own = NULL;
    int64_t id = 0;
    if (message_get(live->propre, live->of->workspace, live->row.message, live->keep, &message,
                    error) ||
        message_parts_get(live->propre, live->row.message, live->keep, &parts, error))
        return error->fault;
    variants = new (live->keep, struct variant, parts.variants_n + 1);
    for (ptrdiff_t i = 0; i < parts.variants_n; i++) {
        variants[i] = parts.variants[i];
        if (variants[i].channel == live->row.channel)
            own = &variants[i];
    }
    if (!own) {
        own = &variants[parts.variants_n++];
        *own = (struct variant){.message = message.id, .channel = live->row.channel};
    }
    own->body = change->text.p ? change->text : own->body;
    own->title = change->title.p ? change->title : own->title;
    own->link = change->link.p ? change->link : own->link;
    if (change->tags.p && parts.variants_n == 1)
        message.tags = change->tags;
    parts.variants = variants;
    return message_save(live->propre, &message, &parts, &id, error);
}

/* What was done is of the history. */
static enum fault
keep_done(struct live *live, const struct live_change *change, const struct step *step,
          struct error *error)
{
    if (db_begin(live->propre->db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = live->propre->db;
    const struct delivery_event_insert_in event = {
        .delivery = live->of->delivery,
        .at_us = clock_now(&live->propre->clock).us,
        .who = live->of->who.n > 0 ? live->of->who : STR_NONE,
        .act = change ? S("edit") : S("withdraw"),
        .was = delivery_state_word(DELIVERY_PUBLISHED),
        .became = delivery_state_word(DELIVERY_PUBLISHED),
        .detail = step->note.n > 0 ? step->note : STR_NONE};
    if (q_delivery_event_insert(live->propre->db, &event, error) ||
        (change && keep_change(live, change, error)))
        return error->fault;
    return db_commit(tx, error);
}

static enum fault
run(struct live *live, struct wire *wire, const struct live_change *change, struct step *ret,
    struct error *error)
{
    if (prepare(live, change, error))
        return error->fault;
    const struct channel_call call = call_of(live);
    if (account_run(live->propre, wire, live->of->workspace, live->row.channel, &call,
                    live->keep, ret, error))
        return error->fault;
    return keep_done(live, change, ret, error);
}

enum fault
live_edit(struct propre *propre, struct wire *wire, const struct live_of *of,
          const struct live_change *change, struct arena *keep, struct step *ret,
          struct error *error)
{
    struct live live = {.propre = propre, .of = of, .op = OP_EDIT, .keep = keep};
    return run(&live, wire, change, ret, error);
}

enum fault
live_withdraw(struct propre *propre, struct wire *wire, const struct live_of *of,
              struct arena *keep, struct step *ret, struct error *error)
{
    struct live live = {.propre = propre, .of = of, .op = OP_WITHDRAW, .keep = keep};
    return run(&live, wire, NULL, ret, error);
}

enum fault
live_dry(struct propre *propre, const struct live_of *of, const struct live_change *change,
         struct arena *keep, struct step *ret, int32_t *ret_n, struct error *error)
{
    struct live live = {
        .propre = propre, .of = of, .op = change ? OP_EDIT : OP_WITHDRAW, .keep = keep};
    struct step last;
    if (prepare(&live, change, error))
        return error->fault;
    struct channel_call call = call_of(&live);
    call.account = &live.account;
    call.now = clock_now(&propre->clock);
    driver_dry(live.driver, &call, keep, ret, ret_n, &last);
    return OK;
}
