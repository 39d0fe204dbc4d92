#pragma once
/*
 * A fuzz target is one function: it gives bytes to a parser and asserts what must hold whatever they are.
 * Under clang with -Dfuzz=true libFuzzer makes up the bytes (fuzz_<name>); everywhere else replay.c runs
 * the kept ones of corpus/<name>/ as a plain test. What a fuzzer finds goes into the corpus with its fix.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

enum {
    FUZZ_ARENA_BYTES =
        64 * 1024 * 1024 /* reserved, not touched: far above what 1 MiB of input needs */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
