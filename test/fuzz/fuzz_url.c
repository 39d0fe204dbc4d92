#include "fuzz.h"

#include "wire/guard.h"

/* Whatever is taken for an address is put together again as itself, and is where it says. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena_region region;
    struct arena arena =
        region.start ? arena_reset(&region) : arena_reserve(FUZZ_ARENA_BYTES, &region);
    str url = {(const char *)data, (ptrdiff_t)size};
    struct guard_list list = {.plain_http = true};
    struct guard_list named = {0};
    struct guard_target target, again;
    if (guard_list_add(&named, url))
        assert(named.n == 1 && named.hosts[0].port >= 0 && named.hosts[0].port <= 65535);
    (void)guard_address_text(url);
    if (guard_url(&list, url, &arena, &target))
        return 0;
    assert(target.port == 443 || target.port == 80);
    assert(target.host.n > 0 && target.host.n <= GUARD_HOST_MAX + 2 && target.rest.p[0] == '/');
    assert(str_chr(target.host, '@') < 0 && str_chr(target.host, '/') < 0 &&
           str_chr(target.host, '\\') < 0 && str_chr(target.rest, '#') < 0);
    str whole = guard_target_url(&target, &arena);
    for (ptrdiff_t i = 0; i < whole.n; i++)
        assert(whole.p[i] > ' ' && whole.p[i] < 0x7f);
    assert(!guard_url(&list, whole, &arena, &again));
    assert(guard_same_origin(&target, &again) && str_eq(target.rest, again.rest));
    return 0;
}
