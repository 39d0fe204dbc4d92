#include "fuzz.h"

#include "wire/bucket.h"
#include "wire/head.h"

/* The head of any answer: its lines stay lines, and no hint makes anyone wait longer than the ceiling. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    const instant now = {1783245600000000};
    const int64_t most = (int64_t)RATE_WAIT_MAX_S * 1000000;
    struct http_answer answer = {.end = HTTP_ANSWERED};
    answer.headers =
        head_parse((str){(const char *)data, (ptrdiff_t)size}, &arena, &answer.headers_n);
    assert(answer.headers_n >= 0 && answer.headers_n <= HEAD_LINES_MAX);
    for (int32_t i = 0; i < answer.headers_n; i++) {
        assert(answer.headers[i].name.n > 0 && answer.headers[i].value.p);
        assert(str_chr(answer.headers[i].name, ' ') < 0 &&
               str_chr(answer.headers[i].value, '\n') < 0);
    }
    struct rate_hint hint;
    struct bucket bucket;
    rate_read(&answer, now, &hint);
    bucket_init(&bucket, 0, (span){0}, now);
    bucket_hear(&bucket, &hint, now);
    bucket_take(&bucket, now);
    span wait = rate_wait(&hint, 3, 0.5, now), held = bucket_wait(&bucket, RATE_METRICS, now);
    assert(wait.us >= 0 && wait.us <= most && held.us >= 0 && held.us <= most);
    assert(bucket.remaining >= 0);
    return 0;
}
