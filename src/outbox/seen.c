#include "outbox/delivery.h"
#include "outbox/queries.h"
#include "outbox/translate_internal.h"
#include "outbox/worker.h"
#include "place/propre.h"

/* What pages look at that nothing else here needs. */

enum fault
delivery_needs_person(struct propre *propre, int64_t workspace, int64_t *ret_n,
                      struct error *error)
{
    struct needs_person_count_row row;
    const struct needs_person_count_in in = {workspace};
    if (q_needs_person_count(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_n = row.n;
    return OK;
}

enum fault
delivery_overdue(struct propre *propre, int64_t workspace, instant before, int64_t *ret_n,
                 struct error *error)
{
    struct overdue_count_row row;
    const struct overdue_count_in in = {workspace, before.us};
    if (q_overdue_count(propre->db, &in, NULL, &row, error))
        return error->fault;
    *ret_n = row.n;
    return OK;
}

enum fault
worker_seen(struct propre *propre, struct maybe_int *ret_us, struct error *error)
{
    struct worker_last_seen_row row;
    if (q_worker_last_seen(propre->db, NULL, NULL, &row, error))
        return error->fault;
    *ret_us = row.seen_us;
    return OK;
}

enum fault
delivery_text(struct propre *propre, int64_t workspace, int64_t id, struct arena *keep,
              struct delivery_text *ret, struct error *error)
{
    struct post_made_of_row row;
    struct channel_message content;
    bool found = false;
    const struct post_made_of_in in = {workspace, id};
    if (q_post_made_of(propre->db, &in, keep, &row, &found, error))
        return error->fault;
    if (!found)
        return fail(error, FAULT_ABSENT, "there is no delivery %lld", (long long)id);
    if (row.content.p ? content_read(row.content, keep, &content, error)
                      : content_gather(propre, workspace, row.message, row.channel, S(""), keep,
                                       &content, error))
        return error->fault;
    *ret = (struct delivery_text){
        .frozen = row.content.p != NULL,
        .title = content.title,
        .link = content.link,
        .warning = content.warning,
        .parts = content.parts,
        .parts_n = content.parts_n,
        .media = content.media,
        .media_n = content.media_n,
    };
    return OK;
}
