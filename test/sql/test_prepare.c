#include "testdb.h"

#include "all_queries.h"

/*
 * Every query of the house, prepared on this engine: its parameters, the count, names and kinds of its
 * columns are what its block declares. What only one engine understands is found here.
 */
static void
test_every_query_is_understood(void **state)
{
    (void)state;
    struct testdb t;
    int bad = 0, n = 0;
    testdb_open(&t);
    for (int room = 0; all_queries[room]; room++) {
        for (int i = 0; all_queries[room][i]; i++, n++) {
            struct error error = {0};
            char text[2048];
            if (query_check(t.propre.db, all_queries[room][i], &error) == OK)
                continue;
            error_text(&error, NULL, NULL, text, sizeof text);
            print_error("%s\n", text);
            bad++;
        }
    }
    if (bad > 0)
        fail_msg("%d of %d queries are not understood", bad, n);
    assert_true(n > 0);
    testdb_close(&t);
}

/* The rooms' functions share one name space. */
static void
test_names_are_unique(void **state)
{
    (void)state;
    for (int a = 0; all_queries[a]; a++) {
        for (int b = a + 1; all_queries[b]; b++) {
            for (int i = 0; all_queries[a][i]; i++) {
                for (int k = 0; all_queries[b][k]; k++) {
                    if (strcmp(all_queries[a][i]->name, all_queries[b][k]->name) == 0)
                        fail_msg("%s:%d: %s stands in %s too", all_queries[b][k]->file,
                                 all_queries[b][k]->line, all_queries[b][k]->name,
                                 all_queries[a][i]->file);
                }
            }
        }
    }
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_query_is_understood),
        cmocka_unit_test(test_names_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
