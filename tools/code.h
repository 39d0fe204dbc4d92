#pragma once
#include <stdbool.h>
#include "base/buf.h"

/*
 * What the page compiler needs to know of C: where a piece of code ends, whether its brackets
 * and quotes are balanced, and how to write a C string. The rest is the C compiler's business.
 */
bool code_is_word(char c);
/*
 * code_until(text, kind):
 * The length of the code before its closing "}}" (kind '{'), "%}" ('%') or "#}" ('#'), skipping
 * C strings, characters and (for "}}") braces opened inside; -1 when it is not closed.
 */
ptrdiff_t code_until(str text, char kind);
/* The following give NULL, or the sentence that says what is wrong. */
/* code_expression(code): one expression: not empty, balanced, no ";" outside brackets. */
const char *code_expression(str code);
/* code_parenthesised(code, loop): "(…)" and nothing behind; with two ";" inside for a loop,
 * none else. */
const char *code_parenthesised(str code, bool loop);
/* code_declaration(code): balanced, one ";" at its end. */
const char *code_declaration(str code);
/* code_call(code, ret_name, ret_arguments, ret_rest): splits "name(arguments) rest". */
bool code_call(str code, str *ret_name, str *ret_arguments, str *ret_rest);
/* code_literal(s, out): the bytes as a C string literal, octal where not plain, broken at
 * newlines. */
void code_literal(str s, struct buf *out);
