#include "fixture.h"

#include <math.h>

#include "learn/effects_json.h"
#include "learn/gather.h"
#include "learn/result_store.h"
#include "measure/import.h"
#include "tactic/post.h"

/* From the stored posts to the arrays of the model, and an answer kept beside them. */

static int64_t
import_file(struct fixture *f, const char *file)
{
    const char *root = getenv("PROPRE_SOURCE");
    str path = arena_printf(f->keep, "%s/%s", root ? root : ".", file);
    struct import_options options = {.workspace = f->workspace, .zone = S("Europe/Paris")};
    struct import_plan plan;
    struct import_outcome outcome;
    assert_ok(import_plan_make(f->propre, path, &options, f->keep, &plan, &f->error),
              &f->error);
    struct import_mapping mapping = plan.mapping;
    options.mapping = &mapping; /* as proposed */
    if (plan.asks & ASK_MAPPING)
        assert_ok(import_plan_make(f->propre, path, &options, f->keep, &plan, &f->error),
                  &f->error);
    assert_ok(import_apply(f->propre, &plan, NULL, &outcome, &f->error), &f->error);
    return outcome.import;
}

static int64_t
import_demo(struct fixture *f)
{
    return import_file(f, "src/measure/demo/facebook_metrics.csv");
}

static const struct effects_factor *
factor_named(const struct effects_input *input, const char *name, int32_t *ret_index)
{
    for (int32_t i = 0; i < input->factors_n; i++) {
        if (str_eq(input->factors[i].name, str_of(name))) {
            *ret_index = i;
            return &input->factors[i];
        }
    }
    fail_msg("there is no factor %s", name);
    return NULL;
}

static void
the_demo_becomes_the_reference_input(void **state)
{
    struct fixture *f = *state;
    struct gathered g;
    int64_t outcome = 0, photos = 0, unpaid_unknown = 0;
    double reach = 0;
    int32_t format = 0, tactic = 0, weekday = 0, hour = 0;
    (void)import_demo(f);
    assert_ok(
        learn_gather(f->propre, f->workspace, METRIC_INTERACTIONS, f->keep, &g, &f->error),
        &f->error);
    assert_int_equal(500, g.input.posts_n);
    assert_int_equal(1, g.input.channels_n);
    assert_int_equal(4, factor_named(&g.input, "format", &format)->labels_n);
    assert_int_equal(3, factor_named(&g.input, "tactic", &tactic)->labels_n);
    assert_int_equal(7, factor_named(&g.input, "weekday_number", &weekday)->labels_n);
    assert_int_equal(6, factor_named(&g.input, "hour", &hour)->labels_n);
    assert_int_equal(FACTOR_CALENDAR, g.input.factors[hour].kind);
    assert_int_equal(1, g.input.covariates_n); /* no text, so no length and no link */
    assert_str("paid", g.input.covariates[0].name);
    for (int32_t i = 0; i < g.input.posts_n; i++) {
        const struct effects_post *p = &g.input.posts[i];
        outcome += p->outcome;
        reach += p->exposure[EXPOSURE_REACH];
        unpaid_unknown += isnan(p->covariates[0]);
        photos += str_eq(g.input.factors[format].labels[p->levels[format]], S("photo"));
        assert_true(isnan(p->age_hours)); /* neither moment is known */
        assert_in_range(p->month, 0, 11);
    }
    assert_int_equal(106060, outcome);
    assert_true(fabs(reach - 6951680) < 0.5);
    assert_int_equal(426, photos);
    assert_int_equal(1, unpaid_unknown);
}

static void
what_enough_posts_have_is_spoken_of(void **state)
{
    (void)state;
    int32_t n = 0;
    const enum metric *all = learn_outcomes(&n);
    int64_t present[LEARN_OUTCOMES_N] = {0};
    assert_int_equal(LEARN_OUTCOMES_N, n);
    assert_int_equal(all[0], learn_outcome_usual(present));
    present[6] = LEARN_POSTS_MIN - 1;
    assert_int_equal(all[6], learn_outcome_usual(present)); /* little is more than nothing */
    present[8] = LEARN_POSTS_MIN;
    assert_int_equal(all[8], learn_outcome_usual(present));
    present[7] = LEARN_POSTS_MIN;
    present[0] = LEARN_POSTS_MIN - 1;
    assert_int_equal(all[7], learn_outcome_usual(present)); /* the most telling of the two */
}

