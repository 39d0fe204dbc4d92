#pragma once
#include <stdint.h>

/* A piece of a text by code points. */
struct code_range {
    int32_t from, to;
};
/*
 * x_urls(code, n, ret, max): what X makes a link of, also without http://, in order; gives how many, at most
 * ${max}. ${code} are the code points of the text after NFC; -1 for an ill-formed one.
 * Source: twitter-text 3, what its expressions accept.
 */
int32_t x_urls(const int32_t *code, int32_t n, struct code_range *ret, int32_t max);
