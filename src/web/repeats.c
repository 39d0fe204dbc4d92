#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "base/zone.h"
#include "outbox/delivery.h"
#include "outbox/repeat.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"
#include "tactic/when.h"
#include "web/answer.h"
#include "web/api.h"
#include "web/deliveries.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

/* The page of posts that come again (outbox/repeat.h), and of letting one come again. */

enum {
    SHOWN_MAX = 25, /* of a page: what comes of each is worked out for a year */
    COMING_MAX = 3  /* moments shown of each */
};

/* ---------- the list ---------- */

/* "Atelier, Blog": where the pattern goes. */
static enum fault
find_where(struct exchange *x, int64_t message, const struct channel *channels,
           ptrdiff_t channels_n, str *ret, struct error *error)
{
    struct message_parts parts;
    *ret = STR_NONE;
    if (message_parts_get(x->web->propre, message, x->keep, &parts, error))
        return error->fault;
    for (ptrdiff_t v = 0; v < parts.variants_n; v++) {
        for (ptrdiff_t c = 0; c < channels_n; c++) {
            if (channels[c].id == parts.variants[v].channel)
                *ret = arena_printf(x->keep, "%.*s%s%.*s", STR_FMT(*ret), ret->n ? ", " : "",
                                    STR_FMT(channels[c].name));
        }
    }
    return OK;
}

static void
add_coming(struct exchange *x, const struct repeat_coming *all, ptrdiff_t n,
           struct repeat_row *row)
{
    struct coming_view *coming = new (x->keep, struct coming_view, COMING_MAX);
    row->coming = coming;
    row->coming_n = n < COMING_MAX ? n : COMING_MAX;
    for (ptrdiff_t i = 0; i < row->coming_n; i++) {
        str day = format_weekday(x->lang, civil_weekday(&all[i].wall));
        coming[i].label = arena_printf(
            x->keep, "%.*s %.*s", STR_FMT(day),
            STR_FMT(format_civil(x->keep, x->lang, &all[i].wall, FORMAT_DATE_TIME)));
        if (all[i].message.has)
            coming[i].href = message_href(x, all[i].message.is);
    }
}

static void
add_state(struct exchange *x, const struct recurrence *r, struct repeat_row *row)
{
    enum repeat_state is =
        repeat_state(r, row->coming_n > 0, clock_now(&x->web->propre->clock));
    row->paused = is == REPEAT_PAUSED;
    row->over = is == REPEAT_OVER;
    const char *state = row->over     ? N_("over")
                        : row->paused ? N_("stands still")
                                      : N_("in use");
    row->state = str_of(translate(x->lang, state));
    row->state_class = row->over ? "waits" : row->paused ? "warning" : "ok";
    if (r->end_us.has && !row->over)
        row->ends = SAY(x->keep, x->lang, N_("until %s"),
                        format_instant(x->keep, x->lang, x->zone, (instant){r->end_us.is - 1},
                                       FORMAT_DATE));
    else if (r->count_max.has && !row->over)
        row->ends = SAY(x->keep, x->lang, N_("at most %s times"),
                        format_integer(x->keep, x->lang, r->count_max.is));
    if (r->cooldown_days > 0 && !row->over)
        row->rest =
            SAY(x->keep, x->lang, N_("Never the same text on a channel within %s days."),
                format_integer(x->keep, x->lang, r->cooldown_days));
}

static enum fault
fill_row(struct exchange *x, const struct recurrence *r, const struct channel *channels,
         ptrdiff_t channels_n, struct repeat_row *row, struct error *error)
{
    struct message message;
    struct repeat_coming *all;
    ptrdiff_t n = 0;
    if (message_get(x->web->propre, x->workspace.id, r->message, x->keep, &message, error) ||
        find_where(x, r->message, channels, channels_n, &row->where, error) ||
        repeat_coming(x->web->propre, r, x->keep, &all, &n, error))
        return error->fault;
    row->id = r->id;
    row->heading = post_heading(x, message.id, message.title, message.body);
    row->rule = rule_text(r->rule, x->lang, x->keep);
    for (ptrdiff_t i = 0; i < n; i++)
        row->waiting_n += all[i].message.has;
    add_coming(x, all, n, row);
    add_state(x, r, row);
    return OK;
}

/* ---------- letting one come again ---------- */

