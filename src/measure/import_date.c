#include "measure/import.h"
#include "measure/import_cell_internal.h"
#include "measure/import_source_internal.h"

enum {
    LANGUAGES = 5,
    YEAR_PIVOT = 70, /* two digits: 70–99 are of the 20th century; no network is older */
    WORD_MAX = 24    /* bytes of a month's name, with room for "septiembre." */
};

/* English, French, German, Spanish, Portuguese; lower case. */
static const char *const months[12][LANGUAGES] = {
    {"january", "janvier", "januar", "enero", "janeiro"},
    {"february", "février", "februar", "febrero", "fevereiro"},
    {"march", "mars", "märz", "marzo", "março"},
    {"april", "avril", "april", "abril", "abril"},
    {"may", "mai", "mai", "mayo", "maio"},
    {"june", "juin", "juni", "junio", "junho"},
    {"july", "juillet", "juli", "julio", "julho"},
    {"august", "août", "august", "agosto", "agosto"},
    {"september", "septembre", "september", "septiembre", "setembro"},
    {"october", "octobre", "oktober", "octubre", "outubro"},
    {"november", "novembre", "november", "noviembre", "novembro"},
    {"december", "décembre", "dezember", "diciembre", "dezembro"},
};
static const char *const weekdays[7][LANGUAGES] = {
    {"monday", "lundi", "montag", "lunes", "segunda-feira"},
    {"tuesday", "mardi", "dienstag", "martes", "terça-feira"},
    {"wednesday", "mercredi", "mittwoch", "miércoles", "quarta-feira"},
    {"thursday", "jeudi", "donnerstag", "jueves", "quinta-feira"},
    {"friday", "vendredi", "freitag", "viernes", "sexta-feira"},
    {"saturday", "samedi", "samstag", "sábado", "sábado"},
    {"sunday", "dimanche", "sonntag", "domingo", "domingo"},
};

/* The one name that starts with ${word} (three bytes at least), from 1; 0 for none or several. */
static int32_t
named(str word, const char *const (*names)[LANGUAGES], int32_t names_n)
{
    char low[WORD_MAX];
    if (str_ends(word, S(".")))
        word.n--;
    if (word.n < 3 || word.n > WORD_MAX)
        return 0;
    for (ptrdiff_t i = 0; i < word.n; i++)
        low[i] = ascii_lower(word.p[i]);
    int32_t found = 0;
    for (int32_t i = 0; i < names_n; i++) {
        for (int32_t j = 0; j < LANGUAGES; j++) {
            if (!str_starts(str_of(names[i][j]), (str){low, word.n}))
                continue;
            if (found && found != i + 1)
                return 0;
            found = i + 1;
        }
    }
    return found;
}

bool
month_named(str word, int32_t *ret)
{
    int32_t month = named(word, months, 12);
    if (month)
        *ret = month;
    return month > 0;
}

bool
weekday_named(str word, int32_t *ret)
{
    int32_t weekday = named(word, weekdays, 7);
    if (weekday)
        *ret = weekday;
    return weekday > 0;
}

static void
skip(str *s, const char *any_of)
{
    while (s->n > 0 && s->p[0] && str_chr(str_of(any_of), s->p[0]) >= 0)
        *s = str_slice(*s, 1, s->n);
}

/* Digits at the start, one to ${max} of them and no more; how many, 0 for none. */
static int32_t
take_number(str *s, int32_t max, int32_t *ret)
{
    int32_t n = 0, value = 0;
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
        if (n == max)
            return 0;
        value = value * 10 + (s->p[n++] - '0');
    }
    *s = str_slice(*s, n, s->n);
    *ret = value;
    return n;
}

/* Letters (any script) and a closing dot. */
static str
take_word(str *s)
{
    ptrdiff_t n = 0;
    while (n < s->n && ((s->p[n] >= 'a' && s->p[n] <= 'z') ||
                        (s->p[n] >= 'A' && s->p[n] <= 'Z') || (unsigned char)s->p[n] >= 0x80 ||
                        (n > 0 && n + 1 < s->n && s->p[n] == '-' && s->p[n + 1] > '9')))
        n++;
    if (n > 0 && n < s->n && s->p[n] == '.')
        n++;
    str word = str_slice(*s, 0, n);
    *s = str_slice(*s, n, s->n);
    return word;
}

