#pragma once
/* Around cmocka: what every test file needs. Include before anything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka's fail() would hide ours (base/error.h): test files say fail_msg(). */
#undef fail
#undef fail_msg
#define fail_msg(...)                       \
    do {                                    \
        print_error("ERROR: " __VA_ARGS__); \
        print_error("\n");                  \
        _fail(__FILE__, __LINE__);          \
    } while (0)

/* cmocka's skip() says "not ok # SKIP", which meson takes for a failure: the case ends, and ./check counts the line. */
#undef skip
#define skip()                              \
    do {                                    \
        printf("# SKIPPED %s\n", __func__); \
        return;                             \
    } while (0)

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* assert_ok(call, error): the call succeeded; otherwise fails showing the message. */
#define assert_ok(call, error)                                               \
    do {                                                                     \
        if ((call) != OK) {                                                  \
            char text_[2048];                                                \
            error_text((error), NULL, NULL, text_, (ptrdiff_t)sizeof text_); \
            fail_msg("%s", text_);                                           \
        }                                                                    \
    } while (0)

/* assert_fault(fault, call, error, part): it failed so, and its message contains ${part}. */
#define assert_fault(expected, call, error, part)                        \
    do {                                                                 \
        char text_[2048];                                                \
        assert_int_equal((expected), (call));                            \
        error_text((error), NULL, NULL, text_, (ptrdiff_t)sizeof text_); \
        if (!strstr(text_, (part)))                                      \
            fail_msg("\"%s\" does not contain \"%s\"", text_, (part));   \
    } while (0)

#define assert_str(expected, actual)                                               \
    do {                                                                           \
        str e_ = str_of(expected), a_ = (actual);                                  \
        if (!str_eq(e_, a_))                                                       \
            fail_msg("expected \"%.*s\", got \"%.*s\"", STR_FMT(e_), STR_FMT(a_)); \
    } while (0)
