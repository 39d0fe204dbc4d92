#include "base/format.h"
#include "base/translate.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/pages.h"
#include "web/web_internal.h"

/* What is offered while typing; any zone and currency that exists is taken. */
static const char *const zones[] = {
    "Europe/Paris",       "Europe/Brussels",  "Europe/Zurich",     "Europe/Luxembourg",
    "Europe/London",      "Europe/Berlin",    "Europe/Madrid",     "America/Montreal",
    "America/Toronto",    "America/New_York", "America/Chicago",   "America/Los_Angeles",
    "America/Guadeloupe", "America/Cayenne",  "Indian/Reunion",    "Pacific/Noumea",
    "Africa/Dakar",       "Africa/Abidjan",   "Africa/Casablanca", "Africa/Tunis",
    "Asia/Kolkata",       "Asia/Tokyo",       "Australia/Sydney",  "UTC",
};
static const char *const currencies[] = {"EUR", "CHF", "CAD", "USD",
                                         "GBP", "XOF", "MAD", "TND"};
static const char *const langs[] = {"en", "fr"};
static const char *const lang_names[] = {"English", "Français"};

enum { WEEKDAYS = 7 };

static struct options_view
options(struct exchange *x, const char *const *values, const char *const *labels, ptrdiff_t n,
        str chosen)
{
    struct option_view *at = new (x->keep, struct option_view, n + 1);
    ptrdiff_t have = 0;
    bool found = false;
    for (ptrdiff_t i = 0; i < n; i++) {
        str value = str_of(values[i]);
        found |= str_eq(value, chosen);
        at[have++] = (struct option_view){value, labels ? str_of(labels[i]) : value,
                                          str_eq(value, chosen)};
    }
    if (!found && chosen.n > 0) /* a choice that is not among the common ones is kept */
        at[have++] = (struct option_view){chosen, chosen, true};
    return (struct options_view){at, have};
}

static struct options_view
weekdays(struct exchange *x, int64_t chosen)
{
    struct option_view *at = new (x->keep, struct option_view, WEEKDAYS);
    for (int32_t day = 1; day <= WEEKDAYS; day++)
        at[day - 1] = (struct option_view){arena_printf(x->keep, "%d", (int)day),
                                           format_weekday(x->lang, day), day == chosen};
    return (struct options_view){at, WEEKDAYS};
}

#define COUNT(array) (ptrdiff_t)(sizeof(array) / sizeof *(array))

static struct settings_view
gather(struct exchange *x, const struct workspace *workspace)
{
    struct civil now = zone_civil(x->zone, clock_now(&x->web->propre->clock));
    return (struct settings_view){
        .layout = layout(x, NAV_SETTINGS),
        .name.value = workspace->name,
        .zone.value = workspace->zone,
        .currency.value = workspace->currency,
        .zones = options(x, zones, NULL, COUNT(zones), STR_NONE),
        .langs =
            options(x, langs, lang_names, COUNT(langs), str_of(lang_code(workspace->lang))),
        .weekdays = weekdays(x, workspace->first_weekday),
        .currencies = options(x, currencies, NULL, COUNT(currencies), workspace->currency),
        .now = format_clock(x->keep, x->lang, now.hour, now.minute),
    };
}

enum fault
handle_settings_page(struct exchange *x, struct error *error)
{
    (void)error; /* nothing that can go wrong */
    struct settings_view view = gather(x, &x->workspace);
    struct html h = answer_html(x, 200);
    page_settings(&h, &view);
    return OK;
}

/* The problems of the form, then what the workspace itself refuses, each beside its field. */
static bool
problems(struct exchange *x, struct settings_view *view)
{
    static const char *const names[] = {"name", "zone", "currency"};
    struct field_view *fields[] = {&view->name, &view->zone, &view->currency};
    for (ptrdiff_t i = 0; i < COUNT(names); i++) {
        const struct form_value *value = form_value(&x->form, names[i]);
        if (value && value->problem)
            fields[i]->error = str_of(translate(x->lang, value->problem));
    }
    return x->form.problems_n > 0;
}

static struct field_view *
field_of(struct settings_view *view, const struct workspace *asked)
{
    struct error error;
    struct zone *zone = NULL;
    if (zone_open(asked->zone, &zone, &error))
        return &view->zone;
    zone_close(zone);
    return asked->currency.n == 3 ? &view->name : &view->currency;
}

enum fault
handle_settings(struct exchange *x, struct error *error)
{
    struct workspace asked = x->workspace;
    asked.name = form_text(&x->form, "name");
    asked.zone = form_text(&x->form, "zone");
    asked.currency = form_text(&x->form, "currency");
    asked.first_weekday = (int32_t)form_int(&x->form, "first_weekday", asked.first_weekday);
    (void)lang_parse(form_text(&x->form, "lang"), &asked.lang); /* another keeps what was */
    struct settings_view view = gather(x, &asked);
    enum fault fault =
        problems(x, &view) ? FAULT_INPUT : workspace_change(x->web->propre, &asked, error);
    if (!fault) {
        answer_flash(x, FLASH_SETTINGS, 0, 0);
        answer_redirect(x, S("/settings"));
    } else if (fault == FAULT_INPUT) {
        if (x->form.problems_n == 0)
            field_of(&view, &asked)->error = translate_error(x->keep, x->lang, error);
        struct html h = answer_html(x, 422);
        page_settings(&h, &view);
        return OK;
    }
    return fault;
}