static bool
take_text(str *s, const char *text)
{
    str t = str_of(text);
    if (s->n < t.n || !str_eq_ascii_case(str_slice(*s, 0, t.n), t))
        return false;
    *s = str_slice(*s, t.n, s->n);
    return true;
}

static int32_t
full_year(int32_t year, int32_t digits)
{
    if (digits != 2)
        return year;
    return year < YEAR_PIVOT ? 2000 + year : 1900 + year;
}

/* The three parts of a date as they stand. `order` 'y': year first; 'n': named month; 'o': open. */
struct parts {
    char order;
    int32_t a, b, year; /* 'y', 'n': month a, day b */
};

static bool
take_numeric(str *s, struct parts *ret)
{
    int32_t first = 0, second = 0, third = 0;
    str rest = *s;
    int32_t n = take_number(&rest, 4, &first);
    if (n == 0 || n == 3 || rest.n == 0 || str_chr(S("-/."), rest.p[0]) < 0)
        return false;
    char mark = rest.p[0];
    rest = str_slice(rest, 1, rest.n);
    if (!take_number(&rest, 2, &second) || rest.n == 0 || rest.p[0] != mark)
        return false;
    rest = str_slice(rest, 1, rest.n);
    int32_t last = take_number(&rest, n == 4 ? 2 : 4, &third);
    if (last == 0 || (n != 4 && last != 2 && last != 4))
        return false;
    *ret = n == 4 ? (struct parts){'y', second, third, first}
                  : (struct parts){'o', first, second, full_year(third, last)};
    *s = rest;
    return true;
}

/* "Nov 21, 2025", "21 novembre 2025", "1er mai 2025", "21-Nov-25" */
static bool
take_named(str *s, struct parts *ret)
{
    int32_t day = 0, month = 0, year = 0;
    str rest = *s;
    if (take_number(&rest, 2, &day)) {
        (void)take_text(&rest, "er"); /* there or not */
        skip(&rest, " .-");
        (void)take_text(&rest, "de "); /* "21 de novembro": there or not */
        if (!month_named(take_word(&rest), &month))
            return false;
        skip(&rest, " ,-");
        (void)take_text(&rest, "de ");
    } else {
        if (!month_named(take_word(&rest), &month))
            return false;
        skip(&rest, " ");
        if (!take_number(&rest, 2, &day))
            return false;
        skip(&rest, " ,");
    }
    int32_t digits = take_number(&rest, 4, &year);
    if (digits != 2 && digits != 4)
        return false;
    *ret = (struct parts){'n', month, day, full_year(year, digits)};
    *s = rest;
    return true;
}

/* The date alone first: "mar. 4" is March in English and a Tuesday in French. */
static bool
take_date(str *s, struct parts *ret)
{
    int32_t weekday;
    if (take_numeric(s, ret) || take_named(s, ret))
        return true;
    str rest = *s;
    if (!weekday_named(take_word(&rest), &weekday))
        return false;
    skip(&rest, " ,");
    if (!take_numeric(&rest, ret) && !take_named(&rest, ret))
        return false;
    *s = rest;
    return true;
}

static bool
take_offset(str *s, struct date_read *ret)
{
    int32_t hours = 0, minutes = 0;
    if (take_text(s, "Z") || take_text(s, "UTC") || take_text(s, "GMT")) {
        ret->has_offset = true;
        if (s->n == 0)
            return true;
    }
    if (s->n == 0 || (s->p[0] != '+' && s->p[0] != '-'))
        return s->n == 0;
    int32_t sign = s->p[0] == '-' ? -1 : 1;
    *s = str_slice(*s, 1, s->n);
    str two = str_slice(*s, 0, 2);
    if (take_number(&two, 2, &hours) != 2)
        return false;
    *s = str_slice(*s, 2, s->n);
    skip(s, ":");
    if (s->n > 0 && take_number(s, 2, &minutes) != 2)
        return false;
    ret->has_offset = true;
    ret->offset_minutes = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60 && s->n == 0;
}

