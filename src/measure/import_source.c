#include <stdlib.h>

#include "base/sha256.h"
#include "base/translate.h"
#include "measure/import.h"
#include "measure/import_source_internal.h"
#include "strategy/channel.h"

#define M(metric) FIELD_METRIC, METRIC_##metric
#define F(field) FIELD_##field, 0

/* "Facebook metrics" of the UCI repository (Moro, Rita, Vala 2016). The year of a post is not given. */
static const struct source_column uci_columns[] = {
    {"page total likes", M(FOLLOWERS)},
    {"type", F(FORMAT)},
    {"category", F(TACTIC)},
    {"post month", F(MONTH)},
    {"post weekday", F(WEEKDAY)},
    {"post hour", F(HOUR)},
    {"paid", F(PAID)},
    {"lifetime post total reach", M(REACH)},
    {"lifetime post total impressions", M(IMPRESSIONS)},
    {"lifetime engaged users", M(ENGAGED)},
    {"lifetime post consumers", M(CLICKERS)},
    {"lifetime post consumptions", M(CLICKS)},
    {"lifetime post impressions by people who have liked your page", M(FAN_IMPRESSIONS)},
    {"lifetime post reach by people who like your page", M(FAN_REACH)},
    {"lifetime people who have liked your page and engaged with your post", M(FAN_ENGAGED)},
    {"comment", M(COMMENTS)},
    {"like", M(LIKES)},
    {"share", M(SHARES)},
    {"total interactions", M(INTERACTIONS)},
    {NULL, F(IGNORE)},
};
static const char *const uci_needs[] = {"type",
                                        "category",
                                        "post month",
                                        "post weekday",
                                        "post hour",
                                        "paid",
                                        "lifetime post total reach",
                                        "total interactions",
                                        NULL};

/* Source: the data set's description: action, product, inspiration. */
static const char *
uci_tactic(str cell)
{
    if (str_eq(cell, S("1")))
        return N_("Special offers and contests");
    if (str_eq(cell, S("2")))
        return N_("Product");
    return str_eq(cell, S("3")) ? N_("Inspiration") : NULL;
}

/* X Analytics, "content" (headers seen in files, 2024 to 2026). Its days and times are UTC. */
static const struct source_column x_columns[] = {
    {"post id", F(REMOTE_ID)},
    {"date", F(PUBLISHED)},
    {"post text", F(BODY)},
    {"post link", F(PERMALINK)},
    {"impressions", M(IMPRESSIONS)},
    {"likes", M(LIKES)},
    {"engagements", M(INTERACTIONS)},
    {"bookmarks", M(SAVES)},
    {"shares", M(SENDS)},
    {"new follows", M(FOLLOWS)},
    {"replies", M(COMMENTS)},
    {"reposts", M(SHARES)},
    {"profile visits", M(PROFILE_VISITS)},
    {"detail expands", M(DETAIL_EXPANDS)},
    {"url clicks", M(LINK_CLICKS)},
    {"hashtag clicks", M(HASHTAG_CLICKS)},
    {"permalink clicks", M(PERMALINK_CLICKS)},
    {NULL, F(IGNORE)},
};
static const char *const x_needs[] = {"post id",     "date",        "post text",
                                      "impressions", "engagements", NULL};

/* Twitter Analytics, "tweet activity" (until 2024). Its times carry their offset, +0000. */
static const struct source_column twitter_columns[] = {
    {"tweet id", F(REMOTE_ID)},
    {"tweet permalink", F(PERMALINK)},
    {"tweet text", F(BODY)},
    {"time", F(PUBLISHED)},
    {"impressions", M(IMPRESSIONS)},
    {"engagements", M(INTERACTIONS)},
    {"retweets", M(SHARES)},
    {"replies", M(COMMENTS)},
    {"likes", M(LIKES)},
    {"favorites", M(LIKES)},
    {"user profile clicks", M(PROFILE_VISITS)},
    {"url clicks", M(LINK_CLICKS)},
    {"hashtag clicks", M(HASHTAG_CLICKS)},
    {"detail expands", M(DETAIL_EXPANDS)},
    {"permalink clicks", M(PERMALINK_CLICKS)},
    {"app opens", M(APP_OPENS)},
    {"app installs", M(APP_INSTALLS)},
    {"follows", M(FOLLOWS)},
    {"email tweet", M(EMAILS)},
    {"dial phone", M(CALLS)},
    {"media views", M(MEDIA_VIEWS)},
    {"media engagements", M(MEDIA_ENGAGEMENTS)},
    {NULL, F(IGNORE)},
};
static const char *const twitter_needs[] = {"tweet id",    "tweet text",  "time",
                                            "impressions", "engagements", NULL};

