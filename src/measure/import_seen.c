#include <assert.h>

#include "measure/import.h"
#include "measure/import_row_internal.h"

enum {
    SEEN_FIRST = 1024,
    SEEN_KEYS_PER_ROW = 2 /* its identity; and, when that is its content, all of its cells */
};

void
seen_init(struct seen *seen)
{
    /* All sizes up to the last lie one behind the other: twice the last, half full at most. */
    int64_t entries = (int64_t)2 * 4 * SEEN_KEYS_PER_ROW * IMPORT_ROWS_MAX;
    *seen = (struct seen){.capacity = SEEN_FIRST};
    struct arena arena =
        arena_reserve(entries * (ptrdiff_t)sizeof(struct seen_entry) + 65536, &seen->region);
    seen->entries = new (&arena, struct seen_entry, seen->capacity);
}

static struct seen_entry *
place_of(struct seen_entry *entries, int64_t capacity, uint64_t key)
{
    uint64_t mask = (uint64_t)capacity - 1;
    uint64_t at = (key ^ (key >> 32)) & mask;
    while (entries[at].count && entries[at].key != key)
        at = (at + 1) & mask;
    return &entries[at];
}

static void
grow(struct seen *seen)
{
    /* The next table lies behind this one: the region is used from its start to its end once. */
    char *end = (char *)(seen->entries + seen->capacity);
    struct arena arena = {end, seen->region.start + seen->region.size};
    int64_t capacity = seen->capacity * 2;
    struct seen_entry *entries = new (&arena, struct seen_entry, capacity);
    for (int64_t i = 0; i < seen->capacity; i++) {
        if (seen->entries[i].count)
            *place_of(entries, capacity, seen->entries[i].key) = seen->entries[i];
    }
    seen->entries = entries;
    seen->capacity = capacity;
}

struct seen_entry *
seen_add(struct seen *seen, uint64_t key, int64_t line)
{
    assert(seen->n < (int64_t)SEEN_KEYS_PER_ROW * IMPORT_ROWS_MAX);
    if (2 * seen->n >= seen->capacity)
        grow(seen);
    struct seen_entry *entry = place_of(seen->entries, seen->capacity, key);
    if (entry->count++ == 0) {
        entry->key = key;
        entry->line = line;
        seen->n++;
    }
    return entry;
}

void
seen_release(struct seen *seen)
{
    arena_release(&seen->region);
    *seen = (struct seen){0};
}
