#include "testdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place/backup.h"
#include "place/schema.h"
#include "place/secret.h"
#include "place/vault.h"
#include "place/workspace.h"

#define CONTEXT S("account/12/secrets")
#define CANARY S("canary-7f3a-token-of-a-network-canary")

struct room {
    char dir[64], key[96];
    struct arena_region region;
    struct arena keep;
};

static void
room_open(struct room *room)
{
    secret_start();
    (void)snprintf(room->dir, sizeof room->dir, "/tmp/propre-vault-XXXXXX");
    assert_non_null(mkdtemp(room->dir));
    (void)snprintf(room->key, sizeof room->key, "%s/data.key", room->dir);
    room->keep = arena_reserve(8 << 20, &room->region);
}

static void
room_close(struct room *room)
{
    (void)unlink(room->key);
    assert_int_equal(rmdir(room->dir), 0); /* nothing else was left there */
    arena_release(&room->region);
}

static void
write_key(const char *path, const char *text, mode_t mode)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

static struct vault *
vault_of(const char *path, const char *text)
{
    struct error error = {0};
    struct vault *vault = NULL;
    write_key(path, text, 0400);
    assert_ok(vault_open(str_of(path), false, &vault, &error), &error);
    return vault;
}

static void
test_the_key_file(void **state)
{
    (void)state;
    struct room room;
    struct error error = {0};
    struct vault *vault = NULL, *again = NULL;
    struct stat info;
    room_open(&room);
    str path = str_of(room.key);
    assert_fault(FAULT_ABSENT, vault_open(path, false, &vault, &error), &error, "not there");
    assert_int_equal(stat(room.key, &info), -1); /* looking makes none */
    assert_ok(vault_open(path, true, &vault, &error), &error);
    assert_int_equal(stat(room.key, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0400);
    assert_int_equal(info.st_nlink, 1);
    /* A second time: the same key, not another. */
    str sealed = vault_seal(vault, CONTEXT, S("token"), &room.keep), plain;
    assert_ok(vault_open(path, true, &again, &error), &error);
    assert_ok(vault_unseal(again, CONTEXT, sealed, &room.keep, &plain, &error), &error);
    assert_str("token", plain);
    assert_true(str_eq(vault_key_name(vault), vault_key_name(again)));
    vault_close(vault);
    vault_close(again);
    vault_close(NULL);

    static const mode_t open_modes[] = {0440, 0404, 0644, 0420, 0410};
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        assert_int_equal(chmod(room.key, open_modes[i]), 0);
        assert_fault(FAULT_DENIED, vault_open(path, true, &vault, &error), &error, "chmod 400");
    }
    static const char *const bad[] = {
        "",
        "\n",
        "# only a remark\n",
        "0001",
        KEY_A "00",
        KEY_A "\n" KEY_B "x\n",
        "g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_key(room.key, bad[i], 0400);
        assert_fault(FAULT_CORRUPT, vault_open(path, true, &vault, &error), &error,
                     "put the right file back");
    }
    char many[VAULT_KEYS_MAX * 65 + 66] = "";
    for (int i = 0; i <= VAULT_KEYS_MAX; i++)
        memcpy(many + (ptrdiff_t)i * 65, KEY_A "\n", 65);
    write_key(room.key, many, 0400);
    assert_fault(FAULT_CORRUPT, vault_open(path, true, &vault, &error), &error, "more than 16");
    /* Where no file can be. */
    str elsewhere = arena_printf(&room.keep, "%s/none/data.key", room.dir);
    assert_int_equal(vault_open(elsewhere, true, &vault, &error), FAULT_SYSTEM);
    assert_fault(FAULT_CORRUPT, vault_open(str_of(room.dir), true, &vault, &error), &error,
                 "not a file");
    room_close(&room);
}