static void
posts_without_the_outcome_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct gathered g;
    (void)import_demo(f);
    assert_ok(learn_gather(f->propre, f->workspace, METRIC_SHARES, f->keep, &g, &f->error),
              &f->error);
    assert_int_equal(496, g.input.posts_n);
    assert_int_equal(4, g.without_n);
    assert_ok(learn_gather(f->propre, f->workspace + 1, METRIC_SHARES, f->keep, &g, &f->error),
              &f->error);
    assert_int_equal(0, g.input.posts_n);
}

/* Six posts of real dates beside 500 whose file only numbers the days. */
static void
few_other_posts_take_no_factor_away(void **state)
{
    struct fixture *f = *state;
    struct gathered g;
    int32_t at = 0;
    (void)import_demo(f);
    (void)import_file(f, "test/learn/reference/likes_only.csv");
    assert_ok(learn_gather(f->propre, f->workspace, METRIC_COMMENTS, f->keep, &g, &f->error),
              &f->error);
    assert_int_equal(6, g.posts_n - 500);
    assert_true(g.without_n >= 6); /* they have no comments */
    assert_int_equal(1, g.input.channels_n);
    assert_int_equal(1, g.input.covariates_n); /* theirs would be link and length */
    assert_int_equal(7, factor_named(&g.input, "weekday_number", &at)->labels_n);
    for (int32_t i = 0; i < g.input.posts_n; i++)
        assert_true(g.input.posts[i].levels[at] >= 0);
    /* where they count, their days are what is not recorded */
    assert_ok(learn_gather(f->propre, f->workspace, METRIC_LIKES, f->keep, &g, &f->error),
              &f->error);
    assert_int_equal(7, factor_named(&g.input, "weekday_number", &at)->labels_n);
    int32_t unknown = 0;
    for (int32_t i = 0; i < g.input.posts_n; i++)
        unknown += g.input.posts[i].levels[at] < 0;
    assert_int_equal(6, unknown);
}

static void
a_reply_is_known_where_it_begins_with_whom_it_answers(void **state)
{
    struct fixture *f = *state;
    struct gathered g;
    int64_t replies = 0, unknown = 0;
    (void)import_file(f, "test/learn/reference/tweets.csv");
    assert_ok(
        learn_gather(f->propre, f->workspace, METRIC_INTERACTIONS, f->keep, &g, &f->error),
        &f->error);
    assert_int_equal(3, g.input.posts_n);
    assert_int_equal(3, g.input.covariates_n);
    assert_str("has_link", g.input.covariates[0].name);
    assert_str("reply", g.input.covariates[1].name);
    for (int32_t i = 0; i < g.input.posts_n; i++) {
        replies += g.input.posts[i].covariates[1] > 0;
        unknown += isnan(g.input.posts[i].covariates[1]);
    }
    assert_int_equal(1, replies); /* "… @guild" is a mention */
    assert_int_equal(0, unknown);
}

/* A real answer, if a short one: 2 chains of 30 draws. */
static struct effects_result
short_answer(struct fixture *f, const struct effects_input *input)
{
    struct effects_options options = effects_defaults();
    const struct effects_model *model;
    struct effects_chain chains[2];
    struct effects_result result;
    options.chains = 2;
    options.warmup = 60;
    options.draws = 30;
    options.seed = 7;
    assert_ok(effects_prepare(input, &options, f->keep, f->t.scratch, &model, &f->error),
              &f->error);
    for (int32_t i = 0; i < 2; i++)
        assert_ok(
            effects_chain_run(model, i, NULL, f->keep, f->t.scratch, &chains[i], &f->error),
            &f->error);
    effects_gather(model, chains, 2, f->keep, f->t.scratch, &result);
    return result;
}

static bool
stale(struct fixture *f)
{
    struct kept_result kept;
    bool found = false;
    assert_ok(result_last(f->propre, f->workspace, METRIC_INTERACTIONS, f->keep, &kept, &found,
                          &f->error),
              &f->error);
    assert_true(found);
    return kept.stale;
}

static int64_t
seed_for(struct fixture *f, str mark)
{
    uint64_t seed = 1;
    assert_ok(result_seed(f->propre, f->workspace, METRIC_INTERACTIONS, mark, f->keep, &seed,
                          &f->error),
              &f->error);
    return (int64_t)seed;
}

