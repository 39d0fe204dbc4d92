#include "base/zone.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unicode/ucal.h>
#include <unistd.h>

#include "base/tzif.h"

enum {
    ZONE_NAME_MAX = 64 /* the longest IANA name has 32 characters */
};

#define HOUR_US INT64_C(3600000000)

struct zone {
    struct tzif *tzif;   /* the system's data */
    UCalendar *calendar; /* ICU's, where the system has none */
    char name[ZONE_NAME_MAX + 1];
};

/* ---- the system's data ---- */

static bool
is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '+' || c == '-' || c == '_';
}

/* Whether it can be the name of a file of the zone data that is a zone in its own right: nothing leads out of the
 * folder, each zone has one path. */
static bool
is_file_name(str iana)
{
    char before = '/';
    for (ptrdiff_t i = 0; i < iana.n; i++) {
        char c = iana.p[i];
        if (c == '/' ? before == '/' : !is_name_char(c))
            return false;
        before = c;
    }
    /* The same zones again, with leap seconds or not; and whatever this machine is set to. */
    return before != '/' && iana.n <= ZONE_NAME_MAX && !str_starts(iana, S("posix/")) &&
           !str_starts(iana, S("right/")) && !str_eq(iana, S("posixrules")) &&
           !str_eq(iana, S("localtime"));
}

/* The whole file; a NULL *ret when it is no plain file, a folder for one. Aborts for want of memory. */
static enum fault
read_file(int fd, struct tzif **ret, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status))
        return fail(error, FAULT_SYSTEM, "cannot look at the zone file");
    if (!S_ISREG(status.st_mode))
        return OK;
    if (status.st_size > TZIF_BYTES_MAX)
        return fail(error, FAULT_CORRUPT, "a zone file has %d bytes at most; this one has %lld",
                    TZIF_BYTES_MAX, (long long)status.st_size);
    size_t size = (size_t)status.st_size, n = 0;
    char *bytes = malloc(size + 1);
    if (!bytes)
        abort();
    enum fault fault = OK;
    while (n < size) {
        ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fault = fail(error, FAULT_SYSTEM, "cannot read the zone file");
        if (got <= 0) /* the end: tzif_read says it is too early */
            break;
        n += (size_t)got;
    }
    if (fault == OK)
        fault = tzif_read((str){bytes, (ptrdiff_t)n}, ret, error);
    free(bytes);
    return fault;
}

/* *ret stays NULL when the system has no such file. */
static enum fault
system_zone(str iana, struct tzif **ret, struct error *error)
{
    char path[PATH_MAX + 1]; /* one too long fails to open, and says so */
    const char *folder = getenv("TZDIR");
    if (!is_file_name(iana))
        return OK;
    (void)snprintf(path, sizeof path, "%s/%.*s", /* cut: see above */
                   folder && folder[0] ? folder : "/usr/share/zoneinfo", STR_FMT(iana));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return OK;
    if (fd < 0)
        return fail(error, FAULT_SYSTEM, "cannot open the zone file %s", path);
    enum fault fault = read_file(fd, ret, error);
    (void)close(fd); /* only read */
    return fault ? error_prefix(error, "reading %s, of the package tzdata", path) : OK;
}

/* ---- ICU's ---- */

/* Whether ICU lists that name; ${id} and ${ret_status} are for its further calls. */
static bool
icu_knows(str iana, UChar id[static ZONE_NAME_MAX + 1], UErrorCode *ret_status)
{
    UChar canonical[ZONE_NAME_MAX + 1];
    bool good = iana.n > 0 && iana.n <= ZONE_NAME_MAX;
    for (ptrdiff_t i = 0; good && i < iana.n; i++) {
        good = iana.p[i] > ' ' && iana.p[i] < 0x7f;
        id[i] = (UChar)iana.p[i];
    }
    *ret_status = U_ZERO_ERROR;
    if (!good)
        return false;
    /* ucal_open would silently give UTC for a name it does not know, and take "GMT+3". */
    UBool listed = 0;
    (void)ucal_getCanonicalTimeZoneID(id, (int32_t)iana.n, canonical, ZONE_NAME_MAX, &listed,
                                      ret_status);
    if (*ret_status == U_MEMORY_ALLOCATION_ERROR)
        abort();
    return listed && U_SUCCESS(*ret_status) && !str_eq(iana, S("Etc/Unknown"));
}

