/* The model's density: gradients, agreement with the plain formula, what must not change anything. */
#include "t.h"

#include <math.h>

#include "base/rng.h"
#include "base/sanitize.h"
#include "learn/golden.h"
#include "learn/model_internal.h"
#include "learn/num.h"
#include "learn/nuts_internal.h"
#include "learn/world.h"

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

static const struct world_design designs[] = {
    {.posts_n = 60, .channels_n = 1, .factors_n = 2, .levels = {3, 4}},
    {.posts_n = 80, .channels_n = 1, .factors_n = 3, .levels = {3, 4, 2}, .covariates_n = 2},
    {.posts_n = 90, .channels_n = 3, .factors_n = 2, .levels = {4, 3}, .covariates_n = 1},
    {.posts_n = 90, .channels_n = 2, .factors_n = 2, .levels = {4, 3}, .interaction = true},
    {.posts_n = 70, .channels_n = 1, .factors_n = 1, .levels = {5}, .months_n = 8},
    {.posts_n = 80, .channels_n = 2, .factors_n = 1, .levels = {3}, .ages = true},
    {.posts_n = 90,
     .channels_n = 2,
     .factors_n = 3,
     .levels = {3, 4, 2},
     .covariates_n = 2,
     .months_n = 6,
     .interaction = true,
     .ages = true,
     .snapshots = true},
};
enum { DESIGNS = sizeof designs / sizeof *designs };

static const struct effects_model *
prepared(struct room *room, const struct effects_input *input, const struct effects_options *o)
{
    const struct effects_model *model = NULL;
    assert_ok(effects_prepare(input, o, &room->keep, room->scratch, &model, &room->error),
              &room->error);
    return model;
}

/* Central differences of fourth order. */
static double
difference(const struct density *density, double *q, int32_t i, double *gradient, double *work)
{
    double h = 1e-3 * fmax(1e-2, fmin(1.0, fabs(q[i]))), here = q[i], value[4];
    const double at[4] = {-2, -1, 1, 2};
    for (int32_t j = 0; j < 4; j++) {
        q[i] = here + at[j] * h;
        value[j] = density->value_and_gradient(density->data, q, gradient, work);
    }
    q[i] = here;
    return (value[0] - 8 * value[1] + 8 * value[2] - value[3]) / (12 * h);
}

static void
check_gradients(struct room *room, const struct effects_model *model, struct rng *rng)
{
    struct density density = model_density(model);
    double *q = new (&room->keep, double, density.dims);
    double *gradient = new (&room->keep, double, density.dims);
    double *other = new (&room->keep, double, density.dims);
    double *work = new (&room->keep, double, density.work_n);
    for (int32_t point = 0; point < 100; point++) {
        for (int32_t i = 0; i < density.dims; i++)
            q[i] = model->center[i] + model->scale[i] * (6 * rng_uniform(rng) - 3);
        double value = density.value_and_gradient(density.data, q, gradient, work);
        assert_true(isfinite(value));
        for (int32_t i = 0; i < density.dims; i++) {
            double numeric = difference(&density, q, i, other, work);
            double scale = fmax(1.0, fabs(numeric)) + 1e-4 * fabs(value);
            if (fabs(numeric - gradient[i]) > 2e-5 * scale)
                fail_msg("point %d, coordinate %d of %d (tau at %d, s at %d, growth at %d): "
                         "%.10g by differences, %.10g claimed",
                         point, i, density.dims, model->at_tau, model->at_s, model->at_growth,
                         numeric, gradient[i]);
        }
    }
}

static void
gradients_agree_with_differences(void **state)
{
    struct room *room = *state;
    struct rng rng;
    rng_seed(&rng, 7, 0);
    for (int32_t d = 0; d < DESIGNS; d++) {
        struct world world;
        world_make(&designs[d], &rng, &room->keep, &world);
        check_gradients(room, prepared(room, &world.input, &world.options), &rng);
    }
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, 500, &golden));
    check_gradients(room, prepared(room, &golden.input, &golden.options), &rng);
}

/*
 * The plain model, written from its definition: no collapsing, no rotation, no table. Integrating the
 * averages out of it must give our density, so the difference of two densities over two points that share
 * the averages' conditional mean is the same. Checked through the joint: our density at (m, d) plus the
 * conditional log density of the averages must equal the plain joint density, up to one constant.
 */
