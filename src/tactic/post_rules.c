/* What a post is, without a database: its words, what follows from its fields, what makes it itself. */
#include <assert.h>

#include "base/money.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/translate.h"
#include "base/zone.h"
#include "tactic/post.h"

static const struct {
    const char *word, *name;
} intents[POST_INTENTS_N] = {
    [INTENT_UNKNOWN] = {"unknown", N_("Not said")},
    [INTENT_PLANNED] = {"planned", N_("Planned")},
    [INTENT_EXPLORE] = {"explore", N_("To explore")},
    [INTENT_ADHOC] = {"adhoc", N_("In the moment")},
};

str
post_intent_word(enum post_intent intent)
{
    assert((size_t)intent < POST_INTENTS_N);
    return str_of(intents[intent].word);
}

const char *
post_intent_name(enum post_intent intent)
{
    assert((size_t)intent < POST_INTENTS_N);
    return intents[intent].name;
}

bool
post_intent_parse(str word, enum post_intent *ret)
{
    for (int i = 0; i < POST_INTENTS_N; i++) {
        if (str_eq(word, str_of(intents[i].word))) {
            *ret = (enum post_intent)i;
            return true;
        }
    }
    return false;
}

/* Letters, digits and _ of ASCII, and every character beyond it: hashtags are written in any script. */
static bool
tag_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || (unsigned char)c >= 0x80;
}

/* The tag that starts at ${i}, without '#'; empty when none does ("a#b", "##", "#1" are none). */
static str
tag_at(str body, ptrdiff_t i)
{
    if (body.p[i] != '#' || (i > 0 && (tag_byte(body.p[i - 1]) || body.p[i - 1] == '&')))
        return S("");
    ptrdiff_t end = i + 1;
    bool word = false;
    while (end < body.n && tag_byte(body.p[end])) {
        word |= body.p[end] < '0' || body.p[end] > '9';
        end++;
    }
    return word ? str_slice(body, i + 1, end) : S("");
}

/* "#a #b" of all hashtags in the text, or none. */
static str
hashtags_of(str body, struct arena *keep)
{
    ptrdiff_t total = 0;
    for (ptrdiff_t i = 0; i < body.n; i++) {
        str tag = tag_at(body, i);
        total += tag.n ? tag.n + 2 : 0;
    }
    if (total == 0 || total > POST_HASHTAGS_MAX)
        return STR_NONE;
    char *p = new (keep, char, total);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < body.n; i++) {
        str tag = tag_at(body, i);
        if (tag.n == 0)
            continue;
        if (n > 0)
            p[n++] = ' ';
        p[n++] = '#';
        memcpy(p + n, tag.p, (size_t)tag.n);
        n += tag.n;
    }
    return (str){p, n};
}

/* The first web address in the text, or none; closing punctuation is not part of it. */
static str
link_of(str body)
{
    ptrdiff_t secure = str_find(body, S("https://")), plain = str_find(body, S("http://"));
    ptrdiff_t at = secure < 0 || (plain >= 0 && plain < secure) ? plain : secure;
    if (at < 0)
        return STR_NONE;
    ptrdiff_t end = at;
    while (end < body.n && (unsigned char)body.p[end] > ' ' && body.p[end] != '<' &&
           body.p[end] != '"' && (unsigned char)body.p[end] < 0x80)
        end++;
    while (end > at &&
           (body.p[end - 1] == '.' || body.p[end - 1] == ',' || body.p[end - 1] == ')' ||
            body.p[end - 1] == ';' || body.p[end - 1] == '!' || body.p[end - 1] == '?'))
        end--;
    return end - at > 8 && end - at <= POST_ADDRESS_MAX ? str_slice(body, at, end) : STR_NONE;
}

static str
media_of(str format)
{
    static const struct {
        const char *format, *media;
    } known[] = {{"photo", "image"}, {"image", "image"},    {"carousel", "image"},
                 {"album", "image"}, {"ig image", "image"}, {"ig carousel", "image"},
                 {"video", "video"}, {"reel", "video"},     {"ig reel", "video"},
                 {"live", "video"},  {"short", "video"},    {"status", "none"},
                 {"text", "none"},   {"link", "none"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_eq(format, str_of(known[i].format)))
            return str_of(known[i].media);
    }
    return STR_NONE;
}

