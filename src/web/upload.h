#pragma once
#include "place/media.h"

struct exchange;

/*
 * upload_reader(x, ret, error): the uploaded file from its beginning, for media_add; also when the handler runs again
 * because the commit found a conflict. Faults: SYSTEM.
 */
must_use enum fault upload_reader(struct exchange *x, struct media_reader *ret,
                                  struct error *error);
