#include <assert.h>
#include <string.h>

#include "base/csv.h"
#include "base/sha256.h"
#include "base/translate.h"
#include "base/zone.h"
#include "measure/import.h"
#include "measure/import_cell_internal.h"
#include "measure/import_row_internal.h"
#include "measure/import_source_internal.h"
#include "measure/metric.h"
#include "strategy/channel.h"
#include "tactic/post.h"

enum { TACTIC_CELL_MAX = 480 /* bytes; a tactic's name of 120 characters of four bytes */ };

void
judge_init(struct judge *judge, const struct import_mapping *mapping)
{
    *judge = (struct judge){.mapping = mapping};
    for (int i = 0; i < FIELDS_N; i++)
        judge->field_column[i] = -1;
    for (int i = 0; i < METRICS_N; i++)
        judge->metric_column[i] = -1;
    for (int32_t i = 0; i < mapping->columns_n; i++) {
        if (mapping->columns[i].field == FIELD_METRIC)
            judge->metric_column[mapping->columns[i].metric] = i;
        else
            judge->field_column[mapping->columns[i].field] = i;
    }
    judge->field_column[FIELD_IGNORE] = -1;
    seen_init(&judge->seen);
}

void
judge_release(struct judge *judge)
{
    seen_release(&judge->seen);
}

/* One row being judged. */
struct judging {
    struct judge *judge;
    const struct csv_row *in;
    struct arena *scratch;
    struct row *row;
};

/* Says something about the row; ${column} -1: about all of it. The sentence is the first of ${error}. */
static void
issue(struct judging *j, enum import_verdict verdict, int32_t column, const struct error *error)
{
    struct row *row = j->row;
    if (verdict > row->verdict)
        row->verdict = verdict;
    if (row->issues_n == ROW_ISSUES_MAX)
        return;
    row->issues[row->issues_n++] = (struct row_issue){
        .verdict = verdict,
        .column = column < 0 ? STR_NONE : j->judge->mapping->columns[column].header,
        .why = error->frames[0],
    };
}

/* ISSUE(j, verdict, column, format, …): the format is the key of a translation, as with fail(). */
#define ISSUE(j, verdict, column, ...)                                                   \
    do {                                                                                 \
        struct error error_;                                                             \
        (void)fail(&error_, FAULT_INPUT, __VA_ARGS__); /* only its sentence is wanted */ \
        issue((j), (verdict), (column), &error_);                                        \
    } while (0)

static str
cell(const struct judging *j, int32_t column)
{
    return column >= 0 && column < j->in->cells_n ? j->in->cells[column] : STR_NONE;
}

/* The trimmed text of the field's cell; none when there is no such column or it is blank. */
static str
field_text(const struct judging *j, enum import_field field)
{
    str text = str_trim(cell(j, j->judge->field_column[field]));
    return text.n > 0 ? text : STR_NONE;
}

/* The same for words, where a dash says "not known". */
static str
field_word(const struct judging *j, enum import_field field)
{
    str text = field_text(j, field);
    return text.p && cell_blank(text) ? STR_NONE : text;
}

static str
lower(struct arena *scratch, str s)
{
    if (!s.p)
        return s;
    char *p = new (scratch, char, s.n + 1);
    for (ptrdiff_t i = 0; i < s.n; i++)
        p[i] = ascii_lower(s.p[i]);
    return (str){p, s.n};
}

