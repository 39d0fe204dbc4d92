/* The answer itself: the reference result, the verdicts, and data that are hardly data. */
#include "t.h"

#include <math.h>

#include "base/rng.h"
#include "learn/golden.h"
#include "learn/model_internal.h"
#include "learn/words.h"

struct room {
    struct arena_region keep_region, scratch_region;
    struct arena keep, scratch;
    struct error error;
};

static int
open_room(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    room->keep = arena_reserve((ptrdiff_t)1 << 30, &room->keep_region);
    room->scratch = arena_reserve((ptrdiff_t)1 << 30, &room->scratch_region);
    *state = room;
    return 0;
}

static int
close_room(void **state)
{
    struct room *room = *state;
    arena_release(&room->keep_region);
    arena_release(&room->scratch_region);
    free(room);
    return 0;
}

static struct effects_result
answered(struct room *room, const struct effects_input *input, const struct effects_options *o,
         bool preview)
{
    const struct effects_model *model = NULL;
    struct effects_chain chains[EFFECTS_CHAINS_MAX];
    struct effects_result result;
    assert_ok(effects_prepare(input, o, &room->keep, room->scratch, &model, &room->error),
              &room->error);
    if (preview) {
        effects_preview(model, &room->keep, room->scratch, &result);
        return result;
    }
    for (int32_t c = 0; c < o->chains; c++)
        assert_ok(effects_chain_run(model, c, NULL, &room->keep, room->scratch, &chains[c],
                                    &room->error),
                  &room->error);
    effects_gather(model, chains, o->chains, &room->keep, room->scratch, &result);
    return result;
}

static const struct effects_contrast *
contrast(const struct effects_result *r, int32_t factor, int32_t a, int32_t b)
{
    for (int32_t i = 0; i < r->factors[factor].contrasts_n; i++)
        if (r->factors[factor].contrasts[i].a == a && r->factors[factor].contrasts[i].b == b)
            return &r->factors[factor].contrasts[i];
    fail_msg("no contrast %d, %d", a, b);
    return NULL;
}

/* Means and sds of all 27 numbers within four standard errors of Stan's. */
static void
reference_result_is_hit(void **state)
{
    struct room *room = *state;
    struct golden_posts golden;
    struct golden_row rows[GOLDEN_ROWS];
    assert_true(golden_read(&room->keep, 500, &golden));
    assert_true(golden_stan(rows));
    struct effects_result r = answered(room, &golden.input, &golden.options, false);
    assert_true(r.diagnostics.settled);
    assert_int_equal(r.outcome_sum, 106060);
    assert_true(fabs(r.exposure_sum - 6951680) < 0.5);
    assert_int_equal(r.exposure, EXPOSURE_REACH);
    for (int32_t i = 0; i < GOLDEN_ROWS; i++) {
        const struct effects_summary *s = golden_summary(&r, i);
        double se = sqrt(s->mcse * s->mcse + rows[i].se * rows[i].se);
        double sd_se =
            sqrt(s->sd * s->sd / s->ess_bulk + rows[i].sd * rows[i].sd / rows[i].ess);
        if (fabs(s->mean - rows[i].mean) > 4 * se)
            fail_msg("%s: mean %.5f, Stan %.5f, standard error %.5f", rows[i].name, s->mean,
                     rows[i].mean, se);
        if (fabs(s->sd - rows[i].sd) > 4 * sd_se + 0.02 * rows[i].sd)
            fail_msg("%s: sd %.5f, Stan %.5f", rows[i].name, s->sd, rows[i].sd);
    }
    /* methods of the reference: contrasts, probabilities of being best, verdicts */
    const struct effects_contrast *c = contrast(&r, 0, 1, 2); /* photo against status */
    assert_true(fabs(log(c->ratio) - 0.749) < 0.015);
    assert_true(fabs(log(c->ratio_low90) - 0.567) < 0.03);
    assert_true(fabs(log(c->ratio_high90) - 0.929) < 0.03);
    assert_int_equal(c->verdict, VERDICT_CLEAR);
    assert_int_equal(c->posts_needed, 0);
    c = contrast(&r, 0, 0, 2); /* link against status */
    assert_true(fabs(log(c->ratio) + 0.056) < 0.025);
    assert_int_equal(c->verdict, VERDICT_CANNOT_TELL);
    assert_true(c->posts_needed > 50);
    assert_true(fabs(r.factors[0].levels[1].best_share - 0.993) < 0.006);
    for (int32_t j = 0; j < 7; j++)
        assert_true(r.factors[2].levels[j].best_share < 0.36);
    assert_int_equal(r.factors[0].levels[1].posts_n, 426);
    assert_true(fabs(r.factors[0].levels[1].outcome_median - 122) < 1e-9);
    assert_int_equal(r.factors[0].levels[2].posts_n, 45);
    assert_int_equal(r.draws_n, 1000);
    assert_int_equal(r.columns_n, 27);
}

