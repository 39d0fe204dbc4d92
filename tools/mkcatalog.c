/*
 * mkcatalog NAME IN.mo OUT.c: a compiled gettext catalogue as a sorted C table, so that the program
 * carries its languages inside and needs neither files nor locales of the machine. Stands alone: base/
 * itself is built with its output.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CATALOG_BYTES_MAX = 8 * 1024 * 1024 /* thirty times a catalogue of 5 000 sentences */
};

struct catalog {
    const char *name;
    unsigned char *p;
    uint32_t n;
};

static void
die(const struct catalog *catalog, const char *why)
{
    (void)fprintf(stderr, "mkcatalog: %s: %s\n", catalog->name, why);
    _Exit(1); /* nothing of ours is open for writing yet, or its half is of no use */
}

static uint32_t
word(const struct catalog *catalog, uint64_t at)
{
    if (at + 4 > catalog->n)
        die(catalog, "cut short");
    const unsigned char *p = catalog->p + at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The text number ${i} of the table at ${table}: its bytes, with the NUL behind them checked. */
static const char *
entry(const struct catalog *catalog, uint32_t table, uint32_t i, uint32_t *ret_n)
{
    uint32_t n = word(catalog, (uint64_t)table + (uint64_t)i * 8);
    uint32_t at = word(catalog, (uint64_t)table + (uint64_t)i * 8 + 4);
    if ((uint64_t)at + n + 1 > catalog->n || catalog->p[at + n] != '\0')
        die(catalog, "a text lies outside the file");
    *ret_n = n;
    return (const char *)catalog->p + at;
}

static void
literal(FILE *out, const char *z)
{
    (void)fputc('"', out);
    for (; *z; z++) {
        unsigned char c = (unsigned char)*z;
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f)
            (void)fprintf(out, "\\%03o", c);
        else
            (void)fputc(c, out);
    }
    (void)fputc('"', out);
}

static void
load(struct catalog *catalog)
{
    FILE *in = fopen(catalog->name, "rb");
    if (!in)
        die(catalog, "cannot be opened");
    catalog->p = malloc(CATALOG_BYTES_MAX);
    if (!catalog->p)
        die(catalog, "no memory");
    size_t n = fread(catalog->p, 1, CATALOG_BYTES_MAX, in);
    if (n == CATALOG_BYTES_MAX || ferror(in))
        die(catalog, "cannot be read, or too large");
    (void)fclose(in); /* only read from */
    catalog->n = (uint32_t)n;
}

static void
write_table(const struct catalog *catalog, const char *lang, FILE *out)
{
    if (word(catalog, 0) != 0x950412de)
        die(catalog, "not a little-endian gettext catalogue");
    uint32_t count = word(catalog, 8), ids = word(catalog, 12), texts = word(catalog, 16);
    const char *before = NULL;
    int32_t written = 0;
    (void)fprintf(out,
                  "/* Made by tools/mkcatalog.c; do not edit. */\n#include "
                  "\"base/catalog_internal.h\"\n\n"
                  "const struct catalog_entry catalog_%s[] = {\n",
                  lang);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id_n, text_n;
        const char *id = entry(catalog, ids, i, &id_n);
        const char *text = entry(catalog, texts, i, &text_n);
        if (id_n == 0)
            continue; /* the header */
        if (strchr(id, '\004'))
            die(catalog, "message contexts are not used here");
        if (before && strcmp(before, id) >= 0)
            die(catalog, "not sorted");
        before = id;
        size_t one_n = strlen(text);
        (void)fputs("    {", out);
        literal(out, id);
        (void)fputs(", ", out);
        literal(out, text);
        (void)fputs(", ", out);
        if (one_n < text_n)
            literal(out, text + one_n + 1);
        else
            (void)fputs("NULL", out);
        (void)fputs("},\n", out);
        written++;
    }
    (void)fprintf(out, "    {NULL, NULL, NULL},\n};\nconst int32_t catalog_%s_n = %d;\n", lang,
                  (int)written);
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fputs("usage: mkcatalog LANG IN.mo OUT.c\n", stderr);
        return 2;
    }
    struct catalog catalog = {.name = argv[2]};
    load(&catalog);
    FILE *out = fopen(argv[3], "wb");
    if (!out)
        die(&catalog, "the output cannot be written");
    write_table(&catalog, argv[1], out);
    int failed = ferror(out);
    failed |= fclose(out);
    free(catalog.p);
    return failed ? 1 : 0;
}