static void
judge_metric(struct judging *j, enum metric metric, int32_t column)
{
    str text = str_slice(str_trim(cell(j, column)), 0, 60);
    int64_t value = 0;
    switch (number_read(cell(j, column), j->judge->mapping->decimal, &value)) {
    case NUMBER_OK:
        j->row->values[metric] = some_int(value);
        break;
    case NUMBER_BLANK:
        break;
    case NUMBER_BAD:
        ISSUE(j, VERDICT_ROW_ERROR, column,
              "\"%.*s\" is not a number; correct it, or leave it empty", STR_FMT(text));
        break;
    case NUMBER_NEGATIVE:
        ISSUE(j, VERDICT_ROW_ERROR, column, "%.*s is below zero, and a count cannot be",
              STR_FMT(text));
        break;
    case NUMBER_FRACTION:
        ISSUE(j, VERDICT_ROW_ERROR, column,
              "%.*s is not a whole number; if the mark groups thousands, choose the other "
              "decimal mark",
              STR_FMT(text));
        break;
    case NUMBER_LARGE:
        ISSUE(j, VERDICT_ROW_ERROR, column, "%.*s is larger than anything that is counted",
              STR_FMT(text));
        break;
    }
}

static void
judge_metrics(struct judging *j)
{
    bool any = false;
    uint64_t hash =
        14695981039346656037u; /* FNV-1a over (metric, value) in the order of our words */
    for (int m = 0; m < METRICS_N; m++) {
        int32_t column = j->judge->metric_column[m];
        if (column < 0)
            continue;
        judge_metric(j, (enum metric)m, column);
        struct maybe_int v = j->row->values[m];
        any |= v.has;
        uint64_t parts[] = {(uint64_t)m, v.has, v.has ? (uint64_t)v.is : 0};
        for (size_t i = 0; i < 3; i++)
            hash = (hash ^ parts[i]) * 1099511628211u;
    }
    memcpy(&j->row->values_hash, &hash, sizeof hash);
    if (!any && j->row->verdict == VERDICT_ROW_OK)
        ISSUE(j, VERDICT_ROW_WARNING, -1, "the row has no number at all");
}

/* Complains about a date cell that could not be read. False: there is no date. */
static bool
date_usable(struct judging *j, enum date_result result, int32_t column)
{
    str text = str_slice(str_trim(cell(j, column)), 0, 60);
    switch (result) {
    case DATE_OK:
        return true;
    case DATE_BLANK:
        break;
    case DATE_BAD:
        ISSUE(j, VERDICT_ROW_ERROR, column, "\"%.*s\" is not a date or time in a form we know",
              STR_FMT(text));
        break;
    case DATE_NEVER:
        ISSUE(j, VERDICT_ROW_ERROR, column,
              "\"%.*s\" does not exist in the calendar or on a clock", STR_FMT(text));
        break;
    }
    return false;
}

static void
judge_moment(struct judging *j, const struct date_read *read, int32_t column)
{
    struct post *post = &j->row->post;
    instant at;
    struct error error;
    if (!read->has_time) { /* the day as the file says it; which hour is not known */
        post->local_day =
            some_int(civil_days(read->civil.year, read->civil.month, read->civil.day));
        post->local_month = some_int(read->civil.month);
        post->local_weekday = some_int(civil_weekday(&read->civil));
        return;
    }
    if (read->has_offset) {
        at = (instant){instant_from_utc(&read->civil).us -
                       (int64_t)read->offset_minutes * 60000000};
    } else if (zone_instant(j->judge->zone, &read->civil, GAP_NEXT_VALID, OVERLAP_FIRST, &at,
                            &error)) {
        issue(j, VERDICT_ROW_ERROR, column, &error);
        return;
    }
    post->published_us = some_int(at.us);
    if (at.us > j->judge->now.us + SPAN_DAY.us)
        ISSUE(j, VERDICT_ROW_WARNING, column, "the date lies in the future");
    else if (j->judge->taken_us.has && at.us > j->judge->taken_us.is)
        ISSUE(j, VERDICT_ROW_WARNING, column, "the post is younger than the export");
}