/*
 * The demo's posts with their tactics in the order of their French names: an order that once led one chain into a
 * corner where it stayed for 50 draws.
 */
static void
the_demo_settles_in_french(void **state)
{
    struct room *room = *state;
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, 500, &golden));
    const int32_t in_french[3] = {1, 2, 0}; /* Inspiration, Offres, Produit */
    struct effects_factor factors[4];
    struct effects_post *posts = new (&room->keep, struct effects_post, 500);
    double unknown = (double)NAN;
    memcpy(factors, golden.input.factors, sizeof factors);
    factors[0] = golden.input.factors[1];
    factors[1] = golden.input.factors[0];
    for (int32_t i = 0; i < 500; i++) {
        const int32_t *from = golden.input.posts[i].levels;
        int32_t *levels = new (&room->keep, int32_t, 4);
        posts[i] = golden.input.posts[i];
        levels[0] = in_french[from[1]];
        levels[1] = from[0];
        levels[2] = from[2];
        levels[3] = from[3];
        posts[i].levels = levels;
        posts[i].exposure[0] = round(posts[i].exposure[0]);
    }
    posts[499].covariates =
        &unknown; /* the file's one blank; the reference takes it as unpaid */
    golden.input.posts = posts;
    golden.input.factors = factors;
    struct effects_options options = effects_defaults();
    struct effects_result r = answered(room, &golden.input, &options, false);
    assert_true(r.diagnostics.settled);
    assert_int_equal(r.diagnostics.divergent, 0);
    assert_true(r.diagnostics.ess_tail_min > 1000);
}

static void
preview_agrees_about_effects(void **state)
{
    struct room *room = *state;
    struct golden_posts golden;
    struct golden_row rows[GOLDEN_ROWS];
    assert_true(golden_read(&room->keep, 500, &golden));
    assert_true(golden_stan(rows));
    struct effects_result r = answered(room, &golden.input, &golden.options, true);
    assert_true(r.preview && !r.diagnostics.settled);
    for (int32_t i = 7; i < GOLDEN_ROWS; i++) {
        const struct effects_summary *s = golden_summary(&r, i);
        if (fabs(s->mean - rows[i].mean) > 0.35 * rows[i].sd ||
            fabs(s->sd / rows[i].sd - 1) > 0.3)
            fail_msg("%s: %.4f ± %.4f, Stan %.4f ± %.4f", rows[i].name, s->mean, s->sd,
                     rows[i].mean, rows[i].sd);
    }
    assert_int_equal(contrast(&r, 0, 1, 2)->verdict, VERDICT_CLEAR);
    assert_true(isnan(r.diagnostics.rhat_max));
}

/* With the last 40 posts photo leads by about 0.51 ± 0.50: a wide, honest answer. */
static void
forty_posts_give_a_wide_answer(void **state)
{
    struct room *room = *state;
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, 40, &golden));
    struct effects_result r = answered(room, &golden.input, &golden.options, false);
    assert_true(r.diagnostics.settled);
    const struct effects_level *photo = &r.factors[0].levels[1];
    assert_true(fabs(photo->effect.mean - 0.51) < 0.12);
    assert_true(fabs(photo->effect.sd - 0.50) < 0.10);
    assert_true(fabs(r.factors[0].tau.mean - 0.61) < 0.06);
}