static double
plain_joint(const struct effects_model *model, const double *column)
{
    const struct effects_options *o = &model->options;
    const double *at = column;
    double mu = *at++, value = -0.5 * pow((mu - model->m0) / o->intercept_sd, 2);
    const double *b = at, *s, *growth, *tau;
    for (int32_t i = 0; i < model->covariates_n; i++)
        value -= 0.5 * pow(*at++ / o->covariate_sd, 2);
    s = at;
    for (int32_t c = 0; c < model->channels_n; c++, at++)
        value -= 0.5 * *at * *at;
    growth = at;
    for (int32_t c = 0; c < model->channels_n; c++) {
        if (!model->channels[c].matures)
            continue;
        value -= 0.5 * pow((log(at[0]) - model->channels[c].log_h50_prior) / 0.7, 2);
        value -= 0.5 * pow(log(at[1]) / 0.4, 2);
        at += 2;
    }
    tau = at;
    at += model->factors_n;
    for (int32_t k = 0; k < model->factors_n; k++)
        value -= 0.5 * pow(tau[k] / model->factors[k].tau_scale, 2);
    double effect[600];
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double before = 0;
        int32_t seen = 0;
        for (int32_t j = 0; j < f->levels_n; j++) {
            if (!model_level_shown(f, j))
                continue;
            double a = *at++;
            if (f->present_of_level[j] < 0)
                continue;
            effect[f->first_present + f->present_of_level[j]] = a;
            double step = f->exchangeable ? a : a - before;
            if (f->exchangeable || seen > 0)
                value -= 0.5 * pow(step / tau[k], 2) + log(tau[k]);
            before = a;
            seen++;
        }
    }
    int32_t grown = 0;
    for (int32_t c = 0; c < model->channels_n; c++) {
        const struct model_channel *channel = &model->channels[c];
        const double *g = growth + 2 * grown;
        grown += channel->matures;
        for (int32_t r = 0; r < model->rows_n; r++) {
            if (model->row_channel[r] != c)
                continue;
            for (int32_t i = model->row_start[r]; i < model->row_start[r + 1]; i++) {
                double eta = mu + model->offset[i];
                for (int32_t x = 0; x < model->covariates_n; x++)
                    eta += b[x] * model->row_x[r * model->covariates_n + x];
                for (int32_t k = 0; k < model->factors_n; k++)
                    eta += effect[model->row_level[r * model->factors_n + k]];
                if (channel->matures)
                    eta -= log1p(exp(g[1] * (log(g[0]) - model->log_age[i])));
                double phi = 1 / (s[c] * s[c]), m = exp(eta), y = model->y[i];
                value += lgamma(y + phi) - lgamma(phi) - lgamma(y + 1) +
                         phi * log(phi / (m + phi)) + y * (eta - log(m + phi));
            }
        }
        for (int32_t i = channel->first_pair; i < channel->first_pair + channel->pairs_n; i++) {
            const struct model_pair *p = &model->pairs[i];
            double f1 = 1 / (1 + pow(g[0] / exp(p->log_age_early), g[1]));
            double f2 = 1 / (1 + pow(g[0] / exp(p->log_age_late), g[1]));
            value += p->early * log(f1 / f2) + p->between * log(1 - f1 / f2);
        }
    }
    return value;
}

/* Log density of the averages given their sum, of which the columns are a draw. */
static double
averages_given_sum(const struct effects_model *model, const double *column, double m)
{
    double mu = column[0], variance = pow(model->options.intercept_sd, 2), value = 0;
    value -= 0.5 * pow(mu - model->m0, 2) / variance;
    int32_t head = model->betas_n + model->at_contrast - model->at_s;
    const double *tau = column + head, *at = tau + model->factors_n;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        double sum = 0;
        for (int32_t j = 0; j < f->levels_n; j++)
            if (model_level_shown(f, j)) {
                sum += f->present_of_level[j] >= 0 ? *at : 0;
                at++;
            }
        if (!f->exchangeable)
            continue;
        double part = tau[k] * tau[k] / f->present_n, v = sum / f->present_n;
        value -= 0.5 * v * v / part + 0.5 * log(part);
        variance += part;
    }
    return value + 0.5 * pow(m - model->m0, 2) / variance + 0.5 * log(variance);
}