enum fault
zone_open(str iana, struct zone **ret, struct error *error)
{
    UChar id[ZONE_NAME_MAX + 1] = {0};
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = NULL;
    struct tzif *tzif = NULL;
    struct error damage;
    enum fault fault = system_zone(iana, &tzif, &damage);
    /* A file that is no zone may lie in the folder under a name that is none either: leapseconds. */
    if (fault == FAULT_SYSTEM || (fault && icu_knows(iana, id, &status))) {
        *error = damage;
        return fault;
    }
    if (!fault && !tzif && icu_knows(iana, id, &status))
        calendar = ucal_open(id, (int32_t)iana.n, "en", UCAL_GREGORIAN, &status);
    if (status == U_MEMORY_ALLOCATION_ERROR)
        abort();
    if (!tzif && (!calendar || U_FAILURE(status))) {
        return fail(
            error, FAULT_INPUT,
            "\"%.*s\" is not a time zone; give a name like Europe/Paris or America/Toronto",
            STR_FMT(str_slice(iana, 0, ZONE_NAME_MAX)));
    }
    struct zone *zone = calloc(1, sizeof *zone);
    if (!zone)
        abort();
    zone->tzif = tzif;
    zone->calendar = calendar;
    memcpy(zone->name, iana.p, (size_t)iana.n);
    *ret = zone;
    return OK;
}

void
zone_close(struct zone *zone)
{
    if (!zone)
        return;
    if (zone->calendar)
        ucal_close(zone->calendar);
    tzif_free(zone->tzif);
    free(zone);
}

str
zone_name(const struct zone *zone)
{
    return str_of(zone->name);
}

int32_t
zone_offset_s(const struct zone *zone, instant t)
{
    if (zone->tzif)
        return tzif_offset_s(zone->tzif, t);
    int64_t ms = t.us / 1000 - (t.us % 1000 < 0);
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(zone->calendar, (UDate)ms, &status);
    int32_t offset_ms = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status) +
                        ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
    assert(U_SUCCESS(status));
    return offset_ms / 1000;
}

static int64_t
offset_us(const struct zone *zone, int64_t t_us)
{
    return (int64_t)zone_offset_s(zone, (instant){t_us}) * 1000000;
}

struct civil
zone_civil(const struct zone *zone, instant t)
{
    return instant_to_utc((instant){t.us + offset_us(zone, t.us)});
}

/* The first moment in (before, after] whose offset is no longer that of ${before}, to the
 * second. */
static int64_t
transition(const struct zone *zone, int64_t before, int64_t after)
{
    int64_t offset = offset_us(zone, before);
    while (after - before > 1000000) {
        int64_t middle = before + (after - before) / 2;
        if (offset_us(zone, middle) == offset)
            before = middle;
        else
            after = middle;
    }
    return after - ((after % 1000000) + 1000000) % 1000000; /* clocks change on whole seconds */
}

enum fault
zone_instant(const struct zone *zone, const struct civil *civil, enum gap_policy gap,
             enum overlap_policy overlap, instant *ret, struct error *error)
{
    if (!civil_valid(civil)) {
        return fail(error, FAULT_INPUT, "%04d-%02d-%02d %02d:%02d does not exist", civil->year,
                    civil->month, civil->day, civil->hour, civil->minute);
    }
    int64_t wall = instant_from_utc(civil).us;
    /* The true moment lies within 14 h before and 12 h after; sample beyond both ends and
     * between. */
    const int64_t samples[] = {wall - 16 * HOUR_US, wall, wall + 16 * HOUR_US};
    int64_t found[3], found_n = 0;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int64_t t = wall - offset_us(zone, samples[i]);
        bool fresh = found_n == 0 || t != found[found_n - 1];
        if (fresh && t + offset_us(zone, t) == wall)
            found[found_n++] = t;
    }
    if (found_n == 0) {
        if (gap == GAP_REFUSE) {
            return fail(
                error, FAULT_INPUT,
                "%04d-%02d-%02d %02d:%02d does not exist in %s: the clocks jump over it",
                civil->year, civil->month, civil->day, civil->hour, civil->minute, zone->name);
        }
        *ret = (instant){transition(zone, samples[0], samples[2])};
        return OK;
    }
    if (found_n > 1 && overlap == OVERLAP_REFUSE) {
        return fail(error, FAULT_INPUT,
                    "%04d-%02d-%02d %02d:%02d happens twice in %s: the clocks are set back",
                    civil->year, civil->month, civil->day, civil->hour, civil->minute,
                    zone->name);
    }
    int64_t first = found[0], last = found[found_n - 1];
    if (first > last) {
        first = last;
        last = found[0];
    }
    *ret = (instant){overlap == OVERLAP_SECOND ? last : first};
    return OK;
}
