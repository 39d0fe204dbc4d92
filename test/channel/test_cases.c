#include "../t.h"

#include "exchange.h"

/* Every written conversation goes as written. */
static void
conversations_go_as_written(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(256 << 20, &region);
    int32_t n;
    const char **files = conversation_files(NULL, &arena, &n);
    for (int32_t i = 0; i < n; i++) {
        struct arena scratch = arena;
        conversation_play(conversation_read(files[i], &scratch), &scratch);
    }
    print_message("# %d conversations\n", n);
    assert_true(n > 0);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(conversations_go_as_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