static void
density_is_the_plain_models(void **state)
{
    struct room *room = *state;
    struct rng rng;
    rng_seed(&rng, 8, 0);
    for (int32_t d = 0; d < DESIGNS; d++) {
        struct world world;
        world_make(&designs[d], &rng, &room->keep, &world);
        const struct effects_model *model = prepared(room, &world.input, &world.options);
        struct density density = model_density(model);
        double *q = new (&room->keep, double, density.dims);
        double *gradient = new (&room->keep, double, density.dims);
        double *work = new (&room->keep, double, density.work_n);
        double column[600], first = 0;
        for (int32_t point = 0; point < 20; point++) {
            for (int32_t i = 0; i < density.dims; i++)
                q[i] = model->center[i] + model->scale[i] * (4 * rng_uniform(&rng) - 2);
            double ours = density.value_and_gradient(density.data, q, gradient, work);
            double m = model_work_at(model, work).beta[0], jacobian = 0;
            model_columns(model, q, &rng, room->scratch, column);
            /* from our coordinates to the plain ones: log tau, log(s - .02), w to d */
            for (int32_t k = 0; k < model->factors_n; k++) {
                const struct model_factor *f = &model->factors[k];
                double log_tau = log(model_tau(model, k, q));
                if (!f->signed_tau)
                    jacobian += log_tau;
                for (int32_t r = f->first_contrast; r < f->first_contrast + f->rank; r++)
                    jacobian += log(fabs(model_power(model, k, r, q)));
            }
            for (int32_t c = 0; c < model->channels_n; c++)
                jacobian += q[model->at_s + c];
            double plain = plain_joint(model, column) - averages_given_sum(model, column, m);
            double apart = ours - (plain + jacobian);
            if (point == 0)
                first = apart;
            if (fabs(apart - first) > 1e-8 * fabs(ours))
                fail_msg("design %d, point %d: off by %.12g", d, point, apart - first);
        }
    }
}

/*
 * Where little is known of a factor its tau may be 0 or, now and then, five times what is likely. A chain that comes
 * there must find its way by the steps that suit it elsewhere.
 */
static void
far_end_of_a_spread_is_no_trap(void **state)
{
    struct room *room = *state;
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, 500, &golden));
    const struct effects_model *model = prepared(room, &golden.input, &golden.options);
    const struct model_factor *weekday = &model->factors[2];
    assert_true(weekday->signed_tau);
    struct density density = model_density(model);
    struct rng rng;
    struct nuts nuts;
    double accept = 0;
    enum { TRIES = 50 };
    rng_seed(&rng, 11, 0);
    nuts_init(&nuts, &density, &rng, NUTS_DEPTH_MAX, &room->keep);
    nuts.step = 0.15;
    for (int32_t i = 0; i < density.dims; i++)
        nuts.variance[i] = model->scale[i] * model->scale[i];
    nuts.variance[model->at_tau + 2] = 0.08 * 0.08; /* as a warm-up finds it */
    for (int32_t i = 0; i < TRIES; i++) {
        for (int32_t j = 0; j < density.dims; j++)
            nuts.at.q[j] = model->center[j];
        nuts.at.q[model->at_tau + 2] = 0.8;
        for (int32_t r = weekday->first_contrast; r < weekday->first_contrast + weekday->rank;
             r++) /* the effects stay what they were */
            nuts.at.q[model->at_contrast + r] *=
                model_power(model, 2, r, model->center) / model_power(model, 2, r, nuts.at.q);
        nuts_value(&nuts, &nuts.at);
        struct nuts_transition t = nuts_transition(&nuts);
        assert_false(t.divergent);
        accept += t.accept / TRIES;
    }
    if (accept < 0.9)
        fail_msg("accepted on average: %.3f", accept);
}

/* ---- what must not matter ---- */

static double
level_mean(const struct effects_result *r, int32_t factor, int32_t level)
{
    return r->factors[factor].levels[level].effect.mean;
}

static struct effects_result
answered(struct room *room, const struct effects_input *input, const struct effects_options *o)
{
    const struct effects_model *model = prepared(room, input, o);
    struct effects_chain chains[EFFECTS_CHAINS_MAX];
    struct effects_result result;
    for (int32_t c = 0; c < o->chains; c++)
        assert_ok(effects_chain_run(model, c, NULL, &room->keep, room->scratch, &chains[c],
                                    &room->error),
                  &room->error);
    effects_gather(model, chains, o->chains, &room->keep, room->scratch, &result);
    return result;
}

static struct golden_posts
small_golden(struct room *room, int32_t posts)
{
    struct golden_posts golden;
    assert_true(golden_read(&room->keep, posts, &golden));
    golden.options.chains = 2;
    golden.options.warmup = golden.options.draws = 300;
    return golden;
}

