#include "measure/import.h"
#include "measure/import_cell_internal.h"

enum {
    RUNS_MAX = 12 /* groups of digits: 10^15 has six; more is no count */
};
#define COUNT_MAX ((int64_t)1000000000000000) /* exact in a double; no network counts so far */

/* The digits and marks of a cell: runs[0] mark[0] runs[1] … A mark 'g' can only group. */
struct shape {
    bool negative;
    int32_t runs_n;
    str runs[RUNS_MAX];
    char marks[RUNS_MAX];
};

bool
cell_blank(str cell)
{
    static const char *const blanks[] = {"-",   "--",   "\u2013", "\u2014", "n/a", "na",
                                         "nan", "null", "none",   "n.a.",   "#n/a"};
    str s = str_trim(cell);
    if (s.n == 0)
        return true;
    if (s.n > 4 || (s.p[0] >= '0' && s.p[0] <= '9'))
        return false;
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        if (str_eq_ascii_case(s, str_of(blanks[i])))
            return true;
    }
    return false;
}

/* The mark at the start of ${s}: '.', ',', 'g' for what only groups, 0 for none. */
static char
mark_take(str *s)
{
    static const char *const groups[] = {" ", "\u00a0", "\u202f", "'", "\u2019"};
    if (s->n > 0 && (s->p[0] == '.' || s->p[0] == ',')) {
        char mark = s->p[0];
        *s = str_slice(*s, 1, s->n);
        return mark;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (str_starts(*s, str_of(groups[i]))) {
            *s = str_slice(*s, str_of(groups[i]).n, s->n);
            return 'g';
        }
    }
    return 0;
}

static bool
shape_of(str cell, struct shape *ret)
{
    struct shape shape = {0};
    str s = str_trim(cell);
    if (str_starts(s, S("-")) || str_starts(s, S("\u2212"))) {
        shape.negative = true;
        s = str_slice(s, s.p[0] == '-' ? 1 : 3, s.n);
    }
    for (;;) {
        ptrdiff_t n = 0;
        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
            n++;
        if (shape.runs_n == RUNS_MAX || (n == 0 && shape.runs_n > 0) || n > 19)
            return false;
        shape.runs[shape.runs_n] = str_slice(s, 0, n);
        s = str_slice(s, n, s.n);
        char mark = mark_take(&s);
        if (n == 0 && mark != '.' && mark != ',')
            return false;
        shape.marks[shape.runs_n++] = mark;
        if (!mark)
            break;
    }
    *ret = shape;
    return s.n == 0;
}

static void
note(int64_t *where, int64_t line)
{
    if (*where == 0)
        *where = line;
}

void
number_survey(struct number_evidence *evidence, str cell, int64_t line)
{
    struct shape shape;
    if (cell_blank(cell) || !shape_of(cell, &shape))
        return;
    int32_t last = shape.runs_n - 1;
    if (last == 0) {
        note(shape.runs[0].n < 4 ? &evidence->small : &evidence->large, line);
        return;
    }
    char mark = shape.marks[last - 1];
    if (mark == 'g')
        return;
    bool same = false, other = false;
    for (int32_t i = 0; i < last - 1; i++) {
        same |= shape.marks[i] == mark;
        other |= shape.marks[i] != mark;
    }
    if (same) /* it stands twice, so it groups */
        note(mark == '.' ? &evidence->comma : &evidence->point, line);
    else if (other || shape.runs[last].n != 3 || shape.runs[0].n == 0 || shape.runs[0].n > 3 ||
             shape.runs[0].p[0] == '0')
        note(mark == '.' ? &evidence->point : &evidence->comma, line);
    else
        note(mark == '.' ? &evidence->dots3 : &evidence->commas3, line);
}

bool
number_decide(const struct number_evidence *e, enum import_decimal *ret)
{
    if (e->point && e->comma)
        return false;
    if (e->point || e->comma) {
        *ret = e->point ? DECIMAL_POINT : DECIMAL_COMMA;
        return true;
    }
    if (!e->dots3 && !e->commas3) {
        *ret = DECIMAL_AUTO;
        return true;
    }
    /*
     * "1.520" beside "17": a program that writes three decimals would have written 17.000, so the dot
     * groups. "1.520" beside "1520" shows the opposite, which makes it no count: a person must say.
     */
    if ((e->dots3 && e->commas3) || e->large || !e->small)
        return false;
    *ret = e->dots3 ? DECIMAL_COMMA : DECIMAL_POINT;
    return true;
}

/* Adds a run of digits to *value. False beyond what is counted. */
static bool
add_run(str run, int64_t *value)
{
    for (ptrdiff_t i = 0; i < run.n; i++) {
        *value = *value * 10 + (run.p[i] - '0');
        if (*value > COUNT_MAX)
            return false;
    }
    return true;
}

static bool
all_zero(str run)
{
    for (ptrdiff_t i = 0; i < run.n; i++) {
        if (run.p[i] != '0')
            return false;
    }
    return true;
}

/* The whole part of ${shape}; a fraction may only stand at the end. */
static enum number_result
whole_of(const struct shape *shape, char point, int64_t *ret)
{
    int64_t value = 0;
    for (int32_t i = 0; i < shape->runs_n; i++) {
        str run = shape->runs[i];
        bool grouped = i > 0;
        if (grouped && shape->marks[i - 1] == point) {
            if (i != shape->runs_n - 1)
                return NUMBER_BAD;
            if (!all_zero(run))
                return NUMBER_FRACTION;
            break;
        }
        if (grouped && (run.n != 3 || shape->runs[0].n > 3 || shape->runs[0].n == 0))
            return NUMBER_BAD;
        if (!add_run(run, &value))
            return NUMBER_LARGE;
    }
    *ret = value;
    return NUMBER_OK;
}

enum number_result
number_read(str cell, enum import_decimal decimal, int64_t *ret)
{
    struct shape shape;
    int64_t value = 0;
    char point = '.';
    if (decimal == DECIMAL_COMMA)
        point = ',';
    if (cell_blank(cell))
        return NUMBER_BLANK;
    if (!shape_of(cell, &shape))
        return NUMBER_BAD;
    enum number_result result = whole_of(&shape, point, &value);
    if (result != NUMBER_OK)
        return result;
    if (shape.negative && value > 0)
        return NUMBER_NEGATIVE;
    *ret = value;
    return NUMBER_OK;
}
