/* Tables of contents. Twin of contents.py, which says why. */

#include "core.h"

#define FEWEST_ENTRIES 2
#define MOST_LABEL_HALF_WORDS 10

/* The last kept heading of each name, by a hash of the name; -1 where there is none. */
typedef struct {
    const Block *blocks;
    int32_t *table;
    size_t slots;
    int names;
} Headings;

static Span without_number(Span text)
{
    const char *start = text.start, *end = text.start + text.size;
    while (start < end && (is_digit(*start) || *start == '.'))
        start++;
    while (start < end && *start == ' ')
        start++;
    return start < end ? (Span){start, end - start} : text;
}

/* Return the slot of a name, which is empty if no heading has it. */
static int32_t *slot_of(const Headings *headings, Span name)
{
    size_t slot = (size_t)hash_of(name.start, name.size) & (headings->slots - 1);
    while (headings->table[slot] >= 0) {
        Span other = without_number(headings->blocks[headings->table[slot]].text);
        if (other.size == name.size && memcmp(other.start, name.start, (size_t)name.size) == 0)
            break;
        slot = (slot + 1) & (headings->slots - 1);
    }
    return &headings->table[slot];
}

static int collect_headings(Headings *headings, Py_ssize_t count, const bool *is_kept, Arena *arena)
{
    headings->slots = 16;
    while (headings->slots < 2 * (size_t)count)
        headings->slots *= 2;
    headings->table = TAKE(arena, int32_t, headings->slots);
    if (headings->table == NULL)
        return -1;
    memset(headings->table, 0xFF, sizeof(int32_t) * headings->slots);
    for (int32_t index = 0; index < count; index++) {
        if (!is_kept[index] || headings->blocks[index].kind != HEADING)
            continue;
        int32_t *slot = slot_of(headings, without_number(headings->blocks[index].text));
        headings->names += *slot < 0;
        *slot = index;
    }
    return 0;
}

/* Add the lines of a block, and those that repeat the name of a heading after it. */
static void count_entries(const Headings *headings, int32_t index, Py_ssize_t *entries, Py_ssize_t *repeated)
{
    const char *start = headings->blocks[index].text.start, *end = start + headings->blocks[index].text.size;
    while (start != NULL) {
        const char *line_end = memchr(start, '\n', (size_t)(end - start));
        Span line = {start, (line_end == NULL ? end : line_end) - start};
        *entries += 1;
        *repeated += *slot_of(headings, without_number(line)) > index;
        start = line_end == NULL ? NULL : line_end + 1;
    }
}

/* Unmark the tables of contents, and mark in `is_before` the blocks right before them. */
int drop_contents(const PageBlocks *page, const int64_t *half_words, const int64_t *linked, bool *is_kept,
                  bool *is_before, Arena *arena)
{
    const Block *blocks = page->blocks;
    Headings headings = {.blocks = blocks};
    memset(is_before, 0, sizeof(bool) * (size_t)page->block_count);
    if (collect_headings(&headings, page->block_count, is_kept, arena) < 0)
        return -1;
    if (headings.names < FEWEST_ENTRIES)
        return 0;
    int32_t end = 0, count = (int32_t)page->block_count;
    for (int32_t start = 0; start < count; start = end > start ? end : start + 1) {
        Py_ssize_t entries = 0, repeated = 0;
        for (end = start; end < count && linked[end] >= ALL_LINKED && blocks[end].kind != HEADING; end++)
            count_entries(&headings, end, &entries, &repeated);
        if (repeated < FEWEST_ENTRIES || 2 * repeated < entries)
            continue;
        memset(is_kept + start, 0, sizeof(bool) * (size_t)(end - start));
        if (start > 0) {
            is_before[start - 1] = true;
            is_kept[start - 1] &= blocks[start - 1].kind == HEADING || half_words[start - 1] > MOST_LABEL_HALF_WORDS;
        }
    }
    return 0;
}
