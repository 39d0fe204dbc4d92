#include "tactic/post.h"

#include <assert.h>

#include "place/propre.h"
#include "tactic/queries.h"

static enum fault
absent(int64_t id, struct error *error)
{
    return fail(error, FAULT_ABSENT, "there is no post %lld", (long long)id);
}

static enum fault
check_refers(struct propre *propre, const struct post *p, struct error *error)
{
    struct post_refers_row row;
    struct post_refers_in in = {p->workspace, p->channel, p->tactic, p->objective};
    if (q_post_refers(propre->db, &in, NULL, &row, error))
        return error->fault;
    if (row.channels_n == 0)
        return fail(error, FAULT_ABSENT, "there is no channel %lld", (long long)p->channel);
    if (p->tactic.has && row.tactics_n == 0)
        return fail(error, FAULT_ABSENT, "there is no tactic %lld", (long long)p->tactic.is);
    if (p->objective.has && row.objectives_n == 0)
        return fail(error, FAULT_ABSENT, "there is no objective %lld",
                    (long long)p->objective.is);
    return OK;
}

/* The best known moment, for lists. */
static int64_t
order_of(const struct post *p)
{
    if (p->published_us.has)
        return p->published_us.is;
    return p->local_day.has ? p->local_day.is * SPAN_DAY.us : 0;
}

static struct post_insert_in
insert_of(const struct post *p, instant now)
{
    return (struct post_insert_in){
        .workspace = p->workspace,
        .channel = p->channel,
        .tactic = p->tactic,
        .objective = p->objective,
        .intent = post_intent_word(p->intent),
        .identity = p->identity,
        .remote_id = p->remote_id,
        .permalink = p->permalink,
        .title = p->title,
        .body = p->body,
        .body_graphemes = p->body_graphemes,
        .format = p->format,
        .media = p->media,
        .creation = p->creation,
        .topic = p->topic,
        .link = p->link,
        .hashtags = p->hashtags,
        .language = p->language,
        .published_us = p->published_us,
        .local_day = p->local_day,
        .local_month = p->local_month,
        .local_weekday = p->local_weekday,
        .local_hour = p->local_hour,
        .order_us = order_of(p),
        .queue = p->queue,
        .experiment_arm = p->experiment_arm,
        .paid = p->paid,
        .effort_minutes = p->effort_minutes,
        .cost_minor = p->cost_minor,
        .currency = p->cost_minor.has ? p->currency : STR_NONE,
        .created_us = now.us,
    };
}

enum fault
post_insert_known(struct propre *propre, const struct post *p, int64_t *ret_id, bool *ret_made,
                  struct error *error)
{
    assert(p->identity.n > 0);
    struct post_insert_row row;
    struct post_insert_in in = insert_of(p, clock_now(&propre->clock));
    bool made = false;
    if (q_post_insert(propre->db, &in, NULL, &row, &made, error))
        return error->fault;
    if (made)
        *ret_id = row.id;
    *ret_made = made;
    return OK;
}

enum fault
post_insert(struct propre *propre, const struct post *p, int64_t *ret_id, struct error *error)
{
    bool made = false;
    if (post_check(p, error) || check_refers(propre, p, error) ||
        post_insert_known(propre, p, ret_id, &made, error))
        return error->fault;
    if (!made)
        return fail(error, FAULT_CONFLICT, "this post is in the file already (%.*s)",
                    STR_FMT(p->identity));
    return OK;
}

enum fault
post_find(struct propre *propre, int64_t channel, str identity, int64_t *ret_id,
          bool *ret_found, struct error *error)
{
    struct post_by_identity_row row;
    bool found = false;
    struct post_by_identity_in in = {channel, identity};
    if (q_post_by_identity(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    if (found)
        *ret_id = row.id;
    *ret_found = found;
    return OK;
}

enum fault
post_get(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
         struct post *ret, struct error *error)
{
    struct post_by_id_row r;
    bool found = false;
    if (q_post_by_id(propre->db, &(struct post_by_id_in){workspace, id}, keep, &r, &found,
                     error))
        return error->fault;
    if (!found)
        return absent(id, error);
    *ret = (struct post){
        .id = r.id,
        .workspace = r.workspace,
        .channel = r.channel,
        .tactic = r.tactic,
        .objective = r.objective,
        .identity = r.identity,
        .remote_id = r.remote_id,
        .permalink = r.permalink,
        .title = r.title,
        .body = r.body,
        .body_graphemes = r.body_graphemes,
        .format = r.format,
        .media = r.media,
        .creation = r.creation,
        .topic = r.topic,
        .link = r.link,
        .hashtags = r.hashtags,
        .language = r.language,
        .published_us = r.published_us,
        .local_day = r.local_day,
        .local_month = r.local_month,
        .local_weekday = r.local_weekday,
        .local_hour = r.local_hour,
        .queue = r.queue,
        .experiment_arm = r.experiment_arm,
        .paid = r.paid,
        .effort_minutes = r.effort_minutes,
        .cost_minor = r.cost_minor,
        .currency = r.currency,
        .archived = r.archived_us.has,
        .revision = r.revision,
    };
    (void)post_intent_parse(r.intent, &ret->intent); /* checked by the table */
    return OK;
}

enum fault
post_update(struct propre *propre, const struct post *p, struct error *error)
{
    struct post_revision_row was;
    struct post_update_row row;
    bool found = false, written = false;
    if (post_check(p, error) ||
        q_post_revision(propre->db, &(struct post_revision_in){p->workspace, p->id}, NULL, &was,
                        &found, error))
        return error->fault;
    if (!found)
        return absent(p->id, error);
    if (check_refers(propre, p, error))
        return error->fault;
    struct post_update_in in = {
        .workspace = p->workspace,
        .id = p->id,
        .tactic = p->tactic,
        .objective = p->objective,
        .intent = post_intent_word(p->intent),
        .creation = p->creation,
        .topic = p->topic,
        .language = p->language,
        .queue = p->queue,
        .experiment_arm = p->experiment_arm,
        .paid = p->paid,
        .effort_minutes = p->effort_minutes,
        .cost_minor = p->cost_minor,
        .currency = p->cost_minor.has ? p->currency : STR_NONE,
        .changed_us = clock_now(&propre->clock).us,
        .revision = p->revision,
    };
    if (q_post_update(propre->db, &in, NULL, &row, &written, error))
        return error->fault;
    if (!written)
        return fail(
            error, FAULT_CONFLICT,
            "the post was changed meanwhile; look at it again, then repeat your change");
    return OK;
}

enum fault
post_archive(struct propre *propre, int64_t workspace, int64_t id, bool archived,
             struct error *error)
{
    struct post_archive_in in = {workspace, id, no_int};
    struct post_archive_row row;
    bool found = false;
    if (archived)
        in.archived_us = some_int(clock_now(&propre->clock).us);
    if (q_post_archive(propre->db, &in, NULL, &row, &found, error))
        return error->fault;
    return found ? OK : absent(id, error);
}