static void
test_every_altered_byte_is_refused(void **state)
{
    (void)state;
    struct room room;
    struct error error = {0};
    room_open(&room);
    struct vault *vault = vault_of(room.key, KEY_A "\n");
    str sealed = vault_seal(vault, CONTEXT, CANARY, &room.keep), plain = S("untouched");
    assert_int_equal(sealed.n, CANARY.n + VAULT_SEAL_BYTES);
    assert_int_equal(str_find(sealed, CANARY), -1);
    char *bytes = new (&room.keep, char, sealed.n + 1);
    for (ptrdiff_t i = 0; i < sealed.n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct arena scratch = room.keep;
            memcpy(bytes, sealed.p, (size_t)sealed.n);
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            assert_int_equal(
                vault_unseal(vault, CONTEXT, (str){bytes, sealed.n}, &scratch, &plain, &error),
                FAULT_CORRUPT);
        }
    }
    for (ptrdiff_t n = 0; n < sealed.n; n++)
        assert_int_equal(
            vault_unseal(vault, CONTEXT, (str){sealed.p, n}, &room.keep, &plain, &error),
            FAULT_CORRUPT);
    memcpy(bytes, sealed.p, (size_t)sealed.n);
    assert_int_equal(
        vault_unseal(vault, CONTEXT, (str){bytes, sealed.n + 1}, &room.keep, &plain, &error),
        FAULT_CORRUPT);
    assert_str("untouched", plain);
    /* Moved to another row, another field. */
    static const char *const elsewhere[] = {"account/13/secrets", "account/12/secret",
                                            "account/12/secretss", "a"};
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        assert_fault(
            FAULT_CORRUPT,
            vault_unseal(vault, str_of(elsewhere[i]), sealed, &room.keep, &plain, &error),
            &error, "moved there from elsewhere");
    assert_ok(vault_unseal(vault, CONTEXT, sealed, &room.keep, &plain, &error), &error);
    assert_true(str_eq(plain, CANARY));
    vault_close(vault);
    room_close(&room);
}

static void
test_sizes(void **state)
{
    (void)state;
    struct room room;
    struct error error = {0};
    str plain;
    room_open(&room);
    struct vault *vault = vault_of(room.key, KEY_A);
    assert_ok(vault_unseal(vault, CONTEXT, vault_seal(vault, CONTEXT, S(""), &room.keep),
                           &room.keep, &plain, &error),
              &error);
    assert_int_equal(plain.n, 0);
    assert_non_null(plain.p);
    char *big = new (&room.keep, char, VAULT_PLAIN_MAX);
    memset(big, 'x', VAULT_PLAIN_MAX);
    str first = vault_seal(vault, CONTEXT, (str){big, VAULT_PLAIN_MAX}, &room.keep);
    str second = vault_seal(vault, CONTEXT, (str){big, VAULT_PLAIN_MAX}, &room.keep);
    assert_false(str_eq(first, second)); /* one cannot see that two accounts share a password */
    assert_ok(vault_unseal(vault, CONTEXT, first, &room.keep, &plain, &error), &error);
    assert_true(str_eq(plain, (str){big, VAULT_PLAIN_MAX}));
    vault_close(vault);
    room_close(&room);
}

static void
test_changing_the_key(void **state)
{
    (void)state;
    struct room room;
    struct error error = {0};
    str plain;
    room_open(&room);
    struct vault *old = vault_of(room.key, KEY_A "\n");
    str sealed_old = vault_seal(old, CONTEXT, S("old"), &room.keep);
    str name_old = arena_str(&room.keep, vault_key_name(old));
    vault_close(old);
    /* The new key stands first; the old one still opens. */
    struct vault *both = vault_of(room.key, "# since today\n" KEY_B "\r\n\n" KEY_A);
    assert_ok(vault_unseal(both, CONTEXT, sealed_old, &room.keep, &plain, &error), &error);
    assert_str("old", plain);
    str sealed_new = vault_seal(both, CONTEXT, S("new"), &room.keep);
    str name_new = arena_str(&room.keep, vault_key_name(both));
    assert_false(str_eq(name_old, name_new));
    assert_true(str_eq(name_new, vault_sealed_name(sealed_new, &room.keep)));
    assert_true(str_eq(name_old, vault_sealed_name(sealed_old, &room.keep)));
    assert_null(vault_sealed_name(S("plain text"), &room.keep).p);
    assert_true(vault_knows(both, name_old) && vault_knows(both, name_new));
    vault_close(both);
    /* The old one taken away: the message names what is missing. */
    struct vault *fresh = vault_of(room.key, KEY_B "\n");
    assert_false(vault_knows(fresh, name_old));
    assert_ok(vault_unseal(fresh, CONTEXT, sealed_new, &room.keep, &plain, &error), &error);
    assert_str("new", plain);
    assert_fault(FAULT_CORRUPT,
                 vault_unseal(fresh, CONTEXT, sealed_old, &room.keep, &plain, &error), &error,
                 arena_printf(&room.keep, "needs the key %.*s, which is not in %s",
                              STR_FMT(name_old), room.key)
                     .p);
    /* The name is not a piece of the key. */
    assert_null(strstr(KEY_A, cstr(&room.keep, name_old)));
    vault_close(fresh);
    room_close(&room);
}

