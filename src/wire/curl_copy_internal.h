#pragma once
#include "wire/curl.h"
#include "wire/http.h"

enum {
    REQUEST_HEAD_BYTES_MAX =
        32 * 1024 /* of all headers of a request: servers take 8 to 64 KiB */
};

/* curl_check(request, source, error): INPUT when it cannot be sent as it stands (its URL is the guard's business). */
must_use enum fault curl_check(const struct http_request *request,
                               const struct http_source *source, struct error *error);
/* curl_copy(request, arena): a copy with all it points to. */
struct http_request curl_copy(const struct http_request *request, struct arena *arena);