static struct effects_post *
copied(struct room *room, const struct effects_input *input, int32_t more)
{
    struct effects_post *posts = new (&room->keep, struct effects_post, input->posts_n + more);
    memcpy(posts, input->posts, (size_t)input->posts_n * sizeof *posts);
    return posts;
}

static void
order_of_posts_changes_no_digit(void **state)
{
    struct room *room = *state;
    struct golden_posts golden = small_golden(room, 120);
    struct effects_result before = answered(room, &golden.input, &golden.options);
    struct effects_post *posts = copied(room, &golden.input, 0);
    struct rng rng;
    rng_seed(&rng, 9, 0);
    for (int32_t i = golden.input.posts_n - 1; i > 0; i--) {
        int32_t j = (int32_t)rng_below(&rng, (uint64_t)i + 1);
        struct effects_post other = posts[i];
        posts[i] = posts[j];
        posts[j] = other;
    }
    golden.input.posts = posts;
    struct effects_result after = answered(room, &golden.input, &golden.options);
    assert_memory_equal(before.draws, after.draws,
                        sizeof(float) * (size_t)before.draws_n * (size_t)before.columns_n);
    assert_memory_equal(before.fingerprint, after.fingerprint, 32);
}

static void
tenfold_exposure_moves_only_the_average(void **state)
{
    struct room *room = *state;
    struct golden_posts golden = small_golden(room, 200);
    struct effects_result before = answered(room, &golden.input, &golden.options);
    struct effects_post *posts = copied(room, &golden.input, 0);
    for (int32_t i = 0; i < golden.input.posts_n; i++)
        posts[i].exposure[0] *= 10;
    golden.input.posts = posts;
    struct effects_result after = answered(room, &golden.input, &golden.options);
    double moved = after.scalars[0].is.mean - before.scalars[0].is.mean;
    assert_true(fabs(moved + log(10)) < 0.05);
    for (int32_t k = 0; k < before.factors_n; k++)
        for (int32_t j = 0; j < before.factors[k].levels_n; j++)
            assert_true(fabs(level_mean(&after, k, j) - level_mean(&before, k, j)) <
                        0.15 * before.factors[k].levels[j].effect.sd);
    assert_memory_not_equal(before.fingerprint, after.fingerprint, 32);
}

/* The digits may differ (other sums), the answer may not: compared with the Monte Carlo error. */
static void
assert_same_answer(const struct effects_summary *a, const struct effects_summary *b,
                   const char *what)
{
    double se = sqrt(a->mcse * a->mcse + b->mcse * b->mcse);
    if (fabs(a->mean - b->mean) > 4.5 * se)
        fail_msg("%s: %.4f and %.4f are %.1f standard errors apart", what, a->mean, b->mean,
                 fabs(a->mean - b->mean) / se);
}

static void
post_nobody_saw_says_nothing(void **state)
{
    struct room *room = *state;
    struct golden_posts golden = small_golden(room, 200);
    struct effects_result before = answered(room, &golden.input, &golden.options);
    struct effects_post *posts = copied(room, &golden.input, 2);
    posts[200] = posts[17];
    posts[200].id = 1001;
    posts[200].exposure[0] = 1e-9;
    posts[200].outcome = 0;
    posts[201] = posts[200];
    posts[201].id = 1002;
    posts[201].exposure[0] = 0; /* left out, and said */
    golden.input.posts = posts;
    golden.input.posts_n = 202;
    struct effects_result after = answered(room, &golden.input, &golden.options);
    assert_int_equal(after.posts_used, 201);
    assert_int_equal(after.posts_left_out, 1);
    for (int32_t k = 0; k < before.factors_n; k++)
        for (int32_t j = 0; j < before.factors[k].levels_n; j++)
            assert_same_answer(&before.factors[k].levels[j].effect,
                               &after.factors[k].levels[j].effect, "level");
}

/* Posts of one level called by two names at random: the two names must come out alike, between them
 * "cannot tell", and against the others as the one name did. */
