#include "outbox/notify_internal.h"

#include "base/buf.h"
#include "base/translate.h"
#include "outbox/account.h"
#include "outbox/delivery.h"
#include "outbox/notice_internal.h"
#include "place/propre.h"
#include "place/workspace.h"
#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/slot.h"

enum {
    TEXT_MAX = 128 * 1024, /* before it is encoded: fifty incidents */
    EXCERPT_MAX = 160      /* bytes of a post: enough to know it again */
};

/* What a kind of incident is called, and what to do about it. */
struct kind {
    const char *word, *title, *press;
};
static const struct kind kinds[] = {
    {"unknown", N_("A post may or may not be out"), N_("Look whether it is there, and say so")},
    {"rejected", N_("A post was refused"), N_("Correct it and send it again, or let it be")},
    {"late", N_("A post was not sent in time"), N_("Say whether it shall still go out")},
    {"hold", N_("A post is held back"), N_("See what it waits for, and release it")},
    {"check", N_("A planned post will not go out as it is"), N_("Correct it before its time")},
    {"recurrence", N_("A post that comes again cannot go on"),
     N_("End it, and set it up anew")},
    {"account", N_("An account must be connected again"), N_("Connect it again")},
    {"expiring", N_("An account will fail soon"),
     N_("Connect it again before its posts are due")},
};
static const struct kind other_kind = {"", N_("Something needs a person"),
                                       N_("See what it is")};

static const struct kind *
kind_of(str word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_eq(word, str_of(kinds[i].word)))
            return &kinds[i];
    }
    return &other_kind;
}

/* What it is about: a post on a channel, or a channel. */
struct about {
    str name, network; /* of the channel */
    str excerpt, words;
};

struct writer {
    struct propre *propre;
    const struct notify_common *common;
    int64_t workspace;
    enum lang lang;
    struct arena *keep;
    struct buf *out;
};

static enum fault
about_delivery(const struct writer *w, int64_t id, struct about *ret, struct error *error)
{
    struct delivery d;
    if (delivery_get(w->propre, w->workspace, id, w->keep, &d, error))
        return error->fault;
    *ret =
        (struct about){d.channel_name, d.network, d.title.n > 0 ? d.title : d.excerpt, d.words};
    return OK;
}

static enum fault
about_channel(const struct writer *w, int64_t id, struct about *ret, struct error *error)
{
    struct channel channel;
    struct account account;
    bool found = false;
    if (channel_get(w->propre, w->workspace, id, w->keep, &channel, error) ||
        account_get(w->propre, w->workspace, id, w->keep, &account, &found, error))
        return error->fault;
    *ret = (struct about){.name = channel.name,
                          .network = network_word(channel.network),
                          .words = found ? account.words : STR_NONE};
    return OK;
}

static enum fault
about_recurrence(const struct writer *w, int64_t id, struct about *ret, struct error *error)
{
    struct recurrence r;
    struct message m;
    if (recurrence_get(w->propre, w->workspace, id, w->keep, &r, error) ||
        message_get(w->propre, w->workspace, r.message, w->keep, &m, error))
        return error->fault;
    *ret = (struct about){.excerpt = m.title.n > 0 ? m.title : m.body};
    return OK;
}

/* What is gone meanwhile is told of without its details. */
static enum fault
find_about(const struct writer *w, str subject, struct about *ret, struct error *error)
{
    int64_t id;
    enum fault fault = OK;
    *ret = (struct about){0};
    if (incident_subject(subject, S("delivery/"), &id))
        fault = about_delivery(w, id, ret, error);
    else if (incident_subject(subject, S("channel/"), &id))
        fault = about_channel(w, id, ret, error);
    else if (incident_subject(subject, S("recurrence/"), &id))
        fault = about_recurrence(w, id, ret, error);
    if (fault != FAULT_ABSENT)
        return fault;
    *error = (struct error){0};
    return OK;
}

static str
excerpt(str text)
{
    ptrdiff_t n = text.n < EXCERPT_MAX ? text.n : EXCERPT_MAX;
    while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_slice(text, 0, n);
}

str
notice_address(const struct notify_common *common, str subject, struct arena *keep)
{
    str pages = common->pages;
    while (pages.n > 0 && pages.p[pages.n - 1] == '/')
        pages.n--;
    if (str_starts(subject, S("recurrence/"))) /* one page has them all */
        subject = S("repeats");
    return arena_printf(keep, "%.*s/%.*s", STR_FMT(pages), STR_FMT(subject));
}

