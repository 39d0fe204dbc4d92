#include "web/picture.h"

#include "base/buf.h"
#include "base/json.h"

/* 60 rows of seven numbers and a label of at most some hundred bytes. */
enum { PICTURE_BYTES_MAX = 1 << 18 };

static void
begin(struct json_writer *json, struct buf *out, str kind)
{
    buf_init(out, PICTURE_BYTES_MAX);
    json_writer_init(json, out);
    json_object_begin(json);
    json_key(json, S("kind"));
    json_str(json, kind);
}

/* What does not fit gives an empty picture: the table says it all. */
static str
finish(struct arena *arena, struct json_writer *json, struct buf *out)
{
    json_array_end(json);
    json_object_end(json);
    str made = out->overflown ? S("{\"kind\":\"none\",\"rows\":[]}") : buf_str(out);
    made = arena_str(arena, made);
    buf_release(out);
    return made;
}

static void
rows_begin(struct json_writer *json)
{
    json_key(json, S("rows"));
    json_array_begin(json);
}

static void
row_begin(struct json_writer *json, str label)
{
    json_object_begin(json);
    json_key(json, S("label"));
    json_str(json, label);
}

static void
real(struct json_writer *json, str key, double x)
{
    json_key(json, key);
    json_real(json, x);
}

static ptrdiff_t
at_most(ptrdiff_t n)
{
    return n < PICTURE_ROWS_MAX ? n : PICTURE_ROWS_MAX;
}

str
picture_effects(struct arena *arena, const struct picture_effect *rows, ptrdiff_t n,
                double same_share)
{
    static const char *const verdicts[] = {"clear", "leaning", "unknown"};
    struct json_writer json;
    struct buf out;
    begin(&json, &out, S("effects"));
    real(&json, S("same"), same_share);
    rows_begin(&json);
    for (ptrdiff_t i = 0; i < at_most(n); i++) {
        row_begin(&json, rows[i].label);
        json_key(&json, S("verdict"));
        json_str(&json, str_of(verdicts[rows[i].verdict]));
        real(&json, S("ratio"), rows[i].ratio);
        real(&json, S("low90"), rows[i].low90);
        real(&json, S("low50"), rows[i].low50);
        real(&json, S("high50"), rows[i].high50);
        real(&json, S("high90"), rows[i].high90);
        json_object_end(&json);
    }
    return finish(arena, &json, &out);
}

str
picture_groups(struct arena *arena, const struct picture_group *rows, ptrdiff_t n)
{
    struct json_writer json;
    struct buf out;
    begin(&json, &out, S("groups"));
    rows_begin(&json);
    for (ptrdiff_t i = 0; i < at_most(n); i++) {
        row_begin(&json, rows[i].label);
        real(&json, S("q10"), rows[i].q10);
        real(&json, S("q25"), rows[i].q25);
        real(&json, S("median"), rows[i].median);
        real(&json, S("q75"), rows[i].q75);
        real(&json, S("q90"), rows[i].q90);
        json_object_end(&json);
    }
    return finish(arena, &json, &out);
}

str
picture_bars(struct arena *arena, const struct picture_bar *rows, ptrdiff_t n)
{
    struct json_writer json;
    struct buf out;
    begin(&json, &out, S("bars"));
    rows_begin(&json);
    for (ptrdiff_t i = 0; i < at_most(n); i++) {
        row_begin(&json, rows[i].label);
        json_key(&json, S("value"));
        json_int(&json, rows[i].value);
        json_object_end(&json);
    }
    return finish(arena, &json, &out);
}
