#include "outbox/translate_internal.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "place/media.h"
#include "place/propre.h"

enum {
    SLUG_WORDS_MAX = 60,   /* bytes of a slug's words: longer addresses are cut by readers */
    SLUG_KEY_CHARS = 6,    /* of 16: among the posts of one blog no two agree */
    CONTENT_MAX = 2 << 20, /* a body of 400 KiB with every quote escaped, and its fields */
    LIST_MAX = 100,        /* tags or categories of one message */
    POLL_HOURS_USUAL = 24,
    POLL_HOURS_MAX = 24 * 30 /* a month, the longest a network lets one stand */
};

/* Latin letters with marks, as a reader would type them. Others become hyphens. */
static const char *
plain_letter(int32_t code)
{
    static const struct {
        int32_t from, to;
        const char *is;
    } table[] = {
        {0xC0, 0xC5, "a"},  {0xC6, 0xC6, "ae"}, {0xC7, 0xC7, "c"},    {0xC8, 0xCB, "e"},
        {0xCC, 0xCF, "i"},  {0xD1, 0xD1, "n"},  {0xD2, 0xD6, "o"},    {0xD8, 0xD8, "o"},
        {0xD9, 0xDC, "u"},  {0xDD, 0xDD, "y"},  {0xDF, 0xDF, "ss"},   {0xE0, 0xE5, "a"},
        {0xE6, 0xE6, "ae"}, {0xE7, 0xE7, "c"},  {0xE8, 0xEB, "e"},    {0xEC, 0xEF, "i"},
        {0xF1, 0xF1, "n"},  {0xF2, 0xF6, "o"},  {0xF8, 0xF8, "o"},    {0xF9, 0xFC, "u"},
        {0xFD, 0xFD, "y"},  {0xFF, 0xFF, "y"},  {0x152, 0x153, "oe"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (code >= table[i].from && code <= table[i].to)
            return table[i].is;
    }
    return NULL;
}

str
slug_make(str title, str text, str key, struct arena *keep)
{
    str from = str_trim(title).n > 0 ? title : text;
    char *out = new (keep, char, SLUG_WORDS_MAX + SLUG_KEY_CHARS + 8);
    ptrdiff_t n = 0;
    bool gap = false;
    while (from.n > 0 && n < SLUG_WORDS_MAX) {
        int32_t code;
        char one[2] = {0};
        utf8_take(&from, &code);
        const char *is = plain_letter(code);
        if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9'))
            one[0] = (char)code;
        else if (code >= 'A' && code <= 'Z')
            one[0] = (char)(code - 'A' + 'a');
        if (one[0])
            is = one;
        if (!is) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = '-';
        gap = false;
        for (; *is; is++)
            out[n++] = *is;
    }
    if (n > 0)
        out[n++] = '-';
    for (ptrdiff_t i = 0; i < SLUG_KEY_CHARS && i < key.n; i++)
        out[n++] = key.p[i];
    return (str){out, n};
}

/* "a, b" or "#a #b" as a list, without the signs. */
static str *
list_of(str text, struct arena *keep, int32_t *ret_n)
{
    str *list = new (keep, str, LIST_MAX);
    int32_t n = 0;
    str head;
    while (text.n > 0 && n < LIST_MAX) {
        (void)str_cut(&text, ',', &head); /* the last has none behind it */
        head = str_trim(head);
        if (str_starts(head, S("#")))
            head = str_slice(head, 1, head.n);
        if (head.n > 0)
            list[n++] = head;
    }
    *ret_n = n;
    return list;
}

static enum fault
gather_files(struct propre *propre, int64_t workspace, const struct message_parts *parts,
             struct arena *keep, struct channel_message *ret, struct error *error)
{
    struct channel_media *media = new (keep, struct channel_media, MESSAGE_MEDIA_MAX);
    int32_t n = 0;
    for (ptrdiff_t i = 0; i < parts->files_n && n < MESSAGE_MEDIA_MAX; i++) {
        struct media file;
        if (media_get(propre, workspace, parts->files[i].media, keep, &file, error))
            return error_prefix(error, "picture %td of the post", i + 1);
        media[n++] = (struct channel_media){
            .media = file.id,
            .bytes = file.bytes,
            .mime = file.mime,
            .file_name = file.name,
            .alt = parts->files[i].alt.n > 0 ? parts->files[i].alt : file.alt,
            .width = file.width,
            .height = file.height,
        };
    }
    ret->media = media;
    ret->media_n = n;
    return OK;
}

static const str *
get_list(const struct json *json, str name, struct arena *keep, int32_t *ret_n)
{
    const struct json *array = json_get(json, name);
    if (!array || array->kind != JSON_KIND_ARRAY) {
        *ret_n = 0;
        return NULL;
    }
    str *list = new (keep, str, array->n);
    int32_t n = 0;
    for (const struct json *at = array->first; at; at = at->next)
        list[n++] = json_text(at);
    *ret_n = n;
    return list;
}

static int64_t
get_int(const struct json *json, str name)
{
    struct maybe_int n = json_as_int(json_get(json, name));
    return n.has ? n.is : 0;
}

/* A poll is an option of the variant: "poll_options" (texts) and "poll_hours". */
static void
gather_poll(str options, struct arena *keep, struct channel_message *ret)
{
    struct json *json;
    struct error ignored; /* options that are no JSON are no poll */
    if (options.n == 0 || json_parse(keep, options, &json, &ignored))
        return;
    int64_t hours = get_int(json, S("poll_hours"));
    ret->poll_options = get_list(json, S("poll_options"), keep, &ret->poll_options_n);
    ret->poll_lasts.us = (hours > 0 && hours <= POLL_HOURS_MAX ? hours : POLL_HOURS_USUAL) *
                         3600 * SPAN_SECOND.us;
}

enum fault
content_gather(struct propre *propre, int64_t workspace, int64_t message, int64_t channel,
               str key, struct arena *keep, struct channel_message *ret, struct error *error)
{
    struct message whole;
    struct message_parts parts;
    if (message_get(propre, workspace, message, keep, &whole, error) ||
        message_parts_get(propre, message, keep, &parts, error))
        return error->fault;
    return content_of_message(propre, &whole, &parts, channel, key, keep, ret, error);
}

enum fault
content_of_message(struct propre *propre, const struct message *whole,
                   const struct message_parts *parts, int64_t channel, str key,
                   struct arena *keep, struct channel_message *ret, struct error *error)
{
    struct message own;
    const struct variant *variant = NULL;
    for (ptrdiff_t i = 0; i < parts->variants_n; i++) {
        if (parts->variants[i].channel == channel)
            variant = &parts->variants[i];
    }
    message_resolve(whole, variant, &own);
    struct channel_message made = {
        .title = own.title,
        .link = own.link,
        .language = own.language,
        .visibility = own.visibility,
        .warning = own.warning,
        .sensitive = own.warning.n > 0,
        .options = variant ? variant->options : STR_NONE,
        .key = key,
    };
    gather_poll(made.options, keep, &made);
    made.parts = message_thread(own.body, keep, &made.parts_n);
    made.tags = list_of(own.tags, keep, &made.tags_n);
    made.categories = list_of(own.categories, keep, &made.categories_n);
    made.slug = variant && variant->slug.n > 0
                    ? variant->slug
                    : slug_make(own.title, made.parts_n > 0 ? made.parts[0] : S(""), key, keep);
    if (gather_files(propre, whole->workspace, parts, keep, &made, error))
        return error->fault;
    *ret = made;
    return OK;
}

/* ---- frozen ---- */

static void
put(struct json_writer *writer, const char *name, str value)
{
    if (!value.p)
        return;
    json_key(writer, str_of(name));
    json_str(writer, value);
}

static void
put_list(struct json_writer *writer, const char *name, const str *list, int32_t n)
{
    json_key(writer, str_of(name));
    json_array_begin(writer);
    for (int32_t i = 0; i < n; i++)
        json_str(writer, list[i]);
    json_array_end(writer);
}

static void
put_media(struct json_writer *writer, const struct channel_media *media)
{
    json_object_begin(writer);
    json_key(writer, S("media"));
    json_int(writer, media->media);
    json_key(writer, S("bytes"));
    json_int(writer, media->bytes);
    put(writer, "mime", media->mime);
    put(writer, "file_name", media->file_name);
    put(writer, "alt", media->alt);
    json_key(writer, S("width"));
    json_int(writer, media->width);
    json_key(writer, S("height"));
    json_int(writer, media->height);
    json_object_end(writer);
}

enum fault
content_json(const struct channel_message *m, struct arena *keep, str *ret, struct error *error)
{
    auto_buf out;
    struct json_writer writer;
    buf_init(&out, CONTENT_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    put_list(&writer, "parts", m->parts, m->parts_n);
    put(&writer, "title", m->title);
    put(&writer, "slug", m->slug);
    put(&writer, "excerpt", m->excerpt);
    put(&writer, "link", m->link);
    put(&writer, "card_title", m->card_title);
    put(&writer, "card_text", m->card_text);
    put(&writer, "language", m->language);
    put(&writer, "visibility", m->visibility);
    put(&writer, "warning", m->warning);
    put(&writer, "options", m->options);
    put_list(&writer, "tags", m->tags, m->tags_n);
    put_list(&writer, "categories", m->categories, m->categories_n);
    json_key(&writer, S("media"));
    json_array_begin(&writer);
    for (int32_t i = 0; i < m->media_n; i++)
        put_media(&writer, &m->media[i]);
    json_array_end(&writer);
    json_object_end(&writer);
    if (buf_check(&out, "what is to be published", error))
        return error->fault;
    *ret = arena_str(keep, buf_str(&out));
    return OK;
}

enum fault
content_read(str text, struct arena *keep, struct channel_message *ret, struct error *error)
{
    struct json *json;
    if (json_parse(keep, text, &json, error))
        return error_prefix(error, "reading what was frozen to be published");
    struct channel_message m = {
        .title = json_text(json_get(json, S("title"))),
        .slug = json_text(json_get(json, S("slug"))),
        .excerpt = json_text(json_get(json, S("excerpt"))),
        .link = json_text(json_get(json, S("link"))),
        .card_title = json_text(json_get(json, S("card_title"))),
        .card_text = json_text(json_get(json, S("card_text"))),
        .language = json_text(json_get(json, S("language"))),
        .visibility = json_text(json_get(json, S("visibility"))),
        .warning = json_text(json_get(json, S("warning"))),
        .options = json_text(json_get(json, S("options"))),
    };
    m.sensitive = m.warning.n > 0;
    gather_poll(m.options, keep, &m);
    m.parts = get_list(json, S("parts"), keep, &m.parts_n);
    m.tags = get_list(json, S("tags"), keep, &m.tags_n);
    m.categories = get_list(json, S("categories"), keep, &m.categories_n);
    const struct json *files = json_get(json, S("media"));
    if (files && files->kind == JSON_KIND_ARRAY && files->n > 0) {
        struct channel_media *media = new (keep, struct channel_media, files->n);
        for (const struct json *at = files->first; at; at = at->next)
            media[m.media_n++] = (struct channel_media){
                .media = get_int(at, S("media")),
                .bytes = get_int(at, S("bytes")),
                .mime = json_text(json_get(at, S("mime"))),
                .file_name = json_text(json_get(at, S("file_name"))),
                .alt = json_text(json_get(at, S("alt"))),
                .width = (int32_t)get_int(at, S("width")),
                .height = (int32_t)get_int(at, S("height")),
            };
        m.media = media;
    }
    *ret = m;
    return OK;
}
