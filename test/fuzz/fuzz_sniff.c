#include "fuzz.h"

#include <string.h>

#include "place/sniff.h"

struct file {
    str bytes;
};

static bool
at(void *ctx, int64_t offset, void *out, ptrdiff_t n)
{
    const struct file *file = ctx;
    assert(n >= 0 && n <= 4096 && offset >= 0 && offset <= file->bytes.n - n);
    memcpy(out, file->bytes.p + offset, (size_t)n);
    return true;
}

/* What is taken has a size one can work with, and is a type that has a name; nothing outside the file is asked for. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file file = {{(const char *)data, (ptrdiff_t)size}};
    const struct sniff_source source = {at, &file, file.bytes.n};
    struct error error = {0};
    int32_t width = 0, height = 0;
    str head = str_slice(file.bytes, 0, SNIFF_HEAD_BYTES);
    enum sniff_type type = sniff_type(head);
    if (type == SNIFF_OTHER) {
        assert(sniff_refuse(head, &error) == FAULT_INPUT);
    } else if (sniff_size(&source, type, &width, &height, &error) == OK) {
        assert(width > 0 && height > 0 && width <= SNIFF_SIDE_MAX && height <= SNIFF_SIDE_MAX);
        assert(sniff_mime(type).n > 0);
    }
    return 0;
}
