#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "channel/driver.h"
#include "web/answer.h"
#include "web/deliveries.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

enum {
    FACTS_MAX = 8,  /* add_facts has five; room for a few more */
    HASH_SHOWN = 12 /* hex digits: enough to compare two by eye */
};

/* ---------- words ---------- */

struct word {
    const char *stored, *shown, *tone;
};

/* Which outcomes are good, and which need a look (outbox/delivery.h: attempt_outcome_name). */
static const struct word outcomes[] = {
    {"ok", NULL, "ok"},        {"published", NULL, "ok"},     {"found", NULL, "ok"},
    {"absent", NULL, "waits"}, {"not sent", NULL, "warning"}, {"no answer", NULL, "warning"},
    {"wait", NULL, "waits"},   {"refused", NULL, "error"},    {"unknown", NULL, "warning"},
};
/* What was done, as the history keeps it. */
static const struct word acts[] = {
    {"move", N_("gave it another time"), ""},
    {"cancel", N_("cancelled it"), ""},
    {"hold", N_("put it on hold"), ""},
    {"release", N_("let it go out"), ""},
    {"is live", N_("saw it live"), ""},
    {"send again", N_("saw that it is not there, and had it sent again"), ""},
    {"drop", N_("decided to let it be"), ""},
    {"edit", N_("changed its text where it is published"), ""},
    {"withdraw", N_("took it down"), ""},
    {"late", N_("found that it is late"), ""},
    {"restored", N_("found that it may have been sent before the restore"), ""},
    {"worker died", N_("stopped while it had it, and took it up anew"), ""},
};
#define FIND(words, stored) find((words), (int)(sizeof(words) / sizeof *(words)), (stored))

static const struct word *
find(const struct word *words, int n, str stored)
{
    for (int i = 0; i < n; i++)
        if (str_eq(stored, str_of(words[i].stored)))
            return &words[i];
    return NULL;
}

/* A word of another driver or of a later time is shown as it is. */
static str
shown(struct exchange *x, const struct word *word, str stored)
{
    return word ? str_of(translate(x->lang, word->shown)) : stored;
}

/* ---------- gathering ---------- */

static str
sentence_of(struct exchange *x, const struct delivery *d)
{
    static const char *const says[DELIVERY_STATES_N] = {
        [DELIVERY_DRAFT] = N_("It is a draft, meant for %s. Schedule it to send it."),
        [DELIVERY_HELD] = N_("It is kept back. Its time is %s."),
        [DELIVERY_SCHEDULED] = N_("It goes out on %s."),
        [DELIVERY_CLAIMED] = N_("It is about to be sent; its time is %s."),
        [DELIVERY_SENDING] = N_("It is being sent right now; its time is %s."),
        [DELIVERY_DEFERRED] = N_("It is tried again on %s."),
        [DELIVERY_UNKNOWN] =
            N_("It may be live. Before anything else, it is looked for on %s."),
        [DELIVERY_PERSON] = N_("Look at the account, then say here what you saw."),
        [DELIVERY_PUBLISHED] = N_("It went out on %s."),
        [DELIVERY_REJECTED] = N_("It did not go out. Its time was %s."),
        [DELIVERY_MISSED] = N_("It did not go out: its time, %s, is over."),
        [DELIVERY_CANCELLED] = N_("It does not go out. Its time was %s."),
    };
    bool again = d->state == DELIVERY_DEFERRED || d->state == DELIVERY_UNKNOWN;
    if (!delivery_has_time(d))
        return str_of(
            translate(x->lang, N_("It is a draft without a time. Say when it goes out.")));
    if (d->state == DELIVERY_PERSON && d->attempts_n == 0) /* no request: it is done by hand */
        return str_of(translate(x->lang, N_("Publish it there yourself, then say so here.")));
    int64_t at = again && d->next_us.has                                 ? d->next_us.is
                 : d->state == DELIVERY_PUBLISHED && d->published_us.has ? d->published_us.is
                                                                         : d->due_us;
    return SAY(x->keep, x->lang, says[d->state], moment_shown(x, at));
}

static void
add_fact(struct exchange *x, struct fact_view *facts, ptrdiff_t *n, const char *name, str value)
{
    if (value.n > 0)
        facts[(*n)++] = (struct fact_view){str_of(translate(x->lang, name)), value};
}

/* A stored "2026-12-01T09:00"; false for another text. */
static bool
wall_read(str wall, struct civil *ret)
{
    static const struct {
        ptrdiff_t from, to;
    } at[] = {{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}};
    int64_t n[5] = {0};
    struct error ignored = {0};
    for (int i = 0; i < 5; i++)
        if (wall.n < at[i].to ||
            parse_i64(str_slice(wall, at[i].from, at[i].to), 0, 9999, &n[i], &ignored))
            return false;
    *ret = (struct civil){.year = (int32_t)n[0],
                          .month = (int32_t)n[1],
                          .day = (int32_t)n[2],
                          .hour = (int32_t)n[3],
                          .minute = (int32_t)n[4]};
    return civil_valid(ret);
}

