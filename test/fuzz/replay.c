/* replay FOLDER…: runs the target on every file of the folders; the main() of targets that are plain tests. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

enum {
    INPUT_BYTES_MAX = 4 * 1024 * 1024 /* a corpus keeps small files; more is a mistake */
};

static int
run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    /* Exactly as long as the input, so that ASan sees a read one byte beyond. */
    uint8_t *room = malloc(INPUT_BYTES_MAX);
    assert(room);
    size_t n = fread(room, 1, INPUT_BYTES_MAX, file);
    (void)fclose(file); /* only read from */
    assert(n < INPUT_BYTES_MAX);
    uint8_t *exact = malloc(n ? n : 1);
    assert(exact);
    memcpy(exact, room, n);
    free(room);
    (void)LLVMFuzzerTestOneInput(exact, n); /* always 0 */
    free(exact);
    return 0;
}

static int
run_folder(const char *folder, int *ret_n)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        perror(folder);
        return 1;
    }
    int failed = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];
        struct stat status;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            failed |= run_file(path);
            ++*ret_n;
        }
    }
    (void)closedir(dir); /* only read from */
    return failed;
}

int
main(int argc, char **argv)
{
    int n = 0, failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= run_folder(argv[i], &n);
    printf("%d inputs replayed\n", n);
    return failed || n == 0;
}