static void
seeds_and_fingerprints(void **state)
{
    struct room *room = *state;
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, 40, &golden));
    golden.options.chains = 2;
    golden.options.warmup = golden.options.draws = 100;
    struct effects_result a = answered(room, &golden.input, &golden.options, false);
    struct effects_result b = answered(room, &golden.input, &golden.options, false);
    golden.options.seed++;
    struct effects_result c = answered(room, &golden.input, &golden.options, false);
    size_t bytes = sizeof(float) * (size_t)a.draws_n * (size_t)a.columns_n;
    assert_memory_equal(a.draws, b.draws, bytes);
    assert_memory_not_equal(a.draws, c.draws, bytes);
    assert_memory_equal(a.fingerprint, c.fingerprint, 32); /* of the rows, not of chance */
    struct effects_post posts[40];
    memcpy(posts, golden.input.posts, sizeof posts);
    posts[3].outcome++;
    golden.input.posts = posts;
    struct effects_result d = answered(room, &golden.input, &golden.options, true);
    assert_memory_not_equal(a.fingerprint, d.fingerprint, 32);
}

/* ---- hardly data ---- */

static bool
noted(const struct effects_result *r, enum effects_note_kind kind, int64_t n)
{
    for (int32_t i = 0; i < r->notes_n; i++)
        if (r->notes[i].kind == kind && (n < 0 || r->notes[i].n == n))
            return true;
    return false;
}

static void
assert_finite(const struct effects_result *r)
{
    for (int32_t i = 0; i < r->scalars_n; i++)
        assert_true(isfinite(r->scalars[i].is.mean) && isfinite(r->scalars[i].is.sd));
    for (int32_t k = 0; k < r->factors_n; k++) {
        const struct effects_factor_result *f = &r->factors[k];
        double best = 0;
        int32_t compared = 0;
        for (int32_t j = 0; j < f->levels_n; j++) {
            assert_true(isfinite(f->levels[j].effect.mean) && f->levels[j].effect.sd > 0);
            best += f->levels[j].best_share;
            compared += f->levels[j].recorded && f->levels[j].posts_n > 0;
        }
        assert_true(compared == 0 ? best == 0 : fabs(best - 1) < 1e-9);
        for (int32_t i = 0; i < f->contrasts_n; i++)
            assert_true(isfinite(f->contrasts[i].ratio) && f->contrasts[i].ratio_high90 > 0);
    }
}

/* Both ways to an answer, which must be finite. */
static struct effects_result
hardly(struct room *room, struct golden_posts *golden)
{
    struct effects_result preview = answered(room, &golden->input, &golden->options, true);
    assert_finite(&preview);
    struct effects_result r = answered(room, &golden->input, &golden->options, false);
    assert_finite(&r);
    assert_true(r.diagnostics.rhat_max < 1.05);
    return r;
}

static struct golden_posts
some(struct room *room, int32_t n, struct effects_post **ret_posts)
{
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, n > 0 ? n : 1, &golden));
    golden.input.posts_n = n;
    golden.options.chains = 2;
    golden.options.warmup = golden.options.draws = 500;
    struct effects_post *posts = new (&room->keep, struct effects_post, n + 1);
    memcpy(posts, golden.input.posts, (size_t)n * sizeof *posts);
    golden.input.posts = posts;
    *ret_posts = posts;
    return golden;
}

static void
no_posts_give_the_prior(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 0, &posts);
    struct effects_result r = hardly(room, &golden);
    assert_true(noted(&r, NOTE_NO_POSTS, -1));
    assert_int_equal(r.factors[0].contrasts_n, 0);
    assert_int_equal(r.posts_used, 0);
}

