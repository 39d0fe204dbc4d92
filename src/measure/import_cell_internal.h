#pragma once
#include "base/instant.h"
#include "measure/import.h"

/*
 * How one cell is read, and what a whole file's cells say about the way it was written. All pure.
 */

/* What the numbers of a file show; a line number is where it was first seen, 0: nowhere. */
struct number_evidence {
    int64_t point, comma;   /* that this is the decimal mark */
    int64_t dots3, commas3; /* "1.520", "12,400": either way */
    int64_t small, large;   /* whole numbers without any mark, below and from 1000 */
};

enum number_result {
    NUMBER_OK,
    NUMBER_BLANK,    /* nothing, or a dash: not known, which is not zero */
    NUMBER_BAD,      /* no number */
    NUMBER_NEGATIVE, /* a count cannot be */
    NUMBER_FRACTION, /* not whole */
    NUMBER_LARGE     /* beyond 10^15, more than anything was ever counted */
};

/* number_survey(evidence, cell, line): adds what ${cell} shows. */
void number_survey(struct number_evidence *evidence, str cell, int64_t line);
/*
 * number_decide(evidence, ret):
 * The decimal mark, or AUTO when nothing shows it and nothing needs it. False: it must be asked.
 */
bool number_decide(const struct number_evidence *evidence, enum import_decimal *ret);
/* number_read(cell, decimal, ret): a count. *ret only with NUMBER_OK. */
enum number_result number_read(str cell, enum import_decimal decimal, int64_t *ret);
/* cell_blank(cell): nothing, a dash, "n/a", "null": what programs write for "not known". */
bool cell_blank(str cell);

struct date_evidence {
    int64_t day_first, month_first; /* lines that show it */
    int64_t open;                   /* a line that can be read either way */
};

enum date_result {
    DATE_OK,
    DATE_BLANK,
    DATE_BAD,   /* no date in any form we know */
    DATE_NEVER, /* a date or time that does not exist */
};

struct date_read {
    struct civil civil;
    bool has_time, has_offset;
    int32_t offset_minutes;
};

void date_survey(struct date_evidence *evidence, str cell, int64_t line);
/* date_decide(evidence, ret): false: it must be asked (nothing shows it, or the file shows both). */
bool date_decide(const struct date_evidence *evidence, enum import_date_order *ret);
enum date_result date_read(str cell, enum import_date_order order, struct date_read *ret);
/* clock_read(cell, ret): "18:05", "6:05 PM", "18 h 05"; fills hour, minute, second and has_time. */
enum date_result clock_read(str cell, struct date_read *ret);
/* month_named(word, ret): a month's name or its start in five languages. weekday_named: Monday is 1. */
bool month_named(str word, int32_t *ret);
bool weekday_named(str word, int32_t *ret);