void
post_complete(struct post *post, const struct zone *zone, struct arena *keep)
{
    if (post->body.p) {
        if (!post->body_graphemes.has)
            post->body_graphemes = some_int(text_graphemes(post->body));
        if (!post->hashtags.p)
            post->hashtags = hashtags_of(post->body, keep);
        if (!post->link.p)
            post->link = link_of(post->body);
    }
    if (!post->media.p && post->format.p)
        post->media = media_of(post->format);
    if (!post->published_us.has || !zone)
        return;
    struct civil local = zone_civil(zone, (instant){post->published_us.is});
    if (!post->local_day.has)
        post->local_day = some_int(civil_days(local.year, local.month, local.day));
    if (!post->local_month.has)
        post->local_month = some_int(local.month);
    if (!post->local_weekday.has)
        post->local_weekday = some_int(civil_weekday(&local));
    if (!post->local_hour.has)
        post->local_hour = some_int(local.hour);
}

void
post_content(const struct post *post, uint8_t out[POST_CONTENT_BYTES])
{
    uint8_t whole[SHA256_BYTES];
    struct sha256 hash;
    str parts[] = {post->title, post->body, post->link, post->format};
    sha256_init(&hash);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sha256_add(&hash, parts[i]);
        sha256_add(&hash, S("\x1f"));
    }
    int64_t when = post->published_us.has ? post->published_us.is : 0;
    sha256_add(&hash, (str){(const char *)&when, (ptrdiff_t)sizeof when});
    sha256_end(&hash, whole);
    memcpy(out, whole, POST_CONTENT_BYTES);
}

str
post_identity(const struct post *post, const uint8_t content[POST_CONTENT_BYTES],
              int64_t occurrence, struct arena *keep)
{
    if (post->remote_id.p && post->remote_id.n > 0)
        return arena_printf(keep, "id:%.*s", STR_FMT(post->remote_id));
    if (post->permalink.p && post->permalink.n > 0)
        return arena_printf(keep, "at:%.*s", STR_FMT(post->permalink));
    assert(occurrence >= 1);
    str digits = hex(keep, content, POST_CONTENT_BYTES);
    return arena_printf(keep, "as:%.*s:%lld", STR_FMT(digits), (long long)occurrence);
}

static enum fault
check_length(str s, ptrdiff_t max, const char *field, struct error *error)
{
    if (s.n > max)
        return fail(error, FAULT_INPUT,
                    "the post's %s has %lld bytes, at most %lld can be kept", field,
                    (long long)s.n, (long long)max);
    if (!utf8_valid(s))
        return fail(error, FAULT_INPUT, "the post's %s is not UTF-8 text", field);
    return OK;
}

static enum fault
check_range(struct maybe_int n, int64_t min, int64_t max, const char *field,
            struct error *error)
{
    if (n.has && (n.is < min || n.is > max))
        return fail(error, FAULT_INPUT, "the post's %s is %lld, not from %lld to %lld", field,
                    (long long)n.is, (long long)min, (long long)max);
    return OK;
}

enum fault
post_check(const struct post *p, struct error *error)
{
    const struct {
        str text;
        ptrdiff_t max;
        const char *field;
    } texts[] = {
        {p->remote_id, POST_LABEL_MAX, "remote_id"},
        {p->permalink, POST_ADDRESS_MAX, "permalink"},
        {p->title, POST_BODY_MAX, "title"},
        {p->body, POST_BODY_MAX, "body"},
        {p->format, POST_LABEL_MAX, "format"},
        {p->media, POST_LABEL_MAX, "media"},
        {p->creation, POST_LABEL_MAX, "creation"},
        {p->topic, POST_LABEL_MAX, "topic"},
        {p->link, POST_ADDRESS_MAX, "link"},
        {p->hashtags, POST_HASHTAGS_MAX, "hashtags"},
        {p->language, POST_LABEL_MAX, "language"},
        {p->queue, POST_LABEL_MAX, "queue"},
        {p->experiment_arm, POST_LABEL_MAX, "experiment_arm"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (check_length(texts[i].text, texts[i].max, texts[i].field, error))
            return error->fault;
    }
    if (check_range(p->local_month, 1, 12, "local_month", error) ||
        check_range(p->local_weekday, 1, 7, "local_weekday", error) ||
        check_range(p->local_hour, 0, 23, "local_hour", error) ||
        check_range(p->paid, 0, 1, "paid", error) ||
        check_range(p->effort_minutes, 0, POST_EFFORT_MINUTES_MAX, "effort_minutes", error) ||
        check_range(p->cost_minor, 0, INT64_MAX, "cost_minor", error))
        return error->fault;
    if (p->cost_minor.has && money_digits(p->currency) < 0)
        return fail(error, FAULT_INPUT, "the post's cost needs a currency, such as EUR");
    return OK;
}
