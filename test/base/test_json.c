#include "t.h"

#include <float.h>
#include <math.h>

#include "base/json.h"

struct room {
    struct arena_region region;
    struct arena keep;
};

static int
open_room(void **state)
{
    static struct room room;
    room.keep = arena_reserve(1 << 24, &room.region);
    *state = &room;
    return 0;
}

static int
close_room(void **state)
{
    struct room *room = *state;
    arena_release(&room->region);
    return 0;
}

static void
test_tree(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    struct error error = {0};
    struct json *root;
    assert_ok(json_parse(keep,
                         S(" {\"a\":[1,2.5,\"x\",null], \"b\":{}, \"c\":true,\"d\":[] } "),
                         &root, &error),
              &error);
    const struct json *a = json_get(root, S("a"));
    assert_int_equal(root->n, 4);
    assert_int_equal(a->n, 4);
    assert_int_equal(json_as_int(a->first).is, 1);
    assert_false(json_as_int(a->first->next).has);
    assert_true(json_as_real(a->first->next).is > 2.4);
    assert_str("x", json_text(a->first->next->next));
    assert_int_equal(a->first->next->next->next->kind, JSON_KIND_NULL);
    assert_int_equal(json_get(root, S("b"))->kind, JSON_KIND_OBJECT);
    assert_true(json_as_bool(json_get(root, S("c")), false));
    /* what is not there answers quietly, all the way down */
    assert_null(json_get(json_get(root, S("zz")), S("y")));
    assert_null(json_get(a, S("a")));
    assert_null(json_text(json_get(root, S("c"))).p);
    assert_true(json_as_bool(NULL, true));
}

