#pragma once
#include "measure/import.h"
#include "web/exchange.h"
#include "web/pending.h"
#include "web/views.h"

/* What the import pages show, from plans and records. In the reader's language; ${x} gives zone and arena. */

/* import_line_of(x, import): a line of the list of past imports. */
struct import_line import_line_of(struct exchange *x, const struct import *import);
/*
 * import_view_of_plan(x, pending, plan, channels, channels_n, view):
 * The dry run, or the form that asks what the file leaves open; the form too when view->state is
 * IMPORT_UNKNOWN already, because what was said cannot be.
 */
struct channel;
void import_view_of_plan(struct exchange *x, const struct pending *pending,
                         const struct import_plan *plan, const struct channel *channels,
                         ptrdiff_t channels_n, struct import_view *view);
/* import_rows_asked(x, pending): which messages the address asks for: ?rows=warnings|refused&page=2. */
void import_rows_asked(struct exchange *x, struct pending *pending);
/* import_view_of_record(x, import, view): one that was applied or undone. */
void import_view_of_record(struct exchange *x, const struct import *import,
                           struct import_view *view);