static void
two_names_for_one_thing_come_out_alike(void **state)
{
    struct room *room = *state;
    struct golden_posts golden = small_golden(room, 500);
    struct effects_result before = answered(room, &golden.input, &golden.options);
    const str names[] = {S("link"), S("photo"), S("status"), S("video"), S("picture")};
    struct effects_factor factors[4];
    memcpy(factors, golden.input.factors, sizeof factors);
    factors[0].labels = names;
    factors[0].labels_n = 5;
    struct effects_post *posts = copied(room, &golden.input, 0);
    struct rng rng;
    rng_seed(&rng, 10, 0);
    for (int32_t i = 0; i < golden.input.posts_n; i++) {
        if (posts[i].levels[0] != 1 || rng_below(&rng, 2))
            continue;
        int32_t *levels = new (&room->keep, int32_t, 4);
        memcpy(levels, posts[i].levels, 4 * sizeof *levels);
        levels[0] = 4;
        posts[i].levels = levels;
    }
    golden.input.posts = posts;
    golden.input.factors = factors;
    struct effects_result after = answered(room, &golden.input, &golden.options);
    const struct effects_level *levels = after.factors[0].levels;
    assert_true(fabs(levels[1].effect.mean - levels[4].effect.mean) < 0.15);
    double one =
        before.factors[0].levels[1].effect.mean - before.factors[0].levels[2].effect.mean;
    assert_true(fabs(levels[1].effect.mean - levels[2].effect.mean - one) < 0.12);
    assert_true(fabs(levels[4].effect.mean - levels[2].effect.mean - one) < 0.12);
    bool found = false;
    for (int32_t i = 0; i < after.factors[0].contrasts_n; i++) {
        const struct effects_contrast *c = &after.factors[0].contrasts[i];
        if (c->a != 1 || c->b != 4)
            continue;
        found = true;
        assert_int_not_equal(c->verdict, VERDICT_CLEAR);
        assert_true(c->ratio_low90 < 1 && c->ratio_high90 > 1);
    }
    assert_true(found);
}

/* Sampling in other coordinates gives the same posterior: everything non-centred and unturned. */
static void
coordinates_do_not_matter(void **state)
{
    if (SANITIZED) /* a comparison of long runs, whose numbers are the same there */
        skip();
    struct room *room = *state;
    struct golden_posts golden = small_golden(room, 100);
    golden.options.draws = 1000;
    struct effects_result ours = answered(room, &golden.input, &golden.options);
    const struct effects_model *model = prepared(room, &golden.input, &golden.options);
    struct effects_model plain = *model;
    plain.shear = new (&room->keep, double, (ptrdiff_t)plain.betas_n *plain.contrasts_n);
    plain.centring = new (&room->keep, double, plain.contrasts_n);
    plain.factors = new (&room->keep, struct model_factor, plain.factors_n);
    for (int32_t k = 0; k < plain.factors_n; k++) {
        plain.factors[k] = model->factors[k];
        plain.factors[k].signed_tau = false;
        plain.center[plain.at_tau + k] = log(0.2);
        plain.scale[plain.at_tau + k] = 0.5;
    }
    for (int32_t r = 0; r < plain.contrasts_n; r++) {
        plain.centring[r] = 1;
        plain.center[plain.at_contrast + r] = 0;
        plain.scale[plain.at_contrast + r] = 1;
    }
    plain.center[0] = plain.m0;
    struct effects_chain chains[2];
    struct effects_result theirs;
    for (int32_t c = 0; c < 2; c++)
        assert_ok(effects_chain_run(&plain, c, NULL, &room->keep, room->scratch, &chains[c],
                                    &room->error),
                  &room->error);
    effects_gather(&plain, chains, 2, &room->keep, room->scratch, &theirs);
    for (int32_t i = 0; i < ours.scalars_n; i++)
        assert_same_answer(&ours.scalars[i].is, &theirs.scalars[i].is, "scalar");
    for (int32_t k = 0; k < ours.factors_n; k++) {
        assert_same_answer(&ours.factors[k].tau, &theirs.factors[k].tau, "tau");
        for (int32_t j = 0; j < ours.factors[k].levels_n; j++)
            assert_same_answer(&ours.factors[k].levels[j].effect,
                               &theirs.factors[k].levels[j].effect, "level");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gradients_agree_with_differences, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(density_is_the_plain_models, open_room, close_room),
        cmocka_unit_test_setup_teardown(far_end_of_a_spread_is_no_trap, open_room, close_room),
        cmocka_unit_test_setup_teardown(order_of_posts_changes_no_digit, open_room, close_room),
        cmocka_unit_test_setup_teardown(tenfold_exposure_moves_only_the_average, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(post_nobody_saw_says_nothing, open_room, close_room),
        cmocka_unit_test_setup_teardown(two_names_for_one_thing_come_out_alike, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(coordinates_do_not_matter, open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
