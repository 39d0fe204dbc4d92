#include "base/csv.h"
#include "base/csv_internal.h"

enum {
    SNIFF_RECORDS_MAX = 50 /* enough to outvote commas inside texts */
};

/* Counts ${separator} outside quotes in the record at *s, which is consumed; -1 when cut off.
 */
static int32_t
count_record(str *s, char separator)
{
    int32_t count = 0;
    bool quoted = false, cell_start = true;
    for (ptrdiff_t i = 0; i < s->n; i++) {
        char c = s->p[i];
        if (quoted) {
            if (c == '"' && i + 1 < s->n && s->p[i + 1] == '"')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        if (c == '\n' || c == '\r') {
            i += c == '\r' && i + 1 < s->n && s->p[i + 1] == '\n';
            *s = str_slice(*s, i + 1, s->n);
            return count;
        }
        quoted = c == '"' && cell_start;
        cell_start = c == separator;
        count += c == separator;
    }
    *s = str_slice(*s, s->n, s->n);
    return quoted ? -1 : count;
}

/* How well ${separator} explains the sample: records alike per thousand, then width. */
static int64_t
score(str sample, char separator)
{
    int32_t counts[SNIFF_RECORDS_MAX], n = 0;
    while (sample.n > 0 && n < SNIFF_RECORDS_MAX) {
        str start = sample;
        int32_t count = count_record(&sample, separator);
        bool blank_line = count == 0 && (start.p[0] == '\n' || start.p[0] == '\r');
        if (count >= 0 && !blank_line)
            counts[n++] = count;
    }
    int64_t best = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t alike = 0;
        for (int32_t j = 0; j < n; j++)
            alike += counts[j] == counts[i];
        int64_t here = counts[i] > 0 ? (int64_t)alike * 1000 / n * 10000 + counts[i] : 0;
        best = here > best ? here : best;
    }
    return best;
}

char
csv_sniff_separator(str sample)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char found = ',';
    int64_t best = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        int64_t here = score(sample, candidates[i]);
        if (here > best) {
            best = here;
            found = candidates[i];
        }
    }
    return found;
}

enum csv_newline
csv_sniff_newline(str sample)
{
    for (ptrdiff_t i = 0; i < sample.n; i++) {
        if (sample.p[i] == '\n')
            return CSV_LF;
        if (sample.p[i] == '\r')
            return i + 1 < sample.n && sample.p[i + 1] == '\n' ? CSV_CRLF : CSV_CR;
    }
    return CSV_LF;
}

ptrdiff_t
csv_separator_line(str sample, char *ret_separator)
{
    bool quoted = str_starts(sample, S("\""));
    str s = str_slice(sample, quoted ? 1 : 0, sample.n);
    if (!str_eq_ascii_case(str_slice(s, 0, 4), S("sep=")) || s.n < 5)
        return 0;
    char separator = s.p[4];
    s = str_slice(s, 5, s.n);
    if (separator == '"' || separator == '\r' || separator == '\n' ||
        (unsigned char)separator >= 0x80)
        return 0;
    if (quoted && !str_starts(s, S("\"")))
        return 0;
    s = str_slice(s, quoted ? 1 : 0, s.n);
    ptrdiff_t end = str_starts(s, S("\r\n"))                        ? 2
                    : s.n > 0 && (s.p[0] == '\n' || s.p[0] == '\r') ? 1
                                                                    : 0;
    if (end == 0 && s.n > 0)
        return 0;
    *ret_separator = separator;
    return sample.n - s.n + end;
}
