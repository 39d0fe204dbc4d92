#include "tactic/message.h"

#include <assert.h>

#include "place/propre.h"
#include "tactic/message_internal.h"
#include "tactic/queries.h"

/* All its texts with every byte escaped, and the names around them. */
enum { COPY_BYTES_MAX = 6 * MESSAGE_BYTES_MAX + 64 * 1024 /* as JSON at its worst */ };

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no post %lld", (long long)id);
}

static enum fault
check_refers(struct propre *propre, const struct message *m, struct error *error)
{
    struct message_refers_row row;
    struct message_refers_in in = {m->workspace, m->tactic, m->objective};
    if (q_message_refers(propre->db, &in, NULL, &row, error))
        return error->fault;
    if (m->tactic.has && row.tactics_n == 0)
        return fail(error, FAULT_ABSENT, "there is no tactic %lld", (long long)m->tactic.is);
    if (m->objective.has && row.objectives_n == 0)
        return fail(error, FAULT_ABSENT, "there is no objective %lld",
                    (long long)m->objective.is);
    return OK;
}

static str
body_of(const struct message *m)
{
    return m->body.p ? m->body : S("");
}

static enum fault
insert(struct propre *propre, const struct message *m, instant now, int64_t *ret_id,
       struct error *error)
{
    struct message_insert_row row;
    struct message_insert_in in = {
        .workspace = m->workspace,
        .title = m->title,
        .body = body_of(m),
        .link = m->link,
        .tactic = m->tactic,
        .objective = m->objective,
        .intent = post_intent_word(m->intent),
        .format = m->format,
        .creation = m->creation,
        .topic = m->topic,
        .language = m->language,
        .queue = m->queue,
        .experiment_arm = m->experiment_arm,
        .hashtags = m->hashtags,
        .effort_minutes = m->effort_minutes,
        .cost_minor = m->cost_minor,
        .currency = m->cost_minor.has ? m->currency : STR_NONE,
        .warning = m->warning,
        .visibility = m->visibility,
        .tags = m->tags,
        .categories = m->categories,
        .use_by_us = m->use_by_us,
        .created_us = now.us,
        .chosen = m->chosen,
        .chosen_wall = m->chosen_wall,
        .chosen_queue = m->chosen_queue,
    };
    if (q_message_insert(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_id = row.id;
    return OK;
}

static enum fault
update(struct propre *propre, const struct message *m, instant now, struct error *error)
{
    struct message_update_row row;
    bool written = false;
    struct message_update_in in = {
        .workspace = m->workspace,
        .id = m->id,
        .title = m->title,
        .body = body_of(m),
        .link = m->link,
        .tactic = m->tactic,
        .objective = m->objective,
        .intent = post_intent_word(m->intent),
        .format = m->format,
        .creation = m->creation,
        .topic = m->topic,
        .language = m->language,
        .queue = m->queue,
        .experiment_arm = m->experiment_arm,
        .hashtags = m->hashtags,
        .effort_minutes = m->effort_minutes,
        .cost_minor = m->cost_minor,
        .currency = m->cost_minor.has ? m->currency : STR_NONE,
        .warning = m->warning,
        .visibility = m->visibility,
        .tags = m->tags,
        .categories = m->categories,
        .use_by_us = m->use_by_us,
        .changed_us = now.us,
        .revision = m->revision,
        .chosen = m->chosen,
        .chosen_wall = m->chosen_wall,
        .chosen_queue = m->chosen_queue,
    };
    if (q_message_update(propre->db, &in, NULL, &row, &written, error))
        return error->fault;
    if (!written)
        return fail(
            error, FAULT_CONFLICT,
            "the post was changed meanwhile; look at it again, then repeat your change");
    return OK;
}

static enum fault
write_variants(struct propre *propre, int64_t workspace, int64_t id,
               const struct variant *variants, ptrdiff_t n, bool aside, struct error *error)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct variant *v = &variants[i];
        struct variant_add_in in = {workspace, id,         v->channel, v->title,
                                    v->body,   v->link,    v->warning, v->visibility,
                                    v->slug,   v->options, aside};
        struct variant_add_row row;
        bool made = false;
        if (q_variant_add(propre->db, &in, NULL, &row, &made, error))
            return error->fault;
        if (!made)
            return fail(error, FAULT_ABSENT, "there is no channel %lld", (long long)v->channel);
    }
    return OK;
}

