/* A message as the JSON of its copies. */
#include <stddef.h>

#include "tactic/message_internal.h"

/* What a person writes, by name: the texts and the numbers of a struct. */
struct member {
    str key;
    size_t at;
};
#define M(field)                                         \
    {                                                    \
        S_CONST(#field), offsetof(struct message, field) \
    }
#define V(field)                                         \
    {                                                    \
        S_CONST(#field), offsetof(struct variant, field) \
    }
static const struct member texts[] = {
    M(title),      M(body),  M(link),           M(format),   M(creation),    M(topic),
    M(language),   M(queue), M(experiment_arm), M(hashtags), M(currency),    M(warning),
    M(visibility), M(tags),  M(categories),     M(chosen),   M(chosen_wall), M(chosen_queue),
};
static const struct member numbers[] = {
    M(tactic), M(objective), M(effort_minutes), M(cost_minor), M(use_by_us),
};
static const struct member variant_texts[] = {
    V(title), V(body), V(link), V(warning), V(visibility), V(slug), V(options),
};
#define N_OF(a) (sizeof(a) / sizeof *(a))

static void
write_texts(struct json_writer *w, const void *from, const struct member *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str text;
        memcpy(&text, (const char *)from + members[i].at, sizeof text);
        if (!text.p)
            continue;
        json_key(w, members[i].key);
        json_str(w, text);
    }
}

static void
write_variants(struct json_writer *w, const struct variant *variants, ptrdiff_t n)
{
    json_array_begin(w);
    for (ptrdiff_t i = 0; i < n; i++) {
        json_object_begin(w);
        json_key(w, S("channel"));
        json_int(w, variants[i].channel);
        write_texts(w, &variants[i], variant_texts, N_OF(variant_texts));
        json_object_end(w);
    }
    json_array_end(w);
}

void
message_to_json(const struct message *m, const struct message_parts *parts, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_object_begin(&w);
    json_key(&w, S("intent"));
    json_str(&w, post_intent_word(m->intent));
    write_texts(&w, m, texts, N_OF(texts));
    for (size_t i = 0; i < N_OF(numbers); i++) {
        struct maybe_int number;
        memcpy(&number, (const char *)m + numbers[i].at, sizeof number);
        if (!number.has)
            continue;
        json_key(&w, numbers[i].key);
        json_int(&w, number.is);
    }
    json_key(&w, S("variants"));
    write_variants(&w, parts->variants, parts->variants_n);
    if (parts->aside_n > 0) { /* copies of before have none */
        json_key(&w, S("aside"));
        write_variants(&w, parts->aside, parts->aside_n);
    }
    json_key(&w, S("files"));
    json_array_begin(&w);
    for (ptrdiff_t i = 0; i < parts->files_n; i++) {
        json_object_begin(&w);
        json_key(&w, S("media"));
        json_int(&w, parts->files[i].media);
        json_key(&w, S("alt"));
        json_str(&w, parts->files[i].alt.p ? parts->files[i].alt : S(""));
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
}

static void
read_texts(const struct json *object, void *to, const struct member *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str text = json_text(json_get(object, members[i].key));
        memcpy((char *)to + members[i].at, &text, sizeof text);
    }
}

static const struct json *
list_of(const struct json *root, str key, ptrdiff_t max, ptrdiff_t *ret_n)
{
    const struct json *list = json_get(root, key);
    bool good = list && list->kind == JSON_KIND_ARRAY && list->n <= max;
    *ret_n = good ? list->n : -1;
    return good ? list->first : NULL;
}

static const struct variant *
read_variants(const struct json *at, ptrdiff_t n, struct arena *keep)
{
    struct variant *variants = new (keep, struct variant, n);
    for (ptrdiff_t i = 0; at; i++, at = at->next) {
        read_texts(at, &variants[i], variant_texts, N_OF(variant_texts));
        variants[i].channel = json_as_int(json_get(at, S("channel"))).is;
    }
    return variants;
}

enum fault
message_from_json(str content, struct arena *keep, struct message *ret,
                  struct message_parts *ret_parts, struct error *error)
{
    struct json *root = NULL;
    struct message m = {0};
    struct message_parts parts = {0};
    if (json_parse(keep, content, &root, error))
        return fail(error, FAULT_CORRUPT, "an earlier copy of the post cannot be read");
    const struct json *variant = list_of(root, S("variants"), VARIANTS_MAX, &parts.variants_n);
    const struct json *aside = list_of(root, S("aside"), VARIANTS_MAX, &parts.aside_n);
    const struct json *file = list_of(root, S("files"), MESSAGE_FILES_MAX, &parts.files_n);
    if (!post_intent_parse(json_text(json_get(root, S("intent"))), &m.intent) ||
        parts.variants_n < 0 || parts.files_n < 0)
        return fail(error, FAULT_CORRUPT, "an earlier copy of the post cannot be read");
    read_texts(root, &m, texts, N_OF(texts));
    for (size_t i = 0; i < N_OF(numbers); i++) {
        struct maybe_int number = json_as_int(json_get(root, numbers[i].key));
        memcpy((char *)&m + numbers[i].at, &number, sizeof number);
    }
    if (parts.aside_n < 0)
        parts.aside_n = 0; /* a copy of before there were any */
    parts.variants = read_variants(variant, parts.variants_n, keep);
    parts.aside = read_variants(aside, parts.aside_n, keep);
    struct message_file *files = new (keep, struct message_file, parts.files_n);
    for (ptrdiff_t i = 0; file; i++, file = file->next) {
        files[i].media = json_as_int(json_get(file, S("media"))).is;
        files[i].alt = json_text(json_get(file, S("alt")));
    }
    parts.files = files;
    *ret = m;
    *ret_parts = parts;
    return OK;
}
