#include "cli/commands.h"

#include <math.h>

#include "base/format.h"
#include "cli/progress.h"
#include "learn/effects_json.h"
#include "learn/gather.h"
#include "learn/result_store.h"
#include "learn/run.h"
#include "learn/words.h"
#include "place/db.h"
#include "web/findings.h"

enum { MODEL_BYTES = 1 << 30 /* address space for chains of the largest model */ };

static enum fault
take_outcome(struct cli *cli, enum metric *ret, struct error *error)
{
    str word = args_value(cli->args, "outcome");
    int32_t n = 0;
    const enum metric *outcomes = learn_outcomes(&n);
    if (!word.p) {
        int64_t present_n[LEARN_OUTCOMES_N];
        enum fault fault = learn_outcomes_present(&cli->propre, cli->workspace.id, cli->keep,
                                                  present_n, error);
        if (fault)
            return fault;
        *ret = learn_outcome_usual(present_n);
        return OK;
    }
    auto_buf list;
    buf_init(&list, 4096);
    for (int32_t i = 0; i < n; i++) {
        if (str_eq(word, metric_word(outcomes[i]))) {
            *ret = outcomes[i];
            return OK;
        }
        buf_addf(&list, "%s%.*s", i ? ", " : "", STR_FMT(metric_word(outcomes[i])));
    }
    return fail(error, FAULT_INPUT,
                "--outcome \"%.*s\" is not a result that can be compared; it is one of %.*s",
                STR_FMT(str_slice(word, 0, 60)), STR_FMT(buf_str(&list)));
}

static enum fault
take_run_options(struct cli *cli, struct effects_options *o, struct error *error)
{
    int64_t seed = 0, chains = 0, draws = 0;
    *o = effects_defaults();
    if (args_i64(cli->args, "seed", 0, INT64_MAX, (int64_t)o->seed, &seed, error) ||
        args_i64(cli->args, "chains", 1, EFFECTS_CHAINS_MAX, o->chains, &chains, error) ||
        args_i64(cli->args, "draws", 10, 100000, o->draws, &draws, error))
        return error->fault;
    o->seed = (uint64_t)seed;
    o->chains = (int32_t)chains;
    o->draws = (int32_t)draws;
    o->warmup = (int32_t)draws;
    return OK;
}

/* ---- showing ---- */

static void
print_contrasts(struct cli *cli, const struct effects_factor_result *factor,
                const struct effects_result *result, str outcome)
{
    for (int32_t i = 0; i < factor->contrasts_n; i++) {
        struct words_contrast c =
            finding_contrast(factor, &factor->contrasts[i], result, outcome);
        cli_print(cli, arena_printf(cli->keep, "    %.*s [%s]",
                                    STR_FMT(words_evidence_between(cli->keep, cli->lang, &c)),
                                    words_verdict(cli->lang, c.verdict)));
    }
}

/* ${failed}: of the computation that did not settle, of which ${result} is the preview; else NULL. */
static void
print_result(struct cli *cli, const struct effects_result *result,
             const struct effects_diagnostics *failed, str outcome)
{
    struct finding *findings = NULL;
    ptrdiff_t n = 0;
    findings_of(result, outcome, cli->lang, cli->keep, &findings, &n);
    if (failed)
        cli_print(cli, effects_unsettled_text(cli->keep, cli->lang, failed));
    else if (result->preview)
        cli_say(
            cli,
            N_("This is a preview from %s posts: right about which, too sure about how much."),
            format_integer(cli->keep, cli->lang, result->posts_used));
    for (ptrdiff_t i = 0; i < n; i++) {
        cli_say(cli, N_("%1$s: %2$s"),
                str_of(words_verdict(cli->lang, findings[i].contrast.verdict)),
                findings[i].sentence);
        cli_print(cli, arena_printf(cli->keep, "    %.*s", STR_FMT(findings[i].evidence)));
        if (args_has(cli->args, "all"))
            print_contrasts(cli, findings[i].factor, result, outcome);
    }
    for (int32_t i = 0; i < result->notes_n; i++)
        cli_print(cli, effects_note_text(cli->keep, cli->lang, result, &result->notes[i],
                                         words_factor));
    if (n > 0) {
        cli_print(cli,
                  str_of(words_exposure_sentence(cli->lang, findings[0].contrast.exposure)));
        cli_print(cli, str_of(words_confounding(cli->lang)));
    }
}

/* ${preview}: to be read instead of a ${result} that did not settle; else NULL. */
static enum fault
show(struct cli *cli, const struct effects_result *result, const struct effects_result *preview,
     enum metric outcome, bool stale, struct error *error)
{
    if (!cli->json) {
        print_result(cli, preview ? preview : result, preview ? &result->diagnostics : NULL,
                     metric_word(outcome));
        return OK;
    }
    struct cli_json json;
    cli_json_begin(&json);
    json_object_begin(&json.w);
    json_member_str(&json.w, "outcome", metric_word(outcome));
    json_member_bool(&json.w, "stale", stale);
    json_key(&json.w, S("result"));
    effects_json_write(&json.w, result);
    if (preview) {
        json_key(&json.w, S("preview"));
        effects_json_write(&json.w, preview);
    }
    json_object_end(&json.w);
    return cli_json_end(&json, error);
}