static enum fault
write_parts(struct propre *propre, int64_t workspace, int64_t id,
            const struct message_parts *parts, struct error *error)
{
    if (q_variants_clear(propre->db, &(struct variants_clear_in){id}, error) ||
        q_message_files_clear(propre->db, &(struct message_files_clear_in){id}, error) ||
        write_variants(propre, workspace, id, parts->variants, parts->variants_n, false,
                       error) ||
        write_variants(propre, workspace, id, parts->aside, parts->aside_n, true, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < parts->files_n; i++) {
        const struct message_file *f = &parts->files[i];
        struct message_file_add_in in = {id, i, f->media, f->alt.p ? f->alt : S("")};
        if (q_message_file_add(propre->db, &in, error))
            return error->fault;
    }
    return OK;
}

/* Whether the message is at the revision it says, and says already what ${copy} says. */
static enum fault
compare(struct propre *propre, const struct message *m, str copy, bool *ret_same,
        struct error *error)
{
    struct arena_region region;
    struct message_current_row at;
    struct message_copy_by_revision_row was;
    bool found = false, copied = false;
    if (q_message_current(propre->db, &(struct message_current_in){m->workspace, m->id}, NULL,
                          &at, &found, error))
        return error->fault;
    if (!found)
        return absent(m->id, error);
    if (at.revision != m->revision)
        return fail(
            error, FAULT_CONFLICT,
            "the post was changed meanwhile; look at it again, then repeat your change");
    struct arena arena = arena_reserve(COPY_BYTES_MAX + 4096, &region);
    struct message_copy_by_revision_in in = {m->workspace, m->id, m->revision};
    enum fault fault =
        q_message_copy_by_revision(propre->db, &in, &arena, &was, &copied, error);
    if (!fault)
        *ret_same = copied && str_eq(was.content, copy);
    arena_release(&region);
    return fault;
}

/* What is aside, without the channels it goes to. */
static ptrdiff_t
keep_aside(const struct message_parts *parts, struct variant ret[VARIANTS_MAX])
{
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < parts->aside_n && n < VARIANTS_MAX; i++) {
        bool goes = false;
        for (ptrdiff_t k = 0; k < parts->variants_n && !goes; k++)
            goes = parts->variants[k].channel == parts->aside[i].channel;
        if (!goes)
            ret[n++] = parts->aside[i];
    }
    return n;
}

enum fault
message_save(struct propre *propre, const struct message *m, const struct message_parts *given,
             int64_t *ret_id, struct error *error)
{
    auto_buf copy;
    struct variant aside[VARIANTS_MAX];
    struct message_parts whole = *given;
    const struct message_parts *parts = &whole;
    bool same = false;
    int64_t id = m->id;
    instant now = clock_now(&propre->clock);
    buf_init(&copy, COPY_BYTES_MAX);
    whole.aside_n = keep_aside(given, aside);
    whole.aside = aside;
    if (message_storable(m, parts, error) || check_refers(propre, m, error))
        return error->fault;
    message_to_json(m, parts, &copy);
    if (buf_check(&copy, "the copy of a post", error))
        return error->fault;
    if (id && compare(propre, m, buf_str(&copy), &same, error))
        return error->fault;
    if (!same) {
        if (id ? update(propre, m, now, error) : insert(propre, m, now, &id, error))
            return error->fault;
        struct message_copy_add_in in = {id, m->id ? m->revision + 1 : 1, now.us,
                                         buf_str(&copy)};
        if (write_parts(propre, m->workspace, id, parts, error) ||
            q_message_copy_add(propre->db, &in, error))
            return error->fault;
    }
    *ret_id = id;
    return OK;
}

