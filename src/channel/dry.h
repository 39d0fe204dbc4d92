#pragma once
#include "channel/driver.h"

enum { DRY_STEPS_MAX = 64 /* 25 parts, 20 files and what is around them */ };

/*
 * driver_dry(driver, call, keep, ret, ret_n): what an operation would ask, without asking: the answers are made up, so
 * that ids in later requests are placeholders. Credentials are shown as […]. At most DRY_STEPS_MAX requests;
 * call->memo is left as it is. *ret_last: how it would end, as far as made-up answers tell.
 */
void driver_dry(const struct driver *driver, const struct channel_call *call,
                struct arena *keep, struct step *ret, int32_t *ret_n, struct step *ret_last);
