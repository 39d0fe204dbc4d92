#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"
#include "wire/http.h"

enum {
    HEAD_LINES_MAX = 256 /* kept of an answer; the most seen of a network is about fifty */
};

/*
 * head_parse(head, keep, ret_n): the lines of an answer's head, "Name: value" each, as headers: names in small
 * letters, values without blanks around them. The status line, folded lines, lines without a name and those
 * beyond HEAD_LINES_MAX are left out.
 */
struct http_header *head_parse(str head, struct arena *keep, int32_t *ret_n);
/* head_name_fits(name): a token of RFC 9110 that a request may choose: not one that frames it (Content-Length …). */
bool head_name_fits(str name);
/* head_value_fits(value): no control character. */
bool head_value_fits(str value);
