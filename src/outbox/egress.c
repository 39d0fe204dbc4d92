#include "outbox/egress.h"

#include "base/text.h"
#include "outbox/queries.h"
#include "place/propre.h"

enum {
    EGRESS_MAX = 200, /* typed by hand, one by one */
    HOST_MAX = 260    /* a name of 253 bytes and a port */
};

enum fault
egress_allow(struct propre *propre, int64_t workspace, str host, struct error *error)
{
    struct egress_count_row count;
    str name = str_trim(host);
    if (name.n == 0 || name.n > HOST_MAX || !utf8_valid(name) || str_chr(name, '/') >= 0 ||
        str_chr(name, ' ') >= 0 || str_chr(name, '*') >= 0)
        return fail(error, FAULT_INPUT,
                    "\"%.*s\" is not a host; write a name or an address, with its port if it "
                    "has one: blog.lan, 192.168.1.20:8080",
                    STR_FMT(name));
    if (q_egress_count(propre->db, &(struct egress_count_in){workspace}, NULL, &count, error))
        return error->fault;
    if (count.n >= EGRESS_MAX)
        return fail(error, FAULT_LIMIT, "at most %d private hosts can be allowed", EGRESS_MAX);
    const struct egress_add_in in = {workspace, name, clock_now(&propre->clock).us};
    return q_egress_add(propre->db, &in, error);
}

enum fault
egress_forbid(struct propre *propre, int64_t workspace, str host, struct error *error)
{
    struct arena_region region;
    struct arena keep = arena_reserve(1 << 16, &region);
    struct egress_remove_row row;
    bool found = false;
    enum fault fault =
        q_egress_remove(propre->db, &(struct egress_remove_in){workspace, str_trim(host)},
                        &keep, &row, &found, error);
    arena_release(&region);
    if (fault)
        return fault;
    return found ? OK
                 : fail(error, FAULT_ABSENT, "\"%.*s\" is not among the allowed hosts",
                        STR_FMT(host));
}

enum fault
egress_list(struct propre *propre, int64_t workspace, struct arena *keep, str **ret,
            ptrdiff_t *ret_n, struct error *error)
{
    struct egress_page_row *rows;
    ptrdiff_t n;
    if (q_egress_page(propre->db, &(struct egress_page_in){workspace, EGRESS_MAX}, keep, &rows,
                      &n, error))
        return error->fault;
    *ret = new (keep, str, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = rows[i].host;
    *ret_n = n;
    return OK;
}