/* The wall time as it was asked for, in the zone it was meant in. */
static str
asked_for(struct exchange *x, const struct delivery *d)
{
    struct civil wall;
    if (!delivery_has_time(d))
        return STR_NONE;
    if (!wall_read(d->wall, &wall))
        return SAY(x->keep, x->lang, N_("%s, an exact moment"), moment_shown(x, d->due_us));
    return arena_printf(x->keep, "%.*s, %.*s",
                        STR_FMT(format_civil(x->keep, x->lang, &wall, FORMAT_DATE_TIME)),
                        STR_FMT(d->zone.n > 0 ? d->zone : x->workspace.zone));
}

static void
add_facts(struct exchange *x, const struct delivery *d, struct delivery_view *view)
{
    struct fact_view *facts = new (x->keep, struct fact_view, FACTS_MAX);
    ptrdiff_t n = 0;
    add_fact(x, facts, &n, N_("Asked for"), asked_for(x, d));
    add_fact(x, facts, &n, N_("Went out"),
             d->published_us.has ? moment_shown(x, d->published_us.is) : STR_NONE);
    add_fact(x, facts, &n, N_("Useless after"),
             d->use_by_us.has ? moment_shown(x, d->use_by_us.is) : STR_NONE);
    add_fact(x, facts, &n, N_("Queue"), d->queue);
    add_fact(x, facts, &n, N_("The network's number of it"), d->remote_id);
    view->facts = facts;
    view->facts_n = n;
}

static enum fault
add_text(struct exchange *x, struct delivery_view *view, struct error *error)
{
    struct delivery_text text;
    enum fault fault =
        delivery_text(x->web->propre, x->workspace.id, x->id, x->keep, &text, error);
    if (fault == FAULT_ABSENT || fault == FAULT_CORRUPT) {
        view->text_missing =
            true; /* a picture of it is gone: the rest of the page still tells */
        return OK;
    }
    if (fault)
        return fault;
    view->frozen = text.frozen;
    view->title = text.title;
    view->link = text.link;
    view->warning = text.warning;
    view->parts = text.parts;
    view->parts_n = text.parts_n;
    str *pictures = new (x->keep, str, text.media_n + 1);
    for (int32_t i = 0; i < text.media_n; i++)
        pictures[i] = text.media[i].alt.n > 0 ? text.media[i].alt : text.media[i].file_name;
    view->pictures = pictures;
    view->pictures_n = text.media_n;
    return OK;
}

/* Evidence has seconds, and is the same in every language; the day only where it is another than before. */
static str
second_shown(struct exchange *x, int64_t us, int64_t before_us)
{
    struct civil t = zone_civil(x->zone, (instant){us}),
                 before = zone_civil(x->zone, (instant){before_us});
    bool same_day =
        civil_days(t.year, t.month, t.day) == civil_days(before.year, before.month, before.day);
    str time =
        arena_printf(x->keep, "%02d:%02d:%02d", (int)t.hour, (int)t.minute, (int)t.second);
    return same_day ? time
                    : arena_printf(x->keep, "%04d-%02d-%02d %.*s", (int)t.year, (int)t.month,
                                   (int)t.day, STR_FMT(time));
}

static enum fault
add_ledger(struct exchange *x, const struct delivery *d, struct delivery_view *view,
           struct error *error)
{
    struct attempt *all;
    ptrdiff_t n;
    if (attempt_list(x->web->propre, x->workspace.id, d->id, x->keep, &all, &n, error))
        return error->fault;
    struct ledger_line *lines = new (x->keep, struct ledger_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct attempt *a = &all[i];
        const struct word *outcome = FIND(outcomes, a->outcome);
        bool under_way = !a->ended_us.has && d->state == DELIVERY_SENDING;
        lines[i] = (struct ledger_line){
            .n = a->n,
            .step = attempt_step_shown(a->step, x->lang, x->keep),
            .began = second_shown(x, a->began_us, 0),
            .ended = a->ended_us.has ? second_shown(x, a->ended_us.is, a->began_us) : STR_NONE,
            .outcome = a->ended_us.has ? attempt_outcome_shown(a->outcome, x->lang)
                       : under_way     ? str_of(translate(x->lang, N_("under way")))
                                   : str_of(translate(x->lang, N_("nobody saw how it ended"))),
            .outcome_class = !a->ended_us.has ? (under_way ? "waits" : "warning")
                             : outcome        ? outcome->tone
                                              : "waits",
            .status = a->status ? arena_printf(x->keep, "%d", (int)a->status) : STR_NONE,
            .key = a->key,
            .hash = a->body_hash,
            .hash_short = str_slice(a->body_hash, 0, HASH_SHOWN),
        };
        words_split(x, a->words, &lines[i].words, &lines[i].found);
    }
    view->ledger = lines;
    view->ledger_n = n;
    return OK;
}

/* Pages do not call out: what is published already is changed by what is typed where the program runs. */
static void
add_live(struct exchange *x, const struct delivery *d, bool gone, struct delivery_view *view)
{
    const struct driver *driver = driver_find(d->network);
    if (!view->may_edit || d->state != DELIVERY_PUBLISHED || gone || !driver)
        return;
    if (driver->traits.ops[OP_EDIT])
        view->edit_command =
            arena_printf(x->keep, "propre edit %lld --live --text \"…\"", (long long)d->id);
    if (driver->traits.ops[OP_WITHDRAW])
        view->withdraw_command =
            arena_printf(x->keep, "propre withdraw %lld", (long long)d->id);
}

