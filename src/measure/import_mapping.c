/* How columns are read, said by a person: words for it, and JSON to keep it. */
#include <assert.h>

#include "base/json.h"
#include "base/translate.h"
#include "measure/import.h"
#include "measure/import_source_internal.h"
#include "measure/metric.h"
#include "strategy/channel.h"

enum {
    MAPPING_JSON_MAX = 4 * 1024 * 1024 /* 400 headers of 600 bytes, each byte escaped by six */
};

static const struct {
    const char *word, *name;
} fields[FIELDS_N] = {
    [FIELD_IGNORE] = {"ignore", N_("Leave out")},
    [FIELD_REMOTE_ID] = {"remote_id", N_("Id on the network")},
    [FIELD_PERMALINK] = {"permalink", N_("Address of the post")},
    [FIELD_TITLE] = {"title", N_("Title")},
    [FIELD_BODY] = {"body", N_("Text")},
    [FIELD_PUBLISHED] = {"published", N_("Date of publication")},
    [FIELD_CLOCK] = {"clock", N_("Time of publication")},
    [FIELD_MONTH] = {"month", N_("Month")},
    [FIELD_WEEKDAY] = {"weekday", N_("Weekday")},
    [FIELD_HOUR] = {"hour", N_("Hour")},
    [FIELD_FORMAT] = {"format", N_("Format")},
    [FIELD_TACTIC] = {"tactic", N_("Tactic")},
    [FIELD_TOPIC] = {"topic", N_("Topic")},
    [FIELD_CREATION] = {"creation", N_("How it was made")},
    [FIELD_INTENT] = {"intent", N_("Intent")},
    [FIELD_PAID] = {"paid", N_("Paid")},
    [FIELD_LINK] = {"link", N_("Link in the post")},
    [FIELD_HASHTAGS] = {"hashtags", N_("Hashtags")},
    [FIELD_LANGUAGE] = {"language", N_("Language")},
    [FIELD_QUEUE] = {"queue", N_("Queue")},
    [FIELD_ARM] = {"arm", N_("Arm of an experiment")},
    [FIELD_EFFORT] = {"effort_minutes", N_("Effort in minutes")},
    [FIELD_METRIC] = {"metric", N_("Metric")},
};
static const char *const date_orders[DATE_ORDERS_N] = {"auto", "dmy", "mdy"};
static const char *const decimals[DECIMALS_N] = {"auto", "point", "comma"};

str
import_column_word(const struct import_column *column)
{
    assert((size_t)column->field < FIELDS_N);
    return column->field == FIELD_METRIC ? metric_word(column->metric)
                                         : str_of(fields[column->field].word);
}

bool
import_column_parse(str word, struct import_column *ret)
{
    enum metric metric;
    if (metric_parse(word, &metric)) {
        ret->field = FIELD_METRIC;
        ret->metric = metric;
        return true;
    }
    for (int i = 0; i < FIELD_METRIC; i++) {
        if (str_eq(word, str_of(fields[i].word))) {
            ret->field = (enum import_field)i;
            ret->metric = 0;
            return true;
        }
    }
    return false;
}

const char *
import_field_name(enum import_field field)
{
    assert((size_t)field < FIELDS_N);
    return fields[field].name;
}

str
import_date_order_word(enum import_date_order order)
{
    assert((size_t)order < DATE_ORDERS_N);
    return str_of(date_orders[order]);
}

bool
import_date_order_parse(str word, enum import_date_order *ret)
{
    for (int i = 0; i < DATE_ORDERS_N; i++) {
        if (str_eq(word, str_of(date_orders[i]))) {
            *ret = (enum import_date_order)i;
            return true;
        }
    }
    return false;
}

str
import_decimal_word(enum import_decimal decimal)
{
    assert((size_t)decimal < DECIMALS_N);
    return str_of(decimals[decimal]);
}

bool
import_decimal_parse(str word, enum import_decimal *ret)
{
    for (int i = 0; i < DECIMALS_N; i++) {
        if (str_eq(word, str_of(decimals[i]))) {
            *ret = (enum import_decimal)i;
            return true;
        }
    }
    return false;
}

/* Words ${from} to before ${to}, fields first; "" for those that are no word. */
static void
add_words(struct buf *out, int from, int to)
{
    for (int i = from; i < to; i++) {
        if (i == FIELD_METRIC)
            continue;
        str word =
            i < FIELDS_N ? str_of(fields[i].word) : metric_word((enum metric)(i - FIELDS_N));
        buf_addf(out, "%s%.*s", i > from ? ", " : "", STR_FMT(word));
    }
}

/* All words there are, in parts that an argument of a message can hold. */
static enum fault
unknown_word(str word, struct error *error)
{
    enum { THIRD = METRICS_N / 3 };
    static const int ends[] = {FIELDS_N, FIELDS_N + THIRD, FIELDS_N + 2 * THIRD,
                               FIELDS_N + METRICS_N};
    auto_buf of_fields;
    auto_buf first;
    auto_buf second;
    auto_buf third;
    struct buf *parts[] = {&of_fields, &first, &second, &third};
    for (int i = 0; i < 4; i++) {
        buf_init(parts[i], ERROR_ARG_BYTES);
        add_words(parts[i], i > 0 ? ends[i - 1] : 0, ends[i]);
        assert(!parts[i]->overflown); /* or the list would be cut */
    }
    return fail(
        error, FAULT_INPUT,
        "\"%.*s\" is not what a column can hold; say a metric (%s, %s, %s) or one of %s",
        STR_FMT(str_slice(word, 0, 60)), first.p, second.p, third.p, of_fields.p);
}

