#include "web/route.h"

#include "base/number.h"

/* One segment against its part of the pattern. */
static bool
segment_matches(str pattern, str segment, str *parameters, int32_t *parameters_n, int64_t *id)
{
    struct error error;
    if (pattern.n == 0 || pattern.p[0] != ':')
        return str_eq(pattern, segment);
    if (segment.n == 0 || *parameters_n == PARAMETERS_MAX)
        return false;
    parameters[(*parameters_n)++] = segment;
    if (!str_eq(pattern, S(":id")))
        return true;
    /* One address a page: no "+1", "01" or "-1". */
    if (segment.p[0] < '1' || segment.p[0] > '9')
        return false;
    int64_t n = 0;
    if (parse_i64(segment, 1, INT64_MAX, &n, &error))
        return false;
    *id = *id ? *id : n;
    return true;
}

static bool
matches(str pattern, str path, str *parameters, int64_t *id)
{
    int32_t parameters_n = 0;
    *id = 0;
    for (bool more = true; more;) {
        str want, have;
        more = str_cut(&pattern, '/', &want);
        if (str_cut(&path, '/', &have) != more ||
            !segment_matches(want, have, parameters, &parameters_n, id))
            return false;
    }
    return true;
}

const char *
method_word(enum method method)
{
    static const char *const words[] = {"", "GET", "POST", "PATCH", "DELETE"};
    return words[method];
}

bool
route_matches(const struct route *route, str path, str *ret_parameters, int64_t *ret_id)
{
    str parameters[PARAMETERS_MAX] = {STR_NONE};
    int64_t id;
    if (!matches(str_of(route->pattern), path, parameters, &id))
        return false;
    memcpy(ret_parameters, parameters, sizeof parameters);
    *ret_id = id;
    return true;
}

enum route_match
route_find(enum method method, str path, const struct route **ret, str *ret_parameters,
           int64_t *ret_id)
{
    enum route_match match = ROUTE_NONE;
    for (ptrdiff_t i = 0; i < routes_n; i++) {
        str parameters[PARAMETERS_MAX] = {STR_NONE};
        int64_t id;
        if (!matches(str_of(routes[i].pattern), path, parameters, &id))
            continue;
        if (match == ROUTE_NONE || routes[i].method == method)
            *ret = &routes[i];
        if (routes[i].method != method) {
            match = ROUTE_METHOD;
            continue;
        }
        memcpy(ret_parameters, parameters, sizeof parameters);
        *ret_id = id;
        return ROUTE_FOUND;
    }
    return match;
}
