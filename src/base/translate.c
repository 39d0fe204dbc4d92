#include "base/translate.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/catalog_internal.h"

enum {
    ERROR_TEXT_MAX =
        4 * 1024, /* ERROR_FRAMES_MAX sentences of ERROR_ARGS_MAX arguments rarely pass 1 KiB */
    SAY_MAX = 64 * 1024 /* a sentence around a whole post */
};

/* Of the one catalogue there is; it holds every sentence of ours. */
static const struct catalog_entry *
entry_of(const char *id)
{
    int32_t low = 0, high = catalog_fr_n;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        int order = strcmp(id, catalog_fr[middle].id);
        if (order == 0)
            return &catalog_fr[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const struct catalog_entry *
find(enum lang lang, const char *id)
{
    return lang == LANG_FR ? entry_of(id) : NULL;
}

const char *
translate(enum lang lang, const char *id)
{
    const struct catalog_entry *entry = find(lang, id);
    return entry ? entry->one : id;
}

bool
translate_known(struct arena *arena, enum lang lang, str text, str *ret)
{
    const struct catalog_entry *entry = text.n > 0 ? entry_of(cstr(arena, text)) : NULL;
    if (entry)
        *ret = str_of(lang == LANG_FR ? entry->one : entry->id);
    return entry != NULL;
}

const char *
translate_n(enum lang lang, const char *one, const char *many, int64_t n)
{
    const struct catalog_entry *entry = find(lang, one);
    bool single = lang == LANG_FR && entry ? n >= -1 && n <= 1 : n == 1;
    if (!entry)
        return single ? one : many;
    return single || !entry->many ? entry->one : entry->many;
}

/* What joins the sentences of an error is translated as they are: French has a space before it. */
static const char *
translate_frame(void *ctx, const char *format)
{
    return translate(*(const enum lang *)ctx, format);
}

str
translate_error(struct arena *arena, enum lang lang, const struct error *error)
{
    char text[ERROR_TEXT_MAX];
    error_text(error, translate_frame, &lang, text, (ptrdiff_t)sizeof text);
    return arena_str(arena, str_of(text));
}

str
say(struct arena *arena, enum lang lang, const char *id, const str *args, int32_t args_n)
{
    assert(args_n >= 0 && args_n <= SAY_ARGS_MAX);
    auto_buf out;
    buf_init(&out, SAY_MAX);
    int32_t next = 0;
    for (const char *f = translate(lang, id); *f; f++) {
        int32_t which = -1;
        if (f[0] == '%' && f[1] == 's') {
            which = next++;
            f += 1;
        } else if (f[0] == '%' && f[1] >= '1' && f[1] <= '9' && f[2] == '$' && f[3] == 's') {
            which = f[1] - '1';
            f += 3;
        } else {
            f += f[0] == '%' && f[1] == '%';
            buf_add_char(&out, *f);
            continue;
        }
        if (which < args_n)
            buf_add(&out, args[which]);
    }
    return arena_str(arena, buf_str(&out));
}
