#pragma once
#include <stdint.h>
#include <sys/types.h>

/*
 * A server that speaks as much of Mastodon's API as posting needs, on loopback, in a process of its own: it answers every
 * request after the same time, however many come side by side. It keeps nothing.
 */

/* answering_start(wait_ms, ret_port): its process, to be ended by the caller; -1 when it could not be started. */
pid_t answering_start(int64_t wait_ms, uint16_t *ret_port);
