#include "outbox/notice_internal.h"

#include <stdio.h>

#include "base/number.h"
#include "base/translate.h"
#include "outbox/content.h"
#include "outbox/delivery.h"
#include "outbox/queries.h"
#include "place/propre.h"
#include "strategy/channel.h"

enum {
    INCIDENTS_SHOWN_MAX = 200, /* open ones first; more is not read */
    UNTOLD_MAX = 50,           /* of one step of the worker */
    SUBJECT_BYTES = 40         /* "delivery/" and a number */
};

static const int64_t gather_us = 60000000; /* what opens within a minute is one notice */

const char reason_account[] = N_("Its account must be connected again.");

enum fault
incident_open(struct propre *propre, int64_t workspace, str kind, str subject, str text,
              struct error *error)
{
    const struct incident_open_in in = {workspace, kind, subject, text,
                                        clock_now(&propre->clock).us};
    return q_incident_open(propre->db, &in, error);
}

enum fault
incident_close(struct propre *propre, int64_t workspace, str subject, struct error *error)
{
    const struct incident_close_in in = {workspace, subject, clock_now(&propre->clock).us};
    return q_incident_close(propre->db, &in, error);
}

static str
subject_of(const char *noun, int64_t id, char out[SUBJECT_BYTES])
{
    (void)snprintf(out, SUBJECT_BYTES, "%s/%lld", noun, (long long)id);
    return str_of(out);
}

enum fault
incident_open_delivery(struct propre *propre, int64_t workspace, str kind, int64_t delivery,
                       str text, struct error *error)
{
    char subject[SUBJECT_BYTES];
    return incident_open(propre, workspace, kind, subject_of("delivery", delivery, subject),
                         text, error);
}

enum fault
incident_close_delivery(struct propre *propre, int64_t workspace, int64_t delivery,
                        struct error *error)
{
    char subject[SUBJECT_BYTES];
    return incident_close(propre, workspace, subject_of("delivery", delivery, subject), error);
}

enum fault
incident_open_channel(struct propre *propre, int64_t workspace, str kind, int64_t channel,
                      str text, struct error *error)
{
    char subject[SUBJECT_BYTES];
    return incident_open(propre, workspace, kind, subject_of("channel", channel, subject), text,
                         error);
}

const char reason_connect[] = N_("Its channel is not connected; once it is, the post goes on.");
/* What was written before the two causes were told apart; a picture that is gone is said again when it is tried. */
static const char reason_before[] =
    N_("Its channel is not connected, or a picture of it is gone.");

enum fault
account_connected(struct propre *propre, int64_t workspace, int64_t channel,
                  struct error *error)
{
    char subject[SUBJECT_BYTES];
    int64_t now = clock_now(&propre->clock).us;
    struct delivery_reconnected_in in = {channel, str_of(reason_connect), now};
    if (q_delivery_reconnected(propre->db, &in, error))
        return error->fault;
    in.reason = str_of(reason_before);
    if (q_delivery_reconnected(propre->db, &in, error))
        return error->fault;
    return incident_close(propre, workspace, subject_of("channel", channel, subject), error);
}

enum fault
account_reconnected(struct propre *propre, int64_t workspace, int64_t channel,
                    struct error *error)
{
    char subject[SUBJECT_BYTES];
    const struct delivery_reconnected_in in = {channel, str_of(reason_account),
                                               clock_now(&propre->clock).us};
    if (q_delivery_reconnected(propre->db, &in, error))
        return error->fault;
    return incident_close(propre, workspace, subject_of("channel", channel, subject), error);
}

enum fault
incident_list(struct propre *propre, int64_t workspace, struct arena *keep,
              struct incident **ret, ptrdiff_t *ret_n, struct error *error)
{
    struct incident_page_row *rows;
    ptrdiff_t n;
    if (q_incident_page(propre->db, &(struct incident_page_in){workspace, INCIDENTS_SHOWN_MAX},
                        keep, &rows, &n, error))
        return error->fault;
    *ret = new (keep, struct incident, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = (struct incident){rows[i].id,     rows[i].kind,     rows[i].subject,
                                      rows[i].text,   rows[i].first_us, rows[i].last_us,
                                      rows[i].seen_n, rows[i].told_us,  rows[i].closed_us};
    *ret_n = n;
    return OK;
}

bool
incident_subject(str subject, str noun, int64_t *ret)
{
    struct error ignored = {0};
    return str_starts(subject, noun) &&
           parse_i64(str_slice(subject, noun.n, subject.n), 1, INT64_MAX, ret, &ignored) == OK;
}

/* What preflight found was written down in English with its figures: what still holds of it is said anew. */
static enum fault
found_again(struct propre *propre, const struct incident_of *of, const struct delivery *d,
            struct arena *keep, str *ret, struct error *error)
{
    struct message_problem problems[MESSAGE_PROBLEMS_MAX];
    int32_t n = 0;
    const struct content_of content = {of->workspace, d->message, d->channel};
    if (content_check(propre, &content, keep, problems, &n, error))
        return error->fault;
    for (int32_t i = n; i-- > 0;)
        if (problems[i].severity == PROBLEM_ERROR)
            *ret = SAY(keep, of->lang, problems[i].format, problems[i].a, problems[i].b);
    return OK;
}

static enum fault
find_about(struct propre *propre, const struct incident_of *of, struct arena *keep,
           struct incident_about *about, struct error *error)
{
    struct delivery d;
    struct channel channel;
    int64_t id;
    if (incident_subject(of->incident->subject, S("delivery/"), &id)) {
        if (delivery_get(propre, of->workspace, id, keep, &d, error))
            return error->fault;
        about->delivery = id;
        about->channel = d.channel;
        about->channel_name = d.channel_name;
        about->text = d.title.n > 0 ? d.title : d.excerpt;
        if (str_eq(of->incident->kind, S("check")))
            return found_again(propre, of, &d, keep, &about->says, error);
    } else if (incident_subject(of->incident->subject, S("channel/"), &id)) {
        if (channel_get(propre, of->workspace, id, keep, &channel, error))
            return error->fault;
        about->channel = id;
        about->channel_name = channel.name;
    }
    return OK;
}

enum fault
incident_about(struct propre *propre, const struct incident_of *of, struct arena *keep,
               struct incident_about *ret, struct error *error)
{
    struct incident_about about = {
        .says = str_of(translate(of->lang, cstr(keep, of->incident->text)))};
    enum fault fault = find_about(propre, of, keep, &about, error);
    if (fault && fault != FAULT_ABSENT)
        return fault;
    *ret = about;
    return OK;
}

enum fault
notice_write(struct propre *propre, bool sends, int32_t *ret_n, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 20, &region);
    struct incident_untold_row *rows;
    ptrdiff_t n = 0;
    int64_t now = clock_now(&propre->clock).us;
    enum fault fault = OK;
    if (sends)
        fault = q_incident_untold(propre->db, &(struct incident_untold_in){UNTOLD_MAX}, &keep,
                                  &rows, &n, error);
    for (ptrdiff_t i = 0; !fault && i < n; i++) {
        const struct notice_insert_in in = {rows[i].id, now + gather_us, now};
        fault = q_notice_insert(propre->db, &in, error);
        if (!fault)
            fault =
                q_incident_told(propre->db, &(struct incident_told_in){rows[i].id, now}, error);
    }
    arena_release(&region);
    if (!fault)
        *ret_n = (int32_t)n;
    return fault;
}