static void
test_texts(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    static const struct {
        str json;
        const char *text;
    } cases[] = {
        {S_CONST("\"\""), ""},
        {S_CONST("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\/\b\f\n\r\t"},
        {S_CONST("\"\\u00e9\\u20AC\\ud83d\\ude00\""), "é€😀"},
        {S_CONST("\"é€😀\x7f\""), "é€😀\x7f"},
        {S_CONST("\"\\ud83d\""), "\xef\xbf\xbd"}, /* half a pair, as cut texts have */
        {S_CONST("\"\\ude00\\ud83dx\""), "\xef\xbf\xbd\xef\xbf\xbdx"},
        {S_CONST("\"\\ud83d\\u0041\""), "\xef\xbf\xbd"
                                        "A"},
        {S_CONST("\xef\xbb\xbf\"x\""), "x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        struct json *root;
        assert_ok(json_parse(keep, cases[i].json, &root, &error), &error);
        assert_str(cases[i].text, json_text(root));
    }
}

static void
test_numbers(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    struct error error = {0};
    struct json *root;
    assert_ok(
        json_parse(keep, S("[0,-0,9223372036854775807,-9223372036854775808]"), &root, &error),
        &error);
    assert_true(json_as_int(root->first->next->next).is == INT64_MAX);
    assert_true(json_as_int(root->first->next->next->next).is == INT64_MIN);
    assert_ok(json_parse(keep, S("9223372036854775808"), &root, &error), &error);
    assert_int_equal(root->kind, JSON_KIND_REAL);
    assert_ok(json_parse(keep, S("-1.5E+2"), &root, &error), &error);
    assert_true(fabs(json_as_real(root).is + 150) < 1e-9);
}

/* What is no RFC 8259 text must not pass: a reader that guesses hides a broken answer. */
static void
test_refusals(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    static const str bad[] = {
        S_CONST(""),
        S_CONST(" "),
        S_CONST("{"),
        S_CONST("["),
        S_CONST("]"),
        S_CONST("{]"),
        S_CONST("[1"),
        S_CONST("[1,"),
        S_CONST("[1,]"),
        S_CONST("[,1]"),
        S_CONST("[1 2]"),
        S_CONST("{\"a\"}"),
        S_CONST("{\"a\":}"),
        S_CONST("{\"a\":1,}"),
        S_CONST("{,}"),
        S_CONST("{a:1}"),
        S_CONST("{'a':1}"),
        S_CONST("{1:1}"),
        S_CONST("{\"a\":1 \"b\":2}"),
        S_CONST("01"),
        S_CONST("+1"),
        S_CONST("-"),
        S_CONST("1."),
        S_CONST(".5"),
        S_CONST("1e"),
        S_CONST("1e+"),
        S_CONST("0x1"),
        S_CONST("NaN"),
        S_CONST("Infinity"),
        S_CONST("1e999"),
        S_CONST("True"),
        S_CONST("nul"),
        S_CONST("nullx"),
        S_CONST("\"a"),
        S_CONST("\"\\\""),
        S_CONST("\"\\x41\""),
        S_CONST("\"\\u12\""),
        S_CONST("\"\\u00g0\""),
        S_CONST("\"a\nb\""),
        S_CONST("\"\t\""),
        S_CONST("\"\xff\""),
        S_CONST("\"\xed\xa0\x80\""),
        S_CONST("\"\\u0000\""),
        S_CONST("1 2"),
        S_CONST("[]]"),
        S_CONST("// x\n1"),
        S_CONST("[1]\0"),
        S_CONST("<html>"),
        S_CONST("{\"a\":1,\"b\":2,\"a\":3}"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error = {0};
        struct json *root;
        if (json_parse(keep, bad[i], &root, &error) == OK)
            fail_msg("passed: %.*s", STR_FMT(bad[i]));
        assert_int_equal(error.fault, FAULT_INPUT);
    }
    struct error error = {0};
    struct json *root;
    assert_fault(FAULT_INPUT, json_parse(keep, S("{\n\"a\": 1,\n\"b\": tru\n}"), &root, &error),
                 &error, "line 3");
    assert_fault(FAULT_INPUT, json_parse(keep, S("{\"a\":1,\"a\":2}"), &root, &error), &error,
                 "given twice");
}

static void
test_depth(void **state)
{
    struct arena *keep = &((struct room *)*state)->keep;
    struct error error = {0};
    struct json *root;
    char deep[JSON_DEPTH_MAX * 2 + 2];
    memset(deep, '[', JSON_DEPTH_MAX);
    memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_ok(json_parse(keep, (str){deep, JSON_DEPTH_MAX * 2}, &root, &error), &error);
    memset(deep, '[', sizeof deep);
    assert_fault(FAULT_LIMIT, json_parse(keep, (str){deep, sizeof deep}, &root, &error), &error,
                 "deeper than 64");
}

static void
test_writer(void **state)
{
    (void)state;
    auto_buf out;
    buf_init(&out, 4096);
    struct json_writer w;
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, S("n"));
    json_array_begin(&w);
    json_int(&w, INT64_MIN);
    json_real(&w, 0.1);
    json_real(&w, 1e300);
    json_real(&w, (double)NAN);
    json_maybe_int(&w, no_int);
    json_maybe_real(&w, some_real(2));
    json_bool(&w, false);
    json_object_begin(&w);
    json_object_end(&w);
    json_array_end(&w);
    json_key(&w, S("\"k\\"));
    json_str(&w, S("é\"\\\n\r\t\x01\x7f\xff</script>"));
    json_key(&w, S("none"));
    json_str(&w, STR_NONE);
    json_object_end(&w);
    assert_str("{\"n\":[-9223372036854775808,0.1,1e+300,null,null,2,false,{}],\"\\\"k\\\\\":"
               "\"é\\\"\\\\\\n\\r\\t\\u0001\\u007f\xef\xbf\xbd</script>\",\"none\":null}",
               buf_str(&out));
}

/* Whatever double is written reads back as the same one. */
static void
test_real_round_trip(void **state)
{
    struct arena keep = ((struct room *)*state)->keep;
    static const double samples[] = {0,       -0.0,        1.0 / 3,  DBL_MIN,
                                     DBL_MAX, DBL_EPSILON, 4.9e-324, 123456789.123456789,
                                     -2.5e-7};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct error error = {0};
        struct json *root;
        auto_buf out;
        buf_init(&out, 100);
        struct json_writer w;
        json_writer_init(&w, &out);
        json_real(&w, samples[i]);
        assert_ok(json_parse(&keep, buf_str(&out), &root, &error), &error);
        double back = json_as_real(root).is;
        assert_true(back <= samples[i] && back >= samples[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree, open_room, close_room),
        cmocka_unit_test_setup_teardown(test_texts, open_room, close_room),
        cmocka_unit_test_setup_teardown(test_numbers, open_room, close_room),
        cmocka_unit_test_setup_teardown(test_refusals, open_room, close_room),
        cmocka_unit_test_setup_teardown(test_depth, open_room, close_room),
        cmocka_unit_test(test_writer),
        cmocka_unit_test_setup_teardown(test_real_round_trip, open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
