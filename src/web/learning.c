#include "web/learning.h"

#include <math.h>

#include "base/format.h"
#include "base/json.h"
#include "base/translate.h"
#include "learn/gather.h"
#include "learn/result_store.h"
#include "learn/words.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/learn_job.h"
#include "web/pages.h"
#include "web/web_internal.h"

enum { PREVIEW_POSTS_MAX = 5000 /* a page must not compute longer than a reader waits */ };

static bool
outcome_parse(str word, enum metric *ret)
{
    int32_t n = 0;
    const enum metric *outcomes = learn_outcomes(&n);
    for (int32_t i = 0; i < n; i++) {
        if (str_eq(word, metric_word(outcomes[i]))) {
            *ret = outcomes[i];
            return true;
        }
    }
    return false;
}

static int64_t
posts_with(const int64_t present_n[LEARN_OUTCOMES_N], enum metric outcome)
{
    int32_t n = 0;
    const enum metric *outcomes = learn_outcomes(&n);
    for (int32_t i = 0; i < n; i++) {
        if (outcomes[i] == outcome)
            return present_n[i];
    }
    return 0;
}

enum fault
learning_usual(struct exchange *x, enum metric *ret, int64_t *ret_posts_n, struct error *error)
{
    int64_t present_n[LEARN_OUTCOMES_N];
    enum fault fault =
        learn_outcomes_present(x->web->propre, x->workspace.id, x->keep, present_n, error);
    if (fault)
        return fault;
    *ret = learn_outcome_usual(present_n);
    *ret_posts_n = posts_with(present_n, *ret);
    return OK;
}

/* The outcome asked for, the usual one when it is none of ours. */
static enum fault
outcome_asked(struct exchange *x, str word, enum metric *ret, struct error *error)
{
    int64_t posts_n = 0;
    return outcome_parse(word, ret) ? OK : learning_usual(x, ret, &posts_n, error);
}

static enum fault
preview(struct exchange *x, enum metric outcome, struct effects_result **ret,
        struct error *error)
{
    struct gathered gathered;
    struct effects_options options = effects_defaults();
    const struct effects_model *model = NULL;
    *ret = NULL;
    enum fault fault =
        learn_gather(x->web->propre, x->workspace.id, outcome, x->keep, &gathered, error);
    if (fault || gathered.input.posts_n < LEARN_POSTS_MIN ||
        gathered.input.posts_n > PREVIEW_POSTS_MAX)
        return fault;
    fault = effects_prepare(&gathered.input, &options, x->keep, x->scratch, &model, error);
    if (fault)
        return fault;
    *ret = new (x->keep, struct effects_result, 1);
    effects_preview(model, x->keep, x->scratch, *ret);
    return OK;
}

static str
progress_text(struct exchange *x, double share)
{
    return SAY(x->keep, x->lang, N_("%s done"), format_share(x->keep, x->lang, share, 0));
}

/* ---- what is known ---- */

static void
read_run(struct exchange *x, enum metric outcome, const struct kept_result *kept,
         struct learning_now *now)
{
    struct run_view *run = &now->run;
    const struct learn_job *job = x->web->job;
    run->outcome = metric_word(outcome);
    if (learn_job_running(job, outcome)) {
        run->state = RUN_RUNNING;
        run->progress_share = (int32_t)(learn_job_share(job) * 100);
        run->progress_text = progress_text(x, learn_job_share(job));
        run->progress_url =
            arena_printf(x->keep, "/learning/progress?outcome=%.*s", STR_FMT(run->outcome));
    } else if (kept) {
        run->state = kept->result.diagnostics.settled ? RUN_SETTLED : RUN_UNSETTLED;
        run->why = effects_unsettled_reasons(x->keep, x->lang, &kept->result.diagnostics);
        run->stale = kept->stale;
        run->changed_n = kept->changed_n;
    } else {
        run->state = now->facts.result ? RUN_PREVIEW : RUN_NEVER;
    }
    if (kept)
        run->computed_at =
            format_instant(x->keep, x->lang, x->zone, kept->computed, FORMAT_DATE_TIME);
    run->posts_n = now->facts.result ? now->facts.result->posts_used : 0;
}

