#pragma once
#include <stdint.h>
#include "base/str.h"
#include "channel/driver.h"

/*
 * class_of(network, status, code, publishes):
 * What an answer that is no success means. ${code}: the network's own word for it (an error type, a number as
 * text), or none. The table first, then what holds for all: 401 auth, 403 scope, 429 rate, another 4xx permanent;
 * 5xx ambiguous where something may have been published, else transient; a redirection config.
 * Never transient when ${publishes}: only who knows that nothing left may say that (step.h).
 */
enum error_class class_of(str network, int32_t status, str code, bool publishes);