static void
an_answer_is_kept_and_grows_stale_with_its_data(void **state)
{
    struct fixture *f = *state;
    struct gathered g;
    struct kept_result kept;
    struct import_undone undone;
    str mark;
    bool found = true;
    int64_t id = 0;
    assert_ok(result_last(f->propre, f->workspace, METRIC_INTERACTIONS, f->keep, &kept, &found,
                          &f->error),
              &f->error);
    assert_false(found);
    int64_t import = import_demo(f);
    assert_ok(
        learn_gather(f->propre, f->workspace, METRIC_INTERACTIONS, f->keep, &g, &f->error),
        &f->error);
    assert_ok(result_mark(f->propre, f->workspace, f->keep, &mark, &f->error), &f->error);
    struct effects_result result = short_answer(f, &g.input);
    assert_int_equal(1, seed_for(f, mark));
    assert_ok(result_keep(f->propre, f->workspace, METRIC_INTERACTIONS, &result, mark, 1.5, &id,
                          &f->error),
              &f->error);
    fixture_commit(f);
    assert_ok(result_last(f->propre, f->workspace, METRIC_INTERACTIONS, f->keep, &kept, &found,
                          &f->error),
              &f->error);
    assert_true(found && kept.id == id && !kept.stale);
    assert_int_equal(3, seed_for(f, mark)); /* asked again, it is a try of its own */
    assert_int_equal(1, seed_for(f, S("other data")));
    assert_int_equal(500, kept.result.posts_used);
    assert_int_equal(106060, kept.result.outcome_sum);
    assert_memory_equal(result.fingerprint, kept.result.fingerprint, sizeof result.fingerprint);
    assert_int_equal(result.seed, kept.result.seed);
    assert_int_equal(EFFECTS_MODEL_VERSION, kept.result.model_version);
    assert_int_equal(result.factors_n, kept.result.factors_n);
    assert_int_equal(result.diagnostics.divergent, kept.result.diagnostics.divergent);
    assert_true(fabs(kept.seconds - 1.5) < 1e-9);
    assert_true(fabs(kept.result.factors[0].levels[0].outcome_median -
                     result.factors[0].levels[0].outcome_median) < 1e-9);
    /* somebody says more about a post: the answer no longer stands on the data there are */
    struct post post;
    f->t.now.us += SPAN_SECOND.us;
    assert_ok(post_get(f->propre, f->workspace, g.input.posts[0].id, f->keep, &post, &f->error),
              &f->error);
    post.topic = S("tea");
    assert_ok(post_update(f->propre, &post, &f->error), &f->error);
    assert_true(stale(f));
    fixture_rollback(f);
    assert_false(stale(f));
    assert_ok(import_undo(f->propre, f->workspace, import, &undone, &f->error), &f->error);
    assert_true(stale(f));
}

/* Answers kept before the observed medians were are still answers. */
static void
an_answer_without_medians_is_read(void **state)
{
    struct fixture *f = *state;
    struct effects_level level = {.label = S("photo"), .outcome_median = 7};
    struct effects_factor_result factor = {
        .name = S("format"), .levels = &level, .levels_n = 1};
    struct effects_result read,
        result = {.model = S(EFFECTS_MODEL), .factors = &factor, .factors_n = 1};
    struct json_writer w;
    auto_buf text;
    buf_init(&text, 1 << 16);
    json_writer_init(&w, &text);
    effects_json_write(&w, &result);
    assert_ok(effects_json_read(buf_str(&text), f->keep, &read, &f->error), &f->error);
    assert_true(fabs(read.factors[0].levels[0].outcome_median - 7) < 1e-9);
    char *member = strstr(cstr(f->keep, buf_str(&text)), "outcome_median");
    assert_non_null(member);
    memcpy(member, "unknown_member", strlen("outcome_median"));
    assert_ok(effects_json_read(str_of(member - str_find(buf_str(&text), S("outcome_median"))),
                                f->keep, &read, &f->error),
              &f->error);
    assert_true(isnan(read.factors[0].levels[0].outcome_median));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(the_demo_becomes_the_reference_input),
        cmocka_unit_test(what_enough_posts_have_is_spoken_of),
        T(posts_without_the_outcome_are_left_out),
        T(an_answer_without_medians_is_read),
        T(few_other_posts_take_no_factor_away),
        T(a_reply_is_known_where_it_begins_with_whom_it_answers),
        T(an_answer_is_kept_and_grows_stale_with_its_data),
    };
    if (testdb_skips())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