/* "18:05", "6:05:33 PM", "18 h 05", "18h", with an offset or not; to the end. */
static bool
take_clock(str *s, struct date_read *ret)
{
    struct civil *c = &ret->civil;
    if (!take_number(s, 2, &c->hour))
        return false;
    str after = *s;
    skip(&after, " ");
    if (take_text(&after, "h")) {
        skip(&after, " ");
        (void)take_number(&after, 2, &c->minute); /* "18 h" has none */
        *s = after;
    } else if (take_text(s, ":")) {
        if (take_number(s, 2, &c->minute) != 2)
            return false;
        if (take_text(s, ":") && take_number(s, 2, &c->second) != 2)
            return false;
        if (take_text(s, ".")) {
            int32_t ignored;
            if (!take_number(s, 9,
                             &ignored)) /* parts of a second are below what a post needs */
                return false;
        }
    } else if (!(after.n > 1 && str_chr(S("aApP"), after.p[0]) >= 0)) {
        return false;
    }
    *s = str_trim(*s);
    bool am = take_text(s, "AM") || take_text(s, "a.m."),
         pm = !am && (take_text(s, "PM") || take_text(s, "p.m."));
    if ((am || pm) && (c->hour < 1 || c->hour > 12))
        return false;
    if (am || pm)
        c->hour = c->hour % 12 + (pm ? 12 : 0);
    *s = str_trim(*s);
    ret->has_time = true;
    return take_offset(s, ret);
}

void
date_survey(struct date_evidence *evidence, str cell, int64_t line)
{
    struct parts parts;
    str s = str_trim(cell);
    if (s.n == 0 || !take_date(&s, &parts) || parts.order != 'o')
        return;
    if (parts.a > 12 && parts.b <= 12 && evidence->day_first == 0)
        evidence->day_first = line;
    if (parts.b > 12 && parts.a <= 12 && evidence->month_first == 0)
        evidence->month_first = line;
    if (parts.a <= 12 && parts.b <= 12 && parts.a != parts.b && evidence->open == 0)
        evidence->open = line;
}

bool
date_decide(const struct date_evidence *e, enum import_date_order *ret)
{
    if (e->day_first && e->month_first)
        return false;
    if (!e->day_first && !e->month_first && e->open)
        return false;
    *ret = e->day_first ? DATE_ORDER_DMY : e->month_first ? DATE_ORDER_MDY : DATE_ORDER_AUTO;
    return true;
}

enum date_result
date_read(str cell, enum import_date_order order, struct date_read *ret)
{
    struct date_read read = {0};
    struct parts parts;
    str s = str_trim(cell);
    if (cell_blank(s))
        return DATE_BLANK;
    if (!take_date(&s, &parts))
        return DATE_BAD;
    bool day_first = parts.order == 'o' && order != DATE_ORDER_MDY;
    read.civil.year = parts.year;
    read.civil.month = day_first ? parts.b : parts.a;
    read.civil.day = day_first ? parts.a : parts.b;
    if (take_text(&s, "T") || take_text(&s, ",") || (s.n > 0 && s.p[0] == ' ')) {
        s = str_trim(s);
        if (s.n > 0 && !take_clock(&s, &read))
            return DATE_BAD;
    }
    if (s.n > 0)
        return DATE_BAD;
    if (!civil_valid(&read.civil))
        return DATE_NEVER;
    *ret = read;
    return DATE_OK;
}

enum date_result
clock_read(str cell, struct date_read *ret)
{
    struct date_read read = {.civil = {.year = 2000, .month = 1, .day = 1}};
    str s = str_trim(cell);
    if (cell_blank(s))
        return DATE_BLANK;
    if (!take_clock(&s, &read))
        return DATE_BAD;
    if (!civil_valid(&read.civil))
        return DATE_NEVER;
    ret->civil.hour = read.civil.hour;
    ret->civil.minute = read.civil.minute;
    ret->civil.second = read.civil.second;
    ret->has_time = true;
    if (read.has_offset) {
        ret->has_offset = true;
        ret->offset_minutes = read.offset_minutes;
    }
    return DATE_OK;
}
