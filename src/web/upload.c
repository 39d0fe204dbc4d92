#include "web/upload.h"

#include <errno.h>
#include <unistd.h>

#include "web/exchange.h"

static bool
read_upload(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    const struct exchange *x = ctx;
    ssize_t n;
    do
        n = read(x->upload.fd, out, (size_t)max);
    while (n < 0 && errno == EINTR);
    *ret_n = n < 0 ? 0 : (ptrdiff_t)n;
    return n >= 0;
}

enum fault
upload_reader(struct exchange *x, struct media_reader *ret, struct error *error)
{
    if (lseek(x->upload.fd, 0, SEEK_SET) != 0)
        return fail(error, FAULT_SYSTEM, "reading the uploaded file again");
    *ret = (struct media_reader){read_upload, x};
    return OK;
}
