#include "fuzz.h"

#include "base/csv.h"
#include "base/text.h"
#include "measure/import_row_internal.h"

/* What must hold of a row whatever the file said. */
static void
check_row(const struct row *row)
{
    struct error error;
    assert(row->issues_n >= 0 && row->issues_n <= ROW_ISSUES_MAX);
    for (int32_t i = 0; i < row->issues_n; i++)
        assert(row->issues[i].verdict <= row->verdict && row->issues[i].why.format);
    if (row->verdict != VERDICT_ROW_OK)
        assert(row->issues_n > 0);
    if (row->verdict == VERDICT_ROW_ERROR || row->left_out)
        return;
    assert(row->post.identity.n > 3 && post_check(&row->post, &error) == OK);
    for (int m = 0; m < METRICS_N; m++)
        assert(!row->values[m].has || row->values[m].is >= 0);
}

/* Reads the rows behind the header twice: what they show, then what they say. */
static void
read_rows(str text, int64_t header_line, const struct source *source,
          struct import_mapping *mapping, const struct zone *zone)
{
    struct number_evidence numbers = {0};
    struct date_evidence dates = {0};
    struct arena_region region;
    struct arena start = arena_reserve(FUZZ_ARENA_BYTES, &region);
    struct judge judge;
    judge_init(&judge, mapping);
    judge.source = source;
    judge.zone = judge.local = zone;
    judge.now = (instant){1795597200000000};
    for (int pass = 0; pass < 2; pass++) {
        struct error error;
        auto_csv csv = NULL;
        str rest = text;
        struct csv_source bytes = csv_from_str(&rest);
        struct csv_row in;
        bool end = false;
        if (csv_open(&bytes, NULL, &csv, &error))
            break;
        while (csv_next(csv, &in, &end, &error) == OK && !end) {
            struct arena scratch = start;
            struct row row;
            if (in.line <= header_line)
                continue;
            for (int32_t i = 0; pass == 0 && i < in.cells_n; i++) {
                number_survey(&numbers, in.cells[i], in.line);
                date_survey(&dates, in.cells[i], in.line);
            }
            if (pass == 1) {
                judge_row(&judge, &in, &scratch, &row);
                check_row(&row);
            }
        }
        (void)number_decide(&numbers, &mapping->decimal); /* open: read by its default */
        (void)date_decide(&dates, &mapping->date_order);
    }
    judge_release(&judge);
    arena_release(&region);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, (ptrdiff_t)size};
    struct error error;
    struct arena_region region;
    struct arena keep = arena_reserve(FUZZ_ARENA_BYTES, &region);
    str rest = text;
    struct csv_source bytes = csv_from_str(&rest);
    struct csv_row header;
    bool end = false;
    auto_csv csv = NULL;
    auto_zone zone = NULL;
    if (zone_open(S("America/Montreal"), &zone, &error) == OK &&
        csv_open(&bytes, NULL, &csv, &error) == OK &&
        csv_next(csv, &header, &end, &error) == OK && !end &&
        header.cells_n <= IMPORT_COLUMNS_MAX) {
        struct import_mapping mapping, again;
        for (int32_t i = 0; i < header.cells_n; i++)
            header.cells[i] = header_short(header.cells[i]);
        const struct source *source = source_find(header.cells, header.cells_n, keep);
        assert(headers_score(header.cells, header.cells_n, keep) >= (source ? 1000 : 0));
        source_mapping(source, header.cells, header.cells_n, &keep, &mapping);
        assert(headers_fingerprint(header.cells, header.cells_n, &keep).n == 64);
        assert(mapping_from_json(mapping_json(&mapping, &keep), &keep, &again, &error) == OK);
        assert(again.columns_n == mapping.columns_n);
        if (mapping_check(&mapping, &error) == OK)
            read_rows(text, header.line, source, &mapping, zone);
    }
    arena_release(&region);
    return 0;
}
