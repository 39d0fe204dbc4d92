#include "t.h"

#include "place/db.h"
#include "place/queries.h"
#include "place/schema.h"

static void
test_open_migrate_query(void **state)
{
    (void)state;
    struct error error = {0};
    char dir[] = "/tmp/propre-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/a.propre", dir);
    struct db_options options = {.create = true};
    auto_db db = NULL;
    assert_ok(db_open(str_of(path), &options, &db, &error), &error);
    assert_ok(db_migrate(db, schema_steps, schema_steps_n, (instant){1}, &error), &error);
    assert_ok(db_migrate(db, schema_steps, schema_steps_n, (instant){2}, &error), &error);
    assert_ok(db_schema_check(db, schema_steps, schema_steps_n, &error), &error);
    for (int i = 0; place_queries[i]; i++)
        assert_ok(query_check(db, place_queries[i], &error), &error);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_migrate_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
