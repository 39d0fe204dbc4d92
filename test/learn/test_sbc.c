/* A small calibration, and the proof that it would notice. The whole one is the program sbc. */
#include "t.h"

#include "base/sanitize.h"
#include "learn/sbc.h"

static const struct world_design small = {
    .posts_n = 24, .channels_n = 1, .factors_n = 2, .levels = {3, 4}, .covariates_n = 1};
static const struct world_design whole = {.posts_n = 36,
                                          .channels_n = 2,
                                          .factors_n = 2,
                                          .levels = {3, 3},
                                          .covariates_n = 1,
                                          .months_n = 4,
                                          .interaction = true,
                                          .ages = true,
                                          .snapshots = true};

static void
show(const struct sbc_result *r)
{
    for (int32_t j = 0; j < r->numbers_n; j++)
        if (r->numbers[j].chi_2 > r->chi_2_border ||
            r->numbers[j].ecdf_furthest > r->ecdf_border)
            print_message("# %s: chi² %.1f (border %.1f), ECDF %.2f (border %.2f)\n",
                          r->numbers[j].name, r->numbers[j].chi_2, r->chi_2_border,
                          r->numbers[j].ecdf_furthest, r->ecdf_border);
}

static void
ranks_of_the_truth_are_uniform(void **state)
{
    (void)state;
    struct sbc_result r;
    sbc_run(&small, SANITIZED ? 10 : 150, 1, SBC_SOUND, NULL, &r);
    show(&r);
    assert_int_equal(r.beyond, 0);
    sbc_run(&whole, SANITIZED ? 3 : 30, 2, SBC_SOUND, NULL, &r);
    show(&r);
    assert_int_equal(r.beyond, 0);
}

static void
injected_errors_are_caught(void **state)
{
    (void)state;
    struct sbc_result r;
    if (!SANITIZED) { /* needs many worlds, and their numbers are the same there */
        sbc_run(&small, 60, 3, SBC_WRONG_SIGN, NULL, &r);
        show(&r);
        assert_true(r.beyond > 0);
    }
    sbc_run(&small, 15, 4, SBC_MISSING_JACOBIAN, NULL, &r);
    show(&r);
    assert_true(r.beyond > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_of_the_truth_are_uniform),
        cmocka_unit_test(injected_errors_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
