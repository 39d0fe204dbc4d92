#include "outbox/post_made_internal.h"

#include "base/buf.h"
#include "base/zone.h"
#include "outbox/outbox_internal.h"
#include "outbox/queries.h"
#include "outbox/translate_internal.h"
#include "place/propre.h"
#include "place/workspace.h"
#include "tactic/post.h"

/* The parts of a thread as one text: what learning and reading mean by "the post". */
static str
join(const str *parts, int32_t n, struct arena *keep)
{
    if (n == 1)
        return parts[0];
    auto_buf out;
    buf_init(&out, POST_BODY_MAX);
    for (int32_t i = 0; i < n && !out.overflown; i++) {
        if (i > 0)
            buf_add(&out, S("\n\n"));
        buf_add(&out, parts[i]);
    }
    return arena_str(keep, buf_str(&out));
}

static str
fit(str s, ptrdiff_t max)
{
    return s.n > max ? STR_NONE : s;
}

static enum fault
fill(struct propre *propre, const struct post_made *made, const struct message *m,
     const struct post_made_of_row *row, struct arena *keep, struct post *post,
     struct error *error)
{
    struct channel_message content;
    struct workspace workspace;
    if (row->content.p ? content_read(row->content, keep, &content, error)
                       : content_gather(propre, made->workspace, row->message, row->channel,
                                        S(""), keep, &content, error))
        return error->fault;
    if (workspace_load(propre, keep, &workspace, error))
        return error->fault;
    *post = (struct post){
        .workspace = made->workspace,
        .channel = row->channel,
        .tactic = m->tactic,
        .objective = m->objective,
        .intent = m->intent,
        .remote_id = fit(made->remote_id, POST_ADDRESS_MAX),
        .permalink = fit(made->permalink, POST_ADDRESS_MAX),
        .title = content.title,
        .body = join(content.parts, content.parts_n, keep),
        .format = m->format,
        .media = content.media_n > 0 ? S("image") : STR_NONE,
        .creation = m->creation,
        .topic = m->topic,
        .link = content.link.n > 0 ? content.link : STR_NONE,
        .hashtags = m->hashtags,
        .language = m->language,
        .published_us = some_int(made->published.us),
        .queue = row->queue.n > 0 ? row->queue : m->queue,
        .experiment_arm = m->experiment_arm,
        .effort_minutes = m->effort_minutes,
        .cost_minor = m->cost_minor,
        .currency = m->currency,
    };
    auto_zone zone = NULL;
    if (zone_open(workspace.zone, &zone, error))
        return error->fault;
    post_complete(post, zone, keep);
    uint8_t hash[POST_CONTENT_BYTES];
    post_content(post, hash);
    post->identity = post_identity(post, hash, 1, keep);
    return OK;
}

enum fault
post_made(struct propre *propre, const struct post_made *made, struct arena *keep,
          struct error *error)
{
    struct post_made_of_row row;
    struct message message = {0};
    struct post post = {0};
    bool found = false, fresh = false;
    int64_t id = 0;
    const struct post_made_of_in in = {made->workspace, made->delivery};
    if (q_post_made_of(propre->db, &in, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return delivery_absent(made->delivery, error);
    if (message_get(propre, made->workspace, row.message, keep, &message, error) ||
        fill(propre, made, &message, &row, keep, &post, error))
        return error->fault;
    /* What cannot be a post (a network's odd address) must not undo that it went out. */
    struct error odd = {0};
    bool fits = !post_check(&post, &odd);
    if (fits &&
        (post_insert_known(propre, &post, &id, &fresh, error) ||
         (!fresh && post_find(propre, post.channel, post.identity, &id, &found, error))))
        return error->fault;
    const struct post_made_link_in link = {
        .id = made->delivery,
        .post = fits && (fresh || found) ? some_int(id) : no_int,
        .remote_id = made->remote_id.n > 0 ? made->remote_id : STR_NONE,
        .permalink = made->permalink.n > 0 ? made->permalink : STR_NONE,
        .published_us = made->published.us,
    };
    if (q_post_made_link(propre->db, &link, error))
        return error->fault;
    return q_account_out(propre->db, &(struct account_out_in){row.channel, made->published.us},
                         error);
}
