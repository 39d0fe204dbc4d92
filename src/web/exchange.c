#include "web/exchange.h"

#include <assert.h>

str
exchange_query(const struct exchange *x, const char *name)
{
    for (int32_t i = 0; i < x->query_n; i++)
        if (str_eq(x->query[i].name, str_of(name)))
            return x->query[i].value;
    return STR_NONE;
}

void
answer_header(struct exchange *x, const char *name, str value)
{
    assert(x->answer.headers_n < ANSWER_HEADERS_MAX);
    for (ptrdiff_t i = 0; i < value.n; i++)
        assert((unsigned char)value.p[i] >= 0x20); /* a line break here would begin a header */
    x->answer.headers[x->answer.headers_n++] = (struct pair){str_of(name), value};
}
