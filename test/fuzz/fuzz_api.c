#include "fuzz.h"

#include "base/json.h"
#include "base/text.h"
#include "web/api.h"

/*
 * A body of the API against each of its objects: whatever comes, it is what the object says, or a sentence and the
 * member at fault, which is text; and looking twice says the same.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region; /* kept between inputs: reserving is the slow part */
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct error error;
    struct json *body;
    str words;
    str text = {(const char *)data, (ptrdiff_t)size};
    if (json_parse(&arena, text, &body, &error) != OK)
        return 0;
    for (int32_t i = 0; i < api_objects_n; i++) {
        struct api_wrong at = {0}, again = {0};
        const char *wrong = api_check(body, api_objects[i], &arena, &at);
        const char *said = api_check(body, api_objects[i], &arena, &again);
        assert(wrong == said);
        assert(!wrong || (utf8_valid(at.field) && str_eq(at.field, again.field)));
        for (int32_t f = 0; f < api_objects[i]->fields_n; f++)
            (void)api_check_query(&api_objects[i]->fields[f], text, &arena, &words);
    }
    return 0;
}