/* ---- computing ---- */

static bool
run_step(void *ctx, int32_t chain, int32_t done, int32_t total)
{
    (void)chain; /* the bar is of all of them */
    progress_set(ctx, total > 0 ? (double)done / total : 0);
    return true;
}

/* Posts and the mark of the data they were read from, in one unchanging view. */
static enum fault
read_posts(struct cli *cli, enum metric outcome, struct gathered *ret, str *ret_mark,
           struct error *error)
{
    if (db_begin(cli->propre.db, DB_READ, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault =
        learn_gather(&cli->propre, cli->workspace.id, outcome, cli->keep, ret, error);
    fault = fault ? fault
                  : result_mark(&cli->propre, cli->workspace.id, cli->keep, ret_mark, error);
    return fault ? fault : db_commit(tx, error);
}

static enum fault
keep_result(struct cli *cli, enum metric outcome, const struct effects_result *result, str mark,
            double seconds, struct error *error)
{
    int64_t id = 0;
    if (db_begin(cli->propre.db, DB_WRITE, error))
        return error->fault;
    auto_tx tx = cli->propre.db;
    enum fault fault = result_keep(&cli->propre, cli->workspace.id, outcome, result, mark,
                                   seconds, &id, error);
    return fault ? fault : db_commit(tx, error);
}

enum fault
command_effects_run(struct cli *cli, struct error *error)
{
    enum metric outcome;
    struct effects_options options;
    struct gathered gathered = {0};
    const struct effects_model *model = NULL;
    struct effects_result result, preview;
    struct progress bar;
    str mark;
    enum fault fault = take_outcome(cli, &outcome, error);
    fault = fault ? fault : take_run_options(cli, &options, error);
    fault = fault ? fault : read_posts(cli, outcome, &gathered, &mark, error);
    if (fault)
        return fault;
    if (gathered.input.posts_n == 0) {
        return fail(error, FAULT_ABSENT,
                    "there is no post with a number of %.*s yet; bring some in with `propre "
                    "import FILE`, or name another result with --outcome",
                    STR_FMT(metric_word(outcome)));
    }
    if (effects_prepare(&gathered.input, &options, cli->keep, cli->scratch, &model, error))
        return error->fault;
    if (args_has(cli->args, "preview")) {
        effects_preview(model, cli->keep, cli->scratch, &result);
        return show(cli, &result, NULL, outcome, false, error);
    }
    instant started = clock_now(&cli->propre.clock);
    str what = SAY(cli->keep, cli->lang, N_("Computing from %s posts"),
                   format_integer(cli->keep, cli->lang, gathered.input.posts_n));
    progress_begin(&bar, cstr(cli->keep, what), cli->propre.clock, !cli->quiet);
    struct effects_progress progress = {run_step, &bar};
    struct effects_run_options run = {.once = args_has(cli->args, "seed")};
    fault = effects_run(model, &run, &progress, cli->keep, cli->scratch, &result, error);
    progress_end(&bar);
    double seconds = (double)instant_since(clock_now(&cli->propre.clock), started).us / 1e6;
    fault = fault ? fault : keep_result(cli, outcome, &result, mark, seconds, error);
    if (fault || result.diagnostics.settled)
        return fault ? fault : show(cli, &result, NULL, outcome, false, error);
    effects_preview(model, cli->keep, cli->scratch, &preview);
    return show(cli, &result, &preview, outcome, false, error);
}

enum fault
command_effects_show(struct cli *cli, struct error *error)
{
    enum metric outcome;
    struct kept_result kept;
    bool found = false;
    if (take_outcome(cli, &outcome, error) ||
        result_last(&cli->propre, cli->workspace.id, outcome, cli->keep, &kept, &found, error))
        return error->fault;
    if (!found) {
        return fail(error, FAULT_ABSENT,
                    "nothing has been computed for %.*s yet; run `propre effects`",
                    STR_FMT(metric_word(outcome)));
    }
    if (kept.stale) {
        cli_say(cli,
                N_("Posts changed since this was computed (%s of them): run `propre effects` "
                   "again."),
                format_integer(cli->keep, cli->lang, kept.changed_n));
    }
    if (kept.result.diagnostics.settled)
        return show(cli, &kept.result, NULL, outcome, kept.stale, error);
    struct effects_options options = effects_defaults();
    struct gathered gathered = {0};
    const struct effects_model *model = NULL;
    struct effects_result preview;
    str mark;
    if (read_posts(cli, outcome, &gathered, &mark, error) ||
        effects_prepare(&gathered.input, &options, cli->keep, cli->scratch, &model, error))
        return error->fault;
    effects_preview(model, cli->keep, cli->scratch, &preview);
    return show(cli, &kept.result, &preview, outcome, kept.stale, error);
}
