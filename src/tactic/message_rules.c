/* What a message is, without a database: checks, what holds for one channel, the parts of a thread. */
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"
#include "tactic/message.h"

struct field {
    str text;
    ptrdiff_t max;
    const char *name;
};

static enum fault
check_fields(const struct field *fields, size_t n, int64_t *total, struct error *error)
{
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        if (f->text.n > f->max)
            return fail(error, FAULT_INPUT,
                        "the post's %s has %lld bytes, at most %lld can be kept", f->name,
                        (long long)f->text.n, (long long)f->max);
        if (!utf8_valid(f->text))
            return fail(error, FAULT_INPUT, "the post's %s is not UTF-8 text", f->name);
        if (f->text.n > 0 && memchr(f->text.p, 0, (size_t)f->text.n))
            return fail(error, FAULT_INPUT, "the post's %s has a character of code 0", f->name);
        *total += f->text.n;
    }
    return OK;
}

static enum fault
check_message(const struct message *m, int64_t *total, struct error *error)
{
    const struct field fields[] = {
        {m->title, POST_BODY_MAX, "title"},
        {m->body, POST_BODY_MAX, "body"},
        {m->link, POST_ADDRESS_MAX, "link"},
        {m->format, POST_LABEL_MAX, "format"},
        {m->creation, POST_LABEL_MAX, "creation"},
        {m->topic, POST_LABEL_MAX, "topic"},
        {m->language, POST_LABEL_MAX, "language"},
        {m->queue, POST_LABEL_MAX, "queue"},
        {m->experiment_arm, POST_LABEL_MAX, "experiment_arm"},
        {m->hashtags, POST_HASHTAGS_MAX, "hashtags"},
        {m->warning, POST_ADDRESS_MAX, "warning"},
        {m->visibility, POST_LABEL_MAX, "visibility"},
        {m->tags, POST_HASHTAGS_MAX, "tags"},
        {m->categories, POST_HASHTAGS_MAX, "categories"},
        {m->chosen, POST_LABEL_MAX, "chosen"},
        {m->chosen_wall, POST_LABEL_MAX, "chosen_wall"},
        {m->chosen_queue, POST_LABEL_MAX, "chosen_queue"},
    };
    if (check_fields(fields, sizeof fields / sizeof *fields, total, error))
        return error->fault;
    if (m->effort_minutes.has &&
        (m->effort_minutes.is < 0 || m->effort_minutes.is > POST_EFFORT_MINUTES_MAX))
        return fail(error, FAULT_INPUT, "the effort of one post is 0 to %d minutes",
                    POST_EFFORT_MINUTES_MAX);
    if (m->cost_minor.has && (m->cost_minor.is < 0 || money_digits(m->currency) < 0))
        return fail(
            error, FAULT_INPUT,
            "the cost of one post needs an amount of zero or more and a currency, such as EUR");
    return OK;
}

static enum fault
check_options(str options, struct error *error)
{
    struct arena_region region;
    struct error why;
    struct json *root = NULL;
    if (!options.p)
        return OK;
    /* a value needs at least two bytes of text and takes about eighty */
    struct arena arena = arena_reserve((ptrdiff_t)128 * MESSAGE_OPTIONS_MAX, &region);
    bool object = !json_parse(&arena, options, &root, &why) && root->kind == JSON_KIND_OBJECT;
    arena_release(&region);
    if (!object)
        return fail(error, FAULT_INPUT, "the variant's options are not a JSON object");
    return OK;
}

static enum fault
check_variant(const struct variant *v, int64_t *total, struct error *error)
{
    const struct field fields[] = {
        {v->title, POST_BODY_MAX, "title"},
        {v->body, POST_BODY_MAX, "body"},
        {v->link, POST_ADDRESS_MAX, "link"},
        {v->warning, POST_ADDRESS_MAX, "warning"},
        {v->visibility, POST_LABEL_MAX, "visibility"},
        {v->slug, POST_LABEL_MAX, "slug"},
        {v->options, MESSAGE_OPTIONS_MAX, "options"},
    };
    if (check_fields(fields, sizeof fields / sizeof *fields, total, error) ||
        check_options(v->options, error))
        return error->fault;
    return OK;
}

static bool
twice(const struct variant *variants, ptrdiff_t i)
{
    for (ptrdiff_t j = 0; j < i; j++) {
        if (variants[j].channel == variants[i].channel)
            return true;
    }
    return false;
}

enum fault
message_storable(const struct message *m, const struct message_parts *parts,
                 struct error *error)
{
    int64_t total = 0;
    if (check_message(m, &total, error))
        return error->fault;
    if (parts->variants_n > VARIANTS_MAX)
        return fail(error, FAULT_INPUT, "a post goes to %d channels at most", VARIANTS_MAX);
    if (parts->files_n > MESSAGE_FILES_MAX)
        return fail(error, FAULT_INPUT, "a post has %d pictures at most", MESSAGE_FILES_MAX);
    for (ptrdiff_t i = 0; i < parts->variants_n; i++) {
        if (twice(parts->variants, i))
            return fail(error, FAULT_INPUT, "the post has two variants for channel %lld",
                        (long long)parts->variants[i].channel);
        if (check_variant(&parts->variants[i], &total, error))
            return error->fault;
    }
    for (ptrdiff_t i = 0; i < parts->aside_n; i++)
        if (check_variant(&parts->aside[i], &total, error))
            return error->fault;
    for (ptrdiff_t i = 0; i < parts->files_n; i++) {
        const struct field alt = {parts->files[i].alt, MESSAGE_ALT_MAX, "alt"};
        if (check_fields(&alt, 1, &total, error))
            return error->fault;
    }
    if (total > MESSAGE_BYTES_MAX)
        return fail(error, FAULT_INPUT,
                    "the post and its variants have %lld bytes together, at most %lld can be "
                    "kept",
                    (long long)total, (long long)MESSAGE_BYTES_MAX);
    return OK;
}

void
message_resolve(const struct message *message, const struct variant *variant,
                struct message *ret)
{
    struct message m = *message;
    if (variant) {
        m.title = variant->title.p ? variant->title : m.title;
        m.body = variant->body.p ? variant->body : m.body;
        m.link = variant->link.p ? variant->link : m.link;
        m.warning = variant->warning.p ? variant->warning : m.warning;
        m.visibility = variant->visibility.p ? variant->visibility : m.visibility;
    }
    *ret = m;
}

/* Takes the part up to the next line of only "---" off *rest; false when it was the last. */
static bool
take_part(str *rest, str *ret_part)
{
    str at = *rest, line;
    for (bool more = true; more;) {
        more = str_cut(&at, '\n', &line);
        if (!str_eq(str_trim(line), S("---")))
            continue;
        *ret_part = str_slice(*rest, 0, line.p - rest->p);
        *rest = more ? at : S("");
        return true;
    }
    *ret_part = *rest;
    return false;
}

str *
message_thread(str body, struct arena *keep, int32_t *ret_n)
{
    str part, rest = body.p ? body : S("");
    int32_t n = 0;
    for (bool more = true; more;) {
        more = take_part(&rest, &part);
        n += str_trim(part).n > 0;
    }
    str *parts = new (keep, str, n > 0 ? n : 1);
    parts[0] = S("");
    int32_t i = 0;
    rest = body.p ? body : S("");
    for (bool more = true; more;) {
        more = take_part(&rest, &part);
        if (str_trim(part).n > 0)
            parts[i++] = str_trim(part);
    }
    *ret_n = n > 0 ? n : 1;
    return parts;
}