enum fault
learning_read(struct exchange *x, enum metric outcome, struct learning_now *ret,
              struct error *error)
{
    struct kept_result *kept = new (x->keep, struct kept_result, 1);
    bool found = false;
    struct learning_now now = {
        .facts = {.outcome = metric_word(outcome), .seconds = (double)NAN}};
    enum fault fault =
        result_last(x->web->propre, x->workspace.id, outcome, x->keep, kept, &found, error);
    if (fault)
        return fault;
    if (found && kept->result.diagnostics.settled) {
        now.facts.result = &kept->result;
        now.facts.seconds = kept->seconds;
    } else {
        struct effects_result *result = NULL;
        fault = preview(x, outcome, &result, error);
        if (fault)
            return fault;
        now.facts.result = result;
    }
    read_run(x, outcome, found ? kept : NULL, &now);
    *ret = now;
    return OK;
}

/* ---- the page ---- */

static void
gather_outcomes(struct exchange *x, const int64_t present_n[LEARN_OUTCOMES_N],
                enum metric chosen, struct learning_view *view)
{
    int32_t n = 0;
    const enum metric *outcomes = learn_outcomes(&n);
    struct option_view *at = new (x->keep, struct option_view, n);
    for (int32_t i = 0; i < n; i++) {
        if (present_n[i] < LEARN_POSTS_MIN && outcomes[i] != chosen)
            continue;
        str word = metric_word(outcomes[i]);
        at[view->outcomes.n++] = (struct option_view){
            arena_printf(x->keep, "/learning?outcome=%.*s", STR_FMT(word)),
            str_of(translate(x->lang, metric_name(outcomes[i]))), outcomes[i] == chosen};
    }
    view->outcomes.at = at;
}

enum fault
handle_learning_page(struct exchange *x, struct error *error)
{
    int64_t present_n[LEARN_OUTCOMES_N];
    enum metric outcome;
    struct learning_now now;
    struct learning_view view = {.layout = layout(x, NAV_LEARNING)};
    if (learn_outcomes_present(x->web->propre, x->workspace.id, x->keep, present_n, error))
        return error->fault;
    if (!outcome_parse(exchange_query(x, "outcome"), &outcome))
        outcome = learn_outcome_usual(present_n);
    if (learning_read(x, outcome, &now, error))
        return error->fault;
    view.run = now.run;
    now.facts.posts_n = posts_with(present_n, outcome);
    gather_learning(&now.facts, x->lang, x->keep, &view);
    gather_outcomes(x, present_n, outcome, &view);
    struct html h = answer_html(x, 200);
    page_learning(&h, &view);
    return OK;
}

enum fault
handle_learning_progress(struct exchange *x, struct error *error)
{
    enum metric outcome;
    const struct learn_job *job = x->web->job;
    if (outcome_asked(x, exchange_query(x, "outcome"), &outcome, error))
        return error->fault;
    bool running = learn_job_running(job, outcome);
    struct json_writer w;
    json_writer_init(&w, answer_json(x, 200));
    json_object_begin(&w);
    json_key(&w, S("running"));
    json_bool(&w, running);
    json_key(&w, S("progress"));
    json_int(&w, running ? (int64_t)(learn_job_share(job) * 100) : 100);
    json_key(&w, S("text"));
    json_str(&w, progress_text(x, running ? learn_job_share(job) : 1));
    json_object_end(&w);
    return OK;
}

enum fault
handle_learning_run(struct exchange *x, struct error *error)
{
    enum metric outcome;
    if (outcome_asked(x, form_text(&x->form, "outcome"), &outcome, error))
        return error->fault;
    /* Asking twice for what runs already is no mistake: the page shows how far it is. */
    if (!learn_job_running(x->web->job, outcome) &&
        learn_job_start(x->web->job, x->web->propre, x->workspace.id, outcome, error))
        return error->fault;
    answer_redirect(
        x, arena_printf(x->keep, "/learning?outcome=%.*s", STR_FMT(metric_word(outcome))));
    return OK;
}
