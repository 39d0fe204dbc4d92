/* What objectives are, without a database: their words, and the rules between their fields. */
#include <assert.h>

#include "base/money.h"
#include "base/text.h"
#include "base/translate.h"
#include "strategy/objective.h"

static const struct {
    const char *word, *name;
} kinds[OBJECTIVE_KINDS_N] = {
    [OBJECTIVE_SALES] = {"sales", N_("Sales")},
    [OBJECTIVE_LEADS] = {"leads", N_("Leads")},
    [OBJECTIVE_TRAFFIC] = {"traffic", N_("Traffic")},
    [OBJECTIVE_AWARENESS] = {"awareness", N_("Awareness")},
    [OBJECTIVE_COMMUNITY] = {"community", N_("Community")},
    [OBJECTIVE_SERVICE] = {"service", N_("Service")},
    [OBJECTIVE_RECRUITMENT] = {"recruitment", N_("Recruitment")},
    [OBJECTIVE_REPUTATION] = {"reputation", N_("Reputation")},
    [OBJECTIVE_RESEARCH] = {"research", N_("Research")},
    [OBJECTIVE_CLEARING] = {"clearing", N_("Clearing stock")},
};
static const char *const directions[OBJECTIVE_DIRECTIONS_N] = {"up", "down", "within"};
static const struct {
    const char *word, *name;
} states[OBJECTIVE_STATES_N] = {
    [OBJECTIVE_DRAFT] = {"draft", N_("Draft")},
    [OBJECTIVE_ACTIVE] = {"active", N_("Active")},
    [OBJECTIVE_REACHED] = {"reached", N_("Reached")},
    [OBJECTIVE_MISSED] = {"missed", N_("Missed")},
    [OBJECTIVE_DROPPED] = {"dropped", N_("Dropped")},
};

str
objective_kind_word(enum objective_kind kind)
{
    assert((size_t)kind < OBJECTIVE_KINDS_N);
    return str_of(kinds[kind].word);
}

const char *
objective_kind_name(enum objective_kind kind)
{
    assert((size_t)kind < OBJECTIVE_KINDS_N);
    return kinds[kind].name;
}

bool
objective_kind_parse(str word, enum objective_kind *ret)
{
    for (int i = 0; i < OBJECTIVE_KINDS_N; i++) {
        if (str_eq(word, str_of(kinds[i].word))) {
            *ret = (enum objective_kind)i;
            return true;
        }
    }
    return false;
}

str
objective_direction_word(enum objective_direction direction)
{
    assert((size_t)direction < OBJECTIVE_DIRECTIONS_N);
    return str_of(directions[direction]);
}

bool
objective_direction_parse(str word, enum objective_direction *ret)
{
    for (int i = 0; i < OBJECTIVE_DIRECTIONS_N; i++) {
        if (str_eq(word, str_of(directions[i]))) {
            *ret = (enum objective_direction)i;
            return true;
        }
    }
    return false;
}

str
objective_state_word(enum objective_state state)
{
    assert((size_t)state < OBJECTIVE_STATES_N);
    return str_of(states[state].word);
}

const char *
objective_state_name(enum objective_state state)
{
    assert((size_t)state < OBJECTIVE_STATES_N);
    return states[state].name;
}

bool
objective_state_parse(str word, enum objective_state *ret)
{
    for (int i = 0; i < OBJECTIVE_STATES_N; i++) {
        if (str_eq(word, str_of(states[i].word))) {
            *ret = (enum objective_state)i;
            return true;
        }
    }
    return false;
}

static enum fault
check_texts(const struct objective *o, struct error *error)
{
    if (str_trim(o->name).n == 0)
        return fail(error, FAULT_INPUT, "the objective needs a name");
    if (!utf8_valid(o->name) || !utf8_valid(o->why))
        return fail(error, FAULT_INPUT, "the objective's name or reason is not UTF-8 text");
    if (o->name.n > (ptrdiff_t)16 * OBJECTIVE_NAME_MAX ||
        text_graphemes(o->name) > OBJECTIVE_NAME_MAX)
        return fail(error, FAULT_INPUT, "the objective's name is longer than %d characters",
                    OBJECTIVE_NAME_MAX);
    if (o->why.n > OBJECTIVE_WHY_MAX)
        return fail(error, FAULT_INPUT, "the objective's reason is longer than %d bytes",
                    OBJECTIVE_WHY_MAX);
    bool word = o->metric.n > 0 && o->metric.n <= OBJECTIVE_METRIC_MAX;
    for (ptrdiff_t i = 0; word && i < o->metric.n; i++) {
        char c = o->metric.p[i];
        word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    if (!word)
        return fail(
            error, FAULT_INPUT,
            "the objective's metric \"%.*s\" is not a metric word, such as interactions",
            STR_FMT(o->metric));
    return OK;
}

/* Comparisons that are false for NaN as well, so that it is refused. */
static bool
below(struct maybe_real a, struct maybe_real b)
{
    return a.has && b.has && a.is < b.is;
}

static enum fault
check_numbers(const struct objective *o, struct error *error)
{
    struct maybe_real start = o->baseline.has ? o->baseline : some_real(0);
    switch (o->direction) {
    case OBJECTIVE_UP:
        if (!below(start, o->target))
            return fail(error, FAULT_INPUT,
                        "an objective that goes up needs a target above its baseline");
        break;
    case OBJECTIVE_DOWN:
        if (!o->baseline.has || !below(o->target, o->baseline))
            return fail(error, FAULT_INPUT,
                        "an objective that goes down needs a baseline and a target below it");
        break;
    case OBJECTIVE_WITHIN:
        if (!below(o->low, o->high))
            return fail(error, FAULT_INPUT,
                        "an objective to keep within needs a low and a higher bound");
        break;
    case OBJECTIVE_DIRECTIONS_N:
        assert(false); /* not a direction */
    }
    if (o->start_day.has && o->deadline_day.has && o->start_day.is >= o->deadline_day.is)
        return fail(error, FAULT_INPUT, "the objective's deadline must come after its start");
    if (o->unit_value_minor.has &&
        (o->unit_value_minor.is < 0 || money_digits(o->currency) < 0))
        return fail(error, FAULT_INPUT,
                    "the value of one unit needs an amount of zero or more and a currency, "
                    "such as EUR");
    return OK;
}

enum fault
objective_check(const struct objective *objective, struct error *error)
{
    if (check_texts(objective, error))
        return error->fault;
    return check_numbers(objective, error);
}

double
objective_progress(const struct objective *o, double value)
{
    if (o->direction == OBJECTIVE_WITHIN)
        return o->low.has && o->high.has && value >= o->low.is && value <= o->high.is ? 1 : 0;
    double start = o->baseline.has ? o->baseline.is : 0;
    double way = (o->target.has ? o->target.is : 0) - start;
    if (!(way < 0) && !(way > 0))
        return 0;
    double share = (value - start) / way;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

bool
objective_pace(const struct objective *o, int64_t today, double *ret_share)
{
    if (!o->start_day.has || !o->deadline_day.has || o->start_day.is >= o->deadline_day.is)
        return false;
    double share =
        (double)(today - o->start_day.is) / (double)(o->deadline_day.is - o->start_day.is);
    *ret_share = share < 0 ? 0 : share > 1 ? 1 : share;
    return true;
}