static void
one_post_tells_nothing(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 1, &posts);
    struct effects_result r = hardly(room, &golden);
    assert_true(noted(&r, NOTE_FEW_POSTS, 1) && noted(&r, NOTE_ONE_LEVEL, 1));
    for (int32_t k = 0; k < r.factors_n; k++)
        assert_int_equal(r.factors[k].contrasts_n, 0);
}

static void
all_zero_is_not_certainty(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 30, &posts);
    for (int32_t i = 0; i < 30; i++)
        posts[i].outcome = 0;
    struct effects_result r = hardly(room, &golden);
    assert_true(noted(&r, NOTE_ALL_ZERO, 30));
    for (int32_t i = 0; i < r.factors[0].contrasts_n; i++)
        assert_int_not_equal(r.factors[0].contrasts[i].verdict, VERDICT_CLEAR);
}

static void
constant_and_twin_factors_are_said(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 60, &posts);
    for (int32_t i = 0; i < 60; i++) {
        int32_t *levels = new (&room->keep, int32_t, 4);
        double *x = new (&room->keep, double, 1);
        memcpy(levels, posts[i].levels, 4 * sizeof *levels);
        levels[0] = 1;
        levels[1] = i % 3;
        levels[2] = (i + 1) % 3;
        x[0] = 1;
        posts[i].levels = levels;
        posts[i].covariates = x;
    }
    struct effects_result r = hardly(room, &golden);
    assert_true(noted(&r, NOTE_ONE_LEVEL, 60));
    assert_true(noted(&r, NOTE_CONFOUNDED, 1));
    assert_true(noted(&r, NOTE_COVARIATE_CONSTANT, 60));
    assert_int_equal(r.factors[0].contrasts_n, 0);
    assert_int_equal(r.factors[0].levels[0].posts_n, 0); /* a level without posts: the prior */
    assert_true(r.factors[0].levels[0].effect.sd > 0.3);
}

static void
huge_and_missing_numbers_are_borne(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 60, &posts);
    for (int32_t i = 0; i < 60; i++) {
        posts[i].outcome *= 10000000;
        posts[i].exposure[0] *= i % 7 ? 1e6 : (double)NAN;
    }
    int32_t levels[4] = {-1, 0, 0, 0};
    double x[1] = {(double)NAN};
    posts[5].levels = levels;
    posts[6].covariates = x;
    struct effects_result r = hardly(room, &golden);
    assert_int_equal(r.posts_left_out, 9);
    assert_true(noted(&r, NOTE_NO_EXPOSURE, 9));
    assert_true(noted(&r, NOTE_NOT_RECORDED, 1));
    assert_true(noted(&r, NOTE_COVARIATE_MISSING, 1));
    const struct effects_factor_result *f = &r.factors[0];
    assert_false(f->levels[f->levels_n - 1].recorded);
    assert_true(f->levels[f->levels_n - 1].best_share == 0);
    for (int32_t i = 0; i < f->contrasts_n; i++)
        assert_true(f->contrasts[i].b < f->levels_n - 1);
}

static void
exposure_goes_down_the_ladder(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 50, &posts);
    for (int32_t i = 0; i < 50; i++) {
        posts[i].exposure[1] = 500 + i;
        posts[i].exposure[0] = i < 20 ? 100 : (double)NAN; /* known for too few */
    }
    assert_int_equal(answered(room, &golden.input, &golden.options, true).exposure,
                     EXPOSURE_IMPRESSIONS);
    for (int32_t i = 0; i < 50; i++)
        posts[i].exposure[0] = posts[i].exposure[1] = (double)NAN;
    struct effects_result r = answered(room, &golden.input, &golden.options, true);
    assert_int_equal(r.exposure, EXPOSURE_NONE);
    assert_true(noted(&r, NOTE_EXPOSURE_NONE, 50));
    golden.options.exposure = EXPOSURE_FOLLOWERS; /* insisted on: nothing is left */
    r = answered(room, &golden.input, &golden.options, true);
    assert_int_equal(r.posts_used, 0);
    assert_int_equal(r.posts_left_out, 50);
}