static struct options_view
rule_options(struct exchange *x, str chosen)
{
    static const char *const rules[] = {"FREQ=WEEKLY",
                                        "FREQ=DAILY",
                                        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                                        "FREQ=WEEKLY;INTERVAL=2",
                                        "FREQ=MONTHLY",
                                        "FREQ=YEARLY"};
    enum { RULES_N = sizeof rules / sizeof *rules };
    struct option_view *options = new (x->keep, struct option_view, RULES_N);
    for (int i = 0; i < RULES_N; i++) {
        str rule = str_of(rules[i]);
        options[i] =
            (struct option_view){rule, rule_text(rule, x->lang, x->keep), str_eq(rule, chosen)};
    }
    return (struct options_view){options, RULES_N};
}

/* Its own hour: when that is over, of tomorrow. */
static str
first_time(struct exchange *x, const struct delivery *d)
{
    instant now = clock_now(&x->web->propre->clock);
    struct civil wall = zone_civil(x->zone, (instant){d->due_us});
    if (d->due_us <= now.us) {
        const struct civil today = zone_civil(x->zone, now);
        int64_t tomorrow = civil_days(today.year, today.month, today.day) + 1;
        const struct civil day = instant_to_utc((instant){tomorrow * SPAN_DAY.us});
        wall.year = day.year;
        wall.month = day.month;
        wall.day = day.day;
    }
    return civil_minute(x->keep, &wall);
}

/* What is asked of this delivery: as sent, or as it stands in the plan. */
static struct repeat_form
form_of(struct exchange *x, const struct delivery *d)
{
    str at = form_text(&x->form, "at");
    return (struct repeat_form){
        .delivery = d->id,
        .heading = delivery_heading(x, d),
        .rules = rule_options(x, form_text(&x->form, "rule")),
        .words.value = form_text(&x->form, "words"),
        .at.value = at.p ? at : first_time(x, d),
        .until.value = form_text(&x->form, "until"),
        .times.value = form_text(&x->form, "times"),
        .cooldown.value = form_text(&x->form, "cooldown"),
    };
}

/* ${form}: NULL when nothing is asked. */
static enum fault
answer_page(struct exchange *x, int32_t status, const struct repeat_form *form,
            struct error *error)
{
    struct recurrence *all;
    struct channel *channels;
    ptrdiff_t n, channels_n;
    struct error ignored = {0};
    int64_t offset = 0;
    struct repeats_view view = {
        .layout = layout(x, NAV_QUEUE), .may_edit = may_edit(x), .zone = x->workspace.zone};
    if (recurrence_list(x->web->propre, x->workspace.id, x->keep, &all, &n, error) ||
        channel_list(x->web->propre, x->workspace.id, x->keep, &channels, &channels_n, error))
        return error->fault;
    if (parse_i64(exchange_query(x, "offset"), 0, RECURRENCES_MAX, &offset, &ignored))
        offset = 0;
    ptrdiff_t from = offset < n ? (ptrdiff_t)offset : n;
    ptrdiff_t shown = n - from < SHOWN_MAX ? n - from : SHOWN_MAX;
    struct repeat_row *rows = new (x->keep, struct repeat_row, shown + 1);
    for (ptrdiff_t i = 0; i < shown; i++) {
        if (fill_row(x, &all[from + i], channels, channels_n, &rows[i], error))
            return error_prefix(error, "repetition %lld", (long long)all[from + i].id);
    }
    view.rows = rows;
    view.rows_n = shown;
    if (from > 0)
        view.previous_href = arena_printf(x->keep, "/repeats?offset=%lld",
                                          (long long)(from > SHOWN_MAX ? from - SHOWN_MAX : 0));
    ptrdiff_t after = from + shown;
    if (after < n)
        view.next_href = arena_printf(x->keep, "/repeats?offset=%lld", (long long)after);
    if (form)
        view.form = *form;
    struct html h = answer_html(x, status);
    page_repeats(&h, &view);
    return OK;
}

enum fault
handle_repeats_page(struct exchange *x, struct error *error)
{
    struct delivery d;
    struct error ignored = {0};
    int64_t id = 0;
    if (!may_edit(x) || parse_i64(exchange_query(x, "delivery"), 1, INT64_MAX, &id, &ignored))
        return answer_page(x, 200, NULL, error);
    if (delivery_get(x->web->propre, x->workspace.id, id, x->keep, &d, error))
        return error->fault;
    const struct repeat_form form = form_of(x, &d);
    return answer_page(x, 200, &form, error);
}

/* ---------- acts ---------- */

static void
keep_problem(struct exchange *x, const char *name, struct field_view *field)
{
    const struct form_value *value = form_value(&x->form, name);
    if (value && value->problem)
        field->error = str_of(translate(x->lang, value->problem));
}

