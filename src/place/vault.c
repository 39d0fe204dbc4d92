#include "place/vault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium/core.h>
#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place/secret.h"

enum {
    FORM = 1, /* the first byte of what is sealed: another way of sealing would get another */
    ID_BYTES = 4,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    HEAD_BYTES = 1 + ID_BYTES,
    FILE_MAX = 4096, /* VAULT_KEYS_MAX lines and a remark for each */
    ALIVE = 0x5ea1ed
};
_Static_assert((int)VAULT_KEY_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert((int)VAULT_SEAL_BYTES == (int)HEAD_BYTES + (int)NONCE_BYTES + (int)TAG_BYTES,
               "what sealing adds");
_Static_assert(VAULT_NAME_CHARS == 2 * ID_BYTES, "the name is the identity in hex");

struct key {
    uint8_t bytes[VAULT_KEY_BYTES];
    uint8_t id[ID_BYTES];
};

struct vault {
    struct arena_region region; /* pages of its own */
    int alive;                  /* ALIVE; nothing is left of it in a forked child */
    int keys_n;
    struct key keys[VAULT_KEYS_MAX];
    char name[VAULT_NAME_CHARS + 1];
    char path[PATH_MAX];
};

/* ---- the key file ---- */

/* A key's name must not help to guess it: a keyed hash of a constant. */
static void
key_identify(struct key *key)
{
    static const uint8_t what[] = "name of the key";
    uint8_t hash[crypto_generichash_BYTES];
    (void)crypto_generichash(hash, sizeof hash, what, sizeof what - 1, key->bytes,
                             sizeof key->bytes); /* sizes are right: cannot fail */
    memcpy(key->id, hash, sizeof key->id);
}

static bool
key_parse(str line, struct key *ret)
{
    size_t n = 0;
    if (line.n != (ptrdiff_t)2 * VAULT_KEY_BYTES ||
        sodium_hex2bin(ret->bytes, sizeof ret->bytes, line.p, (size_t)line.n, NULL, &n, NULL) !=
            0 ||
        n != sizeof ret->bytes)
        return false;
    key_identify(ret);
    return true;
}

static enum fault
keys_parse(struct vault *vault, str text, struct error *error)
{
    str line;
    bool more = true;
    for (int n = 1; more; n++) {
        more = str_cut(&text, '\n', &line);
        line = str_trim(line); /* without a line end: the rest */
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (vault->keys_n == VAULT_KEYS_MAX)
            return fail(error, FAULT_CORRUPT, "the key file %s has more than %d keys",
                        vault->path, VAULT_KEYS_MAX);
        if (!key_parse(line, &vault->keys[vault->keys_n]))
            return fail(error, FAULT_CORRUPT,
                        "line %d of the key file %s is not a key of 64 hexadecimal digits: put "
                        "the right file back",
                        n, vault->path);
        vault->keys_n++;
    }
    if (vault->keys_n == 0)
        return fail(error, FAULT_CORRUPT,
                    "there is no key in the key file %s: put the right file back", vault->path);
    (void)sodium_bin2hex(vault->name, sizeof vault->name, vault->keys[0].id,
                         ID_BYTES); /* name */
    return OK;
}

/* Reads what is open; an error says errno. */
static bool
read_all(int fd, char *out, size_t max, size_t *ret_n)
{
    *ret_n = 0;
    while (*ret_n < max) {
        ssize_t got = read(fd, out + *ret_n, max - *ret_n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        *ret_n += (size_t)got;
    }
    return true;
}

static enum fault
keys_read_open(struct vault *vault, int fd, struct error *error)
{
    struct stat info;
    char text[FILE_MAX + 1];
    size_t n = 0;
    if (fstat(fd, &info) != 0)
        return fail(error, FAULT_SYSTEM, "cannot look at the key file %s", vault->path);
    if (!S_ISREG(info.st_mode))
        return fail(error, FAULT_CORRUPT, "%s, which should hold the key, is not a file",
                    vault->path);
    if (info.st_mode & 077)
        return fail(error, FAULT_DENIED,
                    "others may read the key file %s: run `chmod 400 %s`, and if somebody may "
                    "have read it, connect the accounts again",
                    vault->path, vault->path);
    enum fault fault = OK;
    if (!read_all(fd, text, sizeof text, &n))
        fault = fail(error, FAULT_SYSTEM, "cannot read the key file %s", vault->path);
    else if (n > FILE_MAX)
        fault = fail(error, FAULT_CORRUPT, "%s is too long to be a key file", vault->path);
    else
        fault = keys_parse(vault, (str){text, (ptrdiff_t)n}, error);
    sodium_memzero(text, sizeof text);
    return fault;
}

static enum fault
keys_read(struct vault *vault, struct error *error)
{
    int fd = open(vault->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail(error, FAULT_ABSENT,
                    "the key file %s is not there: put it back from where it is kept, or "
                    "connect the accounts again to make a new one",
                    vault->path);
    if (fd < 0)
        return fail(error, errno == EACCES ? FAULT_DENIED : FAULT_SYSTEM,
                    "cannot open the key file %s", vault->path);
    enum fault fault = keys_read_open(vault, fd, error);
    (void)close(fd); /* only read */
    return fault;
}

/* ---- making one ---- */

static bool
write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool
sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash)
        (void)snprintf(folder, sizeof folder, ".");
    else
        (void)snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path),
                       path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd); /* only read */
    return done;
}