enum fault
import_mapping_set(struct import_mapping *mapping, str assignment, struct error *error)
{
    ptrdiff_t at = -1;
    for (ptrdiff_t i = 0; i < assignment.n; i++) /* the last '=': headers may hold one */
        at = assignment.p[i] == '=' ? i : at;
    if (at < 0)
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" is not of the form Header=word, such as Likes=likes",
                    STR_FMT(assignment));
    str header = str_trim(str_slice(assignment, 0, at));
    str word = str_trim(str_slice(assignment, at + 1, assignment.n));
    struct import_column column = {0};
    if (!import_column_parse(word, &column))
        return unknown_word(word, error);
    for (int32_t i = 0; i < mapping->columns_n; i++) {
        if (str_eq_ascii_case(str_trim(mapping->columns[i].header), header)) {
            mapping->columns[i].field = column.field;
            mapping->columns[i].metric = column.metric;
            return OK;
        }
    }
    return fail(error, FAULT_INPUT, "the file has no column \"%.*s\"", STR_FMT(header));
}

enum fault
mapping_check(const struct import_mapping *mapping, struct error *error)
{
    int32_t metrics_n = 0;
    for (int32_t i = 0; i < mapping->columns_n; i++) {
        const struct import_column *a = &mapping->columns[i];
        metrics_n += a->field == FIELD_METRIC;
        for (int32_t j = 0; a->field != FIELD_IGNORE && j < i; j++) {
            const struct import_column *b = &mapping->columns[j];
            if (a->field == b->field && a->metric == b->metric)
                return fail(error, FAULT_INPUT,
                            "the columns \"%.*s\" and \"%.*s\" are both read as %.*s",
                            STR_FMT(b->header), STR_FMT(a->header),
                            STR_FMT(import_column_word(a)));
        }
    }
    if (metrics_n == 0)
        return fail(error, FAULT_INPUT,
                    "no column holds a number we know; say which does, such as Likes=likes");
    return OK;
}

str
mapping_json(const struct import_mapping *mapping, struct arena *keep)
{
    auto_buf out;
    struct json_writer w;
    buf_init(&out, MAPPING_JSON_MAX);
    json_writer_init(&w, &out);
    json_object_begin(&w);
    json_key(&w, S("network"));
    json_str(&w, network_word(mapping->network));
    json_key(&w, S("zone"));
    json_str(&w, mapping->zone);
    json_key(&w, S("date_order"));
    json_str(&w, import_date_order_word(mapping->date_order));
    json_key(&w, S("decimal"));
    json_str(&w, import_decimal_word(mapping->decimal));
    json_key(&w, S("columns"));
    json_array_begin(&w);
    for (int32_t i = 0; i < mapping->columns_n; i++) {
        json_array_begin(&w);
        json_str(&w, mapping->columns[i].header);
        json_str(&w, import_column_word(&mapping->columns[i]));
        json_array_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    assert(!out.overflown);
    return arena_str(keep, buf_str(&out));
}

static enum fault
corrupt(struct error *error)
{
    return fail(error, FAULT_CORRUPT,
                "a kept mapping of columns cannot be read; map the columns again");
}

enum fault
mapping_from_json(str text, struct arena *keep, struct import_mapping *ret, struct error *error)
{
    struct json *root;
    struct import_mapping mapping = {0};
    if (json_parse(keep, text, &root, error))
        return corrupt(error);
    const struct json *columns = json_get(root, S("columns"));
    if (!network_parse(json_text(json_get(root, S("network"))), &mapping.network) ||
        !import_date_order_parse(json_text(json_get(root, S("date_order"))),
                                 &mapping.date_order) ||
        !import_decimal_parse(json_text(json_get(root, S("decimal"))), &mapping.decimal) ||
        !columns || columns->kind != JSON_KIND_ARRAY || columns->n > IMPORT_COLUMNS_MAX)
        return corrupt(error);
    mapping.zone = json_text(json_get(root, S("zone")));
    mapping.columns = new (keep, struct import_column, columns->n);
    for (const struct json *pair = columns->first; pair; pair = pair->next) {
        struct import_column *column = &mapping.columns[mapping.columns_n++];
        if (pair->kind != JSON_KIND_ARRAY || pair->n != 2 ||
            !import_column_parse(json_text(pair->first->next), column))
            return corrupt(error);
        column->header = json_text(pair->first);
    }
    *ret = mapping;
    return OK;
}

void
mapping_fit(const struct import_mapping *kept, const str *headers, int32_t n,
            struct arena *keep, struct import_mapping *ret)
{
    struct import_mapping mapping = *kept;
    bool *used = new (keep, bool, kept->columns_n);
    str *kept_plain = new (keep, str, kept->columns_n);
    mapping.columns = new (keep, struct import_column, n);
    mapping.columns_n = n;
    for (int32_t j = 0; j < kept->columns_n; j++)
        kept_plain[j] = header_plain(keep, kept->columns[j].header);
    for (int32_t i = 0; i < n; i++) {
        str plain = header_plain(keep, headers[i]);
        mapping.columns[i] = (struct import_column){.header = arena_str(keep, headers[i])};
        for (int32_t j = 0; j < kept->columns_n; j++) {
            if (!used[j] && str_eq(kept_plain[j], plain)) {
                used[j] = true;
                mapping.columns[i].field = kept->columns[j].field;
                mapping.columns[i].metric = kept->columns[j].metric;
                break;
            }
        }
    }
    *ret = mapping;
}