enum fault
message_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
            struct message *ret, struct error *error)
{
    struct message_by_id_row r;
    bool found = false;
    if (q_message_by_id(propre->db, &(struct message_by_id_in){workspace, id}, keep, &r, &found,
                        error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = (struct message){
        .id = r.id,
        .workspace = r.workspace,
        .title = r.title,
        .body = r.body,
        .link = r.link,
        .tactic = r.tactic,
        .objective = r.objective,
        .format = r.format,
        .creation = r.creation,
        .topic = r.topic,
        .language = r.language,
        .queue = r.queue,
        .experiment_arm = r.experiment_arm,
        .hashtags = r.hashtags,
        .effort_minutes = r.effort_minutes,
        .cost_minor = r.cost_minor,
        .currency = r.currency,
        .warning = r.warning,
        .visibility = r.visibility,
        .tags = r.tags,
        .categories = r.categories,
        .use_by_us = r.use_by_us,
        .recurrence = r.recurrence,
        .chosen = r.chosen,
        .chosen_wall = r.chosen_wall,
        .chosen_queue = r.chosen_queue,
        .archived = r.archived_us.has,
        .revision = r.revision,
        .created_us = r.created_us,
        .changed_us = r.changed_us,
    };
    (void)post_intent_parse(r.intent, &ret->intent); /* checked by the table */
    return OK;
}

enum fault
message_list(struct propre *propre, int64_t workspace, int64_t offset, int64_t limit,
             struct arena *keep, struct message_line **ret, ptrdiff_t *ret_n,
             struct error *error)
{
    struct message_page_row *rows;
    ptrdiff_t n;
    assert(limit > 0 && limit <= MESSAGE_PAGE_MAX);
    const struct message_page_in in = {workspace, offset, limit};
    if (q_message_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct message_line, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct message_line){.id = rows[i].id,
                                          .created_us = rows[i].created_us,
                                          .changed_us = rows[i].changed_us,
                                          .revision = rows[i].revision,
                                          .title = rows[i].title,
                                          .excerpt = rows[i].excerpt,
                                          .archived = rows[i].archived_us.has};
    *ret_n = n;
    return OK;
}

static enum fault
read_variants(struct propre *propre, int64_t id, bool aside, struct arena *keep,
              const struct variant **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct variant_list_row *rows;
    ptrdiff_t n;
    const struct variant_list_in in = {id, aside, VARIANTS_MAX};
    if (q_variant_list(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    struct variant *variants = new (keep, struct variant, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        const struct variant_list_row *r = &rows[i];
        variants[i] = (struct variant){r->message, r->channel,    r->title, r->body,   r->link,
                                       r->warning, r->visibility, r->slug,  r->options};
    }
    *ret = variants;
    *ret_n = n;
    return OK;
}

enum fault
message_parts_get(struct propre *propre, int64_t id, struct arena *keep,
                  struct message_parts *ret, struct error *error)
{
    struct message_file_list_row *files;
    struct message_parts parts = {0};
    if (read_variants(propre, id, false, keep, &parts.variants, &parts.variants_n, error) ||
        read_variants(propre, id, true, keep, &parts.aside, &parts.aside_n, error) ||
        q_message_file_list(propre->db, &(struct message_file_list_in){id, MESSAGE_FILES_MAX},
                            keep, &files, &parts.files_n, error))
        return error->fault;
    struct message_file *pictures = new (keep, struct message_file, parts.files_n);
    for (ptrdiff_t i = 0; i < parts.files_n; i++)
        pictures[i] = (struct message_file){files[i].media, files[i].alt};
    parts.files = pictures;
    *ret = parts;
    return OK;
}

enum fault
message_copies(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
               struct message_copy **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct message_copy_page_row *rows;
    ptrdiff_t n;
    struct message_copy_page_in in = {workspace, id, MESSAGE_COPIES_MAX};
    if (q_message_copy_page(propre->db, &in, keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct message_copy, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct message_copy){rows[i].revision, rows[i].changed_us};
    *ret_n = n;
    return OK;
}

enum fault
message_copy_get(struct propre *propre, const struct message_copy_of *of, struct arena *keep,
                 struct message *ret, struct message_parts *ret_parts, struct error *error)
{
    struct message_copy_by_revision_row row;
    struct message now = {0}, then;
    bool found = false;
    struct message_copy_by_revision_in in = {of->workspace, of->id, of->revision};
    if (message_get(propre, of->workspace, of->id, keep, &now, error) ||
        q_message_copy_by_revision(propre->db, &in, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "post %lld has no revision %lld", (long long)of->id,
                    (long long)of->revision);
    if (message_from_json(row.content, keep, &then, ret_parts, error))
        return error->fault;
    then.id = now.id;
    then.workspace = now.workspace;
    then.recurrence = now.recurrence;
    then.archived = now.archived;
    then.revision = of->revision;
    then.created_us = now.created_us;
    then.changed_us = row.changed_us;
    *ret = then;
    return OK;
}

enum fault
message_archive(struct propre *propre, int64_t workspace, int64_t id, bool archived,
                struct error *error)
{
    int64_t now = clock_now(&propre->clock).us;
    struct message_archive_in in = {workspace, id, archived ? some_int(now) : no_int, now};
    struct message_archive_row row;
    bool found = false;
    if (q_message_archive(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : absent(id, error);
}
