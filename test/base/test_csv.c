#include "t.h"

#include "base/csv.h"

static void
test_simple(void **state)
{
    (void)state;
    struct error error = {0};
    str text = S("a;b\r\n\"1;\"\"x\"\"\n2\";3\r\n\r\n4;\r\n");
    struct csv_source source = csv_from_str(&text);
    auto_csv reader = NULL;
    struct csv_row row;
    bool end;
    assert_ok(csv_open(&source, NULL, &reader, &error), &error);
    assert_int_equal(csv_dialect(reader).separator, ';');
    assert_ok(csv_next(reader, &row, &end, &error), &error);
    assert_int_equal(row.cells_n, 2);
    assert_ok(csv_next(reader, &row, &end, &error), &error);
    assert_str("1;\"x\"\n2", row.cells[0]);
    assert_int_equal(row.line, 2);
    assert_ok(csv_next(reader, &row, &end, &error), &error);
    assert_int_equal(row.line, 5);
    assert_str("", row.cells[1]);
    assert_ok(csv_next(reader, &row, &end, &error), &error);
    assert_true(end);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
