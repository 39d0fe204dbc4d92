#include "fuzz.h"

#include "base/json.h"

/* Writes the tree without recursion: down by first, along by next, up by a stack of parents. */
static void
write_tree(const struct json *root, struct json_writer *w)
{
    const struct json *parents[JSON_DEPTH_MAX];
    int32_t depth = 0;
    for (const struct json *at = root; at;) {
        if (depth > 0 && parents[depth - 1]->kind == JSON_KIND_OBJECT)
            json_key(w, at->key);
        bool container = at->kind == JSON_KIND_OBJECT || at->kind == JSON_KIND_ARRAY;
        if (at->kind == JSON_KIND_OBJECT)
            json_object_begin(w);
        else if (at->kind == JSON_KIND_ARRAY)
            json_array_begin(w);
        else if (at->kind == JSON_KIND_STR)
            json_str(w, at->text);
        else if (at->kind == JSON_KIND_INT)
            json_int(w, at->integer);
        else if (at->kind == JSON_KIND_REAL)
            json_real(w, at->real);
        else if (at->kind == JSON_KIND_BOOL)
            json_bool(w, at->truth);
        else
            json_null(w);
        if (container) {
            assert(depth < JSON_DEPTH_MAX);
            parents[depth++] = at;
            if (at->first) {
                at = at->first;
                continue;
            }
        }
        /* the end of containers that have no more children */
        const struct json *next = container ? NULL : at->next;
        while (!next && depth > 0) {
            const struct json *done = parents[--depth];
            if (done->kind == JSON_KIND_OBJECT)
                json_object_end(w);
            else
                json_array_end(w);
            next = done->next;
        }
        at = next;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region; /* kept between inputs: reserving is the slow part */
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct error error;
    struct json *root, *again;
    if (json_parse(&arena, (str){(const char *)data, (ptrdiff_t)size}, &root, &error) != OK) {
        assert(error.fault == FAULT_INPUT || error.fault == FAULT_LIMIT);
        return 0;
    }
    auto_buf first, second;
    struct json_writer w;
    buf_init(&first, 16 << 20);
    buf_init(&second, 16 << 20);
    json_writer_init(&w, &first);
    write_tree(root, &w);
    assert(w.depth == 0 && !first.overflown);
    assert(json_parse(&arena, buf_str(&first), &again, &error) == OK);
    json_writer_init(&w, &second);
    write_tree(again, &w);
    assert(str_eq(buf_str(&first), buf_str(&second)));
    return 0;
}
