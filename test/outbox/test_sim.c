#include "sim.h"

#include "base/sanitize.h"

/*
 * The promise of the product, by simulation in virtual time: random faults, slow networks, and processes that die anywhere,
 * also between the first byte and its answer. Nothing is live twice, nothing is lost, nothing is stuck, nothing is without
 * a reason. Each seed is a world; PROPRE_SEED=N runs one alone, PROPRE_SEEDS=N so many (`./run torture sim`: 20 000).
 */

static int
seeds_n(int usual)
{
    const char *asked = getenv("PROPRE_SEEDS");
    return asked ? (int)strtol(asked, NULL, 10) : usual;
}

/* A morning of a few accounts. */
static const char *
one_world(struct sim *sim, uint64_t seed, const int64_t channels[4])
{
    sim_begin(sim, seed);
    sim->world.trouble = rng_uniform(&sim->rng) * 0.7;
    sim->crash = rng_uniform(&sim->rng) < 0.6 ? rng_uniform(&sim->rng) * 0.15 : 0;
    sim->world.crash_on_start = sim->crash > 0 ? 0.15 : 0;
    instant now = sim->f->t.now;
    for (int i = 0; i < 4; i++) {
        int n = 1 + (int)rng_below(&sim->rng, 2);
        for (int k = 0; k < n; k++) {
            int64_t due = now.us + (int64_t)rng_below(&sim->rng, 600) * 1000000;
            bool ends = rng_uniform(&sim->rng) < 0.2;
            (void)sim_schedule(sim, channels[i], (instant){due},
                               ends ? some_int(due + 1200000000) : no_int);
        }
    }
    sim_run(sim);
    return sim_broken(sim);
}

static void
open_channels(struct sim *sim, int64_t channels[4])
{
    sim_begin(sim, 0);
    for (int i = 0; i < 4; i++)
        channels[i] = sim_channel(sim, (enum network_kind)i);
}

static void
test_nothing_twice_nothing_lost(void **state)
{
    struct sim *sim = calloc(1, sizeof *sim);
    const char *one = getenv("PROPRE_SEED");
    int64_t channels[4], tally[DELIVERY_STATES_N] = {0};
    int64_t lives = 0;
    sim_open(sim, *state, 2);
    open_channels(sim, channels);
    int n = seeds_n((testdb_is_postgres() ? 40 : 150) / (SANITIZED ? 4 : 1));
    for (int seed = one ? (int)strtol(one, NULL, 10) : 1; seed <= n || one; seed++) {
        const char *broken = one_world(sim, (uint64_t)seed, channels);
        if (broken)
            fail_msg("seed %d: %s (PROPRE_SEED=%d runs it alone)", seed, broken, seed);
        for (int i = 0; i < sim->deliveries_n; i++) {
            struct arena before = *sim->f->keep;
            tally[sim_get(sim, sim->deliveries[i]).state]++;
            *sim->f->keep = before;
        }
        lives += sim->world.posts_n;
        if (one)
            break;
    }
    printf("# %d worlds, %d crashes: %lld published, %lld refused, %lld before a person, %lld "
           "held, "
           "%lld missed; %lld live, none twice\n",
           n, (int)sim->crashes_n, (long long)tally[DELIVERY_PUBLISHED],
           (long long)tally[DELIVERY_REJECTED], (long long)tally[DELIVERY_PERSON],
           (long long)tally[DELIVERY_HELD], (long long)tally[DELIVERY_MISSED],
           (long long)lives);
    /* A run in which hardly anything got through would prove nothing. */
    if (!one)
        assert_true(tally[DELIVERY_PUBLISHED] > 2 * (int64_t)n);
    if (!one)
        assert_true(sim->crashes_n > n);
    sim_close(sim);
    free(sim);
}

/* Without the rule, the same worlds break the promise: each figure of the protocol is needed. */
static void
mutant(void **state, const char *name, void (*mutate)(struct protocol_rules *rules))
{
    struct sim *sim = calloc(1, sizeof *sim);
    int64_t channels[4];
    const char *broken = NULL;
    int seed = 0;
    if (SANITIZED || testdb_is_postgres()) { /* rules and not code: once is enough */
        free(sim);
        skip();
    }
    sim_open(sim, *state, 2);
    mutate(&sim->trial.rules);
    open_channels(sim, channels);
    while (!broken && seed < 400)
        broken = one_world(sim, (uint64_t)++seed, channels);
    if (!broken)
        fail_msg("without \"%s\" nothing broke in %d worlds", name, seed);
    printf("# without \"%s\": world %d: %s\n", name, seed, broken);
    sim_close(sim);
    free(sim);
}

static void
no_quarantine(struct protocol_rules *rules)
{
    rules->mutant_no_quarantine = true;
}
static void
absent_at_once(struct protocol_rules *rules)
{
    rules->mutant_absent_at_once = true;
}
static void
unknown_retries(struct protocol_rules *rules)
{
    rules->mutant_unknown_retries = true;
}
static void
call_before_row(struct protocol_rules *rules)
{
    rules->mutant_call_before_row = true;
}
static void
key_per_try(struct protocol_rules *rules)
{
    rules->mutant_key_per_try = true;
}

static void
test_quarantine_is_needed(void **state)
{
    mutant(state, "quarantine", no_quarantine);
}
static void
test_two_looks_are_needed(void **state)
{
    mutant(state, "as many looks as the list needs", absent_at_once);
}
static void
test_unknown_is_not_not_sent(void **state)
{
    mutant(state, "unknown is never sent again unseen", unknown_retries);
}
static void
test_row_comes_before_call(void **state)
{
    mutant(state, "written down before the first byte", call_before_row);
}
static void
test_key_is_kept(void **state)
{
    mutant(state, "one key for all tries", key_per_try);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_twice_nothing_lost, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(test_quarantine_is_needed, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_two_looks_are_needed, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_unknown_is_not_not_sent, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(test_row_comes_before_call, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(test_key_is_kept, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
