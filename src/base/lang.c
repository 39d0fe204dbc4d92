#include "base/lang.h"

#include <assert.h>

static const char *const codes[] = {[LANG_EN] = "en", [LANG_FR] = "fr"};

bool
lang_parse(str text, enum lang *ret)
{
    str primary = str_slice(text, 0, 2);
    if (text.n > 2 && text.p[2] != '-' && text.p[2] != '_' && text.p[2] != '.')
        return false;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (str_eq_ascii_case(primary, str_of(codes[i]))) {
            *ret = (enum lang)i;
            return true;
        }
    }
    return false;
}

const char *
lang_code(enum lang lang)
{
    assert((size_t)lang < sizeof codes / sizeof *codes);
    return codes[lang];
}