/* The last day is a whole one: the end is the beginning of the next. */
static bool
day_read(struct exchange *x, str text, struct maybe_int *ret)
{
    instant at;
    int64_t day;
    struct error ignored = {0};
    if (!api_day_parse(text, &day))
        return false;
    struct civil wall = instant_to_utc((instant){(day + 1) * SPAN_DAY.us});
    if (zone_instant(x->zone, &wall, GAP_NEXT_VALID, OVERLAP_FIRST, &at, &ignored))
        return false;
    *ret = some_int(at.us);
    return true;
}

/* What of the form cannot be used, beside its field; nothing was written yet. */
static bool
find_problems(struct exchange *x, struct recurrence *r, struct repeat_form *form)
{
    struct error why = {0};
    instant at;
    str words = form->words.value;
    keep_problem(x, "words", &form->words);
    keep_problem(x, "times", &form->times);
    keep_problem(x, "cooldown", &form->cooldown);
    if (rule_read(words.n > 0 ? words : form_text(&x->form, "rule"), x->keep, &r->rule, &why))
        form->words.error = translate_error(x->keep, x->lang, &why);
    if (when_parse(form->at.value, x->zone, clock_now(&x->web->propre->clock), &r->anchor, &at,
                   &why))
        form->at.error = translate_error(x->keep, x->lang, &why);
    if (form->until.value.n > 0 && !day_read(x, form->until.value, &r->end_us))
        form->until.error =
            str_of(translate(x->lang, N_("Write a day that exists, like 2027-03-31.")));
    r->anchor.second = r->anchor.microsecond = 0;
    r->cooldown_days = (int32_t)form_int(&x->form, "cooldown", 0);
    int64_t times = form_int(&x->form, "times", 0);
    r->count_max = times > 0 ? some_int(times) : no_int;
    return form->words.error.n || form->at.error.n || form->until.error.n ||
           form->times.error.n || form->cooldown.error.n;
}

enum fault
handle_repeat_add(struct exchange *x, struct error *error)
{
    struct recurrence r = {.workspace = x->workspace.id, .zone = x->workspace.zone};
    struct delivery d;
    int64_t delivery = 0, id = 0;
    if (parse_i64(form_text(&x->form, "delivery"), 1, INT64_MAX, &delivery, error) ||
        delivery_get(x->web->propre, x->workspace.id, delivery, x->keep, &d, error))
        return error->fault;
    struct repeat_form form = form_of(x, &d);
    if (find_problems(x, &r, &form))
        return answer_page(x, 422, &form, error);
    if (repeat_check(x->web->propre, &r, some_int(d.message), x->scratch, error)) {
        form.at.error = translate_error(x->keep, x->lang, error);
        return answer_page(x, 422, &form, error);
    }
    if (repeat_pattern(x->web->propre, x->workspace.id, d.message, x->keep, &r.message,
                       error) ||
        repeat_begin(x->web->propre, &r, some_int(d.message), x->scratch, &id, error))
        return error->fault;
    answer_flash(x, FLASH_REPEAT_ADDED, id, 0);
    answer_redirect(x, S("/repeats"));
    return OK;
}

static struct repeat_of
asked(const struct exchange *x)
{
    return (struct repeat_of){x->workspace.id, x->id, x->visitor.session.person_name};
}

static enum fault
done(struct exchange *x, enum flash_kind kind)
{
    answer_flash(x, kind, x->id, 0);
    answer_redirect(x, S("/repeats"));
    return OK;
}

enum fault
handle_repeat_skip(struct exchange *x, struct error *error)
{
    const struct repeat_of of = asked(x);
    struct repeat_coming one;
    if (repeat_skip(x->web->propre, &of, no_int, x->keep, &one, error))
        return error->fault;
    return done(x, FLASH_REPEAT_SKIPPED);
}

enum fault
handle_repeat_pause(struct exchange *x, struct error *error)
{
    const struct repeat_of of = asked(x);
    bool paused = form_int(&x->form, "paused", 1) != 0;
    int64_t n = 0;
    if (repeat_pause(x->web->propre, &of, paused, false, x->keep, &n, error))
        return error->fault;
    return done(x, paused ? FLASH_REPEAT_PAUSED : FLASH_REPEAT_RESUMED);
}

enum fault
handle_repeat_end(struct exchange *x, struct error *error)
{
    const struct repeat_of of = asked(x);
    /* what waits is cancelled only when that was pressed */
    bool cancels = str_eq(form_text(&x->form, "queue"), S("cancel"));
    int64_t n = 0;
    if (repeat_end(x->web->propre, &of, !cancels, x->keep, &n, error))
        return error->fault;
    return done(x, cancels ? FLASH_REPEAT_ENDED_CANCELLED : FLASH_REPEAT_ENDED);
}