/* A new key, whole and on the disk, under a name of its own. */
static bool
key_write(const char *path)
{
    static const char remark[] =
        "# Opens the secrets in the data of Propre. Keep a copy apart from the data: without "
        "it\n"
        "# every account must be connected again; with it and the data, anybody can post.\n";
    uint8_t key[VAULT_KEY_BYTES];
    char line[2 * VAULT_KEY_BYTES + 1];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0)
        return false;
    secret_bytes(key, sizeof key);
    (void)sodium_bin2hex(line, sizeof line, key, sizeof key); /* gives line */
    line[(ptrdiff_t)2 * VAULT_KEY_BYTES] = '\n';
    bool done = write_all(fd, remark, sizeof remark - 1) && write_all(fd, line, sizeof line) &&
                fsync(fd) == 0;
    int why = errno;
    sodium_memzero(key, sizeof key);
    sodium_memzero(line, sizeof line);
    if (close(fd) != 0 || !done) {
        (void)unlink(path); /* not whole: must not be taken for a key */
        errno = why;
        return false;
    }
    return true;
}

/*
 * Of two programs that make the key at once one wins, and neither ever sees half a key: link() puts the finished
 * file in place, or fails because there is one.
 */
static enum fault
key_make(const struct vault *vault, struct error *error)
{
    char fresh[PATH_MAX + 32];
    (void)snprintf(fresh, sizeof fresh, "%s.new-%016llx", vault->path,
                   (unsigned long long)secret_u64());
    if (!key_write(fresh))
        return fail(error, errno == EACCES || errno == EPERM ? FAULT_DENIED : FAULT_SYSTEM,
                    "cannot make the key file %s", vault->path);
    bool done = link(fresh, vault->path) == 0 || errno == EEXIST;
    int why = errno;
    (void)unlink(fresh); /* the second name of the same file, or one that lost */
    errno = why;
    if (!done || !sync_folder_of(vault->path))
        return fail(error, FAULT_SYSTEM, "cannot make the key file %s", vault->path);
    return OK;
}

/* ---- opening ---- */

/* Pages that are neither written to a core file, nor swapped out where allowed, nor given to forked children. */
static struct vault *
vault_new(void)
{
    struct arena_region region;
    struct arena arena = arena_reserve((ptrdiff_t)sizeof(struct vault), &region);
    struct vault *vault = new (&arena, struct vault, 1);
    if (madvise(region.start, (size_t)region.size, MADV_WIPEONFORK) != 0)
        abort();                                                     /* since Linux 4.14 */
    (void)madvise(region.start, (size_t)region.size, MADV_DONTDUMP); /* as good as it can be */
    (void)mlock(region.start, (size_t)region.size);                  /* the same */
    vault->region = region;
    vault->alive = ALIVE;
    return vault;
}

enum fault
vault_open(str path, bool create, struct vault **ret, struct error *error)
{
    if (path.n == 0 || path.n >= PATH_MAX || str_chr(path, '\0') >= 0)
        return fail(error, FAULT_SYSTEM, "“%.*s” cannot be the path of a key file",
                    STR_FMT(path));
    struct vault *vault = vault_new();
    memcpy(vault->path, path.p, (size_t)path.n);
    enum fault fault = keys_read(vault, error);
    if (fault == FAULT_ABSENT && create) {
        fault = key_make(vault, error);
        if (!fault)
            fault = keys_read(vault, error);
    }
    if (fault) {
        vault_close(vault);
        return fault;
    }
    *ret = vault;
    return OK;
}

void
vault_close(struct vault *vault)
{
    if (!vault)
        return;
    struct arena_region region = vault->region;
    sodium_memzero(vault, sizeof *vault);
    if (region.start) /* none in a forked child, where the pages were wiped */
        arena_release(&region);
}

/* ---- sealing ---- */

/* What is authenticated but not stored: the form, the key and the place it belongs to. */
static size_t
associated(const struct key *key, str context, uint8_t out[HEAD_BYTES + VAULT_CONTEXT_MAX])
{
    assert(context.n > 0 && context.n <= VAULT_CONTEXT_MAX);
    out[0] = FORM;
    memcpy(out + 1, key->id, ID_BYTES);
    memcpy(out + HEAD_BYTES, context.p, (size_t)context.n);
    return (size_t)(HEAD_BYTES + context.n);
}