static void
impossible_input_is_refused_by_name(void **state)
{
    struct room *room = *state;
    struct effects_post *posts;
    struct golden_posts golden = some(room, 20, &posts);
    const struct effects_model *model;
    int32_t levels[4] = {9, 0, 0, 0};
    posts[4].id = 777;
    posts[4].levels = levels;
    assert_fault(FAULT_INPUT,
                 effects_prepare(&golden.input, &golden.options, &room->keep, room->scratch,
                                 &model, &room->error),
                 &room->error, "777");
    levels[0] = 0;
    posts[4].outcome = -1;
    assert_fault(FAULT_INPUT,
                 effects_prepare(&golden.input, &golden.options, &room->keep, room->scratch,
                                 &model, &room->error),
                 &room->error, "negative");
    posts[4].outcome = 1;
    golden.options.tau_scale = -1;
    assert_fault(FAULT_INPUT,
                 effects_prepare(&golden.input, &golden.options, &room->keep, room->scratch,
                                 &model, &room->error),
                 &room->error, "tau_scale");
    golden.input.posts_n = EFFECTS_POSTS_MAX + 1;
    assert_fault(FAULT_LIMIT,
                 effects_prepare(&golden.input, &golden.options, &room->keep, room->scratch,
                                 &model, &room->error),
                 &room->error, "50000");
}

/* ---- the rule of words, and what would tell ---- */

static void
verdicts_follow_the_rule(void **state)
{
    (void)state;
    double border = log(1.1);
    assert_int_equal(model_verdict(0.96, border + 0.01, 1, 0.1), VERDICT_CLEAR);
    assert_int_equal(model_verdict(0.04, -1, -border - 0.01, 0.1), VERDICT_CLEAR);
    /* sure of the direction, but perhaps too small to matter */
    assert_int_equal(model_verdict(0.96, border - 0.01, 1, 0.1), VERDICT_LEANING);
    assert_int_equal(model_verdict(0.94, border + 0.01, 1, 0.1), VERDICT_LEANING);
    assert_int_equal(model_verdict(0.80, -0.1, 1, 0.1), VERDICT_LEANING);
    assert_int_equal(model_verdict(0.20, -1, 0.1, 0.1), VERDICT_LEANING);
    assert_int_equal(model_verdict(0.79, -0.1, 1, 0.1), VERDICT_CANNOT_TELL);
}

/* Best with a share of ${share}; against "b", with many posts, and "c", with few, as the verdicts say. */
static str
compared_with(double share, enum effects_verdict with_b, enum effects_verdict with_c,
              double median_b, enum effects_verdict *ret)
{
    struct effects_level levels[3] = {
        {.label = S("a"), .posts_n = 90, .recorded = true, .best_share = share},
        {.label = S("b"), .posts_n = 80, .recorded = true, .best_share = (1 - share) / 2},
        {.label = S("c"), .posts_n = 8, .recorded = true, .best_share = (1 - share) / 2}};
    struct effects_contrast contrasts[3] = {{.a = 0, .b = 1, .verdict = with_b},
                                            {.a = 0, .b = 2, .verdict = with_c},
                                            {.a = 1, .b = 2, .verdict = VERDICT_CLEAR}};
    struct effects_factor_result factor = {
        .levels = levels, .levels_n = 3, .contrasts = contrasts, .contrasts_n = 3};
    levels[0].effect.median = 0.2;
    levels[1].effect.median = median_b;
    const struct effects_contrast *key = effects_key_contrast(&factor);
    assert_int_equal(key->a, 0); /* it is always of the best */
    *ret = key->verdict;
    return levels[key->b].label;
}

