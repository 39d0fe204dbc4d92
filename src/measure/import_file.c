#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/sha256.h"
#include "measure/import.h"
#include "measure/import_row_internal.h"

enum {
    TELL_EVERY = 256 * 1024 /* bytes between two calls of progress: some a second at least */
};

static ptrdiff_t
file_read(void *ctx, char *p, ptrdiff_t n)
{
    struct import_file *file = ctx;
    ssize_t got;
    do
        got = read(file->fd, p, (size_t)n);
    while (got < 0 && errno == EINTR);
    if (got > 0) {
        sha256_add(&file->hash, (str){p, got});
        file->done += got;
    }
    return got;
}

static enum fault
open_fd(const char *path, str name, int *ret, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us */
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail(error, FAULT_ABSENT, "there is no file \"%.*s\"", STR_FMT(name));
    if (fd < 0)
        return fail(error, FAULT_SYSTEM, "the file \"%.*s\" cannot be opened", STR_FMT(name));
    *ret = fd;
    return OK;
}

enum fault
import_file_open(const struct import_plan *plan, const struct import_progress *progress,
                 struct import_file *file, struct error *error)
{
    struct stat st;
    str name = plan->file_name; /* as the person knows it: an upload lies under another one */
    *file = (struct import_file){.fd = -1, .progress = progress};
    if (open_fd(plan->path, name, &file->fd, error))
        return error->fault;
    if (fstat(file->fd, &st))
        return fail(error, FAULT_SYSTEM, "the file \"%.*s\" cannot be looked at",
                    STR_FMT(name));
    if (!S_ISREG(st.st_mode))
        return fail(
            error, FAULT_INPUT,
            "\"%.*s\" is not a file that can be read twice; save the export as a file first",
            STR_FMT(name));
    if (st.st_size == 0)
        return fail(error, FAULT_INPUT, "\"%.*s\" is empty; export it again", STR_FMT(name));
    if (st.st_size > IMPORT_BYTES_MAX)
        return fail(
            error, FAULT_INPUT,
            "\"%.*s\" has %lld MB, more than the 2000 MB that can be imported at once; export "
            "shorter periods",
            STR_FMT(name), (long long)(st.st_size / 1000000));
    file->bytes = st.st_size;
    sha256_init(&file->hash);
    struct csv_source source = {file_read, file};
    return csv_open(&source, NULL, &file->csv, error);
}

/* A row that was saved when it was refused, as it stood in its file. */
static void
as_it_was(struct csv_row *row)
{
    int32_t ours = row->cells_n < REFUSED_COLUMNS ? row->cells_n : REFUSED_COLUMNS;
    row->cells += ours;
    row->cells_n -= ours;
    for (int32_t i = 0; i < row->cells_n; i++)
        row->cells[i] = csv_cell_written(row->cells[i]);
}

enum fault
import_file_next(struct import_file *file, struct csv_row *ret, bool *ret_end,
                 struct error *error)
{
    if (csv_next(file->csv, ret, ret_end, error))
        return error->fault;
    if (!*ret_end && !file->begun) {
        file->begun = true;
        file->saved = refused_header(ret);
    }
    if (!*ret_end && file->saved)
        as_it_was(ret);
    if (file->progress && file->progress->step &&
        (*ret_end || file->done - file->told >= TELL_EVERY)) {
        file->told = file->done;
        if (!file->progress->step(file->progress->ctx, file->done, file->bytes))
            return fail(error, FAULT_CONFLICT, "the import was stopped; nothing was written");
    }
    return OK;
}

void
import_file_close(struct import_file *file)
{
    csv_close(file->csv);
    if (file->fd >= 0)
        (void)close(file->fd); /* read only: nothing can be lost */
    *file = (struct import_file){.fd = -1};
}
