#include "outbox/worker_internal.h"
enum fault
preflight(struct worker *worker, struct error *error)
{
    (void)worker;
    (void)error;
    return OK;
}
