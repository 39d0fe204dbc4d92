#include "web/upload.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "web/body.h"
#include "web/exchange.h"

static bool
read_upload(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    struct exchange *x = ctx;
    ssize_t n;
    if (max > x->upload.left)
        max = (ptrdiff_t)x->upload.left;
    do
        n = read(x->upload.fd, out, (size_t)max);
    while (n < 0 && errno == EINTR);
    *ret_n = n < 0 ? 0 : (ptrdiff_t)n;
    x->upload.left -= *ret_n;
    return n >= 0;
}

enum fault
upload_reader(struct exchange *x, int32_t k, struct media_reader *ret, struct error *error)
{
    assert(k >= 0 && k < x->upload.files_n);
    const struct upload_file *file = &x->upload.files[k];
    x->upload.left = file->bytes;
    if (lseek(x->upload.fd, file->from, SEEK_SET) != file->from)
        return fail(error, FAULT_SYSTEM, "reading the uploaded file again");
    *ret = (struct media_reader){read_upload, x};
    return OK;
}