static void
judge_when(struct judging *j)
{
    const struct judge *judge = j->judge;
    int32_t day = judge->field_column[FIELD_PUBLISHED],
            clock = judge->field_column[FIELD_CLOCK];
    struct date_read read;
    if (day < 0 ||
        !date_usable(j, date_read(cell(j, day), judge->mapping->date_order, &read), day))
        return;
    if (clock >= 0 && !read.has_time) {
        enum date_result result = clock_read(cell(j, clock), &read);
        if (result != DATE_BLANK && !date_usable(j, result, clock))
            return;
    }
    judge_moment(j, &read, day);
}

/* A whole number in [min, max], or a name that ${named} knows. */
static struct maybe_int
part(struct judging *j, enum import_field field, int64_t min, int64_t max,
     bool (*named)(str word, int32_t *ret))
{
    str text = field_word(j, field);
    int64_t value = 0;
    int32_t by_name = 0;
    if (!text.p)
        return no_int;
    if (number_read(text, j->judge->mapping->decimal, &value) == NUMBER_OK && value >= min &&
        value <= max)
        return some_int(value);
    if (named && named(text, &by_name))
        return some_int(by_name);
    ISSUE(j, VERDICT_ROW_ERROR, j->judge->field_column[field],
          "\"%.*s\" is not a number from %lld to %lld", STR_FMT(str_slice(text, 0, 60)),
          (long long)min, (long long)max);
    return no_int;
}

/* Its numbers count, but what a post brings is learned by when it came out. */
static void
judge_undated(struct judging *j)
{
    const struct post *post = &j->row->post;
    int32_t day = j->judge->field_column[FIELD_PUBLISHED];
    if (day >= 0 && j->row->verdict != VERDICT_ROW_ERROR && !post->published_us.has &&
        !post->local_weekday.has && !post->local_hour.has)
        ISSUE(j, VERDICT_ROW_WARNING, day,
              "the post has no date; nothing can be learned from when it came out");
}

static struct maybe_int
yes_or_no(struct judging *j, enum import_field field)
{
    static const struct {
        const char *word;
        int64_t is;
    } words[] = {{"0", 0},    {"1", 1},       {"no", 0},   {"yes", 1},  {"false", 0},
                 {"true", 1}, {"non", 0},     {"oui", 1},  {"faux", 0}, {"vrai", 1},
                 {"nein", 0}, {"ja", 1},      {"n", 0},    {"y", 1},    {"0.0", 0},
                 {"1.0", 1},  {"organic", 0}, {"paid", 1}, {"sí", 1},   {"sim", 1},
                 {"não", 0},  {"boosted", 1}};
    str text = field_word(j, field);
    if (!text.p)
        return no_int;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq_ascii_case(text, str_of(words[i].word)))
            return some_int(words[i].is);
    }
    ISSUE(j, VERDICT_ROW_ERROR, j->judge->field_column[field],
          "\"%.*s\" is neither yes nor no (1 or 0, yes or no, leave empty when not known)",
          STR_FMT(str_slice(text, 0, 60)));
    return no_int;
}

static void
judge_tactic(struct judging *j)
{
    str text = field_word(j, FIELD_TACTIC);
    int32_t column = j->judge->field_column[FIELD_TACTIC];
    if (!text.p)
        return;
    if (j->judge->source && j->judge->source->tactic) {
        const char *name = j->judge->source->tactic(text);
        if (name)
            j->row->tactic = str_of(translate(j->judge->lang, name));
        else
            ISSUE(j, VERDICT_ROW_ERROR, column, "\"%.*s\" is not a category of this data set",
                  STR_FMT(str_slice(text, 0, 60)));
    } else if (text.n > TACTIC_CELL_MAX) {
        ISSUE(j, VERDICT_ROW_ERROR, column, "the name of a tactic is longer than %d bytes",
              TACTIC_CELL_MAX);
    } else {
        j->row->tactic = text;
    }
}