static void
a_factor_is_summed_up_by_one_of_its_contrasts_and_that_ones_verdict(void **state)
{
    (void)state;
    enum effects_verdict v;
    assert_str("b", compared_with(0.9, VERDICT_CLEAR, VERDICT_CLEAR, 0, &v));
    assert_int_equal(v, VERDICT_CLEAR);
    /* what is clear is said, also when another may be as good */
    assert_str("c", compared_with(0.4, VERDICT_CANNOT_TELL, VERDICT_CLEAR, 0.1, &v));
    assert_int_equal(v, VERDICT_CLEAR);
    assert_str("c", compared_with(0.6, VERDICT_CANNOT_TELL, VERDICT_LEANING, 0.1, &v));
    assert_int_equal(v, VERDICT_LEANING);
    /* which is best cannot be told: not because of the one far behind, but of the next */
    assert_str("b", compared_with(0.4, VERDICT_CANNOT_TELL, VERDICT_LEANING, 0.1, &v));
    assert_int_equal(v, VERDICT_CANNOT_TELL);
    assert_str("c", compared_with(0.4, VERDICT_LEANING, VERDICT_CANNOT_TELL, -0.1, &v));
    assert_int_equal(v, VERDICT_CANNOT_TELL);
}

static void
what_did_not_settle_says_which_gates_in_both_languages(void **state)
{
    struct room *room = *state;
    struct effects_diagnostics d = {.failed = GATE_ESS | GATE_DIVERGENT};
    assert_str("too few independent draws; some paths ran off the surface",
               effects_unsettled_reasons(&room->keep, LANG_EN, &d));
    assert_str("trop peu de tirages indépendants\u202f; quelques trajectoires ont quitté la "
               "surface",
               effects_unsettled_reasons(&room->keep, LANG_FR, &d));
    d = (struct effects_diagnostics){.settled = true};
    assert_int_equal(effects_unsettled_reasons(&room->keep, LANG_EN, &d).n, 0);
}

static void
posts_needed_make_sense(void **state)
{
    (void)state;
    struct rng rng;
    bool over;
    rng_seed(&rng, 1, 0);
    int32_t near = model_posts_needed(0.3, 0.2, 2.0, 0.1, &rng, &over);
    assert_true(near > 5 && near < 200 && !over);
    /* posts that say less: more of them */
    assert_true(model_posts_needed(0.3, 0.2, 0.5, 0.1, &rng, &over) > 2 * near);
    /* surely no difference that matters: it will never be clear */
    assert_int_equal(model_posts_needed(0.0, 0.03, 2.0, 0.1, &rng, &over), 500);
    assert_true(over);
    /* if it is all but clear now, few will do */
    assert_true(model_posts_needed(0.5, 0.24, 2.0, 0.1, &rng, &over) < near);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reference_result_is_hit, open_room, close_room),
        cmocka_unit_test_setup_teardown(the_demo_settles_in_french, open_room, close_room),
        cmocka_unit_test_setup_teardown(preview_agrees_about_effects, open_room, close_room),
        cmocka_unit_test_setup_teardown(forty_posts_give_a_wide_answer, open_room, close_room),
        cmocka_unit_test_setup_teardown(seeds_and_fingerprints, open_room, close_room),
        cmocka_unit_test_setup_teardown(no_posts_give_the_prior, open_room, close_room),
        cmocka_unit_test_setup_teardown(one_post_tells_nothing, open_room, close_room),
        cmocka_unit_test_setup_teardown(all_zero_is_not_certainty, open_room, close_room),
        cmocka_unit_test_setup_teardown(constant_and_twin_factors_are_said, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(huge_and_missing_numbers_are_borne, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(exposure_goes_down_the_ladder, open_room, close_room),
        cmocka_unit_test_setup_teardown(impossible_input_is_refused_by_name, open_room,
                                        close_room),
        cmocka_unit_test(verdicts_follow_the_rule),
        cmocka_unit_test(a_factor_is_summed_up_by_one_of_its_contrasts_and_that_ones_verdict),
        cmocka_unit_test_setup_teardown(what_did_not_settle_says_which_gates_in_both_languages,
                                        open_room, close_room),
        cmocka_unit_test(posts_needed_make_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