static const struct source sources[] = {
    {"facebook_uci", N_("Facebook metrics (UCI)"), NETWORK_FACEBOOK, NULL, uci_needs,
     uci_columns, uci_tactic},
    {"x", N_("X Analytics, content"), NETWORK_X, "UTC", x_needs, x_columns, NULL},
    {"twitter", N_("Twitter Analytics, tweet activity"), NETWORK_X, "UTC", twitter_needs,
     twitter_columns, NULL},
};
enum { SOURCES_N = sizeof sources / sizeof *sources };

str
header_short(str header)
{
    str s = str_trim(header);
    if (s.n <= HEADER_BYTES_MAX)
        return s;
    s.n = HEADER_BYTES_MAX;
    while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xc0) == 0x80) /* not within a character */
        s.n--;
    return s;
}

str
header_plain(struct arena *arena, str header)
{
    str s = header_short(header);
    char *p = new (arena, char, s.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '_' || c == '\t' || c == '\n' || c == '\r')
            c = ' ';
        if (c == ' ' && n > 0 && p[n - 1] == ' ')
            continue;
        p[n++] = ascii_lower(c);
    }
    return (str){p, n};
}

static bool
column_of(const struct source *source, str plain, struct import_column *ret)
{
    for (const struct source_column *c = source->columns; c->header; c++) {
        if (str_eq(plain, str_of(c->header))) {
            ret->field = c->field;
            ret->metric = c->metric;
            return true;
        }
    }
    return false;
}

/* Known columns, or -1 when a needed one is not there. */
static int32_t
source_score(const struct source *source, const str *plain, int32_t n)
{
    struct import_column column;
    int32_t score = 0;
    for (const char *const *need = source->needs; *need; need++) {
        bool there = false;
        for (int32_t i = 0; i < n && !there; i++)
            there = str_eq(plain[i], str_of(*need));
        if (!there)
            return -1;
    }
    for (int32_t i = 0; i < n; i++)
        score += column_of(source, plain[i], &column);
    return score;
}

const struct source *
source_find(const str *headers, int32_t n, struct arena scratch)
{
    const struct source *best = NULL;
    int32_t best_score = -1;
    str *plain = new (&scratch, str, n);
    for (int32_t i = 0; i < n; i++)
        plain[i] = header_plain(&scratch, headers[i]);
    for (int32_t s = 0; s < SOURCES_N; s++) {
        int32_t score = source_score(&sources[s], plain, n);
        if (score > best_score) {
            best = &sources[s];
            best_score = score;
        }
    }
    return best;
}

const struct source *
source_named(str word)
{
    for (int32_t s = 0; s < SOURCES_N; s++) {
        if (str_eq(word, str_of(sources[s].word)))
            return &sources[s];
    }
    return NULL;
}

/* Whether an earlier column holds the same: the first one counts. */
static bool
taken(const struct import_mapping *mapping, int32_t before, const struct import_column *column)
{
    for (int32_t i = 0; i < before; i++) {
        if (mapping->columns[i].field == column->field &&
            (column->field != FIELD_METRIC || mapping->columns[i].metric == column->metric))
            return true;
    }
    return false;
}

void
source_mapping(const struct source *source, const str *headers, int32_t n, struct arena *keep,
               struct import_mapping *ret)
{
    struct import_mapping mapping = {
        .columns = new (keep, struct import_column, n),
        .columns_n = n,
        .zone = source && source->zone ? str_of(source->zone) : STR_NONE,
        .network = source ? source->network : NETWORK_OTHER,
    };
    for (int32_t i = 0; i < n; i++) {
        struct import_column column = {.header = arena_str(keep, headers[i])};
        str plain = header_plain(keep, headers[i]);
        bool known = source ? column_of(source, plain, &column) : alias_find(plain, &column);
        if (!known || taken(&mapping, i, &column)) {
            column.field = FIELD_IGNORE;
            column.metric = 0;
        }
        mapping.columns[i] = column;
    }
    *ret = mapping;
}

int32_t
headers_score(const str *headers, int32_t n, struct arena scratch)
{
    struct import_column column;
    int32_t score = source_find(headers, n, scratch) ? 1000 : 0;
    for (int32_t i = 0; i < n; i++) {
        struct arena line = scratch;
        score += alias_find(header_plain(&line, headers[i]), &column);
    }
    return score;
}

static int
by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

str
headers_fingerprint(const str *headers, int32_t n, struct arena *keep)
{
    uint8_t out[SHA256_BYTES];
    struct sha256 hash;
    str *plain = new (keep, str, n);
    for (int32_t i = 0; i < n; i++)
        plain[i] = header_plain(keep, headers[i]);
    qsort(plain, (size_t)n, sizeof *plain, by_text);
    sha256_init(&hash);
    for (int32_t i = 0; i < n; i++) {
        sha256_add(&hash, plain[i]);
        sha256_add(&hash, S("\x1f"));
    }
    sha256_end(&hash, out);
    return hex(keep, out, SHA256_BYTES);
}