static void
add_line(const struct writer *w, str line)
{
    buf_add(w->out, line);
    buf_add_char(w->out, '\n');
}

static void
add_item(const struct writer *w, const struct notice_item *item, const struct about *about)
{
    const struct kind *kind = kind_of(item->kind);
    enum network network;
    str name = about->network;
    if (network_parse(about->network, &network))
        name = network_label(w->lang, network);
    add_line(w, str_of(translate(w->lang, kind->title)));
    if (about->name.n > 0)
        add_line(w, SAY(w->keep, w->lang, N_("Channel: %1$s (%2$s)"), about->name, name));
    if (about->excerpt.n > 0)
        add_line(w, SAY(w->keep, w->lang, N_("Post: “%s”"), excerpt(about->excerpt)));
    if (item->text.n > 0)
        add_line(w, SAY(w->keep, w->lang, N_("Why: %s"),
                        str_of(translate(w->lang, cstr(w->keep, item->text)))));
    str found;
    if (translate_known(w->keep, w->lang, about->words, &found))
        add_line(w, SAY(w->keep, w->lang, N_("Propre found: %s"), found));
    else if (about->words.n > 0)
        add_line(w, SAY(w->keep, w->lang, N_("The network says: %s"),
                        str_slice(about->words, 0, NOTIFY_WORDS_MAX)));
    str press = str_of(translate(w->lang, kind->press));
    str address = notice_address(w->common, item->subject, w->keep);
    add_line(w, w->common->pages.n > 0
                    ? SAY(w->keep, w->lang, N_("%1$s: %2$s"), press, address)
                    : SAY(w->keep, w->lang, N_("%1$s: page %2$s of Propre"), press, address));
}

static enum fault
begin(struct propre *propre, const struct notify_common *common, struct arena *keep,
      struct workspace *ret_workspace, enum lang *ret_lang, struct error *error)
{
    if (workspace_load(propre, keep, ret_workspace, error))
        return error->fault;
    *ret_lang = ret_workspace->lang;
    if (common->lang.n > 0)
        (void)lang_parse(common->lang, ret_lang); /* the data check it */
    return OK;
}

static str
subject_of(const struct writer *w, const struct notice_item *item, ptrdiff_t n, str name)
{
    if (n > 1)
        return SAY(w->keep, w->lang, N_("%s things need a person"),
                   arena_printf(w->keep, "%td", n));
    str title = str_of(translate(w->lang, kind_of(item->kind)->title));
    return name.n > 0 ? SAY(w->keep, w->lang, N_("%1$s: %2$s"), title, name) : title;
}

enum fault
notice_text_make(struct propre *propre, int64_t workspace, const struct notify_common *common,
                 const struct notice_item *items, ptrdiff_t n, struct arena *keep,
                 struct notice_text *ret, struct error *error)
{
    struct workspace of;
    auto_buf out;
    buf_init(&out, TEXT_MAX);
    struct writer w = {
        .propre = propre, .common = common, .workspace = workspace, .keep = keep, .out = &out};
    if (begin(propre, common, keep, &of, &w.lang, error))
        return error->fault;
    str name = STR_NONE;
    for (ptrdiff_t i = 0; i < n; i++) {
        struct about about;
        if (find_about(&w, items[i].subject, &about, error))
            return error->fault;
        if (i > 0)
            buf_add(&out, S("\n---\n\n"));
        add_item(&w, &items[i], &about);
        name = about.name;
    }
    if (buf_check(&out, "the text of the notices", error))
        return error->fault;
    ret->subject = subject_of(&w, items, n, name);
    ret->text = arena_str(keep, buf_str(&out));
    ret->workspace = of.name;
    return OK;
}

enum fault
notice_text_test(struct propre *propre, const struct notify_common *common, struct arena *keep,
                 struct notice_text *ret, struct error *error)
{
    struct workspace of;
    enum lang lang = LANG_EN;
    if (begin(propre, common, keep, &of, &lang, error))
        return error->fault;
    ret->subject = str_of(translate(lang, N_("This is a test of the notices")));
    ret->text =
        SAY(keep, lang,
            N_("Nothing happened. When something in %s needs a person, it will be said here."),
            of.name);
    ret->workspace = of.name;
    return OK;
}