/* A child that decodes what strangers made must not hold the key. */
static void
test_a_child_has_no_keys(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    struct vault *vault = vault_of(room.key, KEY_A);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const unsigned char *p = (const unsigned char *)vault;
        for (size_t i = 0; i < 1024; i++) {
            if (p[i])
                _exit(1);
        }
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    vault_close(vault);
    room_close(&room);
}

/* Programs that start at once make one key between them. */
static void
test_many_at_once(void **state)
{
    (void)state;
    enum { CHILDREN = 8 };
    struct room room;
    int names[2];
    room_open(&room);
    assert_int_equal(pipe(names), 0);
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct error error = {0};
            struct vault *vault = NULL;
            if (vault_open(str_of(room.key), true, &vault, &error))
                _exit(1);
            str name = vault_key_name(vault);
            _exit(write(names[1], name.p, (size_t)name.n) == name.n ? 0 : 1);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    char all[CHILDREN * VAULT_NAME_CHARS];
    assert_int_equal(read(names[0], all, sizeof all), sizeof all);
    for (int i = 1; i < CHILDREN; i++)
        assert_memory_equal(all, all + (ptrdiff_t)i * VAULT_NAME_CHARS, VAULT_NAME_CHARS);
    assert_int_equal(close(names[0]), 0);
    assert_int_equal(close(names[1]), 0);
    room_close(&room);
}

static bool
file_has(const char *path, str needle)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    char *bytes = malloc(16 << 20);
    assert_non_null(bytes);
    size_t n = fread(bytes, 1, 16 << 20, f);
    bool found = memmem(bytes, n, needle.p, (size_t)needle.n) != NULL;
    (void)fclose(f);
    free(bytes);
    return found;
}

/* What a thief of the data gets: the file, its journal, a backup. */
static void
test_a_secret_is_in_no_file(void **state)
{
    (void)state;
    struct testdb t;
    struct error error = {0};
    char key[256], wal[600], backup[256];
    testdb_open(&t);
    if (testdb_is_postgres()) {
        testdb_close(&t);
        return;
    }
    (void)snprintf(key, sizeof key, "%s/data.propre.key", t.dir);
    (void)snprintf(wal, sizeof wal, "%s-wal", t.address);
    (void)snprintf(backup, sizeof backup, "%s/backup.propre", t.dir);
    assert_ok(vault_open(str_of(key), true, &t.propre.vault, &error), &error);
    str sealed = vault_seal(t.propre.vault, CONTEXT, CANARY, &t.keep);
    str open_text = S("what stands open is found");
    /* Any column carries bytes to the file: a workspace's name takes the sealed ones in hexadecimal. */
    char hexed[400];
    for (ptrdiff_t i = 0; i < sealed.n; i++)
        (void)snprintf(hexed + 2 * i, 3, "%02x", (unsigned char)sealed.p[i]);
    const struct workspace rows[] = {
        {0, (str){hexed, 2 * sealed.n}, S("Europe/Paris"), LANG_FR, S("EUR"), 1},
        {0, open_text, S("Europe/Paris"), LANG_FR, S("EUR"), 1}};
    assert_ok(db_begin(t.propre.db, DB_WRITE, &error), &error);
    for (int i = 0; i < 2; i++) {
        int64_t id;
        assert_ok(workspace_add(&t.propre, &rows[i], &id, &error), &error);
    }
    assert_ok(db_commit(t.propre.db, &error), &error);
    assert_ok(backup_make(t.propre.db, str_of(backup), schema_steps, schema_steps_n, &error),
              &error);
    assert_true(file_has(wal, open_text) || file_has(t.address, open_text));
    assert_true(file_has(backup, open_text)); /* the look itself works */
    const char *const files[] = {t.address, wal, backup};
    FILE *f = fopen(key, "rb");
    char line[256], last[256] = "";
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        memcpy(last, line, sizeof last);
    (void)fclose(f);
    for (int i = 0; i < 3; i++) {
        assert_false(file_has(files[i], CANARY));
        assert_false(file_has(files[i], (str){last, 64})); /* nor the key */
    }
    vault_close(t.propre.vault);
    t.propre.vault = NULL;
    testdb_close(&t);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_key_file),
        cmocka_unit_test(test_every_altered_byte_is_refused),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_changing_the_key),
        cmocka_unit_test(test_a_child_has_no_keys),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_a_secret_is_in_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
