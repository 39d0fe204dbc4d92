#include "wire/http.h"

#include <assert.h>

str
http_header_value(const struct http_answer *answer, str name)
{
    for (int32_t i = 0; i < answer->headers_n; i++) {
        if (str_eq(answer->headers[i].name, name))
            return answer->headers[i].value;
    }
    return STR_NONE;
}

void
http_add_header(struct http_request *request, str name, str value)
{
    assert(request->headers_n < HTTP_HEADERS_MAX);
    request->headers[request->headers_n++] = (struct http_header){name, value};
}

str
http_method_name(enum http_method method)
{
    static const str names[] = {[HTTP_GET] = S_CONST("GET"),
                                [HTTP_POST] = S_CONST("POST"),
                                [HTTP_PUT] = S_CONST("PUT"),
                                [HTTP_PATCH] = S_CONST("PATCH"),
                                [HTTP_DELETE] = S_CONST("DELETE")};
    return names[method];
}

enum fault
wire_start(struct wire *wire, const struct http_request *request,
           const struct http_source *source, int64_t tag, struct error *error)
{
    return wire->ops->start(wire->ctx, request, source, tag, error);
}

enum fault
wire_wait(struct wire *wire, span timeout, struct arena *keep, int64_t *ret_tag,
          struct http_answer *ret, bool *ret_any, struct error *error)
{
    return wire->ops->wait(wire->ctx, timeout, keep, ret_tag, ret, ret_any, error);
}

enum fault
wire_call(struct wire *wire, const struct http_request *request,
          const struct http_source *source, struct arena *keep, struct http_answer *ret,
          struct error *error)
{
    enum { CALL_TAG = -1 };
    enum fault fault = wire_start(wire, request, source, CALL_TAG, error);
    for (bool any = false; fault == OK && !any;) {
        int64_t tag = 0;
        struct http_answer answer;
        fault = wire_wait(wire, SPAN_SECOND, keep, &tag, &answer, &any, error);
        if (fault == OK && any) {
            assert(tag == CALL_TAG); /* a program that calls has nothing else under way */
            *ret = answer;
        }
    }
    return fault;
}
