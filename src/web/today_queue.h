#pragma once
#include "base/error.h"
#include "web/exchange.h"
#include "web/views_queue.h"

/* today_queue(x, ret, error): what goes out next and what needs a person; NULL when there is nothing of it. */
must_use enum fault today_queue(struct exchange *x, const struct today_queue_view **ret,
                                struct error *error);