static enum fault
add_history(struct exchange *x, const struct delivery *d, struct delivery_view *view,
            struct error *error)
{
    struct delivery_event *all;
    ptrdiff_t n;
    if (delivery_history(x->web->propre, x->workspace.id, d->id, x->keep, &all, &n, error))
        return error->fault;
    struct history_line *lines = new (x->keep, struct history_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++)
        lines[i] = (struct history_line){
            .when = moment_shown(x, all[i].at_us),
            .who =
                all[i].who.n > 0 ? all[i].who : str_of(translate(x->lang, N_("The program"))),
            .what = shown(x, FIND(acts, all[i].act), all[i].act),
            .state = state_shown(x, all[i].became),
        };
    view->history = lines;
    view->history_n = n;
    bool gone = false;
    for (ptrdiff_t i = 0; i < n; i++)
        gone |= str_eq(all[i].act, S("withdraw"));
    add_live(x, d, gone, view);
    return OK;
}

static void
add_buttons(struct exchange *x, const struct delivery *d, struct delivery_view *view)
{
    if (!view->may_edit)
        return;
    const char *release = release_label(d);
    bool final = d->state == DELIVERY_REJECTED || d->state == DELIVERY_MISSED;
    view->no_time = !delivery_has_time(d);
    view->can_move = protocol_allows(d->state, ACT_MOVE, d->live);
    /* A draft goes out when somebody says so: it needs no hold. */
    view->can_hold = d->state != DELIVERY_DRAFT && protocol_allows(d->state, ACT_HOLD, d->live);
    view->can_cancel = protocol_allows(d->state, ACT_CANCEL, d->live);
    view->can_say_live = protocol_allows(d->state, ACT_SAY_LIVE, d->live);
    view->can_again = protocol_allows(d->state, ACT_AGAIN, d->live);
    view->can_drop = protocol_allows(d->state, ACT_DROP, d->live);
    view->can_plan_again = d->state == DELIVERY_CANCELLED && !d->live;
    view->maybe_out = view->can_plan_again && d->attempts_n > 0;
    const struct driver *driver = driver_find(d->network);
    view->by_hand = driver && driver->traits.by_hand;
    view->can_again &= !view->by_hand; /* nothing of ours was sent that could be sent again */
    view->cancel_label = str_of(translate(x->lang, final ? N_("Let it be") : N_("Cancel it")));
    if (release)
        view->release = (struct press_view){
            arena_printf(x->keep, "/delivery/%lld/release", (long long)d->id),
            str_of(translate(x->lang, release))};
}

/* The form's first value: the time it has, unless that is over. */
static str
time_value(struct exchange *x, const struct delivery *d)
{
    if (d->due_us <= clock_now(&x->web->propre->clock).us)
        return STR_NONE;
    struct civil wall = zone_civil(x->zone, (instant){d->due_us});
    return civil_minute(x->keep, &wall);
}

enum fault
delivery_answer(struct exchange *x, const struct delivery *d,
                const struct delivery_wrong *wrong, struct error *error)
{
    struct delivery_view view = {
        .layout = layout(x, NAV_QUEUE),
        .may_edit = may_edit(x),
        .id = d->id,
        .heading = delivery_heading(x, d),
        .channel_name = d->channel_name,
        .network = network_shown(x, d->network),
        .state = str_of(translate(x->lang, delivery_shown(d))),
        .state_class = state_tone(d->state),
        .sentence = sentence_of(x, d),
        .cause = delivery_cause(x, d),
        .advice = delivery_advice(x, d),
        .permalink = d->permalink,
        .zone = x->workspace.zone,
        .fix = delivery_fix(x, d),
        .channel_href = channel_href(x, d->channel),
        .at.value = time_value(x, d),
    };
    if (d->post.has)
        view.result_href = arena_printf(x->keep, "/post/%lld", (long long)d->post.is);
    if (wrong) {
        view.conflict = wrong->conflict;
        view.at = wrong->at.value.p ? wrong->at : view.at;
        view.address = wrong->address;
    }
    words_split(x, d->words, &view.words, &view.found);
    add_facts(x, d, &view);
    add_buttons(x, d, &view);
    if (add_text(x, &view, error) || delivery_editing(x, d, &view, error))
        return error->fault;
    if (wrong && wrong->text.value.p)
        view.text = wrong->text;
    if (add_ledger(x, d, &view, error) || add_history(x, d, &view, error))
        return error->fault;
    struct html h = answer_html(x, wrong ? wrong->status : 200);
    page_delivery(&h, &view);
    return OK;
}

enum fault
handle_delivery_page(struct exchange *x, struct error *error)
{
    struct delivery d;
    if (delivery_get(x->web->propre, x->workspace.id, x->id, x->keep, &d, error))
        return error->fault;
    return delivery_answer(x, &d, NULL, error);
}