static void
judge_intent(struct judging *j)
{
    str text = field_word(j, FIELD_INTENT);
    j->row->post.intent = j->row->tactic.p ? INTENT_PLANNED : INTENT_UNKNOWN;
    if (text.p && !post_intent_parse(lower(j->scratch, text), &j->row->post.intent))
        ISSUE(j, VERDICT_ROW_ERROR, j->judge->field_column[FIELD_INTENT],
              "\"%.*s\" is not an intent (planned, explore, adhoc)",
              STR_FMT(str_slice(text, 0, 60)));
}

/* "1.22158E+17": a spreadsheet kept six digits of an id and lost the rest. */
static bool
spoiled(str id)
{
    ptrdiff_t e = str_chr(id, 'E');
    if (e < 0)
        e = str_chr(id, 'e');
    if (e <= 0 || e + 2 >= id.n || id.p[e + 1] != '+')
        return false;
    for (ptrdiff_t i = 0; i < id.n; i++) {
        if (i != e && i != e + 1 && str_chr(S("0123456789.,"), id.p[i]) < 0)
            return false;
    }
    return true;
}

/* The number behind "/status/" in an address of X; none when there is none. */
static str
status_id(str permalink)
{
    ptrdiff_t at = str_find(permalink, S("/status/"));
    if (at < 0)
        return STR_NONE;
    str rest = str_slice(permalink, at + 8, permalink.n);
    ptrdiff_t n = 0;
    while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9')
        n++;
    return n > 0 ? str_slice(rest, 0, n) : STR_NONE;
}

static void
judge_texts(struct judging *j)
{
    struct post *post = &j->row->post;
    struct error error;
    post->remote_id = field_word(j, FIELD_REMOTE_ID);
    post->permalink = field_word(j, FIELD_PERMALINK);
    post->title = field_text(j, FIELD_TITLE);
    post->body = field_text(j, FIELD_BODY);
    post->format = lower(j->scratch, field_word(j, FIELD_FORMAT));
    post->topic = field_word(j, FIELD_TOPIC);
    post->creation = lower(j->scratch, field_word(j, FIELD_CREATION));
    post->link = field_word(j, FIELD_LINK);
    post->hashtags = field_word(j, FIELD_HASHTAGS);
    post->language = lower(j->scratch, field_word(j, FIELD_LANGUAGE));
    post->queue = field_word(j, FIELD_QUEUE);
    post->experiment_arm = field_word(j, FIELD_ARM);
    if (post->remote_id.p && spoiled(post->remote_id)) {
        ISSUE(j, VERDICT_ROW_WARNING, j->judge->field_column[FIELD_REMOTE_ID],
              "a spreadsheet cut the id to \"%.*s\"; the post is known by its address or text "
              "instead",
              STR_FMT(post->remote_id));
        post->remote_id = STR_NONE;
    }
    if (!post->remote_id.p && j->judge->mapping->network == NETWORK_X)
        post->remote_id = status_id(post->permalink);
    if (post_check(post, &error))
        issue(j, VERDICT_ROW_ERROR, -1, &error);
}

static uint64_t
key_of(const uint8_t *bytes)
{
    uint64_t key;
    memcpy(&key, bytes, sizeof key);
    return key;
}

/* A hash of the cells of all fields known before publication, in the order of our fields. */
static void
content_of(const struct judging *j, uint8_t out[POST_CONTENT_BYTES])
{
    uint8_t whole[SHA256_BYTES];
    struct sha256 hash;
    sha256_init(&hash);
    for (int f = 0; f <= FIELDS_N; f++) {
        int32_t column = f < FIELDS_N ? j->judge->field_column[f]
                                      : j->judge->metric_column[METRIC_FOLLOWERS];
        if (column >= 0) {
            char name = (char)('A' + f);
            sha256_add(&hash, (str){&name, 1});
            sha256_add(&hash, str_trim(cell(j, column)));
            sha256_add(&hash, S("\x1f"));
        }
    }
    sha256_end(&hash, whole);
    memcpy(out, whole, POST_CONTENT_BYTES);
}

