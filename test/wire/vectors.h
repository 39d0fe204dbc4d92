#pragma once
/* The vectors beside this file. */
#include "t.h"

#include "base/json.h"

static inline const struct json *
vectors(struct arena *arena, const char *name)
{
    char path[4096];
    static char text[64 * 1024];
    struct error error;
    (void)snprintf(path, sizeof path, "%s/test/wire/vectors/%s-vectors.json",
                   getenv("PROPRE_SOURCE_ROOT"), name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text, file);
    assert_true(n < sizeof text);
    (void)fclose(file);
    struct json *json;
    assert_ok(json_parse(arena, (str){text, (ptrdiff_t)n}, &json, &error), &error);
    return json;
}

static inline str
field(const struct json *object, const char *name)
{
    return json_text(json_get(object, str_of(name)));
}

static inline void
assert_same(str expected, str actual)
{
    if (!str_eq(expected, actual))
        fail_msg("expected %.*s, got %.*s", STR_FMT(expected), STR_FMT(actual));
}
