#pragma once
#include "place/media.h"

struct exchange;

/*
 * upload_reader(x, k, ret, error): the k-th uploaded file from its beginning, for media_add; also when the handler runs
 * again because the commit found a conflict. One is read at a time. Faults: SYSTEM.
 */
must_use enum fault upload_reader(struct exchange *x, int32_t k, struct media_reader *ret,
                                  struct error *error);