/* Everything the row says, for telling a row that stands twice. */
static uint64_t
cells_key(const struct csv_row *in)
{
    uint64_t key = 0x9e3779b97f4a7c15u;
    for (int32_t i = 0; i < in->cells_n; i++)
        key = (key ^ str_hash(in->cells[i])) * 0xff51afd7ed558ccdu + 1;
    return key;
}

static void
judge_identity(struct judging *j)
{
    struct post *post = &j->row->post;
    uint8_t content[POST_CONTENT_BYTES] = {0};
    int64_t occurrence = 1;
    struct seen_entry *entry;
    if (post->remote_id.p || post->permalink.p) {
        post->identity = post_identity(post, content, occurrence, j->scratch);
        entry = seen_add(&j->judge->seen, str_hash(post->identity), j->row->line);
    } else {
        entry = seen_add(&j->judge->seen, cells_key(j->in), j->row->line);
        if (entry->count == 1) {
            content_of(j, content);
            occurrence = seen_add(&j->judge->seen, key_of(content), j->row->line)->count;
        }
        post->identity = post_identity(post, content, occurrence, j->scratch);
    }
    if (entry->count > 1) {
        j->row->left_out = true;
        ISSUE(j, VERDICT_ROW_WARNING, -1,
              "the row repeats the post of row %lld; it is left out", (long long)entry->line);
    }
}

/* False: the row cannot be read at all. */
static bool
judge_width(struct judging *j)
{
    int32_t n = j->in->cells_n, columns = j->judge->mapping->columns_n;
    for (int32_t i = columns; i < j->in->cells_n; i++) {
        if (str_trim(j->in->cells[i]).n == 0)
            n--;
    }
    if (n == columns)
        return true;
    if (n < columns)
        ISSUE(j, VERDICT_ROW_ERROR, -1,
              "the row has %d cells and the header %d: it is cut short, or a line break in a "
              "text was "
              "not quoted",
              n, columns);
    else
        ISSUE(j, VERDICT_ROW_ERROR, -1,
              "the row has %d cells and the header %d: a separator in a text was not quoted", n,
              columns);
    return false;
}

void
judge_row(struct judge *judge, const struct csv_row *in, struct arena *scratch, struct row *ret)
{
    struct judging j = {judge, in, scratch, ret};
    *ret = (struct row){.line = in->line, .issues = judge->issues};
    if (!judge_width(&j))
        return;
    if (in->stray_quote)
        ISSUE(&j, VERDICT_ROW_WARNING, -1,
              "a quotation mark stands where none belongs; it is kept");
    if (in->bad_text)
        ISSUE(&j, VERDICT_ROW_WARNING, -1, "characters that could not be read were replaced");
    if (str_eq_ascii_case(str_trim(in->cells[0]), S("total"))) {
        ret->left_out = true;
        ISSUE(&j, VERDICT_ROW_WARNING, -1, "the row is a total, no post; it is left out");
        return;
    }
    judge_texts(&j);
    judge_when(&j);
    struct post *post = &ret->post;
    if (!post->local_month.has)
        post->local_month = part(&j, FIELD_MONTH, 1, 12, month_named);
    if (!post->local_weekday.has)
        post->local_weekday = part(&j, FIELD_WEEKDAY, 1, 7, weekday_named);
    if (!post->local_hour.has && !post->published_us.has)
        post->local_hour = part(&j, FIELD_HOUR, 0, 23, NULL);
    judge_undated(&j);
    post->paid = yes_or_no(&j, FIELD_PAID);
    post->effort_minutes = part(&j, FIELD_EFFORT, 0, POST_EFFORT_MINUTES_MAX, NULL);
    judge_tactic(&j);
    judge_intent(&j);
    judge_metrics(&j);
    if (ret->verdict != VERDICT_ROW_ERROR)
        judge_identity(&j);
    if (ret->verdict != VERDICT_ROW_ERROR && !ret->left_out)
        post_complete(post, judge->local, scratch);
}
