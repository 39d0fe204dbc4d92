#include "t.h"

#include "base/json.h"

static void
test_simple(void **state)
{
    (void)state;
    struct error error = {0};
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    struct json *root;
    assert_ok(json_parse(&keep,
                         S("{\"a\":[1,2.5,\"\\u00e9\\ud83d\\ude00\"],\"b\":{},\"c\":true}"),
                         &root, &error),
              &error);
    const struct json *a = json_get(root, S("a"));
    assert_int_equal(a->n, 3);
    assert_int_equal(json_as_int(a->first).is, 1);
    assert_str("é😀", json_text(a->first->next->next));
    assert_true(json_as_bool(json_get(root, S("c")), false));
    auto_buf out;
    buf_init(&out, 1000);
    struct json_writer w;
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, S("x"));
    json_real(&w, 0.1);
    json_key(&w, S("y"));
    json_str(&w, S("\"\xff\n"));
    json_object_end(&w);
    assert_str("{\"x\":0.1,\"y\":\"\\\"\xef\xbf\xbd\\n\"}", buf_str(&out));
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