str
vault_seal(const struct vault *vault, str context, str plain, struct arena *keep)
{
    assert(vault->alive == ALIVE); /* opened by this process */
    assert(plain.n >= 0 && plain.n <= VAULT_PLAIN_MAX);
    const struct key *key = &vault->keys[0];
    uint8_t about[HEAD_BYTES + VAULT_CONTEXT_MAX];
    size_t about_n = associated(key, context, about);
    uint8_t *out = new (keep, uint8_t, VAULT_SEAL_BYTES + plain.n);
    uint8_t *nonce = out + HEAD_BYTES;
    memcpy(out, about, HEAD_BYTES);
    secret_bytes(nonce, NONCE_BYTES); /* 192 bits: chance never gives the same twice */
    unsigned long long n = 0;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + NONCE_BYTES, &n, (const uint8_t *)plain.p, (unsigned long long)plain.n, about,
        about_n, NULL, nonce, key->bytes); /* cannot fail */
    assert(n == (unsigned long long)plain.n + TAG_BYTES);
    return (str){(const char *)out, VAULT_SEAL_BYTES + plain.n};
}

static bool
sealed_form(str sealed)
{
    return sealed.n >= VAULT_SEAL_BYTES && sealed.n <= VAULT_SEAL_BYTES + VAULT_PLAIN_MAX &&
           sealed.p[0] == FORM;
}

/* Two keys may have the same name by chance: each that has it is tried. */
static bool
key_open(const struct key *key, str context, str sealed, uint8_t *out)
{
    uint8_t about[HEAD_BYTES + VAULT_CONTEXT_MAX];
    size_t about_n = associated(key, context, about);
    const uint8_t *nonce = (const uint8_t *)sealed.p + HEAD_BYTES;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               out, NULL, NULL, nonce + NONCE_BYTES,
               (unsigned long long)(sealed.n - HEAD_BYTES - NONCE_BYTES), about, about_n, nonce,
               key->bytes) == 0;
}

enum fault
vault_unseal(const struct vault *vault, str context, str sealed, struct arena *keep, str *ret,
             struct error *error)
{
    assert(vault->alive == ALIVE); /* opened by this process */
    if (!sealed_form(sealed))
        return fail(error, FAULT_CORRUPT,
                    "the sealed secret of %.*s is not one: it was altered, or a newer Propre "
                    "wrote it",
                    STR_FMT(context));
    ptrdiff_t n = sealed.n - VAULT_SEAL_BYTES;
    uint8_t *out = new (keep, uint8_t, n + 1); /* a NUL behind, for C interfaces */
    bool known = false;
    for (int i = 0; i < vault->keys_n; i++) {
        const struct key *key = &vault->keys[i];
        if (memcmp(key->id, sealed.p + 1, ID_BYTES) != 0)
            continue;
        known = true;
        if (key_open(key, context, sealed, out)) {
            *ret = (str){(const char *)out, n};
            return OK;
        }
    }
    if (known)
        return fail(error, FAULT_CORRUPT,
                    "the sealed secret of %.*s was altered, or moved there from elsewhere: "
                    "connect the account again",
                    STR_FMT(context));
    char name[VAULT_NAME_CHARS + 1];
    (void)sodium_bin2hex(name, sizeof name, (const uint8_t *)sealed.p + 1, ID_BYTES); /* name */
    return fail(error, FAULT_CORRUPT,
                "the sealed secret of %.*s needs the key %s, which is not in %s: put that key "
                "file back, or connect the account again",
                STR_FMT(context), name, vault->path);
}

/* ---- names of keys ---- */

str
vault_key_name(const struct vault *vault)
{
    assert(vault->alive == ALIVE);
    return (str){vault->name, VAULT_NAME_CHARS};
}

str
vault_sealed_name(str sealed, struct arena *keep)
{
    if (!sealed_form(sealed))
        return STR_NONE;
    char *name = new (keep, char, VAULT_NAME_CHARS + 1);
    (void)sodium_bin2hex(name, VAULT_NAME_CHARS + 1, (const uint8_t *)sealed.p + 1,
                         ID_BYTES); /* gives name */
    return (str){name, VAULT_NAME_CHARS};
}

bool
vault_knows(const struct vault *vault, str name)
{
    assert(vault->alive == ALIVE);
    char own[VAULT_NAME_CHARS + 1];
    for (int i = 0; i < vault->keys_n; i++) {
        (void)sodium_bin2hex(own, sizeof own, vault->keys[i].id, ID_BYTES); /* gives own */
        if (str_eq(name, (str){own, VAULT_NAME_CHARS}))
            return true;
    }
    return false;
}
